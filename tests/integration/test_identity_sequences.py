"""Merging and unmerging, ten thousand times: whatever was merged, and however it is undone, nothing is left of it.

Each sequence is a workspace of its own with a handful of identifiers, evidence and traits. It is merged and parted at
random, by decisions and by events, and all of that is undone in another order. A step of many workspaces goes through
one transaction, as steps of many workspaces do in the pipeline.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from tributary.identity import BATCHES, SAME_EVENT, Claim, IdentifierTypes, Linkage, Resolver, RuleSet, allocate
from tributary.identity.decisions import keep_apart, keep_together, revoke
from tributary.profiles import ProfileUpdates, Statement
from tributary.store import Session, Store
from tributary.store.tables.identity import IdentityDecision

SEQUENCES = 10_000
BLOCK = 500  # workspaces of one store and one transaction
START_MS = 1_764_547_200_000  # all within one hour, so that a later event makes nobody seen later
NOW = datetime(2026, 1, 1, tzinfo=UTC)
VALUES = [("user_id", "u1"), ("user_id", "u2"), *(("anonymous_id", f"a{number}") for number in range(4))]
EMAILS = [("email", "e1@x.example"), ("email", "e2@x.example")]


@dataclass
class Sequence:
    """One workspace: its events, what is done about it, and what undoes that."""

    workspace_id: int
    source: random.Random
    types: IdentifierTypes = field(init=False)
    at_ms: int = START_MS
    owners: dict[int, int] = field(default_factory=dict)
    homed: set[int] = field(default_factory=set)
    undoing: list[tuple[str, str | tuple[int, int]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.types = IdentifierTypes(self.workspace_id, RuleSet())

    def claim(self, value: tuple[str, str]) -> Claim:
        found = self.types.claim(*value)
        assert isinstance(found, Claim)
        return found

    def linkage(self, values: Iterable[tuple[str, str]]) -> Linkage:
        self.at_ms += self.source.randrange(1, 50_000)
        claims = sorted((self.claim(each) for each in values), key=lambda each: (each.priority, each.type, each.value))
        return Linkage(self.workspace_id, tuple(claims), SAME_EVENT, "src_1", f"m{self.at_ms}", self.at_ms)

    def event(self) -> tuple[Linkage, dict[str, object]]:
        values = self.source.sample(VALUES, self.source.choice([1, 1, 2]))
        if self.source.random() < 0.4:
            values.append(self.source.choice(EMAILS))
        traits = {"city": self.source.choice("xyz")} if self.source.random() < 0.6 else {}
        return self.linkage(values), {**traits, **({"n": self.at_ms} if self.source.random() < 0.3 else {})}

    def pair(self) -> tuple[int, int]:
        one, other = self.source.sample(sorted(self.owners), 2)
        return one, other

    def strangers(self) -> tuple[tuple[str, str], tuple[str, str]] | None:
        """Two identifiers that lead events of two people."""
        homed = [each for each in VALUES if self.claim(each).id in self.homed]
        pairs = [
            (one, other)
            for one in homed
            for other in homed
            if one < other and self.owners[self.claim(one).id] != self.owners[self.claim(other).id]
        ]
        return self.source.choice(pairs) if pairs else None


class Step:
    """One transaction of many workspaces."""

    def __init__(self, session: Session, sequences: list[Sequence]) -> None:
        self.session = session
        self.number = allocate(session, BATCHES, 1)
        self.types = {each.workspace_id: each.types for each in sequences}
        self.resolver = Resolver(session, self.types, version=self.number, actor="test", now_ms=1)
        self.said: list[tuple[Linkage, dict[str, object]]] = []

    def write(self) -> None:
        resolutions = self.resolver.resolve([linkage for linkage, _ in self.said])
        changes = self.resolver.write()
        updates = ProfileUpdates(self.session, {}, version=self.number)
        for (linkage, traits), resolution in zip(self.said, resolutions, strict=True):
            assert resolution.leader is not None
            profile_id = self.resolver.profile_of(resolution.leader)
            updates.see(linkage.workspace_id, profile_id, linkage.at_ms)
            if traits:
                subject = (linkage.workspace_id, profile_id, resolution.leader, linkage.source_id)
                updates.state(Statement(*subject, traits, linkage.at_ms, linkage.message_id))
        updates.write(changes)


def state(store: Store) -> dict[int, dict[str, list[tuple[object, ...]]]]:
    """By workspace: all that says who is who and what is known of them. What merges leave by design is left out: the
    decisions and the ledger, the rows of profiles that are no more, the evidence that merged, and why a link is
    refused, because the decision to part people comes before other reasons.
    """
    found: dict[int, dict[str, list[tuple[object, ...]]]] = {}
    with store.read() as session:
        for name, query in {
            "identifiers": "SELECT workspace_id, id, profile_id, base_id, type, value, first_seen_ms, first_led_ms,"
            " last_led_ms, message_id FROM identifiers ORDER BY id",
            "edges": "SELECT workspace_id, id, rule, refusal = '', message_id, at_ms FROM edges"
            " WHERE kind != 'decision' AND source_id != 'merger' ORDER BY id",
            "profiles": "SELECT workspace_id, profile_id, first_seen_ms, last_seen_ms, traits FROM profiles"
            " WHERE merged_into IS NULL ORDER BY profile_id",
            "aliases": "SELECT workspace_id, profile_id, canonical_id FROM profile_aliases ORDER BY profile_id",
            "facts": "SELECT workspace_id, identifier, source_id, traits FROM facts ORDER BY identifier, source_id",
        }.items():
            for row in session.execute(text(query)):
                found.setdefault(row[0], {}).setdefault(name, []).append(tuple(row[1:]))
    return found


def merge(step: Step, sequence: Sequence) -> None:
    """Do something to the people of a workspace, and note what undoes it."""
    workspace_id, way = sequence.workspace_id, sequence.source.choice(["together", "apart", "event"])
    strangers = sequence.strangers() if way == "event" else None
    if strangers is not None:
        step.said.append((sequence.linkage(strangers)._replace(source_id="merger"), {}))
        one, other = (sequence.claim(each).id for each in strangers)
        sequence.undoing.append(("apart", (one, other)))
        return
    decide = keep_apart if way == "apart" else keep_together
    pair = sequence.pair()
    made = decide(step.session, step.resolver, workspace_id, pair, by="t", reason="", now=NOW)
    sequence.undoing.append(("revoke", made.id))


def undo(step: Step, sequence: Sequence) -> None:
    """Undo one of the things that were done, whichever."""
    if not sequence.undoing:
        return
    way, what = sequence.undoing.pop(sequence.source.randrange(len(sequence.undoing)))
    if isinstance(what, tuple):
        assert way == "apart"
        keep_apart(step.session, step.resolver, sequence.workspace_id, what, by="t", reason="", now=NOW)
        return
    decision = step.session.get_one(IdentityDecision, what)
    if not decision.revoked_by:  # a later decision to the contrary did it
        revoke(step.session, step.resolver, sequence.workspace_id, what, by="t", now=NOW)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(SEQUENCES // BLOCK))
def test_what_is_merged_and_unmerged_is_what_it_was(sqlite_store: Store, block: int) -> None:
    sequences = [Sequence(number + 1, random.Random(block * BLOCK + number)) for number in range(BLOCK)]
    for _ in range(2):
        with sqlite_store.begin() as session:
            step = Step(session, sequences)
            for each in sequences:
                step.said += [each.event() for _ in range(each.source.randrange(2, 6))]
            step.write()
    before = state(sqlite_store)
    for each in sequences:
        known = before[each.workspace_id]["identifiers"]
        each.owners = {row[0]: row[1] for row in known}  # type: ignore[misc]
        each.homed = {row[0] for row in known if row[2]}  # type: ignore[misc]
    merged = 0
    for act in (merge, merge, merge, undo, undo, undo):
        with sqlite_store.begin() as session:
            step = Step(session, sequences)
            for each in sequences:
                act(step, each)
            step.write()
        if act is merge:
            merged += sum(found != before[id_] for id_, found in state(sqlite_store).items())
    after = state(sqlite_store)
    different = [id_ for id_ in before if after[id_] != before[id_]]
    for id_ in different[:1]:
        assert after[id_] == before[id_]
    assert merged > BLOCK  # and it was not for want of merging
