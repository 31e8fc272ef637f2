"""Resolving a batch of events to profiles: attach, create, merge or part, under the workspace's identity rules.

An event is led by the most trusted of its identifiers, and stored under that one's base id for good. Its other
identifiers are evidence: each belongs together with the leader. Who belongs together is then a pure function of all
the evidence (`partition`), of which a batch recomputes the part that it can have changed. So events may come in any
order, twice, or in other batches, and the profiles are the same; and a tightened rule or a decision parts again what
it should.

Nearly always nothing that was linked before is in doubt. Then it is enough to see that what a batch adds keeps within
the limits, which needs no more than the identifiers of the profiles that it touches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from tributary.identity.graph import HOUR_MS, UNBOUND, Decided, Graph, Known, Link, link_id
from tributary.identity.record import Changes, Recorder
from tributary.identity.rules import DECISION, MATCH
from tributary.identity.sequence import PROFILES, allocate
from tributary.identity.settle import MAX_REACH, Settler
from tributary.identity.types import Claim, IdentifierTypes, Refused
from tributary.store import Session


class Linkage(NamedTuple):
    """What one event says about who it belongs to. `claims` are distinct and in order of priority; at least one."""

    workspace_id: int
    claims: tuple[Claim, ...]
    kind: str
    source_id: str
    message_id: str
    at_ms: int
    is_trusted: bool = True


class Resolution(NamedTuple):
    """Under which id an event is stored, which identifier leads it, and what was not linked and why.

    `base_id` is 0 and `leader` None if the event has no identifier left that could lead it: each was removed, or shares
    its hash with another value (one in a million databases of ten million identifiers). Such an event cannot be stored.
    """

    base_id: int
    leader: int | None
    refused: tuple[Refused, ...]


class Resolver:
    """Resolves one batch inside one write transaction: `resolve`, then `write`.

    `version` grows with every batch and orders alias rows in the warehouse. `actor` and `now_ms` go into the
    merge ledger. `reach` is how many identifiers are looked at because of one another, at most.
    """

    def __init__(
        self,
        session: Session,
        types: Mapping[int, IdentifierTypes],
        *,
        version: int,
        actor: str = "pipeline",
        now_ms: int = 0,
        reach: int = MAX_REACH,
    ) -> None:
        self._session = session
        self._version = version
        self._actor = actor
        self._now_ms = now_ms
        self._graph = Graph(session)
        self._settler = Settler(session, self._graph, {key: each.rules for key, each in types.items()}, reach=reach)
        self._next_base = self._first_base = allocate(session, PROFILES, 0)
        self._fresh_bases: set[int] = set()
        self._touched: set[int] = set()
        self._decided: dict[int, Decided] = {}

    def resolve(self, linkages: Iterable[Linkage]) -> list[Resolution]:
        """Take the events in and settle who belongs together. One `Resolution` for each, in their order."""
        linkages = list(linkages)
        collided = self._load(linkages)
        links = self._load_links(linkages, collided)
        resolutions = []
        said: list[list[tuple[Claim, Link]]] = []
        for linkage in linkages:
            refused = [_out(claim, reason) for claim in linkage.claims if (reason := collided.get(claim.id))]
            claims = [claim for claim in linkage.claims if claim.id not in collided]
            evidence: list[tuple[Claim, Link]] = []
            base, leader = 0, None
            if claims:
                known = self._lead(claims[0], linkage)
                base, leader = known.base, known.id
                evidence = [(claim, self._say(known, claim, linkage, links)) for claim in claims[1:]]
            resolutions.append(Resolution(base, leader, tuple(refused)))
            said.append(evidence)
        self._settler.settle()
        return [
            each._replace(
                refused=(*each.refused, *(_out(claim, link.refusal) for claim, link in evidence if link.refusal))
            )
            if evidence
            else each
            for each, evidence in zip(resolutions, said, strict=True)
        ]

    def profile_of(self, leader: int) -> int:
        """The profile that owns an identifier of this batch, now that it is settled."""
        return self._graph.known[leader].owner

    # --- taking events in

    def _load(self, linkages: list[Linkage]) -> dict[int, str]:
        """Load the identifiers of the events. Returns those that cannot be used, with the code of why."""
        claims: dict[int, Claim] = {}
        unusable: dict[int, str] = {}
        for linkage in linkages:
            for claim in linkage.claims:
                known = claims.setdefault(claim.id, claim)
                if known is not claim and known != claim:
                    unusable[claim.id] = "hash_collision"
        self._graph.load(claims)
        for id_, claim in claims.items():
            found = self._graph.known.get(id_)
            if found is None:
                continue
            if found.is_removed:
                unusable[id_] = "removed"
            elif found.value != claim.value or found.type != claim.type:
                unusable[id_] = "hash_collision"
        for workspace_id in {linkage.workspace_id for linkage in linkages}:
            self._decided[workspace_id] = self._settler.load_decided(workspace_id, claims)
        return unusable

    def _load_links(
        self, linkages: list[Linkage], collided: Mapping[int, str]
    ) -> dict[tuple[int, int, str, str, bool, int], int]:
        """Load the evidence that the events may repeat; returns the ids of all that they state, by what they say."""
        ids: dict[tuple[int, int, str, str, bool, int], int] = {}
        for linkage in linkages:
            claims = [claim.id for claim in linkage.claims if claim.id not in collided]
            for other in claims[1:]:
                key = self._key(linkage, claims[0], other)
                if key not in ids:
                    ids[key] = link_id(*key)
        self._graph.load_links(ids.values())
        return ids

    def _key(self, linkage: Linkage, a: int, b: int) -> tuple[int, int, str, str, bool, int]:
        unbound = self._decided[linkage.workspace_id].unbound
        epoch = sum(at_ms < linkage.at_ms for at_ms in unbound.get(_pair(a, b), ())) if unbound else 0
        return a, b, linkage.kind, linkage.source_id, linkage.is_trusted, epoch

    def _see(self, claim: Claim, linkage: Linkage) -> Known:
        known = self._graph.known.get(claim.id)
        at_ms, message_id, source_id = linkage.at_ms, linkage.message_id, linkage.source_id
        if known is None:
            known = self._graph.known[claim.id] = Known(
                claim.id, linkage.workspace_id, 0, 0, claim.type, claim.value, 0, at_ms, 0, 0, source_id, message_id,
                is_new=True,
            )  # fmt: skip
        elif at_ms <= known.first_seen_ms and (at_ms, message_id, source_id) < (
            known.first_seen_ms, known.message_id, known.source_id,
        ):  # fmt: skip
            if at_ms < known.first_seen_ms and self._settler.judge_of(linkage.workspace_id).window_ms(known.type):
                self._settler.dirty.add(known.id)
            known.first_seen_ms, known.message_id, known.source_id = at_ms, message_id, source_id
            known.is_changed = True
        return known

    def _lead(self, claim: Claim, linkage: Linkage) -> Known:
        known = self._see(claim, linkage)
        hour = linkage.at_ms - linkage.at_ms % HOUR_MS
        if not known.base:
            known.base = self._next_base
            self._next_base += 1
            self._fresh_bases.add(known.id)
            self._settler.dirty.add(known.id)
            known.first_led_ms, known.last_led_ms = linkage.at_ms, hour
            known.is_changed = True
        elif linkage.at_ms < known.first_led_ms:
            known.first_led_ms, known.is_changed = linkage.at_ms, True
        elif hour > known.last_led_ms:
            known.last_led_ms, known.is_changed = hour, True
        return known

    def _say(
        self, leader: Known, claim: Claim, linkage: Linkage, ids: Mapping[tuple[int, int, str, str, bool, int], int]
    ) -> Link:
        known = self._see(claim, linkage)
        key = self._key(linkage, leader.id, known.id)
        link = self._graph.links.get(ids[key])
        if link is None:
            unbound = self._decided[linkage.workspace_id].unbound.get(_pair(leader.id, known.id), ())
            link = Link(
                ids[key], linkage.workspace_id, leader.id, known.id, linkage.kind, linkage.is_trusted, key[5], "",
                UNBOUND if key[5] < len(unbound) else "", linkage.source_id, linkage.message_id, linkage.at_ms,
                is_new=True,
            )  # fmt: skip
            self._graph.add(link)
            self._settler.dirty.update((leader.id, known.id))
        elif linkage.at_ms <= link.at_ms and (linkage.at_ms, linkage.message_id) < (link.at_ms, link.message_id):
            link.at_ms, link.message_id, link.is_changed = linkage.at_ms, linkage.message_id, True
            self._settler.dirty.update((leader.id, known.id))
        return link

    # --- what is not an event

    def touch(self, workspace_id: int, identifiers: Iterable[int]) -> None:
        """Look at the company of identifiers anew, because something other than an event changed what links them."""
        wanted = list(identifiers)
        self._graph.load(wanted)
        self._touched.update(wanted)
        self._settler.dirty.update(each for each in wanted if each in self._graph.known)
        self._settler.load_decided(workspace_id, wanted)
        self._settler.settle(is_certain=False)

    def block(self, workspace_id: int, values: Mapping[int, bool]) -> None:
        """Identifiers whose values name nobody any more, or do again, by the rules in force: id → is blocked."""
        self._graph.load(values)
        for each, is_blocked in values.items():
            known = self._graph.known[each]
            known.is_blocked, known.is_changed = is_blocked, True
        self._graph.expand(values)
        ends = {end for each in values for link in self._graph.links_of(each) for end in (link.a, link.b)}
        self.touch(workspace_id, {*values, *ends})

    def link(self, workspace_id: int, pair: tuple[int, int], decision_id: str, at_ms: int) -> None:
        """Somebody decided that two identifiers are one person's."""
        self._graph.load(pair)
        id_ = link_id(*pair, DECISION, decision_id, is_trusted=True, epoch=0)
        self._graph.add(
            Link(
                id_, workspace_id, *pair, DECISION, True, 0, DECISION, "", decision_id, decision_id, at_ms, is_new=True
            )
        )
        self.touch(workspace_id, pair)

    def match(self, workspace_id: int, pairs: Mapping[tuple[int, int], str], at_ms: int) -> None:
        """Matching is sure that the identifiers of each pair are one person's; the text names what found it.

        Such evidence is there once for a pair. If somebody unbound the two, it counts no more, whenever it is found.
        """
        ids = {pair: link_id(*pair, MATCH, "", is_trusted=True, epoch=0) for pair in pairs}
        ends = {end for pair in pairs for end in pair}
        self._graph.load(ends)
        self._graph.load_links(ids.values())
        unbound = self._settler.load_decided(workspace_id, ends).unbound
        for pair, name in pairs.items():
            if ids[pair] not in self._graph.links and all(end in self._graph.known for end in pair):
                refusal = UNBOUND if _pair(*pair) in unbound else ""
                self._graph.add(
                    Link(ids[pair], workspace_id, *pair, MATCH, True, 0, "", refusal, "", name, at_ms, is_new=True)
                )
        self.touch(workspace_id, ends)

    def are_one(self, pair: tuple[int, int]) -> bool:
        """Whether two identifiers that were looked at are one person's by now."""
        one, other = (self._graph.known.get(each) for each in pair)
        return one is not None and other is not None and one.owner == other.owner != 0

    def is_matched(self, pair: tuple[int, int]) -> bool:
        """Whether matching holds two identifiers together that were looked at."""
        return self.are_one(pair) and any(
            link.kind == MATCH and not link.refusal and {link.a, link.b} == set(pair)
            for link in self._graph.links_of(pair[0])
        )

    def unlink(self, pair: tuple[int, int], decision_id: str) -> None:
        """The decision is revoked."""
        self._void(pair, lambda link: link.source_id == decision_id, UNBOUND)

    def forget(self, pair: tuple[int, int], at_ms: int) -> None:
        """What events said up to `at_ms` about the two belonging together counts no more."""
        self._void(pair, lambda link: link.kind != DECISION and link.at_ms <= at_ms, UNBOUND)

    def remember(self, pair: tuple[int, int], at_ms: int) -> None:
        """What events said up to `at_ms` counts again."""
        self._void(pair, lambda link: link.kind != DECISION and link.at_ms <= at_ms, "")

    def _void(self, pair: tuple[int, int], is_meant: Callable[[Link], bool], refusal: str) -> None:
        self._graph.expand(pair)
        for link in self._graph.links_of(pair[0]):
            if {link.a, link.b} == set(pair) and is_meant(link):
                link.judge(link.rule, refusal)

    def moved(self) -> list[int]:
        """The identifiers that belong to another profile than before, or to one at all."""
        return [each.id for each in self._graph.known.values() if each.owner != each.before]

    def write(self) -> Changes:
        """Write everything that changed."""
        allocate(self._session, PROFILES, self._next_base - self._first_base)
        return Recorder(
            self._session,
            self._graph,
            self._settler.joins,
            self._fresh_bases,
            self._touched,
            version=self._version,
            actor=self._actor,
            now_ms=self._now_ms,
        ).write()


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _out(claim: Claim, reason: str) -> Refused:
    return Refused(claim.type, claim.value, reason)
