"""From the content of an arm to the templates of its message: blocks → MJML → HTML, and their text.

MJML never sees what an operator wrote. It lays out placeholders, made of letters and digits; afterwards each of them is
replaced by the text of its field, escaped for HTML with its Liquid tags as they are. So no `{{ x | default: "a < b" }}`
and no ampersand has to survive an XML parser, and every tag keeps its place in its field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import mrml

from tributary.errors import BugError
from tributary.messaging import markup
from tributary.messaging.blocks import (
    Block,
    ButtonBlock,
    ColumnsBlock,
    DividerBlock,
    FooterBlock,
    HeadingBlock,
    HtmlBlock,
    ImageBlock,
    SpacerBlock,
    TextBlock,
    Theme,
)
from tributary.messaging.content import ArmContent
from tributary.messaging.source import Piece, Source

_SLOT = re.compile(r"zzq(\d+)qzz")
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
# No fonts are fetched from elsewhere: that would tell a third party who opens the message, and when.
_OPTIONS = mrml.RenderOptions(fonts={})
_GREY, _QUIET = "#d5d8dd", "#6b7280"
_HEADINGS = {1: 28, 2: 22, 3: 18}  # pixels of the letters
_UNSUBSCRIBE = "退订 · Unsubscribe"
_HIDDEN = '<div style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;">'
_DARK = """@media (prefers-color-scheme: dark) {
body, .t-page { background: #14161a !important; }
.t-card, .t-card > table { background: #1f2227 !important; }
.t-text div, .t-text h1, .t-text h2, .t-text h3 { color: #e7e9ec !important; }
.t-text a { color: #8ab4ff !important; }
.t-line p { border-color: #3a3f47 !important; }
.t-quiet div, .t-quiet a { color: #a5abb4 !important; }
}"""


@dataclass(frozen=True, slots=True)
class ArmSource:
    """The templates of an arm. None: there is no such part. `is_derived`: the text was made from the blocks."""

    subject: Source
    preheader: Source
    html: Source | None
    text: Source | None
    is_derived: bool = False

    @property
    def fields(self) -> dict[str, str]:
        """Every field that somebody wrote, by its path in the arm, in reading order."""
        parts = [self.subject, self.preheader, self.html, self.text]
        return {path: text for part in parts if part is not None for path, text in part.fields.items()}


def arm_source(arm: ArmContent, theme: Theme, broken: Collection[str] = ()) -> ArmSource:
    """What an arm says, as templates.

    `broken` are paths of fields that cannot be compiled: they are shown as they were written, to somebody who is just
    writing them. A whole `html` part is left out instead.

    Raises:
        BugError: our layout is not valid MJML.
    """

    def written(path: str, text: str) -> Source:
        pieces = markup.plain(path, text, "text", is_literal=True) if path in broken else [Piece(text, path)]
        return Source.of(pieces, {path: text})

    subject, preheader = written("subject", arm.subject), written("preheader", arm.preheader)
    text = written("text", arm.text) if arm.text else None
    if arm.blocks is None:
        html = _with_preheader(arm, broken) if arm.html and "html" not in broken else None
        return ArmSource(subject, preheader, html, text)
    if not arm.blocks:
        return ArmSource(subject, preheader, None, text)
    html = _Layout(theme, broken).compile(arm, arm.blocks)
    if text is None and any(isinstance(block, HtmlBlock) for block in every_block(arm.blocks)):
        return ArmSource(subject, preheader, html, None)  # then the text can only be made of the rendered HTML
    return ArmSource(subject, preheader, html, text or _text(arm.blocks, broken), is_derived=text is None)


def every_block(blocks: Sequence[Block]) -> Iterator[Block]:
    """All blocks, those in columns included, in reading order."""
    for block in blocks:
        yield block
        if isinstance(block, ColumnsBlock):
            yield from (inner for column in block.columns for inner in column)


def _with_preheader(arm: ArmContent, broken: Collection[str]) -> Source:
    if not arm.preheader:
        return Source.plain("html", arm.html)
    body = _BODY.search(arm.html)
    at = body.end() if body else 0
    shown = markup.plain("preheader", arm.preheader, "html", is_literal="preheader" in broken)
    pieces = [
        Piece(arm.html[:at], "html"), Piece(_HIDDEN), *shown, Piece("</div>"), Piece(arm.html[at:], "html", at),
    ]  # fmt: skip
    return Source.of(pieces, {"preheader": arm.preheader, "html": arm.html})


class _Layout:
    """One compilation: MJML with placeholders, and what they stand for."""

    def __init__(self, theme: Theme, broken: Collection[str]) -> None:
        self._theme, self._broken = theme, broken
        self._slots: list[list[Piece]] = []
        self._fields: dict[str, str] = {}

    def compile(self, arm: ArmContent, blocks: Sequence[Block]) -> Source:
        theme = self._theme
        title = self._plain("subject", arm.subject)
        preview = f"<mj-preview>{self._plain('preheader', arm.preheader)}</mj-preview>" if arm.preheader else ""
        scheme = '<mj-raw><meta name="color-scheme" content="light dark"/></mj-raw>' if theme.is_dark_aware else ""
        style = f"<mj-style>{_DARK}</mj-style>" if theme.is_dark_aware else ""
        sections = "".join(self._sections(blocks))
        source = (
            f"<mjml><mj-head><mj-title>{title}</mj-title>{preview}{scheme}<mj-attributes>"
            f'<mj-all font-family="{theme.font}"/><mj-section padding="0"/><mj-wrapper padding="16px 0"/>'
            f'<mj-text color="{theme.text_color}" font-size="15px" line-height="1.6" padding="8px 24px"/>'
            f'<mj-image padding="8px 24px"/><mj-button padding="12px 24px" font-size="15px" inner-padding="12px 28px" '
            f'border-radius="6px"/><mj-divider padding="12px 24px" border-width="1px"/></mj-attributes>{style}'
            "</mj-head>"
            f'<mj-body width="{theme.width}px" background-color="{theme.background}" css-class="t-page">'
            f'<mj-wrapper background-color="{theme.content_background}" css-class="t-card">{sections}</mj-wrapper>'
            "</mj-body></mjml>"
        )
        try:
            compiled = mrml.to_html(source, None, _OPTIONS).content
        except OSError as exc:
            raise BugError(f"The layout of a message is not valid MJML: {exc}") from exc
        return Source.of(self._fill(compiled), self._fields)

    def _fill(self, compiled: str) -> Iterator[Piece]:
        position = 0
        for slot in _SLOT.finditer(compiled):
            yield Piece(compiled[position : slot.start()])
            yield from self._slots[int(slot[1])]
            position = slot.end()
        yield Piece(compiled[position:])

    def _slot(self, path: str, text: str, pieces: list[Piece]) -> str:
        self._fields[path] = text
        self._slots.append(pieces)
        return f"zzq{len(self._slots) - 1}qzz"

    def _plain(self, path: str, text: str, *, has_breaks: bool = False) -> str:
        pieces = markup.plain(path, text, "html", has_breaks=has_breaks, is_literal=path in self._broken)
        return self._slot(path, text, pieces)

    def _sections(self, blocks: Sequence[Block]) -> Iterator[str]:
        """Columns are a section of their own; all blocks between them share one."""
        shared: list[str] = []
        for index, block in enumerate(blocks):
            path = f"blocks[{index}]"
            if not isinstance(block, ColumnsBlock):
                shared.append(self._block(path, block))
                continue
            if shared:
                yield f"<mj-section><mj-column>{''.join(shared)}</mj-column></mj-section>"
                shared = []
            columns = [
                "".join(self._block(f"{path}.columns[{side}][{at}]", inner) for at, inner in enumerate(column))
                for side, column in enumerate(block.columns)
            ]
            yield "<mj-section>" + "".join(f"<mj-column>{column}</mj-column>" for column in columns) + "</mj-section>"
        if shared:
            yield f"<mj-section><mj-column>{''.join(shared)}</mj-column></mj-section>"

    def _block(self, path: str, block: Block) -> str:
        match block:
            case HeadingBlock():
                return self._heading(path, block)
            case TextBlock():
                field, color = f"{path}.text", self._theme.brand_color
                pieces = markup.paragraphs(
                    field, block.text, "html", link_color=color, is_literal=field in self._broken
                )
                text = self._slot(field, block.text, pieces)
                return f'<mj-text align="{block.align}" css-class="t-text">{text}</mj-text>'
            case ImageBlock():
                return self._image(path, block)
            case ButtonBlock():
                return self._button(path, block)
            case DividerBlock():
                return f'<mj-divider border-color="{block.color or _GREY}" css-class="t-line"/>'
            case SpacerBlock():
                return f'<mj-spacer height="{block.height}px"/>'
            case HtmlBlock():
                field = f"{path}.html"
                if field in self._broken:
                    html = self._plain(field, block.html)
                else:
                    html = self._slot(field, block.html, [Piece(block.html, field)])
                return f'<mj-text padding="0" css-class="t-text">{html}</mj-text>'
            case FooterBlock():
                return self._footer(path, block)
            case ColumnsBlock():
                raise BugError("Columns stand in a section of their own.")

    def _heading(self, path: str, block: HeadingBlock) -> str:
        field, tag = f"{path}.text", f"h{block.level}"
        pieces = markup.inline(
            field, block.text, "html", link_color=self._theme.brand_color, is_literal=field in self._broken
        )
        text = self._slot(field, block.text, pieces)
        style = f"margin:0;font-size:{_HEADINGS[block.level]}px;line-height:1.3;font-weight:600;"
        return f'<mj-text align="{block.align}" css-class="t-text"><{tag} style="{style}">{text}</{tag}></mj-text>'

    def _image(self, path: str, block: ImageBlock) -> str:
        if not block.src.strip():
            return ""
        src, alt = self._plain(f"{path}.src", block.src), self._plain(f"{path}.alt", block.alt)
        href = f' href="{self._plain(f"{path}.href", block.href)}"' if block.href.strip() else ""
        width = f' width="{block.width}px"' if block.width else ""
        return f'<mj-image align="{block.align}" src="{src}" alt="{alt}"{href}{width}/>'

    def _button(self, path: str, block: ButtonBlock) -> str:
        color = block.color or self._theme.brand_color
        text = self._plain(f"{path}.text", block.text)
        href = f' href="{self._plain(f"{path}.href", block.href)}"' if block.href.strip() else ""
        return (
            f'<mj-button align="{block.align}" background-color="{color}" color="{_readable_on(color)}"{href}>'
            f"{text}</mj-button>"
        )

    def _footer(self, path: str, block: FooterBlock) -> str:
        rows = [
            self._plain(f"{path}.{name}", text, has_breaks=True)
            for name, text in (("company", block.company), ("address", block.address))
            if text.strip()
        ]
        words = self._plain(f"{path}.unsubscribe", block.unsubscribe or _UNSUBSCRIBE)
        link = self._slot(f"{path}.link", "", [Piece("{{ unsubscribe_url }}")])
        rows.append(f'<a href="{link}" style="color:{_QUIET};text-decoration:underline;">{words}</a>')
        return (
            f'<mj-text align="center" color="{_QUIET}" font-size="12px" css-class="t-quiet">'
            f"{'<br/>'.join(rows)}</mj-text>"
        )


def _readable_on(color: str) -> str:
    """White or black, whichever is read better on this colour (WCAG 2.2, relative luminance)."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return "#ffffff" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.179 else "#000000"


# ---- the text part


def _text(blocks: Sequence[Block], broken: Collection[str]) -> Source:
    fields: dict[str, str] = {}
    pieces = [
        piece for index, block in enumerate(blocks) for piece in _text_block(f"blocks[{index}]", block, fields, broken)
    ]
    return Source.of(pieces, fields)


def _text_block(path: str, block: Block, fields: dict[str, str], broken: Collection[str]) -> Iterator[Piece]:
    def take(name: str, text: str, make: Callable[..., list[Piece]] = markup.plain) -> list[Piece]:
        field = f"{path}.{name}"
        fields[field] = text
        return make(field, text, "text", is_literal=field in broken)

    end = Piece("\n\n")
    match block:
        case HeadingBlock():
            yield from take("text", block.text, markup.inline)
            yield end
        case TextBlock():
            yield from take("text", block.text, markup.paragraphs)
        case ButtonBlock():
            yield from _with_address(take("text", block.text), take("href", block.href))
            yield end
        case ImageBlock():
            if block.alt.strip() and block.src.strip():
                yield from _with_address(take("alt", block.alt), take("href", block.href))
                yield end
        case DividerBlock():
            yield Piece("----\n\n")
        case FooterBlock():
            for name, text in (("company", block.company), ("address", block.address)):
                yield from take(name, text)
                yield Piece("\n" if text.strip() else "")
            yield from take("unsubscribe", block.unsubscribe or _UNSUBSCRIBE)
            yield Piece(": {{ unsubscribe_url }}\n")
        case ColumnsBlock():
            for side, column in enumerate(block.columns):
                for at, inner in enumerate(column):
                    yield from _text_block(f"{path}.columns[{side}][{at}]", inner, fields, broken)
        case SpacerBlock() | HtmlBlock():
            pass


def _with_address(words: list[Piece], href: list[Piece]) -> Iterator[Piece]:
    yield from words
    if any(piece.text.strip() for piece in href):
        yield Piece(": ")
        yield from href
