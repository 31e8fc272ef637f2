"""Links that sign somebody in once: for the demo, whose owner nobody has chosen a password for.

The codes live in the memory of this process, as hashes. Who reads the terminal may use one, once, for half an hour.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from tributary.core.clock import Clock
from tributary.errors import Unauthenticated

LIFETIME = timedelta(minutes=30)


@dataclass(slots=True)
class _Issued:
    user_id: str
    expires_at: datetime
    is_used: bool = False


class SignInCodes:
    """Issues codes and redeems each once. Safe to use from several threads."""

    def __init__(self) -> None:
        self._issued: dict[str, _Issued] = {}
        self._lock = threading.Lock()

    def issue(self, user_id: str, clock: Clock) -> str:
        """A new code for this user, good for `LIFETIME`."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._issued[_hash(code)] = _Issued(user_id, clock.now() + LIFETIME)
        return code

    def redeem(self, code: str, clock: Clock) -> str:
        """The user of a code, which is used up by it.

        Raises:
            Unauthenticated: there is no such code, it was used, or it is too old.
        """
        with self._lock:
            found = self._issued.get(_hash(code))
            if found is None:
                raise _refusal("This sign-in link is not valid.")
            if found.is_used:
                raise _refusal("This sign-in link was used already; each works once.")
            if clock.now() >= found.expires_at:
                raise _refusal("This sign-in link has expired.")
            found.is_used = True
            return found.user_id


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _refusal(what: str) -> Unauthenticated:
    return Unauthenticated(what, cure="Sign in with the e-mail address and password that the demo printed beside it.")
