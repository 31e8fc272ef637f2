"""Outside forms of what identities are made of: identifiers and links have 63-bit keys, which pages cannot count to."""

from __future__ import annotations

from tributary.core.ids import decode_int, encode_int


def encode_identifier_id(identifier: int) -> str:
    """`idn_…` for the key of an identifier."""
    return encode_int("idn", identifier)


def decode_identifier_id(text: str) -> int:
    """The key behind `idn_…`.

    Raises:
        NotFound: it is none.
    """
    return decode_int("idn", text)


def encode_link_id(link: int) -> str:
    """`lnk_…` for the key of a piece of evidence."""
    return encode_int("lnk", link)


def decode_link_id(text: str) -> int:
    """The key behind `lnk_…`.

    Raises:
        NotFound: it is none.
    """
    return decode_int("lnk", text)


def encode_merge_id(merge: int) -> str:
    """`mrg_…` for the number of an entry of the merge ledger."""
    return encode_int("mrg", merge)


def decode_merge_id(text: str) -> int:
    """The number behind `mrg_…`.

    Raises:
        NotFound: it is none.
    """
    return decode_int("mrg", text)
