"""How the values of a tag spread over people: the commonest texts, or the shape of the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tributary.core.sql import Sql, raw
from tributary.tags.definition import ValueType
from tributary.warehouse import Budget, Stop, Warehouse

SHOWN_VALUES = 50  # the aggregate below takes it as a literal


@dataclass(frozen=True, slots=True)
class ValueCount:
    """One value and how many people have it."""

    value: str | float
    people: int


@dataclass(frozen=True, slots=True)
class Distribution:
    """`coverage` people have one of `distinct` values.

    `top` lists the commonest values, most people first, at most SHOWN_VALUES; nobody is left out of it when
    `distinct <= SHOWN_VALUES`. `deciles` are the exact quantiles 0, 0.1, … 1 of numbers (minimum and maximum at the
    ends), `mean` their mean; both None for text and for nobody.
    """

    coverage: int
    distinct: int
    top: list[ValueCount]
    mean: float | None
    deciles: list[float] | None


def read_distribution(
    warehouse: Warehouse,
    workspace_id: int,
    values: Sql,
    value_type: ValueType,
    *,
    budget: Budget,
    stop: Stop | None = None,
) -> Distribution:
    """The distribution of `values`, a query of rows `(profile_id, value)`; it is run once.

    Raises what `Warehouse.query` does.
    """
    counts = raw("SELECT value, count() AS people FROM (") + values + ") AS tagged GROUP BY value"  # noqa: S608 (values are bound)
    top = raw("groupArraySorted(50)((-toInt64(people), value))")
    shape = raw("NULL, []")
    if value_type == "number":
        shape = (
            raw("sum(value * people) / sum(people), quantilesExactWeighted(")
            + "0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)(value, people)"
        )
    question = raw("SELECT sum(people), count(), ") + top + ", " + shape + " FROM (" + counts + ") AS counted"  # noqa: S608 (values are bound)
    ((coverage, distinct, pairs, mean, deciles),) = warehouse.query(
        question, workspace_id=workspace_id, budget=budget, stop=stop
    )
    has_shape = value_type == "number" and int(coverage) > 0
    return Distribution(
        coverage=int(coverage),
        distinct=int(distinct),
        top=[ValueCount(value, -int(people)) for people, value in pairs],
        mean=float(mean) if has_shape else None,
        deciles=[float(value) for value in deciles] if has_shape else None,
    )


def load_distribution(data: Mapping[str, Any]) -> Distribution:
    """The distribution that was stored with a run (`dataclasses.asdict`)."""
    return Distribution(**{**data, "top": [ValueCount(**entry) for entry in data["top"]]})
