"""Getting about: back and forward, links, saved views, the search over everything, and a server that is away."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from e2e.page.shoppers import SHOPPERS


class Navigation:
    """What every screen shares."""

    def test_back_and_forward_keep_filters_and_tabs(self, story, owner):
        owner.go("/events")
        owner.go('/events?status=["changed"]')
        owner.page.get_by_role("list").get_by_role("link").first.click()
        owner.page.wait_for_url(re.compile("/people/"))
        owner.settle()
        owner.tab(owner.text("people", "tab.identity"))
        owner.page.go_back()
        owner.settle()
        expect(owner.page.get_by_role("tab", selected=True).first).to_have_text(owner.text("people", "tab.timeline"))
        owner.page.go_back()
        owner.settle()
        owner.sees(owner.text("events", "status.changed"))
        owner.page.go_forward()
        owner.page.go_forward()
        owner.page.wait_for_url(re.compile("tab=identity"))

    def test_a_deep_link_opens_what_it_names(self, story, owner):
        owner.go(f"/people/{story.notes['person']}?tab=identity")
        owner.page.reload()
        owner.settle()
        expect(owner.page.get_by_role("tab", selected=True).first).to_have_text(owner.text("people", "tab.identity"))

    def test_an_unknown_address_says_so(self, owner):
        owner.page.goto(f"{owner.product.url}/nothing/here")
        owner.sees(owner.text("app", "notFound.title"))
        owner.check_everywhere()
        owner.link(owner.text("app", "notFound.home")).click()
        owner.heading(owner.text("overview", "title"))
        owner.go("/people/prf_zzzzzzzz")
        expect(owner.page.get_by_role("alert").first).to_be_visible()
        owner.check_screen()

    def test_filters_are_kept_under_a_name(self, owner):
        owner.go("/people?identified=true")
        views = owner.button(owner.text("shared", "list.views"))
        views.click()
        owner.field(owner.text("shared", "list.viewName")).fill("Known people")
        owner.button(owner.text("shared", "list.saveView")).click()
        owner.check_screen()
        owner.go("/people")
        views.click()
        owner.button("Known people").click()
        owner.page.wait_for_url(re.compile("identified=true"))
        owner.page.reload()
        owner.settle()
        views.click()
        expect(owner.button("Known people")).to_be_visible()
        owner.button(owner.text("shared", "list.deleteView", name="Known people")).click()
        owner.sees(owner.text("shared", "list.noViews"))

    def test_ctrl_k_finds_screens_and_people(self, owner):
        owner.go("/")
        owner.page.keyboard.press("Control+k")
        search = owner.page.get_by_role("combobox", name=owner.text("app", "palette.hint"))
        expect(search).to_be_focused()
        owner.check_everywhere()
        search.fill(SHOPPERS[3].user_id)
        expect(owner.page.get_by_role("option").first).to_contain_text(owner.text("app", "palette.kind.person"))
        owner.page.keyboard.press("Enter")
        owner.page.wait_for_url(re.compile("/people/prf_"))

    def test_the_menu_folds_and_the_look_is_remembered(self, owner):
        owner.button(owner.text("app", "fold")).click()
        owner.check_screen()
        owner.button(owner.text("shared", "appearance.look")).click()
        owner.page.get_by_role("menuitem", name=owner.text("shared", "appearance.dark")).click()
        owner.page.reload()
        owner.settle()
        assert owner.page.evaluate("() => document.documentElement.dataset.look") == "dark"
        owner.button(owner.text("shared", "appearance.look")).click()
        owner.page.get_by_role("menuitem", name=owner.text("shared", "appearance.system")).click()
        owner.button(owner.text("app", "unfold")).click()

    def test_a_server_that_is_away_is_said_and_asked_again(self, story, owner):
        owner.go("/people")
        # Also the files of a screen that was not visited yet are away then.
        owner.page.context.new_cdp_session(owner.page).send("Network.clearBrowserCache")
        story.product.stop()
        try:
            owner.page.get_by_role("link", name=owner.text("app", "place.tags"), exact=True).click()
            owner.sees(owner.text("shared", "problem.offline"))
            owner.check_everywhere()
        finally:
            story.product.start()
        owner.button(owner.text("shared", "action.retry")).first.click()
        owner.settle()
        expect(owner.page.get_by_text(owner.text("shared", "problem.offline"))).to_have_count(0)
        owner.check_screen()
