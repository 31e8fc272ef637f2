"""Messages as bytes, and bytes on the SMTP line."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.errors import InvalidRequest
from tributary.messaging.mail import Unsubscription, build_envelope, is_mail_address, message_id_of, parse_sender
from tributary.messaging.smtp import Refused, Stage, _stuffed
from tributary.messaging.templates import Rendered

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def build(rendered, **options):
    values = {
        "sender": "商店 <shop@example.com>",
        "recipient": "a@example.com",
        "message_id": "<d@example.com>",
        "now": NOW,
        "unsubscription": Unsubscription("https://x.example/u/" + "t" * 300, "mailto:u@x.example"),
    }
    return build_envelope(rendered, **{**values, **options})


def lines_of(text):
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


@given(subject=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=200), body=st.text(max_size=300))
def test_what_was_written_is_what_is_read(subject, body):
    subject = " ".join(subject.split())
    envelope = build(Rendered(subject, f"<p>{body}</p>", body))
    assert max(map(len, envelope.data.split(b"\r\n"))) <= 998
    message = message_from_bytes(envelope.data, policy=policy.default)
    assert str(message["Subject"]).strip() == subject.strip()
    text, page = message.iter_parts()
    assert lines_of(text.get_content()) == lines_of(body)
    assert page.get_content_type() == "text/html"


def test_the_unsubscribe_header_stays_on_one_line():
    data = build(Rendered("s", None, "t")).data
    lines = [line for line in data.split(b"\r\n") if line.startswith(b"List-Unsubscribe")]
    assert lines == [
        b"List-Unsubscribe: <https://x.example/u/" + b"t" * 300 + b">, <mailto:u@x.example>",
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ]
    assert b"List-Unsubscribe" not in build(Rendered("s", None, "t"), unsubscription=None).data


def test_a_page_without_a_text_part_gets_one():
    message = message_from_bytes(build(Rendered("s", "<h1>你好</h1>", None)).data, policy=policy.default)
    assert message.get_body(("plain",)).get_content().strip() == "你好"


@pytest.mark.parametrize(
    "address",
    [
        "a@b", "a b@c.de", "a@b.c\r\nBcc: x@y.zz", "<a@b.de>", "a@b.de,c@d.ef", "é@b.de", "a@b..de",
        "a" * 65 + "@b.de", "@b.de", "",
    ],
)  # fmt: skip
def test_what_is_no_mail_address(address):
    assert not is_mail_address(address)
    with pytest.raises(InvalidRequest):
        build(Rendered("s", None, "t"), recipient=address)


@pytest.mark.parametrize("sender", ["Shop", "Shop <shop>", "Shop <@example.com>", ""])
def test_a_sender_needs_an_address(sender):
    with pytest.raises(InvalidRequest):
        parse_sender(sender)


def test_the_message_id_follows_from_the_delivery():
    assert message_id_of("dlv_1", "Shop <shop@example.com>") == "<dlv_1@example.com>"


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"\r", b"\n", b"\r\n", b"."]), max_size=40).map(b"".join))
def test_no_message_can_end_itself(data):
    """Whatever is in it, the server finds CRLF.CRLF only where we put the dot (SMTP smuggling)."""
    wire = _stuffed(data)
    assert wire.endswith(b"\r\n")
    assert b"\r\n.\r\n" not in b"\r\n" + wire
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert b"\r" not in wire.replace(b"\r\n", b"")
    lines = [line[1:] if line.startswith(b".") else line for line in wire.split(b"\r\n")[:-1]]
    assert b"\n".join(lines).rstrip(b"\n") == data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").rstrip(b"\n")


@pytest.mark.parametrize(
    ("stage", "code", "text", "permanent", "bad"),
    [
        (Stage.RECIPIENT, 550, "5.1.1 no such user", True, True),
        (Stage.RECIPIENT, 550, "No such user", True, True),
        (Stage.RECIPIENT, 550, "5.7.1 blocked by policy", True, False),
        (Stage.RECIPIENT, 554, "rejected", True, False),
        (Stage.DATA, 550, "looks like spam", True, False),
        (Stage.DATA, 550, "5.1.2 bad host", True, True),
        (Stage.RECIPIENT, 552, "5.2.1 mailbox disabled", True, True),
        (Stage.RECIPIENT, 552, "5.2.2 mailbox full", True, False),
        (Stage.RECIPIENT, 450, "4.2.1 later", False, False),
        (Stage.AMBIGUOUS, 0, "timeout", False, False),
    ],
)
def test_only_a_dead_mailbox_is_a_bad_address(stage, code, text, permanent, bad):
    refusal = Refused(stage, code, text)
    assert (refusal.is_permanent, refusal.is_bad_address) == (permanent, bad)
    assert text not in str(refusal)
