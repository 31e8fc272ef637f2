"""A worker process for the kill test: `python pipeline_worker.py <directory> run|check`.

`run` works until it is killed. `check` finishes what is left and prints what the stores hold, as JSON.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

from sqlalchemy import text

from tributary.core.clock import SystemClock
from tributary.core.envelope import EVENTS_TOPIC
from tributary.core.sql import raw
from tributary.pipeline import GROUP, Pipeline
from tributary.settings import PipelineSettings, StreamSettings
from tributary.store import open_store
from tributary.stream import open_log
from tributary.warehouse import open_warehouse


def main(directory: Path, mode: str) -> None:
    store = open_store(f"sqlite:///{directory / 'store.db'}")
    warehouse = open_warehouse("", directory / "warehouse")
    warehouse.migrate()
    log = open_log(directory / "log", StreamSettings(), SystemClock())
    settings = PipelineSettings(max_wait_ms=5, max_batch_events=40)
    pipeline = Pipeline(store, warehouse, log.consumer(EVENTS_TOPIC, GROUP), SystemClock(), settings)
    if mode == "run":
        print("ready", flush=True)
        pipeline.run(threading.Event())
        return
    pipeline.run_until_idle()

    def ask(sql: str) -> list[tuple[object, ...]]:
        return warehouse.query(raw(sql), workspace_id=None, dangerously_across_workspaces=True)  # type: ignore[arg-type]

    with store.read() as session:
        counters = session.execute(
            text("SELECT sum(received), sum(stored), sum(duplicate), sum(quarantined) FROM event_counters")
        ).one()
        aliases = [list(row) for row in session.execute(text("SELECT profile_id, canonical_id FROM profile_aliases"))]
        people = session.execute(text("SELECT count(DISTINCT profile_id) FROM identifiers")).scalar_one()
        traits = session.execute(text("SELECT count(*) FROM profiles WHERE merged_into IS NULL")).scalar_one()
        outbox = session.execute(text("SELECT count(*) FROM pipeline_outbox")).scalar_one()
    result = {
        "events": [row[0] for row in ask("SELECT message_id FROM events ORDER BY message_id")],
        "profiles": ask("SELECT count() FROM profiles FINAL")[0][0],
        "owners": ask(
            "SELECT uniqExact(dictGetOrDefault('aliases', 'canonical_id', profile_id, profile_id)) FROM events"
        )[0][0],
        "aliases": sorted(aliases),
        "warehouse aliases": sorted(
            [
                list(row)
                for row in ask("SELECT profile_id, argMax(canonical_id, version) FROM profile_aliases GROUP BY 1")
            ]
        ),
        "counters": list(counters),
        "people": people,
        "rows": traits,
        "outbox": outbox,
    }
    print(json.dumps(result))
    warehouse.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
