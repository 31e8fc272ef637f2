"""Events in answers: hiding what is personal in their properties, their context and what was changed in them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from tributary.api.people import personal_properties, personal_traits
from tributary.profiles import mask_context, mask_identifier, mask_properties, mask_trait, mask_traits
from tributary.store import Session

Hider = Callable[[dict[str, Any]], dict[str, Any]]


class EventMask:
    """What the catalogue of a workspace calls personal, and the events shown without it."""

    def __init__(self, session: Session, workspace_id: int) -> None:
        self.traits = personal_traits(session, workspace_id)
        self._properties = personal_properties(session, workspace_id)

    def of_event(self, event: str) -> frozenset[str]:
        """The names that are personal in events of this name."""
        return self.traits | self._properties.get(event, frozenset())

    def hider(self, event: str, type_: str, known: Collection[str]) -> Hider:
        """Hides what is personal in an event's properties, which of `$identify` are traits of the person.

        `known` are values that name the person, hidden wherever they stand.
        """
        if type_ == "identify":
            return lambda values: mask_traits(values, self.traits)
        personal = self.of_event(event)
        return lambda values: mask_properties(values, personal, known)

    def context(self, values: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
        """The context of an event."""
        return mask_context(values, self.traits, known)

    def changes(self, changes: Mapping[str, Any], properties: Mapping[str, Any], hide: Hider) -> dict[str, Any]:
        """What was standardised in an event; `properties` are its own, `hide` is its hider."""
        return {path: self._change(path, change, properties, hide) for path, change in changes.items()}

    def _change(self, path: str, change: Any, properties: Mapping[str, Any], hide: Hider) -> Any:
        if not isinstance(change, dict):
            return change
        place, _, name = path.partition(".")
        was = change.get("was")
        if place == "identifiers":
            return {**change, "was": mask_identifier(name, str(was))}
        if place == "properties":  # beside the others: they tell whether the object describes a person
            return {**change, "was": hide({**properties, name: was})[name]}
        return {**change, "was": mask_trait(name, was, self.traits)}
