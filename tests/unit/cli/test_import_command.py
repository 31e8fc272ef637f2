"""`tributary import`: what it writes, what it says, and that it will not import a file twice by mistake."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tributary import cli
from tributary.commands.runtime import run
from tributary.core.clock import SystemClock
from tributary.core.envelope import EVENTS_TOPIC, decode_envelope
from tributary.errors import Unavailable
from tributary.settings import StreamSettings
from tributary.store import open_store, upsert
from tributary.store.tables.pipeline import PipelinePosition
from tributary.stream import open_log

MAPPING = """
name = "orders"
[[track]]
event = "Order Completed"
group_by = ["order"]
user_id = "{customer}"
timestamp = { column = "at" }
properties = { total = { sum = "price" } }
"""
CSV = "order,customer,at,price\no1,c1,2026-01-01,1.5\no1,c1,2026-01-01,2\no2,c2,2026-01-02,free\n"


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    monkeypatch.setenv("TRIBUTARY_DATA_DIR", str(folder))
    store = open_store(f"sqlite:///{folder / 'store' / 'tributary.db'}")
    store.create_all()
    store.close()
    return folder


@pytest.fixture
def command(data_dir, monkeypatch, capsys):
    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["tributary", *map(str, arguments)])
        code = run(cli.app)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    assert call("user", "create", "me@example.com")[0] == 0
    return call


@pytest.fixture
def files(tmp_path):
    file, mapping = tmp_path / "orders.csv", tmp_path / "orders.toml"
    file.write_text(CSV)
    mapping.write_text(MAPPING)
    return file, "--mapping", mapping


def logged(data_dir):
    log = open_log(data_dir / "stream", StreamSettings(), SystemClock())
    records = log.consumer(EVENTS_TOPIC, "test").poll(max_records=99, max_bytes=10**7, timeout=0.1)
    log.close()
    return [decode_envelope(record.payload) for record in records]


def test_a_file_becomes_events_in_the_log_and_a_record_of_it(command, data_dir, files, tmp_path):
    code, out, err = command("import", *files, "--json")
    assert code == 0, err
    result = json.loads(out)
    assert result["rows"] == 3
    assert result["rows_rejected"] == 1
    assert result["events"] == {"Order Completed": 1}
    assert result["is_stored"] is False
    (envelope,) = logged(data_dir)
    assert (envelope.source_id, envelope.is_backfill, len(envelope.events)) == (result["source"], True, 1)
    assert json.loads(envelope.events[0])["properties"] == {"total": 3.5}
    (line,) = (tmp_path / "orders.csv.rejects.ndjson").read_text().splitlines()
    assert (json.loads(line)["column"], json.loads(line)["row"]) == ("price", 3)
    (source,) = json.loads(command("source", "list", "--json")[1])
    assert (source["name"], source["kind"], source["id"]) == ("Import orders", "import", result["source"])


def test_the_same_file_is_imported_again_only_when_told_to(command, data_dir, files):
    assert command("import", *files)[0] == 0
    code, _, err = command("import", *files)
    assert code == 1
    assert "was imported on" in err
    assert "--again" in err
    assert len(logged(data_dir)) == 1
    assert command("import", *files, "--again")[0] == 0
    first, second = logged(data_dir)
    assert first.events == second.events, "so that the pipeline sees duplicates"


def test_the_summary_says_what_happened_to_the_rows(command, files):
    code, out, _ = command("import", *files)
    assert code == 0
    assert "3  rows read" in out
    assert "1  rows rejected: nothing of them is imported" in out
    assert "1  Order Completed" in out
    assert "1  lost: Order Completed of 1 row (track[0])" in out
    assert "1  price: is not a number" in out
    assert "rejects.ndjson" in out


def test_a_check_shows_events_and_writes_nothing(command, data_dir, files, tmp_path):
    code, out, _ = command("import", *files, "--check")
    assert code == 0
    assert '"userId": "c1"' in out
    assert "row 3, column price: 'free' is not a number (lost to track[0])" in out
    assert "Nothing was written." in out
    assert not (data_dir / "stream").exists()
    assert not list(tmp_path.glob("*.rejects.ndjson"))
    assert json.loads(command("source", "list", "--json")[1]) == []
    checked = json.loads(command("import", *files, "--check", "--json")[1])
    assert [event["userId"] for event in checked["sample"]] == ["c1"]
    assert checked["rejected"] == [
        {"block": "track[0]", "row": 3, "column": "price", "reason": "'free' is not a number", "rows": [3]}
    ]


def test_a_source_can_be_named_and_must_exist(command, files):
    assert command("import", *files, "--source", "Old shop")[0] == 1
    assert command("source", "create", "Old shop", "--kind", "server")[0] == 0
    code, out, _ = command("import", *files, "--source", "Old shop", "--json")
    assert code == 0
    (source,) = json.loads(command("source", "list", "--json")[1])
    assert json.loads(out)["source"] == source["id"]


def test_a_mistake_in_the_mapping_is_told_with_its_place(command, files):
    files[2].write_text(MAPPING.replace("{customer}", "{client}"))
    code, _, err = command("import", *files)
    assert code == 2
    assert "track[0].user_id" in err
    assert "It has: order, customer, at, price." in err


def test_an_import_that_breaks_off_can_be_repeated(command, data_dir, files, monkeypatch):
    def full(*_arguments, **_options):
        raise Unavailable("The disk is full.", cure="Free space.")

    with monkeypatch.context() as patch:
        patch.setattr("tributary.sources.imports.write_events", full)
        assert command("import", *files)[0] == 75
    assert command("import", *files)[0] == 0
    assert len(logged(data_dir)) == 1


def serve_pretend(data_dir):
    """Hold the lock that a running server holds."""
    import fcntl

    lock = (data_dir / "app.lock").open("a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def test_waiting_ends_when_the_running_server_has_stored_everything(command, data_dir, files, monkeypatch):
    lock = serve_pretend(data_dir)
    waited = []

    def sleep(_seconds):
        waited.append(1)
        store = open_store(f"sqlite:///{data_dir / 'store' / 'tributary.db'}")
        row = {"consumer_group": "pipeline", "partition": 0, "position": 1}
        with store.begin() as session:
            upsert(session, PipelinePosition, [row], key=["consumer_group", "partition"])
        store.close()

    monkeypatch.setattr("tributary.commands.imports.time.sleep", sleep)
    code, out, err = command("import", *files, "--wait", "--json")
    lock.close()
    assert code == 0, err
    assert json.loads(out)["is_stored"] is True
    assert waited == [1]


def test_waiting_for_a_server_that_is_behind_ends_with_a_cure(command, data_dir, files, monkeypatch):
    lock = serve_pretend(data_dir)
    ticks = iter(range(0, 10_000, 10))
    monkeypatch.setattr("tributary.commands.imports.time.sleep", lambda _: None)
    monkeypatch.setattr("tributary.commands.imports.time.monotonic", lambda: next(ticks))
    code, _, err = command("import", *files, "--wait", "--timeout", "60")
    lock.close()
    assert code == 75
    assert "goes on by itself" in err


@pytest.mark.slow
def test_without_a_server_waiting_stores_the_events_here(tmp_path, files):
    # The engine takes one folder per process, so the program runs in a process of its own, on a fresh folder.
    def tributary(*arguments):
        program = [sys.executable, "-m", "tributary.cli", "--data-dir", str(tmp_path / "fresh"), *map(str, arguments)]
        done = subprocess.run([*program, "--json"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    tributary("user", "create", "me@example.com")
    assert tributary("import", *files, "--wait")["is_stored"] is True
    checks = {check["check"]: check for check in tributary("doctor")}
    assert checks["event log"]["found"] == "everything is processed"
    assert checks["clock"]["state"] == "ok"
    assert tributary("quarantine", "list") == []
