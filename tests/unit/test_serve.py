"""The first start: the password of the first owner is printed, or there is no owner yet."""

from __future__ import annotations

import pytest

from tributary import app
from tributary.errors import Unavailable
from tributary.settings import Settings


class PortTaken:
    """An application whose API cannot listen."""

    def start_collector(self):
        pass

    def start_api(self):
        raise Unavailable("The API cannot listen.")

    def close(self):
        pass


def test_a_start_that_fails_creates_no_owner_whose_password_nobody_saw(monkeypatch):
    created = []
    monkeypatch.setattr(app, "open_application", lambda _: PortTaken())
    monkeypatch.setattr(app, "ensure_owner", created.append)
    monkeypatch.setattr(app.signal, "signal", lambda *_: None)
    with pytest.raises(Unavailable):
        app.serve(Settings())
    assert created == []
