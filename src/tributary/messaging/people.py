"""The people of a send, many at a time: address, identifiers and golden traits, under the profile they are today."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from tributary.messaging.mail import is_mail_address
from tributary.privacy import Person
from tributary.store import Session
from tributary.store.tables.identity import Identifier, ProfileAlias
from tributary.store.tables.profiles import ProfileRow

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to write to. `address` is empty when there is none; `identifiers` are oldest first."""

    profile_id: int
    address: str
    identifiers: tuple[tuple[str, str], ...]
    traits: dict[str, Any]

    @property
    def person(self) -> Person:
        """What privacy decides about."""
        return Person(self.address, self.identifiers)

    @property
    def problem(self) -> str | None:
        """Why nothing can be addressed to them: `address_missing`, `address_invalid`, or None."""
        if not self.address:
            return "address_missing"
        return None if is_mail_address(self.address) else "address_invalid"


def canonical_ids(session: Session, profile_ids: Collection[int]) -> dict[int, int]:
    """Each id → the profile it leads to today."""
    canonical = {profile_id: profile_id for profile_id in profile_ids}
    for chunk in _chunks(profile_ids):
        rows = session.execute(
            select(ProfileAlias.profile_id, ProfileAlias.canonical_id).where(ProfileAlias.profile_id.in_(chunk))
        )
        canonical.update((profile_id, target) for profile_id, target in rows)
    return canonical


def load_recipients(session: Session, workspace_id: int, profile_ids: Collection[int]) -> dict[int, Recipient]:
    """Recipients by canonical profile id; an id that was absorbed is followed, an unknown one is left out."""
    ids = set(canonical_ids(session, profile_ids).values())
    identifiers: dict[int, list[tuple[str, str]]] = {}
    traits: dict[int, dict[str, Any]] = {}
    for chunk in _chunks(ids):
        for profile_id, type_, value in session.execute(
            select(Identifier.profile_id, Identifier.type, Identifier.value)
            .where(Identifier.profile_id.in_(chunk), Identifier.workspace_id == workspace_id)
            .order_by(Identifier.first_seen_ms, Identifier.id)
        ):
            identifiers.setdefault(profile_id, []).append((type_, value))
        for profile_id, text in session.execute(
            select(ProfileRow.profile_id, ProfileRow.traits).where(
                ProfileRow.profile_id.in_(chunk), ProfileRow.workspace_id == workspace_id
            )
        ):
            traits[profile_id] = {name: entry[0] for name, entry in json.loads(text).items()}
    return {
        profile_id: Recipient(profile_id, _address(own, identifiers.get(profile_id, ())), own_ids, own)
        for profile_id, own in traits.items()
        for own_ids in [tuple(identifiers.get(profile_id, ()))]
    }


def _address(traits: dict[str, Any], identifiers: Iterable[tuple[str, str]]) -> str:
    """The golden `email` trait; without a usable one, the address that was linked last."""
    trait = traits.get("email")
    if isinstance(trait, str) and is_mail_address(trait.strip()):
        return trait.strip()
    linked = [value for type_, value in identifiers if type_ == "email"]
    return linked[-1] if linked else ""


def _chunks(ids: Collection[int]) -> Iterable[list[int]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
