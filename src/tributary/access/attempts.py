"""Slowing down guessing: failed logins per account and address, counted in the store, with growing pauses.

An attempt is counted before the password is checked, so that many at the same time cannot slip through together.
Nobody is locked out for good: the pause is bounded, and ends early with nobody's help.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from tributary.errors import TooManyRequests
from tributary.store import Session, upsert
from tributary.store.tables.access import LoginAttempts

_FREE = 5  # attempts without a pause
_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=24)


def attempt_key(account: str, ip: str) -> str:
    """The hash under which attempts of an account from an address are counted."""
    return hashlib.sha256(f"{account}\0{ip}".encode()).hexdigest()


def count_attempt(session: Session, key: str, now: datetime) -> None:
    """Count an attempt; a successful one is taken back by `clear_attempts`.

    Raises:
        TooManyRequests: the pause after the last failures is not over; `retry_after` says how many seconds are left.
    """
    upsert(session, LoginAttempts, [{"key": key, "failures": 0, "blocked_until": now, "updated_at": now}], key=["key"])
    row = session.scalars(select(LoginAttempts).where(LoginAttempts.key == key).with_for_update()).one()
    if row.blocked_until > now:
        seconds = int((row.blocked_until - now).total_seconds()) + 1
        raise TooManyRequests(
            "Too many failed attempts.", cure=f"Wait {seconds} seconds, then try again.", retry_after=seconds
        )
    row.failures = 1 if now - row.updated_at > FORGET_AFTER else row.failures + 1
    row.updated_at = now
    if row.failures >= _FREE:
        row.blocked_until = now + min(_FIRST_PAUSE * 2 ** min(row.failures - _FREE, 20), _LONGEST_PAUSE)


def clear_attempts(session: Session, key: str) -> None:
    """Forget the failures after a success."""
    session.execute(delete(LoginAttempts).where(LoginAttempts.key == key))
