"""Bodies: unpacking with a limit, splitting without changing a byte, and bad events beside good ones."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tributary.collector.body import (
    BAD_JSON,
    NOT_AN_OBJECT,
    TOO_DEEP,
    TOO_LARGE,
    Limits,
    parse_batch,
    parse_single,
    split_batch,
    unpack,
)
from tributary.errors import InvalidRequest

LIMITS = Limits(event_bytes=1000, body_bytes=10_000, depth=8, events=50)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


class TestUnpack:
    @given(st.binary(max_size=3000), st.sampled_from(["gzip", "x-gzip", "GZIP", "deflate"]))
    def test_compressed_bodies_come_back(self, data: bytes, encoding: str) -> None:
        packed = zlib.compress(data) if encoding == "deflate" else gzip.compress(data)
        assert unpack(packed, encoding, 3000) == data

    def test_several_gzip_members_are_one_body(self) -> None:
        assert unpack(gzip.compress(b"one") + gzip.compress(b"two"), "gzip", 100) == b"onetwo"

    def test_thousands_of_empty_members_are_refused_before_they_cost_anything(self) -> None:
        with pytest.raises(InvalidRequest, match="too many pieces"):
            unpack(zlib.compress(b"") * 60_000, "gzip", 512_000)

    def test_a_bomb_is_refused_without_being_unpacked(self) -> None:
        bomb = gzip.compress(bytes(50_000_000))
        with pytest.raises(InvalidRequest, match="larger than 1000"):
            unpack(bomb, "gzip", 1000)

    @pytest.mark.parametrize(
        ("data", "encoding"),
        [(b"not gzip", "gzip"), (gzip.compress(b"x" * 500, mtime=0)[:-9], "gzip"), (b"x", "br"), (b"x" * 1001, None)],
    )
    def test_what_cannot_be_unpacked_is_refused(self, data: bytes, encoding: str | None) -> None:
        with pytest.raises(InvalidRequest):
            unpack(data, encoding, 1000)


class TestSplit:
    @given(st.lists(json_values, max_size=6), st.dictionaries(st.text(max_size=6), json_values, max_size=3))
    def test_the_elements_keep_their_bytes(self, batch: list[object], rest: dict[str, object]) -> None:
        rest.pop("batch", None)
        for indent in (None, 1):
            body = json.dumps({**rest, "batch": batch, "z": [1, {"batch": [2]}]}, indent=indent).encode()
            parts = split_batch(body)
            assert [repr(json.loads(part)) for part in parts] == [repr(value) for value in batch]
            assert all(part in body for part in parts)

    def test_of_two_lists_the_last_one_counts_as_in_a_parser(self) -> None:
        body = b'{"batch": [1, 2], "batch": [3, "]"]}'
        assert [json.loads(part) for part in split_batch(body)] == json.loads(body)["batch"]


class TestBatch:
    @given(st.lists(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9), max_size=4), max_size=5))
    def test_events_keep_their_bytes(self, events: list[dict[str, object]]) -> None:
        texts = [json.dumps(event, ensure_ascii=False).encode() for event in events]
        parsed = parse_batch(b'{"sentAt": "t", "batch": [' + b" , ".join(texts) + b"]}", LIMITS)
        assert (parsed.events, parsed.reasons, parsed.sent_at) == (texts, {}, "t")

    def test_bad_events_are_marked_and_their_neighbours_are_not(self) -> None:
        deep = b'{"a":' * 9 + b"1" + b"}" * 9
        wide = json.dumps({"a": [{}] * 50}).encode()
        events = [b'{"ok":1}', b"5", b'{"x":"' + b"y" * 1000 + b'"}', deep, wide, b'"{"', b"null"]
        parsed = parse_batch(b'{"batch":[' + b",".join(events) + b"]}", LIMITS)
        assert parsed.events == events
        assert parsed.reasons == {1: NOT_AN_OBJECT, 2: TOO_LARGE, 3: TOO_DEEP, 5: NOT_AN_OBJECT, 6: NOT_AN_OBJECT}

    @pytest.mark.parametrize("bad", [b'{"n":NaN}', b'{"n":-Infinity}', rb'{"name":"\ud83d"}'])
    def test_what_javascript_and_python_write_beyond_json_costs_one_event(self, bad: bytes) -> None:
        body = b'{"writeKey":"k","sentAt":"s","batch":[{"ok":1}, ' + bad + b', 7, {"ok":2}]}'
        parsed = parse_batch(body, LIMITS)
        assert parsed.events == [b'{"ok":1}', bad, b"7", b'{"ok":2}']
        assert parsed.reasons == {1: BAD_JSON, 2: NOT_AN_OBJECT}
        assert (parsed.write_key, parsed.sent_at) == ("k", "s")

    def test_brackets_inside_text_are_not_nesting(self) -> None:
        event = json.dumps({"text": "[" * 500, "more": '\\"{' * 20}).encode()
        assert parse_batch(b'{"batch":[' + event + b"]}", LIMITS).reasons == {}

    def test_the_batch_says_what_holds_for_all(self) -> None:
        parsed = parse_batch(b'{"batch":[],"writeKey":"k","sentAt":1700000000000,"context":{"ip":"1.2.3.4"}}', LIMITS)
        assert parsed == ([], {}, "k", "1700000000000", b'{"ip":"1.2.3.4"}')

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"{}", b'{"batch":{}}', b'{"batch":[1}', b'{"batch":[]} x', b"[" * 100_000, b"\xff", b"NaN"],
    )
    def test_what_is_no_batch_is_refused(self, body: bytes) -> None:
        with pytest.raises(InvalidRequest):
            parse_batch(body, LIMITS)

    @given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
    def test_any_bytes_are_parsed_or_refused(self, body: bytes) -> None:
        for parse in (parse_batch, parse_single):
            try:
                parsed = parse(body, LIMITS)
            except InvalidRequest:
                continue
            assert all(0 <= index < len(parsed.events) for index in parsed.reasons)


class TestSingle:
    def test_the_event_keeps_its_bytes(self) -> None:
        body = b' {"writeKey": "k", "event": "\xe6\xb1\x87"}\n'
        assert parse_single(body, LIMITS) == ([body], {}, "k", None, None)

    def test_a_cut_emoji_is_kept_for_quarantine_rather_than_refused(self) -> None:
        body = rb'{"writeKey":"k","name":"\ud83d"}'
        assert parse_single(body, LIMITS) == ([body], {0: BAD_JSON}, "k", None, None)

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"5", b'{"a":}', b'{"a":"' + b"x" * 1000 + b'"}', b'{"a":' * 9 + b"1" + b"}" * 9]
    )
    def test_an_unusable_event_is_refused(self, body: bytes) -> None:
        with pytest.raises(InvalidRequest):
            parse_single(body, LIMITS)


class TestOddities:
    """What is not quite JSON in UTF-8 costs no more than the event that it is in."""

    EVENT = b'{"type":"track","event":"ok","userId":"u"}'

    def test_a_byte_order_mark_in_front_is_no_part_of_the_event(self) -> None:
        parsed = parse_single(b"\xef\xbb\xbf" + self.EVENT, LIMITS)
        assert (parsed.events, parsed.reasons) == ([self.EVENT], {})
        parsed = parse_batch(b'\xef\xbb\xbf{"batch":[' + self.EVENT + b'],"context":{"a":1}}', LIMITS)
        assert (parsed.events, parsed.reasons, parsed.context) == ([self.EVENT], {}, b'{"a":1}')

    def test_an_event_in_another_encoding_and_with_nan_leaves_its_neighbour_alone(self) -> None:
        bad = b'{"type":"track","event":"caf\xe9","userId":"u","x":NaN}'
        parsed = parse_batch(b'{"writeKey":"k","batch":[' + self.EVENT + b"," + bad + b"]}", LIMITS)
        assert (parsed.events, parsed.reasons, parsed.write_key) == ([self.EVENT, bad], {1: BAD_JSON}, "k")

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
    def test_a_body_in_another_encoding_is_refused_for_good(self, encoding: str) -> None:
        body = ('{"writeKey":"k","batch":[' + self.EVENT.decode() + "]}").encode(encoding)
        for parse in (parse_batch, parse_single):
            with pytest.raises(InvalidRequest, match="not valid JSON"):
                parse(body, LIMITS)

    @pytest.mark.parametrize("element", [b"{}", b"NaN"])
    def test_more_events_than_a_batch_may_have_are_refused(self, element: bytes) -> None:
        for count, outcome in ((50, 50), (51, None)):
            body = b'{"batch":[' + b",".join([element] * count) + b"]}"
            if outcome is None:
                with pytest.raises(InvalidRequest, match="more than 50 events"):
                    parse_batch(body, LIMITS)
            else:
                assert len(parse_batch(body, LIMITS).events) == outcome
