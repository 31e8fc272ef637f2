"""Tags: define them, look at a distribution before saving and after, and at the values of one person."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import contextmanager_in_threadpool
from pydantic import BaseModel, Field
from sqlalchemy import and_, true

from tributary import rules, tags
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
from tributary.api.hang_up import while_connected
from tributary.api.locale import LocaleDep
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.personal import PersonalFields, masked_spread, refuse_personal_tag
from tributary.api.problems import problems
from tributary.governance import load_catalog
from tributary.governance.lineage import Item, count_users
from tributary.governance.notes import notes_on
from tributary.governance.runs import DefinitionState
from tributary.rules import Catalog, Locale, Measure, Rule
from tributary.store import Session
from tributary.store.tables.tags import Tag, TagRun, TagVersion
from tributary.tags import Definition, Distribution, StatisticDefinition
from tributary.warehouse import Stop

router = APIRouter(tags=["tags"])

Reader = Annotated[Principal, requires("tags:read")]
Writer = Annotated[Principal, requires("tags:write")]
TagId = Annotated[str, Path(description="`tag_…`")]

DefinitionIn = dict[str, Any]
NullPolicy = Literal["clear", "keep_last"]

_SHOWN_VALUES = 5

_DEFINITION = "`{levels: [{value, rule}], otherwise?}` of a rule tag, `{measure}` of a statistic tag."


class TagCreate(Body):
    """A new tag. Its kind and the type of its values stay as they are created."""

    name: str = Field(min_length=1, max_length=200)
    kind: Literal["rule", "statistic"]
    value_type: Literal["text", "number"]
    definition: DefinitionIn = Field(description=_DEFINITION)
    description: str = Field(default="", max_length=2_000)
    null_policy: NullPolicy = Field(
        default="clear", description="What becomes of people who get no value now: none, or the last one they had."
    )
    schedule: Schedule = "daily"
    note: str = Field(default="", max_length=500, description="Why this version exists.")


class TagUpdate(Body):
    """What to change; what is absent stays. A different definition becomes the next version."""

    base_version: int = Field(ge=1, description="The version that you looked at; another one now answers 409.")
    name: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=2_000)
    null_policy: NullPolicy | None = None
    schedule: Schedule | None = None
    definition: DefinitionIn | None = Field(default=None, description=_DEFINITION)
    note: str = Field(default="", max_length=500, description="Why this version exists.")


class TagPreview(Body):
    """A definition that need not be saved."""

    kind: Literal["rule", "statistic"]
    value_type: Literal["text", "number"]
    definition: DefinitionIn = Field(description=_DEFINITION)
    key: str | None = Field(
        default=None,
        min_length=1,
        max_length=100,
        description="Made up by the client, one for each open editor. A newer preview of the same caller and key stops "
        "the older one, which answers 409 `cancelled`.",
    )


class ValueCountOut(BaseModel):
    """One value and how many people have it."""

    value: str | float
    people: int


class DistributionOut(BaseModel):
    """How the values spread. `top` lists the commonest; `deciles` (numbers only) are the quantiles 0, 0.1, … 1."""

    coverage: int = Field(description="People with a value.")
    distinct: int = Field(description="Different values.")
    top: list[ValueCountOut]
    mean: float | None
    deciles: list[float] | None


class TagOut(BaseModel):
    """A tag. `coverage` people had a value at `refreshed_at`; null before the first run has finished."""

    id: str
    name: str
    description: str
    kind: Literal["rule", "statistic"]
    value_type: Literal["text", "number"]
    null_policy: NullPolicy
    schedule: Schedule
    state: State
    version: int = Field(description="The newest definition.")
    run: int | None = Field(description="The newest finished run: the values.")
    coverage: int | None
    people: int | None = Field(description="Everybody in the workspace at that run.")
    distinct: int | None = Field(description="Different values.")
    top: list[ValueCountOut] = Field(description="The five commonest values.")
    refreshed_at: datetime | None
    due_at: datetime | None = Field(description="When the schedule computes it next.")
    is_archived: bool
    used_by_count: int = Field(description="Audiences and tags that build on it.")
    created_by: Author
    created_at: datetime
    updated_at: datetime


class LevelSentence(BaseModel):
    """Who gets a value, in words. `sentence` is null for the value of everybody else."""

    value: str | float
    sentence: str | None


class PreviewOut(DistributionOut):
    """How the values of an unsaved definition would spread over `people`, everybody in the workspace."""

    people: int
    sentence: str | None = Field(description="The measure of a statistic tag in words.")
    levels: list[LevelSentence] | None = Field(description="The levels of a rule tag in words, in their order.")
    duration_ms: int
    notes: list[NoteOut] = Field(description="Names in the definition that may be mistyped: nobody has them.")


class TagRunOut(BaseModel):
    """One computation of the values."""

    run: int
    version: int
    state: Literal["running", "finished", "failed"]
    coverage: int | None
    people: int | None
    distribution: DistributionOut | None
    resolved_at: datetime = Field(description="The moment that relative dates were counted from.")
    started_at: datetime
    finished_at: datetime | None
    error: RunError | None


class TagDetail(TagOut):
    """A tag with its definition. When `values_version` is not `version`, the values are still those of an older
    definition: see `last_run`. `distribution` is that of the newest finished run.
    """

    definition: DefinitionIn
    sentence: str | None = Field(description="The measure of a statistic tag in words.")
    levels: list[LevelSentence] | None = Field(description="The levels of a rule tag in words, in their order.")
    values_version: int | None
    distribution: DistributionOut | None
    last_run: TagRunOut | None
    used_by: list[UserOut]


class TagSaved(TagDetail):
    """A saved tag, with remarks on names in its definition that may be mistyped."""

    notes: list[NoteOut]


class TagVersionOut(BaseModel):
    """One definition."""

    version: int
    definition: DefinitionIn
    sentence: str | None
    levels: list[LevelSentence] | None
    note: str
    created_by: Author
    created_at: datetime


class TagVersionDiff(BaseModel):
    """What turned one version into another."""

    before: int
    after: int
    changes: list[ChangeOut]


@router.get("/tags", operation_id="list_tags", summary="Tags")
def list_tags(
    caller: Reader,
    session: ReadSession,
    page: PageQuery,
    search: Annotated[str, Query(max_length=200, description="Part of the name.")] = "",
    archived: Annotated[bool, Query(description="Those that were put away, instead.")] = False,
    state: Annotated[DefinitionState | None, Query(description="Only those in this state.")] = None,
    kind: Annotated[Literal["rule", "statistic"] | None, Query(description="Only those of this kind.")] = None,
    sort: Annotated[
        Literal["newest", "name", "coverage", "refreshed"],
        Query(description="By name from A; else the newest, those of most people, or computed last come first."),
    ] = "newest",
) -> Page[TagOut]:
    """The workspace's tags."""
    rows = tags.list_tags(
        session,
        caller.workspace_id,
        sort=sort,
        after=page.after,
        limit=page.limit + 1,
        search=search,
        archived=archived,
        where=and_(true() if state is None else tags.in_state(state), true() if kind is None else Tag.kind == kind),
    )
    out = _listed(session, caller.workspace_id, rows)
    return page_of(rows, page, out, lambda row: tags.sort_key(row, sort))


@router.post("/tags", operation_id="create_tag", summary="Create a tag", status_code=201, responses=problems(409, 422))
def create_tag(body: TagCreate, caller: Writer, context: ContextDep, locale: LocaleDep) -> TagSaved:
    """Save a definition under a name. Its values are computed in the background."""
    notes = _notes(context, caller, tags.decode_definition(body.kind, body.value_type, body.definition), locale)
    with context.store.begin() as session:
        refuse_personal_tag(session, caller, body.kind, body.value_type, body.definition)
        tag = tags.create_tag(
            session,
            caller,
            name=body.name,
            kind=body.kind,
            value_type=body.value_type,
            definition=body.definition,
            description=body.description,
            null_policy=body.null_policy,
            schedule=body.schedule,
            note=body.note,
        )
        return TagSaved(**dict(_detail(session, tag, locale)), notes=notes)


@router.post(
    "/tags/preview",
    operation_id="preview_tag",
    summary="Distribution of an unsaved definition",
    responses=problems(409, 422, 429),
)
async def preview_tag(
    request: Request, body: TagPreview, caller: Reader, context: ContextDep, locale: LocaleDep
) -> PreviewOut:
    """How many people would get which value. Counting stops when the caller hangs up."""
    slot = body.key and f"preview {caller.workspace_id} {caller.actor_id} {body.key}"
    async with contextmanager_in_threadpool(context.warehouse.stoppable(slot)) as stop:
        return await while_connected(request, caller, stop, lambda: _preview(body, caller, context, locale, stop))


@router.get("/tags/{tag_id}", operation_id="get_tag", summary="One tag")
def get_tag(tag_id: TagId, caller: Reader, session: ReadSession, locale: LocaleDep) -> TagDetail:
    """A tag with its definition, in JSON and in words, how its values spread, and what builds on it."""
    return _detail(session, tags.get_tag(session, caller.workspace_id, tag_id), locale)


@router.patch("/tags/{tag_id}", operation_id="update_tag", summary="Change a tag", responses=problems(404, 409, 422))
def update_tag(tag_id: TagId, body: TagUpdate, caller: Writer, context: ContextDep, locale: LocaleDep) -> TagSaved:
    """Rename it, or save a new version of its definition, which is then computed in the background."""
    with context.store.begin() as session:
        if body.definition is not None:
            now = tags.get_tag(session, caller.workspace_id, tag_id)
            refuse_personal_tag(session, caller, now.kind, now.value_type, body.definition)
        tag = tags.update_tag(
            session,
            caller,
            tag_id,
            base_version=body.base_version,
            name=body.name,
            description=body.description,
            null_policy=body.null_policy,
            schedule=body.schedule,
            definition=body.definition,
            note=body.note,
        )
        detail = _detail(session, tag, locale)
        definition = tags.definition_of(
            tag, tags.get_version(session, caller.workspace_id, tag_id, tag.current_version)
        )
    notes = [] if body.definition is None else _notes(context, caller, definition, locale)
    return TagSaved(**dict(detail), notes=notes)


@router.post(
    "/tags/{tag_id}/duplicate",
    operation_id="duplicate_tag",
    summary="Copy a tag",
    status_code=201,
    responses=problems(404, 409, 422),
)
def duplicate_tag(
    tag_id: TagId, body: Duplicate, caller: Writer, session: WriteSession, locale: LocaleDep
) -> TagDetail:
    """Create another tag with the newest definition of this one. Its values are computed in the background."""
    return _detail(session, tags.duplicate_tag(session, caller, tag_id, name=body.name), locale)


@router.post(
    "/tags/{tag_id}/archive", operation_id="archive_tag", summary="Put a tag away", responses=problems(404, 409)
)
def archive_tag(tag_id: TagId, caller: Writer, session: WriteSession, locale: LocaleDep) -> TagDetail:
    """Stop computing, showing and offering it. Refused while something builds on it."""
    return _detail(session, tags.archive_tag(session, caller, tag_id), locale)


@router.post(
    "/tags/{tag_id}/unarchive",
    operation_id="unarchive_tag",
    summary="Bring a tag back",
    responses=problems(404, 409, 422),
)
def unarchive_tag(tag_id: TagId, caller: Writer, session: WriteSession, locale: LocaleDep) -> TagDetail:
    """Compute, show and offer it again."""
    return _detail(session, tags.unarchive_tag(session, caller, tag_id), locale)


@router.get("/tags/{tag_id}/versions", operation_id="list_tag_versions", summary="Its definitions")
def list_tag_versions(
    tag_id: TagId, caller: Reader, session: ReadSession, page: PageQuery, locale: LocaleDep
) -> Page[TagVersionOut]:
    """Every definition that the tag has had, newest first."""
    tag = tags.get_tag(session, caller.workspace_id, tag_id)
    rows = tags.list_versions(session, caller.workspace_id, tag_id, before=page.after_int(), limit=page.limit + 1)
    catalog = load_catalog(session, caller.workspace_id)
    return page_of(rows, page, lambda row: _version(tag, row, catalog, locale), lambda row: (row.version,))


@router.get("/tags/{tag_id}/versions/{version}", operation_id="get_tag_version", summary="One definition")
def get_tag_version(
    tag_id: TagId, version: int, caller: Reader, session: ReadSession, locale: LocaleDep
) -> TagVersionOut:
    """One definition of the tag."""
    tag = tags.get_tag(session, caller.workspace_id, tag_id)
    found = tags.get_version(session, caller.workspace_id, tag_id, version)
    return _version(tag, found, load_catalog(session, caller.workspace_id), locale)


@router.post(
    "/tags/{tag_id}/versions/{version}/restore",
    operation_id="restore_tag_version",
    summary="Bring an older definition back",
    responses=problems(404, 409, 422),
)
def restore_tag_version(
    tag_id: TagId, version: int, body: VersionRestore, caller: Writer, session: WriteSession, locale: LocaleDep
) -> TagDetail:
    """Save the definition of an older version as the newest version."""
    tag = tags.restore_version(session, caller, tag_id, version, base_version=body.base_version, note=body.note)
    return _detail(session, tag, locale)


@router.get("/tags/{tag_id}/diff", operation_id="compare_tag_versions", summary="Compare two definitions")
def compare_tag_versions(
    tag_id: TagId,
    caller: Reader,
    session: ReadSession,
    locale: LocaleDep,
    before: Annotated[int, Query(ge=1, description="A version.")],
    after: Annotated[int, Query(ge=1, description="Another version.")],
) -> TagVersionDiff:
    """What turned one version into another."""
    catalog = load_catalog(session, caller.workspace_id)
    found = tags.compare_versions(session, caller.workspace_id, tag_id, before, after, catalog, locale)
    return TagVersionDiff(before=before, after=after, changes=show_changes(found))


@router.post(
    "/tags/{tag_id}/recompute",
    operation_id="recompute_tag",
    summary="Compute the values now",
    status_code=202,
    responses=problems(404, 409),
)
def recompute_tag(tag_id: TagId, caller: Writer, session: WriteSession) -> JobRef:
    """Ask for the values to be computed; see the job for its progress."""
    return JobRef(job_id=tags.request_recompute(session, caller, tag_id))


@router.get("/tags/{tag_id}/runs", operation_id="list_tag_runs", summary="Its computations")
def list_tag_runs(tag_id: TagId, caller: Reader, session: ReadSession, page: PageQuery) -> Page[TagRunOut]:
    """Every computation of the values with its distribution, newest first."""
    tag = tags.get_tag(session, caller.workspace_id, tag_id)
    rows = tags.list_runs(session, caller.workspace_id, tag_id, before=page.after_int(), limit=page.limit + 1)
    is_masked = _is_masked(session, tag)
    return page_of(rows, page, lambda row: _run(row, is_masked=is_masked), lambda row: (row.run,))


def _listed(session: Session, workspace_id: int, rows: Sequence[Tag]) -> Callable[[Tag], TagOut]:
    """What turns one of these tags into its entry."""
    states = tags.states_of(session, rows)
    users = count_users(session, workspace_id, "tag", [row.id for row in rows])
    runs = tags.current_runs(session, rows)
    masked = PersonalFields(session, workspace_id).showing(rows)

    def out(row: Tag) -> TagOut:
        run = runs.get(row.id)
        spread = run.distribution if run is not None and run.distribution is not None else {}
        if spread and row.id in masked:
            spread = masked_spread(spread)
        return TagOut.model_validate(
            {
                **fields_of(row, TagOut),
                "state": states[row.id],
                "people": run and run.people,
                "distinct": spread.get("distinct"),
                "top": spread.get("top", [])[:_SHOWN_VALUES],
                "used_by_count": users.get(row.id, 0),
            }
        )

    return out


def _detail(session: Session, tag: Tag, locale: Locale) -> TagDetail:
    workspace_id = tag.workspace_id
    version = tags.get_version(session, workspace_id, tag.id, tag.current_version)
    newest = tags.list_runs(session, workspace_id, tag.id, limit=1)
    current = None if tag.current_run is None else tags.get_run(session, workspace_id, tag.id, tag.current_run)
    sentence, levels = _sentences(tag, version, load_catalog(session, workspace_id), locale)
    is_masked = _is_masked(session, tag)
    return TagDetail.model_validate(
        {
            **_listed(session, workspace_id, [tag])(tag).model_dump(),
            "definition": version.definition,
            "sentence": sentence,
            "levels": levels,
            "values_version": current and current.version,
            "distribution": current and _run(current, is_masked=is_masked).distribution,
            "last_run": _run(newest[0], is_masked=is_masked) if newest else None,
            "used_by": show_users(session, workspace_id, Item("tag", tag.id)),
        }
    )


def _preview(body: TagPreview, caller: Principal, context: Context, locale: Locale, stop: Stop) -> PreviewOut:
    started = time.monotonic()
    with context.store.read() as session:  # let go before the warehouse is asked: that may take seconds
        catalog = load_catalog(session, caller.workspace_id)
        refuse_personal_tag(session, caller, body.kind, body.value_type, body.definition)
    spread, people = tags.preview_tag(
        context.warehouse, catalog, body.kind, body.value_type, body.definition, context.clock.now(), stop=stop
    )
    definition = tags.decode_definition(body.kind, body.value_type, body.definition)
    sentence, levels = _said(definition, catalog, locale)
    return PreviewOut(
        people=people,
        sentence=sentence,
        levels=levels,
        notes=_notes(context, caller, definition, locale, stop),
        duration_ms=round(1000 * (time.monotonic() - started)),
        **_distribution(spread).model_dump(),
    )


def _notes(
    context: Context, caller: Principal, definition: Definition, locale: Locale, stop: Stop | None = None
) -> list[NoteOut]:
    """To be asked for outside of a transaction: no lock is held while the warehouse answers."""
    with context.store.read() as session:
        catalog = load_catalog(session, caller.workspace_id)
    parts: list[tuple[str, Rule | Measure]] = []
    if isinstance(definition, StatisticDefinition):
        parts.append(("measure", definition.measure))
    else:
        parts += [(f"levels[{index}].rule", level.rule) for index, level in enumerate(definition.levels)]
    return [
        note
        for path, part in parts
        for note in show_notes(notes_on(context.warehouse, catalog, part, locale, path=path, stop=stop))
    ]


def _version(tag: Tag, version: TagVersion, catalog: Catalog, locale: Locale) -> TagVersionOut:
    sentence, levels = _sentences(tag, version, catalog, locale)
    return TagVersionOut.model_validate({**fields_of(version, TagVersionOut), "sentence": sentence, "levels": levels})


def _sentences(
    tag: Tag, version: TagVersion, catalog: Catalog, locale: Locale
) -> tuple[str | None, list[LevelSentence] | None]:
    return _said(tags.definition_of(tag, version), catalog, locale)


def _said(definition: Definition, catalog: Catalog, locale: Locale) -> tuple[str | None, list[LevelSentence] | None]:
    """A definition in words: a measure, or levels."""
    if isinstance(definition, StatisticDefinition):
        return rules.explain(definition.measure, catalog, locale), None
    levels = [
        LevelSentence(value=level.value, sentence=rules.explain(level.rule, catalog, locale))
        for level in definition.levels
    ]
    if definition.otherwise is not None:
        levels.append(LevelSentence(value=definition.otherwise, sentence=None))
    return None, levels


def _is_masked(session: Session, tag: Tag) -> bool:
    return tag.id in PersonalFields(session, tag.workspace_id).showing([tag])


def _run(run: TagRun, *, is_masked: bool) -> TagRunOut:
    fields = fields_of(run, TagRunOut)
    if is_masked and fields["distribution"]:
        fields["distribution"] = masked_spread(fields["distribution"])
    return TagRunOut.model_validate(fields)


def _distribution(spread: Distribution) -> DistributionOut:
    return DistributionOut.model_validate(spread, from_attributes=True)
