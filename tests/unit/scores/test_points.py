"""Point scores at their printed limits; whom they speak for; what is missing."""

import numpy as np
import pytest
from laennec.engine.scores import (
    NO_POINTS,
    UNDECIDED,
    Reason,
    State,
    ada_risk_test,
    cambridge_rank,
    desir,
    findrisc,
    unverified_ids,
)
from score_people import FAMILY, FEMALE, MALE, SMOKING, people


@pytest.mark.parametrize(
    "score", [findrisc, ada_risk_test, cambridge_rank, lambda i: desir(i).points]
)
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"known_diabetes": 1}, Reason.KNOWN_DIABETES),
        ({"pregnancy": 1}, Reason.PREGNANCY),
        ({"age_years": 17.9}, Reason.AGE_OUT_OF_RANGE),
        ({"age_years": 17.9, "known_diabetes": 1}, Reason.AGE_OUT_OF_RANGE),
        ({"known_diabetes": 1, "pregnancy": 1}, Reason.KNOWN_DIABETES),
        ({"known_diabetes": 1, "age_years": np.nan}, Reason.KNOWN_DIABETES),
    ],
)
def test_who_the_diabetes_scores_do_not_speak_for(score, change, reason):
    answer = score(people(**change))
    assert answer.state[0] == State.NOT_APPLICABLE and answer.reason[0] == reason
    if hasattr(answer, "points"):
        assert answer.points_low[0] == answer.points_high[0] == answer.points[0] == NO_POINTS
        assert (answer.item_low == NO_POINTS).all() and answer.band[0] == UNDECIDED
    else:
        assert np.isnan([answer.rank_low[0], answer.rank_high[0], answer.rank_score[0]]).all()


@pytest.mark.parametrize(
    ("score", "youngest", "too_old"),
    [(findrisc, 18, None), (ada_risk_test, 18, None), (desir, 30, 66), (cambridge_rank, 39, 79)],
)
def test_ages_at_their_limits(score, youngest, too_old):
    ages = [youngest - 0.01, youngest, *([too_old - 0.01, too_old] if too_old else [])]
    answer = score(people(*({"age_years": age} for age in ages)))
    expected = [State.NOT_APPLICABLE, State.ASSESSABLE, State.ASSESSABLE, State.NOT_APPLICABLE]
    assert answer.state.tolist() == expected[: len(ages)]


def test_pregnancy_of_a_man_needs_no_checking():
    score = findrisc(people({"sex": MALE}, {"sex": FEMALE}, {"sex": -1}, pregnancy=-1))
    assert [unverified_ids(score.exclusions, int(mask)) for mask in score.unverified] == [
        (),
        ("pregnancy",),
        ("pregnancy",),
    ]
    assert findrisc(people(sex=MALE, pregnancy=1)).state[0] == State.ASSESSABLE


@pytest.mark.parametrize(
    ("score", "missing"),
    [
        (findrisc, {"age_years": np.nan}),
        (ada_risk_test, {"age_years": np.nan}),
        (ada_risk_test, {"sex": -1}),
        (desir, {"sex": -1}),
        (desir, {"age_years": np.nan}),
        (cambridge_rank, {"sex": -1}),
    ],
)
def test_without_a_required_item_there_is_no_number(score, missing):
    answer = score(people(**missing))
    assert answer.state[0] == State.MISSING_REQUIRED
    answer = getattr(answer, "points", answer)
    if hasattr(answer, "band"):
        assert answer.points_low[0] == NO_POINTS and answer.band[0] == UNDECIDED
    elif score is cambridge_rank:
        assert np.isnan(answer.rank_low[0])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("age_years", {39.9: 0, 40: 1, 49.9: 1, 50: 2, 59.9: 2, 60: 3}),
        ("bmi_kg_per_m2", {24.9: 0, 25: 1, 29.9: 1, 30: 2, 39.9: 2, 40: 3}),
        ("systolic_bp_mmhg", {139: 0, 140: 1, 141: 1}),
        ("diastolic_bp_mmhg", {89: 0, 90: 1, 91: 1}),
        ("family_history_diabetes", {0: 0, 1: 0, 2: 1, 3: 1}),
        ("gestational_diabetes", {0: 0, 1: 1}),
        ("physically_active", {1: 0, 0: 1}),
        ("hypertension_diagnosed", {-1: 0, 0: 0, 1: 1}),
    ],
)
def test_ada_items_at_their_limits(name, expected):
    base = {"age_years": 30.0, "hypertension_diagnosed": 0}
    score = ada_risk_test(people(*({**base, name: value} for value in expected)))
    assert score.points.tolist() == list(expected.values())


def test_ada_refers_from_five_points_and_counts_sex():
    four = {"age_years": 60.0, "bmi_kg_per_m2": 27.0}
    score = ada_risk_test(people({**four}, {**four, "sex": MALE}, {**four, "physically_active": 0}))
    assert score.points.tolist() == [4, 5, 5]
    assert [score.bands[band] for band in score.band] == ["below_referral", "refer", "refer"]


def test_ada_ignores_gestational_diabetes_of_a_man_and_its_absence():
    score = ada_risk_test(
        people({"gestational_diabetes": 1}, {"gestational_diabetes": -1}, sex=MALE)
    )
    assert score.state.tolist() == [State.ASSESSABLE, State.ASSESSABLE]
    assert score.points[0] == score.points[1]


def test_hypertension_is_yes_by_one_known_clause_and_no_only_when_all_are_known():
    nothing = {"bp_treated": -1, "systolic_bp_mmhg": np.nan, "diastolic_bp_mmhg": np.nan}
    score = ada_risk_test(
        people(
            {**nothing, "bp_treated": 1},
            {**nothing, "systolic_bp_mmhg": 150.0},
            {**nothing, "systolic_bp_mmhg": 120.0, "diastolic_bp_mmhg": 70.0},
            {**nothing, "bp_treated": 0},
        )
    )
    column = score.items.index("hypertension")
    assert score.item_low[:, column].tolist() == [1, 1, 0, 0]
    assert score.item_high[:, column].tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("sex", "expected"),
    [
        (MALE, {79.9: 0, 80: 1, 89.9: 1, 90: 2, 99.9: 2, 100: 3}),
        (FEMALE, {69.9: 0, 70: 1, 79.9: 1, 80: 2, 89.9: 2, 90: 3}),
    ],
)
def test_desir_waist_points_at_their_limits(sex, expected):
    score = desir(people(*({"waist_cm": waist} for waist in expected), sex=sex))
    assert score.points.points.tolist() == list(expected.values())
    assert (np.diff(score.risk) > 0).all()


def test_desir_reads_smoking_for_men_and_family_for_women_only():
    exposed = {"smoking": SMOKING["current"], "family_history_diabetes": FAMILY["first_degree"]}
    score = desir(people({}, exposed, {"sex": MALE}, {"sex": MALE, **exposed}))
    points = dict(zip(score.points.items, score.points.item_low.T.tolist(), strict=True))
    assert points["smoking"] == [0, 0, 0, 1]
    assert points["family_history"] == [0, 1, 0, 0]
    assert score.points.bands == () and (score.points.band == UNDECIDED).all()


def test_desir_terms_add_up_to_the_logit_of_the_risk():
    score = desir(people({}, {"waist_cm": np.nan}, {"sex": MALE, "smoking": -1, "bp_treated": 1}))
    for ends, terms in ((score.risk_low, score.term_low), (score.risk_high, score.term_high)):
        logit = score.constant + terms.sum(axis=1)
        assert ends == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-15)
    assert np.isnan(score.risk).tolist() == [False, True, True]
    assert score.state.tolist() == [0, 1, 1]


def test_desir_says_when_a_known_waist_lies_outside_the_assumed_range():
    score = desir(people({"waist_cm": 160.0}, {"waist_cm": 150.0}, {"waist_cm": np.nan}))
    assert score.outside_range.tolist() == [True, False, False]


def test_cambridge_is_a_rank_and_offers_no_risk():
    rank = cambridge_rank(people({}, {"smoking": SMOKING["not_current"]}))
    assert not any("risk" in name for name in type(rank).__slots__)
    assert rank.state.tolist() == [State.ASSESSABLE, State.INTERVAL_ONLY]
    assert rank.term_low[1].sum() == rank.rank_low[1] < rank.rank_high[1]
    assert np.isnan(rank.rank_score[1])


@pytest.mark.parametrize(
    ("value", "step"), [(24.9, 0), (25, 0.699), (27.4, 0.699), (27.5, 1.97), (30, 2.518)]
)
def test_cambridge_body_mass_steps(value, step):
    rank = cambridge_rank(people({"bmi_kg_per_m2": value}))
    assert rank.term_low[0, rank.terms.index("bmi")] == step


def test_nobody_gives_empty_answers():
    nobody = people().take(np.zeros(1, dtype=bool))
    assert findrisc(nobody).points.shape == (0,)
    assert desir(nobody).risk.shape == (0,)
    assert cambridge_rank(nobody).rank_score.shape == (0,)
