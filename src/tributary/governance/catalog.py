"""The catalogue of a workspace: learnt from what comes in, read by rules, and asked for typed columns."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, cast

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tributary import rules
from tributary.core.fields import COLUMN_TYPES, FieldKind, field_column, field_expression, field_table, is_field_column
from tributary.errors import Conflict, NotFound
from tributary.governance.reserved import reserved_field, reserved_properties, reserved_traits, sentence_labels
from tributary.store import Store, upsert
from tributary.store.tables.access import Workspace
from tributary.store.tables.audiences import Audience
from tributary.store.tables.governance import Field
from tributary.store.tables.tags import Tag
from tributary.warehouse import Warehouse

_log = logging.getLogger(__name__)

MAX_FIELDS: Final = 5_000  # per workspace; keys made of ids or dates would otherwise grow the catalogue without end
MAX_COLUMNS: Final = 200  # promoted columns per warehouse table: measured, inserts slow down beyond
_MAX_NAME: Final = 200  # characters; a longer key is data that ended up as a key
_MAX_NAMES_ASKED: Final = 500
_LAST_SEEN_STEP: Final = timedelta(hours=1)  # a write per field and batch would cost more than it tells


class FieldKey(NamedTuple):
    """Which field: `event` is '' for a trait."""

    kind: FieldKind
    event: str
    name: str


class Observation(NamedTuple):
    """A field and the type that its values had in a batch, a `rules.FieldType` value."""

    kind: FieldKind
    event: str
    name: str
    type: str

    @property
    def key(self) -> FieldKey:
        return FieldKey(self.kind, self.event, self.name)


@dataclass(frozen=True, slots=True)
class Observed:
    """What a batch taught: how many fields are new, came with another type, or were ignored (too many, too long)."""

    new: int = 0
    conflicts: int = 0
    ignored: int = 0


def observe_fields(
    session: Session, workspace_id: int, observations: Iterable[tuple[FieldKind, str, str, str]], now: datetime
) -> Observed:
    """Learn from one batch: `(kind, event, name, type)` of every field in it, each once or more often.

    The first type of a field stays; a reserved field has its agreed type from the start. A batch with another type
    counts one conflict and changes nothing else. One SELECT, and no write when there is nothing to learn.
    """
    seen: dict[FieldKey, set[str]] = {}
    ignored = 0
    for kind, event, name, type_ in observations:
        if 0 < len(name) <= _MAX_NAME and type_ in COLUMN_TYPES:
            seen.setdefault(FieldKey(kind, event, name), set()).add(type_)
        else:
            ignored += 1
    if not seen:
        return Observed(ignored=ignored)
    known = _known_fields(session, workspace_id, seen)
    room = 0 if known.keys() >= seen.keys() else MAX_FIELDS - _count(session, workspace_id)
    rows: list[dict[str, object]] = []
    new = conflicts = 0
    for key, types in sorted(seen.items()):
        field = known.get(key)
        if field is None:
            if new >= room:
                ignored += 1
                continue
            new += 1
        row = _changed(workspace_id, key, types, field, now)
        conflicts += cast("int", row["type_conflicts"])
        if field is None or row["type_conflicts"] or now - field.last_seen >= _LAST_SEEN_STEP:
            rows.append(row)
    if ignored:
        _log.warning("workspace %d: %d fields were not added to the catalogue", workspace_id, ignored)
    # Another worker may have added the same field meanwhile: the first one wins, and nothing fails.
    key_columns = ["workspace_id", "kind", "event", "name"]
    upsert(session, Field, rows, key=key_columns, update=["last_seen"], add=["type_conflicts"])
    return Observed(new, conflicts, ignored)


class _Known(NamedTuple):
    type: str
    last_seen: datetime


def _known_fields(session: Session, workspace_id: int, keys: Collection[FieldKey]) -> dict[FieldKey, _Known]:
    """The catalogue's rows of these names; of every name when there are many of them."""
    rows = select(Field.kind, Field.event, Field.name, Field.type, Field.last_seen).where(
        Field.workspace_id == workspace_id
    )
    names = {key.name for key in keys}
    if len(names) <= _MAX_NAMES_ASKED:
        rows = rows.where(Field.name.in_(names))
    return {
        FieldKey(cast("FieldKind", kind), event, name): _Known(type_, last_seen)
        for kind, event, name, type_, last_seen in session.execute(rows)
    }


def _count(session: Session, workspace_id: int) -> int:
    return session.execute(
        select(func.count()).select_from(Field).where(Field.workspace_id == workspace_id)
    ).scalar_one()


def _changed(
    workspace_id: int, key: FieldKey, types: set[str], field: _Known | None, now: datetime
) -> dict[str, object]:
    reserved = reserved_field(key.kind, key.name)
    first_type = reserved.type.value if reserved else min(types)
    type_ = field.type if field else first_type
    return {
        "workspace_id": workspace_id,
        "kind": key.kind,
        "event": key.event,
        "name": key.name,
        "type": type_,
        "column": None,
        "type_conflicts": int(bool(types - {type_})),
        "is_pii": bool(reserved and reserved.is_pii),
        "first_seen": now,
        "last_seen": now,
    }


def load_catalog(session: Session, workspace_id: int) -> rules.Catalog:
    """Everything that rules of a workspace can name: reserved and learnt fields, live tags, live audiences.

    Raises:
        NotFound: there is no such workspace.
    """
    workspace = session.get(Workspace, workspace_id)
    if workspace is None:
        raise NotFound("There is no such workspace.", cure="Check the id.")
    traits = {name: rules.Field(name, field.type) for name, field in reserved_traits().items()}
    properties = {
        event: {field.name: rules.Field(field.name, field.type) for field in fields}
        for event, fields in reserved_properties().items()
    }
    rows = session.execute(
        select(Field.kind, Field.event, Field.name, Field.type, Field.column).where(Field.workspace_id == workspace_id)
    )
    for kind, event, name, type_, column in rows:
        target = traits if kind == "trait" else properties.setdefault(event, {})
        target[name] = rules.Field(name, rules.FieldType(type_), column)
    return rules.Catalog(
        workspace_id=workspace_id,
        timezone=workspace.timezone,
        traits=traits,
        properties=properties,
        tags=_tags(session, workspace_id),
        audiences=_audiences(session, workspace_id),
        labels=sentence_labels(),
    )


def _tags(session: Session, workspace_id: int) -> Mapping[str, rules.TagRef]:
    rows = session.execute(
        select(Tag.id, Tag.name, Tag.value_type, Tag.current_run).where(
            Tag.workspace_id == workspace_id, Tag.is_archived.is_(False)
        )
    )
    return {
        id_: rules.TagRef(id_, name, cast("Literal['text', 'number']", type_), run) for id_, name, type_, run in rows
    }


def _audiences(session: Session, workspace_id: int) -> Mapping[str, rules.AudienceRef]:
    rows = session.execute(
        select(Audience.id, Audience.name, Audience.current_run).where(
            Audience.workspace_id == workspace_id, Audience.is_archived.is_(False)
        )
    )
    return {id_: rules.AudienceRef(id_, name, run) for id_, name, run in rows}


def promote(
    store: Store,
    warehouse: Warehouse,
    workspace_id: int,
    fields: Iterable[tuple[FieldKind, str, str]],
    *,
    wait: bool = False,
) -> list[str]:
    """Give fields, each `(kind, event, name)`, typed warehouse columns; returns the columns that are new to them.

    Call it outside of a transaction, when a rule, tag or report that uses the fields is saved. It may be repeated and
    may run twice at once: the column's name follows from the field, the warehouse adds it once, and only then does the
    catalogue point to it. Fields that have a column, or that no event has brought yet, are left as they are.
    Workspaces share a column when name and type are the same. `wait` waits until old rows are rewritten, too; until
    then they answer the same, more slowly.

    Raises:
        Conflict: the table has `MAX_COLUMNS` promoted columns already; the fields stay usable, read from the JSON text.
    """
    wanted = {FieldKey(*field) for field in fields}
    if not wanted:
        return []
    with store.read() as session:
        rows = session.execute(
            select(Field.kind, Field.event, Field.name, Field.type).where(
                Field.workspace_id == workspace_id, Field.column.is_(None)
            )
        ).all()
    todo = [(FieldKey(cast("FieldKind", kind), event, name), type_) for kind, event, name, type_ in rows]
    todo = sorted((key, type_) for key, type_ in todo if key in wanted)
    added: list[str] = []
    for key, type_ in todo:
        column = field_column(key.kind, key.name, type_)
        _ensure_column(warehouse, key, type_, column, wait=wait)
        with store.begin() as session:
            session.execute(
                update(Field)
                .where(
                    Field.workspace_id == workspace_id,
                    Field.kind == key.kind,
                    Field.event == key.event,
                    Field.name == key.name,
                    Field.type == type_,
                )
                .values(column=column)
            )
        added.append(column)
    return added


def _ensure_column(warehouse: Warehouse, key: FieldKey, type_: str, column: str, *, wait: bool) -> None:
    table = field_table(key.kind)
    columns = warehouse.columns(table)
    if column in columns:
        return
    promoted = sum(is_field_column(key.kind, name) for name in columns)
    if promoted >= MAX_COLUMNS:
        raise Conflict(
            f"The table {table} has {promoted} typed columns, the most that inserts stay fast with.",
            cure="The field still works, more slowly. Delete audiences and reports that are no longer used.",
        )
    default = field_expression(key.kind, key.name, type_)
    warehouse.add_column(table, column, COLUMN_TYPES[type_], default, wait=wait)
