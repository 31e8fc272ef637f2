"""The report in one plain sentence or two, in Chinese and in English. It never says more than the numbers do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from tributary.experiments import Estimate

VerdictCode = Literal[
    "no_goal", "sample_ratio_mismatch", "attributed_not_causal", "no_data", "raised", "lowered", "not_proven"
]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`code` for programs, the sentences for people; `is_preliminary` while the window is open."""

    code: VerdictCode
    en: str
    zh: str
    is_preliminary: bool


class Compared(Protocol):
    """The part of a comparison that the verdict speaks about."""

    @property
    def conversion(self) -> Estimate: ...
    @property
    def conversion_lift(self) -> Estimate | None: ...
    @property
    def extra_conversions(self) -> Estimate: ...
    @property
    def extra_revenue(self) -> Estimate | None: ...


def give_verdict(
    against_holdout: Compared | None,
    *,
    has_goal: bool,
    has_holdout: bool,
    is_mismatch: bool,
    ends_at: datetime | None,
    converted: int,
    revenue: float,
    currency: str,
) -> Verdict:
    """What may be said. `ends_at` is the end of the window while it is open, in the zone in which people read it;
    `converted` people got a message.

    Money is in `currency`, an ISO 4217 code.
    """
    code, en, zh = _judge(
        against_holdout,
        has_goal=has_goal,
        has_holdout=has_holdout,
        is_mismatch=is_mismatch,
        converted=converted,
        revenue=revenue,
        currency=currency,
    )
    if ends_at is not None:
        day = f"{ends_at:%Y-%m-%d %H:%M}"
        en += f" Preliminary: conversions count until {day}."
        zh += f"以上为阶段性结果：转化统计截至 {day}。"
    return Verdict(code, en, zh, ends_at is not None)


def _judge(
    compared: Compared | None,
    *,
    has_goal: bool,
    has_holdout: bool,
    is_mismatch: bool,
    converted: int,
    revenue: float,
    currency: str,
) -> tuple[VerdictCode, str, str]:
    if is_mismatch:
        return (
            "sample_ratio_mismatch",
            (
                "Do not trust this comparison: people were not split as configured, so the arms differ in more than "
                "the message. Find out why before you read on."
            ),
            "请勿采信本次对比：实际分流比例与设定不符（SRM），各组之间的差异不只来自消息。请先查明原因。",
        )
    if not has_goal:
        return (
            "no_goal",
            "There is no goal, so nothing can be said about an effect.",
            "未设置转化目标，无法评估效果。",
        )
    if not has_holdout:
        return (
            "attributed_not_causal",
            (
                f"Attributed, not causal: {converted:,} recipients converted and spent {revenue:,.2f} {currency}. "
                "Without a holdout nobody knows how many would have done so anyway."
            ),
            (
                f"归因结果，并非因果：{converted:,} 位收件人完成转化，金额 {revenue:,.2f} {currency}。"
                "由于没有对照组，无法得知其中多少人本来就会转化。"
            ),
        )
    if compared is None or compared.conversion.low is None or compared.conversion.high is None:
        return (
            "no_data",
            "There are too few people in an arm to compare them.",
            "某一组的人数过少，无法比较。",
        )
    if compared.conversion.is_significant:
        return _proven(compared, currency)
    low, high = _points(compared.conversion.low), _points(compared.conversion.high)
    return (
        "not_proven",
        (
            f"Not proven: the difference of {_points(compared.conversion.value)} percentage points to the holdout can "
            f"be chance (95% interval {low} to {high}). {_p_text(compared.conversion, 'en')}"
        ),
        (
            f"效果未被证实：与对照组相差 {_points(compared.conversion.value)} 个百分点，可能只是偶然"
            f"（95% 置信区间 {low} 至 {high}）。{_p_text(compared.conversion, 'zh')}"
        ),
    )


def _proven(compared: Compared, currency: str) -> tuple[VerdictCode, str, str]:
    extra, money, lift = compared.extra_conversions, compared.extra_revenue, compared.conversion_lift
    is_up = compared.conversion.value > 0
    code: VerdictCode = "raised" if is_up else "lowered"
    by = f" by {abs(lift.value):.1%}" if lift else ""
    by_zh = f" {abs(lift.value):.1%}" if lift else ""
    en = (
        f"The campaign {'raised' if is_up else 'lowered'} conversion{by}: {extra.value:+,.0f} converted people "
        f"(95% interval {extra.low:+,.0f} to {extra.high:+,.0f}). {_p_text(compared.conversion, 'en')}"
    )
    zh = (
        f"活动使转化率{'提升' if is_up else '下降'}{by_zh}：增量转化 {extra.value:+,.0f} 人"
        f"（95% 置信区间 {extra.low:+,.0f} 至 {extra.high:+,.0f}）。{_p_text(compared.conversion, 'zh')}"
    )
    if money is not None and money.low is not None and money.high is not None:
        if money.is_significant:
            en += f" Incremental revenue {money.value:+,.2f} {currency} ({money.low:+,.2f} to {money.high:+,.2f})."
            zh += f"增量收入 {money.value:+,.2f} {currency}（{money.low:+,.2f} 至 {money.high:+,.2f}）。"
        else:
            en += " An effect on revenue is not proven."
            zh += "对收入的影响未被证实。"
    return code, en, zh


def _points(share: float) -> str:
    return f"{100 * share:+.2f}"


def _p_text(estimate: Estimate, locale: Literal["en", "zh"]) -> str:
    if estimate.p_value is None:
        return ""
    p = "p < 0.001" if estimate.p_value < 0.001 else f"p = {estimate.p_value:.3f}"
    return f"{p}." if locale == "en" else f"{p}。"
