"""Identifiers that the outside sees: a prefix that names the kind, then a sortable or an encoded part.

Everything but profiles and workspaces gets a random, time-sortable id (`aud_01j…`). Profiles and workspaces are dense
integers inside, so that bitmaps stay small; `encode_int`/`decode_int` give them their outside form (`prf_0000004k`).
"""

from __future__ import annotations

import secrets
import threading
import time

from tributary.errors import NotFound

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32, lower case: no i, l, o, u
_KINDS = {  # what people call the things with such ids
    "prf": "person", "wsp": "workspace", "idn": "identifier", "lnk": "link", "mrg": "merge",
}  # fmt: skip
_LARGEST = 2**63 - 1  # what the stores hold
_lock = threading.Lock()
_last = 0
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}


def _base32(number: int, width: int) -> str:
    out = []
    while number:
        number, digit = divmod(number, 32)
        out.append(_ALPHABET[digit])
    return "".join(reversed(out)).rjust(width, "0")


def new_id(prefix: str) -> str:
    """A new id such as `aud_01jdm3…`: 48 bits of milliseconds, then 80 bits (the layout of a ULID).

    Ids that one process makes sort in the order they were made.
    """
    global _last  # noqa: PLW0603 (the order is of the process)
    with _lock:
        milliseconds = time.time_ns() // 1_000_000
        # In the same millisecond, or after the clock was set back: the last one plus one.
        _last = (milliseconds << 80) | secrets.randbits(79) if milliseconds > _last >> 80 else _last + 1
        number = _last
    return f"{prefix}_{_base32(number, 26)}"


def encode_int(prefix: str, number: int) -> str:
    """The outside form of a dense integer id."""
    return f"{prefix}_{_base32(number, 8)}"


def decode_int(prefix: str, text: str) -> int:
    """The integer inside `text`.

    Raises:
        NotFound: `text` is not an id of this kind; to the caller that is the same as an id that does not exist.
    """
    head, separator, tail = text.partition("_")
    number = 0
    try:
        if head != prefix or not separator or not 8 <= len(tail) <= 13:
            raise KeyError(text)
        for character in tail:
            number = number * 32 + _VALUES[character]
        if number > _LARGEST:
            raise KeyError(text)
    except KeyError:
        raise NotFound(
            f"There is no {_KINDS.get(prefix, prefix)} with this id.", cure=f"Check the id; it begins with {prefix}_."
        ) from None
    return number


def encode_profile_id(profile_id: int) -> str:
    """`prf_…` for a profile's dense integer id."""
    return encode_int("prf", profile_id)


def decode_profile_id(text: str) -> int:
    """The dense integer id behind `prf_…`."""
    return decode_int("prf", text)


def encode_workspace_id(workspace_id: int) -> str:
    """`wsp_…` for a workspace's dense integer id."""
    return encode_int("wsp", workspace_id)


def decode_workspace_id(text: str) -> int:
    """The dense integer id behind `wsp_…`."""
    return decode_int("wsp", text)
