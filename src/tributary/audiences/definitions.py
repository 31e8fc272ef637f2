"""What an audience is meant to hold: its record, the versions of its rule, and who may not take it away.

Every change of the rule is a new version; none is ever changed or removed. Saving a rule asks for the jobs that make it
true: the columns that it reads get promoted and its members are computed. The old members stay current until then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tributary.access import Principal, audit
from tributary.core.cadence import Cadence, next_due
from tributary.core.changes import Change, changes
from tributary.core.ids import new_id
from tributary.errors import Conflict, InvalidRequest, NotFound
from tributary.governance.lineage import Item, names_of, set_uses, users_of
from tributary.governance.rule_check import CheckedRule, check_rule
from tributary.jobs import enqueue
from tributary.store import Session
from tributary.store.tables.access import Workspace
from tributary.store.tables.audiences import Audience, AudienceVersion

AudienceKind = Literal["dynamic", "snapshot"]

REFRESH = "audience.refresh"  # the job kinds of this package
PROMOTE = "audience.promote"

_MAX_NAME = 200


def create_audience(
    session: Session,
    caller: Principal,
    *,
    name: str,
    rule: dict[str, Any],
    description: str = "",
    kind: AudienceKind = "dynamic",
    schedule: Cadence = "hourly",
    note: str = "",
) -> Audience:
    """A new audience at version 1; its members are computed by a job as soon as this is committed.

    Raises:
        RuleError: the rule is wrong; `path` says where.
        InvalidRequest: the name is empty or too long.
        Conflict: another audience has this name.
    """
    now = caller.clock.now()
    audience_id = new_id("aud")
    checked = check_rule(session, caller.workspace_id, rule, now, user=Item("audience", audience_id))
    audience = Audience(
        id=audience_id,
        workspace_id=caller.workspace_id,
        name=_free_name(session, caller.workspace_id, name),
        description=description,
        kind=kind,
        schedule="manual" if kind == "snapshot" else schedule,
        current_version=0,
        current_run=None,
        last_run=0,
        size=None,
        refreshed_at=None,
        due_at=None,
        is_archived=False,
        created_by=caller.actor_id,
        created_at=now,
        updated_at=now,
    )
    session.add(audience)
    _flush(session)
    _add_version(session, caller, audience, checked, note)
    audience.due_at = due_after(session, audience, now)
    audit(session, caller, "audience.created", "audience", audience.id, {"version": 1})
    return audience


def update_audience(
    session: Session,
    caller: Principal,
    audience_id: str,
    *,
    base_version: int,
    name: str | None = None,
    description: str | None = None,
    schedule: Cadence | None = None,
    rule: dict[str, Any] | None = None,
    note: str = "",
) -> Audience:
    """Change what is given. A rule that differs from the current one becomes the next version.

    `base_version` is the version that the caller looked at when the change was made.

    Raises:
        NotFound: there is no such audience here.
        Conflict: somebody saved another version since, the audience is archived, or the name is taken.
        RuleError: the rule is wrong, or the audience would build on itself.
    """
    now = caller.clock.now()
    audience = _editable(session, caller.workspace_id, audience_id, base_version)
    details: dict[str, Any] = {}
    if name is not None and name.strip() != audience.name:
        audience.name = _free_name(session, caller.workspace_id, name)
        details["name"] = True
    if description is not None and description != audience.description:
        audience.description = description
        details["description"] = True
    if schedule is not None and schedule != audience.schedule:
        if audience.kind == "snapshot" and schedule != "manual":
            raise InvalidRequest(
                "A snapshot is computed once per version and has no schedule.",
                cure="Create a dynamic audience for a list that follows its rule.",
                path="schedule",
            )
        audience.schedule = schedule
        details["schedule"] = schedule
    if rule is not None:
        checked = check_rule(session, caller.workspace_id, rule, now, user=Item("audience", audience_id))
        current = get_version(session, caller.workspace_id, audience_id, audience.current_version)
        if changes(current.rule, checked.encoded):
            _add_version(session, caller, audience, checked, note)
            details["version"] = audience.current_version
    if details:
        audience.due_at = due_after(session, audience, now)
        audience.updated_at = now
        _flush(session)
        audit(session, caller, "audience.updated", "audience", audience_id, details)
    return audience


def restore_version(
    session: Session, caller: Principal, audience_id: str, version: int, *, base_version: int, note: str = ""
) -> Audience:
    """Make the rule of an older version the newest one.

    Raises:
        NotFound: there is no such audience or version here.
        Conflict: somebody saved another version since, or that version says what the newest one says.
        RuleError: the rule no longer fits the catalogue.
    """
    old = get_version(session, caller.workspace_id, audience_id, version)
    updated = update_audience(
        session, caller, audience_id, base_version=base_version, rule=old.rule, note=note or f"= v{version}"
    )
    if updated.current_version == base_version:
        raise Conflict(
            f"Version {version} says the same as the newest version, {base_version}.", cure="Nothing needs to be done."
        )
    return updated


def archive_audience(session: Session, caller: Principal, audience_id: str) -> Audience:
    """Put an audience away: it is no longer refreshed nor offered. `unarchive_audience` brings it back.

    Raises:
        NotFound: there is no such audience here.
        Conflict: it is archived already, or other audiences, tags or campaigns build on it; `users` lists them.
    """
    audience = get_audience(session, caller.workspace_id, audience_id, for_update=True)
    if audience.is_archived:
        raise Conflict("It is archived already.", cure="Nothing needs to be done.")
    users = users_of(session, caller.workspace_id, Item("audience", audience_id))
    if users:
        names = names_of(session, caller.workspace_id, users)
        listed = ", ".join(f"{item.kind} “{names[item]}”" for item in users[:5])
        raise Conflict(
            f"“{audience.name}” is used by {len(users)} other definitions: {listed}.",
            cure="Take it out of them first.",
            users=[{"kind": item.kind, "id": item.id, "name": names[item]} for item in users],
        )
    set_uses(session, caller.workspace_id, Item("audience", audience_id), [])
    audience.is_archived, audience.due_at, audience.updated_at = True, None, caller.clock.now()
    audit(session, caller, "audience.archived", "audience", audience_id, {})
    return audience


def unarchive_audience(session: Session, caller: Principal, audience_id: str) -> Audience:
    """Bring an archived audience back and have it computed again.

    Raises:
        NotFound: there is no such audience here.
        Conflict: it is not archived, or its name is taken by now.
        RuleError: its rule asks for something that is gone.
    """
    now = caller.clock.now()
    audience = get_audience(session, caller.workspace_id, audience_id, for_update=True)
    if not audience.is_archived:
        raise Conflict("It is not archived.", cure="Nothing needs to be done.")
    _free_name(session, caller.workspace_id, audience.name)
    current = get_version(session, caller.workspace_id, audience_id, audience.current_version)
    item = Item("audience", audience_id)
    checked = check_rule(session, caller.workspace_id, current.rule, now, user=item)
    set_uses(session, caller.workspace_id, item, checked.uses)
    audience.is_archived, audience.updated_at = False, now
    audience.due_at = due_after(session, audience, now)
    _flush(session)
    if audience.kind == "dynamic":
        _ask_refresh(session, audience)
    audit(session, caller, "audience.unarchived", "audience", audience_id, {})
    return audience


def request_refresh(session: Session, caller: Principal, audience_id: str) -> str:
    """Ask for the members to be computed now; returns the id of the job. Asking twice gives the same waiting job.

    Raises:
        NotFound: there is no such audience here.
        Conflict: it is archived, or a snapshot that has been computed.
    """
    audience = get_audience(session, caller.workspace_id, audience_id)
    if audience.is_archived:
        raise Conflict("An archived audience is not refreshed.", cure="Bring it back first.")
    if audience.kind == "snapshot" and audience.current_run is not None:
        raise Conflict(
            "A snapshot is computed once.", cure="Save a new version, or create a dynamic audience with this rule."
        )
    job_id = _ask_refresh(session, audience)
    audit(session, caller, "audience.refresh_requested", "audience", audience_id, {"job": job_id})
    return job_id


def get_audience(session: Session, workspace_id: int, audience_id: str, *, for_update: bool = False) -> Audience:
    """One audience, archived or not.

    Raises:
        NotFound: there is none with this id in the workspace.
    """
    query = select(Audience).where(Audience.id == audience_id, Audience.workspace_id == workspace_id)
    audience = session.scalars(query.with_for_update() if for_update else query).one_or_none()
    if audience is None:
        raise NotFound(f"There is no audience {audience_id!r} in this workspace.", cure="Check the id.")
    return audience


def list_audiences(
    session: Session,
    workspace_id: int,
    *,
    before: str | None = None,
    limit: int = 50,
    search: str = "",
    archived: bool = False,
) -> Sequence[Audience]:
    """The newest first, those with an id below `before`; `search` is part of the name, in any case."""
    query = select(Audience).where(Audience.workspace_id == workspace_id, Audience.is_archived == archived)
    if before is not None:
        query = query.where(Audience.id < before)
    if search:
        query = query.where(Audience.name.icontains(search, autoescape=True))
    return session.scalars(query.order_by(Audience.id.desc()).limit(limit)).all()


def get_version(session: Session, workspace_id: int, audience_id: str, version: int) -> AudienceVersion:
    """One version of an audience's rule.

    Raises:
        NotFound: there is no such audience or version in the workspace.
    """
    found = session.get(AudienceVersion, (audience_id, version))
    if found is None or found.workspace_id != workspace_id:
        raise NotFound(
            f"There is no version {version} of the audience {audience_id!r} in this workspace.",
            cure="List its versions.",
        )
    return found


def list_versions(
    session: Session, workspace_id: int, audience_id: str, *, before: int | None = None, limit: int = 50
) -> Sequence[AudienceVersion]:
    """The newest versions first, those below `before`.

    Raises:
        NotFound: there is no such audience in the workspace.
    """
    get_audience(session, workspace_id, audience_id)
    query = select(AudienceVersion).where(AudienceVersion.audience_id == audience_id)
    if before is not None:
        query = query.where(AudienceVersion.version < before)
    return session.scalars(query.order_by(AudienceVersion.version.desc()).limit(limit)).all()


def compare_versions(session: Session, workspace_id: int, audience_id: str, before: int, after: int) -> list[Change]:
    """What turned the rule of version `before` into that of version `after`.

    Raises:
        NotFound: one of them does not exist here.
    """
    return changes(
        get_version(session, workspace_id, audience_id, before).rule,
        get_version(session, workspace_id, audience_id, after).rule,
    )


def _add_version(session: Session, caller: Principal, audience: Audience, checked: CheckedRule, note: str) -> None:
    audience.current_version += 1
    session.add(
        AudienceVersion(
            audience_id=audience.id,
            version=audience.current_version,
            workspace_id=audience.workspace_id,
            rule=checked.encoded,
            note=note.strip(),
            created_by=caller.actor_id,
            created_at=caller.clock.now(),
        )
    )
    session.flush()
    set_uses(session, audience.workspace_id, Item("audience", audience.id), checked.uses)
    payload = {"audience_id": audience.id}
    enqueue(session, PROMOTE, payload, workspace_id=audience.workspace_id, key=audience.id)
    _ask_refresh(session, audience)


def _ask_refresh(session: Session, audience: Audience) -> str:
    return enqueue(session, REFRESH, {"audience_id": audience.id}, workspace_id=audience.workspace_id, key=audience.id)


def _editable(session: Session, workspace_id: int, audience_id: str, base_version: int) -> Audience:
    audience = get_audience(session, workspace_id, audience_id, for_update=True)
    if audience.is_archived:
        raise Conflict("An archived audience cannot be changed.", cure="Bring it back first.")
    if audience.current_version != base_version:
        raise Conflict(
            f"“{audience.name}” is at version {audience.current_version}; the change was made on {base_version}.",
            cure="Look at what was changed in between, then save again on top of the newest version.",
            current_version=audience.current_version,
            base_version=base_version,
        )
    return audience


def _free_name(session: Session, workspace_id: int, name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= _MAX_NAME:
        raise InvalidRequest(f"A name has 1 to {_MAX_NAME} characters.", cure="Choose another name.", path="name")
    taken = select(Audience.id).where(
        Audience.workspace_id == workspace_id, Audience.name == name, Audience.is_archived.is_(False)
    )
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
    return Conflict("Another audience has this name.", cure="Choose another name.", path="name")


def due_after(session: Session, audience: Audience, after: datetime) -> datetime | None:
    """When the schedule refreshes the audience next, after `after`."""
    workspace = session.get_one(Workspace, audience.workspace_id)
    return next_due(cast("Cadence", audience.schedule), after, workspace.timezone)
