"""Access: workspaces, users, roles, sessions, API tokens, and the one audit log."""

from tributary.access.audit import audit, list_audit
from tributary.access.codes import SignInCodes
from tributary.access.passwords import Passwords, check_new_password, random_password
from tributary.access.principal import Principal, system_principal
from tributary.access.roles import ROLE_SCOPES, ROLE_TEXTS, ROLES, SCOPES, Role, scopes_of
from tributary.access.sessions import (
    Caller,
    SessionPolicy,
    SignedIn,
    change_password,
    end_session,
    list_sessions,
    login,
    login_with_code,
    logout,
    purge_ended,
    require_user,
    resolve_session,
)
from tributary.access.setup import is_set_up, renew_setup_code, set_up
from tributary.access.tokens import create_token, list_tokens, resolve_token, revoke_token
from tributary.access.users import (
    add_first_owner,
    add_member,
    change_role,
    create_first_owner,
    find_user,
    get_member,
    list_members,
    remove_member,
    reset_password,
    set_active,
)
from tributary.access.work import SCHEDULES, job_handlers
from tributary.access.workspaces import (
    add_workspace,
    create_workspace,
    get_workspace,
    list_workspaces,
    switch_workspace,
    update_workspace,
)

__all__ = [
    "ROLES",
    "ROLE_SCOPES",
    "ROLE_TEXTS",
    "SCHEDULES",
    "SCOPES",
    "Caller",
    "Passwords",
    "Principal",
    "Role",
    "SessionPolicy",
    "SignInCodes",
    "SignedIn",
    "add_first_owner",
    "add_member",
    "add_workspace",
    "audit",
    "change_password",
    "change_role",
    "check_new_password",
    "create_first_owner",
    "create_token",
    "create_workspace",
    "end_session",
    "find_user",
    "get_member",
    "get_workspace",
    "is_set_up",
    "job_handlers",
    "list_audit",
    "list_members",
    "list_sessions",
    "list_tokens",
    "list_workspaces",
    "login",
    "login_with_code",
    "logout",
    "purge_ended",
    "random_password",
    "remove_member",
    "renew_setup_code",
    "require_user",
    "reset_password",
    "resolve_session",
    "resolve_token",
    "revoke_token",
    "scopes_of",
    "set_active",
    "set_up",
    "switch_workspace",
    "system_principal",
    "update_workspace",
]
