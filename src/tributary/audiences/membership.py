"""Who is in an audience: reading the bitmaps of its runs.

A run never changes, but people merge after it. Every read therefore maps the ids in a bitmap to the ids of today first:
somebody who was selected under an absorbed profile is found under the profile that took it up, once.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from tributary.core.scan import AUDIENCE_MEMBERS, CANONICAL_ID, scan
from tributary.core.sql import Sql, bind, raw
from tributary.errors import NotFound
from tributary.identity import absorbed_by, canonical_profile_id
from tributary.store import Session
from tributary.store.tables.audiences import Audience, AudienceRun
from tributary.warehouse import Warehouse


def list_members(warehouse: Warehouse, audience: Audience, *, after: int = 0, limit: int = 100) -> list[int]:
    """Up to `limit` current members, ascending, those with a profile id above `after`; nobody before the first run."""
    if audience.current_run is None:
        return []
    members = members_of_run(audience.workspace_id, audience.id, audience.current_run)
    return _page(warehouse, audience.workspace_id, members, after, limit)


def list_entered(
    session: Session, warehouse: Warehouse, run: AudienceRun, *, after: int = 0, limit: int = 100
) -> list[int]:
    """Who is in this run and was not in the one before it, ascending.

    Raises:
        NotFound: the members of one of the two runs are not kept any more.
    """
    before = _kept_before(session, run)
    members = members_of_run(run.workspace_id, run.audience_id, run.run)
    if before is not None:
        earlier = members_of_run(run.workspace_id, run.audience_id, before.run)
        members = raw("SELECT bitmapAndnot((") + members + "), (" + earlier + ")) AS members"
    return _page(warehouse, run.workspace_id, members, after, limit)


def list_exited(
    session: Session, warehouse: Warehouse, run: AudienceRun, *, after: int = 0, limit: int = 100
) -> list[int]:
    """Who was in the run before this one and no longer is, ascending. Raises like `list_entered`."""
    before = _kept_before(session, run)
    if before is None:
        return []
    members = members_of_run(run.workspace_id, run.audience_id, run.run)
    earlier = members_of_run(run.workspace_id, run.audience_id, before.run)
    gone = raw("SELECT bitmapAndnot((") + earlier + "), (" + members + ")) AS members"
    return _page(warehouse, run.workspace_id, gone, after, limit)


def audiences_of(session: Session, warehouse: Warehouse, workspace_id: int, profile_id: int) -> Sequence[Audience]:
    """The live audiences that hold this person now, by name. The person may be given by an absorbed profile's id."""
    canonical = canonical_profile_id(session, profile_id)
    return audiences_of_ids(session, warehouse, workspace_id, [canonical, *absorbed_by(session, canonical)])


def audiences_of_ids(
    session: Session, warehouse: Warehouse, workspace_id: int, profile_ids: Sequence[int]
) -> Sequence[Audience]:
    """The live audiences that hold whoever has one of these ids, by name."""
    audiences = session.scalars(
        select(Audience)
        .where(
            Audience.workspace_id == workspace_id, Audience.is_archived.is_(False), Audience.current_run.is_not(None)
        )
        .order_by(Audience.name)
    ).all()
    if not audiences:
        return []
    found = _holding(warehouse, workspace_id, audiences, profile_ids)
    return [audience for audience in audiences if audience.id in found]


def is_member(session: Session, warehouse: Warehouse, audience: Audience, profile_id: int) -> bool:
    """Whether the newest finished run holds this person."""
    if audience.current_run is None:
        return False
    canonical = canonical_profile_id(session, profile_id)
    ids = [canonical, *absorbed_by(session, canonical)]
    return audience.id in _holding(warehouse, audience.workspace_id, [audience], ids)


def members_of_run(workspace_id: int, audience_id: str, run: int) -> Sql:
    """A SELECT of one row, `members`: the bitmap of a run, with the ids of today. An unknown run is empty."""
    stored = raw("SELECT groupBitmapMergeState(members) AS stored") + scan(
        AUDIENCE_MEMBERS,
        workspace_id,
        raw("audience_id = ") + bind(audience_id, "String") + " AND run = " + bind(run, "UInt64"),
    )
    ids = raw("(SELECT arrayJoin(bitmapToArray(stored)) AS profile_id FROM (") + stored + "))"  # noqa: S608 (values are bound)
    return raw("SELECT groupBitmapState(") + CANONICAL_ID + ") AS members FROM " + ids  # noqa: S608 (values are bound)


def _holding(
    warehouse: Warehouse, workspace_id: int, audiences: Sequence[Audience], profile_ids: Sequence[int]
) -> set[str]:
    """Which of the audiences, all with a current run, hold whoever has one of these ids."""
    person = bind(list(profile_ids), "Array(UInt64)")
    ids = bind([audience.id for audience in audiences], "Array(String)")
    runs = bind([audience.current_run for audience in audiences], "Array(UInt64)")
    # The first two conditions are the key of the table; the third keeps old runs of one from passing as another's.
    where = raw("audience_id IN ") + ids + " AND run IN " + runs
    where = where + " AND has(arrayZip(" + ids + ", " + runs + "), (audience_id, run))"
    where = where + " AND bitmapHasAny(members, bitmapBuild(" + person + "))"
    question = raw("SELECT DISTINCT audience_id") + scan(AUDIENCE_MEMBERS, workspace_id, where)
    return {str(row[0]) for row in warehouse.query(question, workspace_id=workspace_id)}


def _kept_before(session: Session, run: AudienceRun) -> AudienceRun | None:
    """The run before `run`, None for the first; both are checked to have their members still."""
    before = None if run.previous_run is None else session.get_one(AudienceRun, (run.audience_id, run.previous_run))
    for needed in (run, before):
        if needed is not None and (needed.state != "finished" or needed.storage != "kept"):
            raise NotFound(
                f"The members of run {needed.run} are not there.",
                cure="The newest finished runs keep their members; older and failed ones only have their numbers.",
            )
    return before


def _page(warehouse: Warehouse, workspace_id: int, members: Sql, after: int, limit: int) -> list[int]:
    page = raw("bitmapSubsetLimit(members, ") + bind(after + 1, "UInt64") + ", " + bind(limit, "UInt64") + ")"
    ids = raw("SELECT arrayJoin(bitmapToArray(") + page + ")) AS id FROM (" + members + ")"  # noqa: S608 (values are bound)
    return [int(row[0]) for row in warehouse.query(ids + " ORDER BY id", workspace_id=workspace_id)]
