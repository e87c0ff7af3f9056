"""The quality gate: what is wrong with a lead or a recording, said with its reason."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, scenario, simulate
from laennec.datasets.simulator.artefacts import (
    baseline_step,
    flat_lead,
    gain_error,
    saturate,
    swap_chest,
    swap_limbs,
)
from laennec.engine.ecg.leads import CHEST_LEADS, TWELVE_LEADS
from laennec.engine.ecg.quality import assess_quality, load_quality_limits
from laennec.engine.ecg.quality.contradictions import limb_scale
from laennec.engine.ecg.quality.stretches import find_runs
from laennec.engine.ecg.quality.swap_features import (
    CHEST_SWAPS,
    LIMB_SWAPS,
    apply_chest_swap,
    apply_limb_swap,
    limb_swap_matrix,
)
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.words.sentences import Sentences


@pytest.fixture(scope="module")
def clean():
    return simulate(scenario("sinus_rhythm", noise=(Noise("emg", 30.0),)), seed=2).signal


def ids(reasons):
    return {r.message.id.removeprefix("quality.") for r in reasons}


def with_rows(signal, **rows):
    x = signal.signal_mv.copy()
    for name, row in rows.items():
        x[signal.leads.index(name)] = row
    return replace(signal, signal_mv=x)


def test_a_clean_ecg_is_assessable_for_everything(clean):
    found = assess_quality(clean)
    assert found.verdict == "assessable"
    assert {u.verdict for u in found.uses.values()} == {"assessable"}
    assert not found.reasons
    assert not found.new_recording


def test_a_flat_lead_is_refused_with_the_time_where_it_is_flat(clean):
    found = assess_quality(flat_lead(clean, "V3", from_s=2.0, to_s=8.0))
    lead = found.lead("V3")
    reason = lead.reasons[0].message
    assert lead.verdict == "not_assessable"
    assert reason.id == "quality.lead.flat"
    assert reason.parameters["from"] == pytest.approx(2.0, abs=0.6)
    assert reason.parameters["to"] == pytest.approx(8.0, abs=0.6)
    assert found.uses["twelve_lead"].verdict == "not_assessable"
    assert found.uses["rhythm"].verdict == "assessable"


def test_a_lead_that_never_moves_is_flat_from_end_to_end(clean):
    lead = assess_quality(with_rows(clean, V5=0.0)).lead("V5")
    assert lead.reasons[0].message.parameters["percent"] == 100


def test_a_gap_in_one_lead_leaves_the_others(clean):
    row = clean.lead_mv("V2").copy()
    row[1000:3000] = np.nan
    found = assess_quality(with_rows(clean, V2=row))
    assert found.lead("V2").verdict == "not_assessable"
    assert ids(found.lead("V2").reasons) >= {"lead.gap"}
    assert found.lead("V1").verdict == "assessable"


def test_a_saturated_signal_is_named(clean):
    found = assess_quality(saturate(clean, 0.35))
    assert any("lead.saturated" in ids(lead.reasons) for lead in found.leads)


@pytest.mark.parametrize(("factor", "name"), [(10.0, "gain_large"), (0.1, "gain_small")])
def test_a_gain_ten_times_off_is_found_in_all_leads_together(clean, factor, name):
    found = assess_quality(gain_error(clean, factor))
    assert f"record.{name}" in ids(found.reasons)
    assert found.uses["st"].verdict == "not_assessable"
    assert found.uses["rhythm"].verdict == "assessable"


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_mains_is_told_with_its_frequency(clean, mains_hz):
    hum = 0.1 * np.sin(2 * np.pi * mains_hz * np.arange(clean.n_samples) / 500.0)
    found = assess_quality(replace(clean, signal_mv=clean.signal_mv + hum))
    reason = next(r for r in found.lead("V4").reasons if r.message.id == "quality.lead.mains")
    assert reason.message.parameters["hz"] == mains_hz
    assert reason.message.parameters["uv"] == pytest.approx(100, abs=25)


def test_a_step_of_the_baseline_is_a_motion(clean):
    found = assess_quality(baseline_step(clean, "V1", 2.0, at_s=5.0))
    assert "lead.step" in ids(found.lead("V1").reasons)


def test_wander_and_muscle_noise_are_named(clean):
    time = np.arange(clean.n_samples) / 500.0
    slow = 1.0 * np.sin(2 * np.pi * 0.25 * time)
    rough = np.random.default_rng(1).normal(scale=0.12, size=clean.n_samples)
    found = assess_quality(
        with_rows(clean, V2=clean.lead_mv("V2") + slow, V6=clean.lead_mv("V6") + rough)
    )
    assert "lead.wander" in ids(found.lead("V2").reasons)
    assert "lead.muscle" in ids(found.lead("V6").reasons)


def test_noise_alone_has_no_clear_beats():
    x = np.random.default_rng(1).normal(size=(12, 5000))
    found = assess_quality(EcgSignal(TWELVE_LEADS, x, 500.0))
    assert "record.no_clear_beats" in ids(found.reasons)
    assert found.verdict == "not_assessable"


@pytest.mark.parametrize(
    ("samples", "rate", "name"),
    [(3000, 500.0, "too_short"), (900, 90.0, "rate_too_low"), (2000, 200.0, "rate_low")],
)
def test_length_and_rate_have_their_reasons(samples, rate, name):
    one = simulate(scenario("sinus_rhythm"), seed=2).signal
    x = one.signal_mv[:, :: int(500 // rate)][:, :samples]
    assert f"record.{name}" in ids(assess_quality(EcgSignal(TWELVE_LEADS, x, rate)).reasons)


def test_two_leads_that_are_one_signal_are_both_refused(clean):
    found = assess_quality(with_rows(clean, V6=clean.lead_mv("V4")))
    assert "lead.identical" in ids(found.lead("V4").reasons)
    assert found.lead("V6").verdict == "not_assessable"


def test_limb_leads_that_contradict_each_other_are_named(clean):
    found = assess_quality(with_rows(clean, III=-clean.lead_mv("III")))
    reason = next(r for r in found.reasons if r.message.id == "quality.record.limb_algebra")
    assert "III" in reason.message.parameters["leads"]
    assert found.uses["twelve_lead"].verdict == "not_assessable"


def test_leads_on_their_own_scale_are_told_and_not_called_contradictory(clean):
    size = np.ptp(clean.signal_mv, axis=1, keepdims=True)
    scaled = replace(clean, signal_mv=clean.signal_mv / size)
    found = ids(assess_quality(scaled).reasons)
    assert "record.own_scale" in found
    assert "record.limb_algebra" not in found


def test_the_own_scale_of_leads_is_recovered():
    rng = np.random.default_rng(3)
    one, two = rng.normal(size=(2, 500))
    a, b, left = limb_scale(2.0 * one, 0.5 * two, (two - one) * 1.3)
    assert a / b == pytest.approx(0.25, rel=1e-6)
    assert left < 1e-6
    assert limb_scale(one, two, one - two)[2] == np.inf


@pytest.mark.parametrize(
    ("order", "name"),
    [
        (("LA", "RA", "LL"), "la_ra"),
        (("LL", "LA", "RA"), "ra_ll"),
        (("LA", "LL", "RA"), "rotation_1"),
        (("LL", "RA", "LA"), "rotation_2"),
    ],
)
def test_a_limb_swap_of_a_simulated_ecg_is_suspected_and_not_corrected(clean, order, name):
    swapped = swap_limbs(clean, order)
    before = swapped.signal_mv.copy()
    found = assess_quality(swapped)
    assert [s.swap for s in found.swaps if not s.swap.startswith("v")] == [name]
    assert found.new_recording
    assert found.uses["twelve_lead"].verdict == "assessable_with_caution"
    assert np.array_equal(swapped.signal_mv, before)


@pytest.mark.parametrize(("one", "other"), [("V1", "V6"), ("V1", "V5"), ("V2", "V5"), ("V1", "V4")])
def test_a_far_chest_swap_of_a_simulated_ecg_is_suspected(clean, one, other):
    assert assess_quality(swap_chest(clean, one, other)).swaps


def test_the_right_leg_electrode_on_an_arm_leaves_a_flat_limb_lead(clean):
    one, two = clean.lead_mv("I"), clean.lead_mv("II")
    rng = np.random.default_rng(2)
    legs = 0.002 * rng.normal(size=len(one))
    first, second = one - two, legs
    rows = {
        "I": first,
        "II": second,
        "III": second - first,
        "aVR": -(first + second) / 2,
        "aVL": first - second / 2,
        "aVF": second - first / 2,
    }
    found = assess_quality(with_rows(clean, **rows))
    assert "ra_rl" in {s.swap for s in found.swaps} or "lead.flat" in ids(found.lead("II").reasons)


@pytest.mark.parametrize("swap", LIMB_SWAPS)
def test_my_swaps_are_those_of_the_textbook(swap, clean):
    """I -> -I and II -> III for the arms, and so on: compared with the simulator's own algebra."""
    orders = {
        "none": ("RA", "LA", "LL"),
        "la_ra": ("LA", "RA", "LL"),
        "la_ll": ("RA", "LL", "LA"),
        "ra_ll": ("LL", "LA", "RA"),
        "rotation_1": ("LA", "LL", "RA"),
        "rotation_2": ("LL", "RA", "LA"),
    }
    eight = clean.signal_mv[[0, 1, 6, 7, 8, 9, 10, 11]]
    mine = apply_limb_swap(eight, swap)
    theirs = swap_limbs(clean, orders[swap])
    assert np.allclose(mine[:2], theirs.signal_mv[:2], atol=1e-12)
    assert np.allclose(mine[2:], eight[2:])


def test_swaps_undo_each_other():
    eight = np.random.default_rng(1).normal(size=(8, 50))
    for swap in ("la_ra", "la_ll", "ra_ll"):
        assert np.allclose(apply_limb_swap(apply_limb_swap(eight, swap), swap), eight)
    turned = limb_swap_matrix("rotation_1") @ limb_swap_matrix("rotation_2")
    assert np.allclose(turned, np.eye(2))
    for swap in CHEST_SWAPS:
        assert np.allclose(apply_chest_swap(apply_chest_swap(eight, swap), swap), eight)
    assert np.array_equal(apply_chest_swap(eight, "reversed")[2:], eight[:1:-1])


def test_every_reason_has_a_sentence_in_both_languages(clean):
    broken = flat_lead(swap_chest(gain_error(clean, 10.0), "V1", "V4"), "V6")
    short = EcgSignal(TWELVE_LEADS, clean.signal_mv[:, :2000], 500.0)
    for signal in (broken, short, swap_limbs(clean, ("LA", "RA", "LL"))):
        found = assess_quality(signal)
        every = [*found.reasons, *(r for lead in found.leads for r in lead.reasons)]
        assert every
        for lang in ("fr", "en"):
            for reason in every:
                assert "{" not in Sentences(lang).render(reason.message)


def test_every_swap_has_a_sentence():
    sentences = Sentences("fr")
    for swap in (*LIMB_SWAPS[1:], "ra_rl", "la_rl", "arms_legs", "reversed", "chest_pair"):
        assert sentences.has(f"quality.record.swap.{swap}")


def test_runs_begin_and_stop_where_they_do():
    assert find_runs(np.array([True, True, False, True])).tolist() == [[0, 2], [3, 4]]


def test_limits_are_data_with_a_source():
    assert load_quality_limits().length.least_duration_s == 8.0
    assert len(CHEST_LEADS) == 6
