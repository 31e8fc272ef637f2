"""Nothing unknown in a request is passed over, and mistakes are told in plain words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import pytest
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, Field

from fixtures.api import ApiClient
from tributary import api
from tributary.access import Principal
from tributary.api.auth import public, requires
from tributary.api.body import Body

router = APIRouter(prefix="/test")

# Objects whose keys are the caller's own, or whose shape another decoder checks with paths of its own.
FREE_FORM = {"rule", "rules", "definition", "details", "proof", "event"}


class Part(Body):
    weight: int = Field(ge=1, le=9)
    since: AwareDatetime | None = None
    free: dict[str, int] = Field(default={})


class Whole(Body):
    name: str = Field(min_length=2, max_length=5)
    kind: Literal["web", "server"] = "web"
    at: datetime | None = None
    parts: list[Part] = Field(default=[], max_length=2)
    part: Part | None = None


@router.post("/whole", operation_id="test_whole", dependencies=[public()])
def whole(body: Whole) -> None: ...


@router.get("/list", operation_id="test_list")
def listed(
    _caller: Annotated[Principal, requires("tags:read")], limit: Annotated[int, Query(ge=1)] = 1, kind: str = ""
) -> None: ...


@pytest.fixture
def client(context, monkeypatch):
    monkeypatch.setattr(api, "ROUTERS", (*api.ROUTERS, router))
    client = ApiClient(api.build_api(context))
    yield client
    client.close()


def test_every_request_schema_is_closed(api_client):
    document = api_client.get("/api/v1/openapi.json").json()
    schemas, open_ones = document["components"]["schemas"], []

    def walk(schema, place, seen):
        if reference := schema.get("$ref"):
            name = reference.rsplit("/", 1)[-1]
            if name not in seen:
                walk(schemas[name], name, seen | {name})
            return
        if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
            open_ones.append(place)
        for name, part in schema.get("properties", {}).items():
            if name not in FREE_FORM:
                walk(part, f"{place}.{name}", seen)
        for part in [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]:
            walk(part, place, seen)
        if "items" in schema:
            walk(schema["items"], f"{place}[]", seen)

    bodies = 0
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                bodies += 1
                walk(content["schema"], f"{method} {path}", frozenset())
    assert bodies > 20
    assert open_ones == []


def test_a_misspelt_key_is_refused_with_the_right_one(client):
    answer = client.post("/api/v1/test/whole", json={"name": "abc", "knd": "web", "parts": [{"weight": 1, "wait": 2}]})
    assert answer.status_code == 422
    assert {each["path"]: each["message"] for each in answer.json()["errors"]} == {
        "body.knd": "There is no such key. Did you mean “kind”? Possible are at, kind, name, part, parts.",
        "body.parts[0].wait": "There is no such key. Did you mean “weight”? Possible are free, since, weight.",
    }
    nested = client.post("/api/v1/test/whole", json={"name": "abc", "part": {"weight": 1, "sinze": None}})
    assert "“since”" in nested.json()["detail"]


def test_an_unknown_query_parameter_is_refused_once_it_is_clear_who_asks(client, make_user):
    assert client.get("/api/v1/test/list?limits=3").status_code == 401
    answer = client.get("/api/v1/test/list?limits=3", as_=make_user("owner"))
    assert (answer.status_code, answer.json()["path"]) == (400, "query.limits")
    assert answer.json()["detail"] == "There is no query parameter 'limits' here."
    assert answer.json()["cure"] == "Did you mean “limit”? Known are kind, limit."
    assert client.get("/api/v1/test/list?limit=3&kind=x", as_=make_user("owner")).status_code == 200


def test_parameters_of_shared_parts_are_known(api_client, make_user):
    owner = make_user("owner")
    assert api_client.get("/api/v1/campaigns?limit=3", as_=owner).status_code == 200
    answer = api_client.get("/api/v1/campaigns?page=3", as_=owner)
    assert (answer.status_code, answer.json()["cure"]) == (400, "Known are archived, cursor, limit, search, state.")
    assert api_client.get("/api/v1/me?x=1", as_=owner).json()["cure"] == "This route takes none."


def test_links_in_messages_may_get_parameters_from_elsewhere(api_client):
    assert api_client.get("/t/o/x?utm_source=mail").status_code == 200


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "This must be a JSON object, in braces."),
        ({}, "This is required."),
        ({"name": 3}, "This must be a text, in quotes."),
        ({"name": "a"}, "This is too short: it needs at least 2 characters."),
        ({"name": "abcdef"}, "This is too long: it may have at most 5 characters."),
        ({"name": "abc", "kind": "fax"}, "This must be one of 'web' or 'server'."),
        ({"name": "abc", "at": "soon"}, "This must be a time such as 2026-11-11T09:00:00+08:00."),
        ({"name": "abc", "parts": {}}, "This must be a list, in square brackets."),
        ({"name": "abc", "part": "x"}, "This must be a JSON object, in braces."),
        ({"name": "abc", "part": {"weight": "x"}}, "This must be a whole number."),
        ({"name": "abc", "part": {"weight": 0}}, "This must be at least 1."),
        ({"name": "abc", "part": {"weight": 10}}, "This must be at most 9."),
        ({"name": "abc", "part": {"weight": 1, "free": []}}, "This must be a JSON object, in braces."),
        (
            {"name": "abc", "part": {"weight": 1, "since": "2026-01-01T00:00:00"}},
            "The time needs a zone, as in 2026-11-11T09:00:00+08:00.",
        ),
        ({"name": "abc", "parts": [{"weight": 1}] * 3}, "These are too many: at most 2 are taken."),
    ],
)
def test_mistakes_are_told_in_plain_words(client, body, message):
    answer = client.post("/api/v1/test/whole", json=body)
    assert answer.status_code == 422
    assert [each["message"] for each in answer.json()["errors"]] == [message]


def test_no_word_of_the_validation_library_is_left_in_the_commonest_errors(client):
    answer = client.post("/api/v1/test/whole", content=b"{", headers={"Content-Type": "application/json"})
    assert answer.json()["detail"].endswith("This is not valid JSON.")
    assert "Input should" not in answer.text
