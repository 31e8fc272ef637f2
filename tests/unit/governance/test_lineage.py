"""What builds on what."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tributary.governance.lineage import Item, count_users, find_cycle, names_of, set_uses, users_of
from tributary.store import Store
from tributary.store.tables.messaging import Campaign

items = st.builds(Item, st.sampled_from(["audience", "tag"]), st.sampled_from(["a", "b", "c", "d"]))
graphs = st.dictionaries(items, st.sets(items, max_size=3), max_size=6)


def reachable(graph: dict[Item, set[Item]], start: set[Item]) -> set[Item]:
    found: set[Item] = set()
    waiting = list(start)
    while waiting:
        item = waiting.pop()
        if item not in found:
            found.add(item)
            waiting.extend(graph.get(item, ()))
    return found


@given(graph=graphs, user=items, used=st.sets(items, max_size=3))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_a_cycle_is_found_exactly_when_the_user_is_reachable_from_what_it_uses(
    sqlite_store: Store, graph: dict[Item, set[Item]], user: Item, used: set[Item]
):
    with sqlite_store.read() as session:  # thrown away at the end
        for above, below in graph.items():
            set_uses(session, 1, above, below)
        way = find_cycle(session, 1, user, used)

    graph = {**graph, user: used}
    assert bool(way) == (user in reachable(graph, used))
    if way:
        assert way[0] == way[-1] == user
        assert all(below in graph[above] for above, below in pairwise(way))


def test_uses_are_replaced_and_stay_inside_the_workspace(store: Store):
    audience, tag, other = Item("audience", "aud_1"), Item("tag", "tag_1"), Item("audience", "aud_3")
    with store.begin() as session:
        set_uses(session, 1, tag, [audience])
        set_uses(session, 1, other, [audience, audience])
        set_uses(session, 2, Item("audience", "aud_2"), [audience])
    with store.read() as session:
        assert users_of(session, 1, audience) == [other, tag]

    with store.begin() as session:
        set_uses(session, 1, other, [])
    with store.read() as session:
        assert users_of(session, 1, audience) == [tag]
        assert users_of(session, 1, other) == []


@pytest.mark.parametrize(
    ("state", "is_archived", "is_used"),
    [
        ("draft", False, True),
        ("sending", False, True),
        ("done", False, False),
        ("cancelled", False, False),
        ("draft", True, False),
    ],
)
def test_a_campaign_uses_its_audience_until_it_is_over_or_archived(
    sqlite_store: Store, state: str, is_archived: bool, is_used: bool
):
    now = datetime(2026, 1, 1, tzinfo=UTC)
    with sqlite_store.begin() as session:
        session.add(
            Campaign(
                id="cmp_1",
                workspace_id=1,
                name="Spring",
                state=state,
                audience_id="aud_1",
                version=1,
                salt="s",
                cursor=0,
                created_by="usr_1",
                created_at=now,
                updated_at=now,
                archived_at=now if is_archived else None,
            )
        )
    with sqlite_store.read() as session:
        campaign = Item("campaign", "cmp_1")
        assert users_of(session, 1, Item("audience", "aud_1")) == ([campaign] if is_used else [])
        assert count_users(session, 1, "audience", ["aud_1"]) == ({"aud_1": 1} if is_used else {})
        assert names_of(session, 1, [campaign, Item("tag", "tag_0")]) == {
            campaign: "Spring",
            Item("tag", "tag_0"): "tag_0",
        }
