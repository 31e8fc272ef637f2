"""Questions about people and recent events have the same answer on one node and on two shards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from fixtures.warehouse import START, make_events, make_profiles
from tributary.core.clock import ManualClock
from tributary.pipeline import Person, Place, recent_events, recent_names
from tributary.pipeline.recent import _table
from tributary.profiles import PeopleFilter, count_people, filter_profiles, timeline_days
from tributary.store import Store
from tributary.warehouse import Warehouse

NOW = ManualClock().now()


@pytest.fixture
def recent(warehouse: Warehouse) -> Warehouse:
    """Twelve batches of three events each, in two workspaces."""
    at = int(NOW.timestamp() * 1000)

    def row(workspace_id: int, batch: int, position: int) -> tuple[Any, ...]:
        status = ("stored", "duplicate", "quarantined")[position]
        profile_id, identifiers = (batch, [batch * 10]) if position == 0 else (0, [batch * 10] * (position == 1))
        return (
            workspace_id, batch, position, batch, at, at + batch, at, status, "track", f"E{batch % 3}", "src",
            f"m{batch}-{position}", profile_id, identifiers, "", "", "", f'{{"userId": "user-{batch}"}}', "", "",
            '{"a": 1}', "{}", "{}",
        )  # fmt: skip

    for batch in range(1, 13):
        rows = [row(1 + (batch > 10), batch, position) for position in range(3)]
        warehouse.insert("recent_events", _table(rows), token=f"t{batch}")
    return warehouse


def test_recent_events_are_found_and_counted(recent: Warehouse) -> None:
    def ids(**options: Any) -> list[str]:
        return [each.message_id for each in recent_events(recent, 1, NOW, **options).items]

    everything = recent_events(recent, 1, NOW)
    assert [each.message_id for each in everything.items] == [
        f"m{batch}-{position}" for batch in range(10, 0, -1) for position in (2, 1, 0)
    ]
    assert (everything.total, everything.kept) == (3 * sum(range(1, 11)), 30)
    assert everything.place == Place(10, 0b11_1111_1111)
    assert ids(after=Place(8, 0xFF)) == [f"m{batch}-{position}" for batch in (10, 9) for position in (2, 1, 0)]
    assert ids(after=Place(10, 0b11_1111_1011)) == ["m8-2", "m8-1", "m8-0"]
    assert ids(after=everything.place) == []
    assert ids(statuses=["stored"], events=["E1"], limit=2) == ["m10-0", "m7-0"]
    assert ids(person=Person([4], [50], "user-6")) == ["m6-2", "m5-1", "m5-0", "m4-0"]
    assert ids(since=NOW + timedelta(milliseconds=10)) == ["m10-2", "m10-1", "m10-0"]
    assert {each.name for each in recent_names(recent, 2, NOW)} == {"E0", "E2"}
    assert recent_events(recent, 3, NOW).items == []


def test_people_are_counted_and_listed(warehouse: Warehouse, sqlite_store: Store) -> None:
    make_profiles(
        warehouse,
        [
            {"profile_id": number, "identifiers": identifiers, "first_seen": START + timedelta(days=number),
             "last_seen": START + timedelta(days=10 - number)}
            for number, identifiers in enumerate(
                [{}, {"anonymous_id": ["a"]}, {"anonymous_id": ["a"], "device_id": ["d"]}, {"email": ["e@x.cn"]},
                 {"anonymous_id": ["b"], "wechat_openid:wx1": ["o"]}]
            )
        ],
    )  # fmt: skip
    make_profiles(warehouse, [{"profile_id": 9, "workspace_id": 2}])
    make_profiles(warehouse, [{"profile_id": 3, "is_deleted": 1}])
    filters = [
        PeopleFilter(),
        PeopleFilter(is_identified=True),
        PeopleFilter(is_identified=False),
        PeopleFilter(first_seen_since=START + timedelta(days=2)),
        PeopleFilter(last_seen_since=START + timedelta(days=8), is_identified=False),
    ]
    assert count_people(warehouse, 1, filters) == [4, 1, 3, 2, 3]
    with sqlite_store.read() as session:
        for wanted in filters:  # the store knows none of them, but the question is asked
            assert filter_profiles(session, warehouse, 1, wanted, after=100) == []


def test_days_are_those_of_the_time_zone(warehouse: Warehouse, sqlite_store: Store) -> None:
    times = [START + timedelta(hours=hours) for hours in (0, 15, 17, 40)]
    make_events(warehouse, [{"profile_id": 7, "event": "A" if at.hour else "B", "timestamp": at} for at in times])
    with sqlite_store.read() as session:

        def days(timezone: str, **options: Any) -> list[tuple[date, int]]:
            found = timeline_days(session, warehouse, 1, 7, timezone=timezone, **options)
            return [(each.day, each.events) for each in found]

        assert days("UTC") == [(date(2026, 1, 2), 1), (date(2026, 1, 1), 3)]
        assert days("Asia/Shanghai") == [(date(2026, 1, 3), 1), (date(2026, 1, 2), 1), (date(2026, 1, 1), 2)]
        assert days("America/New_York", limit=1, events=["A"]) == [(date(2026, 1, 2), 1)]
