"""Who is one person: rules that are tried before they hold, what is suspicious, and pairs to decide by keyboard."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from e2e.page.shoppers import SHOPPERS

TWO_ADDRESSES = "two-addresses"
FIRST_NAMES = ("Ada", "Boris", "Carla", "Dmitri", "Elena", "Farid", "Greta", "Hanna", "Igor", "Jelena")
LAST_NAMES = ("Archer", "Brook", "Castle", "Dale", "Evert", "Frost", "Garden", "Hollis")
IN_BOTH = 12  # of them in the till and in the list of members, which share no identifier


def _customer(number: int) -> dict[str, Any]:
    first, last = FIRST_NAMES[number % 10], LAST_NAMES[number // 10]
    return {
        "name": f"{first} {last}",
        "birthday": f"{1950 + 7 * number % 50}-{1 + 5 * number % 12:02}-{1 + 11 * number % 28:02}",
        "address": f"{3 + 17 * number} {LAST_NAMES[(3 * number) % 8]} Street, {FIRST_NAMES[(7 * number) % 10]}ville",
    }


def _identify(message: str, **rest: Any) -> dict[str, Any]:
    return {"type": "identify", "messageId": f"identity-{message}", **rest}


class Identity:
    """Rules, suspicious people, possible matches."""

    def test_people_with_two_addresses_and_in_two_lists_arrive(self, story, owner):
        web = owner.api("GET", f"/sources/{story.notes['source']}/snippets")["write_key"]
        source = owner.api("POST", "/sources", {"name": "Till", "kind": "server"})["id"]
        server = owner.api("GET", f"/sources/{source}/snippets")["write_key"]
        told = [
            _identify(f"address-{each}", userId=TWO_ADDRESSES, traits={"email": f"{each}@two.example"})
            for each in ("first", "second")
        ]
        for number in range(len(FIRST_NAMES) * len(LAST_NAMES)):
            for place in ("till", "club")[: 2 if number < IN_BOTH else 1]:
                each = f"{place}-{number}"
                told.append(_identify(each, anonymousId=each, traits=_customer(number)))
        story.product.send(server, told)
        # A browser says that it is one of two people whom the shop knows apart.
        first, second = SHOPPERS[1], SHOPPERS[2]
        story.product.send(web, [_identify("claim", userId=first.user_id, traits={"email": second.email})])
        story.product.wait_for(
            lambda: (
                len(owner.api("GET", f"/profiles?search={TWO_ADDRESSES}")["items"]) == 1
                and owner.api("GET", f"/profiles?search=club-{IN_BOTH - 1}")["items"]
                and any(each["count"] for each in owner.api("GET", "/identity/suspicious/overview")["kinds"])
            )
        )

    def test_a_limit_is_changed_and_what_it_would_do_is_seen_before_it_holds(self, story, owner):
        owner.menu("identity")
        owner.heading(owner.text("identity", "place.rules"))
        owner.check_everywhere()
        email = owner.text("shared", "name.identifier.email")
        owner.button(email, owner.region(owner.text("identity", "types.title"))).click()
        drawer = owner.dialog(owner.text("identity", "type.title", name=email))
        limit = owner.field(owner.text("identity", "type.limit"), drawer)
        limit.fill("1")
        limit.press("Tab")
        owner.sees(owner.text("identity", "says.ever", count=1, name=email), drawer)
        owner.check_screen()
        owner.button(owner.text("identity", "done"), drawer).click()
        owner.field(owner.text("identity", "save.note")).fill("One address a person")
        owner.button(owner.text("identity", "save.keepAndTry")).click()
        owner.sees(owner.text("identity", "changes.other"))  # one address is nobody's then
        person = owner.api("GET", f"/profiles?search={TWO_ADDRESSES}")["items"][0]["id"]
        expect(owner.page.locator(f'a[href$="/people/{person}"]')).to_be_visible()
        assert owner.api("GET", "/identity/rules")["version"] == 0
        owner.check_everywhere()

    def test_it_is_put_in_force_and_taken_back(self, story, owner):
        apply = owner.text("identity", "impact.apply")
        owner.button(apply).click()
        owner.sees(owner.text("identity", "apply.back"), owner.dialog())
        owner.check_screen()
        owner.confirm(apply)
        owner.sees(owner.text("identity", "carried.complete"))
        assert owner.api("GET", "/identity/rules")["version"] == 1
        assert self._apart(owner)
        owner.check_screen()
        owner.tab(owner.text("identity", "tab.versions"))
        owner.sees("One address a person")
        owner.check_screen()
        owner.button(owner.text("identity", "versions.goBack")).click()
        owner.confirm(apply)
        owner.sees(owner.text("identity", "run.apply", version=2))
        owner.sees(owner.text("identity", "carried.complete"))
        story.product.wait_for(lambda: not self._apart(owner))

    @staticmethod
    def _apart(owner) -> bool:
        found = [owner.api("GET", f"/profiles?search={each}@two.example")["items"] for each in ("first", "second")]
        return {each["id"] for each in found[0]} != {each["id"] for each in found[1]}

    def test_what_is_suspicious_is_marked_as_looked_at_with_a_key(self, story, owner):
        owner.link(re.compile(f"^{re.escape(owner.text('identity', 'place.suspicious'))}")).click()
        owner.heading(owner.text("identity", "place.suspicious"))
        owner.settle()
        owner.sees(owner.text("identity", "why.unsigned", count=1, number="1"))
        owner.check_everywhere()
        before = self._suspicious(owner)
        owner.page.keyboard.press("m")
        owner.told(owner.text("identity", "suspicious.marked", count=1))
        story.product.wait_for(lambda: self._suspicious(owner) == before - 1)

    @staticmethod
    def _suspicious(owner) -> int:
        return sum(each["count"] for each in owner.api("GET", "/identity/suspicious/overview")["kinds"])

    def test_pairs_are_decided_by_keyboard_and_taken_back(self, story, owner):
        owner.link(re.compile(f"^{re.escape(owner.text('identity', 'place.review'))}")).click()
        owner.sees(owner.text("identity", "review.empty.neverRun"))
        owner.check_screen()
        owner.button(owner.text("identity", "review.turnOn")).first.click()
        pairs = owner.page.get_by_role("navigation", name=owner.text("identity", "review.list")).get_by_role("button")
        expect(pairs.first).to_be_visible(timeout=60_000)
        owner.settle()
        owner.check_everywhere()
        count = pairs.count()
        assert count > 1
        owner.sees(owner.text("identity", "review.place", place=1, total=count))
        owner.page.keyboard.press("d")
        expect(pairs).to_have_count(count - 1)
        owner.told(owner.text("identity", "review.said.different"))
        owner.sees(owner.text("identity", "review.place", place=1, total=count - 1))
        assert len(self._pairs(owner, "rejected")) == 1
        owner.page.keyboard.press("u")
        owner.told(owner.text("identity", "review.undone"))
        expect(pairs).to_have_count(count)
        assert not self._pairs(owner, "rejected")
        owner.page.keyboard.press("s")
        owner.told(owner.text("identity", "review.said.same"))
        assert self._pairs(owner, "accepted")[0]["are_one"]
        owner.go("/identity/review?status=accepted")
        expect(pairs).to_have_count(1)
        expect(owner.button(owner.text("identity", "review.undo"))).to_be_visible()

    @staticmethod
    def _pairs(owner, status: str) -> list[dict[str, Any]]:
        return list(owner.api("GET", f"/identity/matching/pairs?status={status}")["items"])
