"""The command line: `tributary …`. Composition only; what commands do is in `commands`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tributary.commands import audiences, backup, doctor, identity, imports, people, quarantine, serving, setup, sources
from tributary.commands.runtime import Runtime, run

app = typer.Typer(
    name="tributary",
    help="Tributary 汇流: collect, unify, select, reach, measure.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # a traceback of a bug is wanted plain; our own errors never show one
)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version  # noqa: PLC0415 (a fifth of the time that --help takes)

        typer.echo(version("tributary"))
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of all data; the same as TRIBUTARY_DATA_DIR.", show_default=False)
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    context.obj = Runtime(data_dir=data_dir)


_RUN, _DATA, _CARE = "Run", "Data", "Care"

app.command(rich_help_panel=_RUN)(serving.serve)
app.command("setup", rich_help_panel=_RUN)(setup.set_up)
app.command(rich_help_panel=_RUN)(serving.collector)
app.command(rich_help_panel=_RUN)(serving.demo)
app.command("import", rich_help_panel=_DATA)(imports.import_)
app.add_typer(sources.source, name="source", rich_help_panel=_DATA)
app.add_typer(quarantine.quarantine, name="quarantine", rich_help_panel=_DATA)
app.add_typer(identity.identity, name="identity", rich_help_panel=_DATA)
app.add_typer(audiences.audience, name="audience", rich_help_panel=_DATA)
app.add_typer(people.user, name="user", rich_help_panel=_CARE)
app.add_typer(people.workspace, name="workspace", rich_help_panel=_CARE)
app.add_typer(people.token, name="token", rich_help_panel=_CARE)
app.command(rich_help_panel=_CARE)(doctor.doctor)
app.command(rich_help_panel=_CARE)(backup.backup)
app.command(rich_help_panel=_CARE)(backup.restore)
app.command(rich_help_panel=_CARE)(serving.migrate)


def main() -> None:
    """Entry point of the `tributary` program."""
    sys.exit(run(app))


if __name__ == "__main__":
    main()
