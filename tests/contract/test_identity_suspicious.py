"""Suspicious cases are the same on both stores, page by page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tributary.errors import NotFound
from tributary.identity import IdentifierType, RuleSet
from tributary.identity.suspicious import Kind, Place, count_refusals, count_suspicious, mark_reviewed, suspicious
from tributary.store import Store
from tributary.store.tables.identity import Edge, Identifier

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RULES = RuleSet(types=[IdentifierType(name="card", limit=5, degree_cap=2)])


def add(store: Store, number: int, profile_id: int, type_: str, *, degree: int = 0, workspace_id: int = 1) -> None:
    with store.begin() as session:
        session.add(
            Identifier(
                id=number, workspace_id=workspace_id, profile_id=profile_id, base_id=number, type=type_,
                value=f"v{number}", degree=degree, first_seen_ms=0, first_led_ms=0, last_led_ms=0, source_id="s",
                message_id="m", is_removed=False,
            )
        )  # fmt: skip


def refuse(store: Store, number: int, a: int, b: int, refusal: str) -> None:
    with store.begin() as session:
        session.add(
            Edge(
                id=number, workspace_id=1, identifier_a=a, identifier_b=b, kind="same_event", is_trusted=True, epoch=0,
                rule="same_event", refusal=refusal, source_id="s", message_id="m", at_ms=0,
            )
        )  # fmt: skip


@pytest.fixture
def filled(store: Store) -> Store:
    for number in range(1, 5):
        add(store, number, 1, "card")  # four of five
    for number in range(11, 14):
        add(store, number, 2, "card")  # three are not near
    for number in range(21, 42):
        add(store, number, 3, "anonymous_id")  # many in all
    for number, degree in ((51, 3), (52, 2), (53, 9)):
        add(store, number, 4, "card" if number < 53 else "email", degree=degree)
    for number in range(61, 65):
        add(store, number, 6, "card:wx", workspace_id=2)
    refuse(store, 1, 1, 11, "both_large")
    refuse(store, 2, 2, 11, "both_large")
    refuse(store, 3, 21, 11, "unsigned")
    refuse(store, 4, 21, 12, "")
    return store


def listed(store: Store, kind: Kind, **options: object) -> list[tuple[int, int, str, int | None]]:
    with store.read() as session:
        found = suspicious(session, 1, RULES, kind, **options)  # type: ignore[arg-type]
    return [(each.subject, each.extent, each.type, each.limit) for each in found]


def test_each_kind_has_its_cases_the_worst_first(filled: Store) -> None:
    assert listed(filled, "many_identifiers") == [(3, 21, "", 200), (1, 4, "card", 5)]
    assert listed(filled, "claimed_by_many") == [(51, 3, "card", 2)]
    assert listed(filled, "both_large") == [(2, 2, "", None), (1, 2, "", None)][::-1]
    assert listed(filled, "unsigned") == [(2, 1, "", None), (3, 1, "", None)]
    with filled.read() as session:
        assert count_suspicious(session, 1, RULES) == {
            "many_identifiers": 2, "claimed_by_many": 1, "both_large": 2, "unsigned": 2,
        }  # fmt: skip
        assert count_refusals(session, 1) == {"both_large": 2, "unsigned": 1}


def test_a_page_begins_where_the_one_before_ends(filled: Store) -> None:
    assert listed(filled, "many_identifiers", limit=1) == [(3, 21, "", 200)]
    assert listed(filled, "many_identifiers", after=Place(21, 3)) == [(1, 4, "card", 5)]
    assert listed(filled, "unsigned", after=Place(1, 2)) == [(3, 1, "", None)]


def test_what_was_looked_at_hides_until_it_grows(filled: Store) -> None:
    with filled.begin() as session:
        assert mark_reviewed(session, 1, RULES, [("many_identifiers", 1), ("unsigned", 2)], by="u", now=NOW) == 2
    assert listed(filled, "many_identifiers") == [(3, 21, "", 200)]
    assert len(listed(filled, "many_identifiers", with_reviewed=True)) == 2
    add(filled, 5, 1, "card")
    assert len(listed(filled, "many_identifiers")) == 2
    with filled.begin() as session:
        mark_reviewed(session, 1, RULES, [("many_identifiers", 1)], by="u", now=NOW)
        assert count_suspicious(session, 1, RULES)["many_identifiers"] == 1
    with pytest.raises(NotFound), filled.begin() as session:
        mark_reviewed(session, 1, RULES, [("many_identifiers", 2)], by="u", now=NOW)
    with pytest.raises(NotFound), filled.begin() as session:
        mark_reviewed(session, 2, RULES, [("claimed_by_many", 51)], by="u", now=NOW)
