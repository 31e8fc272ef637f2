"""Golden records as matching reads them: one row for each person of whom enough is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from tributary.identity.match_settings import FIELDS, MatchFields
from tributary.store import Session, Store, bulk
from tributary.store.tables.identity import Identifier
from tributary.store.tables.profiles import ProfileRow

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = (*FIELDS, "user_id")
_CHUNK = 20_000  # profiles read at a time
# Parts of an address that is an object, from the large to the small.
_ADDRESS = ("province", "state", "region", "city", "district", "street", "line1", "line2", "detail")
_FROM_IDENTIFIERS = frozenset({"phone", "email", "user_id"})

Record = dict[str, str | None]


def read_records(
    store: Store,
    workspace_id: int,
    fields: MatchFields,
    *,
    is_one_account: bool,
    checkpoint: Callable[[int], None] = lambda _count: None,
) -> pa.Table:
    """The people of a workspace with the columns `id` (of the profile) and `COLUMNS`, all text or null.

    `is_one_account`: a person has one user id, so two of them are two people. Left out is who could not be a candidate:
    of whom neither phone nor e-mail nor two other fields are known. Memory: the table, and one chunk of profiles.
    `checkpoint` hears how many profiles were read, before each chunk.
    """
    import pyarrow as pa  # noqa: PLC0415 (slow to import)

    schema = pa.schema([("id", pa.int64()), *((name, pa.string()) for name in COLUMNS)])
    batches = []
    count = 0
    after = 0
    while True:
        checkpoint(count)
        with store.read() as session:
            rows = _profiles(session, workspace_id, after)
            found = dict(_records(session, rows, fields, is_one_account=is_one_account))
        if not rows:
            break
        after = rows[-1][0]
        count += len(rows)
        columns = [pa.array(list(found), pa.int64())]
        columns += [pa.array([record[name] for record in found.values()], pa.string()) for name in COLUMNS]
        batches.append(pa.record_batch(columns, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)


def records_of(
    session: Session, workspace_id: int, profiles: Iterable[int], fields: MatchFields, *, is_one_account: bool
) -> dict[int, Record]:
    """The same of some profiles, whatever is known of them."""
    columns = ("profile_id", "traits", "workspace_id")
    rows = [
        (id_, traits)
        for id_, traits, workspace in bulk.fetch(session, ProfileRow, columns, "profile_id", profiles)
        if workspace == workspace_id
    ]
    return dict(_every_record(session, rows, fields, is_one_account=is_one_account))


def _profiles(session: Session, workspace_id: int, after: int) -> Sequence[tuple[int, str]]:
    query = (
        select(ProfileRow.profile_id, ProfileRow.traits)
        .where(ProfileRow.workspace_id == workspace_id, ProfileRow.profile_id > after, ProfileRow.merged_into.is_(None))
        .order_by(ProfileRow.profile_id)
        .limit(_CHUNK)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _records(
    session: Session, rows: Sequence[tuple[int, str]], fields: MatchFields, *, is_one_account: bool
) -> Iterator[tuple[int, Record]]:
    for id_, record in _every_record(session, rows, fields, is_one_account=is_one_account):
        known = sum(record[name] is not None for name in FIELDS)
        if known > 1 or record["phone"] is not None or record["email"] is not None:
            yield id_, record


def _every_record(
    session: Session, rows: Sequence[tuple[int, str]], fields: MatchFields, *, is_one_account: bool
) -> Iterator[tuple[int, Record]]:
    ways = {field: fields.traits(field) for field in FIELDS}
    owned: dict[int, dict[str, str]] = {}
    columns = ("profile_id", "type", "value", "first_seen_ms", "is_removed")
    identifiers = bulk.fetch(session, Identifier, columns, "profile_id", [id_ for id_, _ in rows])
    for profile_id, type_, value, _, is_removed in sorted(identifiers, key=lambda row: (row[3], row[2])):
        if type_ in _FROM_IDENTIFIERS and not is_removed:
            owned.setdefault(profile_id, {}).setdefault(type_, value)
    for id_, text in rows:
        traits = {name: entry[0] for name, entry in json.loads(text).items()}
        mine = owned.get(id_, {})
        record: Record = {field: _first(traits, ways[field], is_name=field == "name") for field in FIELDS}
        for field in ("phone", "email"):
            if record[field] is None and ways[field]:
                record[field] = mine.get(field)
        record["user_id"] = mine.get("user_id") if is_one_account else None
        yield id_, record


def _first(traits: Mapping[str, Any], ways: list[list[str]], *, is_name: bool) -> str | None:
    for names in ways:
        texts = [_text(traits.get(name)) for name in names]
        if all(texts) if is_name else any(texts):
            parts = [each for each in texts if each]
            if not all(each.isascii() for each in parts):
                return "".join(parts)
            # The surname is named first, as in Chinese; in Latin letters it stands last.
            return " ".join(reversed(parts) if is_name else parts)
    return None


def _text(value: Any) -> str:
    """A trait's value as one text; '' if it says nothing."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return _text(value[0]) if value else ""
    if isinstance(value, dict):
        return "".join(_text(value.get(part)) for part in _ADDRESS)
    return ""
