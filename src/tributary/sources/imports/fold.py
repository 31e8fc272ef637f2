"""What a mapping means: rows go in, events come out.

A block with `group_by` folds all rows of a key into one event, wherever in the file they stand. The file is read
twice: first to count the rows of each key, then to fold them; a group is finished when its last row has come. So
memory holds one number per key, plus the groups that are open — not the rows.

A group with one unusable row is rejected as a whole: an order with a line missing would carry a wrong total.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import xxhash

from tributary.sources.imports.cells import converter, iso, json_number, parse_datetime, parse_decimal
from tributary.sources.imports.mapping import (
    Block,
    Column,
    Condition,
    Constant,
    Mapping,
    Total,
    Track,
    Value,
    columns_of,
    fields_of,
    placeholders,
)
from tributary.sources.imports.rows import Cells, Row

MAX_MESSAGE_ID = 100  # characters; the protocol's limit
Key = tuple[str | None, ...]


class BadCell(Exception):
    """A row that cannot become an event. `column` is empty when the whole row is at fault."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}" if column else reason)
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Mapped:
    """An event, the block that made it, and the rows that it was made of."""

    block: str
    event: dict[str, Any]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row, or a whole group, that became no event.

    `row` is the one at fault and `cells` its cells by column; `rows` are all that go with it.
    """

    block: str
    row: int
    column: str
    reason: str
    cells: dict[str, str | None]
    rows: tuple[int, ...] = ()


@dataclass(slots=True)
class _Group:
    """State of one event under construction."""

    rows: list[int] = field(default_factory=list)
    first: Cells = ()
    last: Cells = ()
    sums: list[Decimal] = field(default_factory=list)
    products: list[dict[str, Any]] = field(default_factory=list)
    bad: Rejected | None = None


Setter = Callable[[_Group, dict[str, Any]], None]


class BlockReader:
    """One block of a mapping, compiled for the columns of one file."""

    def __init__(self, mapping: Mapping, place: str, block: Block, columns: list[str]) -> None:
        self.place = place
        self._block = block
        self._index = {name: index for index, name in enumerate(columns)}
        self._zone = ZoneInfo(mapping.timezone)
        self._namespace = f"{mapping.name}:{place}"
        self._conditions = [self._condition(condition) for condition in block.when]
        self._key_columns = [self._index[name] for name in block.group_by]
        self._used = sorted(self._index[name] for name in columns_of(block, place))
        self._totals: list[list[tuple[str, int]]] = []  # per sum: its factors' names and columns
        self._products: list[Setter] = []
        self._fields: list[tuple[str, Setter]] = []
        for section, name, value, _ in fields_of(block, place):
            setter = self._setter(name, value)
            if section == "products":
                self._products.append(setter)
            else:
                self._fields.append((section, setter))
        self._counts: dict[Key, int] = {}
        self._open: dict[Key, _Group] = {}

    @property
    def is_grouped(self) -> bool:
        return bool(self._key_columns)

    @property
    def open_groups(self) -> int:
        """Groups whose last row has not come: none after the second pass."""
        return len(self._open)

    def accepts(self, cells: Cells) -> bool:
        """Whether the row fulfils the block's `when`."""
        return all(condition(cells) for condition in self._conditions)

    def count(self, cells: Cells) -> None:
        """First pass: note that the row's group has one row more."""
        key = self._key(cells)
        self._counts[key] = self._counts.get(key, 0) + 1

    def take(self, row: Row) -> Mapped | Rejected | None:
        """Second pass: take a row in; an event, or why there is none, comes out with the last row of its group."""
        if not self.is_grouped:
            group = _Group()
            self._add(group, row)
            return self._finish(group, (row.number,))
        key = self._key(row.cells)
        group = self._open.setdefault(key, _Group())
        self._add(group, row)
        self._counts[key] -= 1
        if self._counts[key] > 0:
            return None
        del self._counts[key], self._open[key]
        return self._finish(group, key)

    def _key(self, cells: Cells) -> Key:
        return tuple([cells[index] for index in self._key_columns])

    def _add(self, group: _Group, row: Row) -> None:
        group.rows.append(row.number)
        if group.bad is not None:
            return
        if not group.first:
            group.first = row.cells
            group.sums = [Decimal(0)] * len(self._totals)
        group.last = row.cells
        try:
            for number, factors in enumerate(self._totals):
                group.sums[number] += _product(row.cells, factors)
            if self._products:
                item: dict[str, Any] = {}
                for setter in self._products:
                    setter(group, item)
                group.products.append(item)
        except BadCell as bad:
            group.bad = self._rejected(row.number, row.cells, bad)

    def _finish(self, group: _Group, key: tuple[Any, ...]) -> Mapped | Rejected:
        if group.bad is None:
            try:
                return Mapped(self.place, self._event(group, key), tuple(group.rows))
            except BadCell as bad:
                group.bad = self._rejected(group.rows[-1], group.last, bad)
        return replace(group.bad, rows=tuple(group.rows))

    def _rejected(self, row: int, cells: Cells, bad: BadCell) -> Rejected:
        named = {name: cells[index] for name, index in self._index.items() if index in self._used}
        return Rejected(self.place, row, bad.column, bad.reason, named)

    def _event(self, group: _Group, key: tuple[Any, ...]) -> dict[str, Any]:
        block = self._block
        event: dict[str, Any] = {"type": "track" if isinstance(block, Track) else "identify"}
        if isinstance(block, Track):
            event["event"] = self._required(block.event, group, "event")
        event |= self._ids(group)
        event["timestamp"] = self._timestamp(group)
        event["messageId"] = self._message_id(group, key)
        body: dict[str, dict[str, Any]] = {"traits": {}, "properties": {}, "context": {}}
        for section, setter in self._fields:
            setter(group, body[section])
        if group.products:
            body["properties"]["products"] = group.products
        own = "properties" if isinstance(block, Track) else "traits"
        event[own] = body[own]
        if body["context"]:
            event["context"] = body["context"]
        return event

    def _ids(self, group: _Group) -> dict[str, str]:
        block = self._block
        user_id = self._fill(block.user_id, group.last) if block.user_id else None
        anonymous = block.anonymous_id or (block.guest_id if user_id is None else None)
        anonymous_id = self._fill(anonymous, group.last) if anonymous else None
        if user_id is None and anonymous_id is None:
            raise BadCell("", "neither a user id nor an anonymous id: the cells for both are missing")
        ids = {"userId": user_id, "anonymousId": anonymous_id}
        return {name: value for name, value in ids.items() if value is not None}

    def _timestamp(self, group: _Group) -> str:
        spec = self._block.timestamp
        cell = (group.first if spec.pick == "first" else group.last)[self._index[spec.column]]
        if cell is None:
            raise BadCell(spec.column, "the time is missing")
        try:
            return iso(parse_datetime(cell, zone=self._zone, format=spec.format))
        except ValueError as exc:
            raise BadCell(spec.column, str(exc)) from exc

    def _message_id(self, group: _Group, key: tuple[Any, ...]) -> str:
        """The same for the same data, so that importing a file again only yields duplicates.

        Without a template it names the group; for a single row, the row's number and content.
        """
        if self._block.message_id:
            text = self._required(self._block.message_id, group, "message_id")
        else:
            content = () if self.is_grouped else tuple(group.last[index] for index in self._used)
            digest = xxhash.xxh3_128_hexdigest(msgspec.json.encode([key, content]))
            text = f"{self._namespace}:{digest}"
        if len(text) <= MAX_MESSAGE_ID:
            return text
        return f"{self._namespace}:{xxhash.xxh3_128_hexdigest(text.encode())}"

    def _required(self, template: str, group: _Group, what: str) -> str:
        filled = self._fill(template, group.last)
        if filled is None:
            raise BadCell(" ".join(placeholders(template)), f"the cell for {what} is missing")
        return filled

    def _fill(self, template: str, cells: Cells) -> str | None:
        """The template with the row's cells in it; None when one of them is missing."""
        values = {name: cells[self._index[name]] for name in placeholders(template)}
        if any(value is None for value in values.values()):
            return None
        return re.sub(r"\{([^{}]+)\}", lambda match: values[match[1]] or "", template)

    def _condition(self, condition: Condition) -> Callable[[Cells], bool]:
        index = self._index[condition.column]
        holds = _test(condition)
        if condition.unless:
            return lambda cells: not holds(cells[index])
        return lambda cells: holds(cells[index])

    def _setter(self, name: str, value: Value) -> Setter:
        *parents, leaf = name.split(".")
        compute = self._compute(value)

        def set_field(group: _Group, target: dict[str, Any]) -> None:
            computed = compute(group)
            if computed is None:
                return
            for parent in parents:  # a dotted name makes an object
                target = target.setdefault(parent, {})
            target[leaf] = computed

        return set_field

    def _compute(self, value: Value) -> Callable[[_Group], Any]:
        match value:
            case str():
                return lambda group: self._fill(value, group.last)
            case Constant():
                return lambda _group: value.value
            case Column():
                return self._column(value)
            case Total():
                return self._total(value)

    def _column(self, spec: Column) -> Callable[[_Group], Any]:
        index = self._index[spec.column]
        convert = converter(spec.type, zone=self._zone, format=spec.format, separator=spec.separator)
        takes_first = spec.pick == "first"
        negate = spec.negate

        def compute(group: _Group) -> Any:
            cell = (group.first if takes_first else group.last)[index]
            if cell is None:
                return None
            try:
                converted = convert(cell)
            except ValueError as exc:
                raise BadCell(spec.column, str(exc)) from exc
            return -converted if negate else converted

        return compute

    def _total(self, spec: Total) -> Callable[[_Group], Any]:
        if spec.count is not None:
            return lambda group: len(group.rows)
        self._totals.append([(name, self._index[name]) for name in spec.factors])
        number = len(self._totals) - 1

        def compute(group: _Group) -> int | float:
            total = -group.sums[number] if spec.negate else group.sums[number]
            return json_number(total if spec.decimals is None else round(total, spec.decimals))

        return compute


def _product(cells: Cells, factors: list[tuple[str, int]]) -> Decimal:
    result = Decimal(1)
    for name, index in factors:
        cell = cells[index]
        if cell is None:
            return Decimal(0)
        try:
            result *= parse_decimal(cell)
        except ValueError as exc:
            raise BadCell(name, str(exc)) from exc
    return result


def _test(condition: Condition) -> Callable[[str | None], bool]:
    match condition.operator:
        case "equals":
            return lambda cell: cell == condition.equals
        case "not_equals":
            return lambda cell: cell is not None and cell != condition.not_equals
        case "one_of":
            wanted = frozenset(condition.one_of or ())
            return lambda cell: cell in wanted
        case "starts_with":
            prefix = condition.starts_with or ""
            return lambda cell: cell is not None and cell.startswith(prefix)
        case "matches":
            pattern = re.compile(condition.matches or "")
            return lambda cell: cell is not None and pattern.search(cell) is not None
        case _:
            is_present = condition.state == "present"
            return lambda cell: (cell is not None) == is_present
