"""How a workspace finds people without a common identifier: when, how sure it has to be, and which traits it reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from typing import Literal

import msgspec

from tributary.errors import InvalidRequest
from tributary.identity.matching.defaults import CHINESE_CUSTOMERS
from tributary.identity.matching.settings import MatchSettings
from tributary.store import Session, upsert
from tributary.store.tables.matching import MatchingSettingsRow

Schedule = Literal["manual", "daily"]

FIELDS = ("name", "phone", "email", "address", "birthday", "id_card")
LEAST_REVIEW, MOST_MERGE = 0.5, 0.999999
_MOST_SOURCES = 10
_MOST_CHARACTERS = 200


class MatchFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which traits feed what is compared: the first of each list that a person has. `a + b` are several, in this order.

    A surname stands before the given name, as in Chinese. A field without traits is not compared.
    """

    name: list[str] = msgspec.field(
        default_factory=lambda: ["name", "fullName", "full_name", "lastName + firstName", "last_name + first_name"]
    )
    phone: list[str] = msgspec.field(default_factory=lambda: ["phone"])
    email: list[str] = msgspec.field(default_factory=lambda: ["email"])
    address: list[str] = msgspec.field(default_factory=lambda: ["address", "province + city + street"])
    birthday: list[str] = msgspec.field(default_factory=lambda: ["birthday"])
    id_card: list[str] = msgspec.field(default_factory=lambda: ["idCard", "id_card"])

    def traits(self, field: str) -> list[list[str]]:
        """The traits of one of `FIELDS`: ways to make its value, each of one trait or several."""
        sources: list[str] = getattr(self, field)
        return [split_source(each) for each in sources]


class MatchingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A workspace's matching. Pairs of at least the probability `review` are looked at by people; with `is_automatic`,
    those of at least `merge` become one person by themselves.
    """

    is_enabled: bool = False
    schedule: Schedule = "manual"
    merge: float = 0.99
    review: float = 0.5
    is_automatic: bool = False
    fields: MatchFields = msgspec.field(default_factory=MatchFields)

    def engine(self) -> MatchSettings:
        """What the engine is to do."""
        return msgspec.structs.replace(CHINESE_CUSTOMERS, merge=self.merge, review=self.review)


def split_source(source: str) -> list[str]:
    """The traits that a source is made of."""
    return [each.strip() for each in source.split(" + ")]


def load_matching(session: Session, workspace_id: int) -> MatchingSettings:
    """The settings of a workspace; those built in if it has none, with which nothing is matched."""
    row = session.get(MatchingSettingsRow, workspace_id)
    return MatchingSettings() if row is None else msgspec.convert(row.definition, MatchingSettings)


def save_matching(session: Session, workspace_id: int, settings: MatchingSettings, *, by: str, now: datetime) -> None:
    """Keep settings.

    Raises:
        InvalidRequest: a part of them is unusable.
    """
    check_matching(settings)
    row = {
        "workspace_id": workspace_id, "definition": msgspec.to_builtins(settings), "updated_by": by, "updated_at": now,
    }  # fmt: skip
    upsert(session, MatchingSettingsRow, [row], key=["workspace_id"], update=["definition", "updated_by", "updated_at"])


def check_matching(settings: MatchingSettings) -> None:
    """Refuse what would not work as meant.

    Raises:
        InvalidRequest: naming the first fault and how to mend it.
    """
    for path, problem, cure in _problems(settings):
        raise InvalidRequest(problem, cure=cure, path=path)


def has_chinese() -> bool:
    """Whether Chinese names and addresses can be compared: that needs the extra `matching`."""
    return find_spec("opencc") is not None and find_spec("pypinyin") is not None


def _problems(settings: MatchingSettings) -> Iterator[tuple[str, str, str]]:
    if not LEAST_REVIEW <= settings.review < 1:
        yield (
            "body.review",
            "The probability from which pairs are shown is out of range.",
            "Use 0.5 (rather yes than no) to 1.",
        )
    if settings.merge < settings.review:
        yield (
            "body.merge",
            "Pairs would be joined that are not even worth a look.",
            "Make `merge` at least as large as `review`.",
        )
    if not settings.merge <= MOST_MERGE:
        yield "body.merge", "No pair is ever that certain.", "Use at most 0.999999, or turn joining by itself off."
    yield from _field_problems(settings.fields)


def _field_problems(fields: MatchFields) -> Iterator[tuple[str, str, str]]:
    used: dict[str, str] = {}
    for field in FIELDS:
        path = f"body.fields.{field}"
        sources: list[str] = getattr(fields, field)
        if len(sources) > _MOST_SOURCES:
            yield path, f"There are {len(sources)} sources of {field}.", f"Use at most {_MOST_SOURCES}."
        for source in sources:
            names = split_source(source)
            if not all(names) or len(source) > _MOST_CHARACTERS:
                yield path, f"{source!r} is not the name of a trait.", "Write a name, or several as `first + second`."
            for name in names:
                if used.setdefault(name, field) != field:
                    yield (
                        path,
                        f"The trait {name!r} feeds two fields, which would count it twice.",
                        "Take it out of one of them.",
                    )
    compared = [field for field in FIELDS if field != "id_card" and getattr(fields, field)]
    if len(compared) < 2:
        yield (
            "body.fields",
            "One field alone cannot tell people apart.",
            "Name traits for two or more of name, phone, email, address and birthday.",
        )
