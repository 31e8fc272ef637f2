"""The record of imports: what was imported when, with which result, and whether this very file was imported before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as MappingOf
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from tributary.access import Principal, audit
from tributary.core.ids import new_id
from tributary.errors import NotFound
from tributary.sources.imports.run import ImportSummary
from tributary.store.tables.sources import ImportRun

_CHUNK = 1024 * 1024


def fingerprint(file: Path, mapping: Path) -> str:
    """A hash of both files' bytes (SHA-256, hex)."""
    digest = hashlib.sha256()
    for path in (mapping, file):
        digest.update(path.stat().st_size.to_bytes(8, "big"))  # so that the boundary between the two counts
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def find_earlier_import(session: Session, workspace_id: int, source_id: str, fingerprint: str) -> ImportRun | None:
    """The last finished import of the same file with the same mapping into the same source.

    The pipeline recognises repeated messages for some days only; after that, this is what keeps history from being
    doubled.
    """
    query = (
        select(ImportRun)
        .where(
            ImportRun.workspace_id == workspace_id,
            ImportRun.source_id == source_id,
            ImportRun.fingerprint == fingerprint,
            ImportRun.status == "finished",
        )
        .order_by(ImportRun.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def start_import(
    session: Session, principal: Principal, *, source_id: str, file_name: str, fingerprint: str
) -> ImportRun:
    """Record that an import begins."""
    run = ImportRun(
        id=new_id("imp"),
        workspace_id=principal.workspace_id,
        source_id=source_id,
        file_name=file_name,
        fingerprint=fingerprint,
        status="running",
        summary={},
        positions={},
        error=None,
        started_at=principal.clock.now(),
        finished_at=None,
    )
    session.add(run)
    session.flush()
    audit(session, principal, "import.started", "import", run.id, {"source_id": source_id, "file_name": file_name})
    return run


def finish_import(
    session: Session, principal: Principal, import_id: str, summary: ImportSummary, positions: MappingOf[int, int]
) -> ImportRun:
    """Record that all events are in the log."""
    run = get_import(session, principal.workspace_id, import_id)
    run.status = "finished"
    run.summary = summary.as_dict()
    run.positions = {str(partition): offset for partition, offset in positions.items()}
    run.finished_at = principal.clock.now()
    details = {"rows": summary.rows, "events": summary.total_events, "rows_rejected": summary.rows_rejected}
    audit(session, principal, "import.finished", "import", run.id, details)
    return run


def fail_import(session: Session, principal: Principal, import_id: str, error: str) -> ImportRun:
    """Record that an import broke off; what it wrote until then stays and is recognised when it is repeated."""
    run = get_import(session, principal.workspace_id, import_id)
    run.status = "failed"
    run.error = error
    run.finished_at = principal.clock.now()
    audit(session, principal, "import.failed", "import", run.id, {})
    return run


def list_imports(session: Session, workspace_id: int, *, before: str | None = None, limit: int = 50) -> list[ImportRun]:
    """The newest imports first, those with an id below `before`."""
    query = select(ImportRun).where(ImportRun.workspace_id == workspace_id)
    if before is not None:
        query = query.where(ImportRun.id < before)
    return list(session.scalars(query.order_by(ImportRun.id.desc()).limit(limit)))


def get_import(session: Session, workspace_id: int, import_id: str) -> ImportRun:
    """One import.

    Raises:
        NotFound: the workspace has no such import.
    """
    run = session.get(ImportRun, import_id)
    if run is None or run.workspace_id != workspace_id:
        raise NotFound("There is no import with this id.", cure="List the imports and take an id from there.")
    return run
