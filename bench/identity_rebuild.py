"""Everybody's identity computed anew from all evidence: ten million identifiers, read out of the store and compared.

Beside it stands what the database alone takes to go once through the same columns, without handing a row out.
"""

from __future__ import annotations

import os
import time

from sqlalchemy import text

from bench.identity_data import IDENTIFIERS, WORKSPACE, engines, filled
from bench.report import Figure
from tributary.identity import RuleSet
from tributary.identity.rebuild import compare
from tributary.store import Session, Store

_SCANS = (
    "SELECT count(*), max(id), max(profile_id), max(base_id), max(type) FROM identifiers",
    "SELECT count(*), max(id), max(identifier_a), max(identifier_b), max(kind), max(source_id) FROM edges",
)
_ROUNDS = int(os.environ.get("TRIBUTARY_BENCH_ROUNDS", "3"))


def _bare(session: Session) -> float:
    started = time.perf_counter()
    for scan in _SCANS:
        session.execute(text(scan)).one()
    return time.perf_counter() - started


def rebuild(store: Store) -> tuple[float, float, str]:
    """Seconds of ours and of the bare scans, the best of a few rounds, and what was found."""
    ours, bare = [], []
    for _ in range(_ROUNDS):
        with store.read() as session:
            bare.append(_bare(session))
            started = time.perf_counter()
            found = compare(session, WORKSPACE, RuleSet())
            ours.append(time.perf_counter() - started)
    return min(ours), min(bare), f"{found.profiles_after:,} people, {found.contested:,} groups link by link"


def measure() -> list[Figure]:
    """Both engines."""
    figures = []
    with engines() as urls:
        for engine, url in urls.items():
            with filled(url) as store:
                ours, bare, found = rebuild(store)
            figures.append(
                Figure(
                    f"rebuild of {IDENTIFIERS / 1e6:g}M identifiers, {engine}",
                    f"{ours:.1f} s ({found})",
                    f"one bare scan of the same columns: {bare:.1f} s",
                    "≤ 10 s",
                    ours <= 10,
                )
            )
    return figures
