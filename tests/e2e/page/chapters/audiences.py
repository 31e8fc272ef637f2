"""An audience: built in the rule builder, counted as the data say, explained, saved, changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from playwright.sync_api import Locator, expect

from e2e.page.rule_builder import RuleBuilder
from e2e.page.shoppers import PEOPLE, SHOPPERS, Shopper

NAME = {"zh": "京沪活跃订阅者", "en": "Active subscribers in Beijing and Shanghai"}
EVERYBODY = PEOPLE + 2  # and a visitor, and the person of the test event


def in_cities(people: Iterable[Shopper] = SHOPPERS) -> list[Shopper]:
    """Of the two cities."""
    return [each for each in people if each.city in {"上海", "北京"}]


def subscribed(people: Iterable[Shopper]) -> list[Shopper]:
    """Who want the newsletter."""
    return [each for each in people if each.newsletter]


def active(people: Iterable[Shopper]) -> list[Shopper]:
    """Who ordered, or looked at three products at least, within 30 days."""
    return [each for each in people if each.ordered(30) >= 1 or each.viewed(30) >= 3]


class Audiences:
    """The rule builder and the page of an audience."""

    def _counts(self, owner, count: int) -> None:
        """See the live count arrive at a number."""
        panel = owner.region(owner.text("audiences", "live.title"))
        expect(panel.locator(".audience-count:not([data-stale])").get_by_role("button")).to_have_text(
            owner.number(count)
        )

    def _bars(self, owner) -> list[int]:
        """The numbers of people after each step."""
        bars = owner.page.get_by_role("list", name=owner.text("audiences", "live.steps")).get_by_role("listitem")
        return [int(re.sub(r"\D", "", bar.locator(".numeric").inner_text())) for bar in bars.all()]

    def test_the_editor_begins_with_everybody_and_templates(self, owner):
        owner.menu("audiences")
        owner.link(owner.text("audiences", "list.new")).first.click()
        owner.heading(owner.text("audiences", "editor.new"))
        self._counts(owner, EVERYBODY)
        owner.button(re.compile(re.escape(owner.text("audiences", "template.recent.name")))).click()
        self._counts(owner, sum(each.ordered(30) >= 1 for each in SHOPPERS))
        owner.check_everywhere()

    def test_a_template_is_taken_back_with_undo(self, owner):
        owner.button(owner.text("rules", "undo")).click()
        self._counts(owner, EVERYBODY)

    def test_conditions_are_built_by_mouse_and_counted_while_they_are(self, owner):
        builder = RuleBuilder(owner)
        city = builder.add(builder.root, "city")
        builder.set(city, "operator", builder.text("op.in"))
        values = city.get_by_role("combobox", name=builder.text("value.list"))
        for value in ("上海", "北京"):
            values.fill(value)
            values.press("Enter")
        values.press("Escape")
        self._counts(owner, len(in_cities()))
        wants = builder.add(builder.root, "newsletter")
        builder.set(wants, "value.label", builder.text("value.false"))
        self._counts(owner, len(in_cities()) - len(subscribed(in_cities())))
        builder.set(wants, "value.label", builder.text("value.true"))
        self._counts(owner, len(subscribed(in_cities())))

    def test_a_nested_group_joins_two_event_conditions_one_of_them_by_keyboard(self, owner):
        builder, keyboard = RuleBuilder(owner), owner.page.keyboard
        group = builder.add_group(builder.root)
        ordered = builder.add(group, "Order Completed")
        builder.set(ordered, "window.label", builder.text("window.last"))
        # The focus goes where the work goes on: after the group was made, and after each condition.
        adding = group.locator(":scope > .rule-add").get_by_role("combobox", name=builder.text("add.condition"))
        adding.focus()
        keyboard.type("product viewed")
        keyboard.press("Enter")
        viewed = group.locator(":scope > .rule-children > .rule-row").last
        expect(viewed).to_contain_text(builder.called("Product Viewed"))
        compare = viewed.get_by_role("combobox", name=builder.text("compare.label"))
        compare.focus()
        keyboard.press("Enter")
        owner.open_list.wait_for()
        self._arrow_to(owner, builder.text("compare.gte"))
        keyboard.press("Enter")
        viewed.get_by_label(builder.text("value.number"), exact=True).focus()
        keyboard.press("Control+a")
        keyboard.type("3")
        when = viewed.get_by_role("combobox", name=builder.text("window.label"))
        when.focus()
        keyboard.press("Enter")
        self._arrow_to(owner, builder.text("window.last"))
        keyboard.press("Enter")
        self._counts(owner, len(active(subscribed(in_cities()))))
        viewed.get_by_role(
            "button", name=re.compile(f"^{re.escape(builder.text('node.handle').split('{')[0])}")
        ).focus()
        keyboard.press("Alt+ArrowUp")
        expect(group.locator(":scope > .rule-children > .rule-row").first).to_contain_text(
            builder.called("Product Viewed")
        )
        self._counts(owner, len(active(subscribed(in_cities()))))
        owner.check_everywhere()

    @staticmethod
    def _arrow_to(owner, option: str) -> None:
        """Down to an option of the open list."""
        active_option = owner.page.locator(
            ".ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option-active"
        )
        for _ in range(12):
            if active_option.count() == 1 and active_option.inner_text() == option:
                return
            owner.page.keyboard.press("ArrowDown")
        raise AssertionError(option)

    def test_the_waterfall_says_where_people_are_lost(self, owner):
        cities, wanting = in_cities(), subscribed(in_cities())
        assert self._bars(owner) == [EVERYBODY, len(cities), len(wanting), len(active(wanting))]

    def test_the_rule_is_told_as_a_sentence(self, owner):
        sentence = owner.page.locator(".audience-sentence")
        events = {"zh": ("完成订单", "浏览商品"), "en": ("Order Completed", "Product Viewed")}[owner.language]
        for part in ("上海", "北京", *events):
            expect(sentence).to_contain_text(part)
        words = {"zh": "且", "en": " and "}[owner.language]
        expect(sentence).to_contain_text(words)

    def test_why_somebody_is_in_or_not_is_told_condition_by_condition(self, owner):
        owner.tab(owner.text("audiences", "live.why"))
        inside = active(subscribed(in_cities()))[0]
        outside = next(each for each in active(in_cities()) if not each.newsletter)
        ask = owner.field(owner.text("audiences", "why.placeholder"))
        for person, verdict in ((inside, "in"), (outside, "out")):
            ask.fill(person.email.upper())
            ask.press("Enter")
            owner.sees(owner.text("audiences", f"why.{verdict}"))
        expect(owner.page.get_by_label(owner.text("shared", "why.fails")).first).to_be_visible()
        owner.check_everywhere()
        owner.tab(owner.text("audiences", "live.people"))
        owner.check_screen()

    def test_engineers_read_it_as_sql_and_json(self, story, owner):
        owner.button(owner.text("audiences", "sql.open")).click()
        drawer = owner.dialog(owner.text("audiences", "sql.title"))
        expect(owner.region(owner.text("audiences", "sql.title"))).to_contain_text("SELECT")
        owner.check_everywhere()
        drawer.get_by_text(owner.text("audiences", "sql.json"), exact=True).click()
        rule = json.loads(owner.region(owner.text("audiences", "sql.json")).inner_text())
        assert [each["kind"] for each in rule["rules"]] == ["trait", "trait", "any"]
        story.notes["rule"] = rule
        owner.close()

    def test_what_was_removed_comes_back_with_ctrl_z(self, owner):
        builder = RuleBuilder(owner)
        rows = builder.root.locator(".rule-row")
        expect(rows).to_have_count(4)
        handle = rows.first.locator(".rule-handle")
        handle.focus()
        owner.page.keyboard.press("Delete")
        expect(rows).to_have_count(3)
        self._counts(owner, len(active(subscribed(SHOPPERS))))
        owner.page.keyboard.press("Control+z")
        expect(rows).to_have_count(4)
        self._counts(owner, len(active(subscribed(in_cities()))))

    def test_a_condition_is_dragged_to_another_place(self, owner):
        builder = RuleBuilder(owner)
        rows = builder.root.locator(":scope > .rule-children > .rule-row")
        expect(rows.first).to_contain_text("上海")
        self._drag(owner, rows.first.locator(".rule-handle"), rows.last)
        expect(rows.last).to_contain_text("上海")
        owner.button(builder.text("undo")).click()
        expect(rows.first).to_contain_text("上海")

    @staticmethod
    def _drag(owner, what: Locator, below: Locator) -> None:
        start, end = what.bounding_box(), below.bounding_box()
        assert start is not None
        assert end is not None
        mouse = owner.page.mouse
        mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        mouse.down()
        mouse.move(start["x"] + 20, start["y"] + 30, steps=4)
        mouse.move(end["x"] + 60, end["y"] + end["height"], steps=8)
        mouse.up()

    def test_it_is_saved_and_its_members_are_computed(self, story, owner):
        owner.field(owner.text("audiences", "field.name")).fill(NAME[story.language])
        owner.check_screen()
        owner.button(owner.text("audiences", "editor.create")).click()
        owner.heading(NAME[story.language])
        audience = owner.page.url.split("/audiences/")[1].split("?")[0]
        story.notes["audience"] = audience
        members = len(active(subscribed(in_cities())))
        size = owner.text("audiences", "detail.people", count=members, shown=members)
        owner.sees(size)
        assert owner.api("GET", f"/audiences/{audience}")["rule"] == story.notes["rule"]
        owner.check_everywhere()
        owner.button(size).click()
        expect(owner.dialog().get_by_role("link")).to_have_count(members)
        owner.check_screen()
        owner.close()
        owner.tab(owner.text("audiences", "tab.people"))
        expect(owner.page.get_by_role("row")).to_have_count(members + 1)
        owner.check_everywhere()

    def test_changing_it_shows_the_impact_before_it_is_saved(self, story, owner):
        owner.link(owner.text("audiences", "action.edit")).click()
        owner.heading(owner.text("audiences", "editor.edit", name=NAME[story.language]))
        builder = RuleBuilder(owner)
        wants = builder.root.locator(":scope > .rule-children > .rule-row").nth(1)
        wants.get_by_role(
            "button", name=re.compile(f"^{re.escape(builder.text('node.removeNamed').split('{')[0])}")
        ).click()
        before, after = len(active(subscribed(in_cities()))), len(active(in_cities()))
        self._counts(owner, after)
        gained = owner.text("audiences", "impact.gained", count=after - before, shown=after - before)
        owner.sees(gained)
        owner.sees(owner.text("audiences", "impact.total", before=before, after=after))
        owner.check_everywhere()
        owner.field(owner.text("audiences", "field.note")).fill("Everybody active")
        owner.page.keyboard.press("Control+s")
        owner.heading(NAME[story.language])
        owner.sees(owner.text("audiences", "detail.people", count=after, shown=after))
        owner.sees(owner.text("audiences", "detail.entered", count=after - before, shown=after - before))

    def test_versions_are_compared(self, owner):
        owner.tab(owner.text("audiences", "tab.versions"))
        for version in (1, 2):
            owner.page.get_by_role("checkbox", name=owner.text("audiences", "versions.choose", version=version)).check()
        changes = owner.region(owner.text("audiences", "versions.compare"))
        expect(changes).to_contain_text("newsletter")
        expect(changes).to_contain_text(owner.text("audiences", "change.removed"))
        owner.check_everywhere()

    def test_the_other_tabs_and_the_list_are_whole(self, story, owner):
        owner.tab(owner.text("audiences", "tab.why"))
        ask = owner.field(owner.text("audiences", "why.placeholder"))
        ask.fill(active(in_cities())[0].user_id)
        ask.press("Enter")
        owner.sees(owner.text("audiences", "why.in"))
        owner.check_everywhere()
        owner.tab(owner.text("audiences", "tab.runs"))
        owner.check_everywhere()
        owner.menu("audiences")
        owner.check_everywhere()
        owner.field(owner.text("audiences", "list.search")).fill(NAME[story.language][:4])
        owner.page.wait_for_url(re.compile("q="))
        expect(owner.link(NAME[story.language])).to_be_visible()

    def test_a_person_shows_the_audience_and_why(self, story, owner):
        member = active(in_cities())[0]
        person = owner.api("GET", f"/profiles?search={member.user_id}")["items"][0]["id"]
        owner.go(f"/people/{person}?tab=audiences")
        expect(owner.link(NAME[story.language])).to_be_visible()
        owner.button(owner.text("people", "memberships.why")).click()
        owner.sees(owner.text("people", "memberships.isIn"))
        owner.check_everywhere()
        owner.close()
