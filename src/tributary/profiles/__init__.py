"""People: facts as they came, the golden record chosen from them, and reading both.

`ProfileUpdates` is the batch engine that the pipeline drives; everything else reads.
"""

from tributary.profiles.mask import (
    is_personal_property,
    is_personal_trait,
    mask_context,
    mask_event,
    mask_identifier,
    mask_properties,
    mask_text,
    mask_trait,
    mask_traits,
)
from tributary.profiles.service import (
    Membership,
    Profile,
    TimelineEvent,
    Value,
    find_profile,
    get_profile,
    get_profiles,
    golden_record,
    groups_of,
    list_profiles,
    recompute,
    search_profiles,
    timeline,
)
from tributary.profiles.survivorship import (
    GROUPS_TRAIT,
    Strategies,
    Strategy,
    TraitStrategy,
    load_strategies,
    save_strategy,
)
from tributary.profiles.update import GroupStatement, MirrorRow, ProfileUpdates, Statement

__all__ = [
    "GROUPS_TRAIT",
    "GroupStatement",
    "Membership",
    "MirrorRow",
    "Profile",
    "ProfileUpdates",
    "Statement",
    "Strategies",
    "Strategy",
    "TimelineEvent",
    "TraitStrategy",
    "Value",
    "find_profile",
    "get_profile",
    "get_profiles",
    "golden_record",
    "groups_of",
    "is_personal_property",
    "is_personal_trait",
    "list_profiles",
    "load_strategies",
    "mask_context",
    "mask_event",
    "mask_identifier",
    "mask_properties",
    "mask_text",
    "mask_trait",
    "mask_traits",
    "recompute",
    "save_strategy",
    "search_profiles",
    "timeline",
]
