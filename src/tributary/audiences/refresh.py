"""Computing the members of an audience: a run (`tributary.governance.runs`) that ends in the bitmap everybody reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select

from tributary import rules
from tributary.audiences.definitions import AUDIENCES, get_audience, get_version
from tributary.audiences.membership import members_of_run
from tributary.core.clock import Clock
from tributary.core.sql import bind, raw
from tributary.governance import load_catalog
from tributary.governance.rule_check import require_computed
from tributary.governance.runs import Runs
from tributary.jobs import Handler
from tributary.rules import ResolvedRule
from tributary.store import Session, Store
from tributary.store.tables.audiences import Audience, AudienceRun
from tributary.store.tables.messaging import Campaign
from tributary.warehouse import Warehouse

KEPT_RUNS = 10  # finished runs that keep their members: lists of entered and exited go back that far

_LAUNCHING = ("checking", "sending", "paused")  # a campaign in these states may still read the run it was launched on


def _launched(session: Session, audience_id: str) -> Sequence[int]:
    runs = select(Campaign.audience_run).where(
        Campaign.audience_id == audience_id, Campaign.state.in_(_LAUNCHING), Campaign.audience_run.is_not(None)
    )
    return [run for run in session.scalars(runs) if run is not None]


RUNS = Runs(AUDIENCES, AudienceRun, results="audience_members", kept=KEPT_RUNS, in_use=_launched)
SCHEDULES = RUNS.schedules()

get_run = RUNS.get
list_runs = RUNS.list
prune_runs = RUNS.prune
states_of = RUNS.states
in_state = RUNS.in_state


def refresh_audience(
    store: Store,
    warehouse: Warehouse,
    clock: Clock,
    workspace_id: int,
    audience_id: str,
    *,
    checkpoint: Callable[[], None] = lambda: None,
) -> AudienceRun | None:
    """Compute the members as of now and make them current. None: there is nothing to compute.

    `checkpoint` is called between the steps; what it raises stops the run, and the old members stay current.

    Raises:
        NotFound: there is no such audience. RuleError: its rule no longer fits the catalogue. Unavailable: what it
        builds on has not been computed yet; try again later. BudgetExceeded: it costs too much.
    """
    with store.begin() as session:
        audience = get_audience(session, workspace_id, audience_id, for_update=True)
        if audience.is_archived or _is_taken(session, audience):
            return None
        rule = rules.decode(get_version(session, workspace_id, audience_id, audience.current_version).rule)
        catalog = load_catalog(session, workspace_id)
        require_computed(audience.name, [rule], catalog)
        run = RUNS.begin(session, clock, audience, previous_run=audience.current_run)
    with RUNS.failing(store, clock, run):
        _compute(warehouse, run, rules.resolve(rule, catalog, run.resolved_at))
        checkpoint()
        size, entered, exited = _count(warehouse, run)
        checkpoint()
    with RUNS.finish(store, clock, run) as (audience, ours):
        audience.size = ours.size = size
        ours.entered, ours.exited = entered, exited
    return ours


def job_handlers(store: Store, warehouse: Warehouse, clock: Clock) -> Mapping[str, Handler]:
    """The handlers of every job kind of this package, for the job runner."""
    return RUNS.job_handlers(store, warehouse, clock, refresh_audience)


def _is_taken(session: Session, audience: Audience) -> bool:
    """Whether this is a snapshot that has been taken for its current version."""
    if audience.kind != "snapshot" or audience.current_run is None:
        return False
    return session.get_one(AudienceRun, (audience.id, audience.current_run)).version == audience.current_version


def _compute(warehouse: Warehouse, run: AudienceRun, resolved: ResolvedRule) -> None:
    row = raw("SELECT ") + bind(run.workspace_id, "UInt32") + " AS workspace_id, "
    row = row + bind(run.audience_id, "String") + " AS audience_id, " + bind(run.run, "UInt64") + " AS run, "
    row = row + bind(run.resolved_at, "DateTime64(3, 'UTC')") + " AS computed_at, members FROM ("
    warehouse.insert_select(
        "audience_members",
        ["workspace_id", "audience_id", "run", "computed_at", "members"],
        row + rules.compile_bitmap(resolved) + ")",
        workspace_id=run.workspace_id,
    )


def _count(warehouse: Warehouse, run: AudienceRun) -> tuple[int, int, int]:
    """Size, entered, exited. The earlier run is read with the ids of today, so a merge moves nobody in or out."""
    members = members_of_run(run.workspace_id, run.audience_id, run.run)
    # Before the first run nobody was in; run 0 is never given out.
    earlier = members_of_run(run.workspace_id, run.audience_id, run.previous_run or 0)
    question = (
        raw("WITH (")
        + members
        + ") AS ours, ("
        + earlier
        + ") AS earlier SELECT bitmapCardinality(ours), bitmapAndnotCardinality(ours, earlier), "
        + "bitmapAndnotCardinality(earlier, ours)"
    )
    ((size, entered, exited),) = warehouse.query(question, workspace_id=run.workspace_id)
    return int(size), int(entered), int(exited)
