"""Campaigns: what is meant to be said, who was put in which arm, and what became of every message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class Campaign(Base):
    """A one-off send to an audience.

    `state` is `draft`, `scheduled`, `checking` (people are being assigned and gated), `sending`, `paused`, `done` or
    `cancelled`. `version` is the newest content; at launch it is frozen as `launched_version` together with
    `audience_run`, and `launched_at` is the moment from which conversions count. `revision` grows with every change
    that is saved, also when the content of a draft's version is written over. `salt` seeds the arms. `cursor` is
    the last profile that the launch has handled, so that it goes on there after a crash. `resume_state` is what a
    paused campaign goes back to. `error` says why the last launch attempt stopped. `headline` holds the report's main
    numbers as they were last computed. An archived campaign is only left out of lists. `audience_id` is '' in a draft
    that has none yet.
    """

    __tablename__ = "campaigns"
    __table_args__ = (Index("ix_campaigns_workspace_id_id", "workspace_id", "id"), Index("ix_campaigns_state", "state"))

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[int]
    name: Mapped[str]
    state: Mapped[str] = mapped_column(String(16))
    resume_state: Mapped[str | None] = mapped_column(String(16))
    audience_id: Mapped[str] = mapped_column(String(40))
    audience_run: Mapped[int | None]
    version: Mapped[int]
    revision: Mapped[int] = mapped_column(server_default="1")
    launched_version: Mapped[int | None]
    salt: Mapped[str] = mapped_column(String(40))
    cursor: Mapped[int]
    scheduled_at: Mapped[datetime | None]
    launched_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    error: Mapped[dict[str, Any] | None]
    headline: Mapped[dict[str, Any] | None]
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class CampaignVersion(Base):
    """One version of a campaign's content: arms with weights and templates, goal.

    The newest version of a draft is written over by the next change, unless it was kept with a `note`. Versions that
    were kept or launched are never changed.
    """

    __tablename__ = "campaign_versions"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    content: Mapped[dict[str, Any]]
    note: Mapped[str | None] = mapped_column(String(200))
    created_by: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]


class Assignment(Base):
    """Which arm a member of the audience belongs to, the holdout included.

    Written at launch, for every member, before anything else is asked: measurement compares the people that were
    assigned, not those that could be reached.
    """

    __tablename__ = "assignments"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True)
    profile_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[int]
    arm: Mapped[str] = mapped_column(String(40))


class Delivery(Base):
    """One message to one person: the outbox, and afterwards the record of what happened.

    `state`: `queued` (may be claimed) → `sending` (claimed; the server has not been given the end of the message, so
    it is safe to try again) → `handing_over` (the end of the message may have been sent) → `sent`. Others: `rejected`
    (the gate said no, see `reason`), `bounced`, `failed`, `cancelled`, and `unknown`: the sender died or lost the
    line while handing over; it is never sent again until somebody learns from the server's log what became of it.

    `lease` names the claim that may still act on the row, until `lease_until`. `address_key` is the keyed hash of the
    address; it is unique in a campaign, so that two profiles with one mailbox get one message.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("campaign_id", "profile_id"),
        UniqueConstraint("campaign_id", "address_key"),
        UniqueConstraint("message_id"),
        Index("ix_deliveries_state_not_before", "state", "not_before"),
        Index("ix_deliveries_workspace_id_profile_id", "workspace_id", "profile_id"),
        Index("ix_deliveries_campaign_id_state_updated_at", "campaign_id", "state", "updated_at"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    workspace_id: Mapped[int]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    profile_id: Mapped[int]
    version: Mapped[int]
    arm: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str | None]
    message_id: Mapped[str] = mapped_column(String(255))
    address_key: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int]
    not_before: Mapped[datetime]
    lease: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class MessageEvent(Base):
    """An event about a message that still has to reach the event log; written with the change that it tells of.

    `id` is the event's message id, so that appending it twice (a crash between the append and the deletion of this
    row) is deduplicated by the pipeline.
    """

    __tablename__ = "message_events"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    workspace_id: Mapped[int]
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
