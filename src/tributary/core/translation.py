"""Texts for people, in their language.

The code writes its texts in English, where they arise: `NotFound(f"There is no tag {id_!r}.", cure="Check the id.")`.
`zh.toml` says each of them in Chinese. A text is recognised by its words, whatever its holes were filled with, so that
one that was stored long ago is translated when it is read.

    "There is no tag {id!r}." = "没有 ID 为“{id}”的标签。"

On the left a hole has a name, and `!r` if the code writes the value as `repr` does; the quotes are then left to the
right side. On the right it may say what its value is, which is shown as it is otherwise:

    {reason:text}       a text, which is translated too
    {names:list}        `a, b`
    {names:choices}     `“a”, “b” or “c”`
    {names:way}         `a → b`, of which some may be words that are translated
    {names:either}      `a or b`, words that are translated
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Final, TypeAlias

_QUOTED: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)  # what repr makes of a text
_APOSTROPHES: Final = re.compile(r"'([^']*)'")
_OR: Final = re.compile(r"(?<=”) or (?=“)")
_KINDS: Final = frozenset({"", "text", "list", "choices", "way", "either"})
_SENTENCE_END: Final = re.compile(r"(?<=[.!?]) (?=[^\sa-z])")
_MAX_SENTENCES: Final = 8  # of one text; what is longer is translated as a whole or not at all
_MAX_LENGTH: Final = 20_000  # characters; nobody wrote that for people
_MAX_DEPTH: Final = 6  # of texts inside of texts; ours are less deep, and what somebody sent may go on for ever

_Known: TypeAlias = dict[tuple[int, str], "tuple[int, str] | None"]


def translate(text: str, locale: str) -> str:
    """The English `text` in the language `locale`, `zh` or `en`; as it is when nobody translated it."""
    return text if locale != "zh" else _chinese().translate(text)


def load_chinese() -> dict[str, dict[str, str]]:
    """What `zh.toml` says: English → Chinese, by the heading under which it stands."""
    return tomllib.loads((files("tributary.core") / "zh.toml").read_text(encoding="utf-8"))


@cache
def _chinese() -> Translator:
    return Translator({english: chinese for group in load_chinese().values() for english, chinese in group.items()})


class Translator:
    """Translates by the templates `texts`, English → Chinese.

    Finding the template of a text takes some tens of microseconds: texts without holes are looked up; of the others
    only those are tried that begin with the same letter.

    Raises:
        ValueError: a template cannot be read, or its holes differ between the languages.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._plain: dict[str, str] = {}
        self._by_letter: dict[str, list[Template]] = {}
        for english, chinese in texts.items():
            template = Template(english, chinese)
            if template.holes:
                self._by_letter.setdefault(template.head[:1], []).append(template)
            else:
                self._plain[template.head] = template.fill({})
        for templates in self._by_letter.values():
            templates.sort(key=lambda template: -template.weight)

    def translate(self, text: str) -> str:
        """`text` in Chinese: as a whole or sentence by sentence, whichever recognises more of it."""
        return self._translate(text, 0, {})

    def _translate(self, text: str, depth: int, known: _Known) -> str:
        if not text or len(text) > _MAX_LENGTH or depth > _MAX_DEPTH:
            return text
        starts = [0, *(found.end() for found in _SENTENCE_END.finditer(text))]
        if len(starts) > _MAX_SENTENCES:
            starts = [0]
        ends = [*starts[1:], len(text) + 1]  # each behind the blank that follows
        # best[i] is how the text from the i-th sentence on is said best: letters that were recognised, and the result.
        best: list[tuple[int, str]] = [(0, "")] * (len(starts) + 1)
        for first in reversed(range(len(starts))):
            unknown = text[starts[first] : ends[first]]
            best[first] = (best[first + 1][0], unknown + best[first + 1][1])
            for last in reversed(range(first, len(starts))):
                found = self._find(text[starts[first] : ends[last] - 1], depth, known)
                if found is not None and found[0] + best[last + 1][0] > best[first][0]:
                    best[first] = (found[0] + best[last + 1][0], found[1] + best[last + 1][1])
        return best[0][1]

    def _find(self, text: str, depth: int, known: _Known) -> tuple[int, str] | None:
        """How many letters of `text` a template recognises, and what it makes of it.

        `known` remembers that for the parts of one text: the same part lies in the hole of many longer ones, and to
        translate it for each of them anew would double the work with every text inside of a text.
        """
        if text in self._plain:
            return len(text), self._plain[text]
        if (depth, text) not in known:
            known[depth, text] = self._fill(text, depth, known)
        return known[depth, text]

    def _fill(self, text: str, depth: int, known: _Known) -> tuple[int, str] | None:
        for letter in (text[:1], ""):
            for template in self._by_letter.get(letter, ()):
                values = template.match(text)
                if values is not None:
                    return template.weight, template.fill(values, lambda part: self._translate(part, depth + 1, known))
        return None


class Template:
    """One text in two languages. `holes` are the names of its holes in the order of the English; `weight` is the
    number of letters around them.
    """

    __slots__ = ("_parts", "_pieces", "_quoted", "head", "holes", "tail", "weight")

    def __init__(self, english: str, chinese: str) -> None:
        literals, self.holes, self._quoted = [""], [], []
        for literal, name, _, conversion in Formatter().parse(english):
            literals[-1] += literal
            if name is not None:
                self.holes.append(name)
                self._quoted.append(conversion == "r")
                literals.append("")
        self.head, self.tail = literals[0], literals[-1]
        self._pieces = literals[1:]
        self.weight = sum(map(len, literals))
        self._parts = list(_read_chinese(chinese))
        used = {name for _, name, _ in self._parts if name}
        if len(set(self.holes)) < len(self.holes) or used != set(self.holes) or not self.weight:
            raise ValueError(f"the holes of {english!r} and {chinese!r} differ")

    def match(self, text: str) -> dict[str, str] | None:
        """What fills the holes in `text`, None if it is another text.

        A hole ends where the next words begin for the first time; nothing is tried twice, so that no text is slow.
        """
        if not text.startswith(self.head) or not text.endswith(self.tail):
            return None
        place, end = len(self.head), len(text) - len(self.tail)
        values: dict[str, str] = {}
        for index, name in enumerate(self.holes):
            piece, is_last = self._pieces[index], index == len(self.holes) - 1
            if self._quoted[index]:
                found = _QUOTED.match(text, place, max(end, place))
                stop = found.end() if found else -1
                if stop < 0 or (stop != end if is_last else not text.startswith(piece, stop)):
                    return None
                values[name] = _unquoted(text[place:stop])
            else:
                stop = end if is_last else text.find(piece, place, end)
                if stop < place:
                    return None
                values[name] = text[place:stop]
            place = stop + len(piece)
        return values

    def fill(self, values: Mapping[str, str], translate: Callable[[str], str] = str) -> str:
        """The Chinese text with these values; `translate` is for those that are texts themselves."""
        out = ""
        for literal, name, kind in self._parts:
            out += literal
            if not name:
                continue
            match kind:
                case "text":
                    out += translate(values[name])
                case "list":
                    out += values[name].replace(", ", "、")
                case "choices":
                    out += _OR.sub("或", _APOSTROPHES.sub(r"“\1”", values[name]).replace("”, “", "”、“"))
                case "way":
                    out += " → ".join(map(translate, values[name].split(" → ")))
                case "either":
                    out += "或".join(map(translate, values[name].split(" or ")))
                case _:
                    out += values[name]
        return out


def _read_chinese(chinese: str) -> Iterator[tuple[str, str, str]]:
    """Literal text, the name of the hole after it, and what kind of value fills it."""
    for literal, name, kind, conversion in Formatter().parse(chinese):
        if (kind or "") not in _KINDS or conversion:
            raise ValueError(f"{chinese!r} has a hole of an unknown kind")
        yield literal, name or "", kind or ""


def _unquoted(text: str) -> str:
    """The text behind its `repr`."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text[1:-1]
    return value if isinstance(value, str) else text
