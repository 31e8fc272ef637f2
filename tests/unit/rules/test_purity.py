"""Rules stay pure: importing and using them brings in no driver, no web framework and no data frame."""

from __future__ import annotations

import subprocess
import sys

FORBIDDEN = (
    "fastapi",
    "starlette",
    "pydantic",
    "sqlalchemy",
    "chdb",
    "clickhouse_connect",
    "pyarrow",
    "numpy",
    "pandas",
    "httpx",
)

SCRIPT = f"""
import sys
from datetime import UTC, datetime
from tributary import rules
catalog = rules.Catalog(1, traits={{"city": rules.Field("city", rules.FieldType.TEXT)}})
rule = rules.decode({{"kind": "trait", "trait": "city", "op": "is", "value": "x"}})
rules.compile_count(rules.resolve(rule, catalog, datetime.now(UTC))).render()
rules.explain(rule, catalog, "zh")
print([name for name in {FORBIDDEN!r} if name in sys.modules])
"""


def test_using_rules_imports_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_rules_do_not_import_other_layers():
    script = "import sys, tributary.rules; print(sorted(n for n in sys.modules if n.startswith('tributary.')))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {name.strip("' []\n").split(".")[1] for name in done.stdout.split(",")}
    assert loaded == {"core", "errors", "rules"}
