"""Audiences: define them, look at their versions and computations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from sqlalchemy import and_, true

from tributary import audiences, rules
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import Context, ContextDep, ReadSession, WriteSession
from tributary.api.definitions import (
    Author,
    ChangeOut,
    Duplicate,
    JobRef,
    NoteOut,
    RunError,
    Schedule,
    State,
    UserOut,
    VersionRestore,
    fields_of,
    show_changes,
    show_notes,
    show_users,
)
from tributary.api.locale import LocaleDep
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.personal import refuse_guesses
from tributary.api.problems import problems
from tributary.governance import load_catalog
from tributary.governance.lineage import Item, count_users
from tributary.governance.notes import notes_on
from tributary.governance.runs import DefinitionState
from tributary.rules import Catalog, Locale
from tributary.store import Session
from tributary.store.tables.audiences import Audience, AudienceRun, AudienceVersion

router = APIRouter(tags=["audiences"])

Reader = Annotated[Principal, requires("audiences:read")]
Writer = Annotated[Principal, requires("audiences:write")]

Rule = dict[str, Any]


class AudienceCreate(Body):
    """A new audience."""

    name: str = Field(min_length=1, max_length=200)
    rule: Rule = Field(description="Who belongs: see the reference of rules.")
    description: str = Field(default="", max_length=2_000)
    kind: Literal["dynamic", "snapshot"] = Field(
        default="dynamic", description="`snapshot` is computed once per version; `dynamic` follows its schedule."
    )
    schedule: Schedule = Field(default="hourly", description="When it is refreshed; a snapshot has none.")
    note: str = Field(default="", max_length=500, description="Why this version exists.")


class AudienceUpdate(Body):
    """What to change; what is absent stays. A different rule becomes the next version."""

    base_version: int = Field(ge=1, description="The version that you looked at; another one now answers 409.")
    name: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2_000)
    schedule: Schedule | None = None
    rule: Rule | None = None
    note: str = Field(default="", max_length=500, description="Why this version exists.")


class AudienceOut(BaseModel):
    """An audience. `size` people were in it at `refreshed_at`; null before the first run has finished."""

    id: str
    name: str
    description: str
    kind: Literal["dynamic", "snapshot"]
    schedule: Schedule
    state: State
    version: int = Field(description="The newest definition.")
    run: int | None = Field(description="The newest finished run: the members.")
    size: int | None
    refreshed_at: datetime | None
    due_at: datetime | None = Field(description="When the schedule refreshes it next.")
    is_archived: bool
    used_by_count: int = Field(description="Audiences, tags and campaigns that build on it.")
    created_by: Author
    created_at: datetime
    updated_at: datetime


class RunOut(BaseModel):
    """One computation of the members. `members_kept`: its lists of people can still be read."""

    run: int
    version: int
    state: Literal["running", "finished", "failed"]
    previous_run: int | None
    size: int | None
    entered: int | None = Field(description="People who are in this run and were not in the previous one.")
    exited: int | None = Field(description="People who were in the previous run and are not in this one.")
    resolved_at: datetime = Field(description="The moment that relative dates were counted from.")
    started_at: datetime
    finished_at: datetime | None
    error: RunError | None
    members_kept: bool


class AudienceDetail(AudienceOut):
    """An audience with its rule. When `members_version` is not `version`, the members are still those of an older
    definition: see `last_run`.
    """

    rule: Rule
    sentence: str = Field(description="The rule in words.")
    members_version: int | None
    last_run: RunOut | None
    used_by: list[UserOut]


class AudienceSaved(AudienceDetail):
    """A saved audience, with remarks on names in its rule that may be mistyped."""

    notes: list[NoteOut]


class VersionOut(BaseModel):
    """One definition."""

    version: int
    rule: Rule
    sentence: str
    note: str
    created_by: Author
    created_at: datetime


class VersionDiff(BaseModel):
    """What turned one version into another, in words and part by part."""

    before: int
    after: int
    sentence_before: str
    sentence_after: str
    changes: list[ChangeOut]


AudienceId = Annotated[str, Path(description="`aud_…`")]


@router.get("/audiences", operation_id="list_audiences", summary="Audiences")
def list_audiences(
    caller: Reader,
    session: ReadSession,
    page: PageQuery,
    search: Annotated[str, Query(max_length=200, description="Part of the name.")] = "",
    archived: Annotated[bool, Query(description="Those that were put away, instead.")] = False,
    state: Annotated[DefinitionState | None, Query(description="Only those in this state.")] = None,
    kind: Annotated[Literal["dynamic", "snapshot"] | None, Query(description="Only those of this kind.")] = None,
    sort: Annotated[
        Literal["newest", "name", "size", "refreshed"],
        Query(description="By name from A; else the newest, the largest, or those refreshed last come first."),
    ] = "newest",
) -> Page[AudienceOut]:
    """The workspace's audiences."""
    rows = audiences.list_audiences(
        session,
        caller.workspace_id,
        sort=sort,
        after=page.after,
        limit=page.limit + 1,
        search=search,
        archived=archived,
        where=and_(
            true() if state is None else audiences.in_state(state), true() if kind is None else Audience.kind == kind
        ),
    )
    out = _listed(session, caller.workspace_id, rows)
    return page_of(rows, page, out, lambda row: audiences.sort_key(row, sort))


@router.post(
    "/audiences",
    operation_id="create_audience",
    summary="Create an audience",
    status_code=201,
    responses=problems(409, 422),
)
def create_audience(body: AudienceCreate, caller: Writer, context: ContextDep, locale: LocaleDep) -> AudienceSaved:
    """Save a rule under a name. Its members are computed in the background."""
    notes = _notes(context, caller, body.rule, locale)
    with context.store.begin() as session:
        audience = audiences.create_audience(
            session,
            caller,
            name=body.name,
            rule=body.rule,
            description=body.description,
            kind=body.kind,
            schedule=body.schedule,
            note=body.note,
        )
        return _saved(_detail(session, audience, locale), notes)


@router.get("/audiences/{audience_id}", operation_id="get_audience", summary="One audience")
def get_audience(audience_id: AudienceId, caller: Reader, session: ReadSession, locale: LocaleDep) -> AudienceDetail:
    """An audience with its rule, in JSON and in words, and what builds on it."""
    return _detail(session, audiences.get_audience(session, caller.workspace_id, audience_id), locale)


@router.patch(
    "/audiences/{audience_id}",
    operation_id="update_audience",
    summary="Change an audience",
    responses=problems(404, 409, 422),
)
def update_audience(
    audience_id: AudienceId, body: AudienceUpdate, caller: Writer, context: ContextDep, locale: LocaleDep
) -> AudienceSaved:
    """Rename it, or save a new version of its rule, which is then computed in the background."""
    notes = [] if body.rule is None else _notes(context, caller, body.rule, locale)
    with context.store.begin() as session:
        audience = audiences.update_audience(
            session,
            caller,
            audience_id,
            base_version=body.base_version,
            name=body.name,
            description=body.description,
            schedule=body.schedule,
            rule=body.rule,
            note=body.note,
        )
        return _saved(_detail(session, audience, locale), notes)


@router.post(
    "/audiences/{audience_id}/duplicate",
    operation_id="duplicate_audience",
    summary="Copy an audience",
    status_code=201,
    responses=problems(404, 409, 422),
)
def duplicate_audience(
    audience_id: AudienceId, body: Duplicate, caller: Writer, session: WriteSession, locale: LocaleDep
) -> AudienceDetail:
    """Create another audience with the newest rule of this one. Its members are computed in the background."""
    return _detail(session, audiences.duplicate_audience(session, caller, audience_id, name=body.name), locale)


@router.post(
    "/audiences/{audience_id}/archive",
    operation_id="archive_audience",
    summary="Put an audience away",
    responses=problems(404, 409),
)
def archive_audience(
    audience_id: AudienceId, caller: Writer, session: WriteSession, locale: LocaleDep
) -> AudienceDetail:
    """Stop refreshing and offering it. Refused while something builds on it."""
    return _detail(session, audiences.archive_audience(session, caller, audience_id), locale)


@router.post(
    "/audiences/{audience_id}/unarchive",
    operation_id="unarchive_audience",
    summary="Bring an audience back",
    responses=problems(404, 409, 422),
)
def unarchive_audience(
    audience_id: AudienceId, caller: Writer, session: WriteSession, locale: LocaleDep
) -> AudienceDetail:
    """Offer and refresh it again."""
    return _detail(session, audiences.unarchive_audience(session, caller, audience_id), locale)


@router.get("/audiences/{audience_id}/versions", operation_id="list_audience_versions", summary="Its definitions")
def list_audience_versions(
    audience_id: AudienceId, caller: Reader, session: ReadSession, page: PageQuery, locale: LocaleDep
) -> Page[VersionOut]:
    """Every definition that the audience has had, newest first."""
    rows = audiences.list_versions(
        session, caller.workspace_id, audience_id, before=page.after_int(), limit=page.limit + 1
    )
    catalog = load_catalog(session, caller.workspace_id)
    return page_of(rows, page, lambda row: _version(row, catalog, locale), lambda row: (row.version,))


@router.get(
    "/audiences/{audience_id}/versions/{version}", operation_id="get_audience_version", summary="One definition"
)
def get_audience_version(
    audience_id: AudienceId, version: int, caller: Reader, session: ReadSession, locale: LocaleDep
) -> VersionOut:
    """One definition of the audience."""
    found = audiences.get_version(session, caller.workspace_id, audience_id, version)
    return _version(found, load_catalog(session, caller.workspace_id), locale)


@router.post(
    "/audiences/{audience_id}/versions/{version}/restore",
    operation_id="restore_audience_version",
    summary="Bring an older definition back",
    responses=problems(404, 409, 422),
)
def restore_audience_version(
    audience_id: AudienceId,
    version: int,
    body: VersionRestore,
    caller: Writer,
    session: WriteSession,
    locale: LocaleDep,
) -> AudienceDetail:
    """Save the rule of an older version as the newest version."""
    audience = audiences.restore_version(
        session, caller, audience_id, version, base_version=body.base_version, note=body.note
    )
    return _detail(session, audience, locale)


@router.get(
    "/audiences/{audience_id}/diff", operation_id="compare_audience_versions", summary="Compare two definitions"
)
def compare_audience_versions(
    audience_id: AudienceId,
    caller: Reader,
    session: ReadSession,
    locale: LocaleDep,
    before: Annotated[int, Query(ge=1, description="A version.")],
    after: Annotated[int, Query(ge=1, description="Another version.")],
) -> VersionDiff:
    """What turned one version into another."""
    catalog = load_catalog(session, caller.workspace_id)
    old, new = (
        audiences.get_version(session, caller.workspace_id, audience_id, version) for version in (before, after)
    )
    found = audiences.compare_versions(session, caller.workspace_id, audience_id, before, after, catalog, locale)
    return VersionDiff(
        before=before,
        after=after,
        sentence_before=_sentence(old.rule, catalog, locale),
        sentence_after=_sentence(new.rule, catalog, locale),
        changes=show_changes(found),
    )


@router.post(
    "/audiences/{audience_id}/refresh",
    operation_id="refresh_audience",
    summary="Compute the members now",
    status_code=202,
    responses=problems(404, 409),
)
def refresh_audience(audience_id: AudienceId, caller: Writer, session: WriteSession) -> JobRef:
    """Ask for a refresh; see the job for its progress."""
    return JobRef(job_id=audiences.request_refresh(session, caller, audience_id))


@router.get("/audiences/{audience_id}/runs", operation_id="list_audience_runs", summary="Its computations")
def list_audience_runs(audience_id: AudienceId, caller: Reader, session: ReadSession, page: PageQuery) -> Page[RunOut]:
    """Every computation of the members, newest first: the trend of the size."""
    rows = audiences.list_runs(session, caller.workspace_id, audience_id, before=page.after_int(), limit=page.limit + 1)
    return page_of(rows, page, _run, lambda row: (row.run,))


def _listed(session: Session, workspace_id: int, rows: Sequence[Audience]) -> Callable[[Audience], AudienceOut]:
    """What turns one of these audiences into its entry."""
    states = audiences.states_of(session, rows)
    users = count_users(session, workspace_id, "audience", [row.id for row in rows])
    return lambda row: AudienceOut.model_validate(
        {**fields_of(row, AudienceOut), "state": states[row.id], "used_by_count": users.get(row.id, 0)}
    )


def _detail(session: Session, audience: Audience, locale: Locale) -> AudienceDetail:
    workspace_id = audience.workspace_id
    version = audiences.get_version(session, workspace_id, audience.id, audience.current_version)
    newest = audiences.list_runs(session, workspace_id, audience.id, limit=1)
    current = audience.current_run
    return AudienceDetail.model_validate(
        {
            **dict(_listed(session, workspace_id, [audience])(audience)),
            "rule": version.rule,
            "sentence": _sentence(version.rule, load_catalog(session, workspace_id), locale),
            "members_version": current and audiences.get_run(session, workspace_id, audience.id, current).version,
            "last_run": _run(newest[0]) if newest else None,
            "used_by": show_users(session, workspace_id, Item("audience", audience.id)),
        }
    )


def _notes(context: Context, caller: Principal, rule: Rule, locale: Locale) -> list[NoteOut]:
    """To be asked for before a transaction begins: no lock is held while the warehouse answers.

    Raises:
        RuleError: it cannot be read, or asks about personal values that the caller may not see.
    """
    with context.store.read() as session:
        catalog = load_catalog(session, caller.workspace_id)
        refuse_guesses(session, caller, rule)
    return show_notes(notes_on(context.warehouse, catalog, rule, locale))


def _saved(detail: AudienceDetail, notes: list[NoteOut]) -> AudienceSaved:
    return AudienceSaved(**dict(detail), notes=notes)


def _version(version: AudienceVersion, catalog: Catalog, locale: Locale) -> VersionOut:
    sentence = _sentence(version.rule, catalog, locale)
    return VersionOut.model_validate({**fields_of(version, VersionOut), "sentence": sentence})


def _run(run: AudienceRun) -> RunOut:
    return RunOut.model_validate({**fields_of(run, RunOut), "members_kept": run.storage == "kept"})


def _sentence(rule: Rule, catalog: Catalog, locale: Locale) -> str:
    return rules.explain(rules.decode(rule), catalog, locale)
