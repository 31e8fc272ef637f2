"""Connections to the engine: chDB in this process or a ClickHouse server, through one driver.

One connection serialises its calls, so the writer has its own and readers share a small pool. Driver errors end here:
they become ours, and their text is cleaned of values before anybody can log it.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from tributary.errors import BudgetExceeded, BugError, TooManyRequests, TributaryError, Unavailable

_log = logging.getLogger(__name__)

_READERS = 4  # two cores answer no faster with more
_BACKGROUND = 2
_CLOSE_SECONDS = 5.0  # that running calls get to finish when the process stops, and again once they were cancelled

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
    202, 209, 210, 225, 236, 242, 243, 252, 279, 285, 286, 319, 394, 425, 499, 516, 999,
    # too many queries, socket, network, no keeper, aborted, read-only table, disk full, too many parts, no replica,
    # too few replicas, quorum, unknown status of insert, cancelled, system error, object storage, authentication,
    # keeper
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


class Pool:
    """Connections of one purpose, at most `size`, opened when first needed.

    A connection whose call failed is closed and never lent again: chDB keeps what a failed query had already written
    and puts it in front of the next answer on the same connection, whichever workspace asks (seen in 4.4.0 with every
    output format).
    """

    def __init__(self, address: Address, database: str, size: int) -> None:
        self._address = address
        self._database = database
        self._size = size
        self._changed = threading.Condition()
        self._idle: list[Any] = []
        self._opened = 0
        self._is_closed = False

    @contextmanager
    def lend(self, timeout: float) -> Iterator[Any]:
        """A connection of one's own, waiting at most `timeout` seconds for it.

        Raises:
            TooManyRequests: all stayed busy. Unavailable: the engine cannot be reached.
        """
        client = self._take(timeout)
        try:
            yield client
        except BaseException:
            self._drop(client)
            raise
        with self._changed:
            self._idle.append(client)
            self._changed.notify()

    def _take(self, timeout: float) -> Any:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._idle or self._opened < self._size, timeout)
            if self._is_closed:
                raise Unavailable("The warehouse is closed.", cure="Try again after the restart.")
            if self._idle:
                return self._idle.pop()
            if self._opened >= self._size:
                raise TooManyRequests("The warehouse is busy with other questions.", cure="Try again in a moment.")
            self._opened += 1
        try:
            with translated("connecting"):
                client = _connect(self._address)
        except BaseException:
            self._forget()
            raise
        # Not at connect time: before the first migration there is no such database, and the driver would refuse.
        client.database = self._database
        return client

    def _drop(self, client: Any) -> None:
        try:
            client.close()
        finally:
            self._forget()

    def _forget(self) -> None:
        with self._changed:
            self._opened -= 1
            self._changed.notify()

    def close(self, timeout: float) -> bool:
        """Refuse calls from now on and close every connection, waiting `timeout` seconds for calls that are running.

        Returns whether all have ended. If not, it may be called again.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._idle or self._opened == 0, max(0.0, deadline - time.monotonic()))
                if not self._idle:
                    return self._opened == 0
                client = self._idle.pop()
            self._drop(client)


class Engine:
    """Four pools, so that no purpose waits for another: inserts, short questions, long work in the background, and
    stopping any of them.
    """

    def __init__(self, address: Address, database: str) -> None:
        self._address = address
        self.writer = Pool(address, database, 1)
        self.readers = Pool(address, database, _READERS)
        self.background = Pool(address, database, _BACKGROUND)
        self.control = Pool(address, database, 1)
        self.is_embedded = address.directory is not None
        with self.writer.lend(timeout=0):
            pass  # a wrong URL or a folder in use is found now, not with the first batch

    def close(self) -> None:
        """Close every connection. Calls that do not end soon are cancelled: whoever stops us does not wait for ever.

        A cancelled call raises `Unavailable`; like a crash, it leaves nothing that a retry does not complete.
        """
        if self._close_pools() or self._address.directory is None:
            return  # a server goes on without us
        # The embedded engine must not be left with a thread inside it: the process would end with a segmentation fault.
        _log.warning("the warehouse cancels what still runs")
        with translated("cancelling"):
            client = _connect(self._address)
            client.command("KILL QUERY WHERE query_kind != 'KillQuery' ASYNC", use_database=False)
            client.close()
        if not self._close_pools():
            _log.error("the warehouse is left although it is at work")

    def _close_pools(self) -> bool:
        pools = (self.background, self.readers, self.control, self.writer)
        for pool in pools:
            pool.close(0)
        deadline = time.monotonic() + _CLOSE_SECONDS
        have_ended = [pool.close(max(0.0, deadline - time.monotonic())) for pool in pools]
        return all(have_ended)


def _connect(address: Address) -> Any:
    import clickhouse_connect  # noqa: PLC0415 (half a second; not every process needs it)

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
        autogenerate_session_id=False,  # nothing of ours lives in a session
        send_receive_timeout=1_000,  # seconds; longer than the longest budget, which the engine itself keeps
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

    error: TributaryError
    try:
        yield
    except TributaryError:
        raise
    except ClickHouseError as exc:
        error = _translate(exc, doing, text, is_write=is_write)
    except (OSError, RuntimeError) as exc:
        error = Unavailable(f"The warehouse failed while {doing} ({type(exc).__name__}).", cure="Check it; try again.")
    except Exception as exc:  # noqa: BLE001 (the driver could not read the answer: never let half an answer pass)
        error = BugError(f"The warehouse's answer was not understood while {doing} ({type(exc).__name__}).")
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
