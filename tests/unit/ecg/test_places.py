"""Leads whose place is not known: what can't be judged of them, and that it is said."""

from dataclasses import replace

import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.quality import assess_quality
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.urgent import urgent_ecg
from laennec.engine.ecg.visit import ready_delineator

LETTERS = "abcdefghijkl"
NETWORK, _ = ready_delineator(load_models())


@pytest.fixture(scope="module")
def whole():
    return simulate(scenario("sinus_rhythm"), seed=4).signal


@pytest.mark.parametrize("names", [("II",), tuple(f"ch{x}" for x in LETTERS)])
def test_leads_without_a_place_say_nothing_of_st_or_twelve_leads(whole, names):
    """One lead, or twelve without names, were called assessable for ST and for twelve leads."""
    signal = EcgSignal.of(dict(zip(names, whole.signal_mv, strict=False)), 500.0)
    found = assess_quality(signal)
    assert found.uses["rhythm"].verdict == "assessable"
    assert found.uses["st"].verdict == "not_assessable"
    assert found.uses["twelve_lead"].verdict == "not_assessable"
    told = [r.message.id for r in found.reasons]
    assert told.count("quality.record.few_leads") == told.count("quality.record.few_named") == 1
    assert urgent_ecg(analyse_ecg(signal, None)).not_applied == (
        "ecg_st",
        "ecg_st_read",
        "ecg_front",
        "ecg_diffuse",
    )


def test_limb_leads_alone_say_nothing_of_the_other_walls(whole):
    """They were named as applied: an anterior infarction can't be seen in them."""
    signal = EcgSignal(whole.leads[:6], whole.signal_mv[:6], 500.0)
    found = assess_quality(signal)
    assert found.uses["st"].verdict == "assessable_with_caution"
    assert found.uses["twelve_lead"].verdict == "not_assessable"
    assert "ecg_st" in urgent_ecg(analyse_ecg(signal, None)).not_applied


@pytest.mark.parametrize("lost", [("V1", "V2", "V3", "V4"), ("V2", "V4"), ("II", "III")])
def test_a_wall_that_was_not_seen_is_not_called_free_of_elevation(whole, lost):
    """Beside an infarction in leads that were lost the rule was named as applied."""
    left = [i for i, lead in enumerate(whole.leads) if lead not in lost]
    signal = EcgSignal(tuple(whole.leads[i] for i in left), whole.signal_mv[left], 500.0)
    found = urgent_ecg(analyse_ecg(signal, None))
    assert found.items == ()
    assert "ecg_st" in found.not_applied


def test_what_is_raised_in_the_leads_that_are_there_is_called():
    made = simulate(scenario("st_elevation_inferior"), seed=4).signal
    limbs = EcgSignal(made.leads[:6], made.signal_mv[:6], 500.0)
    found = urgent_ecg(analyse_ecg(limbs, None))
    assert ("ecg_st_elevation", "U0") in {(i.rule_id, i.level) for i in found.items}
    assert "ecg_st" not in found.not_applied


def test_limb_leads_alone_have_their_frontal_axis(whole):
    """The axis needs I and aVF; it was withheld where any chest lead was missing."""
    limbs = EcgSignal(whole.leads[:6], whole.signal_mv[:6], 500.0)
    found, every = (analyse_ecg(s, NETWORK).measurements for s in (limbs, whole))
    assert found.value("qrs_axis") == pytest.approx(every.value("qrs_axis"), abs=5.0)
    assert found.measured["sokolow_lyon"].withheld == ("ecg.withheld.not_assessable",)


def test_limb_leads_that_contradict_each_other_or_are_not_there_have_no_axis(whole):
    rows = whole.signal_mv.copy()
    rows[2] = -rows[2]
    for signal in (
        replace(whole, signal_mv=rows),
        EcgSignal(whole.leads[6:], whole.signal_mv[6:], 500.0),
    ):
        found = analyse_ecg(signal, NETWORK).measurements
        assert found.measured["qrs_axis"].withheld
