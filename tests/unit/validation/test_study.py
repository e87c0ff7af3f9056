"""A study on a made-up table: from the protocol to the files of the report."""

import json
import re
import sys

import pytest
from laennec.validation.commands import (
    StudyCommand,
    check_command,
    freeze_command,
    new_command,
    validate_command,
)
from laennec.validation.errors import StudyError
from laennec.validation.report import write_report
from laennec.validation.report.words import Words, _texts
from study_examples import run


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
    assert checked["complete"] is False
    with pytest.raises(StudyError, match="study.id.*as the template has them"):
        freeze_command(new)
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
    with pytest.raises(StudyError, match="there is no protocol to fill in"):
        new_command(tmp_path / "nowhere" / "new.toml")


def test_the_terminal_tells_no_number_that_the_report_hides(folder):
    study = folder / "study.toml"
    text = study.read_text("utf-8")
    assert "suppress_below = 11" in text
    study.write_text(text.replace("suppress_below = 11", "suppress_below = 10000"), "utf-8")
    command = StudyCommand(study, folder / "visits.csv", folder / "out", ("en",))
    summary = validate_command(command, lambda _: None)
    told = json.loads((folder / "out" / "report.json").read_text("utf-8"))
    assert told["analyses"]["counted"]["cases"] is None
    assert summary["cases"] is None
    kept = [e for e in told["endpoints"] if e["role"] == "primary"]
    assert [e["result"] for e in summary["primary"]] == [e["result"] for e in kept]


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
    assert run.data.params["study"] == "our-id"
    metric = run.data.metrics["endpoints/ranking/auroc"]
    assert metric == pytest.approx(summary["primary"][0]["result"]["value"])
    mlflow.set_tracking_uri("")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of mlflow's own queries
def test_a_pdf_is_kept_in_the_store_as_it_is(folder, monkeypatch):
    """Pinned: it was read as text, and the command ended in a traceback after the whole study."""
    import mlflow

    content = b"%PDF-1.7 \xe2\xe3\xcf\xd3"

    def drawn(written):
        (page := written[0].with_suffix(".pdf")).write_bytes(content)
        return (page,)

    monkeypatch.setattr("laennec.validation.commands.check_pdf", lambda: None)
    monkeypatch.setattr("laennec.validation.commands.write_pdfs", drawn)
    command = StudyCommand(
        folder / "study.toml",
        folder / "visits.csv",
        folder / "out",
        ("en",),
        tracking_uri=f"sqlite:///{folder / 'store.db'}",
        pdf=True,
    )
    run_id = validate_command(command, lambda _: None)["run_id"]
    kept = next((folder / "out" / "mlruns").rglob("*.pdf"))
    assert run_id in kept.parts
    assert kept.read_bytes() == content
    mlflow.set_tracking_uri("")


def test_without_the_store_a_study_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "laennec.training.tracking", None)
    monkeypatch.delattr("laennec.training.tracking", raising=False)
    command = StudyCommand(
        folder / "study.toml", folder / "visits.csv", folder / "out", ("en",), tracking_uri="x"
    )
    with pytest.raises(StudyError, match=r"Install laennec\[train\]"):
        validate_command(command, lambda _: None)
