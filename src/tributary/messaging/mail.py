"""One e-mail as bytes: headers that providers ask for, both parts, nothing that folds badly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from tributary.errors import InvalidRequest
from tributary.messaging.links import text_of
from tributary.messaging.templates import Rendered

_POLICY = SMTP.clone(cte_type="7bit")
_ADDRESS = re.compile(
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$"
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What goes to the server: `data` is the whole message with CRLF line ends."""

    sender: str
    recipient: str
    message_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """How the recipient ends it: the https link that answers POST (RFC 8058), and a mail address."""

    url: str
    mailto: str


def is_mail_address(address: str) -> bool:
    """Whether a message can be addressed to it: plain ASCII, a host with a dot, no more than 254 characters."""
    return len(address) <= 254 and _ADDRESS.match(address) is not None and ".." not in address


def parse_sender(sender: str) -> tuple[str, str]:
    """(display name, address) of a From value such as `Shop <no-reply@shop.cn>`.

    Raises:
        InvalidRequest: there is no address in it.
    """
    name, address = parseaddr(sender)
    local, at, domain = address.rpartition("@")
    if (
        not at
        or not local
        or "\r" in sender
        or "\n" in sender
        or not re.fullmatch(r"[A-Za-z0-9.-]+", domain)
        or not address.isascii()
    ):
        raise InvalidRequest("The sender has no mail address.", cure="Write it as: Shop <no-reply@shop.example>.")
    return name, address


def message_id_of(delivery_id: str, sender: str) -> str:
    """The Message-ID of a delivery: the same for every attempt, so that a double would be seen by the server's log."""
    return f"<{delivery_id}@{parse_sender(sender)[1].rpartition('@')[2]}>"


def build_envelope(
    rendered: Rendered,
    *,
    sender: str,
    recipient: str,
    message_id: str,
    now: datetime,
    unsubscription: Unsubscription | None,
    reply_to: str = "",
    idempotency_key: str = "",
    campaign_id: str = "",
) -> Envelope:
    """The message as it is handed to the server.

    Raises:
        InvalidRequest: the sender or the recipient is not a mail address.
    """
    name, address = parse_sender(sender)
    if not is_mail_address(recipient):
        raise InvalidRequest("The recipient is not a mail address.", cure="Check the address.")
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(display_name=name, addr_spec=address)
    message["To"] = Address(addr_spec=recipient)
    if reply_to:
        reply_name, reply_address = parse_sender(reply_to)
        message["Reply-To"] = Address(display_name=reply_name, addr_spec=reply_address)
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    if idempotency_key:
        message["X-Idempotency-Key"] = idempotency_key
    if campaign_id:
        message["X-Campaign-ID"] = campaign_id
    text = rendered.text if rendered.text is not None else text_of(rendered.html or "")
    message.set_content(text, charset="utf-8", cte="quoted-printable" if text.isascii() else "base64")
    if rendered.html is not None:
        html = rendered.html
        cte = "quoted-printable" if html.isascii() else "base64"
        message.add_alternative(html, subtype="html", charset="utf-8", cte=cte)
    return Envelope(address, recipient, message_id, _unsubscribe_headers(unsubscription) + message.as_bytes())


def _unsubscribe_headers(unsubscription: Unsubscription | None) -> bytes:
    """Written by hand: the library would fold the long line, and some mail programs read only its first part."""
    if unsubscription is None:
        return b""
    line = f"List-Unsubscribe: <{unsubscription.url}>, <{unsubscription.mailto}>\r\n"
    return (line + "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n").encode("ascii")
