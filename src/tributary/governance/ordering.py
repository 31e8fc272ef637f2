"""Orders of lists that are read page by page: each has a key that says where the next page begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from tributary.errors import InvalidRequest


class Order:
    """An order of a list: by one column, then by id; the smallest first, or the largest.

    Rows without a value count as `missing`.
    """

    def __init__(
        self,
        id_: InstrumentedAttribute[str],
        column: InstrumentedAttribute[Any] | None = None,
        *,
        missing: Any = None,
        is_ascending: bool = False,
    ) -> None:
        self._id = id_
        self._column = column
        self._missing = missing
        self._is_ascending = is_ascending
        value = column if column is None or missing is None else func.coalesce(column, missing)
        self._value: ColumnElement[Any] | InstrumentedAttribute[Any] | None = value

    @property
    def columns(self) -> Sequence[ColumnElement[Any]]:
        """What to order by."""
        keys = [self._id] if self._value is None else [self._value, self._id]
        return [key.asc() if self._is_ascending else key.desc() for key in keys]

    def key(self, row: Any) -> tuple[str | int | float, ...]:
        """Where a row stands, as JSON scalars."""
        if self._column is None:
            return (row.id,)
        value = getattr(row, self._column.key)
        value = self._missing if value is None else value
        return (value.isoformat() if isinstance(value, datetime) else value, row.id)

    def after(self, key: tuple[Any, ...]) -> ColumnElement[bool]:
        """The rows after the one that stands at `key`.

        Raises:
            InvalidRequest: the key belongs to another order.
        """
        is_text = self._missing is None or isinstance(self._missing, datetime)
        kinds = (str,) if self._value is None else ((str if is_text else type(self._missing)), str)
        if tuple(map(type, key)) != kinds:
            raise _other_order()
        beyond: ColumnElement[bool] = self._id > key[-1] if self._is_ascending else self._id < key[-1]
        if self._value is None:
            return beyond
        try:
            at = datetime.fromisoformat(key[0]) if isinstance(self._missing, datetime) else key[0]
        except ValueError:
            raise _other_order() from None
        value = self._value
        further: ColumnElement[bool] = value > at if self._is_ascending else value < at
        return or_(further, and_(value == at, beyond))


def _other_order() -> InvalidRequest:
    return InvalidRequest("The cursor belongs to another order.", cure="Start without one.", path="cursor")
