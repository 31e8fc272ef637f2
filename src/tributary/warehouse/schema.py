"""The warehouse's tables and their numbered migrations.

Every statement may be repeated, so a migration that was cut off is simply run again. A migration is never edited after
a release; a change is a new one. Promoted columns are no migrations: `Warehouse.add_column` adds them while it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, LiteralString

from tributary.core.sql import Sql, identifier, join, raw
from tributary.warehouse.topology import SingleNode, TableSpec

if TYPE_CHECKING:
    import pyarrow as pa

_EVENTS: Final = TableSpec(
    name="events",
    columns=raw(
        "workspace_id UInt32, profile_id UInt64, event LowCardinality(String), type LowCardinality(String), "
        "message_id String, source_id LowCardinality(String), user_id String, anonymous_id String, "
        "timestamp DateTime64(3, 'UTC'), received_at DateTime64(3, 'UTC'), "
        "properties String CODEC(ZSTD(1)), context String CODEC(ZSTD(1)), changes String CODEC(ZSTD(1)), "
        "batch_id LowCardinality(String)"
    ),
    engine="MergeTree",
    arguments="",
    tail="PARTITION BY toYYYYMM(timestamp) ORDER BY (workspace_id, event, profile_id, timestamp)",
    shard_by="profile_id",
)
_PROFILES: Final = TableSpec(
    name="profiles",
    columns=raw(
        "workspace_id UInt32, profile_id UInt64, version UInt64, is_deleted UInt8, traits String CODEC(ZSTD(1)), "
        "identifiers String CODEC(ZSTD(1)), first_seen DateTime64(3, 'UTC'), last_seen DateTime64(3, 'UTC')"
    ),
    engine="ReplacingMergeTree",
    arguments="version, is_deleted",
    tail="ORDER BY (workspace_id, profile_id)",
    shard_by="profile_id",
)
_PROFILE_ALIASES: Final = TableSpec(
    name="profile_aliases",
    columns=raw("profile_id UInt64, canonical_id UInt64, version UInt64"),
    engine="ReplacingMergeTree",
    arguments="version",
    tail="ORDER BY profile_id",
    shard_by="profile_id",
)
_AUDIENCE_MEMBERS: Final = TableSpec(
    name="audience_members",
    columns=raw(
        "workspace_id UInt32, audience_id String, run UInt64, computed_at DateTime64(3, 'UTC'), "
        "members AggregateFunction(groupBitmap, UInt64)"
    ),
    engine="MergeTree",
    arguments="",
    tail="ORDER BY (workspace_id, audience_id, run)",
    shard_by="audience_id",
    # A row is a bitmap of up to megabytes: whoever asks for one run must not read its neighbours.
    settings="index_granularity = 1",
)
_TAG_VALUES: Final = TableSpec(
    name="tag_values",
    columns=raw(
        "workspace_id UInt32, tag_id String, run UInt64, profile_id UInt64, text Nullable(String), "
        "number Nullable(Float64)"
    ),
    engine="MergeTree",
    arguments="",
    tail="ORDER BY (workspace_id, tag_id, run, profile_id)",
    shard_by="profile_id",
)
_RECENT_EVENTS: Final = TableSpec(
    name="recent_events",
    columns=raw(
        "workspace_id UInt32, batch UInt64, position UInt16, stands_for UInt32, handled_at DateTime64(3, 'UTC'), "
        "received_at DateTime64(3, 'UTC'), timestamp DateTime64(3, 'UTC'), status LowCardinality(String), "
        "type LowCardinality(String), event LowCardinality(String), source_id LowCardinality(String), "
        "message_id String, profile_id UInt64, identifiers Array(UInt64), reason LowCardinality(String), "
        "detail String CODEC(ZSTD(1)), quarantine_id String, raw String CODEC(ZSTD(1)), user_id String, "
        "anonymous_id String, properties String CODEC(ZSTD(1)), context String CODEC(ZSTD(1)), "
        "changes String CODEC(ZSTD(1)), inserted_at DateTime DEFAULT now()"
    ),
    engine="MergeTree",
    arguments="",
    # By the engine's own clock, so that an insert lies in one partition; hours are dropped as whole files.
    tail=(
        "PARTITION BY toStartOfHour(inserted_at) ORDER BY (workspace_id, batch, position) "
        "TTL inserted_at + INTERVAL 1 DAY"
    ),
    shard_by="batch",
    settings="ttl_only_drop_parts = 1",
    is_durable=False,
)
# What a matching run works on. Which column holds which field is the run's own affair (`identity.matching`): a run may
# compare anything, and tables cannot be declared per run on a cluster. Rows go with the run, or after a crash by age.
_MATCH_TEXTS: Final = tuple(f"t{n:02}" for n in range(1, 25))
_MATCH_NUMBERS: Final = tuple(f"n{n:02}" for n in range(1, 9))
_MATCH_FREQUENCIES: Final = tuple(f"f{n:02}" for n in range(1, 9))
_MATCH_KEYS: Final = tuple(f"k{n:02}" for n in range(1, 17))
_RUN_TAIL: Final = "TTL inserted_at + INTERVAL 1 DAY"


def _typed(names: tuple[str, ...], type_: LiteralString) -> Sql:
    return join(", ", [identifier(name) + " " + type_ for name in names])


_MATCH_RECORDS: Final = TableSpec(
    name="match_records",
    columns=raw("workspace_id UInt32, run UInt64, id UInt32, ")
    + join(
        ", ",
        [
            _typed(_MATCH_TEXTS, "String"),
            _typed(_MATCH_NUMBERS, "Float64"),
            _typed(_MATCH_FREQUENCIES, "Float64"),
            _typed(_MATCH_KEYS, "UInt64"),
        ],
    )
    + ", inserted_at DateTime DEFAULT now()",
    engine="MergeTree",
    arguments="",
    tail="PARTITION BY run ORDER BY (workspace_id, id) " + _RUN_TAIL,
    shard_by="id",
    settings="ttl_only_drop_parts = 1",
    is_durable=False,
)
_MATCH_PAIRS: Final = TableSpec(
    name="match_pairs",
    columns=raw("workspace_id UInt32, run UInt64, a UInt32, b UInt32, blocks UInt32, levels UInt64, conflict UInt8, ")
    + _typed(_MATCH_FREQUENCIES, "Float64")
    + ", inserted_at DateTime DEFAULT now()",
    engine="MergeTree",
    arguments="",
    tail="PARTITION BY run ORDER BY (workspace_id, levels) " + _RUN_TAIL,
    shard_by="a",
    settings="ttl_only_drop_parts = 1",
    is_durable=False,
)
_MATCH_TABLES: Final = (_MATCH_RECORDS, _MATCH_PAIRS)
_FIRST_TABLES: Final = (_EVENTS, _PROFILES, _PROFILE_ALIASES, _AUDIENCE_MEMBERS, _TAG_VALUES)
TABLES: Final = {table.name: table for table in (*_FIRST_TABLES, _RECENT_EVENTS, *_MATCH_TABLES)}

# Applied migrations are recorded here; the runner itself creates it.
VERSIONS: Final = raw(
    "CREATE TABLE IF NOT EXISTS schema_versions (version UInt32, name String, applied_at DateTime64(3, 'UTC')) "
    "ENGINE = MergeTree ORDER BY version"
)


def _create_tables(topology: SingleNode, database: str, credentials: Sql) -> list[Sql]:
    statements = [statement for table in _FIRST_TABLES for statement in topology.create_table(table, database)]
    # argMax rather than FINAL: the same on every topology. The dictionary is reloaded on demand, never by a timer.
    query = raw("SELECT profile_id, argMax(canonical_id, version) AS canonical_id FROM ") + identifier(database)
    body = raw("(profile_id UInt64, canonical_id UInt64) PRIMARY KEY profile_id SOURCE(CLICKHOUSE(QUERY '") + query
    body = body + ".profile_aliases GROUP BY profile_id'" + credentials + ")) LAYOUT(HASHED()) LIFETIME(0)"
    return [*statements, topology.create_dictionary("aliases", body)]


def _create_recent_events(topology: SingleNode, database: str, _credentials: Sql) -> list[Sql]:
    return topology.create_table(_RECENT_EVENTS, database)


def _create_match_tables(topology: SingleNode, database: str, _credentials: Sql) -> list[Sql]:
    return [statement for table in _MATCH_TABLES for statement in topology.create_table(table, database)]


# (number, name, statements); numbers grow by one.
MIGRATIONS: Final[list[tuple[int, str, Callable[[SingleNode, str, Sql], list[Sql]]]]] = [
    (1, "tables", _create_tables),
    (2, "recent events", _create_recent_events),
    (3, "matching", _create_match_tables),
]


def arrow_schema(table: str) -> pa.Schema:
    """The Arrow schema of rows to insert into a table.

    Raises:
        KeyError: the table does not take Arrow rows (`audience_members` and `match_pairs` are filled by a query).
    """
    import pyarrow as pa  # noqa: PLC0415 (slow to import)

    time = pa.timestamp("ms", "UTC")
    text, word = pa.string(), pa.dictionary(pa.int32(), pa.string())
    columns: dict[str, list[tuple[str, pa.DataType]]] = {
        "events": [
            ("workspace_id", pa.uint32()), ("profile_id", pa.uint64()), ("event", word), ("type", word),
            ("message_id", text), ("source_id", word), ("user_id", text), ("anonymous_id", text), ("timestamp", time),
            ("received_at", time), ("properties", text), ("context", text), ("changes", text), ("batch_id", word),
        ],
        "profiles": [
            ("workspace_id", pa.uint32()), ("profile_id", pa.uint64()), ("version", pa.uint64()),
            ("is_deleted", pa.uint8()), ("traits", text), ("identifiers", text), ("first_seen", time),
            ("last_seen", time),
        ],
        "profile_aliases": [("profile_id", pa.uint64()), ("canonical_id", pa.uint64()), ("version", pa.uint64())],
        "tag_values": [
            ("workspace_id", pa.uint32()), ("tag_id", text), ("run", pa.uint64()), ("profile_id", pa.uint64()),
            ("text", text), ("number", pa.float64()),
        ],
        "recent_events": [
            ("workspace_id", pa.uint32()), ("batch", pa.uint64()), ("position", pa.uint16()),
            ("stands_for", pa.uint32()), ("handled_at", time), ("received_at", time), ("timestamp", time),
            ("status", text), ("type", text), ("event", text), ("source_id", text), ("message_id", text),
            ("profile_id", pa.uint64()), ("identifiers", pa.list_(pa.uint64())), ("reason", text), ("detail", text),
            ("quarantine_id", text), ("raw", text), ("user_id", text), ("anonymous_id", text), ("properties", text),
            ("context", text), ("changes", text),
        ],
        "match_records": [
            ("workspace_id", pa.uint32()), ("run", pa.uint64()), ("id", pa.uint32()),
            *((name, text) for name in _MATCH_TEXTS),
            *((name, pa.float64()) for name in (*_MATCH_NUMBERS, *_MATCH_FREQUENCIES)),
            *((name, pa.uint64()) for name in _MATCH_KEYS),
        ],
    }  # fmt: skip
    return pa.schema(columns[table])
