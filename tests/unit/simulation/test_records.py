"""Made-up records: the same for a seed, at the documented rates, and silent about who is who."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc
import pytest

from tributary.simulation.records import MISSING, PEOPLE_PER_RECORD, SHOP_PHONE, customer_records

COUNT = 20_000


@pytest.fixture(scope="module")
def made():
    return customer_records(4, COUNT)


def test_a_seed_always_makes_the_same_records(made):
    again = customer_records(4, COUNT)
    assert again.table.equals(made.table)
    assert np.array_equal(again.person, made.person)
    assert not customer_records(5, COUNT).table.equals(made.table)


def test_rates_are_as_documented(made):
    for column, rate in MISSING.items():
        assert made.table[column].null_count / COUNT == pytest.approx(rate, abs=0.01)
    assert len(np.unique(made.person)) == round(COUNT * PEOPLE_PER_RECORD)
    counts = np.bincount(made.person)
    assert (counts * (counts - 1) // 2).sum() / COUNT == pytest.approx(0.5, abs=0.03)


def test_shops_share_phones(made):
    plain = pc.replace_substring_regex(made.table["phone"], r"^\+86|-", "")
    counts = np.sort(pc.value_counts(plain.drop_null()).field("counts").to_numpy())[::-1]
    assert counts[0] > 15
    assert counts[counts > 12].sum() / COUNT == pytest.approx(SHOP_PHONE * (1 - MISSING["phone"]), abs=0.002)


def test_members_of_a_household_share_an_address_and_nothing_else(made):
    homes = {}
    for address, person in zip(made.table["address"].to_pylist(), made.person.tolist(), strict=True):
        if address:
            homes.setdefault(address, set()).add(person)
    assert sum(len(people) > 1 for people in homes.values()) > 200


def test_ids_are_unique_and_say_nothing(made):
    ids = made.table["id"].to_numpy()
    assert len(np.unique(ids)) == COUNT
    assert abs(np.corrcoef(ids.astype(float), made.person)[0, 1]) < 0.03


def test_records_of_one_person_look_alike(made):
    order = np.argsort(made.person, kind="stable")
    person = made.person[order]
    same = np.flatnonzero(person[1:] == person[:-1])
    birthdays = made.table["birthday"].take(order).to_pylist()
    both = [(birthdays[n], birthdays[n + 1]) for n in same if birthdays[n] and birthdays[n + 1]]
    assert np.mean([a == b for a, b in both]) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("records", [1, 2, 10])
def test_few_records_are_fine_too(records):
    assert customer_records(1, records).table.num_rows == records
