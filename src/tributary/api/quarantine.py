"""Quarantine: see what could not be used and why, mend it, send it again, or give it up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from tributary import pipeline
from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import ContextDep, ReadSession, WriteSession
from tributary.api.definitions import JobRef
from tributary.api.locale import LocaleDep, Text
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.people import personal_traits
from tributary.api.problems import problems
from tributary.profiles import mask_event
from tributary.rules import Locale
from tributary.store.tables.pipeline import QuarantinedEvent

router = APIRouter(prefix="/quarantine", tags=["quarantine"])

Reader = Annotated[Principal, requires("quarantine:read")]
Writer = Annotated[Principal, requires("quarantine:write")]
State = Literal["open", "replayed", "discarded"]


class QuarantinedOut(BaseModel):
    """An event that could not be used. `reason` is a stable code and `reason_text` the same in words, with what to do;
    `detail` is what exactly is wrong.
    """

    id: str
    source_id: str
    received_at: datetime
    stage: str
    reason: str
    reason_text: str | None
    detail: Text
    event: str
    message_id: str
    state: State
    replayed_at: datetime | None


class QuarantinedDetail(QuarantinedOut):
    """The event itself. `raw` are its bytes as text and null unless revealed; `body` is what of it is JSON, with
    personal data hidden unless revealed, and null if it is none.
    """

    raw: str | None
    body: dict[str, Any] | None
    is_masked: bool


class ReasonOut(BaseModel):
    """Open events that share a reason."""

    reason: str
    reason_text: str | None
    count: int
    first_at: datetime
    last_at: datetime


class ReasonList(BaseModel):
    """The reasons of open events, the commonest first."""

    items: list[ReasonOut]


class Selection(Body):
    """Which open events: by id, or all of one reason."""

    ids: list[str] = Field(default=[], max_length=1000)
    reason: str | None = Field(default=None, max_length=100)


class Ids(Body):
    """Which events."""

    ids: list[str] = Field(min_length=1, max_length=1000)


class Correction(Body):
    """The event as it should have been."""

    event: dict[str, Any]


class Done(BaseModel):
    """How many events it was done to."""

    count: int


@router.get("", operation_id="list_quarantined", summary="Quarantined events", responses=problems(400))
def list_quarantined(
    caller: Reader,
    session: ReadSession,
    page: PageQuery,
    locale: LocaleDep,
    state: State = "open",
    reason: Annotated[str | None, Query(max_length=100)] = None,
    source_id: Annotated[str | None, Query(max_length=100)] = None,
    search: Annotated[
        str, Query(max_length=200, description="An event's name or a message id, or how one begins; case matters.")
    ] = "",
) -> Page[QuarantinedOut]:
    """Events that could not be used, newest first."""
    rows = pipeline.list_quarantined(
        session,
        caller.workspace_id,
        state=state,
        reason=reason,
        source_id=source_id,
        search=search,
        after=page.after_text(),
        limit=page.limit + 1,
    )
    return page_of(rows, page, lambda row: QuarantinedOut(**_fields(row, locale)), lambda row: (row.id,))


@router.get("/reasons", operation_id="list_quarantine_reasons", summary="Why events are in quarantine")
def list_quarantine_reasons(
    caller: Reader,
    session: ReadSession,
    locale: LocaleDep,
    source_id: Annotated[str | None, Query(max_length=100, description="Only events of this source.")] = None,
) -> ReasonList:
    """How many open events there are of each reason."""
    return ReasonList(
        items=[
            ReasonOut(
                reason=each.reason,
                reason_text=pipeline.reason_text(each.reason, locale),
                count=each.count,
                first_at=each.first_at,
                last_at=each.last_at,
            )
            for each in pipeline.count_reasons(session, caller.workspace_id, source_id=source_id)
        ]
    )


@router.get(
    "/{quarantine_id}", operation_id="get_quarantined", summary="One quarantined event", responses=problems(404)
)
def get_quarantined(
    quarantine_id: str,
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    locale: LocaleDep,
    reveal: Annotated[bool, Query(description="Show the bytes as they came; needs profiles:reveal.")] = False,
) -> QuarantinedDetail:
    """One event with what it holds."""
    row = pipeline.get_quarantined(session, caller.workspace_id, quarantine_id)
    raw = bytes(row.raw)
    try:
        body: dict[str, Any] | None = msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    if reveal:
        caller.require("profiles:reveal")
        with context.store.begin() as writing:
            audit(writing, caller, "quarantine.read_revealed", "quarantined_event", row.id)
    elif body is not None:
        body = mask_event(body, personal_traits(session, caller.workspace_id))
    text = raw.decode("utf-8", errors="backslashreplace") if reveal else None
    return QuarantinedDetail(**_fields(row, locale), raw=text, body=body, is_masked=not reveal)


@router.post(
    "/replay",
    operation_id="replay_quarantined",
    summary="Send events again",
    responses={
        202: {"model": JobRef, "description": "More than 100 events: a job sends them."},
        **problems(404, 409, 429, 503),
    },
)
def replay_quarantined(body: Selection, caller: Writer, context: ContextDep, response: Response) -> Done | JobRef:
    """Send open events again as they are: those named, and all of `reason`. An event is stored once, however often.

    Up to 100 are sent at once and counted. More are sent by a job that can be watched and cancelled.
    """
    store, workspace_id = context.store, caller.workspace_id
    with store.read() as session:
        count = pipeline.count_open(session, workspace_id, body.reason) if body.reason is not None else 0
    if len(body.ids) + count > pipeline.AT_ONCE:
        with store.begin() as session:
            job_id = pipeline.request_replay(session, caller, ids=body.ids, reason=body.reason)
        response.status_code = 202
        return JobRef(job_id=job_id)
    now = context.clock.now()
    sent = pipeline.replay(store, context.producer, workspace_id, body.ids, now, by=caller)
    if body.reason is not None:
        sent += pipeline.replay_reason(store, context.producer, workspace_id, body.reason, now, by=caller)
    return Done(count=sent)


@router.post("/discard", operation_id="discard_quarantined", summary="Give events up", responses=problems(404))
def discard_quarantined(body: Ids, caller: Writer, session: WriteSession) -> Done:
    """Give open events up; they stay readable, and can be taken back."""
    return Done(count=pipeline.discard(session, caller.workspace_id, body.ids, by=caller))


@router.post(
    "/{quarantine_id}/replay",
    operation_id="replay_corrected",
    summary="Correct an event and send it again",
    responses=problems(400, 404, 409, 429, 503),
)
def replay_corrected(quarantine_id: str, body: Correction, caller: Writer, context: ContextDep) -> Done:
    """Send one event again with corrected JSON. It keeps its message id."""
    pipeline.replay_edited(
        context.store,
        context.producer,
        caller.workspace_id,
        quarantine_id,
        msgspec.json.encode(body.event),
        context.clock.now(),
        by=caller,
    )
    return Done(count=1)


@router.post(
    "/reopen", operation_id="reopen_quarantined", summary="Take discarded events back", responses=problems(404)
)
def reopen_quarantined(body: Ids, caller: Writer, session: WriteSession) -> Done:
    """Take events back that were given up: they wait again."""
    return Done(count=pipeline.reopen(session, caller.workspace_id, body.ids, by=caller))


def _fields(row: QuarantinedEvent, locale: Locale) -> Mapping[str, Any]:
    return {
        "id": row.id,
        "source_id": row.source_id,
        "received_at": datetime.fromtimestamp(row.received_ms / 1000, UTC),
        "stage": row.stage,
        "reason": row.reason,
        "reason_text": pipeline.reason_text(row.reason, locale),
        "detail": row.detail,
        "event": row.event,
        "message_id": row.message_id,
        "state": row.state,
        "replayed_at": row.replayed_at,
    }
