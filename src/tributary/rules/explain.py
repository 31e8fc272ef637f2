"""Rules and measures as one sentence, in Chinese or in English.

It works on the tree as written, so that a rule that no longer resolves can still be read: what the catalogue does not
know is shown by its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from tributary.rules import tree
from tributary.rules.catalog import Catalog, Labels
from tributary.rules.measure import Measure
from tributary.rules.wording import WORDINGS, Locale, Wording

_SHOWN = 5  # values of a list that a sentence spells out
_OF_TIME = {tree.Op.ON, tree.Op.BEFORE, tree.Op.AFTER}  # their constants stand without quotes


def explain(rule: tree.Rule | Measure, catalog: Catalog, locale: Locale) -> str:
    """The rule in words, such as `city is “上海” and did Order Completed at least 3 times in the last 90 days`."""
    return Speaker(catalog, locale).node(rule)


class Speaker:
    """Puts parts of rules into the words of one language, with names from one catalogue."""

    def __init__(self, catalog: Catalog, locale: Locale) -> None:
        self._catalog = catalog
        self._words: Wording = WORDINGS[locale]
        self._labels = catalog.labels.get(locale, Labels())

    def node(self, node: tree.Rule | Measure) -> str:
        """Any rule, or a measure."""
        words = self._words
        match node:
            case tree.All(rules=rules):
                return words.both.join(self._part(part) for part in rules) if rules else words.everyone
            case tree.Any(rules=rules):
                return words.either.join(self._part(part) for part in rules) if rules else words.nobody
            case tree.Not(rule=part):
                return words.negation.format(self.node(part))
            case tree.Trait(trait=name):
                return words.trait.format(name=self._labels.traits.get(name, name), test=self._test(node))
            case tree.Tag(tag=id_):
                tag = self._catalog.tags.get(id_)
                return words.tag.format(name=tag.name if tag else id_, test=self._test(node))
            case tree.Audience(audience=id_, op=op):
                audience = self._catalog.audiences.get(id_)
                return words.audience[op].format(name=audience.name if audience else id_)
            case tree.Random(salt=salt, from_percent=low, to_percent=high):
                return words.random.format(salt=salt, low=_number(low), high=_number(high))
            case _:
                return self._of_events(node)

    def _of_events(self, node: tree.EventLeaf | Measure) -> str:
        words, where = self._words, self._where(node.where, node.match)
        match node:
            case tree.Event(event=event, op=op, count=count):
                window = self._window(node.window)
                counted = "" if count is None else self._compare(count, words.counts)
                template = words.did_not if op == "did_not" else words.did
                return template.format(event=self._event(event), count=counted, window=window, where=where)
            case tree.EventAggregate(event=event, function=function, property=name):
                return words.aggregate.format(
                    event=self._event(event),
                    function=words.functions[function],
                    property=self._property(name),
                    window=self._window(node.window),
                    where=where,
                    test=self._compare(node.compare, words.comparisons),
                )
            case tree.Regular(event=event):
                return words.regular.format(
                    event=self._event(event),
                    where=where,
                    number=node.at_least,
                    least=self._steps(node.at_least, node.unit),
                    span=self._steps(node.periods, node.unit),
                )
            case tree.FirstTime(event=event) | tree.LastTime(event=event):
                template = words.time["first_time" if isinstance(node, tree.FirstTime) else "last_time"]
                return template.format(event=self._event(event), where=where, test=self._test(node))
            case Measure(event=event, function=function, property=name):
                template = words.measure_count if name is None else words.measure
                return template.format(
                    event=self._event(event),
                    function=words.functions.get(function, ""),
                    property=None if name is None else self._property(name),
                    window=self._window(node.window),
                    where=where,
                )
            case _:
                assert_never(node)

    def _event(self, name: str) -> str:
        return self._labels.events.get(name, name)

    def _property(self, name: str) -> str:
        return self._labels.properties.get(name, name)

    def _part(self, part: tree.Rule) -> str:
        text = self.node(part)
        return (
            self._words.nested.format(text) if isinstance(part, tree.All | tree.Any) and len(part.rules) > 1 else text
        )

    def _where(self, filters: tuple[tree.Filter, ...], match: tree.Match) -> str:
        if not filters:
            return ""
        words = self._words
        parts = [words.property.format(name=self._property(item.property), test=self._test(item)) for item in filters]
        return words.filtered.format((words.both if match == "all" else words.either).join(parts))

    def _test(self, node: tree.Trait | tree.Filter | tree.Tag | tree.FirstTime | tree.LastTime) -> str:
        unit = getattr(node, "unit", None)
        low, high = self._ends(node.value, is_time=True)  # the ends of a range are numbers or times, never texts
        if unit is not None and isinstance(node.value, int):
            value = self._steps(node.value, unit)
        elif isinstance(node.value, tree.Compare):
            value = self._compare(node.value, self._words.comparisons)
        else:
            value = self._value(node.value, is_time=node.op in _OF_TIME)
        text = self._words.operators[node.op].format(value=value, low=low, high=high)
        return text + (self._words.any_case if getattr(node, "ignore_case", False) else "")

    def _compare(self, compare: tree.Compare, templates: Mapping[str, str]) -> str:
        low, high = self._ends(compare.value)
        one, many = self._words.times
        times = (one if high == "1" else many).format(high)
        return templates[compare.op].format(low=low, high=high, times=times)

    def _ends(self, value: Any, *, is_time: bool = False) -> tuple[str, str]:
        ends = value if isinstance(value, list | tuple) else (value,)
        shown = [self._value(end, is_time=is_time) for end in ends] or [""]
        return shown[0], shown[-1]

    def _value(self, value: Any, *, is_time: bool = False) -> str:
        words = self._words
        if isinstance(value, list | tuple):
            shown = words.values.join(self._value(item) for item in value[:_SHOWN])
            more = words.more.format(rest=len(value) - _SHOWN, total=len(value))
            return shown + more if len(value) > _SHOWN else shown
        if isinstance(value, bool):
            return words.yes if value else words.no
        if isinstance(value, int | float):
            return _number(value)
        return "" if value is None else (str(value) if is_time else words.text.format(value))

    def _steps(self, steps: int, unit: tree.Unit) -> str:
        one, many = self._words.units[unit]
        return (one if steps == 1 else many).format(steps)

    def _window(self, window: tree.Window) -> str:
        templates = self._words.windows
        match window:
            case tree.AllTime():
                return ""
            case tree.Last(value=value, unit=unit):
                return templates["last"].format(value=self._steps(value, unit))
            case tree.Ago(least=least, most=most, unit=unit):
                return templates["ago"].format(least=self._steps(least, unit), most=self._steps(most, unit))
            case tree.Fixed(start=start, end=end):
                name = "between" if start and end else ("since" if start else "until")
                return templates[name].format(start=start, end=end)
            case _:
                assert_never(window)


def _number(number: float) -> str:
    """`3` for 3.0: people do not write the fraction of a whole number."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)
