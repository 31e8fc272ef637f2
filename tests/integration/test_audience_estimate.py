"""Counting a rule before it is saved, and saying why it holds for one person."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from scipy.stats import hypergeom
from xxhash import xxh64_intdigest

from fixtures.audiences import Rule, Shop, both, bought, either, trait, without
from fixtures.operators import NOW
from tributary import audiences
from tributary.audiences import estimate
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
            ("all[1].not", len(town.buyers(2)), len(no_buyers)),
            ("all[2]", len(adults), len(in_city & no_buyers & adults)),
        ]
        assert "上海" in found.steps[0].sentence

    def test_under_any_people_are_gathered(self, town: Shop):
        in_city = town.where(lambda traits: traits.get("city") == "上海")

        found = town.estimate(either(trait("city", "is", "上海"), bought(2)))

        assert [step.after for step in found.steps] == [len(in_city), len(in_city | town.buyers(2))]
        assert found.size == len(in_city | town.buyers(2))

    def test_each_group_inside_is_a_waterfall_of_its_own_over_everybody(self, town: Shop):
        in_city = town.where(lambda traits: traits.get("city") == "上海")
        adults = town.where(lambda traits: traits.get("age", -1) >= 18)
        buyers = town.buyers(1)

        found = town.estimate(both(bought(1), either(trait("city", "is", "上海"), trait("age", "gte", 18))))

        assert [(step.path, step.kind, step.depth, step.alone, step.after) for step in found.steps] == [
            ("all[0]", "event", 0, len(buyers), len(buyers)),
            ("all[1]", "any", 0, len(in_city | adults), found.size),
            ("all[1].any[0]", "trait", 1, len(in_city), len(in_city)),
            ("all[1].any[1]", "trait", 1, len(adults), len(in_city | adults)),
        ]
        assert found.size == len(buyers & (in_city | adults))

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


class TestOnASample:
    @pytest.fixture(autouse=True)
    def of_few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(estimate, "ASK_ALL", 100)
        monkeypatch.setattr(estimate, "SHARE", 4)

    def test_the_numbers_are_scaled_and_come_with_a_margin(self, town: Shop):
        chosen = {id_ for id_ in town.traits if is_chosen(id_, 4)}
        in_city = town.where(lambda traits: traits.get("city") == "上海")
        rule = both(trait("city", "is", "上海"), bought(1))

        found = town.estimate(rule, on_sample=True)

        scale = 400 / len(chosen)
        assert (found.people, found.size) == (400, round(len(in_city & town.buyers(1) & chosen) * scale))
        assert [step.alone for step in found.steps] == [
            round(len(in_city & chosen) * scale),
            round(len(town.buyers(1) & chosen) * scale),
        ]
        assert set(found.sample) <= chosen & in_city & town.buyers(1)
        assert found.margin is not None
        assert abs(town.estimate(rule).size - found.size) <= found.margin

    def test_people_who_merged_are_counted_as_the_one_they_are(self, town: Shop):
        for absorbed in range(1, 100):
            town.merge(absorbed, absorbed + 200)
        chosen = {id_ for id_ in town.traits if id_ >= 100 and is_chosen(id_, 4)}
        found = town.estimate(bought(1, days=100), on_sample=True)
        buyers = {id_ + 200 if id_ < 100 else id_ for id_, _, _ in town.orders}
        assert found.people == 301
        assert found.size == round(len(buyers & chosen) * 301 / len(chosen))

    def test_everybody_and_nobody_are_not_certain(self, town: Shop):
        nobody = town.estimate(trait("city", "is", "nowhere"), on_sample=True)
        everybody = town.estimate(both(), on_sample=True)
        assert (nobody.size, everybody.size) == (0, 400)
        assert nobody.margin == everybody.margin
        assert 0 < (nobody.margin or 0) < 40

    def test_few_people_are_asked_all(self, town: Shop, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(estimate, "ASK_ALL", 400)
        found = town.estimate(bought(1), on_sample=True)
        assert (found.margin, found.size) == (None, len(town.buyers(1)))

    def test_what_takes_too_long_says_what_to_do(self, town: Shop):
        tiny = Budget("tiny", seconds=5, memory_bytes=1_000, rows=10)
        with pytest.raises(BudgetExceeded) as caught:
            town.estimate(bought(1), budget=tiny)
        assert "`sample`" in str(caught.value.cure)

    @pytest.mark.parametrize("people", [20_000, 1_000_000])
    @pytest.mark.parametrize("share", [0.0, 0.00005, 0.0005, 0.005, 0.05, 0.3, 0.5, 0.9, 0.999, 1.0])
    def test_the_margin_holds_the_truth_in_19_of_20_samples(self, people: int, share: float):
        """Exact, over all samples that there could be: how often the true size is inside."""
        selected, asked = round(people * share), people // estimate.SHARE
        scaling = estimate._Scaling(asked, people)
        counts = range(max(0, asked - people + selected), min(asked, selected) + 1)
        likely = hypergeom(people, selected, asked)
        held = sum(
            likely.pmf(found)
            for found in counts
            if likely.pmf(found) > 1e-9 and abs(scaling.up(found) - selected) <= scaling.margin(found)
        )
        assert held >= 0.94


def is_chosen(profile_id: int, parts: int) -> bool:
    return xxh64_intdigest(profile_id.to_bytes(8, "little")) % parts == 0


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
