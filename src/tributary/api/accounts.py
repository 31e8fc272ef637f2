"""Accounts: the companies, households and teams that people belong to."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from tributary import profiles
from tributary.access import Principal, audit
from tributary.api.auth import requires
from tributary.api.context import Context, ContextDep, ReadSession
from tributary.api.paging import Page, PageQuery, page_of
from tributary.api.people import Reveal, personal_traits
from tributary.api.person_summaries import PersonSummary, summaries
from tributary.api.problems import problems
from tributary.errors import NotFound
from tributary.profiles import Account, account_name, mask_properties, mask_traits
from tributary.store import Session

router = APIRouter(prefix="/accounts", tags=["accounts"])

Reader = Annotated[Principal, requires("profiles:read")]
_PREFIX = "acc_"


class AccountOut(BaseModel):
    """An account. `id` names it in this API, `account_id` is what events call it. `kind` is `account` unless its trait
    `kind` says otherwise, such as `household`.
    """

    id: str = Field(description="`acc_…`")
    account_id: str
    kind: str
    name: str | None
    traits: dict[str, Any]
    people: int
    first_seen: datetime
    last_seen: datetime
    is_masked: bool


class AccountKind(BaseModel):
    """A kind, and how many accounts are of it."""

    kind: str
    count: int


class AccountKinds(BaseModel):
    """The kinds of accounts that there are, the commonest first."""

    items: list[AccountKind]


class AccountMember(BaseModel):
    """A person of an account, masked, and since when."""

    person: PersonSummary
    since: datetime


@router.get("", operation_id="list_accounts", summary="Accounts", responses=problems(400))
def list_accounts(
    caller: Reader,
    session: ReadSession,
    context: ContextDep,
    page: PageQuery,
    search: Annotated[
        str, Query(max_length=200, description="How the account's own id begins; with profiles:reveal, also its name.")
    ] = "",
    kind: Annotated[str, Query(max_length=40, description="Only accounts of this kind.")] = "",
    reveal: Reveal = False,
) -> Page[AccountOut]:
    """Companies, households and other accounts, by id."""
    found = profiles.list_accounts(
        session,
        caller.workspace_id,
        search=search.strip(),
        by_name="profiles:reveal" in caller.scopes,
        kind=kind,
        after=page.after_text(),
        limit=page.limit + 1,
    )
    show = _shown(session, context, caller, [each.id for each in found[: page.limit]], reveal=reveal)
    return page_of(found, page, show, lambda each: (each.id,))


@router.get("/kinds", operation_id="list_account_kinds", summary="Kinds of accounts")
def list_account_kinds(caller: Reader, session: ReadSession) -> AccountKinds:
    """Which kinds of accounts there are."""
    counts = profiles.account_kinds(session, caller.workspace_id)
    return AccountKinds(items=[AccountKind(kind=kind, count=count) for kind, count in counts.items()])


@router.get("/{account_id}", operation_id="get_account", summary="One account", responses=problems(404))
def get_account(
    account_id: str, caller: Reader, session: ReadSession, context: ContextDep, reveal: Reveal = False
) -> AccountOut:
    """One account and what is known of it."""
    found = profiles.get_account(session, caller.workspace_id, decode_account_id(account_id))
    return _shown(session, context, caller, [found.id], reveal=reveal)(found)


@router.get(
    "/{account_id}/people", operation_id="list_account_people", summary="An account's people", responses=problems(404)
)
def list_account_people(
    account_id: str, caller: Reader, session: ReadSession, context: ContextDep, page: PageQuery
) -> Page[AccountMember]:
    """Who belongs to the account, by id."""
    found = profiles.get_account(session, caller.workspace_id, decode_account_id(account_id))
    members = profiles.members_of(session, caller.workspace_id, found.id, after=page.after_int(), limit=page.limit + 1)
    summary = summaries(session, context, caller, [each.profile_id for each in members[: page.limit]])
    return page_of(
        members,
        page,
        lambda each: AccountMember(person=summary(each.profile_id), since=each.since),
        lambda each: (each.profile_id,),
    )


def encode_account_id(account_id: str) -> str:
    """The id in this API of what events call `account_id`, which may hold any character."""
    return _PREFIX + base64.urlsafe_b64encode(account_id.encode()).rstrip(b"=").decode()


def decode_account_id(text: str) -> str:
    """What events call the account `acc_…`.

    Raises:
        NotFound: it is not an id of an account.
    """
    try:
        if not text.startswith(_PREFIX):
            raise ValueError
        coded = text.removeprefix(_PREFIX)
        return base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise NotFound("There is no account with this id in this workspace.", cure="Check the id.") from None


def _shown(
    session: Session, context: Context, caller: Principal, shown: list[str], *, reveal: bool
) -> Callable[[Account], AccountOut]:
    """What turns accounts into answers. A revealed one is written down.

    Raises:
        Forbidden: the caller asks to see personal data and may not.
    """
    personal = personal_traits(session, caller.workspace_id)
    if reveal:
        caller.require("profiles:reveal")
        with context.store.begin() as writing:
            for each in shown:
                audit(writing, caller, "account.read_revealed", "account", encode_account_id(each))

    def show(each: Account) -> AccountOut:
        mask = mask_traits if each.is_household else mask_properties
        return AccountOut(
            id=encode_account_id(each.id),
            account_id=each.id,
            kind=each.kind,
            name=account_name(each.kind, each.traits, is_masked=not reveal),
            traits=each.traits if reveal else mask(each.traits, personal),
            people=each.people,
            first_seen=each.first_seen,
            last_seen=each.last_seen,
            is_masked=not reveal,
        )

    return show
