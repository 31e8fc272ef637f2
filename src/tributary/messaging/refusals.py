"""Why something cannot be done to a campaign in the state it is in, and what can be done instead."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tributary.errors import Conflict, InvalidRequest
from tributary.store.tables.messaging import Campaign

Action = Literal["update", "launch", "pause", "resume", "cancel", "report", "archive"]

_IS: Mapping[str, str] = {
    "draft": "has not been launched",
    "scheduled": "is scheduled",
    "checking": "is being prepared",
    "sending": "is being sent",
    "paused": "is paused",
    "done": "is done",
    "cancelled": "was cancelled",
}
_COPY = "Duplicate it (POST /api/v1/campaigns/{id}/duplicate)"
_ALREADY = {"checking": "Nothing more needs to be done: it goes out within seconds."}
_CURES: Mapping[Action, Mapping[str, str]] = {
    "update": {
        "scheduled": f"Cancel it, so that it does not go out as it is. {_COPY} and change the copy.",
        "": f"{_COPY} and change the copy.",
    },
    "launch": {
        "scheduled": f"It starts at {{at}}. To start at another time, cancel it. {_COPY} and launch the copy.",
        "sending": f"{_COPY} to send it again.",
        "paused": "Resume it to go on.",
        "": f"{_COPY} and launch the copy to send it again.",
        **_ALREADY,
    },
    "pause": {
        "draft": "Nothing goes out before the launch.",
        "checking": "Wait some seconds until it is being sent, or cancel it.",
        "paused": "Resume it to go on, or cancel it.",
        "": "Nothing more goes out.",
    },
    "resume": {
        "draft": "Launch it.",
        "cancelled": f"{_COPY} and launch the copy.",
        "": "Nothing needs to be resumed.",
    },
    "cancel": {"": "Nothing more goes out."},
    "report": {
        "draft": "Launch it; the report starts with the launch.",
        "scheduled": "It starts at {at}, and the report with it.",
        "paused": "Resume it; the report starts with the launch.",
        "checking": "Ask again in some seconds.",
        "cancelled": "It was cancelled before it went out, so there is nothing to report.",
    },
    "archive": {"": "Wait until it is done, or cancel it."},
}


class TimeHasPassed(InvalidRequest):
    """Something was asked for at a time that is over."""

    code = "time_has_passed"
    status = 422


class NotReady(Conflict):
    """The answer is being prepared."""

    code = "not_ready"
    retry = True


def refusal(campaign: Campaign, action: Action) -> Conflict:
    """The error that says why `action` is not possible now and what is."""
    state, cures = campaign.state, _CURES[action]
    if campaign.archived_at is not None and state == "draft":
        return Conflict(
            "The campaign is archived.", cure=f"Restore it first (POST /api/v1/campaigns/{campaign.id}/restore)."
        )
    at = f"{campaign.scheduled_at:%Y-%m-%d %H:%M} UTC" if campaign.scheduled_at else "its time"
    cure = cures.get(state, cures.get("", "")).format(id=campaign.id, at=at)
    if action == "report" and state == "checking":
        if campaign.error is None:
            return NotReady("The campaign is being prepared: its people are being assigned.", cure=cure)
        return Conflict(f"The launch has stopped: {campaign.error['message']}", cure=campaign.error["cure"])
    return Conflict(f"The campaign {_IS[state]}.", cure=cure)
