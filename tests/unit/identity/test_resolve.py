"""Resolution under limits: examples, order independence, and a naive oracle."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from tributary.identity import (
    BATCHES,
    DEFAULT_TYPES,
    SAME_EVENT,
    Changes,
    Claim,
    IdentifierType,
    Linkage,
    Refused,
    Resolver,
    RuleSet,
    allocate,
    canonical_profile_id,
    links_of,
    merges_of,
)
from tributary.identity.graph import link_id
from tributary.identity.partition import DAY_MS
from tributary.identity.rebuild import compare
from tributary.identity.rules import Caps
from tributary.identity.types import IdentifierTypes
from tributary.store import Store, open_store
from tributary.store.tables.identity import Edge, Identifier, Merge, ProfileAlias

Ids = dict[str, str]
TYPES = IdentifierTypes(1, DEFAULT_TYPES)
EMAILS = [("email", f"e{number}@x.example") for number in range(9)]
_numbers = itertools.count(1)


def linkage(types: IdentifierTypes, ids: Ids, at_ms: int = 1) -> Linkage:
    claims = [types.claim(type_, value) for type_, value in ids.items()]
    assert all(isinstance(claim, Claim) for claim in claims)
    ordered = sorted((c for c in claims if isinstance(c, Claim)), key=lambda c: (c.priority, c.type, c.value))
    return Linkage(1, tuple(ordered), SAME_EVENT, "src_1", f"m{next(_numbers):06}", at_ms)


class Resolved(NamedTuple):
    profile_id: int
    refused: tuple[Refused, ...]


def resolve(
    store: Store, batch: Sequence[Ids | Linkage], types: IdentifierTypes | None = None
) -> tuple[list[Resolved], Changes]:
    """Resolve one batch; the profile ids are final ones."""
    types = types or IdentifierTypes(1, DEFAULT_TYPES)
    with store.begin() as session:
        resolver = Resolver(session, {1: types}, version=allocate(session, BATCHES, 1))
        linkages = [each if isinstance(each, Linkage) else linkage(types, each) for each in batch]
        resolutions = resolver.resolve(linkages)
        changes = resolver.write()
        return [
            Resolved(resolver.profile_of(each.leader) if each.leader is not None else 0, each.refused)
            for each in resolutions
        ], changes


def people(store: Store) -> list[frozenset[tuple[str, str]]]:
    found: dict[int, set[tuple[str, str]]] = defaultdict(set)
    with store.read() as session:
        for row in session.scalars(select(Identifier).where(Identifier.profile_id != 0)):
            found[row.profile_id].add((row.type, row.value))
    return sorted((frozenset(each) for each in found.values()), key=sorted)


def one(**ids: str) -> frozenset[tuple[str, str]]:
    return frozenset(ids.items())


def test_nobody_a_person_and_two_people(store: Store) -> None:
    (first, second), _ = resolve(store, [{"anonymous_id": "a1"}, {"user_id": "u1"}])
    assert second.profile_id == first.profile_id + 1
    (same,), changes = resolve(store, [{"user_id": "u1"}])
    assert same.profile_id == second.profile_id
    assert changes == Changes([], set(), [], set(), [])
    (joined,), changes = resolve(store, [{"user_id": "u1", "anonymous_id": "a1"}])
    assert joined.profile_id == first.profile_id  # the older profile survives
    assert changes.merged == [(second.profile_id, first.profile_id)] == changes.aliases
    assert people(store) == [one(user_id="u1", anonymous_id="a1")]
    with store.read() as session:
        assert canonical_profile_id(session, second.profile_id) == first.profile_id
        (merge,) = merges_of(session, 1, first.profile_id)
        assert (merge.absorbed_id, merge.rule, merge.actor) == (second.profile_id, SAME_EVENT, "pipeline")
        assert set(merge.identifiers) == {("user_id", "u1"), ("anonymous_id", "a1")}


def test_the_worked_example_of_segment(store: Store) -> None:
    """Segment, "Identity Resolution Settings": limits user_id 1, email 5, anonymous_id 5."""
    types = IdentifierTypes(
        1,
        [
            IdentifierType(name="user_id", limit=1, priority=1),
            IdentifierType(name="email", normaliser="email", limit=5, priority=2),
            IdentifierType(name="anonymous_id", limit=5, priority=3),
        ],
    )
    (known,), _ = resolve(store, [{"user_id": "abc123", "email": "jane@example.com"}], types)
    (other,), changes = resolve(store, [{"user_id": "abc456", "email": "jane@example.com"}], types)
    assert other.profile_id == known.profile_id + 1
    assert changes.created == [other.profile_id]
    assert [(each.type, each.value, each.reason) for each in other.refused] == [
        ("email", "jane@example.com", "limit:user_id")
    ]
    assert people(store) == [one(email="jane@example.com", user_id="abc123"), one(user_id="abc456")]
    with store.read() as session:
        (link,) = links_of(session, 1, other.profile_id)
        assert not link.is_linked
        assert link.reason == "not linked because the profile would own more user_id values than its limit allows"


def test_only_the_identifier_that_breaks_a_limit_is_left_out(sqlite_store: Store) -> None:
    """Segment drops from the bottom until it fits; the ones dropped without fault are linked again."""
    resolve(sqlite_store, [{"user_id": "u2", "email": "e@x.example"}])
    (result,), _ = resolve(sqlite_store, [{"user_id": "u1", "email": "e@x.example", "anonymous_id": "a1"}])
    assert [each.type for each in result.refused] == ["email"]
    assert one(user_id="u1", anonymous_id="a1") in people(sqlite_store)


def test_two_known_people_are_never_merged(sqlite_store: Store) -> None:
    """One tablet, many logins: whoever logs in keeps to himself. The tablet is the first one's until it is clear that
    it is nobody's.
    """
    for number in range(30):
        batch = [{"anonymous_id": "tablet"}, {"anonymous_id": "tablet", "user_id": f"u{number}"}]
        resolve(sqlite_store, [linkage(TYPES, ids, number) for ids in batch])
        if number == 5:
            assert one(user_id="u0", anonymous_id="tablet") in people(sqlite_store)
    found = people(sqlite_store)
    assert found == sorted(
        [one(anonymous_id="tablet"), *(one(user_id=f"u{number}") for number in range(30))], key=sorted
    )
    with sqlite_store.read() as session:
        kinds = [(row.kind, row.rule) for row in session.scalars(select(Merge).order_by(Merge.id))]
    assert kinds == [("split", "claimed_by_many")]


def test_a_value_that_many_claim_links_nobody_not_even_those_it_had_linked(sqlite_store: Store) -> None:
    """A shop's phone without any login."""
    types = IdentifierTypes(
        1,
        [
            IdentifierType(name="email", normaliser="email", limit=100, priority=20),
            IdentifierType(name="phone", normaliser="phone", priority=30, degree_cap=3),
        ],
    )
    refused: list[str] = []
    for number in range(6):
        batch: list[Ids] = [{"email": f"e{number}@x.example", "phone": "13912345678"}]
        (result,), changes = resolve(sqlite_store, batch, types)
        refused += [each.reason for each in result.refused]
        if number == 2:
            assert people(sqlite_store) == [frozenset({("phone", "+8613912345678"), *EMAILS[:3]})]
        if number == 3:
            assert len(changes.rebuilt) == 3
    assert refused == ["claimed_by_many"] * 3
    assert people(sqlite_store) == [frozenset({each}) for each in EMAILS[:6]]


def test_limits_hold_within_one_batch(sqlite_store: Store) -> None:
    batch = [{"user_id": "u1", "email": f"e{number}@x.example"} for number in range(7)]
    results, _ = resolve(sqlite_store, batch)
    assert [bool(each.refused) for each in results] == [False] * 5 + [True] * 2
    assert len({each.profile_id for each in results}) == 1


def test_large_profiles_are_not_merged_by_an_event(sqlite_store: Store) -> None:
    sizes = Caps().large + 1
    for phone in ("13912345671", "13912345672"):
        resolve(sqlite_store, [{"phone": phone, "anonymous_id": f"{phone}-{number}"} for number in range(sizes)])
    late = linkage(TYPES, {"phone": "13912345671", "anonymous_id": "13912345672-0"}, at_ms=2)
    (result,), _ = resolve(sqlite_store, [late])
    assert [each.reason for each in result.refused] == ["both_large"]


def test_aliases_always_lead_to_the_end_in_one_step(store: Store) -> None:
    (a, b, c, d), _ = resolve(store, [{"anonymous_id": each} for each in "abcd"])
    resolve(store, [{"phone": "13912345671", "anonymous_id": "d"}, {"phone": "13912345671", "anonymous_id": "c"}])
    resolve(store, [{"email": "x@x.example", "anonymous_id": "b"}])
    _, changes = resolve(store, [{"email": "x@x.example", "phone": "13912345671"}])
    resolve(store, [{"anonymous_id": "a", "phone": "13912345671"}])
    with store.read() as session:
        aliases = {row.profile_id: row.canonical_id for row in session.scalars(select(ProfileAlias))}
        assert set(aliases.values()) == {a.profile_id}
        assert {b.profile_id, c.profile_id, d.profile_id} <= set(aliases)
        assert {row.profile_id for row in session.scalars(select(Identifier))} == {a.profile_id}
    assert (d.profile_id, b.profile_id) in changes.aliases  # rewritten, so the warehouse hears of it


def test_every_link_is_kept_as_evidence_once(sqlite_store: Store) -> None:
    ids = {"user_id": "u1", "email": "e@x.example", "anonymous_id": "a1"}
    resolve(sqlite_store, [ids, ids])
    resolve(sqlite_store, [ids])
    with sqlite_store.read() as session:
        edges = session.scalars(select(Edge)).all()
        assert len(edges) == 2
        assert {edge.refusal for edge in edges} == {""}
        degrees = {row.type: row.degree for row in session.scalars(select(Identifier))}
    assert degrees == {"user_id": 0, "email": 1, "anonymous_id": 1}


def test_two_values_with_one_hash_are_never_taken_for_one_another(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,), _ = resolve(sqlite_store, [{"user_id": "u1"}])
    monkeypatch.setattr("tributary.identity.types.identifier_id", lambda workspace, type_, value: _known(sqlite_store))
    (alone,), _ = resolve(sqlite_store, [{"user_id": "u2"}])
    assert alone.profile_id == 0
    assert alone.refused[0].reason == "hash_collision"
    assert people(sqlite_store) == [one(user_id="u1")]
    assert first.profile_id > 0


def _known(store: Store) -> int:
    with store.read() as session:
        return session.scalars(select(Identifier.id)).one()


# --- order

_values: st.SearchStrategy[Ids] = st.fixed_dictionaries(
    {},
    optional={
        "user_id": st.sampled_from(["u1", "u2", "u3"]),
        "email": st.sampled_from([f"e{n}@x.example" for n in range(4)]),
        "phone": st.sampled_from([f"1391234567{n}" for n in range(4)]),
        "anonymous_id": st.sampled_from([f"a{n}" for n in range(5)]),
    },
).filter(bool)
_free = [
    IdentifierType(name=each.name, normaliser=each.normaliser, priority=each.priority, limit=100, degree_cap=None)
    for each in DEFAULT_TYPES
]


@pytest.fixture(scope="module")
def scratch() -> Any:
    with TemporaryDirectory() as directory:
        yield Path(directory)


def fresh_store(directory: Path) -> Store:
    opened = open_store(f"sqlite:///{directory / f'{next(_numbers)}.db'}")
    opened.create_all()
    return opened


def partition(directory: Path, batches: Sequence[Sequence[Ids]]) -> list[frozenset[tuple[str, str]]]:
    store = fresh_store(directory)
    types = IdentifierTypes(1, _free)
    for batch in batches:
        resolve(store, batch, types)
    found = people(store)
    store.close()
    return found


@given(st.lists(_values, min_size=1, max_size=12), st.randoms(use_true_random=False), st.integers(1, 5))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_while_no_limit_is_reached_order_repetition_and_batches_do_not_matter(
    scratch: Path, events: list[Ids], random: Any, size: int
) -> None:
    shuffled = events + events[: len(events) // 2]
    random.shuffle(shuffled)
    batches = [shuffled[start : start + size] for start in range(0, len(shuffled), size)]
    assert partition(scratch, [events]) == partition(scratch, batches) == connected(events)


@given(
    st.lists(st.tuples(_values, st.integers(1, 6)), min_size=1, max_size=12),
    st.randoms(use_true_random=False),
    st.integers(1, 5),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_first_seen_is_when_the_earliest_event_happened_in_whatever_order_events_come(
    scratch: Path, events: list[tuple[Ids, int]], random: Any, size: int
) -> None:
    types = IdentifierTypes(1, _free)
    linkages = [linkage(types, ids, at_ms) for ids, at_ms in events]
    first: dict[int, tuple[int, str]] = {}
    links: dict[tuple[int, int], tuple[int, str]] = {}
    for each in sorted(linkages, key=lambda each: (each.at_ms, each.message_id)):
        sighting = (each.at_ms, each.message_id)
        for claim in each.claims:
            first.setdefault(claim.id, sighting)
        for claim in each.claims[1:]:
            links.setdefault((each.claims[0].id, claim.id), sighting)
    shuffled = linkages + linkages[: len(linkages) // 2]
    random.shuffle(shuffled)
    store = fresh_store(scratch)
    for start in range(0, len(shuffled), size):
        resolve(store, shuffled[start : start + size], types)
    with store.read() as session:
        assert {row.id: (row.first_seen_ms, row.message_id) for row in session.scalars(select(Identifier))} == first
        edges = session.scalars(select(Edge)).all()
        assert {(row.identifier_a, row.identifier_b): (row.at_ms, row.message_id) for row in edges} == links
    store.close()


def connected(events: Sequence[Ids]) -> list[frozenset[tuple[str, str]]]:
    """Connected components, the slow way."""
    types = IdentifierTypes(1, _free)
    groups: list[set[tuple[str, str]]] = []
    for ids in events:
        group = {(claim.type, claim.value) for claim in linkage(types, ids).claims}
        touching = [each for each in groups if each & group]
        groups = [each for each in groups if not each & group]
        groups.append(group.union(*touching))
    return sorted((frozenset(each) for each in groups), key=sorted)


# --- a naive oracle


def oracle(types: IdentifierTypes, linkages: Sequence[Linkage]) -> list[frozenset[tuple[str, str]]]:
    """Who belongs together, from the definition: sets and lists, no batches, no hashes, no counts kept."""
    claims = {claim.id: claim for each in linkages for claim in each.claims}
    claimed: dict[int, set[int]] = defaultdict(set)
    for each in linkages:
        for claim in each.claims[1:]:
            claimed[claim.id].add(each.claims[0].id)
    evidence: dict[tuple[frozenset[int], bool], tuple[int, str]] = {}
    for each in sorted(linkages, key=lambda each: (each.at_ms, each.message_id)):
        for claim in each.claims[1:]:
            evidence.setdefault(
                (frozenset({each.claims[0].id, claim.id}), each.is_trusted), (each.at_ms, each.message_id)
            )
    homed = {each.claims[0].id for each in linkages}
    first = {id_: min(each.at_ms for each in linkages if id_ in {c.id for c in each.claims}) for id_ in claims}
    groups = [{id_} for id_ in claims]
    order = sorted(
        ((not is_trusted, *first_said, link_id(*sorted(pair), SAME_EVENT, "src_1", is_trusted, 0)), pair, is_trusted)
        for (pair, is_trusted), first_said in evidence.items()
    )
    for _, pair, is_trusted in order:
        one, other = (next(group for group in groups if id_ in group) for id_ in sorted(pair))
        if one is other or any(len(claimed[id_]) > _cap(types, claims[id_]) for id_ in pair):
            continue
        if not is_trusted and all(_type(types, claims[id_]).is_unique for id_ in pair):
            alone = [group for group in (one, other) if len(group) == 1 and not group & homed]
            if not alone:
                continue
        if all(_fits(_type(types, claims[id_]), claims[id_].type, one | other, claims, first) for id_ in one | other):
            groups = [group for group in groups if group is not one and group is not other] + [one | other]
    named = [frozenset((claims[id_].type, claims[id_].value) for id_ in group) for group in groups if group & homed]
    return sorted(named, key=sorted)


def _type(types: IdentifierTypes, claim: Claim) -> IdentifierType:
    found = types.get(claim.type)
    assert found is not None
    return found


def _cap(types: IdentifierTypes, claim: Claim) -> float:
    cap = _type(types, claim).degree_cap
    return float("inf") if cap is None else cap


def _fits(type_: IdentifierType, name: str, group: set[int], claims: dict[int, Claim], first: dict[int, int]) -> bool:
    times = [first[id_] for id_ in group if claims[id_].type == name]
    if type_.window == "day":
        return all(sum(start <= time < start + DAY_MS for time in times) <= type_.limit for start in times)
    return len(times) <= type_.limit


TIGHT = IdentifierTypes(
    1,
    [
        IdentifierType(name="user_id", limit=1, priority=10, degree_cap=None),
        IdentifierType(name="email", normaliser="email", limit=2, priority=20, degree_cap=2),
        IdentifierType(name="phone", normaliser="phone", limit=1, window="day", priority=30, degree_cap=3),
        IdentifierType(name="anonymous_id", limit=3, priority=90, degree_cap=2, is_unique=False),
    ],
)
_events = st.lists(
    st.tuples(_values, st.sampled_from([0, 1, 2, DAY_MS, DAY_MS + 1, 3 * DAY_MS]), st.booleans()),
    min_size=1,
    max_size=14,
)


@given(_events, st.randoms(use_true_random=False), st.integers(1, 6))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_profiles_are_a_function_of_the_evidence_alone(
    scratch: Path, events: list[tuple[Ids, int, bool]], random: Any, size: int
) -> None:
    """Limits, windows, caps and unsigned evidence included: any order, repetition and batches; and what is said about
    each link, each profile id and each alias is that of the whole told at once.
    """
    linkages = [linkage(TIGHT, ids, at_ms)._replace(is_trusted=trusted) for ids, at_ms, trusted in events]
    shuffled = linkages + linkages[: len(linkages) // 2]
    random.shuffle(shuffled)
    store = fresh_store(scratch)
    for start in range(0, len(shuffled), size):
        resolve(store, shuffled[start : start + size], TIGHT)
    assert people(store) == oracle(TIGHT, linkages)
    assert_whole(store)
    at_once = fresh_store(scratch)
    resolve(at_once, linkages, TIGHT)
    assert verdicts(store) == verdicts(at_once)
    store.close()
    at_once.close()


def verdicts(store: Store) -> list[tuple[Any, ...]]:
    with store.read() as session:
        edges = session.scalars(select(Edge).order_by(Edge.id))
        return [(edge.id, edge.rule, edge.refusal, edge.at_ms, edge.message_id) for edge in edges]


def assert_whole(store: Store) -> None:
    """A profile's id is its least base id, and each other base leads to it in one step."""
    with store.read() as session:
        rows = session.scalars(select(Identifier)).all()
        aliases = {row.profile_id: row.canonical_id for row in session.scalars(select(ProfileAlias))}
    owned: dict[int, list[Identifier]] = defaultdict(list)
    for row in rows:
        owned[row.profile_id].append(row)
    for profile_id, members in owned.items():
        bases = [row.base_id for row in members if row.base_id]
        assert profile_id == (min(bases) if bases else 0)
    leading = {row.base_id: row.profile_id for row in rows if row.base_id and row.base_id != row.profile_id}
    assert aliases == leading
    assert len({row.base_id for row in rows if row.base_id}) == sum(row.base_id > 0 for row in rows)


class Resolving(RuleBasedStateMachine):
    """Batches of any size, small limits, time going to and fro: the resolver and the oracle always agree."""

    @initialize()
    def open(self) -> None:
        self.directory = TemporaryDirectory()
        self.store = fresh_store(Path(self.directory.name))
        self.linkages: list[Linkage] = []

    @rule(batch=_events)
    def batch(self, batch: list[tuple[Ids, int, bool]]) -> None:
        linkages = [linkage(TIGHT, ids, at_ms)._replace(is_trusted=trusted) for ids, at_ms, trusted in batch]
        self.linkages += linkages
        resolve(self.store, linkages, TIGHT)

    @invariant()
    def same_people(self) -> None:
        if hasattr(self, "store"):
            assert people(self.store) == oracle(TIGHT, self.linkages)
            assert_whole(self.store)

    @invariant()
    def ledger_leads_to_the_present(self) -> None:
        """Merges and splits, told again one after the other, lead to the profiles that there are."""
        if not hasattr(self, "store"):
            return
        with self.store.read() as session:
            owners = {row.profile_id for row in session.scalars(select(Identifier))} - {0}
            gone: set[int] = set()
            for entry in session.scalars(select(Merge).order_by(Merge.id)):
                if entry.kind == "merge":
                    gone.add(entry.absorbed_id)
                else:
                    gone.discard(entry.absorbed_id)
        assert not owners & gone

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.directory.cleanup()


Resolving.TestCase.settings = settings(max_examples=15, stateful_step_count=8, deadline=None)
TestResolving = Resolving.TestCase


@given(_events)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_whole_computed_at_once_is_what_came_about_bit_by_bit(
    scratch: Path, events: list[tuple[Ids, int, bool]]
) -> None:
    linkages = [linkage(TIGHT, ids, at_ms)._replace(is_trusted=trusted) for ids, at_ms, trusted in events]
    store = fresh_store(scratch)
    for each in linkages:
        resolve(store, [each], TIGHT)
    with store.read() as session:
        same = compare(session, 1, TIGHT.rules)
        free = compare(session, 1, RuleSet(types=_free, unsigned="link"))
    assert same.changes == []
    assert same.profiles_before == same.profiles_after == len(people(store))
    looser = IdentifierTypes(1, RuleSet(types=_free, unsigned="link"))
    at_once = fresh_store(scratch)
    resolve(at_once, linkages, looser)
    assert (
        free.profiles_after
        == len(people(at_once))
        == len(oracle(looser, [e._replace(is_trusted=True) for e in linkages]))
    )
    store.close()
    at_once.close()
