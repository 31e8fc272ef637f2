"""The log under power cuts, killed processes, full disks and failing disks: 0 acknowledged records lost, 0 phantoms.

For the power cuts the disk is simulated (see `fixtures.simulated_fs`), so that every run is the same and thousands of
cuts take seconds. The killed reader is a real process on a real disk.
"""

from __future__ import annotations

import contextlib
import errno
import random
import subprocess
import sys
from pathlib import Path

import pytest

from fixtures.simulated_fs import PowerCut, SimulatedFileSystem
from tributary.core.clock import ManualClock, SystemClock
from tributary.errors import Unavailable
from tributary.settings import StreamSettings
from tributary.stream import open_log
from tributary.stream.embedded import EmbeddedLog
from tributary.stream.groups import load_committed
from tributary.stream.record import MAGIC
from tributary.stream.segments import list_partitions
from tributary.stream.writer import PartitionWriter, SegmentLimits, claim_partition

POWER_CUT_SEEDS = 400
LIVES_PER_SEED = 4
STEPS_PER_LIFE = 25
READER_ROUNDS = 8

_DIRECTORY = Path("/log")
_TOPIC = _DIRECTORY / "events"
_SETTINGS = StreamSettings(segment_bytes=4096, retention_hours=1, retention_bytes=16_384)
_LIMITS = SegmentLimits(bytes=4096, milliseconds=450_000)


class Trial:
    """Writes, reads, commits and deletes at random until the power goes; then again, and at the end takes stock."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.fs = SimulatedFileSystem(seed)
        self.clock = ManualClock()
        self.submitted: set[bytes] = set()
        self.acknowledged: set[bytes] = set()
        self.processed: set[bytes] = set()  # by the pipeline group, before it committed
        self.seen: dict[tuple[int, int], bytes] = {}
        self.with_audit = self.random.random() < 0.5  # a group that commits nothing, and so keeps everything
        self.number = 0

    def run(self) -> None:
        for _ in range(LIVES_PER_SEED):
            self.fs.cut_after = self.random.randrange(1, 160)
            with contextlib.suppress(PowerCut):
                self.live()
            if self.random.random() < 0.3:
                self.fs.kill()
            else:
                self.fs.power_cut()
            self.check_committed()
        self.take_stock()

    def live(self) -> None:
        log = EmbeddedLog(_DIRECTORY, _SETTINGS, self.clock, self.fs)
        if self.with_audit:
            log.consumer("events", "audit")
        consumer = log.consumer("events", "pipeline")
        writers = [claim_partition(self.fs, _TOPIC, _LIMITS) for _ in range(self.random.choice([1, 1, 2]))]
        polled = dict(consumer.positions())
        for _ in range(STEPS_PER_LIFE):
            action = self.random.random()
            if action < 0.6:
                self.append(writers)
            elif action < 0.8:
                for record in consumer.poll(max_records=self.random.randrange(1, 20), max_bytes=10_000, timeout=0):
                    self.read(record.partition, record.offset, record.payload)
                    polled[record.partition] = record.offset + 1
            elif action < 0.95:
                consumer.commit(polled)
            else:
                self.clock.advance(self.random.randrange(1, 4000))

    def append(self, writers: list[PartitionWriter]) -> None:
        index = self.random.randrange(len(writers))
        group = [self.payload() for _ in range(self.random.randrange(1, 5))]
        fault = self.random.random()
        if fault < 0.03:
            self.fs.fail_next("sync", errno.EIO, ".log")
        elif fault < 0.06:
            self.fs.fail_next("write", errno.ENOSPC, ".log")
        elif fault < 0.08:
            self.fs.fail_next("create", errno.EMFILE, ".log")
        self.submitted.update(group)
        try:
            writers[index].append(group, self.clock.now_ms())
        except Unavailable:
            if writers[index].failed is not None:
                writers[index].close()
                writers[index] = claim_partition(self.fs, _TOPIC, _LIMITS)
            return
        finally:
            self.fs.faults.clear()
        self.acknowledged.update(group)

    def payload(self) -> bytes:
        self.number += 1
        filling = self.random.randbytes(self.random.choice([0, 5, 300, 900]))
        return b"%d|" % self.number + self.random.choice([b"", MAGIC]) + filling

    def read(self, partition: int, offset: int, payload: bytes) -> None:
        assert payload in self.submitted, "a record that nobody wrote"
        assert self.seen.setdefault((partition, offset), payload) == payload, "one offset, two records"
        self.processed.add(payload)

    def check_committed(self) -> None:
        """No committed position is ahead of the log that survived."""
        committed = load_committed(self.fs, _TOPIC, "pipeline") or {}
        log = EmbeddedLog(_DIRECTORY, _SETTINGS, self.clock, self.fs)
        claimed = [claim_partition(self.fs, _TOPIC, _LIMITS) for _ in list_partitions(self.fs, _TOPIC)]
        for writer in claimed:
            assert committed.get(writer.number, 0) <= writer.next_offset
            writer.close()
        log.close()

    def take_stock(self) -> None:
        log = EmbeddedLog(_DIRECTORY, _SETTINGS, self.clock, self.fs)
        consumer = log.consumer("events", "pipeline")
        while records := consumer.poll(max_records=1000, max_bytes=10**6, timeout=0):
            for record in records:
                self.read(record.partition, record.offset, record.payload)
        assert self.acknowledged <= self.processed, "acknowledged and never delivered"
        if self.with_audit:
            audit = log.consumer("events", "audit")
            kept: set[bytes] = set()
            while records := audit.poll(max_records=1000, max_bytes=10**6, timeout=0):
                kept.update(record.payload for record in records)
            assert self.acknowledged <= kept, "acknowledged and deleted unread"
        log.close()
        assert self.fs.synced_after_failure == [], "a file was synced again after its sync had failed"
        assert self.fs.open_handles == 0, "a descriptor was left open"


def test_power_cuts_kills_and_disk_errors_lose_nothing_acknowledged() -> None:
    acknowledged = 0
    for seed in range(POWER_CUT_SEEDS):
        trial = Trial(seed)
        try:
            trial.run()
        except AssertionError as error:
            pytest.fail(f"seed {seed}: {error}")
        acknowledged += len(trial.acknowledged)
    assert acknowledged > 10 * POWER_CUT_SEEDS, "the trials hardly wrote anything"


_READER = """
import json, os, sys
from pathlib import Path
from tributary.core.clock import SystemClock
from tributary.settings import StreamSettings
from tributary.stream import open_log
directory, out, settings = Path(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND), json.loads(sys.argv[3])
consumer = open_log(directory, StreamSettings(**settings), SystemClock()).consumer("events", "worker")
while records := consumer.poll(max_records=40, max_bytes=10**6, timeout=2):
    os.write(out, b"".join(record.payload + b"\\n" for record in records))
    os.fsync(out)
    consumer.commit({record.partition: record.offset + 1 for record in records})
"""


@pytest.mark.slow
def test_kill_9_of_a_reader_loses_nothing_whatever_it_was_doing(tmp_path: Path) -> None:
    settings = StreamSettings(segment_bytes=4096)
    log = open_log(tmp_path / "stream", settings, SystemClock())
    producer = log.producer("events")
    worked = tmp_path / "worked.txt"
    worked.touch()
    reader = [sys.executable, "-c", _READER, str(tmp_path / "stream"), str(worked), settings.model_dump_json()]
    dice = random.Random(3)
    written = 0
    for _ in range(READER_ROUNDS):
        process = subprocess.Popen(reader)
        before = worked.stat().st_size
        while worked.stat().st_size == before:  # it is at work
            producer.append_sync(b"%d" % written)
            written += 1
        for _ in range(dice.randrange(60)):
            producer.append_sync(b"%d" % written)
            written += 1
        process.kill()
        process.wait()
    log.close()
    subprocess.run(reader, check=True, timeout=60)
    done = [int(line) for line in worked.read_text().split()]
    assert set(done) == set(range(written))
    assert list(dict.fromkeys(done)) == sorted(set(done)), "out of order"
