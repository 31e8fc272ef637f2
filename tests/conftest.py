"""Fixtures of every test. Each module of `fixtures` brings the real engines of one port."""

from __future__ import annotations

pytest_plugins = ["fixtures.api", "fixtures.collector", "fixtures.mail", "fixtures.store", "fixtures.warehouse", "fixtures.clickhouse_http"]
