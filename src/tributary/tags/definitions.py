"""What a tag is meant to say: the versions of its levels or its measure (`tributary.governance.definitions`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from tributary import rules
from tributary.access import Principal
from tributary.core.cadence import Cadence
from tributary.core.fields import FieldKind
from tributary.core.ids import new_id
from tributary.errors import RuleError
from tributary.governance import load_catalog
from tributary.governance.definitions import Definitions
from tributary.governance.lineage import Item
from tributary.governance.ordering import Order
from tributary.governance.rule_check import Checked, check_rule
from tributary.store import Session
from tributary.store.tables.tags import Tag, TagVersion
from tributary.tags.definition import (
    Definition,
    NullPolicy,
    StatisticDefinition,
    TagKind,
    ValueType,
    decode_definition,
    encode_definition,
    errors_under,
    fields_of,
)


class _Tags(Definitions[Tag, TagVersion]):
    kind = "tag"
    compute_job = "tag.recompute"

    def check(self, session: Session, definition: Tag, source: Mapping[str, Any], now: datetime) -> Checked:
        decoded = _decode(definition, source)
        catalog = load_catalog(session, definition.workspace_id)
        uses: set[Item] = set()
        if isinstance(decoded, StatisticDefinition):
            with errors_under("measure"):
                given = rules.resolve_measure(decoded.measure, catalog, now).value_type
                if given != definition.value_type:
                    raise RuleError(
                        f"This measure gives a {given}, but the tag's values are of type {definition.value_type}.",
                        path="function",
                        cure="Choose another measure, or make a new tag.",
                    )
        else:
            user = Item("tag", definition.id)
            for index, level in enumerate(decoded.levels):
                with errors_under(f"levels[{index}].rule"):
                    checked = check_rule(session, definition.workspace_id, level.rule, now, user=user, catalog=catalog)
                uses |= checked.uses
        return Checked(encode_definition(decoded), frozenset(uses))

    def sorts(self) -> Mapping[str, Order]:
        return {**super().sorts(), "coverage": Order(Tag.id, Tag.coverage, missing=-1)}

    def fields_of(self, definition: Tag, version: TagVersion) -> Iterable[tuple[FieldKind, str, str]]:
        return fields_of(definition_of(definition, version))


TAGS = _Tags(Tag, TagVersion)

get_tag = TAGS.get
list_tags = TAGS.list
archive_tag = TAGS.archive
unarchive_tag = TAGS.unarchive
get_version = TAGS.get_version
list_versions = TAGS.list_versions
compare_versions = TAGS.compare
sort_key = TAGS.sort_key
restore_version = TAGS.restore
enqueue_due = TAGS.enqueue_due
recompute_all = TAGS.recompute_all


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
    tag = Tag(
        id=new_id("tag"),
        name=name,
        description=description,
        kind=kind,
        value_type=value_type,
        null_policy=null_policy,
        schedule=schedule,
        coverage=None,
    )
    return TAGS.create(session, caller, tag, definition, note)


def duplicate_tag(session: Session, caller: Principal, tag_id: str, *, name: str | None = None) -> Tag:
    """A new tag like this one, with its newest definition; without a `name`, the old one with the next free number.

    Raises:
        NotFound: there is no such tag here. Conflict: the name is taken. RuleError: the definition no longer fits the
        catalogue.
    """
    source = get_tag(session, caller.workspace_id, tag_id)
    version = get_version(session, caller.workspace_id, tag_id, source.current_version)
    return create_tag(
        session,
        caller,
        name=TAGS.free_copy_name(session, source) if name is None else name,
        kind=cast("TagKind", source.kind),
        value_type=cast("ValueType", source.value_type),
        definition=version.definition,
        description=source.description,
        null_policy=cast("NullPolicy", source.null_policy),
        schedule=cast("Cadence", source.schedule),
        note=f"= {source.name} v{version.version}",
    )


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
    tag = TAGS.open(session, caller, tag_id, base_version)
    choices = {"null_policy": null_policy, "schedule": schedule}
    return TAGS.change(
        session, caller, tag, name=name, description=description, choices=choices, source=definition, note=note
    )


def request_recompute(session: Session, caller: Principal, tag_id: str) -> str:
    """Ask for the values to be computed now; returns the id of the job. Asking twice gives the same waiting job.

    Raises:
        NotFound: there is no such tag here.
        Conflict: it is archived.
    """
    return TAGS.request(session, caller, get_tag(session, caller.workspace_id, tag_id))


def definition_of(tag: Tag, version: TagVersion) -> Definition:
    """What a version of the tag says."""
    return _decode(tag, version.definition)


def _decode(tag: Tag, source: Mapping[str, Any]) -> Definition:
    return decode_definition(cast("TagKind", tag.kind), cast("ValueType", tag.value_type), source)
