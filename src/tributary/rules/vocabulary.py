"""What a rule can be made of, read off the code that decodes and resolves rules.

An editor that builds its menus from this offers exactly what is accepted: the parts of each kind of condition come from
the structs of `tree`, operators and what stands beside them from `operators`, and which functions go with which types
is found by asking the resolver.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import EnumType
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from tributary.errors import BugError, RuleError
from tributary.rules import codec, tree
from tributary.rules.catalog import Catalog, Field, FieldType, TagRef
from tributary.rules.coerce import MAX_PERIODS, WINDOW_STEPS
from tributary.rules.measure import Measure, MeasureFunction, resolve_measure
from tributary.rules.operators import COMPLEMENTS, FROM_ZERO, OPERANDS, OPERATORS, Operand, takes_ignore_case, units_of
from tributary.rules.resolve import PERCENT, PROTOCOL_EVENTS, check_aggregable
from tributary.rules.times import MAX_STEPS

# The name or id of something in the catalogue; a constant; one of `choices`; what `operators` has for the type of the
# field and what that takes; and what has parts of its own.
PartType = Literal[
    "trait",
    "event",
    "property",
    "tag",
    "audience",
    "text",
    "number",
    "integer",
    "boolean",
    "moment",
    "choice",
    "unit",
    "operator",
    "operand",
    "compare",
    "window",
    "filters",
    "rule",
    "rules",
]
Constant = Literal["text", "number", "count", "integer", "boolean", "date", "moment"]


@dataclass(frozen=True, slots=True)
class Part:
    """One key of a condition. `least` and `most` are the bounds of a number; `default` is what it means when absent.

    A part with `only_if` may stand there only while another part, the first of the pair, has the value that is second.
    """

    name: str
    type: PartType
    is_required: bool
    default: Any = None
    choices: tuple[str, ...] = ()
    least: float | None = None
    most: float | None = None
    only_if: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of condition or group. `operators_of` names the part whose type its operators are those of, or a type."""

    kind: str
    category: Literal["group", "profile", "event"]
    parts: tuple[Part, ...]
    operators_of: Literal["trait", "property", "tag", "datetime"] | None = None


@dataclass(frozen=True, slots=True)
class Operator:
    """What an operator of a type takes.

    `constant` is the type of each constant in it: `count` is a whole number from 0, `moment` a date or a date-time.
    `least` is the smallest number of steps. `is_complement` operators are true where there is no value.
    """

    op: str
    operand: Operand
    constant: Constant | None
    units: tuple[str, ...]
    least: int | None
    takes_ignore_case: bool
    is_complement: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operator of a comparison with a number."""

    op: str
    operand: Operand


@dataclass(frozen=True, slots=True)
class Window:
    """A kind of window. When `is_any_required`, at least one of the parts has to be there."""

    kind: str
    parts: tuple[Part, ...]
    is_any_required: bool


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of relative time and the most steps of it."""

    unit: str
    most: int


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What an aggregate makes of a property: of which types, and what its result is compared with."""

    function: str
    types: tuple[str, ...]
    constant: Constant


@dataclass(frozen=True, slots=True)
class Result:
    """The type of the values that a measure gives for a property of a type; None is without a property."""

    type: str | None
    value_type: Literal["text", "number"]


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """What a measure makes of a person's events; `results` are the properties that it takes."""

    function: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """What `decode` bounds: groups inside groups, conditions with filters, entries of a list, characters, bytes."""

    depth: int
    conditions: int
    values: int
    text: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that a rule or a measure can be made of. `operators` is keyed by field type."""

    kinds: tuple[Kind, ...]
    operators: Mapping[str, tuple[Operator, ...]]
    filter: Kind
    comparisons: tuple[Comparison, ...]
    windows: tuple[Window, ...]
    units: tuple[Unit, ...]
    aggregates: tuple[Aggregate, ...]
    measure: Kind
    measures: tuple[MeasureKind, ...]
    tag_types: tuple[str, ...]
    protocol_events: tuple[str, ...]
    limits: Limits


@cache
def vocabulary() -> Vocabulary:
    """What rules of this version can be made of."""
    return Vocabulary(
        kinds=tuple(_kind(struct) for struct in get_args(tree.Rule)),
        operators={type_: tuple(_operator(type_, op) for op in found) for type_, found in OPERATORS.items()},
        filter=Kind("filter", "event", _parts(tree.Filter), "property"),
        comparisons=tuple(Comparison(op, OPERANDS[tree.Op(op)]) for op in get_args(tree.CompareOp)),
        windows=tuple(_window(struct) for struct in get_args(tree.Window)),
        units=tuple(Unit(unit, MAX_STEPS[unit]) for unit in tree.Unit),
        aggregates=tuple(_aggregate(function) for function in tree.Function),
        measure=Kind("measure", "event", _parts(Measure)),
        measures=tuple(_measure(function) for function in MeasureFunction),
        tag_types=get_args(get_type_hints(TagRef)["type"]),
        protocol_events=tuple(sorted(PROTOCOL_EVENTS)),
        limits=Limits(codec.MAX_DEPTH, codec.MAX_CONDITIONS, codec.MAX_VALUES, codec.MAX_TEXT, codec.MAX_BYTES),
    )


_OPERATORS_OF: Mapping[type, Literal["trait", "property", "tag", "datetime"]] = {
    tree.Trait: "trait",
    tree.Tag: "tag",
    tree.FirstTime: "datetime",
    tree.LastTime: "datetime",
}


def _kind(struct: type[msgspec.Struct]) -> Kind:
    category: Literal["group", "profile", "event"] = "profile"
    if struct in get_args(tree.EventLeaf):
        category = "event"
    elif struct not in get_args(tree.Leaf):
        category = "group"
    return Kind(_tag(struct), category, _parts(struct), _OPERATORS_OF.get(struct))


def _window(struct: type[msgspec.Struct]) -> Window:
    return Window(_tag(struct), _parts(struct), is_any_required=struct is tree.Fixed)


def _tag(struct: type[msgspec.Struct]) -> str:
    return str(struct.__struct_config__.tag)


def _parts(struct: type[msgspec.Struct]) -> tuple[Part, ...]:
    hints = get_type_hints(struct)
    return tuple(
        _part(field, hints[field.name], _ONLY_IF.get((struct, field.name))) for field in msgspec.structs.fields(struct)
    )


_ONLY_IF: Mapping[tuple[type, str], tuple[str, str]] = {(tree.Event, "count"): ("op", "did")}


def _part(field: msgspec.structs.FieldInfo, hint: Any, only_if: tuple[str, str] | None) -> Part:
    type_ = _part_type(field.name, hint)
    default = None if field.default is msgspec.NODEFAULT else field.default
    least, most = _bounds(field.name, type_)
    return Part(
        name=field.encode_name,
        type=type_,
        is_required=field.required,
        default=msgspec.to_builtins(default),
        choices=_choices(hint),
        least=least,
        most=most,
        only_if=only_if,
    )


# Texts mean different things; which is told by the name of the part.
_TEXTS: Mapping[str, PartType] = {
    "trait": "trait",
    "event": "event",
    "property": "property",
    "tag": "tag",
    "audience": "audience",
    "salt": "text",
    "start": "moment",
    "end": "moment",
}


def _part_type(name: str, hint: Any) -> PartType:
    for known, type_ in _TYPES:
        if hint in {known, known | None}:
            return type_
    if hint in {str, str | None} and name in _TEXTS:
        return _TEXTS[name]
    if _choices(hint):
        return "choice"
    raise BugError(f"An editor does not know what “{name}” is.", cure="Tell it in rules.vocabulary.")


_TYPES: tuple[tuple[Any, PartType], ...] = (
    (tree.Op, "operator"),
    (tree.Value, "operand"),
    (tree.Unit, "unit"),
    (tree.Compare, "compare"),
    (tree.Window, "window"),
    (tuple[tree.Filter, ...], "filters"),
    (tree.Rule, "rule"),
    (tuple[tree.Rule, ...], "rules"),
    (tree.Number, "number"),
    (int, "integer"),
    (bool, "boolean"),
)


def _choices(hint: Any) -> tuple[str, ...]:
    if get_origin(hint) is Literal:
        return get_args(hint)
    named: list[EnumType] = [
        part for part in (hint, *get_args(hint)) if isinstance(part, EnumType) and part is not tree.Op
    ]
    return tuple(str(choice.value) for enum in named for choice in list[Any](enum))


_MOST: Mapping[str, float] = {"at_least": MAX_PERIODS, "periods": MAX_PERIODS}


def _bounds(name: str, type_: PartType) -> tuple[float | None, float | None]:
    if type_ == "integer":
        return WINDOW_STEPS[name], _MOST.get(name)  # of a window's the most depends on the unit
    return PERCENT if type_ == "number" else (None, None)


def _operator(type_: FieldType, op: tree.Op) -> Operator:
    operand = OPERANDS[op]
    return Operator(
        op=op,
        operand=operand,
        constant=_constant(type_, op),
        units=units_of(type_, op),
        least=None if operand is not Operand.STEPS else int(op not in FROM_ZERO),
        takes_ignore_case=takes_ignore_case(type_, op),
        is_complement=op in COMPLEMENTS,
    )


_CONSTANTS: Mapping[FieldType, Constant] = {
    FieldType.TEXT: "text",
    FieldType.LIST: "text",
    FieldType.NUMBER: "number",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATETIME: "moment",
    FieldType.DATE: "date",
}


def _constant(type_: FieldType, op: tree.Op) -> Constant | None:
    match OPERANDS[op]:
        case Operand.NONE:
            return None
        case Operand.STEPS:
            return "integer"
        case Operand.COMPARE:
            return "count"
        case _:
            return "date" if op is tree.Op.ON else _CONSTANTS[type_]


def _aggregate(function: tree.Function) -> Aggregate:
    types = [type_ for type_ in FieldType if _is_accepted(lambda: check_aggregable(function, Field("x", type_), ""))]  # noqa: B023 (called at once)
    return Aggregate(function, tuple(types), "count" if function is tree.Function.DISTINCT else "number")


def _measure(function: MeasureFunction) -> MeasureKind:
    found = []
    for type_ in (None, *FieldType):
        catalog = Catalog(0, properties={"x": {} if type_ is None else {"x": Field("x", type_)}})
        measure = Measure(function=function, event="x", property=None if type_ is None else "x")
        try:
            found.append(Result(type_, resolve_measure(measure, catalog, datetime.now(UTC)).value_type))
        except RuleError:
            continue
    return MeasureKind(function, tuple(found))


def _is_accepted(check: Callable[[], None]) -> bool:
    try:
        check()
    except RuleError:
        return False
    return True
