"""Signed links."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.errors import NotFound
from tributary.messaging import ClickLink, OpenLink, TokenSigner, UnsubscribeLink

SIGNER = TokenSigner(b"k" * 32)
UNSUBSCRIBE = UnsubscribeLink(1, "dlv_1", "email", "marketing", bytes(32))


@given(st.integers(1, 2**32), st.text(max_size=40), st.integers(0, 500), st.text(max_size=200))
def test_a_link_comes_back_as_it_was_signed(workspace_id, delivery_id, index, url):
    link = ClickLink(workspace_id, delivery_id, index, url)
    assert SIGNER.read(SIGNER.sign(link), ClickLink) == link


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_is_noticed(position, change):
    token = SIGNER.sign(UNSUBSCRIBE)
    data = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    data[position % len(data)] ^= change
    with pytest.raises(NotFound):
        SIGNER.read(base64.urlsafe_b64encode(data).decode().rstrip("="), UnsubscribeLink)


@given(st.text(max_size=100))
def test_any_text_is_refused_without_a_crash(text):
    with pytest.raises(NotFound):
        SIGNER.read(text, OpenLink)


def test_one_kind_of_link_cannot_be_used_as_another_or_under_another_key():
    token = SIGNER.sign(OpenLink(1, "dlv_1"))
    for signer, kind in [(SIGNER, ClickLink), (SIGNER, UnsubscribeLink), (TokenSigner(b"x" * 32), OpenLink)]:
        with pytest.raises(NotFound):
            signer.read(token, kind)


def test_a_token_fits_into_a_header_line_and_a_path():
    token = SIGNER.sign(UnsubscribeLink(2**31, "dlv_" + "0" * 26, "email", "m" * 64, bytes(32)))
    assert len(token) < 300
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
