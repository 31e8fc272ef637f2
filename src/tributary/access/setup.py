"""The first entrance: whoever holds the one-time code that the server printed becomes the first owner.

Until then nobody can sign in, and nothing but the code tells the person who started the server from a stranger who
found the address. The code is made anew at each start while there is no user; only its hash is kept, in a file that
only the server's own user may read.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from sqlalchemy import select

from tributary.access.attempts import attempt_key, clear_attempts, count_attempt
from tributary.access.audit import audit
from tributary.access.passwords import Passwords, check_new_password
from tributary.access.sessions import Caller, SessionPolicy, SignedIn, begin_session
from tributary.access.users import add_first_owner, already_set_up
from tributary.access.workspaces import update_workspace
from tributary.core.clock import Clock
from tributary.errors import Conflict, Forbidden
from tributary.store import Session, Store
from tributary.store.tables.access import User

_ACCOUNT = "\0setup"  # under which attempts are counted; no e-mail address looks like it


def is_set_up(session: Session) -> bool:
    """Whether there is a user."""
    return session.scalar(select(User.id).limit(1)) is not None


def renew_setup_code(store: Store, file: Path) -> str | None:
    """A new code, whose hash is written to `file`; earlier ones are void. None when the installation is set up."""
    with store.read() as session:
        is_done = is_set_up(session)
    file.unlink(missing_ok=True)
    if is_done:
        return None
    code = secrets.token_urlsafe(24)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:
        opened.write(_hash(code))
    return code


def set_up(
    store: Store,
    clock: Clock,
    passwords: Passwords,
    policy: SessionPolicy,
    *,
    code_file: Path,
    code: str,
    email: str,
    name: str,
    password: str,
    workspace: str,
    locale: str,
    timezone: str,
    currency: str,
    caller: Caller,
) -> SignedIn:
    """Create the first owner and the first workspace, and sign the owner in. The code is used up.

    It takes the store, not a session, as `login` does: a wrong code has to be counted although the call raises.

    Raises:
        Conflict: there is a user already.
        Forbidden: the code is not the one that the server printed at its last start.
        InvalidRequest: the address, the password or one of the workspace's settings cannot be used.
        TooManyRequests: too many wrong codes; `retry_after` seconds to wait.
    """
    key = attempt_key(_ACCOUNT, caller.ip)
    with store.begin() as session:
        if is_set_up(session):
            raise already_set_up()
        count_attempt(session, key, clock.now())
        is_right = _is_code(code_file, code)
        if is_right:
            clear_attempts(session, key)
    if not is_right:
        raise Forbidden(
            "The setup code is wrong, or no longer valid.",
            cure="Open the link that the server printed at its last start. Starting it again prints a new one.",
        )
    check_new_password(password, email=email, path="body.password")
    password_hash = passwords.hash(password)
    with store.begin() as session:
        user, principal = add_first_owner(
            session, clock, email=email, name=name, password_hash=password_hash, workspace=workspace, locale=locale,
            timezone=timezone, currency=currency,
        )  # fmt: skip
        # A workspace may be there without anybody in it; what was typed holds for it as well.
        update_workspace(session, principal, name=workspace, timezone=timezone, locale=locale, currency=currency)
        signed_in = begin_session(session, clock, policy, user.id, caller, checked_hash=password_hash)
        if signed_in is None:  # pragma: no cover - the account was made by this very transaction
            raise already_set_up()
        audit(session, signed_in.principal, "installation.set_up", "user", user.id)
        session.flush()
        _use_up(code_file)
    return signed_in


def _is_code(file: Path, code: str) -> bool:
    try:
        wanted = file.read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return hmac.compare_digest(wanted, _hash(code))


def _use_up(file: Path) -> None:
    """The file goes only once: of two who hold the code and come at the same time, one is too late."""
    try:
        file.unlink()
    except FileNotFoundError:
        raise Conflict("The setup code was used just now.", cure="Sign in with the account that was created.") from None


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
