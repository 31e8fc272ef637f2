"""A story of one language: a product, a mailbox and its owner before the page; each test goes on where the last ended.

A file of tests names its LANGUAGE. After a step that failed the following ones fail at once: they stand on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from fixtures.mail import free_port
from fixtures.mail_server import Mailbox, start
from fixtures.page import Operator, Product, operator_before

pytest.register_assert_rewrite("e2e.page.chapters")


class Story:
    """What the steps of one file share."""

    def __init__(self, language: str, product: Product, mailbox: Mailbox, owner: Operator, browser: Browser) -> None:
        self.language, self.product, self.mailbox, self.owner, self.browser = language, product, mailbox, owner, browser
        self.failed_at = ""
        self.notes: dict[str, Any] = {}


@pytest.fixture(scope="module")
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A real SMTP server: what it accepted, and its port."""
    controller = start(Mailbox(), free_port())
    yield controller.handler, controller.port
    controller.stop()


@pytest.fixture(scope="module")
def shared_story(request, tmp_path_factory, built_page, chromium, mailbox) -> Iterator[Story]:
    """One for all tests of a file."""
    language = request.module.LANGUAGE
    product = Product(tmp_path_factory.mktemp("product"), mailbox[1])
    # The browser prefers the other language: the page follows what its user chooses.
    try:
        with operator_before(chromium, product, language, prefers="en" if language == "zh" else "zh") as owner:
            yield Story(language, product, mailbox[0], owner, chromium)
    finally:
        product.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Remember which step failed."""
    report = yield
    story = item.funcargs.get("shared_story") if hasattr(item, "funcargs") else None
    if report.when == "call" and report.failed and story is not None and not story.failed_at:
        story.failed_at = item.name
    return report


@pytest.fixture
def story(shared_story) -> Story:
    """The story, as far as it has come."""
    if shared_story.failed_at:
        pytest.fail(f"{shared_story.failed_at} failed, and this step stands on it")
    return shared_story


@pytest.fixture
def owner(story) -> Operator:
    """The owner before the page."""
    return story.owner
