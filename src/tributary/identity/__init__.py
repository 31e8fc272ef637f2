"""Who is who: identifiers, the evidence that links them, merges under limits, and the ledger that explains them.

`Resolver` is the batch engine that the pipeline drives. Everything else reads what it wrote.
"""

from tributary.identity.ledger import (
    Link,
    MergeEntry,
    OwnedIdentifier,
    absorbed_by,
    canonical_profile_id,
    find_owner,
    identifiers_of,
    link_reason,
    links_of,
    merges_of,
    names_of,
    refusal_text,
)
from tributary.identity.normalise import Rejected, clean_text, normalise_email, normalise_phone
from tributary.identity.record import Changes
from tributary.identity.resolve import Linkage, Resolution, Resolver
from tributary.identity.rule_versions import RulesVersion, draft_rules, load_rules, load_types, rules_versions
from tributary.identity.rules import (
    ALIAS,
    DECISION,
    DEFAULT_TYPES,
    MATCH,
    SAME_EVENT,
    Composite,
    IdentifierType,
    LinkRule,
    RuleSet,
    check_rules,
    read_rules,
    write_rules,
)
from tributary.identity.sequence import BATCHES, PROFILES, allocate
from tributary.identity.settle import MAX_REACH
from tributary.identity.types import Claim, IdentifierTypes, Refused, identifier_id

__all__ = [
    "ALIAS",
    "BATCHES",
    "DECISION",
    "DEFAULT_TYPES",
    "MATCH",
    "MAX_REACH",
    "PROFILES",
    "SAME_EVENT",
    "Changes",
    "Claim",
    "Composite",
    "IdentifierType",
    "IdentifierTypes",
    "Link",
    "LinkRule",
    "Linkage",
    "MergeEntry",
    "OwnedIdentifier",
    "Refused",
    "Rejected",
    "Resolution",
    "Resolver",
    "RuleSet",
    "RulesVersion",
    "absorbed_by",
    "allocate",
    "canonical_profile_id",
    "check_rules",
    "clean_text",
    "draft_rules",
    "find_owner",
    "identifier_id",
    "identifiers_of",
    "link_reason",
    "links_of",
    "load_rules",
    "load_types",
    "merges_of",
    "names_of",
    "normalise_email",
    "normalise_phone",
    "read_rules",
    "refusal_text",
    "rules_versions",
    "write_rules",
]
