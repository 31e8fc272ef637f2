"""Eighty made-up people, what they did, and what follows from it: the numbers that the page must show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

CITIES = ("上海", "北京", "London", "杭州")
PEOPLE = 80


class Order(NamedTuple):
    """One order."""

    days_ago: int
    total: int


class Shopper(NamedTuple):
    """One person."""

    number: int
    city: str
    newsletter: bool
    email: str
    views: tuple[int, ...]
    orders: tuple[Order, ...]

    @property
    def user_id(self) -> str:
        """The id in the shop."""
        return f"shopper-{self.number:02}"

    @property
    def name(self) -> str:
        """First name."""
        return f"P{self.number:02}"

    def viewed(self, days: int) -> int:
        """How many products were viewed in the last days."""
        return sum(ago < days for ago in self.views)

    def ordered(self, days: int) -> int:
        """How many orders there were in the last days."""
        return sum(order.days_ago < days for order in self.orders)


def _days_ago(seed: int) -> int:
    """Within 20 days or 40 to 59 days ago: whatever the hour is, "the last 30 days" can be told from before."""
    days = 1 + seed % 40
    return days if days <= 20 else days + 19


def _shopper(number: int) -> Shopper:
    return Shopper(
        number=number,
        city=CITIES[number % len(CITIES)],
        newsletter=number % 3 != 0,
        # The mail server knows nobody whose address begins so: a message comes back.
        email=f"gone.p{number:02}@example.com" if number == 41 else f"p{number:02}@example.com",
        views=tuple(_days_ago(number * 7 + 3 * each) for each in range(number % 9)),
        orders=tuple(
            Order(_days_ago(number * 5 + 11 * each), 20 + (number * 13 + each * 50) % 400) for each in range(number % 5)
        ),
    )


SHOPPERS = tuple(_shopper(number) for number in range(PEOPLE))

PHONE_AS_WRITTEN = "137 6543 2109"
PHONE = "+8613765432109"


def _event(shopper: Shopper, number: str, at: datetime, **rest: Any) -> dict[str, Any]:
    return {"userId": shopper.user_id, "messageId": f"{shopper.user_id}-{number}", "timestamp": at.isoformat(), **rest}


def first_events(now: datetime | None = None) -> list[dict[str, Any]]:
    """All that the shop sends at first. Besides what people did: one event without a name, one that comes twice, one
    with a phone number as people write it, and a visitor of whom nothing is known.
    """
    now = now or datetime.now(UTC)
    events: list[dict[str, Any]] = []
    for shopper in SHOPPERS:
        traits = {
            "email": shopper.email,
            "first_name": shopper.name,
            "city": shopper.city,
            "newsletter": shopper.newsletter,
        }
        joined = now - timedelta(days=70)
        events.append(
            _event(shopper, "joined", joined, type="identify", anonymousId=f"browser-{shopper.number}", traits=traits)
        )
        for each, ago in enumerate(shopper.views):
            at = now - timedelta(days=ago, hours=1, minutes=each)
            product = {
                "product_id": f"sku-{each}",
                "category": ("shoes", "coats", "hats")[each % 3],
                "price": 30 + each,
            }
            events.append(_event(shopper, f"view-{each}", at, type="track", event="Product Viewed", properties=product))
        for each, order in enumerate(shopper.orders):
            at = now - timedelta(days=order.days_ago, hours=2)
            events.append(
                _event(
                    shopper,
                    f"order-{each}",
                    at,
                    type="track",
                    event="Order Completed",
                    properties={"order_id": f"{shopper.number}-{each}", "total": order.total, "currency": "CNY"},
                )
            )
    return events


def special_events(now: datetime | None = None) -> list[dict[str, Any]]:
    """One event without a name, one that came before, one with a phone number as people write it, and a visitor of
    whom nothing is known.
    """
    now = now or datetime.now(UTC)
    first = SHOPPERS[0]
    return [
        _event(first, "phone", now, type="identify", traits={"phone": PHONE_AS_WRITTEN}),
        _event(first, "joined", now, type="identify", traits={}),
        {"type": "page", "anonymousId": "visitor", "messageId": "visitor-1", "name": "Start"},
        _event(first, "unnamed", now, type="track", properties={"coupon": "WELCOME"}),
    ]


def consents() -> list[dict[str, Any]]:
    """What people said of mail when they joined: who wants the newsletter agreed, of the others nothing is known."""
    return [
        {"identifier": {"type": "email", "value": each.email}, "state": "granted", "source": "checkout"}
        for each in SHOPPERS
        if each.newsletter
    ]
