"""HTTP answers of the collector, in the shapes that Segment's clients read: `{"code", "message"}` for errors."""

from __future__ import annotations

import base64
from typing import NamedTuple

import msgspec

from tributary.errors import TooManyRequests, TributaryError

Headers = list[tuple[str, str]]


class Answer(NamedTuple):
    """Status, headers (lower-case names) and body."""

    status: int
    headers: Headers
    body: bytes


_JSON = ("content-type", "application/json")
_NO_STORE = ("cache-control", "no-store")
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # one transparent pixel

_RETRY_AFTER_BUSY_SECONDS = "1"  # a full queue is written within a fraction of a second
_RETRY_AFTER_BROKEN_SECONDS = "5"  # the pause between two attempts to open a failed log

ACCEPTED = Answer(200, [_JSON], b'{"success":true}')
PIXEL = Answer(200, [("content-type", "image/gif"), ("cache-control", "no-store, max-age=0")], _GIF)


def json_answer(status: int, content: object) -> Answer:
    """`content` as JSON that nobody caches."""
    return Answer(status, [_JSON, _NO_STORE], msgspec.json.encode(content))


def problem(status: int, code: str, message: str) -> Answer:
    """An error that the clients print."""
    return json_answer(status, {"code": code, "message": message})


def failure(error: TributaryError) -> Answer:
    """The answer to an error of ours. Those that pass say when to come back."""
    answer = problem(error.status, error.code, str(error))
    if error.retry:
        is_busy = isinstance(error, TooManyRequests)
        seconds = _RETRY_AFTER_BUSY_SECONDS if is_busy else _RETRY_AFTER_BROKEN_SECONDS
        answer.headers.append(("retry-after", seconds))
        if is_busy:
            answer.headers.append(("x-ratelimit-reset", seconds))
    return answer
