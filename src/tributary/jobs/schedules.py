"""Periodic work: jobs that are queued every so often, by exactly one of all workers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tributary.jobs.outbox import enqueue
from tributary.store import Session, upsert
from tributary.store.tables.jobs import ScheduleState


@dataclass(frozen=True, slots=True)
class Schedule:
    """Queue a job of `kind` at `anchor`, `anchor + every`, `anchor + 2 · every`, …

    Times that pass while no worker runs are made up for once, not once each. `workspace_id` 0 is the installation.
    """

    name: str
    kind: str
    every: timedelta
    anchor: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    payload: dict[str, Any] = field(default_factory=dict)
    workspace_id: int = 0

    def next_after(self, now: datetime) -> datetime:
        """The first time of this schedule after `now`."""
        return self.anchor + ((now - self.anchor) // self.every + 1) * self.every


def register(session: Session, schedules: Iterable[Schedule], *, now: datetime) -> None:
    """Make sure that each schedule has a row, and that none waits longer than its present interval says."""
    for schedule in schedules:
        upsert(session, ScheduleState, [{"name": schedule.name, "next_at": schedule.next_after(now)}], key=["name"])
        state = session.scalars(
            select(ScheduleState).where(ScheduleState.name == schedule.name).with_for_update()
        ).one()
        state.next_at = min(state.next_at, schedule.next_after(now))


def has_due(session: Session, schedules: Iterable[Schedule], *, now: datetime) -> bool:
    """Whether `fire_due` would find something: a look that takes no lock."""
    names = [schedule.name for schedule in schedules]
    due = select(ScheduleState.name).where(ScheduleState.name.in_(names), ScheduleState.next_at <= now).limit(1)
    return session.scalar(due) is not None


def fire_due(session: Session, schedules: Iterable[Schedule], *, now: datetime) -> int:
    """Queue the jobs that are due, and note when each is due next; the number of jobs.

    The row lock is the leadership: of several workers one gets the row, the others skip it and find it done.
    """
    by_name = {schedule.name: schedule for schedule in schedules}
    due = session.scalars(
        select(ScheduleState)
        .where(ScheduleState.name.in_(by_name), ScheduleState.next_at <= now)
        .order_by(ScheduleState.name)
        .with_for_update(skip_locked=True)
    ).all()
    for state in due:
        schedule = by_name[state.name]
        enqueue(
            session, schedule.kind, schedule.payload, workspace_id=schedule.workspace_id, key=f"schedule:{state.name}"
        )
        state.next_at, state.fired_at = schedule.next_after(now), now
    return len(due)
