"""A risk that rests on an old value says its day: it is else read as of the visit."""

from typing import Any

import numpy as np
import pytest
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.features import Feature, features
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.prediagnosis import Finding
from laennec.engine.published import evaluate_published, published_findings
from laennec.engine.published.columns import published_table
from laennec.engine.scores import MEASURED
from laennec.engine.words.as_json import as_json

OLD = "2026-06-02T08:00:00+02:00"
TODAY = "2026-11-03T08:00:00+01:00"
PERSON = {"id": "p-1", "birth_date": "1966-03-02", "sex": "male"}
LABORATORY = ("total_cholesterol", "hdl_cholesterol")


def visit(at: str = "", old: tuple[str, ...] = LABORATORY) -> dict[str, Any]:
    values = {
        "height": ("180", "cm"),
        "weight": ("101", "kg"),
        "waist": ("105", "cm"),
        "systolic_bp": ("131", "mm[Hg]"),
        "diastolic_bp": ("85", "mm[Hg]"),
        "total_cholesterol": ("6.5", "mmol/L"),
        "hdl_cholesterol": ("1.1", "mmol/L"),
    }
    measured = [{"code": c, "value": v, "unit": u} for c, (v, u) in values.items()]
    for one in measured:
        if at and one["code"] in old:
            one["at"] = at
    return {
        "schema": "laennec.visit/1",
        "visit_id": "v-1",
        "performed_at": "2026-11-03T09:20:00+01:00",
        "person": PERSON,
        "measurements": measured,
        "questionnaire": {"smoker": "current", "physically_active": False},
        "conditions": [],
        "medications": [],
        "symptoms": [],
    }


def findings_of(document: dict[str, Any]) -> tuple[Any, dict[str, Finding]]:
    draft = screen(parse(document), load_models(), load_guidelines())
    return draft, {finding.id: finding for finding in draft.findings}


def days_in(finding: Finding) -> dict[str, str]:
    said = [one.parameters for one in finding.limits if one.id == "limit.measured_on"]
    return {str(one["item"]): str(one["date"]) for one in said}


def test_a_model_and_a_score_say_the_day_of_an_old_laboratory_value() -> None:
    """Pinned: a SCORE2 of June's cholesterol was printed in November without a day."""
    draft, found = findings_of(visit(OLD))
    dated = {"item:total_cholesterol": "2026-06-02", "item:hdl_cholesterol": "2026-06-02"}
    assert days_in(found["score2"]) == dated
    models = [f for f in found.values() if f.model is not None and f.band != "not_assessable"]
    reading = [f for f in models if days_in(f)]
    assert reading, [f.id for f in models]
    assert all(days_in(f).items() <= dated.items() for f in reading)
    assert days_in(found["findrisc"]) == {}
    limits = [f["limits"] for f in as_json(draft, "fr")["findings"] if f["id"] == "score2"]
    assert "valeur du 02/06/2026, antérieure à la visite" in str(limits)


def test_a_value_of_the_day_of_the_visit_says_no_day() -> None:
    _, found = findings_of(visit(TODAY))
    assert not any(days_in(finding) for finding in found.values())


def test_of_two_readings_the_day_is_that_of_the_one_that_counts() -> None:
    document = visit(OLD)
    again = {"code": "total_cholesterol", "value": "6.4", "unit": "mmol/L", "at": TODAY}
    document["measurements"].append(again)
    _, found = findings_of(document)
    assert days_in(found["score2"]) == {"item:hdl_cholesterol": "2026-06-02"}


def test_an_old_reading_does_not_overrule_one_of_the_visit_without_a_time() -> None:
    """Pinned: 9.9 mmol/L of June stood for a cholesterol that was measured at the visit."""
    document = visit()
    _, today = findings_of(document)
    old = {"code": "total_cholesterol", "value": "9.9", "unit": "mmol/L", "at": OLD}
    for place in (0, len(document["measurements"])):
        measured = [*document["measurements"]]
        measured.insert(place, old)
        _, found = findings_of({**document, "measurements": measured})
        assert days_in(found["score2"]) == {}
        assert found["score2"].risk == today["score2"].risk


def test_an_old_pressure_is_named_by_its_arm() -> None:
    document = visit("2026-11-02T18:00:00+01:00", old=("systolic_bp", "diastolic_bp"))
    for one in document["measurements"]:
        if "_bp" in one["code"]:
            one["site"] = "left_arm"
    _, found = findings_of(document)
    assert "item:systolic_bp.left_arm" in days_in(found["score2"])


def test_a_score_that_is_not_given_says_no_day() -> None:
    document = visit(OLD)
    document["person"] = {**PERSON, "birth_date": "1996-03-02"}
    _, found = findings_of(document)
    assert found["score2"].band == "not_assessable"
    assert days_in(found["score2"]) == {}


@pytest.mark.parametrize("score", sorted(k for k in published_table() if k != "answers"))
def test_a_score_reads_the_features_that_its_row_names(score: str) -> None:
    """Without one of them, or far from it, the score changes; with any other it does not."""
    batch = check_plausibility(parse(visit()).batch)
    made = {**features(batch), "egfr_ml_per_min_1_73m2": _egfr(batch.n)}
    row = published_table()[score]
    whole = _said(batch, made, row["finding"])
    changed = {
        name
        for name in set(MEASURED) & set(made) - {"age_years"}
        for other in (_missing(made[name]), _far(made[name]))
        if _said(batch, made | {name: other}, row["finding"]) != whole
    }
    assert changed == set(row["reads"])


def _egfr(n: int) -> Feature:
    return Feature("egfr", "mL/min/{1.73_m2}", np.full(n, 62.0), np.full(n, True), ("egfr",))


def _missing(feature: Feature) -> Feature:
    nobody = np.zeros_like(feature.observed)
    return Feature(feature.name, feature.unit, feature.values, nobody, feature.sources)


def _far(feature: Feature) -> Feature:
    """Return a third of the value: a filtration rate of 62 is then severe kidney disease."""
    return Feature(
        feature.name, feature.unit, feature.values / 3, feature.observed, feature.sources
    )


def _said(batch: Any, made: dict[str, Feature], finding: str) -> Finding:
    columns = evaluate_published(batch, made)
    return next(f for f in published_findings(columns, 0) if f.id == finding)
