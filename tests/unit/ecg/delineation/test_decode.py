"""Probabilities become waves in an order that a heart can have."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laennec.engine.ecg.delineation.decode import decode
from laennec.engine.ecg.delineation.events import Strip
from laennec.engine.ecg.fiducials import OFFSET, ONSET, PEAK
from waves_maker import RATE_HZ, RULES, probabilities

PLAIN = replace(
    RULES,
    **{
        name: replace(getattr(RULES, name), level=0.5, onset_shift_s=0.0, offset_shift_s=0.0)
        for name in ("p", "qrs", "t")
    },
)
BEAT = {"p": [(100, 112, 125)], "qrs": [(140, 150, 164)], "t": [(200, 235, 250)]}


def found(probability, rules=PLAIN):
    return decode(Strip(probability, RATE_HZ), rules)


def test_a_beat_is_found_where_its_probabilities_cross():
    made = found(probabilities(500, leads=3, **BEAT))
    assert made.p.points[2, 0] == pytest.approx([100, 112, 125], abs=0.51)
    assert made.qrs.points[0, 0] == pytest.approx([140, 150, 164], abs=0.51)
    assert made.t.points[1, 0] == pytest.approx([200, 235, 250], abs=0.51)
    assert made.p_beat.tolist() == made.t_beat.tolist() == [0]


def test_a_shift_moves_boundaries_but_never_over_the_peak():
    rules = replace(PLAIN, qrs=replace(PLAIN.qrs, onset_shift_s=0.5, offset_shift_s=0.008))
    made = found(probabilities(500, **BEAT), rules)
    onset, peak, offset = made.qrs.points[0, 0]
    assert onset == peak
    assert offset == pytest.approx(166, abs=0.51)


def test_a_p_wave_inside_a_qrs_is_not_written():
    waves = {**BEAT, "p": [(142, 150, 160)]}
    assert len(found(probabilities(500, **waves)).p) == 0


def test_a_sure_p_wave_without_qrs_stands_alone():
    waves = {**BEAT, "p": [(100, 112, 125), (300, 312, 325)]}
    made = found(probabilities(500, **waves))
    assert made.p_beat.tolist() == [0, -1]


def test_an_unsure_p_wave_without_qrs_is_not_invented():
    waves = probabilities(500, **{**BEAT, "p": [(100, 112, 125), (300, 312, 325)]})
    waves[:, 0, 290:340] *= 0.7
    made = found(waves)
    assert made.p_beat.tolist() == [0]


def rhythm(distances, top):
    """Beats 200 samples apart, each with a P wave of some certainty at some distance."""
    beats = [150 + 200 * i for i in range(len(distances))]
    waves = probabilities(
        150 + 200 * len(distances),
        qrs=[(b - 10, b, b + 14) for b in beats],
        p=[(b - d - 12, b - d, b - d + 13) for b, d in zip(beats, distances, strict=True)],
    )
    waves[:, 0] *= top
    return waves


def test_faint_p_waves_at_one_distance_support_each_other():
    made = found(rhythm([40] * 8, 0.4))
    assert made.p_beat.tolist() == list(range(8))
    assert made.p.points[0, 2, ONSET] == pytest.approx(150 + 400 - 40 - 12, abs=0.6)


def test_fair_p_waves_at_changing_distances_are_not_believed():
    assert len(found(rhythm([40, 70, 30, 58, 80, 46, 66, 35], 0.65)).p) == 0


def test_sure_p_waves_at_changing_distances_are():
    assert len(found(rhythm([40, 70, 30, 58, 80, 46, 66, 35], 0.95)).p) == 8


def test_faint_p_waves_in_an_irregular_rhythm_are_not_believed():
    """The same faint waves at one distance, with beats that come as they like."""
    waves = rhythm([40] * 10, 0.6)
    pieces = [waves[:, :, 200 * i + 50 : 200 * i + 250] for i in range(9)]
    gaps = [0, 60, 10, 90, 30, 0, 80, 20, 70]
    apart = [np.pad(w, ((0, 0), (0, 0), (0, g))) for w, g in zip(pieces, gaps, strict=True)]
    irregular = np.concatenate(apart, axis=2)
    assert len(found(waves).p) == 10
    assert len(found(irregular).qrs) == 9
    half = irregular.copy()
    half[:, [0, 3], : 5 * 220] = 0
    assert len(found(half).p) == 0


def test_two_beats_are_too_few_to_support_each_other():
    assert len(found(rhythm([40, 40], 0.4)).p) == 0


def test_a_p_wave_long_before_its_qrs_stands_alone():
    made = found(probabilities(900, **{**BEAT, "p": [(100, 112, 125)], "qrs": [(400, 410, 424)]}))
    assert made.p_beat.tolist() == [-1]


def test_two_pieces_between_two_beats_are_one_t_wave():
    waves = {
        "qrs": [(140, 150, 164), (440, 450, 464)],
        "t": [(200, 205, 212), (230, 250, 275), (520, 540, 560)],
    }
    made = found(probabilities(700, **waves))
    assert made.t_beat.tolist() == [0, 1]
    assert made.t.points[0, 0, PEAK] == pytest.approx(250, abs=1)


def test_a_t_wave_before_the_first_beat_belongs_to_none():
    waves = {**BEAT, "p": [], "t": [(40, 60, 80), (200, 235, 250)]}
    assert found(probabilities(500, **waves)).t_beat.tolist() == [-1, 0]


def test_of_two_complexes_in_the_refractory_time_the_longer_counts():
    waves = {"qrs": [(140, 146, 152), (164, 175, 190)]}
    made = found(probabilities(500, **waves))
    assert len(made.qrs) == 1
    assert made.qrs.points[0, 0, PEAK] == pytest.approx(175, abs=1)


def test_a_lead_that_sees_nothing_has_no_point_and_a_lead_alone_no_wave():
    waves = probabilities(500, leads=12, **BEAT)
    waves[0, 0] = 0
    waves[:, 2] = 0
    waves[3, 2, 300:350] = 1
    made = found(waves)
    assert np.isnan(made.p.points[0, 0]).all()
    assert np.isfinite(made.p.points[1, 0]).all()
    assert len(made.t) == 0, "one lead of twelve does not make a T wave"


def test_a_wave_cut_by_the_end_of_the_strip_lacks_that_point():
    made = found(probabilities(160, qrs=[(140, 150, 170)]))
    assert np.isnan(made.qrs.points[0, 0, OFFSET])
    assert made.qrs.points[0, 0, ONSET] == pytest.approx(140, abs=0.51)


def test_no_probability_no_waves():
    made = found(np.zeros((2, 6, 300), np.float32))
    assert len(made.p) == len(made.qrs) == len(made.t) == 0


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.floats(0.02, 0.3))
def test_whatever_the_probabilities_the_order_holds(seed, leads, roughness):
    """P before QRS before T on each lead, no two waves in one place, each point in its place."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, roughness, (leads, 6, 700)).cumsum(axis=2)
    made = found((1 / (1 + np.exp(-steps))).astype(np.float32))
    for kind in (made.p, made.qrs, made.t):
        on, peak, off = np.moveaxis(kind.points, 2, 0)
        assert not (on > peak + 1e-9).any()
        assert not (off < peak - 1e-9).any()
        assert (np.diff(kind.centre) > 0).all()
    assert (np.diff(made.qrs.centre) >= PLAIN.refractory_s * RATE_HZ).all()
    for beat, column in zip(made.p_beat, range(len(made.p)), strict=True):
        if beat >= 0:
            late = made.p.points[:, column, OFFSET] > made.qrs.points[:, beat, ONSET]
            assert not late.any()
    for beat, column in zip(made.t_beat, range(len(made.t)), strict=True):
        if beat >= 0:
            early = made.t.points[:, column, ONSET] < made.qrs.points[:, beat, OFFSET]
            assert not early.any()
    owned = made.t_beat[made.t_beat >= 0]
    assert len(set(owned.tolist())) == len(owned), "one T for each QRS"
