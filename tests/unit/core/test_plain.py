"""What the decoder says about a wrong value is said in plain words, in both languages."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tributary.core.plain import plain
from tributary.core.translation import translate


class Wire(msgspec.Struct):
    properties: dict[str, Any] | None = None
    name: str | float = ""
    count: int = 0
    parts: list[bool] = []


@pytest.mark.parametrize(
    ("source", "english", "chinese"),
    [
        (
            {"properties": "x"},
            "Expected object or empty, got text - at `properties`",
            "`properties` 应为对象或空值，实际为文本",
        ),
        ({"name": {}}, "Expected number or text, got object - at `name`", "`name` 应为数字或文本，实际为对象"),
        ({"count": 1.5}, "Expected whole number, got number - at `count`", "`count` 应为整数，实际为数字"),
        ({"parts": {}}, "Expected list, got object - at `parts`", "`parts` 应为列表，实际为对象"),
        ({"parts": ["x"]}, "Expected yes/no, got text - at `parts[0]`", "`parts[0]` 应为是/否，实际为文本"),
        ([], "Expected object, got list", "应为对象，实际为列表"),
    ],
)  # fmt: skip
def test_types_are_words(source: Any, english: str, chinese: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(msgspec.json.encode(source), type=Wire)
    assert plain(str(caught.value)) == english
    assert translate(english, "zh") == chinese
    whole = f"The event does not have the agreed shape: {english}."
    assert translate(whole, "zh").endswith(f"{chinese}。")


def test_other_messages_stay() -> None:
    for message in ("Object missing required field `name`", "Invalid enum value 'str'", "Expected `Thing`"):
        assert plain(message) == message
