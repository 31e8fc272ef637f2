"""The stream port: a durable log of events, written by several producers and read by consumer groups.

What the words mean, on every engine:

* A **topic** has numbered **partitions**; within one partition records have increasing **offsets** and keep their
  order. Offsets may have gaps. Between partitions there is no order.
* A **position** is the offset of the *next* record to read, never of the last one that was read. So a group commits
  `record.offset + 1`, and a fresh log has position 0.
* **append** returns when the record would survive a power cut, and not before. If it raises, the record may be in the
  log or not: the caller tries again, and readers drop duplicates by message id.
* A consumer only sees durable records. It sees every one at least once: what was polled and not committed comes again.
* A **group** has one consumer at a time and its own committed positions. A group is registered when its consumer is
  first opened, and from then on nothing that it has not committed is ever deleted. A new group starts at the oldest
  record that is still there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Position(msgspec.Struct, frozen=True):
    """Where an appended record lies: its own `offset` in `partition`."""

    partition: int
    offset: int

    @property
    def next_offset(self) -> int:
        """The position after this record, which is what a consumer commits once it has dealt with it."""
        return self.offset + 1


class Record(msgspec.Struct, frozen=True):
    """A record as a consumer gets it. `timestamp_ms` is when it was appended, Unix milliseconds."""

    partition: int
    offset: int
    timestamp_ms: int
    payload: bytes


class Lag(msgspec.Struct, frozen=True):
    """How far a reader is behind: unread records, and when the oldest of them was appended (Unix ms, None: none)."""

    records: int
    oldest_ms: int | None


class Damage(msgspec.Struct, frozen=True):
    """Bytes of the log that failed their checksum. They are kept beside the log; later records stay readable."""

    regions: int
    bytes: int


class ProducerStatus(msgspec.Struct, frozen=True):
    """What a readiness check wants to know. `failed` is why nothing can be appended any more, or None."""

    partition: int
    failed: str | None
    waiting: int
    last_append_ms: int | None


class Producer(Protocol):
    """Appends records. Safe to use from any thread and any event loop."""

    async def append(self, payload: bytes) -> Position:
        """Append one record and return once it is durable.

        Raises:
            TooManyRequests: too much is waiting for the disk or the broker already; nothing was appended.
            Unavailable: the log cannot take it now, for example because the disk is full or broken.
        """
        ...

    def append_sync(self, payload: bytes) -> Position:
        """`append` for callers without an event loop."""
        ...

    def status(self) -> ProducerStatus:
        """Whether and how it works at this moment."""
        ...

    def close(self) -> None:
        """Write what is waiting, answer everybody, and let go. Later appends raise `Unavailable`."""
        ...


class Consumer(Protocol):
    """Reads a topic for one group. Not thread-safe, except that `close` may come from another thread."""

    def poll(self, *, max_records: int, max_bytes: int, timeout: float) -> list[Record]:
        """Up to `max_records` next records of together about `max_bytes` payload (at least one, if there is one).

        Returns as soon as there is anything; waits up to `timeout` seconds otherwise, and then returns an empty list.
        Raises `Unavailable` when the log cannot be read now.
        """
        ...

    def positions(self) -> dict[int, int]:
        """Per partition, the offset that the next `poll` starts with."""
        ...

    def seek(self, positions: Mapping[int, int]) -> None:
        """Continue from these positions. What lies before the oldest record is moved up to it."""
        ...

    def commit(self, positions: Mapping[int, int]) -> None:
        """Remember these positions durably; partitions that are not named keep theirs.

        Raises:
            InvalidRequest: a position lies beyond what was polled.
            Unavailable: they could not be written; the old ones hold.
        """
        ...

    def committed(self) -> dict[int, int]:
        """What was committed last, also by an earlier consumer of this group."""
        ...

    def lag(self) -> Lag:
        """What is there and was not polled yet."""
        ...

    def damage(self) -> Damage:
        """What this consumer found unreadable since it was opened."""
        ...

    def close(self) -> None:
        """Let go of the group, without committing."""
        ...


class EventLog(Protocol):
    """Opens producers and consumers of topics."""

    def producer(self, topic: str, *, max_waiting: int = 2_000) -> Producer:
        """A producer in which at most `max_waiting` records wait to become durable.

        Raises:
            Unavailable: the log cannot be opened for writing now.
        """
        ...

    def consumer(self, topic: str, group: str) -> Consumer:
        """The consumer of a group; registers the group.

        Raises:
            Conflict: the group has a consumer already.
            Unavailable: the log cannot be opened now.
        """
        ...

    def lag(self, topic: str, group: str) -> Lag:
        """How far the committed positions of a group are behind, for an observer that does not consume."""
        ...

    def close(self) -> None:
        """Close every producer and consumer that came from here."""
        ...
