"""Who belongs together, as a pure function of the evidence.

Identifiers are nodes, evidence is edges. Edges are taken in one fixed order — what people decided first, then trusted
before unsigned evidence, then the rules of the waterfall, then the earliest event — and each joins two groups unless
that would break a limit, a cap or a decision. The result depends on the evidence alone, not on the order in which it
arrived, how it was batched or how often it came. Streaming, unmerging, what-if and the full rebuild all call this.

    >>> from tributary.identity.rules import RuleSet
    >>> nodes = {1: Node("user_id", True, 0, 0), 2: Node("email", False, 0, 1), 3: Node("user_id", True, 0, 0)}
    >>> first = Evidence(7, 1, 2, "same_event", "src", True, 10, "m1")
    >>> found = partition(Judge(RuleSet()), nodes, [first, first._replace(id=8, a=3, at_ms=20)])
    >>> found.root[1] == found.root[2], found.root[3] == found.root[2], found.verdicts[8].refusal
    (True, False, 'limit:user_id')
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from tributary.identity.rules import DECISION, IdentifierType, LinkRule, RuleSet

DAY_MS = 86_400_000
_NO_LIMIT = 1 << 60
BLOCKED = "!"  # the type of identifiers whose value names nobody by the rules in force
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


class Node(NamedTuple):
    """An identifier; of no `type` if it was removed, and of the type `BLOCKED` if its value is.

    `is_homed`: an event was led by it, so it is somebody by itself. `degree`: how many distinct identifiers of higher
    priority claimed it. `first_seen_ms`: the earliest event that carries it.
    """

    type: str
    is_homed: bool
    first_seen_ms: int
    degree: int


class Evidence(NamedTuple):
    """Something that says that identifiers `a` (the more trusted one) and `b` belong together; at its earliest."""

    id: int
    a: int
    b: int
    kind: str
    source_id: str
    is_trusted: bool
    at_ms: int
    message_id: str


class Verdict(NamedTuple):
    """By which rule a piece of evidence links, or the code of why it does not ('' = it does)."""

    rule: str
    refusal: str


class Partition(NamedTuple):
    """`root` gives for each node the node that stands for its group. `joins` are the pieces of evidence that joined
    two groups, in the order in which they did.
    """

    root: dict[int, int]
    verdicts: dict[int, Verdict]
    joins: list[Evidence]


class Judge:
    """A set of rules, ready for judging evidence about many identifiers."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._types = {each.name: each for each in rules.every_type()}
        self._rank: dict[tuple[str, str, str, str], tuple[int, LinkRule] | None] = {}

    def limit(self, type_: str) -> int:
        """The most values of this type that a profile may own (per window, if the type has one)."""
        if not type_ or type_ == BLOCKED:
            return _NO_LIMIT
        found = self._find(type_)
        return found.limit if found else 1

    def window_ms(self, type_: str) -> int:
        """The length of the window that the limit is for; 0: for ever."""
        found = self._find(type_)
        return _DAYS.get(found.window, 0) * DAY_MS if found else 0

    def cap(self, type_: str) -> int | None:
        """The most identifiers of higher priority that may claim a value of this type; None: any number."""
        found = self._find(type_)
        return found.degree_cap if found else None

    def is_over_cap(self, node: Node) -> bool:
        """So many claim the value that it is shared by several people."""
        cap = self.cap(node.type)
        return cap is not None and node.degree > cap

    def is_unique(self, type_: str) -> bool:
        """Values of the type name one person."""
        found = self._find(type_)
        return found is not None and found.is_unique

    def is_shared(self, type_: str) -> bool:
        """Values of the type belong to several people."""
        found = self._find(type_)
        return found is not None and found.is_shared

    def rule_of(self, edge: Evidence, a: Node, b: Node) -> tuple[int, LinkRule] | None:
        """The first rule of the waterfall that the evidence fulfils, and its place; None if there is none."""
        key = (edge.kind, a.type, b.type, edge.source_id)
        if key not in self._rank:
            self._rank[key] = next(
                (
                    (place, rule)
                    for place, rule in enumerate(self.rules.rules)
                    if rule.is_enabled and rule.fits(edge.kind, a.type, b.type, edge.source_id)
                ),
                None,
            )
            if not (self._may_link(a.type) and self._may_link(b.type)):
                self._rank[key] = None
        return self._rank[key]

    def _may_link(self, type_: str) -> bool:
        """Not if the type was turned off, became shared or is no longer there: what was taken before counts no more."""
        if not type_:
            return True  # removed: its events stay with whom they are
        found = self._find(type_)
        return found is not None and found.is_enabled and not found.is_shared

    def hopeless(self, edge: Evidence, a: Node, b: Node) -> str:
        """Why evidence links nothing whatever else is known, or ''."""
        if edge.kind == DECISION:
            return ""
        if BLOCKED in (a.type, b.type):
            return "blocked_value"
        if self.is_over_cap(a) or self.is_over_cap(b):
            return "claimed_by_many"
        return "" if self.rule_of(edge, a, b) else "no_rule"

    def is_doubtful(self, edge: Evidence, a: Node, b: Node) -> bool:
        """Whether the evidence comes unsigned from somebody's own device and would join two unique identifiers."""
        return (
            not edge.is_trusted
            and self.rules.unsigned != "link"
            and edge.kind != DECISION
            and self.is_unique(a.type)
            and self.is_unique(b.type)
        )

    def order(self, edge: Evidence, a: Node, b: Node) -> tuple[int, int, int, int, str, int]:
        """The place of evidence in the one fixed order."""
        found = self.rule_of(edge, a, b)
        is_decision = edge.kind == DECISION
        return (
            0 if is_decision else 1,
            0 if edge.is_trusted else 1,
            -1 if is_decision or found is None else found[0],
            edge.at_ms,
            edge.message_id,
            edge.id,
        )

    def _find(self, type_: str) -> IdentifierType | None:
        return self._types.get(type_) or self._types.get(type_.partition(":")[0])


class Group:
    """What counts about some identifiers that belong together."""

    __slots__ = ("counts", "homed", "members", "times")

    def __init__(self, id_: int, node: Node, judge: Judge) -> None:
        self.members = [id_]
        self.homed = int(node.is_homed)
        self.counts = {node.type: 1}
        self.times: dict[str, list[int]] = {node.type: [node.first_seen_ms]} if judge.window_ms(node.type) else {}

    def obstacle(self, other: Group, judge: Judge) -> str:
        """Why the two may not become one, or ''."""
        caps = judge.rules.caps
        small, large = (self, other) if len(self.counts) <= len(other.counts) else (other, self)
        for type_, number in small.counts.items():
            # A type that only one side has was judged before, or people decided about it.
            if type_ not in large.counts or number + large.counts[type_] <= judge.limit(type_):
                continue
            window = judge.window_ms(type_)
            if not window or _busiest(small.times[type_], large.times[type_], window) > judge.limit(type_):
                return f"limit:{type_}"
        if len(self.members) + len(other.members) > caps.identifiers:
            return "too_many_identifiers"
        if self.homed + other.homed > caps.merges + 1:
            return "too_many_merges"
        return "both_large" if min(len(self.members), len(other.members)) > caps.large else ""

    def absorb(self, other: Group) -> None:
        """Take the other's identifiers over."""
        self.members += other.members
        self.homed += other.homed
        for type_, number in other.counts.items():
            self.counts[type_] = self.counts.get(type_, 0) + number
        for type_, times in other.times.items():
            mine = self.times.setdefault(type_, [])
            for each in times:
                insort(mine, each)


def _busiest(some: list[int], others: list[int], window_ms: int) -> int:
    """The most times that lie within one window."""
    times = sorted(some + others)
    most = start = 0
    for end, time in enumerate(times):
        while time - times[start] >= window_ms:
            start += 1
        most = max(most, end - start + 1)
    return most


def partition(
    judge: Judge, nodes: Mapping[int, Node], edges: Iterable[Evidence], apart: Collection[tuple[int, int]] = ()
) -> Partition:
    """Group `nodes` by `edges`, whose ends must be among them. `apart` are pairs that people decided are two persons.

    Cost: O(n log n) for the order, then near-linear but for windows, whose times are kept sorted.
    """
    root = {id_: id_ for id_ in nodes}
    groups: dict[int, Group] = {id_: Group(id_, node, judge) for id_, node in nodes.items()}
    foes: dict[int, set[int]] = {}
    for a_id, b_id in apart:
        if a_id in root and b_id in root:
            foes.setdefault(a_id, set()).add(b_id)
            foes.setdefault(b_id, set()).add(a_id)
    verdicts: dict[int, Verdict] = {}
    joins: list[Evidence] = []
    hopeful: list[Evidence] = []
    for edge in edges:
        refusal = judge.hopeless(edge, nodes[edge.a], nodes[edge.b])
        if refusal:
            found = judge.rule_of(edge, nodes[edge.a], nodes[edge.b])
            verdicts[edge.id] = Verdict(found[1].id if found else "", refusal)
        else:
            hopeful.append(edge)
    hopeful.sort(key=lambda edge: judge.order(edge, nodes[edge.a], nodes[edge.b]))
    for edge in hopeful:
        a, b = nodes[edge.a], nodes[edge.b]
        found = judge.rule_of(edge, a, b)
        rule = DECISION if edge.kind == DECISION else found[1].id if found else ""
        x, y = root[edge.a], root[edge.b]
        if x == y:
            verdicts[edge.id] = Verdict(rule, "")
            continue
        one, other = groups[x], groups[y]
        refusal = _obstacle(judge, edge, a, b, one, other, foes)
        verdicts[edge.id] = Verdict(rule, refusal)
        if refusal:
            continue
        joins.append(edge)
        if len(one.members) < len(other.members):
            x, y, one, other = y, x, other, one
        for member in other.members:
            root[member] = x
        one.absorb(other)
        del groups[y]
    return Partition(root, verdicts, joins)


def _obstacle(
    judge: Judge, edge: Evidence, a: Node, b: Node, one: Group, other: Group, foes: Mapping[int, set[int]]
) -> str:
    if foes and _are_foes(one.members, other.members, foes):
        return "decided_apart"
    if edge.kind == DECISION:
        return ""
    if judge.is_doubtful(edge, a, b):
        is_fresh = (len(one.members) == 1 and not one.homed) or (len(other.members) == 1 and not other.homed)
        if not is_fresh:
            return "unsigned"
    return one.obstacle(other, judge)


def _are_foes(some: list[int], others: list[int], foes: Mapping[int, set[int]]) -> bool:
    small, large = (some, others) if len(some) <= len(others) else (others, some)
    wanted = None
    for each in small:
        if each in foes:
            wanted = wanted or set(large)
            if not foes[each].isdisjoint(wanted):
                return True
    return False
