"""Connections to the engine: chDB in this process or a ClickHouse server, through one driver.

One connection serialises its queries, so the writer has its own and readers share a small pool. Driver errors end here:
they become ours, and their text is cleaned of values before anybody can log it.
"""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from tributary.errors import BudgetExceeded, BugError, TooManyRequests, TributaryError, Unavailable

_READERS = 4  # two cores answer no faster with more; each idle connection costs a little memory

# Engine error codes, from ClickHouse's ErrorCodes.cpp.
_OVER_BUDGET: Final = {
    158: "read too many rows",  # TOO_MANY_ROWS
    159: "took too long",  # TIMEOUT_EXCEEDED
    160: "was going to take too long",  # TOO_SLOW
    191: "compared with too large a set",  # SET_SIZE_LIMIT_EXCEEDED
    241: "needed too much memory",  # MEMORY_LIMIT_EXCEEDED
    307: "read too many bytes",  # TOO_MANY_BYTES
    396: "gave too many rows",  # TOO_MANY_ROWS_OR_BYTES
}
_TRANSIENT: Final = frozenset({
    3, 74, 75, 76,  # file system: unexpected end, cannot read, write, open
    202, 209, 210, 225, 236, 242, 243, 252, 279, 285, 286, 319, 425, 499, 516, 999,
    # too many queries, socket, network, no keeper, aborted, read-only table, disk full, too many parts, no replica,
    # too few replicas, quorum, unknown status of insert, system error, object storage, authentication, keeper
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Address:
    """Where the engine is. `directory` for chDB; else `host` and the rest for a server's HTTP interface."""

    directory: Path | None = None
    config_file: Path | None = None
    host: str = ""
    port: int = 8123
    username: str = "default"
    password: str = ""
    is_secure: bool = False
    database: str = ""
    cluster: str = ""


def parse_url(url: str, directory: Path) -> Address:
    """The address in `clickhouse://user:password@host:port/database?cluster=name&secure=1`; '' is chDB in `directory`.

    Raises:
        ValueError: the URL names something else.
    """
    if not url:
        return Address(directory=directory)
    parts = urlsplit(url)
    if parts.scheme == "chdb":
        return Address(directory=Path(parts.path))
    if parts.scheme not in {"clickhouse", "clickhouses", "http", "https"} or not parts.hostname:
        raise ValueError("The warehouse is empty for chDB, or clickhouse://user:password@host:8123/database.")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    is_secure = parts.scheme in {"clickhouses", "https"} or options.get("secure", "") in {"1", "true"}
    return Address(
        host=parts.hostname,
        port=parts.port or (8443 if is_secure else 8123),
        username=unquote(parts.username or "default"),
        password=unquote(parts.password or ""),
        is_secure=is_secure,
        database=parts.path.strip("/"),
        cluster=options.get("cluster", ""),
    )


class Engine:
    """The writer's connection and the readers' pool, all bound to one database."""

    def __init__(self, address: Address, database: str) -> None:
        self._address = address
        self._database = database
        self._lock = threading.Lock()
        self._idle: queue.LifoQueue[Any] = queue.LifoQueue()
        self._opened = 0
        self._is_closed = False
        with translated("connecting"):
            self.writer = self._connect()

    @contextmanager
    def reader(self, timeout: float) -> Iterator[Any]:
        """A reader's connection, waiting at most `timeout` seconds for a free one.

        Raises:
            TooManyRequests: all stayed busy.
        """
        client = self._take(timeout)
        try:
            yield client
        finally:
            self._idle.put(client)

    def _take(self, timeout: float) -> Any:
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            pass
        with self._lock:
            if self._is_closed:
                raise Unavailable("The warehouse is closed.", cure="Try again after the restart.")
            may_open = self._opened < _READERS
            self._opened += may_open
        if may_open:
            try:
                with translated("connecting"):
                    client = self._connect()
            except BaseException:
                with self._lock:
                    self._opened -= 1
                raise
            return client
        try:
            return self._idle.get(timeout=timeout)
        except queue.Empty:
            raise TooManyRequests(
                "The warehouse is busy with other questions.", cure="Try again in a moment."
            ) from None

    def close(self) -> None:
        """Close every connection; queries that are running finish first."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            opened = self._opened
        for _ in range(opened):
            self._idle.get().close()
        self.writer.close()

    def _connect(self) -> Any:
        client = self._open()
        # Not at connect time: before the first migration there is no such database, and the driver would refuse.
        client.database = self._database
        return client

    def _open(self) -> Any:
        import clickhouse_connect  # noqa: PLC0415 (half a second; not every process needs it)

        address = self._address
        if address.directory is not None:
            address.directory.mkdir(parents=True, exist_ok=True)
            options = {"config-file": str(address.config_file)} if address.config_file else None
            return clickhouse_connect.get_client(
                interface="chdb", path=str(address.directory), chdb_options=options, tz_mode="aware"
            )
        return clickhouse_connect.get_client(
            host=address.host,
            port=address.port,
            username=address.username,
            password=address.password,
            interface="https" if address.is_secure else "http",
            tz_mode="aware",
            autogenerate_session_id=False,  # a session would forbid what two threads may do
            send_receive_timeout=900,
        )


@contextmanager
def translated(doing: str, *, text: str = "", is_write: bool = False) -> Iterator[None]:
    """Turn the driver's errors inside the block into ours. `text` is the anonymised query.

    The driver's own error is cut off (`from None`): it quotes the query with its values filled in.

    Raises:
        BudgetExceeded: a limit stopped a read. Unavailable: the engine cannot answer now, or a limit stopped a write.
        BugError: the engine does not accept what we sent.
    """
    from clickhouse_connect.driver.exceptions import ClickHouseError  # noqa: PLC0415 (see _connect)

    try:
        yield
    except ClickHouseError as exc:
        error = _translate(exc, doing, text, is_write=is_write)
    except (OSError, RuntimeError) as exc:
        error = Unavailable(f"The warehouse failed while {doing} ({type(exc).__name__}).", cure="Check it; try again.")
    else:
        return
    raise error from None


def _translate(exc: Exception, doing: str, text: str, *, is_write: bool) -> TributaryError:
    code, name = getattr(exc, "code", None), getattr(exc, "name", None)
    message = str(exc)
    attrs = {"engine_code": code, "engine_error": name}
    if code in _OVER_BUDGET and not is_write:
        cure = "Narrow the question: a shorter period, fewer conditions or columns; or run it in the background."
        return BudgetExceeded(f"The question {_OVER_BUDGET[code]} and was stopped.", cure=cure, **attrs)
    if code in _TRANSIENT or code in _OVER_BUDGET:
        cure = "It is tried again by itself; if it stays, look at disk space and memory."
        return Unavailable(f"The warehouse cannot answer now ({name or code}).", cure=cure, **attrs)
    if code is None and ("Unable to open the chdb engine" in message or "EmbeddedServer" in message):
        cure = "Only one process may open the embedded warehouse: stop the other one, or set TRIBUTARY_WAREHOUSE_URL."
        return Unavailable("The embedded warehouse cannot be opened.", cure=cure)
    if code is None and type(exc).__name__ == "OperationalError":
        return Unavailable("The warehouse cannot be reached.", cure="Check TRIBUTARY_WAREHOUSE_URL and the server.")
    cure = "Please report this with the log line."
    return BugError(f"The warehouse refused a statement while {doing}: {redact(message, text)}", cure=cure, **attrs)


_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_LONG_NUMBER = re.compile(r"\d{5,}(\.\d+)?")


def redact(message: str, text: str) -> str:
    """An engine's message without values: quoted text and long numbers stay only if our own query text holds them."""
    message = message.partition(" In scope ")[0].partition(": While ")[0]
    message = _QUOTED.sub(lambda found: found[0] if found[0][1:-1] in text else "'…'", message)
    return _LONG_NUMBER.sub(lambda found: found[0] if found[0] in text else "…", message)[:500]
