"""What is wrong with a campaign's content whoever gets it: unfinished parts, templates, links, habits of bad mail."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tributary.messaging.blocks import (
    Block,
    ButtonBlock,
    ColumnsBlock,
    FooterBlock,
    HeadingBlock,
    ImageBlock,
    TextBlock,
)
from tributary.messaging.compose import broken_fields, template_of
from tributary.messaging.content import HOLDOUT, ArmContent, Content
from tributary.messaging.layout import arm_source
from tributary.messaging.markup import links_of
from tributary.messaging.source import line_and_column
from tributary.messaging.tags import without_tags
from tributary.messaging.templates import NAMES, MessageTemplate, TemplateError
from tributary.messaging.words import NOTHING, Words, near_words

CLIP_BYTES = 102 * 1024  # Gmail cuts an HTML part off here
MAX_SUBJECT = 70  # columns, of which a Chinese letter takes two; phones show about half of it
_HTML_TAG = re.compile(r"<(?P<name>img|area|a)(?=[\s/>])(?P<rest>[^<>]{0,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_SCHEME = re.compile(r"\s*([a-zA-Z][a-zA-Z0-9+.-]*):")

Severity = Literal["error", "warning"]

# code → (severity, what is wrong, what to do)
_PROBLEMS: Mapping[str, tuple[Severity, Words, Words]] = {
    "no_subject": (
        "error",
        Words("The message has no subject.", "邮件没有主题。"),
        Words("Write one.", "请填写主题。"),
    ),
    "no_message": (
        "error",
        Words("There is no message yet.", "还没有邮件内容。"),
        Words("Add a block, or write the HTML or the text part.", "请添加内容块，或填写 HTML 或纯文本内容。"),
    ),
    "no_weight": (
        "error",
        Words(
            "Nobody would get anything: no arm with a message has a share.",
            "没有任何带内容的分组分到人群，无人会收到邮件。",
        ),
        Words("Give an arm a share above 0.", "请给至少一个分组设置大于 0 的比例。"),
    ),
    "template": ("error", NOTHING, NOTHING),
    "no_unsubscribe_link": (
        "error",
        Words("The message has no link to unsubscribe.", "邮件中没有退订链接。"),
        Words(
            'Add a footer, or put a link into it: <a href="{{{{ unsubscribe_url }}}}">Unsubscribe</a>.',
            '请添加页脚，或写入退订链接：<a href="{{{{ unsubscribe_url }}}}">退订</a>。',
        ),
    ),
    "button_without_link": (
        "error",
        Words("The button leads nowhere.", "按钮没有链接。"),
        Words("Give it an address.", "请填写链接地址。"),
    ),
    "button_without_text": (
        "error",
        Words("The button has no text.", "按钮没有文字。"),
        Words("Say what happens on a click.", "请写明点击后会怎样。"),
    ),
    "image_without_address": (
        "error",
        Words("The picture has no address, so it is left out.", "图片没有地址，不会显示。"),
        Words("Give the address of the picture, or remove the block.", "请填写图片地址，或删除该内容块。"),
    ),
    "image_without_text": (
        "error",
        Words("A picture has no alternative text.", "图片没有替代文字。"),
        Words(
            "Say in a few words what it shows, for those who do not load pictures.",
            "请用几个字说明图片内容，供不加载图片的收件人阅读。",
        ),
    ),
    "link_unusable": (
        "error",
        Words("“{}” is no address that a mail can link to.", "“{}” 不是可用的链接地址。"),
        Words("Write the whole address, beginning with https://.", "请填写以 https:// 开头的完整地址。"),
    ),
    "link_not_https": (
        "warning",
        Words("“{}” is not encrypted.", "“{}” 不是加密链接。"),
        Words(
            "Use https://; many mail programs warn of http://.", "请使用 https://；许多邮箱会对 http:// 链接提示风险。"
        ),
    ),
    "empty_block": (
        "warning",
        Words("This block is empty.", "该内容块为空。"),
        Words("Write something, or remove it.", "请填写内容，或删除它。"),
    ),
    "subject_too_long": (
        "warning",
        Words("The subject is longer than mail programs show.", "主题过长，邮箱列表中会被截断。"),
        Words("Say the main thing in the first 35 letters.", "请把重点放在前 17 个汉字内。"),
    ),
    "subject_like_spam": (
        "warning",
        Words("The subject looks like spam: {}.", "主题容易被判为垃圾邮件：{}。"),
        Words("Write it as to a person.", "请像写给熟人一样措辞。"),
    ),
    "unknown_trait": (
        "warning",
        Words("No profile here has the trait “{}”, which the message uses.", "没有任何用户具有邮件所用的属性 “{}”。"),
        Words("Correct the name, or give it a fallback with `default`.", "请改正名称，或用 default 提供默认值。"),
    ),
    "unknown_name": (
        "warning",
        Words("A message cannot see “{}”.", "邮件模板中没有 “{}”。"),
        Words(
            "Traits are written profile.<name>; also there are workspace.name, campaign.name, unsubscribe_url and now.",
            "用户属性写作 profile.<名称>；此外还有 workspace.name、campaign.name、unsubscribe_url 和 now。",
        ),
    ),
    "clipped": (
        "warning",
        Words("Gmail cuts the message off at 102 KB; it has {} KB.", "邮件有 {} KB，Gmail 会在 102 KB 处截断。"),
        Words("Shorten the message, or use fewer blocks.", "请缩短内容或减少内容块。"),
    ),
    "no_holdout": (
        "warning",
        Words(
            "There is no holdout, so the effect cannot be measured: conversions will be attributed, not causal.",
            "没有对照组，无法衡量真实效果：转化只能归因，不能证明因果。",
        ),
        Words("Add an arm named holdout with a small weight.", "请添加名为 holdout 的对照组，并给它一小部分比例。"),
    ),
    "no_goal": (
        "warning",
        Words("There is no goal, so conversions are not counted.", "没有设置目标，不会统计转化。"),
        Words("Name the event that the campaign is meant to cause.", "请选择活动希望促成的事件。"),
    ),
    "no_audience": (
        "error",
        Words("Nobody was chosen to get it yet.", "还没有选择人群。"),
        Words("Choose an audience.", "请选择一个人群。"),
    ),
    "audience_archived": (
        "error",
        Words("The audience is archived.", "人群已归档。"),
        Words("Bring it back, or choose another one.", "请恢复该人群，或选择其他人群。"),
    ),
    "audience_not_computed": (
        "error",
        Words("The audience has never been computed.", "人群还没有计算过。"),
        Words("Refresh the audience first.", "请先刷新人群。"),
    ),
    "audience_empty": (
        "error",
        Words("The audience is empty.", "人群为空。"),
        Words("Widen its rule or choose another audience.", "请放宽人群规则，或选择其他人群。"),
    ),
    "nobody_reachable": (
        "error",
        Words("Nobody of those tried would get a message.", "试算的人中没有一个会收到邮件。"),
        Words("See the reasons; most often consent has not been recorded.", "请查看原因；最常见的是没有记录授权同意。"),
    ),
    "would_fail": (
        "warning",
        Words(
            "{} of {} people tried would get nothing, because the message cannot be rendered for them.",
            "试算的 {1} 人中有 {0} 人收不到邮件，因为模板无法为他们渲染。",
        ),
        Words("Give the missing values a fallback with `default`.", "请用 default 为缺失的值提供默认值。"),
    ),
    "no_fallback": (
        "warning",
        Words(
            "{} of {} people of the audience have no {} and would get nothing.",
            "人群 {1} 人中有 {0} 人没有 {2}，将收不到邮件。",
        ),
        Words('Give it a fallback: {{{{ {2} | default: "…" }}}}.', '请提供默认值：{{{{ {2} | default: "…" }}}}。'),
    ),
}


@dataclass(frozen=True, slots=True)
class CheckProblem:
    """Something to mend before the launch (`error`) or to know (`warning`).

    `path` points into the campaign: `arms[0].blocks[3].text`, `audience_id`. `line`, `column` and `length` count
    characters in the text that it points at, from 1; None: it is about all of it.
    """

    severity: Severity
    code: str
    path: str
    message: Words
    cure: Words
    line: int | None = None
    column: int | None = None
    length: int | None = None
    variable: str = ""


def problem_of(
    code: str, path: str, *facts: object, hint: Words = NOTHING, severity: Severity | None = None
) -> CheckProblem:
    """A problem in words. `facts` fill the sentences, `hint` goes before the general cure."""
    usual, message, cure = _PROBLEMS[code]
    return CheckProblem(severity or usual, code, path, message.format(*facts), cure.format(*facts).after(hint))


def template_problem(arm_path: str, exc: TemplateError, *, severity: Severity = "error") -> CheckProblem:
    """A complaint of the template engine as a problem; its code is the complaint's reason."""
    return CheckProblem(
        severity, exc.reason, f"{arm_path}.{exc.path}", exc.words, exc.cures, exc.line, exc.column, exc.length,
        exc.variable,
    )  # fmt: skip


def split_problems(content: Content) -> Iterator[CheckProblem]:
    """What is wrong with the arms together, and with the goal."""
    if not any(arm.weight and arm.name != HOLDOUT for arm in content.arms):
        yield problem_of("no_weight", "arms")
    if not content.has_holdout:
        yield problem_of("no_holdout", "arms")
    if content.goal is None:
        yield problem_of("no_goal", "goal")


def arm_problems(content: Content, index: int, traits: Collection[str]) -> list[CheckProblem]:
    """All that is wrong with one arm whoever gets it. `traits` are the names that profiles have here."""
    arm = content.arms[index]
    if arm.name == HOLDOUT:
        return []
    path = f"arms[{index}]"
    found: list[CheckProblem] = []
    if not arm.subject.strip():
        found.append(problem_of("no_subject", f"{path}.subject"))
    if not arm.has_message:
        found.append(problem_of("no_message", f"{path}.{'blocks' if arm.blocks is not None else 'html'}"))
    source = arm_source(arm, content.theme)
    broken = broken_fields(arm, source)
    found += [template_problem(path, exc) for mistakes in broken.values() for exc in mistakes]
    found += _habits(path, arm)
    if broken:
        return found
    try:
        template = template_of(arm, source)
    except TemplateError as exc:  # each field is right, and all together are too much
        return [*found, template_problem(path, exc)]
    if arm.has_message:
        found += _names(path, template, traits)
        if not any(
            ("unsubscribe_url",) in names for part, names in template.paths().items() if part in ("html", "text")
        ):
            place = "blocks" if arm.blocks is not None else "html" if arm.html else "text"
            found.append(problem_of("no_unsubscribe_link", f"{path}.{place}"))
    size = len(source.html.text.encode()) if source.html else 0
    if size > CLIP_BYTES:
        place = "blocks" if arm.blocks is not None else "html"
        found.append(problem_of("clipped", f"{path}.{place}", size // 1024))
    return found


def _names(path: str, template: MessageTemplate, traits: Collection[str]) -> Iterator[CheckProblem]:
    """What a template reads although nothing has this name: it is missing for everybody."""
    known = {*traits, "id"}
    seen: set[tuple[str, str]] = set()
    for (root, *rest), part, source, index in template.reads():
        place = source.place(index)
        field = place.path if place else part
        name = ".".join([root, *rest])
        if root == "profile":
            if not rest or rest[0] in known:
                continue
            found = problem_of("unknown_trait", f"{path}.{field}", rest[0], hint=near_words(rest[0], known))
        elif root not in NAMES or (rest and rest[0] not in NAMES[root]):
            possible = [*NAMES, *(f"{each}.{part}" for each, parts in NAMES.items() for part in parts)]
            hint = near_words(name, [*possible, *(f"profile.{trait}" for trait in known)])
            found = problem_of("unknown_name", f"{path}.{field}", name, hint=hint)
        else:
            continue
        if (field, name) in seen:
            continue
        seen.add((field, name))
        line, column = line_and_column(source.fields[place.path], place.offset) if place else (None, None)
        yield CheckProblem(
            found.severity, found.code, found.path, found.message, found.cure, line, column, len(name), name
        )


def _habits(path: str, arm: ArmContent) -> Iterator[CheckProblem]:
    yield from _subject(f"{path}.subject", arm.subject)
    if arm.blocks is None:
        yield from _html(f"{path}.html", arm.html)
        return
    for index, block in enumerate(arm.blocks):
        yield from _block(f"{path}.blocks[{index}]", block)


def _subject(path: str, subject: str) -> Iterator[CheckProblem]:
    text = without_tags(subject)
    if sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text) > MAX_SUBJECT:
        yield problem_of("subject_too_long", path)
    letters = [letter for letter in text if letter.isascii() and letter.isalpha()]
    if len(letters) >= 8 and sum(letter.isupper() for letter in letters) > 0.6 * len(letters):
        yield _spam(path, Words("it shouts in capital letters", "大写字母过多"))
    if len(re.findall("[!！]", text)) > 1:
        yield _spam(path, Words("more than one exclamation mark", "感叹号过多"))


def _spam(path: str, why: Words) -> CheckProblem:
    severity, message, cure = _PROBLEMS["subject_like_spam"]
    says = Words(message.en.format(why.en), message.zh.format(why.zh))
    return CheckProblem(severity, "subject_like_spam", path, says, cure)


def _block(path: str, block: Block) -> Iterator[CheckProblem]:
    match block:
        case HeadingBlock() | TextBlock():
            if not block.text.strip():
                yield problem_of("empty_block", f"{path}.text")
            for href, offset in links_of(block.text):
                yield from _placed(_link(f"{path}.text", href), block.text, offset, len(href))
        case ButtonBlock():
            if not block.text.strip():
                yield problem_of("button_without_text", f"{path}.text")
            if not block.href.strip():
                yield problem_of("button_without_link", f"{path}.href")
            yield from _link(f"{path}.href", block.href)
        case ImageBlock():
            if not block.src.strip():
                yield problem_of("image_without_address", f"{path}.src")
            elif not block.alt.strip():
                yield problem_of("image_without_text", f"{path}.alt")
            yield from _link(f"{path}.src", block.src)
            yield from _link(f"{path}.href", block.href)
        case ColumnsBlock():
            for side, column in enumerate(block.columns):
                if not column:
                    yield problem_of("empty_block", f"{path}.columns[{side}]")
                for at, inner in enumerate(column):
                    yield from _block(f"{path}.columns[{side}][{at}]", inner)
        case FooterBlock() if not (block.company.strip() or block.address.strip()):
            yield problem_of("empty_block", f"{path}.company")
        case _:
            pass


def _link(path: str, href: str) -> Iterator[CheckProblem]:
    """An address as it is written; one that begins with a value is only known for a person."""
    text = href.strip()
    if not text or text.startswith("{"):
        return
    shown = text if len(text) <= 80 else text[:79] + "…"
    scheme = _SCHEME.match(text)
    kind = scheme[1].lower() if scheme else ""
    if kind == "http":
        yield problem_of("link_not_https", path, shown)
    elif kind not in ("https", "mailto", "tel") or (
        kind == "https" and not re.match(r"https://[^/\s]", text, re.IGNORECASE)
    ):
        yield problem_of("link_unusable", path, shown)


def _placed(problems: Iterator[CheckProblem], text: str, offset: int, length: int) -> Iterator[CheckProblem]:
    line, column = line_and_column(text, offset)
    for each in problems:
        yield CheckProblem(each.severity, each.code, each.path, each.message, each.cure, line, column, length)


def _html(path: str, source: str) -> Iterator[CheckProblem]:
    """Pictures and links of HTML that was written by hand.

    Looked for by a pattern and not by a parser: that takes minutes for some texts, and somebody waits. Liquid is
    blanked before, because a `>` in it would end an HTML tag.
    """
    for tag in _HTML_TAG.finditer(without_tags(source, "{")):
        attributes = {name.lower(): one or two or bare for name, one, two, bare in _ATTRIBUTE.findall(tag["rest"])}
        problems: list[CheckProblem] = []
        if tag["name"].lower() == "img":
            if "alt" not in attributes:
                problems.append(problem_of("image_without_text", path))
        elif (href := html.unescape(attributes.get("href", ""))) and not href.startswith("#"):
            problems += _link(path, href)
        line, column = line_and_column(source, tag.start())
        for each in problems:
            yield CheckProblem("warning", each.code, path, each.message, each.cure, line, column, len(tag[0]))
