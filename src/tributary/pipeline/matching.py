"""Finding people without a common identifier, as a job: golden records in, pairs to look at and links out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

import msgspec
import xxhash
from sqlalchemy import select

from tributary.core.clock import Clock
from tributary.core.ids import new_id
from tributary.errors import Conflict, InvalidRequest, Unavailable
from tributary.identity import Resolver, load_rules
from tributary.identity.match_pairs import (
    Found,
    Parted,
    parted_people,
    record_links,
    record_pairs,
    retire_pairs,
)
from tributary.identity.match_settings import MatchingSettings, has_chinese, load_matching
from tributary.identity.matching import MatchResult, Model, match, probability
from tributary.jobs import Handler, JobRun, Schedule, enqueue
from tributary.pipeline.decisions import IdentityEditor
from tributary.pipeline.match_records import read_records
from tributary.pipeline.rebuild import REACH
from tributary.store import Session, Store
from tributary.store.tables.jobs import Job
from tributary.store.tables.matching import MatchingSettingsRow, MatchRun
from tributary.warehouse import Warehouse

MATCH_JOB: Final = "identity.match"
DAILY_JOB: Final = "identity.match_daily"
# Two in the morning in China.
SCHEDULES: Final = (
    Schedule(DAILY_JOB, DAILY_JOB, every=timedelta(days=1), anchor=datetime(1970, 1, 1, 18, tzinfo=UTC)),
)
MOST_PAIRS: Final = 50_000  # kept of a run, the most certain ones: more than people could look at
MATCHER: Final = "matching"  # who links, in the ledger of merges

_PAIRS_AT_A_TIME: Final = 1_000
_LINKS_AT_A_TIME: Final = 50  # others wait for the lock meanwhile: some tenths of a second
_KEPT_RUNS: Final = 50
_LIVE: Final = ("queued", "running")
_PHASES: Final = ("standardise", "load", "compare", "learn", "score", "cluster")

_log = logging.getLogger(__name__)


def begin_run(
    session: Session, workspace_id: int, *, trigger: str, by: str, clock: Clock, request_id: str | None = None
) -> MatchRun:
    """Ask for a run; a job begins it soon.

    Raises:
        Conflict: matching is turned off, or a run is under way.
    """
    settings = load_matching(session, workspace_id)
    if not settings.is_enabled:
        raise Conflict("Matching is turned off in this workspace.", cure="Turn it on in its settings.")
    if running(session, workspace_id):
        raise Conflict("A run is under way.", cure="Wait for its end, or cancel its job.")
    run_id = new_id("mrn")
    job_id = enqueue(
        session, MATCH_JOB, {"run_id": run_id}, workspace_id=workspace_id, key="match", clock=clock,
        request_id=request_id, max_attempts=3,
    )  # fmt: skip
    _forget_runs(session, workspace_id)
    row = MatchRun(
        id=run_id, workspace_id=workspace_id, trigger=trigger, job_id=job_id, created_by=by, created_at=clock.now(),
        finished_at=None, settings=msgspec.to_builtins(settings), result=None, model=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def running(session: Session, workspace_id: int) -> bool:
    """Whether a run of the workspace waits or works."""
    query = select(Job.id).where(Job.workspace_id == workspace_id, Job.kind == MATCH_JOB, Job.state.in_(_LIVE))
    return session.execute(query.limit(1)).first() is not None


def job_handlers(store: Store, warehouse: Warehouse, editor: IdentityEditor, clock: Clock) -> Mapping[str, Handler]:
    """The jobs of matching, for the job runner."""

    def work(run: JobRun) -> None:
        _Work(store, warehouse, editor, clock, run).do()

    def daily(_run: JobRun) -> None:
        begin_daily(store, clock)

    return {MATCH_JOB: work, DAILY_JOB: daily}


def begin_daily(store: Store, clock: Clock) -> int:
    """Begin a run in each workspace that wants one every day; returns in how many."""
    with store.read() as session:
        ids = session.scalars(select(MatchingSettingsRow.workspace_id)).all()
        wanted = [each for each in ids if _is_daily(load_matching(session, each))]
    begun = 0
    for workspace_id in wanted:
        with store.begin() as session:
            if not running(session, workspace_id):
                begin_run(session, workspace_id, trigger="daily", by=MATCHER, clock=clock)
                begun += 1
    return begun


def _is_daily(settings: MatchingSettings) -> bool:
    return settings.is_enabled and settings.schedule == "daily"


def _forget_runs(session: Session, workspace_id: int) -> None:
    mine = select(MatchRun).where(MatchRun.workspace_id == workspace_id).order_by(MatchRun.id.desc())
    for row in session.scalars(mine.offset(_KEPT_RUNS - 1)):
        session.delete(row)


class _Work:
    """One attempt at one run. Each of its steps can be done again."""

    def __init__(self, store: Store, warehouse: Warehouse, editor: IdentityEditor, clock: Clock, run: JobRun) -> None:
        self._store = store
        self._warehouse = warehouse
        self._editor = editor
        self._clock = clock
        self._run = run
        self._workspace_id = run.workspace_id
        self._run_id = str(run.payload["run_id"])

    def do(self) -> None:
        self._editor.recover()
        with self._store.read() as session:
            row = session.get(MatchRun, self._run_id)
            if row is None:
                return  # forgotten meanwhile
            settings = msgspec.convert(row.settings, MatchingSettings)
            rules = load_rules(session, self._workspace_id).rules
            one_account = next(each.limit for each in rules.every_type() if each.name == "user_id") == 1
        records = read_records(
            self._store, self._workspace_id, settings.fields, is_one_account=one_account, checkpoint=self._read
        )
        with self._store.read() as session:
            parted = parted_people(session, self._workspace_id)
        count = records.num_rows
        found = self._match(records, settings, parted)
        del records
        counts = {"records": count, "compared": found.compared, "pairs": len(found.pairs), "kept": 0, "merged": 0}
        links = self._keep(found, settings, parted, counts)
        if settings.is_automatic:
            counts["merged"] = self._link(links)
        with self._store.begin() as session:
            counts["retired"] = retire_pairs(session, self._workspace_id, run_id=self._run_id, now=self._clock.now())
            row = session.get(MatchRun, self._run_id)
            if row is not None:
                row.result = {
                    **counts,
                    "seconds": {name: round(each, 3) for name, each in found.seconds.items()},
                    "blocks": [{"keys": each.label, "pairs": each.pairs} for each in found.blocks],
                }
                row.model = _model(found.model)
                row.finished_at = self._clock.now()
        self._run.progress(100, 100)

    def _read(self, _count: int) -> None:
        self._run.progress(0, 100)
        self._run.check_cancelled()

    def _tell(self, phase: str, done: float) -> None:
        place = _PHASES.index(phase) if phase in _PHASES else 0
        self._run.progress(5 + int(80 * (place + done) / len(_PHASES)), 100)
        self._run.check_cancelled()

    def _match(self, records: Any, settings: MatchingSettings, parted: Mapping[tuple[int, int], Parted]) -> MatchResult:
        number = xxhash.xxh3_64_intdigest(self._run_id.encode()) >> 1
        try:
            return match(
                self._warehouse, records, settings.engine(), workspace_id=self._workspace_id, run=number,
                apart=parted, progress=self._tell,
            )  # fmt: skip
        except Unavailable:
            if has_chinese():
                raise
            # Trying again would not install it.
            raise InvalidRequest(
                "Chinese names and addresses cannot be matched, because opencc and pypinyin are not installed.",
                cure="Install them: pip install 'tributary[matching]'.",
            ) from None

    def _keep(
        self,
        result: MatchResult,
        settings: MatchingSettings,
        parted: Mapping[tuple[int, int], Parted],
        counts: dict[str, int],
    ) -> list[tuple[int, int]]:
        """Write the pairs down; returns those that are to be linked, by their anchors."""
        links: list[tuple[int, int]] = []
        pairs = _pairs(result, settings)
        while part := list(islice(pairs, _PAIRS_AT_A_TIME)):
            self._run.check_cancelled()
            with self._store.begin() as session:
                is_open = record_pairs(
                    session, self._workspace_id, part, parted, run_id=self._run_id, now=self._clock.now()
                )
            counts["kept"] += len(part)
            links += [pair for pair, each in is_open.items() if each.reason == "sure"]
        return links

    def _link(self, links: list[tuple[int, int]]) -> int:
        """Make one person of those of whom matching is sure, as far as the rules let it. Returns how many pairs are."""
        merged = 0
        waiting = iter(links)
        at_ms = self._clock.now_ms()
        while part := list(islice(waiting, _LINKS_AT_A_TIME)):
            self._run.check_cancelled()
            merged += self._editor.apply(self._workspace_id, MATCHER, self._join(part, at_ms), reach=REACH).result
        return merged

    def _join(self, part: list[tuple[int, int]], at_ms: int) -> Callable[[Session, Resolver], int]:
        def action(session: Session, resolver: Resolver) -> int:
            resolver.match(self._workspace_id, dict.fromkeys(part, self._run_id), at_ms)
            outcome = {pair: resolver.are_one(pair) for pair in part}
            return record_links(session, self._workspace_id, outcome, run_id=self._run_id, now=self._clock.now())

        return action


def _pairs(result: MatchResult, settings: MatchingSettings) -> Iterator[Found]:
    """What a run found, the most certain first: all that is to be linked, and at most `MOST_PAIRS` to look at."""
    shown = 0
    for index in range(len(result.pairs)):
        pair = result.pair(index)
        told, decision = pair.explained, pair.decision
        # A group is held together by its certain pairs; one that is unsure alone adds nothing.
        is_sure = decision.action == "merge" and probability(told.weight) >= settings.merge
        if not (is_sure and settings.is_automatic):
            shown += 1
            if shown > MOST_PAIRS:
                _log.warning("matching keeps no more than %d pairs to look at", MOST_PAIRS)
                return
        parts = [
            {
                "comparison": each.comparison, "label": each.label, "level": each.level, "weight": each.weight,
                "correction": each.correction,
            }
            for each in told.parts
        ]  # fmt: skip
        explained = {"prior": told.prior, "parts": parts}
        reason = "sure" if is_sure else decision.reason or "unsure"
        yield Found(pair.id_a, pair.id_b, reason, told.weight, told.probability, explained)


def _model(model: Model) -> dict[str, Any]:
    """What was learnt, without the values that many people share: their hashes could be guessed."""
    frequencies = [msgspec.structs.replace(each, common={}) for each in model.frequencies]
    found: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(model, frequencies=frequencies))
    return found
