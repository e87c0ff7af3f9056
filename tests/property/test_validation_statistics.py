"""What must hold of study statistics for every input; fast forms against slow obvious ones."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.training import survival as follow_up
from laennec.training.survey import Design
from laennec.validation.statistics import benefit, discrimination, proportions, survey, survival
from laennec.validation.statistics.estimate import NotEstimable
from scipy import stats
from sklearn.metrics import roc_auc_score

SCORES = st.lists(
    st.tuples(st.booleans(), st.integers(0, 6), st.integers(1, 5)), min_size=4, max_size=40
)


def columns(rows):
    case, score, time = (np.array(c) for c in zip(*rows, strict=True))
    return case.astype(bool), score.astype(float), time.astype(float)


@given(SCORES)
def test_auroc_is_that_of_every_pair_and_turns_with_the_score(rows):
    case, score, _ = columns(rows)
    found = discrimination.auroc(case, score)
    if case.all() or not case.any():
        assert isinstance(found, NotEstimable)
        return
    if isinstance(found, NotEstimable):
        assert (found.code, min(case.sum(), (~case).sum())) == ("too_few", 1)
        return
    wins = (score[case][:, None] > score[~case]) + 0.5 * (score[case][:, None] == score[~case])
    assert abs(found.value - wins.mean()) < 1e-12
    assert 0 <= found.ci_low <= found.value <= found.ci_high <= 1
    assert abs(discrimination.auroc(case, -score).value - (1 - found.value)) < 1e-12


@given(SCORES, st.integers(0, 10_000))
def test_equal_weights_change_nothing_and_doubled_people_count_twice(rows, seed):
    case, score, weight = columns(rows)
    if case.all() or not case.any():
        return
    rng = np.random.default_rng(seed)
    n = len(case)
    design = Design(weight, rng.integers(0, 2, n) * 1.0, np.arange(n) * 1.0, np.full(n, ""))
    value, influence = survey.auroc_influence(case, score, weight)
    assert abs(value - roc_auc_score(case, score, sample_weight=weight)) < 1e-9
    assert abs(influence.sum()) < 1e-9
    many = np.repeat(np.arange(n), weight.astype(int))
    assert abs(value - roc_auc_score(case[many], score[many])) < 1e-9
    found = survey.weighted_auroc(case, score, design)
    assert isinstance(found, NotEstimable) or found.ci_low <= found.value <= found.ci_high


@given(SCORES)
def test_influence_is_what_a_little_more_weight_does(rows):
    case, score, weight = columns(rows)
    if case.all() or not case.any():
        return
    value, influence = survey.auroc_influence(case, score, weight)
    more = weight.copy()
    more[0] *= 1 + 1e-6
    moved, _ = survey.auroc_influence(case, score, more)
    assert abs((moved - value) / 1e-6 - influence[0]) < 1e-4


@given(SCORES)
def test_concordance_is_that_of_every_pair(rows):
    event, score, time = columns(rows)
    outcome = follow_up.Outcome.of(time, event)
    pairs = concordant = 0.0
    for i in range(len(time)):
        for j in range(len(time)):
            later = time[j] > time[i] or (time[j] == time[i] and not event[j])
            if i != j and event[i] and later:
                pairs += 1
                concordant += (score[i] > score[j]) + 0.5 * (score[i] == score[j])
    found = survival.harrell_c(outcome, score)
    if pairs == 0:
        assert isinstance(found, NotEstimable)
    else:
        assert abs(found.value - concordant / pairs) < 1e-12


@given(SCORES)
def test_without_competing_events_incidence_is_one_minus_kaplan_meier(rows):
    event, _, time = columns(rows)
    curve = survival.cumulative_incidence(follow_up.Outcome.of(time, event))
    free = follow_up.kaplan_meier(time, event)
    for at in (0.5, 1.0, 2.0, 5.0):
        assert abs(float(curve.at(at)) + float(free.at(at)) - 1) < 1e-12
        if float(free.at(at)) > 0:
            assert abs(curve.variance_at(at) - free.variance_at(at)) < 1e-10


@given(SCORES)
def test_without_censoring_the_auroc_at_a_horizon_is_the_plain_one(rows):
    _, score, time = columns(rows)
    outcome = follow_up.Outcome.of(time, np.ones(len(time), bool))
    case = time <= 2
    found = survival.auroc_at(outcome, score, 2.0)
    if case.all() or not case.any():
        assert isinstance(found, NotEstimable)
    elif not isinstance(found, NotEstimable):
        assert abs(found.value - roc_auc_score(case, score)) < 1e-9


@given(st.integers(0, 60), st.integers(0, 60))
def test_shares_lie_in_their_intervals_and_the_exact_one_leaves_its_tails(k, more):
    n = k + more
    if n == 0:
        return
    wilson, exact = proportions.wilson(k, n), proportions.clopper_pearson(k, n)
    for e in (wilson, exact):
        assert 0 <= e.ci_low <= e.value <= e.ci_high <= 1
    if k > 0:
        assert abs(stats.binom.sf(k - 1, n, exact.ci_low) - 0.025) < 1e-9
    if k < n:
        assert abs(stats.binom.cdf(k, n, exact.ci_high) - 0.025) < 1e-9


@given(SCORES, st.floats(0.05, 0.9))
def test_net_benefit_of_everybody_and_nobody_follow_the_prevalence(rows, threshold):
    case, _, _ = columns(rows)
    share, odds = case.mean(), threshold / (1 - threshold)
    everybody = benefit.net_benefit(case, np.ones(len(case)), threshold)
    assert abs(everybody.value - (share - (1 - share) * odds)) < 1e-9
    assert benefit.net_benefit(case, np.zeros(len(case)), threshold).value == 0


@settings(max_examples=30)
@given(SCORES)
def test_a_single_stratum_of_single_people_is_simple_random_sampling(rows):
    case, score, _ = columns(rows)
    n = len(case)
    design = Design(np.ones(n), np.zeros(n), np.arange(n) * 1.0, np.full(n, ""))
    found = survey.weighted_ratio(score, np.ones(n), design)
    error = score.std(ddof=1) / np.sqrt(n)
    assert abs((found.ci_high - found.value) / survey.t_quantile(design) - error) < 1e-9
