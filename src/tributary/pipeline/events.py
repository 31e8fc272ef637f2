"""Decode: from a log record to standardised events, or to quarantine.

One `Event` per event of an envelope. What a client sent wrongly in harmless ways (a number as user id, an odd time) is
mended and noted in `changes`; what cannot be used raises `BadEvent` with a stable reason code and a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec
import xxhash

from tributary.core.envelope import Envelope
from tributary.core.plain import plain
from tributary.identity import ALIAS, SAME_EVENT, Claim, IdentifierTypes, Refused, clean_text
from tributary.identity.signing import is_signed
from tributary.pipeline.numbers import make_storable, may_hold_odd_numbers
from tributary.pipeline.standardise import Changes, Standardiser
from tributary.pipeline.times import corrected_ms, parse_ms

MAX_MESSAGE_ID = 100  # characters, as Segment documents it
MAX_NAME = 200  # characters of an event's name
TYPES = frozenset({"identify", "track", "page", "screen", "group", "alias"})

# Libraries that run on a server: the address that the request came from is not the person's.
_SERVER_LIBRARIES = frozenset(
    {
        "analytics-python", "analytics-node", "@segment/analytics-node", "analytics-java", "analytics-go",
        "analytics-ruby", "analytics-php", "analytics.net", "analytics-rust", "analytics-csharp",
    }
)  # fmt: skip


_DOOR = {
    "event_too_large": "The event is larger than the collector takes.",
    "too_deeply_nested": "The event is nested more deeply than the collector takes.",
    "not_an_object": "The event is not a JSON object.",
}

_PLACE = re.compile(r"\$\.(\w+)")  # `at `$.properties[...]`` in the decoder's messages


class BadEvent(Exception):
    """An event that cannot be used. `reason` is a stable code, the text is for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class _Wire(msgspec.Struct, rename="camel", gc=False):
    type: Any = None
    message_id: Any = None
    user_id: Any = None
    anonymous_id: Any = None
    previous_id: Any = None
    group_id: Any = None
    event: Any = None
    name: Any = None
    category: Any = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: msgspec.Raw = msgspec.Raw()  # kept as it came: most of it is never read here


class _Marked(msgspec.Struct, rename="camel", gc=False):
    message_id: Any = None


class _Context(msgspec.Struct, rename="camel", gc=False):
    traits: Any = None
    external_ids: Any = None
    device: Any = None
    library: Any = None
    identity_signature: Any = None
    ip: Any = msgspec.UNSET
    user_agent: Any = msgspec.UNSET


class Event(msgspec.Struct, kw_only=True):
    """An event, standardised. `at_ms` and `received_ms` are Unix milliseconds; `context` is JSON.

    `claims` are its identifiers in order of priority; `refused` those that name nobody. `traits` is what it says about
    the person (identify) or the group. `is_trusted`: it came from a server, or is signed. `leader` is the identifier
    that leads it, once the event is resolved. `raw` and `envelope` are kept for quarantine.
    """

    workspace_id: int
    source_id: str
    received_ms: int
    type: str
    name: str
    message_id: str
    user_id: str
    anonymous_id: str
    previous_id: str
    group_id: str
    at_ms: int
    properties: dict[str, Any]
    traits: dict[str, Any]
    context: str
    changes: Changes
    claims: tuple[Claim, ...]
    refused: list[Refused]
    rule: str
    is_trusted: bool
    leader: int = 0
    is_backfill: bool
    key: int
    mark: int
    raw: bytes
    envelope: Envelope


_decode_wire = msgspec.json.Decoder(_Wire).decode
_decode_marked = msgspec.json.Decoder(_Marked).decode
_decode_context = msgspec.json.Decoder(_Context).decode
_decode_object = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


class EnvelopeReader:
    """Reads the events of one envelope. `place` names it in the log; ids of events without one are made from it."""

    def __init__(
        self,
        envelope: Envelope,
        place: str,
        types: IdentifierTypes,
        standardiser: Standardiser,
        signers: Mapping[str, bytes] = MappingProxyType({}),
    ) -> None:
        self._envelope = envelope
        self._secret = signers.get(envelope.source_id)
        self._place = place
        self._types = types
        self._standardiser = standardiser
        self._sent_ms = parse_ms(envelope.sent_at)
        self._batch_context = _object(envelope.context) if envelope.context else {}
        # No event is to blame for what its batch brought, and none could be mended: it goes on without.
        self._lost_context = "" if self._batch_context else (envelope.context or b"").decode(errors="replace").strip()

    def read(self, index: int) -> Event:
        """The event at `index`.

        Raises:
            BadEvent: it cannot be used.
        """
        envelope = self._envelope
        raw = envelope.events[index]
        if index in envelope.reasons:
            raise _refused_at_the_door(envelope.reasons[index])
        wire = _wire(raw)
        type_ = envelope.type or wire.type
        if not isinstance(type_, str) or type_ not in TYPES:
            raise BadEvent("unknown_type", f"The type must be one of {', '.join(sorted(TYPES))}.")
        changes: Changes = {}
        message_id = make_message_id(envelope, self._place, index, wire.message_id)
        if message_id != wire.message_id and wire.message_id is not None:
            changes["messageId"] = {"was": str(wire.message_id)[:1000], "why": "message_id"}
        at_ms = self._timestamp(wire, changes)
        is_odd = may_hold_odd_numbers(raw)
        context, known = self._context(wire, changes, is_odd)
        claims, refused = self._claims(wire, type_, known)
        is_trusted = self._is_trusted(claims, known)
        if not is_trusted and self._types.rules.unsigned == "ignore":
            refused += [Refused(claim.type, claim.value, "unsigned") for claim in self._unique(claims)]
            claims = tuple(claim for claim in claims if claim not in self._unique(claims))
        if not claims:
            raise BadEvent("no_identifier", _nobody(refused))
        name, properties = _NAMED[type_](wire)
        traits: dict[str, Any] = {}
        if type_ == "identify":
            traits = wire.traits or {}
            self._standardiser.traits(traits, "traits", changes)
            properties = traits
        elif type_ == "group":
            traits = wire.traits or {}
            self._standardiser.loose(traits, "traits", changes)
            properties = {**properties, "traits": traits}
        elif type_ != "alias":
            self._standardiser.properties(name, properties, changes)
        if is_odd:
            _make_numbers_storable(*((traits, "traits") if traits else (properties, "properties")), changes)
        digest = xxhash.xxh3_128_intdigest(
            f"{envelope.workspace_id}\x1f{envelope.source_id}\x1f{message_id}".encode("utf-8", "surrogatepass")
        )
        return Event(
            workspace_id=envelope.workspace_id,
            source_id=envelope.source_id,
            received_ms=envelope.received_at_ms,
            type=type_,
            name=name,
            message_id=message_id,
            user_id=_text(wire.user_id),
            anonymous_id=_text(wire.anonymous_id),
            previous_id=_text(wire.previous_id) if type_ == "alias" else "",
            group_id=properties["groupId"] if type_ == "group" else "",
            at_ms=at_ms,
            properties=properties,
            traits=traits,
            context=context,
            changes=changes,
            claims=claims,
            refused=refused,
            rule=ALIAS if type_ == "alias" else SAME_EVENT,
            is_trusted=is_trusted,
            is_backfill=envelope.is_backfill,
            key=digest >> 65,
            mark=digest & 0x7FFF_FFFF_FFFF_FFFF,
            raw=raw,
            envelope=envelope,
        )

    def _is_trusted(self, claims: tuple[Claim, ...], context: _Context) -> bool:
        """From a server, or what it says about who it is is signed by one."""
        if self._secret is None:
            return True
        if context.identity_signature is None:
            return False
        return is_signed(self._secret, self._unique(claims), context.identity_signature)

    def _unique(self, claims: tuple[Claim, ...]) -> list[Claim]:
        return [claim for claim in claims if (type_ := self._types.get(claim.type)) and type_.is_unique]

    def _timestamp(self, wire: _Wire, changes: Changes) -> int:
        said = wire.timestamp if wire.original_timestamp is None else wire.original_timestamp
        original_ms = parse_ms(said)
        sent_ms = self._sent_ms if wire.sent_at is None else parse_ms(wire.sent_at)
        at_ms, why = corrected_ms(original_ms, sent_ms, self._envelope.received_at_ms)
        if original_ms is None and said is not None:
            why = "not a time"
        if why:
            changes["timestamp"] = {"was": said, "why": why}
        return at_ms

    def _context(self, wire: _Wire, changes: Changes, is_odd: bool) -> tuple[str, _Context]:
        """The event's context filled up from the batch's and the request, as JSON, and what we read of it."""
        envelope = self._envelope
        raw = bytes(wire.context)
        if raw in {b"", b"null"}:
            raw = b"{}"
        try:
            if self._batch_context:
                raw = _encode({**self._batch_context, **_decode_object(raw)})
                is_odd = is_odd or may_hold_odd_numbers(raw)
            elif self._lost_context.strip("{} "):
                changes["context"] = {"was": self._lost_context[:1000], "why": "unreadable"}
            known = _decode_context(raw)
            if is_odd:
                raw = _with_storable_numbers(raw, changes)
        except (msgspec.DecodeError, RecursionError) as exc:
            raise _unusable("The context cannot be used", exc, "context") from None
        extra: dict[str, str] = {}
        if envelope.ip and known.ip is msgspec.UNSET and not _is_server(known.library):
            extra["ip"] = envelope.ip
        if envelope.user_agent and known.user_agent is msgspec.UNSET and not _is_server(known.library):
            extra["userAgent"] = envelope.user_agent
        if extra:
            # Spliced in front: decoding and encoding the whole context again costs more than all the rest of it.
            rest = raw[1:].lstrip()
            raw = _encode(extra)[:-1] + (b"}" if rest[:1] == b"}" else b"," + rest)
        try:
            return raw.decode(), known
        except UnicodeDecodeError:
            raise BadEvent("invalid_json", "The context is not UTF-8.") from None

    def _claims(self, wire: _Wire, type_: str, context: _Context) -> tuple[tuple[Claim, ...], list[Refused]]:
        types, source_id = self._types, self._envelope.source_id

        def claim(name: str, value: Any) -> Claim | Refused:
            return types.claim(name, value, source_id)

        found: list[Claim | Refused] = []
        if _is_given(wire.user_id):
            found.append(claim("user_id", wire.user_id))
        if _is_given(wire.anonymous_id):
            found.append(claim("anonymous_id", wire.anonymous_id))
        if type_ == "identify" and wire.traits:
            found += _address_claims(wire.traits, claim)
            found += types.composites(wire.traits)
        if context.traits:
            found += _address_claims(context.traits, claim)
        if context.external_ids:
            found += _external_claims(context.external_ids, claim)
        if context.device and isinstance(context.device, dict) and context.device.get("id"):
            device = claim("device_id", context.device["id"])
            if isinstance(device, Claim):  # off unless the workspace turns it on, and then not worth a note
                found.append(device)
        claims = [each for each in found if isinstance(each, Claim)]
        refused = [each for each in found if isinstance(each, Refused)]
        if len(claims) > 1:
            claims = sorted(set(claims), key=_rank)
        return tuple(claims), refused


def _refused_at_the_door(reason: str) -> BadEvent:
    detail = _DOOR.get(reason)
    if detail is None and " " in reason:
        return BadEvent("refused_at_the_door", reason)
    return BadEvent(reason, detail or "The collector refused it.")


def make_message_id(envelope: Envelope, place: str, index: int, given: Any) -> str:
    """The id of an event: the client's, or one made from its place and bytes, the same at every reading.

    The time of arrival is part of it, because a log that was set up anew counts its places from the start again.
    """
    if isinstance(given, str) or (isinstance(given, int) and not isinstance(given, bool)):
        text = clean_text(str(given))
        if 0 < len(text) <= MAX_MESSAGE_ID:
            return text
    digest = xxhash.xxh3_128(envelope.events[index])
    digest.update(f"{place}|{index}|{envelope.received_at_ms}".encode())
    return f"srv-{digest.hexdigest()}"


def peek_message_id(raw: bytes) -> Any:
    """The message id in an event that may be broken in other ways, None if it cannot be found."""
    try:
        return _decode_marked(raw).message_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _is_given(value: Any) -> bool:
    return value is not None and value != ""


def _rank(claim: Claim) -> tuple[int, str, str]:
    return claim.priority, claim.type, claim.value


def _address_claims(traits: Any, claim: Callable[[str, Any], Claim | Refused]) -> list[Claim | Refused]:
    if not isinstance(traits, dict):
        return []
    return [claim(name, traits[name]) for name in ("email", "phone") if _is_given(traits.get(name))]


def _external_claims(ids: Any, claim: Callable[[str, Any], Claim | Refused]) -> list[Claim | Refused]:
    """`context.externalIds`: `[{id, type, collection, encoding}]`. Only the collection of users names people."""
    if not isinstance(ids, list):
        return []
    return [
        claim(each["type"], each["id"])
        for each in ids
        if isinstance(each, dict)
        and isinstance(each.get("type"), str)
        and _is_given(each.get("id"))
        and each.get("collection", "users") == "users"
    ]


def _is_server(library: Any) -> bool:
    name = library.get("name") if isinstance(library, dict) else None
    return isinstance(name, str) and name.lower() in _SERVER_LIBRARIES


def _nobody(refused: list[Refused]) -> str:
    if not refused:
        return "The event has neither a userId nor an anonymousId."
    each = refused[0]
    return f"None of its identifiers can name a person; {each.type}: {each.reason.replace('_', ' ')}."


def _wire(raw: bytes) -> _Wire:
    try:
        return _decode_wire(raw)
    except msgspec.ValidationError as exc:
        raise _unusable("The event does not have the agreed shape", exc) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise BadEvent("invalid_json", f"The event is not JSON: {exc}.") from None


def _unusable(what: str, exc: Exception, place: str = "") -> BadEvent:
    """Why decoding failed. The decoder tells a number that no float holds, such as 1e400, from others by words only."""
    if "out of range" not in str(exc):
        return BadEvent("invalid_shape", f"{what}: {plain(str(exc))}.")
    named = _PLACE.search(str(exc))
    return _out_of_range(place or (named[1] if named else "the event"))


def _out_of_range(place: str) -> BadEvent:
    return BadEvent("number_out_of_range", f"A number in {place} is beyond ±1.8e308, the largest that can be stored.")


def _make_numbers_storable(values: dict[str, Any], path: str, changes: Changes) -> None:
    try:
        make_storable(values, path, changes)
    except OverflowError:
        raise _out_of_range(path) from None


def _with_storable_numbers(context: bytes, changes: Changes) -> bytes:
    values = _decode_object(context)
    before = len(changes)
    _make_numbers_storable(values, "context", changes)
    return context if len(changes) == before else _encode(values)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        return _decode_object(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean_text(str(value))[:MAX_NAME]


def _named_track(wire: _Wire) -> tuple[str, dict[str, Any]]:
    name = wire.event
    if not isinstance(name, str) or not (name := clean_text(name)):
        raise BadEvent("missing_event_name", "A track call needs the name of the event in `event`.")
    if len(name) > MAX_NAME:
        raise BadEvent("event_name_too_long", f"The event's name has more than {MAX_NAME} characters.")
    return name, wire.properties or {}


def _named_view(wire: _Wire, name: str) -> tuple[str, dict[str, Any]]:
    properties = wire.properties or {}
    for key, value in (("name", wire.name), ("category", wire.category)):
        if value is not None and key not in properties:
            properties[key] = value
    return name, properties


def _named_group(wire: _Wire) -> tuple[str, dict[str, Any]]:
    group_id = _text(wire.group_id)
    if not group_id:
        raise BadEvent("missing_group_id", "A group call needs the group's id in `groupId`.")
    return "$group", {"groupId": group_id}


def _named_alias(wire: _Wire) -> tuple[str, dict[str, Any]]:
    if not _text(wire.previous_id) or not _text(wire.user_id):
        raise BadEvent("missing_previous_id", "An alias call needs `previousId` and `userId`.")
    return "$alias", {"previousId": _text(wire.previous_id), "userId": _text(wire.user_id)}


_NAMED: dict[str, Callable[[_Wire], tuple[str, dict[str, Any]]]] = {
    "track": _named_track,
    "page": lambda wire: _named_view(wire, "$page"),
    "screen": lambda wire: _named_view(wire, "$screen"),
    "identify": lambda _: ("$identify", {}),
    "group": _named_group,
    "alias": _named_alias,
}
