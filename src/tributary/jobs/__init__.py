"""Background jobs: an outbox in the store, workers that claim from it, schedules, retries.

    with store.begin() as session:
        change_something(session)
        enqueue(session, "audience.refresh", {"audience_id": id}, workspace_id=1, key=id)

Jobs run at least once: a handler must reach the same result when it runs again.
"""

from tributary.jobs.outbox import cancel_job, enqueue, get_job, list_jobs, retry_job
from tributary.jobs.runner import Handler, JobRun, Runner, StopJob
from tributary.jobs.schedules import Schedule

__all__ = [
    "Handler",
    "JobRun",
    "Runner",
    "Schedule",
    "StopJob",
    "cancel_job",
    "enqueue",
    "get_job",
    "list_jobs",
    "retry_job",
]
