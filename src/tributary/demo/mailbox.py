"""The demo's mail server: a real SMTP server on the loopback interface that keeps what it is given, in memory."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from html.parser import HTMLParser
from typing import Any

from tributary.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Mail:
    """One accepted message: to whom, and the addresses in its HTML part."""

    recipient: str
    subject: str
    links: tuple[str, ...]
    pictures: tuple[str, ...]


@dataclass
class Mailbox:
    """What the server has accepted so far."""

    port: int
    _mails: list[Mail] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, mail: Mail) -> None:
        """Keep a message; called by the server's thread."""
        with self._lock:
            self._mails.append(mail)

    @property
    def mails(self) -> list[Mail]:
        """All messages, in order of arrival."""
        with self._lock:
            return list(self._mails)


class _Addresses(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.pictures: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        elif tag == "img" and values.get("src"):
            self.pictures.append(str(values["src"]))


def read_mail(recipient: str, content: bytes) -> Mail:
    """The message as a mail program would see it."""
    message = message_from_bytes(content, policy=policy.default)
    body = message.get_body(("html",))
    addresses = _Addresses()
    if body is not None:
        addresses.feed(body.get_content())
    links = tuple(link for link in addresses.links if re.match(r"https?://", link))
    return Mail(recipient, str(message["Subject"]), links, tuple(addresses.pictures))


@contextmanager
def open_mailbox() -> Iterator[Mailbox]:
    """Run the server on a free port until the block ends.

    Raises:
        Unavailable: the mail server library is not installed.
    """
    try:
        from aiosmtpd.controller import Controller  # noqa: PLC0415 (an extra that only the demo needs)
    except ImportError as error:
        raise Unavailable(
            "The demo needs a mail server to send to.", cure="Install it: pip install 'tributary[demo]'."
        ) from error
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    box = Mailbox(port)

    class Handler:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
            for recipient in envelope.rcpt_tos:
                box.add(read_mail(recipient, envelope.content))
            return "250 kept"

    server = Controller(Handler(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield box
    finally:
        server.stop()
