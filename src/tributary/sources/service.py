"""Sources of a workspace: create, look up, change, rotate the write key.

Writers take the `Principal` who asks and leave a line in the audit log, in the caller's transaction. Call
`publish_after_commit` in the same transaction: collectors learn of a change only through the published snapshot.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from tributary.access import Principal, audit
from tributary.core.clock import SystemClock
from tributary.core.ids import new_id
from tributary.errors import Conflict, InvalidRequest, NotFound
from tributary.jobs import enqueue
from tributary.store import upsert
from tributary.store.tables.sources import Source

INTERNAL_SOURCE_NAME = "Tributary"  # reserved: the product's own events (opens, clicks, unsubscribes) come from it
PUBLISH = "sources.publish"  # job: write the collectors' snapshot anew
KEY_GRACE = timedelta(days=7)  # how long the old write key stays good after a rotation, unless said otherwise
_MAX_NAME = 100
_KEY_ALPHABET = string.ascii_letters + string.digits  # safe in a URL path, a header and a shell without quoting
_KEY_LENGTH = 32  # 62^32: 190 random bits
_ORIGIN = re.compile(r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?$")


class SourceKind(StrEnum):
    """What sends. Wire values are forever."""

    WEB = "web"
    SERVER = "server"
    MOBILE = "mobile"
    IMPORT = "import"
    INTERNAL = "internal"
    WEBHOOK = "webhook"


# Events of these kinds are written into the log by Tributary itself; nobody may send them over HTTP.
KINDS_WITHOUT_HTTP = frozenset({SourceKind.IMPORT.value, SourceKind.INTERNAL.value})


# Their write keys are public and what they send comes from people's own devices: anybody may claim anything there.
CLIENT_KINDS = frozenset({SourceKind.WEB.value, SourceKind.MOBILE.value})


def client_sources(session: Session, workspace_id: int) -> list[str]:
    """The ids of the sources on people's own devices."""
    query = select(Source.id).where(Source.workspace_id == workspace_id, Source.kind.in_(CLIENT_KINDS))
    return list(session.scalars(query))


def new_write_key() -> str:
    """A random write key: 32 letters and digits."""
    return "".join(secrets.choice(_KEY_ALPHABET) for _ in range(_KEY_LENGTH))


def create_source(
    session: Session,
    principal: Principal,
    *,
    name: str,
    kind: SourceKind,
    allowed_origins: Sequence[str] = (),
) -> Source:
    """Create a source of the caller's workspace.

    `allowed_origins` limits which web pages may send (`https://shop.example`); empty means any.

    Raises:
        InvalidRequest: the name is empty, too long or reserved, or an origin is not an origin.
        Conflict: the workspace has a source of this name.
    """
    if kind == SourceKind.INTERNAL:
        raise InvalidRequest(
            "Internal sources are Tributary's own.", cure="Use web, server, mobile, import or webhook."
        )
    source = Source(
        id=new_id("src"),
        workspace_id=principal.workspace_id,
        name=_free_name(session, principal.workspace_id, name),
        kind=kind.value,
        write_key=new_write_key(),
        previous_write_key=None,
        previous_key_valid_until=None,
        is_enabled=True,
        allowed_origins=_checked_origins(allowed_origins),
        created_at=principal.clock.now(),
    )
    session.add(source)
    session.flush()
    audit(session, principal, "source.created", "source", source.id, {"name": source.name, "kind": source.kind})
    return source


def list_sources(session: Session, workspace_id: int) -> list[Source]:
    """All sources of a workspace, oldest first."""
    query = select(Source).where(Source.workspace_id == workspace_id).order_by(Source.created_at, Source.id)
    return list(session.scalars(query))


def get_source(session: Session, workspace_id: int, source_id: str) -> Source:
    """One source by its id.

    Raises:
        NotFound: the workspace has no such source.
    """
    source = session.get(Source, source_id)
    if source is None or source.workspace_id != workspace_id:
        raise NotFound("There is no source with this id.", cure="List the sources and take an id from there.")
    return source


def find_source(session: Session, workspace_id: int, name_or_id: str) -> Source:
    """One source by its id or by its exact name, for people who type.

    Raises:
        NotFound: neither an id nor a name of the workspace; the cure lists the names.
    """
    sources = list_sources(session, workspace_id)
    for source in sources:
        if name_or_id in {source.id, source.name}:
            return source
    names = ", ".join(source.name for source in sources if source.kind != SourceKind.INTERNAL) or "none yet"
    raise NotFound(f"There is no source {name_or_id!r}.", cure=f"Create it, or use one of: {names}.")


def update_source(
    session: Session,
    principal: Principal,
    source_id: str,
    *,
    name: str | None = None,
    is_enabled: bool | None = None,
    allowed_origins: Sequence[str] | None = None,
) -> Source:
    """Rename, disable or enable a source, or replace its allowed origins; None leaves a part as it is.

    Raises:
        NotFound: the workspace has no such source.
        InvalidRequest: the new name or an origin cannot be used, or the source is Tributary's own.
        Conflict: another source has the new name.
    """
    source = _changeable(session, principal.workspace_id, source_id)
    changes: dict[str, object] = {}
    if name is not None and name.strip() != source.name:
        source.name = changes["name"] = _free_name(session, principal.workspace_id, name, source_id=source.id)
    if is_enabled is not None and is_enabled != source.is_enabled:
        source.is_enabled = changes["is_enabled"] = is_enabled
    if allowed_origins is not None and list(allowed_origins) != source.allowed_origins:
        source.allowed_origins = _checked_origins(allowed_origins)
        changes["allowed_origins"] = source.allowed_origins
    if changes:
        session.flush()
        audit(session, principal, "source.updated", "source", source.id, changes)
    return source


def rotate_write_key(session: Session, principal: Principal, source_id: str, *, grace: timedelta = KEY_GRACE) -> Source:
    """Give a source a new write key; the old one stays good for `grace` (zero: stops at once).

    A key that was still in its grace time from an earlier rotation stops now: there are never more than two.

    Raises:
        NotFound: the workspace has no such source.
        InvalidRequest: the source is Tributary's own, or `grace` is negative.
    """
    if grace < timedelta(0):
        raise InvalidRequest("The grace time is negative.", cure="Give zero or more.")
    source = _changeable(session, principal.workspace_id, source_id)
    keeps_old = grace > timedelta(0)
    source.previous_write_key = source.write_key if keeps_old else None
    until = principal.clock.now() + grace
    source.previous_key_valid_until = until if keeps_old else None
    source.write_key = new_write_key()
    session.flush()
    if keeps_old:
        # The snapshot carries no expiry: the old key ends because the snapshot is written anew at that moment.
        enqueue(session, PUBLISH, {}, workspace_id=source.workspace_id, key=source.id, not_before=until)
    details = {"previous_key_valid_until": until.isoformat()}
    audit(session, principal, "source.key_rotated", "source", source.id, details)
    return source


def internal_source_id(session: Session, workspace_id: int, *, now: datetime | None = None) -> str:
    """The id of the workspace's own source, from which Tributary's own events come; created on first use.

    `session` must be a write transaction. Two callers at once get the same source.
    """
    query = select(Source.id).where(Source.workspace_id == workspace_id, Source.name == INTERNAL_SOURCE_NAME)
    found = session.scalar(query)
    if found is not None:
        return found
    row = {
        "id": new_id("src"),
        "workspace_id": workspace_id,
        "name": INTERNAL_SOURCE_NAME,
        "kind": SourceKind.INTERNAL.value,
        "write_key": new_write_key(),
        "is_enabled": True,
        "allowed_origins": [],
        "created_at": now or SystemClock().now(),
    }
    upsert(session, Source, [row], key=["workspace_id", "name"])
    return session.scalars(query).one()


def _changeable(session: Session, workspace_id: int, source_id: str) -> Source:
    source = get_source(session, workspace_id, source_id)
    if source.kind == SourceKind.INTERNAL:
        raise InvalidRequest("This source is Tributary's own and cannot be changed.", cure="Change another source.")
    return source


def _free_name(session: Session, workspace_id: int, name: str, *, source_id: str = "") -> str:
    """The name as it is kept. Names that differ in letter case only are one: nobody tells them apart in a list.

    `source_id` is the source that gets it: it may change the case of its own.
    """
    cleaned = name.strip()
    if not cleaned or len(cleaned) > _MAX_NAME:
        raise InvalidRequest(f"A source needs a name of 1 to {_MAX_NAME} characters.", cure="Give another name.")
    if cleaned.casefold() == INTERNAL_SOURCE_NAME.casefold():
        raise InvalidRequest(f"The name {INTERNAL_SOURCE_NAME!r} is reserved.", cure="Give another name.")
    for taken in list_sources(session, workspace_id):  # in Python: SQLite knows the cases of ASCII letters only
        if taken.name.casefold() == cleaned.casefold() and taken.id != source_id:
            raise Conflict(
                f"There is already a source named {taken.name!r}.", cure="Give another name.", source_id=taken.id
            )
    return cleaned


def _checked_origins(origins: Sequence[str]) -> list[str]:
    checked = [origin.strip().rstrip("/") for origin in origins]
    for origin in checked:
        if not _ORIGIN.match(origin):
            raise InvalidRequest(
                f"{origin!r} is not an origin.", cure="Write scheme, host and port only: https://shop.example"
            )
    return checked
