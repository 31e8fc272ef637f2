"""From the link that the first start prints to a source that is seen receiving."""

from __future__ import annotations

import base64
import re

from playwright.sync_api import expect

from e2e.page.shoppers import first_events, special_events
from fixtures.page import PASSWORD

OWN_LANGUAGE = {"zh": "简体中文", "en": "English"}
SHOP = {"zh": "汇流商店", "en": "River shop"}
SOURCE = {"zh": "网店", "en": "Web shop"}


class FirstRun:
    """Language, owner, workspace, first source."""

    def test_the_printed_link_opens_the_set_up_in_the_language_that_is_chosen(self, story, owner):
        owner.page.goto(story.product.setup_link)
        owner.page.locator(".ant-segmented-item").filter(has_text=OWN_LANGUAGE[story.language]).click()
        owner.heading(owner.text("account", "setup.title"))
        assert owner.page.evaluate("() => document.documentElement.lang").startswith(story.language)
        owner.check_everywhere()

    def test_what_is_missing_or_too_short_is_said_at_its_field(self, owner):
        owner.field(owner.text("account", "field.password")).fill("short")
        owner.button(owner.text("account", "setup.action")).click()
        for message in ("nameNeeded", "emailNeeded", "passwordShort", "workspaceNeeded"):
            owner.sees(owner.text("account", f"field.{message}"))

    def test_creating_owner_and_workspace_leads_to_the_choice_of_data(self, story, owner):
        owner.field(owner.text("account", "field.name")).fill("Na 娜")
        owner.field(owner.text("account", "field.email")).fill("owner@example.com")
        owner.field(owner.text("account", "field.password")).fill(PASSWORD)
        owner.field(owner.text("account", "field.workspace")).fill(SHOP[story.language])
        owner.button(owner.text("account", "setup.action")).click()
        owner.heading(owner.text("account", "setup.dataTitle"))
        assert "#" not in owner.page.url  # the code is used up and stays in no history
        owner.check_everywhere()

    def test_the_overview_of_an_empty_workspace_says_what_to_do_first(self, owner):
        owner.button(owner.text("account", "setup.later")).click()
        owner.heading(owner.text("overview", "title"))
        owner.check_everywhere()
        owner.link(owner.pattern("overview", "todo.code.no_source")).click()
        owner.heading(owner.text("sources", "title"))

    def test_empty_lists_say_why_and_what_next(self, owner):
        for place in ("sources", "events", "quarantine", "people", "tags", "audiences", "campaigns"):
            owner.menu(place)
            owner.check_screen()
            expect(owner.page.locator(".ant-empty").first).to_be_visible()

    def test_a_source_is_created_and_shows_its_snippet_with_the_real_key(self, story, owner):
        owner.menu("sources")
        owner.button(owner.text("sources", "create.action")).first.click()
        drawer = owner.dialog(owner.text("sources", "create.title"))
        drawer.get_by_text(owner.text("sources", "kind.web.name"), exact=True).click()
        owner.field(owner.text("sources", "name.label"), drawer).fill(SOURCE[story.language])
        owner.check_everywhere()
        owner.button(owner.text("sources", "create.submit"), drawer).click()
        owner.heading(SOURCE[story.language])
        source = owner.api("GET", "/sources")["items"][0]
        key = owner.api("GET", f"/sources/{source['id']}/snippets")["write_key"]
        story.notes |= {"source": source["id"], "key": key}
        owner.sees(owner.text("sources", "arrivals.none"))
        expect(owner.page.get_by_text(key)).to_have_count(0)  # nobody reads it over one's shoulder
        owner.button(owner.text("sources", "connect.show")).click()
        as_basic = base64.b64encode(f"{key}:".encode()).decode()
        for language, secret in (("js", key), ("curl", as_basic), ("python", key)):
            owner.tab(owner.text("sources", f"language.{language}"))
            code = owner.region(owner.text("sources", f"language.{language}"))
            expect(code).to_contain_text(secret)
            expect(code).to_contain_text(str(story.product.collector))
        owner.check_everywhere()

    def test_a_test_event_is_seen_arriving(self, owner):
        owner.tab(owner.text("sources", "tab.test"))
        owner.button(owner.text("sources", "test.send")).click()
        owner.link(owner.text("sources", "test.toEvent")).wait_for()
        owner.sees(owner.text("sources", "outcome.stored"))
        owner.sees(owner.pattern("sources", "test.after"))
        owner.check_everywhere()

    def test_the_source_shows_what_its_site_sends(self, story, owner):
        product, key = story.product, story.notes["key"]
        first = first_events()
        product.send(key, first)
        product.send(key, special_events())

        def totals() -> dict[str, int]:
            return owner.api("GET", f"/counters?source_id={story.notes['source']}")["total"]

        product.wait_for(
            lambda: totals()["received"] == len(first) + 4 + 1 and totals()["stored"] == len(first) + 2 + 1
        )
        assert totals()["duplicate"] == 1
        assert totals()["quarantined"] == 1
        owner.tab(owner.text("sources", "tab.health"))
        owner.check_everywhere()
        health = owner.region(owner.text("sources", "health.title"))
        expect(health).to_contain_text(owner.number(len(first) + 3))
        owner.button(owner.text("shared", "chart.asTable"), health).click()
        expect(health.get_by_role("table").last).to_contain_text(owner.text("sources", "health.time"))
        owner.check_screen()
        owner.tab(owner.text("sources", "tab.settings"))
        owner.check_everywhere()
        owner.link(owner.text("sources", "back")).click()
        owner.heading(owner.text("sources", "title"))
        owner.sees(owner.text("sources", "state.receiving"))
        owner.check_everywhere()

    def test_a_new_write_key_leaves_the_old_one_its_time(self, story, owner):
        old = self._key(story)
        owner.go(f"/sources/{story.notes['source']}?tab=settings")
        owner.button(owner.text("sources", "rotate.action")).click()
        owner.button(owner.text("sources", "rotate.submit"), owner.dialog()).click()
        dialog = owner.dialog(owner.text("sources", "rotate.doneTitle"))
        expect(dialog).to_be_visible()
        owner.check_screen()
        new = self._key(story)
        assert new != old
        expect(dialog).to_contain_text(new)
        owner.button(owner.text("sources", "rotate.close"), dialog).last.click()
        owner.sees(re.compile(re.escape(new[-4:])))
        for number, key in enumerate((old, new)):
            event = {"type": "track", "event": "Either Key", "anonymousId": "visitor", "messageId": f"key-{number}"}
            story.product.send(key, [event])  # raises when it is refused
        story.notes["key"] = new

    @staticmethod
    def _key(story) -> str:
        return str(story.owner.api("GET", f"/sources/{story.notes['source']}/snippets")["write_key"])
