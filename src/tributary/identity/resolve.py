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

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from tributary.identity.graph import (
    EDGE_COLUMNS,
    HOUR_MS,
    IDENTIFIER_COLUMNS,
    NOTHING_DECIDED,
    UNBOUND,
    Decided,
    Graph,
    Known,
    Link,
    link_id,
)
from tributary.identity.partition import Group, Judge, partition
from tributary.identity.sequence import PROFILES, allocate
from tributary.identity.types import Claim, IdentifierTypes, Refused
from tributary.store import Session, bulk
from tributary.store.tables.identity import Edge, Identifier, IdentityDecision, Merge, ProfileAlias

MAX_REACH = 5000  # identifiers that one batch looks at because of one another; beyond it a full rebuild decides
ENTANGLED = "entangled"
_HOPELESS = frozenset({"claimed_by_many", "no_rule", UNBOUND})
_MERGE_COLUMNS = (
    "workspace_id", "kind", "survivor_id", "absorbed_id", "actor", "rule", "identifier_a", "identifier_b", "source_id",
    "message_id", "at_ms", "before",
)  # fmt: skip


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


class Changes(NamedTuple):
    """What was done to the graph, by profile id.

    `created` had never been there; `changed` own other identifiers than before; `merged` are (profile that is no more,
    the one that it went into); `rebuilt` lost identifiers or came back, so that they have to be computed from the
    facts; `aliases` are (base id, profile id) where that is new, the same id twice where it leads elsewhere no more.
    """

    created: list[int]
    changed: set[int]
    merged: list[tuple[int, int]]
    rebuilt: set[int]
    aliases: list[tuple[int, int]]


@dataclass(slots=True)
class _Company:
    """Some identifiers on their way into one profile, and the profile that was theirs; 0 if they had none."""

    identifiers: list[int]
    profile: int


class Resolver:
    """Resolves one batch inside one write transaction: `resolve`, then `write`.

    `version` grows with every batch and orders alias rows in the warehouse. `actor` goes into the merge ledger.
    """

    def __init__(
        self, session: Session, types: Mapping[int, IdentifierTypes], *, version: int, actor: str = "pipeline"
    ) -> None:
        self._session = session
        self._types = types
        self._judges = {workspace_id: Judge(each.rules) for workspace_id, each in types.items()}
        self._version = version
        self._actor = actor
        self._graph = Graph(session)
        self._next_base = self._first_base = allocate(session, PROFILES, 0)
        self._fresh_bases: set[int] = set()
        self._dirty: set[int] = set()  # identifiers whose company has to be looked at
        self._decided: dict[int, Decided] = {}
        self._joins: list[Link] = []

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
        self._settle()
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
            self._decided[workspace_id] = self._load_decided(workspace_id, claims)
        return unusable

    def _load_decided(self, workspace_id: int, identifiers: Iterable[int]) -> Decided:
        anything = select(IdentityDecision.id).where(IdentityDecision.workspace_id == workspace_id).limit(1)
        if self._session.execute(anything).first() is None:
            return NOTHING_DECIDED
        return self._graph.decided(workspace_id, identifiers)

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
        times = unbound.get(_pair(a, b), ()) if unbound else ()
        epoch = sum(at_ms < linkage.at_ms for at_ms in times)
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
            if at_ms < known.first_seen_ms and self._judges[linkage.workspace_id].window_ms(known.type):
                self._dirty.add(known.id)
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
            self._dirty.add(known.id)
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
            self._dirty.update((leader.id, known.id))
        elif linkage.at_ms <= link.at_ms and (linkage.at_ms, linkage.message_id) < (link.at_ms, link.message_id):
            link.at_ms, link.message_id, link.is_changed = linkage.at_ms, linkage.message_id, True
            self._dirty.update((leader.id, known.id))
        return link

    # --- settling who belongs together

    def touch(self, workspace_id: int, identifiers: Iterable[int], decided: Decided | None = None) -> None:
        """Look at the company of identifiers anew, because something other than an event changed what links them."""
        wanted = list(identifiers)
        self._graph.load(wanted)
        self._dirty.update(each for each in wanted if each in self._graph.known)
        self._decided[workspace_id] = decided or self._load_decided(workspace_id, wanted)
        self._settle(is_certain=False)

    def _settle(self, *, is_certain: bool = True) -> None:
        if not self._dirty:
            return
        graph = self._graph
        dirty = {each for each in self._dirty if self._is_in_doubt(each)}
        self._dirty = set()
        graph.load_members({graph.known[each].owner for each in dirty} - {0})
        by_owner: dict[int, list[int]] = defaultdict(list)
        for known in graph.known.values():
            if known.owner:
                by_owner[known.owner].append(known.id)
        company = {member for each in dirty for member in by_owner.get(graph.known[each].owner, (each,))} | dirty
        graph.expand([each for each in company if not graph.known[each].is_new])
        self._count_claims(dirty)
        slow: dict[int, set[int]] = defaultdict(set)  # by workspace
        for group in self._groups(company, by_owner):
            workspace_id = graph.known[group[0]].workspace_id
            if not (is_certain and self._join_all(workspace_id, group)):
                slow[workspace_id].update(group)
        for workspace_id, starts in slow.items():
            self._decide(workspace_id, starts)

    def _is_in_doubt(self, identifier: int) -> bool:
        """An identifier that only leads its first event, alone, needs no look at anybody else."""
        known = self._graph.known[identifier]
        if known.owner or self._graph.links_of(identifier) or not known.is_new:
            return True
        known.owner = known.base
        return False

    def _count_claims(self, identifiers: Iterable[int]) -> None:
        graph = self._graph
        for id_ in identifiers:
            known = graph.known[id_]
            degree = len({link.a for link in graph.links_of(id_) if link.b == id_})
            if degree != known.degree:
                known.degree, known.is_changed = degree, True

    def _groups(self, company: set[int], by_owner: Mapping[int, list[int]]) -> list[list[int]]:
        """`company` by what may touch: those of one owner, and those that evidence joins which is not hopeless."""
        graph = self._graph
        root = {each: each for each in company}

        def find(each: int) -> int:
            while root[each] != each:
                root[each] = root[root[each]]
                each = root[each]
            return each

        for each in company:
            if owner := graph.known[each].owner:
                root[find(each)] = find(by_owner[owner][0])
            judge = self._judges[graph.known[each].workspace_id]
            for link in graph.links_of(each):
                other = link.b if link.a == each else link.a
                if other in root and not graph.hopeless(link, judge):
                    root[find(each)] = find(other)
        groups: dict[int, list[int]] = defaultdict(list)
        for each in company:
            groups[find(each)].append(each)
        return list(groups.values())

    def _join_all(self, workspace_id: int, members: list[int]) -> bool:
        """Make one profile of all `members` if nothing speaks against it; whether that was so."""
        graph, judge = self._graph, self._judges[workspace_id]
        inside = set(members)
        links: dict[int, Link] = {}
        for each in members:
            for link in graph.links_of(each):
                hopeless = graph.hopeless(link, judge)
                if bool(hopeless) != (link.refusal in _HOPELESS) and not link.is_new:
                    return False
                if hopeless:
                    continue
                a, b = graph.known[link.a].node(), graph.known[link.b].node()
                if link.refusal or not {link.a, link.b} <= inside or judge.is_doubtful(link.evidence(), a, b):
                    return False
                links[link.id] = link
        decided = self._decided.get(workspace_id, NOTHING_DECIDED)
        if decided is not NOTHING_DECIDED and graph.decided(workspace_id, members).apart:
            return False
        whole = Group(members[0], graph.known[members[0]].node(), judge)
        for each in members[1:]:
            other = Group(each, graph.known[each].node(), judge)
            if whole.obstacle(other, judge):
                return False
            whole.absorb(other)
        sizes: dict[int, int] = defaultdict(int)
        for each in members:
            sizes[graph.known[each].owner or -each] += 1
        if sum(size > judge.rules.caps.large for size in sizes.values()) > 1:
            return False
        for each in members:
            for link in graph.links_of(each):
                if link.id in links:
                    found = judge.rule_of(link.evidence(), graph.known[link.a].node(), graph.known[link.b].node())
                    link.judge(found[1].id if found else link.kind, "")
                elif link.is_new:
                    self._refuse(link, judge)
        self._joins += sorted((link for link in links.values() if link.is_new), key=lambda link: (link.at_ms, link.id))
        self._own(members)
        return True

    def _refuse(self, link: Link, judge: Judge) -> None:
        known = self._graph.known
        found = judge.rule_of(link.evidence(), known[link.a].node(), known[link.b].node())
        link.judge(found[1].id if found else "", self._graph.hopeless(link, judge))

    def _decide(self, workspace_id: int, starts: set[int]) -> None:
        """Compute anew who belongs together, as far as that can depend on `starts`."""
        graph, judge = self._graph, self._judges[workspace_id]
        reached: set[int] = set()
        while len(reached) < len(starts):  # profiles are only ever looked at as a whole
            reached = graph.reach(starts, judge, most=MAX_REACH)
            if len(reached) > MAX_REACH:
                self._put_off(starts, judge)
                return
            owners = {graph.known[each].owner for each in reached} - {0}
            graph.load_members(owners)
            starts = reached | {each.id for each in graph.known.values() if each.owner in owners}
        self._count_claims(reached)
        links = {link.id: link for each in reached for link in graph.links_of(each)}
        inside = [link for link in links.values() if link.a in reached and link.b in reached]
        evidence = [link.evidence() for link in inside if link.refusal != UNBOUND]
        apart = graph.decided(workspace_id, reached).apart
        found = partition(judge, {each: graph.known[each].node() for each in reached}, evidence, apart)
        for id_, verdict in found.verdicts.items():
            links[id_].judge(verdict.rule, verdict.refusal)
        for link in links.values():
            if link.id not in found.verdicts and link.refusal != UNBOUND:
                self._refuse(link, judge)
        self._joins += [links[each.id] for each in found.joins]
        groups: dict[int, list[int]] = defaultdict(list)
        for each, root in found.root.items():
            groups[root].append(each)
        for members in groups.values():
            self._own(members)

    def _put_off(self, starts: set[int], judge: Judge) -> None:
        """Too much hangs together: what is new waits for a full rebuild, what was linked stays."""
        for each in starts:
            known = self._graph.known[each]
            if not known.owner and known.base:
                known.owner = known.base
            for link in self._graph.links_of(each):
                if link.is_new:
                    self._refuse(link, judge)
                    link.judge(link.rule, link.refusal or ENTANGLED)

    def _own(self, members: list[int]) -> None:
        known = self._graph.known
        bases = [known[each].base for each in members if known[each].base]
        owner = min(bases) if bases else 0
        for each in members:
            known[each].owner = owner

    # --- writing

    def write(self) -> Changes:
        """Write everything that changed."""
        session, graph = self._session, self._graph
        allocate(session, PROFILES, self._next_base - self._first_base)
        known = graph.known.values()
        changes = self._compare(known)
        rows = [each.row() for each in known if each.is_new]
        bulk.write(session, Identifier, IDENTIFIER_COLUMNS, rows)
        columns = tuple(name for name in IDENTIFIER_COLUMNS if name not in ("id", "workspace_id", "type"))
        changed = [each for each in known if not each.is_new and (each.is_changed or each.owner != each.before)]
        places = [IDENTIFIER_COLUMNS.index(name) for name in ("id", *columns)]
        bulk.update(
            session, Identifier, "id", columns, [tuple(each.row()[place] for place in places) for each in changed]
        )
        links = graph.links.values()
        bulk.write(session, Edge, EDGE_COLUMNS, [link.row() for link in links if link.is_new])
        judged = ("rule", "refusal", "message_id", "at_ms")
        bulk.update(
            session, Edge, "id", judged,
            [
                (link.id, link.rule, link.refusal, link.message_id, link.at_ms)
                for link in links
                if link.is_changed and not link.is_new
            ],
        )  # fmt: skip
        self._write_aliases(changes.aliases)
        return changes

    def _compare(self, known: Iterable[Known]) -> Changes:
        """What became of the profiles, and the entries of the ledger about it."""
        parts: dict[int, set[int]] = defaultdict(set)  # profile as it was → those that its identifiers are in now
        heir: dict[int, int] = {}
        changed: set[int] = set()
        created: list[int] = []
        aliases: list[tuple[int, int]] = []
        for each in known:
            is_fresh = each.id in self._fresh_bases
            if each.before:
                parts[each.before].add(each.owner)
                if each.base == each.before:
                    heir[each.before] = each.owner
            if each.owner == each.before and not is_fresh:
                continue
            changed |= {each.owner, each.before} - {0}
            if is_fresh and each.owner == each.base and not each.before:
                created.append(each.base)
            had_alias = not is_fresh and each.before not in (0, each.base)
            if each.base and (each.owner != each.base or had_alias):
                aliases.append((each.base, each.owner or each.base))
        after = {each.owner for each in known}
        merged = [(old, heir.get(old) or min(new - {0})) for old, new in sorted(parts.items()) if old not in after]
        rebuilt = {each for new in parts.values() if len(new - {0}) > 1 for each in new - {0}}
        rebuilt |= {into for _, into in merged if into not in parts and into not in created}  # absorbed once, and back
        self._write_ledger(parts)
        aliases += self._stray_aliases(dict(merged))
        gone = {old for old, _ in merged}
        return Changes(sorted(created), changed - gone, merged, rebuilt - gone, aliases)

    def _stray_aliases(self, merged: Mapping[int, int]) -> list[tuple[int, int]]:
        """What leads to profiles that are no more though no identifier has it for a base: ids from before bases."""
        bases = {each.base for each in self._graph.known.values()}
        columns = ("profile_id", "canonical_id")
        rows = bulk.fetch(self._session, ProfileAlias, columns, "canonical_id", merged)
        return [(base, merged[canonical]) for base, canonical in rows if base not in bases]

    def _write_ledger(self, parts: Mapping[int, set[int]]) -> None:
        rows = [
            self._split_row(old, new)
            for old, owners in sorted(parts.items())
            for new in sorted(owners - {0, old})
            if new not in parts
        ]
        bulk.write(self._session, Merge, _MERGE_COLUMNS, [*rows, *self._merge_rows()])

    def _split_row(self, survivor: int, parted: int) -> tuple[object, ...]:
        known = self._graph.known
        taken = sorted(each.id for each in known.values() if each.owner == parted and each.before == survivor)
        between = [
            link
            for link in self._graph.links.values()
            if link.refusal and {known[link.a].owner, known[link.b].owner} == {survivor, parted}
        ]
        cause = min(between, key=lambda link: (link.at_ms, link.id), default=None)
        return self._ledger_row("split", survivor, parted, taken, cause, cause.refusal if cause else "")

    def _merge_rows(self) -> Iterator[tuple[object, ...]]:
        """The joins of profiles that there were before, told one after the other."""
        known = self._graph.known
        place = {each.id: (each.before, each.owner) if each.before else (0, -each.id) for each in known.values()}
        companies: dict[tuple[int, int], _Company] = {}
        for each in known.values():
            company = companies.setdefault(place[each.id], _Company([], each.before))
            company.identifiers.append(each.id)
        for link in self._joins:
            one, other = companies[place[link.a]], companies[place[link.b]]
            if one is other:
                continue
            if not one.profile or 0 < other.profile < one.profile:
                one, other = other, one
            if other.profile and one.profile != other.profile:
                yield self._ledger_row("merge", one.profile, other.profile, sorted(other.identifiers), link, link.rule)
            one.identifiers += other.identifiers
            companies.update((place[each], one) for each in other.identifiers)

    def _ledger_row(
        self, kind: str, survivor: int, absorbed: int, identifiers: list[int], link: Link | None, rule: str
    ) -> tuple[object, ...]:
        return (
            self._graph.known[identifiers[0]].workspace_id, kind, survivor, absorbed, self._actor, rule,
            link.a if link else identifiers[0], link.b if link else 0, link.source_id if link else "",
            link.message_id if link else "", link.at_ms if link else 0, json.dumps({"identifiers": identifiers}),
        )  # fmt: skip

    def _write_aliases(self, aliases: list[tuple[int, int]]) -> None:
        bulk.delete(self._session, ProfileAlias, "profile_id", [base for base, owner in aliases if base == owner])
        workspaces = {each.base: each.workspace_id for each in self._graph.known.values() if each.base}
        any_workspace = next(iter(workspaces.values()), 0)
        bulk.write(
            self._session,
            ProfileAlias,
            ("profile_id", "workspace_id", "canonical_id", "version"),
            [
                (base, workspaces.get(base, workspaces.get(owner, any_workspace)), owner, self._version)
                for base, owner in aliases
                if base != owner
            ],
            key=("profile_id",),
            update=("canonical_id", "version"),
        )


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _out(claim: Claim, reason: str) -> Refused:
    return Refused(claim.type, claim.value, reason)
