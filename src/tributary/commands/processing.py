"""How far the pipeline is, for commands that put something into the log; and running it here when no server does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tributary.errors import Unavailable

if TYPE_CHECKING:
    from tributary.core.clock import Clock
    from tributary.settings import Settings
    from tributary.store import Store
    from tributary.stream import Lag


def is_stored(store: Store, positions: Mapping[int, int]) -> bool:
    """Whether everything before these log positions is in the stores, the warehouse included."""
    from sqlalchemy import func, select

    from tributary.pipeline import GROUP
    from tributary.store.tables.pipeline import PipelineOutbox, PipelinePosition

    with store.read() as session:
        query = select(PipelinePosition).where(PipelinePosition.consumer_group == GROUP)
        reached = {row.partition: row.position for row in session.scalars(query)}
        if any(reached.get(partition, 0) < position for partition, position in positions.items()):
            return False
        # A committed batch stands in the outbox until the warehouse has it.
        waiting = select(func.count()).select_from(PipelineOutbox).where(PipelineOutbox.consumer_group == GROUP)
        return session.scalar(waiting) == 0


def store_here(settings: Settings, clock: Clock, on_events: Callable[[int], None]) -> None:
    """Run the pipeline in this process until the log is empty. `on_events` gets the events handled so far.

    Raises:
        Conflict: a server works on this data folder. Unavailable: a store does not answer.
    """
    from tributary.app import open_application

    done = 0
    with contextlib.closing(open_application(settings, clock)) as application:
        while count := application.pipeline.run_once():
            done += count
            on_events(done)


def log_lag(settings: Settings, clock: Clock) -> Lag:
    """How much of the log the pipeline has not processed.

    Raises:
        Unavailable: the log cannot be read.
    """
    from tributary.core.envelope import EVENTS_TOPIC
    from tributary.pipeline import GROUP
    from tributary.stream import open_log

    log = open_log(settings.stream_dir, settings.stream, clock)
    try:
        return log.lag(EVENTS_TOPIC, GROUP)
    except OSError as exc:
        raise Unavailable(f"The event log cannot be read: {exc.strerror}.", cure="Check the folder's owner.") from exc
    finally:
        log.close()
