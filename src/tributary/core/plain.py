"""Errors of the decoder in words that people know: no names of types."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "yes/no",
    "array": "list",
    "object": "object",
    "null": "empty",
}
_TYPES: Final = re.compile(r"(?<=Expected )`([a-z| ]+)`|(?<=, got )`([a-z| ]+)`")
_PLACE: Final = re.compile(r"(?<= - at )`(?:key in )?\$\.?([^`]+)`")


def plain(message: str) -> str:
    """A message of msgspec with its types as words: ``Expected `object | null`, got `str` - at `$.traits``` becomes
    ``Expected object or empty, got text - at `traits```. What is not known stays.
    """
    return _PLACE.sub(r"`\1`", _TYPES.sub(_said, message))


def _said(found: re.Match[str]) -> str:
    types = (found[1] or found[2]).split(" | ")
    words = [_WORDS.get(each, each) for each in types if not (each == "int" and "float" in types)]
    return " or ".join(words)
