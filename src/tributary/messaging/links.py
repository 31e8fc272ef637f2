"""Links of an HTML message: found by a real parser, replaced in place, everything else left byte for byte."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_TAGS = {"a", "area"}
_ATTRIBUTE = re.compile(r"""([^\s=/"'<>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")


@dataclass(frozen=True, slots=True)
class Utm:
    """Campaign parameters that analytics tools read."""

    source: str
    medium: str
    campaign: str

    def apply(self, url: str) -> str:
        """`url` with the parameters that it does not carry yet."""
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        present = {name for name, _ in query}
        wanted = {"utm_source": self.source, "utm_medium": self.medium, "utm_campaign": self.campaign}
        added = [(name, value) for name, value in wanted.items() if value and name not in present]
        # The original query is kept as it is written; encoding it anew could break a signed URL.
        text = "&".join(piece for piece in (parts.query, urlencode(added)) if piece)
        return urlunsplit(parts._replace(query=text))


class _LinkFinder(HTMLParser):
    """Collects (start, end, href, is_tracked) of every link's start tag, as offsets into the source."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, int, str, bool]] = []
        self.body_end: int | None = None
        self._lines = [0]
        for line in source.split("\n"):  # the parser counts nothing else as a line
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(source)
        self.close()

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _TAGS:
            values = dict(reversed(attrs))  # of a repeated attribute, browsers take the first
            raw = self.get_starttag_text() or ""
            start = self._offset()
            if values.get("href"):
                self.found.append((start, start + len(raw), values["href"] or "", "data-no-track" not in values))

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag: str) -> None:
        if tag == "body":
            self.body_end = self._offset()


def rewrite_links(source: str, replace: Callable[[int, str], str | None], pixel_url: str | None = None) -> str:
    """The HTML with each http(s) link replaced by `replace(index, url)`; None leaves it alone.

    `index` counts the links of the message from 0. Links marked `data-no-track`, anchors, `mailto:` and the like are
    left alone. With `pixel_url`, an invisible image is put before `</body>`, or at the end.
    """
    finder = _LinkFinder(source)
    pieces, position = [], 0
    for index, (start, end, url, is_tracked) in enumerate(finder.found):
        target = replace(index, url.strip()) if is_tracked and is_web_url(url) else None
        if target is not None:
            pieces += [source[position:start], _with_href(source[start:end], target)]
            position = end
    if pixel_url is not None:
        place = len(source) if finder.body_end is None or finder.body_end < position else finder.body_end
        pieces += [source[position:place], f'<img src="{html.escape(pixel_url)}" width="1" height="1" alt="">']
        position = place
    return "".join([*pieces, source[position:]])


def is_web_url(url: str) -> bool:
    """Whether this is an absolute http or https address with a host."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)


def _with_href(tag: str, url: str) -> str:
    """A start tag with the value of its (first) href replaced."""
    name_end = re.match(r"<[^\s/>]+", tag)
    for match in _ATTRIBUTE.finditer(tag, name_end.end() if name_end else 0):
        if match.group(1).lower() == "href" and match.group(2) is not None:
            return f'{tag[: match.start(2)]}"{html.escape(url)}"{tag[match.end(2) :]}'
    return tag


class _TextMaker(HTMLParser):
    """Reads the visible text of a page; links become `text (address)`, blocks become lines."""

    _BLOCKS = frozenset(
        ("p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "hr")
    )
    _HIDDEN = frozenset(("style", "script", "head", "title"))

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0
        self._hrefs: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._HIDDEN:
            self._hidden += 1
        elif tag in self._BLOCKS:
            self.pieces.append("\n")
        elif tag == "a":
            self._hrefs.append(dict(attrs).get("href"))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in self._BLOCKS:
            self.pieces.append("\n")
        elif tag == "a" and self._hrefs:
            href = self._hrefs.pop()
            if href and is_web_url(href):
                self.pieces.append(f" ({href})")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))


def text_of(source: str) -> str:
    """A plain-text version of an HTML message, for mail programs that show no HTML."""
    maker = _TextMaker()
    maker.feed(source)
    maker.close()
    lines = [re.sub(r" +", " ", line).strip() for line in "".join(maker.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
