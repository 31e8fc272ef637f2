"""Decoding: whatever comes, an event or a reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tributary.core.envelope import Envelope
from tributary.identity import DEFAULT_TYPES
from tributary.identity.types import IdentifierTypes
from tributary.pipeline.events import TYPES, BadEvent, EnvelopeReader, Event, make_message_id, peek_message_id
from tributary.pipeline.rows import events_table, pack, unpack
from tributary.pipeline.standardise import Standardiser
from tributary.rules import Catalog

NOW = 1_767_268_800_000


def read(body: bytes, place: str = "0:0", **options: Any) -> Event:
    envelope = Envelope(workspace_id=1, source_id="src_1", received_at_ms=NOW, events=[body], **options)
    reader = EnvelopeReader(envelope, place, IdentifierTypes(1, DEFAULT_TYPES), Standardiser(Catalog(1), "CN"))
    return reader.read(0)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=4), children, max_size=3),
    max_leaves=8,
)
_keys = st.sampled_from(
    ["type", "messageId", "userId", "anonymousId", "previousId", "groupId", "event", "name", "category", "timestamp",
     "originalTimestamp", "sentAt", "properties", "traits", "context", "other"]
)  # fmt: skip
_context = st.dictionaries(
    st.sampled_from(["traits", "externalIds", "device", "library", "ip", "userAgent", "page"]), _json, max_size=4
)
_bodies = st.dictionaries(_keys, _json, max_size=9).flatmap(
    lambda body: st.builds(
        lambda type_, user, context: {**body, "type": type_, "userId": user, "event": "X", **context},
        st.sampled_from(sorted(TYPES)) | _json,
        st.just("u1") | _json,
        st.just({}) | _context.map(lambda context: {"context": context}),
    )
)


def check(bad: BadEvent) -> None:
    assert bad.reason.isidentifier()
    assert bad.detail.endswith(".")


@settings(deadline=None)  # the first example loads pyarrow
@given(_bodies, st.none() | st.text(max_size=9), st.none() | st.binary(max_size=9), st.booleans())
def test_any_json_is_an_event_or_has_a_reason(
    body: dict[str, Any], sent_at: str | None, context: bytes | None, has_ip: bool
) -> None:
    raw = json.dumps(body).encode()
    try:
        event = read(raw, sent_at=sent_at, context=context, ip="1.2.3.4" if has_ip else None)
    except BadEvent as bad:
        check(bad)
        return
    assert event.claims
    assert abs(event.at_ms - NOW) >= 0
    assert 0 < len(event.message_id) <= 100
    assert isinstance(json.loads(event.context), dict)
    table = unpack(pack(events_table([event], [7], "b1")))
    assert table is not None
    (row,) = table.to_pylist()
    assert (row["profile_id"], row["event"], row["message_id"]) == (7, event.name, event.message_id)
    assert json.loads(row["properties"]) == json.loads(json.dumps(event.properties))


@given(st.binary(max_size=40))
def test_any_bytes_are_an_event_or_have_a_reason(body: bytes) -> None:
    with pytest.raises(BadEvent):
        read(body)


def test_an_id_that_we_make_is_the_same_at_every_reading_and_no_other() -> None:
    def made(place: str, index: int, received: int, *bodies: bytes) -> str:
        envelope = Envelope(workspace_id=1, source_id="s", received_at_ms=received, events=list(bodies))
        return make_message_id(envelope, place, index, None)

    assert made("0:1", 0, NOW, b"x") == made("0:1", 0, NOW, b"x")
    others = [
        made("0:1", 0, NOW, b"x"), made("0:2", 0, NOW, b"x"), made("1:1", 0, NOW, b"x"), made("0:1", 0, NOW + 1, b"x"),
        made("0:1", 1, NOW, b"x", b"x"), made("0:1", 0, NOW, b"y"),
    ]  # fmt: skip
    assert len(set(others)) == len(others)


@pytest.mark.parametrize(
    ("raw", "expected"), [(b'{"messageId": "m", "type": 5}', "m"), (b"{}", None), (b"[", None), (b"[1]", None)]
)
def test_the_id_of_a_broken_event_is_found_if_it_can_be(raw: bytes, expected: str | None) -> None:
    assert peek_message_id(raw) == expected


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({}, {"ip": "1.2.3.4", "userAgent": "UA"}),
        ({"ip": "9.9.9.9"}, {"ip": "9.9.9.9", "userAgent": "UA"}),
        (
            {"library": {"name": "analytics.js"}},
            {"ip": "1.2.3.4", "userAgent": "UA", "library": {"name": "analytics.js"}},
        ),
        ({"library": {"name": "analytics-python"}}, {"library": {"name": "analytics-python"}}),
    ],
)
def test_the_address_of_a_server_is_not_that_of_the_person(context: dict[str, Any], expected: dict[str, Any]) -> None:
    body = json.dumps({"type": "page", "userId": "u1", "context": context}).encode()
    assert json.loads(read(body, ip="1.2.3.4", user_agent="UA").context) == expected


def test_identifiers_are_ordered_by_trust_and_named_once() -> None:
    body = {
        "type": "identify",
        "userId": "u1",
        "anonymousId": "a1",
        "traits": {"email": "Jane@x.example", "phone": "13912345678"},
        "context": {"traits": {"email": "jane@x.example"}, "externalIds": [{"id": "u1", "type": "user_id"}]},
    }
    event = read(json.dumps(body).encode())
    assert [(claim.type, claim.value) for claim in event.claims] == [
        ("user_id", "u1"), ("email", "jane@x.example"), ("phone", "+8613912345678"), ("anonymous_id", "a1"),
    ]  # fmt: skip
