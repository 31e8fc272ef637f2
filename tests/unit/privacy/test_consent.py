"""What consent statements come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.errors import InvalidRequest
from tributary.privacy import (
    Hasher,
    Person,
    Statement,
    check_sendable,
    consent_history,
    consent_states,
    is_sendable,
    lift_suppression,
    record_consent,
    set_default_basis,
    suppress,
)
from tributary.privacy.consent import combine, fold

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HASHER = Hasher(b"k" * 32)

statements = st.lists(
    st.tuples(
        st.integers(0, 5).map(lambda day: NOW - timedelta(days=day)),
        st.sampled_from(["granted", "withdrawn"]),
        st.sampled_from(["form", "import"]),
    ),
    max_size=6,
)


@given(statements, st.randoms())
def test_the_fold_does_not_depend_on_the_order_of_arrival(said, random):
    shuffled = list(said)
    random.shuffle(shuffled)
    assert fold(said) == fold(shuffled)


@given(statements)
def test_the_last_word_of_the_person_wins(said):
    later = NOW + timedelta(days=1)
    assert fold([*said, (later, "withdrawn", "form")]) == "withdrawn"
    assert fold([*said, (later, "granted", "form")]) == "granted"


@given(statements)
def test_an_imported_grant_never_undoes_a_withdrawal(said):
    if fold(said) == "withdrawn":
        assert fold([*said, (NOW + timedelta(days=1), "granted", "import")]) == "withdrawn"


RANK = {"withdrawn": 0, "none": 1, "granted": 2}


@given(st.lists(st.sampled_from(["granted", "withdrawn", "none"])), st.lists(st.sampled_from(["granted", "withdrawn"])))
def test_a_merge_never_undoes_a_withdrawal(one, other):
    merged = combine([*one, *other])
    assert ("withdrawn" in one or "withdrawn" in other) == (merged == "withdrawn")


def say(store, value, state, *, at=NOW, source="form", type_="email", purpose="marketing"):
    with store.begin() as session:
        record_consent(
            session, HASHER, 1,
            [Statement(type=type_, value=value, channel="email", purpose=purpose, state=state, source=source, at=at)],
            by="test", now=NOW + timedelta(days=30),
        )  # fmt: skip


def reason(store, address, *more, purpose="marketing", workspace_id=1):
    person = Person(address, (("email", address), *more))
    with store.begin() as session:
        return is_sendable(session, HASHER, workspace_id, person, channel="email", purpose=purpose, is_locked=True)


def block(store, address, why, *, at=NOW, purpose=""):
    with store.begin() as session:
        suppress(session, HASHER, 1, "email", [address], reason=why, by="test", now=at, purpose=purpose)


def test_no_record_means_no_unless_the_workspace_decided_otherwise(store):
    assert reason(store, "a@x.cn") == "consent_missing"
    with store.begin() as session:
        set_default_basis(session, 1, "legitimate_interest", now=NOW)
    assert reason(store, "a@x.cn") is None
    assert reason(store, "a@x.cn", workspace_id=2) == "consent_missing"
    say(store, "a@x.cn", "withdrawn")
    assert reason(store, "a@x.cn") == "consent_withdrawn"


def test_consent_belongs_to_one_purpose_and_one_workspace_and_ignores_case(store):
    say(store, "A@x.cn ", "granted")
    assert reason(store, "a@X.cn") is None
    assert reason(store, "a@x.cn", purpose="survey") == "consent_missing"
    assert reason(store, "a@x.cn", workspace_id=2) == "consent_missing"


def test_any_withdrawn_identifier_withdraws_the_person(store):
    say(store, "u1", "granted", type_="user_id")
    assert reason(store, "a@x.cn", ("user_id", "u1")) is None
    say(store, "b@x.cn", "withdrawn")
    assert reason(store, "a@x.cn", ("user_id", "u1"), ("email", "b@x.cn")) == "consent_withdrawn"
    assert reason(store, "a@x.cn", ("user_id", "u1")) is None  # after an unmerge


def test_suppression_of_any_own_address_counts_but_a_bounce_only_for_itself(store):
    say(store, "u1", "granted", type_="user_id")
    block(store, "old@x.cn", "bounced")
    assert reason(store, "a@x.cn", ("user_id", "u1"), ("email", "old@x.cn")) is None
    assert reason(store, "old@x.cn", ("user_id", "u1")) == "suppressed_bounced"
    block(store, "old@x.cn", "complained")
    assert reason(store, "a@x.cn", ("user_id", "u1"), ("email", "old@x.cn")) == "suppressed_complained"


def test_a_new_yes_lifts_an_unsubscription_but_no_bounce_and_no_import_does(store):
    block(store, "a@x.cn", "unsubscribed", purpose="marketing")
    say(store, "a@x.cn", "withdrawn")
    say(store, "a@x.cn", "granted", at=NOW + timedelta(days=1), source="import")
    assert reason(store, "a@x.cn") == "suppressed_unsubscribed"
    say(store, "a@x.cn", "granted", at=NOW - timedelta(days=1))
    assert reason(store, "a@x.cn") == "suppressed_unsubscribed"
    say(store, "a@x.cn", "granted", at=NOW + timedelta(days=2))
    assert reason(store, "a@x.cn") is None
    block(store, "a@x.cn", "bounced")
    say(store, "a@x.cn", "granted", at=NOW + timedelta(days=3))
    assert reason(store, "a@x.cn") == "suppressed_bounced"


def test_an_unsubscription_of_one_purpose_leaves_the_others(store):
    say(store, "a@x.cn", "granted", purpose="service")
    block(store, "a@x.cn", "unsubscribed", purpose="marketing")
    assert reason(store, "a@x.cn", purpose="service") is None
    block(store, "a@x.cn", "manual")
    assert reason(store, "a@x.cn", purpose="service") == "suppressed_manual"


def test_operators_lift_one_reason_and_never_a_complaint(store):
    say(store, "a@x.cn", "granted")
    block(store, "a@x.cn", "bounced")
    block(store, "a@x.cn", "manual")
    with store.begin() as session:
        lift_suppression(session, HASHER, 1, "email", "a@x.cn", reason="manual")
    assert reason(store, "a@x.cn") == "suppressed_bounced"
    with pytest.raises(Exception, match="spam"), store.begin() as session:
        lift_suppression(session, HASHER, 1, "email", "a@x.cn", reason="complained")


def test_many_people_are_recorded_and_checked_at_once(store):
    everyone = {n: Person(f"p{n}@x.cn", (("email", f"p{n}@x.cn"), ("user_id", f"u{n}"))) for n in range(1, 1301)}
    with store.begin() as session:
        count = record_consent(
            session, HASHER, 1,
            [
                Statement(type="user_id", value=f"u{n}", channel="email", purpose="marketing", state="granted",
                          source="import", at=NOW, profile_id=n)
                for n in everyone if n % 2
            ],
            by="import", now=NOW,
        )  # fmt: skip
    assert count == 650
    with store.read() as session:
        verdicts = check_sendable(session, HASHER, 1, everyone, channel="email", purpose="marketing")
        states = consent_states(
            session, HASHER, 1, {n: person.identifiers for n, person in everyone.items()},
            channel="email", purpose="marketing",
        )  # fmt: skip
    assert verdicts == {n: None if n % 2 else "consent_missing" for n in everyone}
    assert states == {n: "granted" if n % 2 else "none" for n in everyone}


def test_the_ledger_keeps_every_statement_and_no_address(sqlite_store, tmp_path):
    for day, state in enumerate(["granted", "withdrawn", "granted"]):
        say(sqlite_store, "somebody@example.cn", state, at=NOW + timedelta(days=day))
    with sqlite_store.read() as session:
        history = consent_history(session, HASHER, 1, [("email", "somebody@example.cn")])
        assert [row.state for row in history] == ["granted", "withdrawn", "granted"]
    sqlite_store.close()
    assert not any(b"somebody@" in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    "change",
    [{"value": " "}, {"state": "maybe"}, {"channel": "pigeon"}, {"purpose": ""}, {"at": NOW + timedelta(hours=1)}],
)
def test_statements_that_prove_nothing_are_refused(sqlite_store, change):
    good = {"type": "email", "value": "a@x.cn", "channel": "email", "purpose": "marketing", "state": "granted",
            "source": "form", "at": NOW}  # fmt: skip
    with pytest.raises(InvalidRequest), sqlite_store.begin() as session:
        record_consent(session, HASHER, 1, [Statement(**{**good, **change})], by="test", now=NOW)
