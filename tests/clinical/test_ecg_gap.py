"""H1: what was not recorded is no pause, and what was recorded beside it is still judged."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.gaps import gaps_of, longest_without_beat, pieces, recorded_s
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.visit import screened_ecg

MAN = Person("male", 50.0)
LEADS_GAP = "quality.lead.gap"
GAP = "quality.record.gap"


@pytest.fixture(scope="module")
def models():
    return load_models()


def made(pathology="sinus_rhythm", seconds=10, **changes):
    asked = scenario(pathology, duration_s=float(seconds), **changes)
    return simulate(asked, seed=5).signal


def without(signal, from_s, to_s, leads=slice(None)):
    """Take samples away."""
    x = signal.signal_mv.copy()
    rate = signal.sampling_rate_hz
    x[leads, round(from_s * rate) : round(to_s * rate)] = np.nan
    return replace(signal, signal_mv=x)


def levels(screened):
    return {i.rule_id: i.level for i in screened.urgency.items}


@pytest.mark.parametrize("rate_bpm", [50.0, 75.0, 110.0])
@pytest.mark.parametrize("from_s", [0.0, 3.1, 5.5, 8.8])
def test_a_gap_in_all_leads_is_no_pause_and_no_dropped_beat(models, from_s, rate_bpm):
    """1.2 s that were not recorded were "longest pause could mean an emergency" (U0)."""
    found = screened_ecg(without(made(rate_bpm=rate_bpm), from_s, from_s + 1.2), models, MAN)
    assert levels(found) == {}
    assert found.urgency.not_applied == ()
    assert {m.id for m in found.section.reasons} >= {GAP}
    assert LEADS_GAP not in {m.id for lead in found.section.leads for m in lead.reasons}
    assert {v.name: v.value for v in found.section.measured}["rate"] == pytest.approx(
        rate_bpm, rel=0.06
    )


def test_an_infarction_beside_a_gap_is_called(models):
    signal = without(made("st_elevation_inferior"), 4.0, 5.2)
    assert levels(screened_ecg(signal, models, MAN))["ecg_st_elevation"] == "U0"


def test_a_real_pause_beside_a_gap_is_called(models):
    """Five seconds of silence are recorded; the gap after them takes nothing away."""
    signal = made(seconds=20)
    x, rate = signal.signal_mv.copy(), int(signal.sampling_rate_hz)
    x[:, 5 * rate : 10 * rate] = x[:, 5 * rate : 5 * rate + 1]
    silent = without(replace(signal, signal_mv=x), 12.0, 13.0)
    assert levels(screened_ecg(silent, models, MAN)).get("ecg_pause_3s") == "U0"


def silent_around(gap_s, before_s, after_s):
    """Stop the heart around a gap: so much before it and so much after it is recorded."""
    signal = made(seconds=20, rate_bpm=75.0)
    x, rate = signal.signal_mv.copy(), signal.sampling_rate_hz
    first, last = round(8.0 * rate), round((8.0 + before_s + gap_s + after_s) * rate)
    x[:, first:last] = x[:, first : first + 1]
    stopped = replace(signal, signal_mv=x)
    return without(stopped, 8.0 + before_s, 8.0 + before_s + gap_s)


@pytest.mark.parametrize(("gap_s", "before_s", "after_s"), [(1.0, 2.0, 2.0), (1.5, 2.0, 1.2)])
def test_a_pause_with_a_gap_in_it_is_called(models, gap_s, before_s, after_s):
    """Pinned: two seconds of silence on both sides of a gap called nobody."""
    found = screened_ecg(silent_around(gap_s, before_s, after_s), models, MAN)
    assert levels(found).get("ecg_pause_3s") == "U0"


def test_a_pause_that_a_gap_may_hide_is_named(models):
    found = screened_ecg(silent_around(1.8, 0.9, 0.9), models, MAN)
    assert "ecg_pause_3s" not in levels(found)
    assert "ecg_pause" in found.urgency.not_applied


def test_a_long_gap_at_an_end_is_no_pause(models):
    for from_s, to_s in ((0.0, 4.0), (16.0, 20.0)):
        found = screened_ecg(without(made(seconds=20), from_s, to_s), models, MAN)
        assert levels(found) == {}


def test_what_remains_must_last_long_enough(models):
    found = screened_ecg(without(made(), 3.0, 6.0), models, MAN)
    assert levels(found) == {}
    assert found.section.uses["rhythm"] == "not_assessable"
    assert "ecg_fast" in found.urgency.not_applied


def test_the_order_of_beats_is_not_stated_over_a_gap(models):
    found = screened_ecg(without(made(), 4.0, 5.2), models, MAN)
    state = {s.name: (s.state, s.why) for s in found.statements}
    for name in ("atrial_fibrillation", "premature_atrial_complex", "sinus_rhythm"):
        assert state[name] == ("not_assessable", ("ecg.statement.gap",))
    assert state["st_elevation"][0] == "absent"


def test_nothing_at_all_is_no_silence(models):
    found = screened_ecg(without(made(), 0.0, 10.0), models, MAN)
    assert levels(found) == {"ecg_no_clear_beats": "U0"}
    assert {lead.verdict for lead in found.section.leads} == {"not_assessable"}


def test_a_gap_of_one_lead_is_its_own():
    signal = without(without(made(), 2.0, 4.0, leads=[1]), 6.0, 6.5)
    assert gaps_of(signal) == ((6.0, 6.5),)
    assert recorded_s(signal, gaps_of(signal)) == pytest.approx(9.5)


@given(
    st.lists(st.floats(0.1, 9.9), min_size=1, max_size=12, unique=True),
    st.lists(st.tuples(st.floats(0.0, 10.0), st.floats(0.06, 3.0)), max_size=4),
)
def test_the_longest_stretch_equals_a_slow_search(beats, holes):
    """The fast search against one that walks through hundredths of a second."""
    gaps, end = [], -0.05
    for start, length in sorted(holes):
        first, stop = max(start, end + 0.05), min(start + length, 10.0)
        if stop > first:
            gaps.append((round(first, 2), round(stop, 2)))
            end = stop
    times = np.unique(np.round([0.0, *sorted(beats), 10.0], 2))
    gaps = [(a, b) for a, b in gaps if b > a]
    times = np.array([t for t in times if not any(a < t < b for a, b in gaps)])
    best = run = 0
    stops = {round(t * 100) for t in times}
    for i in range(1000):
        hidden = any(round(a * 100) <= i < round(b * 100) for a, b in gaps)
        run = 0 if i in stops else run
        run = run if hidden else run + 1
        inside = times[0] * 100 - 0.5 <= i < times[-1] * 100 - 0.5
        best = max(best, run if inside else 0)
    assert longest_without_beat(times, gaps) == pytest.approx(best / 100, abs=0.011)
    assert sum(len(p) for p in pieces(times, gaps)) == len(times)
