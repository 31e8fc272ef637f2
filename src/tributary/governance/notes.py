"""What is worth a second look in a rule that is valid: names and values that nobody has, so that it selects nobody.

A typo in an event's name is no mistake that can be refused, for the event may come tomorrow. It is told instead.
"""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tributary import rules
from tributary.core.scan import EVENTS, TAG_VALUES, scan
from tributary.core.sql import Sql, bind, join, raw
from tributary.errors import BudgetExceeded, TooManyRequests, Unavailable
from tributary.governance.rule_check import conditions_of
from tributary.rules import Catalog, Locale, Measure, Rule, TagRef, tree
from tributary.rules.codec import child_path
from tributary.warehouse import Budget, Stop, Warehouse

_log = logging.getLogger(__name__)

_MAX_KNOWN: Final = 1_000  # names or values among which near ones are looked for, the commonest
_MAX_SUGGESTIONS: Final = 3
_NEAR: Final = 0.6
# A note is a courtesy: it may cost a moment, and when it costs more there is none.
_BUDGET: Final = Budget("notes", seconds=3, memory_bytes=1024**3, rows=10_000)
_Ask = Callable[[Sql], list[tuple[Any, ...]]]
_EQUALITY: Final = frozenset({tree.Op.IS, tree.Op.IS_NOT, tree.Op.IN, tree.Op.NOT_IN})

_UNKNOWN_EVENT: Final[Mapping[Locale, str]] = {
    "zh": "至今没有收到过名为“{name}”的事件。",
    "en": "No event “{name}” has ever arrived.",
}
_UNKNOWN_VALUE: Final[Mapping[Locale, str]] = {
    "zh": "标签“{tag}”最近一次计算后，没有人的值是“{name}”。",
    "en": "Nobody has the value “{name}” of the tag “{tag}” as it was last computed.",
}
_NEAREST: Final[Mapping[Locale, str]] = {"zh": "是否想用{names}？", "en": " Did you mean {names}?"}
_QUOTED: Final[Mapping[Locale, tuple[str, str]]] = {"zh": ("“{}”", "或"), "en": ("“{}”", " or ")}


@dataclass(frozen=True, slots=True)
class Note:
    """A remark on one place of a rule: `path` is written as in errors, `message` in the reader's language.

    `suggestions` are existing names or values like the one that nobody has, the nearest first.
    """

    path: str
    message: str
    suggestions: list[str]


def notes_on(
    warehouse: Warehouse,
    catalog: Catalog,
    source: Mapping[str, Any] | Rule | Measure,
    locale: Locale,
    *,
    path: str = "",
    stop: Stop | None = None,
) -> list[Note]:
    """Event names of a rule or measure that have never arrived, and text values of tags that nobody has.

    `path` is where the rule stands in a larger definition.

    None at all when the warehouse does not answer soon: a note never stands in the way.

    Raises:
        RuleError: the rule cannot be read. Cancelled: it was stopped.
    """
    rule = rules.decode(source) if isinstance(source, Mapping) else source
    events: list[tuple[str, str]] = []
    values: list[tuple[tree.Tag, str]] = []
    if isinstance(rule, Measure):
        events.append((child_path(path, "event"), rule.event))
    else:
        for leaf, place in conditions_of(rule, path):
            if isinstance(leaf, tree.EventLeaf):
                events.append((child_path(place, "event"), leaf.event))
            elif isinstance(leaf, tree.Tag) and leaf.op in _EQUALITY:
                values.append((leaf, child_path(place, "value")))

    def ask(question: Sql) -> list[tuple[Any, ...]]:
        return warehouse.query(question, workspace_id=catalog.workspace_id, budget=_BUDGET, stop=stop)

    return _within_budget(
        lambda: [*_on_events(ask, catalog, events, locale), *_on_values(ask, catalog, values, locale)]
    )


def _on_events(ask: _Ask, catalog: Catalog, used: Collection[tuple[str, str]], locale: Locale) -> list[Note]:
    names = sorted({name for _, name in used})
    if not names:
        return []
    seen = {name for (name,) in ask(_arrived(catalog.workspace_id, names))}
    if seen.issuperset(names):
        return []
    known = [name for (name,) in ask(_commonest_events(catalog.workspace_id))]
    return [
        _note(path, _UNKNOWN_EVENT[locale].format(name=name), name, known, locale)
        for path, name in used
        if name not in seen
    ]


def _on_values(ask: _Ask, catalog: Catalog, used: Iterable[tuple[tree.Tag, str]], locale: Locale) -> list[Note]:
    notes: list[Note] = []
    for leaf, path in used:
        tag = catalog.tags.get(leaf.tag)
        if tag is None or tag.run is None or tag.type != "text":
            continue
        listed = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
        asked = {index: value for index, value in enumerate(listed) if isinstance(value, str)}
        question = _tag_values(catalog.workspace_id, tag, tag.run, asked.values(), ignore_case=leaf.ignore_case)
        known = [str(text) for (text,) in ask(question)]
        had = {_folded(text, leaf.ignore_case) for text in known}
        for index, value in asked.items():
            if _folded(value, leaf.ignore_case) not in had:
                place = f"{path}[{index}]" if isinstance(leaf.value, tuple) else path
                message = _UNKNOWN_VALUE[locale].format(name=value, tag=tag.name)
                notes.append(_note(place, message, value, known, locale))
    return notes


def _arrived(workspace_id: int, names: Iterable[str]) -> Sql:
    """Each name that has a row. The table is ordered by event, so one row of each is found without reading others."""
    questions = [
        raw("SELECT event") + scan(EVENTS, workspace_id, raw("event = ") + bind(name, "String")) + " LIMIT 1"
        for name in names
    ]
    return join(" UNION ALL ", questions)


def _commonest_events(workspace_id: int) -> Sql:
    limit = bind(_MAX_KNOWN, "UInt32")
    return raw("SELECT event") + scan(EVENTS, workspace_id) + " GROUP BY event ORDER BY count() DESC LIMIT " + limit


def _tag_values(workspace_id: int, tag: TagRef, run: int, asked: Iterable[str], *, ignore_case: bool) -> Sql:
    """Values that people have: those asked for first, then the commonest."""
    wanted = bind([_folded(value, ignore_case) for value in asked], "Array(String)")
    is_asked = raw("lowerUTF8(assumeNotNull(text))" if ignore_case else "assumeNotNull(text)") + " IN " + wanted
    where = raw("tag_id = ") + bind(tag.id, "String") + " AND run = " + bind(run, "UInt64") + " AND isNotNull(text)"
    order = is_asked + " DESC, count() DESC LIMIT " + bind(_MAX_KNOWN, "UInt32")
    return raw("SELECT text") + scan(TAG_VALUES, workspace_id, where) + " GROUP BY text ORDER BY " + order


def _folded(text: str, ignore_case: bool) -> str:
    return text.lower() if ignore_case else text


def _within_budget(make: Callable[[], list[Note]]) -> list[Note]:
    try:
        return make()
    except (Unavailable, TooManyRequests, BudgetExceeded) as error:
        _log.info("a rule gets no notes: %s", error.code)
        return []


def _note(path: str, message: str, wrong: str, known: Iterable[str], locale: Locale) -> Note:
    folded = {name.casefold(): name for name in reversed(list(known))}  # of two that differ by case, the commoner
    near = difflib.get_close_matches(wrong.casefold(), folded, n=_MAX_SUGGESTIONS, cutoff=_NEAR)
    suggestions = [folded[name] for name in near]
    if suggestions:
        quotes, between = _QUOTED[locale]
        message += _NEAREST[locale].format(names=between.join(quotes.format(name) for name in suggestions))
    return Note(path, message, suggestions)
