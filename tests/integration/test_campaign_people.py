"""Behind every number of a report there are exactly that many people; progress and reach count what is there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from fixtures.mail import LaunchRun, add_audience, add_people, mail_settings
from fixtures.warehouse import make_aliases, make_events
from tributary.messaging import job_handlers, launch_handler
from tributary.store.tables.identity import ProfileAlias
from tributary.store.tables.messaging import Assignment, Campaign, Delivery

STATES = ["sent", "sent", "sent", "bounced", "failed", "unknown", "cancelled", "queued", "sending"]


@pytest.fixture
def shop(context, single_warehouse, tmp_path, clock):
    """Workspace 1 with 200 people, of whom some never said yes, and an audience of them all."""
    context.settings, context.warehouse = mail_settings(tmp_path, 1), single_warehouse
    add_people(context.store, context.keys, 180, clock=clock)
    add_people(context.store, context.keys, 15, first=181, consent=False)
    add_people(context.store, context.keys, 5, first=196, address=lambda n: f"p{n - 100}@example.com")
    return context


@pytest.fixture
def owner(shop, make_user, make_token):
    """A token: it outlives the days that pass here."""
    actor = make_token(by=make_user("owner", workspace_id=1))
    actor.headers["Accept-Language"] = "en"
    return actor


@pytest.fixture
def campaign(shop, api_client, owner, clock):
    """A draft with two arms, a holdout and a goal."""
    audience_id = add_audience(shop.store, shop.warehouse, range(1, 201), clock=clock)
    message = {"weight": 35, "subject": "Hi", "blocks": [{"kind": "text", "text": "x"}, {"kind": "footer"}]}
    content = {
        "arms": [{"name": "a", **message}, {"name": "b", **message}, {"name": "holdout", "weight": 30}],
        "goal": {"event": "Order Completed", "value_property": "total", "window_hours": 72},
    }
    body = {"name": "Spring", "audience_id": audience_id, "content": content}
    answer = api_client.post("/api/v1/campaigns", json=body, as_=owner)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture
def measured(shop, api_client, owner, campaign, clock):
    """The campaign launched; its messages in all states, opened, clicked and converted from, and some people merged."""
    path = f"/api/v1/campaigns/{campaign['id']}"
    launched = api_client.post(f"{path}/launch", as_=owner)
    assert launched.status_code == 200, launched.text
    launch_handler(shop.store, shop.warehouse, clock, shop.keys, shop.settings)(LaunchRun(campaign["id"]))
    with shop.store.begin() as session:
        queued = session.scalars(select(Delivery).where(Delivery.state == "queued").order_by(Delivery.id)).all()
        for index, row in enumerate(queued):
            row.state = STATES[index % len(STATES)]
            row.sent_at = clock.now() if row.state in ("sent", "bounced") else None
        sent = [(row.id, row.profile_id, row.arm) for row in queued if row.state == "sent"]
        arms = dict(session.execute(select(Assignment.profile_id, Assignment.arm)).all())
        session.execute(update(Campaign).values(state="sending"))
    events = []
    for index, (delivery_id, person, arm) in enumerate(sent):
        about = {"delivery_id": delivery_id, "campaign_id": campaign["id"], "arm": arm}
        for name, each in [("Email Opened", 2), ("Email Link Clicked", 3), ("Unsubscribed", 7)]:
            if index % each == 0:
                at = clock.now() + timedelta(hours=1)
                events += [{"profile_id": person, "event": name, "timestamp": at, "properties": about}] * 2
    for person in [*range(1, 60), *range(70, 200, 9)]:
        for hours in (2, 30) if person % 5 == 0 else (26,):
            at = clock.now() + timedelta(hours=hours)
            events.append(
                {"profile_id": person, "event": "Order Completed", "timestamp": at, "properties": {"total": 9}}
            )
    make_events(shop.warehouse, events)
    same = [(old, new) for old in range(1, 60) for new in range(60, 120) if arms[old] == arms[new]][:1]
    other = [(old, new) for old in range(10, 60) for new in range(120, 180) if arms[old] != arms[new]][:1]
    pairs = dict(same + other)
    make_aliases(shop.warehouse, pairs)
    with shop.store.begin() as session:
        session.add_all(
            ProfileAlias(profile_id=old, workspace_id=1, canonical_id=new, version=1) for old, new in pairs.items()
        )
    clock.advance(timedelta(hours=40))
    return campaign


def people(api_client, owner, campaign, **query):
    """All people of a stage, over as many pages as there are."""
    path, cursor, found = f"/api/v1/campaigns/{campaign['id']}/people", None, []
    while True:
        params = {"limit": 7, **query, **({"cursor": cursor} if cursor else {})}
        answer = api_client.get(path, params=params, as_=owner)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


def test_behind_every_number_there_are_exactly_that_many_people(api_client, owner, measured, shop):
    report = api_client.get(f"/api/v1/campaigns/{measured['id']}/report", as_=owner).json()
    checked = set()
    for arm in report["arms"]:
        for stage in ("assigned", "people", "sent", "delivered", "opened", "clicked", "unsubscribed", "converted"):
            found = people(api_client, owner, measured, stage=stage, arm=arm["name"])
            assert (stage, len(found)) == (stage, arm[stage])
            assert {each["arm"] for each in found} <= {arm["name"]}
            checked |= {stage} if found else set()
        for state in ("rejected", "bounced", "failed", "unknown", "cancelled"):
            found = people(api_client, owner, measured, stage=state, arm=arm["name"])
            assert len(found) == arm["states"].get(state, 0)
            checked |= {state} if found else set()
        waiting = sum(arm["states"].get(state, 0) for state in ("queued", "sending", "handing_over"))
        assert len(people(api_client, owner, measured, stage="waiting", arm=arm["name"])) == waiting
        for reason, count in arm["rejected"].items():
            found = people(api_client, owner, measured, stage="rejected", arm=arm["name"], reason=reason)
            assert len(found) == count
            assert {each["text"] for each in found} <= {
                "never gave consent",
                "another profile with this address gets the message",
            }
    assert len(checked) == 13
    assert report["crossed"] == 1
    (crossed,) = people(api_client, owner, measured, stage="crossed")
    assert crossed["arm"] is None
    everybody = people(api_client, owner, measured, stage="people")
    assert len(everybody) == len({each["id"] for each in everybody}) == sum(arm["people"] for arm in report["arms"])
    first = people(api_client, owner, measured, stage="opened")[0]
    assert first["display"] == "p***@example.com"


def test_people_are_not_for_everybody(api_client, measured, make_token, make_user):
    token = make_token("campaigns:read", by=make_user("owner", workspace_id=1))
    path = f"/api/v1/campaigns/{measured['id']}"
    assert api_client.get(f"{path}/report", as_=token).status_code == 200
    assert api_client.get(f"{path}/people", as_=token).status_code == 403


def test_a_cursor_of_another_stage_is_refused(api_client, measured, owner):
    path = f"/api/v1/campaigns/{measured['id']}/people"
    cursor = api_client.get(f"{path}?stage=sent&limit=1", as_=owner).json()["next_cursor"]
    assert api_client.get(f"{path}?stage=converted&cursor={cursor}", as_=owner).status_code == 400


def test_the_report_grows_day_by_day_to_its_numbers(api_client, measured, owner):
    report = api_client.get(f"/api/v1/campaigns/{measured['id']}/report", as_=owner).json()
    days = report["days"]
    assert days == sorted(days, key=lambda each: each["day"])
    assert len(days) == 2 + 1  # forty hours after a start at eight in the morning of Shanghai
    assert days[-1]["converted"] == {arm["name"]: arm["converted"] for arm in report["arms"]}
    assert days[0]["converted"] != days[-1]["converted"]


def test_progress_counts_what_is_there(api_client, owner, campaign, shop, clock):
    path = f"/api/v1/campaigns/{campaign['id']}"
    before = api_client.get(f"{path}/progress", as_=owner).json()
    assert (before["audience_size"], before["assigned"], before["total"], before["eta_seconds"]) == (200, 0, 0, None)
    api_client.post(f"{path}/launch", as_=owner)
    launch_handler(shop.store, shop.warehouse, clock, shop.keys, shop.settings)(LaunchRun(campaign["id"]))
    clock.advance(timedelta(seconds=30))
    with shop.store.begin() as session:
        rows = session.scalars(select(Delivery).where(Delivery.state == "queued").order_by(Delivery.id)).all()
        waiting = len(rows) - 45
        for row in rows[:45]:
            row.state, row.sent_at, row.updated_at = "sent", clock.now(), clock.now()
    seen = api_client.get(f"{path}/progress", as_=owner).json()
    assert (seen["state"], seen["assigned"], seen["sent"], seen["waiting"]) == ("sending", 200, 45, waiting)
    assert seen["done"] == seen["total"] - waiting == seen["sent"] + seen["rejected"]
    assert (seen["per_second"], seen["eta_seconds"]) == (1.5, round(waiting / 1.5))
    clock.advance(timedelta(seconds=31))
    still = api_client.get(f"{path}/progress", as_=owner).json()
    assert (still["per_second"], still["eta_seconds"]) == (0, None)


def test_reach_says_who_is_left_out_and_who_got_mail_lately(api_client, owner, campaign, measured, shop, clock):
    path = f"/api/v1/campaigns/{campaign['id']}"
    other = api_client.post("/api/v1/campaigns", json={"name": "Next"}, as_=owner).json()
    refused = api_client.get(f"/api/v1/campaigns/{other['id']}/reach", as_=owner)
    assert (refused.status_code, refused.json()["path"]) == (409, "audience_id")
    params = {"audience_id": campaign["audience_id"]}
    seen = api_client.get(f"/api/v1/campaigns/{other['id']}/reach", params=params, as_=owner).json()
    excluded = {each["reason"]: (each["people"], each["text"]) for each in seen["excluded"]}
    assert (seen["audience_size"], seen["tried"], seen["is_exact"]) == (
        200,
        198,
        True,
    )  # two pairs are one person today
    assert excluded["consent_missing"] == (15, "never gave consent")
    assert excluded["duplicate_address"][0] == 5
    assert seen["reachable"] == 198 - 20
    (overlap,) = seen["overlaps"]
    with shop.store.read() as session:
        sent = {row.profile_id for row in session.scalars(select(Delivery).where(Delivery.state == "sent"))}
        moved = {row.profile_id for row in session.scalars(select(ProfileAlias))}
    assert (overlap["campaign_id"], overlap["people"]) == (campaign["id"], len(sent - moved))
    assert seen["recent"] == overlap["people"]
    own = api_client.get(f"{path}/reach", as_=owner).json()
    assert (own["overlaps"], own["recent"]) == ([], 0)
    clock.advance(timedelta(days=8))
    late = api_client.get(f"/api/v1/campaigns/{other['id']}/reach", params=params, as_=owner).json()
    assert late["overlaps"] == []
    assert late["excluded"][0]["example"] is not None


def test_the_list_is_searched_and_shows_the_main_numbers(api_client, owner, measured, clock, shop):
    def names(**query):
        return [each["name"] for each in api_client.get("/api/v1/campaigns", params=query, as_=owner).json()["items"]]

    draft = api_client.post("/api/v1/campaigns", json={"name": "50% off_now"}, as_=owner).json()
    assert names() == ["50% off_now", "Spring"]
    assert names(state="draft") == names(search="0% OFF_") == ["50% off_now"]
    assert names(state=["sending", "done"]) == names(search="spr") == ["Spring"]
    assert names(search="%%") == []
    (line,) = [
        each for each in api_client.get("/api/v1/campaigns", as_=owner).json()["items"] if each["name"] == "Spring"
    ]
    assert (line["audience_name"], line["headline"]) == (measured["audience_id"], None)
    report = api_client.get(f"/api/v1/campaigns/{measured['id']}/report", as_=owner).json()
    (line,) = api_client.get("/api/v1/campaigns?search=spring", as_=owner).json()["items"]
    treated = [arm for arm in report["arms"] if arm["name"] != "holdout"]
    assert line["sent"] == sum(arm["sent"] for arm in treated)
    assert line["headline"]["converted"] == sum(arm["converted"] for arm in treated)
    assert line["headline"]["lift"]["value"] == report["comparisons"][0]["conversion_lift"]["value"]
    path = f"/api/v1/campaigns/{draft['id']}"
    assert api_client.post(f"{path}/archive", as_=owner).json()["archived_at"] is not None
    assert (names(), names(archived=True)) == (["Spring"], ["50% off_now"])
    refused = api_client.patch(path, json={"base_revision": 1, "name": "x"}, as_=owner)
    assert (refused.status_code, refused.json()["detail"]) == (409, "The campaign is archived.")
    assert api_client.post(f"{path}/restore", as_=owner).json()["archived_at"] is None
    assert names() == ["50% off_now", "Spring"]
    assert api_client.post(f"/api/v1/campaigns/{measured['id']}/archive", as_=owner).status_code == 409


def test_the_main_numbers_are_renewed_the_more_rarely_the_older_the_launch_is(api_client, owner, measured, shop, clock):
    renew = job_handlers(shop.store, shop.warehouse, clock, shop.keys, shop.settings)["campaign.headlines"]

    def seen_at():
        renew(LaunchRun(""))
        (line,) = api_client.get("/api/v1/campaigns", as_=owner).json()["items"]
        return line["headline"]["as_of"], line["headline"]["is_final"]

    first = seen_at()
    clock.advance(timedelta(hours=1))
    assert seen_at() == first  # forty hours after the launch, it may be two hours old
    clock.advance(timedelta(hours=1, minutes=10))
    later = seen_at()
    assert later > first
    with shop.store.begin() as session:
        session.execute(update(Campaign).values(state="done"))
    clock.advance(timedelta(hours=40))
    at, is_final = seen_at()
    assert is_final
    clock.advance(timedelta(days=30))
    assert seen_at() == (at, True)
