"""Sources: create, list, change, rotate the write key, copy a snippet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tributary import pipeline, sources
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import ContextDep, ReadSession, WriteSession
from tributary.api.problems import problems
from tributary.sources import SourceKind
from tributary.store.tables.sources import Source

router = APIRouter(prefix="/sources", tags=["sources"])

Reader = Annotated[Principal, requires("sources:read")]
Writer = Annotated[Principal, requires("sources:write")]


class SourceOut(BaseModel):
    """A source. `key_hint` is the end of its write key; the whole key is in its snippets."""

    id: str
    name: str
    kind: Literal["web", "server", "mobile", "import", "internal", "webhook"]
    key_hint: str
    is_enabled: bool
    allowed_origins: list[str]
    previous_key_valid_until: datetime | None
    created_at: datetime


class SourceList(BaseModel):
    """All sources of the workspace, oldest first."""

    items: list[SourceOut]


class SourceCreate(Body):
    """A new source."""

    name: str = Field(min_length=1, max_length=100)
    kind: Literal["web", "server", "mobile", "import", "webhook"]
    allowed_origins: list[str] = Field(
        default=[], max_length=100, description="Web pages that may send, as https://shop.example; empty means any."
    )


class SourceUpdate(Body):
    """What to change; what is absent stays."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    is_enabled: bool | None = None
    allowed_origins: list[str] | None = Field(default=None, max_length=100)


class KeyRotation(Body):
    """How long the old key stays good."""

    grace_hours: float = Field(default=sources.KEY_GRACE / timedelta(hours=1), ge=0, le=24 * 90)


class SourceWithKey(SourceOut):
    """A source with its write key."""

    write_key: str


class SnippetOut(BaseModel):
    """Code to paste, with the real key and address."""

    language: sources.Language
    install: str = Field(description="The command that fetches the client; empty if none is needed.")
    code: str


class SnippetList(BaseModel):
    """How to send to a source."""

    write_key: str
    collector_url: str
    items: list[SnippetOut]


class TestEvent(Body):
    """What the test event is called."""

    event: str | None = Field(default=None, min_length=1, max_length=200, pattern=r"\S")


class TestEventOut(BaseModel):
    """The event is in the log; look for its message id among the live events."""

    message_id: str


class SourceHealthOut(BaseModel):
    """What came of one source in the 24 hours up to now. Times are exact to the minute."""

    source_id: str
    last_received_at: datetime | None = Field(description="Null if nothing ever came.")
    received_24h: int
    quarantined_24h: int
    series: list[int] = Field(description="Events of each of the 24 hours, the oldest first.")


class SourceHealthList(BaseModel):
    """How the sources do, in the order of their list, and all of them together."""

    items: list[SourceHealthOut]
    since: datetime = Field(description="Where the first of the 24 hours begins.")
    received_24h: int
    quarantined_24h: int


@router.get("", operation_id="list_sources", summary="Sources")
def list_sources(caller: Reader, session: ReadSession) -> SourceList:
    """List the sources of the workspace."""
    return SourceList(items=[_out(source) for source in sources.list_sources(session, caller.workspace_id)])


@router.post("", operation_id="create_source", summary="Create a source", status_code=201, responses=problems(400, 409))
def create_source(body: SourceCreate, caller: Writer, session: WriteSession, context: ContextDep) -> SourceWithKey:
    """Create a source. Its key works when the answer arrives."""
    source = sources.create_source(
        session, caller, name=body.name, kind=SourceKind(body.kind), allowed_origins=body.allowed_origins
    )
    _publish(session, context)
    return _with_key(source)


@router.get("/health", operation_id="list_source_health", summary="Do the sources send")
def list_source_health(caller: Reader, session: ReadSession, context: ContextDep) -> SourceHealthList:
    """When each source sent last, and how much in each of the last 24 hours."""
    now = context.clock.now()
    ids = [source.id for source in sources.list_sources(session, caller.workspace_id)]
    found = pipeline.source_health(session, caller.workspace_id, ids, now)
    until = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return SourceHealthList(
        items=[SourceHealthOut.model_validate(each, from_attributes=True) for each in found],
        since=until - timedelta(hours=24),
        received_24h=sum(each.received_24h for each in found),
        quarantined_24h=sum(each.quarantined_24h for each in found),
    )


@router.get("/{source_id}", operation_id="get_source", summary="One source", responses=problems(404))
def get_source(source_id: str, caller: Reader, session: ReadSession) -> SourceOut:
    """Its name, kind and origins; the write key shows in its snippets only."""
    return _out(sources.get_source(session, caller.workspace_id, source_id))


@router.patch(
    "/{source_id}", operation_id="update_source", summary="Change a source", responses=problems(400, 404, 409)
)
def update_source(
    source_id: str, body: SourceUpdate, caller: Writer, session: WriteSession, context: ContextDep
) -> SourceOut:
    """Rename, disable or enable a source, or replace its allowed origins."""
    source = sources.update_source(
        session,
        caller,
        source_id,
        name=body.name,
        is_enabled=body.is_enabled,
        allowed_origins=body.allowed_origins,
    )
    _publish(session, context)
    return _out(source)


@router.post(
    "/{source_id}/rotate-key",
    operation_id="rotate_source_key",
    summary="Give a source a new write key",
    responses=problems(400, 404),
)
def rotate_source_key(
    source_id: str, body: KeyRotation, caller: Writer, session: WriteSession, context: ContextDep
) -> SourceWithKey:
    """Give the source a new write key; the old one stays good for `grace_hours`."""
    source = sources.rotate_write_key(session, caller, source_id, grace=timedelta(hours=body.grace_hours))
    _publish(session, context)
    return _with_key(source)


@router.post(
    "/{source_id}/test-event",
    operation_id="send_test_event",
    summary="Send a test event",
    status_code=202,
    responses=problems(404, 409, 429, 503),
)
def send_test_event(
    source_id: str, body: TestEvent, caller: Writer, session: WriteSession, context: ContextDep
) -> TestEventOut:
    """Receive an event as if the source had sent it. `context.test` marks it, and its person is always the same."""
    message_id = sources.send_test_event(
        session,
        context.producer,
        caller,
        source_id,
        context.settings.collector,
        event=(body.event or sources.DEFAULT_EVENT).strip(),
    )
    return TestEventOut(message_id=message_id)


@router.get(
    "/{source_id}/snippets",
    operation_id="list_source_snippets",
    summary="Code that sends to a source",
    responses=problems(404),
)
def list_source_snippets(source_id: str, caller: Writer, session: ReadSession, context: ContextDep) -> SnippetList:
    """Code that sends to this source: browser, mini-program, Python, Node, Java, Go, PHP, curl."""
    source = sources.get_source(session, caller.workspace_id, source_id)
    url = context.settings.collector_url
    items = [
        SnippetOut.model_validate(snippet, from_attributes=True) for snippet in sources.snippets(source.write_key, url)
    ]
    return SnippetList(write_key=source.write_key, collector_url=url, items=items)


def _publish(session: WriteSession, context: ContextDep) -> None:
    sources.publish_after_commit(session, context.store, context.settings.source_snapshot, clock=context.clock)


def _fields(source: Source) -> dict[str, object]:
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "key_hint": source.write_key[-4:],
        "is_enabled": source.is_enabled,
        "allowed_origins": source.allowed_origins,
        "previous_key_valid_until": source.previous_key_valid_until,
        "created_at": source.created_at,
    }


def _out(source: Source) -> SourceOut:
    return SourceOut.model_validate(_fields(source))


def _with_key(source: Source) -> SourceWithKey:
    return SourceWithKey.model_validate({**_fields(source), "write_key": source.write_key})
