"""A stable random number per person, the same in Python and in the warehouse.

    bucket(salt, profile_id) = (xxHash64("<salt>:<profile_id>", seed 0) >> 11) / 2**53      in [0, 1)

53 bits are what a double holds exactly, so both sides compare equal numbers. Experiments split by the same function.
"""

from __future__ import annotations

import xxhash

from tributary.core.sql import Sql, bind, raw

_STEPS = 2**53


def bucket(salt: str, profile_id: int) -> float:
    """The person's number in [0, 1) under `salt`; independent between salts, uniform over people."""
    digest: int = xxhash.xxh64_intdigest(f"{salt}:{profile_id}".encode())
    return (digest >> 11) / _STEPS


def bucket_sql(salt: str, profile_id: Sql) -> Sql:
    """The same number as a Float64 expression over `profile_id`, an expression of an unsigned integer."""
    prefix = bind(f"{salt}:", "String")
    return raw("(bitShiftRight(xxHash64(concat(") + prefix + ", toString(" + profile_id + "))), 11) / 9007199254740992)"
