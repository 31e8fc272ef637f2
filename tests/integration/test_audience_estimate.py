"""Counting a rule before it is saved, and saying why it holds for one person."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from fixtures.audiences import Rule, Shop, both, bought, either, trait, without
from fixtures.operators import NOW
from tributary import audiences
from tributary.errors import BudgetExceeded
from tributary.governance import load_catalog
from tributary.warehouse import Budget


class TestEstimate:
    def test_the_waterfall_shows_who_is_left_after_each_condition(self, town: Shop):
        in_city = town.where(lambda traits: traits.get("city") == "上海")
        no_buyers = set(town.traits) - town.buyers(2)
        adults = town.where(lambda traits: traits.get("age", -1) >= 18)

        found = town.estimate(
            both(trait("city", "is", "上海"), without(bought(2)), trait("age", "gte", 18)), locale="zh"
        )

        assert (found.people, found.size) == (400, len(in_city & no_buyers & adults))
        assert [(step.path, step.alone, step.after) for step in found.steps] == [
            ("all[0]", len(in_city), len(in_city)),
            ("all[1]", len(no_buyers), len(in_city & no_buyers)),
            ("all[2]", len(adults), len(in_city & no_buyers & adults)),
        ]
        assert "上海" in found.steps[0].sentence

    def test_under_any_people_are_gathered(self, town: Shop):
        in_city = town.where(lambda traits: traits.get("city") == "上海")

        found = town.estimate(either(trait("city", "is", "上海"), bought(2)))

        assert [step.after for step in found.steps] == [len(in_city), len(in_city | town.buyers(2))]
        assert found.size == len(in_city | town.buyers(2))

    @pytest.mark.parametrize(
        "rule", [trait("city", "is", "上海"), without(trait("city", "is", "上海")), both(), either()]
    )
    def test_a_rule_without_parts_is_one_step(self, town: Shop, rule: Rule):
        found = town.estimate(rule)

        assert [step.after for step in found.steps] == [found.size]

    def test_the_sample_is_spread_over_the_people_found(self, town: Shop):
        buyers = town.buyers(1)

        found = town.estimate(bought(1))

        assert len(found.sample) == len(set(found.sample)) == 20
        assert set(found.sample) <= buyers
        ranks = [sorted(buyers).index(id_) for id_ in found.sample]
        assert max(later - earlier for earlier, later in pairwise(ranks)) <= len(buyers) // 20 + 1

    def test_a_small_audience_is_shown_whole_and_an_empty_one_not_at_all(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}, 7: {"city": "上海"}, 9: {"city": "Paris"}})

        assert shop.estimate(trait("city", "is", "上海")).sample == [1, 7]
        assert shop.estimate(trait("city", "is", "深圳")).sample == []

    def test_a_workspace_without_people_counts_nobody(self, shop: Shop):
        found = shop.estimate(both(trait("city", "is", "上海"), without(bought(1))))

        assert (found.people, found.size, found.sample) == (0, 0, [])

    def test_what_costs_too_much_is_stopped(self, town: Shop):
        with pytest.raises(BudgetExceeded):
            town.estimate(bought(1), budget=Budget("tiny", seconds=5, memory_bytes=1_000, rows=10))


class TestWhy:
    def test_each_condition_comes_with_the_value_that_decides(self, shop: Shop):
        shop.add_people({1: {"city": "上海", "age": 30}, 2: {"age": 30}})
        shop.add_orders([(1, NOW - timedelta(days=1), 10.0), (1, NOW - timedelta(days=2), 20.0)])
        audience = shop.create("a", both(trait("city", "is", "上海"), trait("age", "gte", 40), bought(2)))
        shop.refresh(audience)

        with shop.store.read() as session:
            found = audiences.why_member(session, shop.warehouse, shop.get(audience), 1, NOW, locale="zh")
            absent = audiences.why_member(session, shop.warehouse, shop.get(audience), 2, NOW, locale="en")

        assert (found.is_selected, found.is_member, found.run) == (False, False, 1)
        assert [(part.path, part.holds, part.actual) for part in found.why.parts] == [
            ("all[0]", True, "上海"),
            ("all[1]", False, 30),
            ("all[2]", True, 2),
        ]
        assert [(part.holds, part.actual) for part in absent.why.parts] == [(False, None), (False, 30), (False, 0)]
        assert all(part.sentence for part in found.why.parts)

    def test_says_when_the_run_is_behind_the_person(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}})
        audience = shop.create("buyers", bought(1))
        shop.refresh(audience)
        shop.add_orders([(1, NOW - timedelta(minutes=1), 10.0)])

        with shop.store.read() as session:
            found = audiences.why_member(session, shop.warehouse, shop.get(audience), 1, NOW, locale="en")

        assert (found.is_selected, found.is_member) == (True, False)

    def test_an_absorbed_profile_is_explained_as_the_survivor(self, shop: Shop):
        shop.add_people({1: {}, 2: {"city": "上海"}})
        shop.add_orders([(1, NOW - timedelta(days=1), 10.0)])
        shop.merge(1, 2)
        audience = shop.create("a", both(trait("city", "is", "上海"), bought(1)))
        shop.refresh(audience)

        with shop.store.read() as session:
            found = audiences.why_member(session, shop.warehouse, shop.get(audience), 1, NOW, locale="en")

        assert (found.profile_id, found.is_selected, found.is_member) == (2, True, True)

    def test_selection_and_explanation_agree_for_everybody(self, town: Shop):
        rule = either(both(trait("city", "is", "上海"), bought(2)), without(trait("age", "gte", 18)))
        audience = town.create("a", rule)
        town.refresh(audience)
        members = town.members(audience)

        with town.store.read() as session:
            catalog = load_catalog(session, 1)
            for id_ in range(1, 400, 13):
                why = audiences.why_rule(session, town.warehouse, catalog, rule, id_, town.clock.now(), locale="en")
                assert why.holds == (id_ in members), id_
