"""What arrives is seen with what became of it; what could not be used is mended and stored."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from e2e.page.shoppers import PHONE, PHONE_AS_WRITTEN, SHOPPERS


class LiveEvents:
    """The stream of events."""

    def test_each_outcome_can_be_looked_at(self, owner):
        owner.menu("events")
        owner.heading(owner.text("events", "live.title"))
        owner.check_everywhere()
        rows = owner.page.get_by_role("list", name=owner.text("events", "live.list")).get_by_role("listitem")
        for status in ("quarantined", "duplicate", "changed", "stored"):
            owner.go(f'/events?status=["{status}"]')
            expect(rows.first).to_contain_text(owner.text("events", f"status.{status}"))
            others = {"quarantined", "duplicate", "changed", "stored"} - {status}
            for row in rows.all():
                for other in others:
                    expect(row).not_to_contain_text(owner.text("events", f"status.{other}"))

    def test_filters_by_status_and_person_are_chosen_by_mouse_and_live_in_the_address(self, owner):
        owner.menu("events")
        owner.choose(owner.field(owner.text("events", "filter.status")), owner.text("events", "status.stored"))
        owner.page.keyboard.press("Escape")
        owner.page.wait_for_url(re.compile("status="))
        shopper = SHOPPERS[5]
        owner.field(owner.text("events", "filter.person")).fill(shopper.email.upper())
        owner.page.wait_for_url(re.compile("person="))
        owner.settle()
        rows = owner.page.get_by_role("list", name=owner.text("events", "live.list")).get_by_role("listitem")
        expect(rows.first).to_be_visible()
        people = {row.get_by_role("link").get_attribute("href") for row in rows.all()}
        assert len(people) == 1
        owner.page.go_back()
        owner.page.go_back()
        owner.page.wait_for_url(re.compile(r"/events$"))

    def test_raw_and_canonical_stand_side_by_side_with_what_was_changed(self, owner):
        owner.go('/events?status=["changed"]')
        owner.page.get_by_role("listitem").first.get_by_role("button").first.click()
        raw, stored = (
            owner.region(owner.text("events", "live.raw")),
            owner.region(owner.text("events", "live.canonical")),
        )
        expect(raw).to_be_visible()
        expect(raw).not_to_contain_text(PHONE_AS_WRITTEN)  # masked until somebody asks
        expect(stored).not_to_contain_text(PHONE)
        owner.check_everywhere()
        left, right = raw.bounding_box(), stored.bounding_box()
        assert left is not None
        assert right is not None
        assert left["x"] + left["width"] <= right["x"]
        assert left["y"] == right["y"]
        owner.button(owner.text("events", "reveal.action")).click()
        expect(raw).to_contain_text(PHONE_AS_WRITTEN)
        expect(stored).to_contain_text(PHONE)
        owner.sees(owner.text("events", "why.phone"))
        owner.sees(owner.text("events", "pause.revealed"))
        owner.button(owner.text("events", "reveal.end")).click()
        expect(raw).not_to_contain_text(PHONE_AS_WRITTEN)

    def test_the_stream_waits_while_it_is_paused_and_then_catches_up(self, story, owner):
        owner.menu("events")
        owner.page.keyboard.press("p")
        owner.sees(owner.text("events", "pause.held"))
        event = {"type": "track", "event": "Late Arrival", "userId": SHOPPERS[1].user_id, "messageId": "late-1"}
        story.product.send(story.notes["key"], [event])
        new = owner.button(owner.pattern("events", "live.new_one" if story.language == "en" else "live.new"))
        new.wait_for()
        expect(owner.page.get_by_text("Late Arrival")).to_have_count(0)
        new.click()
        owner.sees("Late Arrival")
        owner.button(owner.text("events", "live.resume")).click()
        owner.sees(owner.text("events", "live.running"))


class Quarantine:
    """What could not be used."""

    def test_it_says_why_an_event_is_here(self, owner):
        owner.menu("quarantine")
        owner.button(owner.pattern("events", "reasonName.missing_event_name")).click()
        owner.page.wait_for_url(re.compile("reason=missing_event_name"))
        owner.settle()
        owner.check_everywhere()
        owner.page.get_by_role("row").nth(1).get_by_role("button").click()
        drawer = owner.dialog(owner.text("events", "detail.title"))
        expect(drawer).to_contain_text(owner.text("events", "reasonName.missing_event_name"))
        expect(owner.region(owner.text("events", "live.raw"))).to_contain_text("coupon")
        owner.check_everywhere()

    def test_it_is_corrected_replayed_and_stored(self, story, owner):
        drawer = owner.dialog(owner.text("events", "detail.title"))
        owner.button(owner.text("events", "correct.action"), drawer).click()
        editor = drawer.get_by_role("textbox", name=owner.text("events", "correct.title"))
        came = json.loads(editor.inner_text())
        send = owner.button(owner.text("events", "correct.send"), drawer)
        expect(send).to_be_disabled()

        def write(text: str) -> None:
            editor.click()
            owner.page.keyboard.press("Control+a")
            owner.page.keyboard.insert_text(text)

        write('{"type": "track",\n "event": }')
        owner.sees(owner.text("events", "correct.fault", line=2, column=11), drawer)
        expect(send).to_be_disabled()
        write(json.dumps(came | {"event": "Coupon Shown"}, indent=2))
        owner.sees(owner.text("events", "correct.valid"), drawer)
        drawer.get_by_text(owner.text("events", "correct.diff"), exact=True).click()
        expect(drawer).to_contain_text("Coupon Shown")
        owner.check_everywhere()
        send.click()
        became = owner.text("events", "became.stored", count=1, number=1)
        owner.sees(owner.text("events", "replay.sent", count=1, number=1, what=became), drawer)
        owner.sees(owner.text("events", "state.replayed"), drawer)
        owner.close()
        owner.sees(owner.text("events", "quarantine.noneFound"))
        owner.button(owner.text("events", "empty.clear")).click()
        owner.sees(owner.text("events", "quarantine.none.open"))
        owner.page.get_by_text(owner.text("events", "state.replayed"), exact=True).click()
        expect(owner.page.get_by_role("table")).to_contain_text(owner.text("events", "reasonName.missing_event_name"))
        person = owner.api("GET", f"/profiles?search={SHOPPERS[0].user_id}")["items"][0]["id"]
        events = owner.api("GET", f"/profiles/{person}/timeline?event=Coupon%20Shown")["items"]
        assert [each["properties"] for each in events] == [{"coupon": "WELCOME"}]
