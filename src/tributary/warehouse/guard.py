"""The tenant guard: no query leaves for the engine unless every table it reads is fenced to one workspace.

`core.scan.scan` writes the predicate; this module reads the finished text again and refuses what it does not fully
understand. It knows the one accepted shape of a workspace table,

    FROM <table> [FINAL] WHERE <table>.workspace_id = {pN:UInt32} [AND (…)]* <end of clause>

with pN bound to exactly the caller's workspace, and allows nothing else to follow FROM or JOIN but a subquery, a
common table expression, `numbers(…)`, or `values(…)`. So a forgotten predicate, an OR beside it, another workspace's
id, a system table, `file(…)`, or a table reached through a database name, through IN or a comma join all fail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tributary.core.scan import WORKSPACE_ID_TYPE, WORKSPACE_TABLES
from tributary.errors import BugError

_TOKEN: Final = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<string>'(?:[^'\\]|\\.|'')*')
    | (?P<param>\{[A-Za-z_][A-Za-z0-9_]*:[^{}]+\})
    | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<symbol>->|::|<>|!=|<=|>=|\|\||[-+*/%=<>(),.\[\]?:])
    """,
    re.VERBOSE | re.DOTALL,
)
# Anything else (comments, quoted identifiers, semicolons, heredocs) is not in the compilers' vocabulary: refused.

_CLAUSE_ENDS: Final = frozenset(
    {"", ")", "GROUP", "ORDER", "LIMIT", "HAVING", "UNION", "INTERSECT", "EXCEPT", "QUALIFY", "WINDOW"}
)
_FORBIDDEN: Final = frozenset(
    {"SETTINGS", "FORMAT", "INTO", "OUTFILE", "SYSTEM", "INFORMATION_SCHEMA", "PREWHERE", "SAMPLE", "PASTE", "JOINGET"}
)
_TABLE_FUNCTIONS: Final = frozenset({"NUMBERS", "VALUES"})
_DICTIONARIES: Final = frozenset({"'aliases'"})


# Tables that are never read by a workspace's query: shared ones, and the parts that sharding splits a table into.
_INTERNAL: Final = re.compile(r"^(profile_aliases|schema_versions|aliases|\w+_(local|store|shard))$")


def _is_stored(word: str) -> bool:
    return word in WORKSPACE_TABLES or _INTERNAL.match(word) is not None


def check_workspace(text: str, params: Mapping[str, tuple[Any, str]], workspace_id: int) -> None:
    """Pass only a SELECT whose every table is fenced to `workspace_id`.

    `text` and `params` are what `Sql.render` returns.

    Raises:
        BugError: the query could read another workspace's rows, or is not understood.
    """
    _Checker(_tokens(text), params, workspace_id).check()


def _refuse(reason: str) -> BugError:
    return BugError(
        f"A query was stopped because {reason}.", cure="Read workspace tables only through tributary.core.scan."
    )


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _refuse(f"it holds {text[position]!r}, which the guard does not read")
        position = match.end()
        if match.lastgroup != "space":
            tokens.append(match.group())
    return tokens


class _Checker:
    def __init__(self, tokens: list[str], params: Mapping[str, tuple[Any, str]], workspace_id: int) -> None:
        self._tokens = tokens
        self._upper = [token.upper() if token[0] != "'" else token for token in tokens]
        self._params = params
        self._workspace_id = workspace_id
        self._ctes = self._common_table_expressions()

    def check(self) -> None:
        if self._at(0) not in {"SELECT", "WITH", "("}:
            raise _refuse("it is not a SELECT")
        scanned: set[int] = set()
        for index, word in enumerate(self._upper):
            if word in _FORBIDDEN:
                raise _refuse(f"it uses {word}")
            if word == "FROM":
                scanned.add(self._check_source(index + 1, scan_allowed=True))
            elif word == "JOIN" and self._at(index - 1) != "ARRAY":
                self._check_source(index + 1, scan_allowed=False)
            elif word == "IN":
                self._check_in(index + 1)
            elif word.startswith("DICT") and self._at(index + 1) == "(" and self._raw(index + 2) not in _DICTIONARIES:
                raise _refuse("it reads a dictionary that is not known")
        self._check_mentions(scanned)

    def _at(self, index: int) -> str:
        return self._upper[index] if 0 <= index < len(self._upper) else ""

    def _raw(self, index: int) -> str:
        return self._tokens[index] if 0 <= index < len(self._tokens) else ""

    def _common_table_expressions(self) -> frozenset[str]:
        """Names defined as `name AS (SELECT …`; a workspace table's name cannot be one of them."""
        names = set()
        for index, token in enumerate(self._tokens):
            if self._at(index + 1) == "AS" and self._at(index + 2) == "(" and self._at(index + 3) in {"SELECT", "WITH"}:
                names.add(token)
        return frozenset(name for name in names if not _is_stored(name))

    def _check_source(self, index: int, *, scan_allowed: bool) -> int:
        """Check what follows FROM or JOIN. Returns the index of the workspace table found there, or -1."""
        word = self._raw(index)
        if word in WORKSPACE_TABLES:
            if not scan_allowed:
                raise _refuse("it joins a workspace table that is not inside its own SELECT")
            self._check_scan(index)
            return index
        if word == "(":
            if self._at(index + 1) not in {"SELECT", "WITH", "("}:
                raise _refuse("a parenthesis after FROM or JOIN does not hold a SELECT")
            after = self._closing(index) + 1
        elif word in self._ctes and self._at(index + 1) not in {".", "("}:
            after = index + 1
        elif self._at(index) in _TABLE_FUNCTIONS and self._at(index + 1) == "(":
            after = self._closing(index + 1) + 1
        else:
            raise _refuse(f"it reads {word or 'nothing'}, which is not a workspace table")
        if self._at(after) == "AS":
            after += 2
        elif self._raw(after).isidentifier() and self._at(after + 1) == ",":
            after += 1
        if self._at(after) == ",":
            raise _refuse("it joins with a comma")
        return -1

    def _check_scan(self, index: int) -> None:
        table = self._raw(index)
        position = index + 1
        if self._at(position) == "FINAL":
            position += 1
        expected = ["WHERE", table, ".", "workspace_id", "="]
        if self._at(position) != "WHERE" or self._tokens[position + 1 : position + 5] != expected[1:]:
            raise _refuse(f"{table} is read without its workspace")
        self._check_param(self._raw(position + 5), table)
        position += 6
        # Only a conjunction of parenthesised conditions may follow: a bare OR would undo the predicate.
        while self._at(position) == "AND":
            if self._at(position + 1) != "(":
                raise _refuse(f"a condition on {table} is not in parentheses")
            position = self._closing(position + 1) + 1
        if self._at(position) not in _CLAUSE_ENDS:
            raise _refuse(f"{self._raw(position)!r} follows the conditions on {table}")

    def _check_param(self, placeholder: str, table: str) -> None:
        name, _, type_ = placeholder.strip("{}").partition(":")
        value, bound_type = self._params.get(name, (None, ""))
        if placeholder[:1] != "{" or type_ != WORKSPACE_ID_TYPE or bound_type != WORKSPACE_ID_TYPE:
            raise _refuse(f"the workspace of {table} is not bound")
        if type(value) is not int or value != self._workspace_id:
            raise _refuse(f"{table} is read for another workspace")

    def _check_in(self, index: int) -> None:
        """IN takes a table name too, so only parentheses, arrays, placeholders and known expressions may follow."""
        token = self._at(index)
        is_value = token in {"(", "["} or token.startswith("{")
        if not is_value and self._raw(index) not in self._ctes:
            raise _refuse(f"{self._raw(index)!r} follows IN")

    def _closing(self, index: int) -> int:
        depth = 0
        for position in range(index, len(self._tokens)):
            if self._tokens[position] == "(":
                depth += 1
            elif self._tokens[position] == ")":
                depth -= 1
                if depth == 0:
                    return position
        raise _refuse("its parentheses do not match")

    def _check_mentions(self, scanned: set[int]) -> None:
        """A workspace table's name may appear only as a checked scan, or qualifying a column (`events.profile_id`)."""
        for index, token in enumerate(self._tokens):
            if not _is_stored(token) or index in scanned:
                continue
            if token not in WORKSPACE_TABLES or self._at(index + 1) != ".":
                raise _refuse(f"{token} is named outside of a scan")
