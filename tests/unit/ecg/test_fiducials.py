"""The typed result of a delineation and its contract form."""

import json

import numpy as np
from laennec.engine.ecg.fiducials import Fiducials, Waves, no_waves


def waves(points, beat):
    points = np.array(points, float)
    return Waves(points, np.nanmean(points, axis=0), np.array(beat), np.ones(points.shape[1]))


def example():
    nan = np.nan
    qrs = waves([[[10, 12, 14], [110, 112.4, 114]], [[10, 12, 14], [nan, 112, 114]]], [0, 1])
    p = waves([[[2, 4, 6], [60, 62, 64]], [[2, 4, 6], [60, 62, 64]]], [0, -1])
    return Fiducials(("I", "II"), 250.0, np.array([True, True]), p, qrs, no_waves(2))


def test_the_contract_form_has_whole_samples_and_null():
    made = json.loads(json.dumps(example().as_json("12")))
    assert made["record"] == "12"
    assert made["fs"] == 250 and isinstance(made["fs"], int)
    assert made["leads"]["II"]["qrs"] == [[10, 12, 14], [None, 112, 114]]
    assert made["leads"]["I"]["t"] == []
    assert made["global"]["p"] == [[2, 4, 6], [60, 62, 64]]


def test_a_rate_with_a_fraction_stays_one():
    found = example()
    other = Fiducials(found.leads, 257.5, found.usable, found.p, found.qrs, found.t)
    assert other.as_json("a")["fs"] == 257.5


def test_waves_line_up_with_their_beats():
    found = example()
    lined = found.p.of_beats(found.n_beats)
    assert lined.shape == (2, 2, 3)
    assert lined[0, 0].tolist() == [2, 4, 6]
    assert np.isnan(lined[:, 1]).all(), "a P wave without QRS belongs to no beat"
    assert np.isnan(found.p.overall_of_beats(2)[1]).all()
    assert found.r_peaks.tolist() == [12, 112.2]


def test_a_wave_is_found_by_its_name():
    found = example()
    assert found.wave("qrs") is found.qrs
    assert len(found.wave("t")) == 0
