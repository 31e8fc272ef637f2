"""The mapping file: how the rows of a file become events. TOML or JSON; every mistake is named with its place.

    name = "orders"                       # names this mapping in message ids; keep it when the file grows
    timezone = "Europe/London"            # zone of times that carry none

    [[identify]]                          # rows → identify events
    group_by = ["CustomerID"]             # one event per value, from all rows that have it
    when = [{ column = "CustomerID", is = "present" }]
    user_id = "{CustomerID}"
    timestamp = { column = "InvoiceDate" }
    traits = { country = "{Country}" }

    [[track]]                             # rows → track events
    event = "Order Completed"
    group_by = ["InvoiceNo"]              # fold all lines of one order into one event
    user_id = "{CustomerID}"
    guest_id = "guest-{InvoiceNo}"        # anonymous id of events whose user_id is missing
    timestamp = { column = "InvoiceDate" }
    [track.properties]
    total = { sum = "Quantity * UnitPrice" }
    [track.products]                      # one item per row, in `properties.products`
    quantity = { column = "Quantity", type = "integer" }

This module knows the shape and checks it; `fold` gives it its meaning.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tributary.core.plain import plain
from tributary.errors import InvalidRequest
from tributary.sources.imports.cells import CellType

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_PRODUCT = re.compile(r"\s*\*\s*")
_OPERATORS = ("equals", "not_equals", "one_of", "starts_with", "matches", "state")


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one column must say; exactly one operator. `unless = true` turns it round.

    A missing cell fulfils only `is = "missing"` and whatever is turned round.
    """

    column: str
    equals: str | None = None
    not_equals: str | None = None
    one_of: list[str] | None = None
    starts_with: str | None = None
    matches: str | None = None
    state: Literal["present", "missing"] | None = msgspec.field(default=None, name="is")
    unless: bool = False

    @property
    def operator(self) -> str:
        """The one operator that is set."""
        return next(name for name in _OPERATORS if getattr(self, name) is not None)


class Column(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cell of a column as a type. In a group: of its last row, or of its `first`."""

    column: str
    type: CellType = "text"
    format: str | None = None
    separator: str = ","
    negate: bool = False
    pick: Literal["first", "last"] = "last"


class Constant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same value in every event."""

    value: str | int | float | bool | list[str]


class Total(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A total over the group's rows: `sum` of a column or of a product of columns, or how many rows there are.

    Sums are exact (decimal); rows where a factor is missing count as zero.
    """

    sum: str | None = None
    count: Literal["rows"] | None = None
    negate: bool = False
    decimals: int | None = None

    @property
    def factors(self) -> list[str]:
        """The columns to multiply."""
        return _PRODUCT.split(self.sum.strip()) if self.sum else []


Value: TypeAlias = str | Column | Constant | Total


class Identify(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows that describe people."""

    user_id: str | None = None
    anonymous_id: str | None = None
    guest_id: str | None = None
    timestamp: Column
    when: list[Condition] = []
    group_by: list[str] = []
    message_id: str | None = None
    traits: dict[str, Any] = {}
    context: dict[str, Any] = {}


class Track(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows that say what people did."""

    event: str
    user_id: str | None = None
    anonymous_id: str | None = None
    guest_id: str | None = None
    timestamp: Column
    when: list[Condition] = []
    group_by: list[str] = []
    message_id: str | None = None
    properties: dict[str, Any] = {}
    products: dict[str, Any] = {}
    context: dict[str, Any] = {}


Block: TypeAlias = Identify | Track


class FileOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to read the file. `format` is taken from the file's name when it is not said.

    `missing` are the texts that mean "no value": only the empty cell unless said otherwise, for NA is a country and
    Null a family name.
    """

    format: Literal["csv", "ndjson", "parquet"] | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    missing: list[str] = msgspec.field(default_factory=lambda: [""])


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole mapping. Every row goes through every block whose `when` it fulfils."""

    name: str
    timezone: str = "UTC"
    file: FileOptions = msgspec.field(default_factory=FileOptions)
    identify: list[Identify] = []
    track: list[Track] = []

    def blocks(self) -> list[tuple[str, Block]]:
        """All blocks with their place in the file, such as `track[0]`."""
        named: list[tuple[str, Block]] = [(f"identify[{i}]", block) for i, block in enumerate(self.identify)]
        return named + [(f"track[{i}]", block) for i, block in enumerate(self.track)]


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file, checked.

    Raises:
        InvalidRequest: it cannot be read or something in it is wrong; the message says where.
    """
    try:
        raw = path.read_bytes()
    except OSError as exc:
        raise InvalidRequest(f"The mapping {path} cannot be read: {exc.strerror}.", cure="Check the path.") from exc
    return decode_mapping(raw, "json" if path.suffix == ".json" else "toml")


def decode_mapping(raw: bytes, syntax: Literal["toml", "json"] = "toml") -> Mapping:
    """The mapping in some bytes, checked.

    Raises:
        InvalidRequest: something in it is wrong; `path` in `attrs` and the message say where.
    """
    try:
        tree = tomllib.loads(raw.decode()) if syntax == "toml" else msgspec.json.decode(raw)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.DecodeError) as exc:
        raise InvalidRequest(f"The mapping is not valid {syntax.upper()}: {exc}.", cure="Mend the syntax.") from exc
    try:
        mapping = msgspec.convert(tree, Mapping)
    except msgspec.ValidationError as exc:
        what, _, where = str(exc).partition(" - at ")
        where = where.strip("`").removeprefix("$.").removeprefix("$") or "the top"
        raise _wrong(where, plain(what.rstrip("."))) from exc
    _check(mapping)
    return mapping


def placeholders(template: str) -> list[str]:
    """The columns that a template names: `"{a}-{b}"` → a, b."""
    return _PLACEHOLDER.findall(template)


def decode_value(raw: object, place: str) -> Value:
    """One field of `traits`, `properties`, `products` or `context`.

    Raises:
        InvalidRequest: it is neither a template nor one of the tables above.
    """
    if isinstance(raw, str):
        return raw
    if isinstance(raw, (int, float, list)):
        return Constant(value=raw)
    if not isinstance(raw, dict):
        raise _wrong(place, "a field is a template text, a constant, or a table")
    kinds: dict[str, type[Column | Constant | Total]] = {
        "column": Column, "value": Constant, "sum": Total, "count": Total
    }  # fmt: skip
    found = [key for key in kinds if key in raw]
    if len(found) != 1:
        raise _wrong(place, "a field's table needs exactly one of column, value, sum, count")
    try:
        return msgspec.convert(raw, kinds[found[0]])
    except msgspec.ValidationError as exc:
        raise _wrong(place, plain(str(exc).partition(" - at ")[0])) from exc


def fields_of(block: Block, place: str) -> Iterator[tuple[str, str, Value, str]]:
    """Every field of a block: (section, name, value, place)."""
    for section in ("traits", "properties", "products", "context"):
        for name, raw in getattr(block, section, {}).items():
            where = f"{place}.{section}.{name}"
            yield section, name, decode_value(raw, where), where


def columns_of(block: Block, place: str) -> dict[str, str]:
    """Every column that a block names, with the place that names it first."""
    found: dict[str, str] = {}

    def note(columns: list[str], where: str) -> None:
        for column in columns:
            found.setdefault(column, f"{place}.{where}" if where else place)

    note([condition.column for condition in block.when], "when")
    note(block.group_by, "group_by")
    note([block.timestamp.column], "timestamp")
    for name in ("event", "user_id", "anonymous_id", "guest_id", "message_id"):
        note(placeholders(getattr(block, name, None) or ""), name)
    for section, name, value, _ in fields_of(block, place):
        match value:
            case str():
                columns = placeholders(value)
            case Column():
                columns = [value.column]
            case Total():
                columns = value.factors
            case Constant():
                columns = []
        note(columns, f"{section}.{name}")
    return found


def check_columns(mapping: Mapping, columns: list[str]) -> None:
    """Raise `InvalidRequest` unless every column that the mapping names is in the file."""
    for place, block in mapping.blocks():
        for column, where in columns_of(block, place).items():
            if column not in columns:
                raise _wrong(where, f"the file has no column {column!r}", cure=f"It has: {', '.join(columns)}.")


def _check(mapping: Mapping) -> None:
    if not mapping.identify and not mapping.track:
        raise _wrong("the top", "there is no [[identify]] and no [[track]]")
    if not re.fullmatch(r"[\w.-]{1,40}", mapping.name):
        raise _wrong("name", "1 to 40 letters, digits, '-', '.' and '_'")
    if len(mapping.file.delimiter) != 1:
        raise _wrong("file.delimiter", "exactly one character")
    try:
        ZoneInfo(mapping.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong("timezone", f"{mapping.timezone!r} is no IANA zone", cure="Write, say, Asia/Shanghai.") from None
    for place, block in mapping.blocks():
        _check_block(place, block)


def _check_block(place: str, block: Block) -> None:
    if not (block.user_id or block.anonymous_id or block.guest_id):
        raise _wrong(place, "say whose event it is: user_id, anonymous_id or guest_id")
    if block.guest_id and block.anonymous_id:
        raise _wrong(place, "guest_id and anonymous_id exclude each other")
    if isinstance(block, Track) and not block.event.strip():
        raise _wrong(f"{place}.event", "an event needs a name")
    if block.timestamp.type not in {"text", "datetime"} or block.timestamp.negate:
        raise _wrong(f"{place}.timestamp", "a timestamp is a datetime; leave the type out")
    for index, condition in enumerate(block.when):
        _check_condition(f"{place}.when[{index}]", condition)
    for section, name, value, where in fields_of(block, place):
        _check_field(section, name, value, where, is_grouped=bool(block.group_by))


def _check_condition(place: str, condition: Condition) -> None:
    if sum(getattr(condition, name) is not None for name in _OPERATORS) != 1:
        raise _wrong(place, "exactly one of equals, not_equals, one_of, starts_with, matches, is")
    if condition.matches is not None:
        try:
            re.compile(condition.matches)
        except re.error as exc:
            raise _wrong(f"{place}.matches", f"not a regular expression: {exc}") from exc


def _check_field(section: str, name: str, value: Value, place: str, *, is_grouped: bool) -> None:
    if section == "properties" and name == "products":
        raise _wrong(place, "products are described in their own table")
    if isinstance(value, Total):
        if section == "products" or (value.count and not is_grouped):
            raise _wrong(place, "totals are of a group: use them in properties or traits of a block with group_by")
        if value.sum is not None and not all(value.factors):
            raise _wrong(place, "a sum is of a column or of columns joined by *")
    if isinstance(value, Column) and value.negate and value.type not in {"number", "integer"}:
        raise _wrong(place, "only numbers can be negated")


def _wrong(place: str, what: str, *, cure: str | None = None) -> InvalidRequest:
    return InvalidRequest(f"Mapping, at {place}: {what}.", cure=cure or "Mend the mapping file.", path=place)
