"""Versioned definitions: what people define, change, put away and bring back, and what gets computed because of it.

Every change of the content is a new version; none is ever changed or removed. Saving one asks for the jobs that make it
true: the columns that it reads get promoted and its results are computed. The old results stay current until then.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any, ClassVar, Generic, TypeVar, cast

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError

from tributary.access import Principal, audit
from tributary.core.cadence import Cadence, next_due
from tributary.core.changes import changes
from tributary.core.clock import Clock
from tributary.core.fields import FieldKind
from tributary.errors import Conflict, InvalidRequest, NotFound
from tributary.governance.comparing import DescribedChange, describe_changes
from tributary.governance.lineage import Item, ItemKind, names_of, set_uses, users_of
from tributary.governance.ordering import Order
from tributary.governance.rule_check import Checked
from tributary.jobs import enqueue
from tributary.rules import Catalog, Locale
from tributary.store import Session, Store
from tributary.store.tables.access import Workspace
from tributary.store.tables.definitions import DefinitionRow, VersionRow

DefinitionT = TypeVar("DefinitionT", bound=DefinitionRow)
VersionT = TypeVar("VersionT", bound=VersionRow)

_MAX_NAME = 200
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBERED = re.compile(r" \(\d{1,3}\)$")


class Definitions(ABC, Generic[DefinitionT, VersionT]):
    """The definitions of one kind. `kind` names them in jobs, the audit log and messages."""

    kind: ClassVar[ItemKind]
    compute_job: ClassVar[str]

    def __init__(self, table: type[DefinitionT], versions: type[VersionT]) -> None:
        self.table = table
        self._versions = versions
        self.id_name = f"{self.kind}_id"  # in job payloads and in the warehouse
        self.promote_job = f"{self.kind}.promote"

    @abstractmethod
    def check(self, session: Session, definition: DefinitionT, source: Mapping[str, Any], now: datetime) -> Checked:
        """Decode a content for `definition`, which may not be stored yet, and resolve it against the catalogue.

        Raises:
            RuleError: the content is wrong, or the definition would build on itself; `path` says where.
        """

    @abstractmethod
    def fields_of(self, definition: DefinitionT, version: VersionT) -> Iterable[tuple[FieldKind, str, str]]:
        """The traits and properties that a version reads, as `(kind, event, name)`."""

    def is_living(self, definition: DefinitionT) -> bool:  # noqa: ARG002 (for those that differ)
        """Whether the results follow the data, and so must be caught up when it comes back from the archive."""
        return True

    def create(
        self, session: Session, caller: Principal, definition: DefinitionT, source: Mapping[str, Any], note: str
    ) -> DefinitionT:
        """Store a new definition at version 1; its results are computed by a job as soon as this is committed.

        `definition` brings its id, name, description, schedule, and the columns of its kind.

        Raises:
            RuleError: the content is wrong; `path` says where.
            InvalidRequest: the name is empty or too long.
            Conflict: another one has this name.
        """
        now = caller.clock.now()
        definition.workspace_id = caller.workspace_id
        definition.name = self._free_name(session, caller.workspace_id, definition.name)
        definition.current_version = definition.last_run = 0
        definition.current_run = definition.refreshed_at = definition.due_at = None
        definition.is_archived = False
        definition.created_by = caller.actor_id
        definition.created_at = definition.updated_at = now
        checked = self.check(session, definition, source, now)
        session.add(definition)
        self._flush(session)
        self._add_version(session, caller, definition, checked, note)
        definition.due_at = self._due_after(session, definition, now)
        self._audit(session, caller, "created", definition.id, version=1)
        return definition

    def open(self, session: Session, caller: Principal, id_: str, base_version: int) -> DefinitionT:
        """Lock a definition in order to change it. `base_version` is the version that the caller has looked at.

        Raises:
            NotFound: there is none with this id here.
            Conflict: somebody saved another version since, or it is archived.
        """
        definition = self.get(session, caller.workspace_id, id_, for_update=True)
        if definition.is_archived:
            raise Conflict(f"An archived {self.kind} cannot be changed.", cure="Bring it back first.")
        if definition.current_version != base_version:
            raise Conflict(
                f"“{definition.name}” is at version {definition.current_version}; the change was made on "
                f"{base_version}.",
                cure="Look at what was changed in between, then save again on top of the newest version.",
                current_version=definition.current_version,
                base_version=base_version,
            )
        return definition

    def change(
        self,
        session: Session,
        caller: Principal,
        definition: DefinitionT,
        *,
        name: str | None = None,
        description: str | None = None,
        choices: Mapping[str, str | None] | None = None,
        source: Mapping[str, Any] | None = None,
        note: str = "",
    ) -> DefinitionT:
        """Change what is not None of a definition that was opened. A content that differs becomes the next version.

        `choices` are columns that hold one of a few words; these are told in the audit log.

        Raises:
            Conflict: the name is taken.
            RuleError: the content is wrong, or the definition would build on itself.
        """
        now = caller.clock.now()
        details: dict[str, Any] = {}
        if name is not None and name.strip() != definition.name:
            definition.name = self._free_name(session, definition.workspace_id, name)
            details["name"] = True
        if description is not None and description != definition.description:
            definition.description = description
            details["description"] = True
        for column, choice in (choices or {}).items():
            if choice is not None and choice != getattr(definition, column):
                setattr(definition, column, choice)
                details[column] = choice
        if source is not None:
            checked = self.check(session, definition, source, now)
            if changes(self._current(session, definition).content, checked.encoded):
                self._add_version(session, caller, definition, checked, note)
                details["version"] = definition.current_version
        if details:
            definition.due_at = self._due_after(session, definition, now)
            definition.updated_at = now
            self._flush(session)
            self._audit(session, caller, "updated", definition.id, **details)
        return definition

    def restore(
        self, session: Session, caller: Principal, id_: str, version: int, *, base_version: int, note: str = ""
    ) -> DefinitionT:
        """Make the content of an older version the newest one.

        Raises:
            NotFound: there is no such definition or version here.
            Conflict: somebody saved another version since, or that version says what the newest one says.
            RuleError: the content no longer fits the catalogue.
        """
        old = self.get_version(session, caller.workspace_id, id_, version)
        definition = self.open(session, caller, id_, base_version)
        self.change(session, caller, definition, source=old.content, note=note or f"= v{version}")
        if definition.current_version == base_version:
            raise Conflict(
                f"Version {version} says the same as the newest version, {base_version}.",
                cure="Nothing needs to be done.",
            )
        return definition

    def archive(self, session: Session, caller: Principal, id_: str) -> DefinitionT:
        """Put a definition away: it is no longer computed, shown nor offered. `unarchive` brings it back.

        Raises:
            NotFound: there is none with this id here.
            Conflict: it is archived already, or others build on it; `users` lists them.
        """
        definition = self.get(session, caller.workspace_id, id_, for_update=True)
        if definition.is_archived:
            raise Conflict("It is archived already.", cure="Nothing needs to be done.")
        users = users_of(session, caller.workspace_id, Item(self.kind, id_))
        if users:
            names = names_of(session, caller.workspace_id, users)
            listed = ", ".join(f"{item.kind} “{names[item]}”" for item in users[:5])
            raise Conflict(
                f"“{definition.name}” is used by {len(users)} other definitions: {listed}.",
                cure="Take it out of them first.",
                users=[{"kind": item.kind, "id": item.id, "name": names[item]} for item in users],
            )
        set_uses(session, caller.workspace_id, Item(self.kind, id_), [])
        definition.is_archived, definition.due_at, definition.updated_at = True, None, caller.clock.now()
        self._audit(session, caller, "archived", id_)
        return definition

    def unarchive(self, session: Session, caller: Principal, id_: str) -> DefinitionT:
        """Bring an archived definition back and have it computed again.

        Raises:
            NotFound: there is none with this id here.
            Conflict: it is not archived, or its name is taken by now.
            RuleError: it asks for something that is gone.
        """
        now = caller.clock.now()
        definition = self.get(session, caller.workspace_id, id_, for_update=True)
        if not definition.is_archived:
            raise Conflict("It is not archived.", cure="Nothing needs to be done.")
        self._free_name(session, caller.workspace_id, definition.name)
        checked = self.check(session, definition, self._current(session, definition).content, now)
        set_uses(session, caller.workspace_id, Item(self.kind, id_), checked.uses)
        definition.is_archived, definition.updated_at = False, now
        definition.due_at = self._due_after(session, definition, now)
        self._flush(session)
        if self.is_living(definition):
            self._ask(session, definition, self.compute_job)
        self._audit(session, caller, "unarchived", id_)
        return definition

    def request(self, session: Session, caller: Principal, definition: DefinitionT) -> str:
        """Ask for the results to be computed now; returns the id of the job. Asking twice gives the same waiting job.

        Raises:
            Conflict: it is archived.
        """
        if definition.is_archived:
            raise Conflict(f"An archived {self.kind} is not computed.", cure="Bring it back first.")
        job_id = self._ask(session, definition, self.compute_job)
        audit(session, caller, f"{self.compute_job}_requested", self.kind, definition.id, {"job": job_id})
        return job_id

    def recompute_all(self, session: Session, workspace_id: int, *, not_before: datetime) -> None:
        """Ask for everything that has results to be computed anew, because people are others than they were.

        Asking again before `not_before` costs nothing.
        """
        query = select(self.table).where(
            self.table.workspace_id == workspace_id,
            self.table.is_archived.is_(False),
            self.table.current_run.is_not(None),
        )
        for definition in session.scalars(query.order_by(self.table.id)):
            if self.is_living(definition):
                payload = {self.id_name: definition.id}
                enqueue(
                    session, self.compute_job, payload, workspace_id=workspace_id, key=definition.id,
                    not_before=not_before,
                )  # fmt: skip

    def enqueue_due(self, store: Store, clock: Clock) -> int:
        """Ask for everything whose time has come to be computed, and note when it comes next; returns how many."""
        now = clock.now()
        with store.begin() as session:
            query = select(self.table).where(self.table.due_at <= now).with_for_update(skip_locked=True)
            due = session.scalars(query).all()
            for definition in due:
                self._ask(session, definition, self.compute_job)
                definition.due_at = self._due_after(session, definition, now)
        return len(due)

    def get(self, session: Session, workspace_id: int, id_: str, *, for_update: bool = False) -> DefinitionT:
        """One definition, archived or not.

        Raises:
            NotFound: there is none with this id in the workspace.
        """
        query = select(self.table).where(self.table.id == id_, self.table.workspace_id == workspace_id)
        definition = session.scalars(query.with_for_update() if for_update else query).one_or_none()
        if definition is None:
            raise NotFound(f"There is no {self.kind} {id_!r} in this workspace.", cure="Check the id.")
        return definition

    def list(
        self,
        session: Session,
        workspace_id: int,
        *,
        sort: str = "newest",
        after: tuple[Any, ...] | None = None,
        limit: int = 50,
        search: str = "",
        archived: bool = False,
        where: ColumnElement[bool] | None = None,
    ) -> Sequence[DefinitionT]:
        """In the order of `sort`, a key of `sorts`, those after the one whose `sort_key` is `after`.

        `search` is part of the name, in any case; `where` is any other condition on the rows.

        Raises:
            InvalidRequest: `after` does not belong to this order.
        """
        table = self.table
        query = select(table).where(table.workspace_id == workspace_id, table.is_archived == archived)
        if where is not None:
            query = query.where(where)
        if search:
            query = query.where(table.name.icontains(search, autoescape=True))
        order = self.sorts()[sort]
        if after is not None:
            query = query.where(order.after(after))
        return session.scalars(query.order_by(*order.columns).limit(limit)).all()

    def sorts(self) -> Mapping[str, Order]:
        """The orders of a list, by name."""
        table = self.table
        return {
            "newest": Order(table.id),
            "name": Order(table.id, table.name, is_ascending=True),
            "refreshed": Order(table.id, table.refreshed_at, missing=_NEVER),
        }

    def sort_key(self, definition: DefinitionT, sort: str) -> tuple[str | int | float, ...]:
        """Where a definition stands in an order."""
        return self.sorts()[sort].key(definition)

    def free_copy_name(self, session: Session, definition: DefinitionT) -> str:
        """A name for a copy: the same with the next free number."""
        base = _NUMBERED.sub("", definition.name)[: _MAX_NAME - 6]
        table = self.table
        taken = set(
            session.scalars(
                select(table.name).where(
                    table.workspace_id == definition.workspace_id,
                    table.is_archived.is_(False),
                    table.name.startswith(base, autoescape=True),
                )
            )
        )
        return next(name for number in count(2) if (name := f"{base} ({number})") not in taken)

    def get_version(self, session: Session, workspace_id: int, id_: str, version: int) -> VersionT:
        """One version of a definition.

        Raises:
            NotFound: there is no such definition or version in the workspace.
        """
        found = session.get(self._versions, (id_, version))
        if found is None or found.workspace_id != workspace_id:
            raise NotFound(
                f"There is no version {version} of the {self.kind} {id_!r} in this workspace.",
                cure="List its versions.",
            )
        return found

    def list_versions(
        self, session: Session, workspace_id: int, id_: str, *, before: int | None = None, limit: int = 50
    ) -> Sequence[VersionT]:
        """The newest versions first, those below `before`.

        Raises:
            NotFound: there is no such definition in the workspace.
        """
        self.get(session, workspace_id, id_)
        query = select(self._versions).where(self._versions.definition_id == id_)
        if before is not None:
            query = query.where(self._versions.version < before)
        return session.scalars(query.order_by(self._versions.version.desc()).limit(limit)).all()

    def compare(
        self, session: Session, workspace_id: int, id_: str, before: int, after: int, catalog: Catalog, locale: Locale
    ) -> Sequence[DescribedChange]:
        """What turned the content of version `before` into that of version `after`.

        Raises:
            NotFound: one of them does not exist here.
        """
        return describe_changes(
            self.get_version(session, workspace_id, id_, before).content,
            self.get_version(session, workspace_id, id_, after).content,
            catalog,
            locale,
        )

    def _current(self, session: Session, definition: DefinitionT) -> VersionT:
        return session.get_one(self._versions, (definition.id, definition.current_version))

    def _add_version(
        self, session: Session, caller: Principal, definition: DefinitionT, checked: Checked, note: str
    ) -> None:
        definition.current_version += 1
        session.add(
            self._versions(
                definition_id=definition.id,
                version=definition.current_version,
                workspace_id=definition.workspace_id,
                content=checked.encoded,
                note=note.strip(),
                created_by=caller.actor_id,
                created_at=caller.clock.now(),
            )
        )
        session.flush()
        set_uses(session, definition.workspace_id, Item(self.kind, definition.id), checked.uses)
        self._ask(session, definition, self.promote_job)
        self._ask(session, definition, self.compute_job)

    def _ask(self, session: Session, definition: DefinitionT, job: str) -> str:
        payload = {self.id_name: definition.id}
        return enqueue(session, job, payload, workspace_id=definition.workspace_id, key=definition.id)

    def _audit(self, session: Session, caller: Principal, happened: str, id_: str, **details: Any) -> None:
        audit(session, caller, f"{self.kind}.{happened}", self.kind, id_, details)

    def _due_after(self, session: Session, definition: DefinitionT, after: datetime) -> datetime | None:
        workspace = session.get_one(Workspace, definition.workspace_id)
        return next_due(cast("Cadence", definition.schedule), after, workspace.timezone)

    def _free_name(self, session: Session, workspace_id: int, name: str) -> str:
        name = name.strip()
        if not 1 <= len(name) <= _MAX_NAME:
            raise InvalidRequest(f"A name has 1 to {_MAX_NAME} characters.", cure="Choose another name.", path="name")
        table = self.table
        taken = select(table.id).where(
            table.workspace_id == workspace_id, table.name == name, table.is_archived.is_(False)
        )
        if session.scalars(taken).first() is not None:
            raise self._name_taken()
        return name

    def _flush(self, session: Session) -> None:
        """Write now, so that a name taken by a concurrent transaction is met here and not at the commit."""
        try:
            session.flush()
        except IntegrityError as exc:
            raise self._name_taken() from exc

    def _name_taken(self) -> Conflict:
        return Conflict(f"Another {self.kind} has this name.", cure="Choose another name.", path="name")
