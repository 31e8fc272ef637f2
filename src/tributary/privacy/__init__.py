"""Privacy: who allowed what, and whom nothing may be sent to. Fail closed: no record of consent means no.

    hasher = open_hasher(store, settings.keys_dir)
    record_consent(session, hasher, workspace_id, [Statement(...)], by="usr_…", now=now)
    suppress(session, hasher, workspace_id, "email", ["a@example.com"], reason="bounced", by="smtp", now=now)
    check_sendable(session, hasher, workspace_id, people, channel="email", purpose="marketing")   # many people
    is_sendable(session, hasher, workspace_id, person, channel=…, purpose=…, is_locked=True)       # one, at send time

Subjects are keyed hashes of identifiers, so nothing here identifies anybody without the key file.
"""

from tributary.privacy.consent import (
    ConsentState,
    Statement,
    consent_history,
    consent_states,
    default_basis,
    record_consent,
    set_default_basis,
    withdraw_subject,
)
from tributary.privacy.keys import Hasher, load_key, open_hasher
from tributary.privacy.sendable import Person, check_sendable, is_sendable, suppression_of
from tributary.privacy.suppression import (
    SUPPRESSION_REASONS,
    lift_suppression,
    list_suppressions,
    suppress,
    suppress_subjects,
)

__all__ = [
    "SUPPRESSION_REASONS",
    "ConsentState",
    "Hasher",
    "Person",
    "Statement",
    "check_sendable",
    "consent_history",
    "consent_states",
    "default_basis",
    "is_sendable",
    "lift_suppression",
    "list_suppressions",
    "load_key",
    "open_hasher",
    "record_consent",
    "set_default_basis",
    "suppress",
    "suppress_subjects",
    "suppression_of",
    "withdraw_subject",
]
