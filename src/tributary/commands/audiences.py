"""Audiences: which there are, and computing one now."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from tributary.commands.runtime import AsJson, InWorkspace, Runtime, runtime, show_record, show_rows
from tributary.errors import NotFound, Unavailable

audience = typer.Typer(no_args_is_help=True, help="Audiences: list them, compute one now.")

_POLL_SECONDS = 0.3


@audience.command("list")
def list_(context: typer.Context, in_workspace: InWorkspace = "", as_json: AsJson = False) -> None:
    """List the audiences with their sizes."""
    from tributary.audiences import list_audiences

    run = runtime(context)
    with run.store.read() as session:
        rows = [
            {
                "id": one.id,
                "name": one.name,
                "kind": one.kind,
                "size": one.size,
                "version": one.current_version,
                "schedule": one.schedule,
                "refreshed_at": one.refreshed_at,
            }
            for one in list_audiences(session, run.workspace_id(session, in_workspace), limit=100_000)
        ]
    columns = ["name", "kind", "size", "version", "schedule", "refreshed_at", "id"]
    show_rows(columns, rows, as_json=as_json, empty="No audience yet.")


@audience.command("refresh")
def refresh(
    context: typer.Context,
    name_or_id: Annotated[str, typer.Argument(help="Name or id of the audience.")],
    wait: Annotated[bool, typer.Option("--wait", help="Return when the members are computed.")] = False,
    timeout: Annotated[float, typer.Option(min=1, help="Longest wait, seconds.")] = 300,
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Ask for an audience's members to be computed now. The running server does it."""
    from tributary.audiences import list_audiences, request_refresh

    run = runtime(context)
    with run.store.begin() as session:
        caller = run.principal(session, in_workspace)
        found = [
            one
            for one in list_audiences(session, caller.workspace_id, limit=100_000)
            if name_or_id in {one.id, one.name}
        ]
        if not found:
            raise NotFound(f"There is no audience {name_or_id!r}.", cure="See: tributary audience list")
        workspace_id, audience_id = caller.workspace_id, found[0].id
        job_id = request_refresh(session, caller, audience_id)
    state = _wait(run, workspace_id, job_id, timeout) if wait else "queued"
    show_record({"audience": audience_id, "job": job_id, "state": state}, as_json=as_json)


def _wait(run: Runtime, workspace_id: int, job_id: str, timeout: float) -> str:
    from tributary.jobs import get_job

    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        with run.store.read() as session:
            job = get_job(session, workspace_id, job_id)
            state, error = job.state, job.error
        if state == "succeeded":
            return state
        if state not in {"queued", "running"}:
            raise Unavailable(f"The refresh ended as {state}: {error or 'no reason was kept'}.", cure="Repeat it.")
        time.sleep(_POLL_SECONDS)
    raise Unavailable(
        f"The refresh is still {state} after {timeout:g} s.", cure="Check that the server runs: tributary doctor"
    )
