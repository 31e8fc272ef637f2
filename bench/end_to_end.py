"""From the socket to the warehouse: events a second that become visible, and how fresh the warehouse is meanwhile.

The collector runs in its own process, the load in another, the pipeline here. Beside it stands what chDB takes when the
same rows are inserted with nothing in front of it.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import statistics
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.accept import ID, PERSON, body_of, collector_settings, load, request, running
from bench.report import Figure
from tributary.collector import serve_collector
from tributary.core.clock import SystemClock
from tributary.core.envelope import EVENTS_TOPIC
from tributary.core.sql import Sql, raw
from tributary.pipeline import GROUP, Pipeline
from tributary.store import Store, open_store
from tributary.store.tables.access import Workspace
from tributary.stream import open_log
from tributary.warehouse import BATCH, Warehouse, arrow_schema, open_warehouse

LOAD_SECONDS = 2.0  # the collector takes ten times what the pipeline does: this makes half a minute of work
PACED_SECONDS = 15.0
PACED_BATCHES_PER_SECOND = 20  # of 100 events: the 2,000 events/s of a busy shop
_BATCH_EVENTS = 100


def prepare_store(url: str) -> Store:
    """A store with the workspace that the write key belongs to."""
    store = open_store(url)
    store.create_all()
    with store.begin() as session:
        session.add(
            Workspace(
                id=1, name="bench", timezone="Asia/Shanghai", locale="zh", currency="CNY", created_at=datetime.now(UTC)
            )
        )
    return store


def visible(warehouse: Warehouse) -> int:
    """How many events a question would see now."""
    query = raw("SELECT count() FROM events")
    return int(warehouse.query(query, workspace_id=None, dangerously_across_workspaces=True)[0][0])


def measure() -> list[Figure]:
    """Throughput under full load, then freshness under a steady one."""
    with tempfile.TemporaryDirectory() as folder:
        settings = collector_settings(Path(folder))
        store = prepare_store(settings.resolved_store_url)
        warehouse = open_warehouse("", settings.warehouse_dir)
        warehouse.migrate()
        log = open_log(settings.stream_dir, settings.stream, SystemClock())
        pipeline = Pipeline(store, warehouse, log.consumer(EVENTS_TOPIC, GROUP), SystemClock(), settings.pipeline)
        stop = threading.Event()
        worker = threading.Thread(target=pipeline.run, args=(stop,))
        try:
            with running(serve_collector, settings, port=settings.collector.port):
                template = request("/v1/batch", body_of(_BATCH_EVENTS), settings.collector.port)
                worker.start()
                load(settings.collector.port, template, 1.0)  # first contact: profiles, files, caches
                _wait_until_still(pipeline, warehouse)
                before = visible(warehouse)
                started = time.perf_counter()
                sent = load(settings.collector.port, template, LOAD_SECONDS)["answered"] * _BATCH_EVENTS
                while visible(warehouse) < before + sent:
                    time.sleep(0.05)
                took = time.perf_counter() - started
                staleness = asyncio.run(_freshness(settings.collector.port, warehouse))
        finally:
            stop.set()
            worker.join(60)
        bare = _bare_insert(warehouse)
        warehouse.close()
        store.close()
        log.close()
    rate = sent / took
    p95 = statistics.quantiles(staleness, n=20)[-1]
    return [
        Figure(
            "end to end, socket to warehouse",
            f"{rate:,.0f} events/s ({sent:,.0f} events in {took:.0f} s)",
            f"bare insert of the same rows into chDB: {bare:,.0f} rows/s",
            "≥ 20,000 events/s",
            rate >= 20_000,
        ),
        Figure(
            f"freshness at {PACED_BATCHES_PER_SECOND * _BATCH_EVENTS:,} events/s",
            f"p95 {p95:.2f} s, median {statistics.median(staleness):.2f} s",
            f"pause between the events themselves: {1 / PACED_BATCHES_PER_SECOND:.2f} s",
            "p95 ≤ 2 s",
            p95 <= 2,
        ),
    ]


def _wait_until_still(pipeline: Pipeline, warehouse: Warehouse) -> None:
    last = -1
    while (now := visible(warehouse)) != last or pipeline.status().lag_records:
        last = now
        time.sleep(1.5)


async def _freshness(port: int, warehouse: Warehouse) -> list[float]:
    """Ages in seconds of the newest visible event, sampled while batches come in at a steady pace."""
    stop = threading.Event()
    newest = raw("SELECT max(received_at) FROM events")

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        number = time.time_ns() & 0xFFFF_FFFF_FFFF
        following = time.monotonic()
        while not stop.is_set():
            body = json.dumps(body_of(_BATCH_EVENTS))
            for _ in range(_BATCH_EVENTS):
                number += 1
                body = body.replace(ID, f"{number:012x}", 1).replace(PERSON, f"{number % 50_000:012x}", 1)
            connection.request("POST", "/v1/batch", body)
            connection.getresponse().read()
            following += 1 / PACED_BATCHES_PER_SECOND
            time.sleep(max(0.0, following - time.monotonic()))

    sender = threading.Thread(target=send)
    sender.start()
    ages: list[float] = []
    deadline = time.monotonic() + PACED_SECONDS
    await asyncio.sleep(2)
    while time.monotonic() < deadline:
        rows = await asyncio.to_thread(warehouse.query, newest, workspace_id=None, dangerously_across_workspaces=True)
        ages.append((datetime.now(UTC) - rows[0][0]).total_seconds())
        await asyncio.sleep(0.05)
    stop.set()
    sender.join()
    return ages


def _bare_insert(warehouse: Warehouse, rows: int = 200_000, batch: int = 10_000) -> float:
    """Rows a second that chDB takes in batches of the pipeline's size."""
    names = ", ".join(arrow_schema("events").names)
    table = warehouse.arrow(
        Sql((f"SELECT {names} FROM events LIMIT {rows}",)), workspace_id=None, budget=BATCH,
        dangerously_across_workspaces=True,
    )  # fmt: skip
    started = time.perf_counter()
    for start in range(0, table.num_rows, batch):
        warehouse.insert("events", table.slice(start, batch), token=f"bare-{start}")
    return float(table.num_rows / (time.perf_counter() - started))
