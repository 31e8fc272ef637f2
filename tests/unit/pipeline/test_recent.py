"""Which events of a batch the live view keeps."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.core.clock import ManualClock
from tributary.core.envelope import Envelope
from tributary.errors import Unavailable
from tributary.pipeline.quarantine import Rejection
from tributary.pipeline.reasons import reason_text
from tributary.pipeline.recent import STATUSES, Outcomes, RecentEvents, Stratum, choose

strata = st.dictionaries(
    st.builds(Stratum, st.sampled_from(STATUSES), st.sampled_from(["a", "b"]), st.sampled_from("XYZVW")),
    st.integers(1, 5_000),
    max_size=40,
)


@given(strata, st.integers(8, 300))
def test_what_is_kept_stands_for_everything(sizes: dict[Stratum, int], most: int) -> None:
    chosen = choose(sizes, most)
    assert len(chosen) == min(sum(sizes.values()), most)  # all of it, or as much as may be
    assert len({(key, place) for key, place, _ in chosen}) == len(chosen)  # nothing twice
    assert all(0 <= place < sizes[key] for key, place, _ in chosen)
    for status in STATUSES:
        total = sum(size for key, size in sizes.items() if key.status == status)
        assert sum(stands_for for key, _, stands_for in chosen if key.status == status) == total
        assert total == 0 or any(key.status == status for key, _, _ in chosen)
    assert all(stands_for >= 1 for _, _, stands_for in chosen)


@given(strata, st.integers(40, 300))
def test_every_kind_is_seen_and_counted_while_there_is_room(sizes: dict[Stratum, int], most: int) -> None:
    chosen = choose(sizes, most)
    for key, size in sizes.items():
        assert sum(stands_for for kind, _, stands_for in chosen if kind == key) == size


def test_quarantined_events_come_first_and_leave_room_for_others() -> None:
    sizes = {Stratum("quarantined", "s", "X"): 1_000, Stratum("stored", "s", "X"): 9_000}
    shown = [key.status for key, _, _ in choose(sizes, 200)]
    assert (shown.count("quarantined"), shown.count("stored")) == (149, 51)
    few = {Stratum("quarantined", "s", "X"): 3, Stratum("stored", "s", "X"): 9_000}
    shown = [key.status for key, _, _ in choose(few, 200)]
    assert (shown.count("quarantined"), shown.count("stored")) == (3, 197)


class Sink:
    """A warehouse that only takes rows, or refuses them."""

    def __init__(self) -> None:
        self.tables: list[Any] = []
        self.fails = False
        self.asked = 0

    def insert(self, table: str, data: Any, *, token: str) -> None:
        assert table == "recent_events"
        assert token
        self.asked += 1
        if self.fails:
            raise Unavailable("not now")
        self.tables.append(data)

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for table in self.tables for row in table.to_pylist()]


class Recorder:
    """The recorder with hands on its clocks."""

    def __init__(self, most: int = 200) -> None:
        self.sink, self.clock, self.seconds, self.number = Sink(), ManualClock(), 0.0, 0
        self.recent = RecentEvents(self.sink, self.clock, most, monotonic=lambda: self.seconds)  # type: ignore[arg-type]

    def take(self, *raws: bytes) -> None:
        self.number += 1
        self.recent.take(Outcomes(rejections=[(self.rejection(raw), "qtn_1") for raw in raws]), self.number)

    def rejection(self, raw: bytes) -> Rejection:
        envelope = Envelope(workspace_id=1, source_id="src", received_at_ms=self.clock.now_ms(), events=[raw])
        return Rejection.of(envelope, raw, "m1", "unknown_type", "It must be…")


def test_a_view_that_cannot_be_written_pauses_and_never_raises() -> None:
    recorder = Recorder()
    recorder.sink.fails = True
    recorder.take(b"{}")
    recorder.seconds = 5
    recorder.take(b"{}")  # in the pause: not even tried
    assert recorder.sink.asked == 1
    recorder.sink.fails, recorder.seconds = False, 11
    recorder.take(b"{}")
    assert [row["batch"] for row in recorder.sink.rows] == [3]


def test_batches_are_gathered() -> None:
    recorder = Recorder()
    for _ in range(3):
        recorder.take(b"{}")
    recorder.seconds = 1.0
    recorder.take(b"{}")
    recorder.take(b"{}")
    recorder.recent.flush()
    recorder.recent.flush()
    assert [table.num_rows for table in recorder.sink.tables] == [1, 3, 1]


def test_a_busy_day_is_bounded() -> None:
    recorder = Recorder()
    for _ in range(50):  # ten seconds of full batches
        recorder.take(*[b"{}"] * 1_000)
        recorder.clock.advance(0.2)
        recorder.seconds += 1
    assert len(recorder.sink.rows) <= 200 + 10 * 45
    assert sum(row["stands_for"] for row in recorder.sink.rows) == 50_000


def test_a_very_large_event_is_shown_without_its_bytes() -> None:
    recorder = Recorder()
    recorder.take(b'{"event": "Big", "x": "' + b"y" * 50_000 + b'"}', b'{"event": "Small"}')
    recorder.recent.flush()
    assert {row["event"]: row["raw"] for row in recorder.sink.rows} == {"Big": "", "Small": '{"event": "Small"}'}


def test_it_can_be_turned_off() -> None:
    recorder = Recorder(most=0)
    recorder.take(b"{}")
    recorder.recent.flush()
    assert recorder.sink.asked == 0


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_reason_has_words(locale: Any) -> None:
    import re
    from pathlib import Path

    import tributary.pipeline

    folder = Path(tributary.pipeline.__file__).parent
    text = "".join((folder / name).read_text() for name in ("events.py", "batch.py", "worker.py", "quarantine.py"))
    codes = set(re.findall(r'BadEvent\(\s*"([a-z_]+)"', text)) | set(re.findall(r'message_id, "([a-z_]+)"', text))
    codes |= {"event_too_large", "too_deeply_nested", "not_an_object", "invalid_json", "record_unreadable"}
    assert len(codes) > 12
    for code in codes:
        assert reason_text(code, locale), code
    assert reason_text("nothing of ours", locale) is None
