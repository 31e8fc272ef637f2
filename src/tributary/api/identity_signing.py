"""The secret with which a site's server signs who its visitors are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tributary import sources
from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.context import ContextDep
from tributary.api.problems import problems
from tributary.identity.signing import IDENTITY_KEY, source_secret
from tributary.privacy import load_key
from tributary.sources.signing_snippets import SigningLanguage, signing_snippets

router = APIRouter(prefix="/sources", tags=["sources"])

Writer = Annotated[Principal, requires("sources:write")]


class SigningSnippetOut(BaseModel):
    """Code for the site's own server."""

    language: SigningLanguage
    code: str


class SourceSigning(BaseModel):
    """How to sign. `is_needed` is false for sources that are believed as they are: servers and files."""

    secret: str = Field(description="For the server alone; whoever has it can claim to be anybody.")
    is_needed: bool
    items: list[SigningSnippetOut]


@router.get(
    "/{source_id}/signing",
    operation_id="get_source_signing",
    summary="Sign who visitors are",
    responses=problems(404),
)
def get_source_signing(source_id: str, caller: Writer, context: ContextDep) -> SourceSigning:
    """The secret of a source and code that signs with it. That somebody saw it is written to the audit log."""
    key = load_key(context.settings.keys_dir / IDENTITY_KEY)
    with context.store.begin() as session:
        source = sources.get_source(session, caller.workspace_id, source_id)
        is_needed = source.id in sources.client_sources(session, caller.workspace_id)
        audit(session, caller, "source.signing_secret_read", "source", source.id)
        secret = source_secret(key, source.id).decode()
    return SourceSigning(
        secret=secret,
        is_needed=is_needed,
        items=[SigningSnippetOut.model_validate(each, from_attributes=True) for each in signing_snippets()],
    )
