"""Finding tags: as the engine finds them, and without its patience for hostile texts."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from liquid.exceptions import LiquidSyntaxError

from tributary.messaging import Content
from tributary.messaging.engine import PLAIN
from tributary.messaging.problems import arm_problems
from tributary.messaging.tags import MAX_TAG, scan_tags, without_tags
from tributary.messaging.templates import MAX_TAGS

PARTS = st.sampled_from(
    ["{{", "}}", "{%", "%}", "{", "}", "%", "-", " ", "\n", "a", "if", "raw", "endraw", "doc", "enddoc", "'",
     "{% raw %}", "{% endraw %}", "{% doc %}", "{%- enddoc -%}", "{{ x }}", "{% if x %}", "{%# c %}"]
)  # fmt: skip


@given(st.lists(PARTS, max_size=25).map("".join))
@example("{% raw %}{{ x }}{% endraw %}{{ y }}")
@example("{%raw{% raw %}")
@settings(max_examples=400, deadline=None)
def test_tags_are_found_where_the_engine_finds_them(text):
    tags, broken = scan_tags(text)
    if broken is not None:
        return
    try:
        tokens = [token for token in PLAIN.tokenizer()(text) if token.kind in ("output", "tag")]
    except LiquidSyntaxError:  # a tag without a name; there is nothing to agree about
        return
    # The engine has a token of its own for a raw part, unless the part is not closed.
    tokens = [token for token in tokens if token.value not in ("raw", "doc")]
    named = [tag for tag in tags if tag.name not in ("raw", "doc")]
    assert [text.index(tag.name, tag.start) for tag in named] == [token.start_index for token in tokens]


@given(st.lists(PARTS, max_size=25).map("".join))
@settings(max_examples=200, deadline=None)
def test_blanking_tags_moves_nothing(text):
    blank = without_tags(text, "_")
    assert len(blank) == len(text)
    assert [index for index, letter in enumerate(blank) if letter == "\n"] == [
        index for index, letter in enumerate(text) if letter == "\n"
    ]


@pytest.mark.parametrize(
    ("text", "kind", "start"),
    [
        ("a {{ b", "unclosed", 2),
        ("a {% b }}", "unclosed", 2),
        ("{% raw %}{{ a }}", "unended", 0),
        ("{{ a }}{{  }}", "empty", 7),
        ("{{ '" + "x" * MAX_TAG + "' }}", "long", 0),
    ],
)
def test_what_is_broken_is_said_before_the_engine_is_asked(text, kind, start):
    _, broken = scan_tags(text)
    assert (broken.kind, broken.start) == (kind, start)


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 90_000, "{%" * 90_000, "{{" + " " * 190_000, "{% raw %}" * 20_000, "{% doc %}" * 20_000,
        ("{{" + " " * (MAX_TAG - 9) + "}}") * 90, "{{ now }}" * 20_000, "{{ now | x }}" * (MAX_TAGS - 1),
        "<a " * 60_000, "[" * 19_000, "*a" * 9_000, "\\" * 19_000, "[a](b" * 4_000, "{% if x %}" * (MAX_TAGS - 1),
    ],
)  # fmt: skip
def test_no_text_takes_long(text):
    """The engine alone takes more than a minute for 20,000 opening braces."""
    html = {"name": "a", "weight": 1, "subject": text[:2_000], "html": text}
    blocks = {"name": "b", "weight": 1, "subject": "s", "blocks": [{"kind": "text", "text": text[:20_000]}]}
    content = Content.model_validate({"arms": [html, blocks]})
    started = time.process_time()
    arm_problems(content, 0, [])
    arm_problems(content, 1, [])
    assert time.process_time() - started < 5
