"""What the API says to people comes in their language: errors of every route, roles, jobs, the audit log, changes."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import update

from fixtures.api import ApiClient
from tributary import api
from tributary.access import ROLE_TEXTS, SCOPES, Principal, audit
from tributary.access.audit import audit_anonymous
from tributary.api.audit_texts import SENTENCES, WITH_VERSION
from tributary.api.auth import public
from tributary.api.event_changes import EventChanges
from tributary.api.imports import Summary
from tributary.api.locale import Text, answering
from tributary.jobs import enqueue
from tributary.messaging.templates import MessageTemplate
from tributary.store.tables.jobs import Job

_CHINESE = re.compile("[\u4e00-\u9fff]")
_ENGLISH = re.compile(r"[A-Za-z]+(?: [a-z]+){2,}")  # three words in a row
_VERBATIM = re.compile("`[^`]*`|“[^”]*”|：[a-z_, 、]+。")  # code, names, lists of keys
ZH = {"Accept-Language": "zh-CN,zh;q=0.9"}


def is_chinese(text: str) -> bool:
    """Whether a sentence is Chinese throughout."""
    return bool(_CHINESE.search(text)) and not _ENGLISH.search(_VERBATIM.sub("", text))


def texts_of(problem: dict) -> list[str]:
    """All sentences of a problem."""
    found = [problem["title"], problem["detail"], problem["cure"], *(e["message"] for e in problem["errors"] or ())]
    return [text for text in found if text is not None]


@pytest.fixture
def shop(make_workspace):
    return make_workspace(locale="zh")


def test_every_error_of_every_route_is_chinese_for_who_reads_chinese(api_client, make_user, shop):
    owner = make_user("owner", workspace_id=shop)
    document = api_client.get("/api/v1/openapi.json").json()
    seen, refused = set(), 0
    for path, operations in document["paths"].items():
        address = re.sub(r"\{(run|version)\}", "999", re.sub(r"\{\w+_id\}", "nothing_here", path))
        for method, operation in operations.items():
            if not path.startswith("/api/v1") or "{" in address or operation["operationId"] == "logout":
                continue
            body = {"json": {"oops": 1}} if "requestBody" in operation else {}
            for query in ({}, {"oops": "1"}):
                answer = api_client.request(method.upper(), address, as_=owner, params=query, headers=ZH, **body)
                if answer.status_code < 400:
                    continue
                refused += 1
                problem = answer.json()
                seen.add(problem["status"])
                assert answer.headers["content-language"] == "zh"
                for text in texts_of(problem):
                    assert is_chinese(text), (operation["operationId"], text)
    assert refused > 150
    assert seen >= {400, 404, 422, 503}


def test_errors_before_anybody_is_known_follow_the_browser(api_client):
    for headers, locale in ((ZH, "zh"), ({"Accept-Language": "en"}, "en"), ({}, "en")):
        for method, path in (("GET", "/api/v1/me"), ("GET", "/nothing"), ("PUT", "/api/v1/login")):
            answer = api_client.request(method, path, headers=headers)
            assert answer.headers["content-language"] == locale
            assert all(is_chinese(text) == (locale == "zh") for text in texts_of(answer.json()))
    wrong = api_client.post("/api/v1/login", json={"email": "a@b.cn", "password": "x"}, headers=ZH).json()
    assert wrong["detail"] == "邮箱地址或密码不正确。"
    assert api_client.get("/api/v1/me?locale=zh").json()["title"] == "未登录"


def test_a_refusal_is_said_in_the_language_of_the_workspace(api_client, make_user, shop):
    viewer = make_user("viewer", workspace_id=shop)
    problem = api_client.get("/api/v1/audit", as_=viewer).json()
    assert problem["detail"].startswith("此操作需要权限 audit:read，User ")
    english = api_client.get("/api/v1/audit?locale=en", as_=viewer)
    assert (english.json()["title"], english.headers["content-language"]) == ("Not allowed", "en")


def test_too_large_bodies_and_mistakes_of_ours_are_chinese(api_client, make_user, shop, context, monkeypatch):
    owner = make_user("owner", workspace_id=shop)
    large = api_client.post("/api/v1/audiences", as_=owner, headers=ZH, json={"name": "x" * 2_000_000})
    assert (large.status_code, large.json()["title"]) == (413, "内容过大")
    monkeypatch.setattr("tributary.api.access.access.list_sessions", lambda *_: 1 / 0)
    broken = api_client.get("/api/v1/me/sessions", as_=owner).json()
    assert (broken["status"], broken["detail"]) == (500, "汇流内部出错。")


router = APIRouter(prefix="/test", dependencies=[public()])


@router.get("/template", operation_id="test_template")
def template() -> None:
    MessageTemplate(subject="{{ name | shout }}", html=None, text=None)


def test_an_error_may_bring_its_chinese_along(context, monkeypatch):
    monkeypatch.setattr(api, "ROUTERS", (*api.ROUTERS, router))
    client = ApiClient(api.build_api(context))
    found = {locale: client.get(f"/api/v1/test/template?locale={locale}").json() for locale in ("zh", "en")}
    client.close()
    assert found["zh"]["detail"].startswith("subject:1:")
    assert all(is_chinese(text) for text in texts_of(found["zh"]))
    assert not any(is_chinese(text) for text in texts_of(found["en"]))


def test_fields_are_told_in_plain_chinese(api_client, make_user, shop):
    owner = make_user("owner", workspace_id=shop)
    body = {"name": "", "rule": 3, "kind": "x", "schedul": "daily"}
    problem = api_client.post("/api/v1/audiences", as_=owner, json=body).json()
    assert {each["path"]: each["message"] for each in problem["errors"]} == {
        "body.name": "内容太短，至少需要 1 个字符。",
        "body.rule": "此处必须是 JSON 对象，用花括号包围。",
        "body.kind": "必须是其中之一：“dynamic”或“snapshot”。",
        "body.schedul": "没有这个字段。是否想用“schedule”？可用的有：description、kind、name、note、rule、schedule。",
    }
    assert problem["detail"] == "body.name：内容太短，至少需要 1 个字符。"


def test_every_route_takes_a_language_and_refuses_those_it_has_not(api_client, make_user):
    owner = make_user("owner")
    assert api_client.get("/api/v1/jobs?locale=zh", as_=owner).status_code == 200
    answer = api_client.get("/api/v1/jobs?locale=fr", as_=owner)
    assert (answer.status_code, answer.json()["path"]) == (400, "query.locale")


def test_roles_and_scopes_are_explained(api_client, make_user, shop):
    owner = make_user("owner", workspace_id=shop)
    for locale, title in (("zh", "所有者"), ("en", "Owner")):
        found = api_client.get(f"/api/v1/roles?locale={locale}", as_=owner).json()
        assert found["items"][0]["title"] == title
        told = [*(role["description"] for role in found["items"]), *found["scopes"].values()]
        assert all(is_chinese(text) == (locale == "zh") for text in told)
        assert len(told) == len(ROLE_TEXTS) + len(SCOPES)


def test_jobs_have_names_and_say_why_they_failed(api_client, make_user, shop, context):
    owner = make_user("owner", workspace_id=shop)
    with context.store.begin() as session:
        job = enqueue(session, "audience.refresh", {}, workspace_id=shop)
        error = "A newer computation has overtaken this one. Nothing: its results are newer."
        session.execute(update(Job).where(Job.id == job).values(state="failed", error=error))
        enqueue(session, "test.work", {}, workspace_id=shop)
    unknown, known = api_client.get("/api/v1/jobs", as_=owner).json()["items"]
    assert (known["title"], known["error"]) == ("计算人群", "已被后来的计算取代。无需操作，以后来的结果为准。")
    assert (unknown["title"], unknown["error"]) == ("test.work", None)
    assert api_client.get(f"/api/v1/jobs/{job}?locale=en", as_=owner).json()["error"] == error


def test_the_audit_log_is_told_with_names(api_client, make_user, shop, context, make_token):
    owner = make_user("owner", workspace_id=shop)
    token = make_token(by=owner)
    rule = {"kind": "random", "salt": "spring", "from_percent": 0, "to_percent": 50}
    made = api_client.post("/api/v1/audiences", as_=owner, json={"name": "新客 {x}", "rule": rule}).json()
    path = f"/api/v1/audiences/{made['id']}"
    changed = {"base_version": 1, "rule": {**rule, "salt": "autumn"}}
    assert api_client.patch(path, as_=token, json=changed).status_code == 200
    with context.store.begin() as session:
        by = owner.principal
        audit(session, by, "member.role_changed", "user", by.user_id, {"from": "viewer", "to": "owner"})
        audit(session, by, "job.retried", "job", "job_1", {"kind": "tag.recompute"})
        audit(session, by, "from.elsewhere", "thing", "thg_1", {})
        audit_anonymous(session, by.clock.now(), "user.login_failed", "user", by.user_id, workspace_id=shop)
    told = api_client.get("/api/v1/audit", as_=owner).json()["items"]
    name = owner.principal.name
    assert [(each["actor_name"], each["text"]) for each in told] == [
        ("未登录的访问者", f"尝试以{name}的身份登录，未成功"),
        (name, "对 thg_1 执行了“from.elsewhere”"),
        (name, "重试了后台任务“计算标签”"),
        (name, f"将{name}的角色从只读成员改为所有者"),
        ("test", "保存了人群“新客 {x}”的第 2 版"),
        (name, "创建了人群“新客 {x}”"),
        (name, "创建了 API 令牌“test”"),
    ]
    assert told[5]["target_name"] == "新客 {x}"
    english = api_client.get("/api/v1/audit?locale=en", as_=owner).json()["items"]
    assert english[4]["text"] == "saved version 2 of the audience “新客 {x}”"


def test_every_sentence_of_the_audit_log_is_there_in_both_languages(api_client, make_user, shop, context):
    owner = make_user("owner", workspace_id=shop)
    facts = {
        "entries": 3,
        "addresses": 3,
        "number": 7,
        "count": 3,
        "role": "viewer",
        "from": "viewer",
        "to": "owner",
        "kind": "tag.recompute",
    }
    written = [(action, facts) for action in SENTENCES]
    written += [(action, {**facts, "version": 7}) for action in WITH_VERSION]
    with context.store.begin() as session:
        for action, details in written:
            audit(session, owner.principal, action, "user", owner.principal.user_id, details)
    for locale in ("zh", "en"):
        told = api_client.get(f"/api/v1/audit?limit=200&locale={locale}", as_=owner).json()["items"]
        texts = [entry["text"].replace(owner.principal.name, "") for entry in told]
        assert len(set(texts)) == len(written)
        for text in texts:
            assert is_chinese(text) == (locale == "zh"), text
            assert not re.search(r"[…{}]", text), text


class Answer(BaseModel):
    text: Text
    maybe: Text | None
    many: dict[str, Text]
    changes: EventChanges
    summary: Summary


def answer_in(locale: str) -> dict:
    scope = {"type": "http", "query_string": f"locale={locale}".encode(), "headers": [], "state": {}}
    answer = Answer(
        text="Check the id.",
        maybe=None,
        many={"a": "Try again.", "b": "nobody's"},
        changes={
            "timestamp": {"was": "x", "why": "not a time"},
            "identifiers.phone": {"was": "1", "why": "limit:phone"},
            "odd": {"was": 1, "why": "?"},
            "odder": 3,
        },
        summary={"rows": 1, "lost": [{"reasons": {"a: b: is not a number": 2, "the time is missing": 1}}]},
    )
    with answering(scope):
        return answer.model_dump()


def test_fields_of_answers_speak_the_callers_language():
    found = answer_in("zh")
    assert (found["text"], found["maybe"], found["many"]) == ("请核对 ID。", None, {"a": "请重试。", "b": "nobody's"})
    assert found["changes"] == {
        "timestamp": {"was": "x", "why": "not a time", "text": "这不是时间，已改用接收时间。"},
        "identifiers.phone": {"was": "1", "why": "limit:phone", "text": "未用作标识：合并后的 phone 数量会超过上限。"},
        "odd": {"was": 1, "why": "?", "text": None},
        "odder": 3,
    }
    assert found["summary"]["lost"][0]["reasons"] == {"a: b: 不是数字": 2, "缺少时间": 1}
    assert answer_in("en")["text"] == "Check the id."
    assert answer_in("en")["changes"]["timestamp"]["text"] == "This is not a time, so the time of arrival is used."


def test_outside_of_a_request_texts_stay_as_they_are():
    assert Answer(text="Check the id.", maybe="x", many={}, changes={}, summary={}).model_dump()["text"] == (
        "Check the id."
    )


def test_names_with_braces_do_no_harm(api_client, make_user, shop, context):
    owner = make_user("owner", workspace_id=shop)
    by: Principal = owner.principal
    with context.store.begin() as session:
        audit(session, by, "token.created", "token", "tok_1", {"name": "{0.__class__} %s {target}"})
    told = api_client.get("/api/v1/audit?limit=1", as_=owner).json()["items"][0]
    assert told["text"] == "创建了 API 令牌“{0.__class__} %s {target}”"
    assert datetime.fromisoformat(told["at"]).tzinfo == UTC
