"""Cursors and pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.api.paging import PageRequest, decode_cursor, encode_cursor, page_of
from tributary.errors import InvalidRequest

_SCALARS = st.none() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(_SCALARS, min_size=1, max_size=4))
def test_a_cursor_gives_its_key_back(key):
    cursor = encode_cursor(*key)
    assert decode_cursor(cursor) == tuple(key)
    assert cursor.replace("-", "").replace("_", "").isalnum(), "it needs no escaping in an address"


@given(st.text(max_size=60))
def test_a_made_up_cursor_is_a_bad_request_or_a_key_but_never_a_crash(text):
    try:
        key = decode_cursor(text)
    except InvalidRequest:
        return
    assert isinstance(key, tuple)


@pytest.mark.parametrize("key", [(1,), ("a", "b"), (None,)])
def test_a_cursor_of_another_list_is_refused(key):
    with pytest.raises(InvalidRequest):
        PageRequest(limit=1, after=key).after_text()
    with pytest.raises(InvalidRequest):
        PageRequest(limit=1, after=("a",)).after_int()


@given(st.lists(st.integers(), unique=True, max_size=30), st.integers(1, 10))
def test_pages_together_are_the_list(numbers, limit):
    ordered, seen, after = sorted(numbers), [], None
    for _ in range(len(numbers) + 1):
        request = PageRequest(limit=limit, after=after)
        start = request.after_int()
        rows = [number for number in ordered if start is None or number > start][: limit + 1]
        page = page_of(rows, request, str, lambda number: (number,))
        seen += page.items
        if page.next_cursor is None:
            break
        assert len(page.items) == limit
        after = decode_cursor(page.next_cursor)
    assert seen == [str(number) for number in ordered]


def test_lists_page_over_http(api_client, make_user):
    owner = make_user("owner")
    for number in range(5):
        api_client.post("/api/v1/tokens", as_=owner, json={"name": f"t{number}", "scopes": ["tags:read"]})
    seen, cursor = [], None
    while True:
        page = api_client.get(
            "/api/v1/tokens", as_=owner, params={"limit": 2, **({"cursor": cursor} if cursor else {})}
        )
        seen += [token["name"] for token in page.json()["items"]]
        cursor = page.json()["next_cursor"]
        if cursor is None:
            break
    assert seen == ["t4", "t3", "t2", "t1", "t0"]
    assert api_client.get("/api/v1/tokens", as_=owner, params={"cursor": "nonsense"}).status_code == 400
    assert api_client.get("/api/v1/tokens", as_=owner, params={"limit": 1000}).status_code == 422
