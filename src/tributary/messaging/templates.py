"""Liquid templates: strict about what is missing, bounded in what they may cost, blind to everything but their data.

A template of an operator is untrusted text. It sees a plain dictionary, no files, no other template and no attribute of
a Python object. Missing values may be asked for (`{% if profile.city %}`) and replaced (`| default: "…"`), but printing
or calculating with one is an error: a message with a hole in it is worse than one that was not sent.

The markup of the HTML part is the operator's; every value put into it is escaped.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal

from liquid import BoundTemplate, Environment
from liquid.exceptions import (
    ContextDepthError,
    LiquidError,
    LocalNamespaceLimitError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    TemplateNotFoundError,
    UndefinedError,
)
from liquid.undefined import FalsyStrictUndefined, Undefined

from tributary.errors import InvalidRequest
from tributary.rules import did_you_mean

Part = Literal["subject", "html", "text"]
MAX_SOURCE = 200_000  # characters of one part; mail programs clip a page of more than 102 KB anyway
MAX_OUTPUT = 500_000  # bytes of one rendered part
_MAX_LOOPS = 2_000  # turns of all loops of a part together, and items of a list in a filter
_MAX_BITS = 1_024  # of a whole number
_REMOVED_TAGS = ("include", "render")  # there is nothing to include, and saying so beats "template not found"
_UNEXPECTED_TAG = re.compile(r"unexpected tag '(\w+)'")
_INNER_TAG = re.compile(r"end\w*|else|elsif|when")  # known, but only inside or at the end of another

# What a template can see besides the traits of `profile`, which are the workspace's own.
NAMES: Mapping[str, frozenset[str]] = {
    "workspace": frozenset({"name"}),
    "campaign": frozenset({"name"}),
    "unsubscribe_url": frozenset(),
    "now": frozenset(),
}


class TemplateError(InvalidRequest):
    """A template cannot be used, or cannot be rendered for this person.

    `part` is subject, html or text; `line` and `column` count from 1; `reason` is a short stable code, and `variable`
    the name of the missing value, if that is what is wrong.
    """

    code = "invalid_template"
    status = 422

    def __init__(
        self,
        message: str,
        *,
        cure: str,
        part: str,
        line: int | None,
        column: int | None,
        reason: str,
        variable: str = "",
    ) -> None:
        place = part if line is None else f"{part}:{line}:{column}"
        super().__init__(
            f"{place}: {message}",
            cure=cure,
            path=part,
            line=line,
            column=column,
            reason=reason,
            variable=variable,
        )
        self.part, self.line, self.column, self.reason, self.variable = part, line, column, reason, variable


class _Missing(FalsyStrictUndefined):
    """A value that is not there: false in a condition, equal to nil, replaceable by `default`, otherwise an error."""

    force_liquid_default = True

    def __eq__(self, other: object) -> bool:
        return other is None or other is False or isinstance(other, Undefined)

    __hash__ = Undefined.__hash__


class _Environment(Environment):
    loop_iteration_limit: ClassVar[int | None] = _MAX_LOOPS
    output_stream_limit: ClassVar[int | None] = MAX_OUTPUT
    local_namespace_limit: ClassVar[int | None] = MAX_OUTPUT
    context_depth_limit: ClassVar[int] = 20
    block_nesting_limit: ClassVar[int] = 20

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for name in _REMOVED_TAGS:
            self.tags.pop(name, None)
        for name, function in list(self.filters.items()):
            self.filters[name] = _guarded(name, function)


def _guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that refuses a missing value and cannot grow a text without bound."""

    @functools.wraps(function)
    def call(value: Any, *args: Any, **options: Any) -> Any:
        if isinstance(value, _Missing) and name != "default":
            str(value)  # raises, with the place
        _check_items(value, *args)
        texts = [len(arg) for arg in args if isinstance(arg, str)]
        if name == "replace" and isinstance(value, str) and len(texts) == 2 and len(args) == 2:
            found = value.count(args[0]) if args[0] else len(value) + 1
            _check_size(len(value) + found * texts[1])
        if name == "join" and isinstance(value, list | tuple) and texts:
            _check_size(len(value) * texts[0])
        result = function(value, *args, **options)
        if isinstance(result, str):
            _check_size(len(result))
        if isinstance(result, int) and result.bit_length() > _MAX_BITS:
            raise OutputStreamLimitError("the number is too large", token=None)
        _check_items(result)
        return result

    return call


def _check_items(*values: Any) -> None:
    """Lists stay short in filters too: some of these take quadratic time, and all would write a range out."""
    if any(isinstance(value, list | tuple | range) and len(value) > _MAX_LOOPS for value in values):
        raise LoopIterationLimitError("the list is too long", token=None)


def _check_size(size: int) -> None:
    if size > MAX_OUTPUT:
        raise OutputStreamLimitError("output stream limit reached", token=None)


_PLAIN = _Environment(undefined=_Missing)
_ESCAPING = _Environment(undefined=_Missing, autoescape=True)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message, ready to be put into an envelope. `html` or `text` is None when there is no such part."""

    subject: str
    html: str | None
    text: str | None


class MessageTemplate:
    """The compiled parts of one arm's content.

    Raises:
        TemplateError: a part is not valid Liquid, or names a tag or filter that does not exist.
    """

    def __init__(self, *, subject: str, html: str | None, text: str | None) -> None:
        self._subject = _compile("subject", subject)
        self._html = _compile("html", html) if html else None
        self._text = _compile("text", text) if text else None

    def render(self, data: Mapping[str, Any]) -> Rendered:
        """The message for one person. `data` is what `template_data` makes.

        Raises:
            TemplateError: a value is missing, or a limit was reached.
        """
        subject = _render("subject", self._subject, data)
        return Rendered(
            subject=" ".join(subject.split()),  # a line break here would start another mail header
            html=_render("html", self._html, data) if self._html else None,
            text=_render("text", self._text, data) if self._text else None,
        )

    def variables(self) -> dict[str, set[str]]:
        """The dotted names that each part reads, such as `{"html": {"profile.first_name", "unsubscribe_url"}}`."""
        return {part: {".".join(path) for path in paths} for part, paths in self.paths().items()}

    def paths(self) -> dict[str, set[tuple[str, ...]]]:
        """The same as `variables`, with each name as its segments: `("profile", "first_name")`."""
        parts: dict[str, BoundTemplate | None] = {"subject": self._subject, "html": self._html, "text": self._text}
        return {
            part: {
                tuple(str(segment) for segment in variable.segments)
                for variables in compiled.analyze().globals.values()
                for variable in variables
            }
            for part, compiled in parts.items()
            if compiled is not None
        }


def _compile(part: Part, source: str) -> BoundTemplate:
    if len(source) > MAX_SOURCE:
        raise TemplateError(
            f"The template has more than {MAX_SOURCE} characters.", cure="Shorten it; link images, do not embed them.",
            part=part, line=None, column=None, reason="too_large",
        )  # fmt: skip
    environment = _ESCAPING if part == "html" else _PLAIN
    try:
        template = environment.from_string(source)
        filters = template.analyze().filters
    except LiquidError as exc:
        raise _explain(part, exc) from None
    for name, spans in filters.items():
        if name not in environment.filters:
            index = spans[0].index
            raise TemplateError(
                f"there is no filter '{name}'.",
                cure=did_you_mean(name, environment.filters) or "Use a filter of standard Liquid.",
                part=part,
                line=source.count("\n", 0, index) + 1,
                column=index - source.rfind("\n", 0, index),
                reason="unknown_filter",
            )
    return template


def _render(part: Part, template: BoundTemplate, data: Mapping[str, Any]) -> str:
    try:
        return template.render(**data)
    except LiquidError as exc:
        raise _explain(part, exc) from None
    except (ArithmeticError, ValueError, TypeError, RecursionError) as exc:
        raise TemplateError(
            f"The template cannot be calculated ({type(exc).__name__}).",
            cure="Check the filters and the types of the values they get.",
            part=part, line=None, column=None, reason="calculation",
        ) from None  # fmt: skip


_LIMITS = (LoopIterationLimitError, LocalNamespaceLimitError, OutputStreamLimitError, ContextDepthError)


def _explain(part: Part, exc: LiquidError) -> TemplateError:
    place = exc.context()
    line, column = (place[0], place[1] + 1) if place else (None, None)
    message = str(exc.message or type(exc).__name__)
    reason, cure, variable = "syntax", "Correct the Liquid at this place.", ""
    if isinstance(exc, UndefinedError):
        variable = message.removesuffix(" is undefined").strip("'")
        reason = "missing_value"
        message = f"{variable} has no value."
        cure = (
            f'Give a fallback: {{{{ {variable} | default: "…" }}}}, or ask first: {{% if {variable} %}}…{{% endif %}}.'
        )
    elif (tag := _UNEXPECTED_TAG.match(message)) and not _INNER_TAG.fullmatch(tag[1]):
        reason, message = "unknown_tag", f"there is no tag '{tag[1]}'."
        cure = did_you_mean(tag[1], _PLAIN.tags) or "Use a tag of standard Liquid."
        if tag[1] in _REMOVED_TAGS:
            cure = "Templates cannot include others; put the text here."
    elif isinstance(exc, TemplateNotFoundError):
        reason, cure = "no_files", "Templates cannot include others; put the text here."
    elif isinstance(exc, _LIMITS):
        reason, cure = "limit", "Loop over less, or print less."
    return TemplateError(message, cure=cure, part=part, line=line, column=column, reason=reason, variable=variable)


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
