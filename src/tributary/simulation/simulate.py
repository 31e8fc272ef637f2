"""The demo's data: everything that the shop's systems send about 90 days, and what people do when e-mail reaches them.

    for batch in generate(seed=7, people=3_000, now=now):
        post("/v1/batch", write_key[batch.source], batch.body())

The same arguments give the same bytes, on every machine.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from random import Random
from typing import Any, Literal

import msgspec

from tributary.privacy import Statement
from tributary.simulation.behaviour import APP, CRM, ORDERS, WEB, Sent, basket, history, order_events
from tributary.simulation.dirt import soil
from tributary.simulation.people import Person, population
from tributary.simulation.second_cards import second_card
from tributary.sources import SourceKind

MAX_BATCH = 100  # events; what real clients put into one request
DEMO_SOURCES: tuple[tuple[str, SourceKind], ...] = (
    (WEB, SourceKind.WEB),
    (APP, SourceKind.MOBILE),
    (ORDERS, SourceKind.SERVER),
    (CRM, SourceKind.SERVER),
)
_WRONG_CLOCK = 0.03  # of batches from browsers and phones

Arm = Literal["holdout", "A", "B"]
BASE_RATE = 0.08  # of people who buy in the days after, e-mail or not
LIFT: dict[Arm, float] = {"holdout": 0.0, "A": 0.03, "B": 0.06}  # what the e-mail adds to it
_OPENS: dict[Arm, float] = {"holdout": 0.0, "A": 0.42, "B": 0.48}
_CLICKS: dict[Arm, float] = {"holdout": 0.0, "A": 0.11, "B": 0.16}  # of all recipients


@dataclass(frozen=True, slots=True)
class SourceBatch:
    """One request of one source: events as a client sends them. `sent_at` is what the client's clock said."""

    source: str
    sent_at: str
    events: list[dict[str, Any]]

    def body(self) -> bytes:
        """The JSON body for `POST /v1/batch`."""
        return msgspec.json.encode({"batch": self.events, "sentAt": self.sent_at})


@dataclass(frozen=True, slots=True)
class Assigned:
    """One person of the campaign: the address, the arm, and the links of the mail as they stand in it.

    A holdout got no mail and has no links.
    """

    email: str
    arm: Arm
    open_url: str | None = None
    click_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planted:
    """The truth about one arm, which the report has to find again."""

    people: int
    conversions: int
    rate: float
    lift: float


@dataclass(slots=True)
class Response:
    """What the recipients do: addresses that their mail programs fetch, the orders of all arms, and the truth."""

    open_urls: list[str] = field(default_factory=list)
    click_urls: list[str] = field(default_factory=list)
    batches: list[SourceBatch] = field(default_factory=list)
    planted: dict[Arm, Planted] = field(default_factory=dict)


def generate(seed: int, people: int, now: datetime) -> Iterator[SourceBatch]:
    """Everything that happened in the 90 days before `now`, in batches, roughly in the order of time.

    Batches are to be sent at `now`: their `sent_at` says so, so that the collector's correction of wrong client clocks
    leaves right ones alone. A few clients' clocks are wrong, and their `sent_at` with them.
    """
    rng = Random(f"{seed}/transport")
    waiting: dict[str, list[dict[str, Any]]] = {}
    for source, raw in _timeline(seed, people, now):
        events = waiting.setdefault(source, [])
        events.append(msgspec.json.decode(raw))
        if len(events) == MAX_BATCH:
            yield _batch(rng, source, waiting.pop(source), now)
    for source, events in waiting.items():
        yield _batch(rng, source, events, now)


def consent_statements(seed: int, people: int, now: datetime) -> Iterator[Statement]:
    """Who allowed marketing by e-mail (about 85 % of those with an address) and who said no, when they signed up."""
    for person in population(seed, people):
        if person.email is not None:
            yield Statement(
                type="email",
                value=person.email,
                channel="email",
                purpose="marketing",
                state="granted" if person.grants_email else "withdrawn",
                source="form",
                at=now - timedelta(days=90),
                proof={"form": "sign-up"},
            )


def simulate_response(
    seed: int, people: int, assigned: Iterable[Assigned], now: datetime, *, within: timedelta = timedelta(0)
) -> Response:
    """What the people of a campaign do after it, with the planted lift.

    Who buys is drawn; how many of an arm buy is not: `round(people × rate)`, so that the planted lift is really in
    the data whatever the split was. Orders happen between `now` and `now + within`, in the order service's time.
    Addresses that belong to nobody of the population are left out.
    """
    by_email = {person.email: person for person in population(seed, people) if person.email}
    arms: dict[Arm, list[tuple[Person, Assigned]]] = {arm: [] for arm in LIFT}
    for one in assigned:
        if person := by_email.get(one.email.strip().lower()):
            arms[one.arm].append((person, one))
    response = Response()
    orders: list[Sent] = []
    for arm, members in arms.items():
        members.sort(key=lambda member: member[0].number)
        rng = Random(f"{seed}/response/{arm}")
        rate = BASE_RATE + LIFT[arm]
        clickers = _draw(rng, members, _CLICKS[arm])
        clicking = {person.number for person, _ in clickers}
        others = [member for member in members if member[0].number not in clicking]
        openers = clickers + _draw(rng, others, _only_open(arm))
        response.open_urls += [one.open_url for _, one in openers if one.open_url]
        response.click_urls += [rng.choice(one.click_urls) for _, one in clickers if one.click_urls]
        buyers = _draw(rng, members, rate)
        for person, _ in buyers:
            at = now + within * rng.random()
            orders.append(order_events(rng, person, at, basket(rng, person.favourite), channel=WEB))
        response.planted[arm] = Planted(len(members), len(buyers), rate, LIFT[arm])
    orders.sort(key=lambda sent: (sent.at, sent.event["messageId"]))
    sent_at = _iso(now + within)
    events = [{**sent.event, "timestamp": _iso(sent.at)} for sent in orders]
    response.batches = [
        SourceBatch(ORDERS, sent_at, events[start : start + MAX_BATCH]) for start in range(0, len(events), MAX_BATCH)
    ]
    return response


def _timeline(seed: int, people: int, now: datetime) -> Iterator[tuple[str, bytes]]:
    """All events in the order in which they arrive. They wait as JSON: a hundred thousand dicts would fill 200 MB."""
    order = count()
    heap: list[tuple[datetime, int, str, bytes]] = []
    for person in population(seed, people):
        rng = Random(f"{seed}/history/{person.number}")
        for sent in chain(history(rng, person, now), second_card(seed, person, now)):
            # The event's own time stays when it is sent again later: only its place in the stream changes.
            stamped = Sent(sent.at, sent.source, {"timestamp": _iso(sent.at), **sent.event})
            heap.extend(
                (arrived.at, next(order), arrived.source, msgspec.json.encode(arrived.event))
                for arrived in soil(rng, stamped)
            )
    heapq.heapify(heap)
    while heap:
        _, _, source, raw = heapq.heappop(heap)
        yield source, raw


def _batch(rng: Random, source: str, events: list[dict[str, Any]], now: datetime) -> SourceBatch:
    if source not in {WEB, APP} or rng.random() >= _WRONG_CLOCK:
        return SourceBatch(source, _iso(now), events)
    skew = timedelta(minutes=rng.choice((-60 * 24 * 365, -480, -7, 11, 60, 60 * 24 * 2)))
    for event in events:
        try:
            event["timestamp"] = _iso(datetime.fromisoformat(event["timestamp"]) + skew)
        except ValueError:
            continue  # one of the broken ones
    return SourceBatch(source, _iso(now + skew), events)


def _draw(rng: Random, members: list[tuple[Person, Assigned]], rate: float) -> list[tuple[Person, Assigned]]:
    return rng.sample(members, round(len(members) * rate))


def _only_open(arm: Arm) -> float:
    """Share of those who do not click that open all the same, so that all openers are the arm's share."""
    return (_OPENS[arm] - _CLICKS[arm]) / (1 - _CLICKS[arm])


def _iso(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
