"""What a campaign was worth: people open, click, unsubscribe and buy; the report says so, with the people behind it."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Locator, expect

from e2e.page.chapters.campaigns import MEMBERS, NAME, SHOP_LINK, WILLING
from e2e.page.shoppers import SHOPPERS

READER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
SCANNER = {"User-Agent": "Proofpoint link scanner"}
OUTSIDER = next(each for each in SHOPPERS if each not in MEMBERS)
STAGES = ("assigned", "sent", "delivered", "opened", "clicked", "converted", "unsubscribed")
TROUBLE = ("rejected", "bounced")
SPENT = 120  # of each order


class Report:
    """What became of the campaign that was sent."""

    def test_people_open_click_unsubscribe_and_buy(self, story, owner):
        arms, got = story.notes["arms"], story.notes["got"]
        links = {
            address: self._links(message)
            for address, message in zip(story.mailbox.recipients, story.mailbox.messages, strict=True)
        }
        opened, clicked, leaving = got[:6], got[:4], got[1]
        held = [each for each in WILLING if arms[each.user_id] == "holdout"]
        buying = [*got[2:7], *held[:1], OUTSIDER]
        for each in got:  # what only checks links counts for nothing
            for link in links[each.email].values():
                assert httpx.get(link, headers=SCANNER).status_code in (200, 302)
        for each in opened:
            assert httpx.get(links[each.email]["o"], headers=READER).headers["content-type"] == "image/gif"
        for each in clicked:
            answer = httpx.get(links[each.email]["c"], headers=READER)
            assert answer.headers["location"].startswith(f"{SHOP_LINK}?utm_source=tributary")
            assert "utm_campaign=autumn" in answer.headers["location"]
        self._unsubscribe(story, links[leaving.email]["u"])
        now = datetime.now(UTC).isoformat()
        orders = [
            {
                "type": "track", "event": "Order Completed", "userId": each.user_id, "timestamp": now,
                "messageId": f"{each.user_id}-after-{turn}",
                "properties": {"order_id": f"{each.number}-after-{turn}", "total": SPENT, "currency": "CNY"},
            }
            for each in buying
            for turn in range(2 if each is got[2] else 1)
        ]  # fmt: skip
        story.product.send(story.notes["key"], orders)

        def of(people: list[Any]) -> dict[str, set[str]]:
            return {
                arm: {each.user_id for each in people if arms.get(each.user_id) == arm} for arm in ("a", "b", "holdout")
            }

        sent = [each for each in WILLING if each not in held]
        story.notes["behind"] = {
            "assigned": of(MEMBERS), "sent": of(sent), "delivered": of(got),
            "opened": of(opened), "clicked": of(clicked), "converted": of(buying), "unsubscribed": of([leaving]),
            "rejected": {**of([each for each in MEMBERS if each not in WILLING]), "holdout": set()},
            "bounced": of([each for each in sent if each not in got]),
        }  # fmt: skip
        story.notes["revenue"] = {
            arm: SPENT * (len(people) + (arms[got[2].user_id] == arm))
            for arm, people in story.notes["behind"]["converted"].items()
        }
        story.product.wait_for(lambda: self._is_counted(story))

    @staticmethod
    def _links(message: Any) -> dict[str, str]:
        """What of a message can be followed, by kind: o(pen), c(lick), u(nsubscribe)."""
        html = message.get_body(("html",)).get_content()
        return {kind: url for url, kind in re.findall(r'"(http://127\.0\.0\.1:\d+/(?:t/)?([ocu])/[\w-]+)"', html)[::-1]}

    @staticmethod
    def _unsubscribe(story, link: str) -> None:
        """As somebody with a browser of their own does it."""
        context = story.browser.new_context()
        page = context.new_page()
        page.goto(link)
        page.get_by_role("button").click()
        expect(page.get_by_role("button")).to_have_count(0)
        context.close()

    @staticmethod
    def _is_counted(story) -> bool:
        report = story.owner.api("GET", f"/campaigns/{story.notes['campaign']}/report")
        wanted = story.notes["behind"]
        return all(
            arm[stage] == len(wanted[stage][arm["name"]])
            for arm in report["arms"]
            for stage in ("opened", "clicked", "converted", "unsubscribed")
        )

    @staticmethod
    def _row(owner, arm: str) -> Locator:
        name = owner.text("campaigns/report", "arms.holdout") if arm == "holdout" else arm.upper()
        return owner.page.get_by_role("row").filter(has=owner.page.get_by_text(name, exact=True)).first

    @staticmethod
    def _count(owner, row: Locator, stage: str, people: int) -> Locator:
        """The number of a stage, which opens its people."""
        name = owner.text("campaigns/report", f"stage.{stage}")
        return row.get_by_title(owner.text("campaigns/report", "people.open", stage=name, count=people))

    def test_the_campaign_leads_to_its_report_with_the_verdict(self, story, owner):
        owner.go(f"/campaigns/{story.notes['campaign']}")
        owner.link(owner.text("campaigns", "action.report")).first.click()
        owner.page.wait_for_url(re.compile("/report"))
        owner.heading(NAME[story.language])
        owner.settle()
        report = owner.api("GET", f"/campaigns/{story.notes['campaign']}/report?locale={story.language}")
        verdict = report["verdict"]
        owner.sees(owner.text("campaigns/report", f"verdict.{verdict['code']}"))
        owner.sees(verdict["text"])
        owner.sees(owner.text("campaigns/report", "goal", event="Order Completed", count=3))
        owner.check_everywhere()

    def test_each_arm_shows_its_way_to_the_goal(self, story, owner):
        for arm in ("a", "b", "holdout"):
            row = self._row(owner, arm)
            for stage in (*STAGES, *TROUBLE):
                people = len(story.notes["behind"][stage][arm])
                if people:
                    expect(self._count(owner, row, stage, people)).to_have_text(str(people))
                else:
                    name = owner.text("campaigns/report", f"stage.{stage}")
                    expect(row.get_by_title(re.compile(f"^{re.escape(name)}"))).to_have_count(0)
            expect(row).to_contain_text(f"{story.notes['revenue'][arm]:,.2f}")

    def test_each_number_opens_the_people_behind_it(self, story, owner):
        ids = story.notes["ids"]
        for arm in ("a", "b", "holdout"):
            for stage in (*STAGES, *TROUBLE):
                wanted = {ids[user_id] for user_id in story.notes["behind"][stage][arm]}
                if not wanted:
                    continue
                self._count(owner, self._row(owner, arm), stage, len(wanted)).click()
                owner.page.wait_for_url(re.compile(f"stage={stage}&arm={arm}"))
                people = owner.dialog().get_by_role("link")
                expect(people).to_have_count(len(wanted))
                assert {str(each.get_attribute("href")).split("/people/")[1] for each in people.all()} == wanted
                owner.close()
        owner.go(f"/campaigns/{story.notes['campaign']}/report?stage=converted")
        expect(owner.dialog().get_by_role("link")).to_have_count(
            sum(len(people) for people in story.notes["behind"]["converted"].values())
        )
        owner.check_everywhere()
        owner.close()

    def test_the_effect_has_an_interval_a_chart_and_an_explanation(self, owner):
        effects = owner.region(owner.text("campaigns/report", "effects.title"))
        expect(effects.get_by_role("row")).to_have_count(1 + 4)  # together and each against the holdout, b against a
        days = owner.region(owner.text("campaigns/report", "days.title"))
        owner.button(owner.text("shared", "chart.asTable"), days).click()
        expect(days.get_by_role("table").last).to_contain_text(owner.text("campaigns/report", "days.day"))
        owner.button(owner.text("campaigns/report", "how.title")).click()
        owner.sees(owner.text("campaigns/report", "how.opens"))
        owner.check_everywhere()

    def test_it_can_be_had_as_a_call_of_the_api(self, story, owner):
        owner.button(owner.text("shared", "api.title")).click()
        call = owner.region(owner.text("shared", "api.title"))
        expect(call).to_contain_text(f"{story.product.url}/api/v1/campaigns/{story.notes['campaign']}/report")
        owner.check_screen()
        owner.page.keyboard.press("Escape")

    def test_the_list_of_campaigns_is_exported(self, story, owner):
        owner.menu("campaigns")
        with owner.page.expect_download() as download:
            owner.button(owner.text("shared", "list.export")).click()
        rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))
        assert [row[owner.text("campaigns", "list.name")] for row in rows] == [NAME[story.language]]
        assert rows[0][owner.text("campaigns", "list.sent")] == str(
            sum(len(people) for people in story.notes["behind"]["sent"].values())
        )

    def test_who_unsubscribed_says_so(self, story, owner):
        leaving = story.notes["got"][1]
        person = story.notes["ids"][leaving.user_id]
        assert owner.api("GET", f"/profiles/{person}/consent")["state"] == "withdrawn"
        owner.go(f"/people/{person}?tab=messages")
        row = owner.page.get_by_role("row").filter(has_text=NAME[story.language])
        expect(row.locator("time")).to_have_count(3)  # sent, opened, clicked
        owner.check_screen()
