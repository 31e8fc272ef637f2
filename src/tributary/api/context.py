"""`Context`: what every route may need, built once in `app.py`; and the two kinds of transaction as dependencies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import Depends, Request

from tributary.access import Passwords, SignInCodes
from tributary.api.identity_editor import identity_editor
from tributary.core.clock import Clock
from tributary.errors import Unavailable
from tributary.pipeline import IdentityEditor, PipelineStatus
from tributary.settings import Settings
from tributary.store import Session, Store

if TYPE_CHECKING:  # their libraries take a second to load, and the API only passes them on
    from tributary.messaging import MessageKeys
    from tributary.stream import EventLog, Producer
    from tributary.warehouse import Warehouse


class _NotOpen:
    """Stands for a part that this process runs without: using it is a clear error, not a crash."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        raise Unavailable(
            f"The {self._name} is not open in this process.", cure="Start Tributary with `tributary serve`."
        )


_NO_WAREHOUSE = cast("Warehouse", _NotOpen("warehouse"))
_NO_LOG = cast("EventLog", _NotOpen("event log"))
_NO_PRODUCER = cast("Producer", _NotOpen("event log"))
_NO_KEYS = cast("MessageKeys", _NotOpen("message key"))


@dataclass(kw_only=True)
class Context:
    """The parts of a running Tributary. Routes take it as `ContextDep`.

    A part that is not given raises `Unavailable` when it is used, so that tests need to bring only what they touch.
    """

    settings: Settings
    clock: Clock
    store: Store
    warehouse: Warehouse = _NO_WAREHOUSE
    log: EventLog = _NO_LOG
    producer: Producer = _NO_PRODUCER
    keys: MessageKeys = _NO_KEYS
    passwords: Passwords = field(default_factory=Passwords)
    sign_in_codes: SignInCodes = field(default_factory=SignInCodes)
    is_demo: bool = False  # everything in here is made up
    pipeline_status: Callable[[], PipelineStatus] = PipelineStatus  # by default: none runs in this process

    @property
    def identity(self) -> IdentityEditor:
        """What carries out decisions about who is who, and lets all that hangs on people follow."""
        hasher = None if isinstance(self.keys, _NotOpen) else self.keys.hasher
        region = self.settings.pipeline.default_region
        return identity_editor(self.store, self.warehouse, self.clock, hasher, region=region)


def get_context(request: Request) -> Context:
    """The context of the application that answers this request."""
    context: Context = request.app.state.context
    return context


async def _context(request: Request) -> Context:  # async: reading an attribute needs no thread
    return get_context(request)


ContextDep = Annotated[Context, Depends(_context)]


def _read_session(context: ContextDep) -> Iterator[Session]:
    with context.store.read() as session:
        yield session


def _write_session(context: ContextDep) -> Iterator[Session]:
    with context.store.begin() as session:
        yield session


# scope="function": the transaction ends before the answer is sent. By default FastAPI would end it afterwards, and a
# COMMIT that fails would follow a 200. max_concurrency: a transaction that waits for SQLite's write lock or for a
# pooled connection holds a worker thread, and the one that has the lock needs a thread to go on; without a bound, 40
# waiting writers would starve it.
ReadSession = Annotated[Session, Depends(_read_session, scope="function", max_concurrency=8)]
WriteSession = Annotated[Session, Depends(_write_session, scope="function", max_concurrency=8)]


def is_write_session(call: object) -> bool:
    """Whether `call` is the dependency behind `WriteSession`."""
    return call is _write_session
