"""H1: the urgent rules of an ECG, at, just below and just above each of their numbers."""

import json
import math
import re

import pytest
from ecg_evidence import evidence, levels_of
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.urgent import load_ecg_urgent
from laennec.engine.ecg.urgent.evaluate import apply_rules
from laennec.engine.ecg.urgent.pair import Pair
from laennec.engine.words.load import load_sentences

SETTINGS = load_ecg_urgent()
CHEST_PAIN = ("symptom.chest_pain",)
MAN = Person("male", 50.0)
ABOVE = {">=": (False, True, True), ">": (False, False, True)}
BELOW = {"<": (True, False, False), "<=": (True, True, False)}


def said(found, symptoms=()):
    return levels_of(apply_rules(found, symptoms, SETTINGS).items)


def satisfying(rule, but):
    """Return values that meet every condition of a rule but one."""
    step = {">=": 0.0, ">": 1.0, "<": -1.0, "<=": 0.0}
    others = [c for c in rule.conditions if c is not but and c.quantity != but.quantity]
    return {c.quantity: c.value + step[c.op] for c in others}


BOUNDARIES = [(rule, c) for rule in SETTINGS.rules for c in rule.conditions]


@pytest.mark.parametrize(
    ("rule", "condition"), BOUNDARIES, ids=[f"{r.id}-{c.quantity}{c.op}" for r, c in BOUNDARIES]
)
def test_a_rule_fires_exactly_where_its_printed_number_says(rule, condition):
    step = 10.0 ** -SETTINGS.quantities[condition.quantity].decimals
    held = (ABOVE | BELOW)[condition.op]
    symptoms = () if rule.level else CHEST_PAIN
    for offset, holds in zip((-step, 0.0, step), held, strict=True):
        value = round(condition.value + offset, 6)
        found = evidence(**satisfying(rule, condition), **{condition.quantity: value})
        quiet = SETTINGS.__class__(
            **{f: getattr(SETTINGS, f) for f in SETTINGS.__slots__ if f != "rules"}, rules=(rule,)
        )
        fired = {i.rule_id for i in apply_rules(found, symptoms, quiet).items}
        assert (rule.id in fired) == holds, (rule.id, value)


def test_a_calm_ecg_calls_nobody():
    found = apply_rules(evidence(), (), SETTINGS)
    assert found.items == ()
    assert found.not_applied == ()
    assert found.applied == SETTINGS.groups
    assert said(evidence(), CHEST_PAIN) == {}


LEVELS = [
    ({"rate": 29.9}, "ecg_rate_below_30", "U0", "U0"),
    ({"rate": 30.0}, "ecg_rate_below_40", "U1", "U0"),
    ({"rate": 121.0}, "ecg_rate_above_120", "U1", "U1"),
    ({"rate": 151.0}, "ecg_rate_above_150", "U1", "U0"),
    ({"pause": 3.0}, "ecg_pause_3s", "U0", "U0"),
    ({"rate": 121.0, "qrs": 120.0}, "ecg_wide_tachycardia", "U0", "U0"),
    ({"wide_run": 3.0, "wide_run_rate": 100.0}, "ecg_wide_run", "U1", "U0"),
    (
        {"irregularity": 0.2, "qrs": 130.0, "fastest_run": 190.0},
        "ecg_wide_irregular_fast",
        "U0",
        "U0",
    ),
    ({"rate": 100.0, "qrs": 120.0, "no_steady_p": 1.0}, "ecg_wide_without_p_fast", "U0", "U0"),
    ({"rate": 99.9, "qrs": 120.0, "no_p_by_both": 1.0}, "ecg_wide_without_p", "U1", "U0"),
    ({"irregularity": 0.2, "rate": 111.0}, "ecg_fibrillation_fast", "U1", "U0"),
    ({"qrs": 120.0, "left_bundle_shape": 1.0}, "ecg_left_bundle", "U1", "U0"),
    ({"pr": 129.0, "slow_onset": 36.0, "qrs": 110.0}, "ecg_preexcitation", "U2", "U1"),
    ({"qtc_fridericia": 500.0}, "ecg_qtc_500", "U1", "U1"),
    ({"qt": 500.0}, "ecg_qt_500", "U1", "U1"),
    ({"fast_qt": 1.0, "rate": 111.0}, "ecg_qt_fast", "U1", "U1"),
    ({"st_leads": 2.0}, "ecg_st_elevation", "U0", "U0"),
    ({"st_leads_very_large": 2.0}, "ecg_st_very_large", "U0", "U0"),
    ({"st_leads_excluded": 2.0}, "ecg_st_excluded", "U1", "U0"),
    ({"st_leads_close": 2.0}, "ecg_st_close", "U1", "U0"),
    ({"front_depressed": 2.0}, "ecg_front_depression", "U0", "U0"),
    ({"front_close": 2.0}, "ecg_front_depression_close", "U1", "U0"),
    ({"coved": 1.0}, "ecg_coved", "U1", "U0"),
    ({"deep_t": 2.0}, "ecg_deep_t", "U1", "U0"),
    ({"turned_t": 2.0}, "ecg_turned_t", "U1", "U0"),
    ({"low_st": 6.0, "right_raised": 1.0}, "ecg_diffuse_depression", "U0", "U0"),
    ({"low_st_close": 6.0, "right_raised": 1.0}, "ecg_diffuse_depression_close", "U1", "U0"),
    ({"blocked_p": 2.0}, "ecg_av_block", "U0", "U0"),
    ({"irregularity": 0.2}, "ecg_irregular_with_symptoms", None, "U1"),
    ({"blocked_p_suspected": 1.0}, "ecg_av_block_suspected", "U0", "U0"),
    ({"dissociated": 1.0}, "ecg_dissociated", "U0", "U0"),
    ({"no_clear_beats": 1.0}, "ecg_no_clear_beats", "U0", "U0"),
    ({"gain_implausible": 1.0}, "ecg_gain_implausible", "U1", "U0"),
    ({"scale_unknown": 1.0}, "ecg_scale_unknown", None, "U0"),
    ({"amplitude_implausible": 1.0}, "ecg_amplitude_implausible", "U1", "U0"),
    ({"not_judged": 1.0}, "ecg_not_judged_with_symptoms", None, "U0"),
]


@pytest.mark.parametrize(("changes", "rule", "level", "with_symptoms"), LEVELS)
def test_declared_symptoms_raise_the_level(changes, rule, level, with_symptoms):
    assert said(evidence(**changes)).get(rule) == level
    items = apply_rules(evidence(**changes), CHEST_PAIN, SETTINGS).items
    item = next(i for i in items if i.rule_id == rule)
    assert item.level == with_symptoms
    named = "symptom.chest_pain" in {v.name for v in item.inputs}
    assert named == (level != with_symptoms)


def test_every_rule_stands_in_the_table_of_levels_or_shares_a_group_with_one_that_does():
    covered = {row[1] for row in LEVELS} | {"ecg_wide_run_long"}
    assert {rule.id for rule in SETTINGS.rules} == covered


def test_what_is_excluded_is_never_silent():
    """Raised leads in left bundle branch block are read by a physician, with leads and reason."""
    found = apply_rules(evidence(st_leads_excluded=2.0), (), SETTINGS).items
    assert [i.rule_id for i in found] == ["ecg_st_excluded"]
    assert found[0].message.parameters["why"] == "ecg_exclusion:hypertrophy"
    assert [v.name for v in found[0].inputs] == ["ecg.st.II", "ecg.st.III"]
    assert found[0].action == "physician_reads_ecg_today"


def test_two_measurements_that_contradict_each_other_are_read_by_a_physician():
    found = said(evidence(rate=Pair(80.0, 170.0, differ=True)))
    assert found == {"ecg_measurements_differ": "U0"}
    assert said(evidence(rate=Pair(80.0, 170.0, differ=True)), CHEST_PAIN) == {
        "ecg_measurements_differ": "U0"
    }
    assert said(evidence(rate=Pair(80.0, 100.0, differ=True))) == {
        "ecg_measurements_differ": "U0"
    }, "decision 6: one of the two has missed beats, and a run may be among them"
    assert said(evidence(rate=Pair(80.0, 100.0, differ=False))) == {}


def test_the_classical_measurement_keeps_its_level_whatever_the_network_says():
    assert said(evidence(rate=Pair(29.0, 75.0, differ=True))) == {"ecg_rate_below_30": "U0"}


def test_the_network_alone_can_meet_a_rule():
    assert said(evidence(rate=Pair(math.nan, 28.0))) == {"ecg_rate_below_30": "U0"}
    assert said(evidence(rate=Pair(31.0, 29.0))) == {"ecg_rate_below_30": "U0"}


def test_a_rate_that_may_not_be_used_still_asks_to_record_again():
    found = apply_rules(evidence(rate=Pair(math.nan, unguarded=28.0)), (), SETTINGS).items
    assert [(i.message.id, i.level) for i in found] == [("urgent.ecg_remeasure", "U0")]
    assert found[0].action == "remeasure_now_call_physician"


def test_a_fast_heart_whose_qrs_cant_be_measured_is_read_now():
    assert said(evidence(rate=130.0, qrs=math.nan)) == {
        "ecg_rate_above_120": "U1",
        "ecg_not_measured": "U0",
    }


def test_a_qt_that_cant_be_measured_calls_nobody_and_is_named():
    found = apply_rules(evidence(qtc_fridericia=math.nan), CHEST_PAIN, SETTINGS)
    assert found.items == ()
    assert found.not_applied == ("ecg_qt",)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_rule_is_worded_and_nothing_is_named_that_may_not_be(lang):
    sentences = load_sentences()[lang]
    every = (*SETTINGS.rules, *SETTINGS.reviews.values())
    assert {f"urgent.{rule.id}" for rule in every} <= sentences.keys()
    assert {
        f"action.{a}" for r in every for a in (r.action, r.action_with_symptoms)
    } <= sentences.keys()
    assert {f"addressee.{rule.addressee}" for rule in every} <= sentences.keys()
    assert {f"ecg.urgent.group.{g}" for g in SETTINGS.groups} <= sentences.keys()
    printed = [
        n
        for n, q in SETTINGS.quantities.items()
        if not q.is_sign and not n.startswith("st") and n != "t"
    ]
    assert {f"item.ecg.{n}" for n in printed} <= sentences.keys()
    own = json.dumps({k: v for k, v in sentences.items() if "ecg" in k}, ensure_ascii=False)
    assert not re.search(r"brugada|bifascic|trifascic", own, re.IGNORECASE)
