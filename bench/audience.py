"""An audience of five conditions on 20M events and 1M people, beside the same question written by hand.

The hand-written queries ask exactly the same, newest versions of profiles and merged people included, in chDB on the
very tables of the product and in DuckDB on a copy of them. All three must count the same people.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.report import Figure
from tributary.core.fields import COLUMN_TYPES, FieldKind, field_column, field_table, json_expression
from tributary.core.sql import Sql, bind, identifier, raw
from tributary.rules import Catalog, Field, FieldType, compile_count, decode, resolve
from tributary.warehouse import BATCH, Warehouse, open_warehouse

WORKSPACE = 1
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ROUNDS = 7
CHUNK = 2_000_000

RULE = {
    "kind": "all",
    "rules": [
        {"kind": "trait", "trait": "city", "op": "in", "value": ["上海", "北京", "London"]},
        {"kind": "trait", "trait": "age", "op": "gte", "value": 25},
        {
            "kind": "event",
            "event": "Order Completed",
            "count": {"op": "gte", "value": 2},
            "window": {"kind": "last", "value": 90, "unit": "days"},
        },
        {
            "kind": "event",
            "event": "Product Viewed",
            "count": {"op": "gte", "value": 3},
            "window": {"kind": "last", "value": 30, "unit": "days"},
            "where": [{"property": "category", "op": "is", "value": "女装"}],
        },
        {"kind": "not", "rule": {"kind": "event", "event": "Order Refunded"}},
    ],
}

_BY_HAND = """
SELECT count() FROM profiles FINAL
WHERE workspace_id = 1 AND {city} IN ('上海', '北京', 'London') AND {age} >= 25
  AND profile_id IN (
    SELECT dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id) AS person FROM events
    WHERE workspace_id = 1 AND event IN ('Order Completed', 'Product Viewed', 'Order Refunded')
      AND (event = 'Order Refunded'
           OR (event = 'Order Completed' AND timestamp >= '{d90}')
           OR (event = 'Product Viewed' AND timestamp >= '{d30}' AND {category} = '女装'))
    GROUP BY person
    HAVING countIf(event = 'Order Completed') >= 2 AND countIf(event = 'Product Viewed') >= 3
       AND countIf(event = 'Order Refunded') = 0)
"""
_IN_DUCKDB = """
SELECT count(*) FROM profiles
WHERE city IN ('上海', '北京', 'London') AND age >= 25
  AND profile_id IN (
    SELECT profile_id FROM events
    WHERE event IN ('Order Completed', 'Product Viewed', 'Order Refunded')
      AND (event = 'Order Refunded'
           OR (event = 'Order Completed' AND timestamp >= '{d90}')
           OR (event = 'Product Viewed' AND timestamp >= '{d30}' AND category = '女装'))
    GROUP BY profile_id
    HAVING count(*) FILTER (event = 'Order Completed') >= 2 AND count(*) FILTER (event = 'Product Viewed') >= 3
       AND count(*) FILTER (event = 'Order Refunded') = 0)
"""

CITY = Field("city", FieldType.TEXT, field_column("trait", "city", "text"))
AGE = Field("age", FieldType.NUMBER, field_column("trait", "age", "number"))
CATEGORY = Field("category", FieldType.TEXT, field_column("property", "category", "text"))


def fill(warehouse: Warehouse, events: int, people: int) -> None:
    """Made-up profiles and events, the same on every run; half a year, four kinds of event, skewed towards viewing."""
    used: tuple[tuple[FieldKind, str, Field], ...] = (
        ("trait", "traits", CITY),
        ("trait", "traits", AGE),
        ("property", "properties", CATEGORY),
    )
    for kind, column, field in used:
        default = json_expression(column, field.name, field.type)
        warehouse.add_column(field_table(kind), str(field.column), COLUMN_TYPES[field.type], default)
    warehouse.execute(
        raw(
            "INSERT INTO profiles (workspace_id, profile_id, version, is_deleted, traits, identifiers, "
            "first_seen, last_seen) "
            'SELECT 1, number + 1, 1, 0, concat(\'{"city":"\', '
            "['上海','北京','广州','深圳','杭州','London','Paris','Leeds'][1 + cityHash64(number) % 8], "
            "'\",\"age\":', toString(18 + cityHash64(number, 1) % 50), '}'), '{}', now64(3), now64(3) FROM numbers("
        )
        + bind(people, "UInt64")
        + ")"
    )
    for start in range(0, events, CHUNK):
        warehouse.execute(
            raw(
                "INSERT INTO events (workspace_id, profile_id, event, type, message_id, source_id, user_id, "
                "anonymous_id, "
                "timestamp, received_at, properties, context, changes, batch_id) SELECT 1, 1 + cityHash64(number, 2) % "
            )
            + bind(people, "UInt64")
            + raw(
                ", multiIf(h < 15, 'Product Added', h < 25, 'Order Completed', h < 26, 'Order Refunded', "
                "'Product Viewed'), "
                "'track', toString(number), 'src_bench', '', '', t, t, concat('{\"category\":\"', "
                "['女装','男装','童装','鞋','家居'][1 + cityHash64(number, 4) % 5], '\",\"price\":', "
                "toString(cityHash64(number, 5) % 1000), '}'), '{}', '{}', 'bench' FROM (SELECT number, "
                "cityHash64(number, 3) % 100 AS h, toDateTime64("
            )
            + bind(NOW.strftime("%Y-%m-%d %H:%M:%S"), "String")
            + raw(", 3, 'UTC') - toIntervalSecond(cityHash64(number, 6) % 15552000) AS t FROM numbers(")
            + bind(start, "UInt64")
            + ", "
            + bind(min(CHUNK, events - start), "UInt64")
            + "))"
        )


def measure(events: int = 20_000_000, people: int = 1_000_000) -> list[Figure]:
    """Fill, ask each way in turn, compare the answers, and report medians."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        warehouse = open_warehouse("", Path(folder) / "warehouse")
        warehouse.migrate()
        started = time.perf_counter()
        fill(warehouse, events, people)
        filled = time.perf_counter() - started
        catalog = Catalog(
            WORKSPACE,
            "Asia/Shanghai",
            traits={"city": CITY, "age": AGE},
            properties={"Product Viewed": {"category": CATEGORY}, "Order Completed": {}, "Order Refunded": {}},
        )
        resolved = resolve(decode(RULE), catalog, NOW)
        days = {"d90": "2026-08-25 08:00:00", "d30": "2026-10-24 08:00:00"}
        by_hand = _BY_HAND.format(city=CITY.column, age=AGE.column, category=CATEGORY.column, **days)
        database = duckdb.connect(str(Path(folder) / "duck.db"))
        _copy_to(database, warehouse)
        ways: dict[str, Callable[[], int]] = {
            "product": lambda: int(
                warehouse.query(compile_count(resolved), workspace_id=WORKSPACE, budget=BATCH)[0][0]
            ),
            "hand": lambda: int(
                warehouse.query(Sql((by_hand,)), workspace_id=None, budget=BATCH, dangerously_across_workspaces=True)[
                    0
                ][0]
            ),
            "duckdb": lambda: int(database.execute(_IN_DUCKDB.format(**days)).fetchone()[0]),
        }
        answers = {name: ask() for name, ask in ways.items()}
        if len(set(answers.values())) != 1:
            raise RuntimeError(f"the three ways disagree: {answers}")
        times: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(ROUNDS):
            for name, ask in ways.items():
                started = time.perf_counter()
                ask()
                times[name].append(1000 * (time.perf_counter() - started))
        warehouse.close()
        database.close()
    product, hand, duck = (statistics.median(times[name]) for name in ("product", "hand", "duckdb"))
    return [
        Figure(
            f"audience of 5 conditions, {events / 1e6:.0f}M events, {people / 1e6:g}M people",
            f"{product:.0f} ms ({answers['product']:,} people; filled in {filled:.0f} s)",
            f"by hand in chDB {hand:.0f} ms (ratio {product / hand:.2f}), in DuckDB {duck:.0f} ms",
            "≤ 1.3× by hand",
            product <= 1.3 * hand,
        )
    ]


def _copy_to(database: object, warehouse: Warehouse) -> None:
    """The same rows in DuckDB, in slices so that memory stays small."""
    import duckdb

    assert isinstance(database, duckdb.DuckDBPyConnection)
    slices = {
        "profiles": raw("SELECT profile_id, ")
        + identifier(str(CITY.column))
        + " AS city, "
        + identifier(str(AGE.column))
        + " AS age FROM profiles WHERE profile_id % 8 = ",
        "events": raw("SELECT profile_id, toString(event) AS event, timestamp, ")
        + identifier(str(CATEGORY.column))
        + " AS category FROM events WHERE profile_id % 8 = ",
    }
    for table, select in slices.items():
        for part in range(8):
            rows = warehouse.arrow(
                select + bind(part, "UInt8"), workspace_id=None, budget=BATCH, dangerously_across_workspaces=True
            )
            database.register("rows_now", rows)
            verb = f"CREATE TABLE {table} AS" if part == 0 else f"INSERT INTO {table}"
            database.execute(f"{verb} SELECT * FROM rows_now")
            database.unregister("rows_now")
