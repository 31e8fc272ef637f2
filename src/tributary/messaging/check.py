"""Before the launch: what would go wrong, and for how many people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tributary.governance import load_catalog
from tributary.messaging.campaigns import campaign_view, get_campaign
from tributary.messaging.compose import CampaignView, Composer, MessageKeys
from tributary.messaging.content import HOLDOUT
from tributary.messaging.gate import gate_many
from tributary.messaging.members import sample_members
from tributary.messaging.people import Recipient, load_recipients
from tributary.messaging.problems import CheckProblem, arm_problems, problem_of, split_problems
from tributary.messaging.templates import TemplateError
from tributary.store import Store
from tributary.store.tables.audiences import Audience
from tributary.warehouse import Warehouse

SAMPLE = 1_000  # people tried before a launch; an audience up to this size is tried completely


@dataclass(frozen=True, slots=True)
class CampaignCheck:
    """What a launch now would do.

    `tried` members of `audience_size` were put through the gate and rendered in every arm; `is_exact` says that these
    were all. `rejected` counts them by the gate's reason; `would_fail` by the template's complaint, with `examples`:
    its reason, for a missing value with a colon and the variable. `revision` is what was looked at.
    """

    problems: list[CheckProblem]
    audience_size: int
    tried: int
    is_exact: bool
    would_get: int
    rejected: Mapping[str, int]
    would_fail: Mapping[str, int]
    examples: Mapping[str, int] = field(default_factory=dict)
    revision: int = 0

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
    """
    with store.read() as session:
        view = campaign_view(session, workspace_id, campaign_id)
        audience = session.get(Audience, get_campaign(session, workspace_id, campaign_id).audience_id)
        traits = load_catalog(session, workspace_id).traits.keys()
        run, size = (audience.current_run, audience.size or 0) if audience else (None, 0)
        audience_id = audience.id if audience else ""
    problems = [each for index in range(len(view.content.arms)) for each in arm_problems(view.content, index, traits)]
    problems += split_problems(view.content)
    if run is None:
        problems.append(problem_of("audience_not_computed" if audience else "no_audience", "audience_id"))
        return CampaignCheck(problems, 0, 0, False, 0, {}, {}, revision=view.revision)
    if audience is not None and audience.is_archived:
        problems.append(problem_of("audience_archived", "audience_id"))
    if not size:
        problems.append(problem_of("audience_empty", "audience_id"))
    members = sample_members(warehouse, workspace_id, audience_id, run, limit=sample) if size else []
    with store.read() as session:
        people = load_recipients(session, workspace_id, members)
        verdicts = gate_many(session, keys.hasher, workspace_id, people, purpose=view.content.purpose)
    rejected = Counter(reason for reason in verdicts.values() if reason is not None)
    reachable = [person for person in people.values() if verdicts[person.profile_id] is None]
    would_fail: Counter[str] = Counter()
    examples: dict[str, int] = {}
    if not any(each.severity == "error" and each.path.startswith("arms[") for each in problems):
        for person in reachable:
            complaint = _complaint(composer, view, person)
            if complaint is not None:
                would_fail[complaint] += 1
                examples.setdefault(complaint, person.profile_id)
    if would_fail:
        problems.append(problem_of("would_fail", "arms", sum(would_fail.values()), len(people)))
    would_get = len(reachable) - sum(would_fail.values())
    if size and not would_get:
        problems.append(problem_of("nobody_reachable", "audience_id"))
    return CampaignCheck(
        problems, size, len(people), size <= sample, would_get, rejected, would_fail, examples, view.revision
    )


def _complaint(composer: Composer, view: CampaignView, person: Recipient) -> str | None:
    for arm in view.content.arms:
        if arm.name != HOLDOUT and arm.weight:
            try:
                composer.render(view, arm.name, person)
            except TemplateError as exc:
                return f"{exc.reason}:{exc.variable}" if exc.variable else exc.reason
    return None
