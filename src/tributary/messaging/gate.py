"""The message gate: may this go to this person now, and if not, why. The same questions at enqueue and at send.

Order: suppression → consent → reachable address → duplicate → strict rendering → provider. The first "no" becomes the
delivery's visible reason. The last three are answered where they arise: the duplicate by a unique key of the outbox,
rendering by the template, the provider by its answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from tributary.messaging.people import Recipient
from tributary.privacy import Hasher, check_sendable, is_sendable
from tributary.store import Session

CHANNEL = "email"

# Every reason that a delivery can carry, in words: (English, Chinese).
REASONS: dict[str, tuple[str, str]] = {
    "suppressed_complained": ("reported a message as spam", "曾举报垃圾邮件"),
    "suppressed_unsubscribed": ("unsubscribed", "已退订"),
    "suppressed_manual": ("is on the suppression list", "在屏蔽名单中"),
    "suppressed_bounced": ("the address does not take mail", "邮箱无法收信"),
    "consent_withdrawn": ("withdrew consent", "已撤回同意"),
    "consent_missing": ("never gave consent", "没有授权同意"),
    "address_missing": ("has no mail address", "没有邮箱地址"),
    "address_invalid": ("the address is not valid", "邮箱地址无效"),
    "duplicate_address": ("another profile with this address gets the message", "同一邮箱已由另一用户档案接收"),
    "render_failed": ("the template cannot be rendered for this person", "模板无法为该用户渲染"),
    "person_gone": ("the profile no longer exists", "用户档案已不存在"),
    "internal_error": ("Tributary failed on this message; the log says where", "系统处理该消息时出错，详见日志"),
    "bad_address": ("the server says that the address does not exist", "服务器称该地址不存在"),
    "refused": ("the server refused the message", "服务器拒收"),
    "temporary": ("the server asked to try later", "服务器要求稍后重试"),
    "gave_up": ("the server kept asking to try later", "多次重试后放弃"),
    "server_down": ("the mail server cannot be reached or does not let us in", "邮件服务器无法连接或拒绝登录"),
    "no_answer": ("the line broke before the server's answer", "连接中断，未收到服务器答复"),
    "not_accepted": ("the server's log says that it never took the message", "服务器日志显示未曾接收"),
    "sender_lost": ("the sender stopped before the server's answer", "发送进程中断，未收到服务器答复"),
}


def gate_many(
    session: Session, hasher: Hasher, workspace_id: int, people: Mapping[int, Recipient], *, purpose: str
) -> dict[int, str | None]:
    """Profile id → None, or the reason why they get nothing."""
    verdicts = check_sendable(
        session,
        hasher,
        workspace_id,
        {profile_id: recipient.person for profile_id, recipient in people.items()},
        channel=CHANNEL,
        purpose=purpose,
    )
    return {profile_id: verdicts[profile_id] or recipient.problem for profile_id, recipient in people.items()}


def gate_one(
    session: Session,
    hasher: Hasher,
    workspace_id: int,
    recipient: Recipient,
    *,
    purpose: str,
    is_locked: bool = False,
) -> str | None:
    """The same for one person; `is_locked` keeps the answer true until the transaction ends."""
    reason = is_sendable(
        session, hasher, workspace_id, recipient.person, channel=CHANNEL, purpose=purpose, is_locked=is_locked
    )
    return reason or recipient.problem


def address_key(hasher: Hasher, workspace_id: int, recipient: Recipient) -> str:
    """The keyed hash by which the outbox sees that two profiles share a mailbox."""
    return hasher.subject(workspace_id, CHANNEL, recipient.address)
