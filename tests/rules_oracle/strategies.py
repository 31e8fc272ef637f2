"""Random rules and measures that resolve: every operator of every type, with constants that are likely to matter."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from rules_oracle.world import AUDIENCES, ITEMS, NOWS, NUMBERS, PROPERTIES, TAGS, TEXTS, TRAITS

_numbers = st.sampled_from([*NUMBERS, 2**53, 1e-7, -0.0, 18])
_texts = st.sampled_from([*TEXTS, "s", "S", "i", "京", "\\", "'"])
_days = st.sampled_from(
    [now.date().isoformat() for now in NOWS] + ["2026-03-01", "2025-11-02", "2024-02-28", "1996-02-29"]
)
_instants = st.sampled_from(
    [now.isoformat(timespec="milliseconds") for now in NOWS]
    + ["2026-03-08T02:30:00", "2026-10-25T02:30:00.500", "2026-04-24 00:00", "2026-05-31T12:00:00+08:00"]
)
_calendar = st.sampled_from(["days", "weeks", "months"])
_units = st.sampled_from(["hours", "days", "weeks", "months"])
_steps = st.sampled_from([1, 2, 7, 30, 3])
_cases = st.booleans()


def _drop_false(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value is not False or key == "value"}


def _compare(numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    single = st.builds(
        lambda op, value: {"op": op, "value": value},
        st.sampled_from(["is", "is_not", "lt", "lte", "gt", "gte"]),
        numbers,
    )
    pair = st.builds(lambda a, b: {"op": "between", "value": sorted((a, b))}, numbers, numbers)
    return single | pair


_counts = _compare(st.integers(0, 5))
_presence = st.sampled_from([{"op": "is_set"}, {"op": "is_not_set"}])


def _text_tests() -> st.SearchStrategy[dict[str, Any]]:
    equal = st.builds(
        lambda op, value, case: {"op": op, "value": value, "ignore_case": case},
        st.sampled_from(["is", "is_not"]),
        _texts,
        _cases,
    )
    several = st.builds(
        lambda op, values, case: {"op": op, "value": values, "ignore_case": case},
        st.sampled_from(["in", "not_in"]),
        st.lists(_texts, min_size=1, max_size=4),
        _cases,
    )
    parts = st.builds(
        lambda op, value, case: {"op": op, "value": value, "ignore_case": case},
        st.sampled_from(["contains", "not_contains", "starts_with", "ends_with"]),
        _texts.filter(bool),
        _cases,
    )
    return equal | several | parts


def _number_tests() -> st.SearchStrategy[dict[str, Any]]:
    several = st.builds(
        lambda op, values: {"op": op, "value": values},
        st.sampled_from(["in", "not_in"]),
        st.lists(_numbers, min_size=1),
    )
    return _compare(_numbers) | several


def _time_tests(type_: str) -> st.SearchStrategy[dict[str, Any]]:
    constants = _days if type_ == "date" else _days | _instants
    units = _calendar if type_ == "date" else _units
    pairs = st.tuples(_days, _days).map(sorted)
    if type_ == "datetime":
        aware = st.sampled_from([now.isoformat(timespec="milliseconds") for now in NOWS])
        pairs |= st.tuples(aware, aware).filter(lambda pair: pair[0] != pair[1]).map(sorted)
    return st.one_of(
        st.builds(lambda value: {"op": "on", "value": value}, _days),
        st.builds(lambda op, value: {"op": op, "value": value}, st.sampled_from(["before", "after"]), constants),
        st.builds(lambda value: {"op": "between", "value": value}, pairs),
        st.builds(
            lambda op, value, unit: {"op": op, "value": value, "unit": unit},
            st.sampled_from(["in_last", "not_in_last", "more_than_ago", "in_next"]),
            _steps,
            units,
        ),
        st.just({"op": "anniversary_today"}),
        st.builds(
            lambda value, unit: {"op": "anniversary_in_next", "value": value, "unit": unit},
            st.sampled_from([0, 1, 2, 7]),
            _calendar,
        ),
    )


def _list_tests() -> st.SearchStrategy[dict[str, Any]]:
    has = st.builds(
        lambda op, values, case: {"op": op, "value": values, "ignore_case": case},
        st.sampled_from(["has_any", "has_all", "has_none"]),
        st.lists(st.sampled_from([*ITEMS, "SHOES", "É"]), min_size=1, max_size=3),
        _cases,
    )
    return has | st.builds(lambda compare: {"op": "length", "value": compare}, _counts)


_TESTS = {
    "text": _text_tests() | _presence,
    "number": _number_tests() | _presence,
    "boolean": st.builds(lambda op, value: {"op": op, "value": value}, st.sampled_from(["is", "is_not"]), st.booleans())
    | _presence,
    "datetime": _time_tests("datetime") | _presence,
    "date": _time_tests("date") | _presence,
    "list": _list_tests() | _presence,
}

_windows = st.one_of(
    st.just({"kind": "all_time"}),
    st.builds(lambda value, unit: {"kind": "last", "value": value, "unit": unit}, _steps, _units),
    st.builds(
        lambda least, more, unit: {"kind": "ago", "least": least, "most": least + more, "unit": unit},
        st.integers(0, 3),
        _steps,
        _units,
    ),
    st.tuples(_days, _days).map(sorted).map(lambda ends: {"kind": "fixed", "start": ends[0], "end": ends[1]}),
    st.builds(lambda start: {"kind": "fixed", "start": start}, _instants),
    st.builds(lambda end: {"kind": "fixed", "end": end}, _instants | _days),
)


@st.composite
def _scopes(draw: st.DrawFn, events: st.SearchStrategy[str]) -> dict[str, Any]:
    event = draw(events)
    types = PROPERTIES[event]
    scope: dict[str, Any] = {"event": event}
    if types:
        names = draw(st.lists(st.sampled_from(sorted(types)), max_size=2))
        if names:
            scope["where"] = [_drop_false({"property": name, **draw(_TESTS[types[name]])}) for name in names]
            scope["match"] = draw(st.sampled_from(["all", "any"]))
    return scope


_events = st.sampled_from(sorted(PROPERTIES))
_rich_events = st.sampled_from([event for event, types in sorted(PROPERTIES.items()) if types])


@st.composite
def leaves(draw: st.DrawFn) -> dict[str, Any]:
    """One condition of any kind."""
    kind = draw(
        st.sampled_from(
            [
                "trait",
                "trait",
                "event",
                "event",
                "event_aggregate",
                "regular",
                "first_time",
                "last_time",
                "tag",
                "audience",
                "random",
            ]
        )
    )
    if kind == "trait":
        name = draw(st.sampled_from(sorted(TRAITS)))
        return _drop_false({"kind": kind, "trait": name, **draw(_TESTS[TRAITS[name]])})
    if kind == "tag":
        id_ = draw(st.sampled_from(sorted(TAGS)))
        return _drop_false({"kind": kind, "tag": id_, **draw(_TESTS[TAGS[id_]])})
    if kind == "audience":
        return {
            "kind": kind,
            "audience": draw(st.sampled_from(AUDIENCES)),
            "op": draw(st.sampled_from(["in", "not_in"])),
        }
    if kind == "random":
        low, high = sorted(draw(st.lists(st.integers(0, 100), min_size=2, max_size=2, unique=True)))
        return {"kind": kind, "salt": draw(_texts.filter(bool)), "from_percent": low, "to_percent": high}
    return {"kind": kind, **draw(_event_parts(kind))}


@st.composite
def _event_parts(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    if kind in {"first_time", "last_time"}:
        return {**draw(_scopes(_events)), **draw(_TESTS["datetime"])}
    if kind == "event":
        extra: dict[str, Any] = draw(st.sampled_from([{"op": "did"}, {"op": "did_not"}, {}]))
        if not extra:
            extra = {"count": draw(_counts)}
        return {**draw(_scopes(_events)), "window": draw(_windows), **extra}
    if kind == "regular":
        number = draw(st.integers(2, 6))
        least = draw(st.integers(1, number))
        return {**draw(_scopes(_events)), "at_least": least, "periods": number, "unit": draw(_units)}
    scope = draw(_scopes(_rich_events))
    function = draw(st.sampled_from(["sum", "avg", "min", "max", "distinct"]))
    types = PROPERTIES[scope["event"]]
    fitting = [
        name for name, type_ in types.items() if type_ == "number" or (function == "distinct" and type_ != "list")
    ]
    compare = draw(_counts if function == "distinct" else _compare(_numbers))
    name = draw(st.sampled_from(sorted(fitting)))
    return {**scope, "window": draw(_windows), "function": function, "property": name, "compare": compare}


def rules() -> st.SearchStrategy[dict[str, Any]]:
    """Trees of up to about a dozen conditions."""
    return st.recursive(
        leaves(),
        lambda parts: st.one_of(
            st.builds(lambda parts: {"kind": "all", "rules": parts}, st.lists(parts, max_size=4)),
            st.builds(lambda parts: {"kind": "any", "rules": parts}, st.lists(parts, max_size=4)),
            st.builds(lambda part: {"kind": "not", "rule": part}, parts),
        ),
        max_leaves=8,
    )


@st.composite
def measures(draw: st.DrawFn) -> dict[str, Any]:
    """Measures of every function."""
    function = draw(st.sampled_from(["count", "sum", "avg", "min", "max", "distinct", "first", "last"]))
    data = {**draw(_scopes(_rich_events)), "window": draw(_windows), "function": function}
    if function != "count":
        types = PROPERTIES[data["event"]]
        is_free = function in {"distinct", "first", "last"}
        names = [name for name, type_ in types.items() if type_ == "number" or (is_free and type_ != "list")]
        data["property"] = draw(st.sampled_from(sorted(names)))
    return data
