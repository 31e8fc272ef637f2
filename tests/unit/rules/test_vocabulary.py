"""The vocabulary: whatever an editor builds from it is accepted, and what it does not offer is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rules_oracle.documented import CATALOG, NOW
from tributary.errors import RuleError
from tributary.rules import Field, FieldType, decode, decode_measure, resolve, resolve_measure, vocabulary
from tributary.rules.tree import Op
from tributary.rules.vocabulary import Kind, Operator, Part

WORDS = vocabulary()

CONSTANTS: dict[str, tuple[Any, Any]] = {  # two of each, the smaller first
    "text": ("a", "b"),
    "number": (1.5, 2),
    "count": (0, 2),
    "boolean": (True, False),
    "date": ("2026-05-01", "2026-05-02"),
    "moment": ("2026-05-01T09:30:00+08:00", "2026-05-02"),
}
# A field of every type, as a trait, and as a property of the event X.
FIELDS = {type_: Field(type_, FieldType(type_)) for type_ in WORDS.operators}
FULL = replace(CATALOG, traits=FIELDS, properties={"X": FIELDS})


def operands(operator: Operator) -> list[dict[str, Any]]:
    """`value` and what stands beside it, in every form that is offered."""
    one, other = CONSTANTS.get(operator.constant or "", (None, None))
    match operator.operand:
        case "none":
            found: list[dict[str, Any]] = [{}]
        case "one":
            found = [{"value": one}, {"value": other}]
        case "many":
            found = [{"value": [one]}, {"value": [one, other]}]
        case "two":
            found = [{"value": [one, other]}]
        case "steps":
            found = [{"value": n, "unit": unit} for unit in operator.units for n in (operator.least, most(unit))]
        case "compare":
            found = [{"value": compare} for compare in comparisons("count")]
    if operator.takes_ignore_case:
        found += [{**each, "ignore_case": True} for each in found]
    return found


def most(unit: str) -> int:
    return next(each.most for each in WORDS.units if each.unit == unit)


def comparisons(constant: str) -> list[dict[str, Any]]:
    one, other = CONSTANTS[constant]
    return [{"op": each.op, "value": [one, other] if each.operand == "two" else one} for each in WORDS.comparisons]


def windows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for window in WORDS.windows:
        parts = {part.name: part for part in window.parts}
        if window.is_any_required:
            found += [{"kind": window.kind, name: "2026-05-01"} for name in parts]
        elif "unit" in parts:
            for unit in parts["unit"].choices:
                steps = {name: part.least for name, part in parts.items() if part.type == "integer"}
                found.append({"kind": window.kind, "unit": unit, **steps})
        else:
            found.append({"kind": window.kind})
    return found


def checks_of(type_: str) -> list[dict[str, Any]]:
    return [{"op": operator.op, **operand} for operator in WORDS.operators[type_] for operand in operands(operator)]


def values_of(part: Part) -> list[Any]:
    """What an editor may put into a part; nothing into what stands beside an operator."""
    audience = {"kind": "audience", "audience": "aud_vip"}
    known: dict[str, list[Any]] = {
        "trait": ["number"],
        "property": ["number"],
        "event": ["X", *WORDS.protocol_events],
        "tag": ["tag_score"],
        "audience": ["aud_vip"],
        "text": ["x"],
        "number": [part.least if part.name.startswith("from") else part.most],
        "integer": [part.least],
        "choice": list(part.choices),
        "compare": comparisons("count"),
        "window": windows(),
        "filters": [[{"property": type_, **check}] for type_ in FIELDS for check in checks_of(type_)],
        "rules": [[], [audience]],
        "rule": [audience],
        "boolean": [],
    }
    return known[part.type]


def rules_of(kind: Kind) -> list[dict[str, Any]]:
    """Rules of one kind in which each part takes each of its values in turn."""
    tested = {"operator", "operand", "unit"}
    least = {part.name: values_of(part)[0] for part in kind.parts if part.is_required and part.type not in tested}
    base = {"kind": kind.kind, **least}
    if any(part.type == "unit" and part.is_required for part in kind.parts):
        base["unit"] = "days"
    if kind.operators_of is not None:
        type_ = "number" if kind.operators_of in {"trait", "tag"} else kind.operators_of
        base |= checks_of(type_)[0]
    found = [base]
    for part in kind.parts:
        if part.type in tested or part.type in {"trait", "property"}:
            continue
        for value in values_of(part):
            condition = dict([part.only_if]) if part.only_if else {}
            where = {} if part.type == "event" and value != "X" else {part.name: value}
            if part.name == "function":  # what it takes is told by the aggregates
                continue
            found.append({**base, **condition, **where})
    return found


class TestWhatIsOffered:
    @pytest.mark.parametrize("kind", WORDS.kinds, ids=lambda kind: kind.kind)
    def test_every_kind_with_every_part_is_accepted(self, kind):
        for rule in rules_of(kind):
            resolve(decode(rule), FULL, NOW)

    @pytest.mark.parametrize("event", WORDS.protocol_events)
    def test_events_of_the_protocol_are_known(self, event):
        resolve(decode({"kind": "event", "event": event}), FULL, NOW)

    @pytest.mark.parametrize("type_", WORDS.operators)
    def test_every_operator_of_every_type_is_accepted(self, type_):
        for test in checks_of(type_):
            for rule in (
                {"kind": "trait", "trait": type_, **test},
                {"kind": "event", "event": "X", "where": [{"property": type_, **test}]},
            ):
                resolve(decode(rule), FULL, NOW)

    @pytest.mark.parametrize("type_", WORDS.tag_types)
    def test_tags_have_the_operators_of_their_type(self, type_):
        tag = next(id_ for id_, tag in FULL.tags.items() if tag.type == type_)
        for test in checks_of(type_):
            resolve(decode({"kind": "tag", "tag": tag, **test}), FULL, NOW)

    @pytest.mark.parametrize("kind", ["first_time", "last_time"])
    def test_times_of_events_have_the_operators_of_date_times(self, kind):
        assert next(each.operators_of for each in WORDS.kinds if each.kind == kind) == "datetime"
        for test in checks_of("datetime"):
            resolve(decode({"kind": kind, "event": "X", **test}), FULL, NOW)

    @pytest.mark.parametrize("aggregate", WORDS.aggregates, ids=lambda each: each.function)
    def test_aggregates_take_their_types(self, aggregate):
        for type_ in aggregate.types:
            for compare in comparisons(aggregate.constant):
                rule = {"kind": "event_aggregate", "event": "X", "function": aggregate.function, "property": type_}
                resolve(decode({**rule, "compare": compare}), FULL, NOW)

    def test_measures_give_the_type_that_is_told(self):
        for measure in WORDS.measures:
            for result in measure.results:
                named = {} if result.type is None else {"property": result.type}
                for window in windows():
                    wire = {"function": measure.function, "event": "X", "window": window, **named}
                    assert resolve_measure(decode_measure(wire), FULL, NOW).value_type == result.value_type


class TestWhatIsNotOffered:
    @pytest.mark.parametrize("type_", WORDS.operators)
    def test_other_operators_are_refused(self, type_):
        offered = {operator.op for operator in WORDS.operators[type_]}
        for operator in {op.value for op in Op} - offered:
            every = [{"value": each} for pair in CONSTANTS.values() for each in (pair[0], list(pair))]
            for operand in [{}, *every, {"value": 1, "unit": "days"}]:
                self._refuse(type_, {"op": operator, **operand})

    @pytest.mark.parametrize("type_", WORDS.operators)
    def test_other_operands_are_refused(self, type_):
        for operator in WORDS.operators[type_]:
            one, other = CONSTANTS.get(operator.constant or "", ("x", "y"))
            forms = {
                "none": {},
                "one": {"value": one},
                "many": {"value": [one]},
                "two": {"value": [one, other]},
                "steps": {"value": 7, "unit": "days"},
                "compare": {"value": {"op": "gte", "value": 1}},
            }
            for form, operand in forms.items():
                if form != operator.operand and (form, operator.operand) != ("two", "many"):
                    self._refuse(type_, {"op": operator.op, **operand})

    @pytest.mark.parametrize("type_", WORDS.operators)
    def test_other_units_steps_cases_and_constants_are_refused(self, type_):
        for operator in WORDS.operators[type_]:
            operand = operands(operator)[0]
            if operator.operand == "steps":
                for unit in {each.unit for each in WORDS.units} - set(operator.units):
                    self._refuse(type_, {"op": operator.op, "value": 7, "unit": unit})
                for unit in operator.units:
                    for steps in (operator.least - 1, most(unit) + 1):
                        self._refuse(type_, {"op": operator.op, "value": steps, "unit": unit})
            else:
                self._refuse(type_, {"op": operator.op, **operand, "unit": "days"})
            if not operator.takes_ignore_case:
                self._refuse(type_, {"op": operator.op, **operand, "ignore_case": True})
            if operator.constant == "date":
                self._refuse(type_, {"op": operator.op, "value": CONSTANTS["moment"][0]})

    def test_aggregates_refuse_other_types(self):
        for aggregate in WORDS.aggregates:
            for type_ in set(FIELDS) - set(aggregate.types):
                rule = {"kind": "event_aggregate", "event": "X", "function": aggregate.function, "property": type_}
                with pytest.raises(RuleError):
                    resolve(decode({**rule, "compare": {"op": "gt", "value": 1}}), FULL, NOW)

    def test_measures_refuse_other_types(self):
        for measure in WORDS.measures:
            for type_ in {None, *FIELDS} - {result.type for result in measure.results}:
                named = {} if type_ is None else {"property": type_}
                with pytest.raises(RuleError):
                    resolve_measure(decode_measure({"function": measure.function, "event": "X", **named}), FULL, NOW)

    def test_a_part_that_needs_another_value_is_refused_without_it(self):
        for kind in WORDS.kinds:
            for part in kind.parts:
                if part.only_if is not None:
                    other, value = part.only_if
                    choices = next(each.choices for each in kind.parts if each.name == other)
                    for choice in set(choices) - {value}:
                        rule = {**rules_of(kind)[0], part.name: values_of(part)[0], other: choice}
                        with pytest.raises(RuleError):
                            resolve(decode(rule), FULL, NOW)

    def test_windows_without_their_parts_are_refused(self):
        for window in WORDS.windows:
            if window.is_any_required or any(part.is_required for part in window.parts):
                with pytest.raises(RuleError):
                    resolve(decode({"kind": "event", "event": "X", "window": {"kind": window.kind}}), FULL, NOW)

    def _refuse(self, type_, test):
        with pytest.raises(RuleError):
            resolve(decode({"kind": "trait", "trait": type_, **test}), FULL, NOW)


def test_the_limits_are_those_of_decoding():
    limits = WORDS.limits
    leaf = {"kind": "event", "event": "X"}
    deep: dict[str, Any] = leaf
    for _ in range(limits.depth):
        deep = {"kind": "not", "rule": deep}
    for good, bad in (
        (deep, {"kind": "not", "rule": deep}),
        (
            {"kind": "all", "rules": [leaf] * limits.conditions},
            {"kind": "all", "rules": [leaf] * (limits.conditions + 1)},
        ),
        (
            {"kind": "trait", "trait": "number", "op": "in", "value": list(range(limits.values))},
            {"kind": "trait", "trait": "number", "op": "in", "value": list(range(limits.values + 1))},
        ),
        (
            {"kind": "trait", "trait": "text", "op": "is", "value": "x" * limits.text},
            {"kind": "trait", "trait": "text", "op": "is", "value": "x" * (limits.text + 1)},
        ),
    ):
        resolve(decode(good), FULL, NOW)
        with pytest.raises(RuleError):
            decode(bad)
