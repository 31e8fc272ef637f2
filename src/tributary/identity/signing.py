"""Signed identities: proof that a site's own server stands behind what a browser or an app says about who it is.

Whoever holds a write key, which is public, could otherwise claim to be anybody and so poison that person's profile.
A signature is HMAC-SHA256 (RFC 2104) under the source's secret over the unique identifiers of the event, normalised,
one `type=value` a line, sorted by code points; 64 hexadecimal digits in `context.identitySignature`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from tributary.identity.types import Claim

IDENTITY_KEY = "identity.key"  # name of the key file


def source_secret(key: bytes, source_id: str) -> bytes:
    """The secret of a source, derived from the installation's key."""
    return hmac.new(key, f"identity\x1f{source_id}".encode(), hashlib.sha256).hexdigest().encode()


def sign(secret: bytes, claims: Iterable[Claim]) -> str:
    """The signature over `claims`; give it only those of unique types."""
    lines = sorted(f"{claim.type}={claim.value}" for claim in claims)
    return hmac.new(secret, "\n".join(lines).encode(), hashlib.sha256).hexdigest()


def is_signed(secret: bytes, claims: Iterable[Claim], signature: object) -> bool:
    """Whether `signature` is the one over `claims`."""
    if not isinstance(signature, str) or not signature.isascii():
        return False
    return hmac.compare_digest(sign(secret, claims), signature.lower())
