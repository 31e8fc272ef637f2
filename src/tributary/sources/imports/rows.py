"""Read a file as rows of text: CSV, NDJSON and Parquet, plain or gzipped, in a stream.

Types are never inferred: an inferred type turns 007 into 7 and fails on row 400,001. What a cell means is the
mapping's business.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

import msgspec

from tributary.errors import InvalidRequest
from tributary.sources.imports.mapping import FileOptions

if TYPE_CHECKING:
    import pyarrow as pa

Format = Literal["csv", "ndjson", "parquet"]
Cells = tuple[str | None, ...]

_SUFFIXES: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".txt": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".parquet": "parquet"
}  # fmt: skip
_NDJSON_SAMPLE = 1_000  # objects read to learn the columns; a key that first occurs later must be named in `columns`
_CSV_BLOCK = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts from 1, the header not counted. `cells` follow the columns asked for; None is missing."""

    number: int
    cells: Cells


@dataclass(slots=True)
class RowFile:
    """A file that can be read several times. `bad_rows` are the rows that the last pass could not split into cells."""

    path: Path
    format: Format
    options: FileOptions
    columns: list[str]
    bad_rows: list[tuple[int, str]] = field(default_factory=list)

    def rows(self, columns: list[str]) -> Iterator[Row]:
        """All rows with the cells of `columns`, stripped; cells in `options.missing` are None.

        Raises:
            InvalidRequest: the file cannot be read on; the message says where and why.
        """
        self.bad_rows = []
        missing = frozenset(self.options.missing)
        numbered = {"csv": self._csv, "ndjson": self._ndjson, "parquet": self._parquet}[self.format]
        for number, cells in numbered(columns):
            yield Row(number, tuple([_clean(cell, missing) for cell in cells]))

    def _csv(self, columns: list[str]) -> Iterator[tuple[int, Cells]]:
        import pyarrow as pa  # noqa: PLC0415 (heavy; only an import needs it)

        number = skipped = 0
        try:
            for batch in _open_csv(self.path, self.options, self.columns, columns, self.bad_rows):
                for cells in zip(*[batch.column(name).to_pylist() for name in columns], strict=True):
                    number += 1
                    while skipped < len(self.bad_rows) and self.bad_rows[skipped][0] <= number:
                        skipped += 1  # Arrow leaves bad rows out of the batch; people count them
                        number += 1
                    yield number, cells
        except (pa.ArrowInvalid, OSError, EOFError) as exc:
            raise _unreadable(self.path, f"after row {number:,}: {_first_line(exc)}") from exc

    def _ndjson(self, columns: list[str]) -> Iterator[tuple[int, Cells]]:
        for number, line in _lines(self.path, self.options):
            try:
                flat = _flat(json.loads(line, parse_int=str, parse_float=str))
            except (ValueError, RecursionError) as exc:
                self.bad_rows.append((number, f"not a JSON object: {exc}"))
                continue
            yield number, tuple([flat.get(name) for name in columns])

    def _parquet(self, columns: list[str]) -> Iterator[tuple[int, Cells]]:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415

        try:
            batches = pq.ParquetFile(self.path).iter_batches(batch_size=10_000, columns=columns)
            texts = (zip(*[_as_text(batch.column(name)) for name in columns], strict=True) for batch in batches)
            yield from enumerate(chain.from_iterable(texts), 1)
        except (pa.ArrowException, OSError) as exc:
            raise _unreadable(self.path, _first_line(exc)) from exc


def open_rows(path: Path, options: FileOptions) -> RowFile:
    """Open a file and learn its columns.

    Raises:
        InvalidRequest: the file is absent or empty, its format is unknown, or its header is unusable.
    """
    if not path.is_file():
        raise InvalidRequest(f"There is no file {path}.", cure="Check the path.")
    kind = options.format or _SUFFIXES.get(Path(path.name.removesuffix(".gz")).suffix.lower())
    if kind is None:
        raise InvalidRequest(
            f"The format of {path.name} is not known from its name.",
            cure='Say it in the mapping: [file] format = "csv", "ndjson" or "parquet".',
        )
    if kind == "csv" and options.delimiter == "," and path.name.removesuffix(".gz").endswith(".tsv"):
        options = msgspec.structs.replace(options, delimiter="\t")
    columns = {"csv": _csv_columns, "ndjson": _ndjson_columns, "parquet": _parquet_columns}[kind](path, options)
    doubled = sorted({name for name in columns if columns.count(name) > 1})
    if doubled:
        raise InvalidRequest(
            f"{path.name} has several columns named {', '.join(map(repr, doubled))}.", cure="Rename them."
        )
    return RowFile(path, kind, options, columns)


def _clean(cell: str | None, missing: frozenset[str]) -> str | None:
    if cell is None:
        return None
    cell = cell.strip()
    return None if cell in missing else cell


def _open_csv(
    path: Path, options: FileOptions, names: list[str], wanted: list[str], bad_rows: list[tuple[int, str]]
) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.csv as pc  # noqa: PLC0415

    def note_bad(row: Any) -> str:
        # Arrow says no row number when it parses in several threads, hence use_threads=False below.
        bad_rows.append((int(row.number or 0) - 1, f"{row.actual_columns} cells instead of {row.expected_columns}"))
        return "skip"

    with (
        _bytes(path) as stream,
        pc.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=pc.ReadOptions(block_size=_CSV_BLOCK, encoding=options.encoding, use_threads=False),
            parse_options=pc.ParseOptions(
                delimiter=options.delimiter, newlines_in_values=True, invalid_row_handler=note_bad
            ),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), include_columns=wanted, strings_can_be_null=False
            ),
        ) as reader,
    ):
        yield from reader


def _csv_columns(path: Path, options: FileOptions) -> list[str]:
    try:
        with _bytes(path) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8-sig" if options.encoding == "utf-8" else options.encoding)
            header = next(csv.reader(text, delimiter=options.delimiter), [])
    except (OSError, EOFError, UnicodeError, LookupError, csv.Error) as exc:
        raise _unreadable(path, _first_line(exc)) from exc
    if not header:
        raise InvalidRequest(f"{path.name} is empty.", cure="The first line must name the columns.")
    return header


def _ndjson_columns(path: Path, options: FileOptions) -> list[str]:
    names: dict[str, None] = {}
    for number, line in _lines(path, options):
        if number > _NDJSON_SAMPLE:
            break
        try:
            names.update(dict.fromkeys(_flat(json.loads(line))))
        except ValueError:
            continue  # counted when the rows are read
    if not names:
        raise InvalidRequest(f"{path.name} holds no JSON object in its first {_NDJSON_SAMPLE} lines.", cure="Check it.")
    return list(names)


def _parquet_columns(path: Path, options: FileOptions) -> list[str]:  # noqa: ARG001 (one signature for all formats)
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as exc:
        raise _unreadable(path, _first_line(exc)) from exc


def _bytes(path: Path) -> IO[bytes]:
    if path.name.endswith(".gz"):
        return gzip.open(path, "rb")  # type: ignore[return-value]  # a GzipFile is an IO[bytes] in all we use
    return path.open("rb")


def _lines(path: Path, options: FileOptions) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with _bytes(path) as stream:
            for number, line in enumerate(stream, 1):
                if text := line.decode(options.encoding).strip():
                    yield number, text
    except (OSError, EOFError, UnicodeError, LookupError) as exc:
        raise _unreadable(path, f"after line {number:,}: {_first_line(exc)}") from exc


def _flat(value: object, prefix: str = "") -> dict[str, str | None]:
    """An object as dotted columns; lists stay JSON text.

    Raises:
        ValueError: the line is JSON, but not an object.
    """
    if not isinstance(value, dict):
        raise ValueError("the line is not an object")  # noqa: TRY004 (a fault of the data, not of a type)
    flat: dict[str, str | None] = {}
    for key, item in value.items():
        name = f"{prefix}{key}"
        if isinstance(item, dict):
            flat.update(_flat(item, f"{name}."))
        elif item is None or isinstance(item, str):
            flat[name] = item
        elif isinstance(item, bool):
            flat[name] = "true" if item else "false"
        else:
            flat[name] = json.dumps(item, ensure_ascii=False) if isinstance(item, list) else str(item)
    return flat


def _as_text(column: pa.Array) -> list[str | None]:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.types as pt  # noqa: PLC0415

    if pt.is_string(column.type) or pt.is_large_string(column.type):
        return list(column.to_pylist())
    if pt.is_nested(column.type):
        values = column.to_pylist()
        return [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in values]
    if pt.is_timestamp(column.type):
        values = column.cast(pa.timestamp("us", column.type.tz)).to_pylist()
        return [None if value is None else value.isoformat(sep=" ") for value in values]
    return list(column.cast(pa.string()).to_pylist())


def _unreadable(path: Path, why: str) -> InvalidRequest:
    return InvalidRequest(
        f"{path.name} cannot be read: {why}.",
        cure='Check that it is complete, and its delimiter and encoding: [file] encoding = "gb18030" for old Excel.',
    )


def _first_line(exc: BaseException) -> str:
    return (str(exc) or type(exc).__name__).splitlines()[0].rstrip(".")[:300]
