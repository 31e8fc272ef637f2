"""What was changed in an event before it was stored, and why, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import PlainSerializer

from tributary.api.locale import in_callers_language
from tributary.identity import refusal_text

# The pipeline's `why` → a sentence.
CHANGE_TEXTS: Mapping[str, str] = {
    "boolean": "The field holds true or false, so the value was made one of them.",
    "country": "The country was brought into its two-letter code.",
    "currency": "The currency was brought into its three-letter code.",
    "date": "The field holds dates, so the value was made one.",
    "datetime": "The field holds times, so the value was made one, in UTC.",
    "email": "The e-mail address was brought into the form in which addresses are compared.",
    "in the future": "The time lies more than a day ahead, so the time of arrival is used.",
    "list": "The field holds lists, so the value was made one.",
    "message_id": "The message id could not be used as it was, so the event got another one.",
    "not a time": "This is not a time, so the time of arrival is used.",
    "number": "The field holds numbers, so the value was made one.",
    "phone": "The phone number was brought into its international form.",
    "text": "The text was tidied: no blanks around it, no invisible characters, letters and digits in half width.",
    "too long ago": "The time lies before 1990, so the time of arrival is used.",
    "unreadable": "The context of the batch could not be read and was left out.",
}


def _with_texts(changes: dict[str, Any]) -> dict[str, Any]:
    return {path: _with_text(path, change) for path, change in changes.items()}


def _with_text(path: str, change: Any) -> Any:
    if not isinstance(change, dict):
        return change
    why = str(change.get("why", ""))
    text = f"Not used as an identifier: {refusal_text(why)}." if path.startswith("identifiers.") else None
    text = text or CHANGE_TEXTS.get(why)
    return {**change, "text": in_callers_language(text) if text else None}


EventChanges = Annotated[dict[str, Any], PlainSerializer(_with_texts, return_type=dict[str, Any])]
"""The type of `changes` in an answer: by place, what was there (`was`), why it was changed (`why`), and both in words
(`text`).
"""
