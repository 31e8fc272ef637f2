"""Computing the values of a tag: a run (`tributary.governance.runs`) that ends in one row per person with a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from tributary.core.clock import Clock
from tributary.core.sql import bind, raw
from tributary.governance import load_catalog
from tributary.governance.rule_check import require_computed
from tributary.governance.runs import Runs
from tributary.governance.samples import count_people
from tributary.jobs import Handler
from tributary.rules import Catalog
from tributary.store import Store
from tributary.store.tables.tags import Tag, TagRun
from tributary.tags.definition import Definition, RuleDefinition, TagKind, ValueType, decode_definition
from tributary.tags.definitions import TAGS, definition_of, get_tag, get_version
from tributary.tags.distribution import Distribution, read_distribution
from tributary.tags.value_sql import Previous, compile_values, stored_values
from tributary.warehouse import BATCH, INTERACTIVE, Stop, Warehouse

KEPT_RUNS = 3  # finished runs that keep their values: readers that have just started on the old run may end

RUNS = Runs(TAGS, TagRun, results="tag_values", kept=KEPT_RUNS)
SCHEDULES = RUNS.schedules()

get_run = RUNS.get
list_runs = RUNS.list
prune_runs = RUNS.prune
states_of = RUNS.states
in_state = RUNS.in_state
current_runs = RUNS.current


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
    with store.begin() as session:
        tag = get_tag(session, workspace_id, tag_id, for_update=True)
        if tag.is_archived:
            return None
        definition = definition_of(tag, get_version(session, workspace_id, tag_id, tag.current_version))
        catalog = load_catalog(session, workspace_id)
        if isinstance(definition, RuleDefinition):
            require_computed(tag.name, [level.rule for level in definition.levels], catalog)
        run = RUNS.begin(session, clock, tag)
    value_type = cast("ValueType", tag.value_type)
    with RUNS.failing(store, clock, run):
        _compute(warehouse, run, tag, definition, catalog)
        checkpoint()
        stored = stored_values(workspace_id, tag_id, run.run, value_type)
        spread = read_distribution(warehouse, workspace_id, stored, value_type, budget=BATCH)
        people = count_people(warehouse, workspace_id)
        checkpoint()
    with RUNS.finish(store, clock, run) as (tag, ours):
        tag.coverage = ours.coverage = spread.coverage
        ours.people, ours.distribution = people, asdict(spread)
    return ours


def job_handlers(store: Store, warehouse: Warehouse, clock: Clock) -> Mapping[str, Handler]:
    """The handlers of every job kind of this package, for the job runner."""
    return RUNS.job_handlers(store, warehouse, clock, recompute_tag)


def preview_tag(
    warehouse: Warehouse,
    catalog: Catalog,
    kind: TagKind,
    value_type: ValueType,
    source: Mapping[str, Any],
    now: datetime,
    *,
    stop: Stop | None = None,
) -> tuple[Distribution, int]:
    """How the values of an unsaved definition would spread, and how many people there are.

    Raises:
        RuleError: the definition is wrong; `path` says where. BudgetExceeded: it takes too long while one waits.
        Cancelled: it was stopped.
    """
    definition = decode_definition(kind, value_type, source)
    values = compile_values(definition, value_type, catalog, now)
    spread = read_distribution(warehouse, catalog.workspace_id, values, value_type, budget=INTERACTIVE, stop=stop)
    return spread, count_people(warehouse, catalog.workspace_id, stop=stop)


def _compute(warehouse: Warehouse, run: TagRun, tag: Tag, definition: Definition, catalog: Catalog) -> None:
    value_type = cast("ValueType", tag.value_type)
    previous = None
    if tag.null_policy == "keep_last" and tag.current_run is not None:
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
