"""What every command shares: the settings, the store, who is acting, and how answers and errors are printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tributary.errors import InvalidRequest, NotFound, TributaryError

if TYPE_CHECKING:
    from tributary.access import Principal
    from tributary.core.clock import Clock
    from tributary.settings import Settings
    from tributary.store import Session, Store

EXIT_FAILED = 1
EXIT_USAGE = 2  # the same as for an unknown option: the caller must change something
EXIT_TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the same command may succeed later

_COPIED = frozenset({"id", "write_key"})  # columns that people copy: never broken over two lines
_WIDTH_OF_A_FILE = 240  # when the output goes into a file or a pipe

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
InWorkspace = Annotated[
    str, typer.Option("--workspace", "-w", help="Name or id of the workspace; not needed while there is only one.")
]


class Runtime:
    """Built once per run of the program, in `cli`. Everything in it is opened when it is first asked for."""

    def __init__(self, *, data_dir: Path | None = None) -> None:
        self._data_dir = data_dir

    @cached_property
    def settings(self) -> Settings:
        """The settings of this run.

        Raises:
            InvalidRequest: an environment variable has a value that cannot be used.
        """
        from pydantic import ValidationError

        from tributary.settings import Settings

        try:
            return Settings(data_dir=self._data_dir) if self._data_dir else Settings()
        except ValidationError as exc:
            faults = "; ".join(
                f"TRIBUTARY_{'__'.join(str(part).upper() for part in fault['loc'])}: {fault['msg']}"
                for fault in exc.errors(include_input=False, include_url=False)
            )
            raise InvalidRequest(f"The settings are wrong. {faults}.", cure="Change these variables.") from exc

    @cached_property
    def clock(self) -> Clock:
        from tributary.core.clock import SystemClock

        return SystemClock()

    @cached_property
    def store(self) -> Store:
        """The records store of an installation that exists. An empty one gets its schema; an old one is refused.

        Raises:
            NotFound: the data folder holds no store: a wrong folder must not look like an empty installation.
            InvalidRequest: its URL is wrong, or its schema is not the one of this version.
            Unavailable: it does not answer.
        """
        settings = self.settings
        if not settings.store_url and not settings.store_file.exists():
            raise NotFound(
                f"There is no installation in {settings.data_dir.absolute()}.",
                cure="Check --data-dir or TRIBUTARY_DATA_DIR. A new one starts with: tributary serve,"
                " or tributary user create E-MAIL.",
            )
        return self._open_store()

    @cached_property
    def new_store(self) -> Store:
        """The records store as in `store`; it is made if there is none.

        Raises:
            InvalidRequest, Unavailable: as for `store`, or the data folder cannot be made.
        """
        self.settings.make_data_dir()
        return self._open_store()

    def _open_store(self) -> Store:
        from tributary.commands.schema import ensure_schema
        from tributary.store import open_store

        try:
            store = open_store(self.settings.resolved_store_url)
        except ValueError as exc:
            raise InvalidRequest(str(exc), cure="Set TRIBUTARY_STORE_URL, or unset it for SQLite.") from exc
        ensure_schema(store)
        return store

    def workspace_id(self, session: Session, wanted: str = "") -> int:
        """The workspace named `wanted`, or the only one.

        Raises:
            NotFound: there is none, or none of this name.
            InvalidRequest: there are several and none was named.
        """
        from sqlalchemy import select

        from tributary.core.ids import encode_workspace_id
        from tributary.store.tables.access import Workspace

        found = session.scalars(select(Workspace).order_by(Workspace.id)).all()
        names = ", ".join(workspace.name for workspace in found)
        if not found:
            raise NotFound("There is no workspace yet.", cure="Create the first user: tributary user create E-MAIL.")
        if wanted:
            for workspace in found:
                if wanted in {workspace.name, encode_workspace_id(workspace.id)}:
                    return workspace.id
            raise NotFound(f"There is no workspace {wanted!r}.", cure=f"Use one of: {names}.")
        if len(found) > 1:
            raise InvalidRequest("There are several workspaces.", cure=f"Say which with --workspace: {names}.")
        return found[0].id

    def principal(self, session: Session, wanted: str = "") -> Principal:
        """The operator of this machine, acting in a workspace; the audit log shows them as the command line."""
        from tributary.access import system_principal

        return system_principal(self.workspace_id(session, wanted), clock=self.clock, name="command line")

    def publish_after_commit(self, session: Session) -> None:
        """Let the collectors know of changed sources when the transaction commits."""
        from tributary.sources import publish_after_commit

        publish_after_commit(session, self.store, self.settings.source_snapshot, clock=self.clock)


def runtime(context: typer.Context) -> Runtime:
    """The runtime that `cli` put into the context."""
    found = context.find_object(Runtime)
    return found if found is not None else Runtime()


def echo_json(data: Any) -> None:
    """Print data as indented JSON."""
    import msgspec

    typer.echo(msgspec.json.format(msgspec.json.encode(data), indent=2).decode())


def show_rows(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, as_json: bool, empty: str) -> None:
    """Print a list: a table of `columns`, or JSON with everything that the rows hold. `empty` is said for none."""
    listed = list(rows)
    if as_json:
        echo_json(listed)
        return
    if not listed:
        typer.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold", no_wrap=column in _COPIED)
    for row in listed:
        table.add_row(*[Text(_shown(row.get(column))) for column in columns])  # Text: data is never markup
    Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_FILE).print(table)


def show_record(record: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one thing: names and values, or JSON."""
    if as_json:
        echo_json(record)
        return
    width = max((len(name) for name in record), default=0)
    for name, value in record.items():
        typer.echo(f"{name.replace('_', ' '):<{width}}  {_shown(value)}")


def _shown(value: Any) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone().isoformat(" ", "seconds")  # with the offset: logs of servers are read elsewhere
        case int():
            return f"{value:,}"
        case list() | tuple():
            return ", ".join(map(str, value)) or "–"
        case dict():
            return ", ".join(f"{key} {_shown(item)}" for key, item in value.items()) or "–"
        case _:
            return str(value)


def run(app: Callable[[], Any]) -> int:
    """Run the program and return its exit code. Our own errors become a cause, a cure and a code, never a traceback."""
    try:
        app()
    except TributaryError as exc:
        _print_error(exc)
        if exc.retry:
            return EXIT_TRY_AGAIN
        return EXIT_USAGE if isinstance(exc, InvalidRequest) else EXIT_FAILED
    except SystemExit as exc:  # how the option parser ends every run
        return exc.code if isinstance(exc.code, int) else EXIT_FAILED
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        return 130
    return 0


def _print_error(error: TributaryError) -> None:
    if "--json" in sys.argv:
        import msgspec

        facts = {"code": error.code, "message": error.message, "cure": error.cure}
        typer.echo(msgspec.json.encode({"error": facts}).decode(), err=True)
        return
    typer.secho(f"✗ {error.message}", err=True, fg="red")
    if error.cure:
        typer.echo(f"  → {error.cure}", err=True)
