"""A complete block in which a P wave happens to stand before each QRS: PR is no interval."""

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, simulate
from laennec.engine.bundles.load import load_models
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.visit import screened_ecg

MODELS, MAN = load_models(), Person("male", 55.0)
BLOCK = {"ecg_av_block", "ecg_av_block_suspected", "ecg_dissociated"}


def screened(pathology, rate_bpm, seed, noise=()):
    asked = sample_scenario(
        np.random.default_rng(seed), pathology, rate_bpm=float(rate_bpm), noise=noise
    )
    return screened_ecg(simulate(asked, seed=seed).signal, MODELS, MAN)


@pytest.mark.parametrize("rate_bpm", [42, 48, 54])
def test_a_complete_block_is_called_now_and_is_no_first_degree_block(rate_bpm):
    """Pinned: 13 of 70 at 40 to 54/min called nobody, though PR was withheld as dissociated."""
    found = [screened("av_block_complete", rate_bpm, 100 * rate_bpm + n) for n in range(4)]
    called = [{i.rule_id for i in one.urgency.items if i.level == "U0"} & BLOCK for one in found]
    assert all(called)
    states = {s.state for one in found for s in one.statements if s.name == "av_block_1"}
    assert "present" not in states


@pytest.mark.parametrize("pathology", ["sinus_bradycardia", "av_block_1", "sinus_arrhythmia"])
@pytest.mark.parametrize("decibel", [None, 12.0])
def test_a_slow_heart_whose_atria_lead_is_not_called_for_it(pathology, decibel):
    noise = () if decibel is None else (Noise("emg", decibel),)
    for seed in range(3):
        items = screened(pathology, 50, seed, noise).urgency.items
        assert "ecg_dissociated" not in {item.rule_id for item in items}
