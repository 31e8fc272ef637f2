"""From a campaign's content and a person to the bytes of a message. Preview, test send and sending all come by here."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tributary.core.clock import Clock
from tributary.core.ids import encode_profile_id
from tributary.messaging.content import ArmContent, Content
from tributary.messaging.gate import CHANNEL, address_key
from tributary.messaging.layout import ArmSource, arm_source
from tributary.messaging.links import Utm, rewrite_links
from tributary.messaging.mail import Envelope, Unsubscription, build_envelope, parse_sender
from tributary.messaging.people import Recipient
from tributary.messaging.source import Source
from tributary.messaging.templates import (
    MessageTemplate,
    Part,
    Rendered,
    TemplateError,
    syntax_mistakes,
    template_data,
)
from tributary.messaging.tokens import ClickLink, OpenLink, TokenSigner, UnsubscribeLink
from tributary.privacy import Hasher, load_key, open_hasher
from tributary.settings import MailSettings, Settings
from tributary.store import Store

_CACHED_TEMPLATES = 100
TEST_MARK = "[test] "


@dataclass(frozen=True, slots=True)
class MessageKeys:
    """The two secrets of messaging: who is meant by a hash, and which links are ours."""

    hasher: Hasher
    signer: TokenSigner


def open_keys(store: Store, keys_dir: Path) -> MessageKeys:
    """The keys of this installation, created at its first start.

    Raises:
        Conflict: a key file is damaged, readable by others, or not the one that this store was written with.
    """
    return MessageKeys(open_hasher(store, keys_dir), TokenSigner(load_key(keys_dir / "links.key")))


@dataclass(frozen=True, slots=True)
class CampaignView:
    """What composing needs to know of a campaign. Content that changes within a version has another `revision`."""

    id: str
    workspace_id: int
    workspace_name: str
    name: str
    version: int
    content: Content
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """A composed message: what it says, and how it travels."""

    rendered: Rendered
    envelope: Envelope


def template_of(arm: ArmContent, source: ArmSource) -> MessageTemplate:
    """The compiled templates of an arm whose fields are known to be valid.

    Raises:
        TemplateError: they are not.
    """
    return MessageTemplate(
        subject=source.subject,
        preheader=source.preheader,
        html=source.html,
        text=source.text,
        is_blocks=arm.blocks is not None,
        is_derived=source.is_derived,
    )


def _compiled(content: Content, arm: ArmContent) -> MessageTemplate:
    source = arm_source(arm, content.theme)
    for mistakes in broken_fields(arm, source).values():
        raise mistakes[0]
    return template_of(arm, source)


def broken_fields(arm: ArmContent, source: ArmSource) -> dict[str, list[TemplateError]]:
    """The fields of an arm that are no valid Liquid, with all that is wrong in each.

    Every field is looked at by itself: a tag begins and ends in one field.
    """
    parts: list[tuple[Part, Source | None]] = [
        ("subject", source.subject), ("preheader", source.preheader), ("html", source.html), ("text", source.text),
    ]  # fmt: skip
    found: dict[str, list[TemplateError]] = {}
    for part, compiled in parts:
        for path, written in compiled.fields.items() if compiled else ():
            if path not in found and (
                mistakes := syntax_mistakes(part, path, written, is_blocks=arm.blocks is not None)
            ):
                found[path] = mistakes
    return found


class Composer:
    """Makes messages. Safe for several threads."""

    def __init__(self, keys: MessageKeys, clock: Clock, *, mail: MailSettings, public_url: str) -> None:
        self._keys, self._clock, self._mail = keys, clock, mail
        self._public_url = public_url.rstrip("/")
        self._templates: dict[tuple[str, int, int, str], MessageTemplate] = {}
        self._lock = threading.Lock()

    @classmethod
    def of(cls, keys: MessageKeys, clock: Clock, settings: Settings) -> Composer:
        """A composer with the installation's settings."""
        return cls(keys, clock, mail=settings.mail, public_url=settings.public_url)

    def sender_of(self, content: Content) -> str:
        """The From value of a campaign."""
        return content.sender or self._mail.sender

    def compose(
        self, campaign: CampaignView, arm: str, recipient: Recipient, *, delivery_id: str, message_id: str
    ) -> Message:
        """The message of a delivery.

        Raises:
            TemplateError: a value is missing for this person, or a limit was reached.
            InvalidRequest: the sender or the recipient is not a mail address.
        """
        url = self._unsubscribe_url(campaign, recipient, delivery_id)
        rendered = self._tracked(campaign, delivery_id, self.render(campaign, arm, recipient, url))
        return Message(rendered, self._envelope(campaign, rendered, recipient, message_id, url, delivery_id))

    def compose_test(self, campaign: CampaignView, arm: str, about: Recipient, to: str, *, message_id: str) -> Message:
        """A marked copy of what `about` would get, for an operator's mailbox. It tracks nothing and undoes nothing."""
        url = self._unsubscribe_url(campaign, about, "")
        rendered = self.render(campaign, arm, about, url)
        marked = Rendered(TEST_MARK + rendered.subject, rendered.html, rendered.text)
        recipient = Recipient(about.profile_id, to, (), {})
        return Message(marked, self._envelope(campaign, marked, recipient, message_id, url, ""))

    def render(
        self, campaign: CampaignView, arm: str, recipient: Recipient, unsubscribe_url: str | None = None
    ) -> Rendered:
        """What the message says, with its links as written."""
        url = self._unsubscribe_url(campaign, recipient, "") if unsubscribe_url is None else unsubscribe_url
        return self.template(campaign, arm).render(self.data_for(campaign, recipient, url))

    def preview_data(self, campaign: CampaignView, recipient: Recipient) -> dict[str, Any]:
        """The same as `data_for`, with a link to unsubscribe that undoes nothing."""
        return self.data_for(campaign, recipient, self._unsubscribe_url(campaign, recipient, ""))

    def data_for(self, campaign: CampaignView, recipient: Recipient, unsubscribe_url: str) -> dict[str, Any]:
        """What the templates see of this person."""
        return template_data(
            profile=recipient.traits,
            profile_id=encode_profile_id(recipient.profile_id),
            workspace_name=campaign.workspace_name,
            campaign_name=campaign.name,
            unsubscribe_url=unsubscribe_url,
            now=self._clock.now(),
        )

    def template(self, campaign: CampaignView, arm: str) -> MessageTemplate:
        """The compiled templates of an arm; a revision never changes, so they are kept.

        Raises:
            TemplateError: the content is not valid Liquid.
        """
        key = (campaign.id, campaign.version, campaign.revision, arm)
        with self._lock:
            found = self._templates.get(key)
        if found is not None:
            return found
        made = _compiled(campaign.content, campaign.content.arm(arm))
        with self._lock:
            if len(self._templates) >= _CACHED_TEMPLATES:
                self._templates.clear()
            self._templates[key] = made
        return made

    def _unsubscribe_url(self, campaign: CampaignView, recipient: Recipient, delivery_id: str) -> str:
        subject = bytes.fromhex(address_key(self._keys.hasher, campaign.workspace_id, recipient))
        link = UnsubscribeLink(campaign.workspace_id, delivery_id, CHANNEL, campaign.content.purpose, subject)
        return f"{self._public_url}/u/{self._keys.signer.sign(link)}"

    def _tracked(self, campaign: CampaignView, delivery_id: str, rendered: Rendered) -> Rendered:
        if rendered.html is None:
            return rendered
        content, sign = campaign.content, self._keys.signer.sign
        utm = Utm(content.utm.source, content.utm.medium, content.utm.campaign) if content.utm else None
        own = f"{self._public_url}/u/"

        def replace(index: int, url: str) -> str | None:
            if url.startswith(own):
                return None
            target = utm.apply(url) if utm else url
            if "clicks" not in content.track:
                return target
            token = sign(ClickLink(campaign.workspace_id, delivery_id, index, target))
            return f"{self._public_url}/t/c/{token}"

        pixel = None
        if "opens" in content.track:
            pixel = f"{self._public_url}/t/o/{sign(OpenLink(campaign.workspace_id, delivery_id))}"
        return Rendered(rendered.subject, rewrite_links(rendered.html, replace, pixel), rendered.text)

    def _envelope(
        self,
        campaign: CampaignView,
        rendered: Rendered,
        recipient: Recipient,
        message_id: str,
        unsubscribe_url: str,
        delivery_id: str,
    ) -> Envelope:
        sender = self.sender_of(campaign.content)
        mailbox = self._mail.unsubscribe_address or parse_sender(sender)[1]
        return build_envelope(
            rendered,
            sender=sender,
            recipient=recipient.address,
            message_id=message_id,
            now=self._clock.now(),
            unsubscription=Unsubscription(unsubscribe_url, f"mailto:{mailbox}?subject=unsubscribe"),
            reply_to=campaign.content.reply_to,
            idempotency_key=delivery_id,
            campaign_id=campaign.id,
        )
