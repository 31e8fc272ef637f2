"""Paying what a committed batch owes: its rows go into the warehouse, once, and the reactors hear of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from tributary.core.scan import EVENTS, scan
from tributary.core.sql import bind, raw
from tributary.pipeline.batch import Outbox, Reaction
from tributary.pipeline.rows import unpack
from tributary.warehouse import BATCH, Warehouse

if TYPE_CHECKING:
    import pyarrow as pa

Reactor = Callable[[Reaction], None]


def deliver(
    warehouse: Warehouse,
    outbox: Outbox,
    reactors: Sequence[Reactor],
    crashpoint: Callable[[str], None],
    *,
    is_recovery: bool = False,
) -> None:
    """Insert the rows of a batch, then tell the reactors. May be repeated: rows are stored once, reactors hear again.

    Repeating is safe because the batch id is the insert token of the very same rows. In recovery the warehouse is
    asked which events of the batch it has, and gets those that it does not: a crash or a power cut may have kept rows
    without their token, or a token without its rows.

    Raises:
        Unavailable: the warehouse cannot take the rows now.
    """
    events = unpack(outbox.events)
    if events is not None:
        if is_recovery:
            _complete(warehouse, events, outbox.batch_id)
        else:
            warehouse.insert("events", events, token=outbox.batch_id)
    crashpoint("events_inserted")
    # Aliases before profiles: a question in between must not miss the events of a profile that is gone already.
    aliases = unpack(outbox.aliases)
    if aliases is not None:
        warehouse.insert("profile_aliases", aliases, token=outbox.batch_id)
        warehouse.reload_aliases()
    crashpoint("aliases_inserted")
    profiles = unpack(outbox.profiles)
    if profiles is not None:
        warehouse.insert("profiles", profiles, token=outbox.batch_id)
    crashpoint("profiles_inserted")
    for reaction in msgspec.msgpack.decode(outbox.reactions, type=list[Reaction]):
        for reactor in reactors:
            reactor(reaction)
    crashpoint("reacted")


def _complete(warehouse: Warehouse, events: pa.Table, batch_id: str) -> None:
    """Insert the events of a batch that the warehouse lacks."""
    missing = _missing(warehouse, events, batch_id)
    if missing.num_rows == events.num_rows:
        # With its own token: on a server the lost worker's insert may still be under way.
        warehouse.insert("events", events, token=batch_id)
        missing = _missing(warehouse, events, batch_id)
    if missing.num_rows:
        warehouse.insert("events", missing, token=f"{batch_id}:{secrets.token_hex(8)}")


def _missing(warehouse: Warehouse, events: pa.Table, batch_id: str) -> pa.Table:
    import pyarrow as pa  # noqa: PLC0415 (slow to import)
    import pyarrow.compute as pc  # noqa: PLC0415

    is_missing: list[bool] = [False] * events.num_rows
    workspaces = events.column("workspace_id").to_pylist()
    keys = list(zip(events.column("source_id").to_pylist(), events.column("message_id").to_pylist(), strict=True))
    for workspace_id in set(workspaces):
        mine = [index for index, each in enumerate(workspaces) if each == workspace_id]
        times = pc.min_max(events.column("timestamp").take(mine)).as_py()
        have = _stored(warehouse, workspace_id, batch_id, times["min"], times["max"])
        for index in mine:
            is_missing[index] = keys[index] not in have
    return events.filter(pa.array(is_missing, pa.bool_()))


def _stored(warehouse: Warehouse, workspace_id: int, batch_id: str, first: Any, last: Any) -> set[tuple[str, str]]:
    where = raw("batch_id = ") + bind(batch_id, "String")
    where = where + " AND timestamp >= " + bind(first, "DateTime64(3, 'UTC')")
    where = where + " AND timestamp <= " + bind(last, "DateTime64(3, 'UTC')")
    sql = raw("SELECT source_id, message_id") + scan(EVENTS, workspace_id, where)
    return {(str(row[0]), str(row[1])) for row in warehouse.query(sql, workspace_id=workspace_id, budget=BATCH)}
