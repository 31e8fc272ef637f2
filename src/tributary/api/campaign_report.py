"""The campaign report as it is answered."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from tributary.experiments import Estimate
from tributary.messaging import ArmReport, CampaignReport, Comparison, Goal
from tributary.rules import Locale


class EstimateOut(BaseModel):
    """An estimate with its interval; a bound or the p value is null where the data cannot give one."""

    value: float
    low: float | None
    high: float | None
    p_value: float | None
    level: float
    method: str = Field(description="`wald`, `newcombe`, `welch`, `delta`, `fieller` or `none`.")
    is_significant: bool


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
    revenue: float
    revenue_per_person: float


class ComparisonOut(BaseModel):
    """One arm against another; `treated` is all arms with a message together."""

    treatment: str
    control: str
    conversion: EstimateOut = Field(description="Difference of the shares that converted.")
    conversion_lift: EstimateOut | None = Field(description="The same, relative to the control.")
    revenue: EstimateOut | None = Field(description="Difference of revenue per person.")
    revenue_lift: EstimateOut | None
    extra_conversions: EstimateOut = Field(description="Converted people whom the treatment added.")
    extra_revenue: EstimateOut | None


class SampleRatioOut(BaseModel):
    """Whether people were split as configured; a mismatch makes every comparison void."""

    statistic: float | None
    dof: int
    p_value: float
    expected: dict[str, float]
    is_mismatch: bool


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
    arms: list[ArmReportOut]
    comparisons: list[ComparisonOut]
    sample_ratio: SampleRatioOut | None
    crossed: int = Field(description="People who were in several arms because profiles merged; they are left out.")
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
        arms=[_arm(arm) for arm in report.arms],
        comparisons=[_comparison(each) for each in report.comparisons],
        sample_ratio=None if ratio is None else SampleRatioOut(
            statistic=ratio.statistic if ratio.statistic != float("inf") else None,
            dof=ratio.dof, p_value=ratio.p_value, expected=ratio.expected, is_mismatch=ratio.is_mismatch,
        ),
        crossed=report.crossed,
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
        revenue=arm.revenue,
        revenue_per_person=arm.money.mean,
    )


def _comparison(each: Comparison) -> ComparisonOut:
    return ComparisonOut(
        treatment=each.treatment,
        control=each.control,
        conversion=_estimate(each.conversion),
        conversion_lift=_maybe(each.conversion_lift),
        revenue=_maybe(each.revenue),
        revenue_lift=_maybe(each.revenue_lift),
        extra_conversions=_estimate(each.extra_conversions),
        extra_revenue=_maybe(each.extra_revenue),
    )


def _maybe(estimate: Estimate | None) -> EstimateOut | None:
    return None if estimate is None else _estimate(estimate)


def _estimate(estimate: Estimate) -> EstimateOut:
    return EstimateOut.model_validate(estimate, from_attributes=True)
