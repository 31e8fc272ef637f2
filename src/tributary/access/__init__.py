"""Access: workspaces, users, roles, sessions, API tokens, and the one audit log."""

from tributary.access.audit import audit, list_audit
from tributary.access.passwords import Passwords
from tributary.access.principal import Principal, system_principal
from tributary.access.roles import ROLE_SCOPES, ROLES, SCOPES, Role, scopes_of
from tributary.access.sessions import (
    Caller,
    SessionPolicy,
    SignedIn,
    change_password,
    end_session,
    list_sessions,
    login,
    logout,
    purge_ended,
    require_user,
    resolve_session,
)
from tributary.access.tokens import create_token, list_tokens, resolve_token, revoke_token

__all__ = [
    "ROLES",
    "ROLE_SCOPES",
    "SCOPES",
    "Caller",
    "Passwords",
    "Principal",
    "Role",
    "SessionPolicy",
    "SignedIn",
    "audit",
    "change_password",
    "create_token",
    "end_session",
    "list_audit",
    "list_sessions",
    "list_tokens",
    "login",
    "logout",
    "purge_ended",
    "require_user",
    "resolve_session",
    "resolve_token",
    "revoke_token",
    "scopes_of",
    "system_principal",
]
