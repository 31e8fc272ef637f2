"""Sentences, and the texts of the reference, as golden files."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given

from rules_oracle.documented import CATALOG, GOLDEN, GOLDEN_FILES, NOW, examples
from rules_oracle.strategies import measures, rules
from tributary.rules import (
    Catalog,
    Labels,
    compile_members,
    decode,
    decode_measure,
    encode,
    explain,
    fields_used,
    resolve,
    tree,
)
from tributary.rules.used import leaves_of

HINT = "If the change is intended: PYTHONPATH=tests python -m rules_oracle.documented"


@pytest.mark.parametrize("name", GOLDEN_FILES)
def test_texts_are_those_of_the_golden_files(name):
    assert GOLDEN_FILES[name]() == (GOLDEN / name).read_text(encoding="utf-8"), HINT


class TestReference:
    def test_every_example_is_what_encoding_it_gives(self):
        for example in examples():
            assert decode(encode(decode(example))) == decode(example)
            compile_members(resolve(decode(example), CATALOG, NOW))

    def test_everything_in_the_language_has_an_example(self):
        leaves = [leaf for example in examples() for leaf in leaves_of(decode(example))]
        parts = [part for leaf in leaves for part in (leaf, *getattr(leaf, "where", ()))]
        assert {str(part.op) for part in parts if hasattr(part, "op")} >= set(tree.Op)
        assert {part.unit for part in parts if getattr(part, "unit", None)} == set(tree.Unit)
        assert {leaf.function for leaf in leaves if isinstance(leaf, tree.EventAggregate)} == set(tree.Function)
        compares = [leaf.count for leaf in leaves if isinstance(leaf, tree.Event) and leaf.count]
        assert {compare.op for compare in compares} == set(get_args(tree.CompareOp))
        assert {type(leaf.window) for leaf in leaves if hasattr(leaf, "window")} == set(get_args(tree.Window))
        assert {type(leaf) for leaf in leaves} == set(get_args(tree.Leaf))


class TestAnything:
    @given(rules())
    def test_every_rule_can_be_said_even_when_the_catalogue_knows_nothing(self, source):
        for locale in ("zh", "en"):
            sentence = explain(decode(source), Catalog(1), locale)
            assert sentence
            assert "{value}" not in sentence

    @given(measures())
    def test_every_measure_can_be_said(self, source):
        assert source["event"] in explain(decode_measure(source), CATALOG, "zh")

    def test_long_lists_are_cut(self):
        rule = decode({"kind": "trait", "trait": "city", "op": "in", "value": [str(number) for number in range(9)]})
        assert explain(rule, CATALOG, "en") == "city is one of “0”, “1”, “2”, “3”, “4” and 4 more"
        assert explain(rule, CATALOG, "zh") == "用户属性「city」是 “0”、“1”、“2”、“3”、“4”等 9 个值 之一"

    def test_braces_in_values_stay_as_they_are(self):
        rule = decode({"kind": "trait", "trait": "{0}", "op": "is", "value": "{name}{}"})
        assert explain(rule, CATALOG, "en") == "{0} is “{name}{}”"

    def test_empty_groups_are_everyone_and_nobody(self):
        assert explain(decode({"kind": "all", "rules": []}), CATALOG, "en") == "everyone"
        assert explain(decode({"kind": "any", "rules": []}), CATALOG, "zh") == "没有用户"


class TestFieldsUsed:
    def test_everything_that_a_rule_names_is_found(self):
        used = fields_used(decode({"kind": "any", "rules": examples()[1:]}))
        assert used.traits == frozenset(CATALOG.traits)
        assert used.events == {"Order Completed", "Product Viewed", "$page"}
        assert used.properties == {"Order Completed": {"total", "category", "is_gift"}}
        assert used.tags == {"tag_level", "tag_score"}
        assert used.audiences == {"aud_vip"}
        assert ("property", "Order Completed", "total") in list(used)
        assert ("trait", "", "city") in list(used)

    @pytest.mark.parametrize(
        ("example", "moving"),
        [
            ({"kind": "trait", "trait": "birthday", "op": "anniversary_today"}, True),
            ({"kind": "trait", "trait": "birthday", "op": "in_last", "value": 1, "unit": "days"}, True),
            ({"kind": "trait", "trait": "birthday", "op": "on", "value": "2026-01-01"}, False),
            ({"kind": "event", "event": "x", "window": {"kind": "last", "value": 1, "unit": "days"}}, True),
            ({"kind": "event", "event": "x", "window": {"kind": "fixed", "start": "2026-01-01"}}, False),
            (
                {
                    "kind": "event",
                    "event": "x",
                    "where": [{"property": "p", "op": "in_next", "value": 1, "unit": "days"}],
                },
                True,
            ),
            ({"kind": "audience", "audience": "a"}, False),
        ],
    )
    def test_whether_time_alone_can_change_the_answer(self, example, moving):
        assert fields_used(decode({"kind": "not", "rule": example})).is_moving is moving

    def test_measures_too(self):
        used = fields_used(decode_measure({"function": "sum", "event": "Order Completed", "property": "total"}))
        assert list(used) == [("property", "Order Completed", "total")]
        assert not used.is_moving


def test_fields_and_events_are_called_by_their_labels_where_the_language_has_some():
    labels = Labels(traits={"city": "城市"}, properties={"total": "订单总额"}, events={"Order Completed": "完成订单"})
    labelled = replace(CATALOG, labels={"zh": labels})
    city = decode({"kind": "trait", "trait": "city", "op": "is", "value": "上海"})
    assert explain(city, labelled, "zh") == "用户属性「城市」等于 “上海”"
    assert explain(city, labelled, "en") == explain(city, CATALOG, "en")
    spent = decode_measure({"function": "sum", "event": "Order Completed", "property": "total"})
    said = explain(spent, CATALOG, "zh").replace("Order Completed", "完成订单").replace("total", "订单总额")
    assert explain(spent, labelled, "zh") == said
