"""Bringing the values of traits and properties into one form, keeping what they were.

The form is what the warehouse's columns read: numbers and booleans as such, datetimes `YYYY-MM-DDTHH:MM:SS.mmmZ`, dates
`YYYY-MM-DD`, lists of text. A field's type is the one in the catalogue, else its reserved one, else that of the first
value seen. A value that cannot be converted safely stays as it came; rules then count it as missing.

Events of one kind look alike, so the work is planned once per shape (names and Python types of the values) and then
only carried out.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from tributary.governance import reserved_field
from tributary.identity import Rejected, normalise_email, normalise_phone
from tributary.pipeline.countries import country_code, currency_code
from tributary.pipeline.numbers import storable
from tributary.pipeline.times import format_ms, parse_date, parse_ms
from tributary.rules import Catalog, FieldType

Changes = dict[str, dict[str, Any]]
Step = tuple[str, Callable[[Any], Any], str]  # name, what to do, why
Observations = set[tuple[Any, str, str, str]]

_FOLD_WIDTH_BELOW = 257  # characters; short text is matched by rules, long text is read by people
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
_CANONICAL_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
_TRUE = {"true", "yes", "y", "1", "是"}
_FALSE = {"false", "no", "n", "0", "否"}
_MAX_SHAPES = 20_000


def tidy_text(value: str) -> str:
    """Without blanks around it and invisible characters in it; short text in NFKC (full-width letters and digits)."""
    if value.isascii() and value.isprintable():
        return value.strip()
    if len(value) < _FOLD_WIDTH_BELOW and not value.isascii():
        value = unicodedata.normalize("NFKC", value)
    return _INVISIBLE.sub("", value).strip()


def infer_type(value: Any) -> FieldType | None:
    """The field type that a JSON value shows, None for null, objects and mixed lists."""
    if isinstance(value, bool):
        return FieldType.BOOLEAN
    if isinstance(value, int | float):
        return FieldType.NUMBER
    if isinstance(value, str):
        if _DATE.fullmatch(value) and parse_date(value):
            return FieldType.DATE
        if _DATETIME.fullmatch(value) and parse_ms(value) is not None:
            return FieldType.DATETIME
        return FieldType.TEXT
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return FieldType.LIST
    return None


class Standardiser:
    """Standardises the traits and properties of one workspace against one state of its catalogue.

    `observed` collects what the catalogue should learn; the caller takes it away with each batch.
    """

    def __init__(self, catalog: Catalog, region: str) -> None:
        self._catalog = catalog
        self._region = region
        self._types: dict[tuple[str, str, str], FieldType] = {}
        self._plans: dict[tuple[Any, ...], list[Step]] = {}
        self._special: Mapping[str, tuple[Callable[[str], Any], str]] = {
            "email": (_lenient(normalise_email), "email"),
            "phone": (_lenient(lambda text: normalise_phone(text, region)), "phone"),
            "mobile": (_lenient(lambda text: normalise_phone(text, region)), "phone"),
            "country": (lambda text: country_code(text) or tidy_text(text), "country"),
            "currency": (lambda text: currency_code(text) or tidy_text(text), "currency"),
        }
        self.observed: Observations = set()

    def traits(self, values: dict[str, Any], path: str, changes: Changes) -> None:
        """Standardise traits in place; what changed goes into `changes` under `path`."""
        self._standardise("trait", "", values, path, changes)

    def properties(self, event: str, values: dict[str, Any], changes: Changes) -> None:
        """Standardise the properties of an event in place."""
        self._standardise("property", event, values, "properties", changes)

    def loose(self, values: dict[str, Any], path: str, changes: Changes) -> None:
        """Standardise an object that is no part of the catalogue, such as a group's traits."""
        self._standardise("", "", values, path, changes)

    def _standardise(self, kind: str, event: str, values: dict[str, Any], path: str, changes: Changes) -> None:
        if not values:
            return
        shape = (kind, event, *values, *map(type, values.values()))
        plan = self._plans.get(shape)
        if plan is None:
            if len(self._plans) >= _MAX_SHAPES:
                self._plans.clear()
            plan = self._plans[shape] = self._plan(kind, event, values)
        for name, convert, why in plan:
            before = values[name]
            after = convert(before)
            if after is not before and (after != before or type(after) is not type(before)):
                values[name] = after
                changes[f"{path}.{name}"] = {"was": before, "why": why}

    def _plan(self, kind: str, event: str, values: Mapping[str, Any]) -> list[Step]:
        steps: list[Step] = []
        for name, value in values.items():
            if isinstance(value, str) and name in self._special:
                convert, why = self._special[name]
                steps.append((name, convert, why))
            elif isinstance(value, dict) and name == "address":
                steps.append((name, _address, "country"))
            else:
                type_ = self._type(kind, event, name, value) if kind else infer_type(value)
                step = _step(name, value, type_)
                if step:
                    steps.append(step)
            if kind and name.isprintable():  # a name with control characters is no field, and PostgreSQL refuses NUL
                self._observe(kind, event, name, value)
        return steps

    def _type(self, kind: str, event: str, name: str, value: Any) -> FieldType | None:
        known = self._catalog.traits if kind == "trait" else self._catalog.properties.get(event, {})
        field = known.get(name) or reserved_field("trait" if kind == "trait" else "property", name)
        if field is not None:
            return field.type
        key = (kind, event, name)
        if key not in self._types:
            inferred = infer_type(value)
            if inferred is None:
                return None
            self._types[key] = inferred
        return self._types[key]

    def _observe(self, kind: str, event: str, name: str, value: Any) -> None:
        type_ = self._type(kind, event, name, value)
        shown = infer_type(value)
        if type_ is None or shown is None:
            return
        # What we convert is of the field's type when it is stored; what we cannot convert is a conflict worth counting.
        step = _step(name, value, type_)
        stored = infer_type(step[1](value)) if step else shown
        fits = stored == type_ or (type_ == FieldType.TEXT and isinstance(value, str))
        self.observed.add((kind, event, name, (type_ if fits else shown).value))


def _step(name: str, value: Any, type_: FieldType | None) -> Step | None:
    if value is None or type_ is None:
        return (name, tidy_text, "text") if isinstance(value, str) else None
    match type_:
        case FieldType.TEXT:
            if isinstance(value, str):
                return name, tidy_text, "text"
            return (name, _to_text, "text") if isinstance(value, bool | int | float) else None
        case FieldType.NUMBER:
            if isinstance(value, str):
                return name, _to_number, "number"
            return (name, int, "number") if isinstance(value, bool) else None
        case FieldType.BOOLEAN:
            return None if isinstance(value, bool | list | dict) else (name, _to_boolean, "boolean")
        case FieldType.DATETIME:
            return None if isinstance(value, bool | list | dict) else (name, _to_datetime, "datetime")
        case FieldType.DATE:
            return (name, _to_date, "date") if isinstance(value, str) else None
        case FieldType.LIST:
            return None if isinstance(value, dict) else (name, _to_list, "list")


def _lenient(normalise: Callable[[str], str]) -> Callable[[str], str]:
    """A value that is not valid is still a value: it is tidied and kept, but names nobody."""

    def convert(text: str) -> str:
        try:
            return normalise(text)
        except Rejected:
            return tidy_text(text)

    return convert


def _address(value: dict[str, Any]) -> dict[str, Any]:
    country = value.get("country")
    code = country_code(country) if isinstance(country, str) else None
    return {**value, "country": code} if code and code != country else value


def _to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


def _to_number(value: str) -> Any:
    text = tidy_text(value)
    if not _NUMBER.fullmatch(text):
        return text
    try:
        return storable(int(text))
    except OverflowError:
        return text
    except ValueError:  # a point or an exponent, or thousands of digits
        number = float(text)
        return number if math.isfinite(number) else text


def _to_boolean(value: Any) -> Any:
    if isinstance(value, str):
        text = tidy_text(value).lower()
        return True if text in _TRUE else False if text in _FALSE else value
    return bool(value) if value in {0, 1} else value


def _to_datetime(value: Any) -> Any:
    if isinstance(value, str) and _CANONICAL_DATETIME.fullmatch(value):
        return value
    milliseconds = parse_ms(value)
    if milliseconds is None:
        return value
    try:
        return format_ms(milliseconds)
    except OverflowError:
        return value


def _to_date(value: str) -> str:
    return value if _DATE.fullmatch(value) else parse_date(value) or value


def _to_list(value: Any) -> Any:
    items = value if isinstance(value, list) else [value]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    if any(isinstance(item, list | dict) or item is None for item in items):
        return value
    return [item if isinstance(item, str) else _to_text(item) for item in items]
