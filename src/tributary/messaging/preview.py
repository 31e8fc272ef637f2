"""Before the launch: what a message looks like for a person, for the worst case, and in one's own mailbox."""

from __future__ import annotations

from dataclasses import dataclass

from tributary.access import Principal, audit
from tributary.core.ids import encode_profile_id, new_id
from tributary.errors import Conflict, InvalidRequest, NotFound, Unavailable
from tributary.messaging.compose import CampaignView, Composer, MessageKeys
from tributary.messaging.content import HOLDOUT
from tributary.messaging.gate import CHANNEL
from tributary.messaging.mail import is_mail_address, message_id_of
from tributary.messaging.people import Recipient, load_recipients
from tributary.messaging.smtp import Refused, SmtpConnection
from tributary.messaging.templates import Rendered, TemplateError
from tributary.privacy import suppression_of
from tributary.store import Session, Store


@dataclass(frozen=True, slots=True)
class Preview:
    """A rendered message, or why it cannot be rendered. `variables` are the names that the templates read."""

    arm: str
    profile_id: int | None
    rendered: Rendered | None
    error: TemplateError | None
    variables: tuple[str, ...]
    html_bytes: int
    preheader: str | None = None


def preview_message(
    session: Session, composer: Composer, view: CampaignView, arm: str | None = None, profile_id: int | None = None
) -> Preview:
    """What `profile_id` would get in `arm` (None: the first with a message); without a person, what somebody would get
    of whom nothing is known.

    Raises:
        NotFound: there is no such arm with a message, or no such person here.
    """
    arm = _arm(view, arm)
    recipient = _person(session, view.workspace_id, profile_id)
    variables: list[str] = []
    try:
        template = composer.template(view, arm)
        variables = sorted({name for names in template.variables().values() for name in names})
        rendered = composer.render(view, arm, recipient)
        _, preheader, _ = template.render_on(composer.preview_data(view, recipient))
    except TemplateError as exc:
        return Preview(arm, profile_id, None, exc, tuple(variables), 0)
    size = len((rendered.html or "").encode())
    return Preview(arm, profile_id, rendered, None, tuple(variables), size, preheader)


def send_test(
    store: Store,
    composer: Composer,
    keys: MessageKeys,
    connection: SmtpConnection,
    caller: Principal,
    view: CampaignView,
    *,
    to: str,
    arm: str | None = None,
    profile_id: int | None = None,
) -> str:
    """Send a marked copy of what `preview_message` shows to an operator's mailbox; the Message-ID.

    Needs no consent — it goes to a colleague — but a suppressed address gets no test either.

    Raises:
        NotFound: there is no such arm with a message, or no such person here.
        InvalidRequest: `to` is not a mail address, or the message cannot be rendered.
        Conflict: the address is suppressed. Unavailable: the mail server did not take it.
    """
    if not is_mail_address(to):
        raise InvalidRequest("The recipient is not a mail address.", cure="Check it.", path="to")
    arm = _arm(view, arm)
    with store.begin() as session:
        about = _person(session, view.workspace_id, profile_id)
        purpose = view.content.purpose
        reason = suppression_of(session, keys.hasher, view.workspace_id, to, channel=CHANNEL, purpose=purpose)
        if reason is not None:
            raise Conflict(f"This address is on the suppression list ({reason}).", cure="Use another address.")
        message_id = message_id_of(new_id("tst"), composer.sender_of(view.content))
        message = composer.compose_test(view, arm, about, to, message_id=message_id)
        details = {"arm": arm, "version": view.version, "profile_id": profile_id and encode_profile_id(profile_id)}
        audit(session, caller, "campaign.test_sent", "campaign", view.id, details)
    try:
        connection.deliver(message.envelope, lambda: True)
    except Refused as exc:
        raise Unavailable(
            f"The mail server did not take the test message (code {exc.code or 'none'}).",
            cure="Check the address and the mail settings.",
        ) from None
    finally:
        connection.close()
    return message_id


def _arm(view: CampaignView, name: str | None) -> str:
    names = [arm.name for arm in view.content.arms if arm.name != HOLDOUT]
    if name is not None and name not in names:
        raise NotFound(f"The campaign has no message for the arm {name!r}.", cure=f"Name one of {', '.join(names)}.")
    return names[0] if name is None else name


def _person(session: Session, workspace_id: int, profile_id: int | None) -> Recipient:
    if profile_id is None:
        return Recipient(0, "", (), {})  # of whom nothing is known
    found = load_recipients(session, workspace_id, [profile_id])
    if not found:
        raise NotFound("There is no profile with this id here.", cure="Search for the person first.")
    return next(iter(found.values()))
