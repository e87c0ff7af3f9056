"""R as an independent oracle; skipped, with the reason, where it or a package is not there."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import validation_examples as example
from laennec.training.survey import Design
from laennec.validation.statistics import calibration, discrimination
from laennec.validation.statistics import survey as s
from laennec.validation.statistics.estimate import z_value

pytestmark = pytest.mark.slow
SCRIPT = Path(__file__).parent / "validation_oracles.R"


@pytest.fixture(scope="module")
def said():
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip(
            "R is not installed: apt-get install r-base-core and the packages in the script"
        )
    done = subprocess.run(
        [rscript, str(SCRIPT), str(example.DCA)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"R stops: {done.stderr.strip().splitlines()[-1]}")
    return json.loads(done.stdout)


def test_what_is_stored_is_what_r_says(said):
    """The fast tests compare with the stored file; here it is computed again."""

    def same(stored, fresh, path=""):
        if isinstance(stored, dict):
            for key in stored:
                same(stored[key], fresh[key], f"{path}.{key}")
        elif isinstance(stored, list):
            for i, (a, b) in enumerate(zip(stored, fresh, strict=True)):
                same(a, b, f"{path}[{i}]")
        elif not path.startswith(".versions"):
            assert fresh == pytest.approx(stored, abs=1e-9), path

    same(example.oracles(), said)


def test_asah_is_that_of_proc(said):
    data = said["asah"]["data"]
    case = np.array(data["case"]) == 1
    for name, (low, value, high) in said["asah"]["ci"].items():
        found = discrimination.auroc(case, np.array(data[name], float))
        assert [found.ci_low, found.value, found.ci_high] == pytest.approx([low, value, high])
    for pair in said["asah"]["pairs"]:
        scores = (np.array(data[pair[k]], float) for k in ("a", "b"))
        _, test = discrimination.auroc_difference(case, *scores)
        assert test.statistic == pytest.approx(pair["z"])
        assert test.p_value == pytest.approx(pair["p"])


@pytest.mark.parametrize("name", ["apiclus1", "apistrat"])
def test_design_based_estimates_are_those_of_survey(said, name):
    told = said["survey"][name]
    data = {k: np.array(v, float) for k, v in told["data"].items()}
    n = len(data["weight"])
    clusters = name == "apiclus1"
    design = Design(
        data["weight"],
        np.zeros(n) if clusters else data["stratum"],
        data["dnum"] if clusters else np.arange(n, dtype=float),
        np.full(n, ""),
    )
    assert s.design_degrees(design) == told["df"]
    t = s.t_quantile(design)

    def pair(estimate):
        return [estimate.value, (estimate.ci_high - estimate.value) / t]

    mean = s.weighted_ratio(data["api00"], np.ones(n), design)
    assert pair(mean) == pytest.approx(told["mean"])
    ratio = s.weighted_ratio(data["api00"], data["api99"], design)
    assert pair(ratio) == pytest.approx(told["ratio"])
    share = s.weighted_share(data["wide"] == 1, np.ones(n, bool), design)
    found = [share.value, share.ci_low, share.ci_high]
    assert found == pytest.approx(told["share"], abs=1e-6)
    risk = 1 / (1 + np.exp(-(data["api00"] - 600) / 100))
    slope = calibration.calibration_fit(data["wide"] == 1, risk, design)["calibration_slope"]
    assert slope.value == pytest.approx(told["slope"][0], abs=1e-6)
    spread = (slope.ci_high - slope.value) / t
    assert spread == pytest.approx(told["slope"][1], abs=1e-5)
    assert z_value() < t
