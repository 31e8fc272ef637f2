"""One person's graph: identifiers, the evidence between them, and what was merged and parted when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import case, func, or_, select

from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.context import ContextDep, ReadSession
from tributary.api.identity_texts import encode_identifier_id, encode_link_id, encode_merge_id
from tributary.api.locale import Text
from tributary.api.people import Reveal, note_revealed, own_profile
from tributary.api.problems import problems
from tributary.core.ids import encode_profile_id
from tributary.identity import canonical_profile_id, link_reason, load_rules, merges_of
from tributary.identity.partition import Judge
from tributary.profiles import mask_identifier
from tributary.store import Session, bulk
from tributary.store.tables.identity import Edge, Identifier

router = APIRouter(prefix="/profiles", tags=["identity"])

Reader = Annotated[Principal, requires("identity:read")]

_MOST_LINKS = 500
_MOST_NODES = 1000
_MOST_MERGES = 500


class GraphNode(BaseModel):
    """An identifier. `is_own`: it is this person's; others are those that were not linked. `profile_id` is whose it is,
    null for nobody's. `claims` counts the more trusted identifiers that came with it; `is_over_cap` says that these are
    too many for one person. `led_since` and `led_until` bound the events that were stored by it; null without any.
    """

    id: str
    type: str
    value: str
    profile_id: str | None
    is_own: bool
    is_removed: bool
    is_blocked: bool = Field(description="By the rules in force such a value names nobody; it was taken before.")
    first_seen: datetime
    led_since: datetime | None
    led_until: datetime | None = Field(description="Exact to an hour.")
    source_id: str
    claims: int
    cap: int | None
    is_over_cap: bool
    is_shared: bool
    is_unique: bool


class GraphLink(BaseModel):
    """A piece of evidence that two identifiers are one person's, whether it counts, and the reason in words."""

    id: str
    a: str
    b: str
    kind: str
    rule: str
    is_linked: bool
    refusal: str = Field(description="Code of why it does not count; empty if it does.")
    reason: Text
    is_trusted: bool = Field(description="It came from a server, or was signed.")
    source_id: str
    message_id: str
    at: datetime


class GraphMerge(BaseModel):
    """A profile that was taken up by another one, or that parted from it (`absorbed_id`), and why."""

    id: str
    kind: Literal["merge", "split"]
    survivor_id: str
    absorbed_id: str
    rule: str
    actor: str
    identifiers: list[str] = Field(description="The two that proved it, or that were parted, as far as they are known.")
    source_id: str
    message_id: str
    at: datetime = Field(description="When it happened.")
    evidence_at: datetime | None = Field(description="The time of the evidence; null if there was none.")


class IdentityGraph(BaseModel):
    """A person's graph. Links that count come first; `is_complete` is false if there are more than are listed."""

    profile_id: str
    nodes: list[GraphNode]
    links: list[GraphLink]
    merges: list[GraphMerge]
    is_complete: bool
    links_total: int
    is_masked: bool


@router.get(
    "/{profile_id}/graph",
    operation_id="get_identity_graph",
    summary="A person's identity graph",
    responses=problems(404),
)
def get_identity_graph(
    profile_id: str, caller: Reader, session: ReadSession, context: ContextDep, reveal: Reveal = False
) -> IdentityGraph:
    """Which identifiers are one person's and why, which are not and why not, and how it came about."""
    workspace_id = caller.workspace_id
    canonical = canonical_profile_id(session, own_profile(session, workspace_id, profile_id))
    if reveal:
        note_revealed(context, caller, "identity.graph_read", [canonical])
    own = set(
        session.scalars(
            select(Identifier.id)
            .where(Identifier.workspace_id == workspace_id, Identifier.profile_id == canonical)
            .order_by(Identifier.first_seen_ms, Identifier.id)
            .limit(_MOST_NODES + 1)
        )
    )
    total, links = _links(session, workspace_id, own)
    wanted = own | {end for link in links for end in (link.identifier_a, link.identifier_b)}
    judge = Judge(load_rules(session, workspace_id).rules)
    nodes = [
        _node(row, canonical, judge, is_masked=not reveal) for row in _rows(session, workspace_id, wanted)[:_MOST_NODES]
    ]
    shown = {each.id for each in nodes}
    merges = merges_of(session, workspace_id, canonical, limit=_MOST_MERGES)
    return IdentityGraph(
        profile_id=encode_profile_id(canonical),
        nodes=nodes,
        links=[
            each
            for each in map(_link, links)
            if each.a in shown and each.b in shown  # evidence about a value that never got a home has no other end
        ],
        merges=[
            GraphMerge(
                id=encode_merge_id(each.id),
                kind="split" if each.kind == "split" else "merge",
                survivor_id=encode_profile_id(each.survivor_id),
                absorbed_id=encode_profile_id(each.absorbed_id),
                rule=each.rule,
                actor=each.actor,
                identifiers=[encode_identifier_id(end) for end in each.identifier_ids if end],
                source_id=each.source_id,
                message_id=each.message_id,
                at=each.recorded_at or each.at,
                evidence_at=each.at if each.at.timestamp() else None,
            )
            for each in merges
        ],
        is_complete=total <= len(links) and len(own) <= _MOST_NODES and len(merges) < _MOST_MERGES,
        links_total=total,
        is_masked=not reveal,
    )


def _links(session: Session, workspace_id: int, own: set[int]) -> tuple[int, list[Edge]]:
    """How much evidence there is about these identifiers, and the part of it that is shown: what counts, the oldest
    first, then what does not, the newest first.
    """
    about = (
        Edge.workspace_id == workspace_id,
        or_(Edge.identifier_a.in_(own), Edge.identifier_b.in_(own)),
    )
    total = session.scalar(select(func.count()).select_from(Edge).where(*about)) or 0
    order = (case((Edge.refusal == "", 0), else_=1), case((Edge.refusal == "", Edge.at_ms), else_=-Edge.at_ms), Edge.id)
    return total, list(session.scalars(select(Edge).where(*about).order_by(*order).limit(_MOST_LINKS)))


def _rows(session: Session, workspace_id: int, wanted: set[int]) -> list[Identifier]:
    columns = tuple(column.name for column in Identifier.__table__.columns)
    rows = [
        Identifier(**dict(zip(columns, row, strict=True)))
        for row in bulk.fetch(session, Identifier, columns, "id", wanted)
    ]
    return sorted(
        (row for row in rows if row.workspace_id == workspace_id), key=lambda row: (row.first_seen_ms, row.id)
    )


def _node(row: Identifier, canonical: int, judge: Judge, *, is_masked: bool) -> GraphNode:
    cap = judge.cap(row.type)
    return GraphNode(
        id=encode_identifier_id(row.id),
        type=row.type,
        value=mask_identifier(row.type, row.value) if is_masked else row.value,
        profile_id=encode_profile_id(row.profile_id) if row.profile_id else None,
        is_own=row.profile_id == canonical,
        is_removed=bool(row.is_removed),
        is_blocked=bool(row.is_blocked),
        first_seen=_time(row.first_seen_ms),
        led_since=_time(row.first_led_ms) if row.base_id else None,
        led_until=_time(row.last_led_ms) if row.base_id else None,
        source_id=row.source_id,
        claims=row.degree,
        cap=cap,
        is_over_cap=cap is not None and row.degree > cap,
        is_shared=judge.is_shared(row.type),
        is_unique=judge.is_unique(row.type),
    )


def _link(edge: Edge) -> GraphLink:
    return GraphLink(
        id=encode_link_id(edge.id),
        a=encode_identifier_id(edge.identifier_a),
        b=encode_identifier_id(edge.identifier_b),
        kind=edge.kind,
        rule=edge.rule,
        is_linked=not edge.refusal,
        refusal=edge.refusal,
        reason=link_reason(edge.kind, edge.refusal),
        is_trusted=bool(edge.is_trusted),
        source_id=edge.source_id,
        message_id=edge.message_id,
        at=_time(edge.at_ms),
    )


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
