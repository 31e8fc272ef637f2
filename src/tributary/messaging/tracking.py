"""What recipients do with a message: open it, click in it, unsubscribe. All of it becomes ordinary events.

Opens are a hint, not a count of readers: some mail programs load pictures for everybody and some for nobody. Clicks by
programs that check links are left out as far as they say who they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tributary.core.clock import Clock
from tributary.errors import TributaryError
from tributary.messaging.events import Appender, add_event, build_event, event_record, own_source_id
from tributary.messaging.people import Recipient, canonical_ids, load_recipients
from tributary.messaging.tokens import ClickLink, OpenLink, UnsubscribeLink
from tributary.privacy import suppress_subjects, withdraw_subject
from tributary.store import Session, Store
from tributary.store.tables.messaging import Delivery

# Programs that fetch every link of a message, by what they call themselves.
_MACHINE = re.compile(
    r"bot\b|bot/|crawl|spider|scan|preview|proofpoint|mimecast|barracuda|symantec|fireeye|trendmicro|sophos|"
    r"curl|wget|python|java/|go-http|okhttp|libwww|httpclient|headless|phantom|monitor|uptime|validator",
    re.IGNORECASE,
)


def is_machine(user_agent: str) -> bool:
    """Whether this is a program rather than a person. Google's image proxy acts for a person and is none."""
    return not user_agent.strip() or (_MACHINE.search(user_agent) is not None and "GoogleImageProxy" not in user_agent)


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asked for a link."""

    user_agent: str
    ip: str


def record_visit(store: Store, producer: Appender, clock: Clock, link: OpenLink | ClickLink, visit: Visit) -> bool:
    """Append the event of an open or a click; False when there is nothing to record.

    It never raises: the recipient gets the picture or the page even if the log cannot take the event now.
    """
    if is_machine(visit.user_agent):
        return False
    try:
        with store.read() as session:
            body = _visit_event(session, clock, link, visit)
            source_id = own_source_id(session, link.workspace_id)
        if body is None or source_id is None:
            return False
        producer.append_sync(event_record(link.workspace_id, source_id, [body], clock))
    except TributaryError:
        return False
    return True


def _visit_event(session: Session, clock: Clock, link: OpenLink | ClickLink, visit: Visit) -> dict[str, Any] | None:
    found = _delivery(session, link.workspace_id, link.delivery_id)
    if found is None:
        return None
    delivery, recipient = found
    second = clock.now_ms() // 1000  # two requests of one second are one visit that was asked for twice
    if isinstance(link, ClickLink):
        body = build_event(
            delivery, recipient.identifiers, "Email Link Clicked", at=clock.now(), key=f"{link.index}-{second}",
            link=link.url, link_index=link.index,
        )  # fmt: skip
    else:
        body = build_event(delivery, recipient.identifiers, "Email Opened", at=clock.now(), key=str(second))
    body["context"] = {**body.get("context", {}), "userAgent": visit.user_agent[:500], "ip": visit.ip}
    return body


def unsubscribe(session: Session, clock: Clock, link: UnsubscribeLink, *, source: str) -> bool:
    """Suppress the address for the purpose and withdraw consent, in the caller's transaction; False if it was so.

    `source` is `one_click` (the mail program's button) or `page`. The link of a test message changes nothing.
    """
    if not link.delivery_id:
        return False
    now, subject = clock.now(), link.subject.hex()
    found = _delivery(session, link.workspace_id, link.delivery_id)
    is_new = withdraw_subject(
        session, link.workspace_id, "email", subject, channel=link.channel, purpose=link.purpose, source=source,
        by="recipient", now=now, proof={"delivery_id": link.delivery_id},
        profile_id=found[1].profile_id if found else None,
    )  # fmt: skip
    suppress_subjects(
        session, link.workspace_id, link.channel, [subject], reason="unsubscribed", purpose=link.purpose,
        by="recipient", now=now, source=link.delivery_id,
    )  # fmt: skip
    if is_new and found is not None:
        delivery, recipient = found
        body = build_event(
            delivery, recipient.identifiers, "Unsubscribed", at=now, key=str(clock.now_ms()),
            purpose=link.purpose, method=source,
        )  # fmt: skip
        add_event(session, link.workspace_id, body, at=now)
    return is_new


def _delivery(session: Session, workspace_id: int, delivery_id: str) -> tuple[Delivery, Recipient] | None:
    delivery = session.get(Delivery, delivery_id) if delivery_id else None
    if delivery is None or delivery.workspace_id != workspace_id:
        return None
    canonical = canonical_ids(session, [delivery.profile_id])[delivery.profile_id]
    recipient = load_recipients(session, workspace_id, [canonical]).get(canonical)
    return None if recipient is None else (delivery, recipient)
