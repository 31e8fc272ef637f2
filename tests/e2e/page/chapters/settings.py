"""Members, tokens, language and time zone, what was done; and what somebody sees who may only look."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import expect

from fixtures.page import PASSWORD, operator_before

OTHER_LANGUAGE = {"zh": "English", "en": "中文"}
VIEWER = "viewer@example.com"


class Settings:
    """The owner's settings."""

    def test_the_language_changes_everywhere_at_once_and_back(self, story, owner):
        owner.menu("settings")
        owner.page.get_by_role("banner").get_by_title(owner.text("shared", "appearance.language")).click()
        owner.page.get_by_role("menuitem", name=OTHER_LANGUAGE[story.language]).click()
        owner.language = "en" if story.language == "zh" else "zh"
        owner.heading(owner.text("settings", "section.workspace"))
        expect(owner.page.get_by_role("navigation").first).to_contain_text(owner.text("app", "place.audiences"))
        owner.page.get_by_role("banner").get_by_title(owner.text("shared", "appearance.language")).click()
        owner.page.get_by_role("menuitem", name=OTHER_LANGUAGE[owner.language]).click()
        owner.language = story.language
        owner.heading(owner.text("settings", "section.workspace"))

    def test_times_follow_the_time_zone_of_the_workspace(self, owner):
        hint = owner.page.get_by_text(owner.pattern("settings", "workspace.timezoneHint"))
        before = hint.inner_text()
        owner.choose_typed(owner.field(owner.text("settings", "workspace.timezone")), "America/New_York")
        owner.button(owner.text("settings", "save")).click()
        owner.told(owner.text("settings", "saved"))
        expect(hint).not_to_have_text(before)
        owner.check_everywhere()
        owner.button(owner.text("shared", "action.undo")).click()
        expect(hint).to_have_text(before)
        assert owner.api("GET", "/workspaces/current")["timezone"] == "Asia/Shanghai"

    def test_leaving_with_unsaved_changes_is_asked_about(self, owner):
        name = owner.field(owner.text("settings", "workspace.name"))
        before = name.input_value()
        name.fill("Something else")
        owner.page.get_by_role("link", name=owner.text("app", "place.people"), exact=True).click()
        owner.button(owner.text("shared", "unsaved.stay"), owner.dialog()).click()
        expect(name).to_have_value("Something else")
        owner.page.get_by_role("link", name=owner.text("app", "place.people"), exact=True).click()
        owner.button(owner.text("shared", "unsaved.leave"), owner.dialog()).click()
        owner.heading(owner.text("people", "title"))
        owner.menu("settings")
        expect(name).to_have_value(before)

    def test_a_member_is_added_and_gets_another_role_and_the_old_one_back(self, story, owner):
        owner.go("/settings/users")
        owner.button(owner.text("settings", "users.add")).click()
        drawer = owner.dialog(owner.text("settings", "users.add"))
        owner.field(owner.text("settings", "users.name"), drawer).fill("Wei 伟")
        owner.field(owner.text("settings", "users.email"), drawer).fill(VIEWER)
        drawer.get_by_role("radio").last.check()
        owner.check_screen()
        owner.button(owner.text("settings", "users.add"), drawer).click()
        title = owner.text("settings", "users.passwordFor", name=VIEWER)
        story.notes["viewer"] = owner.field(title, owner.dialog(title)).input_value()
        owner.button(owner.text("settings", "secret.kept")).click()
        roles = {role["name"]: role["title"] for role in owner.api("GET", "/roles")["items"]}
        role = owner.field(owner.text("settings", "users.roleOf", name="Wei 伟"))
        owner.choose(role, roles["analyst"])
        owner.told(owner.text("settings", "users.roleChanged", name="Wei 伟"))
        assert self._role(owner) == "analyst"
        owner.button(owner.text("shared", "action.undo")).click()
        story.product.wait_for(lambda: self._role(owner) == "viewer")
        owner.check_everywhere()

    @staticmethod
    def _role(owner) -> str:
        return next(str(user["role"]) for user in owner.api("GET", "/users")["items"] if user["email"] == VIEWER)

    def test_a_token_works_until_it_is_revoked(self, story, owner):
        owner.go("/settings/tokens")
        owner.check_everywhere()
        owner.button(owner.text("settings", "tokens.add")).click()
        drawer = owner.dialog(owner.text("settings", "tokens.add"))
        owner.field(owner.text("settings", "tokens.name"), drawer).fill("Nightly export")
        right = owner.api("GET", "/roles")["scopes"]["audiences:read"]
        drawer.get_by_role("checkbox", name=right).check()
        owner.check_screen()
        owner.button(owner.text("settings", "tokens.add"), drawer).click()
        title = owner.text("settings", "tokens.secretFor", name="Nightly export")
        token = owner.field(title, owner.dialog(title)).input_value()
        owner.button(owner.text("settings", "secret.kept")).click()

        def answer(path: str) -> int:
            url = f"{story.product.url}/api/v1{path}"
            return httpx.get(url, headers={"Authorization": f"Bearer {token}"}).status_code

        assert answer("/audiences") == 200
        assert answer("/sources") == 403
        owner.button(owner.text("settings", "tokens.revoke")).click()
        owner.check_screen()
        owner.confirm(owner.text("settings", "tokens.revoke"))
        owner.told(owner.text("settings", "tokens.revokedDone"))
        owner.sees(owner.text("settings", "tokens.revoked"))
        assert answer("/audiences") == 401

    def test_what_was_done_is_in_the_audit_log(self, owner):
        owner.go("/settings/audit")
        owner.check_everywhere()
        owner.choose(owner.field(owner.text("settings", "audit.kind")), owner.text("settings", "audit.of.token"))
        owner.page.wait_for_url(re.compile("action=token"))
        owner.settle()
        entries = owner.api("GET", "/audit?action=token.")["items"]
        assert len(entries) == 2
        for entry in entries:
            owner.sees(entry["text"])
        expect(owner.page.get_by_role("row")).to_have_count(3)

    def test_the_other_sections_are_whole(self, owner):
        for section in ("roles", "jobs", "account"):
            owner.go(f"/settings/{section}")
            owner.heading(owner.text("settings", f"section.{section}"))
            owner.check_everywhere()


class Viewer:
    """Somebody who may look and nothing else."""

    def test_what_is_forbidden_is_not_offered_and_says_why(self, story):
        with operator_before(story.browser, story.product, story.language) as viewer:
            viewer.go("/people")
            viewer.heading(viewer.text("account", "login.title"))
            viewer.check_everywhere()
            viewer.field(viewer.text("account", "field.email")).fill(VIEWER)
            viewer.field(viewer.text("account", "field.password")).fill(f"not {PASSWORD}")
            viewer.button(viewer.text("account", "login.action")).click()
            expect(viewer.page.get_by_role("alert")).to_be_visible()
            viewer.field(viewer.text("account", "field.password")).fill(story.notes["viewer"])
            viewer.button(viewer.text("account", "login.action")).click()
            viewer.heading(viewer.text("people", "title"))  # where the link led to
            viewer.menu("sources")
            expect(viewer.button(viewer.text("sources", "create.action")).first).to_be_disabled()
            viewer.go(f"/sources/{story.notes['source']}")
            viewer.sees(viewer.text("sources", "connect.forbidden"))
            viewer.check_screen()
            viewer.go(f"/people/{story.notes['person']}")
            expect(viewer.button(viewer.text("people", "reveal.show"))).to_be_disabled()
            viewer.check_screen()
            for section in ("tokens", "audit"):
                viewer.go(f"/settings/{section}")
                viewer.sees(viewer.text("settings", "noRight"))
            navigation = viewer.page.get_by_role("navigation", name=viewer.text("app", "navigation"))
            expect(viewer.link(viewer.text("app", "place.events"), navigation)).to_be_visible()
            expect(viewer.link(viewer.text("app", "place.quarantine"), navigation)).to_have_count(0)
            viewer.go("/quarantine")
            viewer.sees(viewer.text("events", "quarantine.mayNotSee"))
            viewer.check_screen()
            viewer.go("/audiences/new")
            viewer.check_screen()
            viewer.go("/campaigns")
            viewer.check_screen()
