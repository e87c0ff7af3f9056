"""H1: ST depression in many leads with a raised aVR or V1, and a T of V2 to V4 that turns."""

from dataclasses import replace

import numpy as np
import pytest
from ecg_evidence import evidence, levels_of
from laennec.datasets.simulator import Noise, sample_scenario, scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.classical import measure_classical
from laennec.engine.ecg.leads import derive_limb_leads
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.urgent import load_ecg_urgent, urgent_ecg
from laennec.engine.ecg.urgent.evaluate import apply_rules
from laennec.engine.ecg.urgent.front import front_view

SETTINGS = load_ecg_urgent()
MAN = Person("male", 35.0)
NOISE = tuple(Noise(kind, 25.0) for kind in ("emg", "wander", "motion"))
SURE, CLOSE, TURNED = "ecg_diffuse_depression", "ecg_diffuse_depression_close", "ecg_turned_t"
SIX = ("I", "II", "V3", "V4", "V5", "V6")
OTHERS = (
    "sinus_rhythm",
    "sinus_tachycardia",
    "rbbb",
    "lbbb",
    "rvh",
    "lvh_with_strain",
    "st_elevation_anterior",
    "st_elevation_inferior",
    "early_repolarisation",
    "pericarditis",
    "hyperacute_t",
    "preexcitation",
    "atrial_fibrillation",
    "paced_rhythm_ventricular",
)


def waved(signal, mv, delay_s, width_s):
    """Add one wave behind every beat, of another height in each lead."""
    x, time_s = signal.signal_mv.copy(), np.arange(signal.n_samples) / signal.sampling_rate_hz
    wave = np.zeros_like(time_s)
    for beat in measure_classical(signal).beats_s:
        wave += np.exp(-0.5 * ((time_s - beat - delay_s) / width_s) ** 2)
    for name, height in mv.items():
        x[signal.leads.index(name)] += height * wave
    limbs = derive_limb_leads({n: x[signal.leads.index(n)] for n in ("I", "II")})
    for name, values in limbs.items():
        x[signal.leads.index(name)] = values
    return replace(signal, signal_mv=x)


def said(signal, declared=()):
    return levels_of(urgent_ecg(analyse_ecg(signal, None), MAN, declared).items)


def low(mv, rate_bpm=70.0, seed=3):
    made = simulate(scenario("sinus_rhythm", noise=NOISE, rate_bpm=rate_bpm), seed=seed).signal
    return waved(made, dict.fromkeys(SIX, mv) | {"V1": -mv / 2.0}, 0.11, 0.07)


@pytest.mark.parametrize("height", [-0.26, -0.35])
@pytest.mark.parametrize("seed", range(4))
def test_a_low_st_in_six_leads_with_a_raised_avr_is_called_now(seed, height):
    """Pinned: a narrow left main artery lowers ST everywhere, and called nobody."""
    assert said(low(height, seed=seed))[SURE] == "U0"


def test_at_the_limit_it_is_read_today():
    found = said(low(-0.22))
    assert SURE not in found
    assert found[CLOSE] == "U1"
    assert said(low(-0.22), ("symptom.chest_pain",))[CLOSE] == "U0"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", OTHERS)
def test_no_other_heart_is_taken_for_one_of_them(name, seed):
    asked = sample_scenario(np.random.default_rng(seed), name, noise=NOISE)
    assert not {SURE, TURNED} & set(said(simulate(asked, seed=seed).signal))


@pytest.mark.parametrize(
    "changes",
    [{"st_excused": 1.0}, {"steep_qrs": 120.0}, {"rate": 110.1}, {"right_raised": 0.0}],
)
def test_what_lowers_st_too_leaves_it_for_today(changes):
    both = {"low_st": 6.0, "low_st_close": 6.0, "right_raised": 1.0}
    now = levels_of(apply_rules(evidence(**both), (), SETTINGS).items)
    assert (now[SURE], CLOSE in now) == ("U0", False)
    found = levels_of(apply_rules(evidence(**(both | changes)), (), SETTINGS).items)
    assert SURE not in found
    assert found.get(CLOSE) == (None if "right_raised" in changes else "U1")


@pytest.mark.parametrize("seed", range(4))
def test_a_t_that_rises_and_turns_is_read_today_with_a_question(seed):
    made = simulate(scenario("sinus_rhythm", noise=NOISE, rate_bpm=60.0), seed=seed).signal
    turned = waved(made, {"V2": -0.7, "V3": -0.6}, 0.33, 0.03)
    found = urgent_ecg(analyse_ecg(turned, None), MAN)
    item = next(i for i in found.items if i.rule_id in (TURNED, "ecg_deep_t"))
    assert item.level == "U1"
    assert item.action == "ask_of_past_pain_physician_today"
    assert "V2" in item.message.parameters["leads"]


@pytest.fixture(scope="module")
def calm():
    return measure_classical(simulate(scenario("sinus_rhythm"), seed=5).signal)


def shown(calm, name, lost=(), **by_lead):
    """Return the leads that show a pattern: ST at J and later, highest, lowest, lowest behind."""
    names = ("st_j_mv", "st_j60_mv", "t_highest_mv", "t_lowest_mv", "t_behind_mv")
    arrays = {n: np.array(getattr(calm, n)) for n in names}
    for lead, values in by_lead.items():
        for array, value in zip(arrays.values(), values, strict=False):
            array[calm.leads.index(lead)] = value
    made = replace(calm, **arrays, st_uncertainty_mv=np.full(len(calm.leads), 0.02))
    st = dict(zip(made.leads, np.round(made.st_j_mv, 3).tolist(), strict=True))
    view = front_view(made, {k: v for k, v in st.items() if k not in lost}, SETTINGS)
    return tuple(view.leads[name]), name in view.unknown


@pytest.mark.parametrize(
    ("lead", "is_turned"),
    [
        ((0.0, 0.0, 0.14, -0.14, -0.14), True),
        ((0.0, 0.0, 0.139, -0.14, -0.14), False),
        ((0.0, 0.0, 0.14, -0.14, -0.139), False),  # it is negative first and rises then
        ((0.0, 0.0, 0.02, -0.241, -0.241), True),
        ((0.0, 0.0, 0.02, -0.239, -0.10), False),
        ((0.1, 0.1, 0.30, -0.30, -0.30), False),
    ],
)
def test_a_turned_t_at_and_beside_its_limits(calm, lead, is_turned):
    """Its limits of .1 and .2 mV lie beyond twice the uncertainty of the lead (.02 mV here)."""
    assert shown(calm, "turned_t", V2=lead, V3=lead)[0] == (("V2", "V3") if is_turned else ())


@pytest.mark.parametrize(
    ("lead", "sure", "close"),
    [
        ((-0.140, -0.140), True, True),
        ((-0.139, -0.140), False, True),
        ((-0.200, -0.099), False, False),  # it rises to the limit and beyond: a fast heart
        ((-0.099, -0.200), False, False),
    ],
)
def test_a_low_st_at_and_beside_its_limits(calm, lead, sure, close):
    """Leads count wherever they stand, and limb leads that follow from I and II too."""
    leads = dict.fromkeys(("I", "aVF", "V1", "V3", "V4", "V6"), lead)
    assert (len(shown(calm, "low_st", **leads)[0]) == 6) is sure
    assert (len(shown(calm, "low_st_close", **leads)[0]) == 6) is close


def test_a_lost_lead_leaves_open_whether_avr_or_v1_is_raised(calm):
    assert shown(calm, "right_raised", aVR=(0.05, 0.0), V1=(0.0, 0.0)) == (("aVR",), False)
    assert shown(calm, "right_raised", aVR=(0.049, 0.0), V1=(0.049, 0.0)) == ((), False)
    assert shown(calm, "right_raised", lost=("V1",), aVR=(0.0, 0.0)) == ((), True)
