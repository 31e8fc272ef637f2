"""What an operator of the shop would have set up already: tags and audiences over the simulated history."""

from __future__ import annotations

from typing import Any


def _last(days: int) -> dict[str, Any]:
    return {"kind": "last", "value": days, "unit": "days"}


RULE: dict[str, Any] = {
    "kind": "all",
    "rules": [
        {"kind": "trait", "trait": "email", "op": "is_set"},
        {
            "kind": "event",
            "event": "Product Viewed",
            "count": {"op": "gte", "value": 3},
            "window": _last(90),
        },
    ],
}

_ORDERS = {"event": "Order Completed", "window": _last(90)}


def _spent(least: int) -> dict[str, Any]:
    compare = {"op": "gte", "value": least}
    return {"kind": "event_aggregate", "function": "sum", "property": "total", "compare": compare, **_ORDERS}


TAGS: tuple[dict[str, Any], ...] = (
    {
        "name": "Spent in 90 days 近90天消费额",
        "kind": "statistic",
        "value_type": "number",
        "definition": {"measure": {"function": "sum", "property": "total", **_ORDERS}},
    },
    {
        "name": "Value tier 价值分层",
        "kind": "rule",
        "value_type": "text",
        "definition": {
            "levels": [
                {"value": "high 高", "rule": _spent(3_000)},
                {"value": "middle 中", "rule": _spent(500)},
                {"value": "low 低", "rule": {"kind": "event", **_ORDERS}},
            ],
            "otherwise": "none 未购",
        },
    },
)

AUDIENCES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Interested, reachable 有兴趣且可触达", RULE),
    (
        "Valuable, quiet for 30 days 高价值近30天未购",
        {
            "kind": "all",
            "rules": [
                _spent(1_000),
                {"kind": "not", "rule": {"kind": "event", **_ORDERS, "window": _last(30)}},
            ],
        },
    ),
    (
        "Shanghai and Beijing 京沪用户",
        {"kind": "trait", "trait": "city", "op": "in", "value": ["上海", "北京"]},
    ),
)
