"""Campaigns: write, try out, launch, watch, measure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import select

from tributary import messaging
from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.campaign_people import CountedReason, reason_text
from tributary.api.campaign_report import CampaignReportOut, report_out
from tributary.api.context import Context, ContextDep, ReadSession, WriteSession
from tributary.api.definitions import Author
from tributary.api.locale import LocaleDep, Text
from tributary.api.messages import CheckProblemOut, MessagePreviewOut, check_problem_out, template_problem_out
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.people import note_revealed, own_profile
from tributary.api.problems import problems
from tributary.core.ids import encode_profile_id
from tributary.errors import Conflict
from tributary.messaging import Content
from tributary.rules import Locale
from tributary.store import Session
from tributary.store.tables.audiences import Audience
from tributary.store.tables.messaging import Campaign, CampaignVersion, Delivery

router = APIRouter(prefix="/campaigns", tags=["campaigns"])

Reader = Annotated[Principal, requires("campaigns:read")]
Writer = Annotated[Principal, requires("campaigns:write")]
Sending = Annotated[Principal, requires("campaigns:send")]
CampaignState = Literal["draft", "scheduled", "checking", "sending", "paused", "done", "cancelled"]
DeliveryState = Literal[
    "queued", "sending", "handing_over", "sent", "rejected", "bounced", "failed", "cancelled", "unknown"
]


class LaunchError(BaseModel):
    """Why the last attempt to start the campaign stopped."""

    code: str
    message: Text
    cure: Text | None


class LiftOut(BaseModel):
    """How much more of those with a message converted than of the holdout, relative to it, with its 95 % interval."""

    value: float
    low: float | None
    high: float | None
    is_significant: bool


class HeadlineOut(BaseModel):
    """The report's main numbers as they were `as_of`; the report has those of now."""

    as_of: datetime
    is_final: bool
    people: int = Field(description="Distinct persons in arms with a message.")
    converted: int | None = Field(description="Of these; null without a goal.")
    lift: LiftOut | None = Field(description="Null without a holdout, or when it cannot be told.")
    verdict: str = Field(description="The code of the report's verdict.")


class CampaignOut(BaseModel):
    """A campaign without its content."""

    id: str
    name: str
    state: CampaignState
    audience_id: str | None = Field(description="Null in a draft that has none yet.")
    version: int
    revision: int = Field(description="Grows with every change that is saved.")
    launched_version: int | None
    scheduled_at: datetime | None
    launched_at: datetime | None
    finished_at: datetime | None
    archived_at: datetime | None
    error: LaunchError | None
    created_by: Author
    created_at: datetime
    updated_at: datetime
    audience_name: str | None
    sent: int = Field(description="Messages that were handed to the mail server.")
    headline: HeadlineOut | None = Field(description="Null until it is measured for the first time after the launch.")


class CampaignVersionOut(BaseModel):
    """A version of the content. Those with a note are kept; the newest of a draft is written over."""

    version: int
    note: str | None
    is_launched: bool
    saved_by: str
    saved_at: datetime


class CampaignVersionDetail(CampaignVersionOut):
    """A version with its content."""

    content: Content


class CampaignVersionList(BaseModel):
    """All versions, newest first."""

    items: list[CampaignVersionOut]


class CampaignDetail(CampaignOut):
    """A campaign with its content and, after the launch, how far it is."""

    content: Content
    progress: list[CampaignProgress]


class CampaignProgress(BaseModel):
    """How many deliveries of an arm are in a state, and for which reason."""

    arm: str
    state: DeliveryState
    reason: str | None
    text: str | None = Field(description="The reason in words.")
    deliveries: int


class CampaignCreate(Body):
    """A new draft. It may be unfinished; without content it gets an arm `a` to be written, and a holdout of a tenth."""

    name: str = Field(min_length=1, max_length=200)
    audience_id: str | None = Field(None, max_length=40)
    content: Content | None = None


class CampaignUpdate(Body):
    """What to change in a draft; what is absent stays. It may be unfinished."""

    base_revision: int = Field(description="The `revision` that the change was made from.")
    name: str | None = Field(None, min_length=1, max_length=200)
    audience_id: str | None = Field(None, max_length=40)
    content: Content | None = None
    note: str | None = Field(
        None, min_length=1, max_length=200, description="Keep the version as it is now, under this name."
    )


class CampaignLaunch(Body):
    """When to start, and what."""

    base_revision: int | None = Field(
        None, description="The `revision` that was looked at; refused if there is a newer one. Absent: the newest."
    )

    scheduled_at: AwareDatetime | None = Field(None, description="When, with its zone; absent: now.")


class TestSend(Body):
    """A marked copy of what the preview shows, to one address."""

    to: str = Field(min_length=3, max_length=254)
    arm: str | None = Field(None, max_length=40, description="Absent: the first with a message.")
    profile_id: str | None = Field(
        None, description="`prf_…`: whose data fill the template; absent: somebody of whom nothing is known."
    )


class TestSent(BaseModel):
    """The mail server took it."""

    message_id: str


class CheckOut(BaseModel):
    """What a launch now would do; nothing was sent."""

    can_launch: bool
    audience_size: int
    tried: int
    is_exact: bool = Field(description="Whether everybody was tried, or only a sample.")
    would_get: int
    rejected: list[CountedReason]
    would_fail: list[CountedReason]
    problems: list[CheckProblemOut]


class DeliveryOut(BaseModel):
    """What became of one message."""

    id: str
    profile_id: str
    arm: str
    state: DeliveryState
    reason: str | None
    text: str | None = Field(description="The reason in words.")
    detail: str | None
    attempts: int = Field(description="How often it was given to the mail server.")
    message_id: str
    not_before: datetime
    sent_at: datetime | None
    updated_at: datetime


class ReconcileRequest(Body):
    """The Message-IDs that the mail server accepted, from its log."""

    accepted_message_ids: list[Annotated[str, Field(max_length=255)]] = Field(max_length=10_000)
    is_complete: bool = Field(
        description="Whether the list covers all time up to now: then what is missing in it is sent again."
    )
    grace_minutes: float = Field(10, ge=0, description="Leave alone what has been unknown for less than this.")


class ReconcileOut(BaseModel):
    """What became of deliveries of unknown outcome."""

    sent: int
    requeued: int
    unknown: int


@router.get("", operation_id="list_campaigns", summary="Campaigns")
def list_campaigns(
    caller: Reader,
    session: ReadSession,
    page: PageQuery,
    state: Annotated[list[CampaignState] | None, Query(description="Only in one of these states.")] = None,
    search: Annotated[str, Query(max_length=200, description="Only with this in the name.")] = "",
    archived: Annotated[bool, Query(description="Those that were put away, instead.")] = False,
) -> Page[CampaignOut]:
    """The workspace's campaigns, newest first."""
    rows = messaging.list_campaigns(
        session, caller.workspace_id, before=page.after_text(), limit=page.limit + 1, states=state or (),
        search=search, is_archived=archived,
    )  # fmt: skip
    view = _View(session, rows[: page.limit])
    return page_of(rows, page, view.out, lambda row: (row.id,))


@router.post(
    "", operation_id="create_campaign", summary="Create a campaign", status_code=201, responses=problems(404, 422)
)
def create_campaign(body: CampaignCreate, caller: Writer, session: WriteSession, locale: LocaleDep) -> CampaignDetail:
    """Create a draft, finished or not: what is wrong with it is for the check to say."""
    campaign = messaging.create_campaign(
        session, caller, name=body.name, audience_id=body.audience_id, content=body.content
    )
    return _detail(session, campaign, locale)


@router.post("/reconcile", operation_id="reconcile_deliveries", summary="Settle deliveries of unknown outcome")
def reconcile_deliveries(body: ReconcileRequest, caller: Sending, session: WriteSession) -> ReconcileOut:
    """Settle deliveries of unknown outcome by what the mail server's log says."""
    result = messaging.reconcile(
        session, caller.workspace_id, body.accepted_message_ids, now=caller.clock.now(),
        is_complete=body.is_complete, grace=timedelta(minutes=body.grace_minutes),
    )  # fmt: skip
    details = {"sent": result.sent, "requeued": result.requeued, "is_complete": body.is_complete}
    audit(session, caller, "delivery.reconciled", "workspace", "", details)
    return ReconcileOut(sent=result.sent, requeued=result.requeued, unknown=result.unknown)


@router.get("/{campaign_id}", operation_id="get_campaign", summary="One campaign", responses=problems(404))
def get_campaign(campaign_id: str, caller: Reader, session: ReadSession, locale: LocaleDep) -> CampaignDetail:
    """One campaign with its content and progress."""
    return _detail(session, messaging.get_campaign(session, caller.workspace_id, campaign_id), locale)


@router.patch(
    "/{campaign_id}", operation_id="update_campaign", summary="Change a draft", responses=problems(404, 409, 422)
)
def update_campaign(
    campaign_id: str, body: CampaignUpdate, caller: Writer, session: WriteSession, locale: LocaleDep
) -> CampaignDetail:
    """Change a draft, finished or not. Refused when somebody else saved since. Other content takes the place of the
    newest version's, unless that was kept with a note: then it becomes the next version.
    """
    campaign = messaging.update_campaign(
        session, caller, campaign_id, base_revision=body.base_revision, name=body.name,
        audience_id=body.audience_id, content=body.content, note=body.note,
    )  # fmt: skip
    return _detail(session, campaign, locale)


@router.get(
    "/{campaign_id}/preview", operation_id="preview_campaign", summary="See a message", responses=problems(404, 422)
)
def preview_campaign(
    campaign_id: str,
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    locale: LocaleDep,
    arm: Annotated[str | None, Query(max_length=40, description="Absent: the first with a message.")] = None,
    profile_id: Annotated[str | None, Query(description="`prf_…`; absent: somebody of whom nothing is known.")] = None,
) -> MessagePreviewOut:
    """What a person would get in an arm. Needs the right to see personal data unless it is the worst case."""
    view = messaging.campaign_view(session, caller.workspace_id, campaign_id)
    person = None if profile_id is None else _revealed(session, caller, profile_id)
    if person is not None:
        note_revealed(context, caller, "campaign.previewed", [person])
    preview = messaging.preview_message(session, _composer(context), view, arm, person)
    rendered, error = preview.rendered, preview.error
    return MessagePreviewOut(
        arm=preview.arm,
        profile_id=profile_id,
        subject=rendered.subject if rendered else None,
        preheader=preview.preheader,
        html=rendered.html if rendered else None,
        text=rendered.text if rendered else None,
        html_bytes=preview.html_bytes,
        variables=list(preview.variables),
        error=None if error is None else template_problem_out(error, view.content, preview.arm, locale),
    )


@router.post(
    "/{campaign_id}/test",
    operation_id="send_campaign_test",
    summary="Send a test message",
    responses=problems(404, 409, 422, 503),
)
def send_campaign_test(campaign_id: str, body: TestSend, caller: Writer, context: ContextDep) -> TestSent:
    """Send a marked copy to one address. Suppressed addresses get none."""
    with context.store.read() as session:
        view = messaging.campaign_view(session, caller.workspace_id, campaign_id)
        person = None if body.profile_id is None else _revealed(session, caller, body.profile_id)
    message_id = messaging.send_test(
        context.store, _composer(context), context.keys, messaging.SmtpConnection(context.settings.mail), caller,
        view, arm=body.arm, to=body.to, profile_id=person,
    )  # fmt: skip
    return TestSent(message_id=message_id)


@router.get(
    "/{campaign_id}/check", operation_id="check_campaign", summary="Check before the launch", responses=problems(404)
)
def check_campaign(campaign_id: str, caller: Reader, context: ContextDep, locale: LocaleDep) -> CheckOut:
    """Try the campaign on its audience without sending anything: what is wrong, who would get nothing and why."""
    return _check_out(_check(context, caller, campaign_id), locale)


@router.post(
    "/{campaign_id}/launch", operation_id="launch_campaign", summary="Launch a campaign", responses=problems(404, 409)
)
def launch_campaign(
    campaign_id: str, caller: Sending, context: ContextDep, locale: LocaleDep, body: CampaignLaunch | None = None
) -> CampaignDetail:
    """Start the campaign, now or later. Refused while the check finds an error."""
    check = _check(context, caller, campaign_id)
    errors = [each for each in check.problems if each.severity == "error"]
    seen = check.revision if body is None or body.base_revision is None else body.base_revision
    with context.store.begin() as session:
        if errors and messaging.get_campaign(session, caller.workspace_id, campaign_id).state == "draft":
            first = errors[0]
            raise Conflict(first.message.of(locale), cure=first.cure.of(locale), path=first.path)
        campaign = messaging.launch_campaign(
            session, caller, campaign_id, scheduled_at=body.scheduled_at if body else None, revision=seen
        )
        return _detail(session, campaign, locale)


@router.post(
    "/{campaign_id}/duplicate",
    operation_id="duplicate_campaign",
    summary="Copy a campaign",
    status_code=201,
    responses=problems(404),
)
def duplicate_campaign(campaign_id: str, caller: Writer, session: WriteSession, locale: LocaleDep) -> CampaignDetail:
    """Make a new draft with the audience and the newest content of this campaign, to change it or to send it again."""
    return _detail(session, messaging.duplicate_campaign(session, caller, campaign_id), locale)


@router.post(
    "/{campaign_id}/pause", operation_id="pause_campaign", summary="Pause a campaign", responses=problems(404, 409)
)
def pause_campaign(campaign_id: str, caller: Sending, session: WriteSession, locale: LocaleDep) -> CampaignDetail:
    """Send nothing more until it is resumed."""
    return _detail(session, messaging.pause_campaign(session, caller, campaign_id), locale)


@router.post(
    "/{campaign_id}/resume", operation_id="resume_campaign", summary="Resume a campaign", responses=problems(404, 409)
)
def resume_campaign(campaign_id: str, caller: Sending, session: WriteSession, locale: LocaleDep) -> CampaignDetail:
    """Go on where it was paused."""
    return _detail(session, messaging.resume_campaign(session, caller, campaign_id), locale)


@router.post(
    "/{campaign_id}/cancel", operation_id="cancel_campaign", summary="Cancel a campaign", responses=problems(404, 409)
)
def cancel_campaign(campaign_id: str, caller: Sending, session: WriteSession, locale: LocaleDep) -> CampaignDetail:
    """End it for good. What was sent stays sent."""
    return _detail(session, messaging.cancel_campaign(session, caller, campaign_id), locale)


@router.post(
    "/{campaign_id}/archive",
    operation_id="archive_campaign",
    summary="Put a campaign away",
    responses=problems(404, 409),
)
def archive_campaign(campaign_id: str, caller: Writer, session: WriteSession, locale: LocaleDep) -> CampaignDetail:
    """Leave a draft or a campaign that is over out of lists. Nothing is lost."""
    return _detail(session, messaging.archive_campaign(session, caller, campaign_id), locale)


@router.post(
    "/{campaign_id}/restore",
    operation_id="restore_campaign",
    summary="Bring a campaign back",
    responses=problems(404),
)
def restore_campaign(campaign_id: str, caller: Writer, session: WriteSession, locale: LocaleDep) -> CampaignDetail:
    """Bring a campaign that was put away back into lists."""
    return _detail(session, messaging.restore_campaign(session, caller, campaign_id), locale)


@router.get(
    "/{campaign_id}/versions",
    operation_id="list_campaign_versions",
    summary="Versions of the content",
    responses=problems(404),
)
def list_campaign_versions(campaign_id: str, caller: Reader, session: ReadSession) -> CampaignVersionList:
    """The versions of a campaign's content, newest first."""
    campaign = messaging.get_campaign(session, caller.workspace_id, campaign_id)
    rows = messaging.list_versions(session, campaign)
    return CampaignVersionList(items=[CampaignVersionOut.model_validate(_version(campaign, row)) for row in rows])


@router.get(
    "/{campaign_id}/versions/{version}",
    operation_id="get_campaign_version",
    summary="One version of the content",
    responses=problems(404),
)
def get_campaign_version(campaign_id: str, version: int, caller: Reader, session: ReadSession) -> CampaignVersionDetail:
    """One version; to go back to it, save its content again."""
    campaign = messaging.get_campaign(session, caller.workspace_id, campaign_id)
    content = messaging.get_content(session, campaign, version)
    (row,) = [each for each in messaging.list_versions(session, campaign) if each.version == version]
    return CampaignVersionDetail.model_validate({**_version(campaign, row), "content": content})


@router.get(
    "/{campaign_id}/deliveries",
    operation_id="list_deliveries",
    summary="What became of the messages",
    responses=problems(404),
)
def list_deliveries(
    campaign_id: str,
    caller: Reader,
    session: ReadSession,
    page: PageQuery,
    locale: LocaleDep,
    state: Annotated[DeliveryState | None, Query(description="Only those in this state.")] = None,
    reason: Annotated[str | None, Query(max_length=64, description="Only those with this reason.")] = None,
) -> Page[DeliveryOut]:
    """What became of each message, with the reason."""
    rows = messaging.list_deliveries(
        session, caller.workspace_id, campaign_id, after=page.after_text(), limit=page.limit + 1, state=state,
        reason=reason,
    )  # fmt: skip
    return page_of(rows, page, lambda row: _delivery(row, locale), lambda row: (row.id,))


@router.get(
    "/{campaign_id}/report",
    operation_id="get_campaign_report",
    summary="What a campaign was worth",
    responses=problems(404, 409),
)
def get_campaign_report(campaign_id: str, caller: Reader, context: ContextDep, locale: LocaleDep) -> CampaignReportOut:
    """What the campaign was worth: per arm, and against the holdout."""
    report = messaging.report_campaign(
        context.store, context.warehouse, caller.workspace_id, campaign_id, now=context.clock.now()
    )
    with context.store.read() as session:
        is_due = messaging.is_due(messaging.get_campaign(session, caller.workspace_id, campaign_id), report.as_of)
    if is_due:
        messaging.keep_headline(context.store, campaign_id, report)
    return report_out(report, locale)


def _composer(context: Context) -> messaging.Composer:
    return messaging.Composer.of(context.keys, context.clock, context.settings)


def _check(context: Context, caller: Principal, campaign_id: str) -> messaging.CampaignCheck:
    return messaging.check_campaign(
        context.store, context.warehouse, _composer(context), context.keys, caller.workspace_id, campaign_id
    )


def _revealed(session: Session, caller: Principal, profile_id: str) -> int:
    """A person of this workspace, for a caller who may see personal data."""
    caller.require("profiles:reveal")
    return own_profile(session, caller.workspace_id, profile_id)


class _View:
    """Campaigns with what lists show beside them."""

    def __init__(self, session: Session, rows: Sequence[Campaign]) -> None:
        wanted = {row.audience_id for row in rows}
        found = session.execute(select(Audience.id, Audience.name).where(Audience.id.in_(wanted)))
        self._audiences = dict(found.all())
        self._sent = messaging.sent_counts(session, [row.id for row in rows if row.launched_at is not None])

    def fields(self, row: Campaign) -> dict[str, Any]:
        """What every answer says of a campaign."""
        special = {"audience_id", "audience_name", "sent"}
        fields = {name: getattr(row, name) for name in CampaignOut.model_fields if name not in special}
        fields["audience_id"], fields["audience_name"] = row.audience_id or None, self._audiences.get(row.audience_id)
        return fields | {"sent": self._sent.get(row.id, 0)}

    def out(self, row: Campaign) -> CampaignOut:
        """One line of the list."""
        return CampaignOut.model_validate(self.fields(row))


def _detail(session: Session, row: Campaign, locale: Locale) -> CampaignDetail:
    session.flush()
    counts = sorted(
        messaging.delivery_counts(session, row.id).items(), key=lambda item: tuple(str(part) for part in item[0])
    )
    progress = [
        {"arm": arm, "state": state, "reason": reason, "text": reason_text(reason, locale), "deliveries": count}
        for (arm, state, reason), count in counts
    ]
    content = messaging.get_content(session, row)
    fields = _View(session, [row]).fields(row)
    return CampaignDetail.model_validate({**fields, "content": content, "progress": progress})


def _version(campaign: Campaign, row: CampaignVersion) -> dict[str, Any]:
    return {
        "version": row.version, "note": row.note, "is_launched": row.version == campaign.launched_version,
        "saved_by": row.created_by, "saved_at": row.created_at,
    }  # fmt: skip


def _delivery(row: Delivery, locale: Locale) -> DeliveryOut:
    names = [name for name in DeliveryOut.model_fields if name not in ("profile_id", "text")]
    fields: dict[str, Any] = {name: getattr(row, name) for name in names}
    fields |= {"profile_id": encode_profile_id(row.profile_id), "text": reason_text(row.reason, locale)}
    return DeliveryOut.model_validate(fields)


def _check_out(check: messaging.CampaignCheck, locale: Locale) -> CheckOut:
    return CheckOut(
        can_launch=check.can_launch,
        audience_size=check.audience_size,
        tried=check.tried,
        is_exact=check.is_exact,
        would_get=check.would_get,
        rejected=[
            CountedReason(reason=reason, text=reason_text(reason, locale) or reason, people=people, example=None)
            for reason, people in sorted(check.rejected.items())
        ],
        would_fail=[
            CountedReason(
                reason=reason,
                text=messaging.failure_words(reason).of(locale),
                people=people,
                example=encode_profile_id(check.examples[reason]),
            )
            for reason, people in sorted(check.would_fail.items())
        ],
        problems=[check_problem_out(each, locale) for each in check.problems],
    )
