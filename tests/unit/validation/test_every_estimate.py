"""Every estimate of a study's report has its interval, its n and its method, or a reason."""

import pytest
from laennec.validation.statistics.estimate import WHY
from study_examples import protocol_text, run

DESCRIPTIONS = ("/explanation/",)
"""Sections that describe and estimate nothing, as the documentation says."""
KINDS = {
    "counted": {},
    "survey": {
        "a": (
            "[population]\n",
            '[data.survey]\nweight = "w"\nstratum = "s"\npsu = "u"\nweight_divisor = 1.0\n\n'
            "[population]\n",
        )
    },
    "over time": {
        "a": ('# time = "followed_months"', 'time = "followed"'),
        "b": ("# horizon = 120.0", "horizon = 3.0"),
        "c": ("# competing", "competing"),
        "d": ('statistic = "auroc" ', 'statistic = "c_index" '),
        "e": ('case = { column = "outcome"', 'case = { column = "died"'),
    },
}


def results(value, path=""):
    if isinstance(value, dict):
        if "value" in value or "not_estimable" in value:
            yield path, value
        for key, inside in value.items():
            yield from results(inside, f"{path}/{key}")
    elif isinstance(value, list):
        for i, inside in enumerate(value):
            yield from results(inside, f"{path}/{i}")


def is_an_estimate(path):
    return not (path.startswith(("/protocol/", "/deviations/")) or path.startswith(DESCRIPTIONS))


@pytest.mark.parametrize("kind", KINDS)
def test_every_estimate_has_interval_n_and_method_or_a_reason(folder, kind):
    (folder / "study.toml").write_text(protocol_text(**KINDS[kind]), encoding="utf-8")
    found = [(path, r) for path, r in results(run(folder)) if is_an_estimate(path)]
    assert len([path for path, r in found if "value" in r]) > 30
    for path, result in found:
        assert result["method"], path
        assert result["n"] >= 0, path
        if "not_estimable" in result:
            assert result["not_estimable"] in WHY, path
        else:
            assert result["ci_low"] <= result["value"] <= result["ci_high"], (path, result)
