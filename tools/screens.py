"""Takes pictures of the page: `python tools/screens.py URL EMAIL PASSWORD FOLDER PATH…` of a running Tributary.

Each path in Chinese and English, light and dark, at 1366×768 (`--sizes` adds others). Says which texts are cut off and
what axe finds. `--wait SECONDS` is the longest that a screen may take to settle.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
]
AXE = Path(__file__).parents[1] / "web" / "node_modules" / "axe-core" / "axe.min.js"
# One line of text that is cut off without an ellipsis, or a page that scrolls sideways.
OVERFLOW = """() => {
  const found = [];
  const width = document.documentElement.scrollWidth;
  if (width > innerWidth) found.push("the page scrolls sideways: " + width);
  for (const element of document.querySelectorAll("button, .ant-tag, .ant-menu-title-content, h1, h2, label")) {
    const style = getComputedStyle(element);
    const isCut = element.scrollWidth > element.clientWidth + 1 && style.overflow !== "visible";
    if (isCut && style.textOverflow !== "ellipsis" && element.innerText)
      found.push(element.tagName + ": " + element.innerText.slice(0, 60));
  }
  return found;
}"""


@contextmanager
def _browser(language: str, look: str, size: tuple[int, int]) -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        path = next(each for each in CHROMIUM if Path(each).exists())
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        context = browser.new_context(
            locale="zh-CN" if language == "zh" else "en-US",
            color_scheme="dark" if look == "dark" else "light",
            reduced_motion="reduce",
            timezone_id="Asia/Shanghai",
            viewport={"width": size[0], "height": size[1]},
        )
        try:
            yield context
        finally:
            browser.close()


def _settle(page: Page, seconds: float) -> None:
    page.wait_for_load_state("networkidle", timeout=seconds * 1000)
    page.wait_for_function(
        "() => !document.querySelector('.ant-skeleton-active, .ant-spin-spinning')", timeout=seconds * 1000
    )


def _axe(page: Page) -> list[str]:
    page.evaluate(AXE.read_text("utf-8"))
    result: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:140]}"
        for each in result["violations"]
        for node in each["nodes"][:3]
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("email")
    parser.add_argument("password")
    parser.add_argument("folder", type=Path)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--languages", default="zh,en")
    parser.add_argument("--looks", default="light,dark")
    parser.add_argument("--sizes", default="1366x768")
    parser.add_argument("--full", action="store_true", help="The whole height of the page.")
    parser.add_argument("--wait", type=float, default=15)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    faults = 0
    for size in options.sizes.split(","):
        width, height = (int(each) for each in size.split("x"))
        for language in options.languages.split(","):
            for look in options.looks.split(","):
                with _browser(language, look, (width, height)) as context:
                    page = context.new_page()
                    told: list[str] = []
                    page.on(
                        "console",
                        lambda message, told=told: (
                            told.append(message.text) if message.type in {"error", "warning"} else None
                        ),
                    )
                    page.on("pageerror", lambda error, told=told: told.append(str(error)))
                    page.goto(f"{options.url}/login")
                    context.request.post(
                        f"{options.url}/api/v1/login",
                        data=json.dumps({"email": options.email, "password": options.password}),
                        headers={"Content-Type": "application/json", "X-Tributary-Request": "1", "Origin": options.url},
                    )
                    told.clear()
                    for path in options.paths:
                        page.goto(options.url + path)
                        _settle(page, options.wait)
                        name = re.sub(r"[^\w-]+", "_", path).strip("_") or "home"
                        target = options.folder / f"{name}.{language}.{look}.{size}.png"
                        page.screenshot(path=target, full_page=options.full)
                        for fault in [*page.evaluate(OVERFLOW), *_axe(page), *told]:
                            faults += 1
                            print(f"{target.name}: {fault}")
                        told.clear()
                        print(f"{target}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
