"""API tokens: their scopes never exceed their creator's. On both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tributary.access import (
    ROLES,
    SCOPES,
    Caller,
    change_role,
    create_token,
    list_tokens,
    remove_member,
    resolve_token,
    revoke_token,
    scopes_of,
    set_active,
)
from tributary.access.sessions import hash_token
from tributary.errors import Forbidden, InvalidRequest, NotFound, Unauthenticated
from tributary.store.tables.access import ApiToken


@pytest.fixture
def issue(desk):
    def issue(principal, *scopes, **options):
        with desk.store.begin() as session:
            row, text = create_token(session, principal, name="loader", scopes=scopes, **options)
            return row.id, text

    return issue


@pytest.fixture
def use(desk):
    return lambda text: resolve_token(desk.store, desk.clock, text, Caller())


def test_a_token_acts_in_its_workspace_with_its_scopes(desk, issue, use):
    owner = desk.owner()
    token_id, text = issue(owner, "audiences:read", "tags:read")
    program = use(text)
    assert (program.workspace_id, program.actor_kind, program.actor_id) == (desk.workspace_id, "token", token_id)
    assert program.scopes == {"audiences:read", "tags:read"}
    assert program.user_id == owner.user_id


def test_the_secret_is_kept_nowhere(desk, issue):
    _, text = issue(desk.owner(), "tags:read")
    with desk.store.read() as session:
        row = session.scalars(select(ApiToken)).one()
        assert row.token_hash == hash_token(text)
        assert text.startswith(row.prefix)
        assert len(text) - len(row.prefix) >= 37
    assert text.startswith("trb_")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(role=st.sampled_from(ROLES), wanted=st.sets(st.sampled_from(sorted(SCOPES)), min_size=1))
def test_nobody_gives_a_token_more_than_they_hold(sqlite_desk, role, wanted):
    desk, principals = sqlite_desk
    principal = principals[role]
    with desk.store.begin() as session:
        if wanted <= scopes_of(role):
            row, _ = create_token(session, principal, name="x", scopes=wanted)
            assert set(row.scopes) == wanted
        else:
            with pytest.raises(Forbidden):
                create_token(session, principal, name="x", scopes=wanted)


@pytest.fixture
def sqlite_desk(sqlite_store, clock, passwords):
    from .conftest import Desk

    desk = Desk(sqlite_store, clock, passwords)
    return desk, {role: desk.member(role, email=f"a-{role}@example.com")[0] for role in ROLES}


def test_a_token_that_makes_a_token_cannot_widen_it(desk, issue, use):
    _, text = issue(desk.owner(), "tokens:write", "tags:read")
    program = use(text)
    issue(program, "tags:read")
    with pytest.raises(Forbidden):
        issue(program, "users:write")


def test_a_token_loses_what_its_creator_loses_at_once(desk, issue, use):
    engineer, _ = desk.member("engineer")
    owner = desk.owner()
    _, text = issue(engineer, "sources:write", "audiences:read")
    with desk.store.begin() as session:
        change_role(session, owner, engineer.user_id, "viewer")
    assert use(text).scopes == {"audiences:read"}
    with desk.store.begin() as session:
        remove_member(session, owner, engineer.user_id)
    with pytest.raises(Unauthenticated):
        use(text)


def test_the_tokens_of_a_closed_account_stop(desk, issue, use):
    engineer, _ = desk.member("engineer")
    _, text = issue(engineer, "audiences:read")
    with desk.store.begin() as session:
        set_active(session, desk.system(), engineer.user_id, is_active=False)
    with pytest.raises(Unauthenticated):
        use(text)


def test_a_token_expires_and_can_be_revoked(desk, issue, use):
    owner = desk.owner()
    _, brief = issue(owner, "tags:read", expires_at=desk.clock.now() + timedelta(hours=1))
    token_id, lasting = issue(owner, "tags:read")
    desk.clock.advance(timedelta(hours=1))
    with pytest.raises(Unauthenticated):
        use(brief)
    assert use(lasting)
    with desk.store.begin() as session:
        revoke_token(session, owner, token_id)
        revoke_token(session, owner, token_id)
    with pytest.raises(Unauthenticated):
        use(lasting)
    assert desk.actions().count("token.revoked") == 1


@pytest.mark.parametrize("text", ["", "trb_", "trb_" + "x" * 43])
def test_a_made_up_token_is_nobody(desk, use, text):
    with pytest.raises(Unauthenticated):
        use(text)


def test_bad_requests_are_refused(desk):
    owner = desk.owner()
    with desk.store.begin() as session:
        for options in (
            {"name": " ", "scopes": ["tags:read"]},
            {"name": "x", "scopes": []},
            {"name": "x", "scopes": ["unknown:read"]},
            {"name": "x", "scopes": ["tags:read"], "expires_at": desk.clock.now()},
        ):
            with pytest.raises(InvalidRequest):
                create_token(session, owner, **options)
        with pytest.raises(Forbidden):
            create_token(session, desk.system(), name="x", scopes=["tags:read"])


def test_tokens_of_other_workspaces_are_not_there(desk, issue):
    token_id, _ = issue(desk.owner(), "tags:read")
    with desk.store.begin() as session:
        assert list_tokens(session, desk.workspace_id + 1) == []
        with pytest.raises(NotFound):
            revoke_token(session, desk.system(desk.workspace_id + 1), token_id)


def test_last_use_is_noted(desk, issue, use):
    token_id, text = issue(desk.owner(), "tags:read")
    use(text)
    with desk.store.read() as session:
        assert session.get_one(ApiToken, token_id).last_used_at == desk.clock.now()
