"""Audiences: who is meant by a rule, who was in it at each computation, and why.

A definition is versioned; a computation is a run with a number, and its members are one bitmap in the warehouse. What
is read is always the newest finished run.
"""

from tributary.audiences.definitions import (
    AudienceKind,
    archive_audience,
    compare_versions,
    create_audience,
    duplicate_audience,
    enqueue_due,
    get_audience,
    get_version,
    list_audiences,
    list_versions,
    recompute_all,
    request_refresh,
    restore_version,
    sort_key,
    unarchive_audience,
    update_audience,
)
from tributary.audiences.estimate import Estimate, Step, estimate_rule
from tributary.audiences.impact import Against, Impact, impact_of
from tributary.audiences.membership import (
    audiences_of,
    audiences_of_ids,
    is_member,
    list_entered,
    list_exited,
    list_members,
)
from tributary.audiences.refresh import (
    KEPT_RUNS,
    SCHEDULES,
    get_run,
    in_state,
    job_handlers,
    list_runs,
    prune_runs,
    refresh_audience,
    states_of,
)
from tributary.audiences.why import MembershipWhy, why_member, why_rule

__all__ = [
    "KEPT_RUNS",
    "SCHEDULES",
    "Against",
    "AudienceKind",
    "Estimate",
    "Impact",
    "MembershipWhy",
    "Step",
    "archive_audience",
    "audiences_of",
    "audiences_of_ids",
    "compare_versions",
    "create_audience",
    "duplicate_audience",
    "enqueue_due",
    "estimate_rule",
    "get_audience",
    "get_run",
    "get_version",
    "impact_of",
    "in_state",
    "is_member",
    "job_handlers",
    "list_audiences",
    "list_entered",
    "list_exited",
    "list_members",
    "list_runs",
    "list_versions",
    "prune_runs",
    "recompute_all",
    "refresh_audience",
    "request_refresh",
    "restore_version",
    "sort_key",
    "states_of",
    "unarchive_audience",
    "update_audience",
    "why_member",
    "why_rule",
]
