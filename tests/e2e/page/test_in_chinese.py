"""The whole loop in Chinese."""

from __future__ import annotations

import pytest

from e2e.page.chapters.accounts import Accounts
from e2e.page.chapters.audiences import Audiences
from e2e.page.chapters.campaigns import Campaigns
from e2e.page.chapters.events import LiveEvents, Quarantine
from e2e.page.chapters.first_run import FirstRun
from e2e.page.chapters.golden_record import GoldenRecord
from e2e.page.chapters.identity import Identity
from e2e.page.chapters.navigation import Navigation
from e2e.page.chapters.people import People
from e2e.page.chapters.person_identity import PersonIdentity
from e2e.page.chapters.report import Report
from e2e.page.chapters.settings import Settings, Viewer
from e2e.page.chapters.tags import Tags

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.story]

LANGUAGE = "zh"


class TestFirstRun(FirstRun):
    pass


class TestLiveEvents(LiveEvents):
    pass


class TestQuarantine(Quarantine):
    pass


class TestPeople(People):
    pass


class TestTags(Tags):
    pass


class TestAudiences(Audiences):
    pass


class TestCampaigns(Campaigns):
    pass


class TestReport(Report):
    pass


class TestPersonIdentity(PersonIdentity):
    pass


class TestIdentity(Identity):
    pass


class TestGoldenRecord(GoldenRecord):
    pass


class TestSettings(Settings):
    pass


class TestViewer(Viewer):
    pass


class TestAccounts(Accounts):
    pass


class TestNavigation(Navigation):
    pass
