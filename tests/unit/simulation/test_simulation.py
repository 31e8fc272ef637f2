"""The demo's data: the same every time, realistic enough to need the product, and true to what it plants."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta, timezone

import phonenumbers
import pytest

from tributary.simulation.behaviour import APP, CRM, ORDERS, WEB
from tributary.simulation.people import population
from tributary.simulation.second_cards import has_second_card, second_card
from tributary.simulation.shop import BY_CATEGORY, CATEGORIES, PRODUCTS
from tributary.simulation.simulate import (
    BASE_RATE,
    DEMO_SOURCES,
    LIFT,
    MAX_BATCH,
    Assigned,
    consent_statements,
    generate,
    simulate_response,
)

NOW = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
SEED, PEOPLE = 7, 400
MAX_EVENT_BYTES, MAX_BATCH_BYTES = 32 * 1024, 500 * 1024


@pytest.fixture(scope="module")
def batches():
    return list(generate(SEED, PEOPLE, NOW))


@pytest.fixture(scope="module")
def events(batches):
    """(source, event) of everything, in order of arrival."""
    return [(batch.source, event) for batch in batches for event in batch.events]


@pytest.fixture(scope="module")
def persons():
    return population(SEED, PEOPLE)


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(batches):
    again = [batch.body() for batch in generate(SEED, PEOPLE, NOW)]
    assert again == [batch.body() for batch in batches]
    assert [batch.body() for batch in generate(SEED + 1, 20, NOW)] != [b.body() for b in generate(SEED, 20, NOW)]


def test_the_zone_in_which_now_is_told_makes_no_difference():
    there = NOW.astimezone(timezone(timedelta(hours=8)))
    assert [b.body() for b in generate(1, 30, there)] == [b.body() for b in generate(1, 30, NOW)]


def test_a_person_is_the_same_in_a_larger_population():
    assert population(SEED, 20) == population(SEED, 60)[:20]


def test_batches_keep_the_limits_of_the_protocol(batches):
    for batch in batches:
        assert 1 <= len(batch.events) <= MAX_BATCH
        assert len(batch.body()) <= MAX_BATCH_BYTES
        assert all(len(json.dumps(event).encode()) <= MAX_EVENT_BYTES for event in batch.events)
        assert json.loads(batch.body())["sentAt"] == batch.sent_at


def test_every_source_sends(events):
    assert {source for source, _ in events} == {name for name, _ in DEMO_SOURCES} == {WEB, APP, ORDERS, CRM}


def test_all_kinds_of_calls_occur(events):
    assert {event["type"] for _, event in events} >= {"identify", "track", "page", "screen", "alias", "group"}


def test_phones_are_valid_and_mostly_chinese(persons):
    phones = [person.phone for person in persons if person.phone]
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone)) for phone in phones)
    assert 0.5 < sum(phone.startswith("+86") for phone in phones) / len(phones) < 0.9


def test_mail_addresses_are_unique_and_can_reach_nobody(persons):
    emails = [person.email for person in persons if person.email]
    assert len(set(emails)) == len(emails)
    assert all(re.search(r"@(example\.(com|net|org)|mail\.example)$", email) for email in emails)


def test_both_languages_and_three_countries_occur(persons):
    assert {person.locale for person in persons} == {"zh", "en"}
    assert {person.country for person in persons} == {"CN", "GB", "US"}
    assert any("\u4e00" <= person.name[0] <= "\u9fff" for person in persons)


def test_some_families_share_a_phone(persons):
    counts = Counter(person.phone for person in persons if person.phone)
    assert 2 <= sum(count > 1 for count in counts.values()) < len(counts) * 0.2


def test_most_people_with_an_address_allow_mail_and_the_ledger_says_so(persons):
    statements = list(consent_statements(SEED, PEOPLE, NOW))
    assert len(statements) == sum(person.email is not None for person in persons)
    granted = {one.value for one in statements if one.state == "granted"}
    assert granted == {person.email for person in persons if person.grants_email}
    assert 0.78 < len(granted) / len(statements) < 0.92
    assert all(one.at < NOW for one in statements)


def test_time_runs_over_ninety_days_and_never_past_now(batches):
    times = []
    for batch in batches:
        skew = datetime.fromisoformat(batch.sent_at) - NOW
        times += [
            datetime.fromisoformat(event["timestamp"]) - skew
            for event in batch.events
            if event["timestamp"] != "yesterday evening"
        ]
    assert max(times) <= NOW
    assert NOW - timedelta(days=92) <= min(times) < NOW - timedelta(days=80)


def test_some_clients_have_wrong_clocks_and_servers_never(batches):
    wrong = {batch.source for batch in batches if abs(datetime.fromisoformat(batch.sent_at) - NOW).total_seconds() > 1}
    assert wrong
    assert wrong <= {WEB, APP}


def test_some_messages_come_twice_under_one_id_and_source(events):
    counts = Counter((source, event["messageId"]) for source, event in events)
    repeated = sum(count > 1 for count in counts.values())
    assert 0.008 < repeated / len(counts) < 0.025


def test_a_few_events_are_broken_in_each_way(events):
    broken = [event for _, event in events if event["messageId"].endswith("-x")]
    assert 0.001 < len(broken) / len(events) < 0.006
    faults = {
        "name": any(event["type"] == "track" and event["event"] == "" for event in broken),
        "ids": any(not {"userId", "anonymousId", "previousId"} & set(event) for event in broken),
        "time": any(event["timestamp"] == "yesterday evening" for event in broken),
        "shape": any(isinstance(event.get("properties"), str) for event in broken),
    }
    assert all(faults.values()), faults


def test_junk_user_ids_occur_but_only_on_anonymous_events(events):
    junk = [event for _, event in events if event.get("userId") in {"null", "undefined", "0", "anonymous"}]
    assert junk
    assert all("anonymousId" in event for event in junk if not event["messageId"].endswith("-x"))


def test_phones_and_countries_are_spelled_in_several_ways(events):
    traits = [event["traits"] for source, event in events if source == CRM and event["type"] == "identify"]
    phones = [trait["phone"] for trait in traits if "phone" in trait]
    assert any(" " in phone for phone in phones)
    assert any(phone.startswith("0086") for phone in phones)
    assert any(re.search("[０-９]", phone) for phone in phones)
    assert len({trait["country"] for trait in traits}) >= 6


def test_orders_come_from_the_order_service_with_right_totals(events):
    orders = [(source, event) for source, event in events if event.get("event") == "Order Completed"]
    known = {product.sku: product for product in PRODUCTS}
    assert orders
    for source, order in orders:
        if isinstance(order["properties"], str) or order["messageId"].endswith("-x"):
            continue
        assert source == ORDERS
        properties = order["properties"]
        total = sum(item["price"] * item["quantity"] for item in properties["products"])
        assert properties["total"] == pytest.approx(total, abs=0.005)
        assert all(known[item["product_id"]].price == item["price"] for item in properties["products"])


def test_people_browse_before_they_are_known_on_several_devices(events):
    devices = defaultdict(set)
    for source, event in events:
        if source in {WEB, APP} and str(event.get("userId", "")).startswith("u1") and "anonymousId" in event:
            devices[event["userId"]].add(event["anonymousId"])
    assert any(len(ids) > 1 for ids in devices.values())
    anonymous = sum("userId" not in event for source, event in events if source == WEB)
    assert anonymous > len(events) * 0.1


def test_every_category_has_products_in_both_languages():
    for category in CATEGORIES:
        assert len(BY_CATEGORY[category]) >= 5
    assert all(product.en and product.zh and product.price > 0 for product in PRODUCTS)
    assert len({product.sku for product in PRODUCTS}) == len(PRODUCTS)


def assign(persons):
    with_address = [person for person in persons if person.email]
    arms = ("holdout", "A", "B")
    return [
        Assigned(
            person.email.upper() if number % 5 == 0 else person.email,
            arms[number % 3],
            *(
                ()
                if number % 3 == 0
                else (f"https://t/o/{number}", (f"https://t/c/{number}/1", f"https://t/c/{number}/2"))
            ),
        )
        for number, person in enumerate(with_address)
    ]


def test_the_response_plants_exactly_the_lift_it_reports():
    persons = population(SEED, 3_000)
    assigned = assign(persons)
    response = simulate_response(SEED, 3_000, assigned, NOW, within=timedelta(minutes=5))
    by_user = {person.user_id or f"crm-{person.member_no}": person.email for person in persons if person.email}
    arm_of = {one.email.lower(): one.arm for one in assigned}
    bought = Counter()
    for batch in response.batches:
        assert batch.source == ORDERS
        for event in batch.events:
            assert event["event"] == "Order Completed"
            assert NOW <= datetime.fromisoformat(event["timestamp"]) <= NOW + timedelta(minutes=5)
            bought[arm_of[by_user[event.get("userId") or event["anonymousId"]]]] += 1
    for arm, planted in response.planted.items():
        assert planted.people == sum(one.arm == arm for one in assigned)
        assert bought[arm] == planted.conversions == round(planted.people * (BASE_RATE + LIFT[arm]))
        assert (planted.rate, planted.lift) == (BASE_RATE + LIFT[arm], LIFT[arm])
    assert [LIFT[arm] for arm in ("holdout", "A", "B")] == [0.0, 0.03, 0.06]


def test_only_recipients_open_and_only_their_own_links_are_clicked(persons):
    assigned = assign(persons)
    response = simulate_response(SEED, PEOPLE, assigned, NOW)
    opens = {one.open_url for one in assigned if one.open_url}
    clicks = {url for one in assigned for url in one.click_urls}
    assert set(response.open_urls) <= opens
    assert set(response.click_urls) <= clicks
    assert 0 < len(response.click_urls) < len(response.open_urls) < len(opens)
    opened = {url.rpartition("/")[2] for url in response.open_urls}
    assert {url.split("/")[-2] for url in response.click_urls} <= opened, "who clicks has opened"


def test_the_response_does_not_depend_on_the_order_of_the_assignment(persons):
    assigned = assign(persons)
    first = simulate_response(SEED, PEOPLE, assigned, NOW)
    second = simulate_response(SEED, PEOPLE, list(reversed(assigned)), NOW)
    assert [b.body() for b in first.batches] == [b.body() for b in second.batches]
    assert first.click_urls == second.click_urls


def test_strangers_do_not_answer():
    response = simulate_response(SEED, PEOPLE, [Assigned("nobody@example.com", "A")], NOW)
    assert response.batches == []
    assert response.planted["A"].people == 0


def test_some_members_are_in_the_crm_twice_and_no_identifier_tells(persons, events):
    twice = [person for person in persons if has_second_card(SEED, person)]
    assert 0.02 < len(twice) / sum(person.member_no is not None for person in persons) < 0.09
    cards = {
        event["traits"]["member_no"]: event
        for source, event in events
        if source == CRM and event["type"] == "identify" and event["traits"]["member_no"].startswith("M9")
    }
    assert set(cards) == {f"M{9_000_000 + person.number}" for person in twice}
    for person in twice:
        event = cards[f"M{9_000_000 + person.number}"]
        assert "userId" not in event or event["userId"] != person.user_id
        assert "email" not in event["traits"]
    phones = {person.phone for person in persons}
    given = [
        sent.event["traits"]["phone"]
        for person in twice
        for sent in second_card(SEED, person, NOW)
        if "phone" in sent.event["traits"]
    ]
    assert given
    assert phones.isdisjoint(given)
