"""Finding the same person in records that share no identifier: probabilistic matching after Fellegi and Sunter.

    result = match(warehouse, records, CHINESE_CUSTOMERS, workspace_id=7, run=job_number)
    for ids in result.clusters(): ...            # merge these
    for pair in result: ...                      # and show those whose pair.decision.action is "review"
    score_pair(standardise(a, settings), standardise(b, settings), result.model)

Blocking, comparing and scoring are warehouse SQL; learning reads counts of patterns; grouping is average-link
clustering, never whoever is connected.
"""

from tributary.identity.matching.cluster import cluster
from tributary.identity.matching.defaults import CHINESE_CUSTOMERS, FEBRL
from tributary.identity.matching.engine import MATCHING, Decision, MatchResult, Pair, ScoredPairs, match
from tributary.identity.matching.model import Explained, Model, Part, probability, score_pair, weight_of
from tributary.identity.matching.settings import (
    Block,
    Comparison,
    Damerau,
    EditDistance,
    EditShare,
    Field,
    InvalidMatchSettings,
    JaroWinkler,
    Key,
    MatchSettings,
    Near,
    Same,
    Swapped,
    check,
    decode,
    encode,
)
from tributary.identity.matching.stage import BlockCount
from tributary.identity.matching.standardise import Standardised, standardise, standardise_table

__all__ = [
    "CHINESE_CUSTOMERS",
    "FEBRL",
    "MATCHING",
    "Block",
    "BlockCount",
    "Comparison",
    "Damerau",
    "Decision",
    "EditDistance",
    "EditShare",
    "Explained",
    "Field",
    "InvalidMatchSettings",
    "JaroWinkler",
    "Key",
    "MatchResult",
    "MatchSettings",
    "Model",
    "Near",
    "Pair",
    "Part",
    "Same",
    "ScoredPairs",
    "Standardised",
    "Swapped",
    "check",
    "cluster",
    "decode",
    "encode",
    "match",
    "probability",
    "score_pair",
    "standardise",
    "standardise_table",
    "weight_of",
]
