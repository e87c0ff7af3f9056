"""H1: what must not lower a raised ST: its own height, caution, a wide QRS, muscle noise."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.classical import measure_classical
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.quality import assess_quality
from laennec.engine.ecg.urgent import EcgUrgency, load_ecg_urgent, urgent_ecg
from laennec.engine.ecg.urgent.shape import BeatShape, shape_of
from laennec.engine.ecg.urgent.st import st_view
from laennec.engine.ecg.visit import ST_ELEVATION, _st_not_excluded
from laennec.engine.prediagnosis import Finding, Message

SETTINGS = load_ecg_urgent()
MAN = Person("male", 50.0)
NO_SHAPE = BeatShape()
CHEST = ("V2", "V3")


@pytest.fixture(scope="module")
def calm():
    return simulate(scenario("sinus_rhythm"), seed=5).signal


def view(calm, mv, shape=NO_SHAPE, verdict="assessable"):
    classical, quality = measure_classical(calm), assess_quality(calm)
    st = np.where([name in CHEST for name in classical.leads], mv, 0.0)
    found = replace(classical, st_j_mv=st, st_uncertainty_mv=np.full(12, 0.02))
    leads = tuple(replace(lead, verdict=verdict) for lead in quality.leads)
    judged = replace(quality, leads=leads)
    analysis = replace(analyse_ecg(calm, None), classical=found, quality=judged)
    return st_view(analysis, MAN, shape, SETTINGS)


@pytest.mark.parametrize(("mv", "is_sure"), [(0.4, False), (0.53, False), (0.55, True)])
def test_a_very_large_elevation_is_sure_in_leads_with_caution_too(calm, mv, is_sure):
    """The gate took a tombstone for a jump of the baseline, and 12 mm were 'at the limit'."""
    found = view(calm, mv, verdict="assessable_with_caution")
    assert found.close.leads == CHEST
    assert (found.sure.leads == CHEST) is is_sure


@pytest.mark.parametrize(("mv", "is_large"), [(0.53, False), (0.55, True)])
def test_what_excludes_the_criterion_does_not_excuse_a_very_large_elevation(calm, mv, is_large):
    found = view(calm, mv, BeatShape(has_needles=True))
    assert found.exclusions == ("pacing",)
    assert bool(found.very_large.leads) is is_large


@pytest.mark.parametrize("wall", ["inferior", "lateral", "anterior"])
@pytest.mark.parametrize("times", [1.0, 4.0])
def test_an_infarction_is_called_whatever_its_height(wall, times):
    made = simulate(scenario(f"st_elevation_{wall}", overlay_scale=times), seed=5).signal
    said = urgent_ecg(analyse_ecg(made, None), MAN).items
    st = {i.message.parameters["territory"]: i.level for i in said if "_st_" in i.rule_id}
    assert "U0" in st.values()


def test_muscle_noise_is_no_pacemaker(calm):
    """Needles of muscles stand everywhere; those of a pacemaker at one time before each beat."""
    noise = 0.15 * np.random.default_rng(2).standard_normal(calm.signal_mv.shape)
    noisy = replace(calm, signal_mv=calm.signal_mv + noise)
    classical = measure_classical(calm)
    assert not shape_of(noisy, classical, SETTINGS.exclusions).has_needles
    at = np.round((classical.beats_s - 0.14) * 500).astype(int)
    paced = calm.signal_mv.copy()
    paced[:, at[at > 0]] += 0.8
    assert shape_of(replace(calm, signal_mv=paced), classical, SETTINGS.exclusions).has_needles


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_a_gain_ten_times_wrong_does_not_silence_an_infarction(factor):
    """An infarction with a QRS of 16 mV was left to the next visit, and nobody was called."""
    made = simulate(scenario("st_elevation_inferior"), seed=5).signal
    wrong = replace(made, signal_mv=made.signal_mv * factor)
    said = urgent_ecg(analyse_ecg(wrong, None), MAN)
    assert [(i.rule_id, i.level) for i in said.items] == [("ecg_gain_implausible", "U1")]
    assert "ecg_st" in said.not_applied


@pytest.mark.parametrize(
    ("state", "not_applied", "symptoms", "levels"),
    [
        ("present", ("ecg_st",), (), ["U1"]),
        ("present", ("ecg_st",), ("symptom.chest_pain",), ["U0"]),
        ("present", (), (), []),
        ("borderline", ("ecg_st",), (), []),
    ],
)
def test_an_elevation_that_no_rule_could_judge_does_not_wait(state, not_applied, symptoms, levels):
    finding = Finding(ST_ELEVATION, "fact", Message("finding.x"), state)
    found = _st_not_excluded(EcgUrgency(not_applied=not_applied), (finding,), symptoms)
    assert [item.level for item in found] == levels
