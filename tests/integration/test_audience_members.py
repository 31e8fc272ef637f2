"""Who is in an audience: those that build on others, people that merge, and the audiences of one person."""

from __future__ import annotations

import pytest

from fixtures.audiences import Shop, both, bought, member_of, trait
from fixtures.operators import NOW
from fixtures.warehouse import make_tag_values
from tributary import audiences
from tributary.errors import Unavailable


class TestBuildingOnEachOther:
    def test_waits_for_what_it_builds_on(self, town: Shop):
        first = town.create("first", trait("city", "is", "上海"))
        second = town.create("second", both(member_of(first), bought(1)))

        with pytest.raises(Unavailable, match="not computed yet"):
            town.refresh(second)
        town.refresh(first)
        town.refresh(second)

        assert town.members(second) == town.where(lambda traits: traits.get("city") == "上海") & town.buyers(1)

    def test_not_in_an_audience_is_everybody_else(self, town: Shop):
        first = town.create("first", trait("city", "is", "上海"))
        town.refresh(first)
        second = town.create("second", member_of(first, "not_in"))
        town.refresh(second)

        assert town.members(second) == set(town.traits) - town.members(first)

    def test_tags_can_be_asked_for(self, town: Shop):
        from tributary.store.tables.tags import Tag

        make_tag_values(
            town.warehouse, [{"tag_id": "tag_1", "run": 3, "profile_id": id_, "text": "gold"} for id_ in (5, 9)]
        )
        with town.store.begin() as session:
            session.add(
                Tag(
                    id="tag_1", workspace_id=1, name="Tier", description="", kind="rule", value_type="text",
                    null_policy="clear", schedule="manual", current_version=1, current_run=3, last_run=3,
                    is_archived=False, created_by="usr_test", created_at=NOW, updated_at=NOW,
                )
            )  # fmt: skip
        audience = town.create("gold", {"kind": "tag", "tag": "tag_1", "op": "is", "value": "gold"})
        town.refresh(audience)

        assert town.members(audience) == {5, 9}


class TestMergesAfterARun:
    def test_an_absorbed_member_is_found_under_the_survivor_once(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}, 2: {"city": "上海"}, 3: {"city": "上海"}, 4: {"city": "Paris"}})
        audience = shop.create("上海", trait("city", "is", "上海"))
        shop.refresh(audience)
        shop.merge(1, 3)
        shop.merge(2, 4)

        assert shop.members(audience) == {3, 4}
        assert shop.audiences_of(4) == shop.audiences_of(2) == ["上海"]

    def test_a_merge_of_two_members_moves_nobody_in_or_out(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}, 2: {"city": "上海"}, 3: {"city": "上海"}})
        audience = shop.create("上海", trait("city", "is", "上海"))
        shop.refresh(audience)
        shop.merge(1, 3)

        run = shop.refresh(audience)

        assert (run.size, run.entered, run.exited) == (2, 0, 0)
        assert shop.entered(run) == shop.exited(run) == set()

    def test_who_lost_what_selected_them_by_a_merge_has_exited(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}, 2: {"city": "Paris"}})
        audience = shop.create("上海", trait("city", "is", "上海"))
        shop.refresh(audience)
        shop.merge(1, 2)

        run = shop.refresh(audience)

        assert (run.size, run.entered, run.exited) == (0, 0, 1)
        assert shop.exited(run) == {2}


class TestAudiencesOfOnePerson:
    def test_lists_the_live_ones_that_hold_the_person_now(self, town: Shop):
        in_city = town.create("in the city", trait("city", "is", "上海"))
        everybody = town.create("everybody", both())
        archived = town.create("archived", both())
        for audience in (in_city, everybody, archived):
            town.refresh(audience)
        town.refresh(in_city)  # two runs of one, so that run numbers of different audiences overlap
        with town.store.begin() as session:
            audiences.archive_audience(session, town.caller, archived.id)

        for id_ in (1, 2, 3, 4, 5):
            expected = ["everybody", *(["in the city"] if town.traits[id_].get("city") == "上海" else [])]
            assert town.audiences_of(id_) == expected

    def test_an_old_run_of_one_does_not_pass_as_the_current_run_of_another(self, shop: Shop):
        shop.add_people({1: {"city": "上海"}})
        first = shop.create("first", both())
        second = shop.create("second", both())
        shop.refresh(first)
        shop.refresh(second)
        shop.change(first, trait("city", "is", "Paris"))
        shop.refresh(first)

        assert shop.audiences_of(1) == ["second"]
