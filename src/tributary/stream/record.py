"""How a record lies in a segment file.

    magic 4 | payload length 4 | checksum 8 | offset 8 | timestamp_ms 8 | payload        (big endian)

The checksum is XXH3-64 over the payload, seeded with XXH3-64 over length, offset and time, which in turn is seeded with
the segment's own random number. So a flipped bit anywhere is noticed, and bytes inside a payload cannot pass for a
record when a reader looks for the next intact one: who writes payloads does not know the number.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from xxhash import xxh3_64_intdigest

MAGIC = b"\xf7TR\x01"
HEADER_BYTES = 32
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024  # far above any request; a larger length in a header is damage

_HEADER = struct.Struct(">4sIQQQ")
_FIELDS = struct.Struct(">IQQ")


@dataclass(frozen=True, slots=True)
class Stored:
    """An intact record in a buffer, which ends before index `end`."""

    offset: int
    timestamp_ms: int
    payload: bytes
    end: int


def _checksum(payload: bytes | memoryview, offset: int, timestamp_ms: int, seed: int) -> int:
    fields = _FIELDS.pack(len(payload), offset, timestamp_ms)
    return xxh3_64_intdigest(payload, xxh3_64_intdigest(fields, seed))


def encode_records(payloads: Sequence[bytes], offset: int, timestamp_ms: int, seed: int) -> bytes:
    """The bytes of records with consecutive offsets from `offset` on."""
    pieces: list[bytes] = []
    for payload in payloads:
        checksum = _checksum(payload, offset, timestamp_ms, seed)
        pieces.append(_HEADER.pack(MAGIC, len(payload), checksum, offset, timestamp_ms))
        pieces.append(payload)
        offset += 1
    return b"".join(pieces)


def needed_bytes(buffer: bytes, start: int) -> int:
    """How long the buffer must be from `start` to hold the record there, judging by its (unchecked) header."""
    if len(buffer) - start < HEADER_BYTES:
        return HEADER_BYTES
    magic, length, *_ = _HEADER.unpack_from(buffer, start)
    if magic != MAGIC or length > MAX_PAYLOAD_BYTES:
        return HEADER_BYTES
    return HEADER_BYTES + int(length)


def decode_record(buffer: bytes, start: int, seed: int) -> Stored | None:
    """The record at `start`, or None if no intact one begins there and ends within the buffer."""
    if len(buffer) - start < HEADER_BYTES:
        return None
    magic, length, checksum, offset, timestamp_ms = _HEADER.unpack_from(buffer, start)
    end = start + HEADER_BYTES + length
    if magic != MAGIC or length > MAX_PAYLOAD_BYTES or end > len(buffer):
        return None
    payload = buffer[start + HEADER_BYTES : end]
    if _checksum(payload, offset, timestamp_ms, seed) != checksum:
        return None
    return Stored(offset, timestamp_ms, payload, end)


def decode_timestamp(header: bytes) -> int | None:
    """The time in a record's header, unchecked; None if this is no header."""
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        return None
    return int(_HEADER.unpack_from(header)[4])


def find_record(buffer: bytes, start: int, seed: int, *, least: int, below: int) -> tuple[int, Stored] | None:
    """The first intact record at or after `start` whose offset is in [least, below), and where it begins."""
    while (start := buffer.find(MAGIC, start)) >= 0:
        if len(buffer) - start < HEADER_BYTES:
            return None
        # The offset is looked at first: it is cheap, and refuses nearly all chance hits before a checksum is computed.
        offset = _HEADER.unpack_from(buffer, start)[3]
        if least <= offset < below and (stored := decode_record(buffer, start, seed)) is not None:
            return start, stored
        start += 1
    return None
