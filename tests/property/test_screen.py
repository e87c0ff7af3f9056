"""What must hold for every visit, whatever it contains."""

import copy
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from generated_visits import visits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laennec.engine import Models, PreDiagnosis, load_guidelines, load_models, parse, screen
from laennec.engine.bundles.load import RefusedModel
from laennec.engine.errors import FileChanged
from laennec.engine.words.as_json import as_json

MODELS = load_models()
GUIDELINES = load_guidelines()
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEWER = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CHANGEABLE = {
    "waist_cm",
    "weight_kg",
    "bmi_kg_per_m2",
    "systolic_bp_mmhg",
    "diastolic_bp_mmhg",
    "physically_active",
    "smoker_current",
}


def screened(document: dict[str, Any], models: Models = MODELS) -> PreDiagnosis:
    return screen(parse(document), models, GUIDELINES)


class _Session:
    """A graph that fails, or answers what no graph may answer."""

    def __init__(self, rules: int, how: str) -> None:
        self.rules, self.how = rules, how

    def run(self, names: Sequence[str], feed: dict[str, Any]) -> list[Any]:
        if self.how == "raises":
            raise RuntimeError("the graph broke")
        n = len(feed["x"])
        bad = {"nan": np.nan, "infinite": np.inf, "negative": -1.0, "low": 0.0}[self.how]
        wide = np.zeros((n, self.rules))
        return [np.full(n, bad), wide, wide, np.full(n, -800.0)][: len(names)]


def broken(how: str) -> Models:
    """The shipped models with every graph replaced by a failing one."""
    bundles = tuple(
        replace(b, model=replace(b.model, session=_Session(len(b.rules.rules), how)))
        for b in MODELS.loaded
    )
    return replace(MODELS, loaded=bundles)


def refused() -> Models:
    error = FileChanged(found="x", why="y", remedy="z")
    found = tuple(RefusedModel(b.manifest.id, b.folder, error) for b in MODELS.loaded)
    return Models((), found)


def test_models_are_shipped() -> None:
    """The tests below would say nothing of an empty folder."""
    assert len(MODELS.loaded) >= 5
    assert MODELS.refused == ()


@pytest.mark.parametrize(
    "how", ["raises", "nan", "infinite", "negative", "low", "refused", "absent"]
)
@given(document=visits())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_urgent_rules_and_facts_say_the_same_whatever_the_models_do(
    how: str, document: dict[str, Any]
) -> None:
    """H1: urgency never waits for a model; a broken model leaves its own finding not assessable."""
    models = {"refused": refused, "absent": Models}.get(how, lambda: broken(how))()
    whole, crippled = screened(document), screened(document, models)
    assert crippled.urgent == whole.urgent
    facts = [f for f in whole.findings if f.kind == "fact"]
    assert [f for f in crippled.findings if f.kind == "fact"] == facts
    if how == "low":
        return  # a graph that lies and adds up is caught when it is loaded, by its known answers
    for finding in crippled.findings:
        if finding.id in {"t2d_undiagnosed", "dysglycaemia", "t2d_textbook"}:
            assert finding.band == "not_assessable"
            assert finding.risk is None


@given(document=visits())
@MANY
def test_the_explanation_sums_to_the_risk(document: dict[str, Any]) -> None:
    """H17: bias and printed contributions give the printed risk, on every case."""
    for finding in screened(document).findings:
        if finding.model is None or finding.risk is None:
            continue
        reasons = (*finding.reasons_for, *finding.reasons_against)
        logit = float(finding.details["bias"]) + sum(r.contribution or 0 for r in reasons)
        assert 1 / (1 + math.exp(-logit)) == pytest.approx(finding.risk, abs=6e-5)
        if finding.risk_interval is not None:
            low, high = finding.risk_interval
            assert low <= finding.risk <= high
        assert (finding.risk_interval is None) == (not finding.missing)


@given(document=visits())
@FEWER
def test_what_would_change_is_only_what_can_change(document: dict[str, Any]) -> None:
    """Never age, sex or family history; and the proposed band is another one."""
    for finding in screened(document).findings:
        if finding.model is None:
            continue
        for change in finding.what_would_change:
            assert {name for name, *_ in change.inputs} <= CHANGEABLE
            assert change.becomes != finding.band


@given(document=visits(), data=st.data())
@MANY
def test_removing_a_measurement_is_never_reassuring(
    document: dict[str, Any], data: st.DataObject
) -> None:
    """An item less never turns what is not assessable into absent or low."""
    measurements = document["measurements"]
    if not measurements:
        return
    gone = data.draw(st.integers(0, len(measurements) - 1))
    less = copy.deepcopy(document)
    code = less["measurements"].pop(gone)["code"]
    before = {f.id: f for f in screened(document).findings}
    measured = {"glucose", "hba1c"}
    for finding in screened(less).findings:
        said = before[finding.id].state or before[finding.id].band
        now = finding.state or finding.band
        if said == "not_assessable" and finding.kind == "fact":
            assert now != "absent", (finding.id, code)
        if said == "not_assessable" and finding.kind == "risk" and code not in measured:
            assert now != "low", (finding.id, code)


@given(document=visits(), data=st.data())
@FEWER
def test_the_order_of_the_measurements_says_nothing(
    document: dict[str, Any], data: st.DataObject
) -> None:
    shuffled = copy.deepcopy(document)
    shuffled["measurements"] = data.draw(st.permutations(document["measurements"]))
    one, other = screened(document), screened(shuffled)
    assert other.findings == one.findings
    assert set(map(repr, other.urgent)) == set(map(repr, one.urgent))
    assert other.urgency == one.urgency


@given(document=visits())
@FEWER
def test_screening_is_pure_and_its_words_can_always_be_said(document: dict[str, Any]) -> None:
    before = copy.deepcopy(document)
    one, two = screened(document), screened(document)
    assert document == before
    assert one == two
    french, english = as_json(one, "fr"), as_json(one, "en")
    assert [f["id"] for f in french["findings"]] == [f["id"] for f in english["findings"]]
    assert french["content_hash"] == english["content_hash"] == one.content_hash


@given(document=visits())
@FEWER
def test_raising_the_waist_never_lowers_a_risk(document: dict[str, Any]) -> None:
    """Monotone where medicine says so, through the whole engine."""
    document["measurements"] = [m for m in document["measurements"] if m["code"] != "waist"]
    height = {"code": "height", "value": "170", "unit": "cm"}
    document["measurements"] = [m for m in document["measurements"] if m["code"] != "height"]

    def risks(waist: str) -> dict[str, float | None]:
        item = {"code": "waist", "value": waist, "unit": "cm"}
        visit = {**document, "measurements": [*document["measurements"], height, item]}
        return {f.id: f.risk for f in screened(visit).findings if f.model is not None}

    narrow, wide = risks("85.0"), risks("110.0")
    for finding, risk in narrow.items():
        if risk is not None and wide[finding] is not None:
            assert wide[finding] >= risk


@pytest.mark.parametrize("unit_and_value", [("g/L", "2.45"), ("mg/dL", "400"), ("mmol/L", "13.0")])
def test_a_low_risk_is_never_printed_beside_a_very_high_glucose(
    unit_and_value: tuple[str, str],
) -> None:
    """Pins a reassuring page: glucose of unknown fasting state, and a low chance beside it."""
    unit, value = unit_and_value
    glucose = {"code": "glucose", "value": value, "unit": unit, "specimen": "venous_plasma"}
    document = {
        "schema": "laennec.visit/1",
        "visit_id": "v-1",
        "performed_at": "2026-11-03T09:20:00+01:00",
        "person": {"id": "p-1", "birth_date": "1994-03-02", "sex": "female"},
        "measurements": [
            {"code": "height", "value": "170", "unit": "cm"},
            {"code": "weight", "value": "58.0", "unit": "kg"},
            glucose,
        ],
    }
    found = {f.id: f for f in screened(document).findings}
    assert found["t2d_undiagnosed"].band == "not_assessable"
    assert found["dysglycaemia"].band == "not_assessable"
    del document["measurements"][2]
    assert {f.id: f for f in screened(document).findings}["t2d_undiagnosed"].band == "low"
