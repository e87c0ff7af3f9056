"""A diabetes that was known before, or is treated, is not forgotten where today is silent."""

import pytest
from follow_up_visits import draft, visit
from laennec.engine.words.text import render_text

BODY = {"height": "175", "weight": "85", "systolic_bp": "135", "diastolic_bp": "85"}
DIABETES = {"t2d_undiagnosed", "dysglycaemia", "t2d_textbook"}
SCORES = {"findrisc", "ada_risk_test", "desir", "score2"}
BEFORE = {"conditions": ["diabetes"], "medications": ["glucose_lowering"], "hba1c": "9.1", **BODY}


def past(day="2025-11-03", **more):
    return visit(day=day, **{**BEFORE, **more})


def today(*previous, **given):
    return draft(previous=previous, **{"conditions": (), "medications": (), **BODY, **given})


def asked(one, code):
    return [n for n in one.suspect_items if n.code == code]


def named(one, name):
    return next(f for f in one.findings if f.id == name)


def limits(one, name):
    return {m.id for m in named(one, name).limits}


@pytest.mark.parametrize("answers", [{}, {"conditions": None, "medications": None}])
@pytest.mark.parametrize("hba1c", [{}, {"hba1c": "5.4"}])
def test_a_diabetes_of_an_earlier_visit_is_asked_about_and_nobody_is_screened_for_it(
    answers, hba1c
):
    """24 in 1000 "undiagnosed" was printed, FINDRISC and ADA counted, no word of the past."""
    one = today(past("2024-11-03"), past("2025-11-03"), answers=answers, **hba1c)
    (notice,) = asked(one, "diabetes_known_earlier")
    assert notice.parameters == {"date": "2025-11-03"}
    for name in DIABETES:
        assert (named(one, name).band, named(one, name).risk) == ("not_assessable", None)
        assert limits(one, name) & {"abstention.excluded"}
    for name in SCORES:
        assert named(one, name).message.id == "score.not_applicable.diabetes_doubtful"
    for lang, words in (("fr", "visite du 03/11/2025"), ("en", "at the visit of 2025-11-03")):
        assert words in " ".join(render_text(one, lang).split())


def test_the_cardiovascular_risk_is_read_with_an_open_diabetes_and_not_compared():
    """It fell from 12 to 9 in 1000 "by: known diabetes yes -> no"."""
    one = today(past())
    assert "limit.diabetes_open" in limits(one, "cvd_death_10y")
    low, high = named(one, "cvd_death_10y").risk_interval
    assert low < high
    assert "feature:known_diabetes" in {m.item for m in named(one, "cvd_death_10y").missing}
    (change,) = (c for c in one.risk_changes if c.outcome == "cvd_death_10y")
    assert (change.why_not, change.before) == ("diabetes_open", None)
    for lang, words in (("fr", "à clarifier d'abord"), ("en", "to be clarified first")):
        assert words in " ".join(render_text(one, lang).split())


TREATED = {"conditions": ()}
INSULIN = {"conditions": (), "medications": ["insulin_or_secretagogue"]}
DESCRIBED = {"conditions": (), "medications": (), "hba1c_target": "7.0"}


@pytest.mark.parametrize(
    ("before", "code", "words"),
    [
        ({"medications": ()}, "known", "Diabète connu à la visite"),
        (TREATED, "treated", "Un traitement du diabète à la visite"),
        (INSULIN, "treated", "Un traitement du diabète à la visite"),
        (DESCRIBED, "described", "Un type, un objectif d'HbA1c ou une rémission"),
    ],
)
def test_what_an_earlier_visit_said_is_asked_about_in_its_own_words(before, code, words):
    """Pinned: of a treatment alone it said "Diabetes was known"."""
    one = today(past(**before))
    assert asked(one, f"diabetes_{code}_earlier")
    assert words in " ".join(render_text(one, "fr").split())
    assert ("Diabète connu à la visite" in render_text(one, "fr")) is (code == "known")


def test_of_several_earlier_visits_the_one_that_states_the_diabetes_is_named():
    one = today(past("2024-11-03"), past("2025-11-03", **TREATED))
    (notice,) = asked(one, "diabetes_known_earlier")
    assert notice.parameters == {"date": "2024-11-03"}
    assert not asked(one, "diabetes_treated_earlier")


def test_the_treatment_of_a_pregnancy_and_a_calm_past_are_no_known_diabetes():
    pregnant = {"conditions": ["pregnancy"], "medications": ["insulin_or_secretagogue"]}
    woman = {"person": {"id": "p-1", "birth_date": "1990-03-02", "sex": "female"}}
    one = today(past(**pregnant, answers=woman), answers=woman)
    assert not asked(one, "diabetes_known_earlier")
    assert named(one, "t2d_undiagnosed").risk is not None
    calm = today(past(conditions=(), medications=()))
    assert not asked(calm, "diabetes_known_earlier")


def test_a_diabetes_that_is_stated_today_is_no_question():
    one = today(past(), conditions=["diabetes"])
    assert not asked(one, "diabetes_known_earlier")
    assert one.follow_up is not None
    assert "limit.diabetes_open" not in limits(one, "cvd_death_10y")
    assert all(change.why_not != "diabetes_open" for change in one.risk_changes)


@pytest.mark.parametrize("medication", ["glucose_lowering", "insulin_or_secretagogue"])
def test_insulin_alone_is_a_glucose_lowering_treatment(medication):
    """With insulin alone 24 in 1000 was printed and nothing was asked."""
    one = today(medications=[medication])
    assert asked(one, "diabetes_or_not")
    for name in DIABETES:
        assert limits(one, name) & {"abstention.excluded"}
    for name in SCORES:
        assert named(one, name).message.id == "score.not_applicable.glucose_lowering"
    assert "limit.diabetes_open" in limits(one, "cvd_death_10y")
    known = today(medications=[medication], conditions=["diabetes"], hba1c="7.4")
    assert "limit.fact.glucose_treated" in limits(known, "hba1c_suspicion")


TYPED = {"questionnaire": {"diabetes_type": "type_2"}}


@pytest.mark.parametrize("given", [{"answers": TYPED}, {"hba1c_target": "7.0"}])
def test_a_type_or_a_target_alone_is_asked_about_as_a_treatment_alone_is(given):
    """FINDRISC and "24 in 1000 undiagnosed" were printed beside "type of the diabetes: 2"."""
    one = today(**given)
    assert asked(one, "diabetes_described")
    for name in DIABETES:
        assert limits(one, name) & {"abstention.excluded"}
    for name in SCORES:
        assert named(one, name).message.id == "score.not_applicable.diabetes_doubtful"
    assert "limit.diabetes_open" in limits(one, "cvd_death_10y")
    for lang in ("fr", "en"):
        assert "HbA1c" in render_text(one, lang)
    treated = today(medications=["glucose_lowering"], **given)
    assert asked(treated, "diabetes_or_not")
    assert not asked(treated, "diabetes_described")
    assert not asked(today(conditions=["diabetes"], **given), "diabetes_described")
    before = today(past(conditions=(), medications=(), **given))
    assert asked(before, "diabetes_described_earlier")


def test_a_diabetes_of_a_past_pregnancy_only_is_no_known_diabetes():
    one = today(answers={"questionnaire": {"diabetes_type": "gestational_past"}})
    assert not asked(one, "diabetes_described")
    assert named(one, "t2d_undiagnosed").risk is not None


@pytest.mark.parametrize(
    ("previous", "given"), [((), {"medications": ["insulin_or_secretagogue"]}), ((past(),), {})]
)
def test_signs_of_hypoglycaemia_count_as_under_treatment(previous, given):
    one = today(*previous, answers={"symptoms": ["hypoglycaemia_signs"]}, **given)
    assert one.urgency == "U0"
    assert "hypoglycaemia_signs_treated" in {item.rule_id for item in one.urgent}
