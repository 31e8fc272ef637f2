"""What the routes of audiences and of tags have in common: the parts of a definition that has versions and runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from tributary.api.body import Body
from tributary.api.locale import Text
from tributary.governance.comparing import DescribedChange
from tributary.governance.lineage import Item, names_of, users_of
from tributary.governance.notes import Note
from tributary.governance.runs import DefinitionState
from tributary.store import Session
from tributary.store.tables.definitions import DefinitionRow, RunRow, VersionRow

PEOPLE = "profiles:read"  # needed besides, where an answer is about a person

State = Annotated[
    DefinitionState,
    Field(description="Of the newest computation. Earlier results stay current while it runs and when it failed."),
]
Author = Annotated[str, Field(description="`usr_…`, `tok_…`, or `system`: Tributary itself made it.")]
Schedule = Literal["manual", "hourly", "daily"]


class RuleIn(Body):
    """A rule that need not be saved."""

    rule: dict[str, Any] = Field(description="See the reference of rules.")


class Duplicate(Body):
    """What the copy is called."""

    name: str | None = Field(
        default=None, min_length=1, max_length=200, description="Without one, the same with the next free number."
    )


class VersionRestore(Body):
    """Which version is the newest now, and why an older one comes back."""

    base_version: int = Field(ge=1, description="The version that you looked at; another one now answers 409.")
    note: str = Field(default="", max_length=500)


class RunError(BaseModel):
    """Why a run failed, and what to do."""

    code: str
    message: Text
    cure: Text | None
    path: str | None


class UserOut(BaseModel):
    """Something that builds on this definition."""

    kind: Literal["audience", "tag", "campaign"]
    id: str
    name: str


class NoteOut(BaseModel):
    """A remark on a valid rule: a name or value that nobody has, and existing ones like it, the nearest first."""

    path: str
    message: str
    suggestions: list[str]


class ChangeOut(BaseModel):
    """One difference between two definitions. The sentences are those of the condition or group that it lies in."""

    path: str = Field(description="As in problems; what was removed is placed in the older definition.")
    kind: Literal["added", "removed", "changed"]
    before: Any
    after: Any
    sentence_before: str | None
    sentence_after: str | None


class JobRef(BaseModel):
    """The background job that does it."""

    job_id: str


def fields_of(row: DefinitionRow | VersionRow | RunRow, model: type[BaseModel]) -> dict[str, Any]:
    """The model's fields that stand in the row itself, by their names on the wire."""
    fields = {name: getattr(row, name) for name in model.model_fields if hasattr(row, name)}
    if isinstance(row, DefinitionRow):
        fields.update(version=row.current_version, run=row.current_run)
    if isinstance(row, RunRow) and row.error:
        fields["error"] = {"cure": None, "path": None, **row.error}
    return fields


def show_notes(notes: Iterable[Note]) -> list[NoteOut]:
    """Notes for an answer."""
    return [NoteOut.model_validate(note, from_attributes=True) for note in notes]


def show_changes(changes: Iterable[DescribedChange]) -> list[ChangeOut]:
    """Changes for an answer."""
    return [ChangeOut.model_validate(change, from_attributes=True) for change in changes]


def show_users(session: Session, workspace_id: int, item: Item) -> list[UserOut]:
    """What builds on a definition, by name."""
    users = users_of(session, workspace_id, item)
    names = names_of(session, workspace_id, users)
    return [UserOut(kind=user.kind, id=user.id, name=names[user]) for user in users]
