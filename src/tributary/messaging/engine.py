"""The Liquid engine: strict about what is missing, bounded in what it may cost, blind to everything but its data.

The engine's own limits leave gaps, so every filter is wrapped. Two kinds of HTML: in an arm's own HTML, what stands in
quotation marks inside a tag is the operator's markup; in blocks it is text like all else there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, ClassVar, TextIO

from liquid import BoundTemplate, Environment, Node, RenderContext, Token
from liquid.builtin.expressions import StringLiteral
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import (
    ContextDepthError,
    LiquidError,
    LocalNamespaceLimitError,
    LoopIterationLimitError,
    OutputStreamLimitError,
    UndefinedError,
)
from liquid.expression import Expression
from liquid.stringify import to_liquid_string
from liquid.undefined import FalsyStrictUndefined, Undefined

MAX_OUTPUT = 500_000  # bytes of one rendered part
_MAX_LOOPS = 2_000  # turns of all loops of a part together, and items of a list in a filter
_MAX_BITS = 1_024  # of a whole number
REMOVED_TAGS = ("include", "render")  # there is nothing to include, and saying so beats "template not found"

LIMITS = (LoopIterationLimitError, LocalNamespaceLimitError, OutputStreamLimitError, ContextDepthError)

# Where a rendering that goes on after a mistake notes it. None: a mistake ends the rendering.
_noted: ContextVar[list[LiquidError] | None] = ContextVar("noted", default=None)


class Incalculable(LiquidError):
    """A filter cannot work with what it gets."""


class _Missing(FalsyStrictUndefined):
    """A value that is not there: false in a condition, equal to nil, replaceable by `default`, otherwise an error."""

    force_liquid_default = True

    def __eq__(self, other: object) -> bool:
        return other is None or other is False or isinstance(other, Undefined)

    __hash__ = Undefined.__hash__


class _Context(RenderContext):
    def get_item(self, obj: Any, key: Any) -> Any:
        """Of a mapping only what is in it: `profile.first` is a trait of this name or missing, never some first one."""
        return obj[key] if isinstance(obj, Mapping) else super().get_item(obj, key)


class _Template(BoundTemplate):
    context_class = _Context


class _Environment(Environment):
    template_class = _Template
    loop_iteration_limit: ClassVar[int | None] = _MAX_LOOPS
    output_stream_limit: ClassVar[int | None] = MAX_OUTPUT
    local_namespace_limit: ClassVar[int | None] = MAX_OUTPUT
    context_depth_limit: ClassVar[int] = 20
    block_nesting_limit: ClassVar[int] = 20

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for name in REMOVED_TAGS:
            self.tags.pop(name, None)
        self.add_tag(_PlacedOutput)
        for name, function in list(self.filters.items()):
            self.filters[name] = _guarded(name, function)

    def error(self, exc: type[LiquidError] | LiquidError, msg: str | None = None, token: Token | None = None) -> None:
        """Give a complaint about the end of a tag, which has no place of its own, the place of the tag."""
        if isinstance(exc, LiquidError):
            if token is not None and (exc.token is None or exc.token.start_index < 0):
                exc.token = token
            noted = _noted.get()
            if noted is not None:
                noted.append(exc)
                return
        super().error(exc, msg, token)


class _PlacedOutputNode(OutputNode):
    """Prints a value; a mistake in it knows its place. While mistakes are noted, it prints the name of the value."""

    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        try:
            text = to_liquid_string(self.expression.evaluate(context), context.autoescape)
        except LIMITS:
            raise
        except LiquidError as exc:
            text = self._noted(exc, context)
        except (ArithmeticError, ValueError, TypeError, RecursionError) as exc:
            text = self._noted(Incalculable(type(exc).__name__, token=self.token), context)
        return buffer.write(text)

    def _noted(self, exc: LiquidError, context: RenderContext) -> str:
        noted = _noted.get()
        if noted is None:
            raise exc
        if exc.token is None or exc.token.start_index < 0:
            exc.token = self.token
        noted.append(exc)
        return to_liquid_string(f"⟦{missing_name(exc) or '?'}⟧", context.autoescape)


class _PlacedOutput(Output):
    node_class = _PlacedOutputNode


def missing_name(exc: LiquidError) -> str:
    """The name of the value that was missing; empty when the complaint is about something else."""
    if not isinstance(exc, UndefinedError):
        return ""
    return str(exc.message).removesuffix(" is undefined").strip("'")


def _guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that refuses a missing value and cannot grow a text without bound."""

    @functools.wraps(function)
    def call(value: Any, *args: Any, **options: Any) -> Any:
        if name != "default":
            for each in (value, *args, *options.values()):
                if isinstance(each, _Missing):
                    str(each)  # raises, with the place
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


class _TextLiteral(StringLiteral):
    """What stands in quotation marks, as text that is escaped like every value."""

    __slots__ = ()

    def evaluate(self, context: RenderContext) -> str:  # noqa: ARG002
        return self.value


class _BlockEnvironment(_Environment):
    """For HTML made of blocks: nobody writes markup there, so quotation marks hold text."""

    def from_string(self, source: str, *args: Any, **options: Any) -> BoundTemplate:
        template = super().from_string(source, *args, **options)
        context = RenderContext(template)
        for node in template.nodes:
            for literal in _literals(node, context):
                literal.__class__ = (
                    _TextLiteral  # its slots are the same; the parser offers no place to choose the class
                )
        return template


def _literals(node: Node, context: RenderContext) -> Iterator[StringLiteral]:
    pending: list[Expression] = list(node.expressions())
    while pending:
        expression = pending.pop()
        if isinstance(expression, StringLiteral):
            yield expression
        pending += expression.children()
    for child in node.children(context):
        yield from _literals(child, context)


PLAIN: Environment = _Environment(undefined=_Missing)
ESCAPING: Environment = _Environment(undefined=_Missing, autoescape=True)
BLOCKS: Environment = _BlockEnvironment(undefined=_Missing, autoescape=True)


def render_on(template: BoundTemplate, data: Mapping[str, Any]) -> tuple[str, list[LiquidError]]:
    """Render to the end whatever happens: the text, with `⟦name⟧` for what is missing, and every mistake."""
    noted: list[LiquidError] = []
    token = _noted.set(noted)
    try:
        return template.render(**data), noted
    except (LiquidError, ArithmeticError, ValueError, TypeError, RecursionError) as exc:
        noted.append(exc if isinstance(exc, LiquidError) else Incalculable(type(exc).__name__, token=None))
        return "", noted
    finally:
        _noted.reset(token)
