"""The OpenAPI document is complete, and the reference page shows all of it without help from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest


@pytest.fixture
def document(api_client):
    return api_client.get("/api/v1/openapi.json").json()


@pytest.fixture
def operations(document):
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_every_operation_is_named_described_and_tagged(operations):
    ids = [operation["operationId"] for _, operation in operations]
    assert len(ids) == len(set(ids))
    for name, operation in operations:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", operation["operationId"]), name
        assert "api_v1" not in operation["operationId"], f"{name} has no operation id of its own"
        assert operation.get("description"), name
        assert operation.get("tags"), name
        assert operation["summary"].casefold() != operation["operationId"].replace("_", " "), f"{name}: made up"
        assert operation["summary"].rstrip(".") != operation["description"].rstrip("."), name


def test_every_path_parameter_is_described(operations):
    bare = [
        (name, parameter["name"])
        for name, operation in operations
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "path" and not parameter.get("description")
    ]
    assert bare == []


def test_schemas_are_named_for_what_they_are_not_for_where_they_stand(document):
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def test_every_operation_declares_its_answers_and_who_may_call(operations):
    for name, operation in operations:
        statuses = set(operation["responses"])
        assert any(status[0] in "23" for status in statuses), name
        assert "500" in statuses, name
        if operation.get("security") != []:
            assert {"401", "403"} <= statuses, name
            assert {next(iter(way)) for way in operation["security"]} == {"session", "token"}, name
        if "{" in name and operation.get("security") != []:
            assert "404" in statuses, name


def test_errors_are_problems_and_answers_have_shapes(document, operations):
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for name, operation in operations:
        for status, answer in operation["responses"].items():
            if status[0] in "45":
                assert list(answer["content"]) == ["application/problem+json"], (name, status)
            elif status != "204" and "application/json" in answer.get("content", {}):
                assert answer["content"]["application/json"]["schema"] or operation["operationId"] == "get_openapi", (
                    name
                )


def test_all_references_lead_somewhere(document):
    def references(node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


@pytest.mark.parametrize(
    ("language", "title"), [("zh-CN,zh;q=0.9", "汇流 API"), ("en-GB", "Tributary API"), ("", "Tributary API")]
)
def test_the_page_shows_every_operation_in_the_reader_s_language(api_client, document, language, title):
    answer = api_client.get("/api/v1/docs", headers={"Accept-Language": language})
    assert answer.headers["content-type"].startswith("text/html")
    assert f"<h1>{title}</h1>" in answer.text
    for methods in document["paths"].values():
        for operation in methods.values():
            assert f'<details id="{operation["operationId"]}">' in answer.text
    for name in document["components"]["schemas"]:
        assert f'id="schema-{name}"' in answer.text


def test_the_language_can_be_chosen(api_client):
    assert 'lang="zh"' in api_client.get("/api/v1/docs?lang=zh").text
    assert api_client.get("/api/v1/docs?lang=fr").status_code == 422


def test_the_page_needs_no_script_and_nothing_from_elsewhere(api_client):
    answer = api_client.get("/api/v1/docs")
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(|(src|href|action)=\"(https?:)?//", answer.text)
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["content-security-policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert " style=" not in answer.text, "an inline style would be blocked"


def test_links_on_the_page_lead_to_anchors_on_it(api_client):
    text = api_client.get("/api/v1/docs").text
    anchors = set(re.findall(r'id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= anchors
