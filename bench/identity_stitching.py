"""Micro-batches of events among ten million known identifiers, on SQLite and on PostgreSQL, beside the bare database.

The limit is the least that a database has to do for the same batch: look the identifiers and the evidence that it names
up by their keys, and write the rows that change, by the driver, in one transaction. What would be written is found by a
rehearsal that is rolled back; so pages are warm in the same way for both. Each batch is measured on one side or the
other, in turn, since afterwards it is no longer new.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from bench.identity_data import (
    HOUR_MS,
    IDENTIFIERS,
    PRIORITY,
    SEED,
    START_MS,
    TYPES,
    VALUES,
    WORKSPACE,
    People,
    engines,
    filled,
    people,
)
from bench.report import Figure
from tributary.identity import SAME_EVENT, Claim, IdentifierTypes, Linkage, Resolver, RuleSet, identifier_id
from tributary.identity.graph import EDGE_COLUMNS, IDENTIFIER_COLUMNS, link_id
from tributary.store import Session, Store, bulk
from tributary.store.tables.identity import Edge, Identifier, Sequence

SIZES = tuple(int(size) for size in os.environ.get("TRIBUTARY_BENCH_BATCH", "1000 5000").split())
BATCHES = int(os.environ.get("TRIBUTARY_BENCH_BATCHES", "20"))  # of each size, on each side
_WARM_UP = 4
_VISIT = 6  # events of one visit, spread over
_SPREAD = 20_000  # visits that go on at a time
_NOW_MS = START_MS + 1000 * HOUR_MS  # later than everything that was loaded


class Traffic:
    """Events of people who are there, and of some who are not, in the order in which they come."""

    def __init__(self, made: People, seed: int) -> None:
        self._made = made
        self._random = np.random.default_rng(seed)
        self._visitors = self._random.permutation(len(made.leader))
        self._following = 0
        self._new = 50_000_000 + seed % 1000 * 40_000  # what nobody had before

    def batch(self, size: int) -> list[Linkage]:
        """The next `size` events: 6 % by new visitors, 3 % by people on a new browser, .5 % tell that two are one."""
        random = self._random
        turn = (self._following + np.arange(size)) // _VISIT + random.integers(0, _SPREAD, size)
        visitors = self._visitors[turn % len(self._visitors)]
        lots = random.random(size).tolist()
        others = random.integers(0, len(self._made.leader), size).tolist()
        self._following += size
        events = zip(visitors.tolist(), lots, others, range(size), strict=True)
        return [self._event(visitor, lot, other, place) for visitor, lot, other, place in events]

    def _event(self, visitor: int, lot: float, other: int, place: int) -> Linkage:
        made = self._made
        leader = int(made.leader[visitor])
        following = int(made.leader[visitor + 1]) if visitor + 1 < len(made.leader) else len(made.type)
        count = self._following + place
        if lot < 0.06:
            claims = [self._claim(3, self._new + count)]
        elif lot < 0.09:
            claims = [self._known(leader), self._claim(3, self._new + count)]
        elif lot < 0.095:
            claims = [self._known(leader), self._known(int(made.leader[other]))]
        elif lot < 0.5 or following == leader + 1:
            claims = [self._known(following - 1 if made.base[following - 1] else leader)]  # not logged in
        else:
            claims = [self._known(leader), self._known(leader + 1 + place % (following - leader - 1))]
        claims.sort(key=lambda claim: claim.priority)
        at_ms = _NOW_MS + count
        distinct = tuple(dict.fromkeys(claims))
        return Linkage(WORKSPACE, distinct, SAME_EVENT, "src_web", f"m-{self._new}-{count:032x}"[:36], at_ms)

    def _known(self, place: int) -> Claim:
        return self._claim(int(self._made.type[place]), int(self._made.number[place]))

    def _claim(self, kind: int, number: int) -> Claim:
        value = VALUES[kind] % number
        return Claim(identifier_id(WORKSPACE, TYPES[kind], value), TYPES[kind], value, PRIORITY[kind])


class Bare:
    """What a batch asks of the database at the least, in bare SQL."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, Any, bool]] = []

    def rehearse(self, session: Session, linkages: list[Linkage]) -> None:
        """Find out, changing nothing."""
        steps: list[tuple[str, Any, bool]] = []
        connection = session.connection()
        original = connection.exec_driver_sql

        def note(statement: str, parameters: Any = None, **options: Any) -> Any:
            steps.append((statement, parameters, isinstance(parameters, list)))
            return original(statement, parameters, **options)

        connection.exec_driver_sql = note  # type: ignore[assignment, method-assign]
        try:
            bulk.fetch(session, Identifier, IDENTIFIER_COLUMNS, "id", _claims(linkages))
            bulk.fetch(session, Edge, EDGE_COLUMNS, "id", _links(linkages))
            self._steps = list(steps)
            steps.clear()
            resolver = Resolver(session, {WORKSPACE: IdentifierTypes(WORKSPACE, RuleSet())}, version=1)
            resolver.resolve(linkages)
            resolver.write()
            self._steps += [step for step in steps if not step[0].startswith("SELECT")]
        finally:
            del connection.exec_driver_sql  # the method of the class is back

    def carry_out(self, connection: Any, *, is_sqlite: bool) -> float:
        """Do it. Returns the seconds."""
        started = time.perf_counter()
        cursor = connection.cursor()
        if is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        for statement, parameters, is_many in self._steps:
            if is_many:
                cursor.executemany(statement, parameters)
            else:
                cursor.execute(statement, parameters)
                if statement.startswith("SELECT"):
                    cursor.fetchall()
        connection.commit()
        return time.perf_counter() - started


def _claims(linkages: list[Linkage]) -> Iterator[int]:
    for linkage in linkages:
        yield from (claim.id for claim in linkage.claims)


def _links(linkages: list[Linkage]) -> Iterator[int]:
    for linkage in linkages:
        for claim in linkage.claims[1:]:
            yield link_id(linkage.claims[0].id, claim.id, linkage.kind, linkage.source_id, linkage.is_trusted, epoch=0)


class _Rehearsed(Exception):
    pass


def _product(store: Store, linkages: list[Linkage], types: IdentifierTypes) -> float:
    started = time.perf_counter()
    with store.begin() as session:
        resolver = Resolver(session, {WORKSPACE: types}, version=1)
        resolver.resolve(linkages)
        resolver.write()
    return time.perf_counter() - started


def stitch(store: Store, made: People, size: int) -> tuple[list[float], list[float]]:
    """Seconds of each batch: ours, and those of the bare database."""
    with store.read() as session:
        seed = SEED + bulk.fetch(session, Sequence, ("next",), "name", ["profile"])[0][0]
    traffic = Traffic(made, seed)
    types = IdentifierTypes(WORKSPACE, RuleSet())
    ours: list[float] = []
    bare: list[float] = []
    connection = store.engine.raw_connection()
    try:
        for number in range(2 * (BATCHES + _WARM_UP)):
            linkages = traffic.batch(size)
            least = Bare()
            try:
                with store.begin() as session:
                    least.rehearse(session, linkages)
                    raise _Rehearsed
            except _Rehearsed:
                pass
            if number % 2:
                ours.append(_product(store, linkages, types))
            else:
                bare.append(least.carry_out(connection, is_sqlite=store.is_sqlite))
    finally:
        connection.close()
    return ours[_WARM_UP:], bare[_WARM_UP:]


def measure() -> list[Figure]:
    """Both engines, each size of batch."""
    figures = []
    made = people(IDENTIFIERS)
    with engines() as urls:
        for engine, url in urls.items():
            with filled(url) as store:
                for size in SIZES:
                    ours, bare = (statistics.median(each) for each in stitch(store, made, size))
                    figures.append(
                        Figure(
                            f"stitching {size:,} events among {IDENTIFIERS / 1e6:g}M identifiers, {engine}",
                            f"p50 {ours * 1000:.0f} ms, {size / ours:,.0f} events/s",
                            f"bare look-ups and writes: {bare * 1000:.0f} ms ({ours / bare:.2f} times)",
                            "≤ 2 times the limit",
                            ours <= 2 * bare,
                        )
                    )
    return figures
