"""Reading the identity graph: who owns an identifier, which evidence joined it, what was merged and why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import or_, select

from tributary.identity.types import identifier_id
from tributary.store import Session, bulk
from tributary.store.tables.identity import Edge, Identifier, Merge, ProfileAlias

_KINDS = {
    "same_event": "they came on the same event",
    "alias": "an alias call named both",
    "match": "matching is sure that they are one person",
    "decision": "somebody decided so",
}
_REFUSALS = {
    "claimed_by_many": "too many others have claimed it, so it is taken for a shared value",
    "both_large": "both profiles are already large, and an event alone does not join two such profiles",
    "too_many_identifiers": "the profile would own more identifiers than one person has",
    "hash_collision": "its key is taken by another value",
    "blocked_value": "the value is on the list of values that name nobody",
    "not_valid": "the value is not valid for its type",
    "not_text": "the value is neither text nor a number",
    "unknown_type": "the type is not set up in this workspace",
    "too_long": "the value is too long",
    "shared_type": "values of this type belong to several people and never link",
    "removed": "it was removed",
    "unbound": "it was unbound later",
    "no_rule": "no identity rule links such a pair",
    "unsigned": "it came unsigned from somebody's own device",
    "decided_apart": "somebody decided that they are two people",
    "too_many_merges": "the profile would be made of more profiles than one person has",
    "entangled": "too much hangs together here; a full rebuild decides",
}


@dataclass(frozen=True, slots=True)
class Link:
    """One piece of evidence between two identifiers. `reason` says in words why they are, or are not, linked."""

    identifier: tuple[str, str]
    other: tuple[str, str]
    is_linked: bool
    kind: str
    rule: str
    refusal: str
    reason: str
    source_id: str
    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnedIdentifier:
    """An identifier of a profile."""

    id: int
    type: str
    value: str
    first_seen: datetime
    source_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class MergeEntry:
    """One entry of the merge ledger. `kind` is `merge`, or `split`: then `absorbed_id` parted from `survivor_id`.

    `at` is the time of the evidence, `recorded_at` the one when it was acted on; None if that is not known.
    """

    id: int
    kind: str
    survivor_id: int
    absorbed_id: int
    actor: str
    rule: str
    identifiers: tuple[tuple[str, str], tuple[str, str]]
    identifier_ids: tuple[int, int]
    source_id: str
    message_id: str
    at: datetime
    recorded_at: datetime | None


def refusal_text(code: str) -> str:
    """In words, why an identifier was not linked."""
    if code.startswith("limit:"):
        return f"the profile would own more {code[6:]} values than its limit allows"
    return _REFUSALS.get(code, code)


def link_reason(kind: str, refusal: str) -> str:
    """In words, why evidence links, or why it does not."""
    if refusal:
        return f"not linked because {refusal_text(refusal)}"
    return f"linked because {_KINDS.get(kind, kind)}"


def canonical_profile_id(session: Session, profile_id: int) -> int:
    """The profile that `profile_id` leads to now; itself if it was never absorbed."""
    found = session.execute(
        select(ProfileAlias.canonical_id).where(ProfileAlias.profile_id == profile_id)
    ).scalar_one_or_none()
    return profile_id if found is None else found


def find_owner(session: Session, workspace_id: int, type_: str, value: str) -> int | None:
    """The profile that owns an identifier, given its normalised value."""
    found = session.execute(
        select(Identifier.profile_id).where(
            Identifier.id == identifier_id(workspace_id, type_, value),
            Identifier.type == type_,
            Identifier.value == value,
        )
    ).scalar_one_or_none()
    return found or None


def identifiers_of(session: Session, workspace_id: int, profile_id: int) -> list[OwnedIdentifier]:
    """All identifiers that a profile owns, oldest first."""
    rows = session.execute(
        select(Identifier)
        .where(
            Identifier.workspace_id == workspace_id,
            Identifier.profile_id == profile_id,
            Identifier.is_removed.is_(False),
        )
        .order_by(Identifier.first_seen_ms, Identifier.id)
    ).scalars()
    return [
        OwnedIdentifier(row.id, row.type, row.value, _time(row.first_seen_ms), row.source_id, row.message_id)
        for row in rows
    ]


def links_of(session: Session, workspace_id: int, profile_id: int, *, limit: int = 1000) -> list[Link]:
    """The evidence about a profile's identifiers, refused links included, newest first."""
    owned = {each.id for each in identifiers_of(session, workspace_id, profile_id)}
    edges = session.scalars(
        select(Edge)
        .where(
            Edge.workspace_id == workspace_id,
            or_(Edge.identifier_a.in_(owned), Edge.identifier_b.in_(owned)),
        )
        .order_by(Edge.at_ms.desc(), Edge.id)
        .limit(limit)
    ).all()
    names = names_of(session, {each for edge in edges for each in (edge.identifier_a, edge.identifier_b)})
    unknown = ("unknown", "")
    return [
        Link(
            identifier=names.get(edge.identifier_a, unknown),
            other=names.get(edge.identifier_b, unknown),
            is_linked=not edge.refusal,
            kind=edge.kind,
            rule=edge.rule,
            refusal=edge.refusal,
            reason=link_reason(edge.kind, edge.refusal),
            source_id=edge.source_id,
            message_id=edge.message_id,
            at=_time(edge.at_ms),
        )
        for edge in edges
    ]


def merges_of(session: Session, workspace_id: int, profile_id: int, *, limit: int = 1000) -> list[MergeEntry]:
    """The merges that led to a profile, newest first, those of the profiles that it absorbed included."""
    absorbed = set(
        session.scalars(select(ProfileAlias.profile_id).where(ProfileAlias.canonical_id == profile_id)).all()
    )
    rows = session.scalars(
        select(Merge)
        .where(Merge.workspace_id == workspace_id, Merge.survivor_id.in_(absorbed | {profile_id}))
        .order_by(Merge.id.desc())
        .limit(limit)
    ).all()
    names = names_of(session, {each for row in rows for each in (row.identifier_a, row.identifier_b)})
    unknown = ("unknown", "")
    return [
        MergeEntry(
            id=row.id,
            kind=row.kind,
            survivor_id=row.survivor_id,
            absorbed_id=row.absorbed_id,
            actor=row.actor,
            rule=row.rule,
            identifiers=(names.get(row.identifier_a, unknown), names.get(row.identifier_b, unknown)),
            identifier_ids=(row.identifier_a, row.identifier_b),
            source_id=row.source_id,
            message_id=row.message_id,
            at=_time(row.at_ms),
            recorded_at=_time(row.recorded_ms) if row.recorded_ms else None,
        )
        for row in rows
    ]


def absorbed_by(session: Session, profile_id: int) -> list[int]:
    """The ids that lead to a profile, ascending, without its own."""
    return sorted(session.scalars(select(ProfileAlias.profile_id).where(ProfileAlias.canonical_id == profile_id)))


def names_of(session: Session, identifiers: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Type and value of identifiers, by id. A refused identifier that never got a home is not in it."""
    rows = bulk.fetch(session, Identifier, ("id", "type", "value"), "id", identifiers)
    return {id_: (type_, value) for id_, type_, value in rows}


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
