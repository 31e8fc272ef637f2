"""Where the Liquid tags of a text are: found in one pass, as the engine would find them.

The engine's own lexer takes minutes for some texts of a few thousand signs (`{{{{{{…`), so it only gets texts in which
every tag is closed and none is long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

MAX_TAG = 2_000  # characters of one tag

_VERBATIM = re.compile(r"\{%-?\s{0,100}(raw|doc)\s{0,100}-?%\}")
_ENDS = {
    "raw": re.compile(r"\{%-?\s{0,100}endraw\s{0,100}-?%\}"),
    "doc": re.compile(r"\{%-?\s{0,100}enddoc\s{0,100}-?%\}"),
}
_NAME = re.compile(r"\{%-?\s*(#|\w*)")


@dataclass(frozen=True, slots=True)
class Tag:
    """`{{ … }}` (then `name` is empty) or `{% name … %}`; of `raw` and `doc`, everything up to their end."""

    start: int
    end: int
    name: str


@dataclass(frozen=True, slots=True)
class BrokenTag:
    """A tag that the engine need not be asked about. `name` is `raw` or `doc` when that is what is not ended."""

    kind: Literal["unclosed", "unended", "empty", "long"]
    start: int
    end: int
    name: str = ""


def scan_tags(text: str) -> tuple[list[Tag], BrokenTag | None]:
    """The tags of a text in order, and the first that is broken; after one without an end, nothing more is found."""
    tags: list[Tag] = []
    broken: BrokenTag | None = None
    at = text.find("{")
    while 0 <= at < len(text) - 1:
        if text[at + 1] not in "{%":
            at = text.find("{", at + 1)
            continue
        tag = _verbatim(text, at) or _tag(text, at)
        if isinstance(tag, BrokenTag) and tag.kind != "empty":
            return tags, broken or tag
        if isinstance(tag, BrokenTag):
            broken = broken or tag
            tag = Tag(tag.start, tag.end, "")
        tags.append(tag)
        at = text.find("{", tag.end)
    return tags, broken


def _verbatim(text: str, at: int) -> Tag | BrokenTag | None:
    opened = _VERBATIM.match(text, at)
    if opened is None:
        return None
    ended = _ENDS[opened[1]].search(text, opened.end())
    if ended is None:
        return BrokenTag("unended", at, opened.end(), opened[1])
    return Tag(at, ended.end(), opened[1])


def _tag(text: str, at: int) -> Tag | BrokenTag:
    closer = "}}" if text[at + 1] == "{" else "%}"
    end = text.find(closer, at + 2) + 2
    if end < 2:
        line = text.find("\n", at)
        return BrokenTag("unclosed", at, len(text) if line < 0 else line, closer)
    if end - at > MAX_TAG:
        return BrokenTag("long", at, end)
    if not text[at + 2 : end - 2].strip(" \t\r\n-"):
        return BrokenTag("empty", at, end)
    name = _NAME.match(text, at, end)
    return Tag(at, end, name[1] if name else "")


def without_tags(text: str, filler: str = "") -> str:
    """The text with every letter of a tag replaced by `filler`; line ends stay if there is one."""
    pieces, position = [], 0
    tags, broken = scan_tags(text)
    spans = [(tag.start, tag.end) for tag in tags]
    if broken is not None and broken.kind != "empty":
        spans.append((broken.start, len(text)))
    for start, end in spans:
        pieces.append(text[position:start])
        if filler:
            pieces.append(re.sub(r"[^\n]", filler, text[start:end]))
        position = end
    return "".join([*pieces, text[position:]])
