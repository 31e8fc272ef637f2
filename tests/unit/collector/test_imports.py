"""The collector stays light: it starts fast and its process holds nothing that it does not use."""

from __future__ import annotations

import subprocess
import sys

_HEAVY = ["sqlalchemy", "fastapi", "starlette", "pyarrow", "chdb", "pandas", "numpy", "scipy", "clickhouse_connect"]


def test_no_database_web_framework_or_columnar_engine_is_imported() -> None:
    program = f"import sys, tributary.collector; print([m for m in {_HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
