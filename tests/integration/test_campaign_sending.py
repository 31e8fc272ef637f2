"""From the outbox to a real SMTP server: what is sent, retried, refused, stopped — each as often as it should."""

from __future__ import annotations

import random
import re
import threading
from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from sqlalchemy import select

from fixtures.mail import add_people, arms, fill_outbox, mail_settings, principal
from tributary.messaging import (
    Content,
    Sender,
    cancel_campaign,
    delivery_counts,
    outbox,
    pause_campaign,
    resume_campaign,
)
from tributary.messaging.people import Recipient
from tributary.privacy import Statement, record_consent, suppress
from tributary.store.tables.messaging import Campaign, Delivery, MessageEvent
from tributary.store.tables.privacy import Suppression


@pytest.fixture
def outfit(store, tmp_path, clock, mail_server, make_keys):
    """Everything for sending, on both stores: (store, keys, settings, mailbox, make_sender)."""
    keys, settings = make_keys(store), mail_settings(tmp_path, mail_server.port)
    senders = []

    def make_sender(**options):
        senders.append(Sender(store, clock, keys, settings, **options))
        return senders[-1]

    yield store, keys, settings, mail_server.handler, make_sender
    for sender in senders:
        sender.close()


def states(store, campaign_id):
    with store.read() as session:
        return Counter(
            {(state, reason): count for (_, state, reason), count in delivery_counts(session, campaign_id).items()}
        )


def tries(store, campaign_id):
    """State → how often its deliveries were given to the server."""
    found = defaultdict(set)
    with store.read() as session:
        query = select(Delivery.state, Delivery.attempts).where(Delivery.campaign_id == campaign_id)
        for state, attempts in session.execute(query):
            found[state].add(attempts)
    return found


def drain(sender, clock, rounds=20, step=timedelta(hours=3)):
    for _ in range(rounds):
        if not sender.run_once():
            clock.advance(step)


def test_everybody_gets_one_message_with_the_headers_that_providers_ask_for(outfit, clock):
    store, keys, settings, mailbox, make_sender = outfit
    html = '<p>{{ profile.first_name }} <a href="https://shop.example/a?x=1&amp;y=2">go</a></p>'
    content = Content(arms=arms(("a", 1), html=html, text="Hi {{ profile.first_name }}: {{ unsubscribe_url }}"))
    campaign_id = fill_outbox(store, keys, settings, add_people(store, keys, 30), clock=clock, content=content)
    sender = make_sender()
    while sender.run_once():
        pass
    assert Counter(mailbox.recipients) == {f"p{n}@example.com": 1 for n in range(1, 31)}
    assert states(store, campaign_id) == {("sent", None): 30}
    message = next(m for m in mailbox.messages if m["To"] == "p7@example.com")
    assert message["Subject"] == "Hello P7"
    assert message["From"] == "汇流商店 <shop@example.com>"
    assert re.fullmatch(
        r"<http://127.0.0.1:8000/u/[\w-]+>, <mailto:shop@example.com\?subject=unsubscribe>", message["List-Unsubscribe"]
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Message-ID"] == f"<{message['X-Idempotency-Key']}@example.com>"
    text, page = (part.get_content() for part in message.iter_parts())
    assert text.startswith("Hi P7: http://127.0.0.1:8000/u/")
    assert "http://127.0.0.1:8000/t/c/" in page
    assert "http://127.0.0.1:8000/t/o/" in page
    assert "shop.example" not in page
    with store.read() as session:
        assert session.get_one(Campaign, campaign_id).state == "done"
        events = Counter(row.body["event"] for row in session.scalars(select(MessageEvent)))
    assert events == {"Email Sent": 30, "Email Delivered": 30}


def test_answers_of_the_server_are_told_apart(outfit, clock):
    store, keys, settings, mailbox, make_sender = outfit
    kinds = ["gone", "policy", "full", "busy2", "late", "spam", "fine"]
    people = add_people(store, keys, len(kinds), address=lambda n: f"{kinds[n - 1]}.{n}@example.com")
    campaign_id = fill_outbox(store, keys, settings, people, clock=clock)
    drain(make_sender(), clock)
    assert states(store, campaign_id) == {
        ("bounced", "bad_address"): 1, ("failed", "refused"): 2, ("failed", "gave_up"): 1, ("sent", None): 3,
    }  # fmt: skip
    assert Counter(mailbox.recipients) == {
        f"{kind}.{n}@example.com": 1 for kind, n in [("busy2", 4), ("late", 5), ("fine", 7)]
    }
    with store.read() as session:
        suppressed = session.scalars(select(Suppression)).all()
        details = session.scalars(select(Delivery.detail).where(Delivery.detail.is_not(None))).all()
        assert [(row.reason, row.subject) for row in suppressed] == [
            ("bounced", keys.hasher.subject(1, "email", "gone.1@example.com"))
        ]
        assert [
            row.body["event"]
            for row in session.scalars(select(MessageEvent))
            if "Bounced" in row.id or "bounced" in row.id
        ]
    assert not any("@" in detail for detail in details)
    assert mailbox.asked["full.3@example.com"] == 8


def test_the_gate_says_why(outfit, clock):
    store, keys, settings, mailbox, make_sender = outfit
    address = {1: "one@example.com", 2: "", 3: "not an address", 4: "one@example.com"}
    add_people(store, keys, 4, address=lambda n: address[n])
    add_people(store, keys, 1, first=5, consent=False)
    add_people(store, keys, 1, first=6, traits=lambda n: {})
    add_people(store, keys, 4, first=7)
    with store.begin() as session:
        for person, reason in [(7, "bounced"), (8, "complained")]:
            suppress(
                session, keys.hasher, 1, "email", [f"p{person}@example.com"], reason=reason, by="t", now=clock.now()
            )
        record_consent(
            session, keys.hasher, 1,
            [Statement(type="email", value="p9@example.com", channel="email", purpose="marketing", state="withdrawn",
                       source="form", at=clock.now())],
            by="t", now=clock.now(),
        )  # fmt: skip
    campaign_id = fill_outbox(store, keys, settings, range(1, 11), clock=clock)
    make_sender().run_once()
    assert states(store, campaign_id) == {
        ("sent", None): 2, ("rejected", "address_missing"): 1, ("rejected", "address_invalid"): 1,
        ("rejected", "duplicate_address"): 1, ("rejected", "consent_missing"): 1, ("rejected", "render_failed"): 1,
        ("rejected", "suppressed_bounced"): 1, ("rejected", "suppressed_complained"): 1,
        ("rejected", "consent_withdrawn"): 1,
    }  # fmt: skip
    assert sorted(mailbox.recipients) == ["one@example.com", "p10@example.com"]


def test_what_is_withdrawn_while_the_server_reads_the_message_is_not_sent(outfit, clock, monkeypatch):
    """The last question is asked when only the final dot is missing."""
    store, keys, settings, mailbox, make_sender = outfit
    campaign_id = fill_outbox(store, keys, settings, add_people(store, keys, 3), clock=clock)
    sender = make_sender(batch=1)
    original = sender._hand_over

    def withdraw_first(held, view, recipient):
        if recipient.profile_id == 2:
            with store.begin() as session:
                suppress(
                    session, keys.hasher, 1, "email", [recipient.address], reason="manual", by="t", now=clock.now()
                )
        return original(held, view, recipient)

    monkeypatch.setattr(sender, "_hand_over", withdraw_first)
    while sender.run_once():
        pass
    assert states(store, campaign_id) == {("sent", None): 2, ("rejected", "suppressed_manual"): 1}
    assert sorted(mailbox.recipients) == ["p1@example.com", "p3@example.com"]


def test_a_paused_campaign_sends_nothing_until_it_is_resumed_and_a_cancelled_one_never_does(outfit, clock):
    store, keys, settings, mailbox, make_sender = outfit
    people = add_people(store, keys, 6)
    paused, cancelled = (fill_outbox(store, keys, settings, people, clock=clock) for _ in range(2))
    sender, caller = make_sender(), principal(clock)
    with store.begin() as session:
        pause_campaign(session, caller, paused)
        cancel_campaign(session, caller, cancelled)
    assert sender.run_once() == 0
    assert mailbox.recipients == []
    with store.begin() as session:
        resume_campaign(session, caller, paused)
    sender.run_once()
    assert len(mailbox.recipients) == 6
    assert states(store, cancelled) == {("cancelled", None): 6}


def test_a_server_that_is_away_costs_no_attempt(store, tmp_path, clock, make_keys):
    from fixtures.mail import free_port
    from fixtures.mail_server import Mailbox, start

    port = free_port()
    keys, settings = make_keys(store), mail_settings(tmp_path, port)
    campaign_id = fill_outbox(store, keys, settings, add_people(store, keys, 5), clock=clock)
    sender = Sender(store, clock, keys, settings)
    try:
        for _ in range(20):
            sender.run_once()
            clock.advance(timedelta(minutes=2))
        assert states(store, campaign_id) == {("queued", "server_down"): 5}
        with store.read() as session:
            assert set(session.scalars(select(Delivery.attempts))) == {0}
        controller = start(Mailbox(), port)
        try:
            sender.run_once()
        finally:
            controller.stop()
        assert states(store, campaign_id) == {("sent", None): 5}
    finally:
        sender.close()


def test_a_fault_of_ours_on_one_delivery_does_not_stop_the_others(outfit, clock, monkeypatch, caplog):
    store, keys, settings, _mailbox, make_sender = outfit
    campaign_id = fill_outbox(store, keys, settings, add_people(store, keys, 6), clock=clock)
    sender = make_sender()
    compose = sender._composer.compose

    def fail_on_two(view, arm, recipient, **options):
        if recipient.profile_id == 2:
            raise ZeroDivisionError
        return compose(view, arm, recipient, **options)

    monkeypatch.setattr(sender._composer, "compose", fail_on_two)
    while sender.run_once():
        pass
    assert states(store, campaign_id) == {("sent", None): 5, ("rejected", "internal_error"): 1}
    assert "example.com" not in caplog.text


def test_what_a_dead_sender_held_is_sent_again_cancelled_or_left_unknown(outfit, clock):
    store, keys, settings, mailbox, make_sender = outfit
    people = add_people(store, keys, 3)
    running, cancelled = (fill_outbox(store, keys, settings, people, clock=clock) for _ in range(2))
    with store.begin() as session:
        held = outbox.claim(session, now=clock.now(), limit=6)
        assert len(held) == 6
        assert outbox.claim(session, now=clock.now(), limit=6) == []
        begun = next(one for one in held if one.campaign_id == running)
        assert outbox.begin_hand_over(session, begun, now=clock.now())
        cancel_campaign(session, principal(clock), cancelled)
    clock.advance(outbox.LEASE + timedelta(seconds=1))
    with store.begin() as session:
        assert not outbox.begin_hand_over(session, held[-1], now=clock.now())  # too late: somebody else may have it
    sender = make_sender()
    while sender.run_once():
        pass
    assert states(store, running) == {("sent", None): 2, ("unknown", "sender_lost"): 1}
    assert states(store, cancelled) == {("cancelled", None): 3}
    assert tries(store, running) == {"sent": {1}, "unknown": {1}}
    assert len(mailbox.recipients) == 2
    with store.begin() as session:  # the sender was only slow: the server's yes still counts
        recipient = Recipient(begun.profile_id, "x@example.com", (("user_id", "u"),), {})
        assert outbox.settle_sent(session, begun, recipient, now=clock.now())
        assert not outbox.settle_sent(session, begun, recipient, now=clock.now())
    assert tries(store, running) == {"sent": {1}}


def test_after_a_suppression_is_committed_nothing_is_sent(outfit, clock):
    """People are suppressed one after the other while four connections send: no yes is given after a commit."""
    store, keys, settings, mailbox, make_sender = outfit
    people = add_people(store, keys, 150)
    fill_outbox(store, keys, settings, people, clock=clock)
    committed, handed, late = set(), set(), []
    sender = make_sender(batch=5)
    original = sender._hand_over

    def noted(held, view, recipient):
        was_committed = recipient.address in committed
        answer = original(held, view, recipient)
        if answer:
            handed.add(recipient.address)
            late.extend([recipient.address] if was_committed else [])
        return answer

    sender._hand_over = noted

    def suppress_all():
        for n in random.Random(3).sample(list(people), 100):
            address = f"p{n}@example.com"
            with store.begin() as session:
                suppress(session, keys.hasher, 1, "email", [address], reason="manual", by="t", now=clock.now())
            committed.add(address)

    thread = threading.Thread(target=suppress_all)
    thread.start()
    while sender.run_once():
        pass
    thread.join()
    assert late == []
    assert len(committed) == 100
    assert Counter(mailbox.recipients) == dict.fromkeys(handed, 1)
    assert handed | committed == {f"p{n}@example.com" for n in people}
