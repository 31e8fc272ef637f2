"""A campaign: from an audience to messages that arrive; some people get none, to measure against."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from playwright.sync_api import Locator, expect

from e2e.page.chapters.audiences import NAME as AUDIENCE
from e2e.page.chapters.audiences import active, in_cities, subscribed
from e2e.page.shoppers import consents

NAME = {"zh": "老客回访", "en": "Good to see you"}
SUBJECT = {
    "a": {"zh": "有新品想给你看看", "en": "Something new to show you"},
    "b": {"zh": "你常看的又上新了", "en": "More of what you looked at"},
}
GREETING = {"zh": "你好，", "en": "Hello "}
SHOP_LINK = "https://shop.example/new"
HELD = 30  # percent
MEMBERS = active(in_cities())
WILLING = subscribed(MEMBERS)
KNOWN = WILLING[0]


class Campaigns:
    """The editor of a campaign and its launch."""

    # ---- what hands do in the editor

    @staticmethod
    def _step(owner, step: str) -> None:
        steps = owner.page.get_by_role("navigation", name=owner.text("campaigns", "step.all"))
        steps.get_by_text(owner.text("campaigns", f"step.{step}"), exact=True).click()
        owner.page.wait_for_url(re.compile(f"step={step}"))
        owner.settle()

    @staticmethod
    def _switch(owner, label: str, option: str) -> None:
        """Choose one of a few that stand side by side."""
        owner.field(owner.text("campaigns", label)).get_by_text(option, exact=True).click()

    @staticmethod
    def _text(owner, name: str) -> Locator:
        """The field of the message that is called so."""
        return owner.page.get_by_role("textbox", name=owner.text("campaigns", name), exact=True)

    @staticmethod
    def _write(owner, field: Locator, text: str) -> None:
        """Another text in a field of the message."""
        field.click()
        owner.page.keyboard.press("Control+a")
        owner.page.keyboard.insert_text(text)

    @staticmethod
    def _blocks(owner) -> Locator:
        canvas = owner.region(owner.text("campaigns", "canvas.title"))
        kinds = "|".join(
            re.escape(owner.text("campaigns", f"block.{kind}"))
            for kind in ("heading", "text", "image", "button", "footer")
        )
        named = re.compile(f"^({kinds})")
        return canvas.get_by_role("button", name=named).or_(canvas.get_by_role("group", name=named))

    @staticmethod
    def _block(owner, kind: str) -> Locator:
        """A block that is not being edited."""
        name = owner.text("campaigns", "block.choose", kind=owner.text("campaigns", f"block.{kind}"))
        return owner.region(owner.text("campaigns", "canvas.title")).get_by_role("button", name=name)

    @staticmethod
    def _palette(owner, kind: str) -> Locator:
        return owner.button(owner.text("campaigns", "palette.add", kind=owner.text("campaigns", f"block.{kind}")))

    @staticmethod
    def _preview(owner) -> Any:
        """What the mail program shows."""
        return owner.page.frame_locator(f'iframe[title="{owner.text("campaigns", "preview.title")}"]').locator("body")

    @staticmethod
    def _saved(owner) -> None:
        saved = owner.text("campaigns", "save.saved")
        ago = owner.pattern("campaigns", "save.savedAt").pattern
        owner.sees(re.compile(f"{re.escape(saved)}|{ago}"))

    @staticmethod
    def _content(story) -> dict[str, Any]:
        campaign = story.owner.api("GET", f"/campaigns/{story.notes['campaign']}")
        return {arm["name"]: arm for arm in campaign["content"]["arms"]}

    # ---- audience and goal

    def test_an_audience_becomes_a_campaign(self, story, owner):
        owner.api("POST", "/consents", {"statements": consents()})
        owner.go(f"/audiences/{story.notes['audience']}")
        owner.button(owner.text("audiences", "action.campaign")).click()
        owner.page.wait_for_url(re.compile("/campaigns/cmp_"))
        owner.settle()
        story.notes["campaign"] = owner.page.url.split("/campaigns/")[1].split("?")[0]
        who = owner.region(owner.text("campaigns", "audience.title"))
        expect(who).to_contain_text(AUDIENCE[story.language])
        owner.button(owner.text("campaigns", "audience.people", count=len(MEMBERS), number=len(MEMBERS)), who).click()
        expect(owner.dialog().get_by_role("link")).to_have_count(len(MEMBERS))
        owner.close()
        reach = owner.region(owner.text("campaigns", "reach.title"))
        expect(reach).to_contain_text(owner.text("campaigns", "reach.of", number=len(MEMBERS)))
        expect(reach.get_by_text(str(len(WILLING)), exact=True)).to_be_visible()
        expect(reach.get_by_text(str(len(MEMBERS) - len(WILLING)), exact=True)).to_be_visible()  # who did not agree
        owner.check_everywhere()

    def test_it_gets_a_name_and_a_goal_and_saves_itself(self, story, owner):
        owner.button(owner.text("campaigns", "name.change")).click()
        owner.field(owner.text("campaigns", "name.label")).fill(NAME[story.language])
        owner.check_screen()
        owner.page.keyboard.press("Enter")
        owner.heading(NAME[story.language])
        owner.field(owner.text("campaigns", "goal.has")).click()
        goal = owner.region(owner.text("campaigns", "goal.title"))
        expect(goal).to_contain_text("Order Completed")
        window = owner.field(owner.text("campaigns", "goal.window"), goal)
        window.fill("3")
        window.press("Tab")
        owner.field(owner.text("campaigns", "goal.value"), goal).click()
        owner.open_list.locator(".ant-select-item-option").filter(has_text=re.compile("^total")).click()
        self._saved(owner)
        saved = owner.api("GET", f"/campaigns/{story.notes['campaign']}")
        assert saved["name"] == NAME[story.language]
        assert saved["content"]["goal"] == {
            "event": "Order Completed", "value_property": "total", "window_hours": 72,
        }  # fmt: skip
        owner.check_everywhere()

    # ---- content

    def test_blocks_are_added_by_click_and_by_keyboard_and_moved(self, owner):
        self._step(owner, "content")
        self._palette(owner, "heading").click()
        expect(self._text(owner, "field.heading")).to_be_focused()
        owner.page.keyboard.type(NAME[owner.language])
        owner.page.keyboard.press("Escape")
        heading, text = self._block(owner, "heading"), self._block(owner, "text")
        expect(heading).to_be_focused()
        assert heading.bounding_box()["y"] > text.bounding_box()["y"]
        owner.page.keyboard.press("Alt+ArrowUp")
        expect(self._blocks(owner).first).to_contain_text(NAME[owner.language])
        self._palette(owner, "button").focus()
        owner.page.keyboard.press("Enter")
        expect(self._text(owner, "field.button")).to_be_focused()
        owner.page.keyboard.type("OK!")
        expect(self._blocks(owner)).to_have_count(4)
        owner.check_everywhere()

    def test_a_removed_block_comes_back(self, owner):
        owner.page.keyboard.press("Escape")
        self._palette(owner, "image").click()
        expect(self._blocks(owner)).to_have_count(5)
        owner.button(owner.text("campaigns", "block.do.remove")).click()
        expect(self._blocks(owner)).to_have_count(4)
        owner.button(owner.text("shared", "action.undo"), owner.page.locator(".ant-message")).click()
        expect(self._blocks(owner)).to_have_count(5)
        self._blocks(owner).nth(3).focus()
        owner.page.keyboard.press("Delete")
        expect(self._blocks(owner)).to_have_count(4)

    def test_personal_values_are_completed_with_what_others_get(self, story, owner):
        owner.field(owner.text("campaigns", "subject.subject")).click()
        owner.page.keyboard.type(SUBJECT["a"][story.language])
        self._block(owner, "text").focus()
        owner.page.keyboard.press("Enter")
        field = self._text(owner, "field.text")
        expect(field).to_be_focused()
        owner.page.keyboard.insert_text(GREETING[story.language])
        owner.page.keyboard.type("{{ profile.first")
        options = owner.page.get_by_role("listbox").get_by_role("option")
        expect(options.filter(has_text="first_name")).to_have_attribute("aria-selected", "true")
        owner.page.wait_for_timeout(150)  # ms; the list takes no Enter that was on its way before it came
        owner.page.keyboard.press("Enter")
        friend = owner.text("campaigns", "variable.friend")
        expect(field).to_contain_text(f'{GREETING[story.language]}{{{{ profile.first_name | default: "{friend}"')
        owner.page.keyboard.press("Control+End")
        owner.page.keyboard.insert_text(f"\n\n**{len(SUBJECT)}** [{SUBJECT['b'][story.language]}]({SHOP_LINK})")
        expect(self._preview(owner)).to_contain_text(GREETING[story.language].strip())
        expect(self._preview(owner)).to_contain_text(friend)
        owner.check_everywhere()

    def test_a_mistake_is_shown_at_its_place_and_mended_there(self, owner):
        preheader = owner.field(owner.text("campaigns", "subject.preheader"))
        self._write(owner, preheader, '{{ profile.phone | default: "new in" | shuot }}')
        wrong = owner.page.locator(".cm-lintRange-error")
        expect(wrong).to_have_text("shuot")
        owner.sees(owner.text("campaigns", "preview.notSendable"))
        owner.check_screen()
        problems = owner.region(owner.text("campaigns", "check.problems"))
        mistake = problems.get_by_role("listitem").filter(has_text="shuot")
        owner.button(
            owner.pattern("campaigns", "problem.toArm", step=owner.text("campaigns", "step.content")), mistake
        ).click()
        expect(preheader).to_be_focused()
        owner.page.keyboard.type("upcase")  # the wrong word is selected
        expect(wrong).to_have_count(0)
        expect(mistake).to_have_count(0)
        expect(preheader).to_contain_text("| upcase }}")
        lacking = owner.page.get_by_role("list", name=owner.text("campaigns", "lacking.title"))
        expect(lacking).to_contain_text(
            owner.text("campaigns", "lacking.fallback", number=len(MEMBERS), of=len(MEMBERS))
        )

    def test_a_button_without_a_link_is_found_and_gets_one(self, story, owner):
        problems = owner.region(owner.text("campaigns", "check.problems"))
        without = problems.get_by_role("listitem").filter(
            has=owner.page.get_by_label(owner.text("campaigns", "problem.error"))
        )
        expect(without).to_have_count(1)
        owner.button(owner.pattern("campaigns", "step.content"), without).click()
        self._write(owner, self._text(owner, "field.href"), SHOP_LINK + "?from=button")
        expect(without).to_have_count(0)
        self._block(owner, "footer").click()
        self._write(owner, self._text(owner, "field.company"), "River Shop Ltd.")
        expect(self._preview(owner)).to_contain_text("River Shop Ltd.")
        self._saved(owner)
        blocks = self._content(story)["a"]["blocks"]
        assert [each["kind"] for each in blocks] == ["heading", "text", "button", "footer"]
        assert blocks[2]["href"] == SHOP_LINK + "?from=button"
        owner.check_everywhere()

    def test_engineers_write_html_and_come_back_with_undo(self, owner):
        self._switch(owner, "way.title", owner.text("campaigns", "way.html"))
        expect(self._text(owner, "field.html")).to_contain_text("<!doctype html>")
        owner.check_everywhere()
        owner.button(owner.text("campaigns", "undo.undo"), owner.page.get_by_role("main")).click()
        expect(self._blocks(owner)).to_have_count(4)

    def test_it_is_seen_with_the_eyes_of_others(self, owner):
        self._switch(owner, "preview.as", owner.text("campaigns", "preview.worst"))
        expect(self._preview(owner)).to_contain_text(re.compile(r"P\d\d"))
        self._switch(owner, "preview.as", owner.text("campaigns", "preview.person"))
        find = owner.field(owner.text("campaigns", "preview.find"))
        find.fill(KNOWN.email)
        owner.open_list.locator(".ant-select-item-option").filter(has_text="@").first.click()
        expect(self._preview(owner)).to_contain_text(KNOWN.name)
        for device in ("mobile", "text"):
            owner.field(owner.text("campaigns", "preview.device")).get_by_label(
                owner.text("campaigns", f"preview.{device}")
            ).click()
            owner.check_screen()
        expect(owner.region(owner.text("campaigns", "preview.text"))).to_contain_text(KNOWN.name)
        owner.field(owner.text("campaigns", "preview.device")).get_by_label(
            owner.text("campaigns", "preview.desktop")
        ).click()
        owner.button(owner.text("campaigns", "preview.dark")).click()
        owner.check_everywhere()

    def test_a_test_arrives(self, story, owner):
        owner.button(owner.text("campaigns", "test.title")).click()
        form = owner.page.get_by_role("form", name=owner.text("campaigns", "test.title"))
        to = owner.field(owner.text("campaigns", "test.to"), form)
        expect(to).to_have_value("owner@example.com")
        to.fill("colleague@example.com")
        owner.button(owner.text("campaigns", "test.send"), form).click()
        owner.sees(owner.text("campaigns", "test.sent", to="colleague@example.com"), form)
        owner.check_screen()
        owner.page.keyboard.press("Escape")
        assert story.mailbox.recipients == ["colleague@example.com"]
        message = story.mailbox.messages[0]
        assert message["Subject"].endswith(SUBJECT["a"][story.language])
        assert KNOWN.name in message.get_body(("html",)).get_content()
        assert KNOWN.name in message.get_body(("plain",)).get_content()

    # ---- split and schedule

    def test_a_second_version_and_a_holdout_share_the_audience(self, story, owner):
        self._step(owner, "split")
        owner.button(owner.text("campaigns", "split.add")).click()
        held = owner.page.get_by_role("spinbutton", name=owner.text("campaigns", "holdout.share"))
        held.fill(str(HELD))
        held.press("Tab")
        for arm in "ab":
            share = owner.page.get_by_role("spinbutton", name=owner.text("campaigns", "split.share", name=arm))
            expect(share).to_have_value(f"{(100 - HELD) / 2:.1f}")
        kept = round(len(MEMBERS) * HELD / 100)
        people = owner.text("campaigns", "audience.people", count=kept, number=kept)
        owner.sees(owner.text("campaigns", "holdout.people", people=people))
        owner.check_everywhere()
        self._saved(owner)
        assert {name: arm["weight"] for name, arm in self._content(story).items()} == {
            "a": 350,
            "b": 350,
            "holdout": 300,
        }

    def test_the_second_version_says_something_else(self, story, owner):
        owner.button(owner.text("campaigns", "split.editArm", name="b")).click()
        owner.page.wait_for_url(re.compile("arm=b"))
        owner.settle()
        subject = owner.field(owner.text("campaigns", "subject.subject"))
        expect(subject).to_have_text(SUBJECT["a"][story.language])
        subject.click()
        owner.page.keyboard.press("Control+a")
        owner.page.keyboard.press("Delete")  # to be found by the check
        self._saved(owner)
        owner.check_screen()

    def test_the_time_the_sender_and_what_is_counted(self, story, owner):
        self._step(owner, "schedule")
        owner.page.get_by_role("radio", name=owner.text("campaigns", "start.later")).check()
        owner.sees("Asia/Shanghai")
        owner.check_everywhere()
        owner.page.get_by_role("radio", name=owner.text("campaigns", "start.now")).check()
        reply = owner.field(owner.text("campaigns", "sender.reply"))
        reply.fill("help@")
        owner.sees(owner.text("campaigns", "sender.wrong"))
        reply.fill("help@example.com")
        owner.page.get_by_role("switch", name=owner.text("campaigns", "utm.title")).click()
        owner.field(owner.text("campaigns", "utm.campaign")).fill("autumn")
        owner.sees(re.compile("utm_campaign=autumn"))
        owner.check_everywhere()
        self._saved(owner)
        content = owner.api("GET", f"/campaigns/{story.notes['campaign']}")["content"]
        assert content["reply_to"] == "help@example.com"
        assert sorted(content["track"]) == ["clicks", "opens"]

    # ---- check and launch

    def test_the_check_leads_to_what_is_missing(self, story, owner):
        self._step(owner, "check")
        owner.sees(owner.text("campaigns", "launch.mend"))
        problems = owner.region(owner.text("campaigns", "check.problems"))
        expect(problems.get_by_label(owner.text("campaigns", "problem.error"))).to_have_count(1)
        owner.check_everywhere()
        step = owner.text("campaigns", "step.content")
        owner.button(owner.text("campaigns", "problem.toArm", step=step, name="b"), problems).click()
        subject = owner.field(owner.text("campaigns", "subject.subject"))
        expect(subject).to_be_focused()
        owner.page.keyboard.insert_text(SUBJECT["b"][story.language])
        self._saved(owner)

    def test_the_check_says_who_would_get_it(self, story, owner):
        self._step(owner, "check")
        expect(
            owner.region(owner.text("campaigns", "check.problems")).get_by_label(
                owner.text("campaigns", "problem.error")
            )
        ).to_have_count(0)
        numbers = owner.region(owner.text("campaigns", "check.numbers"))
        for number in (len(MEMBERS), len(WILLING), len(MEMBERS) - len(WILLING)):
            expect(numbers.get_by_text(str(number), exact=True).first).to_be_visible()
        words = owner.region(owner.text("campaigns", "summary.title"))
        for part in (AUDIENCE[story.language], f"{HELD}%", SUBJECT["a"][story.language], SUBJECT["b"][story.language]):
            expect(words).to_contain_text(part)
        owner.check_everywhere()

    def test_it_is_launched_and_watched_until_it_is_sent(self, story, owner):
        count = round(len(WILLING) * (100 - HELD) / 100)
        send = owner.text("campaigns", "launch.sendTo", count=count, number=count)
        owner.button(send).click()
        owner.sees(owner.text("campaigns", "launch.impact"), owner.dialog())
        owner.check_screen()
        owner.confirm(send)
        owner.told(owner.text("campaigns", "launch.started"))
        story.product.wait_for(
            lambda: owner.api("GET", f"/campaigns/{story.notes['campaign']}")["state"] == "done", seconds=90
        )
        progress = owner.region(owner.text("campaigns", "progress.title"))
        arms = self._assigned(story)
        sent = [each for each in WILLING if arms[each.user_id] != "holdout"]
        treated = sum(arm != "holdout" for arm in arms.values())
        expect(progress).to_contain_text(owner.text("campaigns", "progress.sending", done=treated, total=treated))
        expect(progress).to_contain_text(owner.text("campaigns", "delivery.held"))
        got = [each for each in sent if not each.email.startswith("gone.")]
        expect(owner.button(str(len(got)), progress).first).to_be_visible()
        owner.check_everywhere()
        story.notes |= {"arms": arms, "got": got}

    @staticmethod
    def _assigned(story) -> dict[str, str]:
        """Shopper → arm, for the members of the audience."""
        owner, campaign = story.owner, story.notes["campaign"]
        people = {
            owner.api("GET", f"/profiles?search={each.user_id}")["items"][0]["id"]: each.user_id for each in MEMBERS
        }
        story.notes["ids"] = {user_id: person for person, user_id in people.items()}
        assigned = owner.api("GET", f"/campaigns/{campaign}/people?stage=assigned&limit=200")["items"]
        arms = {people[each["id"]]: str(each["arm"]) for each in assigned}
        assert len(arms) == len(assigned) == len(MEMBERS)
        assert set(arms.values()) == {"a", "b", "holdout"}
        return arms

    def test_exactly_the_right_people_got_it_and_each_once(self, story):
        arms, got = story.notes["arms"], story.notes["got"]
        recipients = Counter(story.mailbox.recipients)
        assert recipients.pop("colleague@example.com") == 1
        assert recipients == Counter(each.email for each in got)
        shoppers = {each.email: each for each in got}
        for address, message in zip(story.mailbox.recipients, story.mailbox.messages, strict=True):
            if address in shoppers:
                shopper = shoppers[address]
                assert message["To"] == address
                assert message["Reply-To"] == "help@example.com"
                assert message["Subject"] == SUBJECT[arms[shopper.user_id]][story.language]
                assert shopper.name in message.get_body(("html",)).get_content()
                assert "List-Unsubscribe" in message

    def test_the_people_behind_a_number_are_shown(self, story, owner):
        progress = owner.region(owner.text("campaigns", "progress.title"))
        held = sum(arm == "holdout" for arm in story.notes["arms"].values())
        for stage, people in (("sent", len(story.notes["got"])), ("held", held)):
            number = progress.locator(".ant-statistic").filter(has_text=owner.text("campaigns", f"delivery.{stage}"))
            owner.button(str(people), number).click()
            expect(owner.dialog().get_by_role("link")).to_have_count(people)
            owner.check_screen()
            owner.close()

    def test_the_list_and_the_person_show_it(self, story, owner):
        owner.menu("campaigns")
        row = owner.page.get_by_role("row").filter(has=owner.link(NAME[story.language]))
        expect(row).to_contain_text(owner.text("campaigns", "state.done"))
        tried = sum(story.notes["arms"][each.user_id] != "holdout" for each in WILLING)  # one of whom may not exist
        expect(row.get_by_text(str(tried), exact=True)).to_be_visible()
        owner.check_everywhere()
        owner.go(f"/people/{story.notes['ids'][story.notes['got'][0].user_id]}?tab=messages")
        expect(owner.page.get_by_role("row").filter(has_text=NAME[story.language])).to_contain_text(
            owner.text("people", "messages.state.sent")
        )
        owner.check_everywhere()
