"""One SMTP connection that can stop between a message's last byte and its end.

SMTP has no "send this once": a server that got the end of the data may have accepted the message although its answer
never arrived. So the end — the lone dot — is handed over in its own step. `deliver` calls `hand_over` when everything
but the dot has been written; only if that answers True is the dot sent. Whoever keeps the outbox records the fact in
between, and afterwards knows of every message whether the server can possibly have it.

`smtplib` in a thread, because that step is a database transaction and the store is synchronous; an asynchronous client
writes the dot together with the body.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from tributary.errors import Unavailable
from tributary.messaging.mail import Envelope
from tributary.settings import MailSettings

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"(?m)^\.")
_ENHANCED = re.compile(r"^\s*([245]\.\d{1,3}\.\d{1,3})\b")


class Stage(Enum):
    """How far a message got."""

    SESSION = auto()  # connecting, greeting, signing in, naming the sender: about us, not about the recipient
    RECIPIENT = auto()
    DATA = auto()  # the server was asked for, or has, the content
    AMBIGUOUS = auto()  # the end was (possibly) sent and no answer came


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took responsibility for the message."""

    code: int
    text: str


class Refused(Exception):
    """The message was not accepted. `code` is the SMTP code, 0 if the line broke instead of an answer.

    At `Stage.AMBIGUOUS` it may have been accepted nevertheless.
    """

    def __init__(self, stage: Stage, code: int, text: str) -> None:
        super().__init__(f"{stage.name.lower()} {code}")  # no text: servers like to repeat the address in it
        self.stage, self.code, self.text = stage, code, text

    @property
    def is_permanent(self) -> bool:
        """Whether trying again is pointless."""
        return 500 <= self.code < 600

    @property
    def is_bad_address(self) -> bool:
        """Whether the mailbox does not exist or takes no mail, so that writing there again does harm.

        By the enhanced code (RFC 3463: class 5.1 and 5.2.1); without one, 550, 551 and 553 in answer to the recipient.
        5.7 is a policy against us, not a bad address.
        """
        if not self.is_permanent:
            return False
        match = _ENHANCED.match(self.text)
        if match:
            return match.group(1).startswith("5.1.") or match.group(1) == "5.2.1"
        return self.stage is Stage.RECIPIENT and self.code in (550, 551, 553)


class Withdrawn(Exception):
    """`hand_over` said no: the message was not sent."""


class SmtpConnection:
    """A connection that opens when needed and is used for many messages, by one thread at a time."""

    def __init__(self, settings: MailSettings, *, context: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._context = context
        self._smtp: smtplib.SMTP | None = None

    def deliver(self, envelope: Envelope, hand_over: Callable[[], bool]) -> Accepted:
        """Give one message to the server; at most once after `hand_over` has answered True.

        Raises:
            Refused: the server or the line said no; `stage` says how far it got.
            Withdrawn: `hand_over` answered False.
        """
        smtp = self._begin(envelope)
        self._step(Stage.RECIPIENT, (250, 251), lambda: smtp.rcpt(envelope.recipient))
        self._step(Stage.DATA, (354,), lambda: smtp.docmd("DATA"))
        try:
            smtp.send(_stuffed(envelope.data))
        except (smtplib.SMTPException, OSError) as exc:
            self.close()
            raise Refused(Stage.DATA, 0, type(exc).__name__) from None
        try:
            may_go = hand_over()
        except BaseException:
            self.close()
            raise
        if not may_go:
            self.close()  # the only way to take back data that has begun: the server discards what has no end
            raise Withdrawn
        try:
            smtp.send(b".\r\n")
            code, text = _answer(smtp.getreply())
        except (smtplib.SMTPException, OSError) as exc:
            self.close()
            raise Refused(Stage.AMBIGUOUS, 0, type(exc).__name__) from None
        if code != 250:
            self._after_refusal(code)
            raise Refused(Stage.DATA, code, text)
        return Accepted(code, text)

    def _begin(self, envelope: Envelope) -> smtplib.SMTP:
        """A session in which the sender was accepted. An idle connection that the server has closed is replaced."""
        was_open = self._smtp is not None
        smtp = self._connected()
        try:
            self._step(Stage.SESSION, (250,), lambda: smtp.mail(envelope.sender))
        except Refused as exc:
            if not was_open or exc.code not in (0, 421):
                raise
            smtp = self._connected()
            self._step(Stage.SESSION, (250,), lambda: smtp.mail(envelope.sender))
        return smtp

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        settings = self._settings
        smtp: smtplib.SMTP | None = None
        try:
            timeout, name = settings.timeout_seconds, socket.gethostname()  # smtplib would ask DNS for a longer one
            if settings.security == "tls":
                context = self._context or ssl.create_default_context()
                smtp = smtplib.SMTP_SSL(settings.host, settings.port, name, timeout=timeout, context=context)
            else:
                smtp = smtplib.SMTP(settings.host, settings.port, name, timeout=timeout)
            if smtp.sock is not None:
                # The body and the dot are two writes; without this the dot would wait for the body's acknowledgement.
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if settings.security == "starttls":
                smtp.starttls(context=self._context or ssl.create_default_context())
            if settings.username:
                smtp.login(settings.username, settings.password.get_secret_value())
            smtp.ehlo_or_helo_if_needed()
        except smtplib.SMTPResponseException as exc:
            _drop(smtp)
            raise Refused(Stage.SESSION, exc.smtp_code, _text(exc.smtp_error)) from None
        except (smtplib.SMTPException, OSError) as exc:
            _drop(smtp)
            raise Refused(Stage.SESSION, 0, type(exc).__name__) from None
        self._smtp = smtp
        return smtp

    def _step(self, stage: Stage, good: tuple[int, ...], command: Callable[[], tuple[int, bytes]]) -> None:
        try:
            code, text = _answer(command())
        except (smtplib.SMTPException, OSError) as exc:
            self.close()
            raise Refused(stage, 0, type(exc).__name__) from None
        if code not in good:
            self._after_refusal(code)
            raise Refused(stage, code, text)

    def _after_refusal(self, code: int) -> None:
        """Make the connection ready for the next message, or drop it."""
        if code == 421 or self._smtp is None:
            self.close()
            return
        try:
            self._smtp.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    def check(self) -> None:
        """Connect and sign in without sending anything.

        Raises:
            Unavailable: the server does not answer or does not let us in.
        """
        try:
            self._connected()
        except Refused as exc:
            raise Unavailable(
                f"The mail server {self._settings.host}:{self._settings.port} cannot be used ({exc.code or exc.text}).",
                cure="Check TRIBUTARY_MAIL__HOST, PORT, SECURITY, USERNAME and PASSWORD.",
            ) from None

    def close(self) -> None:
        """Let go of the connection."""
        _drop(self._smtp)
        self._smtp = None


def _drop(smtp: smtplib.SMTP | None) -> None:
    if smtp is not None:
        smtp.close()


def _stuffed(data: bytes) -> bytes:
    """The message as DATA wants it: CRLF line ends, leading dots doubled, a line end at the end, no final dot yet."""
    lines = _LINE_END.sub(b"\r\n", data)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return _DOT.sub(b"..", lines)


def _answer(reply: tuple[int, bytes]) -> tuple[int, str]:
    code, text = reply
    if code == -1:  # smtplib's sign that the line broke in the middle of an answer
        raise smtplib.SMTPServerDisconnected("no answer")
    return code, _text(text)


def _text(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
