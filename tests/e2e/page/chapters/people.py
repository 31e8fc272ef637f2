"""One person: found by whatever is known, with everything that is known, masked until somebody asks."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from e2e.page.shoppers import PEOPLE, PHONE, SHOPPERS


class People:
    """Search and the person's page."""

    def test_everybody_is_listed_and_the_overview_counts_them(self, owner):
        counts = owner.api("GET", "/overview/people")
        assert counts["people"] == PEOPLE + 2  # a visitor without a name, and the person of the test event
        assert counts["identified"] == PEOPLE
        owner.menu("overview")
        owner.check_everywhere()
        owner.link(re.compile(re.escape(owner.text("overview", "people.identified")))).first.click()
        owner.heading(owner.text("people", "title"))
        owner.page.wait_for_url(re.compile("identified=true"))
        owner.settle()
        owner.check_everywhere()
        expect(owner.page.get_by_role("row")).to_have_count(50 + 1)
        owner.button(owner.text("shared", "list.next")).click()
        expect(owner.page.get_by_role("row")).to_have_count(PEOPLE - 50 + 1)
        owner.page.go_back()
        expect(owner.page.get_by_role("row")).to_have_count(50 + 1)

    def test_a_person_is_found_by_an_address_in_another_case_and_a_number_as_people_write_it(self, owner):
        person = owner.api("GET", f"/profiles?search={SHOPPERS[0].user_id}")["items"][0]["id"]
        for typed in (SHOPPERS[0].email.upper(), "137-6543-2109", "0086 137 6543 2109", SHOPPERS[0].user_id):
            owner.menu("people")
            owner.field(owner.text("people", "list.search")).fill(typed)
            owner.page.wait_for_url(re.compile(r"q="))
            owner.settle()
            expect(owner.page.get_by_role("row")).to_have_count(2)
            expect(owner.page.locator(f'a[href$="/people/{person}"]')).to_be_visible()
        owner.field(owner.text("people", "list.search")).fill("nobody@example.com")
        owner.sees(owner.text("people", "list.noneFound"))
        owner.check_screen()

    def test_the_golden_record_names_value_source_and_rule_and_is_masked(self, story, owner):
        person = owner.api("GET", f"/profiles?search={SHOPPERS[0].user_id}")["items"][0]["id"]
        story.notes["person"] = person
        owner.go(f"/people/{person}")
        record = owner.region(owner.text("people", "traits.title"))
        expect(record).to_contain_text(SHOPPERS[0].city)
        expect(record).to_contain_text(owner.text("people", "rule.most_recent"))
        expect(owner.page.get_by_text(SHOPPERS[0].email)).to_have_count(0)
        owner.check_everywhere()

    def test_revealing_shows_personal_data_until_one_leaves_and_is_written_down(self, story, owner):
        owner.button(owner.text("people", "reveal.show")).click()
        owner.sees(SHOPPERS[0].email)
        owner.sees(PHONE)
        owner.menu("people")
        owner.go(f"/people/{story.notes['person']}")
        expect(owner.page.get_by_text(SHOPPERS[0].email)).to_have_count(0)
        entries = owner.api("GET", f"/audit?action=profile.&target_id={story.notes['person']}")["items"]
        assert entries
        owner.go(f"/settings/audit?action=profile.&target={story.notes['person']}")
        expect(owner.page.get_by_role("row")).to_have_count(len(entries) + 1)
        owner.sees(entries[0]["text"])

    def test_the_timeline_jumps_to_a_day_and_shows_one_kind_of_event(self, owner):
        shopper = SHOPPERS[23]
        person = owner.api("GET", f"/profiles?search={shopper.user_id}")["items"][0]["id"]
        days = owner.api("GET", f"/profiles/{person}/timeline/days")
        assert sum(day["events"] for day in days["items"]) == 1 + len(shopper.views) + len(shopper.orders)
        owner.go(f"/people/{person}")
        lines = owner.button(owner.pattern("people", "timeline.open"))
        expect(lines).to_have_count(1 + len(shopper.views) + len(shopper.orders))
        oldest = days["items"][-1]
        bar = owner.page.get_by_role("group", name=owner.text("people", "timeline.days"))
        owner.button(owner.text("people", "timeline.day", day=oldest["day"], count=oldest["events"]), bar).click()
        expect(lines).to_have_count(oldest["events"])
        owner.page.wait_for_url(re.compile(f"until={oldest['day']}"))
        owner.button(owner.text("people", "timeline.reset")).click()
        owner.choose(owner.field(owner.text("people", "timeline.event")), "Order Completed")
        expect(lines).to_have_count(len(shopper.orders))
        lines.first.click()
        expect(owner.region(owner.text("people", "timeline.details"))).to_contain_text('"total"')
        owner.check_everywhere()

    def test_why_this_is_one_person_is_told(self, owner):
        owner.tab(owner.text("people", "tab.identity"))
        for type_ in ("user_id", "anonymous_id", "email"):
            owner.sees(owner.text("shared", f"name.identifier.{type_}"))
        expect(owner.page.locator(".ant-timeline-item")).not_to_have_count(0)
        owner.check_everywhere()

    def test_what_is_not_there_yet_says_so(self, owner):
        owner.tab(owner.text("people", "tab.audiences"))
        owner.sees(owner.text("people", "memberships.noTags"))
        owner.sees(owner.text("people", "memberships.noAudiences"))
        owner.check_everywhere()
        owner.tab(owner.text("people", "tab.messages"))
        owner.sees(owner.text("people", "messages.none"))
        owner.check_everywhere()

    def test_somebody_without_traits_has_a_page_too(self, owner):
        person = owner.api("GET", "/profiles?search=visitor")["items"][0]["id"]
        owner.go(f"/people/{person}")
        owner.sees(owner.text("people", "traits.none"))
        owner.check_screen()
