"""Faint P waves before early beats: believed where sure ones show that the atria are organised."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.engine.ecg.delineation.decode import decode
from laennec.engine.ecg.delineation.events import Strip
from waves_maker import RATE_HZ, RULES, plateau, probabilities

LEADS = 12
BEATS = [150, 350, 550, 650, 950, 1150, 1250, 1550, 1650, 1950]
EARLY = [3, 6, 8]


def strip(tops, *, leads=LEADS, widths=None, distances=None):
    """Beats, three of them early, each with a P wave of its own certainty and distance."""
    distances = distances or [40] * len(BEATS)
    widths = widths or [24] * len(BEATS)
    waves = probabilities(
        2100,
        leads=leads,
        qrs=[(b - 10, b, b - 10 + w) for b, w in zip(BEATS, widths, strict=True)],
    )
    for beat, distance, top in zip(BEATS, distances, tops, strict=True):
        middle = beat - distance
        p = top * plateau(2100, middle - 12, middle + 13)
        waves[:, 0] = np.maximum(waves[:, 0], p)
        waves[:, 3] = np.maximum(waves[:, 3], p)
    return waves


def with_p(waves, rules=RULES):
    found = decode(Strip(waves, RATE_HZ), rules)
    return sorted(found.p_beat[found.p_beat >= 0].tolist())


def tops(sure, early):
    return [early if i in EARLY else sure for i in range(len(BEATS))]


def test_a_faint_p_wave_before_an_early_beat_is_believed_where_the_others_are_sure():
    """Pinned: of records with premature atrial beats P waves that the network saw were refused."""
    assert with_p(strip(tops(0.9, 0.4))) == list(range(10))


def test_at_another_distance_than_that_of_the_others_too():
    distances = [30 if i in EARLY else 42 for i in range(len(BEATS))]
    assert with_p(strip(tops(0.9, 0.4), distances=distances)) == list(range(10))


def test_fainter_than_the_faintest_is_not():
    assert with_p(strip(tops(0.9, 0.3))) == [i for i in range(10) if i not in EARLY]


def test_without_sure_ones_none_is_believed():
    """What is taken for P waves in fibrillation is fair at best, and stands anywhere."""
    distances = [40, 70, 30, 40, 80, 62, 35, 52, 30, 75]
    assert with_p(strip([0.65] * 10, distances=distances)) == []
    assert with_p(strip(tops(0.55, 0.4), distances=distances)) == []


def test_one_lead_alone_is_not_several():
    assert with_p(strip(tops(0.9, 0.4), leads=1)) == [i for i in range(10) if i not in EARLY]


def test_nor_are_five_of_twelve_leads():
    waves = strip(tops(0.9, 0.0))
    for beat in EARLY:
        middle = BEATS[beat] - 40
        waves[:5, 0] = np.maximum(waves[:5, 0], plateau(2100, middle - 12, middle + 13))
    assert with_p(waves) == [i for i in range(10) if i not in EARLY]


def test_before_a_wide_early_beat_it_is_not():
    widths = [40 if i in EARLY else 24 for i in range(len(BEATS))]
    waves = strip(tops(0.9, 0.4), widths=widths)
    assert with_p(waves) == [i for i in range(10) if i not in EARLY]


def in_t(waves):
    """Draw a T wave over the P wave of each early beat."""
    for beat in EARLY:
        waves[:, 2] = np.maximum(waves[:, 2], plateau(2100, BEATS[beat] - 65, BEATS[beat] - 20))
    return waves


def test_in_a_t_wave_only_at_the_distance_of_the_others():
    assert with_p(in_t(strip(tops(0.9, 0.4)))) == list(range(10))
    distances = [32 if i in EARLY else 42 for i in range(len(BEATS))]
    waves = in_t(strip(tops(0.9, 0.4), distances=distances))
    assert with_p(waves) == [i for i in range(10) if i not in EARLY]


def test_a_p_wave_that_the_strip_cuts_is_not():
    """Of half a P wave at the very start nobody can say where it begins."""
    waves = strip(tops(0.9, 0.4))
    cut = waves[:, :, BEATS[0] - 45 :]
    cut[:, 0, :20] = np.minimum(cut[:, 0, :20], 0.4)
    assert 0 not in with_p(cut)


@pytest.mark.parametrize("sure", [2, 3])
def test_a_third_of_the_beats_must_have_sure_ones(sure):
    certain = [0.9 if i in (0, 1, 4)[:sure] else 0.4 for i in range(len(BEATS))]
    rules = replace(RULES, steady_share=1.1, unsteady_share=1.1)
    assert len(with_p(strip(certain), rules)) == (10 if sure == 3 else 2)
