"""Rules for editors: what they can be made of, what one says in words, and everything that is wrong with it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tributary import rules
from tributary.access import Principal
from tributary.api.auth import requires
from tributary.api.context import ContextDep, ReadSession
from tributary.api.definitions import RuleIn
from tributary.api.locale import LocaleDep, Text
from tributary.api.personal import find_guesses
from tributary.governance import load_catalog
from tributary.governance.rule_check import FoundProblem, find_all_problems
from tributary.rules.vocabulary import Constant, PartType

router = APIRouter(prefix="/rules", tags=["rules"])

Reader = Annotated[Principal, requires("audiences:read")]

OperandShape = Literal["none", "one", "many", "two", "steps", "compare"]


class RulePartOut(BaseModel):
    """One key of a condition. An absent key means `default`."""

    name: str
    type: PartType
    is_required: bool
    default: Any
    choices: list[str] = Field(description="The possible values of a `choice` or `unit`.")
    least: float | None
    most: float | None
    only_if: tuple[str, str] | None = Field(
        description="`[part, value]`: it may stand there only while that part has that value."
    )


class RuleKindOut(BaseModel):
    """A kind of condition or group. `operators_of` is the part whose field's type decides about the operators, or a
    type.
    """

    kind: str
    category: Literal["group", "profile", "event"]
    parts: list[RulePartOut]
    operators_of: Literal["trait", "property", "tag", "datetime"] | None


class RuleOperatorOut(BaseModel):
    """What an operator takes as `value`: nothing, one constant, a list, `[low, high]`, a number of `units`, or a
    comparison. `count` is a whole number from 0, `moment` a date or a date-time.
    """

    op: str
    operand: OperandShape
    constant: Constant | None
    units: list[str]
    least: int | None = Field(description="The fewest steps.")
    takes_ignore_case: bool
    is_complement: bool = Field(description="True where there is no value.")


class RuleComparisonOut(BaseModel):
    """An operator of a comparison with a number, such as that of a count."""

    op: str
    operand: OperandShape


class RuleWindowOut(BaseModel):
    """A kind of window. `is_any_required`: at least one of its parts has to be there."""

    kind: str
    parts: list[RulePartOut]
    is_any_required: bool


class RuleUnitOut(BaseModel):
    """A unit of relative time and the most steps of it."""

    unit: str
    most: int


class RuleAggregateOut(BaseModel):
    """A function of an aggregate, the types of property that it takes, and what its result is compared with."""

    function: str
    types: list[str]
    constant: Constant


class RuleResultOut(BaseModel):
    """The type of the values that a measure gives for a property of a type; a null type is without a property."""

    type: str | None
    value_type: Literal["text", "number"]


class RuleMeasureOut(BaseModel):
    """A function of a measure and the properties that it takes."""

    function: str
    results: list[RuleResultOut]


class RuleLimitsOut(BaseModel):
    """The bounds of a rule."""

    depth: int = Field(description="Groups inside groups.")
    conditions: int = Field(description="Conditions, and filters on properties with them.")
    values: int = Field(description="Entries of one list.")
    text: int = Field(description="Characters of one text.")
    bytes: int


class RuleVocabularyOut(BaseModel):
    """What a rule or a measure can be made of: exactly what is accepted. Words for people are the editor's."""

    kinds: list[RuleKindOut]
    operators: dict[str, list[RuleOperatorOut]] = Field(description="By the type of the field.")
    filter: RuleKindOut = Field(description="The parts of an entry of `where`.")
    comparisons: list[RuleComparisonOut]
    windows: list[RuleWindowOut]
    units: list[RuleUnitOut]
    aggregates: list[RuleAggregateOut]
    measure: RuleKindOut = Field(description="The parts of the measure of a statistic tag.")
    measures: list[RuleMeasureOut]
    tag_types: list[str]
    protocol_events: list[str]
    limits: RuleLimitsOut


class RuleProblemOut(BaseModel):
    """One mistake. `is_blocking` is false where the rule can be saved, but not be computed yet."""

    path: str
    message: Text
    cure: Text | None
    is_blocking: bool


class RuleExplanation(BaseModel):
    """A rule in words, null while it cannot be read, and everything that is wrong with it, in the order of the tree,
    what keeps it from being saved first.
    """

    sentence: str | None
    problems: list[RuleProblemOut]


@router.get("/vocabulary", operation_id="get_rule_vocabulary", summary="What rules can be made of")
def get_rule_vocabulary(caller: Reader) -> RuleVocabularyOut:  # noqa: ARG001 (the caller's scope is checked)
    """Kinds, operators, windows, units, functions and limits, for editors."""
    return RuleVocabularyOut.model_validate(rules.vocabulary(), from_attributes=True)


@router.post("/explain", operation_id="explain_rule", summary="A rule in words, and all that is wrong with it")
def explain_rule(
    body: RuleIn, caller: Reader, session: ReadSession, context: ContextDep, locale: LocaleDep
) -> RuleExplanation:
    """Check a rule while it is being built, without asking the warehouse. A rule with problems is no error here."""
    catalog = load_catalog(session, caller.workspace_id)
    rule, problems = find_all_problems(body.rule, catalog, context.clock.now())
    guesses = [] if rule is None else find_guesses(session, caller, rule)
    problems = [FoundProblem(path, error.message, error.cure, is_blocking=True) for path, error in guesses] + problems
    return RuleExplanation(
        sentence=None if rule is None else rules.explain(rule, catalog, locale),
        problems=[RuleProblemOut.model_validate(problem, from_attributes=True) for problem in problems],
    )
