"""The words of a search: one that nobody has is refused, as it would find nobody or everybody."""

import pytest
from laennec.datasets.readers.cohorts import parse_criteria
from laennec.datasets.readers.cohorts.words import VERDICTS, column_words
from laennec.engine.errors import DataError
from laennec.engine.prediagnosis import URGENCIES
from laennec.serving.batch.table.status import STATUSES
from laennec.serving.decisions.decisions import Verdict

BANDS = "low, intermediate, high, not_assessable"
STATES = "absent, not_assessable, borderline, present"


@pytest.mark.parametrize(
    ("condition", "known"),
    [
        ("t2d_undiagnosed_band = High", BANDS),
        ("t2d_undiagnosed_band != High", BANDS),
        ("cvd_death_10y_band in high, veryhigh", BANDS),
        ("urgency = U7", "U0, U1, U2, U3"),
        ("status = done", "scored, not_assessable, refused"),
        ("trend.waist = rising", "falls, no_trend_shown, rises, too_few"),
        ("finding.blood_pressure = positive", STATES),
        ("finding.t2d_undiagnosed = present", BANDS),
        ("grade.blood_pressure = g9", "grade_1, grade_2, grade_3"),
        ("grade.score2 = high_risk", "low_to_moderate, high, very_high"),
        ("grade.ecg_rbbb = complete", "has no grades"),
        ("urgency.blood_pressure = U9", "U0, U1, U2, U3"),
        ("reason.nosuch = yes", "blood_pressure, .*urgent"),
        ("decision.nosuch = confirm", "blood_pressure"),
        ("decision.bmi = accepted", "confirm, amend, reject"),
    ],
)
def test_a_word_that_nobody_has_is_refused_with_those_that_exist(condition, known):
    with pytest.raises(DataError, match=known):
        parse_criteria([condition])


@pytest.mark.parametrize(
    "condition",
    [
        "t2d_undiagnosed_band in high, not_assessable",
        "finding.findrisc = intermediate",
        "grade.blood_pressure in grade_2, esc_hypertension",
        "reason.urgent = yes",
        "grade.ldl is known",
    ],
)
def test_a_word_of_the_house_is_read(condition):
    assert parse_criteria([condition]).text == condition


def test_the_words_are_those_that_a_result_and_a_decision_write():
    assert column_words("status") == STATUSES
    assert column_words("urgency") == URGENCIES
    assert {*VERDICTS} == {str(one) for one in Verdict}
