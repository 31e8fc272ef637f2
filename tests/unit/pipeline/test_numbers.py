"""Numbers beyond what the stores hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.core.envelope import Envelope
from tributary.identity import DEFAULT_TYPES, IdentifierTypes
from tributary.pipeline.events import BadEvent, EnvelopeReader, Event
from tributary.pipeline.numbers import make_storable, may_hold_odd_numbers, storable
from tributary.pipeline.standardise import Standardiser
from tributary.rules import Catalog, Field, FieldType

BIG = 123_456_789_012_345_678_901_234_567_890


def read(raw: bytes, catalog: Catalog | None = None, **options: Any) -> Event:
    envelope = Envelope(workspace_id=1, source_id="src_1", received_at_ms=1_767_225_600_000, events=[raw], **options)
    types = IdentifierTypes(1, DEFAULT_TYPES)
    return EnvelopeReader(envelope, "0:1", types, Standardiser(catalog or Catalog(1), "CN")).read(0)


def track(properties: str, context: str = "{}") -> bytes:
    return f'{{"type":"track","event":"X","userId":"u1","properties":{properties},"context":{context}}}'.encode()


_numbers = st.integers() | st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)
_json = st.recursive(
    st.none() | st.booleans() | _numbers | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=3), children, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), _json, max_size=4))
def test_after_it_no_whole_number_passes_64_bits_and_what_it_was_can_be_told(values: dict[str, Any]) -> None:
    before, changes = json.loads(json.dumps(values)), dict[str, dict[str, Any]]()
    make_storable(values, "p", changes)
    restored = {name: changes.get(f"p.{name}", {"was": value})["was"] for name, value in values.items()}
    assert restored == before
    assert storable(values) is values
    if changes:
        assert may_hold_odd_numbers(json.dumps(before).encode())


@pytest.mark.parametrize("text", ["1e400", "-1E+400", "9" * 19, "0.1e999", "1" + "0" * 400])
def test_every_odd_number_is_suspected(text: str) -> None:
    assert may_hold_odd_numbers(f'{{"a":{text}}}'.encode())


def test_ordinary_events_are_not_suspected() -> None:
    assert not may_hold_odd_numbers(b'{"at":1767225600000,"price":1.5e12,"id":"ajs-next-1767225600000-3f6c"}')


def test_numbers_beyond_64_bits_become_floats_at_every_depth() -> None:
    event = read(track(f'{{"a":{BIG},"b":[{{"c":{-BIG}}}],"d":18446744073709551615}}', f'{{"screen":{{"x":{BIG}}}}}'))
    assert event.properties == {"a": float(BIG), "b": [{"c": -float(BIG)}], "d": 18_446_744_073_709_551_615}
    assert json.loads(event.context) == {"screen": {"x": float(BIG)}}
    assert event.changes == {
        "properties.a": {"was": BIG, "why": "number"},
        "properties.b": {"was": [{"c": -BIG}], "why": "number"},
        "context.screen": {"was": {"x": BIG}, "why": "number"},
    }


def test_a_long_number_in_a_text_field_keeps_its_digits() -> None:
    catalog = Catalog(1, properties={"X": {"card": Field("card", FieldType.TEXT)}})
    assert read(track(f'{{"card":{BIG}}}'), catalog).properties == {"card": str(BIG)}
    assert read(track("{}").replace(b'"u1"', str(BIG).encode())).claims[0].value == str(BIG)


def test_a_long_number_written_as_text_becomes_a_float() -> None:
    catalog = Catalog(1, properties={"X": {"total": Field("total", FieldType.NUMBER)}})
    assert read(track(f'{{"total":"{BIG}"}}'), catalog).properties == {"total": float(BIG)}
    assert read(track(f'{{"total":"{"9" * 400}"}}'), catalog).properties == {"total": "9" * 400}


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (track('{"a":1e400}'), "properties"),
        (track('{"a":[{"b":-1e400}]}'), "properties"),
        (track(f'{{"a":1{"0" * 400}}}'), "properties"),
        (track("{}", '{"a":1e400}'), "context"),
        (track("{}", f'{{"a":1{"0" * 400}}}'), "context"),
        (track("{}", '{"traits":{"a":1e400}}'), "context"),
    ],
)
def test_a_number_beyond_every_float_is_refused_and_the_reason_says_so(raw: bytes, place: str) -> None:
    with pytest.raises(BadEvent) as caught:
        read(raw)
    assert caught.value.reason == "number_out_of_range"
    assert f"A number in {place}" in caught.value.detail


def test_an_unreadable_context_of_a_batch_is_left_out_and_told() -> None:
    event = read(track("{}", '{"ip":"1.1.1.1"}'), context=b'{"a":1e400}')
    assert (event.context, event.changes) == (
        '{"ip":"1.1.1.1"}', {"context": {"was": '{"a":1e400}', "why": "unreadable"}},
    )  # fmt: skip
    assert read(track("{}"), context=b"{}").changes == {}
