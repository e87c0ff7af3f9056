"""What a QRS is not: a block in pre-excitation, two blocks at once, a scar by its axis."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.findings.find import _of_one_kind, find_statements
from laennec.engine.ecg.findings.settings import statement_settings
from laennec.engine.ecg.findings.urgent_rules import PREEXCITATION_RULE, PREEXCITED
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.urgent import urgent_ecg
from laennec.engine.ecg.visit import STATEMENTS_ID, ready_delineator, screened_ecg

MODELS = load_models()
RULES = MODELS.statement_rules(STATEMENTS_ID).model()
NETWORK, _ = ready_delineator(MODELS)
MAN = Person("male", 50.0)


def screened(pathology, seed=0, snr_db=26.0, rate=500.0, declared=()):
    changes = {"noise": (Noise("emg", snr_db),), "sampling_rate_hz": rate}
    asked = sample_scenario(np.random.default_rng((11, seed)), pathology, **changes)
    signal = simulate(asked, seed=seed).signal
    person = Person(asked.sex, float(asked.age_years))
    return screened_ecg(signal, MODELS, person, declared=declared)


def levels(made):
    return {i.rule_id: i.level for i in made.urgency.items}


@pytest.mark.parametrize(("seed", "snr_db", "rate"), [(0, 26.0, 500.0), (1, 14.0, 250.0)])
def test_preexcitation_is_said_and_is_no_left_bundle_branch_block(seed, snr_db, rate):
    """A short PR with a delta wave was a left bundle branch block, and nothing named it."""
    made = screened("preexcitation", seed, snr_db, rate)
    said = {s.name: s for s in made.statements}
    assert levels(made)[PREEXCITATION_RULE] == "U2"
    for name in statement_settings()["not_said_if_preexcited"]:
        assert (said[name].state, said[name].why) == ("not_assessable", (PREEXCITED,))
    assert said["sinus_rhythm"].state == "present"


def test_preexcitation_with_palpitations_does_not_wait():
    made = screened("preexcitation", declared=("symptom.palpitations",))
    assert levels(made)[PREEXCITATION_RULE] == "U1"


@pytest.mark.parametrize("pathology", ["lbbb", "rbbb", "lvh", "sinus_rhythm"])
def test_a_usual_pr_or_a_fast_onset_is_no_preexcitation(pathology):
    made = screened(pathology)
    assert PREEXCITATION_RULE not in levels(made)
    assert "ecg_preexcitation" in made.urgency.applied


def test_without_a_network_preexcitation_is_named_as_not_looked_for():
    signal = simulate(scenario("preexcitation"), seed=1).signal
    assert "ecg_preexcitation" in urgent_ecg(analyse_ecg(signal, None), MAN).not_applied


def statements(**states):
    analysis = analyse_ecg(simulate(scenario("sinus_rhythm"), seed=1).signal, NETWORK)
    found = find_statements(analysis, ecg_features(analysis), RULES)
    return [replace(s, state=states.get(s.name, "absent")) for s in found]


def test_a_block_that_did_not_reach_its_cut_off_is_absent_beside_another():
    """Right bundle branch block stayed borderline beside a present left one."""
    found = statements(lbbb="present", rbbb="borderline", lvh="borderline")
    said = {s.name: s for s in (_of_one_kind(s, found) for s in found)}
    assert (said["rbbb"].state, said["rbbb"].better) == ("absent", "lbbb")
    assert said["lbbb"].state == "present"
    assert said["lvh"].state == "borderline"


def test_a_block_that_yields_or_stands_alone_stays_borderline():
    found = statements(lbbb="present", rbbb="borderline")
    yields = next(replace(s, better="lbbb") for s in found if s.name == "rbbb")
    assert _of_one_kind(yields, found).state == "borderline"
    alone = statements(rbbb="borderline")
    assert {s.state for s in (_of_one_kind(s, alone) for s in alone)} == {"absent", "borderline"}


def q_pair(pathology="right_axis_deviation"):
    made = simulate(scenario(pathology), seed=5).signal
    analysis = analyse_ecg(made, NETWORK)
    features = ecg_features(analysis)
    found = {s.name: s.state for s in find_statements(analysis, features, RULES)}
    return features, found["old_mi_q_waves"]


def test_a_right_axis_is_no_old_infarction():
    """QS in I and aVL of an axis of 108 degrees was a present old infarction."""
    features, state = q_pair()
    assert features.values["qrs_axis_deg"] > 90.0
    assert set(features.leads["q_pair"]) != {"I", "aVL"}
    assert state == "absent"


@pytest.mark.parametrize("wall", ["lateral", "inferior", "anterior"])
def test_an_old_infarction_is_still_told(wall):
    assert q_pair(pathology=f"old_mi_q_waves_{wall}")[1] == "present"
