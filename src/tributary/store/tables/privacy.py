"""Privacy: what people allowed, and whom nothing may be sent to.

Neither table holds an address or an identifier in clear: a subject is a keyed hash, so that a suppression can outlive
the erasure of the person it protects.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tributary.store.types import Base


class Consent(Base):
    """One statement of one subject about one channel and purpose. Append-only: the current state is a fold over `at`.

    `state` is `granted` or `withdrawn`. `subject` is the keyed hash of an identifier of `subject_type`; `profile_id`
    is the profile it belonged to when recorded, for lookups by an operator, never for a decision. `source` says where
    the statement came from (`form`, `import`, `one_click`, …), `proof` is whatever evidence came with it.
    """

    __tablename__ = "consents"
    __table_args__ = (
        Index("ix_consents_workspace_id_subject", "workspace_id", "subject"),
        Index("ix_consents_workspace_id_profile_id", "workspace_id", "profile_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[int]
    subject_type: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64))
    profile_id: Mapped[int | None]
    channel: Mapped[str] = mapped_column(String(32))
    purpose: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(64))
    proof: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(64))


class Suppression(Base):
    """An address that nothing may be sent to on a channel. Each reason stands for itself: lifting one keeps the others.

    `reason` is `unsubscribed`, `bounced`, `complained` or `manual`. `purpose` limits an unsubscription to the purpose
    that it was about; it is empty, which means every purpose, for the other reasons.
    """

    __tablename__ = "suppressions"

    workspace_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(64))


class PrivacySettings(Base):
    """What a workspace decided: `default_basis` is `consent` (no record means no) or `legitimate_interest`."""

    __tablename__ = "privacy_settings"

    workspace_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    default_basis: Mapped[str] = mapped_column(String(32))
    updated_at: Mapped[datetime]


class KeyFingerprint(Base):
    """Which key file this store was written with. A store opened with another key would match no suppression."""

    __tablename__ = "key_fingerprints"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
