"""People in lists: enough of each to recognise them by, with what is personal masked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, Field

from tributary import governance, profiles
from tributary.access import Principal
from tributary.api.context import Context
from tributary.api.people import personal_traits
from tributary.core.ids import encode_profile_id
from tributary.profiles import Profile
from tributary.store import Session

_TRAITS: Final = 4
_IDENTIFIERS: Final = 3
# What tells people apart at a glance, before what most of them have.
_TELLING: Final[tuple[str, ...]] = ("city", "province", "country", "gender", "age", "company", "plan")
_SHOWN_APART: Final = frozenset({"name", "firstName", "lastName", "email", "phone"})
_IDENTIFIER_ORDER: Final = ("phone", "email", "user_id")


class PersonIdentifier(BaseModel):
    """An identifier, masked."""

    type: str
    value: str


class PersonSummary(BaseModel):
    """A person in a list, with masked words to recognise them by; null when none is known."""

    id: str
    name: str | None
    email: str | None
    traits: dict[str, Any] = Field(description="A few telling ones, the same for everybody in the list, masked.")
    identifiers: list[PersonIdentifier] = Field(description="At most three, masked.")
    last_seen: datetime | None


def summaries(
    session: Session, context: Context, caller: Principal, profile_ids: Sequence[int]
) -> Callable[[int], PersonSummary]:
    """What turns the number of one of these people into a summary."""
    known = profiles.get_profiles(session, caller.workspace_id, profile_ids)
    personal = personal_traits(session, caller.workspace_id)
    shown = _shown_traits(context, caller, known.values())

    def summary(profile_id: int) -> PersonSummary:
        profile = known.get(profile_id)
        if profile is None:
            return PersonSummary(
                id=encode_profile_id(profile_id), name=None, email=None, traits={}, identifiers=[], last_seen=None
            )
        traits = profile.plain_traits()
        called, email = profiles.display_name(profile), traits.get("email")
        if email is None:
            email = next(iter(profile.identifier_values("email")), None)
        return PersonSummary(
            id=encode_profile_id(profile_id),
            name=profiles.mask_text(called.value) if called is not None and called.name == "name" else None,
            email=profiles.mask_identifier("email", email) if isinstance(email, str) else None,
            traits={each: profiles.mask_trait(each, traits[each], personal) for each in shown if each in traits},
            identifiers=_identifiers(profile),
            last_seen=profile.last_seen,
        )

    return summary


def _identifiers(profile: Profile) -> list[PersonIdentifier]:
    """The best known kinds first, one of each before a second of any."""

    def order(type_: str) -> tuple[bool, int]:
        place = _IDENTIFIER_ORDER.index(type_) if type_ in _IDENTIFIER_ORDER else len(_IDENTIFIER_ORDER)
        return (type_ == "anonymous_id", place)

    first: dict[str, str] = {}
    for each in profile.identifiers:
        first.setdefault(each.type, each.value)
    return [
        PersonIdentifier(type=type_, value=profiles.mask_identifier(type_, first[type_]))
        for type_ in sorted(first, key=order)[:_IDENTIFIERS]
    ]


def _shown_traits(context: Context, caller: Principal, found: Iterable[Profile]) -> list[str]:
    """The traits of the list: telling ones that somebody has, then those that most of all people have."""
    here = {
        name
        for profile in found
        for name, value in profile.plain_traits().items()
        if name not in _SHOWN_APART and isinstance(value, str | int | float)
    }
    telling = [name for name in _TELLING if name in here]
    if len(telling) >= _TRAITS or not here:
        return telling[:_TRAITS]
    shares = governance.field_facts(context.warehouse, caller.workspace_id, context.clock.now()).traits or {}
    others = sorted(here - set(telling), key=lambda name: (-shares.get(name, 0.0), name))
    return [*telling, *others][:_TRAITS]
