"""The language of sentences in answers: `?locale=`, else what the browser prefers, else the workspace's."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Query, Request

from tributary.errors import BugError
from tributary.rules import Locale

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


async def _locale(
    request: Request,
    locale: Annotated[Locale | None, Query(description="Language of sentences in the answer.")] = None,
    accept_language: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Locale:
    principal = getattr(request.state, "principal", None)
    if principal is None:
        raise BugError(f"{request.url.path} asks for the language before it knows who calls.")
    return locale or preferred_locale(accept_language, as_locale(principal.locale))


LocaleDep = Annotated[Locale, Depends(_locale)]
