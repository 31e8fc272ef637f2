"""Members who lost their card and signed up again at the counter, without saying so: two people to every system.

The second record has no e-mail address, and the number if any with a slip of the pen, so no identifier tells that it is
the same person. Their name and birthday do, written as somebody at a counter writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from tributary.simulation.behaviour import CRM, Sent, message_id
from tributary.simulation.people import Person

SHARE: Final = 0.05  # of members
_TRADITIONAL: Final = str.maketrans(
    "刘陈张杨黄赵吴孙马罗欧阳伟丽强艳涛杰娟欣怡轩远", "劉陳張楊黃趙吳孫馬羅歐陽偉麗強艷濤傑娟欣怡軒遠"
)
_IN_TRADITIONAL = 0.2
_DAY_FIRST = 0.1
_OTHER_CITY = 0.15
_GIVES_PHONE = 0.4
_MIDDLE: Final = slice(6, 10)  # of a Chinese number in E.164


def has_second_card(seed: int, person: Person) -> bool:
    """Whether the person is in the CRM twice."""
    return person.member_no is not None and _rng(seed, person).random() < SHARE


def second_card(seed: int, person: Person, now: datetime) -> Iterator[Sent]:
    """What the CRM reports of the second record; nothing of those who have none."""
    if not has_second_card(seed, person):
        return
    rng = _rng(seed, person)
    rng.random()
    name = person.name.translate(_TRADITIONAL) if rng.random() < _IN_TRADITIONAL else person.name
    birthday = person.birthday.isoformat()
    if person.birthday.day <= 12 and rng.random() < _DAY_FIRST:
        birthday = f"{person.birthday.year}-{person.birthday.day:02}-{person.birthday.month:02}"
    number = f"M{9_000_000 + person.number}"
    traits: dict[str, Any] = {
        "name": name, "gender": person.gender, "birthday": birthday, "country": person.country, "member_no": number,
        "level": "bronze",
    }  # fmt: skip
    if rng.random() >= _OTHER_CITY:
        traits["city"] = person.city
    if person.phone is not None and person.phone.startswith("+86") and rng.random() < _GIVES_PHONE:
        traits["phone"] = _with_slip(rng, person.phone)
    event = {"type": "identify", "anonymousId": f"crm-{number}", "traits": traits, "messageId": message_id(rng)}
    yield Sent(now - timedelta(days=rng.uniform(1, 60)), CRM, event)


def _with_slip(rng: Random, phone: str) -> str:
    """The number with one of its middle digits wrong: never that of another person, whose numbers are far apart."""
    place = rng.randrange(*_MIDDLE.indices(len(phone)))
    digit = (int(phone[place]) + rng.randrange(1, 10)) % 10
    return f"{phone[:place]}{digit}{phone[place + 1 :]}"


def _rng(seed: int, person: Person) -> Random:
    return Random(f"{seed}/second card/{person.number}")
