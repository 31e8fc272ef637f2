"""Backups: a restored copy is equal, a damaged one is refused, and nothing is overwritten."""

from __future__ import annotations

import fcntl
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import msgspec
import pytest

from tributary.commands.archive import MANIFEST, create_backup, read_manifest, restore_backup
from tributary.core.clock import ManualClock, SystemClock
from tributary.core.envelope import EVENTS_TOPIC
from tributary.errors import Conflict, InvalidRequest
from tributary.settings import Settings
from tributary.store import open_store
from tributary.store.tables.access import Workspace
from tributary.stream import open_log

CLOCK = ManualClock()


@pytest.fixture
def settings(tmp_path):
    """A data folder with a store, a log, keys, a warehouse-like tree with links, and a half-written WAL."""
    made = Settings(data_dir=tmp_path / "data")
    store = open_store(made.resolved_store_url)
    store.create_all()
    with store.begin() as session:
        session.add_all(
            Workspace(name=f"w{n}", timezone="UTC", locale="zh", currency="CNY", created_at=CLOCK.now())
            for n in range(50)
        )
    log = open_log(made.stream_dir, made.stream, SystemClock())
    producer = log.producer(EVENTS_TOPIC)
    for number in range(20):
        producer.append_sync(f"record {number}".encode())
    log.close()
    made.keys_dir.mkdir(mode=0o700)
    key = made.keys_dir / "subjects.key"
    key.write_bytes(b"\x00" * 32)
    key.chmod(0o600)
    parts = made.warehouse_dir / "store" / "abc"
    parts.mkdir(parents=True)
    (parts / "data.bin").write_bytes(bytes(range(256)) * 100)
    (made.warehouse_dir / "metadata").mkdir()
    (made.warehouse_dir / "metadata" / "tributary").symlink_to("../store/abc")
    yield made  # the store stays open: its last transactions are in the WAL, not yet in the database file
    store.close()


def elsewhere(settings, name="restored"):
    return Settings(data_dir=settings.data_dir.parent / name)


def workspaces(settings):
    with closing(sqlite3.connect(settings.data_dir / "store" / "tributary.db")) as connection:
        return connection.execute("SELECT id, name FROM workspaces ORDER BY id").fetchall()


def records(settings):
    log = open_log(settings.stream_dir, settings.stream, SystemClock())
    found = log.consumer(EVENTS_TOPIC, "test").poll(max_records=99, max_bytes=10**7, timeout=0.1)
    log.close()
    return [record.payload for record in found]


def test_a_restored_copy_is_equal(settings, tmp_path):
    made = create_backup(settings, tmp_path / "backup", CLOCK)
    restored = elsewhere(settings)
    assert restore_backup(tmp_path / "backup", restored) == made
    assert made.counts["workspaces"] == 50
    assert made.external == []
    assert workspaces(restored) == workspaces(settings)
    assert records(restored) == records(settings) == [f"record {n}".encode() for n in range(20)]
    assert all(path.stat().st_mode & 0o077 == 0 for path in restored.data_dir.rglob("*") if path.is_dir())
    key = restored.keys_dir / "subjects.key"
    assert (key.read_bytes(), key.stat().st_mode & 0o777) == (b"\x00" * 32, 0o600)
    link = restored.warehouse_dir / "metadata" / "tributary"
    assert link.is_symlink()
    assert (link / "data.bin").read_bytes() == bytes(range(256)) * 100


def test_a_backup_of_the_restored_copy_has_the_same_files(settings, tmp_path):
    first = create_backup(settings, tmp_path / "one", CLOCK)
    restored = elsewhere(settings)
    restore_backup(tmp_path / "one", restored)
    second = create_backup(restored, tmp_path / "two", CLOCK)
    assert second.counts == first.counts
    same = {name: entry for name, entry in first.files.items() if not name.endswith("tributary.db")}
    assert {name: entry for name, entry in second.files.items() if not name.endswith("tributary.db")} == same


def test_only_the_owner_can_read_a_backup(settings, tmp_path):
    create_backup(settings, tmp_path / "backup", CLOCK)
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    assert (tmp_path / "backup" / "store" / "tributary.db").stat().st_mode & 0o077 == 0


def test_while_a_server_runs_there_is_no_backup_and_no_trace_of_one(settings, tmp_path):
    for lock in (settings.data_dir / "app.lock", settings.warehouse_dir / "status"):
        with lock.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            with pytest.raises(Conflict, match="server is running"):
                create_backup(settings, tmp_path / "backup", CLOCK)
        lock.unlink(missing_ok=True)
    assert not (tmp_path / "backup").exists()
    assert not (tmp_path / "backup.partial").exists()


def test_nothing_is_overwritten(settings, tmp_path):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "file").write_text("mine")
    with pytest.raises(Conflict):
        create_backup(settings, taken, CLOCK)
    create_backup(settings, tmp_path / "backup", CLOCK)
    with pytest.raises(Conflict):
        restore_backup(tmp_path / "backup", settings)
    assert (taken / "file").read_text() == "mine"
    assert len(workspaces(settings)) == 50


def test_an_empty_folder_is_good_enough(settings, tmp_path):
    (tmp_path / "backup").mkdir()
    create_backup(settings, tmp_path / "backup", CLOCK)
    restored = elsewhere(settings)
    restored.data_dir.mkdir()
    restore_backup(tmp_path / "backup", restored)
    assert len(workspaces(restored)) == 50


def test_a_backup_inside_the_data_or_of_nothing_is_refused(settings, tmp_path):
    with pytest.raises(InvalidRequest, match="inside"):
        create_backup(settings, settings.data_dir / "backup", CLOCK)
    with pytest.raises(InvalidRequest, match="no data folder"):
        create_backup(elsewhere(settings, "absent"), tmp_path / "backup", CLOCK)


def change_manifest(backup, change):
    tree = json.loads((backup / MANIFEST).read_text())
    change(tree)
    (backup / MANIFEST).write_text(json.dumps(tree))


def flip_a_byte(backup):
    path = backup / "warehouse" / "store" / "abc" / "data.bin"
    content = bytearray(path.read_bytes())
    content[1_000] ^= 1
    path.write_bytes(content)


def cut_a_file(backup):
    path = backup / "warehouse" / "store" / "abc" / "data.bin"
    path.write_bytes(path.read_bytes()[:-1])


def remove_a_file(backup):
    (backup / "keys" / "subjects.key").unlink()


def spoil_the_manifest(backup):
    (backup / MANIFEST).write_text("{")


def remove_the_manifest(backup):
    (backup / MANIFEST).unlink()


def come_from_the_future(backup):
    change_manifest(backup, lambda tree: tree.update(format=99))


def count_other_rows(backup):
    change_manifest(backup, lambda tree: tree["counts"].update(workspaces=51))


def climb_out(backup):
    change_manifest(backup, lambda tree: tree["files"].update({"../evil": tree["files"]["keys/subjects.key"]}))


def link_out(backup):
    change_manifest(backup, lambda tree: tree["files"]["warehouse/metadata/tributary"].update(link="../../../.."))


@pytest.mark.parametrize(
    "damage",
    [
        flip_a_byte, cut_a_file, remove_a_file, spoil_the_manifest, remove_the_manifest, come_from_the_future,
        count_other_rows, climb_out, link_out,
    ],
)  # fmt: skip
def test_a_backup_that_is_not_whole_is_refused_and_leaves_nothing(settings, tmp_path, damage):
    create_backup(settings, tmp_path / "backup", CLOCK)
    damage(tmp_path / "backup")
    restored = elsewhere(settings)
    with pytest.raises(InvalidRequest):
        restore_backup(tmp_path / "backup", restored)
    assert not restored.data_dir.exists()
    assert not restored.data_dir.with_name("restored.restoring").exists()
    assert not (tmp_path / "evil").exists()


def test_parts_on_servers_of_their_own_are_named(settings, tmp_path):
    external = Settings(data_dir=settings.data_dir, warehouse_url="clickhouse://localhost/x")
    assert create_backup(external, tmp_path / "backup", CLOCK).external == ["warehouse"]
    assert read_manifest(tmp_path / "backup").external == ["warehouse"]


def test_the_commands_print_what_they_did(settings, tmp_path):
    def tributary(*arguments, data_dir):
        program = [sys.executable, "-m", "tributary.cli", "--data-dir", str(data_dir), *arguments, "--json"]
        return msgspec.json.decode(subprocess.run(program, capture_output=True, check=True).stdout)

    made = tributary("backup", str(tmp_path / "backup"), data_dir=settings.data_dir)
    back = tributary("restore", str(tmp_path / "backup"), data_dir=tmp_path / "again")
    assert made["files"] == back["files"] > 3
    assert made["rows_in_store"] == back["rows_in_store"] == 50
    assert back["folder"] == str(tmp_path / "again")


COUNT = """
import sys
from pathlib import Path
from tributary.core.sql import raw
from tributary.warehouse import open_warehouse
warehouse = open_warehouse("", Path(sys.argv[1]))
warehouse.migrate()
if len(sys.argv) > 2:
    warehouse.execute(raw("CREATE TABLE things (x UInt64) ENGINE = MergeTree ORDER BY x"))
    warehouse.execute(raw("INSERT INTO things SELECT number FROM numbers(100000)"))
rows = warehouse._rows(raw("SELECT count(), sum(x) FROM things"))
print(*rows[0])
warehouse.close()
"""


@pytest.mark.slow
def test_a_real_warehouse_comes_back_with_every_row(settings, tmp_path):
    # The engine takes one folder per process, so every look at it is a process of its own.
    def look(folder, *arguments):
        program = [sys.executable, "-c", COUNT, str(folder), *arguments]
        return subprocess.run(program, capture_output=True, text=True, check=True).stdout.split()

    shutil.rmtree(settings.warehouse_dir)
    written = look(settings.warehouse_dir, "write")
    create_backup(settings, tmp_path / "backup", CLOCK)
    restored = elsewhere(settings)
    restore_backup(tmp_path / "backup", restored)
    shutil.rmtree(settings.warehouse_dir)
    assert look(restored.warehouse_dir) == written == ["100000", "4999950000"]
