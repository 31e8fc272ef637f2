"""Doctor: each fault is found, named, and comes with a cure; a healthy installation has none."""

from __future__ import annotations

import errno
import fcntl
import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tributary.access import add_workspace, system_principal
from tributary.api import page
from tributary.commands import checks
from tributary.commands.checks import run_checks
from tributary.core.clock import ManualClock, SystemClock
from tributary.core.envelope import EVENTS_TOPIC
from tributary.settings import AppSettings, CollectorSettings, MailSettings, Settings
from tributary.sources import SourceKind, create_source, publish_sources
from tributary.store import open_store
from tributary.store.tables.pipeline import EventCounter
from tributary.store.tables.sources import Source
from tributary.stream import open_log


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def settings(tmp_path):
    return Settings(
        data_dir=tmp_path / "data",
        app=AppSettings(port=free_port()),
        collector=CollectorSettings(port=free_port()),
        mail=MailSettings(port=free_port()),
    )


@pytest.fixture
def store(settings):
    opened = open_store(settings.resolved_store_url)
    opened.create_all()
    yield opened
    opened.close()


def findings(settings, clock=None):
    return {finding.check: finding for finding in run_checks(settings, clock or SystemClock())}


def make_source(store):
    with store.begin() as session:
        workspace_id = add_workspace(session, SystemClock(), name="w").id
        create_source(session, system_principal(workspace_id), name="Web shop", kind=SourceKind.WEB)


def test_before_the_first_start_nothing_has_failed(settings):
    found = findings(settings)
    assert {finding.state for finding in found.values()} <= {"ok", "note", "warning"}
    assert "user create" in found["store"].cure
    assert "tributary serve" in found["server"].cure
    assert not settings.data_dir.exists(), "doctor changes nothing"


def test_whatever_is_wrong_comes_with_a_cure(settings, store):
    make_source(store)
    for finding in findings(settings).values():
        assert finding.found
        assert finding.cure or finding.state in {"ok", "note"}


def test_a_folder_that_cannot_be_made_fails(tmp_path):
    (tmp_path / "file").write_text("")
    settings = Settings(data_dir=tmp_path / "file" / "data")
    assert findings(settings)["folder"].state == "failed"


def test_a_variable_that_sets_nothing_is_named_with_the_right_name(settings, monkeypatch):
    assert "variables" not in findings(settings)
    monkeypatch.setenv("TRIBUTARY_APP_PORT", "8080")
    monkeypatch.setenv("TRIBUTARY_FLAVOUR_OF_THE_DAY", "x")
    monkeypatch.setenv("TRIBUTARY_APP__PORT", "8000")
    found = findings(settings)["variables"]
    assert found.state == "warning"
    assert "TRIBUTARY_APP_PORT" in found.found
    assert "TRIBUTARY_FLAVOUR_OF_THE_DAY" in found.found
    assert found.cure == "Set TRIBUTARY_APP__PORT instead of TRIBUTARY_APP_PORT."


def test_a_page_that_was_not_built_is_mentioned(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(page, "PAGE_FOLDER", tmp_path)
    found = findings(settings)["page"]
    assert (found.state, "make page" in found.cure) == ("note", True)
    (tmp_path / "index.html").write_text("")
    assert findings(settings)["page"].state == "ok"


def test_a_full_disk_fails_and_a_nearly_full_one_warns(settings, monkeypatch):
    for free, state in ((100 * 1024**2, "failed"), (2 * 1024**3, "warning"), (50 * 1024**3, "ok")):
        usage = type("Usage", (), {"free": free, "total": 100 * 1024**3})
        monkeypatch.setattr(checks.shutil, "disk_usage", lambda _, usage=usage: usage)
        assert findings(settings)["disk"].state == state


def test_a_slow_disk_warns(settings, monkeypatch):
    settings.data_dir.mkdir()
    monkeypatch.setattr(checks, "_sync_time", lambda _: 120.0)
    assert findings(settings)["folder"].state == "warning"


def test_a_folder_that_other_users_can_enter_warns(settings):
    settings.data_dir.mkdir(mode=0o755)
    assert findings(settings)["folder"].state == "warning"
    settings.data_dir.chmod(0o700)
    assert findings(settings)["folder"].state == "ok"


def test_a_store_that_does_not_answer_fails(settings):
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/x"
    found = findings(settings.model_copy(update={"store_url": url}))["store"]
    assert found.state == "failed"
    assert found.cure


def test_a_store_of_another_kind_fails(settings):
    assert findings(settings.model_copy(update={"store_url": "mysql://x/y"}))["store"].state == "failed"


def test_unpublished_and_outdated_write_keys_fail_and_publishing_cures_it(settings, store):
    make_source(store)
    found = findings(settings)["write keys"]
    assert (found.state, "source publish" in found.cure) == ("failed", True)
    publish_sources(store, settings.source_snapshot)
    assert findings(settings)["write keys"].state == "ok"
    with store.begin() as session:
        session.execute(update(Source).values(is_enabled=False))
    assert findings(settings)["write keys"].state == "failed"


def test_secret_keys_that_others_can_read_fail(settings):
    settings.keys_dir.mkdir(parents=True, mode=0o700)
    key = settings.keys_dir / "a.key"
    key.write_bytes(b"x")
    key.chmod(0o644)
    assert findings(settings)["key files"].state == "failed"
    key.chmod(0o600)
    assert findings(settings)["key files"].state == "ok"


def test_a_log_that_is_not_read_warns_after_a_while(settings):
    clock = ManualClock(datetime(2026, 6, 1, tzinfo=UTC))
    log = open_log(settings.stream_dir, settings.stream, clock)
    log.producer(EVENTS_TOPIC).append_sync(b"x")
    log.close()
    found = findings(settings, clock)["event log"]
    assert (found.state, "1 records wait" in found.found) == ("ok", True)
    clock.advance(timedelta(minutes=6))
    assert findings(settings, clock)["event log"].state == "warning"


def test_a_clock_that_is_behind_what_has_already_happened_fails(settings, store):
    now = datetime(2026, 6, 1, tzinfo=UTC)
    counter = EventCounter(
        workspace_id=1, source_id="s", minute=int(now.timestamp()) // 60,
        received=1, stored=1, duplicate=0, quarantined=0, suppressed=0,
    )  # fmt: skip
    with store.begin() as session:
        session.add(counter)
    assert findings(settings, ManualClock(now))["clock"].state == "ok"
    assert findings(settings, ManualClock(now - timedelta(hours=1)))["clock"].state == "failed"
    assert findings(settings, ManualClock(datetime(2001, 1, 1, tzinfo=UTC)))["clock"].state == "failed"


def test_an_open_warehouse_is_noticed(settings):
    settings.warehouse_dir.mkdir(parents=True)
    assert findings(settings)["warehouse"].found == "not open in any process"
    with (settings.warehouse_dir / "status").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert findings(settings)["warehouse"].found == "open in a running server"


def test_a_warehouse_server_that_does_not_answer_fails(settings):
    url = f"clickhouse://127.0.0.1:{free_port()}/x"
    found = findings(settings.model_copy(update={"warehouse_url": url}))["warehouse"]
    assert (found.state, bool(found.cure)) == ("failed", True)


def test_a_mail_server_is_greeted(settings):
    listener = socket.create_server(("127.0.0.1", settings.mail.port))

    def answer():
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"220 here\r\n")
            stream.flush()
            while line := stream.readline():
                stream.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 ok\r\n")
                stream.flush()

    thread = threading.Thread(target=answer)
    thread.start()
    assert findings(settings)["mail"].state == "ok"
    thread.join(5)
    listener.close()


def test_an_api_without_a_public_address_on_an_open_port_warns(settings):
    public = settings.model_copy(update={"app": AppSettings(host="0.0.0.0", port=free_port())})  # noqa: S104
    assert findings(public)["settings"].state == "warning"


def test_a_folder_of_somebody_else_fails(settings, monkeypatch):
    def refused(_folder):
        raise PermissionError(errno.EACCES, "Permission denied")

    settings.data_dir.mkdir()
    monkeypatch.setattr(checks, "_sync_time", refused)
    found = findings(settings)["folder"]
    assert (found.state, "Permission denied" in found.found) == ("failed", True)
