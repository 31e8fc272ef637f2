"""A question as people read it: laid out over lines, with its values beside it, and once with its values written in.

The text with values is for reading and copying only. What the engine is sent keeps its placeholders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from tributary.core.sql import Sql
from tributary.warehouse.params import encode_literal, encode_param

_INDENT: Final = "  "
_WIDTH: Final = 110  # characters of a line, where it can be broken
_TOKEN: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\{[A-Za-z_][A-Za-z0-9_]*:[^{}]+\}|[A-Za-z0-9_.]+|\s+|.", re.DOTALL)
_QUERY: Final = frozenset({"SELECT", "WITH"})
_CLAUSES: Final = frozenset(
    {"SELECT", "FROM", "WHERE", "HAVING", "LIMIT", "GROUP", "ORDER", "CROSS", "INNER", "LEFT", "UNION"}
)
_BETWEEN: Final = frozenset({"AND", "OR"})


@dataclass(frozen=True, slots=True)
class ShownParam:
    """A value as the engine receives it, and its ClickHouse type."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class ShownSql:
    """`text` with placeholders `{p0:Type}`, the `params` of these names, and `runnable`, the same with literals."""

    text: str
    params: Mapping[str, ShownParam]
    runnable: str


def show_sql(sql: Sql) -> ShownSql:
    """A question for people.

    Raises:
        BugError: a value does not fit the type that it was bound as.
    """
    text, params = sql.render()
    laid_out = _lay_out(text)
    literals = {f"{{{name}:{type_}}}": encode_literal(value, type_) for name, (value, type_) in params.items()}
    return ShownSql(
        text=laid_out,
        params={name: ShownParam(type_, str(encode_param(value, type_))) for name, (value, type_) in params.items()},
        runnable="".join(literals.get(word, word) for word in _TOKEN.findall(laid_out)),
    )


@dataclass(slots=True)
class _Group:
    """What stands between two parentheses: words, single spaces and groups."""

    items: list[str | _Group] = field(default_factory=list)

    @property
    def is_query(self) -> bool:
        return bool(self.items) and _is_word(self.items[0], _QUERY)

    @property
    def flat(self) -> str:
        """All of it on one line."""
        return "".join(item if isinstance(item, str) else f"({item.flat})" for item in self.items)

    def holds_query(self) -> bool:
        """Whether a query is in it, at any depth."""
        return self.is_query or any(isinstance(item, _Group) and item.holds_query() for item in self.items)

    def fits(self, depth: int) -> bool:
        """Whether one line is enough, and right: a query gets lines of its own."""
        return len(_INDENT) * depth + len(self.flat) <= _WIDTH and not self.holds_query()


def _is_word(item: str | _Group, words: frozenset[str]) -> bool:
    return isinstance(item, str) and item in words


def _lay_out(text: str) -> str:
    """The same text with other white space: a line per clause of a query, long expressions broken at their parts."""
    top = _Group()
    open_groups = [top]
    for word in _TOKEN.findall(text):
        if word == "(":
            inner = _Group()
            open_groups[-1].items.append(inner)
            open_groups.append(inner)
        elif word == ")":
            open_groups.pop()
        else:
            open_groups[-1].items.append(" " if word.isspace() else word)
    return _written(top, 0)


def _written(group: _Group, depth: int) -> str:
    if group.fits(depth):
        return group.flat
    lines = []
    for extra, piece in _pieces(group):
        text = ""
        for item in piece.items:
            if isinstance(item, str):
                text += item
            elif item.fits(depth + extra):
                text += f"({item.flat})"
            else:
                inside = _INDENT * (depth + extra + 1)
                text += f"(\n{inside}{_written(item, depth + extra + 1)}\n{_INDENT * (depth + extra)})"
        lines.append((_INDENT * extra if extra else "") + text.strip())
    return ("\n" + _INDENT * depth).join(lines)


def _pieces(group: _Group) -> Iterator[tuple[int, _Group]]:
    """The lines of a group, each with how much deeper than the first it stands: a clause, what follows a comma, or what
    `AND` or `OR` joins.
    """
    piece, extra = _Group(), 0
    for item in group.items:
        is_clause = group.is_query and _is_word(item, _CLAUSES)
        if (is_clause or _is_word(item, _BETWEEN)) and piece.flat.strip():
            yield extra, piece
            piece, extra = _Group(), int(group.is_query and not is_clause)
        piece.items.append(item)
        if item == ",":
            yield extra, piece
            piece, extra = _Group(), int(group.is_query)
    yield extra, piece
