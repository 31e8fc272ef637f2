"""`python -m bench [NAME …]`: run all benchmarks, or those named, and print one table. Fails when an aim is missed.

Each runs in a process of its own: a process can open one embedded warehouse, and none should inherit warm caches.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from dataclasses import asdict

from bench.report import Figure, show

NAMES = (
    "accept", "end_to_end", "profile_read", "audience", "matching", "startup", "identity_stitching", "identity_rebuild",
    "identity_unmerge",
)  # fmt: skip
WITH_BROWSER = ("page",)  # needs Chromium and the built page, so it runs only when it is named


def main() -> int:
    """Run what was asked for. Returns the exit code."""
    if sys.argv[1:2] == ["--figures"]:
        figures = importlib.import_module(f"bench.{sys.argv[2]}").measure()
        print(json.dumps([asdict(figure) for figure in figures]))
        return 0
    names = sys.argv[1:] or list(NAMES)
    if unknown := [name for name in names if name not in NAMES + WITH_BROWSER]:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(NAMES + WITH_BROWSER)}", file=sys.stderr)
        return 2
    figures = []
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "bench", "--figures", name]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        figures += [Figure(**figure) for figure in json.loads(done.stdout.splitlines()[-1])]
    show(figures)
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
