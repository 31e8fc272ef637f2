"""The warehouse behaves the same in the process and over HTTP, on one node and on two shards."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.clickhouse_http import ClickHouseHttp
from fixtures.warehouse import START, make_aliases, make_events, make_profiles, make_tag_values
from tributary.core.scan import AUDIENCE_MEMBERS, CANONICAL_ID, EVENTS, PROFILES, TAG_VALUES, scan, subquery
from tributary.core.sql import bind, identifier, raw
from tributary.errors import BudgetExceeded, BugError, TributaryError, Unavailable
from tributary.warehouse import INTERACTIVE, Budget, Warehouse, arrow_schema, open_warehouse
from tributary.warehouse.schema import MIGRATIONS

COUNT = raw("SELECT count(), uniqExact(message_id)") + scan(EVENTS, 1)
# One engine serves every example; only values change.
SHARED = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def wh(any_warehouse: Warehouse) -> Warehouse:
    return any_warehouse


def system(warehouse, sql):
    return warehouse.query(sql, workspace_id=None, dangerously_across_workspaces=True)


def events_table(count, *, start=START, step=timedelta(hours=1)):
    """`count` events, one `step` apart, with message ids m0…"""
    rows = [
        {
            "workspace_id": 1, "profile_id": n, "event": "E", "type": "track", "message_id": f"m{n}",
            "source_id": "src_a", "user_id": "", "anonymous_id": "", "timestamp": start + n * step,
            "received_at": start, "properties": "{}", "context": "{}", "changes": "{}", "batch_id": "b",
        }
        for n in range(count)
    ]  # fmt: skip
    plain = pa.schema(
        [(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in arrow_schema("events")]
    )
    return pa.Table.from_pylist(rows, schema=plain)


class TestSchema:
    def test_migrating_again_changes_nothing(self, wh):
        make_events(wh, [{}])
        wh.migrate()
        assert wh.query(COUNT, workspace_id=1) == [(1, 1)]
        assert system(wh, raw("SELECT version, name FROM schema_versions ORDER BY version")) == [
            (1, "tables"),
            (2, "recent events"),
            (3, "matching"),
        ]

    def test_a_migration_that_was_cut_off_is_completed(self, wh):
        wh.execute(raw("TRUNCATE TABLE schema_versions"))
        wh.execute(raw("DROP DICTIONARY aliases"))
        wh.migrate()
        make_aliases(wh, {2: 1})
        assert system(wh, raw("SELECT dictGet('aliases', 'canonical_id', toUInt64(2))")) == [(1,)]

    def test_ping_answers(self, wh):
        wh.ping()


class TestParameters:
    """What is bound arrives as it is, through every way to the engine."""

    def echo(self, wh, value, type_):
        ((found, name),) = system(wh, raw("SELECT ") + bind(value, type_) + " AS v, toTypeName(v)")
        assert name == type_
        return found

    @SHARED
    @given(st.text() | st.text(alphabet="\\'\"`\t\n\r\0\b\f{}:$%N中é😀 ", max_size=12))
    def test_text(self, wh, value):
        assert self.echo(wh, value, "String") == value

    @SHARED
    @given(st.lists(st.text() | st.text(alphabet="\\'\"`\t\n\r\0[],NUL中 ", max_size=8), max_size=6))
    def test_lists_of_text(self, wh, value):
        assert self.echo(wh, value, "Array(String)") == value

    @SHARED
    @given(st.none() | st.text(alphabet="\\N'\tUL", max_size=5))
    def test_text_that_may_be_missing(self, wh, value):
        assert self.echo(wh, value, "Nullable(String)") == value
        assert self.echo(wh, [value, "NULL"], "Array(Nullable(String))") == [value, "NULL"]

    @SHARED
    @given(st.integers(0, 2**64 - 1), st.integers(-(2**63), 2**63 - 1), st.integers(-(2**255), 2**255 - 1))
    def test_integers(self, wh, unsigned, signed, big):
        assert self.echo(wh, unsigned, "UInt64") == unsigned
        assert self.echo(wh, [unsigned], "Array(UInt64)") == [unsigned]
        assert self.echo(wh, signed, "Int64") == signed
        assert self.echo(wh, big, "Int256") == big

    @SHARED
    @given(st.floats(allow_nan=False))
    def test_numbers(self, wh, value):
        assert self.echo(wh, value, "Float64") == value
        assert self.echo(wh, [value], "Array(Float64)") == [value]

    @pytest.mark.parametrize("value", [True, False, None])
    def test_booleans(self, wh, value):
        assert self.echo(wh, value, "Nullable(Bool)") is value
        if value is not None:
            assert self.echo(wh, [value], "Array(Bool)") == [value]

    @SHARED
    @given(st.datetimes(datetime(1900, 1, 1), datetime(2261, 1, 1)))  # noqa: DTZ001 (the zone follows)
    def test_times_keep_their_milliseconds(self, wh, value):
        value = value.replace(tzinfo=UTC, microsecond=value.microsecond // 1000 * 1000)
        assert self.echo(wh, value, "DateTime64(3, 'UTC')") == value
        assert self.echo(wh, [value], "Array(DateTime64(3, 'UTC'))") == [value]

    @SHARED
    @given(st.dates(date(1900, 1, 1), date(2261, 1, 1)))
    def test_dates(self, wh, value):
        assert self.echo(wh, value, "Date32") == value
        assert self.echo(wh, [value], "Array(Date32)") == [value]

    def test_many_values_at_once(self, wh):
        ids = list(range(50_000))
        assert system(wh, raw("SELECT length(") + bind(ids, "Array(UInt64)") + ")") == [(50_000,)]


class TestReading:
    def test_a_workspace_sees_only_its_own_rows(self, wh):
        make_events(wh, [{"workspace_id": 1}, {"workspace_id": 1}, {"workspace_id": 2}])
        for workspace_id, expected in [(1, 2), (2, 1), (3, 0)]:
            query = raw("SELECT count()") + scan(EVENTS, workspace_id)
            assert wh.query(query, workspace_id=workspace_id) == [(expected,)]

    def test_a_query_without_a_workspace_is_refused_unless_it_says_so(self, wh):
        with pytest.raises(BugError, match="without a workspace"):
            wh.query(raw("SELECT 1"), workspace_id=None)

    def test_a_query_for_another_workspace_is_refused_before_it_is_sent(self, wh):
        with pytest.raises(BugError, match="another workspace"):
            wh.query(raw("SELECT count()") + scan(EVENTS, 2), workspace_id=1)

    def test_the_engine_filters_by_workspace_even_if_the_guard_is_fooled(self, wh, monkeypatch):
        monkeypatch.setattr("tributary.warehouse.warehouse.check_workspace", lambda *_: None)
        make_events(wh, [{"workspace_id": 1, "profile_id": 1}, {"workspace_id": 2, "profile_id": 1}])
        make_profiles(wh, [{"workspace_id": 1, "profile_id": 1}, {"workspace_id": 2, "profile_id": 1}])
        assert wh.query(raw("SELECT count() FROM events"), workspace_id=1) == [(1,)]
        joined = raw("SELECT count() FROM events AS a JOIN profiles AS b ON a.profile_id = b.profile_id")
        assert wh.query(joined, workspace_id=1) == [(1,)]

    def test_only_the_newest_version_of_a_profile_is_read_and_no_deleted_one(self, wh):
        make_profiles(wh, [{"profile_id": n, "traits": {"n": 1}} for n in range(6)])
        make_profiles(wh, [{"profile_id": n, "traits": {"n": 2}, "is_deleted": int(n == 0)} for n in range(3)])
        query = raw("SELECT profile_id, JSONExtractInt(traits, 'n')") + scan(PROFILES, 1) + " ORDER BY profile_id"
        assert wh.query(query, workspace_id=1) == [(1, 2), (2, 2), (3, 1), (4, 1), (5, 1)]

    def test_merged_profiles_count_as_one_after_a_reload(self, wh):
        make_events(wh, [{"profile_id": n} for n in (1, 2, 3)])
        make_aliases(wh, {2: 1})
        make_aliases(wh, {2: 3, 1: 3})  # the newest row of an alias counts
        query = raw("SELECT ") + CANONICAL_ID + " AS id, count()" + scan(EVENTS, 1) + " GROUP BY id"
        assert wh.query(query, workspace_id=1) == [(3, 3)]

    def test_subqueries_and_joins_are_right_wherever_the_rows_live(self, wh):
        make_events(wh, [{"profile_id": n} for n in range(20)])
        make_profiles(wh, [{"profile_id": n} for n in range(100)])
        make_tag_values(wh, [{"tag_id": "tag_a", "run": 1, "profile_id": n, "text": "vip"} for n in range(0, 20, 2)])
        make_aliases(wh, {n: n + 50 for n in range(10)})  # most canonical profiles live on another shard
        ids = raw("(SELECT ") + CANONICAL_ID + scan(EVENTS, 1) + ")"
        inside = raw("SELECT count()") + scan(PROFILES, 1, where=raw("profile_id IN ") + ids)
        assert wh.query(inside, workspace_id=1) == [(20,)]
        joined = (
            raw("SELECT count() FROM ")
            + subquery(raw("profile_id"), PROFILES, 1)
            + " AS p INNER JOIN "
            + subquery(raw("profile_id"), TAG_VALUES, 1, where=raw("text = ") + bind("vip", "String"))
            + " AS t ON p.profile_id = t.profile_id"
        )
        assert wh.query(joined, workspace_id=1) == [(10,)]

    def test_arrow_gives_the_same_rows_typed(self, wh):
        make_events(wh, [{"profile_id": 2**40, "event": "下单", "properties": {"a": "\t\\"}}])
        query = raw("SELECT profile_id, event, timestamp, properties") + scan(EVENTS, 1)
        table = wh.arrow(query, workspace_id=1)
        assert table.schema.field("timestamp").type == pa.timestamp("ms", "UTC")
        assert [tuple(row.values()) for row in table.to_pylist()] == wh.query(query, workspace_id=1)
        assert wh.arrow(raw("SELECT event") + scan(EVENTS, 9), workspace_id=9).num_rows == 0

    @pytest.mark.parametrize("ask", ["query", "arrow"])
    @pytest.mark.parametrize(
        ("budget", "query", "why"),
        [
            (Budget("t", 30, 2**31, 10), raw("SELECT number FROM numbers(11)"), "too many rows"),
            (Budget("t", 30, 10**7, 10), raw("SELECT length(groupArray(number)) FROM numbers(5000000)"), "memory"),
            (Budget("t", 1, 2**31, 10), raw("SELECT sum(cityHash64(number)) FROM numbers(100000000000)"), "too long"),
        ],
    )
    def test_a_question_over_its_budget_is_stopped_with_the_reason_and_a_cure(self, wh, ask, budget, query, why):
        with pytest.raises(BudgetExceeded, match=why) as caught:
            getattr(wh, ask)(query, workspace_id=1, budget=budget)
        assert caught.value.cure
        wh.ping()  # and the connection is fit for the next one

    def test_a_failed_question_leaves_nothing_for_the_next_one(self, wh):
        """The engine itself would put the rows of the failed question in front of the next answer."""
        half = raw("SELECT number, throwIf(number = 300000) FROM numbers(1000000)")
        for ask in (wh.query, wh.arrow):
            for _ in range(6):  # more often than there are connections
                with pytest.raises(BugError):
                    ask(half, workspace_id=1, budget=Budget("t", 30, 2**31, 10**9))
                assert wh.query(raw("SELECT 1"), workspace_id=2) == [(1,)]
        with pytest.raises(BugError):
            wh.execute(half)
        wh.execute(raw("SELECT 1"))

    def test_reading_cannot_write_or_open_files(self, wh):
        for text in (
            "INSERT INTO schema_versions VALUES (9, 'x', now())",
            "SELECT * FROM file('/etc/hostname', 'RawBLOB')",
        ):
            with pytest.raises(BugError):
                system(wh, raw(text))
        assert system(wh, raw("SELECT max(version) FROM schema_versions")) == [(len(MIGRATIONS),)]

    def test_errors_name_the_fault_but_never_a_value(self, wh, caplog):
        secret = "13800138000"
        with caplog.at_level(logging.DEBUG), pytest.raises(BugError) as caught:
            wh.query(raw("SELECT toDate(") + bind(secret + "x", "String") + ") + throwIf(1, 'y')", workspace_id=1)
        assert caught.value.attrs["engine_code"]
        assert secret not in str(caught.value)
        assert caught.value.__cause__ is None
        assert secret not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("trib"))
        with pytest.raises(BugError, match="nonsense"):
            wh.query(raw("SELECT nonsense") + scan(EVENTS, 1), workspace_id=1)

    def test_many_readers_and_a_writer_work_side_by_side(self, wh):
        faults: list[BaseException] = []

        def read():
            try:
                for _ in range(10):
                    wh.query(COUNT, workspace_id=1)
            except TributaryError as exc:
                faults.append(exc)

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for n in range(10):
            wh.insert("events", events_table(20), token=f"side{n}")
        for thread in threads:
            thread.join()
        assert faults == []
        assert wh.query(COUNT, workspace_id=1) == [(200, 20)]


class TestWriting:
    def test_the_same_token_again_inserts_nothing_twice(self, wh):
        table = events_table(100, step=timedelta(days=1))  # four months, four partitions
        for _ in range(3):
            wh.insert("events", table, token="batch-1")
        assert wh.query(COUNT, workspace_id=1) == [(100, 100)]
        wh.insert("events", table, token="batch-2")
        assert wh.query(COUNT, workspace_id=1) == [(200, 100)]

    def test_a_retry_completes_what_a_crash_left_in_some_months_only(self, wh):
        table = events_table(100, step=timedelta(days=1))
        january = table.filter(pa.array([row.month == 1 for row in table.column("timestamp").to_pylist()]))
        assert 0 < january.num_rows < 100
        wh.insert("events", january, token="batch-1")
        wh.insert("events", table, token="batch-1")
        assert wh.query(COUNT, workspace_id=1) == [(100, 100)]

    def test_tables_that_replace_by_key_take_a_retry_even_if_the_engine_believes_it_has_the_rows(self, wh):
        make_profiles(wh, [{"profile_id": 1, "version": 1}], token="batch-1")
        wh.execute(raw("TRUNCATE TABLE ") + identifier(wh._topology.storage("profiles")))
        for _ in range(2):
            make_profiles(wh, [{"profile_id": 1, "version": 1}], token="batch-1")
        assert wh.query(raw("SELECT count()") + scan(PROFILES, 1), workspace_id=1) == [(1,)]

    def test_large_batches_are_split_and_stay_exact(self, wh, monkeypatch):
        monkeypatch.setattr("tributary.warehouse.warehouse._MAX_INSERT_ROWS", 7)
        for _ in range(2):
            wh.insert("events", events_table(50), token="batch-1")
        assert wh.query(COUNT, workspace_id=1) == [(50, 50)]

    def test_an_empty_batch_is_fine(self, wh):
        wh.insert("events", events_table(0), token="nothing")
        assert wh.query(COUNT, workspace_id=1) == [(0, 0)]

    def test_wrong_columns_are_named(self, wh):
        with pytest.raises(BugError, match="colour, event"):
            wh.insert("events", events_table(1).rename_columns({"event": "colour"}), token="t")
        with pytest.raises(BugError, match="no table"):
            wh.insert("schema_versions", events_table(1), token="t")

    def test_a_question_can_fill_a_table(self, wh):
        make_events(wh, [{"profile_id": n, "event": "Buy"} for n in range(1, 40)])
        make_events(wh, [{"profile_id": 99, "workspace_id": 2}])
        members = (
            raw("SELECT ")
            + bind(1, "UInt32")
            + ", "
            + bind("aud_a", "String")
            + ", "
            + bind(1, "UInt64")
            + ", now64(3), groupBitmapState(profile_id)"
            + scan(EVENTS, 1)
        )
        columns = ["workspace_id", "audience_id", "run", "computed_at", "members"]
        wh.insert_select("audience_members", columns, members, workspace_id=1)
        size = raw("SELECT groupBitmapMerge(members)") + scan(AUDIENCE_MEMBERS, 1)
        assert wh.query(size, workspace_id=1) == [(39,)]
        bitmap = raw("(SELECT groupBitmapMergeState(members)") + scan(AUDIENCE_MEMBERS, 1) + ")"
        inside = raw("SELECT count()") + scan(
            EVENTS, 1, where=raw("bitmapContains(") + bitmap + ", profile_id) AND profile_id > 30"
        )
        assert wh.query(inside, workspace_id=1) == [(9,)]
        with pytest.raises(BugError, match="another workspace"):
            wh.insert_select("audience_members", columns, members, workspace_id=2)

    def test_deleting_touches_one_workspace_only(self, wh):
        make_events(wh, [{"workspace_id": 1, "profile_id": 5}, {"workspace_id": 2, "profile_id": 5}])
        wh.delete("events", raw("profile_id = ") + bind(5, "UInt64") + " OR 1", workspace_id=1)
        assert wh.query(raw("SELECT count()") + scan(EVENTS, 1), workspace_id=1) == [(0,)]
        assert wh.query(raw("SELECT count()") + scan(EVENTS, 2), workspace_id=2) == [(1,)]

    def test_rows_reach_every_shard_of_a_topology(self, wh):
        make_events(wh, [{"profile_id": n} for n in range(100)])
        per_node = raw("SELECT shardNum() AS node, count()") + scan(EVENTS, 1) + " GROUP BY node ORDER BY node"
        counts = wh.query(per_node, workspace_id=1)
        assert sum(count for _, count in counts) == 100
        assert len(counts) in {1, 2}


class TestServer:
    """What only the HTTP client can meet."""

    def test_settings_parameters_and_data_really_travel_over_http(self, clickhouse_http: ClickHouseHttp, tmp_path):
        warehouse = open_warehouse(clickhouse_http.url, tmp_path, database="travels")
        warehouse.migrate()
        make_events(warehouse, [{}], token="tok")
        del clickhouse_http.seen[:-1]
        insert = clickhouse_http.seen[0]
        assert insert["fields"]["insert_deduplication_token"].startswith("tok:2026-01")
        assert insert["bytes"] > 1000
        warehouse.query(raw("SELECT 1") + scan(EVENTS, 1), workspace_id=1)
        assert clickhouse_http.seen[-1]["fields"]["param_p0"] == "1"
        warehouse.close()

    def test_a_server_that_is_not_there_is_unavailable(self, tmp_path):
        with pytest.raises(Unavailable, match="TRIBUTARY_WAREHOUSE_URL"):
            open_warehouse("clickhouse://default@127.0.0.1:9", tmp_path)

    def test_a_wrong_password_is_unavailable_and_not_shown(self, clickhouse_http: ClickHouseHttp, tmp_path):
        port = clickhouse_http.server_address[1]
        with pytest.raises(Unavailable) as caught:
            open_warehouse(f"clickhouse://default:hunter2@127.0.0.1:{port}", tmp_path)
        assert "hunter2" not in str(caught.value)


def test_a_second_folder_in_one_process_is_refused_with_the_reason(single_warehouse, tmp_path):
    with pytest.raises(Unavailable, match="Only one process"):
        open_warehouse("", tmp_path / "other")


def test_the_interactive_budget_is_what_the_page_promises():
    assert (INTERACTIVE.seconds, INTERACTIVE.rows) == (30, 100_000)
