"""What is bridged over a gap is no signal: no law of Einthoven, flat line or swap is read in it."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.quality import assess_quality
from laennec.engine.ecg.urgent import urgent_ecg

MAN = Person("male", 50.0)
FEW = "quality.record.few_leads"
GAP = "quality.lead.gap"


def lost(pathology, leads, from_s, to_s):
    signal = simulate(scenario(pathology), seed=4).signal
    x, rate = signal.signal_mv.copy(), signal.sampling_rate_hz
    rows = [signal.leads.index(lead) for lead in leads]
    x[rows, round(from_s * rate) : round(to_s * rate)] = np.nan
    return replace(signal, signal_mv=x)


@pytest.mark.parametrize("leads", [("I",), ("II", "III"), ("V3",)])
@pytest.mark.parametrize("to_s", [5.5, 7.0])
def test_a_gap_is_told_as_a_gap_and_as_nothing_else(leads, to_s):
    """Pinned: "stored on its own scale", for which ST was judged in no lead, and "flat"."""
    found = assess_quality(lost("sinus_rhythm", leads, 4.0, to_s))
    assert {r.message.id for r in found.reasons} == {FEW}
    told = {lead.lead: [r.message.id for r in lead.reasons] for lead in found.leads if lead.reasons}
    assert told == dict.fromkeys(leads, [GAP])


def test_a_lead_without_any_sample_is_no_swap():
    """Pinned: "III is almost flat, electrodes seem inverted" of a lead that was not recorded."""
    found = assess_quality(lost("sinus_rhythm", ["III"], 0.0, 10.0))
    assert [r.message.id for r in found.reasons] == []


def test_an_infarction_beside_a_gap_in_a_limb_lead_is_called():
    found = urgent_ecg(analyse_ecg(lost("st_elevation_anterior", ["I"], 4.0, 5.5), None), MAN)
    assert ("ecg_st_elevation", "U0") in {(i.rule_id, i.level) for i in found.items}
