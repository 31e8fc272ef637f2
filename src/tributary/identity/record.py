"""Writing down what was settled: identifiers, evidence, where ids lead, and the ledger of merges and splits."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from tributary.identity.graph import EDGE_COLUMNS, IDENTIFIER_COLUMNS, Graph, Known, Link
from tributary.store import Session, bulk
from tributary.store.tables.identity import Edge, Identifier, Merge, ProfileAlias

_MERGE_COLUMNS = (
    "workspace_id", "kind", "survivor_id", "absorbed_id", "actor", "rule", "identifier_a", "identifier_b", "source_id",
    "message_id", "at_ms", "recorded_ms", "before",
)  # fmt: skip
# Nearly all that changes about identifiers is when they were seen. SQLite writes an index anew for each statement that
# names one of its columns, whether the value differs or not, so those are left out where they stay as they are.
_SEEN = ("degree", "first_seen_ms", "first_led_ms", "last_led_ms", "source_id", "message_id", "is_blocked")
_OWNED = ("profile_id", "base_id", *_SEEN)


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


class Recorder:
    """Compares a `graph` with what the store holds, and writes the difference.

    `fresh` are the identifiers that got a base id just now, `touched` those whose profile has to be written in any
    case, `joins` the links that joined groups. `version` orders
    alias rows in the warehouse, `actor` goes into the ledger.
    """

    def __init__(
        self,
        session: Session,
        graph: Graph,
        joins: Sequence[Link],
        fresh: set[int],
        touched: set[int],
        *,
        version: int,
        actor: str,
        now_ms: int,
    ) -> None:
        self._session = session
        self._graph = graph
        self._joins = joins
        self._fresh = fresh
        self._touched = touched
        self._version = version
        self._actor = actor
        self._now_ms = now_ms

    def write(self) -> Changes:
        """Write everything that changed."""
        session, graph = self._session, self._graph
        known = graph.known.values()
        changes = self._compare(known)
        rows = [each.row() for each in known if each.is_new]
        bulk.write(session, Identifier, IDENTIFIER_COLUMNS, rows)
        changed = [each for each in known if not each.is_new and (each.is_changed or each.owner != each.before)]
        self._update(_OWNED, [each for each in changed if each.owner != each.before or each.id in self._fresh])
        self._update(_SEEN, [each for each in changed if each.owner == each.before and each.id not in self._fresh])
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

    def _update(self, columns: tuple[str, ...], changed: Sequence[Known]) -> None:
        pick = itemgetter(*(IDENTIFIER_COLUMNS.index(name) for name in ("id", *columns)))
        bulk.update(self._session, Identifier, "id", columns, [pick(each.row()) for each in changed])

    def _compare(self, known: Iterable[Known]) -> Changes:
        """What became of the profiles, and the entries of the ledger about it."""
        parts: dict[int, set[int]] = defaultdict(set)  # profile as it was → those that its identifiers are in now
        heir: dict[int, int] = {}
        changed: set[int] = set()
        created: list[int] = []
        aliases: list[tuple[int, int]] = []
        for each in known:
            is_fresh = each.id in self._fresh
            if each.before:
                parts[each.before].add(each.owner)
                if each.base == each.before:
                    heir[each.before] = each.owner
            if each.owner == each.before and not is_fresh:
                if each.id in self._touched and each.owner:
                    changed.add(each.owner)
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
            company = companies.setdefault(place[each.id], _Company([], 0))
            company.identifiers.append(each.id)
            if each.base and each.base == each.before:  # a part that was left behind is not the profile
                company.profile = each.before
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
            link.message_id if link else "", link.at_ms if link else 0, self._now_ms,
            json.dumps({"identifiers": identifiers}),
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
