"""The whole loop in Chinese."""

from __future__ import annotations

import pytest

from e2e.page.chapters.events import LiveEvents, Quarantine
from e2e.page.chapters.first_run import FirstRun
from e2e.page.chapters.people import People

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGE = "zh"


class TestFirstRun(FirstRun):
    pass


class TestLiveEvents(LiveEvents):
    pass


class TestQuarantine(Quarantine):
    pass


class TestPeople(People):
    pass
