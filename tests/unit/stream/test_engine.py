"""The embedded engine on a simulated disk: full disks, failing disks, damage, recovery, retention."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.simulated_fs import SimulatedFileSystem
from tributary.core.clock import ManualClock
from tributary.errors import TooManyRequests, Unavailable
from tributary.settings import StreamSettings
from tributary.stream import Record
from tributary.stream.embedded import EmbeddedLog
from tributary.stream.retention import enforce_retention
from tributary.stream.segments import WATERMARK_NAME, list_partitions

DIRECTORY = Path("/log")
TOPIC = DIRECTORY / "events"
HOUR_MS = 3_600_000


class Bench:
    """A log on a simulated disk. `reopen` is a new process on the same disk."""

    def __init__(self, **settings: float) -> None:
        self.fs = SimulatedFileSystem()
        self.clock = ManualClock()
        self.settings = StreamSettings(**{"segment_bytes": 4096, **settings})
        self.log = self.open()

    def open(self) -> EmbeddedLog:
        return EmbeddedLog(DIRECTORY, self.settings, self.clock, self.fs)

    def reopen(self) -> None:
        self.log.close()
        self.log = self.open()

    def read(self, group: str = "g") -> list[Record]:
        consumer = self.log.consumer("events", group)
        out: list[Record] = []
        while records := consumer.poll(max_records=1000, max_bytes=10**7, timeout=0):
            out.extend(records)
        consumer.close()
        return out

    def payloads(self, group: str = "g") -> list[bytes]:
        return [record.payload for record in self.read(group)]


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.log.close()
    assert made.fs.open_handles == 0


class TestFullDisk:
    def test_a_full_disk_is_answered_and_writing_resumes_when_there_is_room(self, bench: Bench) -> None:
        producer = bench.log.producer("events")
        producer.append_sync(b"before")
        bench.fs.capacity = sum(len(bench.fs.content(path)) for path in bench.fs.paths()) + 40
        with pytest.raises(Unavailable, match="No space left"):
            producer.append_sync(b"x" * 500)
        assert producer.status().failed is None
        bench.fs.capacity = None
        producer.append_sync(b"after")
        assert bench.payloads() == [b"before", b"after"]

    def test_what_a_failed_write_left_does_not_survive(self, bench: Bench) -> None:
        producer = bench.log.producer("events")
        producer.append_sync(b"before")
        (segment,) = bench.fs.paths(".log")
        size = len(bench.fs.content(segment))
        bench.fs.capacity = sum(len(bench.fs.content(path)) for path in bench.fs.paths()) + 40
        with pytest.raises(Unavailable):
            producer.append_sync(b"x" * 500)
        assert len(bench.fs.content(segment)) == size

    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EMFILE, errno.ENFILE])
    def test_a_new_segment_that_cannot_be_made_now_is_made_later(self, bench: Bench, code: int) -> None:
        producer = bench.log.producer("events")
        producer.append_sync(b"x" * 5000)
        bench.fs.fail_next("create", code, ".log")
        with pytest.raises(Unavailable):
            producer.append_sync(b"refused")
        producer.append_sync(b"taken")
        assert bench.payloads()[1:] == [b"taken"]

    def test_a_log_that_cannot_be_opened_says_so_and_can_be_opened_later(self, bench: Bench) -> None:
        bench.fs.fail_next("create", errno.ENOSPC)
        with pytest.raises(Unavailable, match="No space left"):
            bench.log.producer("events")
        bench.log.producer("events").append_sync(b"x")
        assert bench.payloads() == [b"x"]

    def test_commit_on_a_full_disk_keeps_the_old_positions(self, bench: Bench) -> None:
        bench.log.producer("events").append_sync(b"x")
        consumer = bench.log.consumer("events", "g")
        consumer.poll(max_records=1, max_bytes=10, timeout=0)
        bench.fs.fail_next("write", errno.ENOSPC, "groups")
        with pytest.raises(Unavailable):
            consumer.commit({0: 1})
        assert consumer.committed() == {}
        consumer.commit({0: 1})
        assert consumer.committed() == {0: 1}


class TestFailingDisk:
    def test_a_failed_sync_is_final_until_the_log_is_opened_again(self, bench: Bench) -> None:
        producer = bench.log.producer("events")
        producer.append_sync(b"before")
        bench.fs.fail_next("sync", errno.EIO, ".log")
        for payload in (b"during", b"later"):
            with pytest.raises(Unavailable, match="out of order"):
                producer.append_sync(payload)
        assert "Input/output error" in (producer.status().failed or "")
        producer.close()
        bench.log.producer("events").append_sync(b"after")
        bench.log.close()
        bench.fs.power_cut()  # what the failed sync forgot is really gone, unless it was written again
        bench.log = bench.open()
        bench.log.producer("events")
        assert [p for p in bench.payloads() if p != b"during"] == [b"before", b"after"]
        assert bench.fs.synced_after_failure == []

    def test_readers_do_not_see_what_could_not_be_synced(self, bench: Bench) -> None:
        producer = bench.log.producer("events")
        producer.append_sync(b"before")
        bench.fs.fail_next("sync", errno.EIO, ".log")
        with pytest.raises(Unavailable):
            producer.append_sync(b"during")
        assert bench.payloads() == [b"before"]

    def test_an_unexpected_error_answers_everybody(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        producer = bench.log.producer("events")
        monkeypatch.setattr(producer._writer, "append", lambda *_: 1 / 0)
        with pytest.raises(Unavailable):
            producer.append_sync(b"x")
        assert producer.status().failed == "unexpected ZeroDivisionError"

    def test_a_read_error_is_reported_and_reading_resumes(self, bench: Bench) -> None:
        bench.log.producer("events").append_sync(b"x")
        consumer = bench.log.consumer("events", "g")
        bench.fs.fail_next("read", errno.EIO, ".log")
        with pytest.raises(Unavailable, match="cannot be read"):
            consumer.poll(max_records=1, max_bytes=10, timeout=0)
        assert len(consumer.poll(max_records=1, max_bytes=10, timeout=0)) == 1


class TestDamage:
    @given(st.data())
    def test_one_flipped_bit_costs_one_record_and_is_reported(self, data: st.DataObject) -> None:
        bench = Bench()
        producer = bench.log.producer("events")
        payloads = [b"%03d-" % number + b"x" * 40 for number in range(30)]
        for payload in payloads:
            producer.append_sync(payload)
        (segment,) = bench.fs.paths(".log")
        bench.fs.flip_bit(segment, data.draw(st.integers(0, len(bench.fs.content(segment)) - 1)))
        consumer = bench.log.consumer("events", "g")
        read = [record.payload for record in consumer.poll(max_records=100, max_bytes=10**6, timeout=0)]
        lost = [payload for payload in payloads if payload not in read]
        assert len(lost) == 1
        assert read == [payload for payload in payloads if payload != lost[0]]
        assert consumer.damage().regions == 1
        (kept,) = bench.fs.paths(".bin")
        assert consumer.damage().bytes == len(bench.fs.content(kept)) == len(payloads[0]) + 32
        producer.append_sync(b"later")
        assert [r.payload for r in consumer.poll(max_records=100, max_bytes=10**6, timeout=0)] == [b"later"]
        assert consumer.positions() == {0: 31}
        bench.log.close()

    def test_damage_at_the_end_of_the_log_does_not_stop_later_records(self, bench: Bench) -> None:
        producer = bench.log.producer("events")
        for payload in (b"a", b"b"):
            producer.append_sync(payload)
        (segment,) = bench.fs.paths(".log")
        bench.fs.flip_bit(segment, len(bench.fs.content(segment)) - 1)
        assert bench.payloads() == [b"a"]
        producer.append_sync(b"c")
        assert bench.payloads() == [b"a", b"c"]

    def test_an_offset_is_not_used_twice_when_the_last_record_and_the_watermark_are_destroyed(
        self, bench: Bench
    ) -> None:
        producer = bench.log.producer("events")
        for payload in (b"a", b"b"):
            producer.append_sync(payload)
        consumer = bench.log.consumer("events", "g")
        consumer.poll(max_records=10, max_bytes=100, timeout=0)
        consumer.commit(consumer.positions())
        bench.log.close()
        (segment,) = bench.fs.paths(".log")
        bench.fs.flip_bit(segment, len(bench.fs.content(segment)) - 1)
        bench.fs.flip_bit(TOPIC / "p00000" / WATERMARK_NAME, 20)
        bench.log = bench.open()
        assert bench.log.producer("events").append_sync(b"c").offset == 2
        assert bench.payloads() == [b"c"]

    def test_a_lost_watermark_costs_nothing(self, bench: Bench) -> None:
        producer = bench.log.producer("events")
        payloads = [b"%d" % number + b"x" * 300 for number in range(40)]
        for payload in payloads:
            producer.append_sync(payload)
        bench.log.close()
        bench.fs.remove(TOPIC / "p00000" / WATERMARK_NAME)
        bench.log = bench.open()
        bench.log.producer("events").append_sync(b"new")
        assert bench.payloads() == [*payloads, b"new"]


class TestPartitions:
    def test_a_dead_producers_partition_is_taken_over(self, bench: Bench) -> None:
        bench.log.producer("events").append_sync(b"first life")
        bench.reopen()
        assert bench.log.producer("events").append_sync(b"second life").partition == 0
        assert list_partitions(bench.fs, TOPIC) == [0]

    def test_a_reader_takes_in_what_a_dead_producer_had_written(self, bench: Bench) -> None:
        producer = bench.log.producer("events")
        producer.append_sync(b"acknowledged")
        writer = producer._writer
        bench.fs.fail_next("write", errno.EIO, WATERMARK_NAME)  # dies between the sync and the watermark
        with pytest.raises(Unavailable):
            writer.append([b"synced"], 0)
        bench.fs.kill()
        producer._writer.close = lambda: None  # the process is gone; nobody closes anything
        bench.log = bench.open()
        consumer = bench.log.consumer("events", "g")
        polled = [record.payload for record in consumer.poll(max_records=10, max_bytes=100, timeout=0)]
        polled += [record.payload for record in consumer.poll(max_records=10, max_bytes=100, timeout=2)]
        assert polled == [b"acknowledged", b"synced"]

    def test_a_living_producers_partition_is_left_alone(self, bench: Bench) -> None:
        first = bench.log.producer("events")
        second = bench.log.producer("events")
        assert first.append_sync(b"a").partition != second.append_sync(b"b").partition


class TestBackpressure:
    def test_too_many_waiting_records_are_refused_and_the_rest_answered(self, bench: Bench) -> None:
        producer = bench.log.producer("events", max_waiting=10)
        release = _block_syncs(bench.fs)

        async def run() -> list[object]:
            appends = [asyncio.ensure_future(producer.append(b"%d" % n)) for n in range(15)]
            await asyncio.sleep(0)
            release.set()
            return await asyncio.gather(*appends, return_exceptions=True)

        outcomes = asyncio.run(run())
        assert sum(isinstance(outcome, TooManyRequests) for outcome in outcomes) == 5
        assert len(bench.payloads()) == 10

    def test_waiting_bytes_are_bounded_too(self, bench: Bench) -> None:
        producer = bench.log.producer("events")
        release = _block_syncs(bench.fs)
        waiting = [threading.Thread(target=producer.append_sync, args=(b"x" * (20 * 1024**2),)) for _ in range(3)]
        for thread in waiting:
            thread.start()
        while producer.status().waiting < 3:
            threading.Event().wait(0.001)
        with pytest.raises(TooManyRequests):
            producer.append_sync(b"x" * (20 * 1024**2))
        release.set()
        for thread in waiting:
            thread.join()

    def test_a_caller_that_goes_away_disturbs_nobody(self, bench: Bench) -> None:
        producer = bench.log.producer("events")
        release = _block_syncs(bench.fs)

        async def run() -> None:
            gone = asyncio.ensure_future(producer.append(b"gone"))
            stays = asyncio.ensure_future(producer.append(b"stays"))
            await asyncio.sleep(0)
            gone.cancel()
            release.set()
            await stays

        asyncio.run(run())
        assert sorted(bench.payloads()) == [b"gone", b"stays"]

    def test_close_writes_what_is_waiting(self, bench: Bench) -> None:
        producer = bench.log.producer("events")
        release = _block_syncs(bench.fs)
        waiting = [threading.Thread(target=producer.append_sync, args=(b"%d" % n,)) for n in range(5)]
        for thread in waiting:
            thread.start()
        while producer.status().waiting < 5:
            threading.Event().wait(0.001)
        release.set()
        producer.close()
        for thread in waiting:
            thread.join()
        assert len(bench.payloads()) == 5


def _block_syncs(fs: SimulatedFileSystem) -> threading.Event:
    """Every sync of a segment waits until the event is set."""
    release = threading.Event()
    sync = fs.sync

    def waiting_sync(fd: int) -> None:
        if ".log" in fs._handles[fd][0].name:
            release.wait(10)
        sync(fd)

    fs.sync = waiting_sync  # type: ignore[method-assign]
    return release


class TestRetention:
    def fill(self, bench: Bench, segments: int) -> None:
        producer = bench.log.producer("events")
        for _ in range(segments + 1):  # a segment is closed by the record after the one that fills it
            producer.append_sync(b"x" * 5000)
        producer.close()

    def enforce(self, bench: Bench, *, max_age_ms: int = 10 * HOUR_MS, max_bytes: int = 10**9) -> int:
        return enforce_retention(
            bench.fs, TOPIC, now_ms=bench.clock.now_ms(), max_age_ms=max_age_ms, max_bytes=max_bytes
        )

    def commit(self, bench: Bench, group: str, records: int) -> None:
        consumer = bench.log.consumer("events", group)
        if records:
            consumer.poll(max_records=records, max_bytes=10**7, timeout=0)
        consumer.commit(consumer.positions())
        consumer.close()

    def test_what_no_group_has_read_stays_whatever_its_age_and_size(self, bench: Bench) -> None:
        self.fill(bench, 3)
        bench.clock.advance(10**6)
        assert self.enforce(bench, max_age_ms=1, max_bytes=1) == 0
        self.commit(bench, "fast", 4)
        self.commit(bench, "slow", 1)
        assert self.enforce(bench, max_age_ms=1, max_bytes=1) == 1
        assert len(bench.payloads("slow")) == 3

    def test_read_segments_go_when_they_are_old(self, bench: Bench) -> None:
        self.fill(bench, 3)
        self.commit(bench, "g", 4)
        assert self.enforce(bench, max_age_ms=HOUR_MS) == 0
        bench.clock.advance(3600)
        assert self.enforce(bench, max_age_ms=HOUR_MS) == 3
        assert len(bench.fs.paths(".log")) == 1

    def test_the_oldest_read_segments_go_when_there_is_too_much(self, bench: Bench) -> None:
        self.fill(bench, 3)
        self.commit(bench, "g", 4)
        assert self.enforce(bench, max_bytes=11_000) == 2

    def test_reading_continues_after_the_oldest_went(self, bench: Bench) -> None:
        self.fill(bench, 3)
        self.commit(bench, "g", 4)
        self.enforce(bench, max_bytes=11_000)
        assert [record.offset for record in bench.read("new")] == [2, 3]

    def test_an_idle_consumer_keeps_house_once_a_minute(self) -> None:
        bench = Bench(retention_hours=1)
        consumer = bench.log.consumer("events", "g")
        self.fill(bench, 3)
        consumer.poll(max_records=10, max_bytes=10**7, timeout=0)
        consumer.commit(consumer.positions())
        bench.clock.advance(2 * 3600)
        consumer.poll(max_records=10, max_bytes=10**7, timeout=0)
        assert len(bench.fs.paths(".log")) == 1
        bench.log.close()

    def test_a_slow_partition_closes_its_segment_by_age(self) -> None:
        bench = Bench(retention_hours=8)
        producer = bench.log.producer("events")
        producer.append_sync(b"a")
        bench.clock.advance(3599)
        producer.append_sync(b"b")
        assert len(bench.fs.paths(".log")) == 1
        bench.clock.advance(1)
        producer.append_sync(b"c")
        assert len(bench.fs.paths(".log")) == 2
        bench.log.close()
