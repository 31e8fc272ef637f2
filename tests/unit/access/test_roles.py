"""The table of roles, and what a principal may do."""

from __future__ import annotations

import pytest

from tributary.access import ROLE_SCOPES, ROLES, SCOPES, Principal, scopes_of
from tributary.access.roles import check_role, check_scopes
from tributary.errors import Forbidden, InvalidRequest


def test_every_role_holds_known_scopes_only_and_the_owner_all():
    assert all(scopes <= SCOPES.keys() for scopes in ROLE_SCOPES.values())
    assert ROLE_SCOPES["owner"] == SCOPES.keys()
    assert set(ROLE_SCOPES) == set(ROLES)


def test_every_role_can_at_least_what_a_viewer_can_and_a_viewer_only_looks():
    assert all(ROLE_SCOPES["viewer"] <= scopes for scopes in ROLE_SCOPES.values())
    assert all(scope.endswith(":read") for scope in ROLE_SCOPES["viewer"])


def test_sensitive_scopes_are_held_by_these_roles_only():
    holders = {scope: {role for role in ROLES if scope in ROLE_SCOPES[role]} for scope in SCOPES}
    assert holders["users:write"] == holders["workspace:write"] == {"owner"}
    assert holders["campaigns:send"] == {"owner", "marketer"}
    assert holders["profiles:reveal"] == {"owner", "engineer", "marketer"}
    assert holders["tokens:write"] == {"owner", "engineer"}
    assert holders["audit:read"] == {"owner", "engineer"}


def test_an_unknown_role_holds_nothing():
    assert scopes_of("emperor") == frozenset()


def test_unknown_roles_and_scopes_are_refused_with_the_known_ones():
    with pytest.raises(InvalidRequest, match="viewer"):
        check_role("emperor")
    with pytest.raises(InvalidRequest, match="audiences:read"):
        check_scopes(["everything"])
    with pytest.raises(InvalidRequest):
        check_scopes([])


def test_a_principal_without_the_scope_is_told_which_one_is_missing():
    principal = Principal(
        workspace_id=1, actor_id="usr_1", actor_kind="user", role="viewer", scopes=scopes_of("viewer"), name="Wang"
    )
    principal.require("audiences:read")
    with pytest.raises(Forbidden, match="audiences:write") as caught:
        principal.require("audiences:write")
    assert "Ask an owner" in caught.value.cure
