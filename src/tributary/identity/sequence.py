"""Dense integers from the store, handed out inside the transaction that uses them."""

from __future__ import annotations

from sqlalchemy import text

from tributary.store import Session

PROFILES = "profile"
BATCHES = "batch"


def allocate(session: Session, name: str, count: int) -> int:
    """Take `count` consecutive integers; returns the first. They come back if the transaction is rolled back.

    The row stays locked until the transaction ends, so on PostgreSQL two writers never interleave: a later one waits.
    `count` may be 0: that only takes the lock and tells which integer would come next.
    """
    session.execute(
        text("INSERT INTO sequences (name, next) VALUES (:name, 1) ON CONFLICT (name) DO NOTHING"), {"name": name}
    )
    following: int = session.execute(
        text("UPDATE sequences SET next = next + :count WHERE name = :name RETURNING next"),
        {"name": name, "count": count},
    ).scalar_one()
    return following - count
