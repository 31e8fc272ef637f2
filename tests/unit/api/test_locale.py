"""Which language an answer speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.api.locale import preferred_locale


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        (None, "en"),
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr-FR,zh;q=0.3", "zh"),
        ("fr", "en"),
        ("en;q=0.2, ZH-hant;q=0.7", "zh"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=abc", "en"),
    ],
)
def test_the_language_that_the_browser_likes_best(header: str | None, locale: str):
    assert preferred_locale(header) == locale


@given(st.text())
def test_any_header_gives_a_language(header: str):
    assert preferred_locale(header) in {"zh", "en"}
