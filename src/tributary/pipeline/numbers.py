"""Numbers that JSON allows and the stores do not hold.

The warehouse's engine reads a whole number beyond 64 bits as text, so a rule would take it for missing; as a float it
is read, with the 16 digits that a float keeps. A number beyond the largest float is none for any reader, and one of
them in a JSON text makes the engine take the whole text for broken.
"""

from __future__ import annotations

from typing import Any

_LEAST, _MOST = -(2**63), 2**64 - 1  # Int64 and UInt64: what the engine keeps exactly
_SHAPE = bytes.maketrans(b"123456789E", b"000000000e")
_SUSPICIOUS = (b"0" * 19, b"0e000", b"0e+000")  # digits enough to pass 64 bits; exponents enough to pass a float


def may_hold_odd_numbers(raw: bytes) -> bool:
    """Whether JSON text may hold a number that `storable` changes or refuses; False is certain.

    A regular expression took a quarter of the time that an event takes altogether; this takes a fiftieth.
    """
    shape = raw.translate(_SHAPE)
    return any(part in shape for part in _SUSPICIOUS)


def storable(value: Any) -> Any:
    """A JSON value with whole numbers beyond 64 bits as floats, at every depth; the same object if there are none.

    Raises:
        OverflowError: a number is beyond the largest float.
    """
    if isinstance(value, int):  # a boolean is one, too, and always within
        return value if _LEAST <= value <= _MOST else float(value)
    if isinstance(value, dict):
        items = {name: storable(item) for name, item in value.items()}
        return items if any(items[name] is not item for name, item in value.items()) else value
    if isinstance(value, list):
        parts = [storable(item) for item in value]
        return parts if any(part is not item for part, item in zip(parts, value, strict=True)) else value
    return value


def make_storable(values: dict[str, Any], path: str, changes: dict[str, dict[str, Any]]) -> None:
    """Make the values of an object storable in place; what they were goes into `changes` under `path`.

    Raises:
        OverflowError: as for `storable`.
    """
    for name, value in values.items():
        kept = storable(value)
        if kept is not value:
            values[name] = kept
            changes.setdefault(f"{path}.{name}", {"was": value, "why": "number"})
