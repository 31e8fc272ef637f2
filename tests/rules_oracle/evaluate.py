"""Does the rule hold for this person? Straight from the words of `docs/reference/rules.md`."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import xxhash

MISSING = None
MS = timedelta(milliseconds=1)


@dataclass
class Person:
    """A living person with everything known of them. `events` are `(event, timestamp, message_id, properties)`."""

    id: int
    traits: Mapping[str, Any]
    events: list[tuple[str, datetime, str, Mapping[str, Any]]] = field(default_factory=list)
    tags: dict[str, list[Any]] = field(default_factory=dict)
    audiences: set[str] = field(default_factory=set)


@dataclass
class Around:
    """What a rule is evaluated against: types of the fields, the zone and the time."""

    traits: Mapping[str, str]
    properties: Mapping[str, Mapping[str, str]]
    tags: Mapping[str, str]
    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def holds(rule: Mapping[str, Any], person: Person, around: Around) -> bool:
    kind = rule["kind"]
    if kind == "all":
        return all(holds(part, person, around) for part in rule["rules"])
    if kind == "any":
        return any(holds(part, person, around) for part in rule["rules"])
    if kind == "not":
        return not holds(rule["rule"], person, around)
    return LEAVES[kind](rule, person, around)


def actual(rule: Mapping[str, Any], person: Person, around: Around) -> Any:
    """What the person has where the condition looks; None when missing."""
    kind = rule["kind"]
    if kind == "trait":
        return read(person.traits.get(rule["trait"]), around.traits[rule["trait"]])
    if kind == "event":
        return len(list(events(rule, person, around)))
    if kind == "event_aggregate":
        return aggregate(rule, person, around)
    if kind == "regular":
        return periods(rule, person, around)
    return time_of(rule, person, around)


def trait(rule, person, around):
    type_ = around.traits[rule["trait"]]
    return passes(rule, read(person.traits.get(rule["trait"]), type_), type_, around)


def event(rule, person, around):
    number = len(list(events(rule, person, around)))
    if "count" in rule:
        return compare(rule["count"], number)
    return (number > 0) == (rule.get("op", "did") == "did")


def event_aggregate(rule, person, around):
    value = aggregate(rule, person, around)
    if value is MISSING:
        return rule["compare"]["op"] == "is_not"
    return compare(rule["compare"], value)


def aggregate(rule, person, around):
    values = known_values(rule, person, around)
    function = rule["function"]
    if function == "sum":
        return float(sum(values))
    if function == "distinct":
        return len(set(values))
    if not values:
        return MISSING
    return {"avg": sum(values) / len(values), "min": min(values), "max": max(values)}[function]


def known_values(rule, person, around) -> list[Any]:
    type_ = around.properties[rule["event"]][rule["property"]]
    found = (read(properties.get(rule["property"]), type_) for _, _, _, properties in events(rule, person, around))
    return [value for value in found if value is not MISSING]


def regular(rule, person, around):
    return periods(rule, person, around) >= rule["at_least"]


def periods(rule, person, around) -> int:
    """In how many of the periods there is an event: from so many units ago until one less, the newest until now."""
    times = [timestamp for _, timestamp, _, _ in events(rule, person, around)]
    found = 0
    for step in range(1, rule["periods"] + 1):
        start = moved(around, -step, rule["unit"])
        end = around.now + MS if step == 1 else moved(around, -step + 1, rule["unit"])
        found += any(start <= time < end for time in times)
    return found


def event_time(rule, person, around):
    return passes(rule, time_of(rule, person, around), "datetime", around)


def time_of(rule, person, around):
    times = [timestamp for _, timestamp, _, _ in events(rule, person, around)]
    if not times:
        return MISSING
    return min(times) if rule["kind"] == "first_time" else max(times)


def tag(rule, person, around):
    values = person.tags.get(rule["tag"], [])
    type_ = around.tags[rule["tag"]]
    positive = {"is_not": "is", "not_in": "in", "not_contains": "contains", "is_not_set": "is_set"}
    if rule["op"] in positive:
        return not tag({**rule, "op": positive[rule["op"]]}, person, around)
    return any(passes(rule, value, type_, around) for value in values)


def audience(rule, person, around):
    return (rule["audience"] in person.audiences) == (rule.get("op", "in") == "in")


def random(rule, person, around):
    number = xxhash.xxh64(f"{rule['salt']}:{person.id}".encode()).intdigest() >> 11
    return rule["from_percent"] / 100 <= number / 2**53 < rule["to_percent"] / 100


LEAVES: dict[str, Callable[[Mapping[str, Any], Person, Around], bool]] = {
    "trait": trait,
    "event": event,
    "event_aggregate": event_aggregate,
    "regular": regular,
    "first_time": event_time,
    "last_time": event_time,
    "tag": tag,
    "audience": audience,
    "random": random,
}


# Values ---------------------------------------------------------------------------------------------------------


def read(value: Any, type_: str) -> Any:
    """The value if its JSON type is the field's, else missing."""
    if type_ == "text":
        return value if isinstance(value, str) else MISSING
    if type_ == "number":
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else MISSING
    if type_ == "boolean":
        return value if isinstance(value, bool) else MISSING
    if type_ == "list":
        is_list = isinstance(value, list) and value and all(isinstance(item, str) for item in value)
        return value if is_list else MISSING
    pattern = r"\d{4}-\d\d-\d\d" if type_ == "date" else r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
        return MISSING
    try:
        return date.fromisoformat(value) if type_ == "date" else datetime.fromisoformat(value)
    except ValueError:
        return MISSING


def passes(test: Mapping[str, Any], value: Any, type_: str, around: Around) -> bool:
    op = test["op"]
    complements = {
        "is_not": "is",
        "not_in": "in",
        "not_contains": "contains",
        "not_in_last": "in_last",
        "has_none": "has_any",
        "is_not_set": "is_set",
    }
    if op in complements:
        return not passes({**test, "op": complements[op]}, value, type_, around)
    if op == "length":
        return compare(test["value"], len(value or []))
    if value is MISSING:
        return False
    if op == "is_set":
        return True
    if type_ in {"date", "datetime"}:
        return in_time(test, value, type_, around)
    wanted = test.get("value")
    if test.get("ignore_case"):
        value = [item.lower() for item in value] if isinstance(value, list) else value.lower()
        wanted = [item.lower() for item in wanted] if isinstance(wanted, list) else wanted.lower()
    return VALUES[op](value, wanted)


VALUES: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda value, wanted: value == wanted,
    "in": lambda value, wanted: value in wanted,
    "contains": lambda value, wanted: wanted in value,
    "starts_with": lambda value, wanted: value.startswith(wanted),
    "ends_with": lambda value, wanted: value.endswith(wanted),
    "lt": lambda value, wanted: value < wanted,
    "lte": lambda value, wanted: value <= wanted,
    "gt": lambda value, wanted: value > wanted,
    "gte": lambda value, wanted: value >= wanted,
    "between": lambda value, wanted: wanted[0] <= value <= wanted[1],
    "has_any": lambda value, wanted: bool(set(value) & set(wanted)),
    "has_all": lambda value, wanted: set(wanted) <= set(value),
}


def compare(test: Mapping[str, Any], value: float) -> bool:
    if test["op"] == "is_not":
        return value != test["value"]
    return VALUES[test["op"]](value, test["value"])


# Time -----------------------------------------------------------------------------------------------------------


def in_time(test: Mapping[str, Any], value: Any, type_: str, around: Around) -> bool:
    op, wanted, unit = test["op"], test.get("value"), test.get("unit")
    local = value if type_ == "date" else value.astimezone(around.zone).date()
    if op == "anniversary_today":
        return has_anniversary(local, around.today, around.today)
    if op == "anniversary_in_next":
        return has_anniversary(local, around.today, moved_date(around.today, wanted, unit))
    if op == "on":
        return local == date.fromisoformat(wanted)
    if op in {"before", "after", "between"}:
        return in_fixed(op, wanted, value, local, type_, around)
    if type_ == "date":
        today = around.today
        near, far = today, moved_date(today, wanted if op == "in_next" else -wanted, unit)
        return {
            "in_last": far <= value <= near,
            "more_than_ago": value < far,
            "in_next": near <= value <= far,
        }[op]
    far = moved(around, wanted if op == "in_next" else -wanted, unit)
    return {
        "in_last": far <= value <= around.now,
        "more_than_ago": value < far,
        "in_next": around.now <= value <= far,
    }[op]


def in_fixed(op: str, wanted: Any, value: Any, local: date, type_: str, around: Around) -> bool:
    low, high = wanted if op == "between" else (wanted, wanted)
    if op == "before":
        return is_before(value, local, low, around)
    if op == "after":
        return is_after(value, local, high, around)
    above = not is_before(value, local, low, around)
    is_day = len(high) == 10
    return above and (not is_after(value, local, high, around) if is_day else is_before(value, local, high, around))


def is_before(value: Any, local: date, wanted: str, around: Around) -> bool:
    return local < date.fromisoformat(wanted) if len(wanted) == 10 else value < instant(wanted, around)


def is_after(value: Any, local: date, wanted: str, around: Around) -> bool:
    return local > date.fromisoformat(wanted) if len(wanted) == 10 else value > instant(wanted, around)


def instant(text: str, around: Around) -> datetime:
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else from_wall(read, around.zone)


def from_wall(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time: the first of two, or moved on by the gap when there is none."""
    offsets = {zone.utcoffset(wall + timedelta(hours=hours)) for hours in (-30, 30)}
    candidates = sorted((wall - offset).replace(tzinfo=UTC) for offset in offsets if offset is not None)
    real = [item for item in candidates if item.astimezone(zone).replace(tzinfo=None) == wall]
    return real[0] if real else candidates[-1]


def moved(around: Around, steps: int, unit: str) -> datetime:
    if unit == "hours":
        return around.now + timedelta(hours=steps)
    wall = around.now.astimezone(around.zone).replace(tzinfo=None)
    day = moved_date(wall.date(), steps, unit)
    return from_wall(datetime.combine(day, wall.time()), around.zone)


def moved_date(day: date, steps: int, unit: str) -> date:
    if unit == "days":
        return day + timedelta(days=steps)
    if unit == "weeks":
        return day + timedelta(weeks=steps)
    years, month0 = divmod(day.month - 1 + steps, 12)
    year = day.year + years
    return date(year, month0 + 1, min(day.day, calendar.monthrange(year, month0 + 1)[1]))


def has_anniversary(born: date, first: date, last: date) -> bool:
    day = first
    while day <= last:
        celebrated = 28 if (born.month, born.day) == (2, 29) and not calendar.isleap(day.year) else born.day
        if (day.month, day.day) == (born.month, celebrated):
            return True
        day += timedelta(days=1)
    return False


# Events ---------------------------------------------------------------------------------------------------------


def events(
    rule: Mapping[str, Any], person: Person, around: Around
) -> Iterator[tuple[str, datetime, str, Mapping[str, Any]]]:
    """The person's events in scope."""
    types = around.properties[rule["event"]]
    for item in person.events:
        name, timestamp, _, properties = item
        if name != rule["event"] or not in_window(rule.get("window"), timestamp, around):
            continue
        checks = [
            passes(
                test, read(properties.get(test["property"]), types[test["property"]]), types[test["property"]], around
            )
            for test in rule.get("where", ())
        ]
        if not checks or (any(checks) if rule.get("match") == "any" else all(checks)):
            yield item


def in_window(window: Mapping[str, Any] | None, timestamp: datetime, around: Around) -> bool:
    kind = window["kind"] if window else "all_time"
    if window is None or kind == "all_time":
        return True
    if kind == "last":
        return moved(around, -window["value"], window["unit"]) <= timestamp <= around.now
    if kind == "ago":
        far, near = (moved(around, -window[end], window["unit"]) for end in ("most", "least"))
        return far <= timestamp < near
    local = timestamp.astimezone(around.zone).date()
    start, end = window.get("start"), window.get("end")
    if start and is_before(timestamp, local, start, around):
        return False
    if not end:
        return True
    return not is_after(timestamp, local, end, around) if len(end) == 10 else is_before(timestamp, local, end, around)


def measure(data: Mapping[str, Any], person: Person, around: Around) -> Any:
    """The measure's value, None for none."""
    function = data["function"]
    found = sorted(events(data, person, around), key=lambda item: (item[1], item[2]))
    if function == "count":
        return float(len(found)) or None
    values = known_values(data, person, around)
    if not values:
        return None
    if function in {"first", "last"}:
        type_ = around.properties[data["event"]][data["property"]]
        ordered = [read(properties.get(data["property"]), type_) for _, _, _, properties in found]
        known = [value for value in ordered if value is not MISSING]
        return as_tag(known[0] if function == "first" else known[-1])
    return float(aggregate(data, person, around))


def as_tag(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
