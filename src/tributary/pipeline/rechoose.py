"""A changed strategy for a trait, carried out on everybody: as a job, some people at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select

from tributary.jobs import Handler, JobRun
from tributary.pipeline.decisions import IdentityEditor
from tributary.profiles import load_strategies
from tributary.profiles.rechoose import Said, refold_facts, said_of
from tributary.store import Session, Store
from tributary.store.tables.profiles import ProfileRow
from tributary.warehouse import BATCH, Warehouse

RECHOOSE_JOB: Final = "profiles.rechoose"
_CHUNK: Final = 500  # people of one transaction: other writers wait for a fraction of a second


@dataclass(frozen=True, slots=True)
class Rechosen:
    """How many people were looked at, and how many have another record now."""

    people: int
    changed: int


def rechoose(
    store: Store,
    warehouse: Warehouse,
    editor: IdentityEditor,
    workspace_id: int,
    trait: str,
    *,
    checkpoint: Callable[[int], None] = lambda _people: None,
) -> Rechosen:
    """Choose a trait of everybody by the strategy that is in force. `checkpoint` hears how many people are done before
    each chunk; what it raises ends the work. Doing it again does no harm.

    Raises:
        Unavailable: a store cannot be reached. What was done stays.
    """
    people = changed = after = 0
    while True:
        checkpoint(people)
        with store.read() as session:
            query = select(ProfileRow.profile_id).where(
                ProfileRow.workspace_id == workspace_id,
                ProfileRow.profile_id > after,
                ProfileRow.merged_into.is_(None),
            )
            ids = list(session.scalars(query.order_by(ProfileRow.profile_id).limit(_CHUNK)))
            if not ids:
                return Rechosen(people, changed)
            said = said_of(session, warehouse, workspace_id, ids, trait, budget=BATCH)

        changed += editor.rewrite(workspace_id, _refolding(workspace_id, ids, trait, said))
        people += len(ids)
        after = ids[-1]


def _refolding(workspace_id: int, ids: list[int], trait: str, said: Said) -> Callable[[Session], set[int]]:
    def work(session: Session) -> set[int]:
        return refold_facts(session, workspace_id, ids, trait, load_strategies(session, workspace_id), said)

    return work


def job_handlers(store: Store, warehouse: Warehouse, editor: IdentityEditor) -> Mapping[str, Handler]:
    """The job, for the job runner."""

    def handler(run: JobRun) -> None:
        editor.recover()
        with store.read() as session:
            query = select(func.count()).where(
                ProfileRow.workspace_id == run.workspace_id, ProfileRow.merged_into.is_(None)
            )
            total = session.scalar(query) or 0

        def checkpoint(people: int) -> None:
            run.progress(people, max(people, total))
            run.check_cancelled()

        done = rechoose(store, warehouse, editor, run.workspace_id, str(run.payload["trait"]), checkpoint=checkpoint)
        run.progress(done.people, done.people)

    return {RECHOOSE_JOB: handler}
