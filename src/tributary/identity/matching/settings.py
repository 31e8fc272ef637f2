"""What is compared, how, and what follows: a match configuration as data.

    settings = decode(text)            # JSON, or YAML with the extra `matching`
    settings = CHINESE_CUSTOMERS       # name, phone, email, address, birthday

A **field** names a column of the records and its kind; standardising makes one or more columns of it, which all else
refers to:

    kind      columns
    name      x (one script, one case), x.pinyin, x.surname, x.given
    phone     x (E.164, or the digits of what is no number)
    email     x, x.local (before the @, without what providers ignore)
    address   x (whole), x.province, x.city, x.district, x.rest, x.numbers (of house, building and room)
    date      x (eight digits), x.days (a number: days since 1970), x.month_day, x.day_month
    text      x (lower case, single blanks)
    code      x (letters and digits in upper case: numbers of papers)
    exact     x (as it is, without blanks around it: ids of systems)
    number    x (a number)

A **comparison** looks at columns of two records and answers with the first of its levels that holds; "missing" when a
record lacks one of the comparison's own columns, "different" when no level holds. A **block** makes candidates: the
pairs that agree in all its keys. Only candidates are compared.
"""

from __future__ import annotations

import json
from typing import Any, Final, Literal, TypeAlias

import msgspec

from tributary.errors import InvalidRequest

MAX_COMPARISONS: Final = 16  # four bits of a 64-bit number each
MAX_LEVELS: Final = 14
MAX_BLOCKS: Final = 16
MAX_TEXTS: Final = 24
MAX_NUMBERS: Final = 8
MAX_FREQUENCIES: Final = 8

Kind: TypeAlias = Literal["name", "phone", "email", "address", "date", "text", "code", "exact", "number"]

TEXT_PARTS: Final[dict[str, tuple[str, ...]]] = {
    "name": ("", ".pinyin", ".surname", ".given"),
    "phone": ("",),
    "email": ("", ".local"),
    "address": ("", ".province", ".city", ".district", ".rest", ".numbers"),
    "date": ("", ".month_day", ".day_month"),
    "text": ("",),
    "code": ("",),
    "exact": ("",),
    "number": (),
}
NUMBER_PARTS: Final[dict[str, tuple[str, ...]]] = {"date": (".days",), "number": ("",)}


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field of the records. `source` is their column, by default called like the field."""

    name: str
    kind: Kind
    source: str = ""


class Same(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="same", tag_field="kind"):
    """Both have the same text. `by_frequency`: agreeing on a rare value weighs more than on a common one."""

    column: str
    by_frequency: bool = False


class EditDistance(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="edit_distance", tag_field="kind"
):
    """At most so many characters inserted, left out or replaced."""

    column: str
    at_most: int


class EditShare(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="edit_share", tag_field="kind"
):
    """The edit distance, as a share of the longer text."""

    column: str
    at_most: float


class Damerau(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="damerau", tag_field="kind"):
    """As the edit distance, where exchanging two neighbours counts once. It counts bytes: for digits and Latin text."""

    column: str
    at_most: int


class JaroWinkler(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="jaro_winkler", tag_field="kind"
):
    """Jaro-Winkler similarity, 0 to 1. It reads bytes: for Latin text and pinyin."""

    column: str
    at_least: float


class Near(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="near", tag_field="kind"):
    """Numbers, or days of a date, at most so far apart."""

    column: str
    at_most: float


class Swapped(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="swapped", tag_field="kind"):
    """Each has in `column` what the other has in `other`, such as surname and given name exchanged."""

    column: str
    other: str


Level: TypeAlias = Same | EditDistance | EditShare | Damerau | JaroWinkler | Near | Swapped


class Comparison(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`levels` from the strongest to the weakest. Nothing is said about a pair that lacks one of `columns`."""

    name: str
    columns: list[str]
    levels: list[Level]


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column to agree in: whole, or its `first` or `last` so many characters."""

    column: str
    first: int = 0
    last: int = 0


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Records that agree in all `keys` are candidates, unless more than `at_most` do: such a value says nothing."""

    keys: list[Key]
    at_most: int = 100

    @property
    def label(self) -> str:
        """Its keys in one line, such as `name + birthday`."""
        return " + ".join(
            key.column + (f"[:{key.first}]" if key.first else f"[-{key.last}:]" if key.last else "")
            for key in self.keys
        )


class MatchSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole configuration; `check` says whether it can be used.

    Pairs from `merge` (a probability) on are merged, from `review` on shown to a person. `strong` columns identify:
    two records with different values there are never merged. `penalty` is the weight, in bits, of a pair inside a
    cluster that never was a candidate. About `sample` pairs, drawn by `seed`, show how strangers compare; more than
    `max_pairs` candidates are refused.
    """

    fields: list[Field]
    comparisons: list[Comparison]
    blocks: list[Block]
    strong: list[str] = []
    merge: float = 0.99
    review: float = 0.5
    penalty: float = -1.0
    sample: int = 1_000_000
    seed: int = 1
    max_pairs: int = 200_000_000
    version: int = 1

    @property
    def texts(self) -> tuple[str, ...]:
        """The text columns that standardising makes and this configuration uses, in order."""
        used = self._used()
        return tuple(column for column in _columns(self, TEXT_PARTS) if column in used)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The number columns that standardising makes and this configuration uses, in order."""
        used = self._used()
        return tuple(column for column in _columns(self, NUMBER_PARTS) if column in used)

    @property
    def frequencies(self) -> tuple[tuple[int, int, str], ...]:
        """Where frequencies count: the comparison's index, the level's index and the column."""
        return tuple(
            (index, place, level.column)
            for index, comparison in enumerate(self.comparisons)
            for place, level in enumerate(comparison.levels)
            if isinstance(level, Same) and level.by_frequency
        )

    def held_out(self, block: int) -> frozenset[int]:
        """The comparisons that a block's pairs say nothing about, since they agree there by choice."""
        fields = {_field_of(key.column) for key in self.blocks[block].keys}
        return frozenset(
            index
            for index, comparison in enumerate(self.comparisons)
            if fields & {_field_of(column) for column in comparison_columns(comparison)}
        )

    def _used(self) -> set[str]:
        used = {column for comparison in self.comparisons for column in comparison_columns(comparison)}
        return used | {key.column for block in self.blocks for key in block.keys} | set(self.strong)


def comparison_columns(comparison: Comparison) -> set[str]:
    """Every column that a comparison reads."""
    columns = set(comparison.columns)
    for level in comparison.levels:
        columns.add(level.column)
        if isinstance(level, Swapped):
            columns.add(level.other)
    return columns


def _field_of(column: str) -> str:
    return column.partition(".")[0]


def _columns(settings: MatchSettings, parts: dict[str, tuple[str, ...]]) -> list[str]:
    return [field.name + part for field in settings.fields for part in parts.get(field.kind, ())]


class InvalidMatchSettings(InvalidRequest):
    """A match configuration cannot be used. `path` is where, such as `comparisons[2].levels[0]`."""

    code = "invalid_match_settings"
    status = 422

    def __init__(self, message: str, *, path: str = "", cure: str | None = None) -> None:
        super().__init__(message, cure=cure, path=path)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path}: {super().__str__()}" if self.path else super().__str__()


def check(settings: MatchSettings) -> MatchSettings:
    """The same settings, if they can be used.

    Raises:
        InvalidMatchSettings: they contradict themselves, name what is not there, or go beyond what a run can hold.
    """
    texts, numbers = set(_columns(settings, TEXT_PARTS)), set(_columns(settings, NUMBER_PARTS))
    _check_names(settings)
    for index, comparison in enumerate(settings.comparisons):
        _check_comparison(f"comparisons[{index}]", comparison, texts, numbers)
    for index, block in enumerate(settings.blocks):
        path = f"blocks[{index}]"
        if not block.keys:
            raise InvalidMatchSettings("A block needs a key.", path=path)
        if not 2 <= block.at_most <= 10_000:
            raise InvalidMatchSettings("at_most must lie between 2 and 10000.", path=path)
        for place, key in enumerate(block.keys):
            _require(f"{path}.keys[{place}]", key.column, texts, _WORD[False])
            if key.first < 0 or key.last < 0 or (key.first and key.last):
                raise InvalidMatchSettings("Give first or last, as a positive number.", path=f"{path}.keys[{place}]")
    for index, column in enumerate(settings.strong):
        _require(f"strong[{index}]", column, texts, _WORD[False])
    _check_numbers(settings)
    _check_learnable(settings)
    return settings


def _check_names(settings: MatchSettings) -> None:
    for kind, names in (
        ("fields", [field.name for field in settings.fields]),
        ("comparisons", [comparison.name for comparison in settings.comparisons]),
    ):
        for index, name in enumerate(names):
            plain = name.replace("_", "a")
            if not (plain.isascii() and plain.isalnum() and name[0].isalpha() and name.islower() and len(name) <= 40):
                message = f"{name!r} is no name: lower-case letters, digits and underscores, a letter first."
                raise InvalidMatchSettings(message, path=f"{kind}[{index}]")
            if name in names[:index]:
                raise InvalidMatchSettings(f"There are two called {name!r}.", path=f"{kind}[{index}]")
    for kind, count, most in (
        ("comparisons", len(settings.comparisons), MAX_COMPARISONS),
        ("blocks", len(settings.blocks), MAX_BLOCKS),
        ("fields", len(settings.fields), MAX_COMPARISONS),
    ):
        if not 1 <= count <= most:
            raise InvalidMatchSettings(f"There must be between 1 and {most}; there are {count}.", path=kind)


def _check_comparison(path: str, comparison: Comparison, texts: set[str], numbers: set[str]) -> None:
    if not comparison.columns:
        raise InvalidMatchSettings("A comparison needs a column.", path=path)
    if not 1 <= len(comparison.levels) <= MAX_LEVELS:
        raise InvalidMatchSettings(f"A comparison has between 1 and {MAX_LEVELS} levels.", path=path)
    for index, column in enumerate(comparison.columns):
        _require(f"{path}.columns[{index}]", column, texts | numbers, "column")
    for index, level in enumerate(comparison.levels):
        place = f"{path}.levels[{index}]"
        _require(place, level.column, numbers if isinstance(level, Near) else texts, _WORD[isinstance(level, Near)])
        if isinstance(level, Swapped):
            _require(place, level.other, texts, _WORD[False])
        if isinstance(level, EditDistance | Damerau) and not 1 <= level.at_most <= 20:
            raise InvalidMatchSettings("at_most must lie between 1 and 20.", path=place)
        if isinstance(level, EditShare) and not 0 < level.at_most < 1:
            raise InvalidMatchSettings("at_most must lie between 0 and 1.", path=place)
        if isinstance(level, JaroWinkler) and not 0 < level.at_least < 1:
            raise InvalidMatchSettings("at_least must lie between 0 and 1.", path=place)
        if isinstance(level, Near) and not level.at_most >= 0:
            raise InvalidMatchSettings("at_most must not be negative.", path=place)


_WORD: Final = {True: "number column", False: "text column"}


def _require(path: str, column: str, known: set[str], kind: str) -> None:
    if column not in known:
        there = ", ".join(sorted(known)) or "none"
        message = f"There is no {kind} {column!r}."
        raise InvalidMatchSettings(message, path=path, cure=f"There are: {there}.")


def _check_numbers(settings: MatchSettings) -> None:
    if not 0.5 <= settings.review <= settings.merge < 1:
        message = "review and merge are probabilities: 0.5 ≤ review ≤ merge < 1."
        raise InvalidMatchSettings(message, path="merge")
    if not -100 <= settings.penalty <= 0:
        raise InvalidMatchSettings("The penalty must lie between -100 and 0.", path="penalty")
    if not 1_000 <= settings.sample <= 100_000_000:
        raise InvalidMatchSettings("The sample must lie between 1000 and 100000000 pairs.", path="sample")
    if settings.max_pairs < 1:
        raise InvalidMatchSettings("max_pairs must be positive.", path="max_pairs")
    for kind, names, most in (
        ("text columns", settings.texts, MAX_TEXTS),
        ("number columns", settings.numbers, MAX_NUMBERS),
        ("levels by frequency", settings.frequencies, MAX_FREQUENCIES),
    ):
        if len(names) > most:
            raise InvalidMatchSettings(f"It uses {len(names)} {kind}; {most} is the most.", path="comparisons")


def _check_learnable(settings: MatchSettings) -> None:
    """Each comparison needs a block that does not choose by it, or nothing could be learnt about it."""
    held = [settings.held_out(block) for block in range(len(settings.blocks))]
    for index, comparison in enumerate(settings.comparisons):
        if all(index in out for out in held):
            raise InvalidMatchSettings(
                f"Every block is made by the fields of {comparison.name!r}, so its weights cannot be learnt.",
                path=f"comparisons[{index}]",
                cure="Add a block whose keys are of other fields.",
            )


def decode(text: str) -> MatchSettings:
    """Settings from JSON or YAML.

    Raises:
        InvalidMatchSettings: it is neither, or cannot be used.
    """
    try:
        return check(msgspec.convert(_parsed(text), MatchSettings))
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        raise InvalidMatchSettings(f"{message}.", path=path.rstrip("`").lstrip(".")) from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        if text.lstrip().startswith("{"):
            raise InvalidMatchSettings("The text is no JSON.", cure="Check commas and quotes.") from None
    try:
        return msgspec.yaml.decode(text)
    except ImportError:
        cure = "Send JSON, or install tributary[matching]."
        raise InvalidMatchSettings("YAML cannot be read here.", cure=cure) from None
    except msgspec.DecodeError:
        raise InvalidMatchSettings("The text is neither JSON nor YAML.", cure="Check its indents.") from None


def encode(settings: MatchSettings) -> str:
    """The settings as JSON, indented. YAML takes it as it is."""
    return msgspec.json.format(msgspec.json.encode(settings), indent=2).decode()
