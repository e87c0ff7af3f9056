"""Leads by name, in one order, and the four that follow from two."""

import numpy as np
import pytest
from laennec.engine.ecg.leads import LIMB_LEADS, TWELVE_LEADS, canonical_order, derive_limb_leads
from laennec.engine.ecg.signal import EcgSignal, SignalUnfit

ONE, TWO = np.array([0.2, 0.6, -0.1]), np.array([0.5, 1.0, 0.3])
ALL = {"I": ONE, "II": TWO} | derive_limb_leads({"I": ONE, "II": TWO})
EIGHT = {"I": ONE, "II": TWO} | {f"V{k}": ONE * k for k in range(1, 7)}


@pytest.mark.parametrize("pair", [("I", "II"), ("I", "III"), ("II", "III")])
def test_any_two_standard_leads_give_all_six(pair):
    known = {name: ALL[name] for name in pair}
    found = known | derive_limb_leads(known)
    assert set(found) == set(LIMB_LEADS)
    for name in LIMB_LEADS:
        np.testing.assert_allclose(found[name], ALL[name], atol=1e-15)


def test_einthoven_and_goldberger_hold():
    np.testing.assert_allclose(ALL["I"] + ALL["III"], ALL["II"])
    np.testing.assert_allclose(ALL["aVR"] + ALL["aVL"] + ALL["aVF"], 0.0, atol=1e-15)
    np.testing.assert_allclose(ALL["aVL"], (ALL["I"] - ALL["III"]) / 2)


def test_nothing_recorded_is_replaced_and_one_lead_gives_nothing():
    recorded = derive_limb_leads({"I": ONE, "II": TWO, "III": TWO * 0.0, "aVR": ONE})
    assert set(recorded) == {"aVL", "aVF"}
    assert derive_limb_leads({"II": TWO, "aVF": ONE}) == {}


def test_eight_recorded_leads_give_twelve_in_order():
    shuffled = {name: EIGHT[name] for name in sorted(EIGHT, reverse=True)}
    signal = EcgSignal.of({**shuffled, "V4R": ONE}, 500.0, resolution_uv={"I": 2.5})
    assert signal.leads == (*TWELVE_LEADS, "V4R")
    assert signal.derived == {"III", "aVR", "aVL", "aVF"}
    assert signal.has_twelve
    assert signal.twelve_mv().shape == (12, 3)
    np.testing.assert_array_equal(signal.lead_mv("V3"), ONE * 3)
    assert signal.duration_s == 3 / 500
    assert signal.resolution_uv[0] == 2.5
    assert np.isnan(signal.resolution_uv[1:]).all()


def test_one_lead_stays_one_lead():
    signal = EcgSignal.of({"II": TWO}, 300.0)
    assert signal.leads == ("II",)
    assert not signal.derived
    with pytest.raises(SignalUnfit, match="no lead I, III"):
        signal.twelve_mv()


def test_canonical_order_keeps_other_leads_at_the_end():
    assert canonical_order(("X", "V2", "II", "Y")) == ("II", "V2", "X", "Y")


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_signal_without_a_rate_is_refused(rate):
    with pytest.raises(SignalUnfit, match="no interval can be measured without the rate"):
        EcgSignal.of({"I": ONE}, rate)


def test_shapes_names_and_order_that_do_not_fit_are_refused():
    with pytest.raises(SignalUnfit, match=r"leads of \[2, 3\] samples"):
        EcgSignal.of({"I": ONE, "II": TWO[:2]}, 500)
    with pytest.raises(SignalUnfit, match="it is not known which samples belong to which lead"):
        EcgSignal(("I", "II"), np.zeros((1, 3)), 500.0)
    with pytest.raises(SignalUnfit, match="each named once"):
        EcgSignal(("I", "I"), np.zeros((2, 3)), 500.0)
    with pytest.raises(SignalUnfit, match="one lead or more"):
        EcgSignal.of({}, 500.0)
    with pytest.raises(SignalUnfit, match="one order of leads"):
        EcgSignal(("II", "I"), np.zeros((2, 3)), 500.0)
