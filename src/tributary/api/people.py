"""People in answers: checking that a profile belongs to the caller's workspace, and hiding what is personal."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Annotated

from fastapi import Query
from sqlalchemy import select

from tributary.access import Principal, audit
from tributary.api.context import Context
from tributary.core.ids import decode_profile_id, encode_profile_id
from tributary.errors import NotFound
from tributary.governance import reserved_traits
from tributary.profiles import Profile
from tributary.store import Session
from tributary.store.tables.governance import Field
from tributary.store.tables.profiles import ProfileRow

Reveal = Annotated[
    bool, Query(description="Show personal data. Needs the permission profiles:reveal and is written to the audit log.")
]


def own_profile(session: Session, workspace_id: int, text: str) -> int:
    """The number behind `prf_…`, also of a profile that a merge absorbed.

    Raises:
        NotFound: there is no such profile in the workspace.
    """
    profile_id = decode_profile_id(text)
    found = session.scalar(
        select(ProfileRow.profile_id).where(
            ProfileRow.profile_id == profile_id, ProfileRow.workspace_id == workspace_id
        )
    )
    if found is None:
        raise NotFound("There is no person with this id in this workspace.", cure="Check the id.")
    return found


def note_revealed(context: Context, caller: Principal, action: str, profile_ids: Iterable[int]) -> None:
    """Write down that the caller gets to see personal data of these people, in a transaction of its own: what was
    shown was shown, whatever happens next.

    Raises:
        Forbidden: the caller may not.
    """
    caller.require("profiles:reveal")
    with context.store.begin() as session:
        for profile_id in profile_ids:
            audit(session, caller, f"{action}_revealed", "profile", encode_profile_id(profile_id))


def personal_traits(session: Session, workspace_id: int) -> frozenset[str]:
    """The traits that the catalogue calls personal."""
    learnt = session.scalars(
        select(Field.name).where(Field.workspace_id == workspace_id, Field.kind == "trait", Field.is_pii.is_(True))
    )
    return frozenset(learnt) | {name for name, field in reserved_traits().items() if field.is_pii}


def personal_properties(session: Session, workspace_id: int) -> dict[str, frozenset[str]]:
    """The properties that the catalogue calls personal, by event."""
    found: dict[str, set[str]] = {}
    for event, name in session.execute(
        select(Field.event, Field.name).where(
            Field.workspace_id == workspace_id, Field.kind == "property", Field.is_pii.is_(True)
        )
    ):
        found.setdefault(event, set()).add(name)
    return {event: frozenset(names) for event, names in found.items()}


def known_values(profile: Profile, personal: Collection[str]) -> frozenset[str]:
    """Texts that name this person: identifiers, except random ones, and the values of personal traits."""
    identifiers = {each.value for each in profile.identifiers if each.type != "anonymous_id"}
    traits = {value for name, value in profile.plain_traits().items() if name in personal and isinstance(value, str)}
    return frozenset(identifiers | traits)
