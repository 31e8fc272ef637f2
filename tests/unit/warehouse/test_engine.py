"""Addresses are read from URLs, and the engine's messages lose their values."""

from __future__ import annotations

from pathlib import Path

import pytest

from tributary.warehouse.engine import parse_url, redact

HERE = Path("/data/warehouse")


def test_no_url_means_the_folder():
    assert parse_url("", HERE).directory == HERE


def test_a_server_is_named_with_everything_it_needs():
    address = parse_url("clickhouse://bob:p%40ss@ch.example:9000/shop?cluster=main&secure=1", HERE)
    assert (address.host, address.port, address.username, address.password) == ("ch.example", 9000, "bob", "p@ss")
    assert (address.database, address.cluster, address.is_secure, address.directory) == ("shop", "main", True, None)


def test_ports_follow_the_scheme():
    assert parse_url("clickhouse://ch", HERE).port == 8123
    assert parse_url("https://ch", HERE).port == 8443


@pytest.mark.parametrize("url", ["mysql://x", "clickhouse:///nohost", "nonsense"])
def test_other_urls_are_refused_with_the_right_form(url):
    with pytest.raises(ValueError, match="clickhouse://user"):
        parse_url(url, HERE)


def test_messages_keep_our_own_words_and_lose_values():
    message = (
        "Code: 53. DB::Exception: Type mismatch of 'city' and '13800138000', near 'x\\'y' 4111111111111111 "
        "In scope SELECT * FROM t WHERE phone = '139'. (TYPE_MISMATCH)"
    )
    assert redact(message, "SELECT 'city'") == "Code: 53. DB::Exception: Type mismatch of 'city' and '…', near '…' …"
