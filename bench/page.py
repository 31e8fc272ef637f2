"""How long the page makes people wait: the demo's data in a real Chromium, from a key or click to the painted frame.

Every time is taken inside the browser: from the time stamp of the input event to after the first frame that shows the
result. Beside it stands what the same browser needs for a frame that shows nothing new, or what the server took.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.accept import free_port
from bench.report import Figure

TIMES = 20
PEOPLE = 3_000
LOCAL_MS, CACHED_MS, ESTIMATE_MS = 100.0, 1_000.0, 3_000.0
_START_SECONDS, _PATIENCE_MS = 300.0, 30_000.0

# Waits for an input event, then looks before every frame whether SHOWN holds; done when that frame was painted. With
# FIRST, that has to have held before: a count that is out of date shows so before the new one comes.
_ARM = """() => {
  const isShown = () => Boolean(SHOWN), isFirst = () => Boolean(FIRST);
  self.__measured = new Promise((done, fail) => {
    setTimeout(() => fail(new Error("nothing came")), 20000);
    const begin = event => {
      if (KEY && event.key !== KEY) return;
      removeEventListener(TYPE, begin, true);
      let isBegun = false;
      const look = () => {
        isBegun ||= isFirst();
        if (!isBegun || !isShown()) return requestAnimationFrame(look);
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now() - event.timeStamp);
        channel.port2.postMessage(0);  // handled after this frame was painted
      };
      requestAnimationFrame(look);
    };
    addEventListener(TYPE, begin, true);
  });
}"""
_CURRENT = "document.querySelector('.audience-count:not([data-stale]) button')"
_STALE = "!document.querySelector('.audience-count:not([data-stale])')"
_ROWS = "document.querySelectorAll('.rule-root > .rule-children > .rule-row').length"
_LISTED = "document.querySelector('main .ant-table-row, main .ant-list-item')"
_NO_DIALOG = "!document.querySelector('[role=dialog]')"
_PALETTE = "document.activeElement?.closest('[role=dialog]') && document.querySelectorAll('[role=option]').length > 3"


def measure() -> list[Figure]:
    """Start the demo, sign in, and do each thing twenty times after once for nothing."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        raise SystemExit("There is no Chromium. Run `make chromium`.")
    with tempfile.TemporaryDirectory() as folder, _demo(Path(folder)) as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(locale="en-US", viewport={"width": 1366, "height": 768})
        window = _Window(context.new_page(), link)
        try:
            frame = window.nothing()
            figures = [
                _figure("open the search for everything", window.palette(), LOCAL_MS, _beside_frame(frame)),
                _figure("add a condition to a rule", window.condition(), LOCAL_MS, _beside_frame(frame)),
                _figure("back to a list that was visited", window.list_again(), CACHED_MS, _beside_frame(frame)),
            ]
            counts, server = window.estimate()
            beside = f"the server counted in p50 {_share(server, 50):.0f} ms; the page waits 400 ms for more typing"
            return [*figures, _figure("count after a rule was changed", counts, ESTIMATE_MS, beside)]
        finally:
            browser.close()


class _Window:
    def __init__(self, page: Any, link: str) -> None:
        self._page = page
        page.set_default_timeout(_PATIENCE_MS)
        page.goto(link)
        page.wait_for_url(lambda url: "/login" not in url)
        self._base = re.sub(r"/login.*", "", link)
        self._rest()

    def nothing(self) -> list[float]:
        """A key that does nothing: what a frame takes."""
        return self._repeat(lambda: self._timed("keydown", "F8", "true", lambda: self._page.keyboard.press("F8")))

    def palette(self) -> list[float]:
        """The key that opens the search, until it can be typed into."""

        def once() -> float:
            took = self._timed("keydown", "k", _PALETTE, lambda: self._page.keyboard.press("Control+k"))
            self._page.keyboard.press("Escape")
            self._page.wait_for_function(_program(_NO_DIALOG))
            return took

        return self._repeat(once)

    def condition(self) -> list[float]:
        """The Enter that chooses a field, until its condition stands in the rule. Each is taken back again."""
        page = self._page
        page.goto(f"{self._base}/audiences/new")
        page.wait_for_function(_program(_CURRENT))
        adding = page.locator(".rule-root > .rule-add").get_by_role("combobox").first

        def once() -> float:
            self._rest()
            rows = page.evaluate(_program(_ROWS))
            adding.click()
            page.keyboard.type("city")
            page.locator(
                ".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option"
            ).first.wait_for()
            took = self._timed("keydown", "Enter", f"{_ROWS} === {rows + 1}", lambda: page.keyboard.press("Enter"))
            page.keyboard.press("Escape")
            page.get_by_role("button", name=re.compile("Undo|撤销")).first.click()
            page.wait_for_function(_program(f"{_ROWS} === {rows}"))
            return took

        return self._repeat(once)

    def list_again(self) -> list[float]:
        """The click on a place in the menu that was visited before, until its rows stand there."""
        page = self._page
        page.goto(f"{self._base}/audiences")
        page.wait_for_function(_program(_LISTED))

        def go(place: str) -> float:
            link = page.locator(f"nav a[href$='/{place}']").first
            there = f"location.pathname.endsWith('/{place}') && {_LISTED}"
            took = self._timed("click", "", there, link.click)
            self._rest()
            return took

        def once() -> float:
            go("tags")
            return go("audiences")

        return self._repeat(once)

    def estimate(self) -> tuple[list[float], list[float]]:
        """The key that raises a number in a rule by one, until the new count stands there; and the server's share."""
        page, server = self._page, []
        listed = page.request.get(f"{self._base}/api/v1/audiences").json()["items"]
        details = (page.request.get(f"{self._base}/api/v1/audiences/{each['id']}").json() for each in listed)
        chosen = next(each for each in details if "event" in str(each["rule"]))
        page.on(
            "response", lambda answer: server.append(answer) if answer.url.endswith("/audiences/estimate") else None
        )
        page.goto(f"{self._base}/audiences/{chosen['id']}/edit")
        page.wait_for_function(_program(_CURRENT))
        number = page.locator(".rule-root").get_by_role("spinbutton").first

        def once() -> float:
            self._rest()
            number.focus()
            return self._timed("keydown", "ArrowUp", _CURRENT, lambda: page.keyboard.press("ArrowUp"), first=_STALE)

        took = self._repeat(once)
        return took, [float(answer.json()["duration_ms"]) for answer in server[-TIMES:]]

    def _timed(self, type_: str, key: str, shown: str, act: Callable[[], Any], *, first: str = "true") -> float:
        # The conditions are part of the program: the page's content policy lets nothing be evaluated later.
        program = _ARM.replace("SHOWN", shown).replace("FIRST", first)
        self._page.evaluate(program.replace("KEY", json.dumps(key)).replace("TYPE", json.dumps(type_)))
        act()
        return float(self._page.evaluate("() => self.__measured"))

    def _repeat(self, once: Callable[[], float]) -> list[float]:
        once()  # what is loaded the first time is loaded
        return [once() for _ in range(TIMES)]

    def _rest(self) -> None:
        """Until nothing is asked for any more, as before somebody acts."""
        self._page.wait_for_load_state("networkidle")


def _program(expression: str) -> str:
    """As a function: text that must be evaluated is against the page's content policy."""
    return f"() => {expression}"


def _figure(name: str, took: list[float], limit: float, beside: str) -> Figure:
    middle, high = _share(took, 50), _share(took, 95)
    value = f"p50 {middle:,.0f} ms, p95 {high:,.0f} ms ({len(took)} times)"
    return Figure(name, value, beside, f"p95 < {limit:,.0f} ms", high < limit)


def _beside_frame(frame: list[float]) -> str:
    return f"a key that does nothing, until it is painted: p50 {_share(frame, 50):.0f} ms"


def _share(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


@contextmanager
def _demo(folder: Path) -> Iterator[str]:
    """A running demo; gives the link that signs in."""
    output = folder / "output.txt"
    environment = os.environ | {
        "TRIBUTARY_DATA_DIR": str(folder / "data"),
        "TRIBUTARY_APP__PORT": str(free_port()),
        "TRIBUTARY_COLLECTOR__PORT": str(free_port()),
    }
    command = [sys.executable, "-m", "tributary", "demo", "--people", str(PEOPLE)]
    with output.open("wb") as written:
        process = subprocess.Popen(command, env=environment, stdout=written, stderr=written)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not (found := re.search(r"http\S+/login#code=\S+", output.read_text(errors="replace"))):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the demo did not start: {output.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        yield found[0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
