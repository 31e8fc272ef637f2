"""The live view's memory: of every batch a few events, raw beside canonical, kept for a day.

It is for looking, not for counting. So it never holds up the pipeline: what cannot be written is dropped, and a crash
may lose or double a row. Each row says how many events it stands for, so that the view can say what it left out.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import msgspec

from tributary.core.clock import Clock
from tributary.pipeline.events import Event
from tributary.pipeline.quarantine import Rejection, peek_kind
from tributary.warehouse import Warehouse, arrow_schema

if TYPE_CHECKING:
    import pyarrow as pa

_log = logging.getLogger(__name__)

Status = Literal["stored", "changed", "duplicate", "quarantined", "suppressed"]
STATUSES: tuple[Status, ...] = get_args(Status)

_ORDER: tuple[Status, ...] = ("quarantined", "changed", "suppressed", "duplicate", "stored")  # who is shown first
_PREFERRED = frozenset({"quarantined", "changed"})
_PREFERRED_SHARE = 0.75  # of the room; the rest shows what ordinary events look like
_ROWS_PER_SECOND = 40  # on average; more than anybody reads, and at most 3.5 million rows a day
_FEWEST = 8  # rows of a batch, however busy it is
_MAX_TEXT = 16 * 1024  # characters of an event; of a longer one only its name is kept
_MAX_BATCH_TEXT = 2 * 1024 * 1024
_FLUSH_SECONDS = 1.0  # an insert costs several milliseconds however small it is; people look once a second
_PAUSE_SECONDS = 10.0  # after a failure

_FIRST_TEXT = 12  # in `_row`: what follows may be large
_NO_TEXT = ("", "", "", "", "", "{}")

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class Outcomes:
    """What became of the events of a batch. `rejections` are (rejection, quarantine id)."""

    stored: Sequence[Event] = ()
    profile_ids: Sequence[int] = ()
    duplicates: list[Event] = field(default_factory=list)
    suppressed: list[Event] = field(default_factory=list)
    rejections: Sequence[tuple[Rejection, str]] = ()


class Stratum(NamedTuple):
    """Events that are alike; at least one of them is shown while there is room."""

    status: Status
    source_id: str
    event: str


class RecentEvents:
    """Keeps a few events of every batch. Not thread-safe: it belongs to the pipeline's worker.

    `most` is how many of one batch and workspace are kept at most; 0 turns it off. `monotonic` tells seconds.
    """

    def __init__(
        self, warehouse: Warehouse, clock: Clock, most: int, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._warehouse = warehouse
        self._clock = clock
        self._most = most
        self._monotonic = monotonic
        self._room: dict[int, tuple[float, int]] = {}  # workspace → (rows it may write, as of Unix ms)
        self._rows: list[tuple[Any, ...]] = []
        self._flushed = float("-inf")
        self._paused_until = float("-inf")

    def take(self, outcomes: Outcomes, number: int) -> None:
        """Choose from a batch that is stored, and write if the last time is long enough ago. Never raises."""
        if self._most == 0 or self._monotonic() < self._paused_until:
            return
        try:
            self._choose(outcomes, number)
        except Exception as exc:  # noqa: BLE001 (a fault in what is only shown must not stop what is stored)
            self._give_up("the live view could not choose among the events of a batch", exc)
        if self._monotonic() - self._flushed >= _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what waits. Never raises."""
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        self._flushed = self._monotonic()
        try:
            self._warehouse.insert("recent_events", _table(rows), token=f"recent-{rows[0][1]:x}")
        except Exception as exc:  # noqa: BLE001 (whatever it is, the events themselves are stored)
            self._give_up("the live view could not be written", exc)

    def _give_up(self, what: str, exc: Exception) -> None:
        _log.warning("%s (%s); it pauses for %.0f s", what, type(exc).__name__, _PAUSE_SECONDS)
        self._rows.clear()
        self._paused_until = self._monotonic() + _PAUSE_SECONDS

    def _choose(self, outcomes: Outcomes, number: int) -> None:
        now_ms = self._clock.now_ms()
        for workspace_id, strata in _strata(outcomes).items():
            sizes = {key: len(places) for key, places in strata.items()}
            chosen = choose(sizes, self._allowance(workspace_id, now_ms))
            self._spend(workspace_id, len(chosen))
            rows = [(stands_for, _row(outcomes, key.status, strata[key][place])) for key, place, stands_for in chosen]
            rows.sort(key=lambda row: row[1][0])
            room = _MAX_BATCH_TEXT
            for position, (stands_for, row) in enumerate(rows):
                size = sum(map(len, row[_FIRST_TEXT:]))
                is_large = size > min(_MAX_TEXT, room)
                room -= 0 if is_large else size
                kept = (*row[:_FIRST_TEXT], *_NO_TEXT) if is_large else row
                self._rows.append((workspace_id, number, position, stands_for, now_ms, *kept))

    def _allowance(self, workspace_id: int, now_ms: int) -> int:
        room, as_of = self._room.get(workspace_id, (float(self._most), now_ms))
        room = min(room + max(now_ms - as_of, 0) * _ROWS_PER_SECOND / 1000, float(self._most))
        self._room[workspace_id] = (room, now_ms)
        return max(int(room), _FEWEST)

    def _spend(self, workspace_id: int, rows: int) -> None:
        room, as_of = self._room[workspace_id]
        self._room[workspace_id] = (max(room - rows, 0.0), as_of)


def choose(sizes: Mapping[Stratum, int], most: int) -> list[tuple[Stratum, int, int]]:
    """At most `most` events as (stratum, place in it, how many it stands for), given how many each stratum has.

    Each status shows at least one event, each stratum too while there is room. Of what is left, quarantined and changed
    events get the larger part; within both parts events are spread evenly. What they stand for adds up to all.
    """
    keys = _by_importance(sizes)
    shown = dict.fromkeys(keys[:most], 1)
    preferred = [key for key in shown if key.status in _PREFERRED]
    others = [key for key in shown if key.status not in _PREFERRED]
    room = most - len(shown)
    spare = sum(sizes[key] - 1 for key in others)
    room -= _spread(sizes, preferred, max(int(room * _PREFERRED_SHARE), room - spare), shown)
    _spread(sizes, others, room, shown)
    unseen: dict[Status, int] = {}  # strata that found no room are counted with another one of their status
    for key in keys[most:]:
        unseen[key.status] = unseen.get(key.status, 0) + sizes[key]
    chosen: list[tuple[Stratum, int, int]] = []
    for key, count in shown.items():
        size = sizes[key]
        each, more = divmod(size + unseen.pop(key.status, 0), count)
        chosen += [(key, place * size // count, each + (place < more)) for place in range(count)]
    return chosen


def _by_importance(sizes: Mapping[Stratum, int]) -> list[Stratum]:
    """The first stratum of each status, then all others; both in the order of `_ORDER`."""
    keys = sorted(sizes, key=lambda key: _ORDER.index(key.status))
    first: dict[Status, Stratum] = {}
    for key in keys:
        first.setdefault(key.status, key)
    return [*first.values(), *(key for key in keys if first[key.status] != key)]


def _spread(sizes: Mapping[Stratum, int], keys: Sequence[Stratum], room: int, shown: dict[Stratum, int]) -> int:
    """Share `room` among strata by their size; returns how much of it they could use."""
    total = sum(sizes[key] - 1 for key in keys)
    room = max(min(room, total), 0)
    before = 0
    for key in keys if room else ():
        after = before + sizes[key] - 1
        shown[key] += after * room // total - before * room // total
        before = after
    return room


def _strata(outcomes: Outcomes) -> dict[int, dict[Stratum, list[int]]]:
    """Workspace → stratum → places in the list of its status. Every event passes here, so it does next to nothing."""
    groups: defaultdict[tuple[int, Status, str, str], list[int]] = defaultdict(list)
    for place, event in enumerate(outcomes.stored):
        status: Status = "changed" if event.changes else "stored"
        groups[event.workspace_id, status, event.source_id, event.name].append(place)
    for place, event in enumerate(outcomes.duplicates):
        groups[event.workspace_id, "duplicate", event.source_id, event.name].append(place)
    for place, event in enumerate(outcomes.suppressed):
        groups[event.workspace_id, "suppressed", event.source_id, event.name].append(place)
    for place, (each, _) in enumerate(outcomes.rejections):
        groups[each.workspace_id, "quarantined", each.source_id, peek_kind(each.raw)[1]].append(place)
    strata: dict[int, dict[Stratum, list[int]]] = {}
    for (workspace_id, what, source_id, name), places in groups.items():
        if workspace_id:  # 0: a log record that is nobody's
            strata.setdefault(workspace_id, {})[Stratum(what, source_id, name)] = places
    return strata


def _row(outcomes: Outcomes, status: Status, place: int) -> tuple[Any, ...]:
    """The columns from `received_at` on."""
    if status == "quarantined":
        rejection, quarantine_id = outcomes.rejections[place]
        type_, name = peek_kind(rejection.raw)
        return (
            rejection.received_ms, rejection.received_ms, status, type_, name, rejection.source_id,
            rejection.message_id, 0, [], rejection.reason, rejection.detail, quarantine_id,
            rejection.raw.decode(errors="replace"), "", "", "", "", "{}",
        )  # fmt: skip
    if status == "suppressed":  # nothing may be stored about this person, not even for a day
        return (*_head(outcomes.suppressed[place], status), "", 0, [], "", "", "", *_NO_TEXT)
    event = outcomes.duplicates[place] if status == "duplicate" else outcomes.stored[place]
    head = _head(event, status)
    identifiers = [claim.id for claim in event.claims]
    raw = event.raw.decode(errors="replace")
    if status == "duplicate":
        return (*head, event.message_id, 0, identifiers, "", "", "", raw, "", "", "", "", "{}")
    return (
        *head, event.message_id, outcomes.profile_ids[place], identifiers, "", "", "", raw, event.user_id,
        event.anonymous_id, _encode(event.properties).decode(), event.context, _encode(event.changes).decode(),
    )  # fmt: skip


def _head(event: Event, status: Status) -> tuple[Any, ...]:
    return event.received_ms, event.at_ms, status, event.type, event.name, event.source_id


def _table(rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 (slow to import, and only workers need it)

    schema = arrow_schema("recent_events")
    columns = zip(*rows, strict=True)
    return pa.table([pa.array(values, each.type) for values, each in zip(columns, schema, strict=True)], schema=schema)
