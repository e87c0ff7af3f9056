"""H1: what a report says of "now" and the level of the visit agree."""

import math
from dataclasses import replace

import pytest
from ecg_evidence import evidence
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.measure.reference import NOBODY
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.urgent import load_ecg_urgent
from laennec.engine.ecg.urgent.evaluate import apply_rules
from laennec.engine.ecg.urgent.evidence import evidence_of
from laennec.engine.ecg.urgent.pair import Pair
from laennec.engine.words.load import load_sentences
from laennec.engine.words.sentences import Sentences

SETTINGS = load_ecg_urgent()
NOW = {"en": ("reads this ECG now", "reads it now"), "fr": ("lit cet ECG maintenant",)}
TODAY = {"en": "today", "fr": "aujourd'hui"}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_only_urgent_items_say_now(language):
    """A report of U3 said "a physician reads this ECG now", and its urgent section was empty."""
    sentences = Sentences(language)
    for kind in ("differ", "neither"):
        for name in ("rate", "qrs", "qt", "st"):
            said = sentences.text(f"ecg.{kind}.{name}", lead="II", network="1", classical="2")
            assert not any(word in said for word in (*NOW[language], TODAY[language]))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_a_rule_says_of_now_is_its_level(language):
    sentences = load_sentences()[language]
    for rule in (*SETTINGS.rules, *SETTINGS.reviews.values()):
        said = sentences[f"urgent.{rule.id}"]
        if any(word in said for word in NOW[language]):
            assert {rule.level, rule.level_with_symptoms} <= {"U0", None}, rule.id
        for level, action in (
            (rule.level, rule.action),
            (rule.level_with_symptoms, rule.action_with_symptoms),
        ):
            if action.endswith("_now"):
                assert level in ("U0", None), rule.id


def test_what_neither_could_measure_is_read_now():
    found = apply_rules(
        evidence(st_leads=math.nan, qrs=math.nan, unmeasured=("qrs", "st")), (), SETTINGS
    )
    assert [(i.rule_id, i.level) for i in found.items] == [("ecg_not_measured", "U0")]


def test_a_rate_that_differs_is_read_now_beside_a_call_of_today():
    """A left bundle branch block (U1) silenced that one of two measurements had missed beats."""
    found = apply_rules(
        evidence(qrs=130.0, left_bundle_shape=1.0, rate=Pair(80.0, 100.0, differ=True)),
        (),
        SETTINGS,
    )
    assert [(i.rule_id, i.level) for i in found.items] == [
        ("ecg_measurements_differ", "U0"),
        ("ecg_left_bundle", "U1"),
    ]


class NoWaves:
    """A network that finds nothing."""

    def delineate(self, signal):
        return analyse_ecg(signal, None).fiducials


@pytest.mark.parametrize(
    ("seconds", "with_network", "lost"), [(10, True, True), (5, True, False), (10, False, False)]
)
def test_only_an_ecg_that_the_gate_allows_is_measured_by_neither(seconds, with_network, lost):
    """Five seconds are recorded again; ten that nobody can measure are read now."""
    made = simulate(scenario("sinus_rhythm", rate_bpm=70.0), seed=1).signal
    n = int(seconds * made.sampling_rate_hz)
    cut = EcgSignal.of({k: made.lead_mv(k)[:n] for k in made.leads}, made.sampling_rate_hz)
    analysis = analyse_ecg(cut, NoWaves() if with_network else None)
    nothing = {
        name: type(v)(name, math.nan, v.unit, withheld=("ecg.classical.noisy",))
        for name, v in analysis.classical.values.items()
    }
    analysis = replace(analysis, classical=replace(analysis.classical, values=nothing))
    found = evidence_of(analysis, NOBODY, SETTINGS).unmeasured
    assert ("qrs" in found) == lost
