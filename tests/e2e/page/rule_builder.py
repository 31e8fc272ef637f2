"""The rule builder, as hands use it."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from fixtures.page import Operator


class RuleBuilder:
    """Conditions and groups on the screen before an operator."""

    def __init__(self, operator: Operator, *, within: Locator | None = None) -> None:
        self.operator = operator
        self.root = (within or operator.page).locator(".rule-root")

    def text(self, key: str) -> str:
        """What the builder says."""
        return self.operator.text("rules", key)

    def called(self, event: str) -> str:
        """What the page calls an event that many shops have."""
        known = self.operator.api("GET", f"/fields?locale={self.operator.language}")["events"]
        return next(str(each["label_hint"] or event) for each in known if each["name"] == event)

    def add(self, group: Locator, name: str) -> Locator:
        """A new condition in a group, on the trait or the event that has this name in the data, by mouse."""
        picker = group.locator(":scope > .rule-add").get_by_role("combobox", name=self.text("add.condition"))
        picker.click()
        picker.press_sequentially(name)
        self.operator.open_list.locator(f'[title="{name}"]').first.click()
        return group.locator(":scope > .rule-children > .rule-row").last

    def add_group(self, group: Locator) -> Locator:
        """A new group in a group."""
        self.operator.button(self.text("add.group"), group.locator(":scope > .rule-add")).click()
        inner = group.locator(":scope > .rule-children > .rule-group").last
        expect(inner).to_be_visible()
        return inner

    def set(self, row: Locator, key: str, option: str) -> None:
        """Choose in one of a condition's lists: its operator, when, how often."""
        self.operator.choose(row.get_by_role("combobox", name=self.text(key)), option)

    def fill(self, row: Locator, key: str, value: str) -> None:
        """Type into one of a condition's fields."""
        field = row.get_by_label(self.text(key), exact=True)
        field.fill(value)
        field.press("Tab")
