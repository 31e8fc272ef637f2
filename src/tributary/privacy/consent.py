"""The consent ledger: statements are only ever added; what holds now is computed from them.

Fold of one subject, in the order of `at`: the last statement wins, with two exceptions that both lean to "no".
A withdrawal beats a grant of the same moment. And a grant that came with an imported file does not undo an earlier
withdrawal: the person said no, and a list that somebody uploads afterwards is not the person saying yes.

A person has several identifiers, and therefore several subjects. One withdrawn subject makes the person withdrawn;
else one grant makes the person granted. So a merge can only narrow what is allowed, and an unmerge gives each part
its own state back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import insert, select

from tributary.errors import InvalidRequest
from tributary.privacy.keys import Hasher, lock_subjects
from tributary.privacy.suppression import CHUNK, address_type, lift_unsubscriptions
from tributary.store import Session, upsert
from tributary.store.tables.privacy import Consent, PrivacySettings

ConsentState = Literal["granted", "withdrawn", "none"]
Basis = Literal["consent", "legitimate_interest"]
BASES: tuple[Basis, ...] = get_args(Basis)
IMPORT_SOURCE = "import"
_CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one identifier's owner said about a channel and a purpose, when, and how we know.

    `type` and `value` are the identifier. `source` is free text but for `import`, whose grants never undo a
    withdrawal. `profile_id` helps an operator to find the entry; no decision uses it.
    """

    type: str
    value: str
    channel: str
    purpose: str
    state: Literal["granted", "withdrawn"]
    source: str
    at: datetime
    proof: Mapping[str, Any] = field(default_factory=dict)
    profile_id: int | None = None


def record_consent(
    session: Session, hasher: Hasher, workspace_id: int, statements: Iterable[Statement], *, by: str, now: datetime
) -> int:
    """Add statements, a few or a hundred thousand, and return how many. `by` is who recorded them.

    A grant also lifts the unsubscriptions that it is newer than (same subject, channel and purpose), unless it was
    imported. Other suppressions stay.

    Raises:
        InvalidRequest: a statement has no identifier, an unknown state or channel, or a time that has not come yet.
    """
    rows: list[dict[str, Any]] = []
    grants: dict[tuple[str, str, datetime], list[str]] = {}
    for statement in statements:
        row = _row(hasher, workspace_id, statement, by, now)
        rows.append(row)
        is_address = statement.type == address_type(statement.channel)
        if statement.state == "granted" and statement.source != IMPORT_SOURCE and is_address:
            grants.setdefault((statement.channel, statement.purpose, statement.at), []).append(row["subject"])
    if not rows:
        return 0
    lock_subjects(session, [row["subject"] for row in rows])
    session.execute(insert(Consent), rows)
    for (channel, purpose, at), subjects in grants.items():
        for start in range(0, len(subjects), CHUNK):
            lift_unsubscriptions(session, workspace_id, channel, purpose, subjects[start : start + CHUNK], at)
    return len(rows)


def withdraw_subject(
    session: Session,
    workspace_id: int,
    subject_type: str,
    subject: str,
    *,
    channel: str,
    purpose: str,
    source: str,
    by: str,
    now: datetime,
    proof: Mapping[str, Any],
    profile_id: int | None = None,
) -> bool:
    """Withdraw for a subject whose identifier is not at hand, such as the one in an unsubscribe link.

    False if it is withdrawn already: then nothing is added, so repeating it leaves one entry.
    """
    lock_subjects(session, [subject])
    if states_of_subjects(session, workspace_id, channel, purpose, [subject]).get(subject) == "withdrawn":
        return False
    session.add(
        Consent(
            workspace_id=workspace_id,
            subject_type=subject_type,
            subject=subject,
            profile_id=profile_id,
            channel=channel,
            purpose=purpose,
            state="withdrawn",
            source=source,
            proof=dict(proof),
            at=now,
            recorded_at=now,
            recorded_by=by,
        )
    )
    return True


def _row(hasher: Hasher, workspace_id: int, statement: Statement, by: str, now: datetime) -> dict[str, Any]:
    if not statement.value.strip() or not statement.type:
        raise InvalidRequest("A consent needs an identifier.", cure="Give its type and value.", path="value")
    if statement.state not in ("granted", "withdrawn"):
        raise InvalidRequest(f"There is no state {statement.state!r}.", cure="Use granted or withdrawn.", path="state")
    if not statement.purpose:
        raise InvalidRequest("A consent needs a purpose.", cure="Name one, such as marketing.", path="purpose")
    if statement.at > now + _CLOCK_TOLERANCE:
        raise InvalidRequest("A consent cannot be given in the future.", cure="Check the time and its zone.", path="at")
    address_type(statement.channel)
    return {
        "workspace_id": workspace_id,
        "subject_type": statement.type,
        "subject": hasher.subject(workspace_id, statement.type, statement.value),
        "profile_id": statement.profile_id,
        "channel": statement.channel,
        "purpose": statement.purpose,
        "state": statement.state,
        "source": statement.source,
        "proof": dict(statement.proof),
        "at": statement.at,
        "recorded_at": now,
        "recorded_by": by,
    }


def fold(statements: Iterable[tuple[datetime, str, str]]) -> ConsentState:
    """What (`at`, `state`, `source`) statements of one subject come to."""
    state: ConsentState = "none"
    for _, said, source in sorted(statements, key=lambda item: (item[0], item[1] == "withdrawn")):
        if said == "withdrawn":
            state = "withdrawn"
        elif state != "withdrawn" or source != IMPORT_SOURCE:
            state = "granted"
    return state


def combine(states: Iterable[ConsentState]) -> ConsentState:
    """The most restrictive of the states of one person's subjects."""
    found = set(states)
    return "withdrawn" if "withdrawn" in found else "granted" if "granted" in found else "none"


def states_of_subjects(
    session: Session, workspace_id: int, channel: str, purpose: str, subjects: Sequence[str]
) -> dict[str, ConsentState]:
    """Subject → state, for those of `subjects` that said anything."""
    said: dict[str, list[tuple[datetime, str, str]]] = {}
    for start in range(0, len(subjects), CHUNK):
        rows = session.execute(
            select(Consent.subject, Consent.at, Consent.state, Consent.source).where(
                Consent.workspace_id == workspace_id,
                Consent.subject.in_(subjects[start : start + CHUNK]),
                Consent.channel == channel,
                Consent.purpose == purpose,
            )
        )
        for subject, at, state, source in rows:
            said.setdefault(subject, []).append((at, state, source))
    return {subject: fold(statements) for subject, statements in said.items()}


def consent_states(
    session: Session,
    hasher: Hasher,
    workspace_id: int,
    people: Mapping[int, Iterable[tuple[str, str]]],
    *,
    channel: str,
    purpose: str,
) -> dict[int, ConsentState]:
    """Profile id → state, given each person's identifiers as (type, value) pairs."""
    subjects = {
        person: [hasher.subject(workspace_id, type_, value) for type_, value in identifiers]
        for person, identifiers in people.items()
    }
    states = states_of_subjects(
        session, workspace_id, channel, purpose, list({subject for own in subjects.values() for subject in own})
    )
    return {person: combine(states.get(subject, "none") for subject in own) for person, own in subjects.items()}


def consent_history(
    session: Session, hasher: Hasher, workspace_id: int, identifiers: Iterable[tuple[str, str]], *, limit: int = 200
) -> Sequence[Consent]:
    """The statements of one person's identifiers, newest first."""
    subjects = [hasher.subject(workspace_id, type_, value) for type_, value in identifiers]
    query = select(Consent).where(Consent.workspace_id == workspace_id, Consent.subject.in_(subjects))
    return session.scalars(query.order_by(Consent.at.desc(), Consent.id.desc()).limit(limit)).all()


def default_basis(session: Session, workspace_id: int) -> Basis:
    """What the workspace does without any statement: `consent` means not sending, and is the default."""
    found = session.get(PrivacySettings, workspace_id)
    return "legitimate_interest" if found is not None and found.default_basis == "legitimate_interest" else "consent"


def set_default_basis(session: Session, workspace_id: int, basis: Basis, *, now: datetime) -> None:
    """Choose it. A withdrawal counts under either basis.

    Raises:
        InvalidRequest: there is no such basis.
    """
    if basis not in BASES:
        raise InvalidRequest(f"There is no basis {basis!r}.", cure=f"Use one of: {', '.join(BASES)}.", path="basis")
    row = {"workspace_id": workspace_id, "default_basis": basis, "updated_at": now}
    upsert(session, PrivacySettings, [row], key=["workspace_id"], update=["default_basis", "updated_at"])
