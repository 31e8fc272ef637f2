"""The demo shop's customers: who they really are. What systems know about them is `simulate`'s business.

Every person is drawn from their own generator, seeded by the population's seed and their number. So person 17 is the
same in a population of 20 and of 20,000.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from tributary.simulation.shop import CATEGORIES, Category

_SURNAMES = (
    ("王", "wang"), ("李", "li"), ("张", "zhang"), ("刘", "liu"), ("陈", "chen"), ("杨", "yang"), ("黄", "huang"),
    ("赵", "zhao"), ("吴", "wu"), ("周", "zhou"), ("徐", "xu"), ("孙", "sun"), ("马", "ma"), ("朱", "zhu"),
    ("胡", "hu"), ("郭", "guo"), ("何", "he"), ("林", "lin"), ("高", "gao"), ("罗", "luo"), ("欧阳", "ouyang"),
)  # fmt: skip
_GIVEN = (
    ("伟", "wei"), ("芳", "fang"), ("娜", "na"), ("敏", "min"), ("静", "jing"), ("丽", "li"), ("强", "qiang"),
    ("磊", "lei"), ("洋", "yang"), ("艳", "yan"), ("勇", "yong"), ("杰", "jie"), ("娟", "juan"), ("涛", "tao"),
    ("明", "ming"), ("超", "chao"), ("秀英", "xiuying"), ("子涵", "zihan"), ("欣怡", "xinyi"), ("梓轩", "zixuan"),
    ("雨桐", "yutong"), ("浩然", "haoran"), ("思远", "siyuan"), ("嘉怡", "jiayi"),
)  # fmt: skip
_FIRST_NAMES = (
    "Olivia", "Amelia", "Isla", "Grace", "Ava", "Emily", "Sophie", "Chloe", "Hannah", "Zoë", "George", "Oliver",
    "Noah", "Arthur", "Harry", "James", "Daniel", "Liam", "Ethan", "Seán",
)  # fmt: skip
_LAST_NAMES = (
    "Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "Patel", "Wright", "Walker",
    "O'Brien", "Thompson", "García", "Lewis", "Clarke", "Miller", "Anderson", "Nguyen", "Young",
)  # fmt: skip
_PLAIN = str.maketrans("ëáí", "eai", "'")
_CITIES_CN = ("上海", "北京", "深圳", "广州", "杭州", "成都", "南京", "武汉", "西安", "重庆", "苏州", "长沙")
_CITIES_GB = ("London", "Manchester", "Bristol", "Leeds", "Edinburgh", "Cardiff")
_CITIES_US = ("New York", "Seattle", "Austin", "Chicago", "Boston", "San José")
_PREFIXES_CN = ("130", "133", "135", "136", "138", "139", "150", "151", "158", "176", "177", "185", "186", "188", "189")
_AREAS_US = ("212", "206", "512", "312", "617", "408")
_MAIL_DOMAINS = ("example.com", "example.net", "example.org", "mail.example")  # reserved: nothing is ever delivered
_OLDEST, _YOUNGEST = date(1955, 1, 1), date(2007, 12, 31)

_CHINESE_SHARE = 0.7
_NEVER_REGISTERS = 0.18  # browse and go: one or more anonymous ids and no name
_ONLY_IN_CRM = 0.08  # known from the counter: phone or e-mail, no account, no browsing
_HAS_EMAIL = 0.86
_HAS_PHONE = 0.88
_HAS_APP = 0.45
_GRANTS_EMAIL = 0.85
_SHARES_PHONE = 0.05  # uses the phone number of the person before: a family with one number


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The truth about one customer.

    `phone` is E.164. `user_id` is the account of the web shop and the app, None without an account; `member_no` is
    the number in the CRM. `anonymous_ids` are the browsers, `device_id` the phone with the app. `activity` is the
    expected number of visits in 90 days.
    """

    number: int
    locale: str
    name: str
    first_name: str
    gender: str
    birthday: date
    country: str
    city: str
    timezone: str
    email: str | None
    phone: str | None
    grants_email: bool
    user_id: str | None
    member_no: str | None
    anonymous_ids: tuple[str, ...]
    device_id: str | None
    favourite: Category
    activity: float

    @property
    def is_known(self) -> bool:
        """Whether any system can name this person."""
        return self.user_id is not None or self.member_no is not None


def population(seed: int, people: int) -> list[Person]:
    """`people` persons, numbered from 0."""
    persons: list[Person] = []
    for number in range(people):
        rng = Random(f"{seed}/person/{number}")
        person = _person(rng, seed, number)
        if persons and person.phone and persons[-1].phone and rng.random() < _SHARES_PHONE:
            person = replace(person, phone=persons[-1].phone, city=persons[-1].city)
        persons.append(person)
    return persons


def _person(rng: Random, seed: int, number: int) -> Person:
    is_chinese = rng.random() < _CHINESE_SHARE
    country = "CN" if is_chinese else rng.choice(("GB", "US"))
    name, first_name, handle = _chinese_name(rng) if is_chinese else _english_name(rng)
    kind = rng.random()
    registers = kind >= _NEVER_REGISTERS + _ONLY_IN_CRM
    is_counter = _NEVER_REGISTERS <= kind < _NEVER_REGISTERS + _ONLY_IN_CRM
    known = registers or is_counter
    email = f"{handle}{number}@{rng.choice(_MAIL_DOMAINS)}" if known and rng.random() < _HAS_EMAIL else None
    has_phone = known and (email is None or rng.random() < _HAS_PHONE)
    has_app = registers and rng.random() < _HAS_APP
    is_member = is_counter or (registers and rng.random() < 0.6)
    return Person(
        number=number,
        locale="zh" if is_chinese else "en",
        name=name,
        first_name=first_name,
        gender=rng.choice(("female", "male")),
        birthday=_OLDEST + timedelta(days=rng.randrange((_YOUNGEST - _OLDEST).days)),
        country=country,
        city=rng.choice({"CN": _CITIES_CN, "GB": _CITIES_GB, "US": _CITIES_US}[country]),
        timezone={"CN": "Asia/Shanghai", "GB": "Europe/London", "US": "America/New_York"}[country],
        email=email,
        phone=_phone(rng, seed, number, country) if has_phone else None,
        grants_email=email is not None and rng.random() < _GRANTS_EMAIL,
        user_id=f"u{100_000 + number}" if registers else None,
        member_no=f"M{7_000_000 + number}" if is_member else None,
        anonymous_ids=() if is_counter else tuple(_uuid(rng) for _ in range(rng.choices((1, 2, 3), (6, 3, 1))[0])),
        device_id=_uuid(rng) if has_app else None,
        favourite=rng.choices(CATEGORIES, (3, 2, 1, 2, 2, 1))[0],
        activity=min(40.0, rng.lognormvariate(1.3, 0.8)) if registers else min(10.0, rng.lognormvariate(0.5, 0.6)),
    )


def _chinese_name(rng: Random) -> tuple[str, str, str]:
    """Whole name, given name, and a handle in Latin letters."""
    surname, surname_pinyin = rng.choice(_SURNAMES)
    given, given_pinyin = rng.choice(_GIVEN)
    return surname + given, given, f"{surname_pinyin}.{given_pinyin}"


def _english_name(rng: Random) -> tuple[str, str, str]:
    first, last = rng.choice(_FIRST_NAMES), rng.choice(_LAST_NAMES)
    handle = f"{first}.{last}".lower().translate(_PLAIN)
    return f"{first} {last}", first, handle


def _phone(rng: Random, seed: int, number: int, country: str) -> str:
    # A step that shares no factor with 10^k visits every number once: no two persons get the same by accident.
    if country == "CN":
        return f"+86{rng.choice(_PREFIXES_CN)}{(number * 7_919 + seed) % 10**8:08d}"
    if country == "GB":
        return f"+4474{(number * 7_919 + seed) % 10**8:08d}"
    return f"+1{rng.choice(_AREAS_US)}{2_000_000 + (number * 7_919 + seed) % 7_000_000:07d}"


def _uuid(rng: Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
