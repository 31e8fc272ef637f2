"""Opaque links: what a link in a message stands for, signed so that nobody can make or change one.

A token is `base64url(kind, payload, mac)`: HMAC-SHA256 over kind and payload, cut to 128 bits. The kind is inside the
signature, so that a tracking link cannot be used to unsubscribe. No token holds an address or a name.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TypeVar

import msgspec

from tributary.errors import NotFound

_MAC_BYTES = 16


class OpenLink(msgspec.Struct, array_like=True, frozen=True):
    """The open pixel of a delivery."""

    workspace_id: int
    delivery_id: str


class ClickLink(msgspec.Struct, array_like=True, frozen=True):
    """A link of a delivery: the `index`-th of the message, leading to `url`."""

    workspace_id: int
    delivery_id: str
    index: int
    url: str


class UnsubscribeLink(msgspec.Struct, array_like=True, frozen=True):
    """What a delivery's recipient can withdraw from. `subject` is the keyed hash of the address.

    It works without the delivery's row, so that a link stays good after old deliveries are gone. A test message has an
    empty `delivery_id`; its link changes nothing.
    """

    workspace_id: int
    delivery_id: str
    channel: str
    purpose: str
    subject: bytes


Link = OpenLink | ClickLink | UnsubscribeLink
_KINDS: dict[type[Link], bytes] = {OpenLink: b"o", ClickLink: b"c", UnsubscribeLink: b"u"}
LinkT = TypeVar("LinkT", OpenLink, ClickLink, UnsubscribeLink)


class TokenSigner:
    """Makes and reads tokens under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, link: Link) -> str:
        """The token of a link."""
        body = _KINDS[type(link)] + msgspec.msgpack.encode(link)
        return base64.urlsafe_b64encode(body + self._mac(body)).rstrip(b"=").decode()

    def read(self, token: str, kind: type[LinkT]) -> LinkT:
        """The link inside a token of this kind.

        Raises:
            NotFound: we did not make this token, or not for this purpose.
        """
        try:
            data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            body, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
            if not hmac.compare_digest(mac, self._mac(body)) or body[:1] != _KINDS[kind]:
                raise ValueError(token)
            return msgspec.msgpack.decode(body[1:], type=kind)
        except (ValueError, binascii.Error, msgspec.DecodeError):
            raise NotFound("This link is not valid.", cure="Use the link exactly as it is in the message.") from None

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self._key, b"tributary.link\x00" + body, hashlib.sha256).digest()[:_MAC_BYTES]
