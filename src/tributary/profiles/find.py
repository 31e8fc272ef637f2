"""Finding people: by an identifier however it is written, by id, and by what lists of people ask for."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from tributary.core.ids import decode_profile_id
from tributary.core.scan import PROFILES, scan
from tributary.core.sql import Sql, bind, raw
from tributary.errors import NotFound
from tributary.identity import Claim, canonical_profile_id, clean_text, find_owner, load_types
from tributary.profiles.service import Profile, get_profile, get_profiles
from tributary.store import Session
from tributary.store.tables.identity import Identifier
from tributary.store.tables.profiles import ProfileRow
from tributary.warehouse import Warehouse

_TIME = "DateTime64(3, 'UTC')"
_PHONE_START = re.compile(r"\+?[\d\s\-().·]+")
_NOT_IN_PHONES = re.compile(r"[^\d+]")
# Ids that a browser or a device was given; somebody known by nothing else is not identified.
ANONYMOUS_TYPES = ("anonymous_id", "device_id")


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """Which people. What is None does not matter."""

    is_identified: bool | None = None
    first_seen_since: datetime | None = None
    last_seen_since: datetime | None = None


def find_profile(session: Session, workspace_id: int, type_: str, value: str, *, region: str = "CN") -> Profile | None:
    """The profile that owns an identifier, or None. `value` may be written in any way that events may write it."""
    claim = load_types(session, workspace_id, region=region).claim(type_, value)
    if not isinstance(claim, Claim):
        return None
    owner = find_owner(session, workspace_id, type_, claim.value)
    return None if owner is None else get_profile(session, workspace_id, owner)


def list_profiles(session: Session, workspace_id: int, *, after: int | None = None, limit: int = 50) -> list[Profile]:
    """Profiles, the newest first; `after` is the id of the last one seen."""
    query = select(ProfileRow.profile_id).where(
        ProfileRow.workspace_id == workspace_id, ProfileRow.merged_into.is_(None)
    )
    if after is not None:
        query = query.where(ProfileRow.profile_id < after)
    ids = session.scalars(query.order_by(ProfileRow.profile_id.desc()).limit(limit)).all()
    found = get_profiles(session, workspace_id, ids)
    return [found[profile_id] for profile_id in ids if profile_id in found]


def filter_profiles(
    session: Session,
    warehouse: Warehouse,
    workspace_id: int,
    wanted: PeopleFilter,
    *,
    after: int | None = None,
    limit: int = 50,
) -> list[Profile]:
    """The people that `wanted` describes, the newest first; `after` is the id of the last one seen.

    The warehouse chooses them, so that the list holds the very people that `count_people` counts.
    """
    where = people_where(wanted)
    if after is not None:
        where = where + " AND profile_id < " + bind(after, "UInt64")
    sql = raw("SELECT profile_id") + scan(PROFILES, workspace_id, where)
    sql = sql + " ORDER BY profile_id DESC LIMIT " + bind(limit, "UInt32")
    ids = [int(row[0]) for row in warehouse.query(sql, workspace_id=workspace_id)]
    found = get_profiles(session, workspace_id, ids)
    return [found[profile_id] for profile_id in ids if profile_id in found]


def count_people(warehouse: Warehouse, workspace_id: int, filters: Sequence[PeopleFilter]) -> list[int]:
    """How many people each of `filters` describes, in one question."""
    sql = raw("SELECT count()")
    for each in filters:
        sql = sql + ", countIf(" + people_where(each) + ")"
    ((_, *counts),) = warehouse.query(sql + scan(PROFILES, workspace_id), workspace_id=workspace_id)
    return [int(count) for count in counts]


def people_where(wanted: PeopleFilter) -> Sql:
    """The condition on a row of the warehouse's `profiles`."""
    where = raw("1")
    if wanted.is_identified is not None:
        known = raw("arrayExists(name -> name NOT IN ") + bind(list(ANONYMOUS_TYPES), "Array(String)")
        known = known + ", JSONExtractKeys(identifiers))"
        where = where + (" AND " if wanted.is_identified else " AND NOT ") + known
    if wanted.first_seen_since is not None:
        where = where + " AND first_seen >= " + bind(wanted.first_seen_since, _TIME)
    if wanted.last_seen_since is not None:
        where = where + " AND last_seen >= " + bind(wanted.last_seen_since, _TIME)
    return where


def named_profiles(session: Session, workspace_id: int, ids: Sequence[str]) -> list[Profile]:
    """The people behind `prf_…` ids, in their order. A merged id leads to who it is now, an unknown one to nobody."""
    current: dict[int, None] = {}
    for text in ids:
        try:
            current[canonical_profile_id(session, decode_profile_id(text))] = None
        except NotFound:
            continue
    found = get_profiles(session, workspace_id, current)
    return [found[profile_id] for profile_id in current if profile_id in found]


def search_profiles(
    session: Session,
    workspace_id: int,
    text: str,
    *,
    region: str = "CN",
    limit: int = 20,
    beginnings_of: Collection[str] | None = None,
) -> list[Profile]:
    """People with an identifier of any type that is `text`, written in any way that events may write it, then those
    with one that begins with it; or the person whose `prf_…` id it is.

    `beginnings_of` are the only types of which a beginning is enough, for somebody who may not see the others: letter
    by letter, a search would spell them out. None: of all types.
    """
    bare = clean_text(text)
    if not bare:
        return []
    if bare.lower().startswith("prf_") and (named := named_profiles(session, workspace_id, [bare.lower()])):
        return named
    types = load_types(session, workspace_id, region=region)
    names = list(dict.fromkeys([*(each.name for each in types), *_types_in_use(session, workspace_id)]))
    claims = [types.claim(name, bare) for name in names]
    ids = [claim.id for claim in claims if isinstance(claim, Claim)]
    listed = list(
        session.scalars(
            select(Identifier.profile_id).where(Identifier.id.in_(ids), Identifier.workspace_id == workspace_id)
        )
    )
    if len(listed) < limit:
        begun = names if beginnings_of is None else [name for name in names if name in beginnings_of]
        listed += _by_prefix(session, workspace_id, begun, bare, region, limit)
    chosen = list(dict.fromkeys(listed))[:limit]
    found = get_profiles(session, workspace_id, chosen)
    return [found[profile_id] for profile_id in chosen if profile_id in found]


def _types_in_use(session: Session, workspace_id: int) -> list[str]:
    """The identifier types that people have, namespaces of one type (`wechat_openid:wx12`) apart.

    One step in the index for each; DISTINCT would read every identifier.
    """
    found: list[str] = []
    while True:
        query = select(func.min(Identifier.type)).where(Identifier.workspace_id == workspace_id)
        following = session.scalar(query.where(Identifier.type > found[-1]) if found else query)
        if following is None:
            return found
        found.append(following)


def _by_prefix(
    session: Session, workspace_id: int, types: Sequence[str], prefix: str, region: str, limit: int
) -> list[int]:
    """A range of the index (workspace, type, value) for each type; LIKE would scan on SQLite."""
    found: list[int] = []
    for type_ in types:
        start = _start(type_, prefix, region)
        rows = session.scalars(
            select(Identifier.profile_id)
            .where(
                Identifier.workspace_id == workspace_id,
                Identifier.type == type_,
                Identifier.value >= start,
                Identifier.value < start + "\U0010ffff",
            )
            .order_by(Identifier.value)
            .limit(limit)
        )
        found += rows
    return found


def _start(type_: str, prefix: str, region: str) -> str:
    """How a value of this type begins that somebody began to type."""
    if type_ == "email":
        return prefix.lower()
    if type_ != "phone" or not _PHONE_START.fullmatch(prefix):
        return prefix
    digits = _NOT_IN_PHONES.sub("", prefix)
    if digits.startswith("00"):
        return "+" + digits[2:]
    if digits.startswith("+"):
        return digits
    code = "86"
    if region != "CN":
        import phonenumbers  # noqa: PLC0415 (slow to import, and China never needs it)

        code = str(phonenumbers.country_code_for_region(region))
    return f"+{digits}" if digits.startswith(code) else f"+{code}{digits}"
