"""Survivorship: which value of a trait wins when facts disagree.

Nearly every strategy is a fold that is associative, commutative and idempotent. So facts may come in any order, twice,
or by way of a merge, and the golden record is the same; and it can be kept up to date without reading old facts again.
Two are not: `never` keeps a trait out of the golden record, and `most_frequent` lets each identifier's word at each
source count as one vote, so all facts of the person are counted anew (`elect`).
Equal candidates are told apart by message id, value, source and identifier, in this order, so no tie is left to chance.

An entry is `[value, timestamp_ms, message_id, source_id, identifier]`, as it is stored in a profile's row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

import msgspec
from sqlalchemy import delete, select

from tributary.errors import InvalidRequest
from tributary.store import Session, upsert
from tributary.store.tables.profiles import TraitRule

Strategy = Literal[
    "most_recent", "first", "source_priority", "most_complete", "most_frequent", "min", "max", "union", "never"
]
Entry = list[Any]

GROUPS_TRAIT = "$groups"  # ids of the groups that a person belongs to
_json = msgspec.json.Encoder()


class TraitStrategy(msgspec.Struct, frozen=True):
    """How one trait is chosen. `sources`, best first, is read by `source_priority` only; unnamed sources come last."""

    strategy: Strategy = "most_recent"
    sources: list[str] = []


MOST_RECENT = TraitStrategy()
Strategies = Mapping[str, TraitStrategy]
BUILT_IN: Strategies = {GROUPS_TRAIT: TraitStrategy("union")}


def fold(strategies: Strategies, name: str, current: Entry | None, candidate: Entry) -> Entry:
    """The entry that holds after `candidate` came beside `current`.

    A null is a statement too: under `most_recent` and `source_priority` it clears the trait. The other strategies
    choose among values, so nulls lose to any of them.
    """
    rule = strategies.get(name, MOST_RECENT)
    if current is None:
        return _union(candidate, candidate) if rule.strategy == "union" else candidate
    if rule.strategy in ("most_recent", "most_frequent", "never"):
        # The common case, without building ties: later wins, and the same fact again changes nothing.
        if candidate[1] != current[1]:
            return candidate if candidate[1] > current[1] else current
        return candidate if _tie(candidate) > _tie(current) else current
    if rule.strategy == "union":
        return _union(current, candidate)
    return candidate if _rank(rule, candidate) > _rank(rule, current) else current


def put(strategies: Strategies, traits: dict[str, Entry], name: str, entry: Entry) -> bool:
    """Bring an entry into a golden record; whether that changed it."""
    known = traits.get(name)
    if strategies.get(name, MOST_RECENT).strategy == "never":
        return traits.pop(name, None) is not None
    chosen = fold(strategies, name, known, entry)
    if chosen is known or chosen == known:
        return False
    traits[name] = chosen
    return True


def elected(strategies: Strategies) -> frozenset[str]:
    """The traits whose value is the one with most votes."""
    return frozenset(name for name, rule in strategies.items() if rule.strategy == "most_frequent")


def elect(entries: Iterable[Entry]) -> Entry | None:
    """The entry whose value most others share, each of one identifier at one source; among equals the newest."""
    votes: dict[bytes, list[Entry]] = {}
    for entry in entries:
        if entry[0] is not None:
            votes.setdefault(_json.encode(entry[0]), []).append(entry)
    if not votes:
        return None
    winners = max(votes.values(), key=lambda each: (len(each), max(_tie(entry) for entry in each)))
    return max(winners, key=_tie)


def choose(strategies: Strategies, facts: Iterable[tuple[str, Entry]]) -> dict[str, Entry]:
    """The golden record, by name, from all facts of a person: (trait, entry), one for each identifier and source."""
    traits: dict[str, Entry] = {}
    votes: dict[str, list[Entry]] = {name: [] for name in elected(strategies)}
    for name, entry in facts:
        put(strategies, traits, name, entry)
        if name in votes:
            votes[name].append(entry)
    for name, entries in votes.items():
        winner = elect(entries)
        if winner is not None:
            traits[name] = winner
        else:
            traits.pop(name, None)
    return dict(sorted(traits.items()))


def _tie(entry: Entry) -> tuple[Any, ...]:
    return entry[1], entry[2], _json.encode(entry[0]), entry[3], entry[4]


def _rank(rule: TraitStrategy, entry: Entry) -> tuple[Any, ...]:
    value = entry[0]
    tie = _tie(entry)
    match rule.strategy:
        case "source_priority":
            return -_place(rule.sources, entry[3]), tie
        case "first":
            return value is not None, -entry[1], tie
        case "most_complete":
            return value is not None, _size(value), tie
        case "min":
            return _magnitude(value, -1), tie
        case "max":
            return _magnitude(value, 1), tie
        case _:
            return (tie,)


def _place(sources: list[str], source_id: str) -> int:
    return sources.index(source_id) if source_id in sources else len(sources)


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list | dict):
        return len(_json.encode(value))
    return 0 if value is None else 1


def _magnitude(value: Any, sign: int) -> tuple[Any, ...]:
    """Numbers before text before everything else; text (ISO dates among them) in code-point order."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return 2, sign * value
    if isinstance(value, str):
        return 1, tuple(sign * ord(character) for character in value) + ((0,) if sign > 0 else (1,))
    return 0, 0


def _union(current: Entry, candidate: Entry) -> Entry:
    items = {_json.encode(item): item for entry in (current, candidate) for item in as_items(entry[0])}
    newer = candidate if _tie(candidate)[:2] + _tie(candidate)[3:] > _tie(current)[:2] + _tie(current)[3:] else current
    return [[items[key] for key in sorted(items)], *newer[1:]]


def as_items(value: Any) -> list[Any]:
    """What a value adds to a union: its items, itself, or nothing."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def load_strategies(session: Session, workspace_id: int) -> Strategies:
    """The strategies of a workspace, by trait name."""
    rows = session.scalars(select(TraitRule).where(TraitRule.workspace_id == workspace_id))
    own = {row.name: msgspec.convert({"strategy": row.strategy, "sources": row.sources}, TraitStrategy) for row in rows}
    return {**BUILT_IN, **own}


def save_strategy(session: Session, workspace_id: int, name: str, rule: TraitStrategy) -> None:
    """Set how a trait is chosen; `most_recent` is how it is without being said. New data goes by it at once. Profiles
    follow when they next change, or through `pipeline.rechoose`.

    Raises:
        InvalidRequest: no such strategy.
    """
    if rule.strategy not in get_args(Strategy):
        raise InvalidRequest(f"There is no strategy {rule.strategy!r}.", cure=f"Use one of {get_args(Strategy)}.")
    if rule == MOST_RECENT:
        own = (TraitRule.workspace_id == workspace_id, TraitRule.name == name)
        session.execute(delete(TraitRule).where(*own))
        return
    row = {"workspace_id": workspace_id, "name": name, "strategy": rule.strategy, "sources": rule.sources}
    upsert(session, TraitRule, [row], key=["workspace_id", "name"], update=["strategy", "sources"])
