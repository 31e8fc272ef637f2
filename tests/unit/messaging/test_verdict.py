"""What the report says in words, and what it does not dare to say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tributary.experiments import Estimate, Moments, compare_means, compare_proportions, incremental, relative_lift
from tributary.messaging import REASONS
from tributary.messaging.verdict import give_verdict


@dataclass
class Compared:
    conversion: Estimate
    conversion_lift: Estimate | None
    extra_conversions: Estimate
    extra_revenue: Estimate | None


def compared(treatment, control, money=None):
    difference = compare_proportions(treatment, control)
    return Compared(
        difference,
        relative_lift(treatment, control),
        incremental(difference, treatment.n),
        incremental(compare_means(*money), treatment.n) if money else None,
    )


def counted(n, successes):
    return Moments(n, successes, successes)


def verdict(comparison=None, **options):
    values = {
        "has_goal": True,
        "has_holdout": True,
        "is_mismatch": False,
        "ends_at": None,
        "converted": 5,
        "revenue": 9.5,
        "currency": "CNY",
    }
    return give_verdict(comparison, **{**values, **options})


RAISED = compared(counted(95_000, 9_500), counted(5_000, 430))


def test_a_proven_effect_is_stated_with_its_interval():
    said = verdict(RAISED)
    assert said.en == (
        "The campaign raised conversion by 16.3%: +1,330 converted people (95% interval +570 to +2,090). p < 0.001."
    )
    assert said.zh == "活动使转化率提升 16.3%：增量转化 +1,330 人（95% 置信区间 +570 至 +2,090）。p < 0.001。"
    assert verdict(compared(counted(5_000, 430), counted(95_000, 9_500))).code == "lowered"


def test_an_effect_on_conversion_is_not_taken_for_one_on_money():
    money = Moments(95_000, 950_000, 9e8), Moments(5_000, 49_000, 4e7)
    said = verdict(compared(counted(95_000, 9_500), counted(5_000, 430), money))
    assert said.en.endswith("An effect on revenue is not proven.")


def test_money_is_named_with_its_currency():
    money = Moments(95_000, 950_000, 9e7), Moments(5_000, 40_000, 4e6)
    said = verdict(compared(counted(95_000, 9_500), counted(5_000, 430), money))
    assert "Incremental revenue +190,000.00 CNY (" in said.en
    assert "增量收入 +190,000.00 CNY（" in said.zh
    assert "spent 9.50 CNY." in verdict(has_holdout=False).en


@pytest.mark.parametrize(
    ("comparison", "options", "code", "words"),
    [
        (compared(counted(900, 90), counted(100, 9)), {}, "not_proven", "Not proven"),
        (compared(counted(0, 0), counted(0, 0)), {}, "no_data", "too few people"),
        (RAISED, {"is_mismatch": True}, "sample_ratio_mismatch", "Do not trust"),
        (None, {"has_holdout": False}, "attributed_not_causal", "Attributed, not causal"),
        (None, {"has_goal": False}, "no_goal", "no goal"),
    ],
)
def test_what_cannot_be_said_is_not_said(comparison, options, code, words):
    said = verdict(comparison, **options)
    assert said.code == code
    assert words in said.en
    assert "raised" not in said.en
    assert "提升" not in said.zh
    assert not re.search(r"[\u4e00-\u9fff] ?[,:;()]|[,:;()] ?[\u4e00-\u9fff]", said.zh), "half-width punctuation"


def test_reasons_in_chinese_use_chinese_punctuation():
    assert not [zh for _, zh in REASONS.values() if re.search(r"[,:;()!?]", zh)]


def test_an_open_window_makes_it_preliminary():
    said = verdict(RAISED, ends_at=datetime(2026, 3, 8, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert said.is_preliminary
    assert said.en.endswith("Preliminary: conversions count until 2026-03-08 09:00.")
