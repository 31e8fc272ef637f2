"""Lists: `{items, next_cursor}`, with an opaque cursor that names where the next page starts.

A cursor holds the sort key of the last item, so that a page stays right while items are added or removed.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

from tributary.errors import InvalidRequest

T = TypeVar("T")
Row = TypeVar("Row")

MAX_LIMIT = 200


class Page(BaseModel, Generic[T]):
    """One page of a list. `next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page the caller wants: at most `limit` items, those after the sort key `after` (None: from the start)."""

    limit: int
    after: tuple[Any, ...] | None

    def after_text(self) -> str | None:
        """The sort key when it is one text.

        Raises:
            InvalidRequest: the cursor belongs to another list.
        """
        return None if self.after is None else str(self._only(str))

    def after_int(self) -> int | None:
        """The sort key when it is one integer.

        Raises:
            InvalidRequest: the cursor belongs to another list.
        """
        return None if self.after is None else int(self._only(int))

    def _only(self, kind: type) -> Any:
        if self.after is None or len(self.after) != 1 or not isinstance(self.after[0], kind):
            raise _bad_cursor()
        return self.after[0]


def encode_cursor(*key: str | float | None) -> str:
    """The opaque text of a sort key."""
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> tuple[Any, ...]:
    """The sort key inside a cursor.

    Raises:
        InvalidRequest: the text is not a cursor of ours.
    """
    try:
        key = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise _bad_cursor() from None
    if not isinstance(key, list) or not key or not all(isinstance(part, str | int | float | None) for part in key):
        raise _bad_cursor()
    return tuple(key)


def _bad_cursor() -> InvalidRequest:
    return InvalidRequest(
        "The cursor cannot be read.", cure="Pass next_cursor of the previous page unchanged, or none.", path="cursor"
    )


def _page_request(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Most items on the page.")] = 50,
    cursor: Annotated[str | None, Query(max_length=500, description="`next_cursor` of the previous page.")] = None,
) -> PageRequest:
    return PageRequest(limit=limit, after=None if cursor is None else decode_cursor(cursor))


PageQuery = Annotated[PageRequest, Depends(_page_request)]


def page_of(
    rows: Sequence[Row], request: PageRequest, out: Callable[[Row], T], key: Callable[[Row], Sequence[Any]]
) -> Page[T]:
    """The page made of `rows`, which were fetched with `limit=request.limit + 1` (one more shows that there is more).

    `out` turns a row into its output; `key` gives a row's sort key as a sequence of JSON scalars.
    """
    shown = rows[: request.limit]
    more = len(rows) > request.limit
    return Page(items=[out(row) for row in shown], next_cursor=encode_cursor(*key(shown[-1])) if more else None)
