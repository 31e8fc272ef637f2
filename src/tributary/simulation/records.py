"""Customer records in the Chinese manner with known truth, by the million, for measuring matching.

    made = customer_records(seed=1, records=1_000_000)
    made.table      # id, name, phone, email, address, birthday: what a handful of systems know, null where they do not
    made.person     # who each row really is; never shown to a matcher

The same seed gives the same rows. Ids are drawn at random, so they say nothing about who is who. Rates are of records:

    people per record       .62; further records go to people at random, so 1M records hold about 0.5M true pairs
    missing                 name .02, phone .22, e-mail .30, address .25, birthday .25
    another phone, e-mail or home of the same person   .10, .08, .08
    the phone of a shop     .005, each shared by about 30 records
    household members       .15 of people live at the address of another, half of them with that one's surname
    name                    .03 a character of the same sound, .015 a wrong character, .04 in traditional characters,
                            .02 in Latin letters
    typing errors           phone .02, e-mail .02, birthday .02 a digit and .01 month and day exchanged, address .02
    spelling                .25 of phones with +86 or hyphens; a third of addresses without province, a third short
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from tributary.simulation.record_parts import (
    ESTATES,
    GIVEN,
    MAIL_HOSTS,
    MOBILE_PREFIXES,
    PLACES,
    ROAD_KINDS,
    ROADS,
    SURNAMES,
)

if TYPE_CHECKING:
    import pyarrow as pa

PEOPLE_PER_RECORD: Final = 0.62
MISSING: Final = {"name": 0.02, "phone": 0.22, "email": 0.30, "address": 0.25, "birthday": 0.25}
OTHER: Final = {"phone": 0.10, "email": 0.08, "address": 0.08}
SHOP_PHONE: Final = 0.005
RECORDS_PER_SHOP: Final = 30
HOUSEHOLD: Final = 0.15
SAME_SOUND, WRONG_CHARACTER, TRADITIONAL, LATIN = 0.03, 0.015, 0.04, 0.02
TYPO: Final = {"phone": 0.02, "email": 0.02, "birthday": 0.02, "address": 0.02}
DAY_FIRST: Final = 0.01

_Ints = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]
_FIRST_DAY, _LAST_DAY = (int(np.datetime64(day, "D").astype(int)) for day in ("1950-01-01", "2007-12-31"))


@dataclass(frozen=True, slots=True)
class CustomerRecords:
    """`table` has the columns `id` (uint64) and text; `person` is the truth, one number per row of the table."""

    table: pa.Table
    person: _Ints


def customer_records(seed: int, records: int) -> CustomerRecords:
    """`records` rows, about `PEOPLE_PER_RECORD` people to a row."""
    import pyarrow as pa  # noqa: PLC0415 (slow to import)
    import pyarrow.compute as pc  # noqa: PLC0415

    rng = np.random.default_rng(seed)
    people = max(1, round(records * PEOPLE_PER_RECORD))
    person = rng.permutation(np.concatenate([np.arange(people), rng.integers(0, people, max(0, records - people))]))
    person = person[:records].astype(np.int64)
    draw = _Draw(rng, people, person)
    surname, given = draw.names()
    columns = {
        "name": draw.name(surname, given),
        "phone": draw.phone(),
        "email": draw.email(surname, given),
        "address": draw.address(),
        "birthday": draw.birthday(),
    }
    ids = rng.choice(np.uint64(4) * np.uint64(max(records, 1)), records, replace=False).astype(np.uint64)
    hidden = {name: pa.array(rng.random(records) < rate) for name, rate in MISSING.items()}
    table = {"id": pa.array(ids)}
    for name, values in columns.items():
        table[name] = pc.if_else(hidden[name], pa.scalar(None, pa.string()), values)
    return CustomerRecords(pa.table(table), person)


class _Characters:
    """A list of characters that may be replaced by others of the same sound."""

    def __init__(self, spec: tuple[str, ...]) -> None:
        simplified, traditional, sounds = [], [], []
        for entry in spec:
            sound, *characters = entry.split(" ")
            for character in characters:
                short, _, long = character.partition("/")
                simplified.append(short)
                traditional.append(long or short)
                sounds.append(sound)
        self.simplified, self.traditional, self.sounds = simplified, traditional, sounds
        _, first, counts = np.unique(_runs(sounds), return_index=True, return_counts=True)
        group = _runs(sounds)
        self.start, self.size = first[group].astype(np.int64), counts[group].astype(np.int64)

    def __len__(self) -> int:
        return len(self.simplified)


def _runs(values: list[str]) -> _Ints:
    """Numbers of the runs of equal values: a a b → 0 0 1."""
    return np.cumsum([index > 0 and value != values[index - 1] for index, value in enumerate(values)]).astype(np.int64)


def _surnames() -> tuple[list[str], list[str], list[str]]:
    simplified, traditional, sounds = [], [], []
    for entry in SURNAMES:
        sound, text = entry.split(" ")
        half = len(text) // 2
        is_double = len(sound) > 5 or sound in {"yuchi", "sima"}
        has_both = len(text) == 4 or (len(text) == 2 and not is_double)
        simplified.append(text[:half] if has_both else text)
        traditional.append(text[half:] if has_both else text)
        sounds.append(sound)
    return simplified, traditional, sounds


def _falling(count: int, power: float) -> npt.NDArray[np.float64]:
    """Probabilities that fall like 1 / rank^power, as names' do."""
    weights = 1.0 / (np.arange(count) + 2.0) ** power
    return np.asarray(weights / weights.sum(), np.float64)


class _Draw:
    """Draws the truth of people and what records make of it."""

    def __init__(self, rng: np.random.Generator, people: int, person: _Ints) -> None:
        self._rng = rng
        self._people = people
        self._person = person
        self._characters = _Characters(GIVEN)
        self._surnames = _surnames()
        # Lives with the person before; a chain of them is one family.
        self._lives_with = rng.random(people) < HOUSEHOLD
        self._lives_with[0] = False

    def _chance(self, rate: float) -> _Mask:
        return np.asarray(self._rng.random(len(self._person)) < rate)

    def names(self) -> tuple[_Ints, _Ints]:
        """Of people: the surname's index, and those of two given characters; no second one is -1."""
        rng, people = self._rng, self._people
        surname = rng.choice(len(self._surnames[0]), people, p=_falling(len(self._surnames[0]), 0.9))
        same = self._lives_with & (rng.random(people) < 0.5)
        before = np.maximum(np.arange(people) - 1, 0)
        surname = np.where(same, surname[before], surname)
        scrambled = np.random.default_rng(8).permutation(len(self._characters))
        weights = _falling(len(self._characters), 0.7)
        given = scrambled[rng.choice(len(self._characters), (people, 2), p=weights)]
        given[rng.random(people) < 0.25, 1] = -1
        return surname.astype(np.int64), given.astype(np.int64)

    def name(self, surname: _Ints, given: _Ints) -> Any:
        """Names as records spell them."""
        import pyarrow as pa  # noqa: PLC0415 (slow to import)
        import pyarrow.compute as pc  # noqa: PLC0415

        rng, pool = self._rng, self._characters
        surname, given = surname[self._person], given[self._person].copy()
        rows = len(self._person)
        which = np.where(given[:, 1] < 0, 0, rng.integers(0, 2, rows))
        spot = (np.arange(rows), which)
        heard = self._chance(SAME_SOUND)
        other = pool.start[given[spot]] + rng.integers(0, 1 << 30, rows) % pool.size[given[spot]]
        given[spot] = np.where(heard, other, given[spot])
        wrong = self._chance(WRONG_CHARACTER)
        given[spot] = np.where(wrong, rng.integers(0, len(pool), rows), given[spot])
        script = np.where(self._chance(TRADITIONAL), 1, np.where(self._chance(LATIN), 2, 0))
        # Simplified, traditional and Latin one after another; the last entry of given characters is none.
        texts = pa.array([text for script_texts in self._surnames for text in script_texts])
        first = texts.take(pa.array(surname + script * len(self._surnames[0])))
        every = [*pool.simplified, *pool.traditional, *pool.sounds, ""]
        letters = pa.array(every)
        parts = [
            letters.take(pa.array(np.where(given[:, n] < 0, len(every) - 1, given[:, n] + script * len(pool))))
            for n in (0, 1)
        ]
        gap = pa.array(["", " "]).take(pa.array((script == 2).astype(np.int8)))
        return pc.binary_join_element_wise(first, gap, *parts, "")

    def phone(self) -> Any:
        """Mobile numbers as records spell them."""
        import pyarrow as pa  # noqa: PLC0415 (slow to import)
        import pyarrow.compute as pc  # noqa: PLC0415

        rng, rows = self._rng, len(self._person)
        mine = rng.integers(0, len(MOBILE_PREFIXES) * 10**8, (self._people, 2))
        number = mine[self._person, self._chance(OTHER["phone"]).astype(int)]
        shops = max(1, round(rows * SHOP_PHONE / RECORDS_PER_SHOP))
        shop = rng.integers(0, len(MOBILE_PREFIXES) * 10**8, shops)
        number = np.where(self._chance(SHOP_PHONE), shop[rng.integers(0, shops, rows)], number)
        prefixes = np.array([int(prefix) for prefix in MOBILE_PREFIXES])
        digits = prefixes[number // 10**8] * 10**8 + number % 10**8
        typo = self._chance(TYPO["phone"])
        unit = 10 ** rng.integers(0, 8, rows)
        digits = np.where(typo, digits - digits // unit % 10 * unit + rng.integers(0, 10, rows) * unit, digits)
        plain = pa.array(digits).cast(pa.string())
        slices = [pc.utf8_slice_codeunits(plain, *part) for part in ((0, 3), (3, 7), (7, 11))]
        spelled = [
            plain,
            pc.binary_join_element_wise("+86", plain, ""),
            pc.binary_join_element_wise(*slices, "-"),
        ]
        return pc.choose(pa.array(rng.choice(3, rows, p=(0.75, 0.15, 0.10))), *spelled)

    def email(self, surname: _Ints, given: _Ints) -> Any:
        """Addresses made of the Latin name and a number."""
        import pyarrow as pa  # noqa: PLC0415 (slow to import)
        import pyarrow.compute as pc  # noqa: PLC0415

        rng, people, rows = self._rng, self._people, len(self._person)
        other = self._chance(OTHER["email"])
        sounds = pa.array([*self._characters.sounds, ""])
        handle = pc.binary_join_element_wise(
            pa.array(self._surnames[2]).take(pa.array(surname)),
            sounds.take(pa.array(given[:, 0])),
            sounds.take(pa.array(np.where(given[:, 1] < 0, len(sounds) - 1, given[:, 1]))),
            "",
        ).take(pa.array(self._person))
        tail = rng.integers(0, 10_000, (people, 2))[self._person, other.astype(int)]
        typo = self._chance(TYPO["email"])
        tail = np.where(typo, tail - tail % 10 + rng.integers(0, 10, rows), tail)
        host = rng.integers(0, len(MAIL_HOSTS), (people, 2))[self._person, other.astype(int)]
        hosts = pa.array([f"@{host}" for host in MAIL_HOSTS]).take(pa.array(host))
        return pc.binary_join_element_wise(handle, pa.array(tail).cast(pa.string()), hosts, "")

    def address(self) -> Any:
        """Homes as records spell them: whole, without the province, or short."""
        import pyarrow as pa  # noqa: PLC0415 (slow to import)
        import pyarrow.compute as pc  # noqa: PLC0415

        rng, people, rows = self._rng, self._people, len(self._person)
        places = [(province, city, area) for province, city, areas in PLACES for area in areas.split()]
        sizes = (len(places), len(ROADS), len(ROAD_KINDS), 800, len(ESTATES), 30, 6, 30, 4)
        homes = np.stack([rng.integers(0, size, (people, 2)) for size in sizes])
        with_whom = np.where(self._lives_with, -1, np.arange(people))
        host = np.maximum.accumulate(with_whom)  # the nearest person before who does not live with another
        homes[:, :, 0] = homes[:, host, 0]
        home = homes[:, self._person, self._chance(OTHER["address"]).astype(int)]
        place, road, kind, number, estate, building, unit, floor, door = home
        typo = self._chance(TYPO["address"])
        road = np.where(typo, rng.integers(0, len(ROADS), rows), road)
        form = rng.integers(0, 3, rows)
        levels = [pa.array([entry[level] for entry in places]).take(pa.array(place)) for level in range(3)]
        is_municipality = pc.equal(levels[0], levels[1])
        province = pc.if_else(pa.array(form == 0), levels[0], "")
        province = pc.if_else(is_municipality, "", province)
        city = pc.if_else(pa.array(form == 2), pc.utf8_slice_codeunits(levels[1], 0, 2), levels[1])
        room = pa.array((floor + 1) * 100 + door + 1).cast(pa.string())
        long = ("号", "栋", "单元", "室")
        short = ("号", "-", "-", "")
        marks = [pc.if_else(pa.array(form == 2), brief, full) for full, brief in zip(long, short, strict=True)]

        def count(values: _Ints) -> Any:
            return pa.array(values + 1).cast(pa.string())

        return pc.binary_join_element_wise(
            province, city, levels[2],
            pa.array(ROADS).take(pa.array(road)), pa.array(list(ROAD_KINDS)).take(pa.array(kind)),
            count(number), marks[0], pa.array(list(ESTATES)).take(pa.array(estate)),
            count(building), marks[1], count(unit), marks[2], room, marks[3], "",
        )  # fmt: skip

    def birthday(self) -> Any:
        """ISO dates. An exchanged month and day or a wrong digit still makes a date."""
        import pyarrow as pa  # noqa: PLC0415 (slow to import)
        import pyarrow.compute as pc  # noqa: PLC0415

        rng, rows = self._rng, len(self._person)
        days = rng.integers(_FIRST_DAY, _LAST_DAY + 1, self._people)[self._person].astype("datetime64[D]")
        years = days.astype("datetime64[Y]").astype(int) + 1970
        months = days.astype("datetime64[M]").astype(int) % 12 + 1
        day = (days - days.astype("datetime64[M]")).astype(int) + 1
        swapped = self._chance(DAY_FIRST) & (day <= 12)
        months, day = np.where(swapped, day, months), np.where(swapped, months, day)
        wrong = self._chance(TYPO["birthday"])
        where = rng.integers(0, 3, rows)
        years = np.where(wrong & (where == 0), years - years % 10 + rng.integers(0, 10, rows), years)
        months = np.where(wrong & (where == 1), rng.integers(1, 13, rows), months)
        day = np.where(wrong & (where == 2), rng.integers(1, 29, rows), day)

        def two(values: _Ints) -> Any:
            return pc.utf8_lpad(pa.array(values).cast(pa.string()), 2, "0")

        return pc.binary_join_element_wise(pa.array(years).cast(pa.string()), two(months), two(day), "-")
