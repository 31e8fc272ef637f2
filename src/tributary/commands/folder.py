"""Who is using the data folder: a running server, or nobody."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tributary.errors import Conflict

if TYPE_CHECKING:
    from tributary.settings import Settings

_SERVER_LOCK = "app.lock"  # held (flock) by the process that runs the application on this data folder
_WAREHOUSE_LOCK = "status"  # held by the engine while it has its folder open, removed when it closes it
LOCKS = (_SERVER_LOCK, _WAREHOUSE_LOCK)
_ANSWER_SECONDS = 2.0


@contextmanager
def hold_data(settings: Settings) -> Iterator[None]:
    """Keep every server from starting on this data folder meanwhile.

    Raises:
        Conflict: one is running.
    """
    with ExitStack() as held:
        held.enter_context(_lock(settings.data_dir / _SERVER_LOCK))
        if not settings.warehouse_url and settings.warehouse_dir.exists():
            path = settings.warehouse_dir / _WAREHOUSE_LOCK
            held.callback(path.unlink, missing_ok=True)
            held.enter_context(_lock(path))
        yield


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "A server is running on this data folder.",
                cure="Stop it and repeat. Nothing is lost: what was accepted is in the log and is processed later.",
            ) from None
        yield


def is_server_running(settings: Settings) -> bool:
    """Whether a server works on this data folder. Collectors on their own do not count."""
    return _is_locked(settings.data_dir / _SERVER_LOCK)


def is_warehouse_open(settings: Settings) -> bool:
    """Whether some process has the embedded warehouse open."""
    return _is_locked(settings.warehouse_dir / _WAREHOUSE_LOCK)


def _is_locked(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        with _lock(path):
            return False
    except Conflict:
        return True


def answers(url: str) -> tuple[int, str] | None:
    """Status and body of a GET, or None when nobody listens there."""
    import httpx

    try:
        answer = httpx.get(url, timeout=_ANSWER_SECONDS, trust_env=False)
    except httpx.HTTPError:
        return None
    return answer.status_code, answer.text[:2_000]
