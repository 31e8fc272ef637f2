"""Files to events: what a mapping means, what it refuses, and that every row is accounted for."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tributary.core.clock import ManualClock
from tributary.core.envelope import decode_envelope
from tributary.errors import InvalidRequest
from tributary.sources.imports import (
    ImportSummary,
    Mapped,
    Rejected,
    decode_mapping,
    fingerprint,
    map_file,
    open_rows,
    read_mapping,
    write_events,
)
from tributary.stream.port import Position

ORDERS = """
name = "orders"
timezone = "Asia/Shanghai"
[[track]]
event = "Order Completed"
group_by = ["order"]
user_id = "{customer}"
guest_id = "guest-{order}"
timestamp = { column = "at" }
[track.properties]
order_id = "{order}"
total = { sum = "quantity * price" }
lines = { count = "rows" }
[track.products]
sku = "{sku}"
quantity = { column = "quantity", type = "integer" }
"""
HEADER = "order,customer,at,sku,quantity,price\n"


def run(path: Path, mapping_text: str) -> tuple[list[dict], list[Rejected], ImportSummary]:
    mapping, summary = decode_mapping(mapping_text.encode()), ImportSummary()
    outcomes = list(map_file(mapping, open_rows(path, mapping.file), summary))
    events = [outcome.event for outcome in outcomes if isinstance(outcome, Mapped)]
    return events, [outcome for outcome in outcomes if isinstance(outcome, Rejected)], summary


def csv_file(folder: Path, text: str, name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_the_lines_of_an_order_fold_into_one_event(tmp_path):
    text = HEADER + "o1,c1,2026-03-01 09:00:00,a,2,1.10\no1,c1,2026-03-01 09:00:00,b,1,0.05\n"
    (event,), rejected, summary = run(csv_file(tmp_path, text), ORDERS)
    assert event["type"] == "track"
    assert event["event"] == "Order Completed"
    assert event["userId"] == "c1"
    assert "anonymousId" not in event
    assert event["timestamp"] == "2026-03-01T01:00:00.000Z"
    assert event["properties"] == {
        "order_id": "o1",
        "total": 2.25,
        "lines": 2,
        "products": [{"sku": "a", "quantity": 2}, {"sku": "b", "quantity": 1}],
    }
    assert rejected == []
    assert (summary.rows, summary.rows_rejected, summary.rows_unused) == (2, 0, 0)


lines = st.lists(
    st.tuples(
        st.sampled_from(["o1", "o2", "o3", "订单4", ""]),
        st.integers(-50, 50),
        st.decimals(0, 1000, places=2),
    ),
    max_size=40,
)


@given(lines)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_folding_keeps_every_line_and_every_cent_wherever_the_lines_stand(tmp_path, lines):
    text = HEADER + "".join(f"{order},c,2026-01-01,x,{n},{price}\n" for order, n, price in lines)
    mapping = ORDERS.replace('"guest-{order}"', '"guest"').replace('order_id = "{order}"', "")
    events, rejected, summary = run(csv_file(tmp_path, text), mapping)
    expected = defaultdict(Decimal)
    for order, quantity, price in lines:
        expected[order] += quantity * price
    assert sorted(event["properties"]["total"] for event in events) == sorted(float(v) for v in expected.values())
    assert sum(event["properties"]["lines"] for event in events) == len(lines) == summary.rows
    assert len({event["messageId"] for event in events}) == len(expected)
    assert rejected == []


def test_the_same_file_gives_the_same_events_again(tmp_path):
    path = csv_file(tmp_path, HEADER + "o1,c1,2026-03-01,a,2,1\no2,,2026-03-01,a,2,1\n")
    assert run(path, ORDERS) == run(path, ORDERS)


def test_an_order_without_a_customer_is_kept_under_a_guest(tmp_path):
    (event,), _, _ = run(csv_file(tmp_path, HEADER + "o1,,2026-03-01,a,2,1\n"), ORDERS)
    assert event["anonymousId"] == "guest-o1"
    assert "userId" not in event


def test_one_bad_line_rejects_its_whole_order_and_no_other(tmp_path):
    text = HEADER + "o1,c,2026-03-01,a,2,1\no2,c,2026-03-01,a,1,1\no1,c,2026-03-01,b,two,1\no1,c,2026-03-01,c,1,1\n"
    events, (bad,), summary = run(csv_file(tmp_path, text), ORDERS)
    assert [event["properties"]["order_id"] for event in events] == ["o2"]
    assert (bad.block, bad.row, bad.column, bad.rows) == ("track[0]", 3, "quantity", (1, 3, 4))
    assert bad.cells["sku"] == "b"
    assert "'two' is not a number" in bad.reason
    assert (summary.rows, summary.rows_rejected) == (4, 3)
    assert summary.as_dict()["lost"] == [
        {
            "block": "track[0]",
            "event": "Order Completed",
            "events": 1,
            "rows": 3,
            "reasons": {"quantity: is not a number": 1},
        }
    ]


def test_a_bad_cell_costs_only_the_event_of_its_block_and_the_summary_says_so(tmp_path):
    mapping = (
        ORDERS
        + """
[[identify]]
group_by = ["customer"]
user_id = "{customer}"
timestamp = { column = "at" }
"""
    )
    rows = "".join(f"o{number},c,2026-03-0{number},a,2,1\n" for number in range(1, 9))
    events, rejected, summary = run(csv_file(tmp_path, HEADER + rows + "o9,c,soon,a,2,1\nbroken\n"), mapping)
    assert [event["properties"]["order_id"] for event in events] == [f"o{number}" for number in range(1, 9)]
    assert {bad.block: bad.rows for bad in rejected} == {
        "track[0]": (9,), "identify[0]": tuple(range(1, 10)), "row": (10,)
    }  # fmt: skip
    assert (summary.rows, summary.rows_partial, summary.rows_rejected, summary.rows_unused) == (10, 8, 2, 0)
    assert {loss["event"]: (loss["events"], loss["rows"]) for loss in summary.as_dict()["lost"]} == {
        "$identify": (1, 9), "Order Completed": (1, 1), "": (1, 1)
    }  # fmt: skip


def test_a_time_that_is_none_rejects_the_order(tmp_path):
    _, rejected, _ = run(csv_file(tmp_path, HEADER + "o1,c,soon,a,2,1\no2,c,,a,2,1\n"), ORDERS)
    assert [(bad.column, bad.reason) for bad in rejected] == [
        ("at", "'soon' is not an ISO 8601 time"),
        ("at", "the time is missing"),
    ]


def test_rows_that_do_not_split_are_rejected_under_their_number(tmp_path):
    text = HEADER + "o1,c,2026-03-01,a,2,1\nbroken,row\no2,c,2026-03-01,a,two,1\n"
    events, rejected, summary = run(csv_file(tmp_path, text), ORDERS)
    assert len(events) == 1
    assert sorted((bad.row, bad.block) for bad in rejected) == [(2, "row"), (3, "track[0]")]
    assert (summary.rows, summary.rows_rejected) == (3, 2)


CONDITIONS = """
name = "c"
[[track]]
event = "Order Refunded"
when = [{ column = "order", starts_with = "C" }]
user_id = "{customer}"
timestamp = { column = "at" }
properties = { total = { column = "price", type = "number", negate = true } }
[[track]]
event = "Order Completed"
when = [{ column = "order", starts_with = "C", unless = true }, { column = "customer", is = "present" }]
user_id = "{customer}"
timestamp = { column = "at" }
[[identify]]
when = [{ column = "customer", is = "present" }, { column = "sku", one_of = ["a", "b"] }]
group_by = ["customer"]
user_id = "{customer}"
timestamp = { column = "at" }
traits = { "address.city" = "{sku}", first = { column = "order", pick = "first" }, vip = true }
context = { "campaign.source" = "file" }
"""


def test_conditions_choose_the_blocks_and_unused_rows_are_counted(tmp_path):
    text = HEADER + "C1,c,2026-03-01,a,1,-5\no1,c,2026-03-02,b,1,5\no2,,2026-03-03,z,1,5\n"
    events, rejected, summary = run(csv_file(tmp_path, text), CONDITIONS)
    by_type = {event.get("event", event["type"]): event for event in events}
    assert by_type["Order Refunded"]["properties"] == {"total": 5}
    assert by_type["identify"]["traits"] == {"address": {"city": "b"}, "first": "C1", "vip": True}
    assert by_type["identify"]["context"] == {"campaign": {"source": "file"}}
    assert by_type["identify"]["timestamp"] == "2026-03-02T00:00:00.000Z"
    assert rejected == []
    assert (summary.events, summary.rows_unused) == (
        {"Order Completed": 1, "Order Refunded": 1, "$identify": 1},
        1,
    )


TYPES = """
name = "types"
[file]
missing = ["", "-"]
[[identify]]
user_id = "{id}"
timestamp = { column = "at", format = "%d.%m.%Y %H:%M" }
[identify.traits]
code = "{code}"
amount = { column = "amount", type = "number" }
agrees = { column = "agrees", type = "boolean" }
born = { column = "born", type = "date", format = "%d/%m/%Y" }
seen = { column = "seen", type = "datetime" }
tags = { column = "tags", type = "list", separator = "|" }
level = { value = "gold" }
"""


def test_cells_become_values_of_the_declared_types(tmp_path):
    text = (
        "id,at,code,amount,agrees,born,seen,tags\n"
        "1,31.12.2025 23:59,007,1e2,是,05/11/1990,2026-01-01T08:00:00+08:00,a| b ||c\n"
        "2,31.12.2025 23:59,-,-,-,-,-,-\n"
    )
    (first, second), _, _ = run(csv_file(tmp_path, text), TYPES)
    assert first["timestamp"] == "2025-12-31T23:59:00.000Z"
    assert first["traits"] == {
        "code": "007",
        "amount": 100,
        "agrees": True,
        "born": "1990-11-05",
        "seen": "2026-01-01T00:00:00.000Z",
        "tags": ["a", "b", "c"],
        "level": "gold",
    }
    assert second["traits"] == {"level": "gold"}
    assert first["messageId"] != second["messageId"]


def test_wall_clock_times_follow_the_zone_and_its_summer(tmp_path):
    mapping = ORDERS.replace("Asia/Shanghai", "Europe/London")
    text = HEADER + "o1,c,2011-01-05 10:00:00,a,1,1\no2,c,2011-07-05 10:00:00,a,1,1\n"
    events, _, _ = run(csv_file(tmp_path, text), mapping)
    assert [event["timestamp"][11:16] for event in events] == ["10:00", "09:00"]


ROWS = [
    {"order": "o1", "customer": "c1", "at": "2026-03-01 09:00:00", "sku": "00a", "quantity": "2", "price": "1.10"},
    {"order": "o2", "customer": None, "at": "2026-03-02 09:00:00", "sku": 'b,\n"c"', "quantity": "1", "price": "3"},
]


@pytest.mark.parametrize("name", ["f.csv", "f.csv.gz", "f.tsv", "f.ndjson", "f.jsonl.gz", "f.parquet"])
def test_every_format_gives_the_same_events(tmp_path, name):
    path = tmp_path / name
    if "parquet" in name:
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    elif "json" in name:
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS)
        csv_file(tmp_path, text.replace('"2"', "2").replace('"1.10"', "1.10"), name)
    else:
        tab = "\t" if "tsv" in name else ","
        quoted = [["" if v is None else '"' + v.replace('"', '""') + '"' for v in row.values()] for row in ROWS]
        csv_file(tmp_path, "\n".join(tab.join(row) for row in [list(ROWS[0]), *quoted]) + "\n", name)
    events, rejected, _ = run(path, ORDERS)
    assert rejected == []
    assert [event["properties"]["total"] for event in events] == [2.2, 3]
    assert [event["properties"]["products"][0]["sku"] for event in events] == ["00a", 'b,\n"c"']


def test_parquet_types_become_text(tmp_path):
    table = pa.table(
        {
            "id": pa.array([7, 8]),
            "at": pa.array([datetime(2026, 1, 1, 12, tzinfo=UTC)] * 2, pa.timestamp("us", "UTC")),
            "amount": pa.array([1.5, None]),
            "ok": pa.array([True, False]),
        }
    )
    pq.write_table(table, tmp_path / "f.parquet")
    mapping = """
    name = "p"
    [[identify]]
    user_id = "{id}"
    timestamp = { column = "at" }
    traits = { amount = { column = "amount", type = "number" }, ok = { column = "ok", type = "boolean" } }
    """
    events, _, _ = run(tmp_path / "f.parquet", mapping)
    assert [event["userId"] for event in events] == ["7", "8"]
    assert [event["traits"] for event in events] == [{"amount": 1.5, "ok": True}, {"ok": False}]
    assert events[0]["timestamp"] == "2026-01-01T12:00:00.000Z"


def test_an_old_chinese_encoding_can_be_named(tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes((HEADER + "o1,张三,2026-03-01,a,1,1\n").encode("gb18030"))
    with pytest.raises(InvalidRequest, match="gb18030"):
        run(path, ORDERS)
    (event,), _, _ = run(path, ORDERS.replace("[[track]]", '[file]\nencoding = "gb18030"\n[[track]]'))
    assert event["userId"] == "张三"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("name =", "nmae ="), "the top"),
        (('"orders"', '"or ders"'), "name"),
        (("Asia/Shanghai", "Asia/Shangai"), "timezone"),
        (('timestamp = { column = "at" }', ""), "track[0]"),
        (('column = "at"', 'column = "when"'), "track[0].timestamp"),
        (('user_id = "{customer}"', 'user_id = "{client}"'), "track[0].user_id"),
        (('sum = "quantity * price"', 'sum = "quantity * cost"'), "track[0].properties.total"),
        (('sum = "quantity * price"', 'sum = "quantity *"'), "track[0].properties.total"),
        (('{ count = "rows" }', '{ count = "lines" }'), "track[0].properties.lines"),
        (('{ count = "rows" }', '{ counts = "rows" }'), "track[0].properties.lines"),
        (('type = "integer"', 'type = "int"'), "track[0].products.quantity"),
        (('sku = "{sku}"', 'sku = { sum = "price" }'), "track[0].products.sku"),
        (('"guest-{order}"', '"g"\nanonymous_id = "a"'), "track[0]"),
        (('event = "Order Completed"', 'event = " "'), "track[0].event"),
        (("group_by", 'when = [{ column = "sku" }]\ngroup_by'), "track[0].when[0]"),
        (("group_by", 'when = [{ column = "sku", matches = "(" }]\ngroup_by'), "track[0].when[0].matches"),
        (('group_by = ["order"]', ""), "track[0].properties.lines"),
        (('{ column = "quantity", type = "integer" }', '{ column = "quantity", negate = true }'),
         "track[0].products.quantity"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_mapping_is_named_with_its_place(tmp_path, change, place):
    path = csv_file(tmp_path, HEADER + "o1,c,2026-03-01,a,2,1\n")
    assert change[0] in ORDERS
    with pytest.raises(InvalidRequest) as caught:
        run(path, ORDERS.replace(*change))
    assert caught.value.attrs["path"] == place
    assert caught.value.cure


@pytest.mark.parametrize("text", ["name = ", "name = 'x'", ""])
def test_a_mapping_that_is_no_mapping_is_refused(text):
    with pytest.raises(InvalidRequest):
        decode_mapping(text.encode())


def test_json_mappings_work_alike():
    mapping = {"name": "j", "identify": [{"user_id": "{id}", "timestamp": {"column": "at"}}]}
    assert decode_mapping(json.dumps(mapping).encode(), "json").identify[0].user_id == "{id}"
    with pytest.raises(InvalidRequest, match="JSON"):
        decode_mapping(b"{", "json")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("f.xlsx", b"PK", "format"),
        ("f.csv", b"", "empty"),
        ("f.csv", b"a,b,a\n1,2,3\n", "several columns"),
        ("f.ndjson", b"[1]\nx\n", "no JSON object"),
        ("f.parquet", b"PAR1", "cannot be read"),
        ("f.csv.gz", gzip.compress(b"order,customer,at,sku,quantity,price\n" * 99, mtime=0)[:40], "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidRequest, match=words):
        run(tmp_path / name, ORDERS)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(InvalidRequest, match="no file"):
        run(tmp_path / "absent.csv", ORDERS)


class Log:
    """A log in memory."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []

    def append_sync(self, payload: bytes) -> Position:
        self.payloads.append(payload)
        return Position(3, len(self.payloads) - 1)


def test_events_reach_the_log_as_backfill_and_rejects_their_file(tmp_path):
    text = HEADER + "".join(f"o{n},c,2026-03-01,a,{'x' if n == 700 else 1},1\n" for n in range(1_200))
    mapping, summary, log, clock = decode_mapping(ORDERS.encode()), ImportSummary(), Log(), ManualClock()
    rejects = tmp_path / "rejects.ndjson"
    rows = open_rows(csv_file(tmp_path, text), mapping.file)
    positions = write_events(
        map_file(mapping, rows, summary),
        log,
        workspace_id=4,
        source_id="src_x",
        clock=clock,
        rejects=rejects,
        summary=summary,
    )
    envelopes = [decode_envelope(payload) for payload in log.payloads]
    events = [json.loads(event) for envelope in envelopes for event in envelope.events]
    assert [len(envelope.events) for envelope in envelopes] == [500, 500, 199]
    assert positions == {3: 3}
    assert summary.records == 3
    assert {event["properties"]["order_id"] for event in events} == {f"o{n}" for n in range(1_200) if n != 700}
    for envelope in envelopes:
        assert envelope.is_backfill
        assert (envelope.workspace_id, envelope.source_id) == (4, "src_x")
        # Sent when received: a corrected time would be received_at - (sent_at - original) = original.
        assert datetime.fromisoformat(envelope.sent_at or "").timestamp() * 1000 == envelope.received_at_ms
    (line,) = rejects.read_text().splitlines()
    assert json.loads(line)["row"] == 701
    assert rejects.stat().st_mode & 0o077 == 0


def test_no_rejects_leave_no_file(tmp_path):
    mapping, summary = decode_mapping(ORDERS.encode()), ImportSummary()
    rows = open_rows(csv_file(tmp_path, HEADER + "o1,c,2026-03-01,a,1,1\n"), mapping.file)
    (tmp_path / "rejects").write_text("of an earlier run")
    write_events(
        map_file(mapping, rows, summary),
        Log(),
        workspace_id=1,
        source_id="s",
        clock=ManualClock(),
        rejects=tmp_path / "rejects",
        summary=summary,
    )
    assert not (tmp_path / "rejects").exists()


def test_the_fingerprint_is_of_both_files(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_text("xy")
    b.write_text("z")
    first = fingerprint(a, b)
    assert fingerprint(a, b) == first
    a.write_text("x")
    b.write_text("yz")
    assert fingerprint(a, b) != first


def test_the_example_mapping_of_the_documentation_is_right():
    mapping = read_mapping(Path(__file__).parents[3] / "docs" / "examples" / "online_retail.mapping.toml")
    assert [block.event for block in mapping.track] == ["Order Completed", "Order Refunded"]
