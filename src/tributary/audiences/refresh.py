"""Computing the members of an audience: one run, from the rule to the bitmap that everybody reads.

    1. in the store: give out a run number, note the run as running
    2. in the warehouse: one INSERT … SELECT writes the bitmap under that number
    3. in the warehouse: count who is in, who entered, who exited
    4. in the store, one transaction: the run is finished and becomes the current one; old runs expire
    5. later, for many audiences at once: members of expired runs are deleted

A run number is never used twice, and a run that did not reach step 4 is never read. So a crash at any point leaves the
old members current; the job runs again under a new number, and step 5 removes what the crash left behind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from tributary import rules
from tributary.audiences.definitions import get_audience, get_version
from tributary.audiences.membership import members_of_run
from tributary.core.clock import Clock
from tributary.core.sql import bind, raw
from tributary.errors import Conflict, TributaryError, Unavailable
from tributary.governance import load_catalog
from tributary.governance.rule_check import references
from tributary.store import Session, Store
from tributary.store.tables.audiences import Audience, AudienceRun
from tributary.store.tables.messaging import Campaign
from tributary.warehouse import Warehouse

KEPT_RUNS = 10  # finished runs that keep their members: lists of entered and exited go back that far

_LAUNCHING = ("checking", "sending", "paused")  # a campaign in these states may still read the run it was launched on


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
    run = _begin(store, clock, workspace_id, audience_id)
    if run is None:
        return None
    try:
        _compute(store, warehouse, run)
        checkpoint()
        size, entered, exited = _count(warehouse, run)
        checkpoint()
    except Exception as error:
        _fail(store, clock, run, error)
        raise
    return _finish(store, clock, run, size=size, entered=entered, exited=exited)


def prune_runs(store: Store, warehouse: Warehouse) -> int:
    """Delete the members of expired runs from the warehouse, one mutation a workspace; returns how many runs."""
    with store.read() as session:
        expired = session.execute(
            select(AudienceRun.workspace_id, AudienceRun.audience_id, AudienceRun.run).where(
                AudienceRun.storage == "expired"
            )
        ).all()
    for workspace_id in sorted({row.workspace_id for row in expired}):
        rows = [row for row in expired if row.workspace_id == workspace_id]
        ids = bind([row.audience_id for row in rows], "Array(String)")
        runs = bind([row.run for row in rows], "Array(UInt64)")
        which = raw("has(arrayZip(") + ids + ", " + runs + "), (audience_id, run))"
        warehouse.delete("audience_members", which, workspace_id=workspace_id)
        with store.begin() as session:
            for row in rows:
                session.execute(
                    update(AudienceRun)
                    .where(AudienceRun.audience_id == row.audience_id, AudienceRun.run == row.run)
                    .values(storage="deleted")
                )
    return len(expired)


def _begin(store: Store, clock: Clock, workspace_id: int, audience_id: str) -> AudienceRun | None:
    with store.begin() as session:
        audience = get_audience(session, workspace_id, audience_id, for_update=True)
        if audience.is_archived or _is_taken(session, audience):
            return None
        _check_ready(session, audience)
        session.execute(  # a run of a worker that died, or of one that we are about to overtake
            update(AudienceRun)
            .where(AudienceRun.audience_id == audience_id, AudienceRun.state == "running")
            .values(
                state="failed",
                storage="expired",
                finished_at=clock.now(),
                error={"code": "interrupted", "message": "The computation was cut off or overtaken by a newer one."},
            )
        )
        audience.last_run += 1
        run = AudienceRun(
            audience_id=audience_id,
            run=audience.last_run,
            workspace_id=workspace_id,
            version=audience.current_version,
            state="running",
            previous_run=audience.current_run,
            resolved_at=clock.now(),
            started_at=clock.now(),
            storage="kept",
        )
        session.add(run)
    return run


def _is_taken(session: Session, audience: Audience) -> bool:
    """Whether this is a snapshot that has been taken for its current version."""
    if audience.kind != "snapshot" or audience.current_run is None:
        return False
    return session.get_one(AudienceRun, (audience.id, audience.current_run)).version == audience.current_version


def _check_ready(session: Session, audience: Audience) -> None:
    version = get_version(session, audience.workspace_id, audience.id, audience.current_version)
    catalog = load_catalog(session, audience.workspace_id)
    for item, _ in references(rules.decode(version.rule)):
        known = catalog.audiences.get(item.id) or catalog.tags.get(item.id)
        if known is not None and known.run is None:
            raise Unavailable(
                f"The {item.kind} “{known.name}”, which “{audience.name}” builds on, is not computed yet.",
                cure="It is tried again on its own; compute that one first.",
            )


def _compute(store: Store, warehouse: Warehouse, run: AudienceRun) -> None:
    with store.read() as session:
        rule = rules.decode(get_version(session, run.workspace_id, run.audience_id, run.version).rule)
        catalog = load_catalog(session, run.workspace_id)
    resolved = rules.resolve(rule, catalog, run.resolved_at)
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


def _finish(store: Store, clock: Clock, run: AudienceRun, *, size: int, entered: int, exited: int) -> AudienceRun:
    with store.begin() as session:
        audience = get_audience(session, run.workspace_id, run.audience_id, for_update=True)
        ours = session.get_one(AudienceRun, (run.audience_id, run.run), with_for_update=True)
        if ours.state != "running":
            raise Conflict("A newer computation has overtaken this one.", cure="Nothing: its members are newer.")
        ours.state, ours.finished_at = "finished", clock.now()
        ours.size, ours.entered, ours.exited = size, entered, exited
        audience.current_run, audience.size, audience.refreshed_at = run.run, size, run.resolved_at
        session.flush()
        _expire(session, run.audience_id)
    return ours


def _expire(session: Session, audience_id: str) -> None:
    """Old runs are read no more from here on; their members are deleted later."""
    in_use = select(Campaign.audience_run).where(
        Campaign.audience_id == audience_id, Campaign.state.in_(_LAUNCHING), Campaign.audience_run.is_not(None)
    )
    kept = (
        select(AudienceRun.run)
        .where(AudienceRun.audience_id == audience_id, AudienceRun.state == "finished")
        .order_by(AudienceRun.run.desc())
        .limit(KEPT_RUNS)
    )
    session.execute(
        update(AudienceRun)
        .where(
            AudienceRun.audience_id == audience_id,
            AudienceRun.storage == "kept",
            AudienceRun.state != "running",
            AudienceRun.run.not_in(session.scalars(kept).all()),
            AudienceRun.run.not_in(session.scalars(in_use).all()),
        )
        .values(storage="expired")
    )


def _fail(store: Store, clock: Clock, run: AudienceRun, error: Exception) -> None:
    with store.begin() as session:
        session.execute(
            update(AudienceRun)
            .where(
                AudienceRun.audience_id == run.audience_id, AudienceRun.run == run.run, AudienceRun.state == "running"
            )
            .values(state="failed", storage="expired", finished_at=clock.now(), error=_describe(error))
        )


def _describe(error: Exception) -> dict[str, Any]:
    if not isinstance(error, TributaryError):  # its text may quote a customer's data
        return {"code": "interrupted", "message": f"The computation was stopped ({type(error).__name__})."}
    told = {"code": error.code, "message": error.message, "cure": error.cure, "path": error.attrs.get("path")}
    return {name: value for name, value in told.items() if value}
