"""What comes from people's own devices proves nothing about who they are, unless it is signed; devices change hands."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from fixtures.pipeline import PipelineRig
from tributary.core.clock import ManualClock
from tributary.identity import Changes, Claim, IdentifierTypes, RuleSet, draft_rules
from tributary.identity.rule_versions import put_in_force
from tributary.identity.rules import Logout
from tributary.identity.signing import is_signed, sign, source_secret
from tributary.store.tables.sources import Source

KEY = b"k" * 32


@pytest.fixture
def shop(rig: PipelineRig) -> PipelineRig:
    """A rig whose source `src_web` is a web site; `src_server` is not."""
    with rig.store.begin() as session:
        for kind in ("web", "server"):
            session.add(
                Source(
                    id=f"src_{kind}", workspace_id=1, name=kind, kind=kind, write_key=kind, previous_write_key=None,
                    previous_key_valid_until=None, is_enabled=True, allowed_origins=[], created_at=ManualClock().now(),
                )
            )  # fmt: skip
    return rig


def run(rig: PipelineRig) -> None:
    rig.run(identity_key=KEY)


def known(rig: PipelineRig) -> None:
    """The victim, as the shop's server knows her; and the attacker."""
    rig.send({"type": "identify", "userId": "victim", "traits": {"email": "v@x.example"}}, source_id="src_server")
    rig.send({"type": "identify", "userId": "mallory", "anonymousId": "m1", "traits": {}}, source_id="src_web")
    run(rig)


def test_nobody_becomes_somebody_else_by_claiming_their_address(shop: PipelineRig) -> None:
    known(shop)
    shop.send({"type": "identify", "userId": "mallory", "traits": {"email": "v@x.example"}}, source_id="src_web")
    run(shop)
    assert shop.people() == [
        {("anonymous_id", "m1"), ("user_id", "mallory")},
        {("email", "v@x.example"), ("user_id", "victim")},
    ]
    assert shop.rows("edges", "refusal", "refusal <> ''") == [("unsigned",)]


def test_an_address_claimed_early_does_not_bind_its_owner(shop: PipelineRig) -> None:
    """Mallory says first that the address is his; the server's word about the owner counts more, whenever it comes."""
    shop.send({"type": "identify", "userId": "mallory", "traits": {"email": "v@x.example"}}, source_id="src_web")
    run(shop)
    shop.clock.advance(60)
    shop.send({"type": "identify", "userId": "victim", "traits": {"email": "v@x.example"}}, source_id="src_server")
    run(shop)
    assert shop.people() == [{("email", "v@x.example"), ("user_id", "victim")}, {("user_id", "mallory")}]


def test_a_signed_identity_counts_as_a_servers(shop: PipelineRig) -> None:
    shop.send({"type": "track", "event": "Subscribed", "context": {"traits": {"email": "v@x.example"}}},
              source_id="src_server")  # fmt: skip
    run(shop)
    types = IdentifierTypes(1, RuleSet())
    claims = [types.claim("user_id", "victim"), types.claim("email", "v@x.example")]
    secret = source_secret(KEY, "src_web")
    signature = sign(secret, [each for each in claims if isinstance(each, Claim)])
    event: dict[str, Any] = {"type": "identify", "userId": "victim", "traits": {"email": "V@x.example"}}
    for wrong in ("", "x" * 64, signature[:-1] + "é", 7, sign(b"other", []), None):
        shop.send({**event, "context": {"identitySignature": wrong}}, source_id="src_web")
    run(shop)
    assert len(shop.people()) == 2
    shop.send({**event, "context": {"identitySignature": signature}}, source_id="src_web")
    run(shop)
    assert shop.people() == [{("email", "v@x.example"), ("user_id", "victim")}]


def test_a_signature_is_for_these_identifiers_and_this_source_alone() -> None:
    types = IdentifierTypes(1, RuleSet())
    one, other = (types.claim("user_id", value) for value in ("u1", "u2"))
    assert isinstance(one, Claim)
    assert isinstance(other, Claim)
    secret = source_secret(KEY, "src_1")
    assert is_signed(secret, [one], sign(secret, [one]).upper())
    assert not is_signed(secret, [other], sign(secret, [one]))
    assert not is_signed(source_secret(KEY, "src_2"), [one], sign(secret, [one]))
    assert not is_signed(secret, [one, other], sign(secret, [one]))


def test_what_is_unsigned_may_be_ignored_or_believed(shop: PipelineRig) -> None:
    for unsigned, expected in (("ignore", 2), ("link", 1)):
        with shop.store.begin() as session:
            draft = draft_rules(session, 1, RuleSet(unsigned=unsigned), note="", by="t", now=shop.clock.now())  # type: ignore[arg-type]
            put_in_force(session, 1, draft.version, now=shop.clock.now())
        shop.clock.advance(60)
        number = next(_numbers)
        shop.send({"type": "page", "context": {"traits": {"email": f"{number}@x.example"}}}, source_id="src_server")
        claim = {"userId": f"u{number}", "anonymousId": f"a{number}", "traits": {"email": f"{number}@x.example"}}
        shop.send({"type": "identify", "messageId": f"claim-{number}", **claim}, source_id="src_web")
        before = len(shop.people())
        run(shop)
        assert len(shop.people()) - before == expected
    changed = {row["message_id"]: row["changes"] for row in shop.events()}
    assert changed["claim-0"]["identifiers.email"] == {"was": "0@x.example", "why": "unsigned"}
    assert ("user_id", "u0") not in {each for person in shop.people() for each in person}


_numbers = itertools.count()


def test_a_device_is_somebody_elses_after_logging_out(shop: PipelineRig) -> None:
    with shop.store.begin() as session:
        rules = RuleSet(logout=Logout(policy="isolate", events=["Logged Out"]))
        put_in_force(
            session, 1, draft_rules(session, 1, rules, note="", by="t", now=shop.clock.now()).version,
            now=shop.clock.now(),
        )  # fmt: skip
    device = {"anonymousId": "tablet"}

    def at(second: int, **rest: Any) -> dict[str, Any]:
        return {"type": "track", "event": "Viewed", "timestamp": f"2025-12-01T00:00:{second:02}Z", **device, **rest}

    shop.send(at(1), at(2, userId="anna"), at(3, event="Logged Out", userId="anna"), at(4), at(5, userId="ben"))
    run(shop)
    shop.send(at(6, event="Logged Out", userId="ben"), at(7))
    shop.send(at(2, messageId="late"))  # arrives after both have left
    run(shop)
    assert shop.people() == [
        {("anonymous_id", "tablet"), ("user_id", "anna")},
        {("anonymous_id", "tablet~1"), ("user_id", "ben")},
        {("anonymous_id", "tablet~2")},
    ]
    stored = {row["message_id"]: row["profile_id"] for row in shop.events()}
    first = shop.rows("identifiers", "base_id", "value = 'tablet'")
    assert first == [(stored["late"],)]


def test_what_a_server_unbinds_is_bound_no_more(shop: PipelineRig) -> None:
    bind = {"type": "identify", "userId": "u1", "traits": {"phone": "13912345678"}}
    shop.send(bind, source_id="src_server")
    run(shop)
    shop.clock.advance(60)
    part = {
        "type": "track", "event": "$unbind", "userId": "u1",
        "properties": {"identifiers": [{"type": "phone", "id": "139 1234 5678"}, {"type": "nonsense"}, 3]},
    }  # fmt: skip
    shop.send(part, source_id="src_web")
    run(shop)
    assert len(shop.people()[0]) == 2  # anybody could say so
    shop.send(part, source_id="src_server")
    run(shop)
    assert shop.people() == [{("user_id", "u1")}]
    shop.clock.advance(60)
    shop.send({**bind, "userId": "u2"}, source_id="src_server")  # the number goes to somebody else
    run(shop)
    assert shop.people() == [{("phone", "+8613912345678"), ("user_id", "u2")}, {("user_id", "u1")}]


def test_what_hangs_on_people_follows_when_events_part_them(shop: PipelineRig) -> None:
    """The eleventh login on a tablet takes it from the first person; only then is there anything to follow."""
    heard: list[tuple[int, set[int]]] = []

    def follow(_session: Any, workspace_id: int, changes: Changes) -> None:
        heard.append((workspace_id, changes.rebuilt))

    for number in range(11):
        shop.clock.advance(60)
        shop.send({"type": "track", "event": "Login", "anonymousId": "tablet"})
        shop.send({"type": "track", "event": "Login", "anonymousId": "tablet", "userId": f"u{number}"})
        shop.run(followers=[follow])
        assert bool(heard) == (number == 10)
    tablet, first = shop.profile("anonymous_id", "tablet").id, shop.profile("user_id", "u0").id
    assert heard == [(1, {tablet, first})]
