"""Leads that were each stored on a scale of their own: the axis is read again, a voltage is not."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.features.scale import limb_factors
from laennec.engine.ecg.findings.find import NOT_ASSESSABLE, find_statements
from laennec.engine.ecg.findings.settings import statement_settings
from laennec.engine.ecg.visit import STATEMENTS_ID, ready_delineator

MODELS = load_models()
NETWORK, _ = ready_delineator(MODELS)


def own_scale(signal):
    """Bring every lead to one size, as LUDB stores them."""
    size = np.ptp(signal.signal_mv, axis=1, keepdims=True)
    return replace(signal, signal_mv=signal.signal_mv / size)


@pytest.fixture(scope="module", params=["left_axis_deviation", "right_axis_deviation"])
def both(request):
    signal = simulate(scenario(request.param), seed=3).signal
    return analyse_ecg(signal, NETWORK), analyse_ecg(own_scale(signal), NETWORK)


def test_the_axis_is_that_of_the_leads_before_they_were_scaled(both):
    before, after = (ecg_features(one).values["qrs_axis_deg"] for one in both)
    assert after == pytest.approx(before, abs=4.0)


def test_statements_in_millivolt_are_not_assessable_and_others_are(both):
    found = {
        s.name: s
        for s in find_statements(
            both[1], ecg_features(both[1]), MODELS.statement_rules(STATEMENTS_ID).model()
        )
    }
    for name in statement_settings()["in_millivolt"]:
        assert found[name].state == NOT_ASSESSABLE
        assert found[name].why == ("ecg.statement.own_scale",)
    assert found["sinus_rhythm"].state == "present"


def test_factors_are_one_where_leads_share_a_scale_or_no_factors_exist():
    signal = simulate(scenario("sinus_rhythm"), seed=1).signal
    assert np.allclose(limb_factors(signal.leads, signal.signal_mv), 1.0, atol=1e-6)
    noise = np.random.default_rng(1).normal(size=(3, 2000))
    noise[2] = -noise[1]
    assert (limb_factors(("I", "II", "III"), noise) == 1.0).all()
    assert (limb_factors(("I", "II"), noise[:2]) == 1.0).all()
