"""What is said of a recording whose electrodes seem to be swapped says so."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.findings.swapped import SWAPPED, suspected_leads
from laennec.engine.ecg.leads import CHEST_LEADS, LIMB_LEADS
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.quality import SwapSuspicion
from laennec.engine.ecg.visit import screened_ecg
from laennec.engine.risks.labels import model_labels
from laennec.engine.words import LANGUAGES, Sentences

MODELS = load_models()
MAN = Person("male", 50.0)


def arms_swapped(signal):
    """Return what is recorded with the electrodes of the two arms swapped."""
    one, two, three, right, left, foot = signal.signal_mv[:6]
    rows = np.stack([-one, three, two, left, right, foot, *signal.signal_mv[6:]])
    return replace(signal, signal_mv=rows)


@pytest.fixture(scope="module")
def screened():
    signal = simulate(scenario("sinus_rhythm"), seed=4).signal
    return screened_ecg(arms_swapped(signal), MODELS, MAN)


def test_a_finding_that_rests_on_suspected_leads_says_so(screened):
    """An old infarction was present from I and aVL of swapped arms, without a word of the swap."""
    assert [s.swap for s in screened.analysis.quality.swaps] == ["la_ra"]
    said = [f for f in screened.findings if f.state in ("present", "borderline")]
    told = {f.id: m for f in said for m in f.limits if m.id == SWAPPED}
    assert told
    for message in told.values():
        assert set(message.parameters["leads"].split(", ")) <= set(LIMB_LEADS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_leads_are_named_in_words(screened, lang):
    words = Sentences(lang, model_labels(MODELS, lang))
    told = [m for f in screened.findings for m in f.limits if m.id == SWAPPED]
    assert all(m.parameters["leads"] in words.render(m) for m in told)


def test_without_a_suspicion_nothing_is_added():
    signal = simulate(scenario("old_mi_q_waves_lateral"), seed=4).signal
    found = screened_ecg(signal, MODELS, MAN)
    assert not found.analysis.quality.swaps
    assert not any(m.id == SWAPPED for f in found.findings for m in f.limits)


@pytest.mark.parametrize(
    ("swap", "leads"),
    [
        ("la_ra", LIMB_LEADS),
        ("ra_rl", LIMB_LEADS),
        ("rotation_1", LIMB_LEADS),
        ("reversed", CHEST_LEADS),
        ("v1_v6", ("V1", "V6")),
        ("v3_inverted", ("V3",)),
    ],
)
def test_a_swap_names_the_leads_that_it_moves(swap, leads):
    assert suspected_leads([SwapSuspicion(swap, 9.0, 3.0)]) == set(leads)
