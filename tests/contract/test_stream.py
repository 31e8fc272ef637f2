"""What every engine of the stream port does. Written against the port alone: a new engine adds an `open_engine`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tributary.core.clock import ManualClock
from tributary.errors import Conflict, InvalidRequest, Unavailable
from tributary.settings import StreamSettings
from tributary.stream import Consumer, EventLog, Position, Producer, Record, open_log

OpenEngine = Callable[[], EventLog]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(params=["embedded"])
def open_engine(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[OpenEngine]:
    """Opens the same log each time, as another process would."""
    opened: list[EventLog] = []

    def embedded() -> EventLog:
        opened.append(open_log(tmp_path / "stream", StreamSettings(segment_bytes=4096), clock))
        return opened[-1]

    yield {"embedded": embedded}[request.param]
    for log in opened:
        log.close()


@pytest.fixture
def log(open_engine: OpenEngine) -> EventLog:
    return open_engine()


def read_all(consumer: Consumer, expected: int | None = None) -> list[Record]:
    """Everything there is now; waits for the first `expected` records if that is given."""
    out: list[Record] = []
    while records := consumer.poll(max_records=100, max_bytes=10**6, timeout=5 if len(out) < (expected or 0) else 0):
        out.extend(records)
    return out


def append_all(producer: Producer, payloads: list[bytes]) -> list[Position]:
    return [producer.append_sync(payload) for payload in payloads]


def ends(records: list[Record]) -> dict[int, int]:
    """The positions after these records."""
    return {record.partition: record.offset + 1 for record in records}


class TestAppend:
    def test_records_come_back_in_order_with_their_bytes_and_time(self, log: EventLog, clock: ManualClock) -> None:
        payloads = [b"one", b"", b"\x00\xff" * 5000, "汇流".encode()]
        positions = append_all(log.producer("events"), payloads)
        records = read_all(log.consumer("events", "g"), len(payloads))
        assert [record.payload for record in records] == payloads
        assert [(record.partition, record.offset) for record in records] == [(p.partition, p.offset) for p in positions]
        assert {record.timestamp_ms for record in records} == {clock.now_ms()}

    def test_offsets_increase_within_a_partition(self, log: EventLog) -> None:
        positions = append_all(log.producer("events"), [b"x"] * 20)
        assert len({position.partition for position in positions}) == 1
        offsets = [position.offset for position in positions]
        assert offsets == sorted(set(offsets))

    def test_many_coroutines_append_at_once(self, log: EventLog) -> None:
        producer = log.producer("events")

        async def run() -> list[Position]:
            return await asyncio.gather(*(producer.append(b"%d" % number) for number in range(500)))

        positions = asyncio.run(run())
        assert len(set(positions)) == 500
        records = read_all(log.consumer("events", "g"), 500)
        by_place = {(record.partition, record.offset): record.payload for record in records}
        assert [by_place[position.partition, position.offset] for position in positions] == [
            b"%d" % number for number in range(500)
        ]

    def test_several_producers_at_once_lose_and_mix_up_nothing(self, open_engine: OpenEngine) -> None:
        producers = [open_engine().producer("events") for _ in range(3)]
        threads = [
            threading.Thread(target=append_all, args=(producer, [b"%d-%d" % (index, n) for n in range(50)]))
            for index, producer in enumerate(producers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        records = read_all(open_engine().consumer("events", "g"), 150)
        for index in range(3):
            mine = [r.payload for r in records if r.payload.startswith(b"%d-" % index)]
            assert mine == [b"%d-%d" % (index, n) for n in range(50)]

    def test_a_closed_producer_refuses(self, log: EventLog) -> None:
        producer = log.producer("events")
        producer.close()
        with pytest.raises(Unavailable):
            producer.append_sync(b"late")
        assert producer.status().failed is not None

    def test_topics_are_separate(self, log: EventLog) -> None:
        log.producer("events").append_sync(b"e")
        log.producer("other").append_sync(b"o")
        assert [record.payload for record in read_all(log.consumer("other", "g"), 1)] == [b"o"]

    def test_appends_continue_after_reopening(self, open_engine: OpenEngine) -> None:
        first = open_engine()
        before = first.producer("events").append_sync(b"before")
        first.close()
        second = open_engine()
        after = second.producer("events").append_sync(b"after")
        assert (after.partition, after.offset) == (before.partition, before.next_offset)
        assert [r.payload for r in read_all(second.consumer("events", "g"), 2)] == [b"before", b"after"]


class TestPoll:
    def test_an_empty_log_gives_nothing(self, log: EventLog) -> None:
        assert log.consumer("events", "g").poll(max_records=10, max_bytes=100, timeout=0) == []

    def test_limits_hold_and_nothing_is_skipped(self, log: EventLog) -> None:
        append_all(log.producer("events"), [b"%03d" % number + b"x" * 97 for number in range(50)])
        consumer = log.consumer("events", "g")
        batches = []
        while records := consumer.poll(max_records=7, max_bytes=450, timeout=0):
            batches.append(records)
        assert all(len(batch) <= 5 for batch in batches)
        assert [int(record.payload[:3]) for batch in batches for record in batch] == list(range(50))

    def test_a_record_larger_than_max_bytes_still_comes(self, log: EventLog) -> None:
        log.producer("events").append_sync(b"x" * 10_000)
        assert len(log.consumer("events", "g").poll(max_records=10, max_bytes=10, timeout=5)) == 1

    def test_a_waiting_poll_sees_what_is_appended_meanwhile(self, log: EventLog) -> None:
        producer, consumer = log.producer("events"), log.consumer("events", "g")
        timer = threading.Timer(0.05, producer.append_sync, args=[b"late"])
        timer.start()
        records = consumer.poll(max_records=1, max_bytes=100, timeout=10)
        timer.join()
        assert [record.payload for record in records] == [b"late"]

    def test_a_partition_that_appears_later_is_read(self, open_engine: OpenEngine) -> None:
        log = open_engine()
        consumer = log.consumer("events", "g")
        append_all(log.producer("events"), [b"a"])
        assert len(read_all(consumer, 1)) == 1
        append_all(open_engine().producer("events"), [b"b"])
        assert [record.payload for record in read_all(consumer, 1)] == [b"b"]


class TestGroups:
    def test_what_was_not_committed_comes_again(self, open_engine: OpenEngine) -> None:
        log = open_engine()
        append_all(log.producer("events"), [b"0", b"1", b"2"])
        consumer = log.consumer("events", "g")
        records = read_all(consumer, 3)
        consumer.commit(ends(records[:1]))
        consumer.close()
        again = open_engine().consumer("events", "g")
        assert again.committed() == ends(records[:1])
        assert [record.payload for record in read_all(again, 2)] == [b"1", b"2"]

    def test_groups_do_not_disturb_each_other(self, log: EventLog) -> None:
        append_all(log.producer("events"), [b"0", b"1"])
        one, two = log.consumer("events", "one"), log.consumer("events", "two")
        one.commit(ends(read_all(one, 2)))
        assert two.committed() == {}
        assert len(read_all(two, 2)) == 2

    def test_a_group_has_one_consumer_at_a_time(self, open_engine: OpenEngine) -> None:
        log = open_engine()
        consumer = log.consumer("events", "g")
        with pytest.raises(Conflict):
            open_engine().consumer("events", "g")
        consumer.close()
        open_engine().consumer("events", "g")

    def test_committing_what_was_not_polled_is_refused(self, log: EventLog) -> None:
        position = log.producer("events").append_sync(b"x")
        consumer = log.consumer("events", "g")
        with pytest.raises(InvalidRequest):
            consumer.commit({position.partition: position.next_offset})
        assert consumer.committed() == {}

    def test_seek_goes_back_and_forth(self, log: EventLog) -> None:
        positions = append_all(log.producer("events"), [b"%d" % number for number in range(200)])
        consumer = log.consumer("events", "g")
        read_all(consumer, 200)
        for target in (150, 3, 199, 0, 77):
            consumer.seek({positions[target].partition: positions[target].offset})
            assert [int(record.payload) for record in read_all(consumer, 200 - target)] == list(range(target, 200))

    def test_positions_are_those_of_the_next_record(self, log: EventLog) -> None:
        last = append_all(log.producer("events"), [b"a", b"b"])[-1]
        consumer = log.consumer("events", "g")
        read_all(consumer, 2)
        assert consumer.positions() == {last.partition: last.next_offset}

    def test_a_closed_consumer_refuses(self, log: EventLog) -> None:
        consumer = log.consumer("events", "g")
        consumer.close()
        with pytest.raises(Unavailable):
            consumer.poll(max_records=1, max_bytes=1, timeout=0)

    @pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "x" * 65])
    def test_names_that_could_be_paths_are_refused(self, log: EventLog, name: str) -> None:
        with pytest.raises(InvalidRequest):
            log.consumer("events", name)
        with pytest.raises(InvalidRequest):
            log.producer(name)


class TestLag:
    def test_lag_counts_what_is_unread_and_names_the_oldest(self, log: EventLog, clock: ManualClock) -> None:
        producer, consumer = log.producer("events"), log.consumer("events", "g")
        assert (consumer.lag().records, consumer.lag().oldest_ms) == (0, None)
        producer.append_sync(b"0")
        first_ms = clock.now_ms()
        clock.advance(5)
        producer.append_sync(b"1")
        assert (consumer.lag().records, consumer.lag().oldest_ms) == (2, first_ms)
        consumer.poll(max_records=1, max_bytes=100, timeout=5)
        assert (consumer.lag().records, consumer.lag().oldest_ms) == (1, clock.now_ms())
        assert [record.payload for record in read_all(consumer, 1)] == [b"1"]
        assert (consumer.lag().records, consumer.lag().oldest_ms) == (0, None)

    def test_an_observer_sees_the_lag_of_the_committed_positions(self, open_engine: OpenEngine) -> None:
        log = open_engine()
        append_all(log.producer("events"), [b"0", b"1", b"2"])
        consumer = log.consumer("events", "g")
        consumer.commit(ends(consumer.poll(max_records=2, max_bytes=100, timeout=5)))
        read_all(consumer)
        assert open_engine().lag("events", "g").records == 1
