"""The checks of `tributary doctor`. None of them changes anything, or disturbs a running server."""

from __future__ import annotations

import os
import platform
import shutil
import smtplib
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tributary.commands.folder import answers, is_warehouse_open
from tributary.errors import TributaryError, Unavailable

if TYPE_CHECKING:
    from tributary.collector.directory import SourceDirectory
    from tributary.core.clock import Clock
    from tributary.settings import Settings
    from tributary.store import Store

State = Literal["ok", "note", "warning", "failed"]

_LEAST_FREE = 512 * 1024**2  # bytes; the collector refuses events when the disk is nearly full
_ROOMY_FREE = 5 * 1024**3
_SLOW_SYNC_MS = 50.0  # a group commit waits for one fsync; above this, single events take long to be answered
_LAG_WARNING_MS = 5 * 60 * 1000
_SMTP_SECONDS = 4.0
_BUILT = datetime(2026, 1, 1, tzinfo=UTC)  # this version is younger: an earlier clock is wrong
_CLOCK_TOLERANCE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Finding:
    """`note` is worth knowing and no fault. `cure` is empty when there is nothing to do."""

    check: str
    state: State
    found: str
    cure: str = ""


def run_checks(settings: Settings, clock: Clock) -> list[Finding]:
    """All checks, in the order in which a fault causes others."""
    findings = [_python(), _settings(settings), _folder(settings), _disk(settings)]
    findings[2:2] = _variables()
    store, finding = _open_store(settings)
    findings.append(finding)
    checks: list[Callable[[], Finding]] = [
        lambda: _warehouse(settings),
        lambda: _log(settings, clock),
        lambda: _server(settings),
        _page,
        lambda: _collector(settings),
        lambda: _mail(settings),
        lambda: _clock(store, clock),
    ]
    findings += [check() for check in checks]
    if store is not None:
        findings.append(_write_keys(store, settings))
        store.close()
    findings.append(_key_files(settings))
    return findings


def _python() -> Finding:
    found = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, SQLite {_sqlite_version()}"
    return Finding("python", "ok", found)


def _page() -> Finding:
    from tributary.api.page import PAGE_FOLDER

    if (PAGE_FOLDER / "index.html").is_file():
        return Finding("page", "ok", "the operator's page is built")
    return Finding(
        "page", "note", "the operator's page is not built; the API and the command line work without it",
        "Run `make page` in the repository, or install a released wheel.",
    )  # fmt: skip


def _sqlite_version() -> str:
    import sqlite3

    return sqlite3.sqlite_version


def _settings(settings: Settings) -> Finding:
    store = "PostgreSQL" if settings.store_url.startswith("postgres") else "SQLite"
    warehouse = "ClickHouse server" if settings.warehouse_url else "chDB"
    found = f"data in {settings.data_dir.resolve()}, store {store}, warehouse {warehouse}"
    is_public = settings.app.host not in {"127.0.0.1", "::1", "localhost"}
    if is_public and not settings.app.public_url:
        return Finding(
            "settings", "warning", f"{found}; the API listens on {settings.app.host} without a public address",
            "Set TRIBUTARY_APP__PUBLIC_URL to the address that recipients of messages can reach.",
        )  # fmt: skip
    return Finding("settings", "ok", found)


def _variables() -> list[Finding]:
    """Variables that look like settings and are none; nothing to say when there are none."""
    from tributary.settings import unknown_variables

    unknown = unknown_variables()
    if not unknown:
        return []
    meant = [f"{right} instead of {wrong}" for wrong, right in unknown.items() if right]
    cure = f"Set {', '.join(meant)}." if meant else "Unset them."
    return [
        Finding("variables", "warning", f"no setting has the name {', '.join(unknown)}: without effect", cure),
    ]


def _folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    if not folder.exists():
        parent = next(path for path in folder.absolute().parents if path.exists())
        if os.access(parent, os.W_OK | os.X_OK):
            return Finding("folder", "note", f"{folder} does not exist yet; it is made on the first start")
        return Finding(
            "folder", "failed", f"{folder} cannot be made", f"Give this user the right to write to {parent}."
        )
    try:
        milliseconds = _sync_time(folder)
    except OSError as exc:
        return Finding("folder", "failed", f"{folder} cannot be written: {exc.strerror}", "Check its owner and rights.")
    found = f"writable, one durable write takes {milliseconds:.1f} ms"
    if milliseconds > _SLOW_SYNC_MS:
        return Finding("folder", "warning", found, "Use a local disk (SSD): every answer waits for such a write.")
    if folder.stat().st_mode & 0o077:
        return Finding("folder", "warning", f"{found}, and open to other users of this machine", f"chmod 700 {folder}")
    return Finding("folder", "ok", found)


def _sync_time(folder: Path) -> float:
    """Median milliseconds of a small write with fsync."""
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(5):
            start = time.perf_counter()
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - start) * 1000)
    return sorted(times)[2]


def _disk(settings: Settings) -> Finding:
    folder = next(path for path in (settings.data_dir, *settings.data_dir.absolute().parents) if path.exists())
    usage = shutil.disk_usage(folder)
    found = f"{usage.free / 1024**3:,.1f} GB free of {usage.total / 1024**3:,.1f}"
    cure = "Free space, move TRIBUTARY_DATA_DIR, or lower TRIBUTARY_STREAM__RETENTION_BYTES."
    if usage.free < _LEAST_FREE:
        return Finding("disk", "failed", found, cure)
    return Finding("disk", "warning" if usage.free < _ROOMY_FREE else "ok", found, cure * (usage.free < _ROOMY_FREE))


def _open_store(settings: Settings) -> tuple[Store | None, Finding]:
    from tributary.commands.schema import revisions
    from tributary.store import open_store

    if not settings.store_url and not Path(settings.resolved_store_url.removeprefix("sqlite:///")).exists():
        return None, Finding("store", "note", "no records yet", "Create the first user: tributary user create E-MAIL")
    try:
        store = open_store(settings.resolved_store_url)
        store.ping()
        current, newest = revisions(store)
    except ValueError as exc:
        return None, Finding("store", "failed", str(exc), "Set TRIBUTARY_STORE_URL.")
    except TributaryError as exc:
        return None, Finding("store", "failed", exc.message, exc.cure or "Check TRIBUTARY_STORE_URL and that server.")
    if current != newest:
        cure = "Stop the server, make a backup, then: tributary migrate"
        return store, Finding("store", "warning", f"schema {current or 'none'}, this version needs {newest}", cure)
    return store, Finding("store", "ok", f"answers, schema {current}")


def _warehouse(settings: Settings) -> Finding:
    if not settings.warehouse_url:
        if not settings.warehouse_dir.exists():
            return Finding("warehouse", "note", "no warehouse yet; it is made on the first start")
        is_open = is_warehouse_open(settings)
        return Finding("warehouse", "ok", "open in a running server" if is_open else "not open in any process")
    from tributary.warehouse import open_warehouse

    try:
        warehouse = open_warehouse(settings.warehouse_url, settings.warehouse_dir)
        warehouse.ping()
        warehouse.close()
    except (TributaryError, ValueError) as exc:
        cure = exc.cure if isinstance(exc, TributaryError) else None
        return Finding("warehouse", "failed", str(exc), cure or "Check TRIBUTARY_WAREHOUSE_URL and that server.")
    return Finding("warehouse", "ok", "the server answers")


def _log(settings: Settings, clock: Clock) -> Finding:
    from tributary.commands.processing import log_lag

    if not settings.stream_dir.exists():
        return Finding("event log", "note", "no log yet; it is made with the first event")
    try:
        lag = log_lag(settings, clock)
    except TributaryError as exc:
        return Finding("event log", "failed", exc.message, exc.cure or "Check the folder's owner and the disk.")
    damaged = sum(1 for path in settings.stream_dir.glob("*/*/damaged/*") if path.is_file())
    if damaged:
        cure = "Check the disk. The bytes are kept in the damaged/ folders; other records are not affected."
        return Finding("event log", "warning", f"{damaged} regions failed their checksum", cure)
    if not lag.records:
        return Finding("event log", "ok", "everything is processed")
    age_ms = 0 if lag.oldest_ms is None else clock.now_ms() - lag.oldest_ms
    found = f"{lag.records:,} records wait, the oldest for {age_ms / 1000:,.0f} s"
    if age_ms > _LAG_WARNING_MS:
        return Finding("event log", "warning", found, "Start the server, or look at its log: the pipeline is behind.")
    return Finding("event log", "ok", found)


def _server(settings: Settings) -> Finding:
    url = f"http://{settings.app.host}:{settings.app.port}"
    answer = answers(f"{url}/api/v1/system/ready")
    if answer is None:
        return Finding("server", "note", f"nothing answers on {url}", "Start it: tributary serve")
    if answer[0] != 200:
        return Finding("server", "failed", f"{url} is not ready: {answer[1][:200]}", "Look at its log.")
    return Finding("server", "ok", f"ready on {url}")


def _collector(settings: Settings) -> Finding:
    url = f"http://{settings.collector.host}:{settings.collector.port}"
    answer = answers(f"{url}/ready")
    if answer is None:
        return Finding("collector", "note", f"nothing answers on {url}", "It starts with the server: tributary serve")
    if answer[0] != 200:
        return Finding("collector", "failed", f"{url} is not ready: {answer[1][:200]}", "Look at its log.")
    return Finding("collector", "ok", f"ready on {url}")


def _mail(settings: Settings) -> Finding:
    mail = settings.mail
    place = f"{mail.host}:{mail.port}"
    kind = smtplib.SMTP_SSL if mail.security == "tls" else smtplib.SMTP
    try:
        with kind(mail.host, mail.port, timeout=_SMTP_SECONDS) as smtp:
            if mail.security == "starttls":
                smtp.starttls()
            if mail.username:
                smtp.login(mail.username, mail.password.get_secret_value())
            smtp.noop()
    except smtplib.SMTPAuthenticationError:
        return Finding("mail", "failed", f"{place} refuses the user or password", "Check TRIBUTARY_MAIL__USERNAME.")
    except OSError as exc:  # which every error of smtplib is, too
        reason = exc.strerror or type(exc).__name__
        cure = "Set TRIBUTARY_MAIL__HOST, __PORT and __SECURITY; campaigns wait until mail can leave."
        return Finding("mail", "warning", f"{place} does not take mail: {reason}", cure)
    return Finding("mail", "ok", f"{place} answers")


def _clock(store: Store | None, clock: Clock) -> Finding:
    now = clock.now()
    try:
        ZoneInfo("Asia/Shanghai")
    except ZoneInfoNotFoundError:
        return Finding("clock", "failed", "there are no time zones", "Install the package tzdata.")
    newest = _newest_arrival(store) if store is not None else None
    found = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    is_behind = newest is not None and clock.now_ms() + _CLOCK_TOLERANCE_MS < newest
    if is_behind or now < _BUILT:
        return Finding("clock", "failed", f"{found} is in the past", "Set the clock (NTP): events would be misdated.")
    return Finding("clock", "ok", found)


def _newest_arrival(store: Store) -> int | None:
    """When the newest event arrived, Unix ms, as the pipeline counted it."""
    from sqlalchemy import func, inspect, select

    from tributary.store.tables.pipeline import EventCounter

    if not inspect(store.engine).has_table(EventCounter.__tablename__):
        return None
    with store.read() as session:
        minute = session.scalar(select(func.max(EventCounter.minute)))
    return None if minute is None else minute * 60_000


def _write_keys(store: Store, settings: Settings) -> Finding:
    from sqlalchemy import inspect, select

    from tributary.collector.directory import SourceDirectory
    from tributary.core.clock import SystemClock
    from tributary.sources.service import KINDS_WITHOUT_HTTP
    from tributary.store.tables.sources import Source

    if not inspect(store.engine).has_table(Source.__tablename__):
        return Finding("write keys", "note", "no sources yet")
    directory = SourceDirectory(settings.source_snapshot, SystemClock())
    with store.read() as session:
        query = select(Source.name, Source.write_key, Source.is_enabled).where(Source.kind.not_in(KINDS_WITHOUT_HTTP))
        sources = session.execute(query).all()
    if not sources:
        return Finding("write keys", "note", "no sources yet", "Create one: tributary source create NAME")
    unknown = [name for name, key, is_enabled in sources if not _is_known(directory, key, is_enabled=is_enabled)]
    if unknown:
        found = f"collectors do not know {', '.join(unknown)} as the store does"
        return Finding("write keys", "failed", found, "Publish the write keys: tributary source publish")
    noun = "source" if len(sources) == 1 else "sources"
    return Finding("write keys", "ok", f"of {len(sources)} {noun}, known to collectors")


def _is_known(directory: SourceDirectory, key: str, *, is_enabled: bool) -> bool:
    try:
        entry = directory.find(key)
    except Unavailable:
        return False  # nothing was published yet
    return entry is not None and entry.is_enabled == is_enabled


def _key_files(settings: Settings) -> Finding:
    if not settings.keys_dir.exists():
        return Finding("key files", "note", "no keys yet; they are made on the first start")
    loose = [path.name for path in settings.keys_dir.iterdir() if path.stat().st_mode & 0o077]
    if loose or settings.keys_dir.stat().st_mode & 0o077:
        cure = f"chmod -R go= {settings.keys_dir}"
        return Finding("key files", "failed", "others on this machine can read the secret keys", cure)
    return Finding("key files", "ok", "readable by this user only")
