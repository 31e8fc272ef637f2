"""One micro-batch: decode it, then decide about every event of it in one transaction of the records store.

The store is the truth. The transaction holds everything that a batch changes, together with the positions in the log
and the rows that the warehouse is still to get (the outbox). So after a crash the batch has either not happened at all
or has happened once, and what is left to do is written down.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import xxhash

from tributary.core.envelope import Envelope, decode_envelope
from tributary.errors import Conflict, TributaryError
from tributary.governance import observe_fields
from tributary.identity import (
    BATCHES,
    Changes,
    Claim,
    IdentifierTypes,
    Linkage,
    Resolver,
    allocate,
)
from tributary.pipeline.counters import DUPLICATE, QUARANTINED, STORED, SUPPRESSED, Tally
from tributary.pipeline.events import BadEvent, EnvelopeReader, Event, make_message_id, peek_message_id
from tributary.pipeline.partings import Unbindings, isolate_devices
from tributary.pipeline.quarantine import Rejection, write_rejections
from tributary.pipeline.recent import Outcomes
from tributary.pipeline.rows import aliases_table, events_table, pack, profiles_table
from tributary.pipeline.standardise import Standardiser
from tributary.profiles import GroupStatement, MirrorRow, ProfileUpdates, Statement, Strategies
from tributary.store import Session, bulk
from tributary.store.tables.identity import Identifier
from tributary.store.tables.pipeline import PipelineOutbox, PipelinePosition, SeenMessage
from tributary.stream import Record

_log = logging.getLogger(__name__)
_DAY_MS = 86_400_000

Suppressed = Callable[[Session, int, Sequence[tuple[str, str]]], set[int]]
Follower = Callable[[Session, int, Changes], None]  # what hangs on profiles elsewhere follows when they part


class Reaction(msgspec.Struct, frozen=True):
    """What a batch brought to one workspace, for those who react to it: audiences, tags, journeys.

    `events` counts new events by name. `profile_ids` are the profiles that did something or changed, `merged` pairs of
    (absorbed, final). History that was imported is not in it. After a crash the same reaction may come a second time.
    """

    workspace_id: int
    batch_id: str
    events: dict[str, int]
    profile_ids: list[int]
    merged: list[tuple[int, int]]
    is_backfill: bool = False


@dataclass(frozen=True, slots=True)
class WorkspaceView:
    """What the pipeline knows about a workspace while it handles a batch."""

    types: IdentifierTypes
    signers: Mapping[str, bytes]  # sources on people's own devices, and their secrets
    standardiser: Standardiser
    strategies: Strategies


@dataclass(slots=True)
class Decoded:
    """A batch after decoding. `positions` are those after it, by partition."""

    events: list[Event] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    positions: dict[int, int] = field(default_factory=dict)
    digest: str = ""
    first_received_ms: int | None = None

    @property
    def size(self) -> int:
        return len(self.events) + len(self.rejections)


class Outbox(msgspec.Struct, frozen=True):
    """What a committed batch still owes the warehouse and the reactors. The blobs are packed Arrow tables."""

    number: int
    batch_id: str
    events: bytes
    profiles: bytes
    aliases: bytes
    reactions: bytes


def decode_batch(records: Iterable[Record], view: Callable[[int], WorkspaceView | None]) -> Decoded:
    """Decode and standardise. `view` gives what is known of a workspace, None if there is no such workspace.

    Raises:
        Unavailable: a workspace could not be loaded now.
    """
    decoded = Decoded()
    digest = xxhash.xxh3_64()
    for record in records:
        decoded.positions[record.partition] = record.offset + 1
        digest.update(f"{record.partition}:{record.offset}:{len(record.payload)}|".encode())
        digest.update(record.payload)
        try:
            envelope = decode_envelope(record.payload)
        except (msgspec.DecodeError, UnicodeDecodeError) as exc:
            detail = f"The log record is not an envelope: {exc}."
            decoded.rejections.append(Rejection.of_record(record, detail))
            continue
        first = decoded.first_received_ms
        received_ms = envelope.received_at_ms
        decoded.first_received_ms = received_ms if first is None else min(first, received_ms)
        _decode_envelope(record, envelope, view(envelope.workspace_id), decoded)
    decoded.digest = digest.hexdigest()
    return decoded


def count_events(record: Record) -> int:
    """How many events a record of the log holds; one that cannot be read counts as one."""
    try:
        return len(decode_envelope(record.payload).events)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 1


def _decode_envelope(record: Record, envelope: Envelope, view: WorkspaceView | None, decoded: Decoded) -> None:
    place = f"{record.partition}:{record.offset}"
    if view is None:
        for index, raw in enumerate(envelope.events):
            detail = "The events belong to a workspace that does not exist."
            message_id = make_message_id(envelope, place, index, peek_message_id(raw))
            decoded.rejections.append(Rejection.of(envelope, raw, message_id, "unknown_workspace", detail))
        return
    reader = EnvelopeReader(envelope, place, view.types, view.standardiser, view.signers)
    for index, raw in enumerate(envelope.events):
        try:
            decoded.events.append(reader.read(index))
        except BadEvent as bad:
            message_id = make_message_id(envelope, place, index, peek_message_id(raw))
            decoded.rejections.append(Rejection.of(envelope, raw, message_id, bad.reason, bad.detail))
        except TributaryError:
            raise
        except Exception as exc:  # noqa: BLE001 (one event that our own code stumbles over must not stop all others)
            _log.error("an event of source %s could not be decoded: %s", envelope.source_id, where(exc))
            detail = f"Our own code could not read it ({type(exc).__name__})."
            message_id = make_message_id(envelope, place, index, peek_message_id(raw))
            decoded.rejections.append(Rejection.of(envelope, raw, message_id, "internal_error", detail))


class BatchWriter:
    """Decides about one decoded batch inside one write transaction. `crashpoint` is called after each step.

    `outcomes` says afterwards what became of each event.
    """

    def __init__(
        self,
        session: Session,
        decoded: Decoded,
        views: Mapping[int, WorkspaceView],
        *,
        group: str,
        now: datetime,
        suppressed: Suppressed | None,
        followers: Sequence[Follower],
        crashpoint: Callable[[str], None],
    ) -> None:
        self._session = session
        self._decoded = decoded
        self._views = views
        self._group = group
        self._now = now
        self._suppressed = suppressed
        self._followers = followers
        self._crashpoint = crashpoint
        self._tally = Tally()
        self._rejections = list(decoded.rejections)
        self.outcomes = Outcomes()

    def write(self, expected: Mapping[int, int]) -> Outbox:
        """Write the batch. `expected` are the positions from which it was read.

        Raises:
            Conflict: another worker has moved the positions meanwhile.
        """
        session, decoded = self._session, self._decoded
        number = allocate(session, BATCHES, 1)
        self._check_positions(expected)
        events = self._drop_duplicates(decoded.events)
        self._crashpoint("deduplicated")
        events = self._drop_suppressed(events)
        resolver = Resolver(
            session,
            {workspace_id: view.types for workspace_id, view in self._views.items()},
            version=number,
            now_ms=int(self._now.timestamp() * 1000),
        )
        events, base_ids, profile_ids = self._resolve(resolver, events)
        changes = resolver.write()
        self._crashpoint("resolved")
        mirror = self._update_profiles(events, profile_ids, changes, number)
        self._follow(changes, mirror)
        self._crashpoint("profiled")
        for event in events:
            self._tally.count(event.workspace_id, event.source_id, event.received_ms, STORED)
        for rejection in self._rejections:
            self._tally.count(rejection.workspace_id, rejection.source_id, rejection.received_ms, QUARANTINED)
        ids = write_rejections(session, self._rejections)
        self.outcomes.rejections = list(zip(self._rejections, ids, strict=True))
        self.outcomes.stored, self.outcomes.profile_ids = events, base_ids
        self._tally.write(session)
        for workspace_id, view in self._views.items():
            if view.standardiser.observed:
                observe_fields(session, workspace_id, view.standardiser.observed, self._now)
        outbox = self._stage(events, base_ids, profile_ids, changes, mirror, number)
        self._write_positions()
        self._crashpoint("staged")
        return outbox

    def _check_positions(self, expected: Mapping[int, int]) -> None:
        stored = load_positions(self._session, self._group)
        for partition in self._decoded.positions:
            if stored.get(partition, 0) != expected.get(partition, 0):
                raise Conflict(
                    f"Another worker of group {self._group} has moved partition {partition} on.",
                    cure="Run one worker per group; this one starts again from the stored position.",
                )

    def _write_positions(self) -> None:
        rows = [(self._group, partition, position) for partition, position in self._decoded.positions.items()]
        columns = ("consumer_group", "partition", "position")
        bulk.write(self._session, PipelinePosition, columns, rows, key=columns[:2], update=("position",))

    def _drop_duplicates(self, events: list[Event]) -> list[Event]:
        """The events that were not stored before, nor earlier in this batch."""
        seen: dict[int, int] = dict(
            bulk.fetch(self._session, SeenMessage, ("id", "mark"), "id", [event.key for event in events])
        )
        fresh: list[Event] = []
        for event in events:
            mark = seen.get(event.key)
            if mark == event.mark:
                self._tally.count(event.workspace_id, event.source_id, event.received_ms, DUPLICATE)
                self.outcomes.duplicates.append(event)
                continue
            if mark is None:  # else another message has this key: this one is new, it only cannot be remembered
                seen[event.key] = event.mark
            fresh.append(event)
        return fresh

    def _remember(self, events: Iterable[Event]) -> None:
        # From now on, not from when it was received: an event replayed out of quarantine may be older than the memory.
        now_ms = int(self._now.timestamp() * 1000)
        rows = {
            event.key: (event.key, event.mark, max(event.received_ms, now_ms) // _DAY_MS)
            for event in reversed(list(events))
        }
        bulk.write(self._session, SeenMessage, ("id", "mark", "day"), list(rows.values()), key=("id",))

    def _drop_suppressed(self, events: list[Event]) -> list[Event]:
        """The events of people about whom nothing may be stored are counted and forgotten."""
        if self._suppressed is None:
            return events
        claims: dict[int, dict[tuple[str, str], None]] = {}
        for event in events:
            mine = claims.setdefault(event.workspace_id, {})
            for claim in event.claims:
                mine[claim.type, claim.value] = None
        forbidden: set[tuple[int, str, str]] = set()
        for workspace_id, mine in claims.items():
            listed = list(mine)
            hits = self._suppressed(self._session, workspace_id, listed)
            forbidden.update((workspace_id, *listed[index]) for index in hits)
        if not forbidden:
            return events
        kept: list[Event] = []
        for event in events:
            if any((event.workspace_id, claim.type, claim.value) in forbidden for claim in event.claims):
                self._tally.count(event.workspace_id, event.source_id, event.received_ms, SUPPRESSED)
                self.outcomes.suppressed.append(event)
            else:
                kept.append(event)
        return kept

    def _resolve(self, resolver: Resolver, events: list[Event]) -> tuple[list[Event], list[int], list[int]]:
        """The events that have a home, the ids under which they are stored, and whose they are now."""
        self._name_previous(events)
        types = {workspace_id: view.types for workspace_id, view in self._views.items()}
        isolate_devices(self._session, events, types)
        unbindings = Unbindings(self._session, events, types)
        resolutions = resolver.resolve(
            Linkage(
                event.workspace_id, event.claims, event.rule, event.source_id, event.message_id, event.at_ms,
                event.is_trusted,
            )
            for event in events
        )  # fmt: skip
        unbindings.carry_out(resolver)
        kept: list[Event] = []
        base_ids: list[int] = []
        profile_ids: list[int] = []
        for event, (base_id, leader, refusals) in zip(events, resolutions, strict=True):
            for refused in (*event.refused, *refusals):
                event.changes[f"identifiers.{refused.type}"] = {"was": refused.value, "why": refused.reason}
            if leader is None:
                self._rejections.append(_homeless(event, {each.reason for each in refusals}))
                continue
            event.leader = leader
            kept.append(event)
            base_ids.append(base_id)
            profile_ids.append(resolver.profile_of(leader))
        self._remember(kept)
        return kept, base_ids, profile_ids

    def _name_previous(self, events: list[Event]) -> None:
        """Give alias events the identifier that their `previousId` is: a known user id, else an anonymous id."""
        aliases = [event for event in events if event.type == "alias"]
        if not aliases:
            return
        as_user: dict[int, Claim] = {}
        for position, event in enumerate(aliases):
            claim = self._views[event.workspace_id].types.claim("user_id", event.previous_id)
            if isinstance(claim, Claim):
                as_user[position] = claim
        wanted = {claim.id for claim in as_user.values()}
        known = {row[0] for row in bulk.fetch(self._session, Identifier, ("id",), "id", wanted)}
        known |= wanted & {claim.id for event in events if event.type != "alias" for claim in event.claims}
        for position, event in enumerate(aliases):
            found = as_user.get(position)
            if found is None or found.id not in known:
                other = self._views[event.workspace_id].types.claim("anonymous_id", event.previous_id)
                if not isinstance(other, Claim):
                    event.refused.append(other)
                    continue
                found = other
            event.claims = tuple(
                sorted({*event.claims, found}, key=lambda claim: (claim.priority, claim.value != event.user_id))
            )

    def _update_profiles(
        self, events: Sequence[Event], profile_ids: Sequence[int], changes: Changes, number: int
    ) -> list[MirrorRow]:
        strategies = {workspace_id: view.strategies for workspace_id, view in self._views.items()}
        updates = ProfileUpdates(self._session, strategies, version=number)
        for event, profile_id in zip(events, profile_ids, strict=True):
            updates.see(event.workspace_id, profile_id, event.at_ms)
            if event.type == "identify":
                if event.traits:
                    updates.state(Statement(*_subject(event, profile_id), event.traits, event.at_ms, event.message_id))
            elif event.type == "group":
                subject = _subject(event, profile_id)
                updates.join(GroupStatement(*subject, event.group_id, event.traits, event.at_ms, event.message_id))
        return updates.write(changes)

    def _follow(self, changes: Changes, mirror: Sequence[MirrorRow]) -> None:
        """People who parted take along what is theirs. Merges need nothing: ids lead to the person of today."""
        parted: dict[int, set[int]] = {}
        for row in mirror:
            if row.profile_id in changes.rebuilt:
                parted.setdefault(row.workspace_id, set()).add(row.profile_id)
        for workspace_id, profile_ids in parted.items():
            for follow in self._followers:
                follow(self._session, workspace_id, changes._replace(rebuilt=profile_ids))

    def _stage(
        self,
        events: Sequence[Event],
        base_ids: Sequence[int],
        profile_ids: Sequence[int],
        changes: Changes,
        mirror: Sequence[MirrorRow],
        number: int,
    ) -> Outbox:
        batch_id = f"{number:x}-{self._decoded.digest}"
        reactions = _reactions(events, profile_ids, changes, batch_id)
        outbox = Outbox(
            number=number,
            batch_id=batch_id,
            events=pack(events_table(events, base_ids, batch_id)) if events else b"",
            profiles=pack(profiles_table(mirror)) if mirror else b"",
            aliases=pack(aliases_table(changes.aliases, number)) if changes.aliases else b"",
            reactions=msgspec.msgpack.encode(reactions),
        )
        if events or mirror or reactions:
            bulk.write(
                self._session,
                PipelineOutbox,
                ("number", "consumer_group", "batch_id", "events", "profiles", "aliases", "reactions"),
                [(number, self._group, *msgspec.structs.astuple(outbox)[1:])],
            )
        return outbox


def where(exc: BaseException) -> str:
    """What went wrong and in which line, without the values: they may be personal."""
    frames = traceback.extract_tb(exc.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown place"
    return f"{type(exc).__name__} at {place}"


def load_positions(session: Session, group: str) -> dict[int, int]:
    """The stored positions of a group, by partition."""
    rows = bulk.fetch(session, PipelinePosition, ("partition", "position"), "consumer_group", [group])
    return dict(rows)


def load_outbox(session: Session, group: str) -> list[Outbox]:
    """What committed batches still owe, oldest first."""
    columns = ("number", "batch_id", "events", "profiles", "aliases", "reactions")
    rows = bulk.fetch(session, PipelineOutbox, columns, "consumer_group", [group])
    return [Outbox(*row[:2], *(bytes(blob) for blob in row[2:])) for row in sorted(rows)]


def _subject(event: Event, profile_id: int) -> tuple[int, int, int, str]:
    """Whom an event speaks about: the identifier that leads it."""
    return event.workspace_id, profile_id, event.leader, event.source_id


def _homeless(event: Event, reasons: set[str]) -> Rejection:
    if reasons == {"removed"}:
        reason, detail = "identifier_removed", "All its identifiers were removed from this workspace."
    else:
        reason, detail = "identifier_collision", "Its only identifier cannot be told from another one."
    return Rejection.of(event.envelope, event.raw, event.message_id, reason, detail, "resolve")


def _reactions(events: Sequence[Event], profile_ids: Sequence[int], changes: Changes, batch_id: str) -> list[Reaction]:
    names: dict[int, dict[str, int]] = {}
    people: dict[int, set[int]] = {}
    for event, profile_id in zip(events, profile_ids, strict=True):
        if event.is_backfill:
            continue
        counts = names.setdefault(event.workspace_id, {})
        counts[event.name] = counts.get(event.name, 0) + 1
        people.setdefault(event.workspace_id, set()).add(profile_id)
    return [
        Reaction(
            workspace_id,
            batch_id,
            counts,
            sorted(people[workspace_id]),
            [pair for pair in changes.merged if pair[1] in people[workspace_id]],
        )
        for workspace_id, counts in names.items()
    ]
