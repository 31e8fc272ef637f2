"""What an audience is meant to hold: the versions of its rule (`tributary.governance.definitions`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, cast

from tributary import rules
from tributary.access import Principal
from tributary.core.cadence import Cadence
from tributary.core.fields import FieldKind
from tributary.core.ids import new_id
from tributary.errors import Conflict, InvalidRequest
from tributary.governance.definitions import Definitions
from tributary.governance.lineage import Item
from tributary.governance.ordering import Order
from tributary.governance.rule_check import Checked, check_rule
from tributary.store import Session
from tributary.store.tables.audiences import Audience, AudienceVersion

AudienceKind = Literal["dynamic", "snapshot"]


class _Audiences(Definitions[Audience, AudienceVersion]):
    kind = "audience"
    compute_job = "audience.refresh"

    def check(self, session: Session, definition: Audience, source: Mapping[str, Any], now: datetime) -> Checked:
        return check_rule(session, definition.workspace_id, source, now, user=Item("audience", definition.id))

    def fields_of(self, definition: Audience, version: AudienceVersion) -> Iterable[tuple[FieldKind, str, str]]:  # noqa: ARG002
        return rules.fields_used(rules.decode(version.rule))

    def sorts(self) -> Mapping[str, Order]:
        return {**super().sorts(), "size": Order(Audience.id, Audience.size, missing=-1)}

    def is_living(self, definition: Audience) -> bool:
        return definition.kind == "dynamic"


AUDIENCES = _Audiences(Audience, AudienceVersion)

get_audience = AUDIENCES.get
list_audiences = AUDIENCES.list
archive_audience = AUDIENCES.archive
unarchive_audience = AUDIENCES.unarchive
get_version = AUDIENCES.get_version
list_versions = AUDIENCES.list_versions
compare_versions = AUDIENCES.compare
sort_key = AUDIENCES.sort_key
restore_version = AUDIENCES.restore
enqueue_due = AUDIENCES.enqueue_due
recompute_all = AUDIENCES.recompute_all


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
    audience = Audience(
        id=new_id("aud"),
        name=name,
        description=description,
        kind=kind,
        schedule="manual" if kind == "snapshot" else schedule,
        size=None,
    )
    return AUDIENCES.create(session, caller, audience, rule, note)


def duplicate_audience(session: Session, caller: Principal, audience_id: str, *, name: str | None = None) -> Audience:
    """A new audience like this one, with its newest rule; without a `name`, the old one with the next free number.

    Raises:
        NotFound: there is no such audience here. Conflict: the name is taken. RuleError: the rule no longer fits the
        catalogue.
    """
    source = get_audience(session, caller.workspace_id, audience_id)
    version = get_version(session, caller.workspace_id, audience_id, source.current_version)
    return create_audience(
        session,
        caller,
        name=AUDIENCES.free_copy_name(session, source) if name is None else name,
        rule=version.rule,
        description=source.description,
        kind=cast("AudienceKind", source.kind),
        schedule=cast("Cadence", source.schedule),
        note=f"= {source.name} v{version.version}",
    )


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
        InvalidRequest: a snapshot was given a schedule.
        RuleError: the rule is wrong, or the audience would build on itself.
    """
    audience = AUDIENCES.open(session, caller, audience_id, base_version)
    if audience.kind == "snapshot" and schedule not in (None, "manual"):
        raise InvalidRequest(
            "A snapshot is computed once per version and has no schedule.",
            cure="Create a dynamic audience for a list that follows its rule.",
            path="schedule",
        )
    choices = {"schedule": schedule}
    return AUDIENCES.change(
        session, caller, audience, name=name, description=description, choices=choices, source=rule, note=note
    )


def request_refresh(session: Session, caller: Principal, audience_id: str) -> str:
    """Ask for the members to be computed now; returns the id of the job. Asking twice gives the same waiting job.

    Raises:
        NotFound: there is no such audience here.
        Conflict: it is archived, or a snapshot that has been computed.
    """
    audience = get_audience(session, caller.workspace_id, audience_id)
    if audience.kind == "snapshot" and audience.current_run is not None:
        raise Conflict(
            "A snapshot is computed once.", cure="Save a new version, or create a dynamic audience with this rule."
        )
    return AUDIENCES.request(session, caller, audience)
