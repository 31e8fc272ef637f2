"""The audit log: one row per thing that somebody did, written in the transaction that does it.

So there is never a change without its row, nor a row without its change. Details hold ids, names of fields and small
facts — never a password, a token or a customer's personal data.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tributary.access.principal import ActorKind, Principal
from tributary.store import Session
from tributary.store.tables.access import AuditEntry


def audit(
    session: Session,
    principal: Principal,
    action: str,
    target_type: str,
    target_id: str,
    details: dict[str, Any] | None = None,
) -> None:
    """Record, in the caller's transaction, that `principal` did `action` (`audience.created`) to a target."""
    _add(
        session,
        at=principal.clock.now(),
        workspace_id=principal.workspace_id,
        actor_id=principal.actor_id,
        actor_kind=principal.actor_kind,
        action=action,
        target_type=target_type,
        target_id=target_id,
        details=details or {},
        request_id=principal.request_id,
        ip=principal.ip,
    )


def audit_anonymous(
    session: Session,
    at: datetime,
    action: str,
    target_type: str,
    target_id: str,
    *,
    workspace_id: int | None = None,
    details: dict[str, Any] | None = None,
    request_id: str | None = None,
    ip: str | None = None,
) -> None:
    """Record something done by a caller who is not signed in, such as a failed login."""
    _add(
        session,
        at=at,
        workspace_id=workspace_id,
        actor_id="anonymous",
        actor_kind="system",
        action=action,
        target_type=target_type,
        target_id=target_id,
        details=details or {},
        request_id=request_id,
        ip=ip,
    )


def _add(
    session: Session,
    *,
    at: datetime,
    workspace_id: int | None,
    actor_id: str,
    actor_kind: ActorKind,
    action: str,
    target_type: str,
    target_id: str,
    details: dict[str, Any],
    request_id: str | None,
    ip: str | None,
) -> None:
    session.add(
        AuditEntry(
            at=at,
            workspace_id=workspace_id,
            actor_id=actor_id,
            actor_kind=actor_kind,
            action=action,
            target_type=target_type,
            target_id=target_id,
            details=details,
            request_id=request_id,
            ip=ip,
        )
    )


def list_audit(
    session: Session,
    workspace_id: int,
    *,
    before: int | None = None,
    limit: int = 50,
    action: str | None = None,
    actor_id: str | None = None,
    target_id: str | None = None,
) -> Sequence[AuditEntry]:
    """The newest entries first, those with an id below `before`. An `action` that ends in `.` matches as a prefix."""
    query = select(AuditEntry).where(AuditEntry.workspace_id == workspace_id)
    if before is not None:
        query = query.where(AuditEntry.id < before)
    if action is not None:
        query = query.where(
            AuditEntry.action.startswith(action, autoescape=True)
            if action.endswith(".")
            else AuditEntry.action == action
        )
    if actor_id is not None:
        query = query.where(AuditEntry.actor_id == actor_id)
    if target_id is not None:
        query = query.where(AuditEntry.target_id == target_id)
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()
