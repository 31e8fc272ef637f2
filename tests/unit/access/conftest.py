"""A workspace with an owner, on both engines, and shorthands for what the tests of access do all the time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from tributary.access import (
    Caller,
    SessionPolicy,
    add_member,
    create_first_owner,
    login,
    resolve_session,
    system_principal,
)
from tributary.store.tables.access import AuditEntry, User, Workspace

POLICY = SessionPolicy()
OWNER = "owner@example.com"


class Desk:
    """One installation: its store, clock and first owner, whose password is `password`."""

    def __init__(self, store, clock, passwords):
        self.store, self.clock, self.passwords = store, clock, passwords
        with store.begin() as session:
            self.password = create_first_owner(session, OWNER, clock, passwords=passwords)
        with store.read() as session:
            self.workspace_id = session.scalars(select(Workspace.id)).one()
            self.owner_id = session.scalars(select(User.id)).one()

    def login(self, email=OWNER, password=None, *, ip="10.0.0.1", replaces=None):
        return login(
            self.store,
            self.clock,
            self.passwords,
            POLICY,
            email=email,
            password=self.password if password is None else password,
            caller=Caller(ip=ip, user_agent="test", request_id="req_12345678"),
            replaces=replaces,
        )

    def resolve(self, token):
        return resolve_session(self.store, self.clock, POLICY, token, Caller())

    def owner(self):
        """The owner in a browser session."""
        return self.resolve(self.login().token)

    def member(self, role, *, email=None, workspace_id=None):
        """A new member of the role, signed in: (principal, password)."""
        address = email or f"{role}@example.com"
        with self.store.begin() as session:
            _, password = add_member(
                session, self.system(workspace_id), self.passwords, email=address, name=role, role=role
            )
        return self.resolve(self.login(address, password).token), password

    def system(self, workspace_id=None):
        return system_principal(workspace_id or self.workspace_id, clock=self.clock)

    def actions(self):
        """What the audit log says was done, oldest first."""
        with self.store.read() as session:
            return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.fixture
def desk(store, clock, passwords):
    return Desk(store, clock, passwords)


@pytest.fixture
def at():
    """`at(principal, ip=…)`: the same caller with other circumstances."""
    return replace
