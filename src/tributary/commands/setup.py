"""The first owner without a browser: for servers, scripts and containers."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from tributary.commands.runtime import AsJson, runtime, show_record
from tributary.errors import InvalidRequest


def set_up(
    context: typer.Context,
    email: Annotated[str, typer.Option(help="E-mail address to sign in with.")],
    name: Annotated[str, typer.Option(help="How the person is called.")] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input instead of making one.")
    ] = False,
    workspace: Annotated[str, typer.Option(help="Name of the first workspace.")] = "汇流",
    timezone: Annotated[str, typer.Option(help="IANA zone of its days.")] = "Asia/Shanghai",
    locale: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    currency: Annotated[str, typer.Option(help="ISO 4217 code of its amounts.")] = "CNY",
    as_json: AsJson = False,
) -> None:
    """Create the first owner and workspace without a browser; print the random password once."""
    from tributary.access import Passwords, add_first_owner, check_new_password, random_password

    given = _read_password() if password_stdin else None
    if given is not None:
        check_new_password(given, email=email)
    password = given or random_password()
    run = runtime(context)
    with run.new_store.begin() as session:
        user, _ = add_first_owner(
            session, run.clock, email=email, name=name, password_hash=Passwords().hash(password), workspace=workspace,
            timezone=timezone, locale=locale, currency=currency,
        )  # fmt: skip
        record = {"id": user.id, "email": user.email, "workspace": workspace}
    run.settings.setup_code_file.unlink(missing_ok=True)  # the link of a running server has become useless
    if given is None:
        record["password"] = password
    show_record(record, as_json=as_json)
    if given is None and not as_json:
        typer.echo("The password is not shown again.")


def _read_password() -> str:
    """The first line of standard input; not an option, which everybody on the machine could see.

    Raises:
        InvalidRequest: there is none.
    """
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise InvalidRequest(
            "There is no password on standard input.", cure="Pipe it in: tributary setup … --password-stdin < FILE."
        )
    return line
