"""How the demo goes on when the loop is over: what it prints, and when it opens a browser."""

from __future__ import annotations

import pytest

from tributary.demo import loop, texts
from tributary.settings import Settings


def test_it_prints_the_link_the_address_and_the_password():
    settings = Settings(app={"public_url": "https://x.example/cdp"})
    text = texts.staying(settings, "https://x.example/cdp/login#code=abc", "me@example.com", "pw")
    for part in (
        "https://x.example/cdp/login#code=abc",
        "https://x.example/cdp/ ",
        "me@example.com",
        "pw",
        "/cdp/docs",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("is_terminal", "platform", "variables", "opens"),
    [
        (True, "linux", {"DISPLAY": ":0"}, True),
        (True, "linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        (True, "linux", {}, False),
        (True, "darwin", {}, True),
        (True, "linux", {"DISPLAY": ":0", "CI": "true"}, False),
        (False, "linux", {"DISPLAY": ":0"}, False),
    ],
)
def test_a_browser_is_opened_only_for_somebody_who_sits_there(monkeypatch, is_terminal, platform, variables, opens):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "CI"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(loop.sys, "platform", platform)
    monkeypatch.setattr(loop.sys.stdout, "isatty", lambda: is_terminal, raising=False)
    assert loop._has_somebody_in_front() is opens
