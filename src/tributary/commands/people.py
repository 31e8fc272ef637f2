"""Users, workspaces and API tokens: what the operator of the machine does, whoever can or cannot sign in."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tributary.commands.runtime import AsJson, InWorkspace, runtime, show_record, show_rows
from tributary.errors import InvalidRequest, NotFound

user = typer.Typer(no_args_is_help=True, help="People who operate Tributary.")
workspace = typer.Typer(no_args_is_help=True, help="Workspaces: separate data, people and settings.")
token = typer.Typer(no_args_is_help=True, help="API tokens for programs.")

_ROLES = "owner, engineer, marketer, analyst or viewer"


@user.command("create")
def create_user(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="E-mail address to sign in with.")],
    role: Annotated[str, typer.Option(help=f"One of {_ROLES}.")] = "owner",
    name: Annotated[str, typer.Option(help="How the person is called.")] = "",
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Create a user, print the random password once. The first one gets a workspace and owns it."""
    from sqlalchemy import select

    from tributary.access import Passwords, add_member, create_first_owner, find_user
    from tributary.store.tables.access import User

    run = runtime(context)
    with run.new_store.begin() as session:
        if session.scalar(select(User.id).limit(1)) is None:
            role = "owner"
            password: str | None = create_first_owner(session, email, run.clock)
        else:
            caller = run.principal(session, in_workspace)
            locale = "zh" if any(ord(letter) > 0x2E80 for letter in name) else "en"
            _, password = add_member(session, caller, Passwords(), email=email, name=name, role=role, locale=locale)
        record = {"id": find_user(session, email).id, "email": email, "role": role, "password": password}
    show_record(record, as_json=as_json)
    if not as_json:
        note = "The account existed and keeps its password." if password is None else "The password is not shown again."
        typer.echo(note)


@user.command("list")
def list_users(context: typer.Context, in_workspace: InWorkspace = "", as_json: AsJson = False) -> None:
    """List the users of a workspace."""
    from tributary.access import list_members

    run = runtime(context)
    with run.store.read() as session:
        found = list_members(session, run.workspace_id(session, in_workspace), limit=100_000)
        rows = [
            {"id": one.id, "email": one.email, "name": one.name, "role": membership.role, "active": one.is_active}
            for one, membership in found
        ]
    show_rows(["email", "name", "role", "active", "id"], rows, as_json=as_json, empty="Nobody yet.")


@user.command("password", hidden=True)  # what one types when one does not know the name
@user.command("reset-password")
def reset_user_password(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="E-mail address of the user.")],
    as_json: AsJson = False,
) -> None:
    """Give a user a new random password, print it once, and end their sessions."""
    from sqlalchemy import select

    from tributary.access import Passwords, find_user, reset_password, system_principal
    from tributary.store.tables.access import Membership

    run = runtime(context)
    with run.store.begin() as session:
        person = find_user(session, email)
        home = session.scalar(select(Membership.workspace_id).where(Membership.user_id == person.id).limit(1))
        if home is None:
            raise NotFound("This user belongs to no workspace.", cure="Add them: tributary user create E-MAIL.")
        caller = system_principal(home, clock=run.clock, name="command line")
        record = {"id": person.id, "email": email, "password": reset_password(session, caller, Passwords(), person.id)}
    show_record(record, as_json=as_json)
    if not as_json:
        typer.echo("The password is not shown again.")


@workspace.command("create")
def create_workspace(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the workspace.")],
    owner: Annotated[str, typer.Option(help="E-mail address of its owner, an existing user.")],
    timezone: Annotated[str, typer.Option(help="IANA zone of its days.")] = "Asia/Shanghai",
    locale: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    currency: Annotated[str, typer.Option(help="ISO 4217 code of its amounts.")] = "CNY",
    as_json: AsJson = False,
) -> None:
    """Create a workspace and give it an owner."""
    from tributary.access import Passwords, add_member, add_workspace, find_user, system_principal
    from tributary.core.ids import encode_workspace_id

    run = runtime(context)
    with run.store.begin() as session:
        person = find_user(session, owner)
        made = add_workspace(session, run.clock, name=name, timezone=timezone, locale=locale, currency=currency)
        caller = system_principal(made.id, clock=run.clock, name="command line")
        add_member(session, caller, Passwords(), email=person.email, name=person.name, role="owner")
        record = {"id": encode_workspace_id(made.id), "name": made.name, "owner": person.email}
    show_record(record, as_json=as_json)


@workspace.command("list")
def list_workspaces(context: typer.Context, as_json: AsJson = False) -> None:
    """List all workspaces of this installation."""
    from sqlalchemy import func, select

    from tributary.core.ids import encode_workspace_id
    from tributary.store.tables.access import Membership, Workspace

    run = runtime(context)
    with run.store.read() as session:
        users = func.count(Membership.user_id)
        query = select(Workspace, users).outerjoin(Membership).group_by(Workspace.id).order_by(Workspace.id)
        rows: list[dict[str, Any]] = [
            {
                "id": encode_workspace_id(one.id),
                "name": one.name,
                "timezone": one.timezone,
                "locale": one.locale,
                "currency": one.currency,
                "users": count,
            }
            for one, count in session.execute(query)
        ]
    columns = ["name", "timezone", "locale", "currency", "users", "id"]
    show_rows(columns, rows, as_json=as_json, empty="No workspace yet. Create a user: tributary user create E-MAIL.")


@token.command("create")
def create_api_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What will use it.")],
    scope: Annotated[list[str], typer.Option(help="What it may do, such as audiences:read. Repeat for several.")],
    user_email: Annotated[str, typer.Option("--user", help="E-mail of the user who answers for it.")] = "",
    days: Annotated[int, typer.Option(min=0, help="Days until it expires; 0 for never.")] = 0,
    in_workspace: InWorkspace = "",
    as_json: AsJson = False,
) -> None:
    """Create an API token and print it once. It can do no more than the user who answers for it."""
    from dataclasses import replace
    from datetime import timedelta

    from tributary.access import create_token, list_members, scopes_of

    run = runtime(context)
    with run.store.begin() as session:
        caller = run.principal(session, in_workspace)
        members = list_members(session, caller.workspace_id, limit=100_000)
        if user_email:
            members = [one for one in members if one[0].email == user_email.strip().lower()]
        else:
            members = [one for one in members if one[1].role == "owner"]
        if not members:
            raise InvalidRequest("No such user in this workspace.", cure="See: tributary user list")
        person, membership = members[0]
        behalf = replace(caller, user_id=person.id, role=membership.role, scopes=scopes_of(membership.role))
        expires_at = run.clock.now() + timedelta(days=days) if days else None
        made, text = create_token(session, behalf, name=name, scopes=scope, expires_at=expires_at)
        record = {
            "id": made.id, "name": made.name, "user": person.email, "scopes": made.scopes,
            "expires_at": made.expires_at, "token": text,
        }  # fmt: skip
    show_record(record, as_json=as_json)
    if not as_json:
        typer.echo("The token is not shown again.")
