"""Fixtures of every test. Each module of `fixtures` brings the real engines of one port."""

from __future__ import annotations

pytest_plugins = [
    "fixtures.api",
    "fixtures.clickhouse_http",
    "fixtures.collector",
    "fixtures.mail",
    "fixtures.pipeline",
    "fixtures.store",
    "fixtures.warehouse",
]
