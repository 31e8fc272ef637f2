"""Looking at content that is being written: what somebody would get, and everything that is wrong with it.

Nothing needs to be finished or saved. What cannot be rendered is shown as far as it can be, and its problems say where.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from tributary.access import get_workspace
from tributary.core.scan import PROFILES, scan
from tributary.core.sql import Sql, bind, join, raw
from tributary.errors import Conflict, NotFound
from tributary.governance import load_catalog
from tributary.messaging.compose import CampaignView, Composer, broken_fields, template_of
from tributary.messaging.content import HOLDOUT, ArmContent, Content
from tributary.messaging.layout import arm_source
from tributary.messaging.members import members_today
from tributary.messaging.people import Recipient, load_recipients
from tributary.messaging.problems import (
    CheckProblem,
    arm_problems,
    problem_of,
    split_problems,
    template_problem,
)
from tributary.messaging.templates import MessageTemplate, Rendered, TemplateError
from tributary.store import Session
from tributary.store.tables.audiences import Audience
from tributary.warehouse import Budget, Warehouse

MAX_ASKED = 30  # traits that the audience is asked about; a message hardly uses more

# Somebody writes and waits for it.
_ASK = Budget("audience fields", seconds=10, memory_bytes=2 * 1024**3, rows=1_000)


@dataclass(frozen=True, slots=True)
class Lacking:
    """How many of an audience's people have no value for a variable that the message reads.

    `has_fallback`: the message can do without it.
    """

    variable: str
    people: int
    of: int
    has_fallback: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What somebody would get.

    `missing` are the variables that the message reads and this person has no value for; `is_sendable` is false if they
    would get nothing, `error` is what the sending would stop at. `rendered` shows `⟦name⟧` for what is missing.
    """

    arm: str
    profile_id: int | None
    rendered: Rendered
    preheader: str
    variables: tuple[str, ...]
    missing: tuple[str, ...]
    is_sendable: bool
    error: TemplateError | None
    problems: list[CheckProblem]
    lacking: list[Lacking]


def try_content(
    session: Session,
    warehouse: Warehouse,
    composer: Composer,
    workspace_id: int,
    content: Content,
    *,
    name: str = "",
    arm: str | None = None,
    profile_id: int | None = None,
    audience_id: str | None = None,
) -> Trial:
    """What `profile_id` (None: somebody of whom nothing is known) would get in `arm` (None: the first with a message).

    With an audience, every variable is also asked of its people.

    Raises:
        NotFound: there is no such arm with a message, no such person, or no such audience here.
    """
    index = _arm_index(content, arm)
    chosen = content.arms[index]
    view = CampaignView("", workspace_id, get_workspace(session, workspace_id).name, name, 0, content)
    template, broken = _template(content, chosen)
    problems = arm_problems(content, index, load_catalog(session, workspace_id).traits.keys())
    problems += split_problems(content)
    person = _person(session, workspace_id, profile_id)
    rendered, preheader, mistakes = template.render_on(composer.preview_data(view, person))
    for_person = [template_problem(f"arms[{index}]", exc, severity="warning") for exc in mistakes]
    problems += for_person
    reads = _reads(template)
    lacking: list[Lacking] = []
    if audience_id is not None:
        _, _, nobodys = template.render_on(composer.preview_data(view, _person(session, workspace_id, None)))
        needed = {exc.variable for exc in nobodys if exc.variable}
        lacking = lacking_in(session, warehouse, workspace_id, audience_id, reads, needed)
        for each in lacking:
            if each.people and not each.has_fallback:
                place = next((exc for exc in nobodys if _covers(exc.variable, each.variable)), None)
                warning = problem_of("no_fallback", "arms", each.people, each.of, each.variable)
                if place is not None:
                    warning = replace(
                        warning, path=f"arms[{index}].{place.path}", line=place.line, column=place.column,
                        length=place.length, variable=each.variable,
                    )  # fmt: skip
                problems.append(warning)
    stops = for_person or any(each.severity == "error" and each.path.startswith(f"arms[{index}]") for each in problems)
    return Trial(
        arm=chosen.name,
        profile_id=profile_id,
        rendered=rendered,
        preheader=preheader,
        variables=tuple(reads),
        missing=tuple(name for name, path in reads.items() if path[0] == "profile" and _value(person, path) is None),
        is_sendable=not stops,
        error=next(iter([*broken, *mistakes]), None),
        problems=problems,
        lacking=lacking,
    )


def worst_member(
    session: Session, warehouse: Warehouse, workspace_id: int, content: Content, audience_id: str, arm: str | None
) -> int | None:
    """The member of an audience who lacks the most of what the message of `arm` reads; None if the audience is empty.

    Raises:
        NotFound: there is no such arm with a message, or no such audience here.
        Conflict: the audience has never been computed.
    """
    chosen = content.arms[_arm_index(content, arm)]
    template, _ = _template(content, chosen)
    asked = [path for path in _reads(template).values() if _is_asked(path)]
    audience = _audience(session, workspace_id, audience_id)
    flags = [_is_missing(path) for path in asked[:MAX_ASKED]]
    worst_first = join(" + ", flags) + " DESC, " if flags else raw("")
    question = raw("SELECT profile_id") + scan(PROFILES, workspace_id, _members(audience))
    question = question + " ORDER BY " + worst_first + "profile_id LIMIT 1"
    rows = warehouse.query(question, workspace_id=workspace_id, budget=_ASK)
    return int(rows[0][0]) if rows else None


def lacking_in(
    session: Session,
    warehouse: Warehouse,
    workspace_id: int,
    audience_id: str,
    reads: Mapping[str, tuple[str, ...]],
    needed: Collection[str],
) -> list[Lacking]:
    """How many of an audience have no value for each variable of the profile in `reads` (name → its segments).

    `needed` are those that stop the message when they are missing.

    Raises:
        NotFound: there is no such audience here. Conflict: it has never been computed.
    """
    asked = {name: path for name, path in reads.items() if _is_asked(path)}
    names = list(asked)[:MAX_ASKED]
    if not names:
        return []
    audience = _audience(session, workspace_id, audience_id)
    counts = join(", ", [raw("countIf(") + _is_missing(asked[name]) + ")" for name in names])
    question = raw("SELECT count(), ") + counts + scan(PROFILES, workspace_id, _members(audience))
    ((of, *missing),) = warehouse.query(question, workspace_id=workspace_id, budget=_ASK)
    return [
        Lacking(name, int(people), int(of), has_fallback=not any(_covers(each, name) for each in needed))
        for name, people in zip(names, missing, strict=True)
    ]


def _reads(template: MessageTemplate) -> dict[str, tuple[str, ...]]:
    """What the message reads, by its name with dots."""
    paths = {path for names in template.paths().values() for path in names}
    return {".".join(path): path for path in sorted(paths)}


def _is_asked(path: tuple[str, ...]) -> bool:
    return len(path) > 1 and path[0] == "profile" and path[1] != "id"


def _covers(missing: str, name: str) -> bool:
    """Whether the complaint that `missing` has no value is about this name: of `a.b.c` it may be about `a.b`."""
    dotted = re.sub(r"\[(['\"])(.*?)\1\]", r".\2", missing)
    return bool(dotted) and (name == dotted or name.startswith(f"{dotted}."))


def _members(audience: Audience) -> Sql:
    if audience.current_run is None:
        raise Conflict("The audience has never been computed.", cure="Refresh the audience first.")
    return raw("profile_id IN ") + members_today(audience.workspace_id, audience.id, audience.current_run)


def _is_missing(path: tuple[str, ...]) -> Sql:
    """Whether a profile has no value at the path below `profile`, as SQL: 1 or 0."""
    keys = join(", ", [bind(key, "String") for key in path[1:]])
    return raw("(JSONExtractRaw(traits, ") + keys + ") IN ('', 'null'))"


def _audience(session: Session, workspace_id: int, audience_id: str) -> Audience:
    audience = session.get(Audience, audience_id)
    if audience is None or audience.workspace_id != workspace_id:
        raise NotFound("There is no audience with this id here.", cure="List the audiences and take an id from there.")
    return audience


def _arm_index(content: Content, name: str | None) -> int:
    names = {arm.name: index for index, arm in enumerate(content.arms) if arm.name != HOLDOUT}
    if not names:
        raise NotFound("The campaign has no arm with a message.", cure="Add one.")
    if name is not None and name not in names:
        raise NotFound(f"The campaign has no message for the arm {name!r}.", cure=f"Name one of {', '.join(names)}.")
    return next(iter(names.values())) if name is None else names[name]


def _template(content: Content, arm: ArmContent) -> tuple[MessageTemplate, list[TemplateError]]:
    """The arm with its broken fields shown as they were written, and what is wrong with those."""
    source = arm_source(arm, content.theme)
    broken = broken_fields(arm, source)
    if broken:
        source = arm_source(arm, content.theme, broken.keys())
    return template_of(arm, source), [exc for mistakes in broken.values() for exc in mistakes]


def _person(session: Session, workspace_id: int, profile_id: int | None) -> Recipient:
    if profile_id is None:
        return Recipient(0, "", (), {})  # of whom nothing is known
    found = load_recipients(session, workspace_id, [profile_id])
    if not found:
        raise NotFound("There is no profile with this id here.", cure="Search for the person first.")
    return next(iter(found.values()))


def _value(person: Recipient, path: tuple[str, ...]) -> object:
    if path[1:] == ("id",):
        return person.profile_id
    value: object = person.traits
    for key in path[1:]:
        value = value.get(key) if isinstance(value, dict) else None
    return value
