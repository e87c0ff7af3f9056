"""Lines, the metrics file and the card made from it."""

import numpy as np
import pytest
from laennec.training.card import exact, render_card
from laennec.training.diabetes_type_2.aims import aim_lines
from laennec.training.metrics import Estimate
from laennec.training.report import Line, find, from_json, to_json

ABOUT = {
    "sections": {"Intended use": ["To be read."]},
    "rules": ["r1: if age_years is older then logit +0.5"],
    "tables": {"d": ["Discrimination", "A note."], "empty": ["Nothing", ""]},
    "after": {"Limits": ["- One."]},
}
LINES = (
    Line("d", "pooled", "auroc", Estimate(0.80449, 0.79, 0.815, 320, "DeLong"), 12),
    Line("d", "pooled", "share of people", Estimate(0.361, 0.35, 0.37, 320, "Wilson"), 12),
    Line("d", "other", "auroc", Estimate(float("nan"), float("nan"), float("nan"), 0, "DeLong")),
    Line("d", "counted", "people", exact(320, 320, "counted"), 12),
    Line("d", "tiny", "auroc", Estimate(0.00004, -0.0001, 0.0002, 320, "DeLong"), 12),
)


def test_the_metrics_file_comes_back():
    model, about, lines = from_json(to_json("m/f", ABOUT, LINES))
    assert (model, about["rules"]) == ("m/f", ABOUT["rules"])
    assert lines[0] == LINES[0]
    assert np.isnan(lines[2].estimate.value)


def test_the_card_is_made_of_the_lines_and_nothing_else():
    card = render_card("m/f", ABOUT, LINES)
    assert "| pooled | 320 (12) | 0.804 (0.790 to 0.815) | 36.1 % (35.0 % to 37.0 %) |  |" in card
    assert "| other | 0 | not estimable |" in card
    assert "| counted | 320 (12) |  |  | 320 |" in card
    assert "4.0e-05 (-1.0e-04 to 2.0e-04)" in card
    assert "Intervals (95 %): DeLong; Wilson; counted." in card
    assert "Nothing" not in card
    assert card == render_card(*from_json(to_json("m/f", ABOUT, LINES)))


def test_a_line_that_is_not_there_is_not_invented():
    with pytest.raises(KeyError):
        find(LINES, "d", "pooled", "sensitivity")


def _line(table, row, measure, value):
    return Line(table, row, measure, Estimate(value, value - 0.01, value + 0.01, 100, "x"), 10)


def test_aims_are_judged_by_the_measured_value():
    below, pooled = "this model minus it", "this model minus it, mean over cycles"
    lines = [
        *(_line("peers", p, below, -0.002) for p in ("logistic splines", "monotone boosting")),
        *(_line("peers", p, pooled, -0.009) for p in ("logistic splines", "monotone boosting")),
        _line("missing_one", "waist", "auroc lost", 0.011),
        _line("missing_two", "waist and bmi", "auroc lost", 0.021),
        _line("calibration", "survey-weighted", "slope", 0.97),
        _line("calibration", "survey-weighted", "O:E", 1.12),
        _line("referrals", "ADA", "fewer referred", 0.1),
        _line("bands", "low", "share of people", 0.4),
        _line("bands", "low", "npv", 0.992),
    ]
    aim = {
        "auroc_below_peers_at_most": 0.005,
        "missing_cost_at_most": 0.015,
        "calibration": [0.9, 1.1],
        "low_share_at_least": 0.35,
        "low_npv_at_least": 0.993,
        "referrals_saved_at_least": 0.12,
    }
    verdicts = {line.row.split(" (at")[0]: line.row for line in aim_lines(lines, aim)}
    reached = {name for name, row in verdicts.items() if row.endswith(": reached")}
    assert reached == {
        "AUROC minus that of logistic splines, pooled",
        "AUROC minus that of monotone boosting, pooled",
        "calibration, slope",
        "low band, share of people",
    }
    assert "AUROC lost without waist and bmi (worst)" in verdicts
    assert len(verdicts) == 10
