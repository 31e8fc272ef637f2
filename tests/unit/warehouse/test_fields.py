"""A field reads the same from the JSON text and from its column, and a value of another type is missing."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.warehouse import make_events, make_profiles
from tributary.core.fields import (
    COLUMN_TYPES,
    field_column,
    field_expression,
    field_table,
    is_field_column,
    json_expression,
)
from tributary.core.scan import EVENTS, PROFILES, scan
from tributary.core.sql import bind, identifier, join, raw

NAMES = ["plain", "城市", "it's", 'quo"te', "back\\slash", "a.b", "", "tab\t", "{p:String}", "0", "x" * 100]
DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
moments = st.datetimes(datetime(1905, 1, 1), datetime(2250, 1, 1)).map(  # noqa: DTZ001 (always written as UTC)
    lambda moment: moment.isoformat(timespec="milliseconds") + "Z"
)
odd = st.sampled_from(
    [
        "10", "1e5", "true", "null", "2026-02-28", "2026-02-29", "2024-02-29", "2026-13-01", "2026-1-1", "2026-02-28 ",
        "2026-02-28T10:00:00.000Z", "2026-02-28T24:00:00.000Z", "2026-02-30T10:00:00.000Z", "2026-02-28T10:00:00Z",
        "2026-02-28T10:60:00.000Z", "0000-00-00T00:00:00.000Z", "0000-05-05T00:00:00.000Z", "2026-00-10T00:00:00.000Z",
        "2026-10-00T00:00:00.000Z", "0000-00-00", "[]", "-", "",
    ]
)  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | odd
    | moments
    | st.dates(date(1905, 1, 1), date(2250, 1, 1)).map(str)
)
values = (
    scalars | st.lists(texts, max_size=3) | st.lists(scalars, max_size=3) | st.dictionaries(texts, texts, max_size=2)
)
MISSING = object()


def expected(value, type_):
    """What a field of this type holds for a JSON value: the plain Python reading of the rule."""
    match type_:
        case "text" if isinstance(value, str):
            return value
        case "number" if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        case "boolean" if isinstance(value, bool):
            return value
        case "datetime" if isinstance(value, str) and DATETIME.fullmatch(value):
            try:
                return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
            except ValueError:
                return None
        case "date" if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                return None
        case "list":
            return value if isinstance(value, list) and all(isinstance(item, str) for item in value) else []
    return None


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(values, min_size=1, max_size=30), st.sampled_from(NAMES))
def test_every_type_reads_every_value_as_the_rule_says(single_warehouse, found, name):
    documents = [json.dumps({"": 1, "other": [1], name: value}, ensure_ascii=False) for value in found]
    documents += ["{}", ""]
    columns = join(", ", [json_expression("doc", name, type_) for type_ in COLUMN_TYPES])
    query = raw("SELECT ") + columns + raw(" FROM (SELECT arrayJoin(") + bind(documents, "Array(String)") + ") AS doc)"
    rows = single_warehouse.query(query, workspace_id=None, dangerously_across_workspaces=True)
    wanted = [tuple(expected(value, type_) for type_ in COLUMN_TYPES) for value in found]
    missing = tuple([] if type_ == "list" else None for type_ in COLUMN_TYPES)
    if name != "":
        assert rows[-2:] == [missing, missing]
    assert rows[:-2] == wanted
    # and the value's type is what a promoted column is declared as
    types = join(", ", [raw("toTypeName(") + json_expression("doc", name, type_) + ")" for type_ in COLUMN_TYPES])
    query = raw("SELECT ") + types + raw(" FROM (SELECT '{}' AS doc)")
    (names,) = single_warehouse.query(query, workspace_id=None, dangerously_across_workspaces=True)
    assert names == tuple(COLUMN_TYPES.values())


SAMPLES = [
    None, True, False, 0, -1.5, 1e300, "text", "10", "é中\n\t\\'\"", "2026-02-28", "2026-02-30",
    "2026-02-28T10:00:00.123Z", "2026-02-28T25:00:00.000Z", [], ["a", "b\"'"], ["a", 1], [[]], {"k": 1},
]  # fmt: skip


@pytest.mark.slow  # each topology rewrites a table twelve times a name
@pytest.mark.parametrize("name", ["plain", "it's 城市 \\ \"", ""])
def test_a_column_answers_like_the_text_for_rows_before_and_after_it(warehouse, name):
    events = [{"profile_id": n, "properties": {name: value, "z": 1}} for n, value in enumerate(SAMPLES)]
    profiles = [{"profile_id": n, "traits": {"z": 1, name: value}} for n, value in enumerate(SAMPLES)]
    make_events(warehouse, [*events, {"profile_id": 99}])
    make_profiles(warehouse, [*profiles, {"profile_id": 99}])
    for kind in ("property", "trait"):
        for type_ in COLUMN_TYPES:
            column = field_column(kind, name, type_)
            default = field_expression(kind, name, type_)
            for wait in (False, True)[type_ != "text" :]:  # once twice: adding a column again changes nothing
                warehouse.add_column(field_table(kind), column, COLUMN_TYPES[type_], default, wait=wait)
            assert warehouse.columns(field_table(kind))[column] == COLUMN_TYPES[type_]
    make_events(warehouse, [{**event, "profile_id": 100 + event["profile_id"]} for event in events])
    make_profiles(warehouse, [{**profile, "profile_id": 100 + profile["profile_id"]} for profile in profiles])
    for kind, table in (("property", EVENTS), ("trait", PROFILES)):
        for type_ in COLUMN_TYPES:
            column = field_column(kind, name, type_)
            by_column = identifier(column)
            by_text = field_expression(kind, name, type_)
            query = (
                raw("SELECT profile_id % 100 AS id, ") + by_column + ", " + by_text + scan(table, 1) + " ORDER BY id"
            )
            rows = warehouse.query(query, workspace_id=1)
            assert len(rows) == 2 * len(SAMPLES) + 1
            for id_, from_column, from_text in rows:
                value = SAMPLES[id_] if id_ < 99 else MISSING
                assert from_column == from_text == expected(value, type_)


class TestNames:
    def test_plain_names_stay_readable(self):
        assert field_column("trait", "city", "text") == "t_city_t"
        assert field_column("property", "order_total", "number") == "p_order_total_n"

    def test_type_and_kind_are_part_of_the_name(self):
        names = {field_column(kind, "x", type_) for kind in ("trait", "property") for type_ in COLUMN_TYPES}
        assert len(names) == 12

    @given(st.lists(texts, unique=True, min_size=2, max_size=20))
    def test_different_fields_get_different_plain_identifiers(self, names):
        columns = {field_column("trait", name, "text") for name in names}
        assert len(columns) == len(names)
        for column in columns:
            identifier(column)
            assert is_field_column("trait", column)
            assert len(column) < 80

    @given(texts)
    def test_an_altered_name_cannot_meet_a_plain_one(self, name):
        column = field_column("trait", name, "text")
        imitation = column.removeprefix("t_").removesuffix("_t")
        assert imitation == name or field_column("trait", imitation, "text") != column

    def test_names_that_differ_in_case_differ_on_every_file_system(self):
        columns = [field_column("trait", name, "text").lower() for name in ("city", "City", "CITY")]
        assert len(set(columns)) == 3
