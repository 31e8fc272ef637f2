"""What goes wrong between a customer and a data platform, in the proportions in which it does.

Spelling of phones, e-mails and countries differs by system; identifiers are junk; clients send twice; some events
are broken. Everything here is decided by the generator that is passed in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from tributary.simulation.behaviour import APP, CRM, WEB, Sent

_SENT_TWICE = 0.015
_JUNK_ID = 0.01
_BROKEN = 0.003
_JUNK = ("null", "undefined", "0", "anonymous", "00000000-0000-0000-0000-000000000000")
_COUNTRIES = {
    "CN": ("中国", "China", "CN", "cn", " CHN "),
    "GB": ("UK", "United Kingdom", "GB", "英国"),
    "US": ("US", "USA", "United States", "美国"),
}
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def soil(rng: Random, sent: Sent) -> Iterator[Sent]:
    """What really arrives of one event: usually itself, sometimes spoiled, sometimes twice."""
    event = dict(sent.event)
    if isinstance(event.get("traits"), dict) and event["type"] == "identify":
        event["traits"] = _soiled_traits(rng, event["traits"], is_crm=sent.source == CRM)
    if sent.source in {WEB, APP} and "userId" not in event and rng.random() < _JUNK_ID:
        event["userId"] = rng.choice(_JUNK)
    yield replace(sent, event=event)
    if rng.random() < _SENT_TWICE:
        yield replace(sent, event=event, at=sent.at + timedelta(seconds=rng.uniform(1, 7_200)))
    if rng.random() < _BROKEN:
        yield replace(sent, event=_broken(rng, event))


def _soiled_traits(rng: Random, traits: dict[str, Any], *, is_crm: bool) -> dict[str, Any]:
    soiled = dict(traits)
    if "phone" in soiled:
        soiled["phone"] = _spelled_phone(rng, soiled["phone"])
    if "email" in soiled and rng.random() < 0.25:
        spellings = (soiled["email"].upper(), f" {soiled['email']}", soiled["email"].title())
        soiled["email"] = rng.choice(spellings)
    if "country" in soiled:
        soiled["country"] = rng.choice(_COUNTRIES[soiled["country"]])
    if is_crm and "name" in soiled and rng.random() < 0.1:
        soiled["name"] = f"  {soiled['name']} "
    return soiled


def _spelled_phone(rng: Random, phone: str) -> str:
    if not phone.startswith("+86"):
        return rng.choice((phone, f"{phone[:3]} {phone[3:]}", phone.replace("+", "00", 1)))
    national = phone[3:]
    return rng.choice(
        (
            phone,
            national,
            f"{national[:3]} {national[3:7]} {national[7:]}",
            f"+86-{national[:3]}-{national[3:7]}-{national[7:]}",
            f"0086{national}",
            national.translate(_FULL_WIDTH),
        )
    )


def _broken(rng: Random, event: dict[str, Any]) -> dict[str, Any]:
    """A version of the event that no platform can use."""
    broken = {**event, "messageId": f"{event['messageId']}-x"}
    fault = rng.choice(("no ids", "no name", "time", "shape"))
    if fault == "no ids":
        for name in ("userId", "anonymousId", "previousId"):
            broken.pop(name, None)
    elif fault == "no name":
        broken = {**broken, "type": "track", "event": ""}
    elif fault == "time":
        broken["timestamp"] = "yesterday evening"
    else:
        broken = {**broken, "type": "track", "event": "Product Viewed", "properties": "sku=CO-01;price=98"}
    return broken
