"""`tributary setup`: the first owner without a browser."""

from __future__ import annotations

import io
import json
import sys

import pytest

from tributary import cli
from tributary.access import Caller, Passwords, SessionPolicy, login, renew_setup_code
from tributary.commands.runtime import run
from tributary.core.clock import SystemClock
from tributary.errors import Unauthenticated
from tributary.settings import Settings
from tributary.store import open_store


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setenv("TRIBUTARY_DATA_DIR", str(tmp_path / "data"))
    return Settings()


@pytest.fixture
def command(monkeypatch, capsys, settings):
    def call(*arguments, typed=""):
        monkeypatch.setattr(sys, "argv", ["tributary", "setup", *arguments])
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        code = run(cli.app)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def sign_in(settings, email, password):
    store = open_store(settings.resolved_store_url)
    try:
        return login(
            store, SystemClock(), Passwords(), SessionPolicy(), email=email, password=password, caller=Caller()
        ).principal
    finally:
        store.close()


def test_it_makes_an_owner_with_a_random_password_shown_once(command, settings):
    code, out, _ = command("--email", "Na@Example.com", "--name", "娜", "--workspace", "春风", "--json")
    made = json.loads(out)
    assert (code, made["email"], made["workspace"]) == (0, "na@example.com", "春风")
    owner = sign_in(settings, "na@example.com", made["password"])
    assert (owner.role, owner.name, owner.locale) == ("owner", "娜", "zh")
    assert made["password"] not in str(command("--email", "na@example.com"))


def test_the_password_may_come_from_standard_input(command, settings):
    arguments = ("--email", "na@example.com", "--locale", "en", "--timezone", "UTC", "--currency", "EUR")
    code, out, _ = command(*arguments, "--password-stdin", typed="four words by chance\nsecond line\n")
    assert code == 0
    assert "four words" not in out
    assert sign_in(settings, "na@example.com", "four words by chance").locale == "en"
    with pytest.raises(Unauthenticated):
        sign_in(settings, "na@example.com", "four words by chance\n")


@pytest.mark.parametrize("typed", ["", "\n", "short\n", "password1234\n"])
def test_a_bad_password_makes_nobody(command, settings, typed):
    code, _, err = command("--email", "na@example.com", "--password-stdin", typed=typed)
    assert code == 2
    assert "→" in err
    assert command("--email", "na@example.com")[0] == 0


@pytest.mark.parametrize("wrong", [("--email", "nobody"), ("--email", "a@example.com", "--timezone", "Mars/Base")])
def test_a_mistake_makes_nobody(command, wrong):
    assert command(*wrong)[0] == 2
    assert command("--email", "na@example.com")[0] == 0


def test_it_happens_once_and_ends_the_printed_link(command, settings):
    settings.make_data_dir()
    store = open_store(settings.resolved_store_url)
    store.migrate()
    assert renew_setup_code(store, settings.setup_code_file)
    store.close()
    assert command("--email", "na@example.com")[0] == 0
    assert not settings.setup_code_file.exists()
    code, _, err = command("--email", "other@example.com")
    assert code == 1
    assert "already has users" in err
