"""Records into the columns that are compared.

Each distinct value is brought into form once, however many records have it, so a million records cost about as much
as their distinct names and addresses. What says nothing (`null`, `未知`, 00000000) becomes missing, which is the empty
text and, of a number, NaN.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import xxhash

from tributary.errors import InvalidRequest
from tributary.identity.matching.chinese import split_address, split_name
from tributary.identity.matching.settings import NUMBER_PARTS, TEXT_PARTS, Field, MatchSettings
from tributary.identity.normalise import Rejected, clean_text, normalise_email, normalise_phone

if TYPE_CHECKING:
    import pyarrow as pa

MAX_CHARACTERS: Final = 200  # of a text; edit distances grow with the square
_NOTHING: Final = frozenset(
    {
        "-", "-1", "null", "undefined", "none", "nil", "nan", "n/a", "na", "anonymous", "anon", "guest", "unknown", "test",
        "[object object]", "default", "test@test.com", "noemail@noemail.com", "未知", "无", "测试", "匿名", "游客", "空", "暂无",
        "先生", "女士", "小姐", "用户", "客户", "不详", "保密", "13800138000", "+8613800138000",
    }
)  # fmt: skip
_ONE_CHARACTER = re.compile(r"[0\-]*|(\d)\1{7,}")
_DATE = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?(?:[T ].*)?")
_NOT_CODE = re.compile(r"[^0-9A-Z\u3400-\u9fff]+")
_BLANKS = re.compile(r"\s+")
_MOBILE = re.compile(r"1[3-9]\d{9}")  # most phones, and far quicker than asking for all countries' numbers
_EPOCH: Final = date(1970, 1, 1).toordinal()

Value = str | float
Parts = tuple[Value, ...]


def _missing(value: str) -> bool:
    return value.lower() in _NOTHING or _ONE_CHARACTER.fullmatch(value) is not None


def _name(value: str) -> Parts:
    name = split_name(value.lower())
    return ("", "", "", "") if _missing(name.text) else (name.text, name.pinyin, name.surname, name.given)


def _phone(value: str) -> Parts:
    if _MOBILE.fullmatch(value) and value not in _NOTHING:
        return ("+86" + value,)
    try:
        phone = normalise_phone(value)
    except Rejected:
        phone = "".join(c for c in value if c.isdigit())
    return ("" if len(phone) < 5 or _missing(phone) else phone,)


def _email(value: str) -> Parts:
    try:
        email = normalise_email(value)
    except Rejected:
        email = value.lower()
    if _missing(email):
        return ("", "")
    local, _, host = email.partition("@")
    local = local.partition("+")[0]
    return (email, local.replace(".", "") if host in {"gmail.com", "googlemail.com"} else local)


def _address(value: str) -> Parts:
    address = split_address(value.lower())
    return ("".join(address[:4]), *address)


def _date(value: str) -> Parts:
    found = _DATE.fullmatch(value.replace("年", "-").replace("月", "-").replace("日", ""))
    if not found:
        digits = "".join(c for c in value if c.isdigit())
        return (digits, "", "", math.nan)
    year, month, day = (int(part) for part in found.groups())
    text = f"{year:04}{month:02}{day:02}"
    try:
        days = float(date(year, month, day).toordinal() - _EPOCH)
    except ValueError:
        days = math.nan
    return (text, f"{year:04}-{month:02}-{day:02}", f"{year:04}-{day:02}-{month:02}", days)


def _text(value: str) -> Parts:
    return (_BLANKS.sub(" ", value.lower()),)


def _code(value: str) -> Parts:
    return (_NOT_CODE.sub("", value.upper()),)


def _number(value: str) -> Parts:
    try:
        number = float(value)
    except ValueError:
        return (math.nan,)
    return (number if math.isfinite(number) else math.nan,)


_PARTS: Final[dict[str, Callable[[str], Parts]]] = {
    "name": _name, "phone": _phone, "email": _email, "address": _address, "date": _date, "text": _text, "code": _code,
    "number": _number,
}  # fmt: skip


def _columns_of(field: Field) -> list[str]:
    parts = (*TEXT_PARTS[field.kind], *NUMBER_PARTS.get(field.kind, ()))
    return [field.name + part for part in parts]


def _parts(field: Field, value: str | None) -> Parts:
    """The values of all columns of a field; missing ones if the value says nothing."""
    text = clean_text(value)[:MAX_CHARACTERS] if value else ""
    empty = ("",) * len(TEXT_PARTS[field.kind]) + (math.nan,) * len(NUMBER_PARTS.get(field.kind, ()))
    # A number may be 0 or -1; of all else that is how systems write nothing.
    if not text or (field.kind != "number" and _missing(text)):
        return empty
    return _PARTS[field.kind](text)


def standardise(record: Mapping[str, Any], settings: MatchSettings) -> dict[str, Value]:
    """One record's columns, of all its fields.

    Raises:
        Unavailable: a value is Chinese and the extra `matching` is not installed.
    """
    columns: dict[str, Value] = {}
    for field in settings.fields:
        raw_value = record.get(field.source or field.name)
        value = None if raw_value is None else str(raw_value)
        columns |= dict(zip(_columns_of(field), _parts(field, value), strict=True))
    return columns


@dataclass(frozen=True, slots=True)
class Column:
    """A text column: the distinct values, and which of them each record has. A missing value is ''."""

    values: list[str]
    codes: npt.NDArray[np.int32]

    def counts(self) -> npt.NDArray[np.int64]:
        """How many records have each value; of '', none."""
        counts = np.bincount(self.codes, minlength=len(self.values)).astype(np.int64)
        if "" in self.values:
            counts[self.values.index("")] = 0
        return counts

    def hashes(self, first: int = 0, last: int = 0) -> npt.NDArray[np.uint64]:
        """A hash of each distinct value, or of its first or last characters; of '', 0."""
        cut = slice(first) if first else slice(-last, None) if last else slice(None)
        return np.array([value_hash(value[cut]) if value else 0 for value in self.values], np.uint64)


def value_hash(value: str) -> int:
    """The hash under which a value is known where values may not be written."""
    return xxhash.xxh3_64_intdigest(value.encode())


@dataclass(frozen=True, slots=True)
class Standardised:
    """Records ready to be compared, in the order of their ids."""

    ids: pa.Array
    texts: dict[str, Column]
    numbers: dict[str, npt.NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.ids)

    def table(self) -> pa.Table:
        """All columns as one Arrow table, missing values as null; for looking at, and for measuring others by."""
        import pyarrow as pa  # noqa: PLC0415 (slow to import)

        columns: dict[str, Any] = {"id": self.ids}
        for name, column in self.texts.items():
            values = pa.array([value or None for value in column.values], pa.string())
            columns[name] = values.take(pa.array(column.codes))
        for name, numbers in self.numbers.items():
            columns[name] = pa.array(numbers, from_pandas=True)
        return pa.table(columns)


def standardise_table(records: pa.Table, settings: MatchSettings) -> Standardised:
    """The columns that `settings` uses, of a table with the column `id` and the fields' sources.

    Ids are whole numbers or text, each only once. A field whose source is not there is missing in every record.

    Raises:
        InvalidRequest: ids are missing or double, or there are too many records.
        Unavailable: a value is Chinese and the extra `matching` is not installed.
    """
    import pyarrow as pa  # noqa: PLC0415 (slow to import)
    import pyarrow.compute as pc  # noqa: PLC0415

    if "id" not in records.column_names or records.column("id").null_count:
        raise InvalidRequest("Every record to match needs an id.", cure="Add the column `id`.")
    if records.num_rows > 2**31:
        raise InvalidRequest("There are more than two billion records to match.", cure="Match a part of them.")
    ids = records.column("id").combine_chunks()
    order = pc.sort_indices(ids)
    ids = ids.take(order)
    if len(pc.unique(ids)) != len(ids):
        raise InvalidRequest("Two records to match have the same id.", cure="Send each record once.")
    used_texts, used_numbers = set(settings.texts), set(settings.numbers)
    texts: dict[str, Column] = {}
    numbers: dict[str, npt.NDArray[np.float64]] = {}
    for field in settings.fields:
        source = field.source or field.name
        if source in records.column_names:
            encoded = records.column(source).cast(pa.string()).combine_chunks().dictionary_encode()
            codes = pc.fill_null(encoded.indices.take(order), len(encoded.dictionary)).to_numpy().astype(np.int32)
            given = [*encoded.dictionary.to_pylist(), None]
        else:
            codes, given = np.zeros(len(ids), np.int32), [None]
        parts = [_parts(field, value) for value in given]
        for index, name in enumerate(_columns_of(field)):
            values = [part[index] for part in parts]
            if name in used_texts:
                texts[name] = _encoded([str(value) for value in values], codes)
            elif name in used_numbers:
                numbers[name] = np.array(values, np.float64)[codes]
    return Standardised(
        ids, {name: texts[name] for name in settings.texts}, {name: numbers[name] for name in settings.numbers}
    )


def _encoded(values: Sequence[str], codes: npt.NDArray[np.int32]) -> Column:
    """The same column over distinct values: different spellings become one."""
    known: dict[str, int] = {}
    renumbered = np.array([known.setdefault(value, len(known)) for value in values], np.int32)
    return Column(list(known), renumbered[codes])
