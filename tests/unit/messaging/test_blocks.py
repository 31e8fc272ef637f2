"""Blocks: what somebody wrote arrives as written, whatever signs are in it, and every Liquid tag keeps its place."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tributary.messaging import Content
from tributary.messaging.blocks import Theme
from tributary.messaging.compose import broken_fields, template_of
from tributary.messaging.content import ArmContent
from tributary.messaging.engine import PLAIN
from tributary.messaging.layout import arm_source
from tributary.messaging.links import text_of
from tributary.messaging.templates import template_data
from tributary.messaging.vocabulary import FILTERS, TAGS, filter_names, tag_names

# Letters that mean something to HTML, XML, MJML, Liquid or the markup, and some that do not.
SIGNS = st.text(st.sampled_from(list("ab 你好，<>&\"'{}%#|/\\*[]()-.`;=\n\t\ufffczq0123456789é🎁")), max_size=30)
VALUES = st.text(st.sampled_from(list("ab<>&\"'你{}%*[]()\\")), max_size=12)


def arm(*blocks, **fields):
    return ArmContent.model_validate({"name": "a", "weight": 1, "subject": "s", **fields, "blocks": list(blocks)})


def rendered(content, **profile):
    source = arm_source(content, Theme())
    assert broken_fields(content, source) == {}
    data = template_data(
        profile=profile, profile_id="prf_1", workspace_name="店", campaign_name="c", unsubscribe_url="https://x.cn/u",
        now=datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip
    return template_of(content, source).render(data)


class _Page(HTMLParser):
    """Reads the texts of a page's cells, and the attributes of its links and pictures."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.texts, self.links, self.pictures, self.tags = [], [], [], []
        self._depth = 0
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        if tag == "img":
            self.pictures.append(dict(attrs))
        if tag == "h2":
            self._depth += 1

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        if tag == "h2":
            self._depth -= 1

    def handle_data(self, data):
        if self._depth:
            self.texts.append(data)


def has_no_liquid(text):
    return not re.search(r"\{\{|\{%", text)


def escaped(text):
    """The text with every sign that the markup knows taken its meaning."""
    return re.sub(r"([\\*\[\]().\-])", r"\\\1", text)


@given(SIGNS.filter(has_no_liquid), VALUES)
@example('a & b < "c" {x} zzq0qzz', '<b>"&')
@settings(max_examples=150, deadline=None)
def test_what_is_written_and_what_is_known_of_a_person_arrive_as_text(written, value):
    line = written.replace("\n", " ").removesuffix("{")  # a third brace before a tag would belong to it
    content = arm(
        {"kind": "heading", "level": 2, "text": f"{escaped(line)}{{{{ profile.x }}}}{escaped(line)}"},
        {"kind": "button", "text": "go", "href": f"https://a.cn/?q={line}{{{{ profile.x }}}}"},
        {"kind": "image", "src": "https://a.cn/a.png", "alt": f"{line}{{{{ profile.x }}}}"},
    )
    message = rendered(content, x=value)
    page = _Page(message.html)
    assert "".join(page.texts) == f"{line}{value}{line}"
    assert page.links == [f"https://a.cn/?q={line}{value}"]
    assert [picture["alt"] for picture in page.pictures] == [f"{line}{value}"]
    assert f"{line}{value}{line}".strip() in message.text


@given(st.lists(SIGNS, min_size=1, max_size=4), st.lists(VALUES, min_size=1, max_size=3))
@example(["{", "{ now }}"], [""])
@example(["{**", "**{ now }}"], [""])
@settings(max_examples=150, deadline=None)
def test_marks_never_make_liquid_of_what_is_none_and_keep_all_that_is(texts, literals):
    """Whatever is written around it, each tag comes out letter by letter, once, and nothing else looks like one."""
    texts = [re.sub(r"[{%}]", lambda sign: sign[0] + " ", text) for text in texts]
    tags = [f'{{{{ profile.x{index} | default: "{re.sub("[{}%]", "", literal.replace(chr(34), ""))}" }}}}'
            for index, literal in enumerate(literals)]  # fmt: skip
    written = "".join(text + tag for text, tag in zip(texts, [*tags, "", "", ""], strict=False))
    content = arm({"kind": "text", "text": written})
    source = arm_source(content, Theme())
    for part in (source.html, source.text):
        found = re.findall(r"\{\{.*?\}\}|\{%.*?%\}", part.text, re.DOTALL)
        assert [tag for tag in found if tag not in ("{{ '{' }}", "{{ unsubscribe_url }}")] == re.findall(
            r"\{\{.*?\}\}", written
        )
        for tag in re.finditer(r"\{\{ profile.*?\}\}", part.text):
            place = part.place(tag.start())
            assert place.path == "blocks[0].text"
            assert written.startswith(tag[0], place.offset)


@given(SIGNS)
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_saved_compiled_and_shown(written):
    """Also while it is being written, when half of a tag stands there."""
    content = arm(
        {"kind": "text", "text": written}, {"kind": "heading", "text": written}, {"kind": "html", "html": written},
        {"kind": "button", "text": written, "href": written}, {"kind": "footer", "company": written},
        subject=written, preheader=written,
    )  # fmt: skip
    source = arm_source(content, Theme())
    broken = broken_fields(content, source)
    template = template_of(content, arm_source(content, Theme(), broken.keys()))
    message, _, _ = template.render_on({})
    assert "</html>" in message.html
    for path, mistakes in broken.items():
        assert all(each.path == path for each in mistakes)


def test_marks():
    def marked(text, **profile):
        page = rendered(arm({"kind": "text", "text": text}), **profile).html
        return re.sub(r' style="[^"]*"', "", page[page.index("color:#1f2329;") :].split(">", 1)[1].split("</div>")[0])

    assert marked("**你好**，*世界*。") == "<p><strong>你好</strong>，<em>世界</em>。</p>"
    assert marked("***both*** **a *b* c**") == ("<p><strong><em>both</em></strong> <strong>a <em>b</em> c</strong></p>")
    assert marked("2 * 3 * 4 and **open and *open") == "<p>2 * 3 * 4 and **open and *open</p>"
    assert marked("*a **b* c**") == "<p><em>a **b</em> c**</p>"
    assert marked(r"\*no\* \[no](x) a*****b") == "<p>*no* [no](x) a*****b</p>"
    assert marked("one\ntwo\n\nthree") == "<p>one<br>two</p><p>three</p>"
    assert (
        marked("[a **b**](https://x.cn/?a=1&b=2)")
        == '<p><a href="https://x.cn/?a=1&amp;b=2">a <strong>b</strong></a></p>'
    )
    assert (
        marked("Say:\n- a\n- b\n1. c\n2. d") == "<p>Say:</p><ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>"
    )
    assert marked("{% for x in profile.l %}\n- {{ x }}\n{% endfor %}", l=["<", "b"]) == (
        "<ul><li>&lt;</li><li>b</li></ul>"
    )
    assert marked("{% if profile.v %}\n\nyes\n\n{% else %}\n\nno\n\n{% endif %}") == "<p>no</p>"
    assert marked("a\n{% if profile.v %}\nb\n{% endif %}\nc") == "<p>a<br>c</p>"
    assert marked("{% raw %}{{ x }} <b>{% endraw %}") == "<p>{{ x }} &lt;b&gt;</p>"
    assert marked('{{ profile.n | default: "R&D <3" }}') == "<p>R&amp;D &lt;3</p>"


def test_a_message_of_blocks_stands_on_both_its_parts():
    content = arm(
        {"kind": "columns", "columns": [[{"kind": "text", "text": "left"}], [{"kind": "text", "text": "right"}]]},
        {"kind": "divider"}, {"kind": "spacer", "height": 10},
        {"kind": "button", "text": "Go", "href": "https://a.cn", "color": "#ffee00"},
        {"kind": "footer", "company": "汇流", "address": "上海\n中国"},
        preheader="first of all",
    )  # fmt: skip
    message = rendered(content)
    assert message.text == (
        "left\n\nright\n\n----\n\nGo: https://a.cn\n\n汇流\n上海\n中国\n退订 · Unsubscribe: https://x.cn/u\n"
    )
    page = _Page(message.html)
    assert page.links == ["https://a.cn", "https://x.cn/u"]
    assert "first of all" in message.html
    assert "prefers-color-scheme: dark" in message.html
    assert "color:#000000" in message.html  # dark letters on the light button
    light = arm_source(content, Theme(is_dark_aware=False, brand_color="#112233", width=480))
    assert "prefers-color-scheme" not in light.html.text
    assert "max-width:480px" in light.html.text
    own = rendered(arm({"kind": "text", "text": "x"}, text="mine"))
    assert own.text == "mine"
    raw = rendered(arm({"kind": "html", "html": "<p>one <b>two</b></p>"}))
    assert (raw.text, "one two" in text_of(raw.html)) == (None, True)


def test_a_message_loads_nothing_that_nobody_wrote():
    html = rendered(arm({"kind": "heading", "text": "x"}, {"kind": "footer"})).html
    assert html is not None
    assert set(re.findall(r"https?://[^\s\"'()<>]+", html)) <= {"https://x.cn/u", "http://www.w3.org/1999/xhtml"}


def test_a_preheader_is_put_into_html_that_was_written_by_hand():
    for written, start in [
        ("<html><body class='x'><p>a</p></body></html>", "<html><body class='x'>"),
        ("<p>a</p>", ""),
    ]:
        content = ArmContent(name="a", weight=1, subject="s", html=written, preheader="look & {{ profile.x }}")
        source = arm_source(content, Theme())
        assert source.html.text.startswith(f"{start}<div style=")
        assert "look &amp; {{ profile.x }}</div><p>a</p>" in source.html.text
        index = source.html.text.index("profile.x")
        assert (source.html.place(index).path, source.html.place(index).offset) == ("preheader", 10)
        after = source.html.place(source.html.text.index("<p>"))
        assert (after.path, after.offset) == ("html", len(start))


def test_what_has_no_shape_is_refused_and_what_is_unfinished_is_not():
    unfinished = [{"kind": kind} for kind in (
        "heading", "text", "image", "button", "divider", "spacer", "html", "footer", "columns",
    )]  # fmt: skip
    assert [block.kind for block in arm(*unfinished).blocks] == [each["kind"] for each in unfinished]
    for wrong in (
        {"kind": "video"}, {"kind": "text", "txt": ""}, {"kind": "button", "color": "red"},
        {"kind": "columns", "columns": [[]]}, {"kind": "columns", "columns": [[{"kind": "footer"}], []]},
        {"kind": "columns", "columns": [[{"kind": "columns"}], []]}, {"kind": "spacer", "height": 1_000},
    ):  # fmt: skip
        with pytest.raises(ValidationError):
            arm(wrong)
    with pytest.raises(ValidationError):
        arm({"kind": "text"}, html="<p>both</p>")
    for font in ("Arial;color:red", "a{", 'x"', "<b>"):
        with pytest.raises(ValidationError):
            Theme(font=font)
    stored = Content.model_validate({"arms": [{"name": "a", "weight": 1, "subject": "s", "text": "t"}]})
    assert stored.arms[0].blocks is None


def test_every_filter_and_tag_of_the_engine_is_described():
    assert set(filter_names()) == set(FILTERS)
    assert set(tag_names()) == set(TAGS)
    for _, snippet in TAGS.values():
        text = snippet.replace("profile.‸", "profile.x").replace("profile. ", "profile.x ")
        PLAIN.from_string(text.replace("‸", "echo x" if "liquid" in snippet else "x"))
