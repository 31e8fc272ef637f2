"""`encode_param`: the one way a Python value becomes the text of a bound ClickHouse parameter.

The engine reads a parameter as tab-separated text of its type, so a raw string with a backslash, tab or newline arrives
as something else, and None as the word. Whatever is not certain to arrive as it is, is refused here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final

from tributary.errors import BugError

_ESCAPES: Final = str.maketrans(
    {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\b": "\\b", "\f": "\\f", "'": "\\'"}
)
_INTEGER = re.compile(r"^(U?)Int(8|16|32|64|128|256)$")
_WRAPPER = re.compile(r"^(Nullable|LowCardinality|Array)\((.*)\)$", re.DOTALL)
_DATETIME64 = re.compile(r"^DateTime64\(([0-6]), ?'UTC'\)$")


class EncodedParam:
    """A parameter that is encoded already: the driver sends `str()` of what it does not know, unchanged."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


def encode_param(value: Any, type_: str) -> EncodedParam:
    r"""The parameter text of `value` as ClickHouse type `type_`.

    Types: String, (U)Int8…256, Float32/64, Bool, Date, Date32, DateTime('UTC'), DateTime64(0…6, 'UTC'), and Nullable,
    LowCardinality and Array around them. Datetimes must be aware. Text that cannot be UTF-8 (lone surrogates) is
    refused, and so are integers outside the type's range, which the engine would wrap silently.

    Raises:
        BugError: the value does not fit the type.
    """
    return EncodedParam(_encode(value, type_, quoted=False))


def encode_literal(value: Any, type_: str) -> str:
    """`value` as an expression of type `type_`, to be read and copied by people. Queries bind their values.

    Raises:
        BugError: as `encode_param`.
    """
    text = _encode(value, type_, quoted=True)
    if type_ in {"String", "Bool", "Float64"} or _INTEGER.match(type_):
        return text  # a number is compared by its value, whatever the width
    return f"CAST({text}, '{type_.translate(_ESCAPES)}')"


def _encode(value: Any, type_: str, *, quoted: bool) -> str:
    wrapper = _WRAPPER.match(type_)
    if wrapper:
        outer, inner = wrapper.groups()
        if outer == "Array":
            if not isinstance(value, list | tuple):
                raise _misfit(value, type_)
            return "[" + ",".join(_encode(item, inner, quoted=True) for item in value) + "]"
        if outer == "Nullable" and value is None:
            return "NULL" if quoted else "\\N"
        return _encode(value, inner, quoted=quoted)
    integer = _INTEGER.match(type_)
    if integer:
        return _integer(value, type_, unsigned=bool(integer[1]), bits=int(integer[2]))
    fraction = _DATETIME64.match(type_)
    if fraction:
        text = _datetime(value, type_, digits=int(fraction[1]))
    elif type_ in _SCALARS:
        text = _SCALARS[type_](value, type_)
    else:
        raise BugError(f"Values of type {type_} cannot be bound.", cure="Use a type that encode_param knows.")
    return f"'{text}'" if quoted and type_ not in _BARE else text


def _misfit(value: Any, type_: str) -> BugError:
    # The value itself may be personal data; its Python type is enough to find the fault.
    return BugError(f"A {type(value).__name__} was bound as {type_}.", cure="Bind values as their own type.")


def _integer(value: Any, type_: str, *, unsigned: bool, bits: int) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _misfit(value, type_)
    low, high = (0, 2**bits - 1) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if not low <= value <= high:
        raise BugError(f"A number outside the range of {type_} was bound.", cure="Check the range before.")
    return str(value)


def _string(value: Any, type_: str) -> str:
    if not isinstance(value, str):
        raise _misfit(value, type_)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BugError("Text with lone surrogates was bound.", cure="Clean text where it comes in.") from None
    return value.translate(_ESCAPES)


def _float(value: Any, type_: str) -> str:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _misfit(value, type_)
    number = float(value)
    if math.isnan(number):
        return "nan"
    return repr(number) if math.isfinite(number) else ("inf" if number > 0 else "-inf")


def _bool(value: Any, type_: str) -> str:
    if not isinstance(value, bool):
        raise _misfit(value, type_)
    return "true" if value else "false"


def _date(value: Any, type_: str) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _misfit(value, type_)
    return value.isoformat()


def _datetime(value: Any, type_: str, *, digits: int = 0) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _misfit(value, type_)
    moment = value.astimezone(UTC)
    text = moment.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    return text[: 19 + (digits + 1 if digits else 0)]


_SCALARS: Final[dict[str, Callable[[Any, str], str]]] = {
    "String": _string,
    "Float32": _float,
    "Float64": _float,
    "Bool": _bool,
    "Date": _date,
    "Date32": _date,
    "DateTime('UTC')": _datetime,
}
_BARE: Final = frozenset({"Float32", "Float64", "Bool"})
