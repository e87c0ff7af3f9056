"""The parts of the urgent ECG rules: the data file, the shape of a beat, dropped beats, needles."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from guideline_rows import raw_file
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.classical import measure_classical
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.urgent import load_ecg_urgent
from laennec.engine.ecg.urgent.dropped import dropped_beats
from laennec.engine.ecg.urgent.settings import parse_ecg_urgent
from laennec.engine.ecg.urgent.shape import BeatShape, shape_of
from laennec.engine.ecg.urgent.st import exclusions_of
from laennec.engine.errors import DataError

RAW = raw_file("ecg_urgent.toml")
SETTINGS = load_ecg_urgent()
LIMITS = SETTINGS.exclusions


def broken(change):
    raw = copy.deepcopy(RAW)
    change(raw)
    with pytest.raises(DataError) as caught:
        parse_ecg_urgent(raw, "test.toml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda r: r.pop("limits"), "limits"),
        (lambda r: r["limits"].update(more=1), "more"),
        (lambda r: r["rule"][0].update(level="U7"), "U7"),
        (lambda r: r["rule"][0].pop("level"), "levels"),
        (lambda r: r["rule"][0].update(all=[]), "without a condition"),
        (lambda r: r["rule"][0]["all"][0].update(quantity="speed"), "speed"),
        (lambda r: r["rule"][0]["all"][0].update(unit="Hz"), "Hz"),
        (lambda r: r["rule"][0]["all"][0].update(op="=="), "=="),
        (lambda r: r["rule"][0].update(guideline=""), "no guideline"),
        (lambda r: r["st_limit"][0].pop("read_in"), "no guideline, read_in"),
        (lambda r: r["rule"][1].update(id=r["rule"][0]["id"]), "two urgent rules"),
        (lambda r: r["symptoms"].update(cardiac=["symptom.nothing"]), "symptom.nothing"),
    ],
)
def test_a_broken_file_is_refused_by_name(change, said):
    assert said in broken(change)


def test_a_rule_says_its_source_as_it_is_printed():
    rule = SETTINGS.rules[0]
    assert rule.source == f"{rule.citation.guideline} [{rule.citation.read_in}]"


def looked_at(pathology, **changes):
    signal = simulate(scenario(pathology, **changes), seed=3).signal
    return shape_of(signal, measure_classical(signal), LIMITS)


@pytest.mark.parametrize(
    ("pathology", "why"),
    [
        ("sinus_rhythm", ()),
        ("rbbb", ()),
        ("lbbb", ("left_bundle",)),
        ("preexcitation", ("left_bundle", "preexcitation")),
    ],
)
def test_a_simulated_shape_is_what_it_is(pathology, why):
    signal = simulate(scenario(pathology), seed=3).signal
    found = exclusions_of(
        measure_classical(signal).value("qrs"), looked_at(pathology), Person("male", 50.0), SETTINGS
    )
    assert found == why


def test_voltage_of_hypertrophy_excludes_from_forty_years_on():
    shape = looked_at("lvh", qrs_scale=1.6)
    assert shape.sokolow_lyon_mv > LIMITS.sokolow_lyon_mv
    assert exclusions_of(100.0, shape, Person("male", 60.0), SETTINGS) == ("hypertrophy",)
    assert exclusions_of(100.0, shape, Person("male", 30.0), SETTINGS) == ()


def test_needles_before_the_beats_are_a_pacemaker_and_sharp_beats_are_none():
    made = simulate(scenario("sinus_rhythm", qrs_ms=78.0), seed=3)
    classical = measure_classical(made.signal)
    assert not shape_of(made.signal, classical, LIMITS).has_needles
    samples = made.signal.signal_mv.copy()
    at = np.round((classical.beats_s - 0.12) * 500).astype(int)
    samples[:, at[at > 0]] += 0.6
    paced = replace(made.signal, signal_mv=samples)
    assert shape_of(paced, classical, LIMITS).has_needles
    slow = EcgSignal(paced.leads, samples[:, ::2], 250.0)
    assert not shape_of(slow, classical, LIMITS).has_needles


def test_too_few_beats_have_no_shape():
    flat = EcgSignal.of({"II": np.zeros(5000)}, 500.0)
    assert shape_of(flat, measure_classical(flat), LIMITS) == BeatShape()


def test_one_lead_leaves_what_needs_another_unknown():
    whole = simulate(scenario("lbbb"), seed=3).signal
    one = EcgSignal.of({"II": whole.lead_mv("II")}, 500.0)
    found = shape_of(one, measure_classical(one), LIMITS)
    assert np.isnan([found.late_v1_mv, found.cornell_mv, found.deepest_q_mv]).all()
    assert found.least_qrs_ms > 0


@pytest.mark.parametrize(
    ("rr", "count"),
    [
        ([0.8] * 10, 0),
        ([0.8, 0.8, 0.8, 1.6, 0.8, 0.8, 0.8, 1.6, 0.8], 2),
        ([0.8, 0.8, 0.5, 1.4, 0.8, 0.8, 0.8, 0.8], 0),
        ([0.5, 1.1] * 5, 0),
        ([0.6, 1.2, 0.7, 0.9, 1.5, 0.5, 0.8], 0),
        ([0.8, 1.6, 0.8], 0),
    ],
)
def test_dropped_beats_in_a_steady_rhythm(rr, count):
    assert dropped_beats(np.concatenate([[0.2], 0.2 + np.cumsum(rr)]), SETTINGS.limits) == count
