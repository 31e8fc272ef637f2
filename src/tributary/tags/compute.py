"""Computing the values of a tag: one run, from the definition to one row per person who has a value.

    1. in the store: give out a run number, note the run as running
    2. in the warehouse: one INSERT … SELECT writes the values under that number
    3. in the warehouse: count who has a value, and how the values spread
    4. in the store, one transaction: the run is finished and becomes the current one; old runs expire
    5. later, for many tags at once: values of expired runs are deleted

A run number is never used twice, and a run that did not reach step 4 is never read. So a crash at any point leaves the
old values current; the job runs again under a new number, and step 5 removes what the crash left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select, update

from tributary.core.clock import Clock
from tributary.core.scan import PROFILES, scan
from tributary.core.sql import bind, raw
from tributary.errors import Conflict, TributaryError, Unavailable
from tributary.governance import load_catalog
from tributary.governance.rule_check import references
from tributary.rules import Catalog
from tributary.store import Session, Store
from tributary.store.tables.tags import Tag, TagRun
from tributary.tags.definition import (
    Definition,
    NullPolicy,
    RuleDefinition,
    TagKind,
    ValueType,
    decode_definition,
)
from tributary.tags.definitions import get_tag, get_version
from tributary.tags.distribution import Distribution, read_distribution
from tributary.tags.value_sql import Previous, compile_values, stored_values
from tributary.warehouse import BATCH, INTERACTIVE, Warehouse

KEPT_RUNS = 3  # finished runs that keep their values: readers that have just started on the old run may end


def recompute_tag(
    store: Store,
    warehouse: Warehouse,
    clock: Clock,
    workspace_id: int,
    tag_id: str,
    *,
    checkpoint: Callable[[], None] = lambda: None,
) -> TagRun | None:
    """Compute the values as of now and make them current. None: the tag is archived.

    `checkpoint` is called between the steps; what it raises stops the run, and the old values stay current.

    Raises:
        NotFound: there is no such tag. RuleError: its definition no longer fits the catalogue. Unavailable: what it
        builds on has not been computed yet; try again later. BudgetExceeded: it costs too much.
    """
    started = _begin(store, clock, workspace_id, tag_id)
    if started is None:
        return None
    run, tag, definition, catalog = started
    try:
        _compute(warehouse, run, tag, definition, catalog)
        checkpoint()
        stored = stored_values(workspace_id, tag_id, run.run, cast("ValueType", tag.value_type))
        distribution = read_distribution(
            warehouse, workspace_id, stored, cast("ValueType", tag.value_type), budget=BATCH
        )
        people = count_people(warehouse, workspace_id)
        checkpoint()
    except Exception as error:
        _fail(store, clock, run, error)
        raise
    return _finish(store, clock, run, people=people, distribution=distribution)


def preview_tag(
    warehouse: Warehouse,
    catalog: Catalog,
    kind: TagKind,
    value_type: ValueType,
    source: Mapping[str, Any],
    now: datetime,
) -> tuple[Distribution, int]:
    """How the values of an unsaved definition would spread, and how many people there are.

    Raises:
        RuleError: the definition is wrong; `path` says where. BudgetExceeded: it takes too long while one waits.
    """
    definition = decode_definition(kind, value_type, source)
    values = compile_values(definition, value_type, catalog, now)
    spread = read_distribution(warehouse, catalog.workspace_id, values, value_type, budget=INTERACTIVE)
    return spread, count_people(warehouse, catalog.workspace_id)


def count_people(warehouse: Warehouse, workspace_id: int) -> int:
    """Everybody in the workspace."""
    ((people,),) = warehouse.query(raw("SELECT count()") + scan(PROFILES, workspace_id), workspace_id=workspace_id)
    return int(people)


def prune_runs(store: Store, warehouse: Warehouse) -> int:
    """Delete the values of expired runs from the warehouse, one mutation a workspace; returns how many runs."""
    with store.read() as session:
        expired = session.execute(
            select(TagRun.workspace_id, TagRun.tag_id, TagRun.run).where(TagRun.storage == "expired")
        ).all()
    for workspace_id in sorted({row.workspace_id for row in expired}):
        rows = [row for row in expired if row.workspace_id == workspace_id]
        ids = bind([row.tag_id for row in rows], "Array(String)")
        runs = bind([row.run for row in rows], "Array(UInt64)")
        which = raw("has(arrayZip(") + ids + ", " + runs + "), (tag_id, run))"
        warehouse.delete("tag_values", which, workspace_id=workspace_id)
        with store.begin() as session:
            for row in rows:
                session.execute(
                    update(TagRun).where(TagRun.tag_id == row.tag_id, TagRun.run == row.run).values(storage="deleted")
                )
    return len(expired)


def _begin(
    store: Store, clock: Clock, workspace_id: int, tag_id: str
) -> tuple[TagRun, Tag, Definition, Catalog] | None:
    with store.begin() as session:
        tag = get_tag(session, workspace_id, tag_id, for_update=True)
        if tag.is_archived:
            return None
        version = get_version(session, workspace_id, tag_id, tag.current_version)
        kind, value_type = cast("TagKind", tag.kind), cast("ValueType", tag.value_type)
        definition = decode_definition(kind, value_type, version.definition)
        catalog = load_catalog(session, workspace_id)
        _check_ready(tag, definition, catalog)
        session.execute(  # a run of a worker that died, or of one that we are about to overtake
            update(TagRun)
            .where(TagRun.tag_id == tag_id, TagRun.state == "running")
            .values(
                state="failed",
                storage="expired",
                finished_at=clock.now(),
                error={"code": "interrupted", "message": "The computation was cut off or overtaken by a newer one."},
            )
        )
        tag.last_run += 1
        run = TagRun(
            tag_id=tag_id,
            run=tag.last_run,
            workspace_id=workspace_id,
            version=tag.current_version,
            state="running",
            resolved_at=clock.now(),
            started_at=clock.now(),
            storage="kept",
        )
        session.add(run)
    return run, tag, definition, catalog


def _check_ready(tag: Tag, definition: Definition, catalog: Catalog) -> None:
    if not isinstance(definition, RuleDefinition):
        return
    for level in definition.levels:
        for item, _ in references(level.rule):
            known = catalog.audiences.get(item.id) or catalog.tags.get(item.id)
            if known is not None and known.run is None:
                raise Unavailable(
                    f"The {item.kind} “{known.name}”, which “{tag.name}” builds on, is not computed yet.",
                    cure="It is tried again on its own; compute that one first.",
                )


def _compute(warehouse: Warehouse, run: TagRun, tag: Tag, definition: Definition, catalog: Catalog) -> None:
    value_type = cast("ValueType", tag.value_type)
    previous = None
    if cast("NullPolicy", tag.null_policy) == "keep_last" and tag.current_run is not None:
        previous = Previous(tag.id, tag.current_run)
    values = compile_values(definition, value_type, catalog, run.resolved_at, previous=previous)
    text, number = ("value", "NULL") if value_type == "text" else ("NULL", "value")
    rows = raw("SELECT ") + bind(run.workspace_id, "UInt32") + ", " + bind(run.tag_id, "String") + ", "
    rows = rows + bind(run.run, "UInt64") + ", profile_id, " + raw(text) + ", " + raw(number) + " FROM (" + values
    warehouse.insert_select(
        "tag_values",
        ["workspace_id", "tag_id", "run", "profile_id", "text", "number"],
        rows + ") AS tagged",
        workspace_id=run.workspace_id,
    )


def _finish(store: Store, clock: Clock, run: TagRun, *, people: int, distribution: Distribution) -> TagRun:
    with store.begin() as session:
        tag = get_tag(session, run.workspace_id, run.tag_id, for_update=True)
        ours = session.get_one(TagRun, (run.tag_id, run.run), with_for_update=True)
        if ours.state != "running":
            raise Conflict("A newer computation has overtaken this one.", cure="Nothing: its values are newer.")
        ours.state, ours.finished_at = "finished", clock.now()
        ours.coverage, ours.people, ours.distribution = distribution.coverage, people, asdict(distribution)
        tag.current_run, tag.coverage, tag.refreshed_at = run.run, distribution.coverage, run.resolved_at
        session.flush()
        _expire(session, run.tag_id)
    return ours


def _expire(session: Session, tag_id: str) -> None:
    """Old runs are read no more from here on; their values are deleted later."""
    kept = (
        select(TagRun.run)
        .where(TagRun.tag_id == tag_id, TagRun.state == "finished")
        .order_by(TagRun.run.desc())
        .limit(KEPT_RUNS)
    )
    session.execute(
        update(TagRun)
        .where(
            TagRun.tag_id == tag_id,
            TagRun.storage == "kept",
            TagRun.state != "running",
            TagRun.run.not_in(session.scalars(kept).all()),
        )
        .values(storage="expired")
    )


def _fail(store: Store, clock: Clock, run: TagRun, error: Exception) -> None:
    with store.begin() as session:
        session.execute(
            update(TagRun)
            .where(TagRun.tag_id == run.tag_id, TagRun.run == run.run, TagRun.state == "running")
            .values(state="failed", storage="expired", finished_at=clock.now(), error=_describe(error))
        )


def _describe(error: Exception) -> dict[str, Any]:
    if not isinstance(error, TributaryError):  # its text may quote a customer's data
        return {"code": "interrupted", "message": f"The computation was stopped ({type(error).__name__})."}
    told = {"code": error.code, "message": error.message, "cure": error.cure, "path": error.attrs.get("path")}
    return {name: value for name, value in told.items() if value}
