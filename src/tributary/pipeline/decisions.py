"""Carrying a decision about identities out: identifiers, golden records and the warehouse, in one step.

As with a batch of events, one transaction of the records store holds everything, with what the warehouse is still to
get. A preview is the same work, rolled back: what it shows is what would be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from tributary.core.clock import Clock
from tributary.identity import BATCHES, MAX_REACH, Changes, IdentifierTypes, Resolver, allocate, load_types
from tributary.pipeline.batch import Follower, Outbox, load_outbox
from tributary.pipeline.delivery import deliver
from tributary.pipeline.rows import aliases_table, pack, profiles_table
from tributary.profiles import MirrorRow, ProfileUpdates, load_strategies
from tributary.store import Session, Store, bulk
from tributary.store.tables.identity import Identifier
from tributary.store.tables.pipeline import PipelineOutbox
from tributary.warehouse import Warehouse

DECISIONS = "decisions"  # whose rows in the outbox these are

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Effect(Generic[T]):
    """What a decision does. `profiles` are those that it touches, as they are afterwards: id → identifiers' ids.

    `merged` are (profile that is no more, the one that it went into). `moved` are the identifiers that changed hands;
    without any, everybody stays who they are.
    """

    result: T
    profiles: dict[int, list[int]]
    merged: list[tuple[int, int]]
    moved: list[int]


class _RolledBack(Exception):
    pass


class IdentityEditor:
    """Makes decisions about identities take hold. `followers` re-attribute what hangs on profiles elsewhere; they are
    called inside the transaction.
    """

    def __init__(
        self,
        store: Store,
        warehouse: Warehouse,
        clock: Clock,
        *,
        region: str = "CN",
        followers: Sequence[Follower] = (),
    ) -> None:
        self._store = store
        self._warehouse = warehouse
        self._clock = clock
        self._region = region
        self._followers = followers

    def preview(
        self,
        workspace_id: int,
        by: str,
        action: Callable[[Session, Resolver], T],
        look: Callable[[Session, Effect[T]], None] = lambda _session, _effect: None,
    ) -> Effect[T]:
        """What `action` would do. Nothing is changed.

        `look` sees the store as it would be, while others wait for the lock: it should read no more than it needs.
        """
        effect: Effect[T] | None = None
        try:
            with self._store.begin() as session:
                effect, _ = self._carry_out(session, workspace_id, by, action)
                look(session, effect)
                raise _RolledBack
        except _RolledBack:
            pass
        if effect is None:
            raise AssertionError("a preview without an effect")
        return effect

    def apply(
        self, workspace_id: int, by: str, action: Callable[[Session, Resolver], T], *, reach: int = MAX_REACH
    ) -> Effect[T]:
        """Do it. The warehouse has it when this returns. `reach` is how many identifiers may be looked at for it.

        Raises:
            Unavailable: the warehouse cannot take it now. It is decided all the same; `recover` brings it there.
        """
        with self._store.begin() as session:
            effect, outbox = self._carry_out(session, workspace_id, by, action, reach)
            _keep(session, outbox)
        self._deliver(outbox)
        return effect

    def rewrite(self, workspace_id: int, work: Callable[[Session], set[int]]) -> int:
        """Compute the records of the profiles that `work` returns anew from the facts; returns how many those are.

        Raises:
            Unavailable: the warehouse cannot take it now. It is done all the same; `recover` brings it there.
        """
        with self._store.begin() as session:
            number = allocate(session, BATCHES, 1)
            wanted = work(session)
            if not wanted:
                return 0
            strategies = {workspace_id: load_strategies(session, workspace_id)}
            mirror = ProfileUpdates(session, strategies, version=number).write(Changes([], set(), [], wanted, []))
            for follow in self._followers:
                follow(session, workspace_id, Changes([], wanted, [], set(), []))
            outbox = _outbox(number, mirror, [])
            _keep(session, outbox)
        self._deliver(outbox)
        return len(wanted)

    def recover(self) -> None:
        """Bring into the warehouse what was decided before a crash."""
        with self._store.read() as session:
            waiting = load_outbox(session, DECISIONS)
        for outbox in waiting:
            self._deliver(outbox)

    def _carry_out(
        self,
        session: Session,
        workspace_id: int,
        by: str,
        action: Callable[[Session, Resolver], T],
        reach: int = MAX_REACH,
    ) -> tuple[Effect[T], Outbox]:
        number = allocate(session, BATCHES, 1)  # the lock that batches take, too: nothing comes in between
        types: IdentifierTypes = load_types(session, workspace_id, region=self._region)
        resolver = Resolver(
            session, {workspace_id: types}, version=number, actor=by, now_ms=self._clock.now_ms(), reach=reach
        )
        result = action(session, resolver)
        moved = resolver.moved()
        changes = resolver.write()
        strategies = {workspace_id: load_strategies(session, workspace_id)}
        mirror = ProfileUpdates(session, strategies, version=number).write(changes)
        for follow in self._followers:
            follow(session, workspace_id, changes)
        profiles: dict[int, list[int]] = {each: [] for each in sorted(changes.changed)}
        for profile_id, identifier in bulk.fetch(
            session, Identifier, ("profile_id", "id"), "profile_id", changes.changed
        ):
            profiles[profile_id].append(identifier)
        people = {key: sorted(ids) for key, ids in profiles.items()}
        return Effect(result, people, changes.merged, moved), _outbox(number, mirror, changes.aliases)

    def _deliver(self, outbox: Outbox) -> None:
        deliver(self._warehouse, outbox, (), lambda _: None)
        with self._store.begin() as session:
            bulk.delete(session, PipelineOutbox, "number", [outbox.number])


def _outbox(number: int, mirror: Sequence[MirrorRow], aliases: Sequence[tuple[int, int]]) -> Outbox:
    return Outbox(
        number=number,
        batch_id=f"{number:x}-decision",
        events=b"",
        profiles=pack(profiles_table(mirror)) if mirror else b"",
        aliases=pack(aliases_table(aliases, number)) if aliases else b"",
        reactions=msgspec.msgpack.encode([]),
    )


def _keep(session: Session, outbox: Outbox) -> None:
    """What the warehouse is still to get, in the transaction that decided it."""
    columns = ("number", "consumer_group", "batch_id", "events", "profiles", "aliases", "reactions")
    row = (outbox.number, DECISIONS, *msgspec.structs.astuple(outbox)[1:])
    bulk.write(session, PipelineOutbox, columns, [row])
