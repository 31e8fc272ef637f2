"""The pipeline for commands that put something into the log: running it here when no server does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from tributary.errors import Unavailable

if TYPE_CHECKING:
    from tributary.core.clock import Clock
    from tributary.settings import Settings
    from tributary.stream import Lag


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
