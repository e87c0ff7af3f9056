"""The door of the scores: what can't be read is refused by name, what is missing is a mask."""

import dataclasses

import numpy as np
import pytest
from laennec.engine.errors import RecordError
from laennec.engine.scores import CODES, MEASURED, MISSING, ScoreInputError, ScoreInputs


def test_columns_not_given_are_missing_for_everyone():
    inputs = ScoreInputs.from_columns({"age_years": [50, 60], "sex": np.array([1, 0])})
    assert len(inputs) == 2
    assert np.isnan(inputs.waist_cm).all() and (inputs.smoking == MISSING).all()


def test_fields_are_the_documented_names():
    assert {f.name for f in dataclasses.fields(ScoreInputs)} == {*MEASURED, *CODES}


def test_measured_column_has_no_nan_left():
    inputs = ScoreInputs.from_columns({"waist_cm": [90.0, np.nan]})
    values, observed = inputs.measured("waist_cm")
    assert values.tolist() == [90.0, 0.0] and observed.tolist() == [True, False]


def test_true_and_false_are_yes_and_no():
    inputs = ScoreInputs.from_columns({"bp_treated": [True, False]})
    assert inputs.coded("bp_treated").tolist() == [1, 0]


def test_take_keeps_the_people_asked_for():
    inputs = ScoreInputs.from_columns({"age_years": [50, 60, 70], "sex": [0, 1, 0]})
    assert inputs.take(np.array([2, 0])).age_years.tolist() == [70, 50]
    assert inputs.take(inputs.sex == 1).age_years.tolist() == [60]


def test_no_people_is_an_empty_table():
    inputs = ScoreInputs.from_columns({"age_years": np.zeros(0), "sex": np.zeros(0, np.int8)})
    assert len(inputs) == 0


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({}, "no column at all"),
        ({"waist": [90]}, "unknown columns ['waist']: a column that is silently ignored"),
        ({"sex": [2]}, "sex holds a code between 2 and 2"),
        ({"sex": [300]}, "sex holds a code between 300 and 300"),
        ({"smoking": [-2]}, "smoking holds a code between -2 and -2"),
        ({"sex": ["male"]}, "sex has 1 dimensions of type <U4"),
        ({"sex": [1.0]}, "sex has 1 dimensions of type float64"),
        ({"waist_cm": [[90.0]]}, "waist_cm has 2 dimensions"),
        ({"waist_cm": [np.inf]}, "waist_cm holds an infinite or impossibly large value"),
        ({"waist_cm": [1e10]}, "waist_cm holds an infinite or impossibly large value"),
        ({"waist_cm": [90.0], "sex": [1, 0]}, "sex has shape (2,) and type int8"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(columns, message):
    with pytest.raises(ScoreInputError) as refusal:
        ScoreInputs.from_columns(columns)
    assert message in str(refusal.value)
    assert isinstance(refusal.value, RecordError)
    assert refusal.value.code == "score_input_error"


def test_a_wrong_type_built_by_hand_is_refused():
    good = ScoreInputs.from_columns({"age_years": [50]})
    with pytest.raises(ScoreInputError, match=r"sex has shape \(1,\) and type float64"):
        dataclasses.replace(good, sex=np.array([1.0]))
    with pytest.raises(ScoreInputError, match="age_years has shape"):
        dataclasses.replace(good, age_years=np.array([[50.0]]))
