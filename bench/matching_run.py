"""`python -m bench.matching_run FOLDER`: match `records.arrow` by `settings.json`, and say what it cost.

Writes `ours.merge.parquet` and `ours.review.parquet`: groups at the merge threshold, and those there would be if a
person said yes to every pair shown to them.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import parquet

from tributary.identity.matching import MatchResult, cluster, decode, match, weight_of
from tributary.warehouse import open_warehouse


def most_memory() -> int:
    """Bytes of memory at the peak of this process. `getrusage` would count what the parent had when it started us."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    if found is None:
        raise RuntimeError("the peak of memory is only known on Linux")
    return int(found[1]) * 1024


def main() -> None:
    """Run, write, print one line of JSON."""
    folder = Path(sys.argv[1])
    settings = decode((folder / "settings.json").read_text())
    with tempfile.TemporaryDirectory() as temporary:
        warehouse = open_warehouse("", Path(temporary) / "warehouse")
        warehouse.migrate()
        started = time.perf_counter()
        # Not kept in a variable: the run lets go of its records when they are loaded.
        result = match(warehouse, _records(folder), settings, workspace_id=1, run=1)
        seconds = time.perf_counter() - started
        warehouse.close()
    memory = most_memory()
    _write(folder / "ours.merge.parquet", result, result.groups)
    pairs = result.pairs
    everybody = cluster(
        len(result.ids), pairs.a, pairs.b, pairs.weight, threshold=weight_of(settings.review), penalty=settings.penalty
    )
    _write(folder / "ours.review.parquet", result, everybody)
    print(json.dumps({"seconds": seconds, "memory": memory, "compared": result.compared, "steps": result.seconds}))


def _records(folder: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(folder / "records.arrow"))).read_all()


def _write(path: Path, result: MatchResult, groups: npt.NDArray[np.int64]) -> None:
    parquet.write_table(pa.table({"id": result.ids, "group": pa.array(groups)}), path)


if __name__ == "__main__":
    main()
