"""Why an event is in quarantine, in words: the cause and what to do, in Chinese and English."""

from __future__ import annotations

from typing import Literal, NamedTuple


class ReasonText(NamedTuple):
    """A reason in both languages."""

    zh: str
    en: str


_TEXTS: dict[str, ReasonText] = {
    "invalid_json": ReasonText(
        "事件不是合法的 JSON。请修正发送方，或更正这条事件后重放。",
        "The event is not valid JSON. Correct the sender, or correct this event and replay it.",
    ),
    "invalid_shape": ReasonText(
        "某个字段的类型不对，例如 properties 不是对象。请修正发送方，或更正后重放。",
        "A field has the wrong kind of value: properties that are no object, for example. Correct the sender.",
    ),
    "number_out_of_range": ReasonText(
        "有数字超出可存储的范围（±1.8e308）。请更正该数字后重放。",
        "A number is beyond ±1.8e308, the largest that can be stored. Correct it and replay the event.",
    ),
    "unknown_type": ReasonText(
        "事件类型不是 identify、track、page、screen、group 或 alias。请更正 type 后重放。",
        "The type is not identify, track, page, screen, group or alias. Correct it and replay the event.",
    ),
    "missing_event_name": ReasonText(
        "track 调用缺少事件名 event。请补上后重放。",
        "The track call has no event name in `event`. Add it and replay the event.",
    ),
    "event_name_too_long": ReasonText(
        "事件名超过 200 个字符，多半是把数据写进了名称。请把数据移到属性中。",
        "The event's name has more than 200 characters: mostly data inside the name. Move the data into properties.",
    ),
    "missing_group_id": ReasonText(
        "group 调用缺少 groupId。请补上后重放。", "The group call has no `groupId`. Add it and replay the event."
    ),
    "missing_previous_id": ReasonText(
        "alias 调用缺少 previousId 或 userId。请补上后重放。",
        "The alias call has no `previousId` or no `userId`. Add it and replay the event.",
    ),
    "no_identifier": ReasonText(
        "没有可用的 userId 或 anonymousId（null、0000 之类的值不代表任何人）。请发送其中之一。",
        "There is no usable userId or anonymousId (values such as null or 0000 name nobody). Send one of them.",
    ),
    "identifier_removed": ReasonText(
        "该事件的标识均已从本工作区移除，不再代表任何人。请换用其他标识重新发送。",
        "All its identifiers were removed from this workspace and name nobody. Send it with another one.",
    ),
    "event_too_large": ReasonText(
        "事件超过大小上限。请减少单个事件的内容。", "The event is larger than the limit. Send less in one event."
    ),
    "too_deeply_nested": ReasonText(
        "JSON 嵌套过深。请减少嵌套层数。", "The JSON is nested too deeply. Nest fewer levels."
    ),
    "not_an_object": ReasonText(
        "事件不是 JSON 对象。请以 {…} 的形式发送。", "The event is not a JSON object. Send it in braces."
    ),
    "refused_at_the_door": ReasonText(
        "采集端拒收了这条事件，原因见详情。", "The collector refused this event; the detail says why."
    ),
    "unknown_workspace": ReasonText(
        "事件所属的工作区不存在。工作区恢复后可重放。",
        "The event belongs to a workspace that does not exist. Replay it when it exists.",
    ),
    "identifier_collision": ReasonText(
        "唯一的标识无法与另一个标识区分。请再发送一个标识。",
        "Its only identifier cannot be told from another one. Send a second identifier.",
    ),
    "record_unreadable": ReasonText(
        "日志记录无法读取，不能重放。请报告此问题。",
        "The log record cannot be read and cannot be replayed. Please report it.",
    ),
    "internal_error": ReasonText(
        "系统自身处理这条事件时出错。请报告此问题，升级后重放。",
        "Our own code or the store stumbled over this event. Please report it; replay it after an update.",
    ),
}


def reason_text(reason: str, locale: Literal["zh", "en"]) -> str | None:
    """Cause and cure of a quarantine reason, None for a code that is not known."""
    found = _TEXTS.get(reason)
    return None if found is None else getattr(found, locale)
