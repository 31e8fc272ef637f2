"""Processes and the embedded warehouse: kill -9 in the middle of inserts loses and doubles nothing; one at a time."""

from __future__ import annotations

import json
import random
import select
import subprocess
import sys
from pathlib import Path

import pytest

ROUNDS = 5
BATCHES_A_ROUND = 4
ROWS = 600  # over three months, so that one batch is three inserts

CHILD = """
import json, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from tributary.core.scan import EVENTS, scan
from tributary.core.sql import raw
from tributary.warehouse import BATCH, arrow_schema, open_warehouse

directory, first, rows = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
warehouse = open_warehouse("", directory)
warehouse.migrate()


def batch(number):
    start = datetime(2026, 1, 5, tzinfo=UTC)
    values = {
        "workspace_id": [1] * rows, "profile_id": list(range(rows)), "event": ["E"] * rows, "type": ["track"] * rows,
        "message_id": [f"{number}-{n}" for n in range(rows)], "source_id": ["s"] * rows, "user_id": [""] * rows,
        "anonymous_id": [""] * rows, "timestamp": [start + timedelta(days=30 * (n % 3)) for n in range(rows)],
        "received_at": [start] * rows, "properties": ["{}"] * rows, "context": ["{}"] * rows, "changes": ["{}"] * rows,
        "batch_id": [str(number)] * rows,
    }
    schema = arrow_schema("events")
    plain = [f.type.value_type if pa.types.is_dictionary(f.type) else f.type for f in schema]
    return pa.table({f.name: pa.array(values[f.name], type_) for f, type_ in zip(schema, plain)})


if first >= 0:
    for number in range(first, 10_000):
        table = batch(number)
        print("start", number, flush=True)
        warehouse.insert("events", table, token=f"batch-{number}")
        print("done", number, flush=True)
query = raw("SELECT batch_id, count(), uniqExact(message_id)") + scan(EVENTS, 1) + " GROUP BY batch_id"
print(json.dumps(warehouse.query(query, workspace_id=1, budget=BATCH)), flush=True)
warehouse.close()
"""


def start(directory: Path, first: int) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", CHILD, str(directory), str(first), str(ROWS)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def test_a_second_process_is_told_why_it_cannot_open_the_folder(tmp_path):
    first = start(tmp_path, 0)
    assert first.stdout is not None
    first.stdout.readline()
    code = "import sys, pathlib, tributary.warehouse as w; w.open_warehouse('', pathlib.Path(sys.argv[1]))"
    second = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    first.kill()
    first.stdout.close()
    first.wait()
    assert second.returncode == 1
    assert "Only one process may open the embedded warehouse" in second.stderr


@pytest.mark.slow
def test_batches_are_whole_after_kill_and_retry(tmp_path):
    generator = random.Random(20260101)
    done = -1
    for _ in range(ROUNDS):
        child = start(tmp_path, done + 1)
        assert child.stdout is not None
        target = done + BATCHES_A_ROUND
        for line in child.stdout:
            word, number = line.split()
            if word == "done":
                done = int(number)
            elif int(number) == target:
                # Somewhere inside this batch's three inserts, or just after them.
                select.select([], [], [], generator.uniform(0, 0.04))
                break
        child.kill()
        # What the child said before it died counts as acknowledged.
        for line in child.stdout.read().splitlines():
            if line.startswith("done "):
                done = int(line.split()[1])
        child.wait()
        child.stdout.close()
    # The last round's open batch is retried like any other, by a process that then stops by itself.
    finisher = start(tmp_path, done + 1)
    assert finisher.stdout is not None
    for line in finisher.stdout:
        if line == f"done {done + 1}\n":
            break
    finisher.kill()
    finisher.stdout.read()
    finisher.wait()
    finisher.stdout.close()

    reader = start(tmp_path, -1)
    output, _ = reader.communicate(timeout=120)
    found = {int(batch): (count, unique) for batch, count, unique in json.loads(output.splitlines()[-1])}
    for number in range(done + 2):
        assert found[number] == (ROWS, ROWS), f"batch {number} has {found[number]} of {ROWS} rows"
    assert done + 1 >= ROUNDS * (BATCHES_A_ROUND - 1)
