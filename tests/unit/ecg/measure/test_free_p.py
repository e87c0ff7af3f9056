"""P that stands on the T before it: its onset is not known, and it is left out of the medians."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.engine.ecg.measure import BeatTimes, measure_ecg
from laennec.engine.ecg.signal import EcgSignal

FS = 500.0
GAP = 12.5


def times(early=(3, 7), n=10, p_ms=100.0):
    """Beats of 1 s; P of the early ones begins in T and is cut to half."""
    r = 500.0 * np.arange(1, n + 1)
    r[list(early)] -= 200
    onset = r - 20
    cut = np.array([i in early for i in range(n)])
    p_on = onset - np.where(cut, 40.0, 80.0)
    return BeatTimes(
        p_onset=p_on,
        p_offset=p_on + np.where(cut, 25.0, p_ms / 2),
        qrs_onset=onset,
        r_peak=r,
        qrs_offset=r + 25,
        t_peak=r + 130,
        t_offset=np.where(np.roll(cut, -1), np.roll(p_on, -1) + 5, r + 180),
    )


def every(n=10):
    return np.ones(n, np.bool_)


def test_p_in_t_is_that_which_begins_before_t_ends_or_right_after():
    found = times().p_in_t(GAP)
    assert np.flatnonzero(found).tolist() == [3, 7]
    assert not times(early=()).p_in_t(GAP).any()


def test_p_in_t_is_left_out_where_enough_others_are_free():
    free = times().with_free_p(every(), GAP, 0.5)
    assert np.flatnonzero(np.isnan(free.p_onset)).tolist() == [3, 7]
    assert np.isnan(free.p_offset[[3, 7]]).all()
    np.testing.assert_array_equal(free.qrs_onset, times().qrs_onset)


def test_it_stays_where_too_few_are():
    before = times(early=(1, 3, 5, 7, 9))
    assert before.with_free_p(every(), GAP, 0.6) is before


def test_only_beats_that_are_measured_count():
    before = times(early=(1, 3, 5, 7))
    chosen = every()
    chosen[[0, 2, 4]] = False
    assert before.with_free_p(every(), GAP, 0.5) is not before
    assert before.with_free_p(chosen, GAP, 0.5) is before


@pytest.mark.parametrize("early", [(), (3, 7), (1, 3, 5, 7)])
def test_p_and_pr_are_those_of_the_free_ones(early):
    """Four early beats of ten moved P and PR of a record with premature atrial beats."""
    signal = np.zeros(6000)
    signal[np.round(times(early).r_peak).astype(int)] = 1.0
    found = measure_ecg(EcgSignal.of({"II": signal}, FS, complete=False), times(early))
    assert found.value("pr") == pytest.approx(160.0)
    assert found.value("p") == pytest.approx(100.0)
    assert found.measured["pr"].n_beats == 10 - len(early)


def test_a_missing_t_hides_no_p():
    unknown = replace(times(), t_offset=np.full(10, np.nan))
    assert not unknown.p_in_t(GAP).any()
