"""Pieces above a level, crossings and summits: the vectorised way equals the plain one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from laennec.engine.ecg.delineation.runs import crossings, find_runs, summits, tightened

PROBABILITY = hnp.arrays(
    np.float32, st.tuples(st.integers(1, 4), st.integers(1, 40)), elements=st.floats(0, 1, width=16)
)


def plain_runs(probability, level, gap, shortest):
    """The same by a loop over samples."""
    found = []
    for lead, row in enumerate(probability):
        pieces = []
        for i, value in enumerate(row):
            if value > level:
                if pieces and i - pieces[-1][1] < max(gap, 1):
                    pieces[-1][1] = i + 1
                else:
                    pieces.append([i, i + 1])
        found += [(lead, a, b) for a, b in pieces if b - a >= shortest]
    return found


@given(PROBABILITY, st.floats(0.1, 0.9), st.integers(0, 5), st.integers(1, 4))
def test_pieces_are_those_of_a_loop(probability, level, gap, shortest):
    runs = find_runs(probability, level, gap=gap, shortest=shortest)
    found = list(zip(runs.lead, runs.start, runs.end, strict=True))
    assert found == plain_runs(probability, np.float32(level), gap, shortest)
    for (lead, start, end), mass, top in zip(found, runs.mass, runs.top, strict=True):
        part = probability[lead, start:end]
        assert mass == pytest.approx(part.sum(), abs=1e-4)
        assert top == part.max()


@given(PROBABILITY, st.floats(0.1, 0.9))
def test_a_crossing_lies_beside_its_piece_and_a_summit_inside(probability, level):
    runs = find_runs(probability, level, gap=0, shortest=1)
    onset, offset = crossings(probability, runs, np.full(len(runs), level))
    for i in range(len(runs)):
        starts_inside = runs.start[i] > 0
        assert np.isnan(onset[i]) != starts_inside
        assert not starts_inside or runs.start[i] - 1 <= onset[i] <= runs.start[i]
        ends_inside = runs.end[i] < probability.shape[1]
        assert np.isnan(offset[i]) != ends_inside
        assert not ends_inside or runs.end[i] - 1 <= offset[i] <= runs.end[i]
    top = summits(probability, runs)
    assert ((top >= runs.start - 0.5) & (top <= runs.end - 0.5)).all()


def test_a_crossing_is_interpolated():
    row = np.array([[0.0, 0.2, 0.8, 1.0, 0.6, 0.1]])
    runs = find_runs(row, 0.5, gap=0, shortest=1)
    onset, offset = crossings(row, runs, np.array([0.5]))
    assert onset[0] == pytest.approx(1.5)
    assert offset[0] == pytest.approx(4.2)


def test_a_summit_is_found_between_samples():
    bump = np.exp(-0.5 * ((np.arange(30) - 12.3) / 3) ** 2)[None]
    runs = find_runs(bump, 0.3, gap=0, shortest=1)
    assert summits(bump, runs)[0] == pytest.approx(12.3, abs=0.02)


def test_nothing_above_the_level_gives_nothing():
    runs = find_runs(np.zeros((2, 9)), 0.5, gap=2, shortest=1)
    assert len(runs) == 0
    assert summits(np.zeros((2, 9)), runs).shape == (0,)
    assert crossings(np.zeros((2, 9)), runs, np.empty(0))[0].shape == (0,)
    assert len(tightened(np.zeros((2, 9)), runs, 0.5)[0]) == 0


@given(PROBABILITY, st.floats(0.1, 0.9))
def test_a_narrowed_piece_lies_inside_and_above_its_share(probability, share):
    runs = find_runs(probability, 0.05, gap=3, shortest=1)
    narrow, level = tightened(probability, runs, share)
    assert (narrow.start >= runs.start).all()
    assert (narrow.end <= runs.end).all()
    for i in range(len(runs)):
        row = probability[runs.lead[i]]
        assert row[narrow.start[i]] >= level[i] - 1e-6
        assert row[narrow.end[i] - 1] >= level[i] - 1e-6
        assert not (row[runs.start[i] : narrow.start[i]] >= level[i] + 1e-6).any()
