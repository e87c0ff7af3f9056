"""H1: no network can silence an urgent ECG rule, whatever it measures."""

import math

import numpy as np
import pytest
from ecg_evidence import CALM, BrokenSession, evidence, models_with
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.bundles.load import Models
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.urgent import load_ecg_urgent
from laennec.engine.ecg.urgent.evaluate import apply_rules
from laennec.engine.ecg.urgent.pair import Pair
from laennec.engine.ecg.visit import screened_ecg
from waves_maker import SpikeSession

SETTINGS = load_ecg_urgent()
CHEST_PAIN = ("symptom.chest_pain",)
LEADS = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
values = st.one_of(
    st.just(math.nan),
    st.floats(0, 600),
    st.sampled_from(sorted({c.value for rule in SETTINGS.rules for c in rule.conditions})),
)


@st.composite
def pairs(draw):
    """Draw what the classical measurement and a network say of every quantity."""
    alone, both = {}, {}
    for name in CALM:
        classical, unguarded = draw(values), draw(values)
        alone[name] = Pair(classical, unguarded=unguarded)
        differ = draw(st.booleans())
        both[name] = Pair(classical, draw(values), unguarded, differ)
    return alone, both


def most_urgent(items):
    return min((item.level for item in items), default="U9")


@given(both=pairs(), symptoms=st.sampled_from([(), CHEST_PAIN]))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_a_network_measures_never_lowers_the_urgency(both, symptoms):
    without = apply_rules(evidence(**both[0]), symptoms, SETTINGS)
    with_it = apply_rules(evidence(**both[1]), symptoms, SETTINGS)
    assert most_urgent(with_it.items) <= most_urgent(without.items)
    kept = {item.rule_id: item.level for item in with_it.items}
    for group in {r.group for r in SETTINGS.rules}:
        ids = {r.id for r in SETTINGS.rules if r.group == group}
        before = [i.level for i in without.items if i.rule_id in ids]
        after = [level for rule, level in kept.items() if rule in ids]
        if before and not {i.message.id for i in without.items} & {"urgent.ecg_remeasure"}:
            assert min(after) <= min(before), group


@given(both=pairs(), symptoms=st.sampled_from([(), CHEST_PAIN]))
@FEW
def test_symptoms_never_lower_the_urgency(both, symptoms):
    calm = apply_rules(evidence(**both[0]), (), SETTINGS).items
    assert most_urgent(apply_rules(evidence(**both[0]), CHEST_PAIN, SETTINGS).items) <= most_urgent(
        calm
    )


class NoiseSession:
    """Answers any probabilities at all."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def run(self, names, feed):
        shape = next(iter(feed.values())).shape
        return [self.rng.random((*shape[:2], 6, shape[2])).astype(np.float32)]


PATHOLOGIES = ("sinus_rhythm", "st_elevation_inferior", "ventricular_tachycardia", "lbbb",
               "extreme_bradycardia", "av_block_2_mobitz_2")  # fmt: skip
SIGNALS = {name: simulate(scenario(name), seed=2).signal for name in PATHOLOGIES}


@pytest.mark.parametrize("pathology", PATHOLOGIES)
@pytest.mark.parametrize("declared", [(), CHEST_PAIN])
def test_a_network_that_fails_or_lies_takes_no_item_away(pathology, declared):
    signal, person = SIGNALS[pathology], Person("male", 50.0)
    alone = screened_ecg(signal, Models(), person, declared=declared)
    failed = screened_ecg(signal, models_with(BrokenSession()), person, declared=declared)
    assert failed.urgency == alone.urgency
    assert failed.section.model is None
    for session in (NoiseSession(1), SpikeSession()):
        lied = screened_ecg(signal, models_with(session), person, declared=declared)
        assert most_urgent(lied.urgency.items) <= most_urgent(alone.urgency.items)
        assert {i.rule_id for i in alone.urgency.items if i.level == "U0"} <= {
            i.rule_id for i in lied.urgency.items
        }


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(0, 3000),
    rate=st.sampled_from([40.0, 100.0, 250.0, 500.0, 1000.0]),
    scale=st.sampled_from([0.0, 1e-3, 0.3, 5.0]),
    leads=st.sets(st.sampled_from(LEADS), min_size=1),
    gaps=st.booleans(),
)
@FEW
def test_no_signal_stops_the_rules(*, seed, n, rate, scale, leads, gaps):
    """Any samples at all: something is said, nothing is raised."""
    rng = np.random.default_rng(seed)
    made = {name: rng.normal(0, scale, n) for name in leads}
    if gaps and n:
        for row in made.values():
            row[rng.random(n) < 0.3] = np.nan
    found = screened_ecg(EcgSignal.of(made, rate), Models(), Person("female", None))
    groups = {*found.urgency.applied, *found.urgency.not_applied}
    assert groups == set(SETTINGS.groups)
