"""The typed catalogue that rules are resolved against: which fields exist, of which type, and where they are stored.

It is plain data. `governance` builds it from the store; tests build it by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class FieldType(StrEnum):
    """Types of traits and event properties. Wire values are forever."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    DATE = "date"
    LIST = "list"  # of text


@dataclass(frozen=True, slots=True)
class Field:
    """A trait or an event property.

    `column` is its typed warehouse column; None means that it is read out of the JSON overflow column.
    """

    name: str
    type: FieldType
    column: str | None = None


@dataclass(frozen=True, slots=True)
class TagRef:
    """A tag that rules may ask for. `run` is the newest finished computation of its values, None before the first."""

    id: str
    name: str
    type: Literal["text", "number"]
    run: int | None = None


@dataclass(frozen=True, slots=True)
class AudienceRef:
    """An audience that rules may ask for. `run` is its newest finished membership, None before the first."""

    id: str
    name: str
    run: int | None = None


@dataclass(frozen=True, slots=True)
class Labels:
    """What traits, properties and events are called in one language, by name; others go by their names."""

    traits: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that rules of one workspace can name.

    `properties` is keyed by event name, then property name. `events` names further events that have arrived, those
    without properties; with None that list is not known, and any event's name is believed. Tags and audiences are
    keyed by id. `timezone` is the IANA name of the workspace's zone: day boundaries, anniversaries and relative dates
    follow it. `labels` are keyed by locale; sentences use them.
    """

    workspace_id: int
    timezone: str = "UTC"
    traits: Mapping[str, Field] = field(default_factory=dict)
    properties: Mapping[str, Mapping[str, Field]] = field(default_factory=dict)
    tags: Mapping[str, TagRef] = field(default_factory=dict)
    audiences: Mapping[str, AudienceRef] = field(default_factory=dict)
    events: frozenset[str] | None = None
    labels: Mapping[str, Labels] = field(default_factory=dict)
