"""The unmodified clients of Segment against the collector: every event arrives once, whole, with its times."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Request, sync_playwright

from fixtures.clients import CLIENTS, chromium_program, installed_package, node_program
from fixtures.collector import WRITE_KEY, RunningCollector

SKEW = timedelta(days=3, hours=5)


def parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def corrected_time(event: dict) -> datetime:
    """When it happened by our clock: received_at - (sent_at - original timestamp)."""
    sent_at = event.get("sentAt") or event["_batch"]["sentAt"]
    received_at = datetime.fromtimestamp(event["_batch"]["received_at_ms"] / 1000, UTC)
    return received_at - (parse_time(sent_at) - parse_time(event["timestamp"]))


def assert_each_once(events: list[dict], message_ids: list[str]) -> None:
    assert Counter(event["messageId"] for event in events) == Counter(message_ids)
    assert len(set(message_ids)) == len(message_ids)


def by_type(events: list[dict]) -> dict[str, list[dict]]:
    out: dict[str, list[dict]] = {}
    for event in events:
        out.setdefault(event["type"], []).append(event)
    return out


class TestPython:
    @pytest.mark.parametrize("gzip", [False, True])
    def test_every_call_arrives_once_with_its_fields(self, collector: RunningCollector, gzip: bool) -> None:
        from segment.analytics.client import Client

        errors: list[object] = []
        client = Client(
            WRITE_KEY,
            host=collector.url,
            gzip=gzip,
            upload_size=20,
            upload_interval=0.05,
            on_error=lambda error, items: errors.append((error, items)),
        )
        happened = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        client.identify("u1", {"name": "韩梅梅", "email": "h@example.com", "age": 30})
        client.group("u1", "g1", {"name": "Shop"})
        client.alias("anon-1", "u1")
        client.page("u1", "Docs", "Home", {"url": "https://example.com/?q=汇"})
        client.screen("u1", "App", "Cart")
        for number in range(45):
            client.track("u1", "Order Completed", {"number": number, "total": 19.99, "ok": True}, timestamp=happened)
        client.flush()
        client.join()
        assert errors == []
        events = collector.events()
        kinds = by_type(events)
        assert {kind: len(some) for kind, some in kinds.items()} == {
            "identify": 1, "group": 1, "alias": 1, "page": 1, "screen": 1, "track": 45,
        }  # fmt: skip
        assert_each_once(events, [event["messageId"] for event in events])
        assert kinds["identify"][0]["traits"] == {"name": "韩梅梅", "email": "h@example.com", "age": 30}
        assert (kinds["alias"][0]["previousId"], kinds["alias"][0]["userId"]) == ("anon-1", "u1")
        assert kinds["group"][0]["groupId"] == "g1"
        assert sorted(event["properties"]["number"] for event in kinds["track"]) == list(range(45))
        assert {parse_time(event["timestamp"]) for event in kinds["track"]} == {happened}
        assert all(event["_batch"]["sentAt"] for event in events)
        assert kinds["page"][0]["context"]["library"]["name"] == "analytics-python"

    def test_one_event_at_a_time(self, collector: RunningCollector) -> None:
        from segment.analytics.client import Client

        client = Client(WRITE_KEY, host=collector.url, sync_mode=True)
        ids = [client.track("u1", "Clicked", {"n": n})[1]["messageId"] for n in range(5)]
        assert_each_once(collector.events(), ids)

    def test_a_wrong_write_key_reaches_the_program(self, collector: RunningCollector) -> None:
        from segment.analytics.client import Client
        from segment.analytics.request import APIError

        client = Client("wrong", host=collector.url, sync_mode=True)
        with pytest.raises(APIError) as caught:
            client.track("u1", "Clicked")
        assert (caught.value.status, caught.value.code) == (401, "unauthenticated")
        assert collector.events() == []


class TestNode:
    def send(self, collector: RunningCollector, write_key: str, count: int) -> dict[str, list[str]]:
        installed_package("@segment/analytics-node")
        done = subprocess.run(
            [node_program(), str(CLIENTS / "send_with_node.mjs"), collector.url, write_key, str(count)],
            capture_output=True,
            check=True,
            timeout=60,
        )
        return json.loads(done.stdout)

    def test_every_call_arrives_once_with_its_fields(self, collector: RunningCollector) -> None:
        outcome = self.send(collector, WRITE_KEY, 40)
        assert outcome["failed"] == []
        events = collector.events()
        assert len(outcome["sent"]) == 45
        assert_each_once(events, outcome["sent"])
        kinds = by_type(events)
        assert kinds["identify"][0]["traits"] == {"name": "李雷", "email": "lilei@example.com", "plan": None}
        assert kinds["page"][0]["properties"]["url"] == "https://shop.example/首页"
        assert (kinds["alias"][0]["previousId"], kinds["alias"][0]["userId"]) == ("anon-1", "u1")
        orders = sorted(kinds["track"], key=lambda event: event["properties"]["number"])
        assert [event["properties"] for event in orders] == [{"number": n, "text": '🎉 "ok"'} for n in range(40)]
        assert [parse_time(event["timestamp"]).second for event in orders] == list(range(40))
        assert all(event["_batch"]["sentAt"] for event in events)
        assert all(event["context"]["library"]["name"] == "@segment/analytics-node" for event in events)

    def test_a_wrong_write_key_is_reported_and_nothing_is_kept(self, collector: RunningCollector) -> None:
        outcome = self.send(collector, "wrong", 1)
        assert any("401" in reason for reason in outcome["failed"])
        assert collector.events() == []


# A page whose clock is wrong by SKEW.
_WRONG_CLOCK = """
(() => {
  const Real = Date
  const skew = %d
  class Wrong extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + skew) }
    static now() { return Real.now() + skew }
  }
  globalThis.Date = Wrong
})()
"""

_CONVERSATION = """
async ([writeKey, cdnURL, batching]) => {
  const deliveryStrategy = { strategy: 'batching', config: { size: 3, timeout: 300 } }
  const options = batching ? { integrations: { 'Segment.io': { deliveryStrategy } } } : {}
  const [analytics] = await AnalyticsNext.AnalyticsBrowser.load({ writeKey, cdnURL }, options)
  const contexts = [
    await analytics.page('Catalogue', 'Home', { test: true }),
    await analytics.identify('u1', { email: 'lilei@example.com', name: '李雷' }),
    await analytics.group('g1', { name: 'Shop' }),
    await analytics.screen('Cart'),
    await analytics.alias('u1-new', 'u1'),
  ]
  for (let number = 0; number < 10; number++)
    contexts.push(await analytics.track('Product Viewed', { number, title: '🎉 <b>"&"</b>' }))
  return contexts.map((context) => context.event.messageId)
}
"""


def posted_events(request: Request) -> list[dict]:
    """The events in a request of the page."""
    if request.method != "POST":
        return []
    body = json.loads(request.post_data or "")
    return body.get("batch", [body])


@pytest.fixture(scope="module")
def new_page() -> Iterator[Callable[[], Page]]:
    """Opens a page in a browser profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_program(), args=["--no-sandbox"])
        yield lambda: browser.new_context().new_page()
        browser.close()


@pytest.mark.browser
@pytest.mark.slow
class TestBrowser:
    @pytest.mark.parametrize("batching", [False, True])
    def test_every_call_arrives_once_with_its_fields_and_true_time(
        self, collector: RunningCollector, page_server: str, new_page: Callable[[], Page], batching: bool
    ) -> None:
        page = new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        posted: list[dict] = []
        page.on("request", lambda request: posted.extend(posted_events(request)))
        page.add_init_script(_WRONG_CLOCK % (SKEW.total_seconds() * 1000))
        started = datetime.now(UTC)
        page.goto(f"{page_server}/shop?q=1")
        ids = page.evaluate(_CONVERSATION, [WRITE_KEY, collector.url, batching])
        events = wait_for(collector, 15)
        ended = datetime.now(UTC)
        hear_of(page, lambda: len(posted) >= len(events))
        assert [text for text in complaints if "favicon" not in text] == []
        assert_each_once(events, ids)
        stored = {event["messageId"]: {k: v for k, v in event.items() if k != "_batch"} for event in events}
        assert stored == {event["messageId"]: event for event in posted}
        kinds = by_type(events)
        assert kinds["identify"][0]["traits"] == {"email": "lilei@example.com", "name": "李雷"}
        assert kinds["group"][0]["groupId"] == "g1"
        assert kinds["alias"][0]["previousId"] == "u1"
        viewed = sorted(kinds["track"], key=lambda event: event["properties"]["number"])
        assert [event["properties"]["title"] for event in viewed] == ['🎉 <b>"&"</b>'] * 10
        assert all(event["context"]["page"]["url"] == f"{page_server}/shop?q=1" for event in viewed)
        assert len({event["anonymousId"] for event in viewed}) == 1
        for event in events:
            assert parse_time(event["timestamp"]) > ended + SKEW / 2, "the page's clock was meant to be wrong"
            slack = timedelta(seconds=1)
            assert started - slack <= corrected_time(event) <= ended + slack

    def test_the_library_loads_nothing_from_elsewhere(
        self, collector: RunningCollector, page_server: str, new_page: Callable[[], Page]
    ) -> None:
        page = new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(page_server)
        page.evaluate(_CONVERSATION, [WRITE_KEY, collector.url, False])
        wait_for(collector, 15)
        assert [url for url in asked if not url.startswith((page_server, collector.url))] == []


def hear_of(page: Page, is_enough: Callable[[], bool]) -> None:
    """Let the browser's own reports come in: they do only while it is asked something."""
    deadline = time.monotonic() + 20
    while not is_enough() and time.monotonic() < deadline:
        page.evaluate("() => 0")


def wait_for(collector: RunningCollector, count: int) -> list[dict]:
    """The events, once there are `count`, and none more for a moment."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and len(collector.events()) < count:
        time.sleep(0.1)
    time.sleep(0.5)
    return collector.events()
