"""A match configuration is data: it survives the way out and in, and says where it is wrong."""

from __future__ import annotations

import sys

import msgspec
import pytest

from tributary.identity.matching import (
    CHINESE_CUSTOMERS,
    FEBRL,
    Block,
    Comparison,
    Damerau,
    EditDistance,
    EditShare,
    Field,
    InvalidMatchSettings,
    JaroWinkler,
    Key,
    MatchSettings,
    Near,
    Same,
    check,
    decode,
    encode,
)

SMALL = MatchSettings(
    fields=[
        Field(name="name", kind="name"),
        Field(name="birthday", kind="date"),
        Field(name="email", kind="email"),
        Field(name="spent", kind="number"),
    ],
    comparisons=[
        Comparison(name="name", columns=["name"], levels=[Same(column="name", by_frequency=True)]),
        Comparison(name="birthday", columns=["birthday"], levels=[Same(column="birthday")]),
    ],
    blocks=[Block(keys=[Key(column="email")])],
)


def changed(**values):
    return msgspec.structs.replace(SMALL, **values)


def comparing(*levels, columns=("name",)):
    return changed(comparisons=[Comparison(name="x", columns=list(columns), levels=list(levels))])


@pytest.mark.parametrize("settings", [SMALL, CHINESE_CUSTOMERS, FEBRL])
def test_settings_survive_json_and_yaml(settings):
    assert decode(encode(settings)) == settings
    assert decode(msgspec.yaml.encode(settings).decode()) == settings


def test_without_yaml_json_still_works_and_yaml_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert decode(encode(SMALL)) == SMALL
    with pytest.raises(InvalidMatchSettings, match=r"tributary\[matching\]"):
        decode("fields: []")


WRONG = {
    "no such column": (comparing(Same(column="nam")), "comparisons[0].levels[0]", "nam"),
    "part of another kind": (comparing(Same(column="email.pinyin")), "comparisons[0].levels[0]", "email.pinyin"),
    "a text is not near": (comparing(Near(column="name", at_most=1)), "comparisons[0].levels[0]", "number column"),
    "a number is not edited": (comparing(EditDistance(column="spent", at_most=1)), "comparisons[0].levels[0]", "text"),
    "no levels": (comparing(), "comparisons[0]", "between 1 and 14"),
    "no columns": (comparing(Same(column="name"), columns=()), "comparisons[0]", "needs a column"),
    "edits": (comparing(EditDistance(column="name", at_most=0)), "comparisons[0].levels[0]", "between 1 and 20"),
    "typing errors": (comparing(Damerau(column="name", at_most=99)), "comparisons[0].levels[0]", "between 1 and 20"),
    "share": (comparing(EditShare(column="name", at_most=1.0)), "comparisons[0].levels[0]", "between 0 and 1"),
    "similarity": (comparing(JaroWinkler(column="name", at_least=0)), "comparisons[0].levels[0]", "between 0 and 1"),
    "distance": (comparing(Near(column="spent", at_most=-1)), "comparisons[0].levels[0]", "negative"),
    "two of a name": (changed(fields=[*SMALL.fields, SMALL.fields[0]]), "fields[4]", "two called"),
    "a bad name": (changed(fields=[Field(name="Na me", kind="text"), *SMALL.fields]), "fields[0]", "no name"),
    "no blocks": (changed(blocks=[]), "blocks", "between 1 and 16"),
    "a block without keys": (changed(blocks=[Block(keys=[])]), "blocks[0]", "needs a key"),
    "a block of one": (changed(blocks=[Block(keys=[Key(column="email")], at_most=1)]), "blocks[0]", "at_most"),
    "first and last": (
        changed(blocks=[Block(keys=[Key(column="email", first=1, last=1)])]),
        "blocks[0].keys[0]",
        "first or last",
    ),
    "strong": (changed(strong=["user_id"]), "strong[0]", "user_id"),
    "thresholds": (changed(merge=0.6, review=0.7), "merge", "review"),
    "penalty": (changed(penalty=1.0), "penalty", "between -100 and 0"),
    "sample": (changed(sample=1), "sample", "between"),
    "max_pairs": (changed(max_pairs=0), "max_pairs", "positive"),
    "never learnt": (
        changed(blocks=[Block(keys=[Key(column="name")])]),
        "comparisons[0]",
        "cannot be learnt",
    ),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_said_and_where(case):
    settings, path, words = case
    with pytest.raises(InvalidMatchSettings) as caught:
        check(settings)
    assert caught.value.path == path
    assert words in str(caught.value)


def test_too_many_levels_by_frequency_are_refused():
    fields = [Field(name=f"f{n}", kind="text") for n in range(9)]
    levels = [Same(column=f"f{n}", by_frequency=True) for n in range(9)]
    settings = changed(
        fields=[*fields, Field(name="email", kind="email")],
        comparisons=[Comparison(name="x", columns=["f0"], levels=levels)],
    )
    with pytest.raises(InvalidMatchSettings, match="levels by frequency"):
        check(settings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"fields": [', "no JSON"),
        ("a: [", "neither JSON nor YAML"),
        ("{}", "missing required field"),
        ('{"fields": [{"name": "x", "kind": "colour"}], "comparisons": [], "blocks": []}', "fields[0].kind"),
        ('{"fields": [], "comparisons": [], "blocks": [], "more": 1}', "unknown field"),
    ],
)
def test_text_that_is_no_configuration_is_refused(text, words):
    with pytest.raises(InvalidMatchSettings) as caught:
        decode(text)
    assert words in str(caught.value)


def test_a_block_holds_out_what_shares_its_fields():
    settings = changed(blocks=[Block(keys=[Key(column="name.pinyin")]), *SMALL.blocks])
    assert settings.held_out(0) == {0}
    assert settings.held_out(1) == frozenset()
    assert settings.blocks[0].label == "name.pinyin"
    assert Block(keys=[Key(column="a", first=2), Key(column="b", last=4)]).label == "a[:2] + b[-4:]"
