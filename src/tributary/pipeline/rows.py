"""From standardised events to the Arrow tables that the warehouse takes, and to bytes for the outbox and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from tributary.pipeline.events import Event
from tributary.profiles import MirrorRow

if TYPE_CHECKING:
    import pyarrow as pa

_encode = msgspec.json.Encoder().encode


def events_table(events: Sequence[Event], profile_ids: Sequence[int], batch_id: str) -> pa.Table:
    """Rows of `events`; `profile_ids` goes along with `events`."""
    import pyarrow as pa  # noqa: PLC0415 (slow to import, and only workers need it)

    milliseconds = pa.timestamp("ms", "UTC")
    text = pa.string()
    columns: dict[str, Any] = {
        "workspace_id": pa.array([event.workspace_id for event in events], pa.uint32()),
        "profile_id": pa.array(profile_ids, pa.uint64()),
        "event": _words([event.name for event in events]),
        "type": _words([event.type for event in events]),
        "message_id": pa.array([event.message_id for event in events], text),
        "source_id": _words([event.source_id for event in events]),
        "user_id": pa.array([event.user_id for event in events], text),
        "anonymous_id": pa.array([event.anonymous_id for event in events], text),
        "timestamp": pa.array([event.at_ms for event in events], milliseconds),
        "received_at": pa.array([event.received_ms for event in events], milliseconds),
        "properties": pa.array([_encode(event.properties) for event in events], text),
        "context": pa.array([event.context for event in events], text),
        "changes": pa.array([_encode(event.changes) if event.changes else b"{}" for event in events], text),
        "batch_id": pa.DictionaryArray.from_arrays(pa.array([0] * len(events), pa.int32()), pa.array([batch_id])),
    }
    return pa.table(columns)


def profiles_table(rows: Sequence[MirrorRow]) -> pa.Table:
    """Rows of `profiles`."""
    import pyarrow as pa  # noqa: PLC0415 (slow to import)

    milliseconds = pa.timestamp("ms", "UTC")
    return pa.table(
        {
            "workspace_id": pa.array([row.workspace_id for row in rows], pa.uint32()),
            "profile_id": pa.array([row.profile_id for row in rows], pa.uint64()),
            "version": pa.array([row.version for row in rows], pa.uint64()),
            "is_deleted": pa.array([row.is_deleted for row in rows], pa.uint8()),
            "traits": pa.array([row.traits for row in rows], pa.string()),
            "identifiers": pa.array([row.identifiers for row in rows], pa.string()),
            "first_seen": pa.array([row.first_seen_ms for row in rows], milliseconds),
            "last_seen": pa.array([row.last_seen_ms for row in rows], milliseconds),
        }
    )


def aliases_table(aliases: Sequence[tuple[int, int]], version: int) -> pa.Table:
    """Rows of `profile_aliases` from (absorbed profile, final profile)."""
    import pyarrow as pa  # noqa: PLC0415 (slow to import)

    return pa.table(
        {
            "profile_id": pa.array([old for old, _ in aliases], pa.uint64()),
            "canonical_id": pa.array([new for _, new in aliases], pa.uint64()),
            "version": pa.array([version] * len(aliases), pa.uint64()),
        }
    )


def pack(table: pa.Table) -> bytes:
    """A table as bytes (Arrow stream, lz4); b"" if it has no rows."""
    import pyarrow as pa  # noqa: PLC0415 (slow to import)

    if table.num_rows == 0:
        return b""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def unpack(blob: bytes) -> pa.Table | None:
    """The table in `blob`, None for b""."""
    import pyarrow as pa  # noqa: PLC0415 (slow to import)

    return pa.ipc.open_stream(pa.py_buffer(blob)).read_all() if blob else None


def _words(values: list[str]) -> pa.DictionaryArray:
    import pyarrow as pa  # noqa: PLC0415 (slow to import)

    return pa.array(values, pa.string()).dictionary_encode()
