"""Hashing passwords, and which ones are refused."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tributary.access import Passwords
from tributary.access.passwords import MAX_LENGTH, MIN_LENGTH, check_new_password, random_password
from tributary.errors import InvalidRequest, TooManyRequests


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
@settings(max_examples=20, deadline=None)
def test_only_the_same_password_is_right(first, second):
    passwords = Passwords(memory_kib=64)
    hashed = passwords.hash(first)
    assert passwords.verify(hashed, first)
    assert passwords.verify(hashed, second) == (first == second)
    assert first not in hashed or len(first) < 4


def test_the_default_is_argon2id_with_46_mib_and_every_hash_has_its_own_salt():
    passwords = Passwords()
    hashed = passwords.hash("correct horse battery staple")
    assert hashed.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert passwords.hash("correct horse battery staple") != hashed


def test_a_hash_of_other_parameters_still_opens_and_wants_to_be_renewed(passwords):
    old = Passwords(memory_kib=32).hash("correct horse battery staple")
    assert passwords.verify(old, "correct horse battery staple")
    assert passwords.needs_rehash(old)
    assert not passwords.needs_rehash(passwords.hash("x"))


def test_an_account_that_does_not_exist_costs_a_hash_and_is_never_right(passwords, monkeypatch):
    calls = []
    real = passwords._hasher.verify
    monkeypatch.setattr(
        type(passwords._hasher), "verify", lambda self, *args: calls.append(args[0]) or real.__func__(self, *args)
    )
    assert not passwords.verify(None, "anything")
    assert len(calls) == 1
    assert calls[0].startswith("$argon2id$v=19$m=64,t=1,p=1$"), "the same parameters as everybody's"


def test_a_broken_hash_is_a_wrong_password(passwords):
    assert not passwords.verify("", "x")
    assert not passwords.verify("plain", "plain")


def test_hashing_is_bounded_so_that_many_logins_cannot_take_all_memory(passwords, monkeypatch):
    monkeypatch.setattr("tributary.access.passwords._WAIT_SECONDS", 0.01)
    full = threading.BoundedSemaphore(1)
    full.acquire()
    monkeypatch.setattr(passwords, "_slots", full)
    with pytest.raises(TooManyRequests):
        passwords.hash("x")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * (MIN_LENGTH - 1),
        "x" * (MAX_LENGTH + 1),
        "aaaaaaaaaaaaaa",
        "password12345",
        "PasswordPassword",
        "P@ssw0rd!2024",
        "123456789012",
        "qwertyuiopas",
        "zyxwvutsrqponm",
        "administrator1",
        "tributary2026!!",
        "li.xiaohong123",
        "1qaz2wsx3edc4rfv",
    ],
)
def test_guessable_passwords_are_refused_with_a_reason(password):
    with pytest.raises(InvalidRequest) as caught:
        check_new_password(password, email="Li.Xiaohong@example.com")
    assert caught.value.cure


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "床前明月光疑是地上霜举头望明月",
        "tr0ub4dor&3xyz",
        "x7#kQ9!mZp2w",
        "a" * 40 + "bcdefgh",
    ],
)
def test_long_unrelated_passwords_are_good(password):
    check_new_password(password, email="li@example.com")


def test_random_passwords_are_good_and_differ():
    made = {random_password() for _ in range(200)}
    assert len(made) == 200
    for password in made:
        check_new_password(password)
