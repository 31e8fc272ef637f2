"""How long `tributary serve` takes until it takes events and answers, and what memory it holds when nothing happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.accept import free_port
from bench.report import Figure

IDLE_SECONDS = 10.0
_PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


def measure() -> list[Figure]:
    """Start it on an empty folder, then again on the same one; then leave it alone and look at its memory."""
    with tempfile.TemporaryDirectory() as folder:
        collector, app = free_port(), free_port()
        environment = os.environ | {
            "TRIBUTARY_DATA_DIR": folder,
            "TRIBUTARY_COLLECTOR__PORT": str(collector),
            "TRIBUTARY_APP__PORT": str(app),
        }
        urls = (f"http://127.0.0.1:{app}/api/v1/system/ready", f"http://127.0.0.1:{collector}/health")
        first, _ = _run(environment, urls, 0)
        again, megabytes = _run(environment, urls, IDLE_SECONDS)
        bare = _bare()
    return [
        Figure(
            "start until ready",
            f"{again:.1f} s (first start on an empty folder {first:.1f} s)",
            f"importing chDB and opening an empty folder: {bare:.1f} s",
            "≤ 5 s",
            again <= 5,
        ),
        Figure(
            "idle memory, all processes",
            f"{megabytes:,.0f} MB resident",
            "chDB alone, opened: about 290 MB",
            "none set",
            is_met=True,
        ),
    ]


def _run(environment: dict[str, str], urls: tuple[str, ...], idle: float) -> tuple[float, float]:
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "tributary", "serve"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        for url in urls:
            _wait(process, url)
        took = time.perf_counter() - started
        time.sleep(idle)
        return took, _resident_kb(process.pid) / 1024
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"it ended with {process.returncode}")
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 (our own server)
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
        else:
            return
    raise TimeoutError(url)


def _resident_kb(session: int) -> int:
    """Resident memory of all processes of a session. Pages that they share are counted once for each."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(") ", 1)[1].split()
            if int(fields[3]) == session:
                total += int(fields[21]) * _PAGE_KB
        except (OSError, IndexError):
            continue  # it ended while we looked
    return total


def _bare() -> float:
    """What the engine itself takes to start."""
    program = (
        "import sys, clickhouse_connect; clickhouse_connect.get_client(dsn='chdb://' + sys.argv[1]).query('SELECT 1')"
    )
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", program, folder], check=True, capture_output=True)
        return time.perf_counter() - started
