"""What a run asks of the warehouse: comparing pairs, counting patterns, scoring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tributary.core.scan import MATCH_PAIRS, MATCH_RECORDS, WORKSPACE_ID_TYPE, scan
from tributary.core.sql import Sql, bind, identifier, join, raw
from tributary.identity.matching.compare import BITS, Slots, level_sql
from tributary.identity.matching.model import Model
from tributary.identity.matching.settings import MatchSettings, comparison_columns

RUN_TYPE: Final = "UInt64"
_BUCKET: Final = 64  # records that meet each other in a sample
PAIR_COLUMNS: Final = ("workspace_id", "run", "a", "b", "blocks", "levels", "conflict")


class Questions:
    """The statements of one run. Its rows are fenced like all others: by workspace, and then by run."""

    def __init__(self, settings: MatchSettings, slots: Slots, workspace_id: int, run: int) -> None:
        self._settings = settings
        self._slots = slots
        self._workspace_id = workspace_id
        self._run = run
        self._frequencies = [f"f{n:02}" for n in range(1, len(settings.frequencies) + 1)]
        self._keys = [f"k{n:02}" for n in range(1, len(settings.blocks) + 1)]

    @property
    def pair_columns(self) -> list[str]:
        """The columns that `pairs` selects, in order."""
        return [*PAIR_COLUMNS, *self._frequencies]

    def pairs(self, block: int, part: int, parts: int) -> Sql:
        """The candidates of a block that no earlier block made, compared. `part` of `parts`, by key."""
        key = identifier(self._keys[block])
        chosen = key + " != 0 AND " + key + " % " + bind(parts, "UInt64") + " = " + bind(part, "UInt64")
        rows = self._rows([*self._texts(), *self._frequencies, *self._keys], chosen)
        shared = [raw("(l.") + identifier(k) + " != 0 AND l." + identifier(k) + " = r." + identifier(k) + ")"
                  for k in self._keys]  # fmt: skip
        blocks = join(
            " + ",
            [raw("toUInt32(") + each + ") * " + bind(1 << index, "UInt32") for index, each in enumerate(shared)],
        )
        again = [raw(" AND NOT ") + shared[earlier] for earlier in range(block)]
        found = raw("SELECT l.id AS a, r.id AS b, ") + blocks + " AS blocks, " + self._conflict() + " AS conflict, "
        found = found + self._levels() + self._corrections() + " FROM " + rows + " AS l INNER JOIN " + rows
        found = found + " AS r ON l." + key + " = r." + key + " WHERE l.id < r.id" + join("", again)
        head = raw("SELECT ") + bind(self._workspace_id, WORKSPACE_ID_TYPE) + ", " + bind(self._run, RUN_TYPE)
        head = head + ", a, b, blocks, " + self._packed() + ", conflict"
        return head + self._listed() + raw(" FROM (") + found + ")"

    def strangers(self, records: int) -> Sql:
        """Patterns and counts of about `sample` pairs at random: records meet within buckets drawn by their hash.

        Many small buckets rather than each of a few records with each of a few others, whose pairs are much alike.
        """
        used = min(records, 2 * self._settings.sample // _BUCKET)
        size = min(max(2 * self._settings.sample // max(used, 1), 2), records)
        draw = raw("cityHash64(id, ") + bind(self._settings.seed, "Int64") + ")"
        chosen = draw + " % " + bind(max(records // max(used, 1), 1), "UInt64") + " = 0"
        bucket = "cityHash64(" + draw + ") % " + bind(max(used // max(size, 1), 1), "UInt64") + " AS bucket"
        rows = self._rows(self._texts(), chosen, bucket)
        met = raw(" FROM ") + rows + " AS l INNER JOIN " + rows + " AS r ON l.bucket = r.bucket WHERE l.id < r.id"
        compared = raw(" AS levels, count() FROM (SELECT ") + self._levels() + met + ") GROUP BY levels"
        return raw("SELECT ") + self._packed() + compared

    def patterns(self) -> Sql:
        """Blocks, patterns and counts of all candidates."""
        return raw("SELECT blocks, levels, count() AS pairs") + self._pairs() + " GROUP BY blocks, levels"

    def scored(self, model: Model, *, least: float, most: float | None, part: int, parts: int, whole: bool) -> Sql:
        """Pairs whose weight is from `least` on and below `most`: a, b and weight, and all else when `whole`."""
        rest = [raw("levels"), raw("conflict"), *map(identifier, self._frequencies)] if whole else []
        names = join(", ", [raw("a"), raw("b"), raw("weight"), *rest])
        chosen = raw("a % ") + bind(parts, "UInt32") + " = " + bind(part, "UInt32")
        inner = raw("SELECT a, b, levels, conflict")
        inner = inner + self._listed() + ", " + self._weight(model) + " AS weight" + self._pairs(chosen)
        below = raw("") if most is None else raw(" AND weight < ") + bind(most, "Float64")
        weighed = raw(" FROM (") + inner + ") WHERE weight >= " + bind(least, "Float64") + below
        return raw("SELECT ") + names + weighed

    def own_rows(self) -> Sql:
        """The condition under which a row belongs to the run."""
        return raw("run = ") + bind(self._run, RUN_TYPE)

    def _rows(self, columns: Sequence[str], chosen: Sql, *more: Sql) -> Sql:
        names = join(", ", [raw("id"), *map(identifier, columns), *more])
        return (
            raw("(SELECT ") + names + scan(MATCH_RECORDS, self._workspace_id, self.own_rows() + " AND " + chosen) + ")"
        )

    def _pairs(self, chosen: Sql | None = None) -> Sql:
        own = self.own_rows()
        return scan(MATCH_PAIRS, self._workspace_id, own if chosen is None else own + " AND " + chosen)

    def _listed(self) -> Sql:
        return join("", [raw(", ") + identifier(name) for name in self._frequencies])

    def _texts(self) -> list[str]:
        used = set(self._settings.strong)
        for comparison in self._settings.comparisons:
            used |= comparison_columns(comparison)
        return [slot for name, slot in self._slots.items() if name in used]

    def _levels(self) -> Sql:
        levels = [level_sql(comparison, self._slots) for comparison in self._settings.comparisons]
        return join(", ", [each + " AS " + identifier(f"g{index}") for index, each in enumerate(levels)])

    def _packed(self) -> Sql:
        return join(
            " + ",
            [
                raw("bitShiftLeft(toUInt64(") + identifier(f"g{index}") + "), " + bind(BITS * index, "UInt8") + ")"
                for index in range(len(self._settings.comparisons))
            ],
        )

    def _corrections(self) -> Sql:
        out = raw("")
        for name, (comparison, place, _) in zip(self._frequencies, self._settings.frequencies, strict=True):
            level = len(self._settings.comparisons[comparison].levels) + 1 - place
            reached = raw(", if(") + identifier(f"g{comparison}") + " = " + bind(level, "UInt8") + ", l."
            out = out + reached + identifier(name) + ", 0.0) AS " + identifier(name)
        return out

    def _conflict(self) -> Sql:
        differ = []
        for name in self._settings.strong:
            slot = identifier(self._slots[name])
            left, right = raw("l.") + slot, raw("r.") + slot
            differ.append("(notEmpty(" + left + ") AND notEmpty(" + right + ") AND " + left + " != " + right + ")")
        return raw("toUInt8(") + (join(" OR ", differ) if differ else raw("0")) + ")"

    def _weight(self, model: Model) -> Sql:
        """Added in the order in which `model.explain` adds, so that both come to the very same number."""
        weight = bind(model.prior, "Float64")
        for index, comparison in enumerate(model.comparisons):
            weights = [level.weight for level in comparison.levels]
            number = raw("bitAnd(bitShiftRight(levels, ") + bind(BITS * index, "UInt8") + "), 15) + 1"
            weight = weight + " + arrayElement(" + bind(weights, "Array(Float64)") + ", " + number + ")"
        return weight + join("", [raw(" + ") + identifier(name) for name in self._frequencies])
