"""What a template may say, for editors that complete it: variables, filters and tags, from the engine's own tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tributary.governance import field_facts, load_catalog, reserved_traits
from tributary.messaging.engine import PLAIN
from tributary.messaging.words import Words
from tributary.store import Session
from tributary.warehouse import Warehouse

_PLAIN_NAME = re.compile(r"[\u0080-\uFFFFa-zA-Z_][\u0080-\uFFFFa-zA-Z0-9_-]*")

_CONTEXT: Mapping[str, tuple[str, Words]] = {
    "profile.id": ("text", Words("Id of the person", "用户编号")),
    "workspace.name": ("text", Words("Name of the workspace", "工作区名称")),
    "campaign.name": ("text", Words("Name of the campaign", "活动名称")),
    "unsubscribe_url": ("text", Words("Link to unsubscribe", "退订链接")),
    "now": ("datetime", Words("The moment of sending", "发送时刻")),
}

FILTERS: Mapping[str, Words] = {
    "abs": Words("a number without its sign: | abs", "取绝对值：| abs"),
    "append": Words('puts text after it: | append: "!"', '在后面追加文字：| append: "!"'),
    "at_least": Words("no less than a number: | at_least: 1", "不小于某数：| at_least: 1"),
    "at_most": Words("no more than a number: | at_most: 99", "不大于某数：| at_most: 99"),
    "base64_decode": Words("reads Base64", "Base64 解码"),
    "base64_encode": Words("writes Base64", "Base64 编码"),
    "base64_url_safe_decode": Words("reads Base64 of addresses", "URL 安全的 Base64 解码"),
    "base64_url_safe_encode": Words("writes Base64 for addresses", "URL 安全的 Base64 编码"),
    "capitalize": Words("a capital letter first, small ones after it", "首字母大写，其余小写"),
    "ceil": Words("rounds up", "向上取整"),
    "compact": Words("a list without its empty items", "去掉列表中的空项"),
    "concat": Words("puts another list after it: | concat: other", "连接另一个列表：| concat: other"),
    "date": Words('writes a date in a form: | date: "%Y-%m-%d"', '按格式显示日期：| date: "%Y-%m-%d"'),
    "default": Words('what to print without a value: | default: "friend"', '没有值时的默认内容：| default: "朋友"'),
    "divided_by": Words("divides: | divided_by: 100", "除以：| divided_by: 100"),
    "downcase": Words("small letters", "转为小写"),
    "escape": Words("signs of HTML as text", "转义 HTML 字符"),
    "escape_once": Words("signs of HTML as text, unless they are already", "转义 HTML 字符，不重复转义"),
    "escapejs": Words("signs of JavaScript as text", "转义 JavaScript 字符"),
    "find": Words('the first item with a value: | find: "sku", "A1"', '查找第一个匹配项：| find: "sku", "A1"'),
    "find_index": Words("the place of the first item with a value", "第一个匹配项的位置"),
    "first": Words("the first item of a list", "列表的第一项"),
    "floor": Words("rounds down", "向下取整"),
    "has": Words('whether an item has a value: | has: "sku", "A1"', '是否有匹配项：| has: "sku", "A1"'),
    "join": Words('a list as text: | join: ", "', '把列表连接成文字：| join: "、"'),
    "last": Words("the last item of a list", "列表的最后一项"),
    "lstrip": Words("without spaces at the start", "去掉开头的空格"),
    "map": Words('one value of every item: | map: "name"', '取每一项的某个值：| map: "name"'),
    "minus": Words("subtracts: | minus: 1", "减去：| minus: 1"),
    "modulo": Words("the rest of a division: | modulo: 2", "取余数：| modulo: 2"),
    "newline_to_br": Words("line breaks as <br>", "把换行变成 <br>"),
    "plus": Words("adds: | plus: 1", "加上：| plus: 1"),
    "prepend": Words('puts text before it: | prepend: "¥"', '在前面加上文字：| prepend: "¥"'),
    "reject": Words("items without a value", "去掉匹配的项"),
    "remove": Words('takes text away everywhere: | remove: "-"', '删除所有指定文字：| remove: "-"'),
    "remove_first": Words("takes text away where it comes first", "删除第一处指定文字"),
    "remove_last": Words("takes text away where it comes last", "删除最后一处指定文字"),
    "replace": Words('another text instead: | replace: "a", "b"', '替换文字：| replace: "a", "b"'),
    "replace_first": Words("another text instead, where it comes first", "替换第一处文字"),
    "replace_last": Words("another text instead, where it comes last", "替换最后一处文字"),
    "reverse": Words("a list from its end", "倒序列表"),
    "round": Words("rounds: | round: 2", "四舍五入：| round: 2"),
    "rstrip": Words("without spaces at the end", "去掉结尾的空格"),
    "safe": Words("takes a value as HTML; never for what people typed", "按 HTML 原样输出；切勿用于用户填写的内容"),
    "size": Words("how many letters or items", "字符数或项数"),
    "slice": Words("a part: | slice: 0, 3", "截取一段：| slice: 0, 3"),
    "sort": Words('sorts a list: | sort: "price"', '排序列表：| sort: "price"'),
    "sort_natural": Words("sorts a list, capital and small letters alike", "排序列表，不区分大小写"),
    "split": Words('text as a list: | split: ","', '把文字拆成列表：| split: ","'),
    "squish": Words("without spaces at the ends, single ones inside", "去掉首尾空格并合并中间空格"),
    "strip": Words("without spaces at the ends", "去掉首尾空格"),
    "strip_html": Words("without HTML tags", "去掉 HTML 标签"),
    "strip_newlines": Words("without line breaks", "去掉换行"),
    "sum": Words('adds up a list: | sum: "price"', '求和：| sum: "price"'),
    "times": Words("multiplies: | times: 2", "乘以：| times: 2"),
    "truncate": Words("no more than so many letters: | truncate: 20", "截断到指定字数：| truncate: 20"),
    "truncatewords": Words("no more than so many words: | truncatewords: 5", "截断到指定词数：| truncatewords: 5"),
    "uniq": Words("a list without repetitions", "去掉列表中的重复项"),
    "upcase": Words("capital letters", "转为大写"),
    "url_decode": Words("reads text out of an address", "解码网址中的文字"),
    "url_encode": Words("makes text fit into an address", "编码后放入网址"),
    "where": Words('items with a value: | where: "paid", true', '筛选匹配的项：| where: "paid", true'),
}  # fmt: skip

# Tag → (what it does, how it is written); `‸` is where the writer goes on.
TAGS: Mapping[str, tuple[Words, str]] = {
    "if": (Words("only when something holds", "满足条件时显示"), "{% if profile.‸ %}{% else %}{% endif %}"),
    "unless": (Words("only when something does not hold", "不满足条件时显示"), "{% unless profile.‸ %}{% endunless %}"),
    "case": (
        Words("one of several", "按取值分别显示"),
        '{% case profile.‸ %}{% when "" %}{% else %}{% endcase %}',
    ),
    "for": (
        Words("once for each item of a list", "对列表逐项重复"),
        "{% for item in profile.‸ %}{{ item }}{% endfor %}",
    ),
    "tablerow": (
        Words("a table row of a list", "用列表生成表格行"),
        "{% tablerow item in profile.‸ cols: 2 %}{{ item }}{% endtablerow %}",
    ),
    "break": (Words("ends the loop", "结束循环"), "{% break %}‸"),
    "continue": (Words("goes on with the next item", "跳到下一项"), "{% continue %}‸"),
    "cycle": (Words("one value after the other in turn", "轮流输出多个值"), '{% cycle "‸", "" %}'),
    "assign": (Words("gives a value a name", "给值取名"), "{% assign ‸ = profile. %}"),
    "capture": (Words("gives text a name", "给一段文字取名"), "{% capture ‸ %}{% endcapture %}"),
    "increment": (Words("prints a number that grows by one", "输出递增的数字"), "{% increment ‸ %}"),
    "decrement": (Words("prints a number that falls by one", "输出递减的数字"), "{% decrement ‸ %}"),
    "ifchanged": (
        Words("only when it differs from before", "与上次不同时才显示"),
        "{% ifchanged %}‸{% endifchanged %}",
    ),
    "echo": (Words("prints a value", "输出一个值"), "{% echo profile.‸ %}"),
    "liquid": (Words("several tags, one on each line", "多行标签，每行一个"), "{% liquid\n‸\n%}"),
    "comment": (Words("a note that nobody gets", "注释，不会发送"), "{% comment %}‸{% endcomment %}"),
    "doc": (Words("a description that nobody gets", "说明，不会发送"), "{% doc %}‸{% enddoc %}"),
    "#": (Words("a note that nobody gets", "注释，不会发送"), "{% # ‸ %}"),
    "raw": (Words("text that is not read as Liquid", "按原样输出，不作为 Liquid"), "{% raw %}‸{% endraw %}"),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that a template can print, as it writes it. `coverage` is the share of people who have one, if known."""

    name: str
    type: str
    label: Words
    is_personal: bool
    coverage: float | None


def variables_of(session: Session, warehouse: Warehouse, workspace_id: int, now: datetime) -> list[Variable]:
    """What templates of a workspace can print: the traits that its profiles have, and a few more."""
    traits = load_catalog(session, workspace_id).traits
    reserved = reserved_traits()
    coverage = field_facts(warehouse, workspace_id, now).traits
    found = [
        Variable(
            name=f"profile.{name}" if _PLAIN_NAME.fullmatch(name) else f'profile["{name}"]',
            type=str(field.type.value),
            label=Words(reserved[name].label["en"], reserved[name].label["zh"])
            if name in reserved
            else Words(name, name),
            is_personal=name in reserved and reserved[name].is_pii,
            coverage=None if coverage is None else coverage.get(name, 0.0),
        )
        for name, field in sorted(traits.items())
        if '"' not in name
    ]
    found.sort(key=lambda each: -(each.coverage or 0))
    return found + [Variable(name, type_, label, False, None) for name, (type_, label) in _CONTEXT.items()]


def filter_names() -> list[str]:
    """The filters of the engine, by name."""
    return sorted(PLAIN.filters)


def tag_names() -> list[str]:
    """The tags of the engine that begin something, by name."""
    return sorted({*PLAIN.tags, "raw"} - {"content", "output", "illegal"})
