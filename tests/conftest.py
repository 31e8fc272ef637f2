"""Fixtures of every test. Each module of `fixtures` brings the real engines of one port."""

from __future__ import annotations

import os

import hypothesis
import pytest

# A property holds however long an example takes: by the clock, a busy machine would fail it. What must be quick is
# measured by `make bench`.
_BY_THE_CLOCK = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
# .ci/run takes the same examples each time, so that a commit passes or fails for good. `make test` looks for new ones.
hypothesis.settings.register_profile("searching", **_BY_THE_CLOCK)
hypothesis.settings.register_profile("reproducible", derandomize=True, print_blob=True, **_BY_THE_CLOCK)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "searching"))

# fixtures.warehouse comes before those that import from it: pytest rewrites a module's asserts only on first import.
pytest_plugins = [
    "fixtures.api",
    "fixtures.warehouse",
    "fixtures.audiences",
    "fixtures.clickhouse_http",
    "fixtures.clients",
    "fixtures.collector",
    "fixtures.mail",
    "fixtures.page",
    "fixtures.pipeline",
    "fixtures.store",
]


OTHER_ENGINES = {"postgres", "two_shards", "http", "http_two_shards"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on another engine than the embedded defaults, so that `make test-fast` can leave it out."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        values = callspec.params.values() if callspec is not None else ()
        if any(isinstance(value, str) and value in OTHER_ENGINES for value in values):
            item.add_marker(pytest.mark.other_engine)
