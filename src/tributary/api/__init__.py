"""The management API: every router under `/api/v1`, with access checked, errors as problems, and its OpenAPI."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from fastapi import APIRouter, FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from tributary.api import (
    access,
    accounts,
    audience_members,
    audiences,
    campaign_people,
    campaigns,
    counters,
    demo_data,
    estimates,
    fields,
    golden_record,
    identity_decisions,
    identity_graph,
    identity_match_pairs,
    identity_matching,
    identity_rules,
    identity_signing,
    identity_suspicious,
    imports,
    jobs,
    live,
    messages,
    overview,
    privacy,
    profile_messages,
    profile_past,
    profiles,
    quarantine,
    reference,
    rules,
    setup,
    sources,
    system,
    tag_values,
    tags,
    tracking,
    users,
)
from tributary.api.auth import check_routes, public, requires, signed_in
from tributary.api.context import Context, ContextDep, ReadSession, WriteSession
from tributary.api.middleware import RequestShell, UnderPath
from tributary.api.openapi import build_openapi
from tributary.api.page import PAGE_FOLDER, Page
from tributary.api.problems import install_problem_handlers
from tributary.core.clock import SystemClock
from tributary.settings import Settings
from tributary.store import Store

__all__ = [
    "Context",
    "ContextDep",
    "ReadSession",
    "WriteSession",
    "build_api",
    "openapi_document",
    "public",
    "requires",
    "signed_in",
]

# One line per feature: import its module above and put its router here, in the order of the reference page.
ROUTERS: tuple[APIRouter, ...] = (
    access.router,
    setup.router,
    users.router,
    overview.router,
    sources.router,
    identity_signing.router,
    counters.router,
    live.router,
    quarantine.router,
    imports.router,
    demo_data.router,
    profiles.router,
    profile_messages.router,
    profile_past.router,
    golden_record.router,
    accounts.router,
    identity_graph.router,
    identity_decisions.router,
    identity_suspicious.router,
    identity_rules.router,
    identity_matching.router,
    identity_match_pairs.router,
    tags.router,
    audiences.router,
    audience_members.router,
    estimates.router,
    tag_values.router,
    fields.router,
    rules.router,
    messages.router,
    campaigns.router,
    campaign_people.router,
    privacy.router,
    jobs.router,
    system.router,
    reference.router,
)

# Links inside messages are short and outlive versions of the API.
ROOT_ROUTERS: tuple[APIRouter, ...] = (tracking.router, reference.entrance)

PREFIX = "/api/v1"
MAX_BODY_BYTES = 1024 * 1024  # routes that take files set their own


def build_api(context: Context, *, page_folder: Path = PAGE_FOLDER) -> FastAPI:
    """The application that answers `/api/v1/…`, and everything else with the operator's page from `page_folder`.

    Raises:
        BugError: a route declares no access; nothing is served then.
    """
    app = FastAPI(
        title="Tributary",
        version="1",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    for router in ROOT_ROUTERS:
        app.include_router(router)
    install_problem_handlers(app)
    check_routes(app)
    # Inside the shell, so that its refusal gets the shell's headers; the framework's own place would be outside.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES)
    base = context.settings.base_path
    app.add_middleware(Page, folder=page_folder, base=base)
    app.add_middleware(UnderPath, base=base)
    app.add_middleware(RequestShell, is_https=context.settings.public_url.startswith("https://"))
    return app


def openapi_document() -> dict[str, Any]:
    """The OpenAPI document of this version, made without opening a store."""
    nothing = cast("Store", None)
    return build_openapi(build_api(Context(settings=Settings(), clock=SystemClock(), store=nothing)))
