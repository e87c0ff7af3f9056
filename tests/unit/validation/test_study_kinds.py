"""Surveys, partial verification, outcomes that take time, answers made beforehand."""

import pytest
from laennec.validation.errors import ProtocolRefused
from laennec.validation.protocol.read import SCORES
from laennec.validation.report import write_report
from laennec.validation.study.subgroups import SURVIVAL
from study_examples import protocol_text, run


def test_a_survey_has_a_weighted_analysis(folder):
    design = (
        '[data.survey]\nweight = "w"\nstratum = "s"\npsu = "u"\n'
        "weight_divisor = 1.0\n\n[population]"
    )
    (folder / "study.toml").write_text(
        protocol_text(a=("[population]\n", design + "\n"), b=('"counted"', '"weighted"')),
        encoding="utf-8",
    )
    document = run(folder)
    weighted = document["analyses"]["weighted"]
    assert "linearisation" in weighted["discrimination"]["tests"]["index"]["auroc"]["method"]
    assert document["endpoints"][0]["result"]["method"].startswith("design-based")
    assert "weighted" in document["referral"]["ada"]
    assert len(write_report(document, folder / "out")) > 20


def test_partial_verification_is_corrected(folder):
    text = protocol_text(
        a=("# verified = { column", "verified = { column"),
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    document = run(folder)
    assert document["verification"]["n"] > document["verification"]["verified"]
    assert document["analyses"]["counted"]["n"] < 600
    assert "value" in document["verification"]["sensitivity"]


def test_a_survival_outcome_is_ranked_by_c_index(folder):
    text = protocol_text(
        a=('# time = "followed_months"', 'time = "followed"'),
        b=("# horizon = 120.0", "horizon = 3.0"),
        c=("# competing", "competing"),
        d=('statistic = "auroc" ', 'statistic = "c_index" '),
        e=('case = { column = "outcome"', 'case = { column = "died"'),
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    document = run(folder)
    counted = document["analyses"]["counted"]
    assert counted["discrimination"]["tests"]["index"]["c_index"]["value"] > 0.5
    assert counted["calibration"]["observed_to_expected"]["method"].startswith("Aalen-Johansen")
    assert document["endpoints"][0]["result"]["method"] == (
        "Harrell; over all follow-up, competing ends censored; infinitesimal jackknife; paired"
    )
    ways = [(row["analysis"], row.get("shift")) for row in document["missing"]["analyses"]]
    assert ways[:3] == [
        ("as_in_use", None), ("complete_case", None), ("multiple_imputation", 0.0),
    ]  # fmt: skip
    for row in document["missing"]["analyses"]:
        assert set(row["results"]) == {"c_index", "observed_to_expected", "calibration_slope"}
        assert "value" in row["results"]["c_index"]
    groups = [g for s in document["subgroups"] for g in s["groups"]]
    assert groups
    assert all(set(g["results"]) == set(SURVIVAL) for g in groups)
    assert any("value" in g["results"]["c_index"] for g in groups)
    write_report(document, folder / "out")
    html = (folder / "out" / "report.fr.html").read_text(encoding="utf-8")
    assert "Critère de survie" in html


GIVEN = ('# values = "oof_column"  ', 'values = "marker"  ')
NO_IMPUTATION = {
    "p": ('"complete_case", "multiple_imputation"]', '"complete_case"]'),
    "i": ("imputations = 2", "imputations = 0"),
    "s": ("shifts = [-0.5, 0.5]", "shifts = []"),
}


def test_answers_that_were_made_beforehand_stand_for_the_models_own(folder):
    text = protocol_text(v=GIVEN, **NO_IMPUTATION)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    document = run(folder)
    tests = document["analyses"]["counted"]["discrimination"]["tests"]
    assert tests["index"]["auroc"]["value"] == pytest.approx(
        tests["marker"]["auroc"]["value"], abs=0.01
    )
    write_report(document, folder / "out")
    assert "De la colonne marker" in (folder / "out" / "report.fr.html").read_text("utf-8")


def test_given_answers_and_multiple_imputation_do_not_go_together(folder):
    (folder / "study.toml").write_text(protocol_text(v=GIVEN), encoding="utf-8")
    with pytest.raises(ProtocolRefused, match="left out with multiple_imputation"):
        run(folder)


def test_every_published_score_can_be_a_comparator(folder):
    rows = "".join(
        f'[[comparator]]\nid = "its_{name}"\nlabel = "{name}"\nkind = "score"\nname = "{name}"\n'
        for name in SCORES
    )
    text = protocol_text(
        a=('[[endpoint]]\nid = "ranking"', rows + '[[endpoint]]\nid = "ranking"'), **NO_IMPUTATION
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    tests = run(folder)["analyses"]["counted"]["discrimination"]["tests"]
    assert {f"its_{name}" for name in SCORES} <= set(tests)
