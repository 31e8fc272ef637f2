"""Comparing two records: the same levels as one SQL expression and as plain Python.

The level of a comparison is a number: 0 when a record lacks what is compared, 1 when nothing agrees, and the more the
better: the strongest of n levels is n + 1. The levels of all comparisons make one 64-bit number, four bits each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from tributary.core.sql import Sql, bind, identifier, join, raw
from tributary.identity.matching.settings import (
    Comparison,
    Damerau,
    EditDistance,
    EditShare,
    JaroWinkler,
    Level,
    Near,
    Same,
    Swapped,
)
from tributary.identity.matching.standardise import Value

MISSING: Final = 0
DIFFERENT: Final = 1
BITS: Final = 4
# A similarity at its threshold must not depend on the order in which two engines add.
_SLACK: Final = 1e-9

Slots = Mapping[str, str]


def level_names(comparison: Comparison) -> list[str]:
    """What each level's number means, from 0 on."""
    return ["missing", "different", *(describe(level) for level in reversed(comparison.levels))]


def describe(level: Level) -> str:
    """A level in a few words, such as `same name.pinyin`."""
    match level:
        case Same():
            return f"same {level.column}"
        case EditDistance():
            return f"{level.column} within {level.at_most} edits"
        case EditShare():
            return f"{level.column} within {level.at_most:.0%} edits"
        case Damerau():
            return f"{level.column} within {level.at_most} typing errors"
        case JaroWinkler():
            return f"{level.column} similar from {level.at_least:g}"
        case Near():
            return f"{level.column} within {level.at_most:g}"
        case Swapped():
            return f"{level.column} and {level.other} exchanged"


# --- in SQL, over rows l and r of a join


def level_sql(comparison: Comparison, slots: Slots) -> Sql:
    """The level's number. `slots` says which warehouse column holds which of ours."""
    absent = join(" OR ", [raw("NOT ") + _present(slots[column]) for column in comparison.columns])
    branches = [absent, bind(MISSING, "UInt8")]
    for index, level in enumerate(comparison.levels):
        extra = {level.column, *([level.other] if isinstance(level, Swapped) else [])} - set(comparison.columns)
        conditions = [_present(slots[column]) for column in sorted(extra)] + [_condition(level, slots)]
        branches += [join(" AND ", conditions), bind(len(comparison.levels) + 1 - index, "UInt8")]
    return raw("multiIf(") + join(", ", branches) + ", " + bind(DIFFERENT, "UInt8") + ")"


def _sides(slot: str) -> Sql:
    return raw("l.") + identifier(slot) + ", r." + identifier(slot)


def _present(slot: str) -> Sql:
    left, right = raw("l.") + identifier(slot), raw("r.") + identifier(slot)
    if slot[0] == "n":
        return raw("(NOT isNaN(") + left + ") AND NOT isNaN(" + right + "))"
    return raw("(notEmpty(") + left + ") AND notEmpty(" + right + "))"


def _condition(level: Level, slots: Slots) -> Sql:
    slot = slots[level.column]
    left, right, both = raw("l.") + identifier(slot), raw("r.") + identifier(slot), _sides(slot)
    match level:
        case Same():
            return left + " = " + right
        case EditDistance():
            return raw("editDistanceUTF8(") + both + ") <= " + bind(level.at_most, "UInt32")
        case EditShare():
            longer = raw("greatest(lengthUTF8(") + left + "), lengthUTF8(" + right + "))"
            limit = bind(level.at_most, "Float64") + " * " + longer + " + " + bind(_SLACK, "Float64")
            return raw("editDistanceUTF8(") + both + ") <= " + limit
        case Damerau():
            return raw("damerauLevenshteinDistance(") + both + ") <= " + bind(level.at_most, "UInt32")
        case JaroWinkler():
            return raw("jaroWinklerSimilarity(") + both + ") >= " + bind(level.at_least - _SLACK, "Float64")
        case Near():
            return raw("abs(") + left + " - " + right + ") <= " + bind(float(level.at_most), "Float64")
        case Swapped():
            other = slots[level.other]
            crossed = left + " = r." + identifier(other) + " AND r." + identifier(slot) + " = l." + identifier(other)
            return raw("(") + crossed + ")"


# --- in Python


def level_of(comparison: Comparison, a: Mapping[str, Value], b: Mapping[str, Value]) -> int:
    """The level's number of two standardised records."""
    if not all(_has(a[column]) and _has(b[column]) for column in comparison.columns):
        return MISSING
    for index, level in enumerate(comparison.levels):
        columns = [level.column, *([level.other] if isinstance(level, Swapped) else [])]
        if all(_has(a[column]) and _has(b[column]) for column in columns) and _holds(level, a, b):
            return len(comparison.levels) + 1 - index
    return DIFFERENT


def _has(value: Value) -> bool:
    return value != "" if isinstance(value, str) else not math.isnan(value)


def _holds(level: Level, a: Mapping[str, Value], b: Mapping[str, Value]) -> bool:
    left, right = a[level.column], b[level.column]
    if isinstance(level, Near):
        return abs(float(left) - float(right)) <= level.at_most
    left, right = str(left), str(right)
    match level:
        case Same():
            return left == right
        case EditDistance():
            return edit_distance(left, right) <= level.at_most
        case EditShare():
            return edit_distance(left, right) <= level.at_most * max(len(left), len(right)) + _SLACK
        case Damerau():
            return typing_errors(left.encode(), right.encode()) <= level.at_most
        case JaroWinkler():
            return jaro_winkler(left.encode(), right.encode()) >= level.at_least - _SLACK
        case Swapped():
            return left == b[level.other] and right == a[level.other]


def edit_distance(a: str, b: str) -> int:
    """Characters inserted, left out or replaced (Levenshtein)."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (left != right))
    return row[-1]


def typing_errors(a: bytes, b: bytes) -> int:
    """Bytes inserted, left out, replaced or exchanged with their neighbour, no place touched twice (Damerau)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        above = row
        row = [i]
        for j, right in enumerate(b, 1):
            best = min(above[j] + 1, row[-1] + 1, above[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before = above
    return row[-1]


def jaro_winkler(a: bytes, b: bytes) -> float:
    """Jaro's similarity, raised by up to four common first bytes when it is above 0.7 (Winkler 1990)."""
    reach = max(max(len(a), len(b)) // 2 - 1, 0)
    taken = [False] * len(b)
    from_a = []
    for i, left in enumerate(a):
        for j in range(max(0, i - reach), min(len(b), i + reach + 1)):
            if not taken[j] and b[j] == left:
                taken[j] = True
                from_a.append(left)
                break
    if not from_a:
        return 0.0
    from_b = [right for right, is_taken in zip(b, taken, strict=True) if is_taken]
    exchanged = sum(left != right for left, right in zip(from_a, from_b, strict=True)) / 2
    found = len(from_a)
    jaro = (found / len(a) + found / len(b) + (found - exchanged) / found) / 3
    if jaro <= 0.7 + _SLACK:
        return jaro
    prefix = 0
    while prefix < min(4, len(a), len(b)) and a[prefix] == b[prefix]:
        prefix += 1
    return jaro + prefix * 0.1 * (1 - jaro)
