"""The scores of the public ECG sets are those of their leaderboards."""

import numpy as np
import pytest
from laennec.training.ecg import scores
from laennec.training.report import find


def test_fmax_takes_the_best_cut_off_and_leaves_out_what_nobody_said():
    truth = np.array([[1.0, 0.0, np.nan], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]])
    score = np.array([[0.9, 0.2, 0.95], [0.1, 0.8, 0.3], [0.7, 0.4, 0.1]])
    value, (low, high) = scores.fmax(truth, score, scores.Draws(50, 1))
    # At 0.4 (exclusive of 0.3) everything true and nothing false is said.
    assert value == pytest.approx(1.0)
    assert low <= value <= high
    worse, _ = scores.fmax(truth, 1 - score, scores.Draws(2, 1))
    assert worse < value


def test_macro_auroc_is_the_mean_over_classes_of_both_kinds():
    rng = np.random.default_rng(3)
    truth = (rng.random((200, 3)) < 0.3).astype(float)
    truth[:, 2] = 1.0
    score = np.where(truth == 1, 0.6, 0.4) + rng.normal(0, 0.2, truth.shape)
    lines = scores.label_lines("t", ("a", "b", "c"), truth, score, scores.Draws(20, 1))
    each = [find(lines, "t", name, "AUROC").estimate.value for name in "ab"]
    macro = find(lines, "t", "macro", "AUROC").estimate
    assert macro.value == pytest.approx(np.mean(each))
    assert macro.ci_low < macro.value < macro.ci_high
    assert find(lines, "t", "macro", "classes").estimate.value == 2


def test_f1_of_the_challenge_of_2017_does_not_count_noise():
    truth = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    given = np.array([0, 0, 1, 0, 2, 2, 2, 3])
    lines = scores.f1_lines("t", ("N", "A", "O", "~"), truth, given, scores.Draws(10, 1))
    n, a, o = 4 / 5, 2 / 3, 4 / 5
    assert find(lines, "t", "mean of N, A, O", "F1").estimate.value == pytest.approx(
        (n + a + o) / 3
    )


def test_sensitivity_and_predictivity_pool_beats_and_draw_records():
    truth, given = np.array([0, 0, 2, 2, 2]), np.array([0, 2, 2, 2, 0])
    record = np.array(["a", "a", "a", "b", "b"])
    lines = scores.aami_lines("t", tuple("NSVFQ"), (truth, given), record, scores.Draws(40, 1))
    assert find(lines, "t", "V", "sensitivity").estimate.value == pytest.approx(2 / 3)
    assert find(lines, "t", "V", "+P").estimate.value == pytest.approx(2 / 3)
    assert find(lines, "t", "V", "sensitivity").estimate.n == 2
    assert np.isnan(find(lines, "t", "S", "sensitivity").estimate.value)
