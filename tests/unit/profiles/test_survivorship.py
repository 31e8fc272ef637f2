"""Survivorship: whatever the order, the number of copies and the way of merging, one golden record."""

from __future__ import annotations

import itertools
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.errors import InvalidRequest
from tributary.profiles import Strategy, TraitStrategy, load_strategies, save_strategy
from tributary.profiles.survivorship import GROUPS_TRAIT, Entry, choose, fold
from tributary.store import Store

_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.text("ab", max_size=3), st.sampled_from(["2026-01-01", "2026-02"])
)
_values = st.one_of(_scalars, st.lists(st.text("abc", max_size=2), max_size=3), st.just({"k": 1}))
_entries: st.SearchStrategy[Entry] = st.tuples(
    _values,
    st.integers(1, 4),
    st.sampled_from(["m1", "m2"]),
    st.sampled_from(["crm", "shop", "web"]),
    st.integers(1, 3),
).map(list)
_rules = st.builds(TraitStrategy, st.sampled_from(get_args(Strategy)), st.just(["crm", "shop"]))


def golden(rule: TraitStrategy, entries: list[Entry]) -> Entry | None:
    current: Entry | None = None
    for entry in entries:
        current = fold({"t": rule}, "t", current, entry)
    return current


@given(_rules, st.lists(_entries, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(rule: TraitStrategy, entries: list[Entry], random: Any) -> None:
    shuffled = entries + entries[:2]
    random.shuffle(shuffled)
    assert golden(rule, shuffled) == golden(rule, entries)


@given(_rules, st.lists(_entries, min_size=1, max_size=4), st.lists(_entries, min_size=1, max_size=4))
def test_merging_two_golden_records_gives_that_of_all_facts(
    rule: TraitStrategy, one: list[Entry], other: list[Entry]
) -> None:
    merged = [entry for entry in (golden(rule, one), golden(rule, other)) if entry is not None]
    assert golden(rule, merged) == golden(rule, one + other)


def entry(value: Any, at_ms: int = 1, source: str = "web", message: str = "m") -> Entry:
    return [value, at_ms, message, source, 1]


@pytest.mark.parametrize(
    ("rule", "entries", "expected"),
    [
        (TraitStrategy("most_recent"), [entry("old", 1), entry("new", 2)], "new"),
        (TraitStrategy("most_recent"), [entry("a", 1), entry(None, 2)], None),
        (TraitStrategy("most_recent"), [entry(None, 1), entry("a", 2)], "a"),
        (TraitStrategy("first"), [entry("new", 2), entry("old", 1), entry(None, 0)], "old"),
        (TraitStrategy("source_priority", ["crm"]), [entry("w", 9), entry("c", 1, "crm")], "c"),
        (TraitStrategy("source_priority", ["crm", "web"]), [entry("o", 9, "other"), entry("w", 1)], "w"),
        (TraitStrategy("most_complete"), [entry("Wang Xiaoming"), entry("Wang", 5), entry(None, 9)], "Wang Xiaoming"),
        (TraitStrategy("min"), [entry(3), entry(1), entry(None, 9), entry(2, 9)], 1),
        (TraitStrategy("max"), [entry(3), entry(10), entry(2, 9)], 10),
        (TraitStrategy("min"), [entry("2026-02-01"), entry("2026-01-15"), entry("2026-01")], "2026-01"),
        (TraitStrategy("max"), [entry("2026-02-01"), entry("2026-01-15")], "2026-02-01"),
        (TraitStrategy("union"), [entry(["b"]), entry(["a", "b"], 2), entry("c", 3), entry(None, 4)], ["a", "b", "c"]),
    ],
)
def test_each_strategy_chooses_as_its_name_says(rule: TraitStrategy, entries: list[Entry], expected: Any) -> None:
    for order in itertools.permutations(entries):
        chosen = golden(rule, list(order))
        assert chosen is not None
        assert chosen[0] == expected


def test_most_votes_win_each_identifier_at_each_source_having_one() -> None:
    said = [entry("Li", 1, "crm"), entry("Li", 2, "web"), entry("Lee", 9, "shop"), entry(None, 10, "app")]
    for order in itertools.permutations(said):
        chosen = choose({"t": TraitStrategy("most_frequent")}, [("t", each) for each in order])
        assert chosen["t"] == said[1]  # the newest of those that agree
    for order in itertools.permutations(said[1:]):
        assert choose({"t": TraitStrategy("most_frequent")}, [("t", each) for each in order])["t"] == said[2]
    assert choose({"t": TraitStrategy("most_frequent")}, [("t", said[3])]) == {}


def test_a_trait_may_be_kept_out_of_the_golden_record() -> None:
    rules = {"secret": TraitStrategy("never")}
    assert choose(rules, [("secret", entry("x")), ("plan", entry("free"))]) == {"plan": entry("free")}


def test_ties_are_broken_the_same_way_every_time() -> None:
    one, other = entry("a", 5, message="m1"), entry("b", 5, message="m2")
    assert golden(TraitStrategy(), [one, other]) == golden(TraitStrategy(), [other, one]) == other


def test_strategies_are_kept_per_workspace(store: Store) -> None:
    with store.begin() as session:
        save_strategy(session, 1, "phone", TraitStrategy("source_priority", ["src_crm"]))
        save_strategy(session, 1, "phone", TraitStrategy("source_priority", ["src_crm", "src_shop"]))
        with pytest.raises(InvalidRequest):
            save_strategy(session, 1, "phone", TraitStrategy("loudest"))  # type: ignore[arg-type]
    with store.read() as session:
        assert load_strategies(session, 1)["phone"] == TraitStrategy("source_priority", ["src_crm", "src_shop"])
        assert set(load_strategies(session, 2)) == {GROUPS_TRAIT}
