"""Records into the columns that are compared.

Each distinct value is brought into form once, however many records have it, so a million records cost about as much
as their distinct names and addresses. What says nothing (`null`, `未知`, 00000000) becomes missing, which is the empty
text and, of a number, NaN.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
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
        "+8613800138000", "-", "-1", "13800138000", "[object object]", "anon", "anonymous", "default", "guest", "n/a",
        "na", "nan", "nil", "noemail@noemail.com", "none", "null", "test", "test@test.com", "undefined", "unknown",
        "不详", "保密", "先生", "匿名", "女士", "客户", "小姐", "无", "暂无", "未知", "测试", "游客", "用户", "空",
    }
)  # fmt: skip
_ONE_CHARACTER = re.compile(r"[0\-]*|(\d)\1{7,}")
_DATE = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?(?:[T ].*)?")
_NOT_CODE = re.compile(r"[^0-9A-Z\u3400-\u9fff]+")
_BLANKS = re.compile(r"\s+")
_MOBILE = re.compile(r"1[3-9]\d{9}")  # most phones, and far quicker than asking for all countries' numbers
_AT_A_TIME: Final = 50_000  # distinct values turned into Python text at once
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


def _exact(value: str) -> Parts:
    return (value,)


def _number(value: str) -> Parts:
    try:
        number = float(value)
    except ValueError:
        return (math.nan,)
    return (number if math.isfinite(number) else math.nan,)


_PARTS: Final[dict[str, Callable[[str], Parts]]] = {
    "name": _name, "phone": _phone, "email": _email, "address": _address, "date": _date, "text": _text, "code": _code,
    "exact": _exact, "number": _number,
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
    """A text column: the distinct values, and which of them each record has. A missing value is ''.

    Values are Arrow text, since a million Python strings take five times the memory.
    """

    values: pa.Array
    codes: npt.NDArray[np.int32]

    @property
    def empty(self) -> int:
        """The code of the missing value, -1 if no record has it."""
        import pyarrow.compute as pc  # noqa: PLC0415 (slow to import)

        return int(pc.index(self.values, "").as_py())

    def counts(self) -> npt.NDArray[np.int64]:
        """How many records have each value; of '', none."""
        counts = np.bincount(self.codes, minlength=len(self.values)).astype(np.int64)
        if self.empty >= 0:
            counts[self.empty] = 0
        return counts

    def hashes(self, first: int = 0, last: int = 0) -> npt.NDArray[np.uint64]:
        """A hash of each distinct value, or of its first or last characters; of '', 0."""
        cut = slice(first) if first else slice(-last, None) if last else slice(None)
        hashes = np.zeros(len(self.values), np.uint64)
        for start in range(0, len(self.values), _AT_A_TIME):
            values = self.values.slice(start, _AT_A_TIME).to_pylist()
            hashes[start : start + len(values)] = [value_hash(value[cut]) if value else 0 for value in values]
        return hashes


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
            codes = pa.array(column.codes, mask=column.codes == column.empty)
            columns[name] = column.values.take(codes)
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
            given = encoded.dictionary
            codes = pc.fill_null(encoded.indices.take(order), len(given)).to_numpy().astype(np.int32)
            del encoded
        else:
            codes, given = np.zeros(len(ids), np.int32), pa.array([], pa.string())
        names = _columns_of(field)
        text_parts, number_parts = _all_parts(field, given, set(names) & used_texts, set(names) & used_numbers)
        texts |= {name: _encoded(values, codes) for name, values in text_parts.items()}
        numbers |= {name: values[codes] for name, values in number_parts.items()}
        del given, text_parts, number_parts
        pa.default_memory_pool().release_unused()  # or it keeps what each field needed, and all fields add up
    return Standardised(
        ids, {name: texts[name] for name in settings.texts}, {name: numbers[name] for name in settings.numbers}
    )


def _all_parts(
    field: Field, given: pa.Array, texts: set[str], numbers: set[str]
) -> tuple[dict[str, pa.ChunkedArray], dict[str, npt.NDArray[np.float64]]]:
    """The wanted columns of distinct values, and at the end of a missing one."""
    import pyarrow as pa  # noqa: PLC0415 (slow to import)

    names = _columns_of(field)
    text_chunks: dict[str, list[Any]] = {name: [] for name in names if name in texts}
    number_chunks: dict[str, list[Any]] = {name: [] for name in names if name in numbers}
    for start in range(0, len(given) + 1, _AT_A_TIME):
        values: list[str | None] = given.slice(start, _AT_A_TIME).to_pylist()
        if start + _AT_A_TIME > len(given):
            values.append(None)
        parts = [_parts(field, value) for value in values]
        for index, name in enumerate(names):
            if name in texts:
                text_chunks[name].append(pa.array([part[index] for part in parts], pa.string()))
            elif name in numbers:
                number_chunks[name].append(np.array([part[index] for part in parts], np.float64))
    return (
        {name: pa.chunked_array(chunks) for name, chunks in text_chunks.items()},
        {name: np.concatenate(chunks) for name, chunks in number_chunks.items()},
    )


def _encoded(values: pa.ChunkedArray, codes: npt.NDArray[np.int32]) -> Column:
    """The same column over distinct values: different spellings become one."""
    encoded = values.combine_chunks().dictionary_encode()
    return Column(encoded.dictionary, encoded.indices.to_numpy().astype(np.int32)[codes])
