"""Consent and suppression: record what people said, look it up, stop addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, model_validator

from tributary import identity, privacy
from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.body import Body
from tributary.api.context import ContextDep, ReadSession, WriteSession
from tributary.api.locale import LocaleDep
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.people import own_profile
from tributary.api.problems import problems
from tributary.core.ids import decode_profile_id, encode_profile_id
from tributary.errors import InvalidRequest
from tributary.messaging import REASONS
from tributary.rules import Locale
from tributary.store import Session
from tributary.store.tables.privacy import Consent, Suppression

router = APIRouter(tags=["consent"])

Reader = Annotated[Principal, requires("profiles:read")]
ListReader = Annotated[Principal, requires("campaigns:read")]
Writer = Annotated[Principal, requires("campaigns:write")]
Owner = Annotated[Principal, requires("workspace:write")]
Channel = Literal["email", "sms"]
Reason = Literal["unsubscribed", "bounced", "complained", "manual"]


class Identifier(Body):
    """One identifier of a person."""

    type: str = Field(min_length=1, max_length=60, description="Such as `email`, `phone` or `user_id`.")
    value: str = Field(min_length=1, max_length=256)


class ConsentStatement(Body):
    """What one person said. Name them by `profile_id` (all their identifiers are meant) or by one identifier."""

    profile_id: str | None = Field(None, description="`prf_…`")
    identifier: Identifier | None = None
    channel: Channel = "email"
    purpose: str = Field("marketing", min_length=1, max_length=64)
    state: Literal["granted", "withdrawn"]
    source: str = Field(
        min_length=1, max_length=64, description="How it came. An `import` never undoes an earlier withdrawal."
    )
    at: datetime | None = Field(None, description="When it was said, with its zone; absent: now.")
    proof: dict[str, Any] = Field({}, description="Evidence: notice version, form, IP address.")

    @model_validator(mode="after")
    def _names_one(self) -> ConsentStatement:
        if (self.profile_id is None) == (self.identifier is None):
            raise ValueError("name the person by profile_id or by identifier, not by both")
        if self.at is not None and self.at.tzinfo is None:
            raise ValueError("at needs a time zone")
        return self


class ConsentRecord(Body):
    """Statements to add to the ledger."""

    statements: list[ConsentStatement] = Field(min_length=1, max_length=1_000)


class ConsentRecorded(BaseModel):
    """How many entries the ledger got: one for each identifier."""

    entries: int


class ConsentEntry(BaseModel):
    """One entry of the ledger."""

    subject_type: str
    channel: str
    purpose: str
    state: Literal["granted", "withdrawn"]
    source: str
    proof: dict[str, Any]
    at: datetime
    recorded_at: datetime
    recorded_by: str


class PersonConsent(BaseModel):
    """What holds for a person now, and how it came about."""

    profile_id: str
    channel: Channel
    purpose: str
    state: Literal["granted", "withdrawn", "none"]
    history: list[ConsentEntry]


class ConsentSettings(Body):
    """`consent`: no record means no. `legitimate_interest`: no record means yes; a withdrawal counts all the same."""

    default_basis: Literal["consent", "legitimate_interest"]


class SuppressionOut(BaseModel):
    """An address that gets nothing, as its keyed hash."""

    channel: str
    subject: str
    reason: Reason
    reason_text: str = Field(description="The reason in words.")
    purpose: str = Field(description="The purpose that was unsubscribed from; empty: all.")
    source: str
    at: datetime


class SuppressionCreate(Body):
    """Addresses to stop."""

    channel: Channel
    addresses: list[Annotated[str, Field(min_length=1, max_length=320)]] = Field(min_length=1, max_length=10_000)
    reason: Literal["bounced", "complained", "manual"]


class SuppressionCount(BaseModel):
    """How many addresses are stopped."""

    addresses: int


class SuppressionAddress(Body):
    """One address. In a body, not in the URL: URLs end up in logs."""

    channel: Channel
    address: str = Field(min_length=1, max_length=320)


class SuppressionLift(SuppressionAddress):
    """One reason to take back."""

    reason: Reason


class SuppressionFound(BaseModel):
    """Why the address gets nothing for the purpose `marketing`; null if nothing stands against it."""

    reason: str | None
    reason_text: str | None = Field(description="The reason in words.")


@router.post(
    "/consents",
    operation_id="record_consents",
    summary="Record what people said",
    status_code=201,
    responses=problems(400, 404),
)
def record_consents(body: ConsentRecord, caller: Writer, session: WriteSession, context: ContextDep) -> ConsentRecorded:
    """Add statements to the consent ledger. Nothing in it is ever changed."""
    now = context.clock.now()
    types = identity.load_types(session, caller.workspace_id)
    statements = [
        privacy.Statement(
            type=type_, value=value, channel=each.channel, purpose=each.purpose, state=each.state, source=each.source,
            at=each.at or now, proof=each.proof,
            profile_id=decode_profile_id(each.profile_id) if each.profile_id else None,
        )
        for each in body.statements
        for type_, value in _identifiers(session, types, caller.workspace_id, each)
    ]  # fmt: skip
    count = privacy.record_consent(
        session, context.keys.hasher, caller.workspace_id, statements, by=caller.actor_id, now=now
    )
    states = sorted({each.state for each in body.statements})
    audit(session, caller, "consent.recorded", "workspace", "", {"entries": count, "states": states})
    return ConsentRecorded(entries=count)


@router.get(
    "/profiles/{profile_id}/consent",
    operation_id="get_profile_consent",
    summary="What a person allows",
    responses=problems(404),
)
def get_profile_consent(
    profile_id: str,
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    channel: Annotated[Channel, Query(description="Which channel it is about.")] = "email",
    purpose: Annotated[str, Query(max_length=64, description="Which purpose it is about.")] = "marketing",
) -> PersonConsent:
    """What one person allows, and every statement that led to it, newest first."""
    person, identifiers = _of_profile(session, caller.workspace_id, profile_id)
    hasher = context.keys.hasher
    states = privacy.consent_states(
        session, hasher, caller.workspace_id, {person: identifiers}, channel=channel, purpose=purpose
    )
    history = privacy.consent_history(session, hasher, caller.workspace_id, identifiers)
    return PersonConsent(
        profile_id=encode_profile_id(person),
        channel=channel,
        purpose=purpose,
        state=states[person],
        history=[_entry(row) for row in history],
    )


@router.get("/consent-settings", operation_id="get_consent_settings", summary="What silence means")
def get_consent_settings(caller: ListReader, session: ReadSession) -> ConsentSettings:
    """What the workspace does about people who never said anything."""
    return ConsentSettings(default_basis=privacy.default_basis(session, caller.workspace_id))


@router.put("/consent-settings", operation_id="set_consent_settings", summary="Decide what silence means")
def set_consent_settings(body: ConsentSettings, caller: Owner, session: WriteSession) -> ConsentSettings:
    """Decide what the workspace does about people who never said anything."""
    privacy.set_default_basis(session, caller.workspace_id, body.default_basis, now=caller.clock.now())
    audit(session, caller, "consent_settings.changed", "workspace", "", {"default_basis": body.default_basis})
    return body


@router.get("/suppressions", operation_id="list_suppressions", summary="Stopped addresses")
def list_suppressions(
    caller: ListReader, session: ReadSession, page: PageQuery, locale: LocaleDep
) -> Page[SuppressionOut]:
    """Addresses that get nothing. They are shown as hashes; `lookup` tells about an address that you have."""
    rows = privacy.list_suppressions(
        session, caller.workspace_id, after=_suppression_key(page.after), limit=page.limit + 1
    )
    return page_of(
        rows,
        page,
        lambda row: _suppression(row, locale),
        lambda row: (row.channel, row.subject, row.reason, row.purpose),
    )


@router.post(
    "/suppressions",
    operation_id="create_suppressions",
    summary="Stop addresses",
    status_code=201,
    responses=problems(400),
)
def create_suppressions(
    body: SuppressionCreate, caller: Writer, session: WriteSession, context: ContextDep
) -> SuppressionCount:
    """Stop everything to some addresses."""
    count = privacy.suppress(
        session, context.keys.hasher, caller.workspace_id, body.channel, body.addresses, reason=body.reason,
        by=caller.actor_id, now=context.clock.now(), source="api",
    )  # fmt: skip
    audit(session, caller, "suppression.added", "workspace", "", {"addresses": count, "reason": body.reason})
    return SuppressionCount(addresses=count)


@router.post("/suppressions/lookup", operation_id="look_up_suppression", summary="Is an address stopped")
def look_up_suppression(
    body: SuppressionAddress, caller: ListReader, session: ReadSession, context: ContextDep, locale: LocaleDep
) -> SuppressionFound:
    """Whether an address is stopped, and why."""
    reason = privacy.suppression_of(
        session, context.keys.hasher, caller.workspace_id, body.address, channel=body.channel, purpose="marketing"
    )
    return SuppressionFound(reason=reason, reason_text=reason and _reason_text(reason, locale))


@router.post(
    "/suppressions/lift",
    operation_id="lift_suppression",
    summary="Take a stop back",
    status_code=204,
    response_class=Response,
    responses=problems(409),
)
def lift_suppression(body: SuppressionLift, caller: Writer, session: WriteSession, context: ContextDep) -> None:
    """Take one reason back. A complaint stays."""
    hasher = context.keys.hasher
    privacy.lift_suppression(session, hasher, caller.workspace_id, body.channel, body.address, reason=body.reason)
    audit(session, caller, "suppression.lifted", "workspace", "", {"reason": body.reason, "channel": body.channel})


def _identifiers(
    session: Session, types: identity.IdentifierTypes, workspace_id: int, statement: ConsentStatement
) -> list[tuple[str, str]]:
    if statement.profile_id is not None:
        return _of_profile(session, workspace_id, statement.profile_id)[1]
    given = statement.identifier
    claim = types.claim(given.type, given.value) if given else None
    if given is None or not isinstance(claim, identity.Claim):
        raise InvalidRequest(
            "The identifier cannot be used.", cure="Check its type and its value.", path="statements.identifier"
        )
    return [(claim.type, claim.value)]


def _of_profile(session: Session, workspace_id: int, profile_id: str) -> tuple[int, list[tuple[str, str]]]:
    """The profile that an id leads to now, and its identifiers."""
    canonical = identity.canonical_profile_id(session, own_profile(session, workspace_id, profile_id))
    return canonical, [(each.type, each.value) for each in identity.identifiers_of(session, workspace_id, canonical)]


def _suppression_key(after: tuple[Any, ...] | None) -> tuple[str, str, str, str] | None:
    if after is None:
        return None
    if len(after) != 4 or not all(isinstance(part, str) for part in after):
        raise InvalidRequest("The cursor belongs to another list.", cure="Start without one.", path="cursor")
    return after[0], after[1], after[2], after[3]


def _suppression(row: Suppression, locale: Locale) -> SuppressionOut:
    fields = {name: getattr(row, name) for name in SuppressionOut.model_fields if name != "reason_text"}
    return SuppressionOut.model_validate({**fields, "reason_text": _reason_text(f"suppressed_{row.reason}", locale)})


def _reason_text(code: str, locale: Locale) -> str:
    return REASONS[code][locale == "zh"]


def _entry(row: Consent) -> ConsentEntry:
    return ConsentEntry.model_validate(row, from_attributes=True)
