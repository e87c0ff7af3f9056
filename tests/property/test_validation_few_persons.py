"""How often an interval of whole persons holds the truth, by how many persons have the outcome."""

import numpy as np
import pytest
from laennec.validation.statistics.resampling import auroc_by_person
from laennec.validation.study.verdicts import FEWEST_CLUSTERS
from scipy.stats import norm

RUNS, DRAWS, RECORDS, OTHERS = 400, 400, 3, 100


def coverage(cases: int) -> float:
    """Return the share of made-up studies whose 95 % interval of the AUROC holds the true one."""
    rng = np.random.default_rng(1)
    truth, hits = norm.cdf(1 / np.sqrt(2)), 0
    for seed in range(RUNS):
        person = np.repeat(np.arange(cases + OTHERS), RECORDS)
        case = person < cases
        own = rng.normal(0, np.sqrt(0.9), cases + OTHERS)[person]
        score = own + rng.normal(0, np.sqrt(0.1), len(person)) + case
        found = auroc_by_person(case, score, person, DRAWS, seed)
        hits += found.ci_low <= truth <= found.ci_high
    return hits / RUNS


@pytest.mark.slow
def test_an_interval_of_four_persons_is_too_narrow_and_one_of_the_fewest_that_are_judged_is_not():
    """In 400 studies 95 % has a standard error of 1.1 points; three of them are allowed for."""
    assert coverage(4) < 0.9
    assert coverage(FEWEST_CLUSTERS) > 0.95 - 3 * np.sqrt(0.95 * 0.05 / RUNS)
