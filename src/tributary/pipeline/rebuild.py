"""Carrying rules out on everything that is there: what they would change is changed, a chunk at a time.

Each chunk is a decision like any other (`IdentityEditor`): one transaction, with what the warehouse is to get. Events
go on coming in between, so it compares again until nothing differs; and it may stop anywhere and go on later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import islice

from sqlalchemy import select

from tributary.core.clock import Clock
from tributary.identity import Resolver, load_rules
from tributary.identity.blocked import blocked_otherwise
from tributary.identity.rebuild import Change, compare
from tributary.identity.rule_versions import put_in_force
from tributary.jobs import Handler, JobRun, Schedule, enqueue
from tributary.pipeline.decisions import IdentityEditor
from tributary.store import Session, Store
from tributary.store.tables.identity_runs import IdentityRun

APPLY_JOB = "identity.apply"
SETTLE_JOB = "identity.settle"
RECOVER_JOB = "identity.recover"
SCHEDULES = (Schedule(RECOVER_JOB, RECOVER_JOB, every=timedelta(minutes=1)),)
CHUNK = 2_000  # identifiers of one transaction: other writers wait for about a second
REACH = 500_000  # identifiers that hang together and are decided about at once; others wait for some ten seconds then
_AGAIN_AFTER = timedelta(
    seconds=15
)  # pipelines notice new rules within five seconds; what they did meanwhile is put right

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What was done. `merges` and `splits` count groups of profiles; `left` is what hangs together so widely that no
    transaction can take it.
    """

    merges: int
    splits: int
    identifiers: int
    left: int
    is_complete: bool


def carry_out(
    store: Store,
    editor: IdentityEditor,
    workspace_id: int,
    *,
    by: str,
    chunk: int = CHUNK,
    checkpoint: Callable[[CarriedOut, int], None] = lambda _done, _total: None,
) -> CarriedOut:
    """Make everything as the rules in force have it. `by` goes into the ledger of merges.

    `checkpoint` is called before each chunk with what was done, and how many identifiers there are to look at in all;
    what it raises ends the work between two chunks.

    Raises:
        Unavailable: a store cannot be reached. What was done stays; the rest is done when it is called again.
    """
    merges = splits = identifiers = 0
    before: set[Change] = set()
    while True:
        with store.read() as session:
            rules = load_rules(session, workspace_id).rules
            found = compare(session, workspace_id, rules).changes
            values = blocked_otherwise(session, workspace_id, rules)
        if not found and not values:
            return CarriedOut(merges, splits, identifiers, 0, is_complete=True)
        if found and set(found) == before:  # too much at once for what one transaction looks at
            if chunk == 1:
                _log.warning("identity rules could not be carried out on %d groups of profiles", len(found))
                return CarriedOut(merges, splits, identifiers, len(found), is_complete=False)
            chunk = max(1, chunk // 50)
        before = set(found)
        total = identifiers + sum(len(each.identifiers) for each in found)
        for part in chunks(found, chunk):
            checkpoint(CarriedOut(merges, splits, identifiers, 0, is_complete=False), total)
            wanted = [identifier for each in part for identifier in each.identifiers]
            editor.apply(workspace_id, by, _again(workspace_id, wanted, values), reach=REACH)
            merges += sum(len(each.before) > 1 for each in part)
            splits += sum(len(each.after) > 1 for each in part)
            identifiers += len(wanted)
        while values:  # those that change nobody
            some = list(islice(values, chunk))
            checkpoint(CarriedOut(merges, splits, identifiers, 0, is_complete=False), total)
            editor.apply(workspace_id, by, _again(workspace_id, some, values), reach=REACH)


def _again(
    workspace_id: int, identifiers: Sequence[int], values: dict[int, bool]
) -> Callable[[Session, Resolver], None]:
    """Look at identifiers anew; those of `values` are blocked, or not any more. They are taken out of it."""
    some = {each: values.pop(each) for each in identifiers if each in values}

    def action(_: Session, resolver: Resolver) -> None:
        resolver.block(workspace_id, some)
        resolver.touch(workspace_id, identifiers)

    return action


def chunks(changes: Iterable[Change], size: int) -> Iterator[Sequence[Change]]:
    """`changes` in parts of about `size` identifiers; none is cut apart."""
    part: list[Change] = []
    held = 0
    for change in changes:
        if part and held + len(change.identifiers) > size:
            yield part
            part, held = [], 0
        part.append(change)
        held += len(change.identifiers)
    if part:
        yield part


def job_handlers(store: Store, editor: IdentityEditor, clock: Clock) -> Mapping[str, Handler]:
    """The jobs that carry rules out, for the job runner."""

    def work(run: JobRun) -> CarriedOut:
        editor.recover()
        with store.read() as session:
            version = load_rules(session, run.workspace_id).version
        last = CarriedOut(0, 0, 0, 0, is_complete=False)

        def checkpoint(done: CarriedOut, total: int) -> None:
            nonlocal last
            last = done
            run.progress(done.identifiers, total)
            run.check_cancelled()

        try:
            last = carry_out(store, editor, run.workspace_id, by=f"rules:{version}", checkpoint=checkpoint)
            run.progress(last.identifiers, last.identifiers)
        finally:
            _note(store, clock, run, last)
        return last

    def apply(run: JobRun) -> None:
        with store.begin() as session:
            version = int(run.payload["version"])
            if load_rules(session, run.workspace_id).version != version:
                put_in_force(session, run.workspace_id, version, now=clock.now())
        work(run)
        with store.begin() as session:
            again = clock.now() + _AGAIN_AFTER
            enqueue(session, SETTLE_JOB, {}, workspace_id=run.workspace_id, key="all", not_before=again, clock=clock)

    def settle(run: JobRun) -> None:
        work(run)

    def recover(_run: JobRun) -> None:
        editor.recover()

    return {APPLY_JOB: apply, SETTLE_JOB: settle, RECOVER_JOB: recover}


def _note(store: Store, clock: Clock, run: JobRun, done: CarriedOut) -> None:
    """Add what this attempt did to what earlier ones did."""
    with store.begin() as session:
        row = session.scalars(
            select(IdentityRun).where(IdentityRun.workspace_id == run.workspace_id, IdentityRun.job_id == run.id)
        ).first()
        if row is None:
            return
        earlier = row.result or {}
        counts = ("merges", "splits", "identifiers")
        row.result = asdict(done) | {name: earlier.get(name, 0) + getattr(done, name) for name in counts}
        row.finished_at = clock.now()
