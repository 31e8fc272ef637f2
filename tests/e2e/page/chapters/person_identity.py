"""Why somebody is one person: as a drawing and a table, parted with a preview, taken back."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from e2e.page.shoppers import SHOPPERS

SHOPPER = SHOPPERS[0]  # whose phone number came later than the rest


class PersonIdentity:
    """The identity graph of one person."""

    def test_the_graph_is_drawn_and_is_a_table_too(self, story, owner):
        person = owner.api("GET", f"/profiles?search={SHOPPER.user_id}")["items"][0]["id"]
        story.notes["joined"] = person
        owner.go(f"/people/{person}?tab=identity")
        expect(owner.page.locator("canvas")).to_be_visible()
        owner.check_everywhere()
        owner.page.get_by_text(owner.text("people", "graph.asTable"), exact=True).click()
        owner.page.wait_for_url(re.compile("view=table"))
        graph = owner.api("GET", f"/profiles/{person}/graph")
        expect(owner.region(owner.text("people", "table.links")).get_by_role("row")).to_have_count(
            1 + len({frozenset((each["a"], each["b"])) for each in graph["links"]})
        )
        owner.check_screen()

    def test_a_moment_of_the_past_is_replayed_by_keyboard(self, owner):
        handle = owner.page.get_by_role("slider", name=owner.text("people", "replay.slider"))
        handle.focus()
        owner.page.keyboard.press("Home")
        owner.page.wait_for_url(re.compile("at="))
        owner.page.keyboard.press("End")
        owner.page.wait_for_url(re.compile("tab=identity(?!.*at=)"))

    def test_a_link_is_parted_after_a_preview_and_taken_back(self, story, owner):
        link = self._linked(story, owner)[0]
        owner.go(f"/people/{story.notes['joined']}?tab=identity&chosen={link['id']}")
        owner.button(owner.text("people", "decide.action.part")).click()
        dialog = owner.dialog(owner.text("people", "decide.title.part"))
        expect(dialog).to_contain_text(owner.text("people", "effect.identifiers"))
        do = owner.button(owner.text("people", "decide.action.part"), dialog)
        expect(do).to_be_disabled()
        owner.field(owner.text("people", "decide.reason"), dialog).fill("Two people, one browser")
        owner.check_screen()
        do.click()
        owner.sees(owner.text("people", "decide.done.part"))
        assert link["id"] not in {each["id"] for each in self._linked(story, owner)}
        owner.button(owner.text("shared", "action.undo")).click()
        owner.sees(owner.text("people", "decide.done.revoke"))
        assert link["id"] in {each["id"] for each in self._linked(story, owner)}
        owner.tab(owner.text("people", "side.decisions"))
        owner.sees("Two people, one browser")
        owner.sees(owner.text("people", "decisions.revoked"))

    @staticmethod
    def _linked(story, owner) -> list[dict[str, Any]]:
        """The evidence that counts."""
        graph = owner.api("GET", f"/profiles/{story.notes['joined']}/graph")
        return [each for each in graph["links"] if each["is_linked"]]
