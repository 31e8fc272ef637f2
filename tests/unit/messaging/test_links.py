"""Links of HTML messages."""

from __future__ import annotations

import html
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from tributary.messaging.links import Utm, is_web_url, rewrite_links, text_of


def numbered(index, _url):
    return f"https://t.example/{index}"


def test_only_web_links_are_replaced_and_the_rest_stays_as_written():
    source = (
        "<P Class=x>A &amp; B <A HREF='https://a.example/?x=1&amp;y=2' target=_blank>go</A>\r\n"
        "<a title=\"href='https://no.example'\" href = https://b.example/p>b</a>\n"
        '<a href="mailto:x@y.example">m</a><a href="#top">t</a><a href="/local">l</a><a name="x">n</a>'
        '<a data-no-track href="https://c.example">c</a><map><area href="https://d.example"/></map>'
        "<!-- <a href='https://comment.example'>x</a> --><style>a{content:\"<a href='https://s.example'>\"}</style></p>"
    )
    seen = []
    result = rewrite_links(source, lambda index, url: seen.append((index, url)) or numbered(index, url))
    assert seen == [
        (0, "https://a.example/?x=1&y=2"), (1, "https://b.example/p"), (6, "https://d.example"),
    ]  # fmt: skip
    expected = source.replace("'https://a.example/?x=1&amp;y=2'", '"https://t.example/0"')
    expected = expected.replace("= https://b.example/p>", '= "https://t.example/1">')
    assert result == expected.replace('"https://d.example"', '"https://t.example/6"')


def test_the_pixel_goes_before_the_end_of_the_body():
    image = '<img src="https://p.example/?a=1&amp;b=2" width="1" height="1" alt="">'
    pixel = "https://p.example/?a=1&b=2"
    assert rewrite_links("<body>x</body></html>", numbered, pixel) == f"<body>x{image}</body></html>"
    assert rewrite_links("<p>x", numbered, pixel) == f"<p>x{image}"
    broken = rewrite_links('</body><a href="https://a.example">x</a>', numbered, pixel)
    assert broken.endswith(image)


class Hrefs(HTMLParser):
    def __init__(self, source):
        super().__init__()
        self.found = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.found.append(dict(reversed(attrs)).get("href"))


@given(
    urls=st.lists(st.text(st.characters(categories=["L", "N"], include_characters="&=?/#%"), max_size=12), max_size=5),
    noise=st.text(alphabet="\r\n ab&;'\"<>=", max_size=20),
)
def test_a_browser_sees_the_new_links_in_the_same_places(urls, noise):
    links = [f"https://h.example/{url}" for url in urls]
    source = "".join(f'{html.escape(noise)}<a href="{html.escape(link)}">x</a>\n' for link in links)
    result = rewrite_links(source, numbered)
    assert Hrefs(result).found == [f"https://t.example/{index}" for index in range(len(links))]
    assert rewrite_links(source, lambda _index, _url: None) == source


@given(st.text(alphabet="<>a href='\"=/!-\nhttps:.x&;", max_size=80))
def test_any_text_goes_through(source):
    rewrite_links(source, numbered, "https://p.example/")
    text_of(source)


def test_utm_parameters_are_added_once_and_leave_the_query_alone():
    utm = Utm("shop", "email", "春季")
    assert utm.apply("https://a.example/p?sig=%2B%20&utm_source=x#top") == (
        "https://a.example/p?sig=%2B%20&utm_source=x&utm_medium=email&utm_campaign=%E6%98%A5%E5%AD%A3#top"
    )
    assert Utm("", "", "").apply("https://a.example/") == "https://a.example/"


def test_what_counts_as_a_web_link():
    assert all(map(is_web_url, ["https://a.example", "HTTP://a.example/x", " https://a.example "]))
    assert not any(
        map(is_web_url, ["javascript:alert(1)", "//a.example", "https://", "data:text/html,x", "https://[", ""])
    )


def test_the_text_version_keeps_words_lines_and_addresses():
    page = (
        "<html><head><title>t</title><style>p{}</style></head><body><h1>Hi&nbsp;P</h1>"
        '<p>See <a href="https://a.example/x">this</a>.</p><ul><li>one<li>two</ul></body></html>'
    )
    assert text_of(page) == "Hi P\n\nSee this (https://a.example/x).\n\none\ntwo"
