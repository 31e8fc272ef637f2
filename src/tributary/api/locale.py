"""The language of texts in answers: `?locale=`, else what the browser prefers, else the workspace's.

Errors, and fields of the type `Text`, need nothing more: they are written in English and translated on the way out.
A route that makes sentences itself takes `LocaleDep`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import PlainSerializer
from starlette.datastructures import Headers, QueryParams
from starlette.types import Scope

from tributary.core.translation import translate
from tributary.errors import BugError, InvalidRequest
from tributary.rules import Locale

LOCALE = "locale"  # the query parameter; every route takes it
_LOCALES: tuple[Locale, ...] = ("zh", "en")


def preferred_locale(accept_language: str | None, otherwise: Locale = "en") -> Locale:
    """The language of ours that an Accept-Language header likes best (RFC 9110 §12.5.4); English when it names others.

    Without a header, or with one that takes any language, `otherwise`.
    """
    if (accept_language or "").strip() in ("", "*"):
        return otherwise
    best: Locale = "en"
    best_quality = 0.0
    for entry in (accept_language or "").split(","):
        tag, _, parameters = entry.strip().partition(";")
        quality = _quality(parameters)
        for locale in _LOCALES:
            if tag.strip().lower().split("-")[0] == locale and quality > best_quality:
                best, best_quality = locale, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0


def as_locale(text: str) -> Locale:
    """The language that a workspace was given; its settings take no others."""
    return "zh" if text == "zh" else "en"


def locale_of(scope: Scope) -> Locale:
    """The language of whoever sent a request. It may not be known yet who that is: then English is the last resort."""
    chosen = QueryParams(scope.get("query_string", b"")).get(LOCALE)
    if chosen in _LOCALES:
        return as_locale(chosen)
    principal = scope.get("state", {}).get("principal")
    otherwise = "en" if principal is None else as_locale(principal.locale)
    return preferred_locale(Headers(scope=scope).get("accept-language"), otherwise)


_answered: ContextVar[Scope | None] = ContextVar("answered", default=None)


@contextmanager
def answering(scope: Scope) -> Iterator[None]:
    """While a request is answered: fields of the type `Text` speak its language."""
    token = _answered.set(scope)
    try:
        yield
    finally:
        _answered.reset(token)


def in_callers_language(text: str) -> str:
    """An English text in the language of the request that is answered; as it is, outside of one."""
    scope = _answered.get()
    if scope is None:
        return text
    state = scope.setdefault("state", {})
    if "locale" not in state:  # a list has thousands of texts; by the time that it is answered it is known who calls
        state["locale"] = locale_of(scope)
    return translate(text, state["locale"])


Text = Annotated[str, PlainSerializer(in_callers_language, return_type=str)]
"""The type of a field of an answer that is a text for people: written in English, answered in the caller's language."""


def check_locale(chosen: str) -> None:
    """Raise `InvalidRequest` unless `chosen` is one of our languages."""
    if chosen not in _LOCALES:
        raise InvalidRequest(
            f"There is no language {chosen!r} here.", cure=f"Known are {', '.join(_LOCALES)}.", path=f"query.{LOCALE}"
        )


async def _locale(
    request: Request,
    locale: Annotated[Locale | None, Query(description="Language of sentences in the answer.")] = None,  # noqa: ARG001 (for the reference; read in locale_of)
) -> Locale:
    if getattr(request.state, "principal", None) is None:
        raise BugError(f"{request.url.path} asks for the language before it knows who calls.")
    return locale_of(request.scope)


LocaleDep = Annotated[Locale, Depends(_locale)]
