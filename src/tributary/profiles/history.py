"""What was known about a person at some time in the past: the golden record, told again from the events.

Facts keep only the word that counts now; the events keep all of them. Who is who is taken as it is understood today:
an event that is this person's now is counted from the moment on at which it arrived.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from tributary.core.scan import EVENTS, scan
from tributary.core.sql import bind, raw
from tributary.identity import canonical_profile_id
from tributary.profiles.survivorship import GROUPS_TRAIT, Entry, choose, fold, load_strategies
from tributary.store import Session, bulk
from tributary.store.tables.identity import Identifier
from tributary.warehouse import Warehouse

MAX_STATEMENTS = 20_000
_decode = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True)
class Past:
    """The golden record of `profile_id` as of a moment.

    `traits`: name → [value, timestamp ms, message id, source id, identifier]. `identifiers`: (type, value).
    `is_complete` is false if the person has more statements than are read; then the oldest are missing.
    """

    profile_id: int
    traits: dict[str, Entry]
    identifiers: list[tuple[str, str]]
    is_complete: bool


def known_at(session: Session, warehouse: Warehouse, workspace_id: int, profile_id: int, moment: datetime) -> Past:
    """What had been received about a person up to `moment` (aware), by the rules for choosing values of today."""
    current = canonical_profile_id(session, profile_id)
    owned = bulk.fetch(
        session, Identifier, ("id", "base_id", "type", "value", "first_seen_ms", "is_removed"), "profile_id", [current]
    )
    leader = {base: id_ for id_, base, *_ in owned if base}
    query = raw("SELECT profile_id, type, message_id, source_id, timestamp, properties") + scan(
        EVENTS,
        workspace_id,
        raw("profile_id IN ")
        + bind(sorted(leader), "Array(UInt64)")
        + " AND event IN ('$identify', '$group') AND received_at <= "
        + bind(moment, "DateTime64(3, 'UTC')"),
    )
    query = query + " ORDER BY timestamp DESC, message_id DESC LIMIT " + bind(MAX_STATEMENTS + 1, "UInt32")
    rows = list(warehouse.query(query, workspace_id=workspace_id))
    strategies = load_strategies(session, workspace_id)
    facts: dict[tuple[int, str, str], Entry] = {}
    for base, type_, message_id, source_id, timestamp, properties in rows[:MAX_STATEMENTS]:
        said = _decode(properties)
        for name, value in ({GROUPS_TRAIT: [said.get("groupId")]} if type_ == "group" else said).items():
            key = (leader[base], str(source_id), name)
            at_ms = round(timestamp.timestamp() * 1000)
            entry = [value, at_ms, str(message_id), str(source_id), leader[base]]
            facts[key] = fold(strategies, name, facts.get(key), entry)
    traits = choose(strategies, [(name, entry) for (_, _, name), entry in facts.items()])
    moment_ms = moment.timestamp() * 1000
    identifiers = sorted(
        (type_, value)
        for _, _, type_, value, first_seen_ms, is_removed in owned
        if not is_removed and first_seen_ms <= moment_ms
    )
    return Past(
        current,
        {name: entry for name, entry in traits.items() if entry[0] is not None},
        identifiers,
        len(rows) <= MAX_STATEMENTS,
    )
