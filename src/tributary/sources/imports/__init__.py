"""Import files: rows of CSV, NDJSON or Parquet become events in the log, as a mapping file says.

mapping = read_mapping(Path("orders.mapping.toml"))
rows = open_rows(Path("orders.csv.gz"), mapping.file)
for outcome in map_file(mapping, rows, ImportSummary()):  # events and rejections
    ...
"""

from tributary.sources.imports.fold import Mapped, Rejected
from tributary.sources.imports.mapping import Mapping, decode_mapping, read_mapping
from tributary.sources.imports.record import (
    fail_import,
    find_earlier_import,
    fingerprint,
    finish_import,
    get_import,
    list_imports,
    start_import,
)
from tributary.sources.imports.rows import RowFile, open_rows
from tributary.sources.imports.run import ImportSummary, Loss, map_file, write_events

__all__ = [
    "ImportSummary",
    "Loss",
    "Mapped",
    "Mapping",
    "Rejected",
    "RowFile",
    "decode_mapping",
    "fail_import",
    "find_earlier_import",
    "fingerprint",
    "finish_import",
    "get_import",
    "list_imports",
    "map_file",
    "open_rows",
    "read_mapping",
    "start_import",
    "write_events",
]
