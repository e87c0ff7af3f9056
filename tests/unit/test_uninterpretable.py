"""An HbA1c that says nothing of a person is no input of a model, in a visit and in batch."""

import numpy as np
import pytest
from laennec.engine import load_models
from laennec.engine.guidelines import load_guidelines
from laennec.engine.prediagnosis import Finding
from laennec.engine.screen import draft_of
from laennec.engine.screening import screen_columns
from visits import visit_batch

MODELS = load_models()
BODY = {"waist": "108 cm", "height": "164 cm", "weight": "95 kg", "age": 70, "sex": "female"}
LIMIT = "limit.fact.hba1c_invalid"
INVALID = [
    "condition.recent_transfusion_or_bleeding",
    "condition.haemolysis",
    "condition.haemoglobinopathy",
    "condition.anaemia",
    "condition.chronic_kidney_disease_severe",
    "medication.erythropoietin",
    "method.hba1c.assay",
]


def answers(name: str) -> dict[str, str]:
    return {name: "point_of_care" if name.startswith("method.") else "yes"}


def risks(visit: dict[str, object], diabetes: str = "fr") -> dict[str, Finding]:
    guidelines = load_guidelines({"diabetes": diabetes})
    screening = screen_columns(visit_batch({**BODY, **visit}), MODELS, guidelines)
    draft = draft_of(screening, 0, "2026-11-03T09:20:00+01:00")
    return {f.id: f for f in draft.findings if f.kind == "risk"}


@pytest.mark.parametrize("diabetes", ["fr", "ada"])
@pytest.mark.parametrize("name", INVALID)
def test_hba1c_that_cannot_be_interpreted_lowers_no_risk(name: str, diabetes: str) -> None:
    """The bug it pins: 5.2 % after a transfusion chose the form that reads it: band low."""
    without = risks({"answers": answers(name)}, diabetes)
    with_value = risks({"answers": answers(name), "hba1c": "5.2 %"}, diabetes)
    for outcome in ("t2d_undiagnosed", "dysglycaemia", "t2d_textbook"):
        own, other = with_value[outcome], without[outcome]
        assert (own.band, own.risk, own.model) == (other.band, other.risk, other.model)
        assert own.band != "not_assessable"
        assert LIMIT in [limit.id for limit in own.limits]
        assert LIMIT not in [limit.id for limit in other.limits]
    assert LIMIT not in [limit.id for limit in with_value["cvd_death_10y"].limits]


def test_hba1c_of_others_is_still_read() -> None:
    found = risks({"hba1c": "5.2 %"})["t2d_undiagnosed"]
    assert found.model is not None
    assert found.model.id == "diabetes_type_2/undiagnosed_hba1c_known"
    assert LIMIT not in [limit.id for limit in found.limits]


def test_beside_a_glucose_the_glucose_form_answers() -> None:
    visit = {"hba1c": "5.2 %", "glucose.fasting_venous": "0.95 g/L"}
    found = risks({**visit, "answers": answers("condition.haemolysis")})["t2d_undiagnosed"]
    assert found.model is not None
    assert found.model.id == "diabetes_type_2/undiagnosed_glucose_known"


def test_one_person_of_a_batch_changes_nobody_else() -> None:
    people = [
        {**BODY, "hba1c": "5.2 %"},
        {**BODY, "hba1c": "5.2 %", "answers": answers("condition.anaemia")},
        BODY,
    ]
    both = screen_columns(visit_batch(*people), MODELS, load_guidelines())
    assert both.hba1c_unread.tolist() == [False, True, False]
    for columns in both.risks[:3]:
        assert columns.value[1] == columns.value[2]
        assert columns.band[1] == columns.band[2]
    single = screen_columns(visit_batch(people[0]), MODELS, load_guidelines())
    assert np.array_equal(both.risks[0].value[:1], single.risks[0].value)
