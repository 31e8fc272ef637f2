"""The texts for people in the source: every sentence that an error, a note or a table of words can hold.

Found without running anything, by following expressions back to their texts: through f-strings, concatenations,
conditions, local names, tables of constants, functions that return texts and parameters that are handed on. What
cannot be followed (the text of another library's error) is left out.

A text with holes is written as in an f-string, each hole under a short name taken from its expression:
`f"There is no {self.kind} {id_!r}."` is `There is no {kind} {id!r}.`
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

# Programs of the terminal, and the collector, which talks to programs: they speak English.
NOT_SHOWN = (
    "app.py",
    "cli.py",
    "core/translation.py",
    "collector/",
    "commands/",
    "demo/",
    "settings.py",
    "__main__.py",
    "store/migrations/",
)
ROOT_ERROR = "TributaryError"
NEVER_SHOWN = frozenset({"BugError"})  # answered by a sentence of its own; the log has it

# What else takes texts for people: callable → positions and names of the parameters that are.
CALLS: Mapping[str, tuple[int | str, ...]] = {
    "in_callers_language": (0,),
    "problem": (2, "cure"),
    "FieldProblem": ("message",),
    "BadEvent": (1,),
    "of_record": (1,),
    "Rejection": (5,),
    "end_failed": ("text",),
    "Link": ("reason",),
    "BadCell": (1,),
}
# Where a ValueError is for people: in validators, of which `api/wording.py` makes sentences, and in the cells of files.
VALIDATORS = ("api/", "messaging/content")
CELLS = ("sources/imports/cells.py",)
# Tables whose values are texts for people.
TABLES: Mapping[str, tuple[str, ...]] = {
    "access/roles.py": ("SCOPES", "ROLE_TEXTS"),
    "api/audit_texts.py": ("SENTENCES", "WITH_VERSION", "OTHER", "SYSTEM", "NOBODY"),
    "api/event_changes.py": ("CHANGE_TEXTS",),
    "api/identity_match_texts.py": ("_COMPARISONS", "_LEVELS", "_REASONS"),
    "api/jobs.py": ("JOB_TITLES",),
    "api/problems.py": ("_TITLES",),
}

_MOST = 64  # texts of one expression; more than that is not a sentence but a grammar
# Callables that take codes, the position of the code, and the table with the text of each.
CODES: Mapping[str, tuple[int, str, str]] = {
    "audit": (2, "api/audit_texts.py", "SENTENCES"),
    "audit_anonymous": (2, "api/audit_texts.py", "SENTENCES"),
    "enqueue": (1, "api/jobs.py", "JOB_TITLES"),
}


_METHODS = frozenset({"join", "replace", "upper", "lower", "isoformat", "removesuffix", "removeprefix", "partition"})
_LETTERS = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True, slots=True)
class Hole:
    """A place that is filled at run time."""

    name: str
    is_quoted: bool = False


Parts = tuple[str | Hole, ...]
UNKNOWN: list[Parts] = []


@dataclass(frozen=True, slots=True)
class Text:
    """A text and where it stands."""

    template: str
    place: str


@dataclass(slots=True)
class Module:
    """A source file, ready to be looked things up in."""

    name: str
    nodes: list[ast.AST]
    calls: dict[str, list[ast.Call]] = field(default_factory=dict)  # by the last name of what is called
    constants: dict[str, ast.expr] = field(default_factory=dict)
    functions: dict[str, list[ast.FunctionDef]] = field(default_factory=dict)
    owner: dict[ast.AST, ast.FunctionDef] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an expression is looked at: names are looked up there. `seen` ends circles.

    With `is_whole`, an expression of which one branch cannot be told cannot be told at all.
    """

    module: Module
    function: ast.FunctionDef | None
    seen: frozenset[ast.AST] = frozenset()
    is_whole: bool = False

    def constant(self, name: str) -> ast.expr | None:
        """What a name of the module stands for, if it is not one of the function's own."""
        return self.module.constants.get(name)


class Source:
    """All modules of the package at `root`."""

    def __init__(self, root: Path) -> None:
        self.modules = [
            _module(path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
            for path in sorted(root.rglob("*.py"))
        ]
        self._public: dict[str, list[tuple[Module, ast.FunctionDef]]] = {}
        for module in self.modules:
            for name, functions in module.functions.items():
                if not name.startswith("_"):
                    self._public.setdefault(name, []).extend((module, each) for each in functions)
        self._shown = [module for module in self.modules if not module.name.startswith(NOT_SHOWN)]
        self._errors = self._error_classes()
        self._handed_on: set[tuple[str, str, str]] = set()
        self._found: dict[tuple[str, str], None] = {}

    def texts(self) -> list[Text]:
        """Every text, in the order of the files; one that stands in several places comes several times."""
        self._found, self._handed_on = {}, set()
        for module in self._shown:
            for name in TABLES.get(module.name, ()):
                for value in _leaves(module.constants[name]):
                    for parts in self._resolve(Spot(module, None), value):
                        self._keep(Spot(module, None), value, _filled(parts), may_be_word=True)
            for node in module.nodes:
                self._look_at(Spot(module, module.owner.get(node)), node)
        return [Text(template, place) for template, place in self._found]

    def codes_without_text(self) -> list[str]:
        """Codes that are given to the callables in `CODES` and have no text in the table for them."""
        tables = {module.name: module.constants for module in self.modules}
        found: list[str] = []
        for name, (position, home, table_name) in CODES.items():
            table = tables[home][table_name]
            known = _items(table) if isinstance(table, ast.Dict) else {}
            for module in self.modules:
                for call in module.calls.get(name, ()):
                    spot = Spot(module, module.owner.get(call))
                    for parts in self._resolve(spot, call.args[position]) if len(call.args) > position else []:
                        pattern = "".join(re.escape(part) if isinstance(part, str) else r"[\w.]+" for part in parts)
                        if not any(re.fullmatch(pattern, code) for code in known):
                            place = f"src/tributary/{module.name}:{call.lineno}"
                            found.append(f"{place}: {table_name} of {home} has no text for {_written(parts)}")
        return found

    def _error_classes(self) -> frozenset[str]:
        classes = [node for module in self.modules for node in module.nodes if isinstance(node, ast.ClassDef)]
        found = {ROOT_ERROR}
        while True:
            more = {each.name for each in classes if any(_last_name(base) in found for base in each.bases)}
            if more <= found:
                return frozenset(found - NEVER_SHOWN)
            found |= more

    def _look_at(self, spot: Spot, node: ast.AST) -> None:
        if isinstance(node, ast.Call):
            name = _last_name(node.func)
            if name in self._errors:
                self._arguments(spot, node, (0, "cure"))
            elif name in CALLS:
                self._arguments(spot, node, CALLS[name])
            elif name == "translate" and node.args:
                for parts in self._resolve(spot, node.args[0]):  # a template may be translated before it is filled
                    self._keep(spot, node, _filled(parts))
            elif name == "ValueError" and spot.module.name.startswith(VALIDATORS):
                self._arguments(spot, node, (0,), is_sentence=True)
            elif name == "ValueError" and spot.module.name.startswith(CELLS):
                self._arguments(spot, node, (0,))
        elif isinstance(node, ast.Dict):
            items = _items(node)
            if {"code", "message"} <= items.keys():
                self._note(spot, items["message"])

    def _arguments(self, spot: Spot, call: ast.Call, wanted: Iterable[int | str], *, is_sentence: bool = False) -> None:
        for each in wanted:
            if isinstance(each, int):
                argument = call.args[each] if each < len(call.args) else None
            else:
                argument = next((keyword.value for keyword in call.keywords if keyword.arg == each), None)
            if argument is not None:
                self._note(spot, argument, is_sentence=is_sentence)

    def _note(self, spot: Spot, node: ast.expr, *, is_sentence: bool = False) -> None:
        for parts in self._resolve(replace(spot, is_whole=False), node):
            self._keep(spot, node, parts, is_sentence=is_sentence)

    def _keep(
        self, spot: Spot, node: ast.expr, parts: Parts, *, is_sentence: bool = False, may_be_word: bool = False
    ) -> None:
        plain = "".join(part for part in parts if isinstance(part, str))
        if not _LETTERS.search(plain) or not (may_be_word or " " in plain):
            return  # nothing to read, or a code
        template = _written(parts)
        if is_sentence:
            template = template[:1].upper() + template[1:] + ("" if template.endswith((".", "!", "?")) else ".")
        self._found.setdefault((template, f"src/tributary/{spot.module.name}:{node.lineno}"))

    # Expressions ------------------------------------------------------------------------------------------------------

    def _resolve(self, spot: Spot, node: ast.expr) -> list[Parts]:
        """All texts that the expression may be; none when it cannot be told."""
        if node in spot.seen:
            return UNKNOWN
        spot = replace(spot, seen=spot.seen | {node})
        match node:
            case ast.Constant(value=str(text)):
                return [(text,)] if text else [()]
            case ast.JoinedStr(values=values):
                return _combine([self._piece(spot, value) for value in values])
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                found = [self._resolve(spot, each) for each in (left, right)]
                holes: list[list[Parts]] = [[(Hole(_hole_name(each)),)] for each in (left, right)]
                return (
                    _combine([each or hole for each, hole in zip(found, holes, strict=True)]) if any(found) else UNKNOWN
                )
            case ast.IfExp(body=body, orelse=orelse):
                return self._any(spot, [(spot, body), (spot, orelse)])
            case ast.BoolOp(values=values):
                return self._any(spot, [(spot, value) for value in values])
            case ast.Dict() | ast.Tuple() | ast.List() | ast.Subscript():
                return self._values(spot, node)
            case ast.Name(id=name):
                return self._name(spot, name)
            case ast.Call():
                return self._call(spot, node)
        return UNKNOWN

    def _any(self, spot: Spot, branches: Iterable[tuple[Spot, ast.expr]]) -> list[Parts]:
        """The texts of several branches, of which one is taken."""
        found = [self._resolve(place, node) for place, node in branches]
        if spot.is_whole and not all(found):
            for (place, node), each in zip(branches, found, strict=True):
                for parts in each:  # what is known fills the hole as a text of its own
                    self._keep(place, node, parts)
            return UNKNOWN
        return [parts for each in found for parts in each]

    def _piece(self, spot: Spot, node: ast.expr) -> list[Parts]:
        """A part of an f-string: the texts that it can be, else a hole."""
        if not isinstance(node, ast.FormattedValue):
            return self._resolve(spot, node)
        hole = Hole(_hole_name(node.value), is_quoted=node.conversion == ord("r"))
        if hole.is_quoted:
            return [(hole,)]
        found = self._resolve(replace(spot, is_whole=True), node.value)
        if found and isinstance(node.value, ast.Call):  # a text inside of a text: each is translated by itself
            for parts in found:
                self._keep(spot, node, parts)
            return [(hole,)]
        words = [part for parts in found for part in parts if isinstance(part, str)]
        are_codes = any("_" in word for word in words) or (len(words) > 2 and not any(" " in word for word in words))
        return [(hole,)] if are_codes or not found else found

    def _name(self, spot: Spot, name: str) -> list[Parts]:
        constant = spot.constant(name)
        if spot.function is None:
            return UNKNOWN if constant is None else self._resolve(spot, constant)
        if name in _parameters(spot.function):
            self._hand_on(spot, name)
            return UNKNOWN
        branches = [(spot, value) for target, value in _assignments(spot.function) if _named(target, name)]
        items = [
            (index, value)
            for target, value in _assignments(spot.function)
            if isinstance(target, ast.Tuple)
            for index, each in enumerate(target.elts)
            if _named(each, name)
        ]
        if branches or items:
            found = [parts for index, value in items for parts in self._item(spot, value, index)]
            return UNKNOWN if spot.is_whole and items and not found else found + self._any(spot, branches)
        return UNKNOWN if constant is None else self._resolve(replace(spot, function=None), constant)

    def _item(self, spot: Spot, value: ast.expr, index: int) -> list[Parts]:
        """The texts of one item of a tuple."""
        match value:
            case ast.Tuple(elts=items) if index < len(items):
                return self._resolve(spot, items[index])
            case ast.Name(id=name) if (constant := spot.constant(name)) is not None:
                return self._item(replace(spot, function=None), constant, index)
            case ast.Subscript(value=ast.Name(id=name)) if isinstance(table := spot.constant(name), ast.Dict):
                return [parts for each in table.values for parts in self._item(spot, each, index)]
            case ast.Call(func=called):
                return [
                    parts
                    for inner in self._callees(spot, called)
                    for returned in _returned(inner.function)
                    for parts in self._item(inner, returned, index)
                ]
        return UNKNOWN

    def _call(self, spot: Spot, call: ast.Call) -> list[Parts]:
        called = call.func
        if isinstance(called, ast.Attribute):
            if called.attr in {"strip", "rstrip", "lstrip"}:
                return [_stripped(parts) for parts in self._resolve(spot, called.value)]
            if called.attr in {"format", "format_map"}:
                return [_filled(parts) for parts in self._resolve(spot, called.value)]
            if called.attr == "get":
                found = self._values(spot, called.value)
                known = [each for each in call.args[1:] if isinstance(each, ast.Constant | ast.JoinedStr | ast.Call)]
                return found + [parts for each in known for parts in self._resolve(spot, each)]
            if called.attr in _METHODS:
                return UNKNOWN
        branches = [
            (inner, returned)
            for inner in self._callees(spot, called)
            if inner.function not in spot.seen
            for returned in _returned(inner.function)
        ]
        return self._any(replace(spot, is_whole=False), branches)

    def _values(self, spot: Spot, table: ast.expr) -> list[Parts]:
        """The texts in a table, and in the tables inside of it."""
        match table:
            case ast.Dict(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
                return [parts for each in values for parts in self._values(spot, each)]
            case ast.Subscript(value=outer):
                return self._values(spot, outer)
            case ast.Name(id=name):
                if spot.function is not None:
                    local = [value for target, value in _assignments(spot.function) if _named(target, name)]
                    if local:
                        return [parts for each in local for parts in self._values(spot, each)]
                constant = spot.constant(name)
                return UNKNOWN if constant is None else self._values(replace(spot, function=None), constant)
            case ast.Constant() | ast.JoinedStr() | ast.BinOp():
                return self._resolve(spot, table)
        return UNKNOWN

    def _callees(self, spot: Spot, called: ast.expr) -> Iterator[Spot]:
        """The functions that a call may mean: those of the module by this name, else the only public one."""
        name = _last_name(called)
        if name in spot.module.functions:
            homes = [(spot.module, each) for each in spot.module.functions[name]]
        elif isinstance(called, ast.Name) or (isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name)):
            homes = self._public.get(name, [])
            homes = homes if len(homes) == 1 and _returns_text(homes[0][1]) else []
        else:
            homes = []
        for module, function in homes:
            yield Spot(module, function, spot.seen | {function})

    # Parameters that are handed on ------------------------------------------------------------------------------------

    def _hand_on(self, spot: Spot, name: str) -> None:
        """The text is an argument of whoever calls this function."""
        function = spot.function
        if function is None or (spot.module.name, function.name, name) in self._handed_on:
            return
        self._handed_on.add((spot.module.name, function.name, name))
        names = _parameters(function)
        is_method = names[0] in {"self", "cls"}
        position = names.index(name) - is_method
        for each, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
            if each.arg == name:
                position = -1
                if default is not None:
                    self._note(Spot(spot.module, None), default)
        is_local = is_method or function.name.startswith("_")
        for module in [spot.module] if is_local else self._shown:
            for call in module.calls.get(function.name, ()):
                given = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
                if given is None and 0 <= position < len(call.args):
                    given = call.args[position]
                if given is not None:
                    self._note(Spot(module, module.owner.get(call), spot.seen), given)


def _module(name: str, tree: ast.Module) -> Module:
    module = Module(name, list(ast.walk(tree)))
    for node in module.nodes:
        if isinstance(node, ast.Call) and not _is_logger(node.func):
            module.calls.setdefault(_last_name(node.func), []).append(node)
    for statement in tree.body:
        for target, value in _targets(statement):
            if isinstance(target, ast.Name):
                module.constants[target.id] = value

    def own(node: ast.AST, function: ast.FunctionDef | None) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                module.functions.setdefault(child.name, []).append(child)
                own(child, child)
            else:
                if function is not None:
                    module.owner[child] = function
                own(child, function)

    own(tree, None)
    return module


def _targets(statement: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield target, statement.value
    elif isinstance(statement, ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and statement.value is not None:
        yield statement.target, statement.value


def _assignments(function: ast.FunctionDef) -> Iterator[tuple[ast.expr, ast.expr]]:
    for node in ast.walk(function):
        for target, value in _targets(node):
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
                yield from zip(target.elts, value.elts, strict=True)
            else:
                yield target, value


def _leaves(table: ast.expr) -> Iterator[ast.expr]:
    """The values of a table, of those inside of it too."""
    match table:
        case ast.Dict(values=values) | ast.Tuple(elts=values) | ast.List(elts=values):
            for value in values:
                yield from _leaves(value)
        case _:
            yield table


def _named(target: ast.expr, name: str) -> bool:
    return isinstance(target, ast.Name) and target.id == name


def _returned(function: ast.FunctionDef | None) -> Iterator[ast.expr]:
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.Return) and node.value is not None:
            yield node.value


def _returns_text(function: ast.FunctionDef) -> bool:
    return function.returns is not None and "str" in ast.unparse(function.returns)


def _parameters(function: ast.FunctionDef) -> list[str]:
    every = function.args
    return [each.arg for each in (*every.posonlyargs, *every.args, *every.kwonlyargs)]


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_logger(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and _last_name(node.value) in {"log", "_log", "logger"}


def _items(table: ast.Dict) -> dict[str, ast.expr]:
    """What a table has under texts."""
    return {
        key.value: value
        for key, value in zip(table.keys, table.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def _combine(pieces: list[list[Parts]]) -> list[Parts]:
    count = 1
    for each in pieces:
        count *= max(len(each), 1)
    if count > _MOST:
        return UNKNOWN
    return [tuple(part for parts in choice for part in parts) for choice in product(*pieces)]


def _stripped(parts: Parts) -> Parts:
    ends = list(parts)
    if ends and isinstance(ends[0], str):
        ends[0] = ends[0].lstrip()
    if ends and isinstance(ends[-1], str):
        ends[-1] = ends[-1].rstrip()
    return tuple(ends)


_FIELD = re.compile(r"\{\{|\}\}|\{(\w*)(?:[:!][^}]*)?\}")


def _filled(parts: Parts) -> Parts:
    """A text that goes through `str.format`: its braces are holes."""
    out: list[str | Hole] = []
    for part in parts:
        if isinstance(part, Hole):
            out.append(part)
            continue
        end = 0
        for found in _FIELD.finditer(part):
            out.append(part[end : found.start()])
            out.append(found[0][0] if found[0] in {"{{", "}}"} else Hole(found[1] or "value"))
            end = found.end()
        out.append(part[end:])
    return tuple(out)


def _written(parts: Parts) -> str:
    """The text as the catalogue writes it: braces doubled, each hole under a name of its own."""
    used: dict[str, int] = {}
    out = ""
    for part in parts:
        if isinstance(part, str):
            out += part.replace("{", "{{").replace("}", "}}")
            continue
        number = used[part.name] = used.get(part.name, 0) + 1
        name = part.name if number == 1 else f"{part.name}{number}"
        out += f"{{{name}!r}}" if part.is_quoted else f"{{{name}}}"
    return out


def _hole_name(node: ast.expr) -> str:
    """A word for what fills the hole: the last name of an attribute, the first argument of a call."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            found = name
        case ast.Call(func=ast.Name(id="len")):
            found = "count"
        case ast.Call(func=ast.Attribute(attr="join"), args=[inner, *_]):
            found = _hole_name(inner)
        case ast.Call(func=ast.Name(id="map"), args=[_, inner, *_]):
            found = _hole_name(inner)
        case ast.Call(func=ast.Attribute(value=ast.Attribute() | ast.Subscript() as inner)):
            found = _hole_name(inner)
        case ast.Call(func=ast.Attribute(attr=method, value=ast.Name(id=name))):
            found = name if method in _METHODS or method == "get" else method
        case ast.Call(func=ast.Name(id=name), args=[inner, *_]):
            found = "hint" if name == "did_you_mean" else _hole_name(inner)
        case ast.Call(func=ast.Name(id=name)):
            found = name
        case ast.Subscript(value=inner) | ast.BinOp(left=inner) | ast.BoolOp(values=[inner, *_]):
            found = _hole_name(inner)
        case ast.GeneratorExp(elt=inner) | ast.ListComp(elt=inner) | ast.IfExp(body=inner):
            found = _hole_name(inner)
        case _:
            found = "value"
    return found.strip("_").lower() or "value"
