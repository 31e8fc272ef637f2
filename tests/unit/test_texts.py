"""The tool that finds the texts for people in the source, and the one that compares them with the translations."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

TOOLS = str(Path(__file__).parents[2] / "tools")
ERRORS = """
class TributaryError(Exception): ...
class NotFound(TributaryError): ...
class BugError(TributaryError): ...
"""


@pytest.fixture(autouse=True)
def tools(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS)
    yield
    for name in ("texts", "translations"):
        sys.modules.pop(name, None)


@pytest.fixture
def find(tmp_path, monkeypatch):
    """`find(code)` → the texts in it."""
    import texts

    monkeypatch.setattr(texts, "TABLES", {"things.py": ("TITLES",)})

    def found(code: str, name: str = "things.py") -> list[str]:
        (tmp_path / "errors.py").write_text(ERRORS)
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(dedent(code) if "TITLES" in code else dedent(code) + "\nTITLES = {}\n")
        return [text.template for text in texts.Source(tmp_path).texts()]

    return found


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ('raise NotFound("It is gone.", cure="Make another.")', ["It is gone.", "Make another."]),
        ('raise errors.NotFound("It is gone.")', ["It is gone."]),
        ('raise BugError("It is gone.")', []),
        ('raise ValueError("It is gone.")', []),
        # holes, by the last name in them
        ('raise NotFound(f"No {self.kind} {id_!r}.")', ["No {kind} {id!r}."]),
        ('raise NotFound(f"{len(x)} of {a.b} and {c.b}: {\', \'.join(ALL)}.")', ["{count} of {b} and {b2}: {all}."]),
        ('raise NotFound(f"Write {{x}}, not {y}.")', ["Write {{x}}, not {y}."]),
        ('raise NotFound("It is " + " → ".join(names) + ".")', ["It is {names}."]),
        # everything that the text may be
        ('raise NotFound("It is " + ("red" if x else "blue") + " now.")', ["It is red now.", "It is blue now."]),
        ('raise NotFound(f"It is {\'red\' if x else colour} now.")', ["It is {value} now."]),
        ('raise NotFound(f"It is {name or \'some other one\'} now.")', ["some other one", "It is {name} now."]),
        ('raise NotFound(known or "None is left.")', ["None is left."]),
        # codes are no texts
        ('raise NotFound("not_found")', []),
        ("raise NotFound(str(error))", []),
    ],
)  # fmt: skip
def test_what_a_text_can_be(find, code: str, texts: list[str]):
    assert sorted(find(code)) == sorted(texts)


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        (
            """
            def fail(what):
                text = f"It is {what}."
                raise NotFound(text)
            """,
            ["It is {what}."],
        ),
        (  # a table
            """
            WHY = {"a": "It is red.", "b": "It is blue."}
            def fail(code):
                raise NotFound(WHY[code], cure=WHY.get(code, "Ask somebody."))
            """,
            ["It is red.", "It is blue.", "Ask somebody."],
        ),
        (  # the words of a sentence
            """
            IS = {"a": "is red", "b": "is bright blue"}
            def fail(code):
                raise NotFound(f"It {IS[code]}.")
            """,
            ["It is red.", "It is bright blue."],
        ),
        (  # a tuple
            """
            PROBLEMS = {"a": ("warning", "It is red.", "Paint it.")}
            def fail(code):
                level, message, cure = PROBLEMS[code]
                raise NotFound(message, cure=cure)
            """,
            ["It is red.", "Paint it."],
        ),
        (  # a function that returns texts, inside of another text
            """
            def why(code):
                if code:
                    return "it is red"
                return f"it is {colour} now"
            raise NotFound(f"Not used: {why(code)}.")
            """,
            ["it is red", "it is {colour} now", "Not used: {code}."],
        ),
        (  # texts that are handed on
            """
            class Test:
                def error(self, message, cure):
                    return NotFound(message, cure=cure)
            def check(test):
                raise test.error(f"“{test.op}” needs a value.", "Add one.")
                log.error("this is no text for people", "at all")
            """,
            ["“{op}” needs a value.", "Add one."],
        ),
        (
            """
            def wrong(place, *, what="It is wrong."):
                return NotFound(what)
            raise wrong("here", what="It is red.")
            """,
            ["It is wrong.", "It is red."],
        ),
        (
            """
            WORDS = {"a": "It needs {least} of them.", "b": "It is {{so}}."}
            raise NotFound(WORDS[kind].format_map(facts).strip())
            """,
            ["It needs {least} of them.", "It is {{so}}."],
        ),
        ('TITLES = {"a": "Owner", "b": ("Viewer", "Looks on.")}', ["Owner", "Viewer", "Looks on."]),
        ('error = {"code": "x", "message": f"It stopped ({name})."}', ["It stopped ({name})."]),
        ('show(translate("Hello {target}", locale).format(target=x))', ["Hello {target}"]),
    ],
)
def test_texts_are_found_through_the_code(find, code: str, texts: list[str]):
    assert sorted(find(code)) == sorted(texts)


def test_what_is_for_terminals_and_programs_needs_no_translation(find):
    assert find('raise NotFound("It is gone.")', "commands/things.py") == []


def test_codes_need_a_text_in_their_table(tmp_path, monkeypatch):
    import texts

    (tmp_path / "errors.py").write_text(ERRORS)
    (tmp_path / "things.py").write_text(
        'TOLD = {"thing.made": "made {target}", "tag.made": "…"}\n'
        'audit(session, who, "thing.made", "thing", id)\n'
        'audit(session, who, f"{kind}.made", "thing", id)\n'
        'audit(session, who, "thing.lost", "thing", id)\n'
        'audit(session, who, action, "thing", id)\n'
    )
    monkeypatch.setattr(texts, "TABLES", {})
    monkeypatch.setattr(texts, "CODES", {"audit": (2, "things.py", "TOLD")})
    (found,) = texts.Source(tmp_path).codes_without_text()
    assert found == "src/tributary/things.py:4: TOLD of things.py has no text for thing.lost"


def test_sentences_may_be_translated_one_by_one():
    from translations import missing, pattern_of

    known = {pattern_of(text): text for text in ("It is {x}.", "Mend it.", "A {x!r} and {y}.", "Whole. Of two.")}
    said = [
        ("It is {colour}. Mend it.", "a:1"),
        ("A {one!r} and {two}.", "a:2"),
        ("A {one} and {two}.", "a:3"),
        ("Whole. Of two.", "a:4"),
        ("{hint} Mend it.", "a:5"),
        ("It is {colour}. Leave it.", "a:6"),
    ]
    absent, used = missing(said, known)
    assert absent == [("A {one} and {two}.", "a:3"), ("Leave it.", "a:6")]
    assert used == set(known)
