"""Random people: missing values, values of the wrong JSON type, all scripts, time-zone edges, merges and deletions."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rules_oracle.evaluate import Around, Person

TRAITS = {
    "city": "text",
    "昵称 nick": "text",
    "age": "number",
    "is_vip": "boolean",
    "signup": "datetime",
    "birthday": "date",
    "interests": "list",
}
_SHARED = {
    "total": "number",
    "category": "text",
    "is_gift": "boolean",
    "ship_at": "datetime",
    "due": "date",
    "items": "list",
}
PROPERTIES: dict[str, dict[str, str]] = {
    "Order Completed": _SHARED,
    "浏览商品": {"category": "text", "total": "number"},
    "Logged Out": {},
}
TAGS = {"tag_level": "text", "tag_score": "number"}
AUDIENCES = ("aud_vip", "aud_empty")

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Pacific/Chatham",
)
NOWS = tuple(
    datetime.fromisoformat(text)
    for text in (
        "2026-03-08T06:59:59.999+00:00",  # New York jumps at 07:00
        "2026-03-29T01:00:00.000+00:00",  # Berlin jumps now
        "2026-10-25T00:30:00.000+00:00",  # Berlin: half past two comes twice
        "2026-04-24T10:15:00.123+00:00",  # Cairo skipped midnight
        "2024-02-29T12:00:00.000+00:00",
        "2025-02-28T15:59:59.999+00:00",  # still the 28th in Shanghai, for a millisecond
        "2025-02-28T16:00:00.000+00:00",
        "2026-05-31T04:00:00.000+00:00",  # a month ago is 30 April
        "2026-12-31T23:30:00.500+00:00",
    )
)

TEXTS = (
    "上海", "上海市", "北京", "Paris", "PARIS", "paris ", "", " ", "İstanbul", "istanbul", "Straße", "STRASSE", "ẞ",
    "ΣΊΣΥΦΟΣ", "σίσυφος", "É", "é", "e\u0301", "🎉", "👩‍👩‍👧",
    "a'b\"c", "back\\slash", "tab\there", "line\nbreak", "%_", "null",
    "{p0:String}", "𠮷野家", "Ⅷ", "ǅ", "\u0000nul", "true", "10",
)  # fmt: skip
NUMBERS = (0, 1, 2, 3, 5, 10, 10.5, -1, 0.25, 100, 1e9, -0.0)  # their sums are exact in any order
_ODD_NUMBERS = (2**53, 1e-7, -0.0, -5e-324, 1.7e308)
ITEMS = ("shoes", "Shoes", "鞋", "bags", "é", "")
_WRONG = (
    None,
    [],
    {},
    {"a": 1},
    [1],
    ["a", 1],
    "10",
    "true",
    7,
    False,
    "2026-02-30",
    "2026-13-01T00:00:00.000Z",
    "25:00",
)


class World:
    """One workspace: rows for the warehouse, and what they mean once merges and deletions are applied."""

    def __init__(self, workspace_id: int) -> None:
        self.workspace_id = workspace_id
        self.profiles: list[dict[str, Any]] = []
        self.aliases: dict[int, int] = {}
        self.events: list[dict[str, Any]] = []
        self.tag_values: list[dict[str, Any]] = []
        self.members: dict[str, list[int]] = {}
        self.people: dict[int, Person] = {}

    def __repr__(self) -> str:
        return f"make_world({self.workspace_id})"

    def around(self, zone: str, now: datetime) -> Around:
        return Around(TRAITS, PROPERTIES, TAGS, ZoneInfo(zone), now)


def make_world(workspace_id: int, people: int = 60) -> World:
    """The same world for the same number. Profile ids are unique between worlds, as they are in the product."""
    rng = random.Random(workspace_id)
    world = World(workspace_id)
    first = workspace_id * 1_000
    ids = [first + number for number in range(people)]
    merged, deleted = rng.sample(ids, 12), set()
    living = [id_ for id_ in ids if id_ not in merged]
    deleted.update(rng.sample(living, 4))
    for id_ in merged:
        world.aliases[id_] = rng.choice(living)
    for id_ in ids:
        traits = _values(rng, TRAITS)
        if rng.random() < 0.2:
            traits["age"] = rng.choice(_ODD_NUMBERS)
        is_deleted = id_ in merged or id_ in deleted
        world.profiles.append({"workspace_id": workspace_id, "profile_id": id_, "traits": traits, "version": 1})
        if is_deleted:
            row = {"workspace_id": workspace_id, "profile_id": id_, "traits": {}, "version": 2, "is_deleted": 1}
            world.profiles.append(row)
        elif rng.random() < 0.3:  # an older version that must not shine through
            world.profiles.append({**world.profiles[-1], "traits": _values(rng, TRAITS), "version": 0})
        if not is_deleted:
            world.people[id_] = Person(id_, traits)
    # One id that has events but no profile at all.
    for number in range(people * 12):
        _add_event(world, rng, rng.choice([*ids, first + 999]), number)
    _add_tags(world, rng, ids)
    world.members = {"aud_vip": rng.sample(ids, people // 3), "aud_empty": []}
    for id_ in world.members["aud_vip"]:
        person = world.people.get(world.aliases.get(id_, id_))
        if person:
            person.audiences.add("aud_vip")
    return world


def _add_event(world: World, rng: random.Random, id_: int, number: int) -> None:
    name = rng.choice(list(PROPERTIES))
    properties, timestamp = _values(rng, PROPERTIES[name]), _instant(rng)
    message_id = f"m{number:05d}"
    world.events.append(
        {
            "workspace_id": world.workspace_id,
            "profile_id": id_,
            "event": name,
            "timestamp": timestamp,
            "message_id": message_id,
            "properties": properties,
        }
    )
    person = world.people.get(world.aliases.get(id_, id_))
    if person:
        person.events.append((name, timestamp, message_id, properties))


def _add_tags(world: World, rng: random.Random, ids: list[int]) -> None:
    for tag_id, type_ in TAGS.items():
        for run in (1, 2):  # run 1 is old and must not count
            for id_ in rng.sample(ids, len(ids) // 2):
                value = rng.choice(TEXTS) if type_ == "text" else float(rng.choice(NUMBERS))
                row = {
                    "workspace_id": world.workspace_id,
                    "tag_id": tag_id,
                    "run": run,
                    "profile_id": id_,
                    type_: value,
                }
                world.tag_values.append(row)
                person = world.people.get(world.aliases.get(id_, id_))
                if person and run == 2:
                    person.tags.setdefault(tag_id, []).append(value)


def _values(rng: random.Random, types: dict[str, str]) -> dict[str, Any]:
    values = {}
    for name, type_ in types.items():
        chance = rng.random()
        if chance < 0.15:
            continue
        values[name] = rng.choice(_WRONG) if chance < 0.3 else _value(rng, type_)
    return values


def _value(rng: random.Random, type_: str) -> Any:
    if type_ == "text":
        return rng.choice(TEXTS)
    if type_ == "number":
        return rng.choice(NUMBERS)
    if type_ == "boolean":
        return rng.random() < 0.5
    if type_ == "datetime":
        return _instant(rng).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if type_ == "date":
        return _birthday(rng).isoformat()
    return rng.sample(ITEMS, rng.randint(0, 4))


def _birthday(rng: random.Random) -> date:
    if rng.random() < 0.2:
        return date(rng.choice((1980, 1996, 2024)), 2, 29)
    around = rng.choice(NOWS).date() + timedelta(days=rng.choice((-30, -7, -1, 0, 1, 2, 7, 28, 30, 31, 365)))
    return around if rng.random() < 0.5 else around.replace(year=rng.randint(1930, 2020), day=min(around.day, 28))


def _instant(rng: random.Random) -> datetime:
    """Often just on, or one millisecond beside, an edge that some rule has."""
    now = rng.choice(NOWS)
    edge = timedelta(milliseconds=rng.choice((-1, 0, 0, 1)))
    kind = rng.random()
    if kind < 0.4:
        zone = ZoneInfo(rng.choice(ZONES))
        wall = now.astimezone(zone).replace(tzinfo=None) - timedelta(days=rng.choice((0, 1, 2, 7, 28, 30, 31, -1, -7)))
        if rng.random() < 0.5:
            wall = wall.replace(hour=0, minute=0, second=0, microsecond=0)
        return wall.replace(tzinfo=zone).astimezone(UTC) + edge
    if kind < 0.6:
        return now - timedelta(hours=rng.choice((0, 1, 24, 48, 168, -24))) + edge
    return now + timedelta(minutes=rng.randint(-60 * 24 * 400, 60 * 24 * 40))
