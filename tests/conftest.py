"""Fixtures of every test. Each module of `fixtures` brings the real engines of one port."""

from __future__ import annotations

# fixtures.warehouse comes before those that import from it: pytest rewrites a module's asserts only on first import.
pytest_plugins = [
    "fixtures.api",
    "fixtures.warehouse",
    "fixtures.audiences",
    "fixtures.clickhouse_http",
    "fixtures.clients",
    "fixtures.collector",
    "fixtures.mail",
    "fixtures.pipeline",
    "fixtures.store",
]
