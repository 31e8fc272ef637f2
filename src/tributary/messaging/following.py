"""Messages follow people: when a person turns out to be two, each keeps what was sent to an address of theirs.

A merge needs nothing of this: the ids that deliveries and arms are kept under lead to the person of today. Consent
needs nothing either way, for it is kept by address and identifier.
"""

from __future__ import annotations

import json

from sqlalchemy import select, update

from tributary.identity import Changes
from tributary.messaging.gate import CHANNEL
from tributary.messaging.mail import is_mail_address
from tributary.pipeline import Follower
from tributary.privacy import Hasher
from tributary.store import Session, bulk
from tributary.store.tables.identity import Identifier, Merge, ProfileAlias
from tributary.store.tables.messaging import Assignment, Delivery
from tributary.store.tables.profiles import ProfileRow


def message_follower(hasher: Hasher) -> Follower:
    """What gives messages to whose they are, after identifiers changed hands; see `IdentityEditor`."""

    def follow(session: Session, workspace_id: int, changes: Changes) -> None:
        if changes.rebuilt:
            _Move(session, hasher, workspace_id, changes.rebuilt).make()

    return follow


class _Move:
    """Moves the messages of some profiles, which lost or got back identifiers, among them."""

    def __init__(self, session: Session, hasher: Hasher, workspace_id: int, profiles: set[int]) -> None:
        self._session = session
        self._hasher = hasher
        self._workspace_id = workspace_id
        self._profiles = profiles
        self._once: dict[int, int] = {}  # by profile, another one that was one person with it

    def make(self) -> None:
        session = self._session
        person = {each: each for each in self._profiles}  # by every id that leads to them
        person |= dict(
            bulk.fetch(session, ProfileAlias, ("profile_id", "canonical_id"), "canonical_id", self._profiles)
        )
        columns = ("id", "campaign_id", "profile_id", "address_key", "workspace_id")
        sent = bulk.fetch(session, Delivery, columns, "profile_id", person)
        sent = [row for row in sent if row[4] == self._workspace_id]
        if not any(row[3] for row in sent):
            return
        # A campaign has one message for a person: where the other has one already, both stay as they are.
        taken = {(row[1], person[row[2]]) for row in sent}
        owners = self._owners()
        moves = [
            (id_, campaign_id, profile_id, owners[key])
            for id_, campaign_id, profile_id, key, _ in sorted(sent)
            if key in owners
            and (campaign_id, owners[key]) not in taken
            and self._were_one(person[profile_id], owners[key])
        ]
        if not moves:
            return
        # In one order, against the sender, which holds rows that it works on.
        session.execute(
            select(Delivery.id)
            .where(Delivery.id.in_([each[0] for each in moves]))
            .order_by(Delivery.id)
            .with_for_update()
        )
        ids: dict[int, list[int]] = {}
        for id_, leads_to in person.items():
            ids.setdefault(leads_to, []).append(id_)
        for delivery_id, campaign_id, old, new in moves:
            self._move(delivery_id, campaign_id, old, new, ids[new])

    def _move(self, delivery_id: str, campaign_id: str, old: int, new: int, ids: list[int]) -> None:
        """Give a message to `new`, to whom `ids` lead, and the arm with it if they have none in the campaign."""
        session = self._session
        campaign = Delivery.campaign_id == campaign_id
        if session.execute(select(Delivery.id).where(campaign, Delivery.profile_id == new)).first():
            return  # two messages to one person, sent before they were one
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(profile_id=new))
        arms = select(Assignment.profile_id).where(Assignment.campaign_id == campaign_id)
        if session.execute(arms.where(Assignment.profile_id.in_(ids))).first() is None:
            session.execute(
                update(Assignment)
                .where(Assignment.campaign_id == campaign_id, Assignment.profile_id == old)
                .values(profile_id=new)
            )

    def _were_one(self, profile_id: int, other: int) -> bool:
        """Whether two profiles were one person before. Nobody else's address makes a message somebody else's."""
        if not self._once:
            columns = ("survivor_id", "absorbed_id")
            rows = bulk.fetch(self._session, Merge, columns, "absorbed_id", self._profiles)
            rows += bulk.fetch(self._session, Merge, columns, "survivor_id", self._profiles)
            for survivor, absorbed in rows:
                self._once[self._root(survivor)] = self._root(absorbed)
        return profile_id != other and self._root(profile_id) == self._root(other)

    def _root(self, profile_id: int) -> int:
        while self._once.get(profile_id, profile_id) != profile_id:
            profile_id = self._once[profile_id]
        return profile_id

    def _owners(self) -> dict[str, int]:
        """Whose each address is, by its keyed hash. One that is linked counts more than one that is only told of."""
        session, owners = self._session, dict[str, int]()
        for profile_id, text in sorted(
            bulk.fetch(session, ProfileRow, ("profile_id", "traits"), "profile_id", self._profiles), reverse=True
        ):
            told = json.loads(text).get("email", [None])[0]
            if isinstance(told, str) and is_mail_address(told.strip()):
                owners[self._key(told)] = profile_id
        for profile_id, type_, value in sorted(
            bulk.fetch(session, Identifier, ("profile_id", "type", "value"), "profile_id", self._profiles), reverse=True
        ):
            if type_ == "email" and value:
                owners[self._key(value)] = profile_id
        return owners

    def _key(self, address: str) -> str:
        return self._hasher.subject(self._workspace_id, CHANNEL, address.strip())
