"""Errors as problems, what surrounds every answer, and the order of commit and answer."""

from __future__ import annotations

import logging
from typing import Annotated

import pytest
from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import event

from fixtures.api import ApiClient
from tributary import api
from tributary.access import Principal
from tributary.api.auth import public, requires
from tributary.api.context import WriteSession
from tributary.errors import BugError, Conflict, RuleError, TributaryError, Unavailable
from tributary.store.tables.access import Workspace

router = APIRouter(prefix="/test", dependencies=[public()])


class Body(BaseModel):
    name: str = Field(max_length=3)
    items: list[int]


@router.post("/body")
def body(body: Body) -> None: ...


@router.get("/raise/{kind}")
def raising(kind: str) -> None:
    raise {
        "conflict": Conflict("The name is taken.", cure="Choose another."),
        "rule": RuleError("There is no field 'x'.", path="all[1].field", cure="Use a known field."),
        "busy": Unavailable("The provider is busy.", retry_after=17),
        "bug": BugError("wang@example.com is in two places"),
        "foreign": ValueError("wang@example.com"),
    }[kind]


@router.post("/workspace", operation_id="test_workspace")
def write(session: WriteSession) -> dict[str, str]:
    session.add(Workspace(name="made", timezone="UTC", locale="en", currency="EUR", created_at=_clock.now()))
    return {"status": "made"}


_clock = None


@pytest.fixture
def client(context, monkeypatch):
    monkeypatch.setattr(api, "ROUTERS", (*api.ROUTERS, router))
    monkeypatch.setattr(f"{__name__}._clock", context.clock, raising=False)
    globals()["_clock"] = context.clock
    client = ApiClient(api.build_api(context))
    yield client
    client.close()


def test_known_errors_say_what_happened_where_and_what_to_do(client):
    answer = client.get("/api/v1/test/raise/rule")
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body.pop("request_id") == answer.headers["x-request-id"]
    assert body == {
        "type": "urn:tributary:error:invalid_rule",
        "title": "The request has a mistake",
        "status": 422,
        "code": "invalid_rule",
        "detail": "There is no field 'x'.",
        "cure": "Use a known field.",
        "path": "all[1].field",
        "errors": None,
    }
    assert client.get("/api/v1/test/raise/conflict").status_code == 409
    assert client.get("/api/v1/test/raise/busy").headers["retry-after"] == "17"


@pytest.mark.parametrize("kind", ["bug", "foreign"])
def test_unknown_errors_show_nothing_of_the_inside_and_log_no_personal_data(client, caplog, kind):
    from tributary.core.logging import JsonFormatter

    with caplog.at_level(logging.ERROR):
        answer = client.get(f"/api/v1/test/raise/{kind}")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "wang" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    lines = [JsonFormatter().format(record) for record in caplog.records]
    assert any(answer.json()["request_id"] in line and "test_problems.py" in line for line in lines)
    assert not any("wang" in line for line in lines)


def test_mistakes_in_the_request_are_all_named_with_their_place(client):
    answer = client.post("/api/v1/test/body", json={"name": "too long", "items": [1, "x"]})
    assert answer.status_code == 422
    body = answer.json()
    assert [error["path"] for error in body["errors"]] == ["body.name", "body.items[1]"]
    assert body["path"] == "body.name"
    assert body["cure"]


def test_what_was_typed_is_not_repeated(client):
    answer = client.post("/api/v1/test/body", json={"name": "wang@example.com", "items": []})
    assert "wang" not in answer.text


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"null"])
def test_a_body_that_is_no_json_object_is_422(client, content):
    answer = client.post("/api/v1/test/body", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_a_body_beyond_the_limit_is_413(client):
    answer = client.post("/api/v1/test/body", json={"name": "x" * 2_000_000, "items": []})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("PATCH", "/api/v1/me", 405, "method_not_allowed"),
    ],
)
def test_the_framework_s_own_errors_are_problems_too(client, method, path, status, code):
    answer = client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["cure"]


def test_every_answer_carries_the_security_headers(client):
    for path in ("/api/v1/system/health", "/api/v1/me", "/nothing", "/api/v1/test/raise/foreign"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] == "same-origin"


def test_a_request_id_is_taken_over_when_it_is_harmless(client):
    given = client.get("/api/v1/system/health", headers={"X-Request-Id": "trace-1234.abc"})
    assert given.headers["x-request-id"] == "trace-1234.abc"
    for bad in ("short", "x" * 100, "a b c d e f g h", "<script>alert(1)</script>"):
        made = client.get("/api/v1/system/health", headers={"X-Request-Id": bad}).headers["x-request-id"]
        assert made.startswith("req_")


def test_the_commit_precedes_the_answer(client, context):
    """FastAPI ends a dependency after the answer unless told otherwise; then a failed COMMIT would follow a 200."""
    order = []
    event.listen(context.store.engine, "commit", lambda _connection: order.append("commit"))
    inner = client.app

    async def noting(scope, receive, send):
        async def note(message):
            order.append(message["type"])
            await send(message)

        await inner(scope, receive, note)

    second = ApiClient(noting)
    assert second.post("/api/v1/test/workspace").status_code == 200
    second.close()
    assert order.index("commit") < order.index("http.response.start")


def test_a_commit_that_fails_is_not_answered_with_success(client, context):
    def fail(_connection):
        raise Unavailable("The disk is full.", cure="Free some space.")

    event.listen(context.store.engine, "commit", fail)
    assert client.post("/api/v1/test/workspace").status_code == 503


def test_forty_writers_at_once_do_not_starve_each_other(client):
    """More requests than there are threads, each wanting SQLite's one write lock."""
    import asyncio

    async def all_at_once():
        return await asyncio.gather(*(client._client.post("/api/v1/test/workspace") for _ in range(60)))

    answers = client._loop.run(asyncio.wait_for(all_at_once(), 20))
    assert {answer.status_code for answer in answers} == {200}


def test_every_error_class_is_documented():
    from pathlib import Path

    text = (Path(__file__).parents[3] / "docs/reference/errors.md").read_text(encoding="utf-8")

    def classes(cls):
        yield cls
        for child in cls.__subclasses__():
            yield from classes(child)

    for cls in classes(TributaryError):
        if cls is not TributaryError and cls.__module__.startswith("tributary."):
            assert f"| `{cls.code}` | {cls.status} |" in text, cls


def test_protected_routes_are_checked_before_their_body_is(api_client):
    assert api_client.post("/api/v1/tokens", json={}).status_code == 401


_ = Annotated[Principal, requires("tags:read")]
