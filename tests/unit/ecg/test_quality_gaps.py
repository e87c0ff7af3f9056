"""What is bridged over a gap is no signal: no law of Einthoven, flat line or swap is read in it."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.quality import assess_quality
from laennec.engine.ecg.section import section_of
from laennec.engine.ecg.urgent import urgent_ecg
from laennec.engine.words import Sentences
from laennec.engine.words.ecg_lines import recording_lines

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


def skewed(lead, samples):
    """One lead is stored so many samples later: each of the others ends that much earlier."""
    signal = simulate(scenario("sinus_rhythm"), seed=4).signal
    x = np.pad(signal.signal_mv, ((0, 0), (0, samples)), constant_values=np.nan)
    row = signal.leads.index(lead)
    x[row] = np.roll(x[row], samples)
    return replace(signal, signal_mv=x)


def lines_of(signal, lang):
    return recording_lines(section_of(analyse_ecg(signal, None), None), Sentences(lang))


@pytest.mark.parametrize(("lang", "word"), [("fr", "échantillons"), ("en", "samples")])
@pytest.mark.parametrize(("samples", "ms"), [(1, "2"), (10, "20"), (40, None), (100, None)])
def test_a_lead_that_is_stored_later_is_one_line(lang, word, samples, ms):
    """Pinned: twelve lines, "no samples for 0 % of the recording", of one sample each."""
    said = [line for line in lines_of(skewed("V3", samples), lang) if word in line]
    assert len(said) == (1 if ms else 2)
    others = "I, II, III, aVR, aVL, aVF, V1, V2, V4, V5, V6"
    if ms:
        assert f"{ms} ms" in said[0]
        assert "I, II, III, aVR, aVL, aVF, V1, V2, V3, V4, V5, V6" in said[0]
    else:
        assert sum(others in line for line in said) == 1


def test_the_json_says_of_each_lead_what_it_lacks():
    found = assess_quality(skewed("V3", 1))
    assert [r.message.id for lead in found.leads for r in lead.reasons] == [f"{GAP}_short"] * 12
    assert {lead.verdict for lead in found.leads} == {"assessable"}
