"""Identity rules: what names a person and what links, in versions that are tried before they are put in force."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from importlib import import_module
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import delete, select

from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import ContextDep, ReadSession, WriteSession
from tributary.api.identity_jobs import LARGEST, WHAT_IF_JOB
from tributary.api.identity_texts import encode_identifier_id
from tributary.api.locale import Text
from tributary.api.person_summaries import PersonSummary, summaries
from tributary.api.problems import problems
from tributary.core.ids import encode_profile_id, new_id
from tributary.errors import InvalidRequest, NotFound
from tributary.identity import (
    RuleSet,
    RulesVersion,
    check_rules,
    draft_rules,
    load_rules,
    names_of,
    read_rules,
    write_rules,
)
from tributary.identity import rules_versions as all_versions
from tributary.identity.rule_changes import rule_changes
from tributary.identity.rules import DEFAULT_TYPES
from tributary.jobs import enqueue, get_job
from tributary.pipeline.rebuild import APPLY_JOB
from tributary.profiles import mask_identifier
from tributary.store import Session
from tributary.store.tables.audiences import Audience
from tributary.store.tables.identity_runs import IdentityRun

router = APIRouter(prefix="/identity", tags=["identity"])

Reader = Annotated[Principal, requires("identity:read")]
Writer = Annotated[Principal, requires("identity:write")]
VersionQuery = Annotated[
    int | None, Query(ge=0, description="A version; 0 is what is built in. Without: the one in force.")
]
_YAML = "text/yaml"
_YAML_DEPTH = 10
_KEPT_RUNS = 50


class IdentityTypeOut(BaseModel):
    """A type of identifier in force. `origin`: built in, built in and changed, the workspace's own, made of traits."""

    name: str
    origin: Literal["built_in", "changed", "own", "composite"]
    normaliser: str
    pattern: str
    blocked: list[str]
    blocked_patterns: list[str]
    scope: Literal["workspace", "source"]
    limit: int = Field(description="The most values of one person.")
    window: Literal["ever", "year", "month", "week", "day"]
    priority: int = Field(description="The lower, the more it is trusted.")
    degree_cap: int | None = Field(description="A value that more than these claim is shared and links nobody.")
    is_unique: bool
    is_shared: bool
    sensitivity: Literal["plain", "personal", "sensitive"]
    is_enabled: bool


class IdentityVersionOut(BaseModel):
    """A version of the rules. Version 0 is what is built in."""

    version: int
    note: str
    created_by: str
    created_at: datetime | None
    applied_at: datetime | None
    is_in_force: bool


class IdentityRulesOut(IdentityVersionOut):
    """The rules of one version: `rules` as they were written, `types` with all that is built in."""

    rules: dict[str, Any]
    types: list[IdentityTypeOut]


class IdentityVersionList(BaseModel):
    """All versions, the newest first."""

    items: list[IdentityVersionOut]


class IdentityDiff(BaseModel):
    """What version `after` says otherwise than `before`, in sentences."""

    before: int
    after: int
    changes: list[Text]


class IdentityDraft(Body):
    """Rules to keep as a new version. Absent keys take what is built in."""

    rules: dict[str, Any]
    note: str = Field(default="", max_length=200)


class IdentityWhatIf(Body):
    """What to try: a version, or rules that were not kept yet."""

    version: int | None = Field(default=None, ge=0)
    rules: dict[str, Any] | None = None


class IdentityApply(Body):
    """Which version to put in force; an older one takes back what came later, 0 is what is built in."""

    version: int = Field(ge=0)


class IdentityRunRef(BaseModel):
    """What was begun. The job tells how far it is and can be cancelled; the run has the result."""

    run_id: str
    job_id: str


class IdentityChangeIdentifier(BaseModel):
    """An identifier, masked, and the profile that it would belong to; null: nobody's."""

    id: str
    type: str
    value: str
    profile_id: str | None


class IdentityChangeOut(BaseModel):
    """Profiles that share identifiers, before and after. Long lists are cut; the counts are not."""

    before: list[PersonSummary]
    after: list[str] = Field(description="Ids of the profiles that there would be.")
    profiles_before: int
    profiles_after: int
    identifiers: list[IdentityChangeIdentifier]
    identifier_count: int


class IdentityAudienceTouched(BaseModel):
    """Members of a live audience, as it was computed last: `merged_away` would be one with somebody else, of
    `may_change` parts would leave, so that it is to be computed anew whether they still fulfil its rule.
    """

    audience_id: str
    name: str
    size: int
    merged_away: int
    may_change: int


class IdentityImpact(BaseModel):
    """What the rules would change. `merges` and `splits` count groups of profiles; one may be both."""

    profiles_before: int
    profiles_after: int
    changes: int
    merges: int
    splits: int
    people_touched: int
    largest: list[IdentityChangeOut] = Field(description=f"At most {LARGEST}.")
    samples: list[IdentityChangeOut] = Field(description="Some of the others.")
    audiences: list[IdentityAudienceTouched]


class IdentityCarriedOut(BaseModel):
    """What was done so far. `left` groups of profiles hang together so widely that no transaction takes them."""

    merges: int
    splits: int
    identifiers: int
    left: int
    is_complete: bool


class IdentityRunSummary(BaseModel):
    """A what-if or an application of rules, and how far it is."""

    id: str
    kind: Literal["what_if", "apply"]
    version: int | None
    state: Literal["queued", "running", "succeeded", "failed", "cancelled", "superseded"]
    job_id: str
    done: int
    total: int | None
    error: Text | None = Field(description="Why the last attempt failed.")
    created_by: str
    created_at: datetime
    finished_at: datetime | None


class IdentityRunList(BaseModel):
    """The newest runs first."""

    items: list[IdentityRunSummary]


class IdentityRunOut(IdentityRunSummary):
    """A run with its result: `impact` when a what-if is done, `carried_out` for an application."""

    impact: IdentityImpact | None
    carried_out: IdentityCarriedOut | None


@router.get("/rules", operation_id="get_identity_rules", summary="Identity rules", responses=problems(404))
def get_identity_rules(caller: Reader, session: ReadSession, version: VersionQuery = None) -> IdentityRulesOut:
    """The rules in force, or another version of them, with all types of identifiers."""
    found = _load(session, caller.workspace_id, version)
    return _rules_out(found, load_rules(session, caller.workspace_id).version)


@router.get(
    "/rules.yaml",
    operation_id="export_identity_rules",
    summary="Identity rules as YAML",
    response_class=Response,
    responses={200: {"content": {_YAML: {"schema": {"type": "string"}}}}, **problems(404)},
)
def export_identity_rules(caller: Reader, session: ReadSession, version: VersionQuery = None) -> Response:
    """The same as a file, to be kept beside other settings and imported elsewhere."""
    found = _load(session, caller.workspace_id, version)
    return Response(_as_yaml(found.rules), media_type=_YAML)


@router.get("/rules/versions", operation_id="list_identity_versions", summary="Versions of the identity rules")
def list_identity_versions(caller: Reader, session: ReadSession) -> IdentityVersionList:
    """All versions that were kept, and which one is in force."""
    current = load_rules(session, caller.workspace_id).version
    return IdentityVersionList(
        items=[_version_out(each, current) for each in all_versions(session, caller.workspace_id)]
    )


@router.get(
    "/rules/diff",
    operation_id="compare_identity_versions",
    summary="What two versions say differently",
    responses=problems(404),
)
def compare_identity_versions(
    caller: Reader,
    session: ReadSession,
    before: VersionQuery = None,
    after: Annotated[int | None, Query(ge=0, description="Without: the newest version.")] = None,
) -> IdentityDiff:
    """What changed between two versions, in sentences; without any named, what the newest draft would change."""
    old = _load(session, caller.workspace_id, before)
    if after is None:
        newest = all_versions(session, caller.workspace_id)
        after = newest[0].version if newest else 0
    new = _load(session, caller.workspace_id, after)
    return IdentityDiff(before=old.version, after=new.version, changes=rule_changes(old.rules, new.rules))


@router.put("/rules/draft", operation_id="draft_identity_rules", summary="Keep identity rules", responses=problems(400))
def draft_identity_rules(
    body: IdentityDraft, caller: Writer, session: WriteSession, context: ContextDep
) -> IdentityRulesOut:
    """Check the rules and keep them as a new version, which is not in force. The same again is the same version."""
    return _draft(session, caller, context, _rules_in(body.rules, "body.rules"), body.note)


async def _text(request: Request) -> str:
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as exc:
        raise InvalidRequest("The text is not UTF-8.", cure="Save the file as UTF-8.", path="body") from exc


@router.put(
    "/rules/draft.yaml",
    operation_id="import_identity_rules",
    summary="Keep identity rules from YAML",
    responses=problems(400),
    openapi_extra={"requestBody": {"required": True, "content": {_YAML: {"schema": {"type": "string"}}}}},
)
def import_identity_rules(
    text: Annotated[str, Depends(_text)],
    caller: Writer,
    session: WriteSession,
    context: ContextDep,
    note: Annotated[str, Query(max_length=200)] = "",
) -> IdentityRulesOut:
    """As `draft_identity_rules`, from a file as `export_identity_rules` writes it."""
    return _draft(session, caller, context, rules_of_yaml(text), note)


@router.post(
    "/what-if",
    operation_id="try_identity_rules",
    summary="What rules would change",
    status_code=202,
    responses=problems(400, 404),
)
def try_identity_rules(
    body: IdentityWhatIf, caller: Writer, session: WriteSession, context: ContextDep
) -> IdentityRunRef:
    """Let a job find out who would become one person and who would fall apart. Nothing is changed."""
    if (body.version is None) == (body.rules is None):
        raise InvalidRequest("Name a version or give rules, not both.", cure="Leave one of them out.", path="body")
    if body.rules is not None:
        rules = _rules_in(body.rules, "body.rules")
    else:
        rules = _load(session, caller.workspace_id, body.version).rules
    run_id = new_id("idr")
    job_id = enqueue(
        session, WHAT_IF_JOB, {"run_id": run_id}, workspace_id=caller.workspace_id, clock=context.clock,
        request_id=caller.request_id,
    )  # fmt: skip
    audit(session, caller, "identity_rules.tried", "identity_run", run_id)
    return _run(session, caller, context, run_id, "what_if", body.version, rules, job_id)


@router.post(
    "/rules/apply",
    operation_id="apply_identity_rules",
    summary="Put identity rules in force",
    status_code=202,
    responses=problems(404),
)
def apply_identity_rules(
    body: IdentityApply, caller: Writer, session: WriteSession, context: ContextDep
) -> IdentityRunRef:
    """Let a job put a version in force and change everything that it would have otherwise. Applying an older version
    takes the later ones back. A job that is cancelled leaves the version in force and the rest undone; applying again
    goes on.
    """
    found = _load(session, caller.workspace_id, body.version)
    version = found.version
    if not version:  # what is built in is kept as a version, so that the history tells when it came back
        version = _keep(session, caller, context, found.rules, "").version
    run_id = new_id("idr")
    payload = {"run_id": run_id, "version": version}
    job_id = enqueue(
        session, APPLY_JOB, payload, workspace_id=caller.workspace_id, key="rules", clock=context.clock,
        request_id=caller.request_id,
    )  # fmt: skip
    audit(session, caller, "identity_rules.applied", "identity_rules", str(version), {"number": version})
    return _run(session, caller, context, run_id, "apply", version, found.rules, job_id)


@router.get(
    "/runs/{identity_run_id}",
    operation_id="get_identity_run",
    summary="What rules would change, or did",
    responses=problems(404),
)
def get_identity_run(identity_run_id: str, caller: Reader, session: ReadSession, context: ContextDep) -> IdentityRunOut:
    """How far it is, and its result. Names and identifiers are masked."""
    row = session.get(IdentityRun, identity_run_id)
    if row is None or row.workspace_id != caller.workspace_id:
        raise NotFound("There is no such run.", cure="Try the rules again.")
    return _run_out(row, caller, session, context)


@router.get("/runs", operation_id="list_identity_runs", summary="Newest runs of identity rules")
def list_identity_runs(caller: Reader, session: ReadSession) -> IdentityRunList:
    """The newest what-ifs and applications, at most fifty."""
    rows = session.scalars(
        select(IdentityRun)
        .where(IdentityRun.workspace_id == caller.workspace_id)
        .order_by(IdentityRun.id.desc())
        .limit(_KEPT_RUNS)
    )
    return IdentityRunList(items=[_run_summary(row, session) for row in rows])


def rules_of_yaml(text: str) -> RuleSet:
    """The rules in a YAML document.

    Raises:
        InvalidRequest: it cannot be read, or a part of it is unusable.
    """
    try:
        yaml: Any = import_module("yaml")  # an extra
    except ImportError as exc:
        raise InvalidRequest("YAML cannot be read here.", cure="Send JSON, or install tributary[matching].") from exc
    try:
        _check_yaml(yaml, text)
    except yaml.YAMLError as exc:
        place = getattr(exc, "problem_mark", None)
        line = place.line + 1 if place is not None else 1
        raise InvalidRequest(
            f"The text is not YAML: the mistake is at line {line}.", cure="Check its indents.", path=f"body:{line}"
        ) from exc
    return read_rules(text)


def _check_yaml(yaml: Any, text: str) -> None:
    """Refuse what would cost much more to read than it is long."""
    depth = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise InvalidRequest(
                "The identity rules use aliases of YAML.", cure="Write out what `*…` stands for.", path="body"
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _YAML_DEPTH:
            raise InvalidRequest(
                "The identity rules are nested too deeply.",
                cure="Mend the place that is named; an export shows the form.",
                path=f"body:{event.start_mark.line + 1}",
            )


def _as_yaml(rules: RuleSet) -> str:
    try:
        return write_rules(rules)
    except ImportError as exc:
        raise InvalidRequest("YAML cannot be read here.", cure="Send JSON, or install tributary[matching].") from exc


def _rules_in(document: dict[str, Any], path: str) -> RuleSet:
    try:
        rules = msgspec.convert(document, RuleSet)
    except msgspec.ValidationError as exc:
        what, _, where = str(exc).partition(" - at `$")
        raise InvalidRequest(
            f"The identity rules cannot be read: {what}.",
            cure="Mend the place that is named; an export shows the form.",
            path=path + where.rstrip("`"),
        ) from exc
    check_rules(rules)
    return rules


def _load(session: Session, workspace_id: int, version: int | None) -> RulesVersion:
    if version == 0:
        return RulesVersion(0, RuleSet(), "", "", None, None)
    return load_rules(session, workspace_id, version)


def _draft(session: Session, caller: Principal, context: ContextDep, rules: RuleSet, note: str) -> IdentityRulesOut:
    newest = all_versions(session, caller.workspace_id)[:1]
    kept = newest[0] if newest and newest[0].rules == rules else _keep(session, caller, context, rules, note)
    return _rules_out(kept, load_rules(session, caller.workspace_id).version)


def _keep(session: Session, caller: Principal, context: ContextDep, rules: RuleSet, note: str) -> RulesVersion:
    kept = draft_rules(
        session, caller.workspace_id, rules, note=note.strip(), by=caller.actor_id, now=context.clock.now()
    )
    audit(session, caller, "identity_rules.drafted", "identity_rules", str(kept.version), {"number": kept.version})
    return kept


def _rules_out(found: RulesVersion, current: int) -> IdentityRulesOut:
    built_in = {each.name: each for each in DEFAULT_TYPES}
    composites = {each.name for each in found.rules.composites}

    def origin(name: str, value: object) -> str:
        if name in composites:
            return "composite"
        if name not in built_in:
            return "own"
        return "built_in" if built_in[name] == value else "changed"

    return IdentityRulesOut(
        **_version_out(found, current).model_dump(),
        rules=msgspec.to_builtins(found.rules),
        types=[
            IdentityTypeOut.model_validate(msgspec.to_builtins(each) | {"origin": origin(each.name, each)})
            for each in found.rules.every_type()
        ],
    )


def _version_out(found: RulesVersion, current: int) -> IdentityVersionOut:
    return IdentityVersionOut(
        version=found.version,
        note=found.note,
        created_by=found.created_by,
        created_at=found.created_at,
        applied_at=found.applied_at,
        is_in_force=found.version == current,
    )


def _run(
    session: Session,
    caller: Principal,
    context: ContextDep,
    run_id: str,
    kind: str,
    version: int | None,
    rules: RuleSet,
    job_id: str,
) -> IdentityRunRef:
    mine = IdentityRun.workspace_id == caller.workspace_id
    # A job that was still waiting was given the newer request; its run has nothing left to tell.
    session.execute(delete(IdentityRun).where(mine, IdentityRun.job_id == job_id))
    old = select(IdentityRun.id).where(mine).order_by(IdentityRun.id.desc()).offset(_KEPT_RUNS - 1)
    session.execute(delete(IdentityRun).where(IdentityRun.id.in_(list(session.scalars(old)))))
    session.add(
        IdentityRun(
            id=run_id,
            workspace_id=caller.workspace_id,
            kind=kind,
            version=version,
            definition=msgspec.to_builtins(rules),
            job_id=job_id,
            created_by=caller.actor_id,
            created_at=context.clock.now(),
            finished_at=None,
            result=None,
        )
    )
    return IdentityRunRef(run_id=run_id, job_id=job_id)


def _run_out(row: IdentityRun, caller: Principal, session: Session, context: ContextDep) -> IdentityRunOut:
    result = row.result
    return IdentityRunOut.model_validate(
        _run_summary(row, session).model_dump()
        | {
            "impact": _impact(result, caller, session, context) if result and row.kind == "what_if" else None,
            "carried_out": result if row.kind == "apply" else None,
        }
    )


def _run_summary(row: IdentityRun, session: Session) -> IdentityRunSummary:
    state, done, total, error = "succeeded", 0, None, None
    with suppress(NotFound):  # jobs are forgotten sooner than their results
        job = get_job(session, row.workspace_id, row.job_id)
        state, done, total, error = job.state, job.done, job.total, job.error
    return IdentityRunSummary.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "version": row.version,
            "state": state,
            "job_id": row.job_id,
            "done": done,
            "total": total,
            "error": error,
            "created_by": row.created_by,
            "created_at": row.created_at,
            "finished_at": row.finished_at,
        }
    )


def _impact(result: dict[str, Any], caller: Principal, session: Session, context: ContextDep) -> dict[str, Any]:
    shown = [*result["largest"], *result["samples"]]
    summary = summaries(session, context, caller, sorted({each for change in shown for each in change["before"]}))
    names = names_of(session, {int(id_) for change in shown for id_, _ in change["identifiers"]})
    titles = dict(
        session.execute(
            select(Audience.id, Audience.name).where(
                Audience.workspace_id == caller.workspace_id,
                Audience.id.in_([each["audience_id"] for each in result["audiences"]]),
            )
        ).all()
    )

    def change(told: dict[str, Any]) -> dict[str, Any]:
        return told | {
            "before": [summary(each) for each in told["before"]],
            "after": [encode_profile_id(each) for each in told["after"]],
            "identifiers": [
                {
                    "id": encode_identifier_id(int(id_)),
                    "type": names[int(id_)][0],
                    "value": mask_identifier(*names[int(id_)]),
                    "profile_id": encode_profile_id(owner) if owner else None,
                }
                for id_, owner in told["identifiers"]
                if int(id_) in names
            ],
        }

    return result | {
        "largest": [change(each) for each in result["largest"]],
        "samples": [change(each) for each in result["samples"]],
        "audiences": [each | {"name": titles.get(each["audience_id"], "")} for each in result["audiences"]],
    }
