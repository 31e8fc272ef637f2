"""SQL for people: laid out without changing it, and with literals that mean what the bound values meant."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules_oracle.documented import CATALOG, NOW, examples
from tributary.core.sql import bind, raw
from tributary.rules import compile_members, compile_why, decode, resolve
from tributary.warehouse import show_sql


def without_space(text: str) -> list[str]:
    """The tokens of a query; what is quoted stays whole."""
    return re.findall(r"'(?:[^'\\]|\\.)*'|\w+|[^\w\s]", text)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example["kind"])
def test_only_white_space_differs(example):
    resolved = resolve(decode(example), CATALOG, NOW)
    for sql in (compile_members(resolved), *(query.sql for query in compile_why(resolved, 42))):
        text, params = sql.render()
        shown = show_sql(sql)
        assert without_space(shown.text) == without_space(text)
        assert shown.params.keys() == params.keys()


@pytest.mark.parametrize("example", examples(), ids=lambda example: example["kind"])
def test_lines_are_short_and_clauses_begin_them(example):
    lines = show_sql(compile_members(resolve(decode(example), CATALOG, NOW))).text.splitlines()
    assert all(line.strip() and line == line.rstrip() for line in lines)
    assert max(map(len, lines)) <= 160
    for line in lines:
        for clause in ("FROM", "WHERE", "GROUP BY", "CROSS JOIN"):
            assert clause not in line or line.lstrip().startswith(clause)


VALUES: list[tuple[Any, str]] = [
    ("", "String"),
    ("it's \\ a\ttab\nand {p0:String} '; DROP TABLE x; --", "String"),
    ("上海 \0\b\f\r", "String"),
    (0, "UInt8"),
    (2**64 - 1, "UInt64"),
    (-(2**63), "Int64"),
    (True, "Bool"),
    (-0.1, "Float64"),
    (1e-300, "Float64"),
    (float("inf"), "Float64"),
    (date(2026, 5, 1), "Date32"),
    (datetime(2026, 5, 1, 9, 30, 0, 123000, tzinfo=UTC), "DateTime64(3, 'UTC')"),
    (["a'", "\\", "", "{p1:String}"], "Array(String)"),
    ([], "Array(UInt64)"),
    ([1.5, -2], "Array(Float64)"),
    (None, "Nullable(String)"),
    ([date(1999, 12, 31)], "Array(Date32)"),
]


@pytest.mark.parametrize(("value", "type_"), VALUES)
def test_a_literal_is_the_bound_value(single_warehouse, value, type_):
    question = raw("SELECT ") + bind(value, type_) + " AS x"
    ((bound,),) = single_warehouse.query(question, workspace_id=None, dangerously_across_workspaces=True)
    with single_warehouse._engine.readers.lend(1) as client:
        ((written,),) = client.query(show_sql(question).runnable).result_rows
    assert written == bound


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_text_stays_inside_its_literal(text):
    shown = show_sql(raw("SELECT ") + bind(text, "String") + " AS x").runnable
    literal = re.fullmatch(r"SELECT ('(?:[^'\\]|\\.)*') AS x", shown, re.DOTALL)
    assert literal, shown
