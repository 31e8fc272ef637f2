"""What matching compares and finds is said in both languages, all of it."""

from __future__ import annotations

from typing import get_args

from tributary.api.identity_match_texts import comparison_title, level_text, reason_text, waterfall
from tributary.core.translation import translate
from tributary.identity.match_pairs import Reason
from tributary.identity.match_settings import FIELDS
from tributary.identity.matching import CHINESE_CUSTOMERS
from tributary.identity.matching.compare import level_names


def test_every_level_has_words_in_both_languages() -> None:
    for comparison in CHINESE_CUSTOMERS.comparisons:
        assert not translate(comparison_title(comparison.name), "zh").isascii()
        labels = level_names(comparison)
        assert len({level_text(label) for label in labels}) == len(labels)
        for label in labels:
            assert "." not in level_text(label)
            assert not translate(level_text(label), "zh").isascii(), label


def test_every_reason_and_field_has_words_in_both_languages() -> None:
    for text in [reason_text(each) for each in get_args(Reason)] + [comparison_title(each) for each in FIELDS]:
        assert text[0].isupper()
        assert not translate(text, "zh").isascii(), text


def test_what_a_later_engine_says_is_shown_as_it_is() -> None:
    told = waterfall({}, 1.5, 0.7)
    assert (told.prior, told.steps, told.weight) == (0.0, [], 1.5)
    assert level_text("same shoe size") == "same shoe size"
