"""Liquid templates of one arm: strict about what is missing, with every complaint at the place where it was written.

A template of an operator is untrusted text. It sees a plain dictionary, no files, no other template and no attribute of
a Python object. Missing values may be asked for (`{% if profile.city %}`) and replaced (`| default: "…"`), but printing
or calculating with one is an error: a message with a hole in it is worse than one that was not sent.

The markup of the HTML part is the operator's; every value put into it is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError, TemplateNotFoundError, UndefinedError

from tributary.errors import InvalidRequest
from tributary.messaging.engine import (
    BLOCKS,
    ESCAPING,
    LIMITS,
    MAX_OUTPUT,
    PLAIN,
    REMOVED_TAGS,
    missing_name,
    render_on,
)
from tributary.messaging.source import Place, Source, line_and_column
from tributary.messaging.tags import MAX_TAG, BrokenTag, Tag, scan_tags
from tributary.messaging.words import NOTHING, Words, near_words, template_words

__all__ = ["MAX_OUTPUT", "MAX_SOURCE", "NAMES", "MessageTemplate", "Part", "Rendered", "TemplateError", "template_data"]

Part = Literal["subject", "preheader", "html", "text"]
MAX_SOURCE = 200_000  # characters of one part; mail programs clip a page of more than 102 KB anyway
MAX_TAGS = 2_000  # of one part; the engine takes half a millisecond to read one
_MAX_MISTAKES, _MAX_MISTAKES_OF_LONG = 20, 3  # that are told of one field: each costs a compilation
_SHORT = 20_000  # characters
_UNEXPECTED_TAG = re.compile(r"unexpected tag '(\w+)'")
_INNER_TAG = re.compile(r"end\w*|else|elsif|when")  # known, but only inside or at the end of another
_ENDED = re.compile(r"expected tag '?(end\w+)")

# What a template can see besides the traits of `profile`, which are the workspace's own.
NAMES: Mapping[str, frozenset[str]] = {
    "workspace": frozenset({"name"}),
    "campaign": frozenset({"name"}),
    "unsubscribe_url": frozenset(),
    "now": frozenset(),
}


class TemplateError(InvalidRequest):
    """A template cannot be used, or cannot be rendered for this person.

    `part` is subject, preheader, html or text; `path` the field in the arm where it was written, such as `subject` or
    `blocks[3].text`. `line` and `column` count characters in that field from 1, and `length` is how many of them are
    wrong. `reason` is a short stable code, and `variable` the name of the missing value, if that is what is wrong.
    """

    code = "invalid_template"
    status = 422

    def __init__(
        self,
        message: Words,
        *,
        cure: Words,
        part: str,
        path: str,
        reason: str,
        line: int | None = None,
        column: int | None = None,
        length: int | None = None,
        variable: str = "",
    ) -> None:
        place = path if line is None else f"{path}:{line}:{column}"
        super().__init__(
            f"{place}: {message.en}", cure=cure.en, path=path, line=line, column=column, reason=reason,
            variable=variable,
        )  # fmt: skip
        self.words, self.cures = message, cure
        self.part, self.path, self.line, self.column, self.length = part, path, line, column, length
        self.reason, self.variable = reason, variable
        self._place = place

    def in_chinese(self) -> tuple[str, str | None]:
        """Message and cure in Chinese."""
        return f"{self._place}：{self.words.zh}", self.cures.zh


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message, ready to be put into an envelope. `html` or `text` is None when there is no such part."""

    subject: str
    html: str | None
    text: str | None


@dataclass(frozen=True, slots=True)
class _Compiled:
    part: Part
    source: Source
    template: BoundTemplate


class MessageTemplate:
    """The compiled parts of one arm's content. Texts are taken as parts that are one field each.

    `is_blocks` says that the HTML was made of blocks, `is_derived` that the text was.

    Raises:
        TemplateError: a part is not valid Liquid, or names a tag or filter that does not exist.
    """

    def __init__(
        self,
        *,
        subject: str | Source,
        html: str | Source | None,
        text: str | Source | None,
        preheader: str | Source = "",
        is_blocks: bool = False,
        is_derived: bool = False,
    ) -> None:
        self._is_derived = is_derived
        given: dict[Part, str | Source | None] = {
            "subject": subject, "preheader": preheader or None, "html": html or None, "text": text or None,
        }  # fmt: skip
        sources: dict[Part, Source] = {
            part: Source.plain(part, source) if isinstance(source, str) else source
            for part, source in given.items()
            if source is not None
        }
        self._parts: dict[Part, _Compiled] = {}
        for part, source in sources.items():
            template = _compile(part, source, _environment(part, is_blocks=is_blocks))
            self._parts[part] = _Compiled(part, source, template)

    def render(self, data: Mapping[str, Any]) -> Rendered:
        """The message for one person. `data` is what `template_data` makes.

        Raises:
            TemplateError: a value is missing, or a limit was reached.
        """
        texts: dict[Part, str] = {
            part: _render(compiled, data) for part, compiled in self._parts.items() if part != "preheader"
        }
        return self._rendered(texts)

    def render_on(self, data: Mapping[str, Any]) -> tuple[Rendered, str, list[TemplateError]]:
        """The same to the end whatever happens, with `⟦name⟧` for what is missing; the preheader; and every mistake."""
        texts: dict[Part, str] = {}
        mistakes: dict[tuple[Any, ...], TemplateError] = {}
        for part, compiled in self._parts.items():
            texts[part], noted = render_on(compiled.template, data)
            for exc in noted:
                mistake = _explain(part, compiled.source, exc)
                mistakes.setdefault((mistake.path, mistake.line, mistake.column, mistake.reason), mistake)
        preheader = " ".join(texts.pop("preheader", "").split())
        return self._rendered(texts), preheader, list(mistakes.values())

    def _rendered(self, texts: Mapping[Part, str]) -> Rendered:
        text = texts.get("text")
        if text is not None and self._is_derived:
            text = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.split("\n"))).strip() + "\n"
        subject = " ".join(texts["subject"].split())  # a line break here would start another mail header
        return Rendered(subject, texts.get("html"), text)

    def variables(self) -> dict[str, set[str]]:
        """The dotted names that each part reads, such as `{"html": {"profile.first_name", "unsubscribe_url"}}`."""
        return {part: {".".join(path) for path in paths} for part, paths in self.paths().items()}

    def paths(self) -> dict[str, set[tuple[str, ...]]]:
        """The same as `variables`, with each name as its segments: `("profile", "first_name")`."""
        return {part: {name for name, _ in self._reads(compiled)} for part, compiled in self._parts.items()}

    def reads(self) -> Iterator[tuple[tuple[str, ...], Part, Source, int]]:
        """Every place that reads a value: its name as segments, the part, the part's source, and the index in it."""
        for part, compiled in self._parts.items():
            for name, index in self._reads(compiled):
                yield name, part, compiled.source, index

    @staticmethod
    def _reads(compiled: _Compiled) -> Iterator[tuple[tuple[str, ...], int]]:
        for variables in compiled.template.analyze().globals.values():
            for variable in variables:
                yield tuple(str(segment) for segment in variable.segments), variable.span.index


def syntax_mistakes(part: Part, path: str, written: str, *, is_blocks: bool = False) -> list[TemplateError]:
    """All that is wrong with one field whoever gets it, in reading order; nothing if it can be compiled.

    The engine stops at the first. A `{{ … }}` that is wrong is blanked and the rest is looked at again; after a tag
    that is wrong nothing can be said about its like.
    """
    found: list[TemplateError] = []
    environment, text = _environment(part, is_blocks=is_blocks), written
    while len(found) < (_MAX_MISTAKES if len(written) <= _SHORT else _MAX_MISTAKES_OF_LONG):
        try:
            _compile(part, Source.plain(path, text), environment)
        except TemplateError as exc:
            found.append(exc)
            tag = _tag_at(text, exc)
            if tag is None or tag.name:
                break
            text = text[: tag.start] + re.sub(r"[^\n]", " ", text[tag.start : tag.end]) + text[tag.end :]
        else:
            break
    return sorted(found, key=lambda exc: (exc.line or 0, exc.column or 0))


def _tag_at(text: str, exc: TemplateError) -> Tag | None:
    for tag in scan_tags(text)[0]:
        if exc.line is not None and (
            line_and_column(text, tag.start) <= (exc.line, exc.column or 1) < line_and_column(text, tag.end)
        ):
            return tag
    return None


def _environment(part: Part, *, is_blocks: bool) -> Environment:
    return PLAIN if part != "html" else BLOCKS if is_blocks else ESCAPING


def _compile(part: Part, source: Source, environment: Environment) -> BoundTemplate:
    most = MAX_SOURCE if len(source.fields) == 1 else MAX_OUTPUT  # what was compiled holds much that nobody wrote
    if len(source.text) > most:
        raise _mistake(part, source, None, None, "too_large", str(most))
    tags, broken = scan_tags(source.text)
    if broken is not None:
        raise _broken(part, source, broken)
    if len(tags) > MAX_TAGS:
        raise _mistake(part, source, tags[MAX_TAGS].start, None, "too_many_tags", str(MAX_TAGS))
    try:
        template = environment.from_string(source.text)
        filters = template.analyze().filters
    except LiquidError as exc:
        raise _explain(part, source, exc) from None
    for name, spans in filters.items():
        if name not in environment.filters:
            hint = near_words(name, environment.filters)
            raise _mistake(part, source, spans[0].index, len(name), "unknown_filter", name, hint=hint)
    return template


def _broken(part: Part, source: Source, tag: BrokenTag) -> TemplateError:
    """What the engine is not asked about, in the words that it would find."""
    fact = {
        "unclosed": f"expected '{tag.name}', found end of file",
        "unended": f"expected tag end{tag.name}, found end of file",
        "empty": "missing expression",
    }.get(tag.kind)
    length = tag.end - tag.start
    if fact is None:
        return _mistake(part, source, tag.start, length, "tag_too_long", str(MAX_TAG))
    return _mistake(part, source, tag.start, length, "syntax", fact)


def _render(compiled: _Compiled, data: Mapping[str, Any]) -> str:
    try:
        return compiled.template.render(**data)
    except LiquidError as exc:
        raise _explain(compiled.part, compiled.source, exc) from None
    except (ArithmeticError, ValueError, TypeError, RecursionError) as exc:
        raise _mistake(compiled.part, compiled.source, None, None, "calculation", type(exc).__name__) from None


def _explain(part: Part, source: Source, exc: LiquidError) -> TemplateError:
    detail = str(exc.message or type(exc).__name__)
    index = exc.token.start_index if exc.token is not None and exc.token.start_index >= 0 else None
    length = len(exc.token.value) if exc.token is not None else None
    if isinstance(exc, UndefinedError):
        name = missing_name(exc)
        return _mistake(part, source, index, len(name), "missing_value", name, variable=name)
    if (tag := _UNEXPECTED_TAG.match(detail)) and not _INNER_TAG.fullmatch(tag[1]):
        reason = "no_files" if tag[1] in REMOVED_TAGS else "unknown_tag"
        hint = template_words("no_files")[1] if reason == "no_files" else near_words(tag[1], PLAIN.tags)
        return _mistake(part, source, index, length, "unknown_tag", tag[1], hint=hint)
    if isinstance(exc, TemplateNotFoundError):
        return _mistake(part, source, index, length, "no_files", detail)
    if isinstance(exc, LIMITS):
        return _mistake(part, source, index, length, "limit", detail)
    if type(exc).__name__ == "Incalculable":
        return _mistake(part, source, index, length, "calculation", detail)
    if ended := _ENDED.search(detail):
        index, length = _unended(source.text, ended[1].removeprefix("end"))
    return _mistake(part, source, index, length, "syntax", detail)


def _unended(text: str, name: str) -> tuple[int | None, int | None]:
    """Where the tag of this name begins that is never ended."""
    opened: list[Tag] = []
    for tag in scan_tags(text)[0]:
        if tag.name == name:
            opened.append(tag)
        elif tag.name == f"end{name}" and opened:
            opened.pop()
    return (opened[0].start, opened[0].end - opened[0].start) if opened else (None, None)


def _mistake(
    part: Part,
    source: Source,
    index: int | None,
    length: int | None,
    reason: str,
    fact: str,
    *,
    variable: str = "",
    hint: Words = NOTHING,
) -> TemplateError:
    message, cure = template_words(reason, fact, hint)
    place: Place | None = source.place(index) if index is not None else None
    if place is None:
        path = next(iter(source.fields)) if len(source.fields) == 1 else part
        return TemplateError(message, cure=cure, part=part, path=path, reason=reason, variable=variable)
    line, column = line_and_column(source.fields[place.path], place.offset)
    return TemplateError(
        message, cure=cure, part=part, path=place.path, reason=reason, line=line, column=column, length=length,
        variable=variable,
    )  # fmt: skip


def template_data(
    *,
    profile: Mapping[str, Any],
    profile_id: str,
    workspace_name: str,
    campaign_name: str,
    unsubscribe_url: str,
    now: datetime,
) -> dict[str, Any]:
    """What a template can see. Traits without a value are left out, so that they count as missing."""
    traits = {name: value for name, value in profile.items() if value is not None}
    return {
        "profile": {**traits, "id": profile_id},
        "workspace": {"name": workspace_name},
        "campaign": {"name": campaign_name},
        "unsubscribe_url": unsubscribe_url,
        "now": now.isoformat(timespec="seconds"),
    }
