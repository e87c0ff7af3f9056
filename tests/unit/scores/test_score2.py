"""SCORE2 and SCORE2-OP: population, regions, levels at their limits, terms, intervals."""

import math

import numpy as np
import pytest
from laennec.engine.scores import (
    CODES,
    UNDECIDED,
    Reason,
    ScoreInputError,
    ScoreInputs,
    State,
    esc_level,
    score2,
    score2_regions,
    unverified_ids,
)

FEMALE, MALE = 0, 1
PERSON = {
    "age_years": 50.0,
    "sex": MALE,
    "smoking": CODES["smoking"]["never"],
    "systolic_bp_mmhg": 130.0,
    "total_cholesterol_mmol_per_l": 5.5,
    "hdl_cholesterol_mmol_per_l": 1.3,
    "known_cvd": 0,
    "known_diabetes": 0,
    "severe_ckd": 0,
    "familial_hypercholesterolaemia": 0,
    "pregnancy": 0,
    "egfr_ml_per_min_1_73m2": np.nan,
}


def people(*changes, **for_all):
    rows = [{**PERSON, **for_all, **change} for change in changes] or [{**PERSON, **for_all}]
    return ScoreInputs.from_columns({name: [row[name] for row in rows] for name in rows[0]})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"age_years": 39.99}, Reason.AGE_OUT_OF_RANGE),
        ({"age_years": 90.0}, Reason.AGE_OUT_OF_RANGE),
        ({"known_cvd": 1}, Reason.KNOWN_CVD),
        ({"known_diabetes": 1}, Reason.KNOWN_DIABETES),
        ({"severe_ckd": 1}, Reason.SEVERE_CKD),
        ({"severe_ckd": -1, "egfr_ml_per_min_1_73m2": 29.9}, Reason.SEVERE_CKD),
        ({"familial_hypercholesterolaemia": 1}, Reason.FAMILIAL_HYPERCHOLESTEROLAEMIA),
        ({"pregnancy": 1, "sex": FEMALE}, Reason.PREGNANCY),
        ({"known_cvd": 1, "known_diabetes": 1}, Reason.KNOWN_CVD),
        ({"known_cvd": 1, "sex": -1}, Reason.KNOWN_CVD),
    ],
)
def test_outside_its_population_it_abstains_with_the_reason(change, reason):
    score = score2(people(**change))
    assert score.state[0] == State.NOT_APPLICABLE and score.reason[0] == reason
    assert score.equation[0] == UNDECIDED and score.band[0] == UNDECIDED
    for name in ("risk", "risk_low", "risk_high", "linear_predictor_low", "uncalibrated_high"):
        assert np.isnan(getattr(score, name)[0])
    assert np.isnan(score.term_low).all()


def test_kidney_function_at_its_limit():
    egfr = people(
        {"egfr_ml_per_min_1_73m2": 30.0}, {"egfr_ml_per_min_1_73m2": np.nan}, severe_ckd=-1
    )
    score = score2(egfr)
    assert score.state.tolist() == [State.ASSESSABLE, State.ASSESSABLE]
    assert [unverified_ids(score.exclusions, int(mask)) for mask in score.unverified] == [
        (),
        ("severe_ckd",),
    ]


@pytest.mark.parametrize("change", [{"sex": -1}, {"age_years": np.nan}])
def test_age_and_sex_are_required(change):
    score = score2(people(**change))
    assert score.state[0] == State.MISSING_REQUIRED and score.reason[0] == Reason.NONE
    assert np.isnan(score.risk_low[0]) and score.band[0] == UNDECIDED


def test_the_two_equations_meet_at_seventy_without_a_gap():
    score = score2(
        people({"age_years": 40.0}, {"age_years": 69.9}, {"age_years": 70}, {"age_years": 89.9})
    )
    assert [score.equations[position] for position in score.equation] == [
        "score2",
        "score2",
        "score2_op",
        "score2_op",
    ]
    assert (score.state == State.ASSESSABLE).all()


@pytest.mark.parametrize(
    ("age", "high", "very_high"),
    [
        (40.0, 0.025, 0.075),
        (49.99, 0.025, 0.075),
        (50.0, 0.05, 0.10),
        (69.5, 0.05, 0.10),
        (69.99, 0.05, 0.10),
        (70.0, 0.075, 0.15),
        (89.9, 0.075, 0.15),
    ],
)
def test_levels_at_just_below_and_just_above_their_limits(age, high, very_high):
    risks = np.array([high - 1e-6, high, high + 1e-6, very_high - 1e-6, very_high, 0.9])
    levels = esc_level(risks, risks, np.full(6, age))
    assert levels.tolist() == [0, 1, 1, 1, 2, 2]


def test_an_interval_across_levels_has_no_level():
    low, high = np.array([0.04, 0.05, 0.04]), np.array([0.06, 0.06, 0.04])
    assert esc_level(low, high, np.full(3, 60.0)).tolist() == [UNDECIDED, 1, 0]


def test_an_age_in_no_group_has_no_level():
    assert esc_level(np.array([0.01]), np.array([0.01]), np.array([95.0])).tolist() == [UNDECIDED]


def test_france_is_the_default_and_the_regions_are_ordered():
    assert score2_regions() == ("low", "moderate", "high", "very_high")
    person = people(smoking=2, systolic_bp_mmhg=140.0)
    assert score2(person).region == "low"
    risks = [float(score2(person, region=region).risk[0]) for region in score2_regions()]
    assert risks == sorted(risks) and risks[0] == float(score2(person).risk[0])


def test_an_unknown_region_is_refused():
    with pytest.raises(ScoreInputError, match="region 'france': the risk depends on the region"):
        score2(people(), region="france")


@pytest.mark.parametrize("age", [45.0, 75.0])
@pytest.mark.parametrize("sex", [FEMALE, MALE])
def test_terms_add_up_and_each_step_to_the_risk_is_printed(age, sex):
    score = score2(people({}, {"smoking": 2}, {"systolic_bp_mmhg": np.nan}, age_years=age, sex=sex))
    assert score.terms[0] == "constant" and len(score.terms) == 6
    assert score.term_low.sum(axis=1) == pytest.approx(score.linear_predictor_low, abs=1e-12)
    assert score.term_high.sum(axis=1) == pytest.approx(score.linear_predictor_high, abs=1e-12)
    baseline = {(45.0, 0): 0.9776, (45.0, 1): 0.9605, (75.0, 0): 0.80821241, (75.0, 1): 0.75764702}
    scales = {
        (45.0, 0): (-0.737966, 0.701868),
        (45.0, 1): (-0.569857, 0.747593),
        (75.0, 0): (-0.516054, 1.007238),
        (75.0, 1): (-0.343484, 1.193038),
    }
    shift, stretch = scales[age, sex]
    for predictor, before, after in zip(
        score.linear_predictor_low, score.uncalibrated_low, score.risk_low, strict=True
    ):
        as_printed = 1 - baseline[age, sex] ** math.exp(predictor)
        assert before == pytest.approx(as_printed, rel=1e-9)
        published = 1 - math.exp(-math.exp(shift + stretch * math.log(-math.log(1 - as_printed))))
        assert after == pytest.approx(published, rel=1e-9)


@pytest.mark.parametrize(
    "change",
    [
        {"smoking": -1},
        {"systolic_bp_mmhg": np.nan},
        {"total_cholesterol_mmol_per_l": np.nan},
        {"hdl_cholesterol_mmol_per_l": np.nan},
    ],
)
def test_a_missing_item_leaves_an_interval_around_the_score(change):
    whole, partial = score2(people()), score2(people(**change))
    assert partial.state[0] == State.INTERVAL_ONLY and np.isnan(partial.risk[0])
    assert partial.risk_low[0] <= whole.risk[0] <= partial.risk_high[0]
    assert partial.risk_low[0] < partial.risk_high[0]
    assert (partial.term_low != partial.term_high).sum() == 1


def test_a_level_is_given_when_no_missing_item_can_change_it():
    young = score2(people(smoking=-1, sex=FEMALE, age_years=41.0, systolic_bp_mmhg=105.0))
    assert young.state[0] == State.INTERVAL_ONLY and young.bands[young.band[0]] == "low_to_moderate"


def test_former_and_not_current_smokers_do_not_smoke_now():
    codes = CODES["smoking"]
    risks = score2(people(*({"smoking": code} for code in codes.values()))).risk
    assert risks[codes["never"]] == risks[codes["former"]] == risks[codes["not_current"]]
    assert risks[codes["current"]] > risks[codes["never"]]


def test_known_values_outside_the_assumed_range_are_said():
    score = score2(people({}, {"systolic_bp_mmhg": 230.0}, {"hdl_cholesterol_mmol_per_l": 0.3}))
    assert score.outside_range.tolist() == [False, True, True]


def test_an_absurd_pressure_gives_a_risk_of_one_and_no_warning():
    score = score2(people(systolic_bp_mmhg=1e8))
    assert score.risk[0] == 1.0 and score.outside_range[0]


def test_old_men_who_smoke_are_where_the_published_equation_turns_round():
    """The interaction of SCORE2-OP makes smoking lower a man's risk from about 87 years."""
    smoker = score2(people({"age_years": 87.0}, {"age_years": 88.0}, smoking=2)).risk
    other = score2(people({"age_years": 87.0}, {"age_years": 88.0}, smoking=0)).risk
    assert smoker[0] > other[0] and smoker[1] < other[1]
    unknown = score2(people(age_years=88.0, smoking=-1))
    assert unknown.risk_low[0] == smoker[1] and unknown.risk_high[0] == other[1]


def test_age_itself_turns_round_at_a_corner_of_the_older_equation():
    """Documented, not corrected: a smoker with high pressure and very low cholesterols."""
    corner = {
        "smoking": 2,
        "systolic_bp_mmhg": 180.0,
        "total_cholesterol_mmol_per_l": 3.0,
        "hdl_cholesterol_mmol_per_l": 0.7,
    }
    risks = score2(people({"age_years": 71.0}, {"age_years": 85.0}, **corner)).risk
    assert risks[1] < risks[0]
