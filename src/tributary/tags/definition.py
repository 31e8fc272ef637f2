"""The wire form of what a tag says of a person.

Rule tag: ordered levels; the first one whose rule holds gives the value, `otherwise` is for everybody else.

    {"levels": [{"value": "高价值", "rule": {"kind": "event_aggregate", …}},
                {"value": "普通", "rule": {"kind": "event", …}}],
     "otherwise": "沉睡"}

Statistic tag: one measure of the person's events (`tributary.rules.decode_measure`).

    {"measure": {"event": "Order Completed", "function": "sum", "property": "total", …}}
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import msgspec

from tributary import rules
from tributary.core.fields import FieldKind
from tributary.core.plain import plain
from tributary.errors import RuleError
from tributary.rules import Measure, Rule

TagKind = Literal["rule", "statistic"]
ValueType = Literal["text", "number"]
NullPolicy = Literal["clear", "keep_last"]

MAX_LEVELS = 20
_MAX_VALUE = 200  # characters: a value is a word on a badge, not a text

_Wire = TypeVar("_Wire")


@dataclass(frozen=True, slots=True)
class Level:
    """One value and the rule of who gets it."""

    value: str | float
    rule: Rule


@dataclass(frozen=True, slots=True)
class RuleDefinition:
    """Ordered levels; `otherwise` is None when everybody else gets no value."""

    levels: tuple[Level, ...]
    otherwise: str | float | None = None


@dataclass(frozen=True, slots=True)
class StatisticDefinition:
    """One measure of a person's events."""

    measure: Measure


Definition = RuleDefinition | StatisticDefinition


class _LevelWire(msgspec.Struct, forbid_unknown_fields=True):
    value: str | float
    rule: dict[str, Any]


class _RuleWire(msgspec.Struct, forbid_unknown_fields=True):
    levels: list[_LevelWire]
    otherwise: str | float | None = None


class _StatisticWire(msgspec.Struct, forbid_unknown_fields=True):
    measure: dict[str, Any]


def decode_definition(kind: TagKind, value_type: ValueType, source: Mapping[str, Any]) -> Definition:
    """The definition in JSON data.

    Raises:
        RuleError: with the path, such as `levels[2].rule.all[0].value`.
    """
    if kind == "statistic":
        statistic = _convert(source, _StatisticWire)
        with errors_under("measure"):
            return StatisticDefinition(rules.decode_measure(statistic.measure))
    wire = _convert(source, _RuleWire)
    if not 1 <= len(wire.levels) <= MAX_LEVELS:
        raise RuleError(
            f"A tag has 1 to {MAX_LEVELS} levels, not {len(wire.levels)}.",
            path="levels",
            cure="Give at least one, and merge levels that mean the same.",
        )
    levels = []
    for index, level in enumerate(wire.levels):
        value = _value(level.value, value_type, f"levels[{index}].value")
        with errors_under(f"levels[{index}].rule"):
            levels.append(Level(value, rules.decode(level.rule)))
    otherwise = None if wire.otherwise is None else _value(wire.otherwise, value_type, "otherwise")
    return RuleDefinition(tuple(levels), otherwise)


def encode_definition(definition: Definition) -> dict[str, Any]:
    """The definition as JSON-ready data, in its shortest form."""
    if isinstance(definition, StatisticDefinition):
        return {"measure": rules.encode_measure(definition.measure)}
    data: dict[str, Any] = {
        "levels": [{"value": level.value, "rule": rules.encode(level.rule)} for level in definition.levels]
    }
    if definition.otherwise is not None:
        data["otherwise"] = definition.otherwise
    return data


def fields_of(definition: Definition) -> list[tuple[FieldKind, str, str]]:
    """The traits and properties that the definition reads, as `(kind, event, name)`."""
    if isinstance(definition, StatisticDefinition):
        return list(rules.fields_used(definition.measure))
    return sorted({field for level in definition.levels for field in rules.fields_used(level.rule)})


@contextmanager
def errors_under(path: str) -> Iterator[None]:
    """Errors of a rule that is part of a larger definition get the path from the definition's root."""
    try:
        yield
    except RuleError as error:
        inner = error.path
        joined = f"{path}.{inner}" if inner and not inner.startswith("[") else path + inner
        attrs = {name: value for name, value in error.attrs.items() if name != "path"}
        raise RuleError(error.message, path=joined, cure=error.cure, **attrs) from error


def _convert(source: Mapping[str, Any], type_: type[_Wire]) -> _Wire:
    try:
        return msgspec.convert(source, type_, strict=True)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `")
        raise RuleError(
            f"{plain(message)}.",
            path=where.rstrip("`").removeprefix("$").lstrip("."),
            cure="Compare with the reference.",
        ) from None


def _value(value: str | float, value_type: ValueType, path: str) -> str | float:
    if value_type == "number":
        if isinstance(value, str) or not math.isfinite(value):
            raise RuleError("The tag's values are numbers.", path=path, cure="Give a number.")
        return float(value)
    if not isinstance(value, str):
        raise RuleError("The tag's values are text.", path=path, cure="Put it in quotes.")
    text = value.strip()
    if not 1 <= len(text) <= _MAX_VALUE:
        raise RuleError(f"A value has 1 to {_MAX_VALUE} characters.", path=path, cure="Choose a short word.")
    return text
