"""The little markup of text blocks, and texts without markup: both compiled to pieces of an HTML or a text template.

    An empty line starts a paragraph, the end of a line breaks it.
    **bold**  *italic*  [text](https://…)
    - item            1. item
    \\* \\[ \\] \\( \\) \\- \\. \\\\    the sign itself

Everything else is text and stays what it looks like; what is not closed is text, too. Unlike in Markdown, marks work
next to Chinese letters and punctuation, and nothing but the above has a meaning.

Liquid tags are taken over letter by letter and are never read as markup: `**{{ profile.a | times: 2 | plus: b }}**` is
a bold value. A line that holds nothing but `{% … %}` prints nothing: no break, no empty paragraph.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tributary.messaging.source import Piece
from tributary.messaging.tags import scan_tags

Target = Literal["html", "text"]

_RAW = re.compile(r"(?P<open>\{%-?\s*raw\s*-?%\})(?P<inner>.*)(?P<close>\{%-?\s*endraw\s*-?%\})", re.DOTALL)
_SILENT = re.compile(r"\{%-?(?!\s*(?:raw|echo|cycle|increment|decrement|liquid)\b)")
_ATOM = "\ufffc"  # stands for a Liquid tag where patterns look at a text
_TOKEN = re.compile(
    r"\\(?P<plain>[\\*\[\]().\-])"
    r"|\[(?P<label>(?:\\.|[^\[\]\\\n])+)\]\((?P<href>(?:[^()\s\[\]\\])+)\)"
    r"|(?P<stars>\*+)"
    r"|(?P<text>[^\\\[*\n]+|.|\n)",
    re.DOTALL,
)
_ITEM = re.compile(r"\s*(?:(?P<bullet>-)|\d{1,3}\.)[ \t]+")
_LINK_STYLE = "color:{};text-decoration:underline;"
_LIST_STYLE = "margin:0 0 12px;padding:0 0 0 24px;"


@dataclass(frozen=True, slots=True)
class _Text:
    """A field, or a part of it: `shown` has one character for each of `units`, which are a letter or a Liquid tag."""

    path: str
    shown: str
    units: tuple[tuple[str, int], ...]  # (text, its offset in the field)

    @classmethod
    def of(cls, path: str, source: str, *, is_literal: bool = False) -> _Text:
        """A field; with `is_literal` what looks like Liquid is text like all else."""
        shown: list[str] = []
        units: list[tuple[str, int]] = []
        position = 0
        for tag in () if is_literal else scan_tags(source)[0]:
            units += [(letter, position + index) for index, letter in enumerate(source[position : tag.start])]
            shown += [source[position : tag.start].replace(_ATOM, " "), _ATOM]
            units.append((source[tag.start : tag.end], tag.start))
            position = tag.end
        units += [(letter, position + index) for index, letter in enumerate(source[position:])]
        shown.append(source[position:].replace(_ATOM, " "))
        return cls(path, "".join(shown), tuple(units))

    def part(self, start: int, end: int) -> _Text:
        return _Text(self.path, self.shown[start:end], self.units[start:end])

    def lines(self) -> Iterator[_Text]:
        start = 0
        for line in self.shown.split("\n"):
            yield self.part(start, start + len(line))
            start += len(line) + 1

    @property
    def is_control(self) -> bool:
        """Whether it prints nothing: only tags that do not, at least one."""
        tags = [text for text, _ in self.units if len(text) > 1 and _SILENT.match(text)]
        return bool(tags) and len(tags) == len(self.shown.replace(" ", "").replace("\t", ""))

    def pieces(self, target: Target) -> Iterator[Piece]:
        """The text as it is, escaped for the target; Liquid tags as they are."""
        plain: list[str] = []
        for unit, offset in self.units:
            if len(unit) < 2:
                plain.append(unit)
                continue
            yield from _literal(plain, target)
            plain.clear()
            yield from _tag(self.path, unit, offset, target)
        yield from _literal(plain, target)


def _literal(letters: Sequence[str], target: Target) -> Iterator[Piece]:
    """A brace that stands alone must not meet another once the marks between them are gone: then it would be Liquid."""
    if letters:
        text = "".join(letters)
        if target == "html":
            yield Piece(html.escape(text).replace("{", "&#123;"))
        else:
            yield Piece(text.replace("{", "{{ '{' }}"))


def _tag(path: str, tag: str, offset: int, target: Target) -> Iterator[Piece]:
    raw = _RAW.fullmatch(tag)
    if target == "html" and raw is not None:  # what is printed as it stands is text
        yield Piece(raw["open"], path, offset)
        yield Piece(html.escape(raw["inner"]))
        yield Piece(raw["close"], path, offset + raw.start("close"))
    else:
        yield Piece(tag, path, offset)


def plain(path: str, source: str, target: Target, *, has_breaks: bool = False, is_literal: bool = False) -> list[Piece]:
    """A field without markup; good for an attribute's value, too. With `has_breaks`, lines stay lines.

    With `is_literal`, here as below, nothing is read as Liquid: a field that cannot be compiled can still be shown.
    """
    text = _Text.of(path, source, is_literal=is_literal)
    if not (has_breaks and target == "html"):
        return list(text.pieces(target))
    found: list[Piece] = []
    for line in text.lines():
        found += [Piece("<br>"), *line.pieces(target)] if found else line.pieces(target)
    return found


def inline(path: str, source: str, target: Target, *, link_color: str = "", is_literal: bool = False) -> list[Piece]:
    """A field with markup inside a line, such as a heading."""
    return _inline(_Text.of(path, source, is_literal=is_literal), target, link_color)


def paragraphs(
    path: str, source: str, target: Target, *, link_color: str = "", is_literal: bool = False
) -> list[Piece]:
    """A field with markup: paragraphs and lists."""
    pieces: list[Piece] = []
    for chunk in _chunks(_Text.of(path, source, is_literal=is_literal)):
        for group in _groups(chunk):
            pieces += _block(group, target, link_color)
    return pieces


# ---- blocks


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines that belong together: a paragraph, a list, or tags that print nothing."""

    kind: Literal["p", "ul", "ol", "control"]
    lines: list[_Text]


def _chunks(text: _Text) -> Iterator[list[_Text]]:
    chunk: list[_Text] = []
    for line in text.lines():
        if line.shown.strip():
            chunk.append(line)
        elif chunk:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _kind(line: _Text) -> Literal["p", "ul", "ol", "control"]:
    if line.is_control:
        return "control"
    item = _ITEM.match(line.shown)
    return "p" if item is None else "ul" if item["bullet"] else "ol"


def _groups(chunk: list[_Text]) -> list[_Group]:
    """Tags between two lines of one kind stay among them; a loop around the items of a list goes into the list."""
    kinds = [_kind(line) for line in chunk]
    present = {kind for kind in kinds if kind != "control"}
    if len(present) == 1 and present <= {"ul", "ol"} and re.match(r"\s*\{%-?\s*for\b", chunk[0].units[0][0]):
        return [_Group(present.pop(), chunk)]
    groups: list[_Group] = []
    for line, kind in zip(chunk, kinds, strict=True):
        if groups and groups[-1].kind == kind:
            groups[-1].lines.append(line)
        elif (
            len(groups) > 1 and kind != "control" and groups[-1].kind == "control" and groups[-2].kind == kind
        ):  # a tag between two lines of one kind
            groups[-2].lines.extend([*groups.pop().lines, line])
        else:
            groups.append(_Group(kind, [line]))
    return groups


def _block(group: _Group, target: Target, link_color: str) -> Iterator[Piece]:
    if group.kind == "control":
        for line in group.lines:
            yield from line.pieces(target)
    elif group.kind == "p":
        yield from _paragraph(group.lines, target, link_color)
    else:
        yield from _list(group, target, link_color)


def _paragraph(lines: list[_Text], target: Target, link_color: str) -> Iterator[Piece]:
    yield Piece('<p style="margin:0 0 12px;">' if target == "html" else "")
    is_first = True
    for line in lines:
        if line.is_control:
            yield from line.pieces(target)
            continue
        if not is_first:
            yield Piece("<br>" if target == "html" else "\n")
        is_first = False
        yield from _inline(line, target, link_color)
    yield Piece("</p>" if target == "html" else "\n\n")


def _list(group: _Group, target: Target, link_color: str) -> Iterator[Piece]:
    yield Piece(f'<{group.kind} style="{_LIST_STYLE}">' if target == "html" else "")
    for line in group.lines:
        if line.is_control:
            yield from line.pieces(target)
            continue
        item = _ITEM.match(line.shown)
        start = item.end() if item else 0
        mark = "- " if group.kind == "ul" else line.shown[:start].strip() + " "
        yield Piece("<li>" if target == "html" else mark)
        yield from _inline(line.part(start, len(line.shown)), target, link_color)
        yield Piece("</li>" if target == "html" else "\n")
    yield Piece(f"</{group.kind}>" if target == "html" else "\n")


# ---- inside a line

_TAGS = {"**": "strong", "*": "em"}


def _inline(text: _Text, target: Target, link_color: str) -> list[Piece]:
    """Bold, italic and links. A mark opens before and closes after something that is not a space."""
    pieces: list[Piece] = []
    opened: list[tuple[str, int]] = []  # (mark, where its piece is)
    start = 0  # of the plain text that was not taken yet
    for token in _TOKEN.finditer(text.shown):
        if token["text"] is not None and token["text"] != "\n":
            continue
        pieces += text.part(start, token.start()).pieces(target)
        start = token.end()
        if token["plain"] is not None:
            pieces += text.part(token.start("plain"), token.end()).pieces(target)
        elif token["label"] is not None:
            pieces += _link(text, token, target, link_color)
        elif token["stars"] is not None:
            before = text.shown[token.start() - 1 : token.start()]
            after = text.shown[token.end() : token.end() + 1]
            _mark(token["stars"], pieces, opened, target, can_close=bool(before.strip()), can_open=bool(after.strip()))
        else:
            pieces.append(Piece("<br>" if target == "html" else "\n"))
    pieces += text.part(start, len(text.shown)).pieces(target)
    for mark, index in opened:  # what was never closed is text
        pieces[index] = Piece(mark)
    return pieces


def _mark(
    stars: str, pieces: list[Piece], opened: list[tuple[str, int]], target: Target, *, can_close: bool, can_open: bool
) -> None:
    rest = stars if len(stars) <= 3 else ""
    while rest:
        names = [mark for mark, _ in opened]
        mark = (names[-1] if names and can_close else "**") if rest == "***" else rest
        if can_close and mark in names:
            _close(mark, pieces, opened, target)
        elif can_open and mark not in names:
            opened.append((mark, len(pieces)))
            pieces.append(Piece(f"<{_TAGS[mark]}>" if target == "html" else ""))
        else:
            break
        rest = rest[len(mark) :]
    pieces.append(Piece(rest if len(stars) <= 3 else stars))


def _close(mark: str, pieces: list[Piece], opened: list[tuple[str, int]], target: Target) -> None:
    while (top := opened.pop())[0] != mark:  # opened inside and never closed: text
        pieces[top[1]] = Piece(top[0])
    pieces.append(Piece(f"</{_TAGS[mark]}>" if target == "html" else ""))


def _link(text: _Text, token: re.Match[str], target: Target, link_color: str) -> Iterable[Piece]:
    label = _inline(text.part(token.start("label"), token.end("label")), target, link_color)
    href = list(text.part(token.start("href"), token.end("href")).pieces(target))
    if target == "text":
        return [*label, Piece(" ("), *href, Piece(")")]
    style = _LINK_STYLE.format(link_color)
    return [Piece('<a href="'), *href, Piece(f'" style="{style}">'), *label, Piece("</a>")]


def links_of(source: str) -> list[tuple[str, int]]:
    """The addresses of the links in a text with markup, each with its place in the field."""
    text = _Text.of("", source)
    return [
        ("".join(unit for unit, _ in units), units[0][1])
        for token in _TOKEN.finditer(text.shown)
        if token["href"] is not None
        for units in [text.units[token.start("href") : token.end("href")]]
    ]
