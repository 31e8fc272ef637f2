"""The report on the wire: money without the noise of binary fractions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tributary.api.campaign_report import report_out
from tributary.experiments import Estimate, Moments
from tributary.messaging import ArmReport, CampaignReport, Comparison
from tributary.messaging.verdict import Verdict

NOISY = Estimate(0.1 + 0.2, -0.000001, 1.0000000000000002, 0.04, "welch")


def test_money_is_rounded_and_shares_are_not():
    share = Estimate(1 / 3, 0.1, 0.5, 0.01, "wald")
    arm = ArmReport(
        name="a", weight=1, assigned=3, people=3, sent=3, delivered=3, states={}, rejected={}, opened=0, clicked=0,
        unsubscribed=0, converted=1, orders=1, revenue=0.1 + 0.2, conversion=Moments(3, 1, 1),
        money=Moments(3, 0.1 + 0.2, 0.09),
    )  # fmt: skip
    comparison = Comparison(
        treatment="a", control="holdout", conversion=share, conversion_lift=share, revenue=NOISY, revenue_lift=share,
        extra_conversions=share, extra_revenue=replace(NOISY, value=90_000.30000000001, low=None),
    )  # fmt: skip
    now = datetime(2026, 3, 1, tzinfo=UTC)
    report = CampaignReport(
        campaign_id="cmp_1", state="done", as_of=now, window=None, is_complete=False, goal=None, arms=[arm],
        comparisons=[comparison], sample_ratio=None, crossed=0, has_holdout=True, currency="CNY", days=[],
        verdict=Verdict("raised", "up", "升", is_preliminary=False),
    )  # fmt: skip
    shown = report_out(report, "en")
    assert shown.currency == "CNY"
    assert (shown.arms[0].revenue, shown.arms[0].revenue_per_person) == (0.3, 0.1)
    (first,) = shown.comparisons
    assert (first.revenue.value, str(first.revenue.low), first.revenue.high) == (0.3, "0.0", 1.0)
    assert (first.extra_revenue.value, first.extra_revenue.low) == (90_000.3, None)
    assert first.conversion.value == first.revenue_lift.value == 1 / 3
