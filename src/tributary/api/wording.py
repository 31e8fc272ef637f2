"""What is wrong with a request, in plain words instead of those of the validation library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tributary.rules import did_you_mean

# Kind of error → what to say; {…} are the facts that come with it.
_WORDS: Mapping[str, str] = {
    "missing": "This is required.",
    "json_invalid": "This is not valid JSON.",
    "json_type": "This must be JSON.",
    "model_type": "This must be a JSON object, in braces.",
    "model_attributes_type": "This must be a JSON object, in braces.",
    "dict_type": "This must be a JSON object, in braces.",
    "list_type": "This must be a list, in square brackets.",
    "string_type": "This must be a text, in quotes.",
    "string_too_short": "This is too short: it needs at least {min_length} characters.",
    "string_too_long": "This is too long: it may have at most {max_length} characters.",
    "string_pattern_mismatch": "This has not the right form; it must match {pattern}.",
    "string_unicode": "This is not valid UTF-8.",
    "too_short": "These are too few: at least {min_length} are needed.",
    "too_long": "These are too many: at most {max_length} are taken.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "int_parsing_size": "This number is too large.",
    "float_type": "This must be a number.",
    "float_parsing": "This must be a number.",
    "finite_number": "This must be a finite number.",
    "bool_type": "This must be true or false.",
    "bool_parsing": "This must be true or false.",
    "greater_than": "This must be more than {gt}.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than": "This must be less than {lt}.",
    "less_than_equal": "This must be at most {le}.",
    "literal_error": "This must be one of {expected}.",
    "enum": "This must be one of {expected}.",
    "datetime_type": "This must be a time such as 2026-11-11T09:00:00+08:00.",
    "datetime_parsing": "This must be a time such as 2026-11-11T09:00:00+08:00.",
    "datetime_from_date_parsing": "This must be a time such as 2026-11-11T09:00:00+08:00.",
    "datetime_object_invalid": "This must be a time such as 2026-11-11T09:00:00+08:00.",
    "timezone_aware": "The time needs a zone, as in 2026-11-11T09:00:00+08:00.",
}


def plain_words(error: Mapping[str, Any], known: Sequence[str]) -> str:
    """The sentence about one validation error; `known` are the keys that are possible where it happened."""
    kind, facts = str(error["type"]), error.get("ctx") or {}
    if kind == "extra_forbidden":
        others = f" Possible are {', '.join(known)}." if known else ""
        hint = did_you_mean(str(error["loc"][-1]), known)
        return f"There is no such key. {hint}".strip() + others
    if kind == "value_error":  # our own sentence, which the library puts a label before
        return _sentence(str(facts.get("error", "")) or str(error["msg"]))
    words = _WORDS.get(kind)
    return words.format_map(facts) if words is not None else _sentence(str(error["msg"]))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
