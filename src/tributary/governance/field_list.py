"""The catalogue as editors show it: every trait, and every event with its properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from tributary.governance.field_facts import FieldFacts
from tributary.governance.reserved import event_labels, reserved_field, reserved_properties, reserved_traits
from tributary.rules import Locale
from tributary.store.tables.governance import Field

EventKind = Literal["track", "page", "screen", "identify", "group", "alias"]

_PROTOCOL: Mapping[str, EventKind] = {
    "$page": "page",
    "$screen": "screen",
    "$identify": "identify",
    "$group": "group",
    "$alias": "alias",
}


@dataclass(frozen=True, slots=True)
class ListedField:
    """A trait or property. `label` is what it is called where its meaning is agreed; `coverage` is from 0 to 1."""

    name: str
    type: str
    label: str | None
    last_seen: datetime | None
    coverage: float | None


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event. `last_seen` is None for a standard one that has not arrived, `volume_30d` where it is not known."""

    name: str
    label: str | None
    kind: EventKind
    last_seen: datetime | None
    volume_30d: int | None
    properties: tuple[ListedField, ...]


@dataclass(frozen=True, slots=True)
class FieldList:
    """What rules of a workspace can name, what is used most first."""

    traits: tuple[ListedField, ...]
    events: tuple[ListedEvent, ...]


def list_fields(session: Session, workspace_id: int, facts: FieldFacts, locale: Locale) -> FieldList:
    """Everything that the catalogue knows: reserved names, learnt ones, and events that only the warehouse has seen."""
    traits: dict[str, tuple[str, datetime | None]] = {
        name: (field.type.value, None) for name, field in reserved_traits().items()
    }
    properties: dict[str, dict[str, tuple[str, datetime | None]]] = {
        event: {field.name: (field.type.value, None) for field in fields}
        for event, fields in reserved_properties().items()
    }
    for event in facts.events or ():
        properties.setdefault(event, {})
    rows = select(Field.kind, Field.event, Field.name, Field.type, Field.last_seen)
    for kind, event, name, type_, last_seen in session.execute(rows.where(Field.workspace_id == workspace_id)):
        (traits if kind == "trait" else properties.setdefault(event, {}))[name] = (type_, last_seen)
    return FieldList(
        traits=_fields("trait", traits, facts.traits, locale),
        events=tuple(
            sorted(
                (_event(name, known, facts, locale) for name, known in properties.items() if name),
                key=lambda event: (event.last_seen is None, -(event.volume_30d or 0), event.name),
            )
        ),
    )


def known_traits(session: Session, workspace_id: int, locale: Locale) -> dict[str, str | None]:
    """The traits that have arrived, and what they are called where their meaning is agreed."""
    names = session.scalars(select(Field.name).where(Field.workspace_id == workspace_id, Field.kind == "trait"))
    found = {}
    for name in names:
        reserved = reserved_field("trait", name)
        found[name] = None if reserved is None else reserved.label[locale]
    return found


def _event(
    name: str, known: Mapping[str, tuple[str, datetime | None]], facts: FieldFacts, locale: Locale
) -> ListedEvent:
    arrived = (facts.events or {}).get(name)
    seen = [last_seen for _, last_seen in known.values() if last_seen is not None]
    shares = (facts.properties or {}).get(name)  # None: no event of this name is in the sample
    return ListedEvent(
        name=name,
        label=event_labels().get(name, {}).get(locale),
        kind=_PROTOCOL.get(name, "track"),
        last_seen=arrived.last_seen if arrived is not None else max(seen, default=None),
        volume_30d=None if facts.events is None else arrived.volume_30d if arrived is not None else 0,
        properties=_fields("property", known, shares, locale),
    )


def _fields(
    kind: Literal["trait", "property"],
    known: Mapping[str, tuple[str, datetime | None]],
    shares: Mapping[str, float] | None,
    locale: Locale,
) -> tuple[ListedField, ...]:
    found = []
    for name, (type_, last_seen) in known.items():
        reserved = reserved_field(kind, name)
        coverage = None if shares is None else shares.get(name, 0.0)
        label = None if reserved is None else reserved.label[locale]
        found.append(ListedField(name, type_, label, last_seen, coverage))
    return tuple(sorted(found, key=lambda field: (field.last_seen is None, -(field.coverage or 0), field.name)))
