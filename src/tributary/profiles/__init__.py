"""People: facts as they came, the golden record chosen from them, and reading both."""

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
    "MirrorRow",
    "ProfileUpdates",
    "Statement",
    "Strategies",
    "Strategy",
    "TraitStrategy",
    "load_strategies",
    "save_strategy",
]
