"""What is said of content before anybody gets it: every habit once, in its place, in both languages."""

from __future__ import annotations

import pytest

from tributary.messaging import Content
from tributary.messaging.problems import _PROBLEMS, arm_problems, split_problems
from tributary.messaging.words import _SYNTAX, TEMPLATE

FOOTER = {"kind": "footer", "company": "汇流"}


def problems(*blocks, arms=None, **arm):
    content = Content.model_validate(
        {"arms": arms or [{"name": "a", "weight": 1, "subject": "Hi", "blocks": [*blocks, FOOTER], **arm}]}
    )
    return [*arm_problems(content, 0, ["city", "first_name"]), *split_problems(content)]


def found(*blocks, **arm):
    """(code, path, line, column) of what is wrong besides the split."""
    return [
        (each.code, each.path, each.line, each.column)
        for each in problems(*blocks, **arm)
        if each.code not in ("no_holdout", "no_goal")
    ]


def test_a_good_message_has_none():
    good = [
        {"kind": "heading", "text": "Hi {{ profile.first_name | default: 'you' }}"},
        {"kind": "text", "text": "[look](https://shop.example) or [write](mailto:us@shop.example)"},
        {"kind": "image", "src": "https://shop.example/a.png", "alt": "A lamp", "href": "{{ profile.city }}"},
        {"kind": "button", "text": "Go", "href": "https://shop.example"},
    ]
    assert found(*good) == []


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"kind": "text"}, [("empty_block", "text", None, None)]),
        ({"kind": "button"}, [
            ("button_without_text", "text", None, None), ("button_without_link", "href", None, None),
        ]),
        ({"kind": "image"}, [("image_without_address", "src", None, None)]),
        ({"kind": "image", "src": "https://a.cn/x.png"}, [("image_without_text", "alt", None, None)]),
        ({"kind": "button", "text": "x", "href": "http://a.cn"}, [("link_not_https", "href", None, None)]),
        ({"kind": "button", "text": "x", "href": "a.cn"}, [("link_unusable", "href", None, None)]),
        ({"kind": "button", "text": "x", "href": "javascript:alert(1)"}, [("link_unusable", "href", None, None)]),
        ({"kind": "button", "text": "x", "href": "https:///a"}, [("link_unusable", "href", None, None)]),
        ({"kind": "text", "text": "a\n- [x](a.cn) [y](http://b.cn)"}, [
            ("link_unusable", "text", 2, 7), ("link_not_https", "text", 2, 17),
        ]),
        ({"kind": "text", "text": "a\n{{ profile.ctiy }} {{ ctiy }}"}, [
            ("unknown_name", "text", 2, 23), ("unknown_trait", "text", 2, 4),
        ]),
        ({"kind": "text", "text": "{% if profile.city %}a"}, [("syntax", "text", 1, 1)]),
        ({"kind": "text", "text": "a {{ profile.city"}, [("syntax", "text", 1, 3)]),
        ({"kind": "text", "text": "{{ profile.city | }}"}, [("syntax", "text", 1, 4)]),
    ],
)  # fmt: skip
def test_each_problem_has_its_place(block, expected):
    assert sorted(found(block)) == sorted(
        (code, f"arms[0].blocks[0].{field}", line, column) for code, field, line, column in expected
    )


def test_columns_are_looked_into():
    columns = {"kind": "columns", "columns": [[{"kind": "button", "text": "x"}], []]}
    assert found(columns) == [
        ("button_without_link", "arms[0].blocks[0].columns[0][0].href", None, None),
        ("empty_block", "arms[0].blocks[0].columns[1]", None, None),
    ]


@pytest.mark.parametrize(
    ("subject", "codes"),
    [
        ("", ["no_subject"]),
        ("BUY EVERYTHING NOW", ["subject_like_spam"]),
        ("Now!! 快来！", ["subject_like_spam"]),
        ("秋" * 36, ["subject_too_long"]),
        ("a" * 71, ["subject_too_long"]),
        ("秋季优惠 {{ profile.first_name | default: 'EVERYBODY OUT THERE' }}!", []),
        ("NEW", []),
    ],
)
def test_subjects(subject, codes):
    assert [code for code, *_ in found({"kind": "text", "text": "x"}, subject=subject)] == codes


def test_html_that_was_written_by_hand():
    html = (
        "<p>{{ profile.city | default: '>' }}\n<img src='https://a.cn/a.png'><a href='http://a.cn'>x</a>"
        "<a href='#top'>x</a><a href='{{ unsubscribe_url }}'>x</a><img src='https://a.cn/a.png' alt=''></p>"
    )
    arms = [{"name": "a", "weight": 1, "subject": "s", "html": html}]
    assert found(arms=arms) == [
        ("image_without_text", "arms[0].html", 2, 1),
        ("link_not_https", "arms[0].html", 2, 31),
    ]
    assert {each.severity for each in problems(arms=arms)} == {"warning"}
    bare = [{"name": "a", "weight": 1, "subject": "s", "html": "<p>x</p>"}]
    assert found(arms=bare) == [("no_unsubscribe_link", "arms[0].html", None, None)]
    empty = [{"name": "a", "weight": 0, "subject": "s"}, {"name": "holdout", "weight": 1}]
    assert found(arms=empty) == [("no_message", "arms[0].html", None, None), ("no_weight", "arms", None, None)]


def test_a_message_that_gmail_would_cut_off():
    assert found({"kind": "text", "text": "x" * 20_000}) == []
    blocks = [{"kind": "text", "text": "x" * 19_000} for _ in range(6)]
    (clipped,) = [each for each in problems(*blocks) if each.code == "clipped"]
    assert clipped.path == "arms[0].blocks"
    assert "KB" in clipped.message.zh


def test_every_sentence_is_said_in_both_languages():
    sentences = [words for _, *both in _PROBLEMS.values() for words in both]
    sentences += [words for both in TEMPLATE.values() for words in both] + [
        words for _, *both in _SYNTAX for words in both
    ]
    for words in sentences:
        if words.en:
            assert any("\u4e00" <= letter <= "\u9fff" for letter in words.zh), words
            assert words.en.count("{}") == words.zh.count("{}") or "{0}" in words.zh, words
