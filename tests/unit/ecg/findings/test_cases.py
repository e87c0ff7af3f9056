"""A score that stands on few cases, or on one source, says so beside it."""

import json
from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import sample_scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.findings.cases import Cases, few_cases, parse_cases
from laennec.engine.ecg.findings.settings import statement_settings
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.visit import screened_ecg
from laennec.engine.errors import ContractBroken
from laennec.engine.words import LANGUAGES, Sentences

MODELS = load_models()
BUNDLE = MODELS.statement_rules("ecg_findings/twelve_lead")
CASES = BUNDLE.model().cases


def said(cases, lang="fr"):
    words = Sentences(lang)
    return [words.render(message) for message in few_cases(cases)]


def test_the_metrics_of_the_bundle_tell_the_cases_of_every_statement():
    assert set(CASES) == set(BUNDLE.table.names)
    assert CASES["av_block_1"] == Cases(10, 2, is_calibrated=True)
    assert CASES["left_anterior_fascicular_block"] == Cases(14, 1, is_calibrated=True)
    assert CASES["lbbb"] == Cases(4, 1, is_calibrated=False)
    assert CASES["st_elevation"] == Cases(0, 0, is_calibrated=False)


@pytest.mark.parametrize(
    ("cases", "told"),
    [
        (Cases(10, 2, is_calibrated=True), "10 cas seulement, de 2 sources"),
        (Cases(14, 1, is_calibrated=True), "14 cas, d'une seule source"),
        (Cases(88, 1, is_calibrated=True), "88 cas, d'une seule source"),
        (Cases(4, 1, is_calibrated=False), "non étalonné, faute de cas (vu dans 4"),
        (Cases(0, 0, is_calibrated=False), "aucun cas"),
        (None, "ne dit pas sur combien"),
    ],
)
def test_few_cases_are_said(cases, told):
    (found,) = said(cases)
    assert told in found
    assert len(said(cases, "en")) == 1


def test_many_cases_of_several_sources_need_no_word():
    at = statement_settings()["few_cases_below"]
    assert said(Cases(at, 2, is_calibrated=True)) == []
    assert said(Cases(at - 1, 2, is_calibrated=True))


def test_a_visit_says_it_of_what_is_told_and_of_nothing_else():
    asked = sample_scenario(np.random.default_rng(4), "lbbb")
    made = screened_ecg(simulate(asked, seed=4).signal, MODELS, Person("male", 60.0))
    found = {f.id: f for f in made.findings}
    limits = {name: [m.id for m in f.limits] for name, f in found.items()}
    assert "ecg.statement.cases.too_few" in limits["ecg_lbbb"]
    assert not [m for m in limits["ecg_sinus_rhythm"] if ".cases." in m]
    for finding in made.findings:
        if finding.state in ("absent", "not_assessable"):
            assert not [m for m in finding.limits if ".cases." in m.id]
    for lang in LANGUAGES:
        assert all("{" not in Sentences(lang).render(m) for m in found["ecg_lbbb"].limits)


def test_a_bundle_without_metrics_says_that_the_number_is_unknown():
    files = {name: raw for name, raw in BUNDLE.files.items() if name != "metrics.json"}
    assert replace(BUNDLE, files=files, _ready=None).model().cases == {}
    assert parse_cases(None) == {}


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff",
        b"[]",
        b"{}",
        b'{"schema": "other", "lines": []}',
        b'{"schema": "laennec.metrics/1", "lines": [{}]}',
        b'{"schema": "laennec.metrics/1", "lines": 3}',
    ],
)
def test_metrics_that_can_not_be_read_refuse_the_rules(raw):
    with pytest.raises(ContractBroken, match=r"laennec\.metrics/1"):
        parse_cases(raw)


def test_a_statement_of_which_the_metrics_hold_one_half_is_unknown():
    table = json.loads(BUNDLE.files["metrics.json"])
    lines = [line for line in table["lines"] if line["table"] != "cases by source"]
    assert parse_cases(json.dumps({**table, "lines": lines}).encode()) == {}
