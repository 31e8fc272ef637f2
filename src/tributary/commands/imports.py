"""Import a file: rows become events in the log, as a mapping file says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tributary.commands.runtime import AsJson, InWorkspace, Runtime, echo_json, runtime
from tributary.errors import Conflict, TributaryError, Unavailable

if TYPE_CHECKING:
    from tributary.access import Principal
    from tributary.sources.imports import Mapping, RowFile
    from tributary.sources.imports.run import OnProgress
    from tributary.store.tables.sources import ImportRun

_POLL_SECONDS = 0.3
_MAX_REASONS = 10  # shown in the summary; the rejects file has them all


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV, NDJSON or Parquet; the first two may be gzipped.")],
    mapping_file: Annotated[Path, typer.Option("--mapping", "-m", help="TOML or JSON: how rows become events.")],
    source: Annotated[
        str, typer.Option(help="Name or id of the source the events belong to; made from the mapping's name if absent.")
    ] = "",
    check: Annotated[bool, typer.Option("--check", help="Show what would be imported, and write nothing.")] = False,
    show: Annotated[int, typer.Option(min=0, help="With --check: how many events to show.")] = 5,
    rejects: Annotated[
        Path | None, typer.Option(help="File for rows that became no event; beside the input by default.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Import a file that was imported before.")] = False,
    wait: Annotated[
        bool, typer.Option("--wait", help="Return when the events are stored; without a server, store them here.")
    ] = False,
    timeout: Annotated[float, typer.Option(min=1, help="With --wait: longest wait, seconds.")] = 3_600,
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Import a file of customers or orders. Works beside a running server; imported history triggers nothing."""
    from tributary.sources.imports import open_rows, read_mapping

    mapping = read_mapping(mapping_file)
    rows = open_rows(file, mapping.file)
    if check:
        _check(mapping, rows, show, as_json=as_json)
        return
    run = runtime(context)
    job = _Import(run, mapping, rows, rejects or file.with_name(f"{file.name}.rejects.ndjson"))
    result = job.execute(mapping_file, source, in_workspace, again=again, as_json=as_json)
    if wait:
        _wait(run, job, timeout, as_json=as_json)
    result["is_stored"] = wait
    _show_result(result, as_json=as_json)


class _Import:
    """One import, from the look at its source to its record."""

    def __init__(self, run: Runtime, mapping: Mapping, rows: RowFile, rejects: Path) -> None:
        from tributary.sources.imports import ImportSummary

        self._run = run
        self._mapping = mapping
        self._rows = rows
        self._rejects = rejects
        self.summary = ImportSummary()
        self.positions: dict[int, int] = {}

    def execute(self, mapping_file: Path, source: str, workspace: str, *, again: bool, as_json: bool) -> dict[str, Any]:
        from tributary.sources.imports import (
            fail_import,
            find_earlier_import,
            fingerprint,
            finish_import,
            start_import,
        )

        store, file = self._run.store, self._rows.path
        mark = fingerprint(file, mapping_file)
        with store.begin() as session:
            caller = self._run.principal(session, workspace)
            source_id = self._source_id(session, caller, source)
            earlier = find_earlier_import(session, caller.workspace_id, source_id, mark)
            if earlier is not None and not again:
                raise _imported_before(earlier)
            record = start_import(session, caller, source_id=source_id, file_name=file.name, fingerprint=mark)
            import_id = record.id
        summary = self.summary
        try:
            self._write(caller.workspace_id, source_id, as_json=as_json)
        except BaseException as exc:
            with store.begin() as session:
                fail_import(
                    session, caller, import_id, exc.message if isinstance(exc, TributaryError) else "broken off"
                )
            raise
        with store.begin() as session:
            finish_import(session, caller, import_id, summary, self.positions)
        rejects = str(self._rejects) if summary.losses else None
        return {"import": import_id, "source": source_id, **summary.as_dict(), "rejects_file": rejects}

    def _source_id(self, session: Any, caller: Principal, name_or_id: str) -> str:
        from tributary.sources import SourceKind, create_source, find_source, list_sources

        if name_or_id:
            return find_source(session, caller.workspace_id, name_or_id).id
        name = f"Import {self._mapping.name}"
        for one in list_sources(session, caller.workspace_id):
            if one.name == name:
                return one.id
        return create_source(session, caller, name=name, kind=SourceKind.IMPORT).id

    def _write(self, workspace_id: int, source_id: str, *, as_json: bool) -> None:
        from tributary.core.envelope import EVENTS_TOPIC
        from tributary.sources.imports import map_file, write_events
        from tributary.stream import open_log

        log = open_log(self._run.settings.stream_dir, self._run.settings.stream, self._run.clock)
        try:
            with _progress("Importing", is_shown=not as_json) as report:
                self.positions = write_events(
                    map_file(self._mapping, self._rows, self.summary, on_progress=report),
                    log.producer(EVENTS_TOPIC),
                    workspace_id=workspace_id,
                    source_id=source_id,
                    clock=self._run.clock,
                    rejects=self._rejects,
                    summary=self.summary,
                )
        finally:
            log.close()


def _imported_before(earlier: ImportRun) -> Conflict:
    return Conflict(
        f"This file was imported on {earlier.started_at:%Y-%m-%d %H:%M} UTC ({earlier.id}).",
        cure="To import it all the same: --again. Events of the last days are recognised, older ones would be doubled.",
        import_id=earlier.id,
    )


def _check(mapping: Mapping, rows: RowFile, show: int, *, as_json: bool) -> None:
    from tributary.sources.imports import ImportSummary, Rejected, map_file

    summary = ImportSummary()
    events: list[dict[str, Any]] = []
    rejected: list[Rejected] = []
    with _progress("Checking", is_shown=not as_json) as report:
        for outcome in map_file(mapping, rows, summary, on_progress=report):
            if isinstance(outcome, Rejected):
                if len(rejected) < show:
                    rejected.append(outcome)
            elif len(events) < show:
                events.append(outcome.event)
    if as_json:
        shown = [
            {"block": bad.block, "row": bad.row, "column": bad.column, "reason": bad.reason, "rows": bad.rows}
            for bad in rejected
        ]
        echo_json({**summary.as_dict(), "sample": events, "rejected": shown})
        return
    for event in events:
        typer.echo(json.dumps(event, ensure_ascii=False, indent=1))
    for bad in rejected:
        column = f", column {bad.column}" if bad.column else ""
        others = f", with {_counted(len(bad.rows) - 1, 'other row')}" if len(bad.rows) > 1 else ""
        typer.secho(f"row {bad.row}{column}: {bad.reason} (lost to {bad.block}{others})", fg="yellow")
    _show_summary(summary.as_dict())
    typer.echo("Nothing was written.")


def _show_result(result: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        echo_json(result)
        return
    _show_summary(result)
    if result["rejects_file"]:
        typer.secho(f"What was lost, with rows and reasons: {result['rejects_file']}", fg="yellow")
    stored = (
        "The events are stored." if result["is_stored"] else "The events are in the log; a running server stores them."
    )
    typer.echo(f"{stored} Import {result['import']}.")


def _show_summary(summary: dict[str, Any]) -> None:
    for name, number in (
        ("rows read", summary["rows"]),
        ("rows rejected: nothing of them is imported", summary["rows_rejected"]),
        ("rows imported in part: some blocks rejected them", summary["rows_partial"]),
        ("rows that no block wanted", summary["rows_unused"]),
    ):
        typer.echo(f"{number:>12,}  {name}")
    for event, number in summary["events"].items():
        typer.echo(f"{number:>12,}  {event}")
    for loss in summary["lost"]:
        _show_loss(loss)


def _show_loss(loss: dict[str, Any]) -> None:
    """What one block lost: events of so many rows; of a row that could not be split, there is no event to name."""
    rows = _counted(loss["rows"], "row")
    what = f"{rows} unreadable" if not loss["event"] else f"lost: {loss['event']} of {rows} ({loss['block']})"
    typer.secho(f"{loss['events']:>12,}  {what}", fg="yellow")
    for reason, number in list(loss["reasons"].items())[:_MAX_REASONS]:
        typer.secho(f"{number:>16,}  {reason}", fg="yellow")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _wait(run: Runtime, job: _Import, timeout: float, *, as_json: bool) -> None:
    """Return when everything that was imported is in the stores."""
    from tributary.commands.folder import is_server_running
    from tributary.commands.processing import store_here
    from tributary.pipeline import is_stored

    if not is_server_running(run.settings):
        with _progress("Storing", is_shown=not as_json) as report:
            store_here(run.settings, run.clock, lambda done: report(done, job.summary.total_events))
        return
    deadline = time.monotonic() + timeout
    with _progress("Waiting for the server", is_shown=not as_json):
        while not is_stored(run.store, job.positions):
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"The server has not stored everything after {timeout:g} s.",
                    cure="It goes on by itself. See: tributary doctor",
                )
            time.sleep(_POLL_SECONDS)


@contextmanager
def _progress(what: str, *, is_shown: bool) -> Iterator[OnProgress]:
    if not is_shown:
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as bars:
        bar = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(bar, completed=done, total=total)
