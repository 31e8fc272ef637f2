"""Configurations to start from."""

from __future__ import annotations

from typing import Final

from tributary.identity.matching.settings import (
    Block,
    Comparison,
    Damerau,
    EditDistance,
    EditShare,
    Field,
    JaroWinkler,
    Key,
    MatchSettings,
    Near,
    Same,
    Swapped,
)


def _block(*columns: str, at_most: int = 100) -> Block:
    return Block(keys=[Key(column=column) for column in columns], at_most=at_most)


# Customers of several systems: Chinese names in either script or in Latin letters, mobiles, addresses. Two accounts, or
# two identity cards, are two people as far as a program may decide.
CHINESE_CUSTOMERS: Final = MatchSettings(
    fields=[
        Field(name="name", kind="name"),
        Field(name="phone", kind="phone"),
        Field(name="email", kind="email"),
        Field(name="address", kind="address"),
        Field(name="birthday", kind="date"),
        Field(name="user_id", kind="exact"),
        Field(name="id_card", kind="code"),
    ],
    comparisons=[
        Comparison(
            name="name",
            columns=["name"],
            levels=[
                Same(column="name", by_frequency=True),
                Same(column="name.pinyin", by_frequency=True),
                # One character of three; of two characters, another one is another given name: a relative.
                EditShare(column="name", at_most=0.34),
                JaroWinkler(column="name.pinyin", at_least=0.9),
                EditDistance(column="name", at_most=1),
            ],
        ),
        Comparison(
            name="phone",
            columns=["phone"],
            levels=[Same(column="phone", by_frequency=True), Damerau(column="phone", at_most=1)],
        ),
        Comparison(
            name="email",
            columns=["email"],
            levels=[
                Same(column="email", by_frequency=True),
                Same(column="email.local"),
                JaroWinkler(column="email.local", at_least=0.9),
            ],
        ),
        Comparison(
            name="birthday",
            columns=["birthday"],
            levels=[
                Same(column="birthday", by_frequency=True),
                Damerau(column="birthday", at_most=1),
                Swapped(column="birthday.month_day", other="birthday.day_month"),
                Near(column="birthday.days", at_most=31),
            ],
        ),
        Comparison(
            name="address",
            columns=["address.rest"],
            levels=[
                Same(column="address.rest", by_frequency=True),
                EditShare(column="address.rest", at_most=0.25),
                Same(column="address.numbers"),
                Same(column="address.district"),
            ],
        ),
    ],
    blocks=[
        _block("phone"),
        _block("email"),
        _block("name.pinyin", "birthday"),
        _block("name.pinyin", "address.numbers"),
        _block("birthday", "address.numbers"),
        Block(keys=[Key(column="name.pinyin"), Key(column="phone", last=4)]),
        Block(keys=[Key(column="birthday"), Key(column="phone", last=4)]),
        Block(keys=[Key(column="address.numbers"), Key(column="phone", last=4)]),
        Block(keys=[Key(column="birthday"), Key(column="email.local", first=4)]),
        Block(keys=[Key(column="address.numbers"), Key(column="email.local", first=4)]),
    ],
    strong=["user_id", "id_card"],
)

# The columns of the Febrl data sets, without the number of the social security: with it there is nothing to match.
FEBRL: Final = MatchSettings(
    fields=[
        Field(name="given_name", kind="text"),
        Field(name="surname", kind="text"),
        Field(name="street_number", kind="text"),
        Field(name="street", kind="text", source="address_1"),
        Field(name="house", kind="text", source="address_2"),
        Field(name="suburb", kind="text"),
        Field(name="postcode", kind="text"),
        Field(name="state", kind="text"),
        Field(name="birthday", kind="date", source="date_of_birth"),
    ],
    comparisons=[
        Comparison(
            name="given_name",
            columns=["given_name"],
            levels=[
                Same(column="given_name", by_frequency=True),
                Swapped(column="given_name", other="surname"),
                Damerau(column="given_name", at_most=1),
                JaroWinkler(column="given_name", at_least=0.85),
            ],
        ),
        Comparison(
            name="surname",
            columns=["surname"],
            levels=[
                Same(column="surname", by_frequency=True),
                Swapped(column="surname", other="given_name"),
                Damerau(column="surname", at_most=1),
                JaroWinkler(column="surname", at_least=0.85),
            ],
        ),
        Comparison(
            name="birthday",
            columns=["birthday"],
            levels=[
                Same(column="birthday"),
                Damerau(column="birthday", at_most=1),
                Damerau(column="birthday", at_most=2),
            ],
        ),
        Comparison(
            name="street",
            columns=["street"],
            levels=[
                Same(column="street", by_frequency=True),
                Damerau(column="street", at_most=2),
                JaroWinkler(column="street", at_least=0.85),
            ],
        ),
        Comparison(
            name="house",
            columns=["house"],
            levels=[
                Same(column="house", by_frequency=True),
                Swapped(column="house", other="street"),
                JaroWinkler(column="house", at_least=0.85),
            ],
        ),
        Comparison(
            name="suburb",
            columns=["suburb"],
            levels=[
                Same(column="suburb", by_frequency=True),
                Damerau(column="suburb", at_most=2),
                JaroWinkler(column="suburb", at_least=0.85),
            ],
        ),
        Comparison(
            name="postcode",
            columns=["postcode"],
            levels=[Same(column="postcode", by_frequency=True), Damerau(column="postcode", at_most=1)],
        ),
        Comparison(name="street_number", columns=["street_number"], levels=[Same(column="street_number")]),
        Comparison(name="state", columns=["state"], levels=[Same(column="state")]),
    ],
    blocks=[
        _block("birthday"),
        _block("surname", "given_name"),
        _block("surname", "postcode"),
        _block("given_name", "postcode"),
        _block("street", "suburb"),
        _block("street_number", "postcode"),
        _block("given_name", "suburb"),
        _block("surname", "suburb"),
        _block("house", "postcode"),
    ],
)
