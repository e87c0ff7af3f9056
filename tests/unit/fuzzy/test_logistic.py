"""The house's logistic function equals SciPy's."""

import numpy as np
from laennec.engine.fuzzy.logistic import logistic
from scipy.special import expit


def test_it_equals_scipys_everywhere() -> None:
    x = np.concatenate([np.linspace(-745, 745, 20_001), [-1e300, 1e300, -np.inf, np.inf, -0.0]])
    np.testing.assert_allclose(logistic(x), expit(x), rtol=1e-14, atol=1e-300)


def test_not_a_number_stays_one() -> None:
    assert np.isnan(logistic(np.array([np.nan])))[0]
