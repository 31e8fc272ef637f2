"""The words of explanations, in English and in Chinese. Templates take names and values as arguments, never as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tributary.rules.tree import Op, Unit

Locale = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that differs between languages.

    `units` and `times` give (one, many). `operators` and `comparisons` complete “X …”; `counts` completes “did X …”.
    """

    both: str
    either: str
    nested: str
    negation: str
    everyone: str
    nobody: str
    yes: str
    no: str
    text: str
    values: str
    more: str
    any_case: str
    trait: str
    tag: str
    property: str
    audience: Mapping[str, str]
    random: str
    did: str
    did_not: str
    filtered: str
    aggregate: str
    functions: Mapping[str, str]
    regular: str
    time: Mapping[str, str]
    measure: str
    measure_count: str
    windows: Mapping[str, str]
    units: Mapping[Unit, tuple[str, str]]
    operators: Mapping[Op, str]
    comparisons: Mapping[str, str]
    counts: Mapping[str, str]
    times: tuple[str, str]


_EN = Wording(
    both=" and ",
    either=" or ",
    nested="({})",
    negation="not ({})",
    everyone="everyone",
    nobody="nobody",
    yes="true",
    no="false",
    text="“{}”",
    values=", ",
    more=" and {rest} more",
    any_case=" (in any letter case)",
    trait="{name} {test}",
    tag="tag “{name}” {test}",
    property="{name} {test}",
    audience={"in": "in the audience “{name}”", "not_in": "not in the audience “{name}”"},
    random="in the random share from {low}% to {high}% of “{salt}”",
    did="did {event}{count}{window}{where}",
    did_not="did not do {event}{window}{where}",
    filtered=" (where {})",
    aggregate="{function} {property} over {event}{window}{where} {test}",
    functions={
        "sum": "the sum of",
        "avg": "the average of",
        "min": "the smallest",
        "max": "the largest",
        "distinct": "the number of different values of",
        "first": "the first",
        "last": "the last",
    },
    regular="did {event}{where} in at least {number} of the last {span}",
    time={
        "first_time": "the first time of {event}{where} {test}",
        "last_time": "the last time of {event}{where} {test}",
    },
    measure="{function} {property} over {event}{window}{where}",
    measure_count="the number of {event}{window}{where}",
    windows={
        "last": " in the last {value}",
        "ago": " between {least} and {most} ago",
        "between": " from {start} to {end}",
        "since": " since {start}",
        "until": " until {end}",
    },
    units={
        Unit.HOURS: ("{} hour", "{} hours"),
        Unit.DAYS: ("{} day", "{} days"),
        Unit.WEEKS: ("{} week", "{} weeks"),
        Unit.MONTHS: ("{} month", "{} months"),
    },
    operators={
        Op.IS: "is {value}",
        Op.IS_NOT: "is not {value}",
        Op.IN: "is one of {value}",
        Op.NOT_IN: "is none of {value}",
        Op.CONTAINS: "contains {value}",
        Op.NOT_CONTAINS: "does not contain {value}",
        Op.STARTS_WITH: "starts with {value}",
        Op.ENDS_WITH: "ends with {value}",
        Op.LT: "is less than {value}",
        Op.LTE: "is at most {value}",
        Op.GT: "is more than {value}",
        Op.GTE: "is at least {value}",
        Op.BETWEEN: "is between {low} and {high}",
        Op.ON: "is on {value}",
        Op.BEFORE: "is before {value}",
        Op.AFTER: "is after {value}",
        Op.IN_LAST: "is within the last {value}",
        Op.NOT_IN_LAST: "is not within the last {value}",
        Op.MORE_THAN_AGO: "is more than {value} ago",
        Op.IN_NEXT: "is within the next {value}",
        Op.ANNIVERSARY_TODAY: "has its anniversary today",
        Op.ANNIVERSARY_IN_NEXT: "has its anniversary within the next {value}",
        Op.HAS_ANY: "has any of {value}",
        Op.HAS_ALL: "has all of {value}",
        Op.HAS_NONE: "has none of {value}",
        Op.LENGTH: "has a number of entries that {value}",
        Op.IS_SET: "is known",
        Op.IS_NOT_SET: "is not known",
    },
    comparisons={
        "is": "is {low}",
        "is_not": "is not {low}",
        "lt": "is less than {low}",
        "lte": "is at most {low}",
        "gt": "is more than {low}",
        "gte": "is at least {low}",
        "between": "is between {low} and {high}",
    },
    counts={
        "is": " exactly {times}",
        "is_not": " not exactly {times}",
        "lt": " fewer than {times}",
        "lte": " at most {times}",
        "gt": " more than {times}",
        "gte": " at least {times}",
        "between": " {low} to {times}",
    },
    times=("{} time", "{} times"),
)

_ZH = Wording(
    both="，并且",
    either="，或者",
    nested="（{}）",
    negation="不满足（{}）",
    everyone="所有用户",
    nobody="没有用户",
    yes="是",
    no="否",
    text="“{}”",
    values="、",
    more="等 {total} 个值",
    any_case="（不区分大小写）",
    trait="用户属性「{name}」{test}",
    tag="标签「{name}」{test}",
    property="「{name}」{test}",
    audience={"in": "属于人群「{name}」", "not_in": "不属于人群「{name}」"},
    random="处于随机分流「{salt}」的 {low}% 到 {high}%",
    did="{window}做过「{event}」{where}{count}",
    did_not="{window}没有做过「{event}」{where}",
    filtered="（其中{}）",
    aggregate="{window}「{event}」{where}的「{property}」{function}{test}",
    functions={
        "sum": "之和",
        "avg": "平均值",
        "min": "最小值",
        "max": "最大值",
        "distinct": "去重数",
        "first": "首次值",
        "last": "末次值",
    },
    regular="最近 {span}中至少有 {least}做过「{event}」{where}",
    time={
        "first_time": "首次「{event}」{where}的时间{test}",
        "last_time": "末次「{event}」{where}的时间{test}",
    },
    measure="{window}「{event}」{where}的「{property}」{function}",
    measure_count="{window}「{event}」{where}的次数",
    windows={
        "last": "最近 {value}内",
        "ago": "{most}前至 {least}前",
        "between": "从 {start} 到 {end} ",
        "since": "自 {start} 起",
        "until": "截至 {end} ",
    },
    units={
        Unit.HOURS: ("{} 小时", "{} 小时"),
        Unit.DAYS: ("{} 天", "{} 天"),
        Unit.WEEKS: ("{} 周", "{} 周"),
        Unit.MONTHS: ("{} 个月", "{} 个月"),
    },
    operators={
        Op.IS: "等于 {value}",
        Op.IS_NOT: "不等于 {value}",
        Op.IN: "是 {value} 之一",
        Op.NOT_IN: "不是 {value} 中的任何一个",
        Op.CONTAINS: "包含 {value}",
        Op.NOT_CONTAINS: "不包含 {value}",
        Op.STARTS_WITH: "以 {value} 开头",
        Op.ENDS_WITH: "以 {value} 结尾",
        Op.LT: "小于 {value}",
        Op.LTE: "不大于 {value}",
        Op.GT: "大于 {value}",
        Op.GTE: "不小于 {value}",
        Op.BETWEEN: "在 {low} 到 {high} 之间",
        Op.ON: "是 {value} 当天",
        Op.BEFORE: "早于 {value}",
        Op.AFTER: "晚于 {value}",
        Op.IN_LAST: "在最近 {value}内",
        Op.NOT_IN_LAST: "不在最近 {value}内",
        Op.MORE_THAN_AGO: "在 {value}以前",
        Op.IN_NEXT: "在未来 {value}内",
        Op.ANNIVERSARY_TODAY: "的周年日是今天",
        Op.ANNIVERSARY_IN_NEXT: "的周年日在未来 {value}内",
        Op.HAS_ANY: "含有 {value} 中的任意一个",
        Op.HAS_ALL: "同时含有 {value}",
        Op.HAS_NONE: "不含 {value} 中的任何一个",
        Op.LENGTH: "的元素个数{value}",
        Op.IS_SET: "有值",
        Op.IS_NOT_SET: "没有值",
    },
    comparisons={
        "is": "等于 {low}",
        "is_not": "不等于 {low}",
        "lt": "小于 {low}",
        "lte": "不大于 {low}",
        "gt": "大于 {low}",
        "gte": "不小于 {low}",
        "between": "在 {low} 到 {high} 之间",
    },
    counts={
        "is": "恰好 {times}",
        "is_not": "不是恰好 {times}",
        "lt": "少于 {times}",
        "lte": "至多 {times}",
        "gt": "多于 {times}",
        "gte": "至少 {times}",
        "between": " {low} 到 {times}",
    },
    times=("{} 次", "{} 次"),
)

WORDINGS: Mapping[Locale, Wording] = {"en": _EN, "zh": _ZH}
