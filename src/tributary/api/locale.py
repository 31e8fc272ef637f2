"""The language of sentences in answers: `?locale=`, else what the browser prefers, else English."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Query

from tributary.rules import Locale

_LOCALES: tuple[Locale, ...] = ("zh", "en")


def preferred_locale(accept_language: str | None) -> Locale:
    """The language of ours that an Accept-Language header likes best (RFC 9110 §12.5.4); English when it names none."""
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


async def _locale(
    locale: Annotated[Locale | None, Query(description="Language of sentences in the answer.")] = None,
    accept_language: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Locale:
    return locale or preferred_locale(accept_language)


LocaleDep = Annotated[Locale, Depends(_locale)]
