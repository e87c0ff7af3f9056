"""The filtration rate from creatinine, against worked examples of the published equation."""

import numpy as np
import pytest
from laennec.engine.scores.inputs import FEMALE, MALE, MISSING
from laennec.engine.scores.kidney import estimated_gfr

UMOL_PER_MG_DL = 88.42


@pytest.mark.parametrize(
    ("mg_per_dl", "age", "sex", "rate"),
    [
        (0.9, 55.0, FEMALE, 75),  # 142 x (0.9/0.7)^-1.2 x 0.9938^55 x 1.012
        (0.7, 40.0, FEMALE, 112),  # 142 x 0.9938^40 x 1.012
        (0.9, 40.0, MALE, 111),  # 142 x 0.9938^40
        (450 / UMOL_PER_MG_DL, 50.0, MALE, 13),  # 142 x (5.0893/0.9)^-1.2 x 0.9938^50
    ],
)
def test_rate_of_worked_examples(mg_per_dl, age, sex, rate):
    found = estimated_gfr(np.array([mg_per_dl * UMOL_PER_MG_DL]), np.array([age]), np.array([sex]))
    assert round(float(found[0])) == rate


def test_nothing_is_estimated_for_a_minor_or_without_age_or_sex():
    found = estimated_gfr(
        np.array([80.0, 80.0, 80.0, np.nan]),
        np.array([17.0, np.nan, 50.0, 50.0]),
        np.array([MALE, MALE, MISSING, MALE]),
    )
    assert np.isnan(found).all()
