"""Matching in the warehouse: the same on every engine, equal to plain Python, fenced, and gone when it is over."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fixtures.warehouse import TwoShards, drop_warehouse, new_warehouse
from tributary.core.sql import raw
from tributary.errors import BugError, Cancelled, Unavailable
from tributary.identity.matching import (
    CHINESE_CUSTOMERS,
    Block,
    Comparison,
    Damerau,
    EditDistance,
    EditShare,
    Field,
    JaroWinkler,
    Key,
    MatchSettings,
    Near,
    Same,
    Swapped,
    match,
    score_pair,
    standardise,
)
from tributary.identity.matching.questions import Questions
from tributary.simulation.records import customer_records
from tributary.warehouse.topology import SingleNode

FIELDS = ("name", "phone", "email", "address", "birthday", "first", "last", "spent", "card", "everybody")
# Every kind of level, and a block that makes a candidate of each pair.
EVERYTHING = MatchSettings(
    fields=[
        Field(name="name", kind="name"), Field(name="phone", kind="phone"), Field(name="email", kind="email"),
        Field(name="address", kind="address"), Field(name="birthday", kind="date"), Field(name="first", kind="text"),
        Field(name="last", kind="text"), Field(name="spent", kind="number"), Field(name="card", kind="code"),
        Field(name="everybody", kind="text"),
    ],
    comparisons=[
        *CHINESE_CUSTOMERS.comparisons,
        Comparison(
            name="first",
            columns=["first", "last"],
            levels=[
                Same(column="first", by_frequency=True), Swapped(column="first", other="last"),
                Damerau(column="first", at_most=1), EditDistance(column="first", at_most=2),
                EditShare(column="first", at_most=0.5), JaroWinkler(column="first", at_least=0.6),
            ],
        ),
        Comparison(
            name="spent",
            columns=["spent"],
            levels=[Near(column="spent", at_most=0), Near(column="spent", at_most=1.5), Same(column="card")],
        ),
    ],
    blocks=[
        Block(keys=[Key(column="phone")]),
        Block(keys=[Key(column="name.pinyin"), Key(column="birthday", first=4)]),
        Block(keys=[Key(column="everybody")], at_most=1000),
    ],
    strong=["card"],
    sample=1000,
)  # fmt: skip
SHARED = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def maybe(*values):
    return st.none() | st.sampled_from(values)


RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "name": maybe("张伟", "張偉", "张卫", "zhang wei", "王芳", "欧阳娜娜", "it's \\ a\ttrap"),
            "phone": maybe("13912345678", "13912345687", "13700000001", "123456"),
            "email": maybe("zw@x.cn", "zw@y.cn", "zww@x.cn", "other@x.cn"),
            "address": maybe(
                "上海市徐汇区天山路12号3栋4室", "上海徐汇区天山路12号3-4", "徐汇区天目路12号3-4", "12 High St"
            ),
            "birthday": maybe("1990-02-03", "1990-03-02", "1990-02-13", "1990-02-30", "1980-12-31"),
            "first": maybe("anna", "anan", "ann", "hannah", "lee"),
            "last": maybe("lee", "li", "anna"),
            "spent": maybe("1", "2.5", "9", "-3"),
            "card": maybe("A1", "B2"),
            "everybody": st.just("x"),
        }
    ),
    min_size=2,
    max_size=14,
)


def table_of(rows):
    columns = {name: pa.array([row.get(name) for row in rows], pa.string()) for name in FIELDS}
    return pa.table({"id": pa.array([f"r{n:03}" for n in range(len(rows))]), **columns})


def rows_left(warehouse):
    return [
        warehouse.query(raw("SELECT count() FROM ") + raw(table), workspace_id=None, dangerously_across_workspaces=True)
        for table in ("match_records", "match_pairs")
    ]


NONE_LEFT = [[(0,)], [(0,)]]


@pytest.fixture(scope="module")
def pair_of_warehouses(chdb_engine):
    """One node and two shards, shared by all examples of a property."""
    pair = (new_warehouse(chdb_engine, SingleNode()), new_warehouse(chdb_engine, TwoShards()))
    yield pair
    for opened in pair:
        drop_warehouse(opened)


@pytest.mark.slow
@SHARED
@given(RECORDS)
def test_the_warehouse_scores_as_plain_python_does_on_any_topology(pair_of_warehouses, rows):
    results = [match(each, table_of(rows), EVERYTHING, workspace_id=1, run=5) for each in pair_of_warehouses]
    one, two = results
    assert one.model == two.model
    assert one.groups.tolist() == two.groups.tolist()
    records = [standardise(row, EVERYTHING) for row in rows]
    expected = {}
    for a in range(len(rows)):
        for b in range(a + 1, len(rows)):
            explained = score_pair(records[a], records[b], one.model)
            if explained.weight >= 0:
                expected[f"r{a:03}", f"r{b:03}"] = explained
    for result in results:
        found = {(pair.id_a, pair.id_b): pair for pair in result}
        assert found.keys() == expected.keys()
        for place, (ids, pair) in enumerate(found.items()):
            assert pair.explained == expected[ids]
            assert float(result.pairs.weight[place]) == expected[ids].weight
    assert one.compared == len(rows) * (len(rows) - 1) // 2


@pytest.mark.slow
@SHARED
@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(pair_of_warehouses, rows, random):
    warehouse = pair_of_warehouses[0]
    table = table_of(rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    straight = match(warehouse, table, EVERYTHING, workspace_id=1, run=5)
    shuffled = match(warehouse, table.take(order), EVERYTHING, workspace_id=1, run=5)
    assert straight.model == shuffled.model
    assert list(straight.clusters()) == list(shuffled.clusters())


@pytest.fixture
def made():
    return customer_records(3, 1_500)


def test_a_run_is_the_same_on_every_engine_and_leaves_nothing(any_warehouse, made):
    told = []
    result = match(
        any_warehouse, made.table, CHINESE_CUSTOMERS, workspace_id=1, run=9, progress=lambda *step: told.append(step)
    )
    assert rows_left(any_warehouse) == NONE_LEFT
    assert [phase for phase, done in told if done == 0.0] == [
        "standardise",
        "load",
        "compare",
        "learn",
        "score",
        "cluster",
    ]
    assert all(0.0 <= done <= 1.0 for _, done in told)
    assert set(result.seconds) == {phase for phase, _ in told}
    person = dict(zip(made.table["id"].to_pylist(), made.person.tolist(), strict=True))
    clusters = list(result.clusters())
    assert len(clusters) > 250
    wrong = [ids for ids in clusters if len({person[each] for each in ids}) > 1]
    assert len(wrong) <= 1


def test_one_workspace_and_run_do_not_see_another(warehouse):
    def of(phone, count):
        return table_of([{"name": "张伟", "phone": phone, "everybody": "x"} for _ in range(count)])

    small = msgspec.structs.replace(EVERYTHING, strong=[])
    left = Questions(small, {}, 1, 1)
    with pytest.raises(BugError):
        warehouse.query(left.patterns(), workspace_id=2)
    result = match(warehouse, of("13912345678", 3), small, workspace_id=2, run=1)
    assert result.compared == 3
    assert match(warehouse, of("13912345678", 4), small, workspace_id=1, run=2).compared == 6


def test_a_run_that_was_cut_off_starts_clean_and_goes_clean(warehouse, made):
    class Died(Exception):
        pass

    def die(phase, done):
        if phase == "compare" and done > 0.3:
            raise Died

    with pytest.raises(Died):
        match(warehouse, made.table, CHINESE_CUSTOMERS, workspace_id=1, run=4, progress=die)
    assert rows_left(warehouse) == NONE_LEFT
    # What a killed process leaves behind is deleted before the run starts again.
    warehouse.execute(
        raw("INSERT INTO ")
        + raw("match_pairs_store" if isinstance(warehouse._topology, TwoShards) else "match_pairs")
        + raw(" (workspace_id, run, a, b, blocks, levels) VALUES (1, 4, 0, 1, 1, 0)")
    )
    again = match(warehouse, made.table, CHINESE_CUSTOMERS, workspace_id=1, run=4)
    assert again.compared == match(warehouse, made.table, CHINESE_CUSTOMERS, workspace_id=1, run=6).compared
    assert rows_left(warehouse) == NONE_LEFT


def test_rows_that_cannot_be_deleted_do_not_hide_what_went_wrong(single_warehouse, made, monkeypatch, caplog):
    def break_down(phase, done):
        if phase == "compare" and done > 0.3:
            monkeypatch.setattr(single_warehouse, "delete", cannot)
            raise KeyError("first")

    def cannot(*_args, **_options):
        raise Unavailable("The warehouse cannot answer now.")

    with pytest.raises(KeyError, match="first"):
        match(single_warehouse, made.table, CHINESE_CUSTOMERS, workspace_id=1, run=4, progress=break_down)
    assert "run 4 stay for a day: unavailable" in caplog.text


def test_a_run_can_be_stopped(single_warehouse, made):
    with single_warehouse.stoppable() as stop:

        def halt(phase, _done):
            if phase == "compare":
                stop.stop()

        with pytest.raises(Cancelled):
            match(single_warehouse, made.table, CHINESE_CUSTOMERS, workspace_id=1, run=4, progress=halt, stop=stop)
    assert rows_left(single_warehouse) == NONE_LEFT


def people(count=400):
    """As many people with two records each: same name, phone and birthday."""
    made = customer_records(8, count)
    rows = [
        {"name": f"{name}", "phone": f"139{n:08}", "birthday": f"19{n % 90 + 10}-{n % 12 + 1:02}-{n % 28 + 1:02}"}
        for n, name in enumerate(name or "王伟" for name in made.table["name"].to_pylist())
    ]
    return [row | {"everybody": f"{n % 100}"} for n, row in enumerate(rows) for _ in range(2)]


def test_conflicting_strong_identifiers_are_never_merged_but_shown(single_warehouse):
    rows = people()
    rows[0] |= {"card": "A1"}
    rows[1] |= {"card": "B2"}
    rows[2] |= {"card": "C3"}
    rows[3] |= {"card": "C3"}
    result = match(single_warehouse, table_of(rows), EVERYTHING, workspace_id=1, run=1)
    decisions = {(pair.id_a, pair.id_b): pair.decision for pair in result}
    assert (decisions["r000", "r001"].action, decisions["r000", "r001"].reason) == ("review", "conflict")
    assert decisions["r002", "r003"].action == "merge"
    assert ["r002", "r003"] in list(result.clusters())
    assert not any("r000" in ids for ids in result.clusters())


def test_what_somebody_said_is_apart_stays_apart(single_warehouse):
    result = match(
        single_warehouse,
        table_of(people()),
        EVERYTHING,
        workspace_id=1,
        run=1,
        apart=[("r001", "r000"), ("r002", "gone")],
    )
    decisions = {(pair.id_a, pair.id_b): pair.decision for pair in result}
    assert (decisions["r000", "r001"].action, decisions["r000", "r001"].reason) == ("review", "apart")
    assert decisions["r002", "r003"].action == "merge"


def test_no_records_and_records_without_values_match_nothing(single_warehouse):
    for rows in ([], [{}], [{}, {}, {}]):
        result = match(single_warehouse, table_of(rows), EVERYTHING, workspace_id=1, run=1)
        assert (len(result.pairs), list(result.clusters()), result.compared) == (0, [], 0)
        assert math.isfinite(result.model.prior)


def test_quality_does_not_fall(single_warehouse):
    made = customer_records(20, 20_000)
    result = match(single_warehouse, made.table, CHINESE_CUSTOMERS, workspace_id=1, run=1)
    person = made.person[np.argsort(made.table["id"].to_numpy())]

    def pairs(labels):
        counts = np.unique(labels, return_counts=True)[1]
        return int((counts * (counts - 1) // 2).sum())

    both = pairs(result.groups * len(person) + person)
    assert both / pairs(result.groups) >= 0.99
    assert both / pairs(person) >= 0.90
    shown = result.pairs
    unsure = ~shown.is_merged
    right = person[shown.a[unsure]] == person[shown.b[unsure]]
    assert right.mean() >= 0.5  # a review queue of mostly wrong pairs would be nobody's joy
