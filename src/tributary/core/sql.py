"""`Sql`: an immutable piece of ClickHouse SQL whose values are bound, never written into the text.

Text comes from literals in our own source; every value goes through `bind`, which yields a placeholder
`{p0:Type}` and carries the value beside it. `+` and `join` concatenate pieces and renumber nothing: placeholder names
are unique per value (a process-wide counter would make texts unstable, so names are derived when the query is sent).

    >>> q = raw("SELECT count() FROM t WHERE a = ") + bind(5, "UInt32")
    >>> q.render()
    ('SELECT count() FROM t WHERE a = {p0:UInt32}', {'p0': (5, 'UInt32')})
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, LiteralString

_IDENTIFIER = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")


@dataclass(frozen=True, slots=True)
class Bound:
    """A value and the ClickHouse type it is bound as."""

    value: Any
    type: str


@dataclass(frozen=True, slots=True)
class Sql:
    """Parts are text or bound values, in order."""

    parts: tuple[str | Bound, ...]

    def __add__(self, other: Sql | LiteralString) -> Sql:
        return Sql(self.parts + (other.parts if isinstance(other, Sql) else (other,)))

    def __radd__(self, other: LiteralString) -> Sql:
        return Sql((other, *self.parts))

    def render(self) -> tuple[str, dict[str, tuple[Any, str]]]:
        """The text with numbered placeholders, and `{name: (value, type)}`. Equal bound values share a placeholder."""
        names: dict[tuple[str, str], str] = {}
        params: dict[str, tuple[Any, str]] = {}
        out: list[str] = []
        for part in self.parts:
            if isinstance(part, str):
                out.append(part)
                continue
            key = (part.type, repr(part.value))
            name = names.get(key)
            if name is None:
                name = names[key] = f"p{len(names)}"
                params[name] = (part.value, part.type)
            out.append(f"{{{name}:{part.type}}}")
        return "".join(out), params

    @property
    def anonymised(self) -> str:
        """The text with types in place of values: safe to log."""
        return self.render()[0]


def raw(text: LiteralString) -> Sql:
    """A piece of our own text. The type checker refuses text that was built at run time."""
    return Sql((text,))


def bind(value: Any, type_: str) -> Sql:
    """A bound value of a ClickHouse type, such as `bind("vip", "String")` or `bind([1, 2], "Array(UInt64)")`."""
    return Sql((Bound(value, type_),))


def identifier(name: str) -> Sql:
    """A column or table name from our own catalogue, refused unless it is a plain ASCII identifier.

    Raises:
        ValueError: `name` holds anything but letters, digits and underscores.
    """
    if not _IDENTIFIER.match(name):
        raise ValueError(f"{name!r} is not a plain identifier")
    return Sql((name,))


def join(separator: LiteralString, pieces: Iterable[Sql]) -> Sql:
    """The pieces with `separator` between them."""
    out: list[str | Bound] = []
    for index, piece in enumerate(pieces):
        if index:
            out.append(separator)
        out.extend(piece.parts)
    return Sql(tuple(out))
