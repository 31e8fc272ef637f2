"""Every route of the API, called by those who must not: strangers, other workspaces, and members with too little.

Nothing here names routes one by one: the tests walk whatever the application serves. A new router is covered the moment
it is mounted, and fails until `fixtures/samples.py` knows its kinds of things.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import func, select

from fixtures.samples import BODIES, CANARY, SAMPLES, Tenant
from tributary.access import SCOPES
from tributary.api.auth import Access, access_of
from tributary.api.context import is_write_session
from tributary.api.openapi import build_openapi
from tributary.store import Base
from tributary.store.tables.access import AuditEntry

# What everybody may call, signed in or not. A route added here gives something to the whole internet.
PUBLIC = {
    "login", "login_with_code", "get_bootstrap", "set_up",
    "get_health", "get_readiness", "get_version", "get_openapi", "get_reference", "enter_reference",
    "track_open", "track_open_head", "track_click", "track_click_head",
    "ask_unsubscribe", "ask_unsubscribe_head", "unsubscribe",
}  # fmt: skip

# What every member may do whatever their role, because it concerns only themselves.
OWN_AFFAIRS = {"cancel_estimate", "logout", "change_password", "end_my_session", "enter_workspace"}

# Path parameters that callers make up for themselves: nobody's things.
CHOSEN = {"key"}

_ORDER = ["HEAD", "GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True)
class Operation:
    """One method of one route."""

    id: str
    method: str
    path: str
    access: Access
    writes: bool  # takes part in a write transaction
    parameters: tuple[str, ...]
    spec: dict[str, Any]
    document: dict[str, Any]

    @property
    def changes(self) -> bool:
        return self.method != "GET" and not (self.access.scope or "").endswith(":read")

    @property
    def names_things(self) -> bool:
        return bool(set(self.parameters) - CHOSEN)

    def call(self, client, tenant: Tenant, *, as_=None):
        """Call it with the ids of `tenant`'s things, in the path, the query and the body."""
        path = self.path.format(**{name: tenant.id_of(name) for name in self.parameters})
        return client.request(self.method, path, as_=as_, params=self._query(), **self.body(tenant))

    def body(self, tenant: Tenant) -> dict[str, Any]:
        content = self.spec.get("requestBody", {}).get("content", {})
        if "application/json" not in content:
            return {}
        if self.id in BODIES:
            return {"json": BODIES[self.id](tenant)}
        return {"json": self._example(content["application/json"]["schema"], tenant)}

    def _query(self) -> dict[str, Any]:
        wanted = [part for part in self.spec.get("parameters", []) if part["in"] == "query" and part.get("required")]
        return {part["name"]: self._example(part["schema"], None) for part in wanted}

    def _example(self, schema: dict[str, Any], tenant: Tenant | None, name: str = "") -> Any:
        if "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        if tenant is not None and name in SAMPLES:
            return tenant.id_of(name)
        for choices in (schema.get("anyOf"), schema.get("oneOf")):
            if choices:
                return self._example(choices[0], tenant, name)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "object":
            fields = schema.get("properties", {})
            wanted = set(schema.get("required", [])) | (set(fields) & set(SAMPLES))
            return {field: self._example(fields[field], tenant, field) for field in sorted(wanted)}
        if schema.get("type") == "array":
            return [self._example(schema["items"], tenant)] if schema.get("minItems") else []
        return _plain(schema)


def _plain(schema: dict[str, Any]) -> Any:
    match schema.get("type"):
        case "integer" | "number":
            return max(schema.get("minimum", 1), 1)
        case "boolean":
            return True
        case "string" if schema.get("format") == "date-time":
            return "2030-01-01T00:00:00Z"
        case "string":
            return "x" * max(schema.get("minLength", 0), 3)
    return {}


def operations_of(app) -> list[Operation]:
    document = build_openapi(app)
    found = []
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            spec = document["paths"][route.path][method.lower()]
            parameters = tuple(part["name"] for part in spec.get("parameters", []) if part["in"] == "path")
            found.append(
                Operation(
                    id=spec["operationId"],
                    method=method,
                    path=str(route.path),
                    access=access_of(route),
                    writes=_writes(route.dependant),
                    parameters=parameters,
                    spec=spec,
                    document=document,
                )
            )
    # The session must survive to the end, and things must exist until they are deleted.
    return sorted(found, key=lambda operation: (operation.id == "logout", _ORDER.index(operation.method)))


def _writes(dependant) -> bool:
    return any(is_write_session(part.call) or _writes(part) for part in dependant.dependencies)


class _Log:
    """An event log that takes everything."""

    def append_sync(self, payload: bytes) -> None:
        assert payload


@pytest.fixture
def context(context, single_warehouse):
    context.warehouse = single_warehouse
    context.producer = _Log()
    return context


@pytest.fixture
def operations(api_client):
    return operations_of(api_client.app)


@pytest.fixture
def protected(operations):
    return [operation for operation in operations if not operation.access.is_public]


@pytest.fixture
def make_tenant(context, make_user, operations):
    """A workspace that holds one thing of every kind that any route can name."""

    def make() -> Tenant:
        tenant = Tenant(context, make_user("owner"))
        for operation in operations:
            if not operation.access.is_public:
                for name in operation.parameters:
                    tenant.id_of(name)
        return tenant

    return make


def contents(context, workspace_id: int) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the store that belongs to the workspace."""
    with context.store.read() as session:
        return {
            name: sorted(
                map(tuple, session.execute(select(table).where(table.c.workspace_id == workspace_id))), key=repr
            )
            for name, table in Base.metadata.tables.items()
            if "workspace_id" in table.c
        }


def test_public_routes_are_exactly_these(operations):
    assert {operation.id for operation in operations if operation.access.is_public} == PUBLIC


def test_anonymous_callers_get_401_everywhere_else(api_client, protected, make_tenant):
    tenant = make_tenant()
    answers = {operation.id: operation.call(api_client, tenant).status_code for operation in protected}
    assert set(answers.values()) == {401}, answers


def test_things_of_another_workspace_do_not_exist(api_client, context, protected, make_tenant, make_user):
    """The owner of B, who may do everything there, uses the ids of A's things."""
    victim, stranger = make_tenant(), make_user("owner")
    before = contents(context, victim.workspace_id)
    wrong = []
    for operation in protected:
        answer = operation.call(api_client, victim, as_=stranger)
        names_things = operation.names_things or any(
            identifier in str(operation.body(victim)) for identifier in victim.ids.values()
        )
        allowed = {400, 403, 404, 409, 422} if not operation.names_things else {403, 404}
        if answer.status_code >= 500 or (names_things and answer.status_code not in allowed):
            wrong.append((operation.id, answer.status_code, answer.text[:300]))
        if CANARY in answer.text:
            wrong.append((operation.id, "shows data of another workspace", answer.text[:300]))
        if not names_things and any(identifier in answer.text for identifier in victim.ids.values()):
            wrong.append((operation.id, "shows ids of another workspace", answer.text[:300]))
    assert not wrong, "\n".join(map(str, wrong))
    assert contents(context, victim.workspace_id) == before


def test_a_token_of_another_workspace_fares_the_same(
    api_client, context, protected, make_tenant, make_user, make_token
):
    victim, stranger = make_tenant(), make_token(by=make_user("owner"))
    before = contents(context, victim.workspace_id)
    for operation in protected:
        if operation.names_things:
            answer = operation.call(api_client, victim, as_=stranger)
            assert answer.status_code in {403, 404}, (operation.id, answer.status_code, answer.text)
            assert CANARY not in answer.text
    assert contents(context, victim.workspace_id) == before


def test_a_viewer_changes_nothing(api_client, context, protected, make_tenant, make_user):
    tenant = make_tenant()
    viewer = make_user("viewer", workspace_id=tenant.workspace_id)
    before = contents(context, tenant.workspace_id)
    for operation in protected:
        if operation.changes and operation.id not in OWN_AFFAIRS:
            answer = operation.call(api_client, tenant, as_=viewer)
            assert answer.status_code == 403, (operation.id, answer.status_code, answer.text)
    assert contents(context, tenant.workspace_id) == before


def test_only_own_affairs_change_something_without_a_scope(protected):
    assert {o.id for o in protected if o.changes and o.access.scope is None} == OWN_AFFAIRS


def test_a_token_with_every_scope_but_one_cannot_use_that_one(api_client, protected, make_tenant, make_token):
    tenant = make_tenant()
    tokens = {scope: make_token(*(set(SCOPES) - {scope}), by=tenant.owner) for scope in SCOPES}
    for operation in protected:
        if operation.access.scope is not None:
            answer = operation.call(api_client, tenant, as_=tokens[operation.access.scope])
            assert answer.status_code == 403, (operation.id, answer.status_code, answer.text)


def test_the_owner_reaches_everything_and_every_change_leaves_a_record(api_client, context, protected, make_tenant):
    """The control of the tests above: with the right caller the same ids and bodies are good."""
    tenant = make_tenant()
    wrong = []
    for operation in protected:
        before = _records(context)
        answer = operation.call(api_client, tenant, as_=tenant.owner)
        if answer.status_code in {401, 403, 404, 422} or answer.status_code >= 500:
            if operation.id != "change_password":  # 403: it is not the owner's password that the walk sends
                wrong.append((operation.id, answer.status_code, answer.text[:500]))
        elif answer.is_success and operation.changes and operation.writes and _records(context) == before:
            wrong.append((operation.id, "changed something without a record in the audit log"))
    assert not wrong, "\n".join(map(str, wrong))


def _records(context) -> int:
    with context.store.read() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0
