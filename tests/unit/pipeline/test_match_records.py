"""Golden records as matching reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tributary.identity.match_settings import MatchFields
from tributary.pipeline.match_records import COLUMNS, read_records, records_of
from tributary.store import Store
from tributary.store.tables.identity import Identifier
from tributary.store.tables.profiles import ProfileRow


def add(store: Store, profile_id: int, traits: dict[str, Any], *, workspace_id: int = 1, **identifiers: str) -> None:
    with store.begin() as session:
        text = json.dumps({name: [value, 1, "m", "s", profile_id] for name, value in traits.items()})
        session.add(
            ProfileRow(
                profile_id=profile_id, workspace_id=workspace_id, version=1, first_seen_ms=1, last_seen_ms=1,
                merged_into=None, traits=text,
            )
        )  # fmt: skip
        for number, (type_, value) in enumerate(identifiers.items()):
            session.add(
                Identifier(
                    id=profile_id * 10 + number, workspace_id=workspace_id, profile_id=profile_id, base_id=0,
                    type=type_, value=value, degree=0, first_seen_ms=number, source_id="", message_id="",
                )
            )  # fmt: skip


def record(store: Store, traits: dict[str, Any], fields: MatchFields | None = None, **identifiers: str) -> Any:
    add(store, 1, traits, **identifiers)
    with store.read() as session:
        found = records_of(session, 1, [1], fields or MatchFields(), is_one_account=True)
    return {name: value for name, value in found[1].items() if value is not None}


@pytest.mark.parametrize(
    ("traits", "expected"),
    [
        ({"name": " 王伟 "}, {"name": "王伟"}),
        ({"lastName": "王", "firstName": "伟"}, {"name": "王伟"}),
        ({"lastName": "Smith", "firstName": "Anna"}, {"name": "Anna Smith"}),
        ({"lastName": "王"}, {}),
        ({"name": "", "fullName": "王伟"}, {"name": "王伟"}),
        ({"phone": 13812345678}, {"phone": "13812345678"}),
        (
            {"address": {"street": "文三路1号", "city": "杭州市", "province": "浙江省"}},
            {"address": "浙江省杭州市文三路1号"},
        ),
        ({"province": "浙江省", "street": "文三路1号"}, {"address": "浙江省文三路1号"}),
        ({"birthday": "1990-01-02", "id_card": "33010"}, {"birthday": "1990-01-02", "id_card": "33010"}),
        ({"email": ["a@x.example", "b@x.example"]}, {"email": "a@x.example"}),
        ({"name": True, "email": None}, {}),
    ],
)
def test_traits_become_texts(sqlite_store: Store, traits: dict[str, Any], expected: dict[str, str]) -> None:
    assert record(sqlite_store, traits) == expected


def test_identifiers_stand_in_for_traits_that_are_not_there(sqlite_store: Store) -> None:
    found = record(sqlite_store, {"email": "a@x.example"}, email="b@x.example", phone="+8613812345678", user_id="u1")
    assert found == {"email": "a@x.example", "phone": "+8613812345678", "user_id": "u1"}


def test_a_field_that_is_turned_off_is_not_read_anywhere(sqlite_store: Store) -> None:
    found = record(sqlite_store, {"phone": "13812345678"}, MatchFields(phone=[]), phone="+8613812345678")
    assert found == {}


def test_who_could_not_be_a_candidate_is_left_out(sqlite_store: Store) -> None:
    add(sqlite_store, 1, {})
    add(sqlite_store, 2, {"name": "王伟"}, user_id="u2")
    add(sqlite_store, 3, {"name": "王伟", "birthday": "1990-01-02"})
    add(sqlite_store, 4, {}, phone="+8613812345678")
    add(sqlite_store, 5, {"name": "王伟", "birthday": "1990-01-02"}, workspace_id=2)
    table = read_records(sqlite_store, 1, MatchFields(), is_one_account=True)
    assert table.column_names == ["id", *COLUMNS]
    assert table.column("id").to_pylist() == [3, 4]


def test_several_accounts_of_a_person_say_nothing(sqlite_store: Store) -> None:
    add(sqlite_store, 1, {"email": "a@x.example"}, user_id="u1")
    for is_one, expected in ((True, ["u1"]), (False, [None])):
        table = read_records(sqlite_store, 1, MatchFields(), is_one_account=is_one)
        assert table.column("user_id").to_pylist() == expected


def test_an_empty_workspace_has_no_records(sqlite_store: Store) -> None:
    assert read_records(sqlite_store, 1, MatchFields(), is_one_account=True).num_rows == 0
