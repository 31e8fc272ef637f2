"""Who of an audience a campaign would reach, before there is any content: the gate, and what else these people got."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from tributary.errors import Conflict
from tributary.messaging.campaigns import get_campaign, get_content
from tributary.messaging.compose import MessageKeys
from tributary.messaging.gate import address_key, gate_many
from tributary.messaging.members import sample_members
from tributary.messaging.people import load_recipients
from tributary.store import Session, Store
from tributary.store.tables.audiences import Audience
from tributary.store.tables.messaging import Campaign, Delivery
from tributary.warehouse import Warehouse

SAMPLE = 5_000  # people asked about: the gate takes about 50 µs each, and somebody waits
RECENT = timedelta(days=7)
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Overlap:
    """A campaign that wrote to some of the same people lately."""

    campaign_id: str
    name: str
    last_sent_at: datetime
    people: int


@dataclass(frozen=True, slots=True)
class Reach:
    """`tried` of the `audience_size` members were asked about, all of them if `is_exact`; other numbers are of those.

    `excluded` counts by the gate's reason, each with an example. `recent` people got a message in the last seven days,
    from the campaigns in `overlaps`.
    """

    audience_size: int
    refreshed_at: datetime | None
    tried: int
    is_exact: bool
    reachable: int
    excluded: Mapping[str, int]
    examples: Mapping[str, int]
    recent: int
    overlaps: list[Overlap]


def campaign_reach(
    store: Store,
    warehouse: Warehouse,
    keys: MessageKeys,
    workspace_id: int,
    campaign_id: str,
    *,
    now: datetime,
    audience_id: str | None = None,
    purpose: str | None = None,
    sample: int = SAMPLE,
) -> Reach:
    """Ask the gate about the members of the campaign's audience, or of another that might become it.

    Raises:
        NotFound: there is no such campaign here.
        Conflict: there is no audience, or it has never been computed.
    """
    with store.read() as session:
        campaign = get_campaign(session, workspace_id, campaign_id)
        audience = session.get(Audience, audience_id or campaign.audience_id)
        if audience is None or audience.workspace_id != workspace_id:
            raise Conflict("The campaign has no audience yet.", cure="Choose who gets it.", path="audience_id")
        if audience.current_run is None:
            raise Conflict("The audience has never been computed.", cure="Refresh the audience first.")
        meant = purpose or get_content(session, campaign).purpose
        size, refreshed_at, run = audience.size or 0, audience.refreshed_at, audience.current_run
        wanted = audience.id
    members = sample_members(warehouse, workspace_id, wanted, run, limit=sample) if size else []
    with store.read() as session:
        people = load_recipients(session, workspace_id, members)
        verdicts = gate_many(session, keys.hasher, workspace_id, people, purpose=meant)
        taken: set[str] = set()
        excluded: Counter[str] = Counter()
        examples: dict[str, int] = {}
        for person in people.values():
            reason = verdicts[person.profile_id]
            if reason is None:
                key = address_key(keys.hasher, workspace_id, person)
                reason = "duplicate_address" if key in taken else None
                taken.add(key)
            if reason is not None:
                excluded[reason] += 1
                examples.setdefault(reason, person.profile_id)
        recent, overlaps = _overlaps(session, workspace_id, people, campaign_id, now - RECENT)
    return Reach(
        audience_size=size,
        refreshed_at=refreshed_at,
        tried=len(people),
        is_exact=size <= sample,
        reachable=len(people) - excluded.total(),
        excluded=excluded,
        examples=examples,
        recent=recent,
        overlaps=overlaps,
    )


def _overlaps(
    session: Session, workspace_id: int, people: Iterable[int], campaign_id: str, since: datetime
) -> tuple[int, list[Overlap]]:
    """How many of these people got a message since, and from which campaigns, those with the most people first."""
    others = session.execute(
        select(Delivery.campaign_id, func.max(Delivery.sent_at))
        .join(Campaign, Campaign.id == Delivery.campaign_id)
        .where(
            Campaign.workspace_id == workspace_id,
            Campaign.id != campaign_id,
            Campaign.launched_at > since - RECENT,  # large ones take days
            Delivery.state == "sent",
            Delivery.sent_at > since,
        )
        .group_by(Delivery.campaign_id)
    )
    last = {id_: at for id_, at in others if at is not None}
    if not last:
        return 0, []
    found: dict[str, set[int]] = defaultdict(set)
    ordered = sorted(people)
    for start in range(0, len(ordered), _CHUNK):
        rows = session.execute(
            select(Delivery.campaign_id, Delivery.profile_id).where(
                Delivery.workspace_id == workspace_id,
                Delivery.profile_id.in_(ordered[start : start + _CHUNK]),
                Delivery.campaign_id.in_(list(last)),
                Delivery.state == "sent",
                Delivery.sent_at > since,
            )
        )
        for id_, profile_id in rows:
            found[id_].add(profile_id)
    names = dict(session.execute(select(Campaign.id, Campaign.name).where(Campaign.id.in_(list(found)))).all())
    overlaps = [Overlap(id_, names[id_], last[id_], len(members)) for id_, members in found.items()]
    overlaps.sort(key=lambda each: (-each.people, each.campaign_id))
    return len(set().union(*found.values())) if found else 0, overlaps
