"""Errors as `application/problem+json` (RFC 9457): what happened, where, and what to do about it.

This is the only place that turns an error of `tributary.errors` into an HTTP answer, and its English into the caller's
language.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from tributary.api.body import known_keys
from tributary.api.locale import locale_of
from tributary.api.wording import plain_words
from tributary.core.translation import translate
from tributary.errors import BugError, TributaryError
from tributary.rules import Locale

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

_TITLES = {
    400: "The request cannot be used",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Wrong method",
    409: "Conflict",
    413: "Too large",
    422: "The request has a mistake",
    429: "Too many requests",
    500: "Internal error",
    503: "Temporarily unavailable",
}
_CODES = {404: "not_found", 405: "method_not_allowed"}


class FieldProblem(BaseModel):
    """One mistake in the request."""

    path: str = Field(description="Where: `body.name`, `query.limit`, `body.rule.all[1].value`.")
    message: str = Field(description="What is wrong there.")


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str = Field(description="URI of the kind of error: `urn:tributary:error:<code>`.")
    title: str = Field(description="Short name of the status.")
    status: int = Field(description="HTTP status.")
    code: str = Field(description="Stable name of the kind of error, for programs.")
    detail: str = Field(description="What happened.")
    cure: str | None = Field(description="What to do about it.")
    path: str | None = Field(description="Where in the request the (first) mistake is.")
    errors: list[FieldProblem] | None = Field(description="Every mistake in the request, when there are several.")
    request_id: str | None = Field(description="Name it when you report the error; the logs carry it too.")


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    locale: Locale,
    cure: str | None = None,
    path: str | None = None,
    errors: list[FieldProblem] | None = None,
    request_id: str | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """A problem answer in the language `locale`; its texts are given in English, those of `errors` as they shall be."""
    body = Problem(
        type=f"urn:tributary:error:{code}",
        title=translate(_TITLES.get(status, "Error"), locale),
        status=status,
        code=code,
        detail=translate(detail, locale),
        cure=cure and translate(cure, locale),
        path=path,
        errors=errors,
        request_id=request_id,
    )
    headers = {**(headers or {}), "Content-Language": locale}
    return JSONResponse(body.model_dump(), status, headers=headers, media_type=MEDIA_TYPE)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses=` of a route for the statuses that it answers besides those every route answers."""
    return {
        status: {
            "description": _TITLES[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of `app` as a problem. Unknown ones are left to the outermost middleware."""
    app.add_exception_handler(TributaryError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def request_id_of(request: Request) -> str | None:
    """The id that the middleware gave to this request."""
    value = request.scope.get("state", {}).get("request_id")
    return value if isinstance(value, str) else None


def _known(request: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, TributaryError):
        raise exc
    if isinstance(exc, BugError):
        return unknown_problem(exc, request_id_of(request), locale_of(request.scope))
    headers = {}
    if exc.retry:
        headers["Retry-After"] = str(exc.attrs.get("retry_after", 5))
    if exc.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    locale = locale_of(request.scope)
    message, cure = (exc.in_chinese() if locale == "zh" else None) or (exc.message, exc.cure)
    return problem(
        exc.status,
        exc.code,
        message,
        locale=locale,
        cure=cure,
        path=exc.attrs.get("path"),
        request_id=request_id_of(request),
        headers=headers,
    )


def unknown_problem(exc: BaseException, request_id: str | None, locale: Locale) -> JSONResponse:
    """The answer to an error that nobody expected: nothing of its inside, but an id that leads to the log line.

    The log keeps the kind of error and the lines of code, not its text, which may quote a customer's data.
    """
    log.error("unexpected error", extra={"facts": {"request_id": request_id}}, exc_info=exc)
    return problem(
        500,
        BugError.code,
        "Something went wrong inside Tributary.",
        locale=locale,
        cure="Try again; if it happens again, report it with the request id.",
        request_id=request_id,
    )


def body_too_large(request_id: str | None, locale: Locale) -> JSONResponse:
    """The answer to a request body over the limit."""
    return problem(
        413,
        "too_large",
        "The request body is larger than this route takes.",
        locale=locale,
        cure="Send less at a time; load files with `tributary import`.",
        request_id=request_id,
    )


def _invalid(request: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, RequestValidationError):
        raise exc
    locale = locale_of(request.scope)
    errors = [
        FieldProblem(
            path=_path(error["loc"]), message=translate(plain_words(error, known_keys(request, error["loc"])), locale)
        )
        for error in exc.errors()
    ]
    first = errors[0] if errors else FieldProblem(path="", message="The request cannot be read.")
    colon = "：" if locale == "zh" else ": "
    return problem(
        422,
        "invalid_request",
        f"{first.path}{colon}{first.message}" if first.path else first.message,
        locale=locale,
        cure="Correct the named fields; the API reference describes them.",
        path=first.path or None,
        errors=errors or None,
        request_id=request_id_of(request),
    )


def _path(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _http(request: Request, exc: Exception) -> JSONResponse:
    if not isinstance(exc, HTTPException):
        raise exc
    detail, cure = str(exc.detail), None
    if exc.status_code == 404:
        detail, cure = f"There is nothing at {request.url.path}.", "Check the address against the API reference."
    elif exc.status_code == 405:
        detail, cure = f"{request.method} is not possible here.", "See the Allow header for what is."
    return problem(
        exc.status_code,
        _CODES.get(exc.status_code, "invalid_request"),
        detail,
        locale=locale_of(request.scope),
        cure=cure,
        request_id=request_id_of(request),
        headers=dict(exc.headers or {}),
    )
