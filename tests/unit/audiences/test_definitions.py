"""Audiences as records: versions, locks, names, archiving, circles."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from fixtures.operators import NOW, make_caller, make_workspace
from tributary import audiences
from tributary.access import list_audit
from tributary.core.clock import ManualClock
from tributary.errors import Conflict, InvalidRequest, NotFound, RuleError
from tributary.governance import load_catalog
from tributary.jobs import list_jobs
from tributary.store import Store
from tributary.store.tables.audiences import AudienceVersion

CITY = {"kind": "trait", "trait": "city", "op": "is", "value": "上海"}
ADULT = {"kind": "trait", "trait": "age", "op": "gte", "value": 18}


def everybody_in(*audience_ids: str) -> dict[str, Any]:
    return {"kind": "any", "rules": [{"kind": "audience", "audience": id_} for id_ in audience_ids]}


@pytest.fixture
def shop(sqlite_store: Store) -> Store:
    make_workspace(sqlite_store, 1)
    make_workspace(sqlite_store, 2)
    return sqlite_store


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def create(store: Store, clock: ManualClock, name: str, rule: dict[str, Any] = CITY, *, workspace_id: int = 1, **more):
    with store.begin() as session:
        return audiences.create_audience(session, make_caller(clock, workspace_id), name=name, rule=rule, **more)


def update(store: Store, clock: ManualClock, audience_id: str, base_version: int, **more):
    with store.begin() as session:
        return audiences.update_audience(session, make_caller(clock), audience_id, base_version=base_version, **more)


class TestCreate:
    def test_starts_at_version_one_and_asks_for_promotion_and_members(self, shop: Store, clock: ManualClock):
        audience = create(shop, clock, " 上海 ")

        assert (audience.name, audience.current_version, audience.current_run) == ("上海", 1, None)
        assert audience.due_at == NOW.replace(hour=13)
        with shop.read() as session:
            assert {(job.kind, job.key) for job in list_jobs(session, 1)} == {
                ("audience.refresh", audience.id),
                ("audience.promote", audience.id),
            }
            (entry,) = list_audit(session, 1)
            assert (entry.action, entry.target_id) == ("audience.created", audience.id)

    def test_refuses_a_name_that_is_taken_in_this_workspace_only(self, shop: Store, clock: ManualClock):
        create(shop, clock, "上海")
        create(shop, clock, "上海", workspace_id=2)

        with pytest.raises(Conflict, match="this name"):
            create(shop, clock, "上海 ")

    @pytest.mark.parametrize("name", ["", "  ", "x" * 201])
    def test_refuses_an_empty_or_endless_name(self, shop: Store, clock: ManualClock, name: str):
        with pytest.raises(InvalidRequest, match="characters"):
            create(shop, clock, name)

    def test_a_wrong_rule_is_refused_with_its_path_and_a_cure(self, shop: Store, clock: ManualClock):
        rule = {"kind": "all", "rules": [CITY, {"kind": "trait", "trait": "citi", "op": "is", "value": "x"}]}

        with pytest.raises(RuleError) as caught:
            create(shop, clock, "wrong", rule)

        assert caught.value.path == "all[1].trait"
        assert "city" in str(caught.value.cure)

    def test_an_audience_of_another_workspace_does_not_exist_here(self, shop: Store, clock: ManualClock):
        foreign = create(shop, clock, "foreign", workspace_id=2)

        with pytest.raises(RuleError) as caught:
            create(shop, clock, "ours", everybody_in(foreign.id))

        assert caught.value.path == "any[0].audience"

    def test_may_build_on_an_audience_that_is_not_computed_yet(self, shop: Store, clock: ManualClock):
        first = create(shop, clock, "first")

        second = create(shop, clock, "second", everybody_in(first.id))

        assert second.current_version == 1

    def test_a_snapshot_has_no_schedule(self, shop: Store, clock: ManualClock):
        audience = create(shop, clock, "now", kind="snapshot", schedule="hourly")

        assert (audience.schedule, audience.due_at) == ("manual", None)


class TestUpdate:
    def test_another_rule_is_the_next_version_and_the_old_one_stays(self, shop: Store, clock: ManualClock):
        audience = create(shop, clock, "a")

        updated = update(shop, clock, audience.id, 1, rule=ADULT, note="grown-ups")

        assert updated.current_version == 2
        with shop.read() as session:
            versions = audiences.list_versions(session, 1, audience.id)
            assert [(version.version, version.rule, version.note) for version in versions] == [
                (2, ADULT, "grown-ups"),
                (1, CITY, ""),
            ]

    def test_the_same_rule_makes_no_version(self, shop: Store, clock: ManualClock):
        audience = create(shop, clock, "a")

        assert update(shop, clock, audience.id, 1, rule=dict(CITY)).current_version == 1

    def test_a_change_made_on_an_older_version_is_refused(self, shop: Store, clock: ManualClock):
        audience = create(shop, clock, "a")
        update(shop, clock, audience.id, 1, rule=ADULT)

        with pytest.raises(Conflict) as caught:
            update(shop, clock, audience.id, 1, name="b")

        assert caught.value.attrs == {"current_version": 2, "base_version": 1}

    def test_a_name_can_be_changed_although_the_rule_no_longer_fits(self, shop: Store, clock: ManualClock):
        audience = create(shop, clock, "a")
        with shop.begin() as session:
            version = session.scalars(select(AudienceVersion)).one()
            version.rule = {**CITY, "trait": "gone"}

        assert update(shop, clock, audience.id, 1, name="b", schedule="daily").name == "b"

    def test_what_differs_between_versions_is_shown_at_its_path(self, shop: Store, clock: ManualClock):
        audience = create(shop, clock, "a", {"kind": "all", "rules": [CITY]})
        update(shop, clock, audience.id, 1, rule={"kind": "all", "rules": [CITY | {"value": "北京"}, ADULT]})

        with shop.read() as session:
            found = audiences.compare_versions(session, 1, audience.id, 1, 2, load_catalog(session, 1), "en")

        assert [(change.path, change.kind, change.sentence_before, change.sentence_after) for change in found] == [
            ("all[0].value", "changed", "city is “上海”", "city is “北京”"),
            ("all[1]", "added", None, "age is at least 18"),
        ]

    def test_an_old_version_comes_back_as_a_new_one(self, shop: Store, clock: ManualClock):
        audience = create(shop, clock, "a")
        update(shop, clock, audience.id, 1, rule=ADULT)

        with shop.begin() as session:
            audiences.restore_version(session, make_caller(clock), audience.id, 1, base_version=2)

        with shop.read() as session:
            assert audiences.get_version(session, 1, audience.id, 3).rule == CITY

    def test_an_audience_cannot_build_on_itself_even_around_corners(self, shop: Store, clock: ManualClock):
        first = create(shop, clock, "first")
        second = create(shop, clock, "second", everybody_in(first.id))
        third = create(shop, clock, "third", everybody_in(second.id))

        with pytest.raises(RuleError) as caught:
            update(shop, clock, first.id, 1, rule={"kind": "all", "rules": [CITY, everybody_in(third.id)]})

        assert caught.value.path == "all[1].any[0]"
        assert "first → third → second → first" in caught.value.message
        with pytest.raises(RuleError, match="first → first"):
            update(shop, clock, first.id, 1, rule=everybody_in(first.id))


class TestArchive:
    def test_what_is_used_stays_until_it_is_free(self, shop: Store, clock: ManualClock):
        first = create(shop, clock, "first")
        second = create(shop, clock, "second", everybody_in(first.id))
        caller = make_caller(clock)

        with pytest.raises(Conflict) as caught, shop.begin() as session:
            audiences.archive_audience(session, caller, first.id)
        assert caught.value.attrs["users"] == [{"kind": "audience", "id": second.id, "name": "second"}]

        with shop.begin() as session:
            audiences.archive_audience(session, caller, second.id)
            audiences.archive_audience(session, caller, first.id)
        with shop.read() as session:
            assert audiences.list_audiences(session, 1) == []
            assert {audience.name for audience in audiences.list_audiences(session, 1, archived=True)} == {
                "first",
                "second",
            }

    def test_comes_back_only_with_what_it_builds_on(self, shop: Store, clock: ManualClock):
        first = create(shop, clock, "first")
        second = create(shop, clock, "second", everybody_in(first.id))
        caller = make_caller(clock)
        with shop.begin() as session:
            audiences.archive_audience(session, caller, second.id)
            audiences.archive_audience(session, caller, first.id)

        with pytest.raises(RuleError), shop.begin() as session:
            audiences.unarchive_audience(session, caller, second.id)
        with shop.begin() as session:
            audiences.unarchive_audience(session, caller, first.id)
            audiences.unarchive_audience(session, caller, second.id)
        with pytest.raises(Conflict), shop.begin() as session:
            audiences.archive_audience(session, caller, first.id)

    def test_an_archived_audience_frees_its_name_and_is_left_alone(self, shop: Store, clock: ManualClock):
        first = create(shop, clock, "same")
        with shop.begin() as session:
            audiences.archive_audience(session, make_caller(clock), first.id)
        create(shop, clock, "same")

        with pytest.raises(Conflict, match="archived"):
            update(shop, clock, first.id, 1, name="other")
        with pytest.raises(Conflict, match="archived"), shop.begin() as session:
            audiences.request_refresh(session, make_caller(clock), first.id)
        with pytest.raises(Conflict, match="this name"), shop.begin() as session:
            audiences.unarchive_audience(session, make_caller(clock), first.id)


def test_list_is_newest_first_and_searches_names(shop: Store, clock: ManualClock):
    ids = [create(shop, clock, name).id for name in ("VIP 上海", "vip 北京", "其他")]

    with shop.read() as session:
        assert {audience.name for audience in audiences.list_audiences(session, 1, search="Vip")} == {
            "VIP 上海",
            "vip 北京",
        }
        assert audiences.list_audiences(session, 1, search="%") == []
        listed = [audience.id for audience in audiences.list_audiences(session, 1, limit=2)]
        rest = [audience.id for audience in audiences.list_audiences(session, 1, after=(listed[-1],))]
    assert listed + rest == sorted(ids, reverse=True)


def test_nothing_of_another_workspace_is_found(shop: Store, clock: ManualClock):
    foreign = create(shop, clock, "foreign", workspace_id=2)
    caller = make_caller(clock)

    with shop.begin() as session:
        for attempt in (
            lambda: audiences.get_audience(session, 1, foreign.id),
            lambda: audiences.get_version(session, 1, foreign.id, 1),
            lambda: audiences.list_versions(session, 1, foreign.id),
            lambda: audiences.list_runs(session, 1, foreign.id),
            lambda: audiences.update_audience(session, caller, foreign.id, base_version=1, name="x"),
            lambda: audiences.restore_version(session, caller, foreign.id, 1, base_version=1),
            lambda: audiences.archive_audience(session, caller, foreign.id),
            lambda: audiences.unarchive_audience(session, caller, foreign.id),
            lambda: audiences.request_refresh(session, caller, foreign.id),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_definitions_live_on_both_stores(store: Store, clock: ManualClock):
    make_workspace(store)
    audience = create(store, clock, "a")
    update(store, clock, audience.id, 1, rule=ADULT, name="b")
    create(store, clock, "a")

    with pytest.raises(Conflict):
        create(store, clock, "b")
    with store.read() as session:
        assert audiences.get_audience(session, 1, audience.id).current_version == 2
