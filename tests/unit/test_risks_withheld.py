"""When a risk is not estimated because its markers were measured, and where it is less certain."""

import pytest
from laennec.engine import load_models
from laennec.engine.guidelines import load_guidelines
from laennec.engine.prediagnosis import Finding
from laennec.engine.published.columns import published_table
from laennec.engine.risks import Abstention, load_outcomes
from laennec.engine.screen import draft_of
from laennec.engine.screening import screen_columns
from laennec.engine.vocabulary.load import read_toml
from laennec.engine.words.sentences import Sentences
from visits import visit_batch

MODELS, GUIDELINES = load_models(), load_guidelines()
BODY = {"waist": "104 cm", "height": "172 cm", "weight": "77 kg"}
FASTING = "glucose.fasting_venous"


def risk(visit: dict[str, object], finding: str = "t2d_undiagnosed") -> Finding:
    screening = screen_columns(visit_batch({**BODY, **visit}), MODELS, GUIDELINES)
    draft = draft_of(screening, 0, "2026-11-03T09:20:00+01:00")
    return next(f for f in draft.findings if f.id == finding)


def limits(finding: Finding) -> list[str]:
    return [limit.id for limit in finding.limits]


@pytest.mark.parametrize("outcome", ["t2d_undiagnosed", "dysglycaemia", "t2d_textbook"])
@pytest.mark.parametrize(("glucose", "hba1c"), [("0.95", "5.5"), ("1.40", "7.0"), ("0.95", "7.0")])
def test_with_both_markers_measured_nothing_is_predicted(
    outcome: str, glucose: str, hba1c: str
) -> None:
    """The bug it pins: two cross-marker forms tied, and the first id answered."""
    found = risk({FASTING: f"{glucose} g/L", "hba1c": f"{hba1c} %"}, outcome)
    assert (found.band, found.risk, found.missing) == ("not_assessable", None, ())
    assert limits(found) == ["abstention.both_measured"]


def test_with_one_marker_its_form_answers() -> None:
    for marker, form in ((f"{FASTING}=0.95 g/L", "glucose"), ("hba1c=5.5 %", "hba1c")):
        name, _, value = marker.partition("=")
        found = risk({name: value})
        assert found.model is not None
        assert found.model.id == f"diabetes_type_2/undiagnosed_{form}_known"


@pytest.mark.parametrize(
    ("measured", "outcome"),
    [
        ({FASTING: "0.88 g/L"}, "dysglycaemia"),
        ({"hba1c": "5.2 %"}, "dysglycaemia"),
        ({"hba1c": "6.0 %"}, "dysglycaemia"),
        ({FASTING: "0.88 g/L"}, "t2d_textbook"),
    ],
)
def test_a_test_that_was_made_is_not_estimated_from_other_answers(
    measured: dict[str, str], outcome: str
) -> None:
    """The bug it pins: "intermediate chance of dysglycaemia" beside the glucose of the day."""
    found = risk(measured, outcome)
    assert (found.band, found.risk) == ("not_assessable", None)
    assert limits(found) == ["abstention.test_measured"]


@pytest.mark.parametrize(
    ("glucose", "band", "action"),
    [
        ("0.80", "low", ""),
        ("1.00", "intermediate", "lifestyle_and_repeat_glucose"),
        ("1.20", "high", "repeat_fasting_glucose"),
    ],
)
def test_after_a_fasting_glucose_a_first_one_is_not_advised(
    glucose: str, band: str, action: str
) -> None:
    """The bug it pins: "venous fasting glucose advised" of a person whose glucose was measured."""
    found = risk({FASTING: f"{glucose} g/L"})
    assert (found.band, found.proposed_action) == (band, action)
    assert found.message.id == f"finding.t2d_undiagnosed.after_glucose_{band}"
    assert Sentences("fr").text(found.message.id)
    before = risk({"hba1c": "6.0 %"})
    assert before.message.id == f"finding.t2d_undiagnosed.{before.band}"


def test_a_value_that_is_not_used_is_not_measured() -> None:
    found = risk({FASTING: "0.95 g/L", "hba1c": "5.5 % refused"})
    assert found.risk is not None
    assert risk({"hba1c": "5.5 % refused"}, "dysglycaemia").risk is not None


def test_n_people_are_withheld_as_one_is() -> None:
    people = [{**BODY, FASTING: "0.95 g/L", "hba1c": "5.5 %"}, {**BODY, FASTING: "0.95 g/L"}]
    screening = screen_columns(visit_batch(*people), MODELS, GUIDELINES)
    abstention = next(r for r in screening.risks if r.outcome.id == "t2d_undiagnosed").abstention
    assert abstention.tolist() == [Abstention.BOTH_MEASURED, Abstention.ANSWERED]


def test_results_that_disagree_speak_instead_of_a_risk() -> None:
    found = risk({FASTING: ["1.60 g/L", "0.90 g/L"]})
    assert limits(found) == ["abstention.measured"]


@pytest.mark.parametrize(("age", "expected"), [(65, False), (66, True), (-1, False)])
def test_above_65_years_a_risk_says_that_it_is_less_certain(age: int, expected: bool) -> None:
    found = risk({"age": age})
    assert ("limit.age_over_65" in limits(found)) == expected


def test_every_urgency_of_a_band_says_where_it_is_from_and_that_nobody_signed() -> None:
    tables = [row for name, row in published_table().items() if name != "answers"]
    assert len(tables) == 5
    for row in tables:
        assert row["guideline"] and row["read_in"]
        assert row["signed_by"] == ""
    rows = read_toml("laennec.engine.risks", "outcomes.toml")["outcome"]
    assert [row["id"] for row in rows] == [outcome.id for outcome in load_outcomes()]
    assert all(row["source"] and row["signed_by"] == "" for row in rows)
