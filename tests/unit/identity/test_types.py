"""Identifier types: what may name a person, and in which form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.identity import (
    DEFAULT_TYPES,
    Claim,
    Composite,
    IdentifierType,
    Refused,
    Rejected,
    RuleSet,
    normalise_email,
    normalise_phone,
)
from tributary.identity.types import BLOCKED_VALUES, IdentifierTypes

TYPES = IdentifierTypes(1, DEFAULT_TYPES)


def value_of(type_: str, raw: object) -> str | None:
    found = TYPES.claim(type_, raw)
    return found.value if isinstance(found, Claim) else None


def reason_of(type_: str, raw: object) -> str:
    found = TYPES.claim(type_, raw)
    return found.reason if isinstance(found, Refused) else ""


@pytest.mark.parametrize(
    "written",
    ["13912345678", "139 1234 5678", "139-1234-5678", "+8613912345678", "86 13912345678", "0086-139 1234 5678",
     "１３９１２３４５６７８", " 13912345678\u200b"],
)  # fmt: skip
def test_a_chinese_mobile_has_one_form(written: str) -> None:
    assert normalise_phone(written) == "+8613912345678"


@pytest.mark.parametrize(
    ("written", "region", "expected"),
    [
        ("(415) 555-2671", "US", "+14155552671"),
        ("+44 20 7946 0958", "CN", "+442079460958"),
        ("0044 20 7946 0958", "CN", "+442079460958"),
        ("010-6552 9988", "CN", "+861065529988"),
        ("+86 139 1234 5678", "US", "+8613912345678"),
    ],
)
def test_other_numbers_follow_their_country(written: str, region: str, expected: str) -> None:
    assert normalise_phone(written, region) == expected


@pytest.mark.parametrize("written", ["", "12", "hello", "1391234567", "+1 000 000 0000", "139123456789012"])
def test_what_is_no_number_is_rejected(written: str) -> None:
    with pytest.raises(Rejected):
        normalise_phone(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (" Jane.Doe@Shop.Example ", "jane.doe@shop.example"),
        ("jane+news@shop.co.uk", "jane+news@shop.co.uk"),
        ("ｊａｎｅ@shop.example", "jane@shop.example"),
        ("张三@公司.中国", "张三@公司.中国"),
    ],
)
def test_an_address_has_one_form(written: str, expected: str) -> None:
    assert normalise_email(written) == expected


@pytest.mark.parametrize("written", ["", "jane", "jane@", "@shop.example", "a..b@shop.example", "a b@shop.example"])
def test_what_is_no_address_is_rejected(written: str) -> None:
    with pytest.raises(Rejected):
        normalise_email(written)


@given(st.emails())
def test_normalising_an_address_twice_changes_nothing(address: str) -> None:
    try:
        once = normalise_email(address)
    except Rejected:
        return
    assert normalise_email(once) == once


@given(st.integers(13_000_000_000, 19_999_999_999))
def test_normalising_a_mobile_twice_changes_nothing(number: int) -> None:
    once = normalise_phone(str(number))
    assert normalise_phone(once) == once == f"+86{number}"


@pytest.mark.parametrize("type_", ["user_id", "anonymous_id", "email", "phone", "member_no"])
@pytest.mark.parametrize(
    "raw",
    [*sorted(BLOCKED_VALUES), "", "0", "-", "000", "0-0", "00000000-0000-0000-0000-000000000000", "NULL", " Null ",
     "[object Object]", "Anonymous", "xxxxxxxx", "99999999999"],
)  # fmt: skip
def test_a_value_that_many_clients_send_for_nothing_names_nobody(type_: str, raw: str) -> None:
    assert value_of(type_, raw) is None


@pytest.mark.parametrize("raw", ["13800138000", "138 0013 8000", "+86 138-0013-8000"])
def test_the_number_that_everybody_types_names_nobody(raw: str) -> None:
    assert reason_of("phone", raw) == "blocked_value"


@pytest.mark.parametrize(
    ("raw", "expected"), [(123, "123"), ("123", "123"), (" 123 ", "123"), ("Ａ1", "A1"), ("Jane", "Jane")]
)
def test_user_ids_keep_their_case_and_may_be_numbers(raw: object, expected: str) -> None:
    assert value_of("user_id", raw) == expected


@pytest.mark.parametrize("raw", [True, None, ["a"], {"a": 1}])
def test_what_is_neither_text_nor_number_names_nobody(raw: object) -> None:
    assert reason_of("user_id", raw) == "not_text"


def test_one_and_true_are_not_the_same_key() -> None:
    assert (value_of("user_id", 1), reason_of("user_id", True)) == ("1", "not_text")


def test_a_type_must_be_set_up_and_may_have_name_spaces() -> None:
    assert reason_of("favourite_colour", "red") == "unknown_type"
    one, other = TYPES.claim("wechat_openid:wx1", "o-1"), TYPES.claim("wechat_openid:wx2", "o-1")
    assert isinstance(one, Claim)
    assert isinstance(other, Claim)
    assert one.id != other.id
    assert TYPES.get("wechat_openid:wx1") == TYPES.get("wechat_openid")


def test_workspaces_never_share_an_identifier() -> None:
    claims = [IdentifierTypes(workspace, DEFAULT_TYPES).claim("user_id", "u1") for workspace in (1, 2)]
    assert len({claim.id for claim in claims if isinstance(claim, Claim)}) == 2


def test_a_workspace_sets_its_own_types() -> None:
    member = IdentifierType(
        name="member_no", normaliser="digits", pattern=r"\d{6}", blocked=["123456"], blocked_patterns=["^77"], limit=2
    )
    own = [member, IdentifierType(name="household", is_shared=True), IdentifierType(name="device_id", is_enabled=True)]
    mine, other = IdentifierTypes(1, RuleSet(types=own)), IdentifierTypes(2, RuleSet())
    assert mine.get("member_no") == member
    claim = mine.claim("member_no", "No. 654-321")
    assert isinstance(claim, Claim)
    assert claim.value == "654321"
    reasons = [mine.claim("member_no", raw) for raw in ("12-3456", "771234", "12345")]
    assert [each.reason for each in reasons if isinstance(each, Refused)] == [
        "blocked_value", "blocked_value", "not_valid",
    ]  # fmt: skip
    assert mine.claim("household", "h1") == Refused("household", "h1", "shared_type")
    assert isinstance(mine.claim("device_id", "d1"), Claim)
    assert other.claim("device_id", "d1") == Refused("device_id", "d1", "unknown_type")
    assert other.get("household") is None


def test_a_value_of_one_source_is_not_that_of_another() -> None:
    types = IdentifierTypes(1, [IdentifierType(name="member_no", scope="source")])
    claims = [types.claim("member_no", "7", source) for source in ("src_till", "src_web", "src_till")]
    assert [each.type for each in claims] == ["member_no:src_till", "member_no:src_web", "member_no:src_till"]
    assert isinstance(claims[0], Claim)
    assert claims[0] == claims[2] != claims[1]


def test_a_composite_key_needs_all_its_traits() -> None:
    types = IdentifierTypes(1, RuleSet(composites=[Composite(name="name_birthday", traits=["name", "birthday"])]))
    assert list(types.composites({"name": "张三"})) == []
    (claim,) = types.composites({"name": " 张三 ", "birthday": "1990-01-01", "city": "上海"})
    assert isinstance(claim, Claim)
    assert (claim.type, claim.value) == ("name_birthday", "张三 | 1990-01-01")
    assert list(types.composites({"name": "null", "birthday": "1990-01-01"})) == [
        Refused("name_birthday", "null | 1990-01-01", "blocked_value")
    ]
