"""Templates: strict, bounded, escaped; every complaint says where and what to do."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tributary.messaging.templates import MAX_OUTPUT, MessageTemplate, TemplateError, template_data


def data(**profile):
    from datetime import UTC, datetime

    return template_data(
        profile=profile, profile_id="prf_1", workspace_name="Shop", campaign_name="Spring",
        unsubscribe_url="https://x.example/u/t", now=datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip


def render(text, *, part="text", **profile):
    parts = {"subject": "s", "html": None, "text": "t", part: text}
    return getattr(MessageTemplate(**parts).render(data(**profile)), part)


def complaint(text, *, part="text", **profile):
    with pytest.raises(TemplateError) as caught:
        render(text, part=part, **profile)
    return caught.value


def test_missing_values_can_be_asked_for_and_replaced_but_not_printed():
    assert render('{{ profile.name | default: "friend" }}') == "friend"
    assert render("{% if profile.name %}a{% else %}b{% endif %}") == "b"
    assert render('{% if profile.name == "x" %}a{% else %}b{% endif %}') == "b"
    assert render("{% unless profile.name %}b{% endunless %}") == "b"
    assert render('{{ profile.address.city | default: "there" }}', address={}) == "there"
    for source in ("{{ profile.name }}", "{{ profile.name | upcase }}", "{{ profile.name | date: '%Y' }}",
                   "{{ profile.name | plus: 1 }}", "{% for x in profile.name %}{{ x }}{% endfor %}"):  # fmt: skip
        assert complaint(source).reason == "missing_value"


def test_first_last_and_size_of_a_profile_are_traits_like_others():
    for name in ("first", "last", "size"):
        assert complaint(f"{{{{ profile.{name} }}}}", city="上海").variable == f"profile.{name}"
        assert render(f"{{{{ profile.{name} }}}}", **{name: "x"}) == "x"
    assert render("{{ profile.seen.first }}{{ profile.seen.last }}{{ profile.seen.size }}", seen=["a", "b"]) == "ab2"


def test_a_complaint_names_part_line_column_variable_and_cure():
    error = complaint("Dear friend,\n  {{ profile.city }}", part="html")
    assert (error.part, error.line, error.column, error.variable) == ("html", 2, 6, "profile.city")
    assert error.cure.startswith('Give a fallback: {{ profile.city | default: "…" }}')
    assert complaint("{{ profile.x | shout }}", x="a").reason == "unknown_filter"
    assert complaint("{% if %}").reason == "syntax"
    assert complaint("{% if true %}{% else %}{% endfor %}{% endif %}").reason == "syntax"
    for tag in ("include", "render"):
        error = complaint(f"{{% {tag} 'other' %}}")
        assert (error.reason, error.cure) == (
            "unknown_tag", "Templates cannot include others; put the text here.",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("source", "reason", "line", "column", "cure"),
    [
        ("a\n b {{ profile.x | upcas }}", "unknown_filter", 2, 19, "Did you mean “upcase”"),
        ("{% if profile.x %}{{ 'y' | zzzz }}{% endif %}", "unknown_filter", 1, 28, "Use a filter of standard Liquid."),
        ("{% assign x = 1 | shout %}", "unknown_filter", 1, 19, ""),
        ("a\n{% fro x in y %}", "unknown_tag", 2, 4, "Did you mean “for”"),
    ],
)
def test_unknown_filters_and_tags_are_found_without_rendering(source, reason, line, column, cure):
    with pytest.raises(TemplateError) as caught:
        MessageTemplate(subject="s", html=source, text=None)
    error = caught.value
    assert (error.reason, error.part, error.line, error.column) == (reason, "html", line, column)
    assert error.cure.startswith(cure)


def test_none_counts_as_missing_and_false_and_zero_do_not():
    assert complaint("{{ profile.x }}", x=None).reason == "missing_value"
    assert render("{{ profile.x }}{{ profile.y }}", x=0, y=False) == "0false"


@given(st.text(max_size=50))
def test_what_customers_are_called_cannot_become_markup_or_a_header(name):
    page = render("<p>{{ profile.name }}</p>", part="html", name=name)
    assert "<" not in page.removeprefix("<p>").removesuffix("</p>")
    subject = render("Hi {{ profile.name }}", part="subject", name=name)
    assert "\n" not in subject
    assert "\r" not in subject


def test_values_are_never_read_as_templates():
    assert render("{{ profile.name }}", name="{{ unsubscribe_url }}") == "{{ unsubscribe_url }}"


def test_nothing_but_data_can_be_reached():
    for source in ("{{ profile.__class__ }}", "{{ profile.name.__class__ }}", "{{ profile.items }}", "{{ self }}"):
        assert complaint(source, name="x").reason == "missing_value"


BOMBS = {
    "loops": "{% for a in (1..9999) %}{% for b in (1..9999) %}x{% endfor %}{% endfor %}",
    "doubling": "{% assign x = 'aaaaaaaaaa' %}{% for i in (1..60) %}{% assign x = x | append: x %}{% endfor %}{{ x }}",
    "replace": "{{ profile.big | replace: 'a', profile.big }}",
    "replace_nothing": "{{ profile.big | replace: '', profile.big }}",
    "join": "{{ profile.big | split: '' | join: profile.big }}",
    "output": "{% for i in (1..1900) %}{{ profile.big }}{% endfor %}",
    "nesting": "{% if true %}" * 50 + "x" + "{% endif %}" * 50,
    "range": "{{ (1..99999999) | join: ',' }}",
    "range_size": "{{ (1..99999999) | size }}",
    "range_loop": "{% for i in (1..99999999) limit: 3 %}x{% endfor %}{% for i in (1..99999999) %}x{% endfor %}",
    "range_table": "{% tablerow i in (1..99999999) %}x{% endtablerow %}",
    "assigned_range": "{% assign r = (1..99999999) %}{{ r | last }}{{ r | reverse | first }}",
    "numbers": "{% assign x = 99 %}{% for i in (1..100) %}{% assign x = x | times: x %}{% endfor %}{{ x }}",
    "unique": "{{ profile.big | split: '' | uniq | size }}",
    "captures": "{% for i in (1..1900) %}{% capture x %}{{ x | default: '' }}{{ profile.big }}{% endcapture %}"
    "{% endfor %}",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_costly_templates_stop_early(bomb):
    started = time.monotonic()
    error = complaint(BOMBS[bomb], big="a" * 20_000)
    assert error.reason in ("limit", "syntax", "calculation", "missing_value")
    assert time.monotonic() - started < 2


def test_a_source_beyond_any_message_is_refused():
    assert complaint("x" * 300_000).reason == "too_large"


@given(st.text(alphabet="{}%|.'\"-<>= \nabfi", max_size=60))
@settings(max_examples=300)
def test_any_text_renders_or_complains_and_nothing_else(source):
    with contextlib.suppress(TemplateError):
        assert len(render(source, part="html", a="1") or "") <= MAX_OUTPUT


def test_variables_are_listed_by_part():
    template = MessageTemplate(
        subject="{{ profile.first_name }}", html="{{ unsubscribe_url }}{{ profile['会员 等级'] }}", text=None
    )
    assert template.variables() == {
        "subject": {"profile.first_name"}, "html": {"unsubscribe_url", "profile.会员 等级"},
    }  # fmt: skip
