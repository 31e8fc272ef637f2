"""Events about messages are of the shape that the pipeline takes, and name the same person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from tributary.core.clock import ManualClock
from tributary.core.envelope import decode_envelope
from tributary.identity import DEFAULT_TYPES, IdentifierTypes
from tributary.messaging.events import build_event, event_record
from tributary.pipeline.events import EnvelopeReader
from tributary.pipeline.standardise import Standardiser
from tributary.rules import Catalog

AT = datetime(2026, 3, 1, 8, 30, 15, 250_000, tzinfo=UTC)


@dataclass
class About:
    id: str = "dlv_1"
    workspace_id: int = 1
    campaign_id: str = "cmp_1"
    arm: str = "a"


@pytest.mark.parametrize(
    ("identifiers", "claim"),
    [
        ([("email", "a@x.cn"), ("anonymous_id", "anon-1"), ("user_id", "u1")], ("user_id", "u1")),
        ([("email", "a@x.cn"), ("anonymous_id", "anon-1")], ("anonymous_id", "anon-1")),
        ([("email", "a@x.cn")], ("email", "a@x.cn")),
        ([("phone", "+8613912345678"), ("email", "a@x.cn")], ("phone", "+8613912345678")),
    ],
)
def test_the_pipeline_reads_the_event_and_finds_the_person(identifiers, claim):
    body = build_event(About(), identifiers, "Email Opened", at=AT, key="7")
    record = event_record(1, "src_1", [body], ManualClock(AT))
    reader = EnvelopeReader(
        decode_envelope(record), "p", IdentifierTypes(1, DEFAULT_TYPES), Standardiser(Catalog(1), "CN")
    )
    event = reader.read(0)
    assert [(each.type, each.value) for each in event.claims] == [claim]
    assert (event.name, event.type, event.message_id) == ("Email Opened", "track", "dlv_1-email_opened-7")
    assert event.at_ms == int(AT.timestamp() * 1000)
    assert event.properties == {"campaign_id": "cmp_1", "delivery_id": "dlv_1", "arm": "a", "channel": "email"}


def test_the_same_fact_has_the_same_message_id():
    one, other = (build_event(About(), [("user_id", "u")], "Email Sent", at=AT) for _ in range(2))
    assert one == other
    assert build_event(About(id="dlv_2"), [("user_id", "u")], "Email Sent", at=AT)["messageId"] != one["messageId"]
