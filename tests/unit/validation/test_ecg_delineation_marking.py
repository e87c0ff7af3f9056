"""How people mark: the spread of marks about their beats, and the highest point of a QRS."""

import numpy as np
import pytest
from laennec.datasets.sources.ecg_files import AnnotatedEcg
from laennec.engine.ecg.fiducials import Fiducials, Waves, no_waves
from laennec.engine.ecg.signal import EcgSignal
from laennec.training.report import find
from laennec.validation.ecg_delineation.marking import (
    FOUND,
    MARKED,
    PEAK_ROW,
    TABLE,
    beat_of,
    beat_times,
    highest_point,
    is_steady,
    marking_lines,
    spread_of,
)

BEATS = np.arange(1, 6) * 400.0
NAN = float("nan")


def record(p_shift, *, labels=None, leads=("I", "II")):
    """Two leads at 500 Hz; the P onsets of both are marked so many samples off their place."""
    qrs = np.stack([BEATS - 20, BEATS, BEATS + 20], axis=1)
    p = np.stack([BEATS - 80 + p_shift, BEATS - 60, BEATS - 40], axis=1)
    t = np.stack([BEATS + 60, BEATS + 100, BEATS + 140], axis=1)
    signal = np.zeros(2400)
    for beat in BEATS.astype(int):
        signal[beat - 2 : beat + 1] = [0.5, 0.8, 1.0]
    made = EcgSignal.of(dict.fromkeys(leads, signal), 500.0, complete=False)
    waves = {lead: {"p": p, "qrs": qrs, "t": t} for lead in leads}
    said = {"Rhythms": "Sinus rhythm"} if labels is None else labels
    return AnnotatedEcg("1", "1", made, waves=waves, labels=said)


def judged(*records):
    """What was found: every boundary exactly at its place, whatever was marked."""
    exact = record(np.zeros(5))
    points = {w: np.stack([exact.waves["I"][w]] * 2) for w in ("p", "qrs", "t")}
    waves = [Waves(points[w], points[w][0], np.arange(5), np.ones(5)) for w in ("p", "qrs", "t")]
    found = Fiducials(("I", "II"), 500.0, np.ones(2, bool), *waves)
    return records, [found] * len(records)


def test_the_spread_of_marks_is_told_beside_that_of_what_was_found():
    shift = np.array([-5.0, 5.0, -5.0, 5.0, 0.0])
    lines = list(marking_lines(*judged(record(shift))))
    marked = find(lines, TABLE, "P onset", MARKED)
    found = find(lines, TABLE, "P onset", FOUND)
    assert marked.estimate.value == pytest.approx(np.std(2 * shift, ddof=1))
    assert found.estimate.value == pytest.approx(0.0, abs=1e-9)


def test_only_steady_rhythms_tell_how_steadily_people_mark():
    paced = record(np.zeros(5), labels={"Rhythms": "Sinus rhythm", "Cardiac pacing": "Bipolar"})
    blocked = record(
        np.zeros(5),
        labels={"Rhythms": "Sinus rhythm", "Conduction abnormalities": "I degree AV-block"},
    )
    early = record(np.zeros(5), labels={"Rhythms": "Sinus rhythm", "Extrasystolies": "single pvc"})
    assert is_steady(record(np.zeros(5)))
    assert not any(is_steady(r) for r in (paced, blocked, early, record(0.0, labels={})))
    rows = {line.row for line in marking_lines(*judged(paced))}
    assert rows == {PEAK_ROW}


def test_one_lead_with_another_peak_does_not_move_the_beat():
    leads = ("I", "II", "aVR")
    made = record(np.zeros(5), leads=leads)
    made.waves["aVR"]["qrs"] = made.waves["aVR"]["qrs"] + np.array([0.0, 15.0, 0.0])
    assert beat_times(made).tolist() == BEATS.tolist()


def test_records_without_marks_have_no_beats():
    made = record(np.zeros(5))
    empty = {lead: {w: np.empty((0, 3)) for w in ("p", "qrs", "t")} for lead in ("I", "II")}
    bare = AnnotatedEcg("1", "1", made.signal, waves=empty, labels=made.labels)
    assert not len(beat_times(bare))
    assert list(marking_lines(*judged(bare))) == []


def test_a_p_wave_belongs_to_the_beat_after_it_and_a_t_wave_to_the_one_before():
    beats = np.array([100.0, 300.0])
    assert beat_of(np.array([80.0, 290.0]), "p", beats).tolist() == [100.0, 300.0]
    assert np.isnan(beat_of(np.array([310.0]), "p", beats)).all()
    assert beat_of(np.array([290.0, 400.0]), "t", beats).tolist() == [100.0, 300.0]
    assert np.isnan(beat_of(np.array([90.0]), "t", beats)).all()
    assert beat_of(np.array([110.0, 290.0]), "qrs", beats).tolist() == [100.0, 300.0]
    assert np.isnan(beat_of(np.array([1.0]), "qrs", np.empty(0))).all()


def test_fewer_than_four_matched_marks_have_no_spread():
    marks = np.array([10.0, 20.0, NAN, 40.0])
    assert spread_of(marks, marks, np.zeros(4), 2.0).tolist() == [0.0, 0.0, 0.0]
    far = np.arange(4) * 400.0
    assert spread_of(far, far + 150.0, np.zeros(4), 2.0).tolist() == [0.0, 0.0, 0.0]
    assert spread_of(far, np.array([NAN]), np.zeros(4), 2.0).tolist() == [0.0, 0.0, 0.0]


def test_the_highest_point_is_measured_from_the_line_between_the_marks():
    r_on_a_slope = np.array([0.0, 0.6, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert highest_point(r_on_a_slope, 0, 6) == 1
    without_a_top = np.array([1.0, 0.0, -1.0, 0.0, 1.0])
    assert highest_point(without_a_top, 0, 4) == 0


def test_the_rule_for_the_peak_is_held_to_the_marks():
    lines = list(marking_lines(*judged(record(np.zeros(5)))))
    assert find(lines, TABLE, PEAK_ROW, "bias ms").estimate.value == 0.0
    late = record(np.zeros(5))
    for marks in late.waves.values():
        marks["qrs"] = marks["qrs"] + np.array([0.0, 4.0, 0.0])
    lines = list(marking_lines(*judged(late)))
    assert find(lines, TABLE, PEAK_ROW, "bias ms").estimate.value == pytest.approx(-8.0)
    assert find(lines, TABLE, PEAK_ROW, "SD ms").estimate.value == pytest.approx(0.0, abs=1e-9)


def test_a_record_in_which_nothing_was_found_is_left_out():
    none = no_waves(2)
    empty = Fiducials(("I", "II"), 500.0, np.ones(2, bool), none, none, none)
    lines = list(marking_lines([record(np.zeros(5))], [empty]))
    assert [line.measure for line in lines] == ["bias ms", "SD ms"]
