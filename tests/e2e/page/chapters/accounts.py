"""Companies and households: how they come about, how they are found, and the way from one to its people."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from e2e.page.shoppers import SHOPPERS

COMPANY, HOUSEHOLD = "accounts-acme", "accounts-home"
EMPLOYEES = SHOPPERS[60:63]
FAMILY = SHOPPERS[62]


class Accounts:
    """The list, one account, and a person's accounts."""

    def test_without_any_it_says_how_they_come_about(self, story, owner):
        owner.menu("accounts")
        owner.heading(owner.text("accounts", "title"))
        owner.sees(owner.text("accounts", "none.title"))
        expect(owner.region(owner.text("accounts", "none.call"))).to_contain_text('"groupId"')
        owner.check_everywhere()

    def test_group_calls_make_accounts_which_are_filtered_by_kind_and_found_by_name(self, story, owner):
        key = owner.api("GET", f"/sources/{story.notes['source']}/snippets")["write_key"]
        company = {"kind": "company", "name": "Acme Ltd", "industry": "retail"}
        household = {"kind": "household", "name": "Miller family", "address": "3 Mill Lane"}
        joins = [(each, COMPANY, company) for each in EMPLOYEES] + [(FAMILY, HOUSEHOLD, household)]
        calls = [
            {"type": "group", "userId": who.user_id, "groupId": group, "traits": traits, "messageId": f"join-{number}"}
            for number, (who, group, traits) in enumerate(joins)
        ]
        story.product.send(key, calls)
        story.product.wait_for(
            lambda: sum(each["people"] for each in owner.api("GET", "/accounts")["items"]) == len(joins)
        )
        owner.go("/accounts")
        rows = owner.page.get_by_role("row")
        expect(rows).to_have_count(2 + 1)
        expect(owner.page.get_by_text("Miller family")).to_have_count(0)  # called after people: masked
        kind = owner.text("accounts", "list.kind", kind=owner.text("shared", "name.accountKind.company"), number=1)
        owner.choose(owner.field(owner.text("accounts", "column.kind")), kind)
        owner.page.wait_for_url(re.compile("kind=company"))
        owner.settle()
        expect(rows).to_have_count(1 + 1)
        owner.check_everywhere()
        owner.field(owner.text("accounts", "list.search")).fill("mill")
        owner.page.wait_for_url(re.compile("q=mill"))
        owner.sees(owner.text("accounts", "list.noneFound"))
        owner.check_screen()
        owner.go("/accounts?q=mill")
        expect(rows).to_have_count(1 + 1)
        owner.sees(HOUSEHOLD)

    def test_the_people_behind_the_number_are_shown(self, owner):
        owner.go("/accounts?kind=company")
        owner.button(owner.text("accounts", "people.show", count=3, name="Acme Ltd")).click()
        drawer = owner.dialog(owner.text("accounts", "people.of", name="Acme Ltd"))
        expect(drawer.locator('a[href*="/people/"]')).to_have_count(len(EMPLOYEES))
        owner.check_screen()
        owner.close()

    def test_an_account_leads_to_its_people_and_a_person_to_their_accounts(self, owner):
        owner.link("Acme Ltd").click()
        owner.heading("Acme Ltd")
        expect(owner.region(owner.text("accounts", "traits.title"))).to_contain_text("retail")
        owner.check_everywhere()
        person = owner.api("GET", f"/profiles?search={FAMILY.user_id}")["items"][0]["id"]
        owner.page.locator(f'a[href$="/people/{person}"]').click()
        owner.settle()
        accounts = owner.region(owner.text("people", "accounts.title"))
        expect(accounts.get_by_role("link")).to_have_count(2)
        owner.check_screen()
        household = owner.text("shared", "name.accountKind.household")
        accounts.get_by_role("listitem").filter(has_text=household).get_by_role("link").click()
        owner.sees(HOUSEHOLD)

    def test_a_household_is_revealed_on_request_and_that_is_written_down(self, owner):
        expect(owner.page.get_by_text("3 Mill Lane")).to_have_count(0)
        owner.button(owner.text("accounts", "reveal.show")).click()
        owner.heading("Miller family")
        owner.sees("3 Mill Lane")
        owner.check_screen()
        assert owner.api("GET", "/audit?action=account.read_revealed")["items"]
