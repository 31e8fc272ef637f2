"""The routes of sources and imports."""

from __future__ import annotations

import msgspec

from tributary.sources import imports
from tributary.sources.imports import ImportSummary


def created(api_client, owner, **body):
    answer = api_client.post("/api/v1/sources", as_=owner, json={"name": "Web shop", "kind": "web"} | body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_source_is_created_published_changed_and_listed(api_client, make_user, context):
    owner = make_user()
    source = created(api_client, owner)
    snapshot = msgspec.json.decode(context.settings.source_snapshot.read_bytes())
    assert [entry["write_key"] for entry in snapshot["sources"]] == [source["write_key"]]

    path = f"/api/v1/sources/{source['id']}"
    changed = api_client.patch(path, as_=owner, json={"is_enabled": False, "name": "Shop"})
    assert changed.json()["is_enabled"] is False
    assert msgspec.json.decode(context.settings.source_snapshot.read_bytes())["sources"][0]["is_enabled"] is False
    assert api_client.get(path, as_=owner).json()["name"] == "Shop"
    (listed,) = api_client.get("/api/v1/sources", as_=owner).json()["items"]
    assert listed["key_hint"] == source["write_key"][-4:]


def test_only_who_may_write_sees_a_write_key(api_client, make_user):
    owner = make_user()
    source = created(api_client, owner)
    viewer = make_user("viewer", workspace_id=owner.workspace_id)
    for path in ("/api/v1/sources", f"/api/v1/sources/{source['id']}"):
        answer = api_client.get(path, as_=viewer)
        assert answer.status_code == 200
        assert source["write_key"] not in answer.text
    snippets = f"/api/v1/sources/{source['id']}/snippets"
    assert api_client.get(snippets, as_=viewer).status_code == 403
    answer = api_client.get(snippets, as_=owner).json()
    assert answer["write_key"] == source["write_key"]
    assert all("127.0.0.1:8100" in item["code"] for item in answer["items"])


def test_rotation_answers_the_new_key(api_client, make_user):
    owner = make_user()
    source = created(api_client, owner)
    path = f"/api/v1/sources/{source['id']}/rotate-key"
    rotated = api_client.post(path, as_=owner, json={"grace_hours": 24}).json()
    assert rotated["write_key"] != source["write_key"]
    assert rotated["previous_key_valid_until"].startswith("2026-01-02")


def test_another_workspace_sees_nothing(api_client, make_user):
    source = created(api_client, make_user())
    stranger = make_user()
    path = f"/api/v1/sources/{source['id']}"
    assert api_client.get(path, as_=stranger).status_code == 404
    assert api_client.patch(path, as_=stranger, json={"name": "mine"}).status_code == 404
    assert api_client.post(f"{path}/rotate-key", as_=stranger, json={}).status_code == 404
    assert api_client.get(f"{path}/snippets", as_=stranger).status_code == 404
    assert api_client.get("/api/v1/sources", as_=stranger).json()["items"] == []


def test_a_mapping_can_be_tried_on_a_sample(api_client, make_user):
    mapping = """
    name = "t"
    [[track]]
    event = "Order Completed"
    user_id = "{id}"
    timestamp = { column = "at" }
    properties = { total = { column = "total", type = "number" } }
    """
    sample = "id,at,total\n1,2026-01-01,3.50\n2,2026-01-01,many\n"
    answer = api_client.post("/api/v1/imports/check", as_=make_user(), json={"mapping": mapping, "sample": sample})
    assert answer.status_code == 200, answer.text
    result = answer.json()
    assert [event["properties"] for event in result["events"]] == [{"total": 3.5}]
    assert [(bad["row"], bad["column"]) for bad in result["rejected"]] == [(2, "total")]
    assert result["summary"]["rows"] == 2


def test_a_wrong_mapping_is_answered_with_its_place(api_client, make_user):
    body = {"mapping": 'name = "t"\n[[track]]\nevent = 3', "sample": "a\n1\n"}
    answer = api_client.post("/api/v1/imports/check", as_=make_user(), json=body)
    assert answer.status_code == 400
    assert answer.json()["path"] == "track[0].event"


def test_imports_are_listed_newest_first_for_their_workspace(api_client, make_user, context):
    owner = make_user()
    with context.store.begin() as session:
        runs = [
            imports.start_import(
                session, owner.principal, source_id="src_1", file_name=f"{number}.csv", fingerprint=str(number)
            ).id
            for number in range(3)
        ]
        imports.finish_import(session, owner.principal, runs[0], ImportSummary(rows=5), {0: 7})
        imports.fail_import(session, owner.principal, runs[1], "disk full")
    page = api_client.get("/api/v1/imports?limit=2", as_=owner).json()
    rest = api_client.get(f"/api/v1/imports?cursor={page['next_cursor']}", as_=owner).json()
    listed = [item["id"] for item in page["items"] + rest["items"]]
    assert sorted(listed) == sorted(runs)
    assert rest["next_cursor"] is None
    first = api_client.get(f"/api/v1/imports/{runs[0]}", as_=owner).json()
    assert (first["status"], first["summary"]["rows"]) == ("finished", 5)
    assert api_client.get(f"/api/v1/imports/{runs[0]}", as_=make_user()).status_code == 404
