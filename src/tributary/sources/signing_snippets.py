"""Code for a site's own server that signs who a visitor is; see `identity.signing` for what is signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SigningLanguage = Literal["python", "node", "php"]


@dataclass(frozen=True, slots=True)
class SigningSnippet:
    """`code` reads the secret from the environment: it is never written into a page or a repository."""

    language: SigningLanguage
    code: str


def signing_snippets() -> list[SigningSnippet]:
    """The signature in the languages of servers. The values are normalised as Tributary does it."""
    return [SigningSnippet("python", _PYTHON), SigningSnippet("node", _NODE), SigningSnippet("php", _PHP)]


_PYTHON = """\
import hashlib
import hmac
import os


def identity_signature(identifiers: dict[str, str]) -> str:
    \"\"\"For context.identitySignature. Give every unique identifier that the event will carry, already normalised:
    e-mail addresses in small letters, telephone numbers as +8613912345678.\"\"\"
    lines = sorted(f"{type_}={value}" for type_, value in identifiers.items())
    secret = os.environ["TRIBUTARY_SIGNING_SECRET"].encode()
    return hmac.new(secret, "\\n".join(lines).encode(), hashlib.sha256).hexdigest()


print(identity_signature({"user_id": "user-1", "email": "ada@example.com"}))
"""

_NODE = """\
import { createHmac } from 'node:crypto'

// For context.identitySignature. Give every unique identifier that the event will carry, already normalised:
// e-mail addresses in small letters, telephone numbers as +8613912345678.
export function identitySignature(identifiers) {
  const lines = Object.entries(identifiers)
    .map(([type, value]) => `${type}=${value}`)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return createHmac('sha256', process.env.TRIBUTARY_SIGNING_SECRET).update(lines.join('\\n')).digest('hex')
}

console.log(identitySignature({ user_id: 'user-1', email: 'ada@example.com' }))
"""

_PHP = """\
<?php
// For context.identitySignature. Give every unique identifier that the event will carry, already normalised:
// e-mail addresses in small letters, telephone numbers as +8613912345678.
function identity_signature(array $identifiers): string
{
    $lines = [];
    foreach ($identifiers as $type => $value) {
        $lines[] = "$type=$value";
    }
    sort($lines, SORT_STRING);
    return hash_hmac('sha256', implode("\\n", $lines), getenv('TRIBUTARY_SIGNING_SECRET'));
}

echo identity_signature(['user_id' => 'user-1', 'email' => 'ada@example.com']), "\\n";
"""
