"""Campaigns: create, change, launch, pause, resume, cancel — and look at their deliveries.

draft ──launch──► checking ──(assigned, gated)──► sending ──(nothing left)──► done
          └─► scheduled ──(its time)──┘              ⇅ pause / resume
every state but done ──cancel──► cancelled
every state ──duplicate──► another draft
draft, done, cancelled ──archive──► the same, left out of lists ──restore──► the same

A draft may be saved unfinished, and often: its newest version is written over, and `revision` counts the changes. A
version that was saved with a note is kept, and the next change begins another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, update

from tributary.access import Principal, audit
from tributary.core.changes import changes
from tributary.core.ids import new_id
from tributary.errors import Conflict, NotFound
from tributary.jobs import enqueue
from tributary.messaging.blocks import FooterBlock, TextBlock
from tributary.messaging.compose import CampaignView
from tributary.messaging.content import HOLDOUT, ArmContent, Content
from tributary.messaging.outbox import OPEN_STATES
from tributary.messaging.refusals import TimeHasPassed, refusal
from tributary.store import Session
from tributary.store.tables.access import Workspace
from tributary.store.tables.audiences import Audience
from tributary.store.tables.messaging import Assignment, Campaign, CampaignVersion, Delivery

LAUNCH_JOB = "campaign.launch"
MAX_NAME = 200  # characters
_SERIES = timedelta(minutes=30)  # changes of one person with shorter pauses are one piece of work in the audit log
_LATE = timedelta(minutes=1)  # a start that was meant for now may come this late: clocks differ, and forms take time


def create_campaign(
    session: Session, caller: Principal, *, name: str, audience_id: str | None = None, content: Content | None = None
) -> Campaign:
    """A new draft at version 1. Without content it gets an arm `a` to be written, and a tenth of the people as holdout.

    Raises:
        NotFound: there is no such audience here.
    """
    campaign = _new_draft(session, caller, name, audience_id or "", content or _first_content())
    audit(session, caller, "campaign.created", "campaign", campaign.id, {"audience_id": audience_id})
    return campaign


def _first_content() -> Content:
    message = ArmContent(name="a", weight=90, blocks=[TextBlock(), FooterBlock()])
    return Content(arms=[message, ArmContent(name=HOLDOUT, weight=10)])


def duplicate_campaign(session: Session, caller: Principal, campaign_id: str) -> Campaign:
    """A new draft with the audience and the newest content of a campaign, whatever state that is in.

    Raises:
        NotFound: there is no such campaign here.
    """
    original = get_campaign(session, caller.workspace_id, campaign_id)
    mark = " (copy)"
    copy = _new_draft(
        session,
        caller,
        original.name[: MAX_NAME - len(mark)] + mark,
        original.audience_id,
        get_content(session, original, original.version),
    )
    details = {"copied_from": campaign_id, "version": original.version}
    audit(session, caller, "campaign.duplicated", "campaign", copy.id, details)
    return copy


def _new_draft(session: Session, caller: Principal, name: str, audience_id: str, content: Content) -> Campaign:
    now, campaign_id = caller.clock.now(), new_id("cmp")
    if audience_id:
        _audience(session, caller.workspace_id, audience_id)
    campaign = Campaign(
        id=campaign_id,
        workspace_id=caller.workspace_id,
        name=name,
        state="draft",
        resume_state=None,
        audience_id=audience_id,
        audience_run=None,
        version=1,
        revision=1,
        launched_version=None,
        salt=campaign_id,
        cursor=0,
        scheduled_at=None,
        launched_at=None,
        finished_at=None,
        archived_at=None,
        error=None,
        headline=None,
        created_by=caller.actor_id,
        created_at=now,
        updated_at=now,
    )
    session.add(campaign)
    session.flush()
    _add_version(session, caller, campaign, content)
    return campaign


def update_campaign(
    session: Session,
    caller: Principal,
    campaign_id: str,
    *,
    base_revision: int,
    name: str | None = None,
    audience_id: str | None = None,
    content: Content | None = None,
    note: str | None = None,
) -> Campaign:
    """Change a draft; None leaves a part as it is. The content takes the place of the newest version's, unless that was
    kept; a `note` keeps the version as it is now.

    `base_revision` is the revision that the change was made from.

    Raises:
        NotFound: there is no such campaign or audience here.
        Conflict: it is not a draft any more, or somebody saved another change since.
    """
    campaign = _locked(session, caller.workspace_id, campaign_id)
    if campaign.state != "draft" or campaign.archived_at is not None:
        raise refusal(campaign, "update")
    if base_revision != campaign.revision:
        raise Conflict(
            f"Revision {campaign.revision} was saved meanwhile; you changed revision {base_revision}.",
            cure="Load the newest content and make the change again.",
            revision=campaign.revision,
        )
    touched: list[str] = []
    if name is not None and name != campaign.name:
        campaign.name = name
        touched.append("name")
    if audience_id is not None and audience_id != campaign.audience_id:
        _audience(session, caller.workspace_id, audience_id)
        campaign.audience_id = audience_id
        touched.append("audience_id")
    is_worth_noting = bool(touched) or note is not None
    if content is not None:
        paths, is_first_of_them = _write_content(session, caller, campaign, content)
        touched += paths
        is_worth_noting |= is_first_of_them
    if note is not None:
        session.get_one(CampaignVersion, (campaign_id, campaign.version)).note = note
        touched.append("note")
    if touched:
        campaign.updated_at = caller.clock.now()
        campaign.revision += 1
    if touched and is_worth_noting:
        details = {"changed": touched[:50], "version": campaign.version}
        audit(session, caller, "campaign.updated", "campaign", campaign_id, details)
    return campaign


def _write_content(session: Session, caller: Principal, campaign: Campaign, content: Content) -> tuple[list[str], bool]:
    """Save other content; which paths differ, and whether this is the first of a series of changes by one person."""
    newest = session.get_one(CampaignVersion, (campaign.id, campaign.version))
    after = content.model_dump(mode="json")
    before = Content.model_validate(newest.content).model_dump(mode="json")
    paths = [change.path for change in changes(before, after)]
    if not paths:
        return [], False
    if newest.note is not None:
        campaign.version += 1
        _add_version(session, caller, campaign, content)
        return paths, True
    now = caller.clock.now()
    is_series = newest.created_by == caller.actor_id and now - newest.created_at < _SERIES and campaign.revision > 1
    newest.content, newest.created_by, newest.created_at = after, caller.actor_id, now
    return paths, not is_series


def launch_campaign(
    session: Session,
    caller: Principal,
    campaign_id: str,
    *,
    scheduled_at: datetime | None = None,
    revision: int | None = None,
) -> Campaign:
    """Freeze the content and start, now or at `scheduled_at`. Run `check_campaign` first: this does not judge content.

    `revision` is the one that was checked. The members of the audience are those of its newest computation at the
    start.

    Raises:
        NotFound: there is no such campaign here.
        Conflict: it is not a draft, was changed since `revision`, has no audience, or that has never been computed.
        TimeHasPassed: `scheduled_at` is over.
    """
    campaign = _locked(session, caller.workspace_id, campaign_id)
    if campaign.state != "draft" or campaign.archived_at is not None:
        raise refusal(campaign, "launch")
    if revision is not None and revision != campaign.revision:
        raise Conflict(
            "The campaign was changed while it was being checked.",
            cure="Look at the newest content, then launch again.",
        )
    now = caller.clock.now()
    if scheduled_at is not None and scheduled_at < now - _LATE:
        raise TimeHasPassed(
            f"{scheduled_at.isoformat()} has passed; it is {now.isoformat(timespec='seconds')} now.",
            cure="Give a later time, or none to start at once. Check the zone of the time.",
            path="scheduled_at",
        )
    if not campaign.audience_id:
        raise Conflict("The campaign has no audience yet.", cure="Choose who gets it, then launch again.")
    audience = _audience(session, caller.workspace_id, campaign.audience_id)
    if audience.current_run is None:
        raise Conflict("The audience has never been computed.", cure="Refresh the audience, then launch again.")
    if audience.is_archived:
        raise Conflict("The audience is archived.", cure="Bring it back or choose another one, then launch again.")
    is_later = scheduled_at is not None and scheduled_at > now
    campaign.state = "scheduled" if is_later else "checking"
    campaign.launched_version = campaign.version
    campaign.scheduled_at = scheduled_at if is_later else None
    campaign.error, campaign.updated_at = None, now
    enqueue(
        session,
        LAUNCH_JOB,
        {"campaign_id": campaign.id},
        workspace_id=caller.workspace_id,
        key=campaign.id,
        not_before=scheduled_at if is_later else None,
        request_id=caller.request_id,
        clock=caller.clock,
    )
    audit(
        session, caller, "campaign.launched", "campaign", campaign_id,
        {
            "version": campaign.version, "audience_id": campaign.audience_id,
            "scheduled_at": campaign.scheduled_at.isoformat() if campaign.scheduled_at else None,
        },
    )  # fmt: skip
    return campaign


def pause_campaign(session: Session, caller: Principal, campaign_id: str) -> Campaign:
    """Send nothing more until it is resumed. What a server is just being given may still go out.

    Raises:
        NotFound: there is no such campaign here.
        Conflict: it is neither scheduled nor sending.
    """
    campaign = _locked(session, caller.workspace_id, campaign_id)
    if campaign.state not in ("scheduled", "sending"):
        raise refusal(campaign, "pause")
    campaign.resume_state, campaign.state = campaign.state, "paused"
    campaign.updated_at = caller.clock.now()
    audit(session, caller, "campaign.paused", "campaign", campaign_id)
    return campaign


def resume_campaign(session: Session, caller: Principal, campaign_id: str) -> Campaign:
    """Go on where it was paused. A start whose time has passed meanwhile happens now.

    Raises:
        NotFound: there is no such campaign here.
        Conflict: it is not paused.
    """
    campaign = _locked(session, caller.workspace_id, campaign_id)
    if campaign.state != "paused" or campaign.resume_state is None:
        raise refusal(campaign, "resume")
    campaign.state, campaign.resume_state = campaign.resume_state, None
    campaign.updated_at = caller.clock.now()
    if campaign.state == "scheduled":
        enqueue(
            session, LAUNCH_JOB, {"campaign_id": campaign.id}, workspace_id=caller.workspace_id, key=campaign.id,
            not_before=campaign.scheduled_at, request_id=caller.request_id, clock=caller.clock,
        )  # fmt: skip
    audit(session, caller, "campaign.resumed", "campaign", campaign_id)
    return campaign


def cancel_campaign(session: Session, caller: Principal, campaign_id: str) -> Campaign:
    """End it for good. What was sent stays sent and is still measured.

    Raises:
        NotFound: there is no such campaign here.
        Conflict: it has ended already.
    """
    campaign = _locked(session, caller.workspace_id, campaign_id)
    if campaign.state in ("done", "cancelled"):
        raise refusal(campaign, "cancel")
    now = caller.clock.now()
    campaign.state, campaign.resume_state, campaign.finished_at, campaign.updated_at = "cancelled", None, now, now
    session.execute(
        update(Delivery)
        .where(Delivery.campaign_id == campaign_id, Delivery.state == "queued")
        .values(state="cancelled", updated_at=now)
    )
    audit(session, caller, "campaign.cancelled", "campaign", campaign_id)
    return campaign


def archive_campaign(session: Session, caller: Principal, campaign_id: str) -> Campaign:
    """Leave it out of lists. Nothing is lost: its report stays, and `restore_campaign` brings it back.

    Raises:
        NotFound: there is no such campaign here.
        Conflict: it is under way.
    """
    campaign = _locked(session, caller.workspace_id, campaign_id)
    if campaign.state not in ("draft", "done", "cancelled"):
        raise refusal(campaign, "archive")
    if campaign.archived_at is None:
        campaign.archived_at = campaign.updated_at = caller.clock.now()
        audit(session, caller, "campaign.archived", "campaign", campaign_id)
    return campaign


def restore_campaign(session: Session, caller: Principal, campaign_id: str) -> Campaign:
    """Bring an archived campaign back into lists.

    Raises:
        NotFound: there is no such campaign here.
    """
    campaign = _locked(session, caller.workspace_id, campaign_id)
    if campaign.archived_at is not None:
        campaign.archived_at, campaign.updated_at = None, caller.clock.now()
        audit(session, caller, "campaign.restored", "campaign", campaign_id)
    return campaign


def finish_campaigns(session: Session, *, now: datetime) -> None:
    """Campaigns that have nothing left to send are done."""
    is_open = exists().where(Delivery.campaign_id == Campaign.id, Delivery.state.in_(OPEN_STATES))
    session.execute(
        update(Campaign)
        .where(Campaign.state == "sending", ~is_open)
        .values(state="done", finished_at=now, updated_at=now)
    )


def get_campaign(session: Session, workspace_id: int, campaign_id: str) -> Campaign:
    """One campaign of the workspace.

    Raises:
        NotFound: there is none with this id here.
    """
    campaign = session.get(Campaign, campaign_id)
    if campaign is None or campaign.workspace_id != workspace_id:
        raise NotFound("There is no campaign with this id here.", cure="List the campaigns and take an id from there.")
    return campaign


def list_campaigns(
    session: Session,
    workspace_id: int,
    *,
    before: str | None = None,
    limit: int = 50,
    states: Sequence[str] = (),
    search: str = "",
    is_archived: bool = False,
) -> Sequence[Campaign]:
    """The newest campaigns first, those with an id below `before`: the archived ones or the others.

    If they are given, only in one of `states`, and with `search` in the name.
    """
    archived = Campaign.archived_at.is_not(None) if is_archived else Campaign.archived_at.is_(None)
    query = select(Campaign).where(Campaign.workspace_id == workspace_id, archived)
    if before is not None:
        query = query.where(Campaign.id < before)
    if states:
        query = query.where(Campaign.state.in_(states))
    if search.strip():
        query = query.where(Campaign.name.icontains(search.strip(), autoescape=True))
    return session.scalars(query.order_by(Campaign.id.desc()).limit(limit)).all()


def list_versions(session: Session, campaign: Campaign) -> Sequence[CampaignVersion]:
    """The versions of its content, newest first."""
    query = select(CampaignVersion).where(CampaignVersion.campaign_id == campaign.id)
    return session.scalars(query.order_by(CampaignVersion.version.desc())).all()


def get_content(session: Session, campaign: Campaign, version: int | None = None) -> Content:
    """The content of a version; without one, what was launched, or else the newest.

    Raises:
        NotFound: there is no such version.
    """
    wanted = version or campaign.launched_version or campaign.version
    row = session.get(CampaignVersion, (campaign.id, wanted))
    if row is None:
        raise NotFound(f"The campaign has no version {wanted}.", cure=f"Versions go from 1 to {campaign.version}.")
    return Content.model_validate(row.content)


def campaign_view(session: Session, workspace_id: int, campaign_id: str, *, version: int | None = None) -> CampaignView:
    """What composing a message needs to know of a campaign.

    Raises:
        NotFound: there is no such campaign or version here.
    """
    campaign = get_campaign(session, workspace_id, campaign_id)
    workspace = session.get(Workspace, workspace_id)
    return CampaignView(
        id=campaign.id,
        workspace_id=workspace_id,
        workspace_name=workspace.name if workspace else "",
        name=campaign.name,
        version=version or campaign.launched_version or campaign.version,
        content=get_content(session, campaign, version),
        revision=campaign.revision,
    )


def list_deliveries(
    session: Session,
    workspace_id: int,
    campaign_id: str,
    *,
    after: str | None = None,
    limit: int = 50,
    state: str | None = None,
    reason: str | None = None,
) -> Sequence[Delivery]:
    """Deliveries of a campaign in the order of their ids, those after `after`.

    Raises:
        NotFound: there is no such campaign here.
    """
    get_campaign(session, workspace_id, campaign_id)
    query = select(Delivery).where(Delivery.campaign_id == campaign_id)
    if after is not None:
        query = query.where(Delivery.id > after)
    if state is not None:
        query = query.where(Delivery.state == state)
    if reason is not None:
        query = query.where(Delivery.reason == reason)
    return session.scalars(query.order_by(Delivery.id).limit(limit)).all()


def delivery_counts(session: Session, campaign_id: str) -> dict[tuple[str, str, str | None], int]:
    """(arm, state, reason) → deliveries."""
    rows = session.execute(
        select(Delivery.arm, Delivery.state, Delivery.reason, func.count())
        .where(Delivery.campaign_id == campaign_id)
        .group_by(Delivery.arm, Delivery.state, Delivery.reason)
    )
    return {(arm, state, reason): count for arm, state, reason, count in rows}


def assigned_counts(session: Session, campaign_id: str) -> dict[str, int]:
    """Arm → people assigned to it."""
    rows = session.execute(
        select(Assignment.arm, func.count()).where(Assignment.campaign_id == campaign_id).group_by(Assignment.arm)
    )
    return {arm: int(count) for arm, count in rows}


def _add_version(session: Session, caller: Principal, campaign: Campaign, content: Content) -> None:
    session.add(
        CampaignVersion(
            campaign_id=campaign.id,
            version=campaign.version,
            workspace_id=campaign.workspace_id,
            content=content.model_dump(mode="json"),
            note=None,
            created_by=caller.actor_id,
            created_at=caller.clock.now(),
        )
    )
    session.flush()


def _audience(session: Session, workspace_id: int, audience_id: str) -> Audience:
    audience = session.get(Audience, audience_id)
    if audience is None or audience.workspace_id != workspace_id:
        raise NotFound("There is no audience with this id here.", cure="List the audiences and take an id from there.")
    return audience


def _locked(session: Session, workspace_id: int, campaign_id: str) -> Campaign:
    query = select(Campaign).where(Campaign.id == campaign_id, Campaign.workspace_id == workspace_id)
    campaign = session.scalars(query.with_for_update()).one_or_none()
    if campaign is None:
        raise NotFound("There is no campaign with this id here.", cure="List the campaigns and take an id from there.")
    return campaign
