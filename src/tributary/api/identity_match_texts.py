"""What matching compares and finds, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from tributary.api.locale import Text

_COMPARISONS = {
    "name": "Name",
    "phone": "Phone number",
    "email": "E-mail address",
    "birthday": "Birthday",
    "address": "Postal address",
    "id_card": "Identity card number",
    "user_id": "Customer id",
}
# The engine's labels, by comparison.
_LEVELS = {
    "same name": "the same name",
    "same name.pinyin": "names that sound the same (pinyin)",
    "name within 34% edits": "names that differ in a few characters",
    "name.pinyin similar from 0.9": "names that sound alike (pinyin)",
    "name within 1 edits": "names that differ in one character",
    "same phone": "the same phone number",
    "phone within 1 typing errors": "phone numbers one typing error apart",
    "same email": "the same e-mail address",
    "same email.local": "the same e-mail name at different providers",
    "email.local similar from 0.9": "similar e-mail names",
    "same birthday": "the same birthday",
    "birthday within 1 typing errors": "birthdays one typing error apart",
    "birthday.month_day and birthday.day_month exchanged": "day and month of the birthday exchanged",
    "birthday.days within 31": "birthdays at most a month apart",
    "same address.rest": "the same postal address",
    "address.rest within 25% edits": "postal addresses that differ in a few characters",
    "same address.numbers": "the same house and room numbers",
    "same address.district": "the same district",
    "different": "different",
    "missing": "unknown of one or both",
}
_REASONS = {
    "sure": "Matching is sure that they are one person.",
    "unsure": "It is likely that they are one person, but not certain.",
    "conflict": "They have different customer ids or identity card numbers.",
    "apart": "Somebody decided that they are two people.",
    "group": "They match, but others who match them speak against it.",
    "rules": "The identity rules do not let them become one person.",
}


class MatchStep(BaseModel):
    """One step of the waterfall: what was compared, what came of it, and what that weighs, in bits.

    `weight` + `correction` is what the step adds. `correction` is for values that many people share (below 0) or few
    (above 0). A step of level `missing` weighs nothing.
    """

    comparison: str
    title: Text
    level: str = Field(description="`missing`, `different`, or another level that the comparison has.")
    text: Text = Field(description="The level in words.")
    weight: float
    correction: float


class MatchWaterfall(BaseModel):
    """How a pair's weight comes about, in bits: the prior, then each step. 0 bits are one half, each bit doubles the
    odds.
    """

    prior: float
    steps: list[MatchStep]
    weight: float
    probability: float


def waterfall(explained: Mapping[str, Any], weight: float, probability: float) -> MatchWaterfall:
    """The waterfall of a pair as it is stored."""
    return MatchWaterfall(
        prior=explained.get("prior", 0.0),
        steps=[
            MatchStep(
                comparison=each["comparison"],
                title=comparison_title(each["comparison"]),
                level=each["label"],
                text=level_text(each["label"]),
                weight=each["weight"],
                correction=each["correction"],
            )
            for each in explained.get("parts", ())
        ],
        weight=weight,
        probability=probability,
    )


def comparison_title(name: str) -> str:
    """What people call a comparison or a field."""
    return _COMPARISONS.get(name, name)


def level_text(label: str) -> str:
    """A level in words."""
    return _LEVELS.get(label, label)


def reason_text(reason: str) -> str:
    """Why a pair is where it is."""
    return _REASONS.get(reason, reason)
