"""What is absent in the leads that are there may stand in those that are not."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, simulate
from laennec.engine.bundles.load import load_models
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.visit import screened_ecg

MAN = Person("male", 55.0)
ST = {"st_depression", "st_elevation"}
MODELS = load_models()


def states(pathology, lost=(), *, seed=0, noisy=()):
    noise = (Noise("emg", 26.0),)
    asked = sample_scenario(np.random.default_rng(seed), pathology, noise=noise)
    signal = simulate(asked, seed=seed).signal
    x = signal.signal_mv.copy()
    for name in noisy:
        x[signal.leads.index(name)] = np.random.default_rng(1).normal(0.0, 2.0, x.shape[1])
    kept = [row for row, name in enumerate(signal.leads) if name not in lost]
    left = replace(
        signal,
        leads=tuple(signal.leads[row] for row in kept),
        signal_mv=x[kept],
        resolution_uv=signal.resolution_uv[kept],
    )
    said = screened_ecg(left, MODELS, MAN).statements
    return {s.name: (s.state, s.why) for s in said if s.name in ST}


@pytest.mark.parametrize("lost", [("V2",), ("V1", "V2", "V3", "V4"), ("V6",)])
def test_st_is_absent_in_no_ecg_without_two_leads_of_each_wall(lost):
    """Pinned: of a posterior infarct without V2 "ST depression" was among the criteria not met."""
    for pathology in ("sinus_rhythm", "st_elevation_posterior", "st_elevation_anterior"):
        found = states(pathology, lost)
        assert "absent" not in {state for state, _ in found.values()}
        whys = {why for state, why in found.values() if state == "not_assessable"}
        assert whys <= {("ecg.statement.wall_not_seen",)}


def test_a_lead_that_the_gate_refuses_is_not_seen_either():
    assert "absent" not in {state for state, _ in states("sinus_rhythm", noisy=("V3",)).values()}


def test_with_every_lead_it_is_absent_and_without_avr_too():
    for lost in ((), ("aVR",)):
        assert {state for state, _ in states("sinus_rhythm", lost).values()} == {"absent"}


def test_what_is_seen_is_told_whatever_is_lost():
    whole, left = (states("st_elevation_inferior", lost)["st_elevation"] for lost in ((), ("V2",)))
    assert (whole[0], left[0]) == ("present", "borderline"), "hypertrophy can't be excluded"
