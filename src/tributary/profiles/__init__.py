"""People: facts as they came, the golden record chosen from them, and reading both.

`ProfileUpdates` is the batch engine that the pipeline drives; everything else reads.
"""

from tributary.profiles.find import (
    PeopleFilter,
    count_people,
    filter_profiles,
    find_profile,
    list_profiles,
    named_profiles,
    search_profiles,
)
from tributary.profiles.history import Past, known_at
from tributary.profiles.mask import (
    UNMASKED_IDENTIFIERS,
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
    Choice,
    DisplayName,
    Membership,
    Profile,
    Value,
    choices_of,
    display_name,
    get_profile,
    get_profiles,
    golden_record,
    groups_of,
    recompute,
)
from tributary.profiles.survivorship import (
    GROUPS_TRAIT,
    Strategies,
    Strategy,
    TraitStrategy,
    load_strategies,
    save_strategy,
)
from tributary.profiles.timeline import Day, TimelineEvent, timeline, timeline_days
from tributary.profiles.update import GroupStatement, MirrorRow, ProfileUpdates, Statement

__all__ = [
    "GROUPS_TRAIT",
    "UNMASKED_IDENTIFIERS",
    "Choice",
    "Day",
    "DisplayName",
    "GroupStatement",
    "Membership",
    "MirrorRow",
    "Past",
    "PeopleFilter",
    "Profile",
    "ProfileUpdates",
    "Statement",
    "Strategies",
    "Strategy",
    "TimelineEvent",
    "TraitStrategy",
    "Value",
    "choices_of",
    "count_people",
    "display_name",
    "filter_profiles",
    "find_profile",
    "get_profile",
    "get_profiles",
    "golden_record",
    "groups_of",
    "is_personal_property",
    "is_personal_trait",
    "known_at",
    "list_profiles",
    "load_strategies",
    "mask_context",
    "mask_event",
    "mask_identifier",
    "mask_properties",
    "mask_text",
    "mask_trait",
    "mask_traits",
    "named_profiles",
    "recompute",
    "save_strategy",
    "search_profiles",
    "timeline",
    "timeline_days",
]
