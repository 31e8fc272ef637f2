"""Tags: values by rules and numbers out of events, previewed, computed, and the people behind each value."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from e2e.page.rule_builder import RuleBuilder
from e2e.page.shoppers import SHOPPERS

NAME = {"zh": "购买频次分层", "en": "How keen a buyer"}
VALUES = {"zh": ("铁杆", "偶尔"), "en": ("Keen", "Now and then")}

KEEN = [each for each in SHOPPERS if len(each.orders) >= 3]
NOW_AND_THEN = [each for each in SHOPPERS if 1 <= len(each.orders) < 3]


class Tags:
    """The tag editor and the page of a tag."""

    @staticmethod
    def _bar(owner, value: str, people: int) -> re.Pattern[str]:
        return owner.pattern("tags", "spread.openNamed", name=value, count=people, shown=people)

    def test_the_kinds_are_explained_before_one_is_chosen(self, owner):
        owner.menu("tags")
        owner.link(owner.text("tags", "list.new")).first.click()
        owner.heading(owner.text("tags", "editor.new"))
        owner.check_everywhere()
        owner.page.locator(".tag-card").first.click()
        owner.sees(owner.text("tags", "live.begin"))
        owner.check_screen()

    def test_two_values_with_rules_show_how_people_spread(self, story, owner):
        levels = owner.page.locator(".tag-level:not(.tag-otherwise)")
        for index, (value, least) in enumerate(zip(VALUES[story.language], (3, 1), strict=True)):
            if levels.count() <= index:
                owner.button(owner.text("tags", "levels.add")).click()
            level = levels.nth(index)
            owner.field(owner.text("tags", "levels.valueOf", number=index + 1), level).fill(value)
            builder = RuleBuilder(owner, within=level)
            ordered = builder.add(builder.root, "Order Completed")
            builder.set(ordered, "window.label", builder.text("window.all_time"))
            if least > 1:
                builder.set(ordered, "compare.label", builder.text("compare.gte"))
                builder.fill(ordered, "value.number", str(least))
        for value, people in zip(VALUES[story.language], (KEEN, NOW_AND_THEN), strict=True):
            expect(owner.button(self._bar(owner, value, len(people))).first).to_be_visible()
        covered = len(KEEN) + len(NOW_AND_THEN)
        side = owner.region(owner.text("tags", "live.title"))
        expect(side).to_contain_text(owner.text("tags", "live.people", count=covered, shown=covered))
        owner.check_everywhere()

    def test_it_is_created_computed_and_shows_its_people(self, story, owner):
        owner.page.keyboard.press("Control+s")
        owner.sees(owner.text("tags", "editor.missesName"))
        owner.field(owner.text("tags", "field.name")).fill(NAME[story.language])
        owner.button(owner.text("tags", "editor.create")).click()
        owner.heading(NAME[story.language])
        keen, _ = VALUES[story.language]
        bar = owner.button(self._bar(owner, keen, len(KEEN))).first
        expect(bar).to_be_visible()
        owner.check_everywhere()
        bar.click()
        expect(owner.dialog().get_by_role("link", name=re.compile("."))).not_to_have_count(0)
        owner.check_screen()
        owner.close()
        owner.tab(owner.text("tags", "tab.people"))
        expect(owner.page.get_by_role("row")).to_have_count(1 + min(50, len(KEEN) + len(NOW_AND_THEN)))
        owner.check_everywhere()
        for tab in ("versions", "runs"):
            owner.tab(owner.text("tags", f"tab.{tab}"))
            owner.check_everywhere()
        found = next(tag for tag in owner.api("GET", "/tags")["items"] if tag["name"] == NAME[story.language])
        assert found["coverage"] == len(KEEN) + len(NOW_AND_THEN)

    def test_a_number_out_of_events_begins_with_a_template(self, owner):
        owner.go("/tags/new")
        owner.button(re.compile(re.escape(owner.text("tags", "template.frequency.name")))).click()
        ordered = sum(bool(each.orders) for each in SHOPPERS)
        side = owner.region(owner.text("tags", "live.title"))
        expect(side).to_contain_text(owner.text("tags", "live.people", count=ordered, shown=ordered))
        owner.check_everywhere()
        owner.button(owner.text("tags", "editor.create")).click()
        owner.heading(owner.text("tags", "template.frequency.name"))
        owner.menu("tags")
        owner.check_everywhere()

    def test_a_person_shows_the_value(self, story, owner):
        person = owner.api("GET", f"/profiles?search={KEEN[0].user_id}")["items"][0]["id"]
        owner.go(f"/people/{person}?tab=audiences")
        tag = owner.page.get_by_role("row").filter(has=owner.link(NAME[story.language]))
        expect(tag).to_contain_text(VALUES[story.language][0])
