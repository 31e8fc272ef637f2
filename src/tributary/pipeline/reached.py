"""How far the pipeline is, for those who put something into the log and want to know when it is there."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from tributary.pipeline.worker import GROUP
from tributary.store import Store
from tributary.store.tables.pipeline import PipelineOutbox, PipelinePosition


def is_stored(store: Store, positions: Mapping[int, int]) -> bool:
    """Whether everything before these log positions is in the stores, the warehouse included."""
    with store.read() as session:
        query = select(PipelinePosition).where(PipelinePosition.consumer_group == GROUP)
        reached = {row.partition: row.position for row in session.scalars(query)}
        if any(reached.get(partition, 0) < position for partition, position in positions.items()):
            return False
        # A committed batch stands in the outbox until the warehouse has it.
        waiting = select(func.count()).select_from(PipelineOutbox).where(PipelineOutbox.consumer_group == GROUP)
        return session.scalar(waiting) == 0
