"""What the demo's customers do in 90 days, as the shop's systems would report it: clean, before `dirt` is added."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tributary.simulation.people import Person
from tributary.simulation.shop import BY_CATEGORY, CATEGORIES, CURRENCY, SHOP_URL, Category, Product

WEB, APP, ORDERS, CRM = "Web shop", "Mobile app", "Order service", "CRM"
HISTORY = timedelta(days=90)

# Hours of the day at which people shop: little at night, a rise at lunch, a peak in the evening.
_HOURS = (1, 1, 0.5, 0.3, 0.3, 0.5, 1, 2, 3, 4, 5, 5, 6, 5, 4, 4, 5, 6, 7, 9, 11, 11, 8, 4)
_REFERRERS = (
    (None, None), ("google", "cpc"), ("wechat", "social"), ("newsletter", "email"), ("xiaohongshu", "social"),
    ("bing", "organic"),
)  # fmt: skip
_ADDS_TO_CART = 0.30  # of product views
_BUYS = 0.45  # of visits with something in the cart
_REFUNDS = 0.04  # of orders
_LOGS_IN = 0.35  # of a registered person's visits on a browser that does not know them yet
_OLD_APP = 0.05  # of people with the app: a version that still sends alias and no identify


@dataclass(frozen=True, slots=True)
class Sent:
    """An event, when it happened, and the source that reports it."""

    at: datetime
    source: str
    event: dict[str, Any]


def history(rng: Random, person: Person, now: datetime) -> Iterator[Sent]:
    """Everything that a person does in the 90 days before `now`, in no particular order."""
    visits = max(1, round(rng.gauss(person.activity, person.activity**0.5))) if person.anonymous_ids else 0
    known_devices: set[str] = set()
    for start in sorted(_visit_time(rng, person, now) for _ in range(visits)):
        yield from _Visit(rng, person, known_devices).events(start, now)
    if person.member_no is not None:
        yield from _crm(rng, person, now)


def order_events(
    rng: Random, person: Person, at: datetime, basket: list[tuple[Product, int]], **properties: Any
) -> Sent:
    """The order service's report of one order."""
    products = [
        {
            "product_id": product.sku,
            "name": product.name(person.locale),
            "category": product.category.en,
            "price": product.price,
            "quantity": quantity,
        }
        for product, quantity in basket
    ]
    total = round(sum(product.price * quantity for product, quantity in basket), 2)
    event = {
        "type": "track",
        "event": "Order Completed",
        "properties": {
            "order_id": f"o-{person.number}-{int(at.timestamp())}",
            "total": total,
            "revenue": total,
            "currency": CURRENCY,
            "quantity": sum(quantity for _, quantity in basket),
            "products": products,
            **properties,
        },
        **server_ids(person),
    }
    return Sent(at, ORDERS, event | {"messageId": message_id(rng)})


def server_ids(person: Person) -> dict[str, str]:
    """How the shop's servers name a person: the account, or the CRM's record of somebody without one."""
    return {"userId": person.user_id} if person.user_id else {"anonymousId": f"crm-{person.member_no}"}


def message_id(rng: Random) -> str:
    """A client's random message id, from the seeded generator."""
    return f"msg-{rng.getrandbits(96):024x}"


def basket(rng: Random, favourite: Category) -> list[tuple[Product, int]]:
    """One to three products, mostly of the favourite category."""
    chosen: dict[str, tuple[Product, int]] = {}
    for _ in range(rng.choices((1, 2, 3), (6, 3, 1))[0]):
        product = _product(rng, favourite)
        chosen[product.sku] = (product, rng.choices((1, 2, 3), (8, 2, 1))[0])
    return list(chosen.values())


class _Visit:
    """One visit, on the web or in the app. `known_devices` are those that already carry the account's id."""

    def __init__(self, rng: Random, person: Person, known_devices: set[str]) -> None:
        self._rng = rng
        self._person = person
        self._known = known_devices
        self._is_app = person.device_id is not None and rng.random() < 0.5
        self._source = APP if self._is_app else WEB
        self._device = person.device_id or ""
        if not self._is_app:
            # Most visits come from the first browser; the others are the phone, the office.
            ids = person.anonymous_ids
            self._device = rng.choices(ids, [2.0**-index for index in range(len(ids))])[0]
        self._context = self._make_context()

    def events(self, start: datetime, now: datetime) -> Iterator[Sent]:
        at = start
        for event, seconds in self._steps():
            at += timedelta(seconds=seconds)
            if at >= now:
                return
            if event.get("event") == "Order Completed":
                yield order_events(self._rng, self._person, at, event["basket"], channel=self._source)
                yield from self._refund(at, event["basket"], now)
            else:
                yield Sent(at, self._source, self._message(event))

    def _steps(self) -> Iterator[tuple[dict[str, Any], float]]:
        rng, person = self._rng, self._person
        yield self._view("Home", "/"), 0
        if person.user_id and self._device not in self._known and (self._is_app or rng.random() < _LOGS_IN):
            yield from self._log_in()
        cart: dict[str, tuple[Product, int]] = {}
        category = person.favourite if rng.random() < 0.7 else rng.choice(CATEGORIES)
        yield self._view(category.en, f"/{category.slug}"), rng.uniform(3, 40)
        yield _track("Product List Viewed", category=category.en), 0.4
        for _ in range(rng.choices((1, 2, 3, 4, 6), (3, 3, 2, 1, 1))[0]):
            product = _product(rng, category)
            yield self._view(product.name(person.locale), f"/{product.category.slug}/{product.sku}"), rng.uniform(5, 90)
            yield _track("Product Viewed", **_product_properties(product, person.locale)), 0.3
            if rng.random() < _ADDS_TO_CART:
                quantity = rng.choices((1, 2, 3), (8, 2, 1))[0]
                cart[product.sku] = (product, quantity)
                properties = _product_properties(product, person.locale) | {"quantity": quantity}
                yield _track("Product Added", **properties), rng.uniform(2, 30)
        if not cart or person.user_id is None or rng.random() > _BUYS:
            return
        if self._device not in self._known:
            yield from self._log_in()
        value = round(sum(product.price * quantity for product, quantity in cart.values()), 2)
        yield _track("Checkout Started", value=value, currency=CURRENCY), rng.uniform(10, 120)
        yield {"event": "Order Completed", "basket": list(cart.values())}, rng.uniform(20, 200)

    def _log_in(self) -> Iterator[tuple[dict[str, Any], float]]:
        person = self._person
        self._known.add(self._device)
        if self._is_app and self._rng.random() < _OLD_APP:
            yield {"type": "alias", "previousId": self._device, "userId": person.user_id}, 5
            return
        traits = {
            "name": person.name,
            "firstName": person.first_name,
            "language": person.locale,
            "email": person.email,
        }
        if self._is_app:
            traits["phone"] = person.phone
        yield {"type": "identify", "traits": {k: v for k, v in traits.items() if v is not None}}, 12

    def _view(self, name: str, path: str) -> dict[str, Any]:
        if self._is_app:
            return {"type": "screen", "name": name, "properties": {"name": name}}
        properties = {"title": name, "path": path, "url": f"{SHOP_URL}{path}"}
        return {"type": "page", "name": name, "properties": properties}

    def _message(self, event: dict[str, Any]) -> dict[str, Any]:
        whole = {**event, "messageId": message_id(self._rng), "context": self._context}
        if event["type"] != "alias":
            whole["anonymousId"] = self._device
            if self._device in self._known:
                whole["userId"] = self._person.user_id
        return whole

    def _make_context(self) -> dict[str, Any]:
        rng, person = self._rng, self._person
        context: dict[str, Any] = {"locale": "zh-CN" if person.locale == "zh" else "en", "timezone": person.timezone}
        if self._is_app:
            system = rng.choice(("iOS", "Android", "HarmonyOS"))
            context |= {"app": {"name": "Shop", "version": rng.choice(("3.1.0", "3.2.4"))}, "os": {"name": system}}
            return context | {"library": {"name": "analytics-app", "version": "1.6.0"}}
        source, medium = rng.choice(_REFERRERS)
        if source:
            context["campaign"] = {"source": source, "medium": medium}
        return context | {"library": {"name": "analytics-web", "version": "1.84.3"}}

    def _refund(self, ordered_at: datetime, bought: list[tuple[Product, int]], now: datetime) -> Iterator[Sent]:
        if self._rng.random() >= _REFUNDS:
            return
        at = ordered_at + timedelta(days=self._rng.uniform(1, 12))
        if at >= now:
            return
        product, quantity = bought[0]
        event = {
            "type": "track",
            "event": "Order Refunded",
            "messageId": message_id(self._rng),
            "properties": {
                "order_id": f"o-{self._person.number}-{int(ordered_at.timestamp())}",
                "total": round(product.price * quantity, 2),
                "currency": CURRENCY,
            },
            **server_ids(self._person),
        }
        yield Sent(at, ORDERS, event)


def _crm(rng: Random, person: Person, now: datetime) -> Iterator[Sent]:
    """The CRM reports a member when they join and whenever their level changes."""
    traits: dict[str, Any] = {
        "name": person.name,
        "firstName": person.first_name,
        "gender": person.gender,
        "birthday": person.birthday.isoformat(),
        "country": person.country,
        "city": person.city,
        "email": person.email,
        "phone": person.phone,
        "member_no": person.member_no,
        "interests": [person.favourite.en],
        "newsletter": person.grants_email,
    }
    traits = {name: value for name, value in traits.items() if value is not None}
    joined = now - timedelta(days=rng.uniform(1, 90))
    level = rng.choices(("bronze", "silver", "gold"), (6, 3, 1))[0]
    for at, current in ((joined, "bronze"), (joined + timedelta(days=rng.uniform(5, 40)), level)):
        if at < now:
            event = {"type": "identify", "traits": traits | {"level": current}, "messageId": message_id(rng)}
            yield Sent(at, CRM, event | server_ids(person))
    if rng.random() < 0.03 and person.user_id:
        group = {"type": "group", "groupId": f"company-{person.number % 40}", "userId": person.user_id}
        traits = {"kind": "company", "name": f"{person.city} Office Supplies"}
        yield Sent(joined, CRM, group | {"traits": traits, "messageId": message_id(rng)})


def _visit_time(rng: Random, person: Person, now: datetime) -> datetime:
    """A moment of the last 90 days at an hour at which people shop where this person lives."""
    local = now.astimezone(ZoneInfo(person.timezone)) - timedelta(days=rng.uniform(0, HISTORY.days - 1))
    hour = rng.choices(range(24), _HOURS)[0]
    at = local.replace(hour=hour, minute=rng.randrange(60), second=rng.randrange(60), microsecond=0)
    at = at.astimezone(now.tzinfo)
    return at if at < now else at - timedelta(days=1)


def _product(rng: Random, category: Category) -> Product:
    return rng.choice(BY_CATEGORY[category if rng.random() < 0.8 else rng.choice(CATEGORIES)])


def _product_properties(product: Product, locale: str) -> dict[str, Any]:
    return {
        "product_id": product.sku,
        "name": product.name(locale),
        "category": product.category.en,
        "price": product.price,
        "currency": CURRENCY,
    }


def _track(event: str, **properties: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, "properties": properties}
