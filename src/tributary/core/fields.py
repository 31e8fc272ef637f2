"""How a field is read out of the warehouse: one expression, whether it has its own column or lives in the JSON text.

Traits (in `profiles.traits`) and event properties (in `events.properties`) are kept as one JSON object in text. A field
that rules use gets a typed column whose DEFAULT is the very expression that reads it from the text, so both ways give
the same answer by construction.

A value whose JSON type is not the field's type is missing: `"10"` is no number, `1` is no boolean, `"2026-02-30"` is no
date, a list that holds anything but text is no list. Missing is NULL, for a list the empty array. Types are named by
their wire values: text, number, boolean, datetime, date, list.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from xxhash import xxh3_64_hexdigest

from tributary.core.sql import Sql, bind, identifier, raw

FieldKind = Literal["trait", "property"]

COLUMN_TYPES: Final = {
    "text": "Nullable(String)",
    "number": "Nullable(Float64)",
    "boolean": "Nullable(Bool)",
    "datetime": "Nullable(DateTime64(3, 'UTC'))",
    "date": "Nullable(Date32)",
    "list": "Array(String)",
}
_LETTERS: Final = {"text": "t", "number": "n", "boolean": "b", "datetime": "d", "date": "y", "list": "l"}
_TABLES: Final[dict[FieldKind, tuple[str, str]]] = {
    "trait": ("profiles", "traits"),
    "property": ("events", "properties"),
}
_PREFIXES: Final[dict[FieldKind, str]] = {"trait": "t", "property": "p"}

_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")
_HASHED = re.compile(r"(^|_)[0-9a-f]{16}$")
_MAX_SLUG = 48  # a column is also a file name; the engine's limit is 255 bytes with suffixes


def field_table(kind: FieldKind) -> str:
    """The table that holds fields of this kind: `profiles` or `events`."""
    return _TABLES[kind][0]


def field_column(kind: FieldKind, name: str, type_: str) -> str:
    """The name of a field's typed column, such as `t_city_t` or `p_total_n`.

    It depends on nothing but its arguments, and no two fields share one. A name gets a hash unless it is short, plain
    ASCII and lower case (columns are files, and some file systems take `City` and `city` for one), and unless it could
    itself be the result of hashing another.
    """
    slug = _UNSAFE.sub("_", name)
    if slug != name or slug != slug.lower() or len(slug) > _MAX_SLUG or _HASHED.search(slug):
        slug = f"{slug[:_MAX_SLUG].strip('_')}_{xxh3_64_hexdigest(name.encode())}".lstrip("_")
    return f"{_PREFIXES[kind]}_{slug}_{_LETTERS[type_]}"


def is_field_column(kind: FieldKind, column: str) -> bool:
    """Whether a column of the table was made by `field_column`."""
    return column.startswith(f"{_PREFIXES[kind]}_")


def field_expression(kind: FieldKind, name: str, type_: str, column: str | None = None) -> Sql:
    """SQL that reads a field in a scan of its table: the typed column when there is one, else out of the JSON text.

    Its type is `COLUMN_TYPES[type_]`.

    Raises:
        KeyError: there is no such type.
    """
    return identifier(column) if column else json_expression(_TABLES[kind][1], name, type_)


def json_expression(json_column: str, name: str, type_: str) -> Sql:
    """SQL that reads key `name` of the JSON object in `json_column` as `type_`; its type is `COLUMN_TYPES[type_]`.

    `JSONExtractRaw` gives the value as JSON text and '' for a missing key; its first character tells the JSON type.
    The engine evaluates the repeated calls in one expression once.
    """
    value = raw("JSONExtractRaw(") + identifier(json_column) + ", " + bind(name, "String") + ")"
    return _READERS[type_](value)


def _text(value: Sql) -> Sql:
    return raw("if(startsWith(") + value + ", '\"'), JSONExtractString(" + value + "), NULL)"


def _number(value: Sql) -> Sql:
    return raw("if(match(") + value + ", '^[-0-9]'), JSONExtractFloat(" + value + "), NULL)"


def _boolean(value: Sql) -> Sql:
    return raw("multiIf(") + value + " = 'true', true, " + value + " = 'false', false, NULL)"


def _datetime(value: Sql) -> Sql:
    # The engine's best-effort parser refuses 30 February but takes hour 25, and a year, month or day of zeros it makes
    # up; the pattern settles the rest of the form. What does not fit is never parsed, because the engine keeps the
    # result even under a NULL, and a driver that meets the year 0 there cannot read the whole answer.
    return (
        raw("parseDateTime64BestEffortOrNull(if(match(")
        + value
        + r", '^\"\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z\"$')"
        + " AND NOT startsWith("
        + value
        + ", '\"0000'), substring("
        + value
        + ", 2, 24), ''), 3, 'UTC')"
    )


def _date(value: Sql) -> Sql:
    # The engine rolls 30 February over to March; a real date comes back as the text it was. The year 0: see above.
    text = raw("if(startsWith(") + value + ", '\"0000'), '', substring(" + value + ", 2, 10))"
    date = raw("toDate32OrNull(") + text + ")"
    return raw("if(concat('\"', toString(") + date + "), '\"') = " + value + ", " + date + ", NULL)"


def _list(value: Sql) -> Sql:
    items = raw("JSONExtractArrayRaw(") + value + ")"
    return (
        raw("if(arrayAll(item -> startsWith(item, '\"'), ")
        + items
        + "), arrayMap(item -> JSONExtractString(item), "
        + items
        + "), [])"
    )


_READERS: Final = {
    "text": _text,
    "number": _number,
    "boolean": _boolean,
    "datetime": _datetime,
    "date": _date,
    "list": _list,
}
