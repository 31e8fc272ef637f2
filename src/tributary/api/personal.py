"""Personal fields in rules and tags: whoever sees their values masked may not find them out by asking.

A condition such as `starts_with` answers a question about a value; asked often enough it spells the value out, and a
list of thousands of guesses does it at once. So without `profiles:reveal` a condition on a personal field may only ask
whether there is a value. A condition that stands in a saved audience or tag is an exception: who is in those can be
seen anyway, and somebody who may has made it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Literal, cast

from sqlalchemy import select

from tributary import profiles, rules, tags
from tributary.access import Principal
from tributary.api.people import personal_properties, personal_traits
from tributary.errors import RuleError
from tributary.governance.rule_check import conditions_of
from tributary.rules import Measure, MeasureFunction, Rule, tree
from tributary.store import Session
from tributary.store.tables.audiences import Audience, AudienceVersion
from tributary.store.tables.tags import Tag, TagVersion
from tributary.tags import Definition, StatisticDefinition

REVEAL = "profiles:reveal"

_PRESENCE = frozenset({tree.Op.IS_SET, tree.Op.IS_NOT_SET})
# Counting, also of different values, tells nothing of one value.
_COUNTING = frozenset({MeasureFunction.COUNT, MeasureFunction.DISTINCT})
_Asking = tree.Leaf | Measure


class PersonalFields:
    """Which fields of a workspace are personal, by the catalogue and by their names."""

    def __init__(self, session: Session, workspace_id: int) -> None:
        self._session = session
        self._workspace_id = workspace_id
        self.traits = personal_traits(session, workspace_id)
        self._properties = personal_properties(session, workspace_id)

    def hides(self, kind: Literal["trait", "property"], event: str, name: str) -> bool:
        """Whether the values of a field are hidden."""
        return self.hides_trait(name) if kind == "trait" else self.hides_property(event, name)

    def hides_trait(self, name: str) -> bool:
        """Whether the values of a trait are hidden."""
        return profiles.is_personal_trait(name, self.traits)

    def hides_property(self, event: str, name: str) -> bool:
        """Whether the values of an event's property are hidden."""
        if event == "$identify":  # its properties are traits of the person
            return self.hides_trait(name)
        return profiles.is_personal_property(name, self.traits | self._properties.get(event, frozenset()))

    def asked(self, leaf: _Asking) -> str | None:
        """The personal field on whose value the answer of a condition or measure depends; None if on none."""
        match leaf:
            case tree.Trait():
                return leaf.trait if leaf.op not in _PRESENCE and self.hides_trait(leaf.trait) else None
            case tree.Tag():
                return self._asked_tag(leaf)
            case tree.Event() | tree.EventAggregate() | tree.Regular() | tree.FirstTime() | tree.LastTime() | Measure():
                names = [one.property for one in leaf.where if one.op not in _PRESENCE]
                if isinstance(leaf, tree.EventAggregate) and leaf.function != tree.Function.DISTINCT:
                    names.append(leaf.property)
                return next((name for name in names if self.hides_property(leaf.event, name)), None)
        return None

    def shown_by(self, definition: Definition) -> str | None:
        """The personal field whose values a tag shows; None if it shows none."""
        if not isinstance(definition, StatisticDefinition) or definition.measure.function in _COUNTING:
            return None
        name = definition.measure.property or ""
        return name if self.hides_property(definition.measure.event, name) else None

    def showing(self, shown: Iterable[Tag]) -> frozenset[str]:
        """Those of these tags, by id, that have personal values, or had: earlier runs are shown too, and people may
        keep the last value that they had.
        """
        statistic = {tag.id: tag for tag in shown if tag.kind == "statistic"}
        if not statistic:
            return frozenset()
        versions = self._session.scalars(
            select(TagVersion).where(
                TagVersion.workspace_id == self._workspace_id, TagVersion.definition_id.in_(list(statistic))
            )
        )
        return frozenset(
            version.definition_id
            for version in versions
            if self.shown_by(tags.definition_of(statistic[version.definition_id], version)) is not None
        )

    def _asked_tag(self, leaf: tree.Tag) -> str | None:
        if leaf.op in _PRESENCE:
            return None
        tag = self._session.get(Tag, leaf.tag)
        if tag is None or tag.workspace_id != self._workspace_id:
            return None
        return tag.name if self.showing([tag]) else None


def refuse_guesses(session: Session, caller: Principal, rule: Rule | Mapping[str, Any]) -> None:
    """Check that a rule asks nothing about personal values that the caller may not see.

    Raises:
        RuleError: it cannot be read, or asks; `path` says where.
    """
    for _, error in find_guesses(session, caller, rules.decode(rule) if isinstance(rule, Mapping) else rule):
        raise error


def find_guesses(session: Session, caller: Principal, rule: Rule) -> Iterator[tuple[str, RuleError]]:
    """The conditions of a rule that the caller may not use: each one's path and what is wrong with it."""
    if REVEAL in caller.scopes:
        return
    fields = PersonalFields(session, caller.workspace_id)
    found = [(leaf, path, name) for leaf, path in conditions_of(rule) if (name := fields.asked(leaf)) is not None]
    if not found:
        return
    made = _made_by_others(session, caller.workspace_id)
    for leaf, path, name in found:
        if leaf not in made:
            yield path, _guess(name, path)


def refuse_personal_tag(
    session: Session, caller: Principal, kind: str, value_type: str, source: Mapping[str, Any]
) -> None:
    """Check that a tag shows no personal values, which everybody who sees tags would see, and asks about none that the
    caller may not see.

    Raises:
        RuleError: it cannot be read, shows or asks; `path` says where.
    """
    definition = tags.decode_definition(cast("tags.TagKind", kind), cast("tags.ValueType", value_type), source)
    if not isinstance(definition, StatisticDefinition):
        for index, level in enumerate(definition.levels):
            with tags.errors_under(f"levels[{index}].rule"):
                refuse_guesses(session, caller, level.rule)
        return
    fields = PersonalFields(session, caller.workspace_id)
    if (name := fields.shown_by(definition)) is not None:
        raise RuleError(
            f"“{name}” is personal data, and the values of a tag are shown to everybody who sees tags.",
            path="measure.property",
            cure="Count it, or choose another property.",
        )
    if REVEAL in caller.scopes or (name := fields.asked(definition.measure)) is None:
        return
    if definition.measure not in _made_by_others(session, caller.workspace_id):
        raise _guess(name, "measure.where")


def masked_value(value: Any) -> Any:
    """A personal value of a tag, as it is shown to everybody."""
    return profiles.mask_trait("value", value, ("value",))


def masked_spread(spread: Mapping[str, Any]) -> dict[str, Any]:
    """The distribution of a tag with personal values (`DistributionOut` as data): only how many people have how many
    values.
    """
    top = [{**entry, "value": masked_value(entry["value"])} for entry in spread["top"]]
    return {**spread, "top": top, "mean": None, "deciles": None}


def _guess(name: str, path: str) -> RuleError:
    return RuleError(
        f"“{name}” is personal data that you see masked; a condition on its value could find it out.",
        path=path,
        cure="Ask only whether there is a value, or have somebody who may see personal data save this condition.",
    )


def _made_by_others(session: Session, workspace_id: int) -> Collection[_Asking]:
    """The conditions and measures of everything that is in use."""
    found: set[_Asking] = set()
    saved = session.scalars(
        select(AudienceVersion)
        .join(Audience, Audience.id == AudienceVersion.definition_id)
        .where(
            Audience.workspace_id == workspace_id,
            Audience.is_archived.is_(False),
            AudienceVersion.version == Audience.current_version,
        )
    )
    for version in saved:
        found.update(leaf for leaf, _ in conditions_of(rules.decode(version.rule)))
    tagged = session.execute(
        select(Tag, TagVersion)
        .join(TagVersion, TagVersion.definition_id == Tag.id)
        .where(Tag.workspace_id == workspace_id, Tag.is_archived.is_(False), TagVersion.version == Tag.current_version)
    )
    for tag, defined in tagged:
        definition = tags.definition_of(tag, defined)
        if isinstance(definition, StatisticDefinition):
            found.add(definition.measure)
        else:
            for level in definition.levels:
                found.update(leaf for leaf, _ in conditions_of(level.rule))
    return found
