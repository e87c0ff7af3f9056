"""A cardiovascular answer made without a diabetes that a result speaks for says that it was."""

from dataclasses import replace

import numpy as np
import pytest
from follow_up_visits import draft, visit
from laennec.engine import load_models
from laennec.engine.guidelines import load_guidelines
from laennec.engine.risks.columns import RiskColumns
from laennec.engine.screen import draft_of
from laennec.engine.screening import screen_columns
from laennec.engine.words.text import render_text
from visits import says_yes, visit_batch

MODELS, GUIDELINES = load_models(), load_guidelines()
ADA = load_guidelines({"diabetes": "ada"})
BODY = {
    "waist": "84 cm", "height": "172 cm", "weight": "70 kg", "systolic_bp.left_arm": "122 mm[Hg]",
    "total_cholesterol": "4.9 mmol/L", "hdl_cholesterol": "1.4 mmol/L",
}  # fmt: skip
FASTING, RANDOM = "glucose.fasting_venous", "glucose.random_venous"
LIMIT = "limit.diabetes_unconfirmed"
DAY = "2026-11-03T09:20:00+01:00"


def drafted(given, guidelines=GUIDELINES):
    screening = screen_columns(visit_batch({**BODY, **given}), MODELS, guidelines)
    return draft_of(screening, 0, DAY)


def named(one, name):
    return next(f for f in one.findings if f.id == name)


def limit(one, name="cvd_death_10y", code=LIMIT):
    return next((m for m in named(one, name).limits if m.id == code), None)


@pytest.mark.parametrize("guidelines", [GUIDELINES, ADA])
@pytest.mark.parametrize(
    "result", [{FASTING: "1.45 g/L"}, {"hba1c": "7.0 %"}, {RANDOM: "2.25 g/L"}]
)
def test_a_low_risk_beside_a_result_of_diabetes_says_that_it_is_provisional(result, guidelines):
    """ "Lower risk" and "low to moderate" stood beside a glucose of 1.45 g/L without a word."""
    one = drafted(result, guidelines)
    risk, score = named(one, "cvd_death_10y"), named(one, "score2")
    assert (risk.band, risk.message.id) == ("low", "finding.cvd_death_10y.low_without_diabetes")
    assert limit(one).parameters["per_thousand"] > 1000 * risk.risk
    assert score.message.id == "finding.score2.without_diabetes"
    for lang, risk_words, score_words in (
        ("fr", "provisoire : calculé sans diabète confirmé", "SCORE2-Diabetes le remplace"),
        ("en", "provisional: computed without a confirmed diabetes", "SCORE2-Diabetes takes its"),
    ):
        text = " ".join(render_text(one, lang).split())
        assert risk_words in text
        assert score_words in text
        assert "normal" not in text


def test_the_number_with_diabetes_is_the_answer_to_a_known_diabetes():
    given = {FASTING: "1.45 g/L", "age": 70}
    said = limit(drafted(given)).parameters
    known = named(drafted({**given, "answers": says_yes("condition.diabetes")}), "cvd_death_10y")
    assert said["per_thousand"] == pytest.approx(1000 * known.risk)
    assert said["band"] == f"band:cvd_death_10y.{known.band}"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {FASTING: "0.95 g/L", "hba1c": "5.4 %"},
        {FASTING: "1.15 g/L"},
        {"glucose.capillary": "1.45 g/L"},
        {FASTING: "1.45 g/L", "answers": says_yes("condition.diabetes")},
    ],
)
def test_without_such_a_result_or_with_a_known_diabetes_nothing_of_it_is_said(given):
    """A capillary value never counts for the diabetes range (clinical decision 3)."""
    one = drafted(given)
    assert limit(one) is None
    assert "without_diabetes" not in named(one, "cvd_death_10y").message.id
    assert "without_diabetes" not in named(one, "score2").message.id


def test_results_that_disagree_leave_a_diabetes_open():
    one = drafted({FASTING: ["1.45 g/L", "0.95 g/L"]})
    assert named(one, "diabetes_range").state == "borderline"
    assert limit(one) is not None


def test_a_score_of_which_items_are_missing_says_it_too():
    given = {**BODY, FASTING: "1.45 g/L"}
    del given["total_cholesterol"]
    screening = screen_columns(visit_batch(given), MODELS, GUIDELINES)
    score = named(draft_of(screening, 0, DAY), "score2")
    assert score.message.id in {
        "finding.score2.interval_without_diabetes",
        "finding.score2.without_diabetes",
    }
    for lang in ("fr", "en"):
        assert "SCORE2-Diabetes" in render_text(draft_of(screening, 0, DAY), lang)


def test_a_high_risk_keeps_its_sentence_and_says_what_it_would_be():
    given = {FASTING: "1.45 g/L", "systolic_bp.left_arm": "178 mm[Hg]", "age": 79, "sex": "male"}
    one = drafted(given)
    risk = named(one, "cvd_death_10y")
    assert risk.message.id == f"finding.cvd_death_10y.{risk.band}"
    assert risk.band != "low"
    assert limit(one) is not None


@pytest.mark.parametrize(("day", "is_said"), [({"hba1c": "7.4"}, True), ({"hba1c": "5.4"}, False)])
def test_a_result_of_an_earlier_visit_speaks_as_well(day, is_said):
    body = {"height": "175", "weight": "85", "systolic_bp": "125", "diastolic_bp": "75"}
    past = visit(day="2025-11-03", conditions=(), **body, **day)
    one = draft(previous=[past], conditions=(), **body)
    assert (limit(one) is not None) is is_said


def test_a_model_that_gives_no_number_with_diabetes_gives_none_without(monkeypatch):
    """A low risk that can't say what it would be with an open diabetes is not printed."""
    screening = screen_columns(visit_batch({**BODY, FASTING: "1.45 g/L"}), MODELS, GUIDELINES)
    columns = next(c for c in screening.risks if c.outcome.id == "cvd_death_10y")
    answer, _ = RiskColumns.answer_for(columns, 0)
    run, at = type(answer.bundle.model).run, answer.bundle.manifest.index("known_diabetes")

    def without_value(self, x, observed, **more):
        output = run(self, x, observed, **more)
        is_asked = len(x) == 1 and at < x.shape[1] and x[0, at] == 1.0
        return replace(output, state=np.full(1, 1, np.int8)) if is_asked else output

    monkeypatch.setattr(type(answer.bundle.model), "run", without_value)
    risk = named(draft_of(screening, 0, DAY), "cvd_death_10y")
    assert (risk.band, risk.risk) == ("not_assessable", None)
    assert [m.id for m in risk.limits] == ["abstention.model_failed"]
