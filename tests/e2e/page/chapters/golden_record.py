"""Which value counts when sources disagree: tried, saved, carried to everybody, and taken back."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

PERSON = "told-twice"
SOURCE = "Member desk"
TRAIT = "home_town"
DESK, SITE = "Bristol", "Glasgow"


class GoldenRecord:
    """Two sources disagree about one person."""

    @staticmethod
    def _person(owner) -> Any:
        (found,) = owner.api("GET", f"/profiles?search={PERSON}")["items"]
        return owner.api("GET", f"/profiles/{found['id']}")

    def _value(self, owner) -> Any:
        return self._person(owner)["traits"].get(TRAIT, {}).get("value")

    def test_the_newest_value_counts_at_first(self, story, owner):
        desk = owner.api("POST", "/sources", {"name": SOURCE, "kind": "server"})["id"]
        for source, day, town in ((desk, 1, DESK), (story.notes["source"], 2, SITE)):
            key = owner.api("GET", f"/sources/{source}/snippets")["write_key"]
            told = {"type": "identify", "userId": PERSON, "messageId": f"{PERSON}-{day}", "traits": {TRAIT: town}}
            story.product.send(key, [told | {"timestamp": f"2026-01-0{day}T12:00:00Z"}])
        story.product.wait_for(
            lambda: owner.api("GET", f"/profiles?search={PERSON}")["items"] and self._value(owner) == SITE
        )
        owner.go(f"/identity/golden-record?q={TRAIT}")
        owner.heading(owner.text("identity", "place.golden"))
        row = owner.page.get_by_role("row").filter(has_text=TRAIT)
        expect(row).to_contain_text(owner.text("identity", "golden.strategy.most_recent"))
        owner.check_screen()

    def test_another_order_of_sources_is_tried_with_the_keyboard(self, owner):
        owner.button(TRAIT).press("Enter")
        drawer = owner.dialog()
        ways = drawer.get_by_role("radiogroup", name=owner.text("identity", "golden.wins"))
        owner.sees(owner.text("identity", "golden.preview.same"), drawer)
        ways.get_by_role("radio").first.press("ArrowDown")
        up = owner.button(owner.text("identity", "waterfall.up", name=SOURCE), drawer)
        places = drawer.get_by_role("listitem")
        for _ in range(places.count()):
            if SOURCE in places.first.inner_text():
                break
            up.press("Enter")
        example = drawer.get_by_role("row").filter(has_text=DESK)
        expect(example).to_contain_text(SITE)
        people = owner.api("GET", "/overview/people")["people"]
        owner.sees(
            owner.text("identity", "golden.preview.changed", count=people, changed=1, people=min(people, 300)), drawer
        )
        assert self._value(owner) == SITE
        owner.check_everywhere()

    def test_it_is_carried_to_everybody_and_taken_back(self, story, owner):
        owner.button(owner.text("identity", "golden.save")).click()
        outcome = owner.region(owner.text("identity", "golden.outcome.title"))
        owner.sees(owner.text("identity", "golden.outcome.done"), outcome)
        row = owner.page.get_by_role("row").filter(has_text=TRAIT)
        expect(row).to_contain_text(SOURCE)
        owner.check_screen()
        trait = self._person(owner)["traits"][TRAIT]
        assert (trait["value"], trait["rule"]) == (DESK, "source_priority")
        owner.button(owner.text("identity", "golden.outcome.undo"), outcome).click()
        expect(row).to_contain_text(owner.text("identity", "golden.strategy.most_recent"))
        owner.sees(owner.text("identity", "golden.outcome.done"), outcome)
        story.product.wait_for(lambda: self._value(owner) == SITE)
        owner.check_screen()
