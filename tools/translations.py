"""Whether every text for people is said in Chinese, and whether `zh.toml` says nothing that is gone.

    python tools/translations.py            list what is missing, with the line that says it
    python tools/translations.py --toml     write it as lines for zh.toml, to be completed by hand

`make check` runs it as a part of `tools/repository.py`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = "src/tributary/core/zh.toml"
UNCHECKED = ("sentences", "words", "libraries")  # no place in the code says these as they are
ENGLISH_IN_CHINESE = re.compile(r"[.,:;!?](?=[\u4e00-\u9fff]|$)|(?<=[\u4e00-\u9fff])[,;!?]")
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=\S)|(?<=^\{hint\}) ")
_HOLE = re.compile(r"\{\w+(!r)?\}")


def pattern_of(template: str) -> str:
    """The template without the names of its holes: texts that differ in those alone cannot be told apart."""
    return _HOLE.sub(lambda found: f"{{{found[1] or ''}}}", template)


def missing(templates: Iterable[tuple[str, str]], known: dict[str, str]) -> tuple[list[tuple[str, str]], set[str]]:
    """Templates that nothing translates, as (template, place), and the patterns that are in use.

    A text of several sentences may be translated as a whole or sentence by sentence.
    """
    absent: dict[str, str] = {}
    used: set[str] = set()
    for template, place in templates:
        if pattern_of(template) in known:
            used.add(pattern_of(template))
            continue
        for sentence in _SENTENCE_END.split(template):
            if pattern_of(sentence) in known:
                used.add(pattern_of(sentence))
            elif sentence != "{hint}":
                absent.setdefault(sentence, place)
    return list(absent.items()), used


def problems() -> list[str]:
    """What is wrong with the translations; nothing if all is well."""
    from texts import Source  # noqa: PLC0415 (beside this file)

    from tributary.core.translation import Template, load_chinese  # noqa: PLC0415

    groups = load_chinese()
    found: list[str] = []
    known: dict[str, str] = {}
    for group, texts in groups.items():
        for english, chinese in texts.items():
            try:
                Template(english, chinese)
            except ValueError as exc:
                found.append(f"{CATALOGUE}: [{group}] {exc}")
            if pattern_of(english) in known:
                found.append(f"{CATALOGUE}: [{group}] {english!r} is there as {known[pattern_of(english)]!r} already")
            if ENGLISH_IN_CHINESE.search(re.sub(r"`[^`]*`|\[[^\]]*\]|\{[^}]*\}", "", chinese)):
                found.append(f"{CATALOGUE}: [{group}] {chinese!r} has half-width punctuation")
            known[pattern_of(english)] = english
    source = Source(ROOT / "src/tributary")
    absent, used = missing([(text.template, text.place) for text in source.texts()], known)
    found += source.codes_without_text()
    found += [f"{place}: no Chinese in {CATALOGUE} for: {template}" for template, place in absent]
    found += [
        f"{CATALOGUE}: [{group}] nothing says {english!r} any more"
        for group, texts in groups.items()
        if group not in UNCHECKED
        for english in texts
        if pattern_of(english) not in used
    ]
    return found


def main(arguments: list[str]) -> int:
    """Print the problems, or with `--toml` the missing lines. Returns the exit code."""
    from texts import Source  # noqa: PLC0415

    from tributary.core.translation import load_chinese  # noqa: PLC0415

    if "--toml" in arguments:
        known = {pattern_of(english): english for texts in load_chinese().values() for english in texts}
        templates = [(text.template, text.place) for text in Source(ROOT / "src/tributary").texts()]
        for template, place in missing(templates, known)[0]:
            print(f"# {place}\n{json.dumps(template, ensure_ascii=False)} = {json.dumps('', ensure_ascii=False)}")
        return 0
    found = problems()
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
