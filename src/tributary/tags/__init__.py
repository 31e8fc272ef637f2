"""Tags: what is said of every person — by ordered rules, or as one statistic of their events.

A definition is versioned; a computation is a run with a number, and its values are rows in the warehouse. What is read
is always the newest finished run.
"""

from tributary.tags.compute import (
    KEPT_RUNS,
    SCHEDULES,
    get_run,
    job_handlers,
    list_runs,
    preview_tag,
    prune_runs,
    recompute_tag,
)
from tributary.tags.definition import (
    MAX_LEVELS,
    Definition,
    Level,
    NullPolicy,
    RuleDefinition,
    StatisticDefinition,
    TagKind,
    ValueType,
    decode_definition,
)
from tributary.tags.definitions import (
    archive_tag,
    compare_versions,
    create_tag,
    definition_of,
    enqueue_due,
    get_tag,
    get_version,
    list_tags,
    list_versions,
    request_recompute,
    restore_version,
    unarchive_tag,
    update_tag,
)
from tributary.tags.distribution import Distribution, ValueCount, load_distribution
from tributary.tags.values import TagValue, values_of

__all__ = [
    "KEPT_RUNS",
    "MAX_LEVELS",
    "SCHEDULES",
    "Definition",
    "Distribution",
    "Level",
    "NullPolicy",
    "RuleDefinition",
    "StatisticDefinition",
    "TagKind",
    "TagValue",
    "ValueCount",
    "ValueType",
    "archive_tag",
    "compare_versions",
    "create_tag",
    "decode_definition",
    "definition_of",
    "enqueue_due",
    "get_run",
    "get_tag",
    "get_version",
    "job_handlers",
    "list_runs",
    "list_tags",
    "list_versions",
    "load_distribution",
    "preview_tag",
    "prune_runs",
    "recompute_tag",
    "request_recompute",
    "restore_version",
    "unarchive_tag",
    "update_tag",
    "values_of",
]
