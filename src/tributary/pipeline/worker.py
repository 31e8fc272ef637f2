"""`Pipeline`: the loop that moves events from the log into the stores."""

from __future__ import annotations

import gc
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tributary.core.clock import Clock
from tributary.errors import Conflict, NotFound, TributaryError, Unavailable
from tributary.governance import load_catalog
from tributary.identity import load_types
from tributary.identity.signing import source_secret
from tributary.pipeline.batch import (
    BatchWriter,
    Decoded,
    Follower,
    Outbox,
    Suppressed,
    WorkspaceView,
    count_events,
    decode_batch,
    load_outbox,
    load_positions,
    where,
)
from tributary.pipeline.delivery import Reactor, deliver
from tributary.pipeline.quarantine import Rejection
from tributary.pipeline.recent import Outcomes, RecentEvents
from tributary.pipeline.standardise import Standardiser
from tributary.profiles import load_strategies
from tributary.settings import PipelineSettings
from tributary.sources import client_sources
from tributary.store import Session, Store, bulk
from tributary.store.tables.pipeline import PipelineOutbox
from tributary.stream import Consumer, Record
from tributary.warehouse import Warehouse

_log = logging.getLogger(__name__)

GROUP = "pipeline"
CRASHPOINTS = (
    "polled", "decoded", "deduplicated", "resolved", "profiled", "staged", "committed", "events_inserted",
    "aliases_inserted", "profiles_inserted", "reacted", "cleared", "acknowledged",
)  # fmt: skip

_BYTES_PER_EVENT = 800  # bounds what one poll may bring in; larger events only make batches smaller in number
_VIEW_MS = 5_000  # changed settings and catalogues of a workspace are noticed after this long
_RATE_WINDOW_MS = 60_000
_LAG_EVERY_MS = 1_000
_PRUNE_EVERY_MS = 60_000
_PRUNE_SLICES = (
    256  # seen messages are forgotten slice by slice of the key space: about every four hours, never at once
)
_KEY_SPACE = 1 << 63
_FIRST_BACKOFF_SECONDS = 0.2
_LONGEST_BACKOFF_SECONDS = 30.0
_MAX_POISON = 20  # more events than this that only fail together with our code are a fault of ours, not of the data


@dataclass(frozen=True, slots=True)
class PipelineStatus:
    """How the worker is doing. `lag_records` are unread log records, `oldest_unread_at` is when the first came in."""

    is_running: bool = False
    lag_records: int = 0
    oldest_unread_at: datetime | None = None
    events_per_second: float = 0.0
    last_batch_at: datetime | None = None
    last_batch_events: int = 0
    events_total: int = 0
    last_error: str | None = None
    last_error_at: datetime | None = None


class _DryRun(Exception):
    """Ends a trial transaction."""


class Pipeline:
    """Moves events from one consumer into the stores. One thread runs it; `status` may be asked from any.

    A store, log or warehouse that does not answer parks it: it tries again with growing pauses and loses, doubles and
    quarantines nothing. Whatever is raised out of `run_once`, the next call starts from what the store says.

    `reactors` hear of every batch after it is visible, at least once. `suppressed` tells which identifiers nothing may
    be stored about. `crashpoint` is called after every step with one of `CRASHPOINTS`; tests raise from it.
    """

    def __init__(
        self,
        store: Store,
        warehouse: Warehouse,
        consumer: Consumer,
        clock: Clock,
        settings: PipelineSettings,
        *,
        group: str = GROUP,
        reactors: Sequence[Reactor] = (),
        suppressed: Suppressed | None = None,
        followers: Sequence[Follower] = (),
        identity_key: bytes = b"",
        crashpoint: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._warehouse = warehouse
        self._consumer = consumer
        self._clock = clock
        self._settings = settings
        self._group = group
        self._reactors = reactors
        self._suppressed = suppressed
        self._followers = followers
        self._identity_key = identity_key or secrets.token_bytes(32)  # without a key nobody can sign
        self._crashpoint = crashpoint
        self._recent = RecentEvents(warehouse, clock, settings.recent_events)
        self._positions: dict[int, int] | None = None  # None: unknown, ask the store
        self._finished: list[int] = []  # outbox rows that are paid but not yet deleted
        self._views: dict[int, tuple[int, WorkspaceView | None]] = {}
        self._rates: deque[tuple[int, int]] = deque()
        self._pruned_ms = 0
        self._prune_slice = 0
        self._lag_ms = 0
        self._status = PipelineStatus()

    # --- running

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set."""
        self._status = replace(self._status, is_running=True)
        backoff = _FIRST_BACKOFF_SECONDS
        try:
            while not stop.is_set():
                try:
                    self.run_once()
                    backoff = _FIRST_BACKOFF_SECONDS
                except Exception as exc:  # noqa: BLE001 (a worker that dies of one bad minute helps nobody; it is shown)
                    self._note(exc)
                    stop.wait(backoff)
                    backoff = min(backoff * 2, _LONGEST_BACKOFF_SECONDS)
        finally:
            self._status = replace(self._status, is_running=False)

    def run_once(self) -> int:
        """Handle one batch; returns how many events it held, 0 if nothing came in.

        Raises:
            Unavailable: a store or the log does not answer. Conflict: another worker is at work.
        """
        try:
            if self._positions is None:
                self._recover()
            return self._next_batch()
        except BaseException:
            self._positions = None
            raise

    def run_until_idle(self) -> int:
        """Handle batches until nothing is left; returns how many events there were."""
        total = 0
        while (count := self.run_once()) > 0:
            total += count
        return total

    def status(self) -> PipelineStatus:
        """How it is doing. Safe from any thread."""
        return self._status

    # --- a batch

    def _next_batch(self) -> int:
        records = self._gather()
        self._measure_lag()
        if not records:
            self._recent.flush()
            self._clear()
            self._prune(self._clock.now_ms())
            return 0
        self._claim_partitions(records)
        self._crashpoint("polled")
        with _without_gc():
            return self._handle(records)

    def _handle(self, records: Sequence[Record]) -> int:
        views: dict[int, WorkspaceView] = {}
        decoded = decode_batch(records, lambda workspace_id: self._view(workspace_id, views))
        self._crashpoint("decoded")
        outbox, outcomes = self._commit(decoded, views)
        for view in views.values():
            view.standardiser.observed.clear()
        self._positions = {**(self._positions or {}), **decoded.positions}
        self._finished.clear()
        self._crashpoint("committed")
        deliver(self._warehouse, outbox, self._reactors, self._crashpoint)
        self._finished.append(outbox.number)
        self._consumer.commit(decoded.positions)
        self._crashpoint("acknowledged")
        self._recent.take(outcomes, outbox.number)
        self._count(decoded.size)
        if decoded.first_received_ms is not None:
            self._prune(decoded.first_received_ms)
        return max(decoded.size, 1)

    def _gather(self) -> list[Record]:
        """Poll until a batch is full or has waited long enough."""
        settings = self._settings
        room = settings.max_batch_events * _BYTES_PER_EVENT
        records: list[Record] = []
        deadline = 0.0
        timeout = settings.max_wait_ms / 1000
        while True:
            got = self._consumer.poll(
                max_records=settings.max_batch_events - len(records), max_bytes=room, timeout=max(timeout, 0.0)
            )
            if not records:
                deadline = time.monotonic() + settings.max_wait_ms / 1000
            records += got
            room -= sum(len(record.payload) for record in got)
            timeout = deadline - time.monotonic()
            if not got or room <= 0 or timeout <= 0 or len(records) >= settings.max_batch_events:
                return self._cut(records)

    def _cut(self, records: list[Record]) -> list[Record]:
        """As many records as hold `max_batch_events` events, at least one; the rest is read again.

        Bytes alone do not bound a batch: the smallest events are twenty times smaller than the usual ones.
        """
        events = 0
        for index, record in enumerate(records):
            events += count_events(record)
            if index and events > self._settings.max_batch_events:
                rest = records[index:]
                self._consumer.seek({each.partition: each.offset for each in reversed(rest)})
                return records[:index]
        return records

    def _view(self, workspace_id: int, views: dict[int, WorkspaceView]) -> WorkspaceView | None:
        """What is known of a workspace; fresh enough, and the same throughout a batch."""
        if workspace_id in views:
            return views[workspace_id]
        now_ms = self._clock.now_ms()
        loaded = self._views.get(workspace_id)
        if loaded is None or not 0 <= now_ms - loaded[0] < _VIEW_MS:
            loaded = self._views[workspace_id] = (now_ms, self._load_view(workspace_id, loaded and loaded[1]))
        if loaded[1] is not None:
            views[workspace_id] = loaded[1]
        return loaded[1]

    def _load_view(self, workspace_id: int, before: WorkspaceView | None) -> WorkspaceView | None:
        region = self._settings.default_region
        with self._store.read() as session:
            try:
                catalog = load_catalog(session, workspace_id)
            except NotFound:
                return None
            types = load_types(session, workspace_id, region=region)
            if before is not None and before.types.rules == types.rules:
                types = before.types  # it remembers tens of thousands of values already judged
            signers = {
                source_id: source_secret(self._identity_key, source_id)
                for source_id in client_sources(session, workspace_id)
            }
            strategies = load_strategies(session, workspace_id)
            return WorkspaceView(types, signers, Standardiser(catalog, region), strategies)

    def _commit(self, decoded: Decoded, views: Mapping[int, WorkspaceView]) -> tuple[Outbox, Outcomes]:
        try:
            return self._try(decoded, views)
        except Exception as exc:
            if _is_infrastructure(exc) or not decoded.events:
                raise
            poison = self._find_poison(decoded, views, exc)
        # What the failed attempt noted on the events is noted again by the next one; that does no harm.
        decoded.rejections += poison
        return self._try(decoded, views)

    def _try(
        self, decoded: Decoded, views: Mapping[int, WorkspaceView], *, is_trial: bool = False
    ) -> tuple[Outbox, Outcomes]:
        with self._store.begin() as session:
            writer = BatchWriter(
                session,
                decoded,
                views,
                group=self._group,
                now=self._clock.now(),
                suppressed=self._suppressed,
                followers=self._followers,
                crashpoint=(lambda _: None) if is_trial else self._crashpoint,
            )
            outbox = writer.write(self._positions or {})
            if is_trial:
                raise _DryRun
            bulk.delete(session, PipelineOutbox, "number", self._finished)
        return outbox, writer.outcomes

    def _find_poison(self, decoded: Decoded, views: Mapping[int, WorkspaceView], error: Exception) -> list[Rejection]:
        """Take the events out of `decoded` that make the transaction fail, by trying ever smaller parts of it.

        Without this, one value that a store refuses would stop everything behind it for good.
        """
        poison: list[int] = []

        def fails(indexes: Sequence[int]) -> bool:
            part = Decoded([decoded.events[index] for index in indexes], [], decoded.positions, decoded.digest)
            try:
                self._try(part, views, is_trial=True)
            except _DryRun:
                return False
            except Exception as exc:
                if _is_infrastructure(exc):
                    raise
                return True
            return False

        def search(indexes: Sequence[int]) -> None:
            if len(poison) > _MAX_POISON or not fails(indexes):
                return
            if len(indexes) == 1:
                poison.append(indexes[0])
                return
            middle = len(indexes) // 2
            search(indexes[:middle])
            search(indexes[middle:])

        search(range(len(decoded.events)))
        if not poison or len(poison) > _MAX_POISON:
            raise error
        _log.error("%d events cannot be stored and go to quarantine: %s", len(poison), where(error))
        detail = f"The store refuses it ({type(error).__name__})."
        rejections = [
            Rejection.of(event.envelope, event.raw, event.message_id, "internal_error", detail, "store")
            for event in (decoded.events[index] for index in poison)
        ]
        dropped = set(poison)
        decoded.events[:] = [event for index, event in enumerate(decoded.events) if index not in dropped]
        return rejections

    # --- starting, and keeping house

    def _recover(self) -> None:
        """Go to where the store says, and pay what earlier batches still owe."""
        self._views.clear()
        self._finished.clear()
        with self._store.read() as session:
            positions = load_positions(session, self._group)
            owed = load_outbox(session, self._group)
        for outbox in owed:
            deliver(self._warehouse, outbox, self._reactors, self._crashpoint, is_recovery=True)
            self._finished.append(outbox.number)
        self._clear()
        committed = self._consumer.committed()
        start: dict[int, int] = {}
        for number in self._consumer.positions():
            start[number] = positions.get(number, 0)
            if start[number] and number not in committed:
                _log.warning("partition %d of the event log is a new one; it is read from its start", number)
                start[number] = 0
        self._consumer.seek(start)
        self._positions = positions

    def _claim_partitions(self, records: Sequence[Record]) -> None:
        """Leave a mark in a partition before anything of it is stored.

        So a partition with a stored position and without a mark is a log that was set up anew, whose offsets start
        again. Going by the stored position would skip its first events without a word.
        """
        known = self._consumer.committed()
        first: dict[int, int] = {}
        for record in records:
            if record.partition not in known:
                first.setdefault(record.partition, record.offset)
        if first:
            self._consumer.commit(first)

    def _clear(self) -> None:
        if self._finished:
            with self._store.begin() as session:
                bulk.delete(session, PipelineOutbox, "number", self._finished)
            self._finished.clear()
            self._crashpoint("cleared")

    def _prune(self, reached_ms: int) -> None:
        """Forget messages that arrived more than `dedup_days` before `reached_ms`, a small part of them at a time.

        `reached_ms` is how far the log has been read, not the present: after a long stop the copies of a message may
        still lie unread in the log.
        """
        now_ms = self._clock.now_ms()
        if 0 <= now_ms - self._pruned_ms < _PRUNE_EVERY_MS:
            return
        self._pruned_ms = now_ms
        with self._store.begin() as session:
            prune_seen(session, reached_ms, self._settings.dedup_days, self._prune_slice, _PRUNE_SLICES)
        self._prune_slice = (self._prune_slice + 1) % _PRUNE_SLICES

    def _measure_lag(self) -> None:
        now_ms = self._clock.now_ms()
        if 0 <= now_ms - self._lag_ms < _LAG_EVERY_MS:
            return
        self._lag_ms = now_ms
        lag = self._consumer.lag()
        oldest = None
        if lag.oldest_ms is not None:
            oldest = datetime.fromtimestamp(lag.oldest_ms / 1000, self._clock.now().tzinfo)
        while self._rates and now_ms - self._rates[0][0] > _RATE_WINDOW_MS:
            self._rates.popleft()
        window = max(now_ms - self._rates[0][0], 1_000) if self._rates else 1_000
        rate = sum(count for _, count in self._rates) * 1000 / window
        self._status = replace(
            self._status, lag_records=lag.records, oldest_unread_at=oldest, events_per_second=round(rate, 1)
        )

    def _count(self, events: int) -> None:
        self._rates.append((self._clock.now_ms(), events))
        self._status = replace(
            self._status,
            last_batch_at=self._clock.now(),
            last_batch_events=events,
            events_total=self._status.events_total + events,
            last_error=None,
        )

    def _note(self, exc: BaseException) -> None:
        message = str(exc) if isinstance(exc, TributaryError) else where(exc)
        _log.warning("the pipeline waits and tries again: %s", message)
        self._status = replace(self._status, last_error=message, last_error_at=self._clock.now())


@contextmanager
def _without_gc() -> Iterator[None]:
    """A batch makes a few hundred thousand objects that all live to its end; looking for garbage among them again and
    again took a fifth of the time. What is garbage is freed by its reference count as ever.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def prune_seen(session: Session, reached_ms: int, dedup_days: int, slice_: int, slices: int) -> None:
    """Forget the messages of one slice of the key space that arrived more than `dedup_days` before `reached_ms`."""
    width = _KEY_SPACE // slices
    session.execute(
        text("DELETE FROM seen_messages WHERE id BETWEEN :low AND :high AND day < :day"),
        {"low": slice_ * width, "high": (slice_ + 1) * width - 1, "day": reached_ms // 86_400_000 - dedup_days},
    )


def _is_infrastructure(exc: BaseException) -> bool:
    """Whether waiting may help, so that no event is to blame."""
    if isinstance(exc, TributaryError):
        return exc.retry or isinstance(exc, Conflict)
    return isinstance(exc, OperationalError | OSError | MemoryError | Unavailable)
