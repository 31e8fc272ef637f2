"""Login, sessions and their end, changing the password, slowing down guessing. On both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select, update

from tributary.access import (
    SCHEDULES,
    Passwords,
    change_password,
    end_session,
    job_handlers,
    list_sessions,
    logout,
    purge_ended,
    set_active,
)
from tributary.access.sessions import hash_token
from tributary.errors import Forbidden, InvalidRequest, NotFound, TooManyRequests, Unauthenticated
from tributary.jobs import Runner
from tributary.store.tables.access import LoginAttempts, LoginSession, User

from .conftest import OWNER, POLICY

NEW = "a rather different passphrase"


def test_login_gives_a_principal_with_the_role_of_the_workspace(desk):
    principal = desk.resolve(desk.login().token)
    assert (principal.actor_kind, principal.role, principal.workspace_id) == ("user", "owner", desk.workspace_id)
    assert "users:write" in principal.scopes


def test_the_address_is_compared_without_case_and_blanks(desk):
    assert desk.login("  OWNER@Example.com ").token


def test_the_store_holds_no_token_and_no_password(desk):
    signed = desk.login()
    with desk.store.read() as session:
        row = session.scalars(select(LoginSession)).one()
        user = session.scalars(select(User)).one()
        assert row.token_hash == hash_token(signed.token) != signed.token
        assert desk.password not in user.password_hash
    assert len(signed.token) >= 43, "256 bits"


@pytest.mark.parametrize("email", [OWNER, "nobody@example.com", "", "' OR 1=1 --"])
def test_wrong_logins_all_look_alike(desk, email):
    with pytest.raises(Unauthenticated) as caught:
        desk.login(email, "wrong password")
    assert caught.value.message == "The e-mail address or the password is wrong."


def test_known_and_unknown_accounts_cost_the_same_work(desk, monkeypatch):
    """Timing: one hash of the same cost and the same number of statements, whoever asks."""
    statements, hashes = [], []
    real = Passwords.verify
    monkeypatch.setattr(Passwords, "verify", lambda self, *args: hashes.append(1) or real(self, *args))

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    event.listen(desk.store.engine, "before_cursor_execute", note)
    work = []
    for email in (OWNER, "nobody@example.com"):
        statements.clear()
        hashes.clear()
        with pytest.raises(Unauthenticated):
            desk.login(email, "wrong")
        work.append(([*statements], len(hashes)))
    event.remove(desk.store.engine, "before_cursor_execute", note)
    assert work[0] == work[1]
    assert work[0][1] == 1


def test_guessing_is_slowed_down_per_account_and_address_and_never_for_good(desk):
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            desk.login(password="wrong")
    with pytest.raises(TooManyRequests) as caught:
        desk.login()
    assert caught.value.attrs["retry_after"] == 3
    assert desk.login(ip="10.9.9.9").token, "another address is not held up"
    desk.clock.advance(3)
    assert desk.login().token, "the right password works after the pause"
    with pytest.raises(Unauthenticated):
        desk.login(password="wrong")


def test_pauses_grow_up_to_a_quarter_of_an_hour(desk):
    pauses = []
    for _ in range(20):
        try:
            desk.login(password="wrong")
        except Unauthenticated:
            continue
        except TooManyRequests as exc:
            pauses.append(exc.attrs["retry_after"])
            desk.clock.advance(exc.attrs["retry_after"])
    assert pauses == sorted(pauses)
    desk.clock.advance(timedelta(hours=1))
    for _ in range(12):
        with pytest.raises(Unauthenticated):
            desk.login(password="wrong")
        with pytest.raises(TooManyRequests) as caught:
            desk.login(password="wrong")
        desk.clock.advance(caught.value.attrs["retry_after"])
    assert caught.value.attrs["retry_after"] == 901


def test_failures_are_forgotten_after_a_day(desk):
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            desk.login(password="wrong")
    desk.clock.advance(timedelta(hours=25))
    for _ in range(4):
        with pytest.raises(Unauthenticated):
            desk.login(password="wrong")
    assert desk.login().token


def test_attempts_of_unknown_accounts_are_kept_only_as_hashes(desk):
    with pytest.raises(Unauthenticated):
        desk.login("my secret typed in the wrong field", "x")
    with desk.store.read() as session:
        assert all(len(key) == 64 for key in session.scalars(select(LoginAttempts.key)))


def test_login_replaces_the_session_of_the_same_browser(desk):
    old = desk.login().token
    new = desk.login(replaces=old).token
    with pytest.raises(Unauthenticated):
        desk.resolve(old)
    assert desk.resolve(new)


def test_a_session_ends_when_idle_and_at_its_age(desk):
    token = desk.login().token
    desk.clock.advance(timedelta(minutes=29))
    assert desk.resolve(token), "each request extends it"
    desk.clock.advance(timedelta(minutes=29))
    assert desk.resolve(token)
    desk.clock.advance(timedelta(minutes=30))
    with pytest.raises(Unauthenticated):
        desk.resolve(token)
    token = desk.login().token
    for _ in range(12 * 60 // 20 - 1):
        desk.clock.advance(timedelta(minutes=20))
        desk.resolve(token)
    desk.clock.advance(timedelta(minutes=20))
    with pytest.raises(Unauthenticated):
        desk.resolve(token)


@pytest.mark.parametrize("token", ["", "nonsense", "0" * 43])
def test_a_made_up_token_is_nobody(desk, token):
    with pytest.raises(Unauthenticated):
        desk.resolve(token)


def test_logout_ends_the_session_on_the_server(desk):
    token = desk.login().token
    principal = desk.resolve(token)
    with desk.store.begin() as session:
        logout(session, principal)
    with pytest.raises(Unauthenticated):
        desk.resolve(token)


def test_changing_the_password_ends_all_other_sessions_at_once(desk):
    here, elsewhere = desk.login().token, desk.login(ip="10.0.0.2").token
    change_password(desk.store, desk.clock, desk.passwords, desk.resolve(here), current=desk.password, new=NEW)
    assert desk.resolve(here)
    with pytest.raises(Unauthenticated):
        desk.resolve(elsewhere)
    with pytest.raises(Unauthenticated):
        desk.login()
    assert desk.login(password=NEW).token
    assert "user.password_changed" in desk.actions()


def test_the_current_password_cannot_be_guessed_through_a_stolen_session(desk):
    principal = desk.owner()
    for _ in range(5):
        with pytest.raises(Forbidden):
            change_password(desk.store, desk.clock, desk.passwords, principal, current="wrong", new=NEW)
    with pytest.raises(TooManyRequests):
        change_password(desk.store, desk.clock, desk.passwords, principal, current=desk.password, new=NEW)


def test_a_weak_new_password_changes_nothing(desk):
    with pytest.raises(InvalidRequest):
        change_password(desk.store, desk.clock, desk.passwords, desk.owner(), current=desk.password, new="password1234")
    assert desk.login().token


def test_a_closed_account_is_out_at_once_and_cannot_sign_in(desk):
    token = desk.login().token
    with desk.store.begin() as session:
        set_active(session, desk.system(), desk.owner_id, is_active=False)
    for attempt in (lambda: desk.resolve(token), desk.login):
        with pytest.raises(Unauthenticated):
            attempt()
    with desk.store.begin() as session:
        set_active(session, desk.system(), desk.owner_id, is_active=True)
    assert desk.login().token


def test_a_password_changed_while_it_is_checked_does_not_open(desk, monkeypatch):
    real = Passwords.verify

    def slow(self, *args):
        is_right = real(self, *args)
        with desk.store.begin() as session:
            session.execute(update(User).values(password_hash=desk.passwords.hash(NEW)))
        return is_right

    monkeypatch.setattr(Passwords, "verify", slow)
    with pytest.raises(Unauthenticated):
        desk.login()


def test_hashes_are_renewed_at_login_when_the_parameters_change(desk):
    desk.passwords = Passwords(memory_kib=128)
    desk.login()
    with desk.store.read() as session:
        assert "m=128" in session.scalars(select(User.password_hash)).one()
    assert desk.login().token


def test_one_sees_and_ends_only_ones_own_sessions(desk):
    first, second = desk.owner(), desk.owner()
    other, _ = desk.member("viewer")
    with desk.store.begin() as session:
        assert {row.id for row in list_sessions(session, first)} == {first.session_id, second.session_id}
        with pytest.raises(NotFound):
            end_session(session, other, first.session_id)
        end_session(session, first, second.session_id)
        assert [row.id for row in list_sessions(session, first)] == [first.session_id]


def test_logins_and_failures_are_in_the_audit_log(desk):
    desk.login()
    with pytest.raises(Unauthenticated):
        desk.login(password="wrong")
    assert desk.actions() == ["member.added", "user.logged_in", "user.login_failed"]


def test_old_sessions_and_attempts_are_purged(desk):
    desk.login()
    with pytest.raises(Unauthenticated):
        desk.login(password="wrong")
    with desk.store.begin() as session:
        assert purge_ended(session, desk.clock.now()) == 0
    desk.clock.advance(POLICY.absolute + timedelta(hours=24))
    runner = Runner(desk.store, desk.clock, job_handlers(desk.store, desk.clock), schedules=SCHEDULES)
    runner.run_all()
    desk.clock.advance(timedelta(hours=1))
    assert runner.run_all() == 1
    with desk.store.read() as session:
        assert session.scalars(select(LoginSession)).all() == session.scalars(select(LoginAttempts)).all() == []
