"""The first owner, members and their roles, workspaces, the audit log. On both engines."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tributary.access import (
    add_member,
    add_workspace,
    audit,
    change_role,
    create_first_owner,
    create_workspace,
    find_user,
    get_member,
    list_audit,
    list_members,
    list_workspaces,
    remove_member,
    reset_password,
    scopes_of,
    switch_workspace,
    update_workspace,
)
from tributary.access.passwords import check_new_password
from tributary.errors import Conflict, Forbidden, InvalidRequest, NotFound, Unauthenticated
from tributary.store.tables.access import AuditEntry, User

from .conftest import OWNER


def test_the_first_owner_gets_a_random_password_and_exists_once(desk):
    check_new_password(desk.password, email=OWNER)
    with pytest.raises(Conflict), desk.store.begin() as session:
        create_first_owner(session, "second@example.com", desk.clock, passwords=desk.passwords)


def test_the_first_owner_joins_a_workspace_that_exists(store, clock, passwords):
    with store.begin() as session:
        home = add_workspace(session, clock, name="demo")
        create_first_owner(session, OWNER, clock, passwords=passwords)
        assert [membership.workspace_id for _, membership in list_members(session, home.id)] == [home.id]


@pytest.mark.parametrize("email", ["", "nobody", "a@", "@b.com", "a b@c.com"])
def test_what_is_no_address_is_refused(desk, email):
    with pytest.raises(InvalidRequest), desk.store.begin() as session:
        add_member(session, desk.system(), desk.passwords, email=email, name="", role="viewer")


def test_a_new_account_gets_a_password_and_an_existing_one_only_a_role(desk):
    with desk.store.begin() as session:
        _, password = add_member(session, desk.system(), desk.passwords, email="Li@Example.com", name="", role="viewer")
        other = add_workspace(session, desk.clock, name="other")
        _, again = add_member(
            session, desk.system(other.id), desk.passwords, email="li@example.COM", name="", role="analyst"
        )
        assert find_user(session, "LI@example.com").name == "li"
    assert password is not None
    assert again is None
    with pytest.raises(Conflict), desk.store.begin() as session:
        add_member(session, desk.system(), desk.passwords, email="li@example.com", name="", role="owner")


def test_members_are_listed_per_workspace_and_page(desk):
    members = {desk.member(role)[0].user_id for role in ("viewer", "analyst")} | {desk.owner_id}
    with desk.store.read() as session:
        assert {user.id for user, _ in list_members(session, desk.workspace_id)} == members
        first = list_members(session, desk.workspace_id, limit=1)[0][0].id
        assert {user.id for user, _ in list_members(session, desk.workspace_id, after=first)} == members - {first}
        with pytest.raises(NotFound):
            get_member(session, desk.workspace_id + 1, desk.owner_id)


def test_a_new_role_takes_effect_at_the_next_request(desk):
    member, password = desk.member("engineer")
    token = desk.login("engineer@example.com", password).token
    owner = desk.owner()
    with desk.store.begin() as session:
        change_role(session, owner, member.user_id, "viewer")
    assert desk.resolve(token).scopes == scopes_of("viewer")


def test_nobody_hands_out_or_takes_away_more_than_they_hold(desk):
    engineer, _ = desk.member("engineer")
    analyst, _ = desk.member("analyst")
    with desk.store.begin() as session:
        for attempt in (
            lambda: change_role(session, engineer, engineer.user_id, "owner"),
            lambda: change_role(session, engineer, desk.owner_id, "viewer"),
            lambda: change_role(session, engineer, analyst.user_id, "marketer"),
            lambda: remove_member(session, engineer, desk.owner_id),
            lambda: add_member(session, engineer, desk.passwords, email="x@example.com", name="", role="owner"),
        ):
            with pytest.raises(Forbidden):
                attempt()


def test_the_last_owner_stays(desk):
    owner = desk.owner()
    with desk.store.begin() as session:
        for attempt in (
            lambda: change_role(session, owner, owner.user_id, "viewer"),
            lambda: remove_member(session, owner, owner.user_id),
        ):
            with pytest.raises(Conflict, match="last owner"):
                attempt()
    second, _ = desk.member("owner", email="second@example.com")
    with desk.store.begin() as session:
        remove_member(session, second, owner.user_id)
    with pytest.raises(Conflict), desk.store.begin() as session:
        remove_member(session, second, second.user_id)


def test_who_leaves_is_out_at_once(desk):
    member, password = desk.member("analyst")
    token = desk.login("analyst@example.com", password).token
    owner = desk.owner()
    with desk.store.begin() as session:
        remove_member(session, owner, member.user_id)
    for attempt in (lambda: desk.resolve(token), lambda: desk.login("analyst@example.com", password)):
        with pytest.raises(Unauthenticated):
            attempt()


def test_a_reset_password_ends_the_sessions_and_opens_once_set(desk):
    member, old = desk.member("analyst")
    token = desk.login("analyst@example.com", old).token
    owner = desk.owner()
    with desk.store.begin() as session:
        new = reset_password(session, owner, desk.passwords, member.user_id)
    with pytest.raises(Unauthenticated):
        desk.resolve(token)
    with pytest.raises(Unauthenticated):
        desk.login("analyst@example.com", old)
    assert desk.login("analyst@example.com", new).token


def test_the_password_of_somebody_who_works_elsewhere_too_cannot_be_taken_over(desk):
    member, _ = desk.member("analyst")
    with desk.store.begin() as session:
        other = add_workspace(session, desk.clock, name="other")
        add_member(session, desk.system(other.id), desk.passwords, email="analyst@example.com", name="", role="viewer")
    owner = desk.owner()
    with desk.store.begin() as session:
        with pytest.raises(Forbidden):
            reset_password(session, owner, desk.passwords, member.user_id)
        assert reset_password(session, desk.system(), desk.passwords, member.user_id)


def test_a_workspace_belongs_to_who_creates_it_and_is_entered_by_members_only(desk):
    owner = desk.owner()
    viewer, _ = desk.member("viewer")
    with desk.store.begin() as session:
        made = create_workspace(session, owner, name=" Shop ", timezone="Europe/Berlin", locale="en", currency="EUR")
        assert made.name == "Shop"
        assert [(w.id, role) for w, role in list_workspaces(session, owner)] == [
            (desk.workspace_id, "owner"),
            (made.id, "owner"),
        ]
        assert [w.id for w, _ in list_workspaces(session, viewer)] == [desk.workspace_id]
        switch_workspace(session, owner, made.id)
        for wanted in (made.id, 999):
            with pytest.raises(NotFound):
                switch_workspace(session, viewer, wanted)


def test_switching_moves_the_session_and_its_role(desk):
    signed = desk.login()
    owner = desk.resolve(signed.token)
    with desk.store.begin() as session:
        other = add_workspace(session, desk.clock, name="other")
        add_member(session, desk.system(other.id), desk.passwords, email=OWNER, name="", role="viewer")
        switch_workspace(session, owner, other.id)
    now = desk.resolve(signed.token)
    assert (now.workspace_id, now.role) == (other.id, "viewer")


@pytest.mark.parametrize(
    "change", [{"name": " "}, {"timezone": "Mars/Olympus"}, {"locale": "fr"}, {"currency": "yuan"}, {"currency": "cny"}]
)
def test_workspace_settings_are_checked(desk, change):
    with pytest.raises(InvalidRequest), desk.store.begin() as session:
        update_workspace(session, desk.system(), **change)


def test_workspace_changes_are_recorded_with_what_changed(desk):
    with desk.store.begin() as session:
        update_workspace(session, desk.system(), name="Shop", currency="CNY")
        update_workspace(session, desk.system(), name="Shop")
    with desk.store.read() as session:
        entries = list_audit(session, desk.workspace_id, action="workspace.updated")
        assert [entry.details for entry in entries] == [{"name": "Shop"}]


def test_the_record_vanishes_with_the_change(desk):
    before = desk.actions()
    with pytest.raises(RuntimeError), desk.store.begin() as session:
        add_member(session, desk.system(), desk.passwords, email="x@example.com", name="", role="viewer")
        raise RuntimeError
    assert desk.actions() == before
    with desk.store.read() as session:
        assert session.scalars(select(User.email)).all() == [OWNER]


def test_a_record_says_who_when_what_and_from_where(desk, at):
    principal = at(desk.owner(), ip="10.1.2.3", request_id="req_abcdefgh")
    desk.clock.advance(60)
    with desk.store.begin() as session:
        audit(session, principal, "audience.created", "audience", "aud_1", {"name": "高价值"})
    with desk.store.read() as session:
        entry = list_audit(session, desk.workspace_id, limit=1)[0]
        values = {
            column.name: getattr(entry, column.name) for column in AuditEntry.__table__.columns if column.name != "id"
        }
    assert values == {
        "workspace_id": desk.workspace_id,
        "at": desk.clock.now(),
        "actor_id": desk.owner_id,
        "actor_kind": "user",
        "action": "audience.created",
        "target_type": "audience",
        "target_id": "aud_1",
        "details": {"name": "高价值"},
        "request_id": "req_abcdefgh",
        "ip": "10.1.2.3",
    }


def test_the_log_is_filtered_and_paged(desk):
    with desk.store.begin() as session:
        for number in range(5):
            audit(session, desk.system(), "audience.created" if number % 2 else "tag.created", "x", f"x{number}", {})
        audit(session, desk.system(desk.workspace_id + 1), "audience.created", "x", "other", {})
    with desk.store.read() as session:
        newest = list_audit(session, desk.workspace_id, limit=2)
        assert [entry.target_id for entry in newest] == ["x4", "x3"]
        older = list_audit(session, desk.workspace_id, before=newest[-1].id, limit=2)
        assert [entry.target_id for entry in older] == ["x2", "x1"]
        assert [e.target_id for e in list_audit(session, desk.workspace_id, action="audience.")] == ["x3", "x1"]
        assert [e.target_id for e in list_audit(session, desk.workspace_id, action="audience")] == []
        assert [e.target_id for e in list_audit(session, desk.workspace_id, target_id="x2")] == ["x2"]
        assert list_audit(session, desk.workspace_id, actor_id="usr_nobody") == []
