"""Before the launch: what would go wrong, and for how many people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tributary.governance import load_catalog
from tributary.messaging.campaigns import campaign_view, get_campaign
from tributary.messaging.compose import CampaignView, Composer, MessageKeys
from tributary.messaging.content import HOLDOUT
from tributary.messaging.gate import gate_many
from tributary.messaging.members import sample_members
from tributary.messaging.people import Recipient, load_recipients
from tributary.messaging.templates import NAMES, TemplateError
from tributary.rules import did_you_mean
from tributary.store import Store
from tributary.store.tables.audiences import Audience
from tributary.warehouse import Warehouse

CLIP_BYTES = 102 * 1024  # Gmail cuts an HTML part off here
SAMPLE = 1_000  # people tried before a launch; an audience up to this size is tried completely
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"\balt\s*=", re.IGNORECASE)

Severity = Literal["error", "warning"]

# code → (severity, what is wrong, what to do)
_PROBLEMS: dict[str, tuple[Severity, str, str]] = {
    "audience_not_computed": ("error", "The audience has never been computed.", "Refresh the audience first."),
    "audience_empty": ("error", "The audience is empty.", "Widen its rule or choose another audience."),
    "nobody_reachable": (
        "error",
        "Nobody of those tried would get a message.",
        "See the reasons; most often consent has not been recorded.",
    ),
    "no_unsubscribe_link": (
        "error",
        "The message has no link to unsubscribe.",
        'Put {{ unsubscribe_url }} into it, as in <a href="{{ unsubscribe_url }}">Unsubscribe</a>.',
    ),
    "unknown_trait": (
        "warning",
        "No profile here has the trait “{}”, which the message uses.",
        "Correct the name, or give it a fallback with `default`.",
    ),
    "unknown_name": (
        "warning",
        "A message cannot see “{}”.",
        "Traits are written profile.<name>; besides there are workspace.name, campaign.name, unsubscribe_url and now.",
    ),
    "would_fail": (
        "warning",
        "{} people tried would get nothing, because the message cannot be rendered for them.",
        "Give the missing values a fallback with `default`.",
    ),
    "clipped": ("warning", "Gmail cuts the message off at 102 KB.", "Shorten the HTML part."),
    "image_without_text": (
        "warning",
        "A picture has no alternative text.",
        "Add alt=… for those who do not load pictures.",
    ),
    "no_holdout": (
        "warning",
        "There is no holdout, so the effect cannot be measured: conversions will be attributed, not causal.",
        "Add an arm named holdout with a small weight.",
    ),
    "no_goal": (
        "warning",
        "There is no goal, so conversions are not counted.",
        "Name the event that the campaign is meant to cause.",
    ),
}


@dataclass(frozen=True, slots=True)
class CheckProblem:
    """Something to mend before the launch (`error`) or to know (`warning`). `path` points into the content."""

    severity: Severity
    code: str
    path: str
    message: str
    cure: str


@dataclass(frozen=True, slots=True)
class CampaignCheck:
    """What a launch now would do.

    `tried` members of `audience_size` were put through the gate and rendered in every arm; `is_exact` says that these
    were all. `rejected` counts them by the gate's reason; `would_fail` by the template's complaint, with `examples`.
    """

    problems: list[CheckProblem]
    audience_size: int
    tried: int
    is_exact: bool
    would_get: int
    rejected: Mapping[str, int]
    would_fail: Mapping[str, int]
    examples: Mapping[str, int] = field(default_factory=dict)

    @property
    def can_launch(self) -> bool:
        """Whether nothing stands against it."""
        return not any(problem.severity == "error" for problem in self.problems)


def check_campaign(
    store: Store,
    warehouse: Warehouse,
    composer: Composer,
    keys: MessageKeys,
    workspace_id: int,
    campaign_id: str,
    *,
    sample: int = SAMPLE,
) -> CampaignCheck:
    """Try the campaign on its audience without sending anything.

    Raises:
        NotFound: there is no such campaign here.
        TemplateError: a template is not valid Liquid.
    """
    with store.read() as session:
        view = campaign_view(session, workspace_id, campaign_id)
        audience = session.get(Audience, get_campaign(session, workspace_id, campaign_id).audience_id)
        traits = load_catalog(session, workspace_id).traits.keys()
        run, size = (audience.current_run, audience.size or 0) if audience else (None, 0)
        audience_id = audience.id if audience else ""
    problems = _static_problems(composer, view, traits)
    if run is None:
        problems.append(_problem("audience_not_computed", "audience_id"))
        return CampaignCheck(problems, 0, 0, False, 0, {}, {})
    if not size:
        problems.append(_problem("audience_empty", "audience_id"))
    members = sample_members(warehouse, workspace_id, audience_id, run, limit=sample) if size else []
    with store.read() as session:
        people = load_recipients(session, workspace_id, members)
        verdicts = gate_many(session, keys.hasher, workspace_id, people, purpose=view.content.purpose)
    rejected = Counter(reason for reason in verdicts.values() if reason is not None)
    reachable = [person for person in people.values() if verdicts[person.profile_id] is None]
    would_fail: Counter[str] = Counter()
    examples: dict[str, int] = {}
    for person in reachable:
        complaint = _complaint(composer, view, person)
        if complaint is not None:
            would_fail[complaint] += 1
            examples.setdefault(complaint, person.profile_id)
    if would_fail:
        problems.append(_problem("would_fail", "arms", f"{sum(would_fail.values())} of {len(people)}"))
    would_get = len(reachable) - sum(would_fail.values())
    if size and not would_get:
        problems.append(_problem("nobody_reachable", "audience_id"))
    return CampaignCheck(problems, size, len(people), size <= sample, would_get, rejected, would_fail, examples)


def _complaint(composer: Composer, view: CampaignView, person: Recipient) -> str | None:
    for arm in view.content.arms:
        if arm.name != HOLDOUT and arm.weight:
            try:
                composer.render(view, arm.name, person)
            except TemplateError as exc:
                return f"{exc.reason}:{exc.variable}" if exc.variable else exc.reason
    return None


def _static_problems(composer: Composer, view: CampaignView, traits: Collection[str]) -> list[CheckProblem]:
    found: list[CheckProblem] = []
    content = view.content
    for index, arm in enumerate(content.arms):
        if arm.name == HOLDOUT:
            continue
        path = f"arms[{index}]"
        paths = composer.template(view, arm.name).paths()
        if not any(("unsubscribe_url",) in paths.get(part, ()) for part in ("html", "text")):
            found.append(_problem("no_unsubscribe_link", path))
        for part, names in paths.items():
            found += _unknown_names(f"{path}.{part}", names, traits)
        if len(arm.html.encode()) > CLIP_BYTES:
            found.append(_problem("clipped", f"{path}.html"))
        if any(not _ALT.search(image) for image in _IMAGE.findall(arm.html)):
            found.append(_problem("image_without_text", f"{path}.html"))
    if not content.has_holdout:
        found.append(_problem("no_holdout", "arms"))
    if content.goal is None:
        found.append(_problem("no_goal", "goal"))
    return found


def _unknown_names(place: str, names: Collection[tuple[str, ...]], traits: Collection[str]) -> Iterator[CheckProblem]:
    """What a template reads although nothing has this name: it is missing for everybody."""
    known = {*traits, "id"}
    for root, *rest in sorted(names):
        if root == "profile":
            if rest and rest[0] not in known:
                yield _problem("unknown_trait", place, rest[0], did_you_mean(rest[0], known))
        elif root not in NAMES or (rest and rest[0] not in NAMES[root]):
            name = ".".join([root, *rest])
            possible = [*NAMES, *(f"{each}.{part}" for each, parts in NAMES.items() for part in parts)]
            hint = did_you_mean(name, [*possible, *(f"profile.{trait}" for trait in known)])
            yield _problem("unknown_name", place, name, hint)


def _problem(code: str, path: str, facts: str = "", hint: str = "") -> CheckProblem:
    """`facts` go into the message, `hint` before the general cure."""
    severity, message, cure = _PROBLEMS[code]
    return CheckProblem(severity, code, path, message.format(facts), f"{hint} {cure}".strip())
