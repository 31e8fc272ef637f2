"""People in answers: checking that a profile belongs to the caller's workspace, and hiding what is personal."""

from __future__ import annotations

from sqlalchemy import select

from tributary.access import Principal
from tributary.core.ids import decode_profile_id
from tributary.errors import NotFound
from tributary.governance import reserved_traits
from tributary.store import Session
from tributary.store.tables.governance import Field
from tributary.store.tables.profiles import ProfileRow


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
        raise NotFound(f"There is no profile {text!r} in this workspace.", cure="Check the id.")
    return found


def hidden_traits(session: Session, caller: Principal) -> frozenset[str]:
    """The traits whose values the caller may not see; none for who may reveal personal data."""
    if "profiles:reveal" in caller.scopes:
        return frozenset()
    learnt = session.scalars(
        select(Field.name).where(
            Field.workspace_id == caller.workspace_id, Field.kind == "trait", Field.is_pii.is_(True)
        )
    )
    return frozenset(learnt) | {name for name, field in reserved_traits().items() if field.is_pii}
