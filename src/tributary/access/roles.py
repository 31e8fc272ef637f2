"""Scopes, and which role holds which: the one table that decides.

A scope is `<noun>:<verb>`. A role is a set of scopes; a token carries a subset of its creator's. Nothing else in
Tributary compares roles: code asks for a scope.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

from tributary.errors import InvalidRequest

Role = Literal["owner", "engineer", "marketer", "analyst", "viewer"]
ROLES: tuple[Role, ...] = get_args(Role)

SCOPES: dict[str, str] = {
    "sources:read": "See sources and their counters.",
    "sources:write": "Create and change sources and write keys.",
    "events:read": "See events.",
    "quarantine:read": "See quarantined events with their raw bytes.",
    "quarantine:write": "Replay and discard quarantined events.",
    "import:write": "Load files of events or customers.",
    "profiles:read": "Look up people; contact details are masked.",
    "profiles:reveal": "See contact details unmasked.",
    "identity:read": "See identity rules, why people are one person, and what is suspicious.",
    "identity:write": "Change identity rules; join and part people.",
    "audiences:read": "See audiences and estimate rules.",
    "audiences:write": "Create, change and refresh audiences.",
    "tags:read": "See tags.",
    "tags:write": "Create, change and recompute tags.",
    "campaigns:read": "See campaigns and their reports.",
    "campaigns:write": "Create and change campaigns; send a test.",
    "campaigns:send": "Send a campaign to its audience.",
    "workspace:read": "See the workspace's settings.",
    "workspace:write": "Change the workspace and create new ones.",
    "users:read": "See who belongs to the workspace.",
    "users:write": "Add and remove people and change their roles.",
    "tokens:read": "See API tokens (never their secrets).",
    "tokens:write": "Create and revoke API tokens.",
    "audit:read": "Read the audit log.",
    "jobs:read": "See background jobs.",
    "jobs:write": "Cancel and retry background jobs.",
}

# A viewer must hold no scope that changes anything: the route-walking test relies on it.
_VIEWER = frozenset(
    {
        "sources:read",
        "events:read",
        "profiles:read",
        "audiences:read",
        "tags:read",
        "campaigns:read",
        "workspace:read",
        "jobs:read",
    }
)
_ANALYST = _VIEWER | {"identity:read", "audiences:write", "tags:write", "quarantine:read"}
_MARKETER = _VIEWER | {
    "profiles:reveal",
    "identity:read",
    "audiences:write",
    "tags:write",
    "campaigns:write",
    "campaigns:send",
    "users:read",
    "jobs:write",
}
_ENGINEER = _VIEWER | {
    "sources:write",
    "quarantine:read",
    "quarantine:write",
    "import:write",
    "profiles:reveal",
    "identity:read",
    "identity:write",
    "audiences:write",
    "tags:write",
    "campaigns:write",
    "users:read",
    "tokens:read",
    "tokens:write",
    "audit:read",
    "jobs:write",
}

ROLE_SCOPES: dict[Role, frozenset[str]] = {
    "owner": frozenset(SCOPES),
    "engineer": _ENGINEER,
    "marketer": _MARKETER,
    "analyst": _ANALYST,
    "viewer": _VIEWER,
}

# What people call a role, and what it is for.
ROLE_TEXTS: dict[Role, tuple[str, str]] = {
    "owner": ("Owner", "Does everything; adds people and changes the workspace."),
    "engineer": (
        "Engineer",
        "Connects sources, mends quarantined events, loads files and makes API tokens. Sends no campaigns.",
    ),
    "marketer": ("Marketer", "Builds audiences, tags and campaigns and sends them. Sees contact details."),
    "analyst": ("Analyst", "Builds audiences and tags. Sees contact details masked only."),
    "viewer": ("Viewer", "Looks at sources, people, audiences, tags and campaigns, and changes nothing."),
}


def scopes_of(role: str) -> frozenset[str]:
    """The scopes of a role; none for a role that is not known."""
    return next((scopes for name, scopes in ROLE_SCOPES.items() if name == role), frozenset())


def check_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes as a set.

    Raises:
        InvalidRequest: there is none, or one of them does not exist.
    """
    wanted = frozenset(scopes)
    unknown = sorted(wanted - SCOPES.keys())
    if unknown:
        raise InvalidRequest(
            f"There is no scope {unknown[0]!r}.", cure=f"Known scopes: {', '.join(SCOPES)}.", path="scopes"
        )
    if not wanted:
        raise InvalidRequest("A token without scopes can do nothing.", cure="Name at least one scope.", path="scopes")
    return wanted


def check_role(role: str) -> Role:
    """The role.

    Raises:
        InvalidRequest: there is no such role.
    """
    for known in ROLES:
        if role == known:
            return known
    raise InvalidRequest(f"There is no role {role!r}.", cure=f"Known roles: {', '.join(ROLES)}.", path="role")
