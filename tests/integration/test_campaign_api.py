"""Campaigns through the API: draft, preview, check, launch, mail, links in the mail, report."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from fixtures.mail import LaunchRun, add_audience, add_people, mail_settings
from tributary.audiences import archive_audience
from tributary.core.envelope import decode_envelope
from tributary.core.ids import encode_profile_id
from tributary.governance import observe_fields
from tributary.messaging import ClickLink, OpenLink, Sender, UnsubscribeLink, job_handlers, publish_events
from tributary.store.tables.jobs import Job
from tributary.store.tables.messaging import Campaign, Delivery
from tributary.store.tables.privacy import Consent, Suppression

HTML = (
    '<p>Dear {{ profile.first_name }}, <a href="https://shop.example/sale?a=1&amp;b=2">look</a> '
    '<a href="{{ unsubscribe_url }}">unsubscribe</a></p>'
)
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


@dataclass
class ListedProducer:
    """An event log that remembers; the real one has its own tests."""

    records: list[bytes] = field(default_factory=list)

    def append_sync(self, payload):
        self.records.append(payload)

    @property
    def events(self):
        import msgspec

        return [msgspec.json.decode(event) for record in self.records for event in decode_envelope(record).events]


@pytest.fixture
def shop(context, single_warehouse, mail_server, tmp_path, clock):
    """A running installation: real store, warehouse and mail server. Workspace 1 with people 1 … 20."""
    context.settings = mail_settings(tmp_path, mail_server.port)
    context.warehouse, context.producer = single_warehouse, ListedProducer()
    add_people(context.store, context.keys, 20, clock=clock)
    return context


@pytest.fixture
def owner(shop, make_user):
    user = make_user("owner", workspace_id=1)
    user.headers["Accept-Language"] = "en"
    return user


@pytest.fixture
def campaign(shop, api_client, owner, clock):
    audience_id = add_audience(shop.store, shop.warehouse, range(1, 21), clock=clock)
    content = {
        "arms": [
            {"name": "holdout", "weight": 20},
            {"name": "a", "weight": 80, "subject": "Hi {{ profile.first_name }}", "html": HTML},
        ],
        "goal": {"event": "Order Completed", "value_property": "total", "window_hours": 72},
        "utm": {"source": "tributary", "campaign": "spring"},
    }
    body = {"name": "Spring", "audience_id": audience_id, "content": content}
    answer = api_client.post("/api/v1/campaigns", json=body, as_=owner)
    assert answer.status_code == 201, answer.text
    return answer.json()


def run_jobs(shop):
    handlers = job_handlers(shop.store, shop.warehouse, shop.clock, shop.keys, shop.settings)
    with shop.store.read() as session:
        jobs = [(job.kind, job.payload) for job in session.scalars(select(Job))]
    for kind, payload in jobs:
        handlers[kind](LaunchRun(payload["campaign_id"]))


def send_all(shop):
    sender = Sender(shop.store, shop.clock, shop.keys, shop.settings, producer=shop.producer)
    try:
        while sender.run_once():
            pass
    finally:
        sender.close()


def test_from_draft_to_report(shop, api_client, owner, campaign, mail_server):
    path = f"/api/v1/campaigns/{campaign['id']}"
    check = api_client.get(f"{path}/check", as_=owner).json()
    assert (check["can_launch"], check["would_get"], check["is_exact"]) == (True, 20, True)
    launched = api_client.post(f"{path}/launch", as_=owner)
    assert (launched.status_code, launched.json()["state"]) == (200, "checking")
    again = api_client.post(f"{path}/launch", json={}, as_=owner)
    assert (again.status_code, again.json()["detail"]) == (409, "The campaign is being prepared.")
    early = api_client.get(f"{path}/report", as_=owner)
    assert (early.status_code, early.json()["code"], early.json()["cure"]) == (
        409, "not_ready", "Ask again in some seconds.",
    )  # fmt: skip
    assert early.headers["Retry-After"]
    run_jobs(shop)
    send_all(shop)
    seen = api_client.get(path, as_=owner).json()
    assert seen["state"] == "done"
    (sent,) = seen["progress"]
    assert (sent["arm"], sent["state"]) == ("a", "sent")
    deliveries = api_client.get(f"{path}/deliveries?limit=3", as_=owner).json()
    assert [each["attempts"] for each in deliveries["items"]] == [1, 1, 1]
    assert deliveries["next_cursor"]
    report = api_client.get(f"{path}/report?locale=zh", as_=owner).json()
    assert report["is_causal"]
    assert {arm["name"]: arm["assigned"] for arm in report["arms"]} == {
        "holdout": 20 - sent["deliveries"], "a": sent["deliveries"],
    }  # fmt: skip
    assert "阶段性结果" in report["verdict"]["text"]
    assert report["currency"] == "CNY"
    assert len(mail_server.handler.recipients) == sent["deliveries"]
    names = sorted({event["event"] for event in shop.producer.events})
    assert names == ["Email Delivered", "Email Sent"]


def links_of(message):
    page = message.get_body(("html",)).get_content()
    found = dict(re.findall(r"http://127.0.0.1:8000(/(t/o|t/c|u)/[\w-]+)", page))
    return {kind: path for path, kind in found.items()}


@pytest.fixture
def message(shop, api_client, owner, campaign, mail_server):
    api_client.post(f"/api/v1/campaigns/{campaign['id']}/launch", json={}, as_=owner)
    run_jobs(shop)
    send_all(shop)
    shop.producer.records.clear()
    return mail_server.handler.messages[0]


def person_of(message):
    return int(re.match(r"p(\d+)@", message["To"]).group(1))


def test_an_open_and_a_click_become_events_of_the_same_person(shop, api_client, message):
    links = links_of(message)
    pixel = api_client.get(links["t/o"], headers=BROWSER)
    assert (pixel.status_code, pixel.headers["content-type"]) == (200, "image/gif")
    click = api_client.get(links["t/c"], headers=BROWSER)
    target = "https://shop.example/sale?a=1&b=2&utm_source=tributary&utm_medium=email&utm_campaign=spring"
    assert (click.status_code, click.headers["location"]) == (302, target)
    opened, clicked = shop.producer.events
    assert (opened["event"], clicked["event"]) == ("Email Opened", "Email Link Clicked")
    assert opened["userId"] == clicked["userId"] == f"u{person_of(message)}"
    assert clicked["properties"]["link"] == target
    assert opened["properties"]["delivery_id"] == message["X-Idempotency-Key"]
    envelope = decode_envelope(shop.producer.records[0])
    assert envelope.workspace_id == 1
    assert envelope.source_id.startswith("src_")


def test_scanners_and_head_requests_count_for_nothing(shop, api_client, message):
    links = links_of(message)
    for headers in ({"User-Agent": "Mimecast Link Scanner"}, {"User-Agent": "curl/8"}, {"User-Agent": ""}):
        assert api_client.get(links["t/o"], headers=headers).status_code == 200
        assert api_client.get(links["t/c"], headers=headers).status_code == 302
    for kind in ("t/o", "t/c"):
        assert api_client.request("HEAD", links[kind], headers=BROWSER).status_code in (200, 302)
    assert shop.producer.records == []


def stopped(shop):
    with shop.store.read() as session:
        return (
            [(row.reason, row.purpose) for row in session.scalars(select(Suppression))],
            [row.source for row in session.scalars(select(Consent).where(Consent.state == "withdrawn"))],
        )


def test_looking_at_the_unsubscribe_link_never_unsubscribes(shop, api_client, message):
    path = links_of(message)["u"]
    for _ in range(30):
        for method in ("GET", "HEAD", "OPTIONS"):
            api_client.request(method, path, headers=BROWSER)
    assert stopped(shop) == ([], [])
    page = api_client.get(path, headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert "确认退订" in page.text
    assert '<form method="post"' in page.text
    assert "nonce-" in page.headers["content-security-policy"]


def test_one_click_unsubscribes_within_the_request_and_only_once(shop, api_client, owner, campaign, message):
    header = re.search(r"<(http://127.0.0.1:8000)(/u/[\w-]+)>", message["List-Unsubscribe"])
    for _ in range(3):
        answer = api_client.post(
            header.group(2), content="List-Unsubscribe=One-Click",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        assert answer.status_code == 200
    assert stopped(shop) == ([("unsubscribed", "marketing")], ["one_click"])
    assert publish_events(shop.store, shop.producer, shop.clock) == 1
    (event,) = shop.producer.events
    assert (event["event"], event["userId"]) == ("Unsubscribed", f"u{person_of(message)}")
    check = api_client.get(f"/api/v1/campaigns/{campaign['id']}/check", as_=owner).json()
    assert [(each["reason"], each["people"]) for each in check["rejected"]] == [("suppressed_unsubscribed", 1)]
    person = encode_profile_id(person_of(message))
    consent = api_client.get(f"/api/v1/profiles/{person}/consent", as_=owner).json()
    assert consent["state"] == "withdrawn"
    again = {"profile_id": person, "state": "granted", "source": "form"}
    shop.clock.advance(1.0)
    assert api_client.post("/api/v1/consents", json={"statements": [again]}, as_=owner).status_code == 201
    check = api_client.get(f"/api/v1/campaigns/{campaign['id']}/check", as_=owner).json()
    assert check["rejected"] == []


def test_changed_and_foreign_links_lead_nowhere(shop, api_client, message):
    links, sign, delivery_id = links_of(message), shop.keys.signer.sign, str(message["X-Idempotency-Key"])
    click = links["t/c"]
    for bad in (click[:-1] + ("A" if click[-1] != "A" else "B"), "/t/c/" + links["u"].split("/")[-1], "/t/c/x"):
        assert api_client.get(bad, headers=BROWSER).status_code == 404
    assert api_client.post("/u/" + click.split("/")[-1]).status_code == 404
    assert stopped(shop) == ([], [])
    other = sign(UnsubscribeLink(2, delivery_id, "email", "marketing", b"\x00" * 32))
    api_client.post(f"/u/{other}")
    assert publish_events(shop.store, shop.producer, shop.clock) == 0  # another workspace's link names nobody here
    assert api_client.get("/t/o/" + sign(OpenLink(2, delivery_id)), headers=BROWSER).status_code == 200
    gone = sign(ClickLink(1, "dlv_gone", 0, "https://a.example/"))
    assert api_client.get(f"/t/c/{gone}", headers=BROWSER).is_redirect
    assert shop.producer.records == []


def test_a_link_works_while_the_log_is_away(shop, api_client, message):
    from tributary.errors import Unavailable

    class Away:
        def append_sync(self, payload):
            raise Unavailable("no disk")

    shop.producer = Away()
    links = links_of(message)
    assert api_client.get(links["t/o"], headers=BROWSER).status_code == 200
    assert api_client.get(links["t/c"], headers=BROWSER).status_code == 302


def test_a_preview_shows_a_person_or_the_worst_case(shop, api_client, owner, campaign, make_user):
    path = f"/api/v1/campaigns/{campaign['id']}/preview"
    shown = api_client.get(path, params={"profile_id": encode_profile_id(7)}, as_=owner).json()
    assert shown["subject"] == "Hi P7"
    assert shown["variables"] == ["profile.first_name", "unsubscribe_url"]
    worst = api_client.get(path, as_=owner).json()
    assert worst["subject"] is None
    error = worst["error"]
    assert (error["part"], error["line"], error["variable"]) == ("subject", 1, "profile.first_name")
    assert "default" in error["cure"]
    analyst = make_user("analyst", workspace_id=1)
    assert api_client.get(path, params={"profile_id": encode_profile_id(7)}, as_=analyst).status_code == 403
    assert api_client.get(path, as_=analyst).status_code == 200


def test_a_test_message_is_marked_and_undoes_nothing(shop, api_client, owner, campaign, mail_server):
    path = f"/api/v1/campaigns/{campaign['id']}/test"
    body = {"to": "colleague@example.com", "arm": "a", "profile_id": encode_profile_id(3)}
    assert api_client.post(path, json=body, as_=owner).status_code == 200
    (sent,) = mail_server.handler.messages
    assert sent["Subject"] == "[test] Hi P3"
    link = re.search(r"/u/[\w-]+", sent["List-Unsubscribe"]).group()
    assert "test message" in api_client.post(link, headers={"Accept-Language": "en"}).text
    assert "测试邮件" in api_client.post(link).text  # the workspace's language
    assert stopped(shop) == ([], [])
    stop = {"channel": "email", "addresses": ["colleague@example.com"], "reason": "manual"}
    assert api_client.post("/api/v1/suppressions", json=stop, as_=owner).json() == {"addresses": 1}
    assert api_client.post(path, json=body, as_=owner).status_code == 409
    address = {"channel": "email", "address": "colleague@example.com"}
    found = api_client.post("/api/v1/suppressions/lookup", json=address, as_=owner)
    assert found.json()["reason"] == "suppressed_manual"
    lift = {**address, "reason": "manual"}
    assert api_client.post("/api/v1/suppressions/lift", json=lift, as_=owner).status_code == 204
    assert api_client.post(path, json=body, as_=owner).status_code == 200


def test_content_that_cannot_work_is_refused_before_the_launch(shop, api_client, owner, campaign):
    path = f"/api/v1/campaigns/{campaign['id']}"
    arm = {"name": "a", "weight": 1, "subject": "x", "text": "no link"}
    assert api_client.patch(path, json={"base_revision": 1, "content": {"arms": [arm]}}, as_=owner).status_code == 200
    problems = api_client.get(f"{path}/check", as_=owner).json()["problems"]
    assert {each["code"] for each in problems if each["severity"] == "error"} == {"no_unsubscribe_link"}
    assert {each["code"] for each in problems if each["severity"] == "warning"} == {"no_holdout", "no_goal"}
    assert api_client.post(f"{path}/launch", json={}, as_=owner).status_code == 409
    assert api_client.patch(path, json={"base_revision": 1, "name": "late"}, as_=owner).status_code == 409


def test_templates_that_are_not_liquid_are_saved_and_not_launched(shop, api_client, owner, campaign):
    path = f"/api/v1/campaigns/{campaign['id']}"
    broken = [
        ("{{ 'x' | upcas }}", "unknown_filter", "there is no filter 'upcas'.", "Did you mean “upcase”?", 10),
        ("{% fro x in y %}", "unknown_tag", "there is no tag 'fro'.", "Did you mean “for”", 4),
        ("{% if %}", "syntax", "something is missing in this tag.", "Write a value", 4),
    ]
    for revision, (text, code, message, cure, column) in enumerate(broken, start=1):
        content = {"arms": [{"name": "holdout", "weight": 1}, {"name": "a", "weight": 1, "subject": "x", "text": text}]}
        saved = api_client.patch(path, json={"base_revision": revision, "content": content}, as_=owner)
        assert (saved.status_code, saved.json()["revision"]) == (200, revision + 1)
        check = api_client.get(f"{path}/check", as_=owner).json()
        (problem,) = [each for each in check["problems"] if each["severity"] == "error" and each["line"]]
        assert (problem["code"], problem["path"]) == (code, "arms[1].text")
        assert (problem["line"], problem["column"], problem["message"]) == (1, column, message)
        assert problem["cure"].startswith(cure)
        assert api_client.get(f"{path}/preview", as_=owner).json()["error"]["path"] == "arms[1].text"
        refused = api_client.post(f"{path}/launch", as_=owner)
        assert (refused.status_code, refused.json()["detail"], refused.json()["path"]) == (409, message, "arms[1].text")
    assert api_client.get(path, as_=owner).json()["version"] == 1


def test_the_check_knows_which_names_exist_whoever_is_in_the_audience(shop, api_client, owner, campaign):
    with shop.store.begin() as session:
        observe_fields(session, 1, [("trait", "", "first_name", "text")], shop.clock.now())
    path = f"/api/v1/campaigns/{campaign['id']}"
    assert api_client.get(f"{path}/check", as_=owner).json()["problems"] == []
    empty = add_audience(shop.store, shop.warehouse, [], clock=shop.clock)
    text = (
        "{{ profile.frist_name | default: '' }} {{ profile.id }} {{ frist_name | default: '' }} {{ workspace.name }}"
        "{% for item in profile.city %}{{ forloop.index }}{{ item }}{% endfor %}{{ campaign.nam }}{{ unsubscribe_url }}"
    )
    content = {"arms": [{"name": "a", "weight": 1, "subject": "{{ now }}", "text": text}]}
    api_client.patch(path, json={"base_revision": 1, "audience_id": empty, "content": content}, as_=owner)
    found = {
        (each["code"], each["message"]): each
        for each in api_client.get(f"{path}/check", as_=owner).json()["problems"]
        if each["code"].startswith("unknown")
    }
    assert set(found) == {
        ("unknown_trait", "No profile here has the trait “frist_name”, which the message uses."),
        ("unknown_name", "A message cannot see “frist_name”."),
        ("unknown_name", "A message cannot see “campaign.nam”."),
    }
    for each in found.values():
        assert (each["severity"], each["path"]) == ("warning", "arms[0].text")
    cures = " ".join(each["cure"] for each in found.values())
    for hint in ("Did you mean “first_name”", "“profile.first_name”", "Did you mean “campaign.name”"):
        assert hint in cures


def test_a_test_message_needs_neither_a_person_nor_an_arm(shop, api_client, owner, campaign, mail_server, make_user):
    path = f"/api/v1/campaigns/{campaign['id']}"
    body = {"to": "colleague@example.com"}
    unknown = api_client.post(f"{path}/test", json=body, as_=owner)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "invalid_template")  # the name has no fallback
    arm = {"name": "a", "weight": 1, "subject": "Hi {{ profile.first_name | default: 'you' }}", "text": "x"}
    api_client.patch(path, json={"base_revision": 1, "content": {"arms": [arm]}}, as_=owner)
    marketer = make_user("marketer", workspace_id=1)
    assert api_client.post(f"{path}/test", json=body, as_=marketer).status_code == 200
    (sent,) = mail_server.handler.messages
    assert sent["Subject"] == "[test] Hi you"
    for name in ("b", "holdout"):
        answer = api_client.post(f"{path}/test", json={**body, "arm": name}, as_=owner)
        assert (answer.status_code, answer.json()["cure"]) == (404, "Name one of a.")
    (entry,) = api_client.get("/api/v1/audit?action=campaign.test_sent", as_=owner).json()["items"]
    assert entry["details"] == {"arm": "a", "version": 1, "profile_id": None}


def test_the_check_counts_for_whom_the_message_would_fail(shop, api_client, owner, campaign):
    add_people(shop.store, shop.keys, 5, first=21, traits=lambda n: {})
    add_people(shop.store, shop.keys, 5, first=26, consent=False)
    audience_id = add_audience(shop.store, shop.warehouse, range(1, 31))
    path = f"/api/v1/campaigns/{campaign['id']}"
    api_client.patch(path, json={"base_revision": 1, "audience_id": audience_id}, as_=owner)
    check = api_client.get(f"{path}/check", as_=owner).json()
    assert (check["tried"], check["would_get"]) == (30, 20)
    failing, rejected = (
        [(each["reason"], each["people"]) for each in check[which]] for which in ("would_fail", "rejected")
    )
    assert failing == [("missing_value:profile.first_name", 5)]
    assert rejected == [("consent_missing", 5)]


def test_deliveries_of_unknown_outcome_are_settled_by_the_servers_log(shop, api_client, owner, campaign):
    api_client.post(f"/api/v1/campaigns/{campaign['id']}/launch", json={}, as_=owner)
    run_jobs(shop)
    with shop.store.begin() as session:
        rows = session.scalars(select(Delivery).order_by(Delivery.id)).all()
        for row in rows:
            row.state = "unknown"
        first, count = rows[0].message_id, len(rows)
    body = {"accepted_message_ids": [first.strip("<>")], "is_complete": False}
    path = "/api/v1/campaigns/reconcile"
    assert api_client.post(path, json=body, as_=owner).json() == {"sent": 1, "requeued": 0, "unknown": count - 1}
    body["is_complete"] = True
    assert api_client.post(path, json=body, as_=owner).json() == {"sent": 0, "requeued": 0, "unknown": count - 1}
    shop.clock.advance(11 * 60.0)
    assert api_client.post(path, json=body, as_=owner).json() == {"sent": 0, "requeued": count - 1, "unknown": 0}
    assert api_client.get(f"/api/v1/campaigns/{campaign['id']}", as_=owner).json()["state"] == "sending"


def test_an_archived_audience_gets_nothing(shop, api_client, owner, campaign):
    path, audience = f"/api/v1/campaigns/{campaign['id']}", f"/api/v1/audiences/{campaign['audience_id']}"
    assert api_client.post(f"{audience}/archive", as_=owner).status_code == 409  # the draft needs it
    assert api_client.post(f"{path}/archive", as_=owner).status_code == 200
    with shop.store.begin() as session:
        archive_audience(session, owner.principal, campaign["audience_id"])
    assert api_client.post(f"{path}/restore", as_=owner).status_code == 200
    problems = api_client.get(f"{path}/check?locale=zh", as_=owner).json()["problems"]
    (found,) = [each for each in problems if each["code"] == "audience_archived"]
    assert (found["severity"], found["path"], found["message"]) == ("error", "audience_id", "人群已归档。")
    refused = api_client.post(f"{path}/launch?locale=en", as_=owner)
    assert (refused.status_code, refused.json()["detail"]) == (409, "The audience is archived.")
    assert api_client.get(path, as_=owner).json()["state"] == "draft"


def test_a_launch_at_a_later_time_waits_for_it_and_can_be_paused_and_resumed(shop, api_client, owner, campaign):
    path = f"/api/v1/campaigns/{campaign['id']}"
    no_zone = {"scheduled_at": "2026-01-02T09:00:00"}
    assert api_client.post(f"{path}/launch", json=no_zone, as_=owner).status_code == 422
    later = {"scheduled_at": "2026-01-02T09:00:00+08:00"}
    assert api_client.post(f"{path}/launch", json=later, as_=owner).json()["state"] == "scheduled"
    with shop.store.read() as session:
        assert {job.not_before.isoformat() for job in session.scalars(select(Job))} == {"2026-01-02T01:00:00+00:00"}
    assert api_client.post(f"{path}/pause", as_=owner).json()["state"] == "paused"
    run_jobs(shop)  # the job finds it paused and leaves it alone
    assert api_client.get(path, as_=owner).json()["state"] == "paused"
    assert api_client.post(f"{path}/resume", as_=owner).json()["state"] == "scheduled"
    run_jobs(shop)
    send_all(shop)
    assert api_client.get(path, as_=owner).json()["state"] == "done"
    assert api_client.post(f"{path}/cancel", as_=owner).status_code == 409


def test_a_launch_in_the_past_or_with_a_misspelt_time_is_refused(shop, api_client, owner, campaign, clock):
    path = f"/api/v1/campaigns/{campaign['id']}"
    for seconds, status in [(-61, 422), (-59, 200)]:
        when = (clock.now() + timedelta(seconds=seconds)).isoformat()
        answer = api_client.post(f"{path}/launch", json={"scheduled_at": when}, as_=owner)
        assert answer.status_code == status, answer.text
        if status == 422:
            body = answer.json()
            assert (body["code"], body["path"]) == ("time_has_passed", "scheduled_at")
            assert "zone" in body["cure"]
            misspelt = api_client.post(f"{path}/launch", json={"schedule_at": when}, as_=owner)
            assert (misspelt.status_code, misspelt.json()["path"]) == (422, "body.schedule_at")
            assert "“scheduled_at”" in misspelt.json()["detail"]
            assert api_client.get(path, as_=owner).json()["state"] == "draft"
    assert api_client.get(path, as_=owner).json()["state"] == "checking"


def test_a_campaign_that_is_over_can_be_changed_and_sent_again_as_a_copy(shop, api_client, owner, campaign):
    path = f"/api/v1/campaigns/{campaign['id']}"
    new = {"base_revision": 1, "content": {**campaign["content"], "purpose": "news"}}
    kept = api_client.patch(path, json={"base_revision": 1, "note": "first"}, as_=owner).json()
    new["base_revision"] = kept["revision"]
    assert api_client.patch(path, json=new, as_=owner).json()["version"] == 2
    api_client.post(f"{path}/cancel", as_=owner)
    for action, body in [("launch", {}), ("resume", {})]:
        refused = api_client.post(f"{path}/{action}", json=body, as_=owner).json()
        assert f"POST {path}/duplicate" in refused["cure"]
    refused = api_client.patch(path, json={"base_revision": 3, "name": "Late"}, as_=owner).json()
    assert refused["detail"] == "The campaign was cancelled."
    assert f"POST {path}/duplicate" in refused["cure"]
    answer = api_client.post(f"{path}/duplicate", as_=owner)
    assert answer.status_code == 201
    copy = answer.json()
    assert (copy["name"], copy["state"], copy["version"]) == ("Spring (copy)", "draft", 1)
    assert (copy["content"], copy["audience_id"]) == (new["content"], campaign["audience_id"])
    (entry,) = api_client.get("/api/v1/audit?action=campaign.duplicated", as_=owner).json()["items"]
    assert entry["target_id"] == copy["id"]
    assert entry["details"] == {"copied_from": campaign["id"], "version": 2}
    longest = {"base_revision": 1, "name": "x" * 200}
    api_client.patch(f"/api/v1/campaigns/{copy['id']}", json=longest, as_=owner)
    again = api_client.post(f"/api/v1/campaigns/{copy['id']}/duplicate", as_=owner).json()
    assert again["name"] == "x" * 193 + " (copy)"


def test_each_state_says_what_can_be_done_in_it(shop, api_client, owner, campaign, clock):
    path = f"/api/v1/campaigns/{campaign['id']}"

    def cure(action, method="POST", **options):
        answer = api_client.request(method, f"{path}/{action}".rstrip("/"), as_=owner, **options)
        assert answer.status_code == 409, answer.text
        return answer.json()["cure"]

    change = {"method": "PATCH", "json": {"base_revision": 1, "name": "Other"}}
    assert cure("report", "GET") == "Launch it; the report starts with the launch."
    assert cure("pause") == "Nothing goes out before the launch."
    assert cure("resume") == "Launch it."
    later = (clock.now() + timedelta(hours=5)).isoformat()
    api_client.post(f"{path}/launch", json={"scheduled_at": later}, as_=owner)
    assert cure("launch").startswith(f"It starts at {clock.now() + timedelta(hours=5):%Y-%m-%d %H:%M} UTC.")
    assert cure("report", "GET").startswith("It starts at")
    assert cure("", **change).startswith("Cancel it, so that it does not go out as it is.")
    api_client.post(f"{path}/pause", as_=owner)
    assert cure("launch") == "Resume it to go on."
    assert cure("pause") == "Resume it to go on, or cancel it."
    assert cure("report", "GET") == "Resume it; the report starts with the launch."
    api_client.post(f"{path}/cancel", as_=owner)
    assert cure("report", "GET") == "It was cancelled before it went out, so there is nothing to report."
    assert cure("pause") == cure("cancel") == "Nothing more goes out."


def test_a_launch_that_stopped_says_why_where_the_report_is_asked_for(shop, api_client, owner, campaign):
    path = f"/api/v1/campaigns/{campaign['id']}"
    api_client.post(f"{path}/launch", as_=owner)
    with shop.store.begin() as session:
        row = session.get_one(Campaign, campaign["id"])
        row.error = {"code": "unavailable", "message": "The warehouse is away.", "cure": "Start it."}
    answer = api_client.get(f"{path}/report", as_=owner).json()
    assert (answer["detail"], answer["cure"]) == ("The launch has stopped: The warehouse is away.", "Start it.")


def test_a_message_of_blocks_is_sent_with_both_parts_and_tracked_links(shop, api_client, owner, campaign, mail_server):
    path = f"/api/v1/campaigns/{campaign['id']}"
    blocks = [
        {"kind": "heading", "text": "你好，{{ profile.first_name }}"},
        {"kind": "text", "text": "Only **today** & [here](https://shop.example/?a=1&b=2)"},
        {"kind": "button", "text": "Look", "href": "https://shop.example/sale"},
        {"kind": "footer", "company": "汇流商店"},
    ]
    arm = {"name": "a", "weight": 1, "subject": "Hi {{ profile.first_name }}", "preheader": "10 %", "blocks": blocks}
    answer = api_client.patch(path, json={"base_revision": 1, "content": {"arms": [arm]}}, as_=owner)
    assert answer.status_code == 200, answer.text
    test = {"to": "colleague@example.com", "profile_id": encode_profile_id(3)}
    assert api_client.post(f"{path}/test", json=test, as_=owner).status_code == 200
    (tested,) = mail_server.handler.messages
    assert tested["Subject"] == "[test] Hi P3"
    mail_server.handler.messages.clear()
    launched = api_client.post(f"{path}/launch", json={}, as_=owner)
    assert launched.status_code == 200, launched.text
    run_jobs(shop)
    send_all(shop)
    message = mail_server.handler.messages[0]
    name = str(message["Subject"]).removeprefix("Hi ")
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text.startswith(f"你好，{name}\n\nOnly today & here (https://shop.example/?a=1&b=2)\n\nLook: https://shop")
    page = message.get_body(("html",)).get_content()
    links = re.findall(r'href="http://127.0.0.1:8000/(t/c|u)/([\w-]+)"', page)
    assert [kind for kind, _ in links] == ["t/c", "t/c", "u"]
    targets = [shop.keys.signer.read(token, ClickLink).url for kind, token in links if kind == "t/c"]
    assert targets == ["https://shop.example/?a=1&b=2", "https://shop.example/sale"]
    assert "10 %" in page
    assert "8000/t/o/" in page
