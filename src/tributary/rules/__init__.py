"""The rule language: pure functions from a tree of conditions to SQL and to sentences.

    rule = decode(body)                          # shape and limits
    resolved = resolve(rule, catalog, now)       # names, types, absolute times; every user error, with its path
    warehouse.query(compile_count(resolved), workspace_id=…)

One compiler serves the estimate, the nightly run, the real-time check and the explanation, so they cannot disagree.
Nothing in here touches a driver, the network or the clock.
"""

from tributary.rules.buckets import bucket, bucket_sql
from tributary.rules.catalog import AudienceRef, Catalog, Field, FieldType, Labels, TagRef
from tributary.rules.codec import decode, did_you_mean, encode
from tributary.rules.compile import compile_bitmap, compile_count, compile_members
from tributary.rules.explain import explain
from tributary.rules.measure import (
    Measure,
    MeasureFunction,
    ResolvedMeasure,
    compile_measure,
    decode_measure,
    encode_measure,
    resolve_measure,
)
from tributary.rules.operators import OPERATORS
from tributary.rules.problems import Findings, RuleProblem, find_problems
from tributary.rules.resolve import resolve
from tributary.rules.resolved import ResolvedRule
from tributary.rules.steps import MAX_STEPS, Step, StepsQuery, compile_steps, kind_of, sample_sql
from tributary.rules.tree import Rule
from tributary.rules.used import FieldsUsed, fields_used
from tributary.rules.vocabulary import Vocabulary, vocabulary
from tributary.rules.why import Why, WhyQuery, compile_why, read_why
from tributary.rules.wording import Locale

__all__ = [
    "MAX_STEPS",
    "OPERATORS",
    "AudienceRef",
    "Catalog",
    "Field",
    "FieldType",
    "FieldsUsed",
    "Findings",
    "Labels",
    "Locale",
    "Measure",
    "MeasureFunction",
    "ResolvedMeasure",
    "ResolvedRule",
    "Rule",
    "RuleProblem",
    "Step",
    "StepsQuery",
    "TagRef",
    "Vocabulary",
    "Why",
    "WhyQuery",
    "bucket",
    "bucket_sql",
    "compile_bitmap",
    "compile_count",
    "compile_measure",
    "compile_members",
    "compile_steps",
    "compile_why",
    "decode",
    "decode_measure",
    "did_you_mean",
    "encode",
    "encode_measure",
    "explain",
    "fields_used",
    "find_problems",
    "kind_of",
    "read_why",
    "resolve",
    "resolve_measure",
    "sample_sql",
    "vocabulary",
]
