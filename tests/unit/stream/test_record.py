"""Record bytes: what goes in comes out, and nothing else passes for a record."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tributary.stream.record import HEADER_BYTES, MAGIC, decode_record, encode_records, find_record, needed_bytes

payload_lists = st.lists(st.binary(max_size=200) | st.just(MAGIC * 3), min_size=1, max_size=6)
seeds = st.integers(0, 2**64 - 1)
offsets = st.integers(0, 2**62)
times = st.integers(0, 2**45)


@given(payload_lists, offsets, times, seeds)
def test_encoded_records_decode_in_order(payloads: list[bytes], offset: int, time_ms: int, seed: int) -> None:
    data = encode_records(payloads, offset, time_ms, seed)
    place = 0
    for index, payload in enumerate(payloads):
        stored = decode_record(data, place, seed)
        assert stored is not None
        assert (stored.offset, stored.timestamp_ms, stored.payload) == (offset + index, time_ms, payload)
        assert stored.end == place + needed_bytes(data, place)
        place = stored.end
    assert place == len(data)


@given(st.binary(max_size=100), offsets, times, seeds, st.data())
def test_any_flipped_bit_is_noticed(payload: bytes, offset: int, time_ms: int, seed: int, data: st.DataObject) -> None:
    record = bytearray(encode_records([payload], offset, time_ms, seed))
    bit = data.draw(st.integers(0, len(record) * 8 - 1))
    record[bit // 8] ^= 1 << bit % 8
    assert decode_record(bytes(record), 0, seed) is None


@given(st.binary(max_size=100), st.data())
def test_a_torn_record_is_no_record(payload: bytes, data: st.DataObject) -> None:
    record = encode_records([payload], 1, 2, 3)
    assert decode_record(record[: data.draw(st.integers(0, len(record) - 1))], 0, 3) is None


@given(payload_lists, seeds, st.binary(max_size=60))
def test_the_next_record_is_found_behind_rubbish(payloads: list[bytes], seed: int, rubbish: bytes) -> None:
    data = encode_records(payloads, 10, 0, seed)
    found = find_record(rubbish + data, 0, seed, least=10, below=11)
    assert found is not None
    assert (found[0], found[1].payload) == (len(rubbish), payloads[0])


@given(seeds, seeds)
def test_a_record_inside_a_payload_does_not_pass_for_one(seed: int, guess: int) -> None:
    forged = encode_records([b"forged"], 11, 0, guess)
    outer = encode_records([forged], 10, 0, seed)
    found = find_record(outer, 1, seed, least=0, below=2**62)
    assert (found is not None) == (seed == guess)


def test_the_header_is_as_long_as_documented() -> None:
    assert len(encode_records([b""], 0, 0, 0)) == HEADER_BYTES
