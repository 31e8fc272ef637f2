"""What the warehouse tells of the catalogue's fields: who has them, and which events come how often.

Shares are those of a sample of people; nothing here decides anything. The answer is kept until asking for it again
costs less than a hundredth of the time that has passed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from tributary.core.scan import EVENTS, PROFILES, scan
from tributary.core.sql import Sql, bind, raw
from tributary.errors import BudgetExceeded, TooManyRequests, Unavailable
from tributary.governance.samples import extent, sampled
from tributary.warehouse import Budget, Warehouse

_T = TypeVar("_T")

_BUDGET: Final = Budget("field facts", seconds=3, memory_bytes=1024**3, rows=50_000)
_PEOPLE: Final = 20_000  # whose traits are counted
_EVENTS: Final = 100_000  # whose properties are counted
_RECENT: Final = timedelta(days=30)
_SHORTEST: Final = timedelta(seconds=15)  # that an answer is kept
_WORTH: Final = 100  # times its cost


@dataclass(frozen=True, slots=True)
class EventFacts:
    """When an event last arrived, and how many there are of the last 30 days."""

    last_seen: datetime
    volume_30d: int


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """`traits`: the share of people who have each; `properties`: by event, the share of its events; both from 0 to 1.

    What is not in there nobody in the sample has. A part is None when the warehouse did not answer soon.
    """

    traits: Mapping[str, float] | None
    events: Mapping[str, EventFacts] | None
    properties: Mapping[str, Mapping[str, float]] | None


@dataclass(slots=True)
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    facts: FieldFacts | None = None
    until: datetime | None = None


_kept: WeakKeyDictionary[Warehouse, dict[int, _Kept]] = WeakKeyDictionary()
_kept_lock = threading.Lock()


def field_facts(warehouse: Warehouse, workspace_id: int, now: datetime) -> FieldFacts:
    """The facts of a workspace, at most a little old. Whoever asks while another does waits for the same answer."""
    with _kept_lock:
        kept = _kept.setdefault(warehouse, {}).setdefault(workspace_id, _Kept())
    with kept.lock:
        if kept.facts is None or kept.until is None or now >= kept.until:
            started = time.monotonic()
            kept.facts = _ask(warehouse, workspace_id, now)
            kept.until = now + max(_SHORTEST, timedelta(seconds=_WORTH * (time.monotonic() - started)))
        return kept.facts


def _ask(warehouse: Warehouse, workspace_id: int, now: datetime) -> FieldFacts:
    return FieldFacts(
        traits=_if_soon(lambda: _traits(warehouse, workspace_id)),
        events=_if_soon(lambda: _events(warehouse, workspace_id, now)),
        properties=_if_soon(lambda: _properties(warehouse, workspace_id)),
    )


def _if_soon(ask: Callable[[], _T]) -> _T | None:
    try:
        return ask()
    except (BudgetExceeded, TooManyRequests, Unavailable):
        return None


def _traits(warehouse: Warehouse, workspace_id: int) -> dict[str, float]:
    which = sampled(extent(warehouse, workspace_id, budget=_BUDGET), _PEOPLE)
    names = _keys(raw("traits"))
    question = raw("SELECT ") + names + " AS name, count()" + scan(PROFILES, workspace_id, which) + " GROUP BY name"
    counts = {name: int(people) for name, people in _rows(warehouse, workspace_id, question)}
    people = counts.pop("", 0)
    return {name: count / people for name, count in counts.items()}


def _events(warehouse: Warehouse, workspace_id: int, now: datetime) -> dict[str, EventFacts]:
    recent = raw("countIf(timestamp >= ") + bind(now - _RECENT, "DateTime64(3, 'UTC')") + ")"
    question = raw("SELECT event, max(received_at), ") + recent + scan(EVENTS, workspace_id) + " GROUP BY event"
    rows = _rows(warehouse, workspace_id, question)
    return {event: EventFacts(last_seen, int(volume)) for event, last_seen, volume in rows}


def _properties(warehouse: Warehouse, workspace_id: int) -> dict[str, dict[str, float]]:
    which = sampled(extent(warehouse, workspace_id, EVENTS, budget=_BUDGET), _EVENTS)
    names = _keys(raw("properties"))
    question = raw("SELECT event, ") + names + " AS name, count()" + scan(EVENTS, workspace_id, which)
    counts: dict[str, dict[str, int]] = {}
    for event, name, rows in _rows(warehouse, workspace_id, question + " GROUP BY event, name"):
        counts.setdefault(event, {})[name] = int(rows)
    return {
        event: {name: count / names[""] for name, count in names.items() if name} for event, names in counts.items()
    }


def _keys(column: Sql) -> Sql:
    """A row per key of the object, and one with '' for the object itself: so one question counts both."""
    return raw("arrayJoin(arrayPushBack(arrayFilter(key -> key != '', JSONExtractKeys(") + column + ")), ''))"


def _rows(warehouse: Warehouse, workspace_id: int, question: Sql) -> list[tuple[Any, ...]]:
    return warehouse.query(question, workspace_id=workspace_id, budget=_BUDGET)
