"""Ranges of ids: few, inside of what there is, apart from each other, and as many people as were wanted."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tributary.core.sql import Bound
from tributary.governance.samples import Extent, sampled


def ranges(whole: Extent, wanted: int) -> list[tuple[int, int]] | None:
    condition = sampled(whole, wanted)
    if condition is None:
        return None
    bounds = [part.value for part in condition.parts if isinstance(part, Bound)]
    return list(zip(bounds[::2], bounds[1::2], strict=True))


def test_little_is_read_whole():
    assert ranges(Extent(rows=100, first=1, last=100), 100) is None
    assert ranges(Extent(rows=0, first=0, last=0), 100) is None


@given(first=st.integers(0, 2**40), people=st.integers(2_000, 10**8), share=st.floats(0.01, 0.99))
def test_people_without_gaps_give_as_many_as_wanted(first, people, share):
    wanted = max(int(people * share), 1)
    found = ranges(Extent(rows=people, first=first, last=first + people - 1), wanted)
    assert found is not None
    assert len(found) <= 32
    assert all(start < end for start, end in found)
    assert all(end <= start for (_, end), (start, _) in pairwise(found))
    assert first <= found[0][0]
    assert found[-1][1] <= first + people
    held = sum(end - start for start, end in found)
    assert wanted * 0.5 - 32 <= held <= wanted + 32


@given(first=st.integers(0, 1000), span=st.integers(1, 60), rows=st.integers(2, 10**6))
def test_many_rows_of_few_people_still_give_some(first, span, rows):
    found = ranges(Extent(rows=rows, first=first, last=first + span - 1), 1)
    assert found is not None
    assert any(start <= first + span - 1 and end > first for start, end in found)
