"""From the text of a cell to a JSON value of a declared type. Files are read as text; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

CellType = Literal["text", "number", "integer", "boolean", "datetime", "date", "list"]
Convert = Callable[[str], Any]

_TRUE = frozenset({"true", "t", "yes", "y", "1", "是", "对", "有"})
_FALSE = frozenset({"false", "f", "no", "n", "0", "否", "错", "无"})
_MAX_DIGITS = 40  # longer numbers are not quantities or prices; they would only make Decimal slow


def converter(kind: CellType, *, zone: tzinfo, format: str | None = None, separator: str = ",") -> Convert:  # noqa: A002
    """A function from text to the JSON value of `kind`; it raises ValueError with a sentence for the rejects file.

    `zone` is the zone of datetimes that bring none, `format` a strptime pattern for datetimes and dates (ISO 8601
    without one), `separator` what stands between the items of a list.
    """
    match kind:
        case "text":
            return _text
        case "number":
            return lambda text: json_number(parse_decimal(text))
        case "integer":
            return _integer
        case "boolean":
            return _boolean
        case "datetime":
            return lambda text: iso(parse_datetime(text, zone=zone, format=format))
        case "date":
            return lambda text: _date(text, format)
        case "list":
            return lambda text: [item for part in text.split(separator) if (item := part.strip())]


def parse_decimal(text: str) -> Decimal:
    """The exact number in `text`: digits with an optional sign, point and exponent; no thousands separators.

    Raises:
        ValueError: not a number, not finite, or absurdly long.
    """
    try:
        number = Decimal(text) if len(text) <= _MAX_DIGITS else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or "_" in text or abs(number.adjusted()) > _MAX_DIGITS:
        raise ValueError(f"{text[:40]!r} is not a number")
    return number


def json_number(number: Decimal) -> int | float:
    """The JSON number nearest to `number`; whole numbers stay whole."""
    return int(number) if number == number.to_integral_value() else float(number)


def parse_datetime(text: str, *, zone: tzinfo, format: str | None) -> datetime:  # noqa: A002 (as in strptime)
    """The moment in `text`, in UTC. A text without an offset is a wall-clock time in `zone`.

    Of a wall-clock time that a change of the clocks makes occur twice, the first is meant.

    Raises:
        ValueError: the text does not have the format.
    """
    try:
        # strptime costs ten times fromisoformat; ISO texts are the common case even where a format is declared.
        moment = datetime.fromisoformat(text) if format in {None, _ISO_SPACE} else datetime.strptime(text, str(format))  # noqa: DTZ007
    except ValueError:
        wanted = "an ISO 8601 time" if format is None else f"a time like {format}"
        raise ValueError(f"{text[:40]!r} is not {wanted}") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text[:40]!r} is out of range") from None


_ISO_SPACE = "%Y-%m-%d %H:%M:%S"


def iso(moment: datetime) -> str:
    """`2026-01-31T09:30:00.000Z`: how events carry times."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _text(text: str) -> str:
    return text


def _integer(text: str) -> int:
    number = parse_decimal(text)
    if number != number.to_integral_value():
        raise ValueError(f"{text[:40]!r} is not a whole number")
    return int(number)


def _boolean(text: str) -> bool:
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise ValueError(f"{text[:40]!r} is neither true nor false")


def _date(text: str, format: str | None) -> str:  # noqa: A002
    try:
        if format is None:
            return date.fromisoformat(text).isoformat()
        return datetime.strptime(text, format).date().isoformat()  # noqa: DTZ007 (a date has no zone)
    except ValueError:
        wanted = "a date like 2026-01-31" if format is None else f"a date like {format}"
        raise ValueError(f"{text[:40]!r} is not {wanted}") from None
