"""How a workspace matches: what is built in works, and what cannot work is refused with a cure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tributary.errors import InvalidRequest
from tributary.identity.match_settings import (
    MatchFields,
    MatchingSettings,
    check_matching,
    load_matching,
    save_matching,
)
from tributary.identity.matching import check
from tributary.store import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_workspace_that_was_never_asked_does_not_match(sqlite_store: Store) -> None:
    with sqlite_store.read() as session:
        found = load_matching(session, 1)
    assert found == MatchingSettings()
    assert not found.is_enabled
    assert not found.is_automatic
    check_matching(found)


def test_settings_are_kept_by_workspace(sqlite_store: Store) -> None:
    wanted = MatchingSettings(is_enabled=True, schedule="daily", merge=0.999, fields=MatchFields(name=["姓名"]))
    with sqlite_store.begin() as session:
        save_matching(session, 1, MatchingSettings(is_enabled=True), by="t", now=NOW)
        save_matching(session, 1, wanted, by="t", now=NOW)
    with sqlite_store.read() as session:
        assert load_matching(session, 1) == wanted
        assert load_matching(session, 2) == MatchingSettings()


def test_the_engine_takes_what_it_is_given() -> None:
    engine = MatchingSettings(merge=0.95, review=0.7).engine()
    assert (engine.merge, engine.review) == (0.95, 0.7)
    check(engine)
    check(MatchingSettings(merge=0.999999, review=0.5).engine())


def test_sources_of_a_field_are_traits_or_several_of_them() -> None:
    fields = MatchFields(name=["姓名", "姓 + 名"])
    assert fields.traits("name") == [["姓名"], ["姓", "名"]]
    assert fields.traits("phone") == [["phone"]]


@pytest.mark.parametrize(
    ("wrong", "path", "says"),
    [
        ({"review": 0.4}, "body.review", "out of range"),
        ({"merge": 0.6, "review": 0.7}, "body.merge", "not even worth a look"),
        ({"merge": 1.0}, "body.merge", "ever that certain"),
        ({"fields": MatchFields(name=[""])}, "body.fields.name", "not the name of a trait"),
        ({"fields": MatchFields(name=["a + "])}, "body.fields.name", "not the name of a trait"),
        ({"fields": MatchFields(name=[f"t{n}" for n in range(11)])}, "body.fields.name", "11 sources"),
        ({"fields": MatchFields(email=["phone"])}, "body.fields.email", "feeds two fields"),
        ({"fields": MatchFields(name=[], phone=[], address=[], birthday=[])}, "body.fields", "cannot tell people"),
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, Any], path: str, says: str) -> None:
    with pytest.raises(InvalidRequest, match=says) as caught:
        check_matching(MatchingSettings(**wrong))
    assert caught.value.attrs["path"] == path
    assert caught.value.cure
