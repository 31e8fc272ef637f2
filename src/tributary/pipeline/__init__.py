"""From the log to the stores: every event ends stored, as a duplicate, in quarantine, or suppressed, exactly once.

pipeline = Pipeline(store, warehouse, log.consumer(EVENTS_TOPIC, GROUP), clock, settings.pipeline)
pipeline.run(stop)          # in a thread of its own
"""

from tributary.pipeline.batch import Follower, Reaction, Suppressed
from tributary.pipeline.counters import Counter, SourceHealth, counters, source_health
from tributary.pipeline.decisions import Effect, IdentityEditor
from tributary.pipeline.delivery import Reactor
from tributary.pipeline.live import (
    EventName,
    Person,
    Place,
    Recent,
    RecentEvent,
    forget_recent,
    recent_events,
    recent_names,
)
from tributary.pipeline.quarantine import (
    ReasonCount,
    count_reasons,
    discard,
    get_quarantined,
    list_quarantined,
    reopen,
)
from tributary.pipeline.reached import is_stored
from tributary.pipeline.reasons import reason_text
from tributary.pipeline.recent import STATUSES, Status
from tributary.pipeline.replay import (
    AT_ONCE,
    count_open,
    job_handlers,
    replay,
    replay_edited,
    replay_reason,
    request_replay,
)
from tributary.pipeline.worker import CRASHPOINTS, GROUP, Pipeline, PipelineStatus

__all__ = [
    "AT_ONCE",
    "CRASHPOINTS",
    "GROUP",
    "STATUSES",
    "Counter",
    "Effect",
    "EventName",
    "Follower",
    "IdentityEditor",
    "Person",
    "Pipeline",
    "PipelineStatus",
    "Place",
    "Reaction",
    "Reactor",
    "ReasonCount",
    "Recent",
    "RecentEvent",
    "SourceHealth",
    "Status",
    "Suppressed",
    "count_open",
    "count_reasons",
    "counters",
    "discard",
    "forget_recent",
    "get_quarantined",
    "is_stored",
    "job_handlers",
    "list_quarantined",
    "reason_text",
    "recent_events",
    "recent_names",
    "reopen",
    "replay",
    "replay_edited",
    "replay_reason",
    "request_replay",
    "source_health",
]
