"""The audit log in sentences: what somebody did, with the names of things instead of their ids.

A sentence goes on where the name of whoever did it ends: `王伟` + `created the audience “VIP”`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from tributary.access import ROLE_TEXTS
from tributary.api.jobs import JOB_TITLES
from tributary.core.translation import translate
from tributary.rules import Locale
from tributary.store import Session
from tributary.store.tables.access import ApiToken, AuditEntry, User
from tributary.store.tables.audiences import Audience
from tributary.store.tables.messaging import Campaign
from tributary.store.tables.sources import ImportRun, Source
from tributary.store.tables.tags import Tag

# `{target}` is the name of the thing, everything else a detail of the entry.
SENTENCES: Mapping[str, str] = {
    "account.read_revealed": "saw unmasked personal data of an account",
    "audience.archived": "archived the audience “{target}”",
    "audience.created": "created the audience “{target}”",
    "audience.refresh_requested": "asked for a refresh of the audience “{target}”",
    "audience.unarchived": "brought the audience “{target}” back",
    "audience.updated": "changed the audience “{target}”",
    "campaign.archived": "archived the campaign “{target}”",
    "campaign.cancelled": "cancelled the campaign “{target}”",
    "campaign.created": "created the campaign “{target}”",
    "campaign.duplicated": "made the campaign “{target}” as a copy of another one",
    "campaign.launched": "launched the campaign “{target}”",
    "campaign.paused": "paused the campaign “{target}”",
    "campaign.previewed_revealed": "saw what a campaign would send to the person {target}",
    "campaign.rendered_revealed": "saw what a draft would send to the person {target}",
    "campaign.restored": "brought the campaign “{target}” back",
    "campaign.resumed": "resumed the campaign “{target}”",
    "campaign.test_sent": "sent a test message of the campaign “{target}”",
    "campaign.updated": "changed the campaign “{target}”",
    "consent.recorded": "recorded {entries} statements about consent",
    "consent_settings.changed": "changed what is assumed about people who said nothing",
    "delivery.reconciled": "settled deliveries of unknown outcome",
    "demo_data.loaded": "loaded the demo data",
    "demo_data.requested": "asked for the demo data",
    "events.recent_read_revealed": "saw unmasked personal data in the live events",
    "golden_record.changed": "changed which value of the trait {target} wins",
    "identity.decided_revealed": "saw the unmasked identifiers of {target} when deciding who is one person",
    "identity.graph_read_revealed": "saw the unmasked identity graph of the person {target}",
    "identity.identifier_removed": "removed an identifier of a person for good",
    "identity.joined": "joined two people into one",
    "identity.parted": "parted identifiers that were one person's",
    "identity.match_read_revealed": "saw unmasked personal data of the person {target} in the review queue",
    "identity.reviewed": "marked {count} suspicious cases as looked at",
    "identity.revoked": "took back a decision about who is one person",
    "identity.suspicious_read_revealed": "saw the unmasked identifiers of the person {target} among suspicious cases",
    "identity_matching.accepted": "said of a pair that matching found that they are one person",
    "identity_matching.changed": "changed how people without a common identifier are found",
    "identity_matching.rejected": "said of a pair that matching found that they are two people",
    "identity_matching.run": "began to look for people who may be one",
    "identity_matching.undone": "took back what was said about a pair that matching found",
    "identity_rules.applied": "put version {number} of the identity rules in force",
    "identity_rules.drafted": "kept version {number} of the identity rules",
    "identity_rules.tried": "tried what identity rules would change",
    "import.failed": "imported the file “{target}”, which broke off",
    "import.finished": "finished the import of the file “{target}”",
    "import.started": "began to import the file “{target}”",
    "installation.set_up": "set up Tributary",
    "job.cancelled": "cancelled the background job “{kind}”",
    "job.retried": "started the background job “{kind}” again",
    "member.added": "added {target} as {role}",
    "member.removed": "removed {target} from the workspace",
    "member.role_changed": "changed the role of {target} from {from} to {to}",
    "profile.links_read_revealed": "saw the unmasked identifiers of the person {target}",
    "profile.past_read_revealed": "saw unmasked what was once known about the person {target}",
    "profile.read_revealed": "saw unmasked personal data of the person {target}",
    "profile.timeline_read_revealed": "saw the unmasked events of the person {target}",
    "profiles.listed_revealed": "saw unmasked personal data of the person {target} in a list",
    "quarantine.discarded": "discarded the quarantined event {target}",
    "quarantine.read_revealed": "saw the raw bytes of the quarantined event {target}",
    "quarantine.reopened": "took back the discarded event {target}",
    "quarantine.replay_started": "let a job replay many quarantined events",
    "quarantine.replayed": "replayed the quarantined event {target}",
    "session.ended": "signed out on another device",
    "source.created": "created the source “{target}”",
    "source.key_rotated": "changed the write key of the source “{target}”",
    "source.signing_secret_read": "saw the signing secret of the source “{target}”",
    "source.test_event_sent": "sent a test event to the source “{target}”",
    "source.updated": "changed the source “{target}”",
    "suppression.added": "put {addresses} addresses on the suppression list",
    "suppression.lifted": "took an address off the suppression list",
    "tag.archived": "archived the tag “{target}”",
    "tag.created": "created the tag “{target}”",
    "tag.recompute_requested": "asked for the tag “{target}” to be computed anew",
    "tag.unarchived": "brought the tag “{target}” back",
    "tag.updated": "changed the tag “{target}”",
    "token.created": "created the API token “{target}”",
    "token.revoked": "revoked the API token “{target}”",
    "user.activated": "opened the account of {target} again",
    "user.deactivated": "closed the account of {target}",
    "user.logged_in": "signed in",
    "user.logged_out": "signed out",
    "user.login_failed": "failed to sign in as {target}",
    "user.password_changed": "changed the own password",
    "user.password_reset": "set a new password for {target}",
    "workspace.created": "created a workspace",
    "workspace.entered": "entered the workspace",
    "workspace.updated": "changed the settings of the workspace",
}
# Instead of those above when the entry names the version that was made.
WITH_VERSION: Mapping[str, str] = {
    "audience.updated": "saved version {version} of the audience “{target}”",
    "campaign.updated": "saved version {version} of the campaign “{target}”",
    "tag.updated": "saved version {version} of the tag “{target}”",
}
OTHER = "did “{action}” to {target}"
SYSTEM = "Tributary"
NOBODY = "somebody who was not signed in"

_NAMES: Mapping[str, tuple[InstrumentedAttribute[str], InstrumentedAttribute[str]]] = {
    "audience": (Audience.id, Audience.name),
    "campaign": (Campaign.id, Campaign.name),
    "import": (ImportRun.id, ImportRun.file_name),
    "source": (Source.id, Source.name),
    "tag": (Tag.id, Tag.name),
    "token": (ApiToken.id, ApiToken.name),
    "user": (User.id, User.name),
}
_ROLE_TITLES: Mapping[str, str] = {role: title for role, (title, _) in ROLE_TEXTS.items()}


@dataclass(frozen=True, slots=True)
class Told:
    """An entry in words: who, what they did, and the name of what they did it to, if it has one."""

    actor: str
    text: str
    target: str | None


def tell(session: Session, entries: Sequence[AuditEntry], locale: Locale) -> dict[int, Told]:
    """Sentences about entries of one workspace, by their ids. Names are those of now."""
    wanted: dict[str, set[str]] = {}
    for entry in entries:
        wanted.setdefault(entry.target_type, set()).add(entry.target_id)
        wanted.setdefault(entry.actor_kind, set()).add(entry.actor_id)
    names = {kind: _names(session, kind, ids) for kind, ids in wanted.items() if kind in _NAMES}
    return {entry.id: _told(entry, names, locale) for entry in entries}


def _names(session: Session, kind: str, ids: Iterable[str]) -> dict[str, str]:
    id_, name = _NAMES[kind]
    return {found[0]: found[1] for found in session.execute(select(id_, name).where(id_.in_(ids)))}


def _told(entry: AuditEntry, names: Mapping[str, Mapping[str, str]], locale: Locale) -> Told:
    facts = _Facts({name: _shown(name, value, locale) for name, value in entry.details.items()})
    target = names.get(entry.target_type, {}).get(entry.target_id)
    facts.update(target=target or entry.details.get("name") or entry.target_id or "…", action=entry.action)
    template = WITH_VERSION.get(entry.action) if "version" in entry.details else None
    template = template or SENTENCES.get(entry.action, OTHER)
    actor = names.get(entry.actor_kind, {}).get(entry.actor_id)
    if actor is None:
        actor = translate(NOBODY if entry.actor_id == "anonymous" else SYSTEM, locale)
    return Told(actor, translate(template, locale).format_map(facts), target)


class _Facts(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def _shown(name: str, value: Any, locale: Locale) -> str:
    """A detail of an entry, by the name that people know it by."""
    titles = JOB_TITLES if name == "kind" else _ROLE_TITLES
    title = titles.get(str(value))
    return str(value) if title is None else translate(title, locale)
