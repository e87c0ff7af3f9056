"""Leads whose place is not known: what can't be judged of them, and that it is said."""

import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.quality import assess_quality
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.urgent import urgent_ecg

LETTERS = "abcdefghijkl"


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
    assert urgent_ecg(analyse_ecg(signal, None)).not_applied == ("ecg_st", "ecg_st_read")


def test_limb_leads_alone_have_neighbours_and_no_statements_on_twelve_leads(whole):
    signal = EcgSignal(whole.leads[:6], whole.signal_mv[:6], 500.0)
    found = assess_quality(signal)
    assert found.uses["st"].verdict == "assessable_with_caution"
    assert found.uses["twelve_lead"].verdict == "not_assessable"
    assert "ecg_st" in urgent_ecg(analyse_ecg(signal, None)).applied
