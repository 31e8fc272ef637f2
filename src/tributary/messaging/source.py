"""Where a compiled template comes from: pieces of text that know which field of the content they were taken from.

Compiling escapes texts and puts markup around them, but takes every Liquid tag over letter by letter. So a place inside
a tag of the compiled template can be told as a place in the field that somebody wrote.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of a compiled template. `path` names the field in which it stands verbatim from `offset` on; '' : none."""

    text: str
    path: str = ""
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a field: `offset` counts characters from 0."""

    path: str
    offset: int


@dataclass(frozen=True, slots=True)
class Source:
    """A template with its origin. `fields` are the texts that it was made from, by path."""

    text: str
    fields: dict[str, str]
    _starts: tuple[int, ...] = ()
    _spans: tuple[tuple[int, str, int], ...] = field(default=(), repr=False)  # (end, path, offset)

    @classmethod
    def plain(cls, path: str, text: str) -> Source:
        """A template that is one field as it was written."""
        return cls.of([Piece(text, path)], {path: text})

    @classmethod
    def of(cls, pieces: Iterable[Piece], fields: dict[str, str]) -> Source:
        """The pieces one after the other."""
        texts, starts, spans, position = [], [], [], 0
        for piece in pieces:
            if piece.path and piece.text:
                starts.append(position)
                spans.append((position + len(piece.text), piece.path, piece.offset))
            texts.append(piece.text)
            position += len(piece.text)
        return cls("".join(texts), fields, tuple(starts), tuple(spans))

    def place(self, index: int) -> Place | None:
        """Where the character at `index` was written; None if compiling made it."""
        at = bisect_right(self._starts, index) - 1
        if at < 0:
            return None
        end, path, offset = self._spans[at]
        return Place(path, offset + index - self._starts[at]) if index < end else None


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The place `offset` of a text as line and column, both from 1."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
