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


@pytest.mark.parametrize(("header", "locale"), [(None, "zh"), ("", "zh"), (" * ", "zh"), ("fr", "en"), ("en", "en")])
def test_who_names_no_language_gets_the_workspaces(header: str | None, locale: str):
    assert preferred_locale(header, "zh") == locale


def test_answers_follow_the_workspace_unless_the_caller_chooses(api_client, make_workspace, make_user, make_token):
    body = {"name": "x", "rule": {"kind": "trait", "trait": "city", "op": "is", "value": "x"}}
    for language, is_chinese in [("zh", True), ("en", False)]:
        owner = make_user("owner", workspace_id=make_workspace(locale=language))
        for actor in (owner, make_token(by=owner)):
            body["name"] += "x"
            made = api_client.post("/api/v1/audiences", json=body, as_=actor).json()
            assert _has_chinese(made["sentence"]) == is_chinese
            path = f"/api/v1/audiences/{made['id']}"
            for choice in ({"headers": {"Accept-Language": "en"}}, {"params": {"locale": "en"}}):
                assert not _has_chinese(api_client.get(path, as_=actor, **choice).json()["sentence"])


def _has_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


@given(st.text())
def test_any_header_gives_a_language(header: str):
    assert preferred_locale(header) in {"zh", "en"}
