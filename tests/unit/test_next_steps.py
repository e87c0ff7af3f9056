"""Of a value that is made from several, only the part that is missing is asked for."""

import pytest
from laennec.engine import load_models
from laennec.engine.features import features
from laennec.engine.guidelines import load_guidelines
from laennec.engine.prediagnosis import Finding
from laennec.engine.screen import draft_of
from laennec.engine.screening import screen_columns
from laennec.engine.words.missing_phrases import missing_phrase, next_step
from laennec.engine.words.sentences import Sentences
from visits import visit_batch

MODELS, GUIDELINES = load_models(), load_guidelines()
BODY = {"waist": "104 cm", "height": "172 cm", "weight": "77 kg"}
EN = Sentences("en")


def finding(name: str, **changed: str | None) -> Finding:
    visit = {k: v for k, v in {**BODY, **changed}.items() if v is not None}
    screening = screen_columns(visit_batch(visit), MODELS, GUIDELINES)
    draft = draft_of(screening, 0, "2026-11-03T09:20:00+01:00")
    return next(f for f in draft.findings if f.id == name)


def steps(found: Finding) -> set[str]:
    body = ("waist_to_height_ratio", "bmi_kg_per_m2", "body_mass_index")
    return {next_step(m, EN) for m in found.missing if m.item.rpartition(":")[2] in body}


@pytest.mark.parametrize(
    ("changed", "name", "expected"),
    [
        ({"waist": None}, "t2d_undiagnosed", {"measure the waist"}),
        ({"height": None}, "t2d_undiagnosed", {"measure the height"}),
        ({"waist": None, "height": None}, "t2d_undiagnosed", {"measure the waist and the height"}),
        ({"weight": None}, "t2d_undiagnosed", {"weigh the person"}),
        ({"weight": None}, "bmi", {"weigh the person"}),
        ({"height": None}, "bmi", {"measure the height"}),
        ({"height": None, "weight": None}, "bmi", {"measure height and weight"}),
        (
            {"waist": "52 cm suspect"},
            "t2d_undiagnosed",
            {"confirm the value that was sent, or measure it again"},
        ),
        (
            {"waist": "20 cm refused"},
            "dysglycaemia",
            {"correct the value that was sent, or measure it again"},
        ),
    ],
)
def test_only_the_part_that_is_missing_is_asked_for(
    changed: dict[str, str | None], name: str, expected: set[str]
) -> None:
    """The bug it pins: "measure the waist and the height" of a person whose height was there."""
    assert steps(finding(name, **changed)) == expected


def test_a_value_that_came_is_not_said_to_be_missing() -> None:
    found = finding("t2d_undiagnosed", waist="52 cm suspect")
    missing = next(m for m in found.missing if m.item == "feature:waist_to_height_ratio")
    assert "what was sent is not used" in missing_phrase(found, missing, EN)
    assert "not recorded" not in missing_phrase(found, missing, EN)


def test_a_bound_is_no_value_of_a_model() -> None:
    """The bug it pins: a glucose of "<1.10 g/L" was read by the model as 1.10 g/L."""
    visit = {**BODY, "hdl_cholesterol": "<0.30 g/L", "total_cholesterol": "2.1 g/L"}
    made = features(visit_batch(visit))
    assert not made["hdl_cholesterol_mmol_per_l"].observed.any()
    assert made["total_cholesterol_mmol_per_l"].observed.all()
    found = finding("t2d_undiagnosed", **{"glucose.fasting_venous": "<1.10 g/L"})
    assert found.model is not None
    assert found.model.id == "diabetes_type_2/undiagnosed_no_lab"
    waist = finding("t2d_undiagnosed", waist=">100 cm")
    assert steps(waist) == {"ask for the exact value: only a bound was sent"}
