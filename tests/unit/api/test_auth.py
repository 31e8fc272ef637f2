"""Signing in over HTTP, cookies, requests forged by other sites, and routes that forgot to say who may call them."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI

from fixtures.api import PASSWORD, ApiClient
from tributary.access import Principal
from tributary.api.auth import COOKIE, CSRF_HEADER, check_routes, public, requires, signed_in
from tributary.api.context import WriteSession
from tributary.errors import BugError
from tributary.settings import Settings


def sign_in(client, actor, **options):
    return client.post("/api/v1/login", json={"email": actor.email, "password": PASSWORD}, **options)


def cookie_of(answer):
    return {"Cookie": answer.headers["set-cookie"].split(";")[0]}


def test_login_sets_a_cookie_that_scripts_and_other_sites_cannot_use(api_client, make_user):
    owner = make_user("owner")
    answer = sign_in(api_client, owner)
    assert answer.status_code == 200
    assert (answer.json()["role"], answer.json()["kind"]) == ("owner", "user")
    name, *flags = answer.headers["set-cookie"].split("; ")
    assert name.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"} <= set(flags)
    assert "Secure" not in flags, "over http, a secure cookie would never come back"
    me = api_client.get("/api/v1/me", headers=cookie_of(answer))
    assert me.json()["id"] == owner.principal.actor_id


def test_the_cookie_is_secure_where_people_come_over_https(context, make_user):
    from tributary.api import build_api

    context.settings = Settings(data_dir=context.settings.data_dir, app={"public_url": "https://cdp.example.com"})
    client = ApiClient(build_api(context))
    answer = sign_in(client, make_user("owner"))
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]
    client.close()


def test_a_wrong_password_is_401_and_soon_429_with_the_time_to_wait(api_client, make_user):
    owner = make_user("owner")
    codes = [
        api_client.post("/api/v1/login", json={"email": owner.email, "password": "wrong"}).status_code for _ in range(6)
    ]
    assert codes == [401] * 5 + [429]
    answer = sign_in(api_client, owner)
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (429, "3", "too_many_requests")


def test_logout_ends_the_session_and_takes_the_cookie_back(api_client, make_user):
    headers = {**cookie_of(sign_in(api_client, make_user("owner"))), CSRF_HEADER: "1"}
    answer = api_client.post("/api/v1/logout", headers=headers)
    assert answer.status_code == 204
    assert 'tributary_session=""' in answer.headers["set-cookie"]
    assert api_client.get("/api/v1/me", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({CSRF_HEADER: "1"}, 204),
        ({"Origin": "http://testserver"}, 204),
        ({"Origin": "http://127.0.0.1:8000"}, 204),  # settings.public_url: what people type in front of a proxy
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "https://evil.example", CSRF_HEADER: "1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://testserver.evil.example"}, 403),
    ],
)
def test_a_write_with_a_cookie_must_come_from_our_own_page(api_client, make_user, headers, status):
    cookie = {"Cookie": make_user("owner").headers["Cookie"]}
    assert api_client.post("/api/v1/logout", headers={**cookie, **headers}).status_code == status


def test_reads_with_a_cookie_and_writes_with_a_token_need_no_proof(api_client, make_user, make_token):
    owner = make_user("owner")
    assert api_client.get("/api/v1/me", headers={"Cookie": owner.headers["Cookie"]}).status_code == 200
    program = make_token(by=owner)
    body = {"name": "x", "scopes": ["tags:read"]}
    assert api_client.post("/api/v1/tokens", as_=program, json=body).status_code == 201


def test_another_site_cannot_sign_a_browser_in(api_client, make_user):
    assert sign_in(api_client, make_user("owner"), headers={"Origin": "https://evil.example"}).status_code == 403


def test_a_form_of_another_site_cannot_carry_a_body(api_client, make_user):
    text = f'{{"email": "{make_user("owner").email}", "password": "{PASSWORD}"}}'
    answer = api_client.post("/api/v1/login", content=text, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422


def test_a_bad_token_is_not_rescued_by_a_good_cookie(api_client, make_user):
    headers = {**make_user("owner").headers, "Authorization": "Bearer trb_wrong"}
    answer = api_client.get("/api/v1/me", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_what_is_missing_is_named(api_client, make_user, make_token):
    answer = api_client.get("/api/v1/audit", as_=make_user("viewer"))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "audit:read" in answer.json()["detail"]
    assert api_client.get("/api/v1/jobs", as_=make_token("tags:read")).status_code == 403


def test_a_token_cannot_act_as_a_person(api_client, make_token):
    program = make_token()
    for method, path, body in (
        ("PUT", "/api/v1/me/password", {"current_password": "x", "new_password": "y"}),
        ("POST", "/api/v1/workspaces", {"name": "x"}),
    ):
        assert api_client.request(method, path, as_=program, json=body).status_code == 403
    assert api_client.get("/api/v1/me", as_=program).json()["kind"] == "token"


def test_secrets_are_shown_once_and_only_once(api_client, make_user):
    owner = make_user("owner")
    made = api_client.post("/api/v1/tokens", as_=owner, json={"name": "x", "scopes": ["tags:read"]}).json()
    assert api_client.get("/api/v1/me", headers={"Authorization": f"Bearer {made['token']}"}).status_code == 200
    listed = api_client.get("/api/v1/tokens", as_=owner)
    assert made["id"] in listed.text
    assert made["token"] not in listed.text
    person = api_client.post("/api/v1/users", as_=owner, json={"email": "li@example.com", "role": "viewer"}).json()
    answer = api_client.post("/api/v1/login", json={"email": "li@example.com", "password": person["password"]})
    assert answer.status_code == 200
    assert person["password"] not in api_client.get("/api/v1/users", as_=owner).text


def test_entering_another_workspace_changes_what_one_sees(api_client, make_user, make_workspace):
    owner = make_user("owner")
    made = api_client.post("/api/v1/workspaces", as_=owner, json={"name": "second"}).json()
    entered = api_client.post(f"/api/v1/workspaces/{made['id']}/enter", as_=owner)
    assert entered.json()["name"] == "second"
    assert api_client.get("/api/v1/workspaces/current", as_=owner).json()["id"] == made["id"]


def app_with(*routers):
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for router in routers:
        app.include_router(router)
    return app


def test_a_route_that_says_nothing_stops_the_start():
    router = APIRouter(prefix="/things")

    @router.get("")
    def forgotten() -> None: ...

    with pytest.raises(BugError, match="/things declares no access"):
        check_routes(app_with(router))


def test_a_mounted_application_and_a_docs_page_stop_the_start():
    with pytest.raises(BugError, match="not an API route"):
        check_routes(FastAPI())
    app = app_with()
    app.mount("/inner", FastAPI())
    with pytest.raises(BugError):
        check_routes(app)


def test_public_and_protected_at_once_stops_the_start():
    router = APIRouter(dependencies=[public()])

    @router.get("/x")
    def both(caller: Annotated[Principal, requires("tags:read")]) -> None: ...

    with pytest.raises(BugError, match="public and protected"):
        check_routes(app_with(router))


def test_a_write_under_a_scope_that_only_reads_stops_the_start():
    for method in ("PUT", "PATCH", "DELETE"):
        router = APIRouter()
        router.add_api_route("/x", _with_read_scope, methods=[method], status_code=204, response_model=None)
        with pytest.raises(BugError, match="only lets one look"):
            check_routes(app_with(router))
    router = APIRouter()
    router.add_api_route("/x", _writes_with_read_scope, methods=["POST"], status_code=204, response_model=None)
    with pytest.raises(BugError, match="only lets one look"):
        check_routes(app_with(router))
    router = APIRouter()
    router.add_api_route("/x", _with_read_scope, methods=["POST"], status_code=204, response_model=None)
    check_routes(app_with(router))


def _with_read_scope(caller: Annotated[Principal, requires("tags:read")]) -> None: ...


def _writes_with_read_scope(caller: Annotated[Principal, requires("tags:read")], session: WriteSession) -> None: ...


def test_an_unknown_scope_is_refused_where_it_is_written():
    with pytest.raises(BugError, match="tags:delete"):
        requires("tags:delete")
    assert signed_in() is not None
