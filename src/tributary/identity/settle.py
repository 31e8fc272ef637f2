"""Settling who belongs together after something changed: quickly where nothing is in doubt, else from the evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from tributary.identity.graph import NOTHING_DECIDED, UNBOUND, Decided, Graph, Link
from tributary.identity.partition import Group, Judge, partition
from tributary.identity.rules import DECISION, MATCH, RuleSet
from tributary.store import Session
from tributary.store.tables.identity import IdentityDecision

MAX_REACH = 5000  # identifiers that one batch looks at because of one another; beyond it a full rebuild decides
ENTANGLED = "entangled"
_NO_CLAIMS = frozenset({DECISION, MATCH})  # nobody sent an event that says so
_HOPELESS = frozenset({"blocked_value", "claimed_by_many", "no_rule", UNBOUND})


class Settler:
    """Owners of the identifiers in a `graph`. `dirty` are those whose company has to be looked at.

    `joins` are the links that joined two groups since the beginning, in the order in which they did. `reach` is how
    many identifiers may be looked at because of one another.
    """

    def __init__(self, session: Session, graph: Graph, rules: Mapping[int, RuleSet], *, reach: int = MAX_REACH) -> None:
        self._session = session
        self._graph = graph
        self._reach = reach
        self._judges = {workspace_id: Judge(each) for workspace_id, each in rules.items()}
        self._decided: dict[int, Decided] = {}
        self.dirty: set[int] = set()
        self.joins: list[Link] = []

    def judge_of(self, workspace_id: int) -> Judge:
        """The rules of a workspace."""
        return self._judges[workspace_id]

    def load_decided(self, workspace_id: int, identifiers: Iterable[int]) -> Decided:
        """What people decided about identifiers of a workspace; remembered for `settle`."""
        anything = select(IdentityDecision.id).where(IdentityDecision.workspace_id == workspace_id).limit(1)
        is_any = self._session.execute(anything).first() is not None
        found = self._graph.decided(workspace_id, identifiers) if is_any else NOTHING_DECIDED
        self._decided[workspace_id] = found
        return found

    def settle(self, *, is_certain: bool = True) -> None:
        """Give every identifier that is dirty, and all that this touches, its owner.

        `is_certain`: nothing but events added something, so what was linked before may be taken for granted.
        """
        if not self.dirty:
            return
        graph = self._graph
        dirty = {each for each in self.dirty if self._is_in_doubt(each)}
        self.dirty = set()
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
            degree = len({link.a for link in graph.links_of(id_) if link.b == id_ and link.kind not in _NO_CLAIMS})
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
        self.joins += sorted((link for link in links.values() if link.is_new), key=lambda link: (link.at_ms, link.id))
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
            reached = graph.reach(starts, judge, most=self._reach)
            if len(reached) > self._reach:
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
        self.joins += [links[each.id] for each in found.joins]
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
