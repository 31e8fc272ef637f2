"""Back up all data into a folder, and restore it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tributary.commands.runtime import AsJson, runtime, show_record

if TYPE_CHECKING:
    from tributary.commands.archive import Manifest, OnFile


def backup(
    context: typer.Context,
    target: Annotated[Path, typer.Argument(help="Folder to make; it must not exist or be empty.")],
    as_json: AsJson = False,
) -> None:
    """Copy all data into a new folder, with checksums. The server must be stopped; collectors may go on."""
    from tributary.commands.archive import create_backup

    run = runtime(context)
    with _progress("Backing up", is_shown=not as_json) as on_file:
        manifest = create_backup(run.settings, target, run.clock, on_file=on_file)
    show_record(_record(target, manifest), as_json=as_json)
    for part in manifest.external:
        typer.secho(f"The {part} is on a server of its own and not in this backup.", err=True, fg="yellow")
    if not as_json:
        typer.echo("The backup holds the keys too: keep it as safe as the data.")


def restore(
    context: typer.Context,
    source: Annotated[Path, typer.Argument(help="Folder that `tributary backup` made.")],
    as_json: AsJson = False,
) -> None:
    """Check a backup and make it the data folder, which must not exist or be empty."""
    from tributary.commands.archive import restore_backup

    run = runtime(context)
    with _progress("Restoring", is_shown=not as_json) as on_file:
        manifest = restore_backup(source, run.settings, on_file=on_file)
    show_record(_record(run.settings.data_dir, manifest), as_json=as_json)


@contextmanager
def _progress(what: str, *, is_shown: bool) -> Iterator[OnFile | None]:
    if not is_shown:
        yield None
        return
    from rich.progress import Progress

    with Progress(transient=True) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)


def _record(folder: Path, manifest: Manifest) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "created_at": manifest.created_at,
        "version": manifest.version,
        "files": len(manifest.files),
        "bytes": manifest.total_bytes,
        "rows_in_store": sum(manifest.counts.values()),
    }
