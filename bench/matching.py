"""Finding the same person: our matching beside Splink 5, on Febrl's records and on a million made-up customers.

Either runs in a process of its own, reads the same records, makes candidates by the same blocks, compares by the same
levels with the same corrections for frequent values, and learns without labels. Splink gets the columns ready made,
since it does not know Chinese; our time includes making them. Who is who stays in this process.

Splink lives in a virtual environment of its own (`make bench` makes it; TRIBUTARY_BENCH_SPLINK names another Python).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from bench.report import Figure
from tributary.identity.matching import CHINESE_CUSTOMERS, FEBRL, MatchSettings, encode, standardise_table
from tributary.simulation.records import customer_records

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("TRIBUTARY_BENCH_DATA", ROOT.parent / "shared" / "data")) / "er_febrl"
SPLINK = Path(os.environ.get("TRIBUTARY_BENCH_SPLINK", ROOT / ".venv" / "splink" / "bin" / "python"))
RECORDS = int(os.environ.get("TRIBUTARY_BENCH_RECORDS", "1000000"))
SEED = 2026
FEBRL_FILES = {"1": ["dataset1"], "2": ["dataset2"], "3": ["dataset3"], "4": ["dataset4a", "dataset4b"]}
# Pairs that surely are one person, by which Splink is told how many there may be.
CERTAIN = {
    "febrl": [["birthday", "surname"], ["birthday", "given_name"]],
    "customers": [["phone", "name"], ["email", "name"]],
}

Truth = npt.NDArray[np.int64]


def febrl(name: str) -> tuple[pa.Table, Truth]:
    """Records in random order under new ids, and who they are. Their own ids and the security numbers stay here."""
    tables = []
    for file in FEBRL_FILES[name]:
        with (DATA / f"{file}.csv").open(encoding="utf-8") as text:
            header = text.readline().rstrip("\n").split(",")
        options = csv.ConvertOptions(column_types={column: pa.string() for column in header})
        table = csv.read_csv(DATA / f"{file}.csv", convert_options=options)
        table = table.rename_columns([column.strip() for column in table.column_names])
        tables.append(pa.table({column: pc.utf8_trim_whitespace(table[column]) for column in table.column_names}))
    table = pa.concat_tables(tables)
    truth = np.array([int(record.split("-")[1]) for record in table["rec_id"].to_pylist()], np.int64)
    order = np.random.default_rng(SEED).permutation(len(truth))
    table = table.take(pa.array(order)).drop_columns(["rec_id", "soc_sec_id"])
    return table.append_column("id", pa.array(np.arange(len(truth), dtype=np.uint64))), truth[order]


def customers() -> tuple[pa.Table, Truth]:
    """Made-up customers, and who they are."""
    made = customer_records(SEED, RECORDS)
    return made.table, made.person


def quality(ids: pa.Array, groups: pa.Table, truth: dict[str, Any]) -> dict[str, float]:
    """Precision, recall and F1 over pairs, of groups `id`, `group`. Records that are not named stand alone."""
    found = np.full(len(ids), -1, np.int64)
    place = pc.index_in(groups["id"].combine_chunks().cast(pa.uint64()), truth["sorted"]).to_numpy()
    found[place] = np.unique(groups["group"].to_numpy(), return_inverse=True)[1]
    alone = found < 0
    found[alone] = found.max(initial=-1) + 1 + np.arange(int(alone.sum()))
    person = truth["person"]
    both = _pairs(found * (int(person.max()) + 1) + person)
    precision, recall = both / max(_pairs(found), 1), both / max(_pairs(person), 1)
    return {"P": precision, "R": recall, "F1": 2 * precision * recall / max(precision + recall, 1e-9)}


def _pairs(labels: npt.NDArray[np.int64]) -> int:
    counts = np.unique(labels, return_counts=True)[1].astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())


def _run(command: list[str], folder: Path) -> dict[str, Any]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[:3]} failed:\n{done.stderr[-3000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    (folder / "log").write_text(done.stderr)
    return answer


def compare(name: str, kind: str, table: pa.Table, person: Truth, settings: MatchSettings) -> list[Figure]:
    """Run both, and say how well each does, how long it takes and what memory it needs."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with pa.ipc.new_file(folder / "records.arrow", table.schema) as file:
            file.write_table(table, max_chunksize=100_000)
        ready = standardise_table(table, settings).table()
        ready = ready.rename_columns([column.replace(".", "_") for column in ready.column_names])
        parquet.write_table(ready, folder / "ready.parquet")
        del ready
        (folder / "settings.json").write_text(encode(settings))
        (folder / "certain.json").write_text(json.dumps(CERTAIN[kind]))
        order = np.argsort(table["id"].to_numpy(), kind="stable")
        truth = {"sorted": table["id"].combine_chunks().take(pa.array(order)), "person": person[order]}
        answers = {"ours": _run([sys.executable, "-m", "bench.matching_run", str(folder)], folder)}
        if SPLINK.exists():
            answers["Splink"] = _run([str(SPLINK), str(ROOT / "bench" / "matching_splink.py"), str(folder)], folder)
        scores = {}
        for who in answers:
            for at in ("merge", "review"):
                groups = parquet.read_table(folder / f"{who}.{at}.parquet")
                scores[who, at] = quality(truth["sorted"], groups, truth)
    return _figures(name, kind, answers, scores)


def _figures(
    name: str, kind: str, answers: dict[str, dict[str, Any]], scores: dict[tuple[str, str], dict[str, float]]
) -> list[Figure]:
    figures = []
    absent = f"Splink is not installed at {SPLINK}: run `make bench`"
    for at, words in (("merge", "groups at 0.99"), ("review", "groups at 0.5, as if every review said yes")):
        ours = scores["ours", at]
        peer = scores.get(("Splink", at))
        least_precision = 0.99 if kind == "customers" and at == "merge" else 0.0
        figures.append(
            Figure(
                f"{name}: {words}",
                _text(ours),
                _text(peer) if peer else absent,
                "F1 ≥ Splink's" + (", P ≥ .99" if least_precision else ""),
                peer is not None and round(ours["F1"], 4) >= round(peer["F1"], 4) and ours["P"] >= least_precision,
            )
        )
    ours_cost, peer_cost = answers["ours"], answers.get("Splink")
    memory = {who: f"{answer['memory'] / 2**30:.2f} GB" for who, answer in answers.items()}
    steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in ours_cost["steps"].items())
    if kind == "customers":
        figures.append(
            Figure(
                f"{name}: memory at its peak",
                memory["ours"],
                memory.get("Splink", absent),
                "≤ half of Splink's",
                peer_cost is not None and ours_cost["memory"] <= peer_cost["memory"] / 2,
            )
        )
    figures.append(
        Figure(
            f"{name}: time",
            f"{ours_cost['seconds']:.1f} s ({steps}; {ours_cost['compared']:,} pairs; {memory['ours']})",
            f"{peer_cost['seconds']:.1f} s (columns were ready; {memory['Splink']})" if peer_cost else absent,
            "none",
            True,
        )
    )
    return figures


def _text(score: dict[str, float]) -> str:
    return f"F1 {score['F1']:.4f} (P {score['P']:.4f}, R {score['R']:.4f})"


def measure() -> list[Figure]:
    """All data sets, one after another."""
    wanted = os.environ.get("TRIBUTARY_BENCH_SETS", "1 2 3 4 customers").split()
    figures = []
    for name in wanted:
        if name == "customers":
            table, person = customers()
            figures += compare(f"{RECORDS / 1e6:g}M customers", "customers", table, person, CHINESE_CUSTOMERS)
        elif DATA.exists():
            table, person = febrl(name)
            figures += compare(f"Febrl {name}", "febrl", table, person, FEBRL)
        else:
            figures.append(
                Figure(f"Febrl {name}", "not measured", f"there is no {DATA}", "F1 ≥ Splink's", is_met=False)
            )
    return figures
