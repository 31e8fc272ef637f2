"""Events that could not be used: look at them, send them again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tributary.commands.runtime import AsJson, InWorkspace, Runtime, runtime, show_record, show_rows
from tributary.errors import InvalidRequest

if TYPE_CHECKING:
    from tributary.stream import Producer

quarantine = typer.Typer(no_args_is_help=True, help="Events that could not be used: see why, send them again.")


@quarantine.command("list")
def list_(
    context: typer.Context,
    state: Annotated[str, typer.Option(help="open, replayed or discarded.")] = "open",
    reason: Annotated[str, typer.Option(help="Only this reason.")] = "",
    search: Annotated[str, typer.Option(help="Only those whose name or message id is this or begins so.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most events shown, newest first.")] = 50,
    reasons: Annotated[bool, typer.Option("--reasons", help="Count the open events by reason instead.")] = False,
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """List quarantined events, or how many there are of each reason."""
    from tributary.pipeline import count_reasons, list_quarantined

    if state not in {"open", "replayed", "discarded"}:
        raise InvalidRequest(f"There is no state {state!r}.", cure="Use open, replayed or discarded.")
    run = runtime(context)
    empty = f"No {state} events in quarantine."
    with run.store.read() as session:
        workspace_id = run.workspace_id(session, in_workspace)
        if reasons:
            rows = [
                {"reason": one.reason, "count": one.count, "first_at": one.first_at, "last_at": one.last_at}
                for one in count_reasons(session, workspace_id)
            ]
            columns = ["reason", "count", "first_at", "last_at"]
        else:
            found = list_quarantined(
                session,
                workspace_id,
                state=state,  # type: ignore[arg-type]  # checked above
                reason=reason or None,
                search=search,
                limit=limit,
            )
            rows = [
                {
                    "id": one.id, "received_at": _moment(one.received_ms), "event": one.event, "reason": one.reason,
                    "detail": one.detail, "source_id": one.source_id, "message_id": one.message_id,
                }
                for one in found
            ]  # fmt: skip
            columns = ["id", "received_at", "event", "reason", "detail"]
    show_rows(columns, rows, as_json=as_json, empty=empty)


@quarantine.command("show")
def show(
    context: typer.Context,
    quarantine_id: Annotated[str, typer.Argument(help="Id of the event, as listed.")],
    raw: Annotated[bool, typer.Option("--raw", help="Print the event's bytes as they came, and nothing else.")] = False,
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Show one quarantined event with its bytes as they came."""
    from tributary.pipeline import get_quarantined

    run = runtime(context)
    with run.store.read() as session:
        one = get_quarantined(session, run.workspace_id(session, in_workspace), quarantine_id)
        if raw:
            typer.echo(bytes(one.raw), nl=False)
            return
        record = {
            "id": one.id,
            "state": one.state,
            "reason": one.reason,
            "detail": one.detail,
            "stage": one.stage,
            "source_id": one.source_id,
            "received_at": _moment(one.received_ms),
            "message_id": one.message_id,
            "raw": bytes(one.raw).decode("utf-8", errors="replace"),
        }
    show_record(record, as_json=as_json)


@quarantine.command("replay")
def replay(
    context: typer.Context,
    quarantine_ids: Annotated[list[str] | None, typer.Argument(help="Ids of the events, as listed.")] = None,
    reason: Annotated[str, typer.Option(help="All open events of this reason instead.")] = "",
    edited: Annotated[
        Path | None,
        typer.Option(help="File with the corrected JSON of the one event that is named; - for standard input."),
    ] = None,
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Send quarantined events again, as they are or corrected. They take the same way as every event."""
    from tributary import pipeline

    ids = quarantine_ids or []
    if bool(ids) == bool(reason) or (edited is not None and len(ids) != 1):
        raise InvalidRequest(
            "Say which events: their ids, or --reason. A correction is for one id.",
            cure="See: tributary quarantine list",
        )
    run = runtime(context)
    with run.store.read() as session:
        workspace_id = run.workspace_id(session, in_workspace)
    now = run.clock.now()
    with _producer(run) as producer:
        if edited is not None:
            try:
                event = typer.get_binary_stream("stdin").read() if str(edited) == "-" else edited.read_bytes()
            except OSError as exc:
                raise InvalidRequest(f"{edited} cannot be read: {exc.strerror}.", cure="Check the path.") from exc
            pipeline.replay_edited(run.store, producer, workspace_id, ids[0], event, now)
            sent = 1
        elif reason:
            sent = pipeline.replay_reason(run.store, producer, workspace_id, reason, now)
        else:
            sent = pipeline.replay(run.store, producer, workspace_id, ids, now)
    show_record({"sent_again": sent}, as_json=as_json)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


@contextmanager
def _producer(run: Runtime) -> Iterator[Producer]:
    from tributary.core.envelope import EVENTS_TOPIC
    from tributary.stream import open_log

    log = open_log(run.settings.stream_dir, run.settings.stream, run.clock)
    try:
        yield log.producer(EVENTS_TOPIC)
    finally:
        log.close()
