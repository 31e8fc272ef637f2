"""Parting and joining among a million people: from the decision until store and warehouse know, and audiences follow.

A decision is one transaction of the store with golden records, the ledger and what follows; then the warehouse gets the
profiles and where ids lead. Audiences are computed anew a while later, so that several decisions in a row make one
computation; both the wait and the computation are in the figure.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench.audience import fill as fill_warehouse
from bench.identity_data import SEED, START_MS, WORKSPACE, People, fill, keys_of, people
from bench.report import Figure
from tributary import audiences
from tributary.access import SCOPES, Principal
from tributary.api.identity_editor import SETTLED_AFTER, identity_editor
from tributary.core.clock import SystemClock
from tributary.identity.decisions import keep_apart, keep_together
from tributary.privacy import Hasher
from tributary.store import Store, bulk, open_store
from tributary.store.tables.identity import ProfileAlias
from tributary.store.tables.profiles import Fact, ProfileRow
from tributary.warehouse import Warehouse, open_warehouse

PEOPLE = int(os.environ.get("TRIBUTARY_BENCH_PEOPLE", "1000000"))
EVENTS = 5_000_000
DECISIONS = 60  # of each kind
_CHUNK = 100_000
RULE = {
    "kind": "event",
    "event": "Order Completed",
    "count": {"op": "gte", "value": 2},
    "window": {"kind": "last", "value": 90, "unit": "days"},
}


def _fill_people(store: Store, warehouse: Warehouse, made: People) -> None:
    """Golden records, facts and where ids lead, in the store and in the warehouse."""
    homed = np.flatnonzero(made.base > 0)
    ids = keys_of(made, homed).tolist()
    bases, owners = made.base[homed].tolist(), made.owner[homed].tolist()
    facts, records, aliases = [], [], []
    for id_, base, owner in zip(ids, bases, owners, strict=True):
        said = [f'["city{base % 300}",{START_MS},"m{base}"', f',"src_web",{id_}]']
        facts.append((id_, "src_web", WORKSPACE, f'{{"city":{said[0]}]}}'))
        if base == owner:
            records.append((base, WORKSPACE, 1, START_MS, START_MS, None, f'{{"city":{"".join(said)}}}'))
        else:
            aliases.append((base, WORKSPACE, owner, 1))
    tables: list[tuple[Any, tuple[str, ...], list[tuple[Any, ...]]]] = [
        (Fact, ("identifier", "source_id", "workspace_id", "traits"), facts),
        (ProfileAlias, ("profile_id", "workspace_id", "canonical_id", "version"), aliases),
        (
            ProfileRow,
            ("profile_id", "workspace_id", "version", "first_seen_ms", "last_seen_ms", "merged_into", "traits"),
            records,
        ),
    ]
    for table, columns, rows in tables:
        for start in range(0, len(rows), _CHUNK):
            with store.begin() as session:
                bulk.write(session, table, columns, rows[start : start + _CHUNK])
    leads = np.array([(base, owner) for base, _, owner, _ in aliases], np.uint64)
    versions = pa.array(np.ones(len(leads), np.uint64))
    columns = {"profile_id": pa.array(leads[:, 0]), "canonical_id": pa.array(leads[:, 1]), "version": versions}
    warehouse.insert("profile_aliases", pa.table(columns), token="aliases")  # noqa: S106 (the name of an insert)
    warehouse.reload_aliases()


def _pairs(made: People) -> list[tuple[int, int]]:
    """Of many people the most trusted identifier and a browser."""
    random = np.random.default_rng(SEED)
    is_browser = (made.type == 3) & (made.leader[made.person] < np.arange(len(made.type)))
    browsers = random.choice(np.flatnonzero(is_browser), DECISIONS, replace=False)
    leaders = made.leader[made.person[browsers]]
    return list(zip(keys_of(made, leaders).tolist(), keys_of(made, browsers).tolist(), strict=True))


def measure() -> list[Figure]:
    """Part people, join them again, and compute an audience."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{Path(folder) / 'store.db'}")
        store.create_all()
        made = people(int(PEOPLE * 2.88))
        fill(store, int(PEOPLE * 2.88))
        warehouse = open_warehouse("", Path(folder) / "warehouse")
        warehouse.migrate()
        fill_warehouse(warehouse, EVENTS, int(made.base.max()))
        _fill_people(store, warehouse, made)
        editor = identity_editor(store, warehouse, clock, Hasher(b"bench" * 8), region="CN")
        audience = _audience(store)
        took: dict[str, list[float]] = {"parting": [], "joining": []}
        pairs = _pairs(made)
        for kind, decide in (("parting", keep_apart), ("joining", keep_together)):
            for pair in pairs:
                started = time.perf_counter()
                editor.apply(
                    WORKSPACE,
                    "usr_bench",
                    lambda session, resolver, pair=pair, decide=decide: decide(  # type: ignore[misc]
                        session, resolver, WORKSPACE, pair, by="usr_bench", reason="", now=clock.now()
                    ),
                )
                took[kind].append(time.perf_counter() - started)
        computing = []
        for _ in range(3):
            started = time.perf_counter()
            audiences.refresh_audience(store, warehouse, clock, WORKSPACE, audience)
            computing.append(time.perf_counter() - started)
        warehouse.close()
        store.close()
    follow = SETTLED_AFTER.total_seconds() + statistics.median(computing)
    return [
        Figure(
            f"{kind} among {PEOPLE / 1e6:g}M people, {EVENTS / 1e6:g}M events: until audiences are right",
            f"p95 {_p95(seconds) + follow:.1f} s (decided and delivered: p95 {_p95(seconds) * 1000:.0f} ms, "
            f"median {statistics.median(seconds) * 1000:.0f} ms)",
            f"{SETTLED_AFTER.total_seconds():.0f} s of waiting for more decisions, "
            f"{statistics.median(computing):.2f} s computing an audience",
            "p95 ≤ 60 s",
            _p95(seconds) + follow <= 60,
        )
        for kind, seconds in took.items()
    ]


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def _audience(store: Store) -> str:
    caller = Principal(
        workspace_id=WORKSPACE, actor_id="usr_bench", actor_kind="user", role="owner", scopes=frozenset(SCOPES),
        name="bench",
    )  # fmt: skip
    with store.begin() as session:
        return audiences.create_audience(session, caller, name="bench", rule=RULE).id
