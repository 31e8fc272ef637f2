"""Choosing a trait anew for people who are there, after its strategy was changed.

Facts keep one word for each identifier and source: the one that the strategy of the day preferred. So the events are
asked again for all that was said. Where they are gone, what a fact holds is all that is known, and it stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tributary.core.scan import EVENTS, scan
from tributary.core.sql import bind, raw
from tributary.profiles.survivorship import MOST_RECENT, Entry, Strategies, choose, fold
from tributary.store import Session, bulk
from tributary.store.tables.identity import Identifier
from tributary.store.tables.profiles import Fact, ProfileRow
from tributary.warehouse import Budget, Warehouse

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, list[Any]]).decode
_value = msgspec.json.Decoder().decode

Said = Mapping[tuple[int, str], list[Entry]]  # by identifier and source


@dataclass(frozen=True, slots=True)
class Choice:
    """What a trait of a person is, and what it would be; None for nothing."""

    profile_id: int
    before: Entry | None
    after: Entry | None

    @property
    def is_changed(self) -> bool:
        """Whether anybody would see another value."""
        return bool((self.before or [None])[0] != (self.after or [None])[0])


def said_of(
    session: Session, warehouse: Warehouse, workspace_id: int, profiles: Iterable[int], trait: str, *, budget: Budget
) -> Said:
    """All that events say about a trait of some people.

    Raises:
        BudgetExceeded: there is too much of it. Unavailable: the warehouse cannot answer.
    """
    columns = ("base_id", "id")
    leaders = {base: id_ for base, id_ in bulk.fetch(session, Identifier, columns, "profile_id", profiles) if base}
    if not leaders:
        return {}
    value = raw("JSONExtractRaw(properties, ") + bind(trait, "String") + ")"
    query = raw("SELECT profile_id, source_id, message_id, toUnixTimestamp64Milli(timestamp), ") + value
    query += scan(
        EVENTS,
        workspace_id,
        raw("event = '$identify' AND profile_id IN ")
        + bind(sorted(leaders), "Array(UInt64)")
        + " AND JSONHas(properties, "
        + bind(trait, "String")
        + ")",
    )
    found: dict[tuple[int, str], list[Entry]] = {}
    for base, source_id, message_id, at_ms, text in warehouse.query(query, workspace_id=workspace_id, budget=budget):
        key = (leaders[base], str(source_id))
        found.setdefault(key, []).append([_value(text), int(at_ms), str(message_id), str(source_id), key[0]])
    return found


def choose_again(
    session: Session, workspace_id: int, profiles: Iterable[int], trait: str, strategies: Strategies, said: Said
) -> list[Choice]:
    """What `strategies` make of one trait. Nothing is written."""
    return _Work(session, workspace_id, profiles, trait, strategies, said).choices()


def refold_facts(
    session: Session, workspace_id: int, profiles: Iterable[int], trait: str, strategies: Strategies, said: Said
) -> set[int]:
    """Write the facts as `strategies` want them; returns the profiles whose record has to be computed anew."""
    work = _Work(session, workspace_id, profiles, trait, strategies, said)
    work.write_facts()
    return {each.profile_id for each in work.choices() if each.before != each.after}


class _Work:
    def __init__(
        self,
        session: Session,
        workspace_id: int,
        profiles: Iterable[int],
        trait: str,
        strategies: Strategies,
        said: Said,
    ) -> None:
        self._session = session
        self._workspace_id = workspace_id
        self._trait = trait
        self._strategies = strategies
        columns = ("profile_id", "workspace_id", "merged_into", "traits")
        self._records = {
            profile_id: _decode(traits)
            for profile_id, workspace, merged_into, traits in bulk.fetch(
                session, ProfileRow, columns, "profile_id", profiles
            )
            if workspace == workspace_id and merged_into is None
        }
        self._owner = dict(bulk.fetch(session, Identifier, ("id", "profile_id"), "profile_id", self._records))
        self._facts = {
            (identifier, source_id): _decode(traits)
            for identifier, source_id, traits in bulk.fetch(
                session, Fact, ("identifier", "source_id", "traits"), "identifier", self._owner
            )
        }
        self._folded = {
            key: self._fold(key, own[trait], said.get(key, [])) for key, own in self._facts.items() if trait in own
        }

    def _fold(self, key: tuple[int, str], kept: Entry, said: list[Entry]) -> Entry:
        """The entry of a fact, without whose it is. Its message is among the events, unless they are gone."""
        tail = [key[1], key[0]]
        is_union = self._strategies.get(self._trait, MOST_RECENT).strategy == "union"
        is_among = any(each[2] == kept[2] for each in said)
        found = None if is_among and not is_union else [*kept[:3], *tail]
        for each in said:
            found = fold(self._strategies, self._trait, found, each)
        return (found or kept)[:3]

    def choices(self) -> list[Choice]:
        """What becomes of each person."""
        told: dict[int, list[tuple[str, Entry]]] = {}
        for (identifier, source_id), entry in self._folded.items():
            told.setdefault(self._owner[identifier], []).append((self._trait, [*entry, source_id, identifier]))
        return [
            Choice(id_, record.get(self._trait), choose(self._strategies, told.get(id_, [])).get(self._trait))
            for id_, record in self._records.items()
        ]

    def write_facts(self) -> None:
        """Write those that hold something else now."""
        rows = [
            (*key, self._workspace_id, _encode({**self._facts[key], self._trait: entry}).decode())
            for key, entry in self._folded.items()
            if self._facts[key][self._trait] != entry
        ]
        columns = ("identifier", "source_id", "workspace_id", "traits")
        bulk.write(self._session, Fact, columns, rows, key=columns[:2], update=("traits",))
