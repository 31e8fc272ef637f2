"""`python bench/matching_splink.py FOLDER`: what `matching_run` does, by Splink 5. It runs in Splink's environment.

Our settings are translated word by word: the same blocks, the same levels on the same columns, frequencies where ours
count. Splink learns as its manual says: the prior from rules that are certain, u from ten million random pairs, m by
expectation maximisation on all records of every block.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_level_library as cll
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import CustomComparison

RECALL = 0.7  # that the certain rules are said to have


def name_of(column: str) -> str:
    """Our column in the table."""
    return column.replace(".", "_")


def level_of(level: dict[str, Any]) -> Any:
    """One of our levels as one of Splink's."""
    column = name_of(level["column"])
    match level["kind"]:
        case "same":
            return cll.ExactMatchLevel(column, term_frequency_adjustments=level["by_frequency"])
        case "edit_distance":
            return cll.LevenshteinLevel(column, level["at_most"])
        case "damerau":
            return cll.DamerauLevenshteinLevel(column, level["at_most"])
        case "jaro_winkler":
            return cll.JaroWinklerLevel(column, level["at_least"])
        case "near":
            return cll.AbsoluteDifferenceLevel(column, level["at_most"])
        case "edit_share":
            longer = f"greatest(length({column}_l), length({column}_r))"
            return cll.CustomLevel(f"levenshtein({column}_l, {column}_r) <= {level['at_most']} * {longer}")
        case "swapped":
            other = name_of(level["other"])
            return cll.CustomLevel(f"{column}_l = {other}_r AND {column}_r = {other}_l")
    raise ValueError(level)


def comparison_of(comparison: dict[str, Any]) -> Any:
    """One of our comparisons."""
    columns = [name_of(column) for column in comparison["columns"]]
    missing = " OR ".join(f"{column}_l IS NULL OR {column}_r IS NULL" for column in columns)
    levels = [cll.CustomLevel(missing).configure(is_null_level=True), *map(level_of, comparison["levels"])]
    return CustomComparison([*levels, cll.ElseLevel()], output_column_name=comparison["name"])


def block_of(block: dict[str, Any]) -> Any:
    """One of our blocks."""
    keys = []
    for key in block["keys"]:
        column = name_of(key["column"])
        if key["first"]:
            column = f"substr({column}, 1, {key['first']})"
        elif key["last"]:
            column = f"substr({column}, -{key['last']})"
        keys.append(column)
    return block_on(*keys)


def most_memory() -> int:
    """Bytes of memory at the peak of this process. `getrusage` would count what the parent had when it started us."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    if found is None:
        raise RuntimeError("the peak of memory is only known on Linux")
    return int(found[1]) * 1024


def main() -> None:
    """Run, write, print one line of JSON."""
    logging.disable(logging.WARNING)
    folder = Path(sys.argv[1])
    ours = json.loads((folder / "settings.json").read_text())
    certain = json.loads((folder / "certain.json").read_text())
    started = time.perf_counter()
    connection = duckdb.connect()
    records = DuckDBAPI(connection).register(connection.read_parquet(str(folder / "ready.parquet")))
    blocks = [block_of(block) for block in ours["blocks"]]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=[comparison_of(comparison) for comparison in ours["comparisons"]],
        blocking_rules_to_generate_predictions=blocks,
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,  # for its waterfall; ours keeps the levels of each pair too
        max_iterations=100,
    )
    linker = Linker(records, settings)
    rules = [block_on(*columns) for columns in certain]
    linker.training.estimate_probability_two_random_records_match(rules, recall=RECALL)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for block in blocks:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block, estimate_without_term_frequencies=True, record_sample_proportion=1.0
        )
    pairs = linker.inference.predict(threshold_match_probability=ours["review"])
    groups = {
        at: linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=ours[at])
        for at in ("merge", "review")
    }
    seconds = time.perf_counter() - started
    memory = most_memory()
    for at, found in groups.items():
        path = folder / f"Splink.{at}.parquet"
        connection.execute(
            f"COPY (SELECT id, cluster_id AS \"group\" FROM {found.physical_name}) TO '{path}' (FORMAT parquet)"
        )
    print(json.dumps({"seconds": seconds, "memory": memory}))


if __name__ == "__main__":
    main()
