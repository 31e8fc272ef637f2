"""The first owner, what is said before anybody is signed in, and one-time sign-in links."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tributary.access import list_audit, renew_setup_code
from tributary.access.codes import LIFETIME
from tributary.api.auth import COOKIE
from tributary.settings import Settings
from tributary.store.tables.access import AuditEntry, Membership, User, Workspace

PASSWORD = "four words by chance"


def owner(code, **changes):
    return {
        "code": code, "email": "Na@Example.com", "name": "李娜", "password": PASSWORD, "workspace_name": "春风商城",
        "locale": "zh", "timezone": "Asia/Shanghai",
    } | changes  # fmt: skip


@pytest.fixture
def code(context):
    return renew_setup_code(context.store, context.settings.setup_code_file)


def rows(context, table):
    with context.store.read() as session:
        return session.scalars(select(table)).all()


@pytest.mark.parametrize(("language", "locale"), [("zh-CN,zh;q=0.9", "zh"), ("en-GB", "en"), (None, "zh")])
def test_before_anybody_is_there_the_browser_s_language_counts(api_client, language, locale):
    headers = {"Accept-Language": language} if language else {}
    answer = api_client.get("/api/v1/bootstrap", headers=headers).json()
    assert answer.pop("version")
    assert answer == {
        "is_set_up": False,
        "locale": locale,
        "timezone": "Asia/Shanghai",
        "is_demo": False,
        "collector_url": "http://127.0.0.1:8100",
    }


def test_afterwards_the_first_workspace_s_settings_count(api_client, context, make_user, make_workspace):
    make_user(workspace_id=make_workspace(timezone="Europe/Berlin", locale="en"))
    make_user()
    context.is_demo = True
    context.settings = Settings(data_dir=context.settings.data_dir, collector={"public_url": "https://in.example/"})
    answer = api_client.get("/api/v1/bootstrap", headers={"Accept-Language": "zh"}).json()
    assert (answer["is_set_up"], answer["is_demo"]) == (True, True)
    assert (answer["locale"], answer["timezone"]) == ("en", "Europe/Berlin")
    assert answer["collector_url"] == "https://in.example"


def test_whoever_has_the_code_becomes_the_owner_and_is_signed_in(api_client, context, code):
    answer = api_client.post("/api/v1/setup", json=owner(code, timezone="Asia/Tokyo"))
    assert answer.status_code == 200
    me = answer.json()
    assert (me["kind"], me["role"], me["name"]) == ("user", "owner", "李娜")
    assert "workspace:write" in me["scopes"]
    workspace = me["workspace"]
    assert (workspace["name"], workspace["timezone"], workspace["locale"], workspace["currency"]) == (
        "春风商城", "Asia/Tokyo", "zh", "CNY",
    )  # fmt: skip
    cookie = answer.headers["set-cookie"].split(";")[0]
    assert api_client.get("/api/v1/me", headers={"Cookie": cookie}).json() == me
    again = api_client.post("/api/v1/login", json={"email": "na@example.com", "password": PASSWORD})
    assert again.json() == me
    assert api_client.get("/api/v1/bootstrap").json()["is_set_up"]
    with context.store.read() as session:
        actions = [entry.action for entry in list_audit(session, 1)]
    assert "installation.set_up" in actions
    assert "member.added" in actions


def test_an_english_workspace_counts_in_dollars_unless_said_otherwise(api_client, code):
    me = api_client.post("/api/v1/setup", json=owner(code, locale="en")).json()
    assert me["workspace"]["currency"] == "USD"


def test_what_was_typed_holds_for_a_workspace_that_is_there_without_people(api_client, context, code, make_workspace):
    make_workspace("empty", timezone="UTC", locale="en")
    me = api_client.post("/api/v1/setup", json=owner(code, currency="EUR")).json()
    assert (me["workspace"]["name"], me["workspace"]["locale"], me["workspace"]["currency"]) == (
        "春风商城", "zh", "EUR",
    )  # fmt: skip
    assert len(rows(context, Workspace)) == 1


def test_it_happens_once(api_client, context, code):
    assert api_client.post("/api/v1/setup", json=owner(code)).status_code == 200
    assert not context.settings.setup_code_file.exists()
    answer = api_client.post("/api/v1/setup", json=owner(code, email="other@example.com"))
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert len(rows(context, User)) == len(rows(context, Membership)) == 1
    assert renew_setup_code(context.store, context.settings.setup_code_file) is None


@pytest.mark.parametrize(
    ("changes", "status", "path"),
    [
        ({"password": "short"}, 400, "body.password"),
        ({"password": "password1234"}, 400, "body.password"),
        ({"email": "nobody"}, 400, "body.email"),
        ({"timezone": "Mars/Base"}, 400, "body.timezone"),
        ({"currency": "eur"}, 400, "body.currency"),
        ({"name": ""}, 422, "body.name"),
        ({"locale": "fr"}, 422, "body.locale"),
        ({"workspace_name": "  "}, 422, "body.workspace_name"),
    ],
)
def test_a_mistake_is_named_and_the_code_stays_good(api_client, context, code, changes, status, path):
    for _ in range(7):  # mistakes are not guesses: no pause follows
        answer = api_client.post("/api/v1/setup", json=owner(code, **changes))
        assert (answer.status_code, answer.json()["path"]) == (status, path)
    assert rows(context, User) == rows(context, Workspace) == []
    assert api_client.post("/api/v1/setup", json=owner(code)).status_code == 200


def test_a_wrong_code_is_refused_says_what_to_do_and_is_soon_slowed_down(api_client, context, code):
    answers = [api_client.post("/api/v1/setup", json=owner(f"{code}x")) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429]
    assert "printed at its last start" in answers[0].json()["cure"]
    assert answers[5].headers["retry-after"]
    assert rows(context, User) == []
    context.clock.advance(timedelta(seconds=10))
    assert api_client.post("/api/v1/setup", json=owner(code)).status_code == 200


def test_without_a_code_there_is_nothing_to_guess(api_client, context):
    for guess in ("", "x"):
        assert api_client.post("/api/v1/setup", json=owner(guess)).status_code == 403
    assert rows(context, User) == []


def test_each_start_makes_the_codes_before_it_void(api_client, context, code):
    new = renew_setup_code(context.store, context.settings.setup_code_file)
    assert new != code
    assert api_client.post("/api/v1/setup", json=owner(code)).status_code == 403
    assert api_client.post("/api/v1/setup", json=owner(new)).status_code == 200


def test_only_the_hash_of_the_code_is_kept_and_only_for_us(context, code):
    file = context.settings.setup_code_file
    assert code not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_another_site_cannot_set_it_up(api_client, context, code):
    answer = api_client.post("/api/v1/setup", json=owner(code), headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert rows(context, User) == []


@pytest.fixture
def somebody(make_user):
    return make_user("owner")


@pytest.fixture
def link(context, somebody):
    return context.sign_in_codes.issue(somebody.principal.user_id, context.clock)


def enter(client, code, **options):
    return client.post("/api/v1/login/code", json={"code": code}, **options)


def test_a_sign_in_link_works_once(api_client, context, somebody, link):
    answer = enter(api_client, link)
    assert (answer.status_code, answer.json()["id"]) == (200, somebody.principal.user_id)
    cookie = answer.headers["set-cookie"].split(";")[0]
    assert api_client.get("/api/v1/me", headers={"Cookie": cookie}).status_code == 200
    assert "HttpOnly" in answer.headers["set-cookie"]
    answer = enter(api_client, link)
    assert answer.status_code == 401
    assert "used already" in answer.json()["detail"]
    assert answer.json()["cure"]
    with context.store.read() as session:
        logins = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "user.logged_in")
        assert session.scalar(logins) == 1


def test_it_replaces_the_session_that_the_browser_had(api_client, somebody, link):
    enter(api_client, link, headers={"Cookie": somebody.headers["Cookie"]})
    assert COOKIE in somebody.headers["Cookie"]
    assert api_client.get("/api/v1/me", as_=somebody).status_code == 401


def test_it_expires(api_client, context, link):
    context.clock.advance(LIFETIME)
    answer = enter(api_client, link)
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


def test_guesses_are_refused_and_slowed_down(api_client, context, link):
    assert [enter(api_client, f"{link}x").status_code for _ in range(6)] == [401] * 5 + [429]
    context.clock.advance(timedelta(seconds=10))
    assert enter(api_client, link).status_code == 200


def test_a_closed_account_stays_closed(api_client, context, somebody, link):
    with context.store.begin() as session:
        session.get_one(User, somebody.principal.user_id).is_active = False
    assert enter(api_client, link).status_code == 401


def test_another_site_cannot_use_it(api_client, link):
    assert enter(api_client, link, headers={"Origin": "https://evil.example"}).status_code == 403
    assert enter(api_client, link).status_code == 200
