"""The one error taxonomy.

Every error that a caller can meet is a `TributaryError`: it says what happened (`message`), how to mend it (`cure`) and
carries machine-readable facts (`attrs`). Only `api/problems.py` turns them into HTTP answers and only the job runner
and the pipeline read `retry`.

    TributaryError
    ├─ InvalidRequest        400  the caller sent something unusable
    │  └─ RuleError          422  a rule is wrong; `path` points into the tree
    ├─ Unauthenticated       401
    ├─ Forbidden             403
    ├─ NotFound              404
    ├─ Conflict              409
    ├─ Cancelled             409  the caller stopped it, or asked something newer in its place
    ├─ TooManyRequests       429  retry after a while
    ├─ BudgetExceeded        422  a query went over its time, memory or row limit
    ├─ Unavailable           503  a store, the log or a provider cannot answer now; retry
    └─ BugError              500  an invariant of ours does not hold; report it
"""

from __future__ import annotations

from typing import Any, ClassVar


class TributaryError(Exception):
    """Base of all errors that Tributary raises on purpose.

    `code` is stable and documented; `status` is the HTTP status; `retry` says whether the same call may succeed later.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    retry: ClassVar[bool] = False

    def __init__(self, message: str, *, cure: str | None = None, **attrs: Any) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure
        self.attrs = attrs

    def __str__(self) -> str:
        return f"{self.message} {self.cure}" if self.cure else self.message

    def in_chinese(self) -> tuple[str, str | None] | None:
        """Message and cure in Chinese, of an error that brings them along. None: `core.translation` knows them."""
        return None


class InvalidRequest(TributaryError):
    """The caller sent something that cannot be used as it is."""

    code = "invalid_request"
    status = 400


class RuleError(InvalidRequest):
    """A rule cannot be decoded, resolved or compiled. `path` is where in the tree, such as `all[1].value`."""

    code = "invalid_rule"
    status = 422

    def __init__(self, message: str, *, path: str = "", cure: str | None = None, **attrs: Any) -> None:
        super().__init__(message, cure=cure, path=path, **attrs)
        self.path = path


class Unauthenticated(TributaryError):
    """No valid session, token or write key came with the request."""

    code = "unauthenticated"
    status = 401


class Forbidden(TributaryError):
    """The caller is known but may not do this."""

    code = "forbidden"
    status = 403


class NotFound(TributaryError):
    """No such thing in this workspace. Things of other workspaces answer the same."""

    code = "not_found"
    status = 404


class Conflict(TributaryError):
    """The request contradicts the current state."""

    code = "conflict"
    status = 409


class Cancelled(TributaryError):
    """The caller stopped it, or asked something newer in its place."""

    code = "cancelled"
    status = 409


class TooManyRequests(TributaryError):
    """A rate or capacity limit was hit; the same call may succeed later."""

    code = "too_many_requests"
    status = 429
    retry = True


class BudgetExceeded(TributaryError):
    """A query exceeded its time, memory or row budget and was stopped."""

    code = "budget_exceeded"
    status = 422


class Unavailable(TributaryError):
    """A store, the log or a provider cannot answer now."""

    code = "unavailable"
    status = 503
    retry = True


class BugError(TributaryError):
    """An invariant of ours does not hold."""

    code = "internal_error"
    status = 500
