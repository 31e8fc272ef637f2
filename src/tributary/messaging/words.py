"""Sentences in both languages: what is wrong with a template, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tributary.rules import Locale, did_you_mean


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence or two in English and in Chinese."""

    en: str
    zh: str

    def of(self, locale: Locale) -> str:
        """The sentence in a language."""
        return self.zh if locale == "zh" else self.en

    def format(self, *facts: object) -> Words:
        """The same with `{}` filled in, in both languages."""
        return Words(self.en.format(*facts), self.zh.format(*facts))

    def after(self, first: Words) -> Words:
        """The same with another sentence before it, if that is not empty."""
        return Words(f"{first.en} {self.en}".strip(), f"{first.zh}{self.zh}")


NOTHING = Words("", "")


def near_words(wrong: str, known: Iterable[str]) -> Words:
    """`Did you mean “…”?`, or nothing when none is near."""
    en = did_you_mean(wrong, known)
    near = re.findall("“([^”]*)”", en)
    return Words(en, f"是否想写 {' 或 '.join(f'“{word}”' for word in near)}？") if near else NOTHING


# ---- templates: reason → (what is wrong, what to do)
TEMPLATE: Mapping[str, tuple[Words, Words]] = {
    "too_large": (
        Words("The template has more than {} characters.", "模板超过 {} 个字符。"),
        Words("Shorten it; link images, do not embed them.", "请缩短内容；图片请使用链接，不要内嵌。"),
    ),
    "too_many_tags": (
        Words("The template has more than {} tags.", "模板的标签超过 {} 个。"),
        Words("Use fewer, for example with a loop.", "请减少标签，例如改用循环。"),
    ),
    "tag_too_long": (
        Words("this tag has more than {} characters.", "该标签超过 {} 个字符。"),
        Words("Take it apart into several, with assign.", "请用 assign 拆成多个标签。"),
    ),
    "unknown_filter": (
        Words("there is no filter '{}'.", "没有名为 “{}” 的过滤器。"),
        Words("Use a filter of standard Liquid.", "请使用标准 Liquid 过滤器。"),
    ),
    "unknown_tag": (
        Words("there is no tag '{}'.", "没有名为 “{}” 的标签。"),
        Words("Use a tag of standard Liquid.", "请使用标准 Liquid 标签。"),
    ),
    "no_files": (
        Words("this needs another template.", "此处引用了其他模板。"),
        Words("Templates cannot include others; put the text here.", "模板不能引用其他模板，请把内容直接写在这里。"),
    ),
    "missing_value": (
        Words("{} has no value.", "{} 没有值。"),
        Words(
            'Give a fallback: {{{{ {0} | default: "…" }}}}, or ask first: {{% if {0} %}}…{{% endif %}}.',
            '请提供默认值：{{{{ {0} | default: "…" }}}}，或先判断：{{% if {0} %}}…{{% endif %}}。',
        ),
    ),
    "calculation": (
        Words("The template cannot be calculated ({}).", "模板无法计算（{}）。"),
        Words(
            "Check the filters and the types of the values they get.",
            "请检查过滤器及其所处理值的类型。",
        ),
    ),
    "limit": (
        Words("The template does too much ({}).", "模板的运算量或输出过大（{}）。"),
        Words("Loop over less, or print less.", "请减少循环次数或输出内容。"),
    ),
    "syntax": (
        Words("the Liquid cannot be read here ({}).", "此处的 Liquid 无法识别（{}）。"),
        Words("Correct the Liquid at this place.", "请修正此处的 Liquid。"),
    ),
}

_FIX = TEMPLATE["syntax"][1]
# What the engine says of a mistake → (what is wrong, what to do); groups of the pattern fill the braces.
_SYNTAX: tuple[tuple[re.Pattern[str], Words, Words], ...] = (
    (
        re.compile(r"expected '(}}|%})', found end of file"),
        Words("this tag is not closed: “{}” is missing.", "标签没有闭合：缺少 “{}”。"),
        Words("Close the tag, or write a single brace if none is meant.", "请补上结尾；如果不是标签，只写一个花括号。"),
    ),
    (
        re.compile(r"expected tag '?(end\w+)'?, found"),
        Words("this tag is not ended: {{% {} %}} is missing.", "这个标签没有结束：缺少 {{% {} %}}。"),
        Words("Put the end where the part that depends on it ends.", "请在相应内容之后补上结束标签。"),
    ),
    (
        re.compile(r"unexpected tag '(\w+)'"),
        Words("{{% {} %}} stands here without its beginning.", "{{% {} %}} 前面没有对应的开始标签。"),
        Words("Put the beginning before it, or remove it.", "请在前面补上开始标签，或删除它。"),
    ),
    (
        re.compile(
            r"missing expression|found end of expression|missing tag name|missing or unexpected path|found '\.\.'"
        ),
        Words("something is missing in this tag.", "标签内容不完整。"),
        Words(
            "Write a value, such as profile.firstName, and after “|” a filter.",
            "请写上变量，例如 profile.firstName；“|” 之后写过滤器。",
        ),
    ),
    (
        re.compile(r"expected end of expression, found"),
        Words("there is something too much in this tag.", "标签里有多余的内容。"),
        Words("Put “|” before a filter, and “:” before its argument.", "过滤器前请写 “|”，参数前请写 “:”。"),
    ),
    (
        re.compile(r"unexpected (?:'(.)'|\"(.)\")"),
        Words("the sign {} does not belong here.", "此处不应出现字符 {}。"),
        Words("Remove it, or close the quotation marks.", "请删除该字符，或补全引号。"),
    ),
    (
        re.compile(r"(\w+)\(\) missing \d+ required"),
        Words("the filter {} needs an argument.", "过滤器 {} 缺少参数。"),
        Words("Write it after a colon: | plus: 1.", "请在冒号后写参数：| plus: 1。"),
    ),
    (
        re.compile(r"(\w+) expected (?:an integer|a number)"),
        Words("the filter {} needs a number here.", "过滤器 {} 在此处需要数字。"),
        Words("Give it a number without quotation marks.", "请填写不带引号的数字。"),
    ),
    (
        re.compile(r"divide by 0"),
        Words("this divides by 0.", "除数为 0。"),
        Words("Ask before whether the number is 0.", "请先判断该数是否为 0。"),
    ),
)


def failure_words(failure: str) -> Words:
    """Why the message fails for some people, of what `CampaignCheck.would_fail` counts by: reason, maybe variable."""
    reason, _, variable = failure.partition(":")
    if reason == "missing_value":
        return Words(f"{variable} has no value", f"{variable} 没有值")
    return _FAILURES.get(reason, Words(reason.replace("_", " "), reason))


_FAILURES: Mapping[str, Words] = {
    "syntax": Words("a value does not fit its filter", "值与过滤器不匹配"),
    "calculation": Words("the template cannot be calculated", "模板无法计算"),
    "limit": Words("the template does too much", "模板的运算量或输出过大"),
    "too_large": Words("the template is too large", "模板过大"),
}


def template_words(reason: str, fact: str = "", hint: Words = NOTHING) -> tuple[Words, Words]:
    """What is wrong and what to do. `fact` is the name, size or detail in question; a `hint` is the better cure."""
    if reason == "syntax":
        for pattern, message, cure in _SYNTAX:
            if found := pattern.search(fact):
                return message.format(*[group for group in found.groups() if group]), cure
        return TEMPLATE["syntax"][0].format(fact), _FIX
    message, cure = TEMPLATE[reason]
    return message.format(fact), (hint if hint != NOTHING and reason.startswith("unknown") else cure.format(fact))
