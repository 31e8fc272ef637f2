"""`Principal`: who is acting, where, and with which scopes. Services take it (or its workspace id), never a cookie."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tributary.access.roles import SCOPES
from tributary.core.clock import Clock, SystemClock
from tributary.errors import Forbidden

ActorKind = Literal["user", "token", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The caller, resolved from a session cookie, an API token, or a background job.

    `workspace_id` is the only workspace the caller can touch now. `session_id` is set for a browser session;
    `user_id` is the person behind the call: the user, or the creator of the token; empty for the system.
    `request_id` and `ip` go into the audit log. `locale` is the workspace's language, `zh` or `en`.
    """

    workspace_id: int
    actor_id: str
    actor_kind: ActorKind
    role: str
    scopes: frozenset[str]
    name: str
    user_id: str = ""
    session_id: str | None = None
    request_id: str | None = None
    ip: str | None = None
    locale: str = "en"
    clock: Clock = field(default_factory=SystemClock, repr=False, compare=False)

    def require(self, scope: str) -> None:
        """Raise `Forbidden` unless the caller holds `scope`."""
        if scope not in self.scopes:
            raise Forbidden(
                f"This needs the permission {scope}, which {self.name or 'the caller'} does not hold here.",
                cure="Ask an owner of the workspace for a role that has it, or use a token with this scope.",
                scope=scope,
            )


def system_principal(workspace_id: int, *, clock: Clock | None = None, name: str = "system") -> Principal:
    """Tributary itself, acting in a workspace: for background jobs and the command line."""
    return Principal(
        workspace_id=workspace_id,
        actor_id="system",
        actor_kind="system",
        role="system",
        scopes=frozenset(SCOPES),
        name=name,
        clock=clock or SystemClock(),
    )
