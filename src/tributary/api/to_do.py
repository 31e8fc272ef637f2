"""What waits for somebody: found in the stores when it is asked for, so that nothing is ever left standing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple, get_args

from sqlalchemy import func, select

from tributary import messaging, pipeline, sources
from tributary.access import Principal
from tributary.messaging import HOLDOUT
from tributary.pipeline import PipelineStatus
from tributary.sources import SourceKind
from tributary.store import Session
from tributary.store.tables.audiences import Audience, AudienceRun
from tributary.store.tables.messaging import Campaign, Delivery
from tributary.store.tables.pipeline import QuarantinedEvent
from tributary.store.tables.tags import Tag, TagRun

Code = Literal[
    "pipeline_behind", "no_source", "campaign_failed", "deliveries_unknown", "audience_failed", "tag_failed",
    "source_silent", "quarantine_waiting", "audience_outdated", "tag_outdated", "campaign_scheduled",
    "campaign_draft_ready", "no_audience", "no_campaign",
]  # fmt: skip
CODES: tuple[Code, ...] = get_args(Code)  # the most urgent first
Target = Literal["pipeline", "source", "quarantine", "audience", "tag", "campaign"]

_SILENT = timedelta(hours=24)
_BEHIND = timedelta(minutes=1)
_STOPPABLE = ("scheduled", "checking", "sending", "paused")
_MOST_DRAFTS = 50  # newest drafts that are looked at
_NO_CLIENTS = {SourceKind.INTERNAL.value, SourceKind.IMPORT.value}  # they do not send by themselves


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something to do. With exactly one target it is named; with several, `count` says how many."""

    code: Code
    count: int
    target_type: Target
    target_id: str | None = None
    name: str | None = None


class _Asked(NamedTuple):
    session: Session
    workspace_id: int
    now: datetime
    status: PipelineStatus


def to_do(session: Session, caller: Principal, now: datetime, status: PipelineStatus) -> list[ToDo]:
    """What waits, the most urgent first; only what the caller may look at."""
    asked = _Asked(session, caller.workspace_id, now, status)
    found = [item for scope, find in _FINDERS if scope in caller.scopes for item in find(asked)]
    return sorted(found, key=lambda item: CODES.index(item.code))


def _one_or_many(code: Code, target: Target, rows: Sequence[tuple[str, str]]) -> Iterable[ToDo]:
    """`rows` are (id, name) of what it is about."""
    if len(rows) == 1:
        yield ToDo(code, 1, target, *rows[0])
    elif rows:
        yield ToDo(code, len(rows), target)


def _pipeline(asked: _Asked) -> Iterable[ToDo]:
    oldest = asked.status.oldest_unread_at
    if oldest is not None and asked.now - oldest > _BEHIND:
        yield ToDo("pipeline_behind", asked.status.lag_records, "pipeline")


def _sources(asked: _Asked) -> Iterable[ToDo]:
    own = [each for each in sources.list_sources(asked.session, asked.workspace_id) if each.kind != "internal"]
    if not own:
        yield ToDo("no_source", 1, "source")
        return
    sending = {each.id: each.name for each in own if each.is_enabled and each.kind not in _NO_CLIENTS}
    health = pipeline.source_health(asked.session, asked.workspace_id, list(sending), asked.now)
    silent = [
        (each.source_id, sending[each.source_id])
        for each in health
        if each.last_received_at is not None and asked.now - each.last_received_at > _SILENT
    ]
    yield from _one_or_many("source_silent", "source", silent)


def _quarantine(asked: _Asked) -> Iterable[ToDo]:
    count = asked.session.scalar(
        select(func.count()).where(
            QuarantinedEvent.workspace_id == asked.workspace_id, QuarantinedEvent.state == "open"
        )
    )
    if count:
        yield ToDo("quarantine_waiting", count, "quarantine")


def _audiences(asked: _Asked) -> Iterable[ToDo]:
    session, workspace_id = asked.session, asked.workspace_id
    yield from _one_or_many("audience_failed", "audience", _failed(session, workspace_id, Audience, AudienceRun))
    yield from _one_or_many("audience_outdated", "audience", _outdated(session, workspace_id, Audience, AudienceRun))
    if session.scalar(select(Audience.id).where(Audience.workspace_id == workspace_id).limit(1)) is None:
        yield ToDo("no_audience", 1, "audience")


def _tags(asked: _Asked) -> Iterable[ToDo]:
    session, workspace_id = asked.session, asked.workspace_id
    yield from _one_or_many("tag_failed", "tag", _failed(session, workspace_id, Tag, TagRun))
    yield from _one_or_many("tag_outdated", "tag", _outdated(session, workspace_id, Tag, TagRun))


def _failed(session: Session, workspace_id: int, table: Any, runs: Any) -> list[tuple[str, str]]:
    """Definitions whose last run failed."""
    query = select(table.id, table.name).join(runs, (runs.definition_id == table.id) & (runs.run == table.last_run))
    query = query.where(table.workspace_id == workspace_id, table.is_archived.is_(False), runs.state == "failed")
    return [(id_, name) for id_, name in session.execute(query.order_by(table.name))]


def _outdated(session: Session, workspace_id: int, table: Any, runs: Any) -> list[tuple[str, str]]:
    """Definitions whose results are those of an older version, and that are not just being computed."""
    query = select(table.id, table.name).join(runs, (runs.definition_id == table.id) & (runs.run == table.current_run))
    query = query.where(
        table.workspace_id == workspace_id,
        table.is_archived.is_(False),
        table.last_run == table.current_run,
        runs.version < table.current_version,
    )
    return [(id_, name) for id_, name in session.execute(query.order_by(table.name))]


def _campaigns(asked: _Asked) -> Iterable[ToDo]:
    session, workspace_id = asked.session, asked.workspace_id
    live = session.execute(
        select(Campaign.id, Campaign.name, Campaign.state, Campaign.error)
        .where(Campaign.workspace_id == workspace_id, Campaign.state.in_(_STOPPABLE), Campaign.archived_at.is_(None))
        .order_by(Campaign.id.desc())
    ).all()
    yield from _one_or_many("campaign_failed", "campaign", [row[:2] for row in live if row[3]])
    waiting = [row[:2] for row in live if row[2] == "scheduled" and not row[3]]
    yield from _one_or_many("campaign_scheduled", "campaign", waiting)
    yield from _unknown(session, workspace_id)
    yield from _one_or_many("campaign_draft_ready", "campaign", _ready_drafts(session, workspace_id))
    if session.scalar(select(Campaign.id).where(Campaign.workspace_id == workspace_id).limit(1)) is None:
        yield ToDo("no_campaign", 1, "campaign")


def _unknown(session: Session, workspace_id: int) -> Iterable[ToDo]:
    """Messages of which nobody knows whether they were sent. `count` is of messages; one campaign is named."""
    rows = session.execute(
        select(Delivery.campaign_id, Campaign.name, func.count())
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .where(Delivery.state == "unknown", Delivery.workspace_id == workspace_id)
        .group_by(Delivery.campaign_id, Campaign.name)
    ).all()
    total = sum(count for _, _, count in rows)
    if len(rows) == 1:
        yield ToDo("deliveries_unknown", total, "campaign", rows[0][0], rows[0][1])
    elif rows:
        yield ToDo("deliveries_unknown", total, "campaign")


def _ready_drafts(session: Session, workspace_id: int) -> list[tuple[str, str]]:
    """Drafts that lack nothing but their start."""
    drafts = session.scalars(
        select(Campaign)
        .where(
            Campaign.workspace_id == workspace_id,
            Campaign.state == "draft",
            Campaign.archived_at.is_(None),
            Campaign.audience_id != "",
        )
        .order_by(Campaign.id.desc())
        .limit(_MOST_DRAFTS)
    )
    ready = []
    for draft in drafts:
        arms = [arm for arm in messaging.get_content(session, draft).arms if arm.weight and arm.name != HOLDOUT]
        if arms and all(arm.has_message and arm.subject.strip() for arm in arms):
            ready.append((draft.id, draft.name))
    return ready


_FINDERS: tuple[tuple[str, Callable[[_Asked], Iterable[ToDo]]], ...] = (
    ("events:read", _pipeline),
    ("sources:read", _sources),
    ("quarantine:read", _quarantine),
    ("audiences:read", _audiences),
    ("tags:read", _tags),
    ("campaigns:read", _campaigns),
)
