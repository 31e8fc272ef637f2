"""Launching: every member of the audience gets an arm, and those who may be written to get a place in the outbox.

Members are read in chunks, in the order of the ids that the frozen run holds, and `cursor` moves on in the transaction
that writes the chunk's rows. So the job may die anywhere and goes on; nothing is assigned twice, because the arm is a
hash and the rows have unique keys.

Arms are written for everybody before anything asks whether they can be reached: whom a channel can reach may differ
between arms, whom the hash picked does not. Sending starts when all are assigned.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from tributary.core.clock import Clock
from tributary.core.ids import new_id
from tributary.errors import InvalidRequest, TributaryError
from tributary.experiments import choose_arm
from tributary.jobs import Handler, JobRun
from tributary.messaging.campaigns import LAUNCH_JOB, campaign_view
from tributary.messaging.compose import CampaignView, Composer, MessageKeys
from tributary.messaging.content import HOLDOUT
from tributary.messaging.gate import address_key, gate_many
from tributary.messaging.headline import HEADLINE_JOB, headline_handler
from tributary.messaging.mail import message_id_of
from tributary.messaging.members import members_after
from tributary.messaging.people import Recipient, canonical_ids, load_recipients
from tributary.settings import Settings
from tributary.sources import internal_source_id
from tributary.store import Session, Store, upsert
from tributary.store.tables.audiences import Audience
from tributary.store.tables.messaging import Assignment, Campaign, Delivery
from tributary.warehouse import Warehouse

CHUNK = 1_000


def job_handlers(
    store: Store, warehouse: Warehouse, clock: Clock, keys: MessageKeys, settings: Settings
) -> dict[str, Handler]:
    """The jobs of this package, by kind."""
    return {
        LAUNCH_JOB: launch_handler(store, warehouse, clock, keys, settings),
        HEADLINE_JOB: headline_handler(store, warehouse, clock),
    }


def launch_handler(
    store: Store, warehouse: Warehouse, clock: Clock, keys: MessageKeys, settings: Settings, *, chunk: int = CHUNK
) -> Handler:
    """The handler of the job `campaign.launch`."""
    composer = Composer.of(keys, clock, settings)

    def handle(run: JobRun) -> None:
        launch = _Launch(store, warehouse, clock, keys, composer, str(run.payload["campaign_id"]), chunk)
        try:
            if not launch.begin():
                return  # cancelled or paused before its time; resuming asks for another job
            done = 0
            while launch.step():
                done += chunk
                run.progress(min(done, launch.size), launch.size)
                run.check_cancelled()
        except TributaryError as exc:
            launch.fail(exc)
            raise

    return handle


class _Launch:
    def __init__(
        self,
        store: Store,
        warehouse: Warehouse,
        clock: Clock,
        keys: MessageKeys,
        composer: Composer,
        campaign_id: str,
        chunk: int,
    ) -> None:
        self._store, self._warehouse, self._clock = store, warehouse, clock
        self._keys, self._composer = keys, composer
        self._campaign_id, self._chunk = campaign_id, chunk
        self.size = 0

    def begin(self) -> bool:
        """Freeze the audience's newest run, once; False when the campaign is not to be launched any more."""
        with self._store.begin() as session:
            campaign = self._campaign(session)
            if campaign is None or campaign.state not in ("scheduled", "checking"):
                return False
            audience = session.get(Audience, campaign.audience_id)
            if campaign.audience_run is None:
                campaign.audience_run = audience.current_run if audience else None
                campaign.launched_at = self._clock.now()
            campaign.state, campaign.error = "checking", None
            campaign.updated_at = self._clock.now()
            self.size = (audience.size or 0) if audience else 0
            internal_source_id(session, campaign.workspace_id, now=self._clock.now())
            return True

    def step(self) -> bool:
        """One chunk; False when all are done or the campaign was cancelled."""
        with self._store.read() as session:
            campaign = session.get_one(Campaign, self._campaign_id)
            after = campaign.cursor
            members = self._members(campaign, after)
        with self._store.begin() as session:
            locked = self._campaign(session)
            if locked is None or locked.state != "checking" or locked.cursor != after:
                return False
            locked.updated_at = self._clock.now()
            if not members:
                locked.state = "sending"
                return False
            self._enqueue(session, locked, members)
            locked.cursor = members[-1]
            return True

    def fail(self, error: TributaryError) -> None:
        """Show on the campaign why the launch stopped; the job decides about another attempt."""
        with self._store.begin() as session:
            campaign = self._campaign(session)
            if campaign is not None:
                campaign.error = {"code": error.code, "message": error.message, "cure": error.cure}

    def _campaign(self, session: Session) -> Campaign | None:
        query = select(Campaign).where(Campaign.id == self._campaign_id)
        return session.scalars(query.with_for_update()).one_or_none()

    def _members(self, campaign: Campaign, after: int) -> list[int]:
        if campaign.audience_run is None:
            return []
        return members_after(
            self._warehouse,
            campaign.workspace_id,
            campaign.audience_id,
            campaign.audience_run,
            after=after,
            limit=self._chunk,
        )

    def _enqueue(self, session: Session, campaign: Campaign, members: list[int]) -> None:
        view = campaign_view(session, campaign.workspace_id, campaign.id, version=campaign.launched_version)
        canonical = set(canonical_ids(session, members).values())
        recipients = load_recipients(session, campaign.workspace_id, canonical)
        arms = {person: choose_arm(campaign.salt, person, view.content.split) for person in sorted(recipients)}
        upsert(
            session,
            Assignment,
            [
                {"campaign_id": campaign.id, "profile_id": person, "workspace_id": campaign.workspace_id, "arm": arm}
                for person, arm in arms.items()
            ],
            key=["campaign_id", "profile_id"],
        )
        addressed = {person: recipients[person] for person, arm in arms.items() if arm != HOLDOUT}
        known = set(
            session.scalars(
                select(Delivery.profile_id).where(
                    Delivery.campaign_id == campaign.id, Delivery.profile_id.in_(list(addressed))
                )
            )
        )
        fresh = {person: recipient for person, recipient in addressed.items() if person not in known}
        upsert(session, Delivery, self._rows(session, view, fresh, arms), key=["campaign_id", "profile_id"])

    def _rows(
        self, session: Session, view: CampaignView, people: Mapping[int, Recipient], arms: Mapping[int, str]
    ) -> list[dict[str, object]]:
        now, hasher = self._clock.now(), self._keys.hasher
        verdicts = gate_many(session, hasher, view.workspace_id, people, purpose=view.content.purpose)
        keys = {
            person: address_key(hasher, view.workspace_id, recipient)
            for person, recipient in people.items()
            if verdicts[person] is None
        }
        taken = set(
            session.scalars(
                select(Delivery.address_key).where(
                    Delivery.campaign_id == view.id, Delivery.address_key.in_(list(keys.values()))
                )
            )
        )
        sender, rows = self._composer.sender_of(view.content), []
        for person, recipient in people.items():
            reason, detail, key = verdicts[person], None, keys.get(person)
            if key is not None and key in taken:
                reason, key = "duplicate_address", None
            if reason is None:
                try:
                    self._composer.render(view, arms[person], recipient)
                except InvalidRequest as exc:
                    reason, detail, key = "render_failed", str(exc)[:300], None
            if key is not None:
                taken.add(key)
            delivery_id = new_id("dlv")
            rows.append(
                {
                    "id": delivery_id,
                    "workspace_id": view.workspace_id,
                    "campaign_id": view.id,
                    "profile_id": person,
                    "version": view.version,
                    "arm": arms[person],
                    "state": "queued" if reason is None else "rejected",
                    "reason": reason,
                    "detail": detail,
                    "message_id": message_id_of(delivery_id, sender),
                    "address_key": key,
                    "attempts": 0,
                    "not_before": now,
                    "created_at": now,
                    "updated_at": now,
                }
            )
        return rows
