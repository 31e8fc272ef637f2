"""Passwords: argon2id, a policy without composition rules, and equal work for accounts that do not exist."""

from __future__ import annotations

import re
import secrets
import threading
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tributary.errors import InvalidRequest, TooManyRequests

MIN_LENGTH = 12
MAX_LENGTH = 128  # far above any passphrase; bounds the work of hashing
_SIDE_BY_SIDE = 4  # hashes computed at once: each takes 46 MiB
_WAIT_SECONDS = 10
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without look-alikes: people copy it by hand
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")
_LOOK_ALIKES = str.maketrans("013@$!", "oieasi")
_COMMON = frozenset(
    {"password", "passwort", "administrator", "admin", "root", "welcome", "letmein", "login"}
    | {"changeme", "qwerty", "qwertyuiop", "iloveyou", "sunshine", "princess", "football", "baseball", "monkey"}
    | {"dragon", "master", "superman", "batman", "trustno", "secret", "default", "guest", "test", "testing", "user"}
    | {"company", "tributary", "woaini", "mima", "nihao", "shanghai", "beijing", "zhongguo"}
)


class Passwords:
    """Hashes and checks passwords. `memory_kib`, `time_cost` and `parallelism` are argon2id's; tests make them cheap.

    The default (46 MiB, one pass, one lane) is OWASP's first recommendation and takes some 80 ms.
    """

    def __init__(self, *, memory_kib: int = 46 * 1024, time_cost: int = 1, parallelism: int = 1) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=parallelism)
        self._slots = threading.BoundedSemaphore(_SIDE_BY_SIDE)

    def hash(self, password: str) -> str:
        """The argon2id hash of a password, with its salt and parameters."""
        self._enter()
        try:
            return self._hasher.hash(password)
        finally:
            self._slots.release()

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right. None stands for an account that does not exist: the same work, then False."""
        wanted = password_hash or self._nobody
        self._enter()
        try:
            self._hasher.verify(wanted, password)
            return password_hash is not None
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._slots.release()

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(16))

    def _enter(self) -> None:
        if not self._slots.acquire(timeout=_WAIT_SECONDS):
            raise TooManyRequests("Too many logins at once.", cure="Try again in a few seconds.", retry_after=5)


def random_password() -> str:
    """A password for somebody's first login: 20 characters, 115 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(20))


def check_new_password(password: str, *, email: str = "", path: str = "password") -> None:
    """Refuse passwords that guessers try first. Length is what counts; no rules about kinds of characters.

    Raises:
        InvalidRequest: too short, too long, or easily guessed.
    """
    if len(password) < MIN_LENGTH:
        raise InvalidRequest(
            f"The password has {len(password)} characters; it needs at least {MIN_LENGTH}.",
            cure="Use a few unrelated words, or let a password manager choose one.",
            path=path,
        )
    if len(password) > MAX_LENGTH:
        raise InvalidRequest(f"The password is longer than {MAX_LENGTH} characters.", cure="Shorten it.", path=path)
    if _is_guessable(password.casefold(), email.casefold()):
        raise InvalidRequest(
            "The password is one that guessers try first.",
            cure="Avoid common words with digits, rows of the keyboard, repetitions and your own e-mail address.",
            path=path,
        )


def _is_guessable(password: str, email: str) -> bool:
    if len(set(password)) < 5:
        return True
    if any(password in row * 2 or password in (row * 2)[::-1] for row in _ROWS):
        return True
    account = email.partition("@")[0]
    if len(account) >= 4 and account in password and len(password) - len(account) < 8:
        return True
    word = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password)  # without the digits and signs around it
    plain = re.sub(r"[\W\d_]+", "", word)
    spelt = re.sub(r"[^a-z]+", "", word.translate(_LOOK_ALIKES))  # p@ssw0rd
    return any(_repeats(text) in _COMMON for text in (plain, spelt))


def _repeats(text: str) -> str:
    """The shortest text that `text` consists of when repeated: `passwordpassword` → `password`."""
    at = (text + text).find(text, 1)
    return text[:at] if at > 0 else text
