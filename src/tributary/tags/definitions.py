"""What a tag is meant to say: its record, the versions of its definition, and who may not take it away.

Every change of the definition is a new version; none is ever changed or removed. Saving one asks for the jobs that make
it true: the columns that it reads get promoted and its values are computed. The old values stay current until then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tributary import rules
from tributary.access import Principal, audit
from tributary.core.cadence import Cadence, next_due
from tributary.core.changes import Change, changes
from tributary.core.ids import new_id
from tributary.errors import Conflict, InvalidRequest, NotFound, RuleError
from tributary.governance import load_catalog
from tributary.governance.lineage import Item, names_of, set_uses, users_of
from tributary.governance.rule_check import check_rule
from tributary.jobs import enqueue
from tributary.store import Session
from tributary.store.tables.access import Workspace
from tributary.store.tables.tags import Tag, TagVersion
from tributary.tags.definition import (
    NullPolicy,
    StatisticDefinition,
    TagKind,
    ValueType,
    decode_definition,
    encode_definition,
    errors_under,
)

RECOMPUTE = "tag.recompute"  # the job kinds of this package
PROMOTE = "tag.promote"

_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class _Checked:
    encoded: dict[str, Any]
    uses: frozenset[Item]


def create_tag(
    session: Session,
    caller: Principal,
    *,
    name: str,
    kind: TagKind,
    value_type: ValueType,
    definition: Mapping[str, Any],
    description: str = "",
    null_policy: NullPolicy = "clear",
    schedule: Cadence = "daily",
    note: str = "",
) -> Tag:
    """A new tag at version 1; its values are computed by a job as soon as this is committed.

    Raises:
        RuleError: the definition is wrong; `path` says where.
        InvalidRequest: the name is empty or too long.
        Conflict: another tag has this name.
    """
    now = caller.clock.now()
    tag = Tag(
        id=new_id("tag"),
        workspace_id=caller.workspace_id,
        name=_free_name(session, caller.workspace_id, name),
        description=description,
        kind=kind,
        value_type=value_type,
        null_policy=null_policy,
        schedule=schedule,
        current_version=0,
        current_run=None,
        last_run=0,
        coverage=None,
        refreshed_at=None,
        due_at=None,
        is_archived=False,
        created_by=caller.actor_id,
        created_at=now,
        updated_at=now,
    )
    checked = _check(session, tag, definition, now)
    session.add(tag)
    _flush(session)
    _add_version(session, caller, tag, checked, note)
    tag.due_at = due_after(session, tag, now)
    audit(session, caller, "tag.created", "tag", tag.id, {"version": 1})
    return tag


def update_tag(
    session: Session,
    caller: Principal,
    tag_id: str,
    *,
    base_version: int,
    name: str | None = None,
    description: str | None = None,
    null_policy: NullPolicy | None = None,
    schedule: Cadence | None = None,
    definition: Mapping[str, Any] | None = None,
    note: str = "",
) -> Tag:
    """Change what is given. A definition that differs from the current one becomes the next version.

    `base_version` is the version that the caller looked at when the change was made. Kind and type of the values stay:
    rules compare the tag with values of that type.

    Raises:
        NotFound: there is no such tag here.
        Conflict: somebody saved another version since, the tag is archived, or the name is taken.
        RuleError: the definition is wrong, or the tag would build on itself.
    """
    now = caller.clock.now()
    tag = _editable(session, caller.workspace_id, tag_id, base_version)
    details: dict[str, Any] = {}
    if name is not None and name.strip() != tag.name:
        tag.name = _free_name(session, caller.workspace_id, name)
        details["name"] = True
    if description is not None and description != tag.description:
        tag.description = description
        details["description"] = True
    if null_policy is not None and null_policy != tag.null_policy:
        tag.null_policy = null_policy
        details["null_policy"] = null_policy
    if schedule is not None and schedule != tag.schedule:
        tag.schedule = schedule
        details["schedule"] = schedule
    if definition is not None:
        checked = _check(session, tag, definition, now)
        if changes(get_version(session, tag.workspace_id, tag_id, tag.current_version).definition, checked.encoded):
            _add_version(session, caller, tag, checked, note)
            details["version"] = tag.current_version
    if details:
        tag.due_at = due_after(session, tag, now)
        tag.updated_at = now
        _flush(session)
        audit(session, caller, "tag.updated", "tag", tag_id, details)
    return tag


def restore_version(
    session: Session, caller: Principal, tag_id: str, version: int, *, base_version: int, note: str = ""
) -> Tag:
    """Make the definition of an older version the newest one.

    Raises:
        NotFound: there is no such tag or version here.
        Conflict: somebody saved another version since, or that version says what the newest one says.
        RuleError: the definition no longer fits the catalogue.
    """
    old = get_version(session, caller.workspace_id, tag_id, version)
    updated = update_tag(
        session, caller, tag_id, base_version=base_version, definition=old.definition, note=note or f"= v{version}"
    )
    if updated.current_version == base_version:
        raise Conflict(
            f"Version {version} says the same as the newest version, {base_version}.", cure="Nothing needs to be done."
        )
    return updated


def archive_tag(session: Session, caller: Principal, tag_id: str) -> Tag:
    """Put a tag away: it is no longer computed, shown nor offered. `unarchive_tag` brings it back.

    Raises:
        NotFound: there is no such tag here.
        Conflict: it is archived already, or audiences or other tags build on it; `users` lists them.
    """
    tag = get_tag(session, caller.workspace_id, tag_id, for_update=True)
    if tag.is_archived:
        raise Conflict("It is archived already.", cure="Nothing needs to be done.")
    users = users_of(session, caller.workspace_id, Item("tag", tag_id))
    if users:
        names = names_of(session, caller.workspace_id, users)
        listed = ", ".join(f"{item.kind} “{names[item]}”" for item in users[:5])
        raise Conflict(
            f"“{tag.name}” is used by {len(users)} other definitions: {listed}.",
            cure="Take it out of them first.",
            users=[{"kind": item.kind, "id": item.id, "name": names[item]} for item in users],
        )
    set_uses(session, caller.workspace_id, Item("tag", tag_id), [])
    tag.is_archived, tag.due_at, tag.updated_at = True, None, caller.clock.now()
    audit(session, caller, "tag.archived", "tag", tag_id, {})
    return tag


def unarchive_tag(session: Session, caller: Principal, tag_id: str) -> Tag:
    """Bring an archived tag back and have it computed again.

    Raises:
        NotFound: there is no such tag here.
        Conflict: it is not archived, or its name is taken by now.
        RuleError: its definition asks for something that is gone.
    """
    now = caller.clock.now()
    tag = get_tag(session, caller.workspace_id, tag_id, for_update=True)
    if not tag.is_archived:
        raise Conflict("It is not archived.", cure="Nothing needs to be done.")
    _free_name(session, caller.workspace_id, tag.name)
    current = get_version(session, caller.workspace_id, tag_id, tag.current_version)
    checked = _check(session, tag, current.definition, now)
    set_uses(session, caller.workspace_id, Item("tag", tag_id), checked.uses)
    tag.is_archived, tag.updated_at = False, now
    tag.due_at = due_after(session, tag, now)
    _flush(session)
    _ask_recompute(session, tag)
    audit(session, caller, "tag.unarchived", "tag", tag_id, {})
    return tag


def request_recompute(session: Session, caller: Principal, tag_id: str) -> str:
    """Ask for the values to be computed now; returns the id of the job. Asking twice gives the same waiting job.

    Raises:
        NotFound: there is no such tag here.
        Conflict: it is archived.
    """
    tag = get_tag(session, caller.workspace_id, tag_id)
    if tag.is_archived:
        raise Conflict("An archived tag is not computed.", cure="Bring it back first.")
    job_id = _ask_recompute(session, tag)
    audit(session, caller, "tag.recompute_requested", "tag", tag_id, {"job": job_id})
    return job_id


def get_tag(session: Session, workspace_id: int, tag_id: str, *, for_update: bool = False) -> Tag:
    """One tag, archived or not.

    Raises:
        NotFound: there is none with this id in the workspace.
    """
    query = select(Tag).where(Tag.id == tag_id, Tag.workspace_id == workspace_id)
    tag = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if tag is None:
        raise NotFound(f"There is no tag {tag_id!r} in this workspace.", cure="Check the id.")
    return tag


def list_tags(
    session: Session,
    workspace_id: int,
    *,
    before: str | None = None,
    limit: int = 50,
    search: str = "",
    archived: bool = False,
) -> Sequence[Tag]:
    """The newest first, those with an id below `before`; `search` is part of the name, in any case."""
    query = select(Tag).where(Tag.workspace_id == workspace_id, Tag.is_archived == archived)
    if before is not None:
        query = query.where(Tag.id < before)
    if search:
        query = query.where(Tag.name.icontains(search, autoescape=True))
    return session.scalars(query.order_by(Tag.id.desc()).limit(limit)).all()


def get_version(session: Session, workspace_id: int, tag_id: str, version: int) -> TagVersion:
    """One version of a tag's definition.

    Raises:
        NotFound: there is no such tag or version in the workspace.
    """
    found = session.get(TagVersion, (tag_id, version))
    if found is None or found.workspace_id != workspace_id:
        raise NotFound(
            f"There is no version {version} of the tag {tag_id!r} in this workspace.", cure="List its versions."
        )
    return found


def list_versions(
    session: Session, workspace_id: int, tag_id: str, *, before: int | None = None, limit: int = 50
) -> Sequence[TagVersion]:
    """The newest versions first, those below `before`.

    Raises:
        NotFound: there is no such tag in the workspace.
    """
    get_tag(session, workspace_id, tag_id)
    query = select(TagVersion).where(TagVersion.tag_id == tag_id)
    if before is not None:
        query = query.where(TagVersion.version < before)
    return session.scalars(query.order_by(TagVersion.version.desc()).limit(limit)).all()


def compare_versions(session: Session, workspace_id: int, tag_id: str, before: int, after: int) -> list[Change]:
    """What turned the definition of version `before` into that of version `after`.

    Raises:
        NotFound: one of them does not exist here.
    """
    return changes(
        get_version(session, workspace_id, tag_id, before).definition,
        get_version(session, workspace_id, tag_id, after).definition,
    )


def due_after(session: Session, tag: Tag, after: datetime) -> datetime | None:
    """When the schedule computes the tag next, after `after`."""
    workspace = session.get_one(Workspace, tag.workspace_id)
    return next_due(cast("Cadence", tag.schedule), after, workspace.timezone)


def _check(session: Session, tag: Tag, source: Mapping[str, Any], now: datetime) -> _Checked:
    """Decode the definition and resolve all of it against the catalogue of now."""
    definition = decode_definition(cast("TagKind", tag.kind), cast("ValueType", tag.value_type), source)
    catalog = load_catalog(session, tag.workspace_id)
    uses: set[Item] = set()
    if isinstance(definition, StatisticDefinition):
        with errors_under("measure"):
            resolved = rules.resolve_measure(definition.measure, catalog, now)
            if resolved.value_type != tag.value_type:
                raise RuleError(
                    f"This measure gives a {resolved.value_type}, but the tag's values are of type {tag.value_type}.",
                    path="function",
                    cure="Choose another measure, or make a new tag.",
                )
    else:
        for index, level in enumerate(definition.levels):
            with errors_under(f"levels[{index}].rule"):
                user = Item("tag", tag.id)
                uses |= check_rule(session, tag.workspace_id, level.rule, now, user=user, catalog=catalog).uses
    return _Checked(encode_definition(definition), frozenset(uses))


def _add_version(session: Session, caller: Principal, tag: Tag, checked: _Checked, note: str) -> None:
    tag.current_version += 1
    session.add(
        TagVersion(
            tag_id=tag.id,
            version=tag.current_version,
            workspace_id=tag.workspace_id,
            definition=checked.encoded,
            note=note.strip(),
            created_by=caller.actor_id,
            created_at=caller.clock.now(),
        )
    )
    session.flush()
    set_uses(session, tag.workspace_id, Item("tag", tag.id), checked.uses)
    enqueue(session, PROMOTE, {"tag_id": tag.id}, workspace_id=tag.workspace_id, key=tag.id)
    _ask_recompute(session, tag)


def _ask_recompute(session: Session, tag: Tag) -> str:
    return enqueue(session, RECOMPUTE, {"tag_id": tag.id}, workspace_id=tag.workspace_id, key=tag.id)


def _editable(session: Session, workspace_id: int, tag_id: str, base_version: int) -> Tag:
    tag = get_tag(session, workspace_id, tag_id, for_update=True)
    if tag.is_archived:
        raise Conflict("An archived tag cannot be changed.", cure="Bring it back first.")
    if tag.current_version != base_version:
        raise Conflict(
            f"“{tag.name}” is at version {tag.current_version}; the change was made on {base_version}.",
            cure="Look at what was changed in between, then save again on top of the newest version.",
            current_version=tag.current_version,
            base_version=base_version,
        )
    return tag


def _free_name(session: Session, workspace_id: int, name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= _MAX_NAME:
        raise InvalidRequest(f"A name has 1 to {_MAX_NAME} characters.", cure="Choose another name.", path="name")
    taken = select(Tag.id).where(Tag.workspace_id == workspace_id, Tag.name == name, Tag.is_archived.is_(False))
    if session.scalars(taken).first() is not None:
        raise _name_taken()
    return name


def _flush(session: Session) -> None:
    """Write now, so that a name taken by a concurrent transaction is met here and not at the commit."""
    try:
        session.flush()
    except IntegrityError as exc:
        raise _name_taken() from exc


def _name_taken() -> Conflict:
    return Conflict("Another tag has this name.", cure="Choose another name.", path="name")
