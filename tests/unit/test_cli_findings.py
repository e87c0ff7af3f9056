"""``ecg findings`` and ``ecg rhythm``: the contract's columns, and one bad file stops none."""

import csv
import json

from laennec.cli import app
from laennec.engine.ecg.findings.settings import statement_settings
from typer.testing import CliRunner

RUN = CliRunner()
PARTLY = 3


def test_scores_are_written_for_every_statement_and_a_bad_file_is_told(tmp_path):
    made = tmp_path / "made"
    args = ["ecg", "simulate", "--out", str(made), "--pathology", "atrial_fibrillation"]
    assert RUN.invoke(app, args).exit_code == 0
    good = next(made.glob("*.hea"))
    bad = tmp_path / "bad.hea"
    bad.write_text("nothing", encoding="utf-8")
    out = tmp_path / "scores.csv"
    done = RUN.invoke(app, ["ecg", "findings", str(bad), str(good), "-o", str(out)])
    assert done.exit_code == PARTLY
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert list(rows[0]) == ["record", "statement", "score", "state"]
    assert [r["statement"] for r in rows] == list(statement_settings()["vocabulary"])
    assert {r["record"] for r in rows} == {good.stem}
    for row in rows:
        if row["state"].startswith("not_assessable:"):
            assert row["score"] == ""
        else:
            assert 0.0 <= float(row["score"]) <= 1.0
            assert row["state"] in ("present", "borderline", "absent")
    state = {r["statement"]: r["state"] for r in rows}
    assert state["atrial_fibrillation"] == "present"
    assert state["prolonged_qt"].endswith("statement.not_with.atrial_fibrillation")
    labels = tmp_path / "rhythm.csv"
    assert RUN.invoke(app, ["ecg", "rhythm", str(good), "-o", str(labels)]).exit_code == 0
    assert list(csv.DictReader(labels.open(encoding="utf-8"))) == [
        {"record": good.stem, "label": "A"}
    ]


def test_a_strip_that_can_not_be_read_is_told_in_words(tmp_path):
    strip = tmp_path / "flat.csv"
    strip.write_text("# fs: 250 Hz\n# unit: mV\nI\n" + "0.0\n" * 5000, encoding="utf-8")
    done = RUN.invoke(app, ["ecg", "rhythm", str(strip), "--lang", "en"])
    assert done.exit_code == 0
    assert done.stdout == "record,label\nflat,~\n"
    assert "arrest" in done.stderr
    assert "U0 NOW" in done.stderr
    out = tmp_path / "rhythm.json"
    assert RUN.invoke(app, ["ecg", "rhythm", str(strip), "-o", str(out)]).exit_code == 0
    data = json.loads(out.read_text(encoding="utf-8"))
    one = data["strips"][0]
    assert (one["record"], one["label"], one["urgency"]) == ("flat", "~", "U0")
    assert one["urgent"][0]["rule_id"] == "ecg_no_clear_beats"
    assert "arr\u00eat cardiaque" in one["notes"][0]["text"]
    bad = RUN.invoke(app, ["ecg", "rhythm", str(strip), "--lang", "de"])
    assert bad.exit_code == 2
