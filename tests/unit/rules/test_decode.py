"""Decoding: shape, limits, and errors that point into the tree."""

from __future__ import annotations

import contextlib
import json

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules_oracle.strategies import measures, rules
from tributary.errors import RuleError
from tributary.rules import decode, decode_measure, encode, encode_measure, tree
from tributary.rules.codec import MAX_CONDITIONS, MAX_DEPTH

LEAF = {"kind": "trait", "trait": "city", "op": "is_set"}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda parts: (
        st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from(["kind", "rules", "rule", "op", "x"]), parts)
    ),
    max_leaves=12,
)


def nested(depth: int, kind: str = "not") -> dict:
    rule: dict = LEAF
    for _ in range(depth):
        rule = {"kind": "not", "rule": rule} if kind == "not" else {"kind": kind, "rules": [rule]}
    return rule


class TestRoundTrip:
    @given(rules())
    def test_what_was_encoded_decodes_to_the_same_rule(self, source):
        rule = decode(source)
        assert decode(encode(rule)) == rule
        assert decode(json.dumps(encode(rule))) == rule

    @given(rules())
    def test_a_rule_can_be_a_key(self, source):
        assert {decode(source): 1}[decode(source)] == 1

    @given(rules())
    def test_the_canonical_form_is_stable_and_has_no_nulls(self, source):
        encoded = encode(decode(source))
        assert encode(decode(encoded)) == encoded
        assert ": null" not in json.dumps(encoded)

    @given(measures())
    def test_measures_too(self, source):
        measure = decode_measure(source)
        assert decode_measure(encode_measure(measure)) == measure


class TestShape:
    @given(json_values)
    @settings(max_examples=200)
    def test_anything_else_is_a_rule_error(self, source):
        with contextlib.suppress(RuleError):
            decode(source)

    @pytest.mark.parametrize(
        ("source", "path", "cure"),
        [
            ({"kind": "all", "rules": [LEAF, {"kind": "not", "rule": {**LEAF, "op": "iss"}}]}, "all[1].not.op", "is"),
            ({"kind": "any", "rules": [{**LEAF, "ops": "is"}]}, "any[0]", "op"),
            ({"kind": "trat"}, "kind", "trait"),
            ({"kind": "event", "event": "x", "window": {"kind": "ag"}}, "window.kind", "ago"),
            ({"kind": "event", "event": "x", "where": [{"property": 7, "op": "is"}]}, "where[0].property", "reference"),
            ({"kind": "all"}, "", "reference"),
        ],
    )  # fmt: skip
    def test_a_wrong_shape_names_the_place_and_the_nearest_word(self, source, path, cure):
        with pytest.raises(RuleError) as caught:
            decode(source)
        assert caught.value.path == path
        assert cure in str(caught.value.cure)

    @pytest.mark.parametrize("source", [b"", b"{", b"\xff\xfe", "[" * 100_000, b'"' + b"x" * 300_000 + b'"'])
    def test_what_is_not_json_or_too_large_is_a_rule_error(self, source):
        with pytest.raises(RuleError):
            decode(source)

    def test_half_a_surrogate_pair_is_refused(self):
        with pytest.raises(RuleError, match="surrogate"):
            decode({**LEAF, "trait": "\ud800"})


class TestLimits:
    @pytest.mark.parametrize("kind", ["not", "all", "any"])
    def test_the_deepest_allowed_tree_is_decoded_and_one_more_is_refused(self, kind):
        decode(nested(MAX_DEPTH, kind))
        with pytest.raises(RuleError, match="nested"):
            decode(nested(MAX_DEPTH + 1, kind))

    def test_a_hostile_depth_is_refused_without_recursion(self):
        with pytest.raises(RuleError):
            decode(nested(100_000))

    def test_filters_count_as_conditions(self):
        event = {"kind": "event", "event": "x", "where": [{"property": "p", "op": "is_set"}] * (MAX_CONDITIONS - 1)}
        decode(event)
        with pytest.raises(RuleError, match="conditions"):
            decode({"kind": "all", "rules": [event, LEAF]})

    def test_measures_have_the_same_limit_of_filters(self):
        measure = {"function": "count", "event": "x", "where": [{"property": "p", "op": "is_set"}] * MAX_CONDITIONS}
        decode_measure(measure)
        with pytest.raises(RuleError, match="filters"):
            decode_measure({**measure, "where": measure["where"] * 2})

    def test_long_lists_and_texts_are_refused(self):
        decode({**LEAF, "op": "in", "value": ["x"] * 1_000})
        with pytest.raises(RuleError, match="list"):
            decode({**LEAF, "op": "in", "value": ["x"] * 1_001})
        with pytest.raises(RuleError, match="text"):
            decode({**LEAF, "op": "is", "value": "x" * 1_001})


class TestWireNames:
    def test_no_name_is_ever_changed(self):
        """Add to this list; never take away."""
        structs = [
            *(tree.All, tree.Any, tree.Not, tree.Trait, tree.Event, tree.EventAggregate, tree.FirstTime, tree.LastTime),
            *(tree.Regular, tree.Tag, tree.Audience, tree.Random, tree.AllTime, tree.Last, tree.Ago, tree.Fixed),
            *(tree.Filter, tree.Compare),
        ]
        shapes = {
            struct.__struct_config__.tag or struct.__name__: [
                field.encode_name for field in msgspec.structs.fields(struct)
            ]
            for struct in structs
        }
        scope = ["where", "match"]
        test = ["op", "value", "unit"]
        assert shapes == {
            "all": ["rules"],
            "any": ["rules"],
            "not": ["rule"],
            "trait": ["trait", *test, "ignore_case"],
            "event": ["event", "op", "count", "window", *scope],
            "event_aggregate": ["event", "function", "property", "compare", "window", *scope],
            "regular": ["event", "at_least", "periods", "unit", *scope],
            "first_time": ["event", *test, *scope],
            "last_time": ["event", *test, *scope],
            "tag": ["tag", "op", "value", "ignore_case"],
            "audience": ["audience", "op"],
            "random": ["salt", "from_percent", "to_percent"],
            "all_time": [],
            "last": ["value", "unit"],
            "ago": ["least", "most", "unit"],
            "fixed": ["start", "end"],
            "Filter": ["property", *test, "ignore_case"],
            "Compare": ["op", "value"],
        }
        assert [op.value for op in tree.Op] == [
            *("is", "is_not", "in", "not_in", "contains", "not_contains", "starts_with", "ends_with"),
            *("lt", "lte", "gt", "gte", "between", "on", "before", "after"),
            *("in_last", "not_in_last", "more_than_ago", "in_next", "anniversary_today", "anniversary_in_next"),
            *("has_any", "has_all", "has_none", "length", "is_set", "is_not_set"),
        ]
        assert [unit.value for unit in tree.Unit] == ["hours", "days", "weeks", "months"]
        assert [function.value for function in tree.Function] == ["sum", "avg", "min", "max", "distinct"]
