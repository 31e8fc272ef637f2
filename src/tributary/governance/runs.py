"""Numbered runs: how a definition gets computed, so that what is read is always the newest finished result.

    1. in the store: `begin` gives out a run number and notes the run as running
    2. in the warehouse: one INSERT … SELECT writes the results under that number
    3. in the warehouse: the results are measured
    4. in the store, one transaction: `finish` makes the run the current one; old runs expire
    5. later, for many definitions at once: `prune` deletes the results of expired runs

A run number is never used twice, and a run that did not reach step 4 is never read. So a crash at any point leaves the
old results current; the job runs again under a new number, and step 5 removes what the crash left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Generic, Literal, Protocol, TypeVar

from sqlalchemy import ColumnElement, select, update

from tributary.core.clock import Clock
from tributary.core.sql import bind, identifier, raw
from tributary.errors import Conflict, NotFound, TributaryError
from tributary.governance.catalog import promote
from tributary.governance.definitions import Definitions, DefinitionT, VersionT
from tributary.jobs import Handler, JobRun, Schedule
from tributary.store import Session, Store
from tributary.store.tables.definitions import RunRow
from tributary.warehouse import Warehouse

RunT = TypeVar("RunT", bound=RunRow)

DefinitionState = Literal["new", "computing", "ready", "failed"]
"""What became of the newest computation: none yet, it runs, it finished, or it failed. Older results stay current."""

_STATES: Mapping[str, DefinitionState] = {"running": "computing", "finished": "ready", "failed": "failed"}


class Compute(Protocol):
    """Computes one definition as of now. `checkpoint` is called between the steps; what it raises stops the run."""

    def __call__(
        self,
        store: Store,
        warehouse: Warehouse,
        clock: Clock,
        workspace_id: int,
        id_: str,
        /,
        *,
        checkpoint: Callable[[], None],
    ) -> RunRow | None: ...


class Runs(Generic[DefinitionT, VersionT, RunT]):
    """The runs of one kind of definitions. Their results are rows of the warehouse table `results`.

    The newest `kept` finished runs keep their results, and so do those that `in_use` says are still read.
    """

    def __init__(
        self,
        definitions: Definitions[DefinitionT, VersionT],
        table: type[RunT],
        *,
        results: str,
        kept: int,
        in_use: Callable[[Session, str], Sequence[int]] = lambda _session, _id: (),
    ) -> None:
        self._definitions = definitions
        self._table = table
        self._results = results
        self._kept = kept
        self._in_use = in_use
        self._due_job = f"{definitions.compute_job}_due"
        self._prune_job = f"{definitions.kind}.prune"

    def get(self, session: Session, workspace_id: int, id_: str, run: int) -> RunT:
        """One run of a definition.

        Raises:
            NotFound: there is no such run in the workspace.
        """
        found = session.get(self._table, (id_, run))
        if found is None or found.workspace_id != workspace_id:
            raise NotFound(
                f"There is no run {run} of the {self._definitions.kind} {id_!r} here.", cure="List its runs."
            )
        return found

    def list(
        self, session: Session, workspace_id: int, id_: str, *, before: int | None = None, limit: int = 50
    ) -> Sequence[RunT]:
        """The newest runs first, those below `before`.

        Raises:
            NotFound: there is no such definition in the workspace.
        """
        self._definitions.get(session, workspace_id, id_)
        query = select(self._table).where(self._table.definition_id == id_)
        if before is not None:
            query = query.where(self._table.run < before)
        return session.scalars(query.order_by(self._table.run.desc()).limit(limit)).all()

    def states(self, session: Session, found: Sequence[DefinitionT]) -> dict[str, DefinitionState]:
        """The state of each definition, by its id."""
        newest = {(definition.id, definition.last_run) for definition in found}
        table = self._table
        rows = session.execute(
            select(table.definition_id, table.run, table.state).where(
                table.definition_id.in_([id_ for id_, _ in newest]), table.run.in_([run for _, run in newest])
            )
        )
        states: dict[str, DefinitionState] = {definition.id: "new" for definition in found}
        states.update({id_: _STATES[state] for id_, run, state in rows if (id_, run) in newest})
        return states

    def current(self, session: Session, found: Sequence[DefinitionT]) -> dict[str, RunT]:
        """The newest finished run of each definition that has one, by the definition's id."""
        runs = {(definition.id, definition.current_run) for definition in found if definition.current_run is not None}
        table = self._table
        rows = session.scalars(
            select(table).where(
                table.definition_id.in_([id_ for id_, _ in runs]), table.run.in_([run for _, run in runs])
            )
        )
        return {row.definition_id: row for row in rows if (row.definition_id, row.run) in runs}

    def in_state(self, state: DefinitionState) -> ColumnElement[bool]:
        """The condition on definitions in this state."""
        definition, table = self._definitions.table, self._table
        if state == "new":
            return definition.last_run == 0
        run_state = next(stored for stored, shown in _STATES.items() if shown == state)
        newest = select(table.run).where(
            table.definition_id == definition.id, table.run == definition.last_run, table.state == run_state
        )
        return newest.exists()

    def begin(self, session: Session, clock: Clock, definition: DefinitionT, **own: Any) -> RunT:
        """Give out the next run of a definition that is locked; `own` are the columns of its kind.

        A run that was still running — of a worker that died, or of one that is about to be overtaken — has failed.
        """
        overtaken = {"code": "interrupted", "message": "The computation was cut off or overtaken by a newer one."}
        self._close(session, clock, definition.id, overtaken)
        definition.last_run += 1
        run = self._table(
            definition_id=definition.id,
            run=definition.last_run,
            workspace_id=definition.workspace_id,
            version=definition.current_version,
            state="running",
            resolved_at=clock.now(),
            started_at=clock.now(),
            storage="kept",
            **own,
        )
        session.add(run)
        return run

    @contextmanager
    def failing(self, store: Store, clock: Clock, run: RunT) -> Iterator[None]:
        """Note the run as failed when the block raises; the older results stay current."""
        try:
            yield
        except Exception as error:
            with store.begin() as session:
                self._close(session, clock, run.definition_id, _describe(error), run.run)
            raise

    @contextmanager
    def finish(self, store: Store, clock: Clock, run: RunT) -> Iterator[tuple[DefinitionT, RunT]]:
        """Make the run current, in one transaction. The block writes what was measured into the two rows that it gets.

        Raises:
            Conflict: a newer computation has overtaken this one.
        """
        with store.begin() as session:
            definition = self._definitions.get(session, run.workspace_id, run.definition_id, for_update=True)
            ours = session.get_one(self._table, (run.definition_id, run.run), with_for_update=True)
            if ours.state != "running":
                raise Conflict("A newer computation has overtaken this one.", cure="Nothing: its results are newer.")
            ours.state, ours.finished_at = "finished", clock.now()
            definition.current_run, definition.refreshed_at = run.run, run.resolved_at
            yield definition, ours
            session.flush()
            self._expire(session, definition.id)

    def prune(self, store: Store, warehouse: Warehouse) -> int:
        """Delete the results of expired runs, one mutation a workspace; returns how many runs."""
        table = self._table
        with store.read() as session:
            query = select(table.workspace_id, table.definition_id, table.run).where(table.storage == "expired")
            expired = session.execute(query).all()
        for workspace_id in sorted({expired_in for expired_in, _, _ in expired}):
            gone = [(id_, run) for expired_in, id_, run in expired if expired_in == workspace_id]
            ids = bind([id_ for id_, _ in gone], "Array(String)")
            runs = bind([run for _, run in gone], "Array(UInt64)")
            pair = raw("(") + identifier(self._definitions.id_name) + ", run)"
            which = raw("has(arrayZip(") + ids + ", " + runs + "), " + pair + ")"
            warehouse.delete(self._results, which, workspace_id=workspace_id)
            with store.begin() as session:
                for id_, run in gone:
                    this = update(table).where(table.definition_id == id_, table.run == run)
                    session.execute(this.values(storage="deleted"))
        return len(expired)

    def schedules(self) -> tuple[Schedule, ...]:
        """When the jobs of this kind run on their own."""
        return (
            Schedule(self._due_job, self._due_job, every=timedelta(minutes=1)),
            Schedule(self._prune_job, self._prune_job, every=timedelta(hours=1)),
        )

    def job_handlers(self, store: Store, warehouse: Warehouse, clock: Clock, compute: Compute) -> Mapping[str, Handler]:
        """The handlers of every job kind of these definitions, for the job runner."""
        definitions = self._definitions

        def compute_one(job: JobRun) -> None:
            id_ = str(job.payload[definitions.id_name])
            compute(store, warehouse, clock, job.workspace_id, id_, checkpoint=job.check_cancelled)

        def promote_fields(job: JobRun) -> None:
            with store.read() as session:
                definition = definitions.get(session, job.workspace_id, str(job.payload[definitions.id_name]))
                version = definitions.get_version(session, job.workspace_id, definition.id, definition.current_version)
                fields = definitions.fields_of(definition, version)
            promote(store, warehouse, job.workspace_id, fields)

        def compute_due(_job: JobRun) -> None:
            definitions.enqueue_due(store, clock)

        def prune(_job: JobRun) -> None:
            self.prune(store, warehouse)

        return {
            definitions.compute_job: compute_one,
            definitions.promote_job: promote_fields,
            self._due_job: compute_due,
            self._prune_job: prune,
        }

    def _close(self, session: Session, clock: Clock, id_: str, error: dict[str, str], run: int | None = None) -> None:
        """Fail what is still running of a definition: all of it, or one run."""
        running = update(self._table).where(self._table.definition_id == id_, self._table.state == "running")
        if run is not None:
            running = running.where(self._table.run == run)
        session.execute(running.values(state="failed", storage="expired", finished_at=clock.now(), error=error))

    def _expire(self, session: Session, id_: str) -> None:
        """Old runs are read no more from here on; their results are deleted later."""
        table = self._table
        finished = select(table.run).where(table.definition_id == id_, table.state == "finished")
        newest = session.scalars(finished.order_by(table.run.desc()).limit(self._kept)).all()
        session.execute(
            update(table)
            .where(
                table.definition_id == id_,
                table.storage == "kept",
                table.state != "running",
                table.run.not_in([*newest, *self._in_use(session, id_)]),
            )
            .values(storage="expired")
        )


def _describe(error: Exception) -> dict[str, str]:
    if not isinstance(error, TributaryError):  # its text may quote a customer's data
        return {"code": "interrupted", "message": f"The computation was stopped ({type(error).__name__})."}
    told = {"code": error.code, "message": error.message, "cure": error.cure, "path": error.attrs.get("path")}
    return {name: value for name, value in told.items() if value}
