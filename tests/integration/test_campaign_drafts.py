"""Drafts: saved unfinished and often, looked at while they are written, and never lost to a second editor."""

from __future__ import annotations

import pytest

from fixtures.mail import add_audience, add_people, mail_settings
from fixtures.warehouse import make_profiles
from tributary.core.ids import encode_profile_id
from tributary.governance import observe_fields

BLOCKS = [
    {"kind": "heading", "text": 'Hi {{ profile.first_name | default: "you & yours" }}'},
    {"kind": "text", "text": "From **{{ profile.city }}**\nwith love"},
    {"kind": "button", "text": "Look", "href": "https://shop.example/?a=1&b={{ profile.city | url_encode }}"},
    {"kind": "footer", "company": "汇流商店"},
]


@pytest.fixture
def shop(context, single_warehouse, tmp_path, clock):
    """Workspace 1 with people 1 … 20, all of them members of the audience."""
    context.settings, context.warehouse = mail_settings(tmp_path, 1), single_warehouse
    add_people(context.store, context.keys, 20, clock=clock)
    return context


@pytest.fixture
def owner(shop, make_user):
    user = make_user("owner", workspace_id=1)
    user.headers["Accept-Language"] = "en"
    return user


@pytest.fixture
def draft(api_client, owner):
    answer = api_client.post("/api/v1/campaigns", json={"name": "Spring"}, as_=owner)
    assert answer.status_code == 201, answer.text
    return answer.json()


def content_of(blocks, **arm):
    return {"arms": [{"name": "a", "weight": 9, "subject": "Hi", "blocks": blocks, **arm}]}


def render(api_client, owner, content, **body):
    answer = api_client.post("/api/v1/campaigns/render", json={"content": content, **body}, as_=owner)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_draft_needs_only_a_name(api_client, owner, draft):
    assert (draft["audience_id"], draft["version"], draft["revision"]) == (None, 1, 1)
    assert [(arm["name"], arm["weight"]) for arm in draft["content"]["arms"]] == [("a", 90), ("holdout", 10)]
    path = f"/api/v1/campaigns/{draft['id']}"
    check = api_client.get(f"{path}/check", as_=owner).json()
    errors = {(each["code"], each["path"]) for each in check["problems"] if each["severity"] == "error"}
    assert errors == {("no_subject", "arms[0].subject"), ("no_audience", "audience_id")}
    refused = api_client.post(f"{path}/launch", as_=owner)
    assert (refused.status_code, refused.json()["path"]) == (409, "arms[0].subject")
    chinese = api_client.get(f"{path}/check?locale=zh", as_=owner).json()
    assert {each["message"] for each in chinese["problems"]} >= {"邮件没有主题。", "还没有选择人群。"}


def test_a_message_of_blocks_is_shown_with_its_problems_in_their_places(api_client, owner, shop):
    content = content_of(BLOCKS, preheader="For {{ profile.first_name }}")
    seen = render(api_client, owner, content)
    assert (seen["subject"], seen["preheader"], seen["arm"]) == ("Hi", "For ⟦profile.first_name⟧", "a")
    assert "Hi you &amp; yours" in seen["html"]
    assert "<strong>⟦profile.city⟧</strong><br>with love" in seen["html"]
    assert "Hi you & yours\n\nFrom ⟦profile.city⟧\nwith love" in seen["text"]
    assert not seen["is_sendable"]
    assert seen["error"]["variable"] == "profile.first_name"
    places = {
        (each["path"], each["line"], each["column"], each["length"])
        for each in seen["problems"]
        if each["code"] == "missing_value"
    }
    assert places == {
        ("arms[0].preheader", 1, 8, 18),
        ("arms[0].blocks[1].text", 1, 11, 12),
        ("arms[0].blocks[2].href", 1, 32, 12),
    }


def test_a_person_is_revealed_and_written_down(api_client, owner, shop, make_user):
    person = {"kind": "person", "id": encode_profile_id(3)}
    seen = render(api_client, owner, content_of([{"kind": "text", "text": "{{ profile.first_name }}"}]), profile=person)
    assert ">P3<" in seen["html"]
    assert seen["profile_id"] == encode_profile_id(3)
    (entry,) = api_client.get("/api/v1/audit?action=campaign.rendered_revealed", as_=owner).json()["items"]
    assert entry["target_id"] == encode_profile_id(3)
    body = {"content": content_of([]), "profile": person}
    analyst = make_user("analyst", workspace_id=1)
    assert api_client.post("/api/v1/campaigns/render", json=body, as_=analyst).status_code == 403
    body["profile"] = {"kind": "nobody"}
    assert api_client.post("/api/v1/campaigns/render", json=body, as_=analyst).status_code == 200


def test_a_field_that_is_no_liquid_is_shown_as_it_was_written(api_client, owner, shop):
    blocks = [
        {"kind": "text", "text": "a {{ profile.x | }}\nb {{ now | upcas }} c {{ profile. }}"},
        {"kind": "text", "text": "fine"},
    ]
    seen = render(api_client, owner, content_of(blocks))
    assert "a &#123;&#123; profile.x | }}<br>b" in seen["html"]
    assert ">fine<" in seen["html"]
    syntax = [(each["code"], each["line"], each["column"]) for each in seen["problems"] if each["line"]]
    assert syntax == [("syntax", 1, 6), ("unknown_filter", 2, 12), ("syntax", 2, 26)]


def test_a_second_editor_is_told_and_autosaving_makes_no_versions(api_client, owner, draft, shop):
    path = f"/api/v1/campaigns/{draft['id']}"
    for revision in range(1, 6):
        content = content_of([{"kind": "text", "text": f"text {revision}"}])
        saved = api_client.patch(path, json={"base_revision": revision, "content": content}, as_=owner).json()
        assert (saved["version"], saved["revision"]) == (1, revision + 1)
        assert saved["content"]["arms"][0]["blocks"][0]["text"] == f"text {revision}"
    late = api_client.patch(path, json={"base_revision": 5, "content": content_of([])}, as_=owner)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    same = api_client.patch(path, json={"base_revision": 6, "content": saved["content"]}, as_=owner).json()
    assert same["revision"] == 6
    kept = api_client.patch(path, json={"base_revision": 6, "note": "before the sale"}, as_=owner).json()
    assert (kept["version"], kept["revision"]) == (1, 7)
    changed = api_client.patch(path, json={"base_revision": 7, "content": content_of(BLOCKS)}, as_=owner).json()
    assert (changed["version"], changed["revision"]) == (2, 8)
    audited = api_client.get("/api/v1/audit?action=campaign.updated", as_=owner).json()["items"]
    assert len(audited) == 3  # the first of five changes in a row, the note, and the change after it


def test_the_worst_case_is_a_real_member_and_gaps_are_counted(api_client, owner, shop):
    audience_id = add_audience(shop.store, shop.warehouse, range(1, 11), clock=shop.clock)
    people = [{"first_name": f"P{n}", **({"city": "上海"} if n != 7 else {}), "a": {"b": n}} for n in range(1, 21)]
    make_profiles(shop.warehouse, [{"profile_id": n, "traits": traits} for n, traits in enumerate(people, start=1)])
    text = "{{ profile.first_name }} {{ profile.city }} {{ profile.vip | default: 1 }} {{ profile.a.b }} "
    text += "{{ profile.a.c }}"
    content = content_of([{"kind": "text", "text": text}])
    worst = {"kind": "worst", "audience_id": audience_id}
    seen = render(api_client, owner, content, profile=worst)
    assert seen["profile_id"] == encode_profile_id(7)
    lacking = {each["variable"]: (each["people"], each["of"], each["has_fallback"]) for each in seen["lacking"]}
    assert lacking == {
        "profile.first_name": (0, 10, False),
        "profile.city": (1, 10, False),
        "profile.vip": (10, 10, True),
        "profile.a.b": (0, 10, False),
        "profile.a.c": (10, 10, False),
    }
    gaps = {each["variable"]: each for each in seen["problems"] if each["code"] == "no_fallback"}
    assert set(gaps) == {"profile.city", "profile.a.c"}
    assert (
        gaps["profile.city"]["message"] == "1 of 10 people of the audience have no profile.city and would get nothing."
    )
    assert (gaps["profile.city"]["path"], gaps["profile.city"]["column"]) == ("arms[0].blocks[0].text", 29)
    impersonal = render(api_client, owner, content_of([{"kind": "text", "text": "Hi"}]), profile=worst)
    assert impersonal["profile_id"] == encode_profile_id(1)  # nobody lacks anything: the first will do
    empty = {"kind": "worst", "audience_id": add_audience(shop.store, shop.warehouse, [], clock=shop.clock)}
    assert render(api_client, owner, content, profile=empty)["profile_id"] is None
    never = {"kind": "worst", "audience_id": add_audience(shop.store, None, [], run=None)}
    body = {"content": content, "profile": never}
    assert api_client.post("/api/v1/campaigns/render", json=body, as_=owner).status_code == 409


def test_the_vocabulary_names_what_templates_can_say(api_client, owner, shop):
    with shop.store.begin() as session:
        observe_fields(
            session, 1, [("trait", "", "vip level", "number"), ("trait", "", "tier", "text")], shop.clock.now()
        )
    make_profiles(shop.warehouse, [{"profile_id": n, "traits": {"tier": "a"} if n < 4 else {}} for n in range(1, 5)])
    words = api_client.get("/api/v1/campaigns/vocabulary?locale=zh", as_=owner).json()
    variables = {each["name"]: each for each in words["variables"]}
    assert variables["profile.tier"]["coverage"] == 0.75
    assert words["variables"][0]["name"] == "profile.tier"
    assert variables['profile["vip level"]']["type"] == "number"
    assert variables["profile.city"]["label"] == "城市"
    assert variables["profile.email"]["is_personal"]
    assert "unsubscribe_url" in variables
    assert "default" in {each["name"] for each in words["filters"]}
    assert "include" not in {each["name"] for each in words["tags"]}
    printed = " ".join(f"{{{{ {name} | default: 'x' }}}}" for name in variables)
    seen = render(api_client, owner, content_of([{"kind": "text", "text": printed}]))
    assert [each for each in seen["problems"] if each["code"] in ("syntax", "unknown_name", "unknown_trait")] == []


def test_what_was_checked_is_what_is_launched(api_client, owner, shop):
    audience_id = add_audience(shop.store, shop.warehouse, range(1, 11), clock=shop.clock)
    body = {"name": "x", "audience_id": audience_id, "content": content_of([*BLOCKS[:1], BLOCKS[3]])}
    draft = api_client.post("/api/v1/campaigns", json=body, as_=owner).json()
    path = f"/api/v1/campaigns/{draft['id']}"
    api_client.patch(path, json={"base_revision": 1, "name": "y"}, as_=owner)
    late = api_client.post(f"{path}/launch", json={"base_revision": 1}, as_=owner)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    launched = api_client.post(f"{path}/launch", json={"base_revision": 2}, as_=owner)
    assert (launched.status_code, launched.json()["state"]) == (200, "checking")


def test_the_check_says_in_both_languages_for_whom_it_would_fail(api_client, owner, shop):
    audience_id = add_audience(shop.store, shop.warehouse, range(1, 11), clock=shop.clock)
    body = {"name": "x", "audience_id": audience_id, "content": content_of(BLOCKS)}
    draft = api_client.post("/api/v1/campaigns", json=body, as_=owner).json()
    path = f"/api/v1/campaigns/{draft['id']}/check"
    (english,), (chinese,) = (
        api_client.get(f"{path}?locale={each}", as_=owner).json()["would_fail"] for each in ("en", "zh")
    )
    assert (english["text"], chinese["text"]) == ("profile.city has no value", "profile.city 没有值")
    assert english["people"] == 10
    problems = api_client.get(f"{path}?locale=zh", as_=owner).json()["problems"]
    assert "试算的 10 人中有 10 人收不到邮件，因为模板无法为他们渲染。" in {each["message"] for each in problems}
    assert all(each["message"] and each["cure"] for each in problems)


def test_versions_that_were_kept_can_be_seen_and_taken_back(api_client, owner, draft, shop):
    path = f"/api/v1/campaigns/{draft['id']}"
    first = draft["content"]
    api_client.patch(path, json={"base_revision": 1, "note": "first"}, as_=owner)
    changed = api_client.patch(path, json={"base_revision": 2, "content": content_of(BLOCKS)}, as_=owner).json()
    listed = api_client.get(f"{path}/versions", as_=owner).json()["items"]
    assert [(each["version"], each["note"]) for each in listed] == [(2, None), (1, "first")]
    kept = api_client.get(f"{path}/versions/1", as_=owner).json()
    assert kept["content"] == first
    back = {"base_revision": changed["revision"], "content": kept["content"]}
    assert api_client.patch(path, json=back, as_=owner).json()["content"] == first
    assert api_client.get(f"{path}/versions/9", as_=owner).status_code == 404
