"""Sources and their write keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tributary.commands.runtime import AsJson, InWorkspace, runtime, show_record, show_rows
from tributary.errors import InvalidRequest

if TYPE_CHECKING:
    from tributary.store.tables.sources import Source

source = typer.Typer(no_args_is_help=True, help="Sources: where events come from, and their write keys.")

_COLUMNS = ["name", "kind", "write_key", "enabled"]


@source.command("create")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the source.")],
    kind: Annotated[str, typer.Option(help="web, server, mobile, import or webhook.")] = "web",
    origin: Annotated[
        list[str] | None, typer.Option(help="Web page that may send, as https://shop.example; repeat for several.")
    ] = None,
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Create a source and print its write key."""
    from tributary.sources import SourceKind, create_source

    if kind not in {one.value for one in SourceKind}:
        raise InvalidRequest(f"There is no kind {kind!r}.", cure="Use web, server, mobile, import or webhook.")
    run = runtime(context)
    with run.store.begin() as session:
        caller = run.principal(session, in_workspace)
        made = create_source(session, caller, name=name, kind=SourceKind(kind), allowed_origins=origin or [])
        record = _record(made)
        run.publish_after_commit(session)
    show_record(record, as_json=as_json)


@source.command("list")
def list_(context: typer.Context, in_workspace: InWorkspace = "", as_json: AsJson = False) -> None:
    """List the sources with their write keys."""
    from tributary.sources import list_sources

    run = runtime(context)
    with run.store.read() as session:
        rows = [_record(one) for one in list_sources(session, run.workspace_id(session, in_workspace))]
    show_rows(_COLUMNS, rows, as_json=as_json, empty="No source yet. Create one: tributary source create NAME")


@source.command("rotate")
def rotate(
    context: typer.Context,
    name_or_id: Annotated[str, typer.Argument(help="Name or id of the source.")],
    grace_hours: Annotated[float, typer.Option(min=0, help="How long the old key stays good.")] = 168,
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Give a source a new write key. The old one stays good for a while."""
    from datetime import timedelta

    from tributary.sources import find_source, rotate_write_key

    run = runtime(context)
    with run.store.begin() as session:
        caller = run.principal(session, in_workspace)
        found = find_source(session, caller.workspace_id, name_or_id)
        record = _record(rotate_write_key(session, caller, found.id, grace=timedelta(hours=grace_hours)))
        run.publish_after_commit(session)
    show_record(record, as_json=as_json)


@source.command("publish")
def publish(context: typer.Context) -> None:
    """Write the file from which collectors learn the write keys anew. The server does this by itself."""
    from tributary.sources import publish_sources

    run = runtime(context)
    keys = publish_sources(run.store, run.settings.source_snapshot, clock=run.clock)
    typer.echo(f"{keys} write keys published.")


def _record(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "write_key": source.write_key,
        "enabled": source.is_enabled,
        "allowed_origins": source.allowed_origins,
        "previous_key_valid_until": source.previous_key_valid_until,
        "created_at": source.created_at,
    }
