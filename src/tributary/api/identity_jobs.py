"""The jobs over identity rules and decisions: what other rules would change, putting them in force, unmerging."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from tributary.audiences.people_change import touched_members
from tributary.identity import RuleSet
from tributary.identity.decisions import decisions_about, keep_apart, pair_of_merge
from tributary.identity.rebuild import Change, compare
from tributary.jobs import Handler, JobRun
from tributary.pipeline import matching, rebuild, rechoose
from tributary.store.tables.identity_runs import IdentityRun

if TYPE_CHECKING:
    from tributary.api.context import Context

WHAT_IF_JOB = "identity.what_if"
SCHEDULES = (*rebuild.SCHEDULES, *matching.SCHEDULES)
UNMERGE_JOB = "identity.unmerge"
LARGEST = 20
_SAMPLES = 10
_MOST_IDENTIFIERS = 30  # of one change in a report
_MOST_PROFILES = 30


def job_handlers(context: Context) -> Mapping[str, Handler]:
    """The handlers of every job kind about identity, for the job runner."""

    def what_if(run: JobRun) -> None:
        _what_if(context, run)

    def unmerge(run: JobRun) -> None:
        _unmerge(context, run)

    editing = rebuild.job_handlers(context.store, context.identity, context.clock)
    choosing = rechoose.job_handlers(context.store, context.warehouse, context.identity)
    finding = matching.job_handlers(context.store, context.warehouse, context.identity, context.clock)
    return {**editing, **choosing, **finding, WHAT_IF_JOB: what_if, UNMERGE_JOB: unmerge}


def _what_if(context: Context, run: JobRun) -> None:
    run_id = str(run.payload["run_id"])
    with context.store.read() as session:
        row = session.get(IdentityRun, run_id)
        if row is None:
            return  # cleared meanwhile
        found = compare(session, run.workspace_id, msgspec.convert(row.definition, RuleSet))
    run.progress(1, 2)
    run.check_cancelled()
    gone = {old for each in found.changes for old in set(each.before) - set(each.after)}
    parting = {old for each in found.changes if len(each.after) > 1 for old in each.before if old not in gone}
    touched = touched_members(
        context.store,
        context.warehouse,
        run.workspace_id,
        merged_away=sorted(gone),
        splitting=sorted(parting),
        checkpoint=run.check_cancelled,
    )
    largest = sorted(found.changes, key=lambda each: (-len(each.identifiers), each.before))
    rest = sorted(largest[LARGEST:], key=lambda each: each.before)
    step = max(1, len(rest) // _SAMPLES)
    result = {
        "profiles_before": found.profiles_before,
        "profiles_after": found.profiles_after,
        "changes": len(found.changes),
        "merges": len(found.merges),
        "splits": len(found.splits),
        "people_touched": len({old for each in found.changes for old in each.before}),
        "largest": [_described(each) for each in largest[:LARGEST]],
        "samples": [_described(each) for each in rest[::step][:_SAMPLES]],
        "audiences": [msgspec.to_builtins(each) for each in touched],
    }
    with context.store.begin() as session:
        row = session.get(IdentityRun, run_id)
        if row is not None:
            row.result, row.finished_at = result, context.clock.now()
    run.progress(2, 2)


def _described(change: Change) -> dict[str, Any]:
    """As it is stored: ids and nothing personal. Large ones are cut."""
    return {
        "before": list(change.before[:_MOST_PROFILES]),
        "after": list(change.after[:_MOST_PROFILES]),
        "profiles_before": len(change.before),
        "profiles_after": len(change.after),
        "identifiers": [
            [str(identifier), owner] for identifier, owner in zip(change.identifiers, change.owners, strict=True)
        ][:_MOST_IDENTIFIERS],
        "identifier_count": len(change.identifiers),
    }


def _unmerge(context: Context, run: JobRun) -> None:
    merge_id, by, reason = int(run.payload["merge_id"]), str(run.payload["by"]), str(run.payload["reason"])
    context.identity.recover()
    with context.store.read() as session:
        pair = pair_of_merge(session, run.workspace_id, merge_id)
        told = decisions_about(session, run.workspace_id, pair)
    if any(each.kind == "apart" and not each.revoked_by and set(each.identifiers) == set(pair) for each in told):
        return  # an earlier attempt did it
    context.identity.apply(
        run.workspace_id,
        by,
        lambda session, resolver: keep_apart(
            session, resolver, run.workspace_id, pair, by=by, reason=reason, now=context.clock.now()
        ),
    )
