"""A study on a made-up table: from the protocol to the files of the report."""

import json
import re
import sys
from datetime import date

import pytest
import validation_examples as example
from laennec.engine.bundles.load import load_models
from laennec.validation.commands import (
    StudyCommand,
    check_command,
    freeze_command,
    new_command,
    validate_command,
)
from laennec.validation.errors import ProtocolRefused, StudyError
from laennec.validation.protocol import freeze, read_protocol, template
from laennec.validation.report import write_report
from laennec.validation.report.words import Words, _texts
from laennec.validation.study import StudyOptions, run_study
from laennec.validation.study.subgroups import SURVIVAL

MODELS = load_models()
BUNDLE = next(b for b in MODELS.loaded if b.manifest.id == "diabetes_type_2/undiagnosed_no_lab")
MAPPING = """schema = "laennec.mapping/1"
ignore = ["followed", "died", "other_death", "w", "s", "u", "year", "outcome", "verified", "marker",
  "site"]
"""
EXTRA = """
[[comparator]]
id = "marker"
label = "A marker"
kind = "column"
name = "marker"
threshold = 0.05

[[subgroup]]
id = "site"
label = "Site"
group = [
  { label = "North", when = [{ column = "site", op = "==", text = "north" }] },
  { label = "South", when = [{ column = "site", op = "==", text = "south" }] },
]
"""


def protocol_text(**edits):
    text = (
        template()
        .replace("0" * 64, BUNDLE.model.sha256)
        .replace("threshold = 0.5  ", "threshold = 0.03  ")
        .replace("imputations = 20", "imputations = 2")
        .replace("bootstraps = 1000", "bootstraps = 20")
        .replace("shapley_people = 200", "shapley_people = 20")
        .replace("minimum_events = 50", "minimum_events = 5")
        .replace('# mapping = "mapping.toml"', 'mapping = "mapping.toml"')
        .replace('# person = "person_id"', 'person = "person_id"')
        .replace('# period = "year"', 'period = "year"')
        .replace("net_reclassification = false", "net_reclassification = true")
    )
    for old, new in edits.values():
        assert old in text, old
        text = text.replace(old, new)
    return text + EXTRA


@pytest.fixture
def folder(tmp_path):
    example.write_visits(tmp_path / "visits.csv")
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    (tmp_path / "study.toml").write_text(protocol_text(), encoding="utf-8")
    return tmp_path


def run(folder):
    return run_study(StudyOptions(folder / "study.toml", folder / "visits.csv", MODELS))


def test_a_study_runs_from_protocol_to_every_section(folder):
    document = run(folder)
    counted = document["analyses"]["counted"]
    assert document["flow"][0]["stayed"] == 600
    assert counted["n"] == 600
    assert sum(step["n"] for step in document["flow"] if "n" in step) == 600
    tests = counted["discrimination"]["tests"]
    assert set(tests) == {"index", "ada", "marker"}
    assert tests["index"]["auroc"]["value"] > 0.6
    two = counted["threshold"]["index"]["counts"]
    assert sum(two.values()) == counted["n"] - document["flow"][-1]["n"]
    assert document["missing"]["analyses"][-1]["analysis"] == "multiple_imputation"
    assert len(document["missing"]["analyses"]) == 5
    assert {"periods", "by_person", "referral", "reclassification", "explanation"} <= set(document)
    assert document["by_person"]["persons"] < document["by_person"]["records"]
    assert "marker" in document["reclassification"]["against"]
    assert [g["label"] for g in document["subgroups"][1]["groups"]] == ["North", "South"]
    assert document["model"]["saw_these_data"] is False
    assert {d["code"] for d in document["deviations"]} >= {"not_frozen", "comparator_missing"}


def test_the_index_test_does_not_see_the_reference_standard(folder):
    """The same people with another outcome get the same risks."""
    before = run(folder)["analyses"]["counted"]
    text = (folder / "visits.csv").read_text(encoding="utf-8").splitlines()
    at = text[0].split(",").index("outcome")
    rows = [line.split(",") for line in text[1:]]
    for row in rows:
        row[at] = str(1 - int(row[at]))
    lines = [text[0], *(",".join(r) for r in rows)]
    (folder / "visits.csv").write_text("\n".join(lines), encoding="utf-8")
    after = run(folder)["analyses"]["counted"]
    assert after["calibration"]["histogram"] == before["calibration"]["histogram"]
    one, other = (a["discrimination"]["tests"]["index"]["auroc"]["value"] for a in (before, after))
    assert one + other == pytest.approx(1)


def test_the_same_run_writes_the_same_bytes(folder):
    freeze_command(folder / "study.toml")
    first = write_report(run(folder), folder / "one")
    again = write_report(run(folder), folder / "two")
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in again]
    names = {p.name for p in first}
    assert {"report.json", "report.fr.html", "report.en.html", "psi.csv", "rules.csv"} <= names


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_report_is_one_file_in_whole_words(folder, lang):
    write_report(run(folder), folder / "out", [lang])
    html = (folder / "out" / f"report.{lang}.html").read_text(encoding="utf-8")
    assert not re.search(r'(src|href)="(?!#)', html)
    assert "<script" not in html
    assert not re.search(r"\b(nan|None|inf)\b", re.sub(r"<style>.*?</style>", "", html, flags=re.S))
    banner = {"fr": "Sans marquage CE", "en": "Not CE marked"}[lang]
    assert banner in html
    assert html.count("<svg") >= 5
    anchors = set(re.findall(r'<section id="(\w+)"', html))
    assert set(re.findall(r'href="#(\w+)"', html)) <= anchors
    told = json.loads((folder / "out" / "report.json").read_text(encoding="utf-8"))
    for checklist in told["checklists"]:
        for item in checklist["items"]:
            assert item["section"] in {*anchors, ""}
            assert (item["state"] == "authors") == (item["section"] == "")


def test_every_text_has_both_languages():
    for group, rows in _texts().items():
        for key, row in rows.items():
            assert set(row) == {"en", "fr"}, f"{group}.{key}"
            blanks = [set(re.findall(r"{(\w+)}", text)) for text in row.values()]
            assert blanks[0] == blanks[1], f"{group}.{key}"
    with pytest.raises(Exception, match="no text report.nothing"):
        Words("fr").say("report", "nothing")


def test_a_frozen_protocol_is_told_with_what_changed_since(folder):
    path = folder / "study.toml"
    freeze(read_protocol(path), path, date(2026, 11, 1))
    path.write_text(protocol_text(a=("threshold = 0.03", "threshold = 0.05")), encoding="utf-8")
    document = run(folder)
    assert document["protocol"]["frozen_on"] == "2026-11-01"
    (change,) = [d for d in document["deviations"] if d["code"] == "changed_after_freeze"]
    assert (change["path"], change["frozen"], change["now"]) == ("index_test.threshold", 0.03, 0.05)
    write_report(document, folder / "out", ["en"])
    html = (folder / "out" / "report.en.html").read_text(encoding="utf-8")
    assert "index_test.threshold was 0.03, is now 0.05" in html


def test_opening_the_data_unfrozen_is_remembered_by_a_later_freeze(folder):
    run(folder)
    frozen = freeze_command(folder / "study.toml")
    assert len(frozen["opened_before"]) == 1
    codes = {d["code"] for d in run(folder)["deviations"]}
    assert "opened_before_freeze" in codes
    assert "not_frozen" not in codes


def test_another_model_or_data_than_planned_is_a_deviation(folder):
    text = protocol_text(
        a=(BUNDLE.model.sha256, "1" * 64),
        b=('version = "0.1.0"', 'version = "9.9.9"'),
        c=('# sha256 = "..." ', f'sha256 = "{"2" * 64}" '),
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    codes = {d["code"] for d in run(folder)["deviations"]}
    assert {"other_model", "other_version", "other_data"} <= codes


def test_development_data_are_not_judged(folder):
    text = protocol_text(a=('data_role = "external"', 'data_role = "development"'))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    document = run(folder)
    assert document["endpoints"][0]["verdict"] == "development"
    write_report(document, folder / "out", ["en"])
    html = (folder / "out" / "report.en.html").read_text(encoding="utf-8")
    assert "The figures are optimistic" in html
    assert "not judged: development data" in html


def test_every_name_that_is_not_there_comes_at_once(folder):
    text = protocol_text(
        a=('model = "diabetes_type_2/undiagnosed_no_lab"', 'model = "diabetes_type_2/no_such"'),
        b=('{ feature = "male", op = "==", value = 0.0 }', '{ feature = "man", op = "missing" }'),
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolRefused) as caught:
        run(folder)
    assert {p.code for p in caught.value.problems} == {"model_unknown", "feature_unknown"}
    assert "diabetes_type_2/undiagnosed_no_lab" in str(caught.value)
    text = protocol_text(a=('column = "outcome"', 'column = "outcom"'))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolRefused, match="no column 'outcom' in visits.csv"):
        run(folder)


def test_nobody_left_is_refused(folder):
    text = protocol_text(a=("value = 18.0", "value = 200.0"))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolRefused, match="nobody is left after the exclusions"):
        run(folder)


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
    assert (
        document["endpoints"][0]["result"]["method"] == "Harrell, infinitesimal jackknife; paired"
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


def test_the_commands_say_what_they_did(folder, tmp_path):
    said = []
    command = StudyCommand(folder / "study.toml", folder / "visits.csv", folder / "out", ("en",))
    summary = validate_command(command, said.append)
    assert said == ["data", "model", "statistics", "report"]
    assert summary["n"] == 600
    assert summary["primary"][0]["id"] == "ranking"
    assert "not_frozen" in summary["deviations"]
    new = tmp_path / "new.toml"
    new_command(new)
    checked = check_command(new)
    assert checked["frozen"] is None
    assert {"study.id", "study.question", "index_test.sha256"} <= set(
        checked["still_the_templates"]
    )
    own = new.read_text("utf-8").replace("my-study-2026", "cohort-2027").replace("0" * 64, "1" * 64)
    new.write_text(own, encoding="utf-8")
    left = check_command(new)["still_the_templates"]
    assert not {"study.id", "index_test.sha256"} & set(left)
    assert "study.question" in left
    with pytest.raises(StudyError, match="it would be written over"):
        new_command(new)


def test_a_report_that_can_not_be_written_says_so(folder):
    (folder / "out").write_text("a file stands here", encoding="utf-8")
    with pytest.raises(StudyError, match="the report would be lost"):
        write_report(run(folder), folder / "out")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of mlflow's own queries
def test_a_study_is_kept_in_the_store(folder):
    import mlflow

    uri = f"sqlite:///{folder / 'store.db'}"
    command = StudyCommand(
        folder / "study.toml", folder / "visits.csv", folder / "out", ("en",), tracking_uri=uri
    )
    summary = validate_command(command, lambda _: None)
    run = mlflow.get_run(summary["run_id"])
    assert run.data.params["study"] == "my-study-2026"
    metric = run.data.metrics["endpoints/ranking/auroc"]
    assert metric == pytest.approx(summary["primary"][0]["result"]["value"])
    mlflow.set_tracking_uri("")


def test_without_the_store_a_study_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "laennec.training.tracking", None)
    monkeypatch.delattr("laennec.training.tracking", raising=False)
    command = StudyCommand(
        folder / "study.toml", folder / "visits.csv", folder / "out", ("en",), tracking_uri="x"
    )
    with pytest.raises(StudyError, match=r"Install laennec\[train\]"):
        validate_command(command, lambda _: None)


def test_an_empty_cell_is_unknown_and_a_broken_line_is_told(folder):
    lines = (folder / "visits.csv").read_text(encoding="utf-8").splitlines()
    at = lines[0].split(",").index("outcome")
    for i in (1, 2, 3):
        cells = lines[i].split(",")
        cells[at] = "" if i < 3 else " "
        lines[i] = ",".join(cells)
    lines[4] += ",one field too many"
    (folder / "visits.csv").write_text("\n".join(lines), encoding="utf-8")
    document = run(folder)
    left = {s["id"]: s["left"] for s in document["flow"] if "left" in s}
    assert left["no_reference"] == 3
    assert document["analyses"]["counted"]["n"] == 596
    told = [d for d in document["deviations"] if d["code"] == "lines_left_out"]
    assert told == [{"code": "lines_left_out", "n": 1}]


def test_words_compared_with_a_number_are_refused(folder):
    text = protocol_text(a=('case = { column = "outcome"', 'case = { column = "site"'))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProtocolRefused, match="the column 'site' holds no numbers"):
        run(folder)


def test_a_folder_of_several_files_is_no_study(folder):
    (folder / "visits").mkdir()
    for name in ("a.csv", "b.csv"):
        example.write_visits(folder / "visits" / name, 20)
    with pytest.raises(ProtocolRefused, match="a study is about one file"):
        run_study(StudyOptions(folder / "study.toml", folder / "visits", MODELS))


def verdicts(document):
    return [e["verdict"] for e in document["endpoints"]]


def test_a_hypothesis_is_judged_only_where_it_came_before_the_data(folder):
    path = folder / "study.toml"
    freeze(read_protocol(path), path, date(2026, 11, 1))
    assert verdicts(run(folder))[0] in ("shown", "not_shown")
    path.write_text(protocol_text(a=("margin = 0.015", "margin = 0.5")), encoding="utf-8")
    assert verdicts(run(folder))[0] == "changed"
    (folder / "study.frozen.json").unlink()
    assert verdicts(run(folder)) == ["exploratory", "nothing_to_show"]
    freeze_command(path)
    assert verdicts(run(folder))[0] == "exploratory"


@pytest.mark.parametrize(
    ("edit", "verdict"),
    [
        (("margin = 0.015", "margin = 0.9"), "shown"),
        (('"non_inferior"', '"superior"'), "not_shown"),
        (("margin = 0.015", "margin = -0.9"), "not_shown"),
        (
            ('hypothesis = "non_inferior"', 'hypothesis = "at_least"\nbound = -1.0'),
            "shown",
        ),
        (('hypothesis = "non_inferior"', 'hypothesis = "at_most"\nbound = -1.0'), "not_shown"),
    ],
)
def test_a_hypothesis_is_judged_by_its_interval(folder, edit, verdict):
    path = folder / "study.toml"
    text = protocol_text(a=edit, b=('incomplete = "nothing"', 'incomplete = "high"'))
    path.write_text(text, encoding="utf-8")
    freeze(read_protocol(path), path, date(2026, 11, 1))
    assert verdicts(run(folder))[0] == verdict


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
