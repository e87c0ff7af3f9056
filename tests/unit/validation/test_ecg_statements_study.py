"""Study 4: its plan has no gap, its page says only its document, and what it deviates is told."""

import json
import tomllib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from house import ROOT
from laennec.engine.bundles.load import Models
from laennec.training.ecg_findings.run import start_of
from laennec.training.metrics import Estimate
from laennec.training.report import Line
from laennec.validation.ecg_statements import run
from laennec.validation.ecg_statements.__main__ import main
from laennec.validation.ecg_statements.page import as_markdown, write_study
from laennec.validation.ecg_statements.protocol import frozen_facts, read_statements_protocol
from laennec.validation.errors import ProtocolRefused, StudyError

PLAN = ROOT / "examples" / "studies" / "ecg_statements.toml"
SHIPPED = ROOT / "docs" / "studies" / "ecg_statements"


@pytest.fixture(scope="module")
def told():
    return json.loads((SHIPPED / "report.json").read_text(encoding="utf-8"))


def test_the_shipped_report_is_of_the_shipped_protocol_and_its_page_of_it(told):
    assert told["protocol"]["sha256"] == read_statements_protocol(PLAN).sha256
    assert told["protocol"]["content"] == tomllib.loads(PLAN.read_text(encoding="utf-8"))
    assert as_markdown(told) == (SHIPPED / "report.md").read_text(encoding="utf-8")


def test_no_small_count_leaves(told):
    counts = [line["cases"] for line in told["lines"]] + list(told["records"].values())
    counts += [
        line["estimate"]["value"]
        for line in told["lines"]
        if line["table"] == "cases by source" and line["measure"] != "sources with a case"
    ]
    assert all(n is None or n == 0 or n >= 11 for n in counts)
    assert "<11" in as_markdown(told)


def test_bad_results_are_on_the_page(told):
    """Hypertrophy is found in less than half, and two explanations are not shown to matter."""
    page = as_markdown(told)
    assert ": not shown" in page
    assert next(line for line in page.splitlines() if line.startswith("| lvh | 0."))


NAN = float("nan")


def told_of(told, **lines):
    """The document with other estimates: table__row__measure -> value and limits."""
    asked = {tuple(key.split("__")): Estimate(*e, 60, "m") for key, e in lines.items()}
    found = []
    for line in told["lines"]:
        key = (line["table"], line["row"], line["measure"])
        other = [e for (table, row, measure), e in asked.items()
                 if (table in key[0], row == key[1], measure in key[2]) == (True,) * 3]  # fmt: skip
        plain = [run._plain(Line(*key, e, 11))["estimate"] for e in other]
        found.append({**line, "estimate": plain[0]} if plain else line)
    return {**told, "lines": found}


def test_what_cannot_be_estimated_is_null_in_the_document_and_told_on_the_page(told, tmp_path):
    """The bug it pins: a slope of two cases was NaN, and no report could be written."""
    made = told_of(
        told, calibration__lvh__slope=(NAN,) * 3, calibration__rbbb__slope=(0.9, NAN, NAN)
    )
    written, page = write_study(made, tmp_path)
    json.loads(written.read_text("utf-8"), parse_constant=pytest.fail)
    lines = page.read_text("utf-8").splitlines()
    assert any(x.startswith("| lvh | not estimable | ") for x in lines)
    assert any(x.startswith("| rbbb | 0.90 [not estimable] | ") for x in lines)
    assert "nan" not in page.read_text("utf-8").lower().replace("dominan", "")


def test_means_gaps_and_deletions_that_cannot_be_estimated_are_told_as_such(told):
    learned, gap = "learned, source left out", "crisp guideline rules"
    every = {f"mean AUROC__{learned}__mean": (NAN,) * 3, f"mean AUROC__{gap}__minus": (NAN,) * 3}
    every |= {
        "cut-offs__mean__sensitivity": (NAN,) * 3,
        "deleted__st_elevation__difference": (NAN,) * 3,
    }
    page = as_markdown(told_of(told, **every))
    assert "left-out rules: not estimable." in page
    assert f"| {learned} | not estimable |" in page
    assert "| mean | not estimable | 0." in page
    row = next(x for x in page.splitlines() if x.startswith("| st_elevation | +"))
    assert row.endswith("| not estimable: not shown |")


def test_a_plan_with_a_gap_is_refused_with_every_gap_at_once(tmp_path):
    text = PLAN.read_text(encoding="utf-8")
    text = text.replace("[missing_data]", "[forgotten]").replace('data_role = "development"', "")
    path = tmp_path / "plan.toml"
    path.write_text(text.replace("seed = 20261129", "sede = 1"))
    with pytest.raises(ProtocolRefused) as caught:
        read_statements_protocol(path)
    assert {p.path for p in caught.value.problems} == {
        "forgotten", "missing_data", "study.data_role", "analysis.seed", "analysis.sede",
    }  # fmt: skip
    assert "a gap in a plan can be filled" in str(caught.value)


def test_a_file_that_is_no_protocol_is_refused(tmp_path):
    (tmp_path / "x.toml").write_text("[")
    with pytest.raises(ProtocolRefused, match="can't be read"):
        read_statements_protocol(tmp_path / "x.toml")


def test_the_same_plan_in_another_order_has_the_same_hash_and_another_plan_another(tmp_path):
    plan = read_statements_protocol(PLAN)
    text = PLAN.read_text(encoding="utf-8")
    path = tmp_path / "plan.toml"
    path.write_text("# a remark\n" + text)
    assert read_statements_protocol(path).sha256 == plan.sha256
    path.write_text(text.replace("fewest_cases = 5", "fewest_cases = 4"))
    assert read_statements_protocol(path).sha256 != plan.sha256


def test_what_a_run_does_otherwise_is_told():
    plan = read_statements_protocol(PLAN)
    assert plan.deviations(plan.sources, 500, 5) == ()
    found = plan.deviations(("LUDB", "Georgia"), 100, 6)
    assert len(found) == 4
    assert "planned and not there: Chapman-Shaoxing, Ningbo, PTB, PTB-XL" in found[0]
    assert "not planned: Georgia" in found[0]


def test_a_plan_is_frozen_once_and_what_changed_or_was_opened_before_is_told(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.read_text(encoding="utf-8"), encoding="utf-8")
    plan = read_statements_protocol(path)
    first = frozen_facts(plan, path, "ab" * 32)
    assert first["deviations"] == ["not frozen before the data were opened"]
    main([str(path), "--freeze"])
    with pytest.raises(StudyError, match="would hide what was changed"):
        main([str(path), "--freeze"])
    path.write_text(
        path.read_text("utf-8").replace("fewest_cases = 5", "fewest_cases = 4"), "utf-8"
    )
    told = frozen_facts(read_statements_protocol(path), path, "ab" * 32)
    assert told["frozen_sha256"] == plan.sha256
    assert told["deviations"] == [
        "changed after the freeze: cells.fewest_cases was 5, is now 4",
        "opened before the freeze: records abababababab",
    ]
    with pytest.raises(SystemExit):
        main([str(path)])


def test_without_the_models_there_is_no_study(tmp_path):
    with pytest.raises(StudyError, match="no ECG delineator, or no rules for ECG statements"):
        run.run_study(tmp_path, Models(), read_statements_protocol(PLAN), tmp_path)


def made_ecgs():
    """Two sources, one statement each of which only the first has cases elsewhere."""
    start = start_of("twelve_lead")
    rng = np.random.default_rng(1)
    n, names = 60, start.table.names
    source = np.array(["a"] * 30 + ["b"] * 30)
    truth = np.zeros((n, len(names)))
    truth[::3, 0] = 1
    return start, SimpleNamespace(source=source, truth=truth, rng=rng)


def test_a_cell_in_which_boosting_says_one_thing_of_everybody_is_forgotten():
    _, made = made_ecgs()
    ecgs = run.Ecgs(
        source=made.source, record=tuple(str(i) for i in range(60)),
        person=np.array([str(i) for i in range(60)]), x=np.zeros((60, 1)),
        names=("x",), truth=made.truth, statements=("s",), uses={}, withheld=np.zeros(60, bool),
            beat=np.zeros((60, 12, 70)), own_scale=np.zeros(60, bool),
            wide=np.zeros(60, bool), blocked=np.zeros(60, bool),
    )  # fmt: skip
    scores = made.rng.normal(size=made.truth.shape)
    scores[30:, 0] = -6.0
    kept = run.learnable(ecgs, scores).truth
    assert np.isfinite(kept[:30, 0]).all()
    assert np.isnan(kept[30:, 0]).all()


def test_a_small_count_of_cases_is_left_out_of_the_document():
    line = Line("AUROC: x", "lvh, LUDB", "AUROC", Estimate(0.9, 0.8, 1.0, 60, "m"), 10)
    assert run._plain(line)["cases"] is None
    assert run._plain(replace(line, cases=11))["cases"] == 11
    counted = Line("cases by source", "lvh", "LUDB", Estimate(3.0, 3.0, 3.0, 60, "counted"))
    assert run._plain(counted)["estimate"]["value"] is None
    many = replace(counted, measure="sources with a case")
    assert run._plain(many)["estimate"]["value"] == 3
