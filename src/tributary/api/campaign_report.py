"""The campaign report as it is answered."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from tributary.experiments import Estimate
from tributary.messaging import ArmReport, CampaignReport, Comparison, Goal
from tributary.rules import Locale

_MONEY_DIGITS = 4  # after the point: as exact as any currency, without the noise of binary fractions


class EffectOut(BaseModel):
    """An estimate with its interval and p value, both of one test; null where the data cannot give them."""

    value: float
    low: float | None
    high: float | None
    p_value: float | None
    level: float
    method: str = Field(description="`wald`, `newcombe`, `welch`, `delta`, `fieller` or `none`.")
    is_significant: bool = Field(description="The interval leaves 0 out; the p value is then below 1 − level.")


class ArmReportOut(BaseModel):
    """One arm. All shares are of the people assigned, not of those reached."""

    name: str
    weight: int
    assigned: int
    people: int = Field(description="Distinct persons today, after merges.")
    sent: int
    delivered: int
    opened: int
    clicked: int
    unsubscribed: int
    rejected: dict[str, int]
    states: dict[str, int]
    converted: int
    conversion_rate: float
    orders: int
    revenue: float = Field(description="In the report's `currency`.")
    revenue_per_person: float


class ComparisonOut(BaseModel):
    """One arm against another; `treated` is all arms with a message together."""

    treatment: str
    control: str
    conversion: EffectOut = Field(description="Difference of the shares that converted.")
    conversion_lift: EffectOut | None = Field(description="The same, relative to the control.")
    revenue: EffectOut | None = Field(description="Difference of revenue per person.")
    revenue_lift: EffectOut | None
    extra_conversions: EffectOut = Field(description="Converted people whom the treatment added.")
    extra_revenue: EffectOut | None


class SampleRatioOut(BaseModel):
    """Whether people were split as configured; a mismatch makes every comparison void."""

    statistic: float | None
    dof: int
    p_value: float
    expected: dict[str, float]
    is_mismatch: bool


class ReportDayOut(BaseModel):
    """A day of the workspace's calendar."""

    day: date
    converted: dict[str, int] = Field(description="Arm → how many of its people had converted by the end of the day.")


class VerdictOut(BaseModel):
    """The report in a sentence."""

    code: str
    text: str
    is_preliminary: bool


class CampaignReportOut(BaseModel):
    """What a campaign was worth. `is_causal` is false without a holdout: then conversions are only attributed."""

    campaign_id: str
    state: str
    as_of: datetime
    counts_from: datetime | None
    counts_until: datetime | None
    is_complete: bool
    is_causal: bool
    goal: Goal | None
    currency: str = Field(description="ISO 4217: the workspace's, in which all money here is.")
    arms: list[ArmReportOut]
    comparisons: list[ComparisonOut]
    sample_ratio: SampleRatioOut | None
    crossed: int = Field(description="People who were in several arms because profiles merged; they are left out.")
    days: list[ReportDayOut] = Field(
        description="From the launch until now or the end of the goal's time; empty without one."
    )
    verdict: VerdictOut


def report_out(report: CampaignReport, locale: Locale) -> CampaignReportOut:
    """The report in a language."""
    ratio = report.sample_ratio
    return CampaignReportOut(
        campaign_id=report.campaign_id,
        state=report.state,
        as_of=report.as_of,
        counts_from=report.window[0] if report.window else None,
        counts_until=report.window[1] if report.window else None,
        is_complete=report.is_complete,
        is_causal=report.has_holdout and not (ratio is not None and ratio.is_mismatch),
        goal=report.goal,
        currency=report.currency,
        arms=[_arm(arm) for arm in report.arms],
        comparisons=[_comparison(each) for each in report.comparisons],
        sample_ratio=None if ratio is None else SampleRatioOut(
            statistic=ratio.statistic if ratio.statistic != float("inf") else None,
            dof=ratio.dof, p_value=ratio.p_value, expected=ratio.expected, is_mismatch=ratio.is_mismatch,
        ),
        crossed=report.crossed,
        days=[ReportDayOut(day=each.day, converted=dict(each.converted)) for each in report.days],
        verdict=VerdictOut(
            code=report.verdict.code,
            text=report.verdict.zh if locale == "zh" else report.verdict.en,
            is_preliminary=report.verdict.is_preliminary,
        ),
    )  # fmt: skip


def _arm(arm: ArmReport) -> ArmReportOut:
    return ArmReportOut(
        name=arm.name,
        weight=arm.weight,
        assigned=arm.assigned,
        people=arm.people,
        sent=arm.sent,
        delivered=arm.delivered,
        opened=arm.opened,
        clicked=arm.clicked,
        unsubscribed=arm.unsubscribed,
        rejected=dict(arm.rejected),
        states=dict(arm.states),
        converted=arm.converted,
        conversion_rate=arm.conversion.mean,
        orders=arm.orders,
        revenue=_money(arm.revenue),
        revenue_per_person=_money(arm.money.mean),
    )


def _comparison(each: Comparison) -> ComparisonOut:
    return ComparisonOut(
        treatment=each.treatment,
        control=each.control,
        conversion=_estimate(each.conversion),
        conversion_lift=_maybe(each.conversion_lift),
        revenue=_in_money(each.revenue),
        revenue_lift=_maybe(each.revenue_lift),
        extra_conversions=_estimate(each.extra_conversions),
        extra_revenue=_in_money(each.extra_revenue),
    )


def _maybe(estimate: Estimate | None) -> EffectOut | None:
    return None if estimate is None else _estimate(estimate)


def _estimate(estimate: Estimate) -> EffectOut:
    return EffectOut.model_validate(estimate, from_attributes=True)


def _in_money(estimate: Estimate | None) -> EffectOut | None:
    if estimate is None:
        return None
    bounds = {
        name: None if (value := getattr(estimate, name)) is None else _money(value) for name in ("value", "low", "high")
    }
    return _estimate(estimate).model_copy(update=bounds)


def _money(amount: float) -> float:
    return round(amount, _MONEY_DIGITS) + 0.0  # no "-0.0"
