"""Imports: what was imported, and a trial of a mapping on a few rows. Files are imported with `tributary import`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, Field, PlainSerializer

from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import ReadSession
from tributary.api.locale import Text, in_callers_language
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.problems import problems
from tributary.sources import imports
from tributary.sources.imports import ImportSummary, Rejected
from tributary.store.tables.sources import ImportRun

router = APIRouter(prefix="/imports", tags=["imports"])

Importer = Annotated[Principal, requires("import:write")]
_MAX_SAMPLE = 1_000_000  # characters


def _in_words(summary: dict[str, Any]) -> dict[str, Any]:
    """The summary with its reasons, which are counted by column and kind of mistake, in the caller's language."""
    lost = [
        {**loss, "reasons": {_reason(reason): count for reason, count in loss["reasons"].items()}}
        for loss in summary.get("lost", ())
    ]
    return {**summary, "lost": lost} if lost else summary


def _reason(reason: str) -> str:
    whole = in_callers_language(reason)
    column, colon, kind = reason.rpartition(": ")
    return whole if whole != reason or not colon else f"{column}: {in_callers_language(kind)}"


Summary = Annotated[dict[str, Any], PlainSerializer(_in_words, return_type=dict[str, Any])]


class ImportOut(BaseModel):
    """One import. `summary` counts rows and events; it is empty until the import is over."""

    id: str
    source_id: str
    file_name: str
    status: Literal["running", "finished", "failed"]
    summary: Summary
    error: Text | None
    started_at: datetime
    finished_at: datetime | None


class MappingTrial(Body):
    """A mapping, and the first lines of a file with its header."""

    mapping: str = Field(max_length=200_000)
    syntax: Literal["toml", "json"] = "toml"
    format: Literal["csv", "ndjson"] = "csv"
    sample: str = Field(max_length=_MAX_SAMPLE)
    limit: int = Field(default=20, ge=1, le=200)


class RejectedOut(BaseModel):
    """Why a row became no event."""

    block: str
    row: int
    column: str
    reason: Text


class MappingResult(BaseModel):
    """What the rows would become."""

    summary: Summary
    events: list[dict[str, Any]]
    rejected: list[RejectedOut]


@router.get("", operation_id="list_imports", summary="Imports")
def list_imports(caller: Importer, session: ReadSession, page: PageQuery) -> Page[ImportOut]:
    """The imports of the workspace, newest first."""
    found = imports.list_imports(session, caller.workspace_id, before=page.after_text(), limit=page.limit + 1)
    return page_of(found, page, _out, lambda run: (run.id,))


@router.get("/{import_id}", operation_id="get_import", summary="One import", responses=problems(404))
def get_import(import_id: str, caller: Importer, session: ReadSession) -> ImportOut:
    """How an import went: rows read, events sent, and what was rejected."""
    return _out(imports.get_import(session, caller.workspace_id, import_id))


@router.post("/check", operation_id="check_import_mapping", summary="Try a mapping", responses=problems(400))
def check_import_mapping(body: MappingTrial, caller: Importer) -> MappingResult:  # noqa: ARG001 (the scope is checked)
    """Try a mapping on a few rows. Nothing is stored."""
    mapping = imports.decode_mapping(body.mapping.encode(), body.syntax)
    summary, events, rejected = ImportSummary(), [], []
    with TemporaryDirectory(prefix="tributary-check-") as folder:
        path = Path(folder) / f"sample.{body.format}"
        path.write_text(body.sample, encoding="utf-8")
        # The sample came as text: what encoding and format the file itself has plays no part here.
        options = msgspec.structs.replace(mapping.file, encoding="utf-8", format=body.format)
        for outcome in imports.map_file(mapping, imports.open_rows(path, options), summary):
            if isinstance(outcome, Rejected):
                rejected.append(RejectedOut.model_validate(outcome, from_attributes=True))
            else:
                events.append(outcome.event)
    return MappingResult(summary=summary.as_dict(), events=events[: body.limit], rejected=rejected[: body.limit])


def _out(run: ImportRun) -> ImportOut:
    return ImportOut.model_validate(run, from_attributes=True)
