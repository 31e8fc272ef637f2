"""The privacy half of the message gate: may this be sent to this person now, and if not, why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tributary.privacy.consent import combine, default_basis, states_of_subjects
from tributary.privacy.keys import Hasher, lock_subjects
from tributary.privacy.suppression import address_type, suppressed_reasons
from tributary.store import Session


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody about to be written to: the address, and all identifiers as (type, value)."""

    address: str
    identifiers: tuple[tuple[str, str], ...]


def check_sendable(
    session: Session, hasher: Hasher, workspace_id: int, people: Mapping[int, Person], *, channel: str, purpose: str
) -> dict[int, str | None]:
    """Profile id → None if sending is allowed, else the reason.

    Reasons, in the order they are looked for: `suppressed_complained`, `suppressed_unsubscribed`, `suppressed_manual`,
    `suppressed_bounced`, `consent_withdrawn`, `consent_missing`. A bounce counts for its own address; the others count
    for every address of the person, so a merge never makes anybody reachable who was not.
    """
    type_ = address_type(channel)
    own: dict[int, tuple[str, list[str], list[str]]] = {}
    for profile_id, person in people.items():
        address = hasher.subject(workspace_id, type_, person.address)
        subjects = [hasher.subject(workspace_id, kind, value) for kind, value in person.identifiers]
        addresses = [s for s, (kind, _) in zip(subjects, person.identifiers, strict=True) if kind == type_]
        own[profile_id] = (address, [address, *addresses], [address, *subjects])
    everyone = list({subject for _, _, subjects in own.values() for subject in subjects})
    suppressed = suppressed_reasons(session, workspace_id, channel, purpose, everyone)
    consents = states_of_subjects(session, workspace_id, channel, purpose, everyone)
    needs_grant = default_basis(session, workspace_id) == "consent"
    verdicts: dict[int, str | None] = {}
    for profile_id, (address, addresses, subjects) in own.items():
        reasons = {reason for subject in addresses for reason in suppressed.get(subject, ()) if reason != "bounced"}
        reasons |= suppressed.get(address, set())
        state = combine(consents.get(subject, "none") for subject in subjects)
        verdicts[profile_id] = _verdict(reasons, state, needs_grant=needs_grant)
    return verdicts


def _verdict(reasons: set[str], state: str, *, needs_grant: bool) -> str | None:
    for reason in ("complained", "unsubscribed", "manual", "bounced"):
        if reason in reasons:
            return f"suppressed_{reason}"
    if state == "withdrawn":
        return "consent_withdrawn"
    return "consent_missing" if state == "none" and needs_grant else None


def suppression_of(
    session: Session, hasher: Hasher, workspace_id: int, address: str, *, channel: str, purpose: str
) -> str | None:
    """Why nothing may be sent to one address, whoever it belongs to; None if nothing stands against it."""
    subject = hasher.subject(workspace_id, address_type(channel), address)
    reasons = suppressed_reasons(session, workspace_id, channel, purpose, [subject]).get(subject, set())
    return _verdict(reasons, "granted", needs_grant=False)


def is_sendable(
    session: Session,
    hasher: Hasher,
    workspace_id: int,
    person: Person,
    *,
    channel: str,
    purpose: str,
    is_locked: bool = False,
) -> str | None:
    """The same for one person. With `is_locked` nobody can suppress or withdraw until the caller's transaction ends."""
    if is_locked:
        subjects = [hasher.subject(workspace_id, kind, value) for kind, value in person.identifiers]
        lock_subjects(session, [*subjects, hasher.subject(workspace_id, address_type(channel), person.address)])
    return check_sendable(session, hasher, workspace_id, {0: person}, channel=channel, purpose=purpose)[0]
