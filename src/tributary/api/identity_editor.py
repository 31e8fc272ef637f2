"""The editor of identities with all that follows it: the one place where its parts are put together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from tributary import audiences, tags
from tributary.core.clock import Clock
from tributary.identity import Changes
from tributary.pipeline import Follower, IdentityEditor
from tributary.store import Session, Store

if TYPE_CHECKING:
    from tributary.privacy import Hasher
    from tributary.warehouse import Warehouse

SETTLED_AFTER = timedelta(seconds=10)  # several decisions in a row make one computation


def identity_editor(
    store: Store, warehouse: Warehouse, clock: Clock, hasher: Hasher | None, *, region: str
) -> IdentityEditor:
    """The editor; without a `hasher` (there are no keys in this process) messages stay where they are."""
    return IdentityEditor(store, warehouse, clock, region=region, followers=followers(clock, hasher))


def followers(clock: Clock, hasher: Hasher | None) -> list[Follower]:
    """What follows when people are joined or parted; of messages only with a `hasher`."""
    return list(_followers(clock, hasher))


def _followers(clock: Clock, hasher: Hasher | None) -> Iterator[Follower]:
    if hasher is not None:
        from tributary.messaging import message_follower  # noqa: PLC0415 (its libraries take a second to load)

        yield message_follower(hasher)
    yield _recompute(clock)


def _recompute(clock: Clock) -> Follower:
    def follow(session: Session, workspace_id: int, changes: Changes) -> None:
        if changes.changed or changes.merged:
            not_before = clock.now() + SETTLED_AFTER
            audiences.recompute_all(session, workspace_id, not_before=not_before)
            tags.recompute_all(session, workspace_id, not_before=not_before)

    return follow
