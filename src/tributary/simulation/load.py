"""The shop's history in a workspace of one's own: asked for once, brought in by a job, with progress, to be cancelled.

The events take the way of an import: into the log, marked as backfill, so that they trigger nothing, and through the
pipeline. No mail is sent, and none could reach anybody: the people's addresses are reserved ones. The record of the
import says how far it is: a job that is interrupted, or asked for again after it was cancelled, goes on with the same
events as before, and what is stored already is recognised.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec
from sqlalchemy import func, select

from tributary.access import Principal, audit, system_principal
from tributary.audiences import create_audience
from tributary.core.clock import Clock
from tributary.core.envelope import Envelope, encode_envelope
from tributary.errors import Conflict, Unavailable
from tributary.identity.match_settings import MatchingSettings, has_chinese, save_matching
from tributary.jobs import Handler, JobRun, enqueue, list_jobs
from tributary.pipeline import counters, is_stored
from tributary.pipeline.matching import begin_run
from tributary.privacy import Hasher, record_consent
from tributary.simulation.definitions import AUDIENCES, TAGS
from tributary.simulation.simulate import consent_statements, generate
from tributary.sources import SourceKind, create_source
from tributary.sources.imports import ImportSummary, get_import, start_import
from tributary.store import Session, Store
from tributary.store.tables.profiles import ProfileRow
from tributary.store.tables.sources import ImportRun
from tributary.stream import Position
from tributary.tags import create_tag

KIND = "simulation.load"
SOURCE_NAME = "Demo shop"
SEED, PEOPLE = 7, 2_000
_FILE_NAME = "Demo data"
_FINGERPRINT = "tributary/demo-data"  # no file has it
_PATIENCE = timedelta(minutes=5)  # without any progress of the pipeline
_POLL_SECONDS = 0.2
_WRITTEN, _STORED, _ALL = 30, 90, 100  # per cent of the work, as far as people see it


class Appends(Protocol):
    """The part of `stream.Producer` that this needs."""

    def append_sync(self, payload: bytes) -> Position:
        """Append one record and return its position once it is durable."""
        ...


@dataclass(frozen=True, slots=True)
class DemoData:
    """`job_id` is the newest job that has not succeeded: it waits, runs, failed or was cancelled."""

    is_loaded: bool
    job_id: str | None


def demo_data(session: Session, workspace_id: int) -> DemoData:
    """Whether the workspace has the demo data, or a job for them."""
    run = _record(session, workspace_id)
    jobs = list_jobs(session, workspace_id, kind=KIND, limit=1)
    is_loaded = run is not None and run.status == "finished"
    return DemoData(is_loaded, jobs[0].id if jobs and not is_loaded else None)


def request_demo_data(session: Session, caller: Principal) -> str:
    """Have a job bring the demo data into the caller's workspace; the job's id. One that runs already is given again.

    Call `sources.publish_after_commit` in the same transaction: there may be a new source.

    Raises:
        Conflict: the workspace has the demo data, or people of its own, or a source of that name.
    """
    run = _record(session, caller.workspace_id)
    if run is None:
        _check_empty(session, caller.workspace_id)
        source = create_source(session, caller, name=SOURCE_NAME, kind=SourceKind.SERVER)
        run = start_import(session, caller, source_id=source.id, file_name=_FILE_NAME, fingerprint=_FINGERPRINT)
    elif run.status == "finished":
        raise Conflict("This workspace has the demo data already.", cure="Look at its people and audiences.")
    for job in list_jobs(session, caller.workspace_id, kind=KIND, limit=1):
        if job.state in {"queued", "running"}:
            return job.id
    audit(session, caller, "demo_data.requested", "source", run.source_id)
    return enqueue(
        session, KIND, {"import_id": run.id}, workspace_id=caller.workspace_id, key="demo data",
        request_id=caller.request_id, clock=caller.clock,
    )  # fmt: skip


def job_handlers(
    store: Store,
    clock: Clock,
    hasher: Hasher,
    producer: Appends,
    *,
    people: int = PEOPLE,
    pause: Callable[[float], Any] = time.sleep,
) -> Mapping[str, Handler]:
    """The handler of this package's job, for the job runner. `pause` waits that many seconds for the pipeline."""
    return {KIND: _Load(store, clock, hasher, producer, people, pause)}


class _Load:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        hasher: Hasher,
        producer: Appends,
        people: int,
        pause: Callable[[float], Any],
    ) -> None:
        self._store = store
        self._clock = clock
        self._hasher = hasher
        self._producer = producer
        self._people = people
        self._pause = pause

    def __call__(self, job: JobRun) -> None:
        with self._store.read() as session:
            run = get_import(session, job.workspace_id, str(job.payload["import_id"]))
        if run.status == "finished":
            return
        # The moment of the request, not now: the same events come out whenever the job goes on.
        if not run.positions:
            run = self._write(job, run)
        job.progress(_WRITTEN, _ALL)
        self._wait_until_stored(job, run)
        job.progress(_STORED, _ALL)
        job.check_cancelled()
        self._record_consent(job.workspace_id, run.started_at)
        self._define(job.workspace_id)
        self._finish(job.workspace_id, run)
        job.progress(_ALL, _ALL)

    def _write(self, job: JobRun, run: ImportRun) -> ImportRun:
        """Everything into the log."""
        now = run.started_at
        batches = list(generate(SEED, self._people, now))
        positions: dict[str, int] = {}
        names: Counter[str] = Counter()
        for number, batch in enumerate(batches):
            job.check_cancelled()
            job.progress(_WRITTEN * number // len(batches), _ALL)
            envelope = Envelope(
                workspace_id=job.workspace_id,
                source_id=run.source_id,
                received_at_ms=int(now.timestamp() * 1000),
                events=[msgspec.json.encode(event) for event in batch.events],
                sent_at=batch.sent_at,
                is_backfill=True,
            )
            position = self._producer.append_sync(encode_envelope(envelope))
            positions[str(position.partition)] = position.next_offset
            names.update(str(event.get("event") or event.get("type")) for event in batch.events)
        summary = ImportSummary(records=len(batches), events=dict(names))
        with self._store.begin() as session:
            kept = get_import(session, job.workspace_id, run.id)
            kept.positions, kept.summary = positions, summary.as_dict()
        return kept

    def _wait_until_stored(self, job: JobRun, run: ImportRun) -> None:
        total = max(1, sum(run.summary["events"].values()))
        positions = {int(partition): offset for partition, offset in run.positions.items()}
        seen, moved_at = -1, self._clock.now()
        while not is_stored(self._store, positions):
            job.check_cancelled()
            now, received = self._clock.now(), self._received(job.workspace_id, run)
            if received > seen:
                seen, moved_at = received, now
            elif now - moved_at > _PATIENCE:
                raise Unavailable("The pipeline does not take the demo data.", cure="Look at `tributary doctor`.")
            job.progress(_WRITTEN + min(_STORED - _WRITTEN, (_STORED - _WRITTEN) * received // total), _ALL)
            self._pause(_POLL_SECONDS)

    def _received(self, workspace_id: int, run: ImportRun) -> int:
        """How many of our events have got their place: all were "received" in the minute of the request."""
        minute = timedelta(minutes=1)
        with self._store.read() as session:
            rows = counters(
                session, workspace_id, run.started_at - minute, run.started_at + minute, source_id=run.source_id
            )
        return sum(row.received for row in rows)

    def _record_consent(self, workspace_id: int, now: datetime) -> None:
        statements = list(consent_statements(SEED, self._people, now))
        with self._store.begin() as session:
            record_consent(session, self._hasher, workspace_id, statements, by="demo data", now=self._clock.now())

    def _define(self, workspace_id: int) -> None:
        """The tags and audiences, each unless it is there, and matching; jobs of their own do the computing."""
        caller = system_principal(workspace_id, clock=self._clock, name="demo data")
        for tag in TAGS:
            with contextlib.suppress(Conflict), self._store.begin() as session:
                create_tag(session, caller, **tag)
        for name, rule in AUDIENCES:
            with contextlib.suppress(Conflict), self._store.begin() as session:
                create_audience(session, caller, name=name, rule=rule, schedule="daily")
        if has_chinese():  # else the page says how to get it
            with contextlib.suppress(Conflict), self._store.begin() as session:
                wanted = MatchingSettings(is_enabled=True, schedule="daily")
                save_matching(session, workspace_id, wanted, by="demo data", now=self._clock.now())
                begin_run(session, workspace_id, trigger="manual", by="demo data", clock=self._clock)

    def _finish(self, workspace_id: int, run: ImportRun) -> None:
        caller = system_principal(workspace_id, clock=self._clock, name="demo data")
        with self._store.begin() as session:
            kept = get_import(session, workspace_id, run.id)
            kept.status, kept.finished_at = "finished", self._clock.now()
            facts = {"events": sum(run.summary["events"].values()), "people": self._people}
            audit(session, caller, "demo_data.loaded", "source", run.source_id, facts)


def _record(session: Session, workspace_id: int) -> ImportRun | None:
    query = select(ImportRun).where(ImportRun.workspace_id == workspace_id, ImportRun.fingerprint == _FINGERPRINT)
    return session.scalars(query.order_by(ImportRun.id.desc()).limit(1)).one_or_none()


def _check_empty(session: Session, workspace_id: int) -> None:
    """Made-up people among real ones could not be told apart, nor be taken out again."""
    people = select(func.count()).select_from(
        select(ProfileRow.profile_id).where(ProfileRow.workspace_id == workspace_id).limit(1).subquery()
    )
    if session.scalar(people):
        raise Conflict(
            "This workspace has people of its own; made-up ones would get mixed up with them.",
            cure="Create another workspace and load the demo data there.",
        )
