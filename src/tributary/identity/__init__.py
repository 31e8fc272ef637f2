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
    links_of,
    merges_of,
    names_of,
    refusal_text,
)
from tributary.identity.normalise import Rejected, clean_text, normalise_email, normalise_phone
from tributary.identity.resolve import ALIAS, SAME_EVENT, Changes, Linkage, Resolution, Resolver
from tributary.identity.sequence import BATCHES, PROFILES, allocate
from tributary.identity.types import (
    DEFAULT_TYPES,
    Claim,
    IdentifierType,
    IdentifierTypes,
    Refused,
    identifier_id,
    load_types,
    save_type,
)

__all__ = [
    "ALIAS",
    "BATCHES",
    "DEFAULT_TYPES",
    "PROFILES",
    "SAME_EVENT",
    "Changes",
    "Claim",
    "IdentifierType",
    "IdentifierTypes",
    "Link",
    "Linkage",
    "MergeEntry",
    "OwnedIdentifier",
    "Refused",
    "Rejected",
    "Resolution",
    "Resolver",
    "absorbed_by",
    "allocate",
    "canonical_profile_id",
    "clean_text",
    "find_owner",
    "identifier_id",
    "identifiers_of",
    "links_of",
    "load_types",
    "merges_of",
    "names_of",
    "normalise_email",
    "normalise_phone",
    "refusal_text",
    "save_type",
]
