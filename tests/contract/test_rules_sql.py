"""Compiled rules against a naive evaluation in Python, on one node and on two shards.

Random rules meet random people (see `rules_oracle`). Whatever is compiled must give the oracle's answer on both
topologies, parse in an independent parser of the dialect, and pass the tenant guard (which `Warehouse.query` applies).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xxhash import xxh64_intdigest

from fixtures.warehouse import (
    TwoShards,
    drop_warehouse,
    make_aliases,
    make_events,
    make_profiles,
    make_tag_values,
    new_warehouse,
)
from rules_oracle import evaluate
from rules_oracle.documented import CATALOG, NOW, examples
from rules_oracle.strategies import leaves, measures, rules
from rules_oracle.world import AUDIENCES, NOWS, PROPERTIES, TAGS, TEXTS, TRAITS, ZONES, World, make_world
from tributary.core.fields import COLUMN_TYPES, field_column, field_expression
from tributary.core.sql import Sql, bind, raw
from tributary.rules import (
    MAX_STEPS,
    AudienceRef,
    Catalog,
    Field,
    FieldType,
    TagRef,
    bucket,
    bucket_sql,
    compile_bitmap,
    compile_count,
    compile_measure,
    compile_members,
    compile_steps,
    compile_why,
    decode,
    decode_measure,
    read_why,
    resolve,
    resolve_measure,
)
from tributary.rules.codec import MAX_CONDITIONS, child_path
from tributary.warehouse import SingleNode, Warehouse, show_sql

WORLDS = tuple(make_world(number) for number in (1, 2, 3))
PROMOTED = {"trait": ("city", "age", "birthday", "interests"), "property": ("total", "category", "ship_at")}

relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
worlds, zones, nows = st.sampled_from(WORLDS), st.sampled_from(ZONES), st.sampled_from(NOWS)


@pytest.fixture(scope="module")
def warehouses(chdb_engine: tuple[Path, Path]) -> Iterator[tuple[Warehouse, ...]]:
    """One node and two shards, both filled with every world; some fields promoted to columns."""
    opened = (new_warehouse(chdb_engine, SingleNode()), new_warehouse(chdb_engine, TwoShards()))
    for warehouse in opened:
        _fill(warehouse)
    yield opened
    for warehouse in opened:
        drop_warehouse(warehouse)


def _fill(warehouse: Warehouse) -> None:
    for kind, table in (("trait", "profiles"), ("property", "events")):
        types = TRAITS if kind == "trait" else PROPERTIES["Order Completed"]
        for name in PROMOTED[kind]:
            column, default = field_column(kind, name, types[name]), field_expression(kind, name, types[name])
            warehouse.add_column(table, column, COLUMN_TYPES[types[name]], default, wait=True)
    make_aliases(warehouse, {old: new for world in WORLDS for old, new in world.aliases.items()})
    for world in WORLDS:
        make_profiles(warehouse, world.profiles)
        make_events(warehouse, world.events)
        make_tag_values(warehouse, world.tag_values)
        for id_, members in world.members.items():
            _make_members(warehouse, world.workspace_id, id_, members)


def _make_members(warehouse: Warehouse, workspace_id: int, audience_id: str, members: list[int]) -> None:
    row = raw("SELECT ") + bind(workspace_id, "UInt32") + ", " + bind(audience_id, "String") + ", toUInt64(1), now64(3)"
    ids = raw(", groupBitmapState(id) FROM (SELECT arrayJoin(") + bind(members, "Array(UInt64)") + ") AS id)"
    columns = ["workspace_id", "audience_id", "run", "computed_at", "members"]
    warehouse.insert_select("audience_members", columns, row + ids, workspace_id=workspace_id)


def catalog(world: World, zone: str, *, promoted: bool) -> Catalog:
    def field(kind: Any, name: str, type_: str) -> Field:
        column = field_column(kind, name, type_) if promoted and name in PROMOTED[kind] else None
        return Field(name, FieldType(type_), column)

    return Catalog(
        workspace_id=world.workspace_id,
        timezone=zone,
        traits={name: field("trait", name, type_) for name, type_ in TRAITS.items()},
        properties={
            event: {name: field("property", name, type_) for name, type_ in types.items()}
            for event, types in PROPERTIES.items()
        },
        tags={id_: TagRef(id_, f"Tag {id_}", type_, 2) for id_, type_ in TAGS.items()},
        audiences={id_: AudienceRef(id_, f"Audience {id_}", 1) for id_ in AUDIENCES},
        events=frozenset(),
    )


def ask(warehouse: Warehouse, sql: Sql, world: World) -> list[tuple[Any, ...]]:
    sqlglot.parse_one(sql.render()[0], dialect="clickhouse")
    return warehouse.query(sql, workspace_id=world.workspace_id)


def expected(rule: dict[str, Any], world: World, zone: str, now: datetime) -> list[int]:
    around = world.around(zone, now)
    return [id_ for id_, person in sorted(world.people.items()) if evaluate.holds(rule, person, around)]


class TestMembers:
    @settings(relaxed, max_examples=40)
    @given(rule=leaves(), world=worlds, zone=zones, now=nows, promoted=st.booleans())
    def test_every_condition_selects_whom_the_oracle_selects(self, warehouses, rule, world, zone, now, promoted):
        self._check(warehouses, rule, world, zone, now, promoted)

    @pytest.mark.slow
    @settings(relaxed, max_examples=150)
    @given(rule=leaves(), world=worlds, zone=zones, now=nows, promoted=st.booleans())
    def test_many_conditions_select_whom_the_oracle_selects(self, warehouses, rule, world, zone, now, promoted):
        self._check(warehouses, rule, world, zone, now, promoted)

    @settings(relaxed, max_examples=25)
    @given(rule=rules(), world=worlds, zone=zones, now=nows, promoted=st.booleans())
    def test_trees_select_whom_the_oracle_selects(self, warehouses, rule, world, zone, now, promoted):
        self._check(warehouses, rule, world, zone, now, promoted)

    @pytest.mark.slow
    @settings(relaxed, max_examples=150)
    @given(rule=rules(), world=worlds, zone=zones, now=nows, promoted=st.booleans())
    def test_many_trees_select_whom_the_oracle_selects(self, warehouses, rule, world, zone, now, promoted):
        self._check(warehouses, rule, world, zone, now, promoted)

    def _check(self, warehouses, rule, world, zone, now, promoted):
        wanted = expected(rule, world, zone, now)
        resolved = resolve(decode(rule), catalog(world, zone, promoted=promoted), now)
        for warehouse in warehouses:
            assert [id_ for (id_,) in ask(warehouse, compile_members(resolved), world)] == wanted


@pytest.mark.slow
class TestRareValues:
    """What random rules meet too seldom, gone through one by one. One node: the topology does not matter to a value."""

    @pytest.mark.parametrize("op", ["is", "contains"])
    def test_every_text_is_compared_without_letter_case(self, warehouses, op):
        world = WORLDS[0]
        known = catalog(world, "UTC", promoted=False)
        for text in filter(None, TEXTS):
            rule = {"kind": "trait", "trait": "昵称 nick", "op": op, "value": text, "ignore_case": True}
            found = ask(warehouses[0], compile_members(resolve(decode(rule), known, NOWS[0])), world)
            assert [id_ for (id_,) in found] == expected(rule, world, "UTC", NOWS[0])

    @pytest.mark.parametrize("trait", ["birthday", "signup"])
    @pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
    def test_every_anniversary_around_every_now(self, warehouses, trait, zone):
        world = WORLDS[1]
        known = catalog(world, zone, promoted=trait == "birthday")
        for now in NOWS:
            for days in (0, 1, 3):
                rule = {"kind": "trait", "trait": trait, "op": "anniversary_in_next", "value": days, "unit": "days"}
                found = ask(warehouses[0], compile_members(resolve(decode(rule), known, now)), world)
                assert [id_ for (id_,) in found] == expected(rule, world, zone, now)


class TestRestriction:
    @settings(relaxed, max_examples=15)
    @given(rule=rules(), world=worlds, zone=zones, now=nows, data=st.data())
    def test_only_some_people_cuts_the_same_answer_to_them(self, warehouses, rule, world, zone, now, data):
        every_id = sorted({row["profile_id"] for row in world.profiles})
        only = data.draw(st.lists(st.sampled_from(every_id), max_size=5, unique=True))
        merged = [old for old, new in world.aliases.items() if new in only] if data.draw(st.booleans()) else None
        wanted = [id_ for id_ in expected(rule, world, zone, now) if id_ in only]
        resolved = resolve(decode(rule), catalog(world, zone, promoted=True), now)
        for warehouse in warehouses:
            found = ask(warehouse, compile_members(resolved, only=only, merged=merged), world)
            assert [id_ for (id_,) in found] == wanted

    @settings(relaxed, max_examples=25)
    @given(rule=rules(), world=worlds, zone=zones, promoted=st.booleans())
    def test_the_query_that_people_copy_selects_the_same(self, warehouses, rule, world, zone, promoted):
        wanted = expected(rule, world, zone, NOWS[0])
        resolved = resolve(decode(rule), catalog(world, zone, promoted=promoted), NOWS[0])
        shown = show_sql(compile_members(resolved))
        with warehouses[0]._engine.readers.lend(5) as client:
            assert [id_ for (id_,) in client.query(shown.runnable).result_rows] == wanted

    @settings(relaxed, max_examples=10)
    @given(rule=rules(), world=worlds, after=st.integers(0, 60), limit=st.integers(0, 40))
    def test_pages_and_counts_agree_with_the_whole(self, warehouses, rule, world, after, limit):
        whole = expected(rule, world, "UTC", NOWS[0])
        after += world.workspace_id * 1_000
        resolved = resolve(decode(rule), catalog(world, "UTC", promoted=True), NOWS[0])
        for warehouse in warehouses:
            page = ask(warehouse, compile_members(resolved, after=after, limit=limit), world)
            assert [id_ for (id_,) in page] == [id_ for id_ in whole if id_ > after][:limit]
            assert ask(warehouse, compile_count(resolved), world) == [(len(whole),)]

    def test_nobody_of_another_workspace_is_ever_selected(self, warehouses):
        everyone = {"kind": "all", "rules": []}
        for world in WORLDS:
            resolved = resolve(decode(everyone), catalog(world, "UTC", promoted=True), NOWS[0])
            for warehouse in warehouses:
                assert [id_ for (id_,) in ask(warehouse, compile_members(resolved), world)] == sorted(world.people)

    def test_the_bitmap_of_more_people_than_fit_a_small_set_is_paged_in_order(self, warehouses):
        world = WORLDS[0]
        resolved = resolve(decode({"kind": "all", "rules": []}), catalog(world, "UTC", promoted=True), NOWS[0])
        people = sorted(world.people)
        assert len(people) > 32  # the engine keeps up to 32 ids unsorted
        for warehouse in warehouses:
            page = ask(warehouse, compile_members(resolved, after=people[3], limit=35), world)
            assert [id_ for (id_,) in page] == people[4:39]


class TestSteps:
    @settings(relaxed, max_examples=40)
    @given(rule=rules(), world=worlds, zone=zones, share=st.sampled_from([None, 2, 3]), promoted=st.booleans())
    def test_each_part_counts_whom_the_oracle_selects(self, warehouses, rule, world, zone, share, promoted):
        asked = [id_ for id_ in world.people if share is None or is_chosen(id_, share)]

        def selected(part):
            return {id_ for id_ in expected(part, world, zone, NOWS[0]) if id_ in asked}

        wire = decode(rule)
        resolved = resolve(wire, catalog(world, zone, promoted=promoted), NOWS[0])
        question = compile_steps(wire, resolved, sample=7, share=share)
        wanted = list(waterfall(rule, "", 0, selected, set(asked))) or [("", 0, selected(rule), selected(rule))]
        for warehouse in warehouses:
            ((people, alone, after, sample),) = ask(warehouse, question.sql, world)
            assert people == len(asked)
            assert [
                (step.path, step.depth, *numbers) for step, *numbers in zip(question.steps, alone, after, strict=True)
            ] == [(path, depth, len(one), len(left)) for path, depth, one, left in wanted]
            assert set(sample) <= selected(rule)
            assert len(sample) == min(7, len(selected(rule)))
            assert sample == sorted(set(sample))

    def test_a_rule_with_too_many_parts_is_told_from_outside(self, warehouses):
        world, known = WORLDS[0], catalog(WORLDS[0], "UTC", promoted=True)
        leaf = {"kind": "audience", "audience": AUDIENCES[0]}
        inner = {"kind": "any", "rules": [leaf] * 25}
        for rule, steps in (
            ({"kind": "all", "rules": [inner] * 3}, 3 + 75),
            ({"kind": "all", "rules": [inner] * 4}, 4),
            ({"kind": "all", "rules": [leaf] * MAX_STEPS}, MAX_STEPS),
        ):
            wire = decode(rule)
            question = compile_steps(wire, resolve(wire, known, NOWS[0]), sample=1)
            assert len(question.steps) == steps
            for warehouse in warehouses:
                ((_, _, after, _),) = ask(warehouse, question.sql, world)
                assert len(after) == steps


def waterfall(rule, path, depth, selected, everybody):
    """The steps of a group and of those inside it: path, depth, whom the part selects, who is left after it."""
    kind = rule["kind"]
    parts = {"not": [rule.get("rule")]}.get(kind, rule.get("rules", []) if kind in {"all", "any"} else [])
    left = None
    for index, part in enumerate(parts):
        place = child_path(path, kind, None if kind == "not" else index)
        alone = selected(part)
        if kind == "not":
            left = everybody - alone
        elif left is None:
            left = alone
        else:
            left = left & alone if kind == "all" else left | alone
        yield place, depth, alone, left
        yield from waterfall(part, place, depth + 1, selected, everybody)


def is_chosen(profile_id: int, parts: int) -> bool:
    return xxh64_intdigest(profile_id.to_bytes(8, "little")) % parts == 0


class TestReference:
    def test_every_documented_example_runs(self, warehouses):
        for example in examples():
            resolved = resolve(decode(example), CATALOG, NOW)
            for warehouse in warehouses:
                assert warehouse.query(compile_members(resolved), workspace_id=CATALOG.workspace_id) == []

    @pytest.mark.slow
    def test_a_rule_as_wide_as_allowed_runs(self, warehouses):
        world = WORLDS[0]
        known = replace(catalog(world, "UTC", promoted=True), events=None)
        never = [{"kind": "event", "event": f"Event {number}", "op": "did_not"} for number in range(MAX_CONDITIONS)]
        resolved = resolve(decode({"kind": "all", "rules": never}), known, NOWS[0])
        for warehouse in warehouses:
            assert warehouse.query(compile_count(resolved), workspace_id=world.workspace_id) == [(len(world.people),)]


@pytest.mark.slow
class TestWhy:
    @settings(relaxed, max_examples=25)
    @given(rule=rules(), world=worlds, zone=zones, now=nows, data=st.data())
    def test_why_agrees_with_the_selection_for_every_part_of_the_tree(self, warehouses, rule, world, zone, now, data):
        person = world.people[data.draw(st.sampled_from(sorted(world.people)))]
        merged = [old for old, new in world.aliases.items() if new == person.id] if data.draw(st.booleans()) else None
        known, around = catalog(world, zone, promoted=True), world.around(zone, now)
        resolved = resolve(decode(rule), known, now)
        for warehouse in warehouses:
            queries = compile_why(resolved, person.id, merged=merged)
            answers = {query.path: ask(warehouse, query.sql, world) for query in queries}
            self._check(read_why(resolved, answers, known, "en"), rule, person, around)

    def _check(self, why, rule, person, around):
        assert why.kind == rule["kind"]
        assert why.holds == evaluate.holds(rule, person, around)
        if rule["kind"] in {"trait", "event", "event_aggregate", "regular", "first_time", "last_time"}:
            wanted = evaluate.actual(rule, person, around)
            assert why.actual == ([] if wanted is None and isinstance(why.actual, list) else wanted)
        parts = rule.get("rules", [rule["rule"]] if "rule" in rule else [])
        for part, child in zip(why.parts, parts, strict=True):
            self._check(part, child, person, around)

    def test_nothing_holds_for_a_profile_that_was_merged_away(self, warehouses):
        world = WORLDS[0]
        known = catalog(world, "UTC", promoted=True)
        resolved = resolve(decode({"kind": "not", "rule": {"kind": "audience", "audience": "aud_vip"}}), known, NOWS[0])
        for warehouse in warehouses:
            queries = compile_why(resolved, next(iter(world.aliases)))
            answers = {query.path: ask(warehouse, query.sql, world) for query in queries}
            why = read_why(resolved, answers, known, "en")
            assert not why.holds
            assert not why.parts[0].holds


@pytest.mark.slow
class TestMeasures:
    @settings(relaxed, max_examples=40)
    @given(data=measures(), world=worlds, zone=zones, now=nows, promoted=st.booleans())
    def test_every_measure_gives_the_values_of_the_oracle(self, warehouses, data, world, zone, now, promoted):
        around = world.around(zone, now)
        values = ((id_, evaluate.measure(data, person, around)) for id_, person in sorted(world.people.items()))
        wanted = [(id_, value) for id_, value in values if value is not None]
        resolved = resolve_measure(decode_measure(data), catalog(world, zone, promoted=promoted), now)
        for warehouse in warehouses:
            found = sorted(ask(warehouse, compile_measure(resolved), world))
            assert found == wanted
            assert all(isinstance(value, str if resolved.value_type == "text" else float) for _, value in found)


class TestBucket:
    @settings(relaxed, max_examples=25)
    @given(salt=st.text(st.characters(exclude_categories=["Cs"]), max_size=20), ids=st.lists(st.integers(0, 2**63)))
    def test_python_and_the_warehouse_compute_the_same_number(self, warehouses, salt, ids):
        rows = raw("SELECT id, ") + bucket_sql(salt, raw("id")) + " FROM (SELECT arrayJoin("
        rows = rows + bind(ids, "Array(UInt64)") + ") AS id)"
        for warehouse in warehouses:
            for id_, number in warehouse.query(rows, workspace_id=1):
                assert number == bucket(salt, id_)


HOSTILE = (
    "' OR 1=1 --", "\\' OR 1=1 --", "'; DROP TABLE events; --", "{p0:String}", "} UNION ALL SELECT 1", "a\u0000b",
    "\\", "\\\\'", "\t\n\r\b\f", "${7*7}", "%s %(a)s", "/*", "`profiles`", "$tag$", "NULL", "\\N", "' IN (SELECT 1)",
    "😀'", "\u2028", "]]>", "['a','b']",
)  # fmt: skip


class TestInjection:
    """Trust model: names and constants of a rule are hostile text, as are names of fields, tags and audiences in the
    catalogue. Only columns, types and table names of the catalogue's own making are ever part of a query's text.
    """

    @pytest.mark.parametrize("text", HOSTILE)
    def test_no_text_of_a_rule_reaches_the_query(self, warehouses, text):
        world = WORLDS[0]
        known = Catalog(
            world.workspace_id,
            traits={text: Field(text, FieldType.TEXT), "list": Field("list", FieldType.LIST)},
            properties={text: {text: Field(text, FieldType.TEXT)}},
            tags={text: TagRef(text, text, "text", 1)},
            audiences={text: AudienceRef(text, text, 1)},
        )
        test = {"op": "is", "value": text, "ignore_case": True}
        more = {"op": "gt", "value": 1}
        where = {"event": text, "where": [{"property": text, "op": "in", "value": [text, "b"]}]}
        rule = {
            "kind": "any",
            "rules": [
                {"kind": "trait", "trait": text, **test},
                {"kind": "trait", "trait": text, "op": "contains", "value": text},
                {"kind": "trait", "trait": "list", "op": "has_any", "value": [text], "ignore_case": True},
                {"kind": "event", **where},
                {"kind": "event_aggregate", **where, "function": "distinct", "property": text, "compare": more},
                {"kind": "tag", "tag": text, **test},
                {"kind": "audience", "audience": text},
                {"kind": "random", "salt": text, "from_percent": 0, "to_percent": 0.001},
            ],
        }  # fmt: skip
        resolved = resolve(decode(rule), known, NOWS[0])
        harmless = self._query(known, decode(_replaced(rule, text, "harmless")))
        for query, twin in zip(self._all_texts(resolved), harmless, strict=True):
            assert query == twin  # the text does not depend on what the rule says
        for warehouse in warehouses:
            assert ask(warehouse, compile_count(resolved), world) == [(0,)]
            for query in compile_why(resolved, world.workspace_id * 1_000):
                ask(warehouse, query.sql, world)

    def _query(self, known, rule):
        plain = Catalog(
            known.workspace_id,
            traits={"harmless": Field("harmless", FieldType.TEXT), "list": Field("list", FieldType.LIST)},
            properties={"harmless": {"harmless": Field("harmless", FieldType.TEXT)}},
            tags={"harmless": TagRef("harmless", "harmless", "text", 1)},
            audiences={"harmless": AudienceRef("harmless", "harmless", 1)},
        )
        return self._all_texts(resolve(rule, plain, NOWS[0]))

    def _all_texts(self, resolved):
        queries = [compile_bitmap(resolved), *(query.sql for query in compile_why(resolved, 1))]
        # Placeholders are numbered by first use of a value, so equal values may share a number.
        return [
            "".join(part if isinstance(part, str) else f"<{part.type}>" for part in query.parts) for query in queries
        ]


def _replaced(node: Any, old: str, new: str) -> Any:
    if isinstance(node, dict):
        return {key: _replaced(value, old, new) for key, value in node.items()}
    if isinstance(node, list):
        return [_replaced(item, old, new) for item in node]
    return new if node == old else node
