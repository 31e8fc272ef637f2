"""Decode and encode rules and measures, with limits that keep every later stage small.

Errors carry the path in the tree in the form `all[1].any[0].where[2].value`: a group is named by its kind.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any as AnyValue

import msgspec

from tributary.core.plain import plain
from tributary.errors import RuleError
from tributary.rules import tree

MAX_BYTES = 256 * 1024
MAX_DEPTH = 8  # groups inside groups
MAX_CONDITIONS = 100  # leaves of the tree, and filters on properties count as well
MAX_VALUES = 1_000  # in one list
MAX_TEXT = 1_000  # characters of one name or value

_NESTING = 2 * MAX_DEPTH + 8  # containers inside containers in the JSON of a rule at its limits
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")

_STRUCTS = (
    *(tree.All, tree.Any, tree.Not, tree.Trait, tree.Event, tree.EventAggregate, tree.Regular, tree.FirstTime),
    *(tree.LastTime, tree.Tag, tree.Audience, tree.Random, tree.AllTime, tree.Last, tree.Ago, tree.Fixed),
    *(tree.Filter, tree.Compare),
)
_WORDS = sorted(
    {*tree.Op, *tree.Unit, *tree.Function}
    | {str(struct.__struct_config__.tag) for struct in _STRUCTS if struct.__struct_config__.tag}
    | {name for struct in _STRUCTS for name in struct.__struct_encode_fields__}
)


def decode(source: Mapping[str, AnyValue] | bytes | str) -> tree.Rule:
    """The rule in a JSON object, given as text or already parsed.

    Raises:
        RuleError: not JSON, not the shape of a rule, or over one of the limits above.
    """
    raw = parse(source)
    rule: tree.Rule = convert(raw, tree.Rule)
    _check_size(rule)
    return rule


def encode(rule: tree.Rule) -> dict[str, AnyValue]:
    """The rule as JSON-ready data, without what equals its default. `decode(encode(rule)) == rule`."""
    data: dict[str, AnyValue] = msgspec.json.decode(msgspec.json.encode(rule))
    return data


def parse(source: Mapping[str, AnyValue] | bytes | str) -> AnyValue:
    """Plain JSON data from `source`, refused when too large, too deep or not text that can be stored."""
    raw: AnyValue = source
    if isinstance(source, bytes | str):
        if len(source) > MAX_BYTES:
            raise RuleError(f"The rule is larger than {MAX_BYTES} bytes.", cure="Split it into several audiences.")
        try:
            raw = msgspec.json.decode(source)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RuleError(f"The rule is not readable JSON: {error}.", cure="Send one JSON object.") from None
    _check_plain(raw)
    return raw


def convert(raw: AnyValue, type_: AnyValue) -> AnyValue:
    """`raw` as a struct of `type_`; the error of a wrong shape gets the path of the tree.

    Raises:
        RuleError: the shape is wrong.
    """
    try:
        return msgspec.convert(raw, type_, strict=True)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `")
        path = tree_path(raw, where.rstrip("`"))
        raise RuleError(f"{plain(message)}.", path=path, cure=_cure(message)) from None


def _cure(message: str) -> str:
    """The known word nearest to the one that the message quotes."""
    quoted = re.search(r"[`']([^`']+)[`']$", message)
    wrong = quoted.group(1) if quoted and message.startswith(("Invalid", "Object contains unknown")) else ""
    return did_you_mean(wrong, _WORDS) or "Compare with the reference of rules."


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """`Did you mean “…”?` with the up to three nearest of `known`, or nothing when none is near."""
    by_folded = {word.casefold(): word for word in known}
    near = difflib.get_close_matches(wrong.casefold(), by_folded, n=3, cutoff=0.6) if wrong else []
    return f"Did you mean {' or '.join(f'“{by_folded[word]}”' for word in near)}?" if near else ""


def tree_path(raw: AnyValue, json_path: str) -> str:
    """`all[1].where[0]` for `$.rules[1].where[0]`: members of a group are named by the group's kind."""
    path, node = "", raw
    for name, index in _STEP.findall(json_path):
        if index:
            path += f"[{index}]"
            node = node[int(index)] if index.isdigit() and isinstance(node, list | tuple) else None
            continue
        kind = node.get("kind") if isinstance(node, Mapping) else None
        shown = kind if name in {"rules", "rule"} and isinstance(kind, str) else name
        path += f".{shown}" if path else str(shown)
        node = node.get(name) if isinstance(node, Mapping) else None
    return path


def _check_plain(raw: AnyValue) -> None:
    """Walk without recursion, so that a hostile depth ends in an error and not in the interpreter's limit."""
    pending: list[tuple[AnyValue, int]] = [(raw, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > _NESTING:
            raise RuleError(f"Groups are nested deeper than {MAX_DEPTH}.", cure="Flatten the rule.")
        if isinstance(node, Mapping):
            pending.extend((item, depth + 1) for pair in node.items() for item in pair)
        elif isinstance(node, list | tuple):
            if len(node) > MAX_VALUES:
                raise RuleError(f"A list has more than {MAX_VALUES} entries.", cure="Upload it as an audience instead.")
            pending.extend((item, depth + 1) for item in node)
        elif isinstance(node, str):
            _check_text(node)


def _check_text(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise RuleError(f"A text is longer than {MAX_TEXT} characters.", cure="Shorten it.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RuleError("A text holds half of a surrogate pair, which is not a character.", cure="Retype it.") from None


def _check_size(rule: tree.Rule) -> None:
    conditions = 0
    pending: list[tuple[tree.Rule, int, str]] = [(rule, 1, "")]
    while pending:
        node, depth, path = pending.pop()
        match node:
            case tree.All(rules=rules) | tree.Any(rules=rules):
                kind = "all" if isinstance(node, tree.All) else "any"
                children = [(child, depth + 1, child_path(path, kind, index)) for index, child in enumerate(rules)]
            case tree.Not(rule=child):
                children = [(child, depth + 1, child_path(path, "not"))]
            case _:
                conditions += 1 + len(getattr(node, "where", ()))
                continue
        if depth > MAX_DEPTH:
            raise RuleError(f"Groups are nested deeper than {MAX_DEPTH}.", path=path, cure="Flatten the rule.")
        pending.extend(children)
    if conditions > MAX_CONDITIONS:
        raise RuleError(
            f"The rule has {conditions} conditions; the limit is {MAX_CONDITIONS}.",
            cure="Put part of it into an audience of its own and refer to that.",
        )


def child_path(path: str, kind: str, index: int | None = None) -> str:
    """The path of a child of the group at `path`."""
    step = kind if index is None else f"{kind}[{index}]"
    return f"{path}.{step}" if path else step
