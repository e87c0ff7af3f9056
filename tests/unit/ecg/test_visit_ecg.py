"""The ECG of a visit: read, measured, worded, and covered by the hash on which is decided."""

import copy
import json

import numpy as np
import pytest
from calm_visit import VISIT
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.bundles.load import Models
from laennec.engine.ecg.classical.measure import NO_QRS_BOUNDS
from laennec.engine.ecg.measure.qtc import AGAINST_QTC
from laennec.engine.ecg.measure.reference import NOBODY
from laennec.engine.ecg.section import signal_sha256
from laennec.engine.ecg.visit import screened_ecg
from laennec.engine.intake.visit import with_ecg
from laennec.engine.record import Problem
from laennec.engine.words.as_json import as_json
from laennec.engine.words.text import render_text

GUIDELINES = load_guidelines()
ECG = simulate(scenario("sinus_rhythm"), seed=4)


@pytest.fixture(scope="module")
def models():
    return load_models()


def inline(signal=ECG.signal, factor=1.0, unit="mV"):
    leads = {
        name: [round(float(v) * factor, 4) for v in row]
        for name, row in zip(signal.leads, signal.signal_mv, strict=True)
    }
    return {"leads": leads, "fs": 500, "unit": unit}


def visit(ecg):
    """Through JSON text, as a file comes: the bug it pins took numbers of a file for texts."""
    return parse(json.dumps(VISIT | {"ecg": ecg}))


@pytest.fixture(scope="module")
def drafted(models):
    return screen(visit(inline()), models, GUIDELINES)


def test_a_visit_with_samples_is_measured(drafted):
    section = drafted.ecg
    found = {one.name: one for one in section.measured}
    truth = ECG.truth.measured
    assert section.verdict == "assessable"
    assert section.model.id == "ecg_delineation/waves"
    assert found["rate"].value == pytest.approx(truth.rate_bpm, rel=0.03)
    assert found["qrs"].value == pytest.approx(truth.qrs_ms, abs=15)
    assert found["qtc_fridericia"].value == pytest.approx(truth.qtc_fridericia_ms, abs=25)
    assert found["qtc_fridericia"].reference.high == 445.0
    assert [c.value for c in found["qtc_fridericia"].criteria] == [460.0, 340.0]
    assert [mark.wave for mark in section.marks[:3]] != []
    assert drafted.content_hash


def test_microvolts_are_the_same_ecg(drafted, models):
    other = screen(visit(inline(factor=1000, unit="uV")), models, GUIDELINES).ecg
    for one, two in zip(drafted.ecg.measured, other.measured, strict=True):
        assert one.value == pytest.approx(two.value, rel=0.02, abs=0.5), one.name


def test_the_content_hash_covers_every_sample(drafted, models):
    changed = copy.deepcopy(inline())
    changed["leads"]["V5"][1234] += 0.001
    other = screen(visit(changed), models, GUIDELINES)
    assert other.ecg.signal_sha256 != drafted.ecg.signal_sha256
    assert other.content_hash != drafted.content_hash
    assert signal_sha256(visit(inline()).ecg) == drafted.ecg.signal_sha256


@pytest.mark.parametrize(
    ("lang", "said"), [("fr", "parmi les constats"), ("en", "among the findings")]
)
def test_people_read_measurements_and_where_statements_stand(drafted, lang, said):
    text = render_text(drafted, lang)
    assert said in " ".join(text.split())
    assert "QTc (Fridericia)" in text
    plain = as_json(drafted, lang)["ecg"]
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert {lead["lead"] for lead in plain["leads"]} == set(ECG.signal.leads)
    assert {one["name"] for one in plain["second"]} == {"rate", "qrs", "qt", "qtc_fridericia"}


def test_without_the_network_the_gate_and_the_second_measurement_speak(models):
    found = screen(visit(inline()), Models(), GUIDELINES).ecg
    assert found.model is None
    assert all(one.value is None for one in found.measured)
    assert {one.withheld for one in found.measured} == {("ecg.withheld.no_network",)}
    assert next(one.value for one in found.second if one.name == "rate") > 40
    assert found.disagreements == ()


def test_a_person_who_declined_is_not_shown_to_the_network(models):
    record = parse(VISIT | {"ecg": inline(), "consent": {"ai_screening": False}})
    found = screen(record, models, GUIDELINES)
    assert found.screening_declined
    assert found.ecg.model is None


def test_a_flat_ecg_is_not_assessable_and_measures_nothing(models):
    flat = inline()
    flat["leads"] = {name: [0.0] * 5000 for name in flat["leads"]}
    found = screen(visit(flat), models, GUIDELINES).ecg
    assert found.verdict == "not_assessable"
    assert all(one.value is None for one in found.measured)
    assert "non évaluable" in render_text(screen(visit(flat), models, GUIDELINES), "fr")


def test_a_lead_with_gaps_keeps_the_others(models):
    gaps = inline()
    gaps["leads"]["V3"] = [None] * 5000
    found = screen(visit(gaps), models, GUIDELINES).ecg
    by_lead = {lead.lead: lead.verdict for lead in found.leads}
    assert by_lead["V3"] == "not_assessable"
    assert by_lead["II"] == "assessable"


FAULTS = {
    "ecg_form_unknown": [{}, [], "x", {"file": ""}, {"file": "a", "leads": {}}, {"leads": {}}],
    "ecg_rate_unknown": [{"fs": None}, {"fs": "500"}, {"fs": 0}, {"fs": 1e9}, {"fs": True}],
    "ecg_unit_unknown": [{"unit": None}, {"unit": "mm"}, {"unit": 1}],
    "ecg_lead_unknown": [{"leads": {"MCL1": [0.1, 0.2]}}],
    "ecg_samples_unreadable": [
        {"leads": {"I": samples}} for samples in ([], "0.1", [True], ["0.1"], [10**400], 3)
    ],
    "ecg_lengths_differ": [{"leads": {"I": [0.1, 0.2], "II": [0.1]}}],
    "ecg_too_large": [{"leads": {"I": [0.1, 11.0]}}, {"leads": {"I": [0.1] * 9}, "unit": "V"}],
}


@pytest.mark.parametrize(
    ("code", "change"), [(code, c) for code, changes in FAULTS.items() for c in changes]
)
def test_an_ecg_with_a_fault_is_refused_by_name_and_the_visit_goes_on(code, change, models):
    good = {"leads": {"I": [0.1, 0.2]}, "fs": 500, "unit": "mV"}
    given = change if code == "ecg_form_unknown" else good | change
    if code == "ecg_too_large" and "unit" in change:
        given["leads"] = {"I": [0.2] * 9}
    record = visit(given)
    assert record.ecg is None
    assert not record.is_refused
    assert code in {p.code for p in record.batch.problems}
    draft = screen(record, models, GUIDELINES)
    assert draft.ecg is None
    for lang in ("fr", "en"):
        notices = as_json(draft, lang)["refused_items"]
        assert any(n["code"] == code and n["found"] and n["remedy"] for n in notices)


def test_unknown_keys_of_an_ecg_are_refused_by_name():
    record = visit(inline() | {"gain": 10})
    assert "unknown_key" in {p.code for p in record.batch.problems}


def test_a_named_file_is_noted_until_it_was_read():
    record = visit({"file": "a.xml"})
    assert record.ecg_file == "a.xml"
    assert [p.code for p in record.batch.problems] == ["ecg_not_read"]
    read = with_ecg(record, ECG.signal)
    assert read.batch.problems == ()
    assert read.ecg is ECG.signal


def test_an_ecg_of_another_person_refuses_the_whole_visit(models):
    problem = Problem(0, "refused_record", "wrong_patient", "$.ecg.file", "", {"elements": "sex"})
    record = with_ecg(visit({"file": "a.xml"}), ECG.signal, [problem])
    assert record.is_refused
    draft = screen(record, models, GUIDELINES)
    assert draft.ecg is None
    assert all((f.state or f.band) == "not_assessable" for f in draft.findings)


@pytest.mark.parametrize(("symptoms", "level"), [([], "U1"), (["palpitations"], "U0")])
def test_an_ecg_of_another_person_silences_nobody(models, symptoms, level):
    """The bug it pins: a ventricular tachycardia under another age was nobody's business."""
    problem = Problem(0, "refused_record", "wrong_patient", "$.ecg.file", "", {"elements": "age"})
    asked = parse(VISIT | {"ecg": {"file": "a.xml"}, "symptoms": symptoms})
    draft = screen(with_ecg(asked, None, [problem]), models, GUIDELINES)
    said = [(u.rule_id, u.level) for u in draft.urgent if u.rule_id.startswith("ecg_")]
    assert said == [("ecg_of_another_person", level)]
    assert draft.urgency == level
    assert "ecg" in draft.rules_not_applied
    for lang, rest in (("fr", "toutes celles de l'ECG"), ("en", "all those of the ECG")):
        said = " ".join(as_json(draft, lang)["banners"])
        assert rest in said
        assert {"fr": "ont quand même été appliquées.", "en": "were applied all the same."}[
            lang
        ] not in said


def test_an_unread_ecg_names_its_rules_as_not_applied(models):
    for broken in (inline() | {"unit": "mm"}, inline() | {"gain": 10}, {"file": "a.xml"}, []):
        draft = screen(visit(broken), models, GUIDELINES)
        assert "ecg" in draft.rules_not_applied
    assert "ecg" not in screen(visit(inline()), models, GUIDELINES).rules_not_applied
    assert "ecg" not in screen(parse(VISIT), models, GUIDELINES).rules_not_applied


def test_a_visit_without_ecg_has_none(models):
    draft = screen(parse(VISIT), models, GUIDELINES)
    assert draft.ecg is None
    assert as_json(draft, "fr")["ecg"] is None
    assert np.isscalar(draft.content_hash)


@pytest.mark.parametrize("without_network", [False, True])
def test_a_qtc_that_one_measurement_forbids_is_given_by_neither(models, without_network):
    """Pinned: "QTc not measured, the physician measures QT by hand", and below it a QTc."""
    for pathology in ("lbbb", "extreme_bradycardia"):
        signal = simulate(scenario(pathology), seed=4).signal
        said = screened_ecg(signal, models, NOBODY, without_network=without_network)
        second = {one.name: one for one in said.section.second}
        assert second["qt"].value is not None
        assert second["qtc_fridericia"].value is None
        assert set(second["qtc_fridericia"].withheld) <= {*AGAINST_QTC, NO_QRS_BOUNDS}
    calm = screened_ecg(ECG.signal, models, NOBODY, without_network=without_network)
    assert {one.name: one.value for one in calm.section.second}["qtc_fridericia"] is not None
