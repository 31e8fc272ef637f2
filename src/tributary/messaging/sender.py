"""The sender: claims deliveries and gives them to the mail server over several connections.

It may be killed at any instant and started again, and several may run side by side. What keeps that safe is the outbox:
a message's end is sent only after `handing_over` is committed, and such a message is never sent again on a guess.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select

from tributary.core.clock import Clock
from tributary.core.ids import encode_profile_id
from tributary.errors import InvalidRequest, TributaryError, Unavailable
from tributary.messaging import outbox
from tributary.messaging.campaigns import campaign_view, finish_campaigns
from tributary.messaging.compose import CampaignView, Composer, Message, MessageKeys
from tributary.messaging.events import Appender, publish_events
from tributary.messaging.gate import address_key, gate_one
from tributary.messaging.outbox import Claim
from tributary.messaging.people import Recipient, canonical_ids, load_recipients
from tributary.messaging.rate import TokenBucket
from tributary.messaging.smtp import Refused, SmtpConnection, Stage, Withdrawn
from tributary.settings import Settings
from tributary.store import Session, Store
from tributary.store.tables.messaging import Campaign

log = logging.getLogger(__name__)

BATCH = 20  # deliveries that one connection claims at once; at one a second they still fit into a lease
_SERVER_PAUSE, _LONGEST_SERVER_PAUSE = timedelta(seconds=2), timedelta(minutes=1)
_COMMIT_TRIES = 5

Outcome = Literal["sent", "refused", "rejected", "stopped", "server_down"]


class Sender:
    """Sends what is due. `producer` takes the events about it; without one they wait in the store."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        keys: MessageKeys,
        settings: Settings,
        *,
        producer: Appender | None = None,
        batch: int = BATCH,
        lease: timedelta = outbox.LEASE,
    ) -> None:
        self._store, self._clock, self._keys, self._producer = store, clock, keys, producer
        self._composer = Composer.of(keys, clock, settings)
        self._bucket = TokenBucket(settings.mail.rate_per_second, clock)
        self._connections = [SmtpConnection(settings.mail) for _ in range(settings.mail.connections)]
        self._pool = ThreadPoolExecutor(len(self._connections), thread_name_prefix="mail")
        self._batch, self._lease = batch, lease
        self._views: dict[tuple[str, int], CampaignView] = {}
        self._is_stopping = threading.Event()
        self._not_before: datetime | None = None  # the server is left alone until then
        self._failures = 0

    def run(self, stop: threading.Event, *, poll_seconds: float = 0.5) -> None:
        """Send until `stop` is set. An outage of the store, the log or the server is waited out."""
        while not stop.is_set():
            try:
                worked = self.run_once(stop)
            except TributaryError as exc:
                log.warning("sender waits", extra={"facts": {"code": exc.code}})
                worked = 0
            except Exception:  # the thread must outlive a fault of ours; what it held is claimed again after its lease
                log.exception("sender round failed")
                worked = 0
            if not worked:
                stop.wait(poll_seconds)

    def run_once(self, stop: threading.Event | None = None) -> int:
        """One round over all connections: how many deliveries were worked on.

        Raises:
            Unavailable: the store does not answer.
        """
        self._is_stopping = stop or threading.Event()
        now = self._clock.now()
        worked = 0
        if self._not_before is None or now >= self._not_before:
            worked = sum(self._pool.map(self._work, self._connections))
        with self._store.begin() as session:
            lost = outbox.sweep(session, now=self._clock.now())
            finish_campaigns(session, now=self._clock.now())
        if lost:
            log.warning("deliveries of unknown outcome", extra={"facts": {"deliveries": lost}})
        if self._producer is not None:
            publish_events(self._store, self._producer, self._clock)
        return worked

    def close(self) -> None:
        """Let go of all connections."""
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()

    def _work(self, connection: SmtpConnection) -> int:
        """Claim a batch and send it over one connection."""
        with self._store.begin() as session:
            claims = outbox.claim(session, now=self._clock.now(), limit=self._batch, lease=self._lease)
        for index, held in enumerate(claims):
            wait = self._bucket.take()
            if self._is_stopping.wait(wait) if wait else self._is_stopping.is_set():
                self._give_back(claims[index:], self._clock.now())
                return index
            if self._send_or_skip(connection, held) == "server_down":
                self._give_back(claims[index:], self._pause_server())
                return index
            self._failures = 0
        return len(claims)

    def _give_back(self, claims: Sequence[Claim], not_before: datetime) -> None:
        reason = "server_down" if not_before > self._clock.now() else None
        with self._store.begin() as session:
            outbox.release(session, claims, now=self._clock.now(), not_before=not_before, reason=reason)

    def _pause_server(self) -> datetime:
        """Leave the server alone for a while, longer each time in a row; no delivery loses an attempt over it."""
        self._failures += 1
        pause = min(_SERVER_PAUSE * 2.0 ** (self._failures - 1), _LONGEST_SERVER_PAUSE)
        self._not_before = self._clock.now() + pause
        log.warning("mail server does not answer", extra={"facts": {"pause_seconds": pause.total_seconds()}})
        return self._not_before

    def _send_or_skip(self, connection: SmtpConnection, held: Claim) -> Outcome:
        """`_send`, but a delivery on which our own code fails does not stop the others."""
        try:
            return self._send(connection, held)
        except Exception as exc:
            if isinstance(exc, TributaryError) and exc.retry:
                raise
            connection.close()
            log.exception("delivery failed here", extra={"facts": {"delivery": held.id}})
            return self._reject(held, "internal_error", type(exc).__name__)

    def _send(self, connection: SmtpConnection, held: Claim) -> Outcome:
        with self._store.read() as session:
            view = self._view(session, held)
            recipient = _recipient(session, held)
            reason = "person_gone" if recipient is None else self._ask(session, view, recipient)
        if recipient is None or reason is not None:
            return self._reject(held, reason or "person_gone", None)
        try:
            message = self._compose(view, held, recipient)
        except InvalidRequest as exc:
            return self._reject(held, "render_failed", str(exc)[:300])
        try:
            connection.deliver(message.envelope, lambda: self._hand_over(held, view, recipient))
        except Withdrawn:
            return "stopped"
        except Refused as exc:
            refusal = exc  # the name of an except clause is gone when the lambda runs
            if refusal.stage is Stage.SESSION:
                return "server_down"
            self._settle(lambda session: self._refused(session, held, recipient, refusal))
            return "refused"
        self._settle(lambda session: outbox.settle_sent(session, held, recipient, now=self._clock.now()))
        return "sent"

    def _compose(self, view: CampaignView, held: Claim, recipient: Recipient) -> Message:
        return self._composer.compose(view, held.arm, recipient, delivery_id=held.id, message_id=held.message_id)

    def _ask(
        self, session: Session, view: CampaignView, recipient: Recipient, *, is_locked: bool = False
    ) -> str | None:
        return gate_one(
            session,
            self._keys.hasher,
            view.workspace_id,
            recipient,
            purpose=view.content.purpose,
            is_locked=is_locked,
        )

    def _hand_over(self, held: Claim, view: CampaignView, recipient: Recipient) -> bool:
        """The last question and the promise in one transaction: after it, nothing that was withdrawn can be sent."""
        now = self._clock.now()
        with self._store.begin() as session:
            state = session.scalars(
                select(Campaign.state).where(Campaign.id == held.campaign_id).with_for_update(read=True)
            ).one()
            if state != "sending":
                outbox.stop(session, held, now=now, is_cancelled=state == "cancelled")
                return False
            reason = self._ask(session, view, recipient, is_locked=True)
            if reason is None and not outbox.take_address(
                session, held, address_key(self._keys.hasher, view.workspace_id, recipient)
            ):
                reason = "duplicate_address"
            if reason is not None:
                outbox.reject(session, held, reason, None, now=now)
                return False
            return outbox.begin_hand_over(session, held, now=now, lease=self._lease)

    def _reject(self, held: Claim, reason: str, detail: str | None) -> Outcome:
        with self._store.begin() as session:
            outbox.reject(session, held, reason, detail, now=self._clock.now())
        return "rejected"

    def _refused(self, session: Session, held: Claim, recipient: Recipient, refusal: Refused) -> None:
        outbox.settle_refused(session, held, recipient, refusal, hasher=self._keys.hasher, now=self._clock.now())
        log.info(
            "message refused",
            extra={"facts": {"delivery": held.id, "profile": encode_profile_id(held.profile_id), "code": refusal.code}},
        )

    def _settle(self, action: Callable[[Session], object]) -> None:
        """Record what the server said. It is worth several tries: unrecorded, the outcome counts as unknown."""
        for attempt in range(_COMMIT_TRIES):
            try:
                with self._store.begin() as session:
                    action(session)
                return
            except Unavailable:
                if attempt == _COMMIT_TRIES - 1:
                    raise
                self._is_stopping.wait(0.1 * 2**attempt)

    def _view(self, session: Session, held: Claim) -> CampaignView:
        key = (held.campaign_id, held.version)
        if key not in self._views:
            self._views[key] = campaign_view(session, held.workspace_id, held.campaign_id, version=held.version)
        return self._views[key]


def _recipient(session: Session, held: Claim) -> Recipient | None:
    """The person that the delivery's profile is today."""
    canonical = canonical_ids(session, [held.profile_id])[held.profile_id]
    return load_recipients(session, held.workspace_id, [canonical]).get(canonical)
