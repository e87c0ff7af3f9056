"""Intervals hold their estimate, stand on the scale of their kind, and say by which method."""

import numpy as np
import pytest
from laennec.training.survey import Design
from laennec.validation.report import write_report
from laennec.validation.report.checklists import filled
from laennec.validation.report.words import Words
from laennec.validation.statistics.calibration import observed_to_expected
from laennec.validation.statistics.drift import population_stability
from laennec.validation.statistics.estimate import Estimate
from laennec.validation.statistics.missing import rubin
from laennec.validation.statistics.proportions import wilson
from laennec.validation.statistics.survey import weighted_quotient
from laennec.validation.study.subgroups import worst_gap
from scipy.special import expit
from study_examples import change, protocol_text, run


@pytest.mark.parametrize("moved", [0.0, 0.1, 0.5, 2.0])
@pytest.mark.parametrize("size", [40, 300, 2000])
def test_the_stability_index_lies_in_its_interval(moved, size):
    """0.010 stood beside 0.012 to 0.063: replicates of a noisy index lie above it."""
    for seed in range(15):
        rng = np.random.default_rng(seed)
        found = population_stability(rng.normal(size=size), rng.normal(moved, 1, size), seed)
        assert 0 <= found.ci_low <= found.value <= found.ci_high
        assert found.ci_low < found.ci_high


def test_the_interval_of_the_index_covers_that_of_the_populations():
    rng = np.random.default_rng(8)
    truth = population_stability(rng.normal(size=400_000), rng.normal(0.3, 1, 400_000), 1).value
    hits = []
    for seed in range(120):
        found = population_stability(rng.normal(size=900), rng.normal(0.3, 1, 900), seed)
        hits.append(found.ci_low <= truth <= found.ci_high)
    assert np.mean(hits) >= 0.9


def test_observed_to_expected_is_told_on_one_scale_however_it_was_had():
    rng = np.random.default_rng(2)
    risk = expit(rng.normal(-2, 1, 600))
    case = rng.random(600) < risk
    each = np.arange(600.0)
    design = Design(np.ones(600), np.zeros(600), each, np.full(600, "", dtype=np.str_))
    plain, weighted = observed_to_expected(case, risk), observed_to_expected(case, risk, design)
    pooled = rubin([plain] * 5, "logarithm")
    for found in (plain, weighted, pooled):
        assert found.value / found.ci_low == pytest.approx(found.ci_high / found.value)
        assert "logarithm" in found.method
    assert (pooled.ci_low, pooled.ci_high) == pytest.approx((plain.ci_low, plain.ci_high), rel=1e-2)
    nobody = weighted_quotient(np.zeros(600), risk, design)
    assert nobody.code == "no_case"


def test_a_gap_of_two_shares_is_newcombes_and_says_so():
    """Square-and-add of Wilson's limits was labelled as a normal interval."""
    one, other = wilson(56, 70), wilson(48, 80)
    rows = [
        {"results": {"x": vars_of(e)}, "n": e.n, "label": str(i), "label_fr": str(i)}
        for i, e in enumerate((one, other))
    ]
    found = worst_gap(rows, "x")
    assert found["value"] == pytest.approx(0.2)
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((0.0524, 0.3339), abs=1e-4), (
        "example (a) of Newcombe 1998, method 10"
    )
    assert "Newcombe" in found["method"]
    assert "normal" not in found["method"]


def vars_of(e: Estimate):
    return {k: getattr(e, k) for k in ("value", "ci_low", "ci_high", "n")}


def test_performance_in_subgroups_is_not_filled_where_there_is_none(folder):
    def state(document):
        items = {i["id"]: i for c in filled(document) if "TRIPOD" in c["name"] for i in c["items"]}
        return items["23a"]["state"]

    document = run(folder)
    assert document["subgroups"]
    assert state(document) == "from_run"
    assert state({**document, "subgroups": []}) == "partly"


@pytest.mark.parametrize(
    ("write", "is_risk"),
    [
        (lambda row, _: f"{0.001 + row % 90 / 100:.3f}", True),
        (lambda row, _: str(row % 2), False),
        (lambda row, _: str(row % 30), False),
    ],
)
def test_net_reclassification_says_why_there_is_none_and_prints_its_cut_offs(
    folder, write, is_risk
):
    """A comparator of points was left out without a word, a yes or no was cut like a risk."""
    (folder / "study.toml").write_text(protocol_text(), encoding="utf-8")
    change(folder, "marker", write)
    document = run(folder)
    results = document["reclassification"]["against"]["marker"]
    for name in ("nri_cases", "nri_others", "nri"):
        assert ("value" in results[name]) == is_risk
        assert is_risk or results[name]["not_estimable"] == "not_a_risk"
    write_report(document, folder / "out")
    for lang in ("en", "fr"):
        page = (folder / "out" / f"report.{lang}.html").read_text("utf-8")
        cuts = ", ".join(Words(lang).short(c) for c in document["reclassification"]["cuts"])
        assert cuts in page
