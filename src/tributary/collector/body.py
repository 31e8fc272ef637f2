"""From the bytes of a request to events: unpacking, JSON, limits.

Only what the edge needs is decoded. A batch is split into the clients' own bytes; an event that cannot be used is not
refused but marked with a reason, so that the pipeline quarantines it and its neighbours survive.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import NamedTuple

import msgspec

from tributary.errors import InvalidRequest

TOO_LARGE = "event_too_large"
NOT_AN_OBJECT = "not_an_object"
TOO_DEEP = "too_deeply_nested"
BAD_JSON = "invalid_json"

_SPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"  # some clients on Windows put it in front
_MAX_MEMBERS = 64  # clients send one; each costs a copy of all that follows it, so thousands of empty ones stall us
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},:]', re.DOTALL)
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|([\[{])|([\]}])', re.DOTALL)


class Limits(NamedTuple):
    """Bytes of an event, bytes of an unpacked body, how deep an event's JSON may nest, and events of a batch."""

    event_bytes: int
    body_bytes: int
    depth: int
    events: int


class Parsed(NamedTuple):
    """The events of a request with, by index, why one cannot be used; and what was said for the whole batch."""

    events: list[bytes]
    reasons: dict[int, str]
    write_key: str | None
    sent_at: str | None
    context: bytes | None


class _Single(msgspec.Struct):
    writeKey: msgspec.Raw = msgspec.Raw()  # noqa: N815  the wire's name


class _Batch(msgspec.Struct):
    batch: list[msgspec.Raw]
    writeKey: msgspec.Raw = msgspec.Raw()  # noqa: N815
    sentAt: msgspec.Raw = msgspec.Raw()  # noqa: N815
    context: msgspec.Raw = msgspec.Raw()


_decode_single = msgspec.json.Decoder(_Single).decode
_decode_batch = msgspec.json.Decoder(_Batch).decode
_decode_anything = msgspec.json.Decoder().decode


def unpack(data: bytes, encoding: str | None, limit: int) -> bytes:
    """The body as it was before `Content-Encoding`.

    Raises:
        InvalidRequest: an unknown encoding, broken data, data in very many pieces, or more than `limit` bytes.
            Unpacking stops at the limit, so a small body that would grow to gigabytes costs nothing.
    """
    if encoding is None or encoding in ("", "identity"):
        if len(data) > limit:
            raise too_large(limit)
        return data
    if encoding.lower() not in ("gzip", "x-gzip", "deflate"):
        raise InvalidRequest(f"The encoding {encoding[:40]!r} is not known.", cure="Send gzip or plain JSON.")
    pieces: list[bytes] = []
    room = limit + 1
    try:
        while data and room > 0:
            if len(pieces) == _MAX_MEMBERS:
                raise InvalidRequest("The compressed body is in too many pieces.", cure="Compress it as one.")
            unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # 32: gzip or zlib, told by the header
            piece = unpacker.decompress(data, room)
            if not unpacker.eof and len(piece) < room:
                raise InvalidRequest("The compressed body is cut off.", cure="Send it whole.")
            room -= len(piece)
            pieces.append(piece)
            data = unpacker.unused_data
    except zlib.error:
        raise InvalidRequest("The body is not valid gzip.", cure="Check Content-Encoding and the body.") from None
    if room <= 0:
        raise too_large(limit)
    return b"".join(pieces)


def too_large(limit: int) -> InvalidRequest:
    """The error for a body over the limit."""
    return InvalidRequest(f"The request is larger than {limit} bytes.", cure="Send smaller batches.")


def parse_single(data: bytes, limits: Limits) -> Parsed:
    """One event.

    Raises:
        InvalidRequest: not a JSON object, too large, or nested too deeply.
    """
    data = data.removeprefix(_BOM)
    try:
        write_key = _text(_decode_single(data).writeKey)
        reasons = {}
    except (msgspec.DecodeError, RecursionError):
        key = _tolerant(data).get("writeKey")
        write_key = key if isinstance(key, str) else None
        reasons = {0: BAD_JSON}
    reason = _flaw(data.strip(_SPACE), limits)
    if reason == TOO_LARGE:
        raise InvalidRequest(f"The event is larger than {limits.event_bytes} bytes.", cure="Send less in one event.")
    if reason is not None:
        raise InvalidRequest("The event is nested too deeply.", cure=f"Nest at most {limits.depth} levels.")
    return Parsed([data], reasons, write_key, None, None)


def parse_batch(data: bytes, limits: Limits) -> Parsed:
    """The events of a batch.

    Raises:
        InvalidRequest: the body is not a JSON object with a list `batch`, or that is too long. Events too small to be
            real ones would otherwise make a hundred times their size in quarantine.
    """
    data = data.removeprefix(_BOM)
    try:
        batch = _decode_batch(data)
    except (msgspec.DecodeError, RecursionError):
        return _parse_batch_tolerantly(data, limits)
    _check_count(len(batch.batch), limits)
    events = [bytes(raw) for raw in batch.batch]
    reasons: dict[int, str] = {}
    for index, event in enumerate(events):
        reason = _flaw(event, limits)
        if reason is not None:
            reasons[index] = reason
    context = bytes(batch.context)
    return Parsed(
        events=events,
        reasons=reasons,
        write_key=_text(batch.writeKey),
        sent_at=_text(batch.sentAt),
        context=context if context.startswith(b"{") else None,
    )


def _check_count(count: int, limits: Limits) -> None:
    if count > limits.events:
        raise InvalidRequest(f"The batch has more than {limits.events} events.", cure="Send smaller batches.")


def _flaw(event: bytes, limits: Limits) -> str | None:
    """Why an event that is valid JSON cannot be used, or None."""
    if len(event) > limits.event_bytes:
        return TOO_LARGE
    if not event.startswith(b"{"):
        return NOT_AN_OBJECT
    # Counting is cheap and proves nearly all events shallow; only many brackets make it worth looking how they nest.
    if event.count(b"{") + event.count(b"[") > limits.depth and _depth(event) > limits.depth:
        return TOO_DEEP
    return None


def _depth(event: bytes) -> int:
    depth = deepest = 0
    for match in _BRACKETS.finditer(event):
        if match[1]:
            depth += 1
            deepest = max(deepest, depth)
        elif match[2]:
            depth -= 1
    return deepest


def _text(raw: msgspec.Raw) -> str | None:
    """A JSON text or number as text; anything else is nothing."""
    if not bytes(raw):
        return None
    try:
        value = _decode_anything(raw)
    except msgspec.DecodeError:
        return None
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


# -- what strict JSON refuses and real clients send ------------------------------------------------------------------


def _tolerant(data: bytes) -> dict[str, object]:
    """The body as Python reads it: with NaN, and with half of a surrogate pair where a client cut an emoji in two.

    Bytes that are not UTF-8 are passed over here: they damage the event that they are in, not its neighbours.

    Raises:
        InvalidRequest: not JSON by that measure either, or not an object.
    """
    try:
        value = json.loads(data.decode(errors="replace"))
    except (ValueError, RecursionError):
        raise InvalidRequest("The body is not valid JSON.", cure="Send one JSON object.") from None
    if not isinstance(value, dict):
        raise InvalidRequest("The body is not a JSON object.", cure="Send one JSON object.")
    return value


def _parse_batch_tolerantly(data: bytes, limits: Limits) -> Parsed:
    body = _tolerant(data)
    batch = body.get("batch")
    if not isinstance(batch, list):
        raise InvalidRequest("The body has no list `batch`.", cure='Send {"batch": [event, …]}.')
    _check_count(len(batch), limits)
    events = split_batch(data)
    reasons: dict[int, str] = {}
    for index, event in enumerate(events):
        reason = _flaw(event, limits)
        if reason is None:
            try:
                _decode_single(event)
            except (msgspec.DecodeError, RecursionError):
                reason = BAD_JSON
        if reason is not None:
            reasons[index] = reason
    write_key, sent_at = body.get("writeKey"), body.get("sentAt")
    return Parsed(
        events,
        reasons,
        write_key if isinstance(write_key, str) else None,
        sent_at if isinstance(sent_at, str) else None,
        None,
    )


def split_batch(data: bytes) -> list[bytes]:
    """The bytes of each element of the list `batch` in a JSON object. The caller knows that it is one and has it."""
    depth = 0
    key: bytes | None = None
    last_string: bytes | None = None
    events: list[bytes] = []
    start = -1  # where the present element begins, while inside the list
    for match in _TOKENS.finditer(data):
        token = match[0]
        if token[0] == 0x22:  # "
            last_string = token
        elif token == b":" and depth == 1:
            key = last_string
        elif token in (b"{", b"["):
            depth += 1
            if depth == 2 and token == b"[" and key is not None and json.loads(key.decode(errors="replace")) == "batch":
                events, start = [], match.end()  # of two lists with this name the last one counts, as in any parser
        elif token in (b"}", b"]"):
            depth -= 1
            if depth == 1 and start >= 0:
                _add(events, data[start : match.start()])
                start = -1
        elif token == b"," and depth == 2 and start >= 0:
            _add(events, data[start : match.start()])
            start = match.end()
    return events


def _add(events: list[bytes], element: bytes) -> None:
    if element := element.strip(_SPACE):  # an empty list has no elements
        events.append(element)
