"""What a visit is told back: its own values and units, what was sent and not used, its language."""

import json
from pathlib import Path

import pytest
from laennec.cli import app
from laennec.engine.prediagnosis import EcgReference, EcgSource, EcgValue
from laennec.engine.words import Sentences
from laennec.engine.words.ecg_lines import value_line
from typer.testing import CliRunner

VISIT = Path("examples/visits/01-raised-risk.json")
FASTING = {"code": "glucose", "unit": "g/L", "specimen": "venous_plasma", "fasting_hours": 10}


CALM = {"family_history_diabetes": "none", "physically_active": True,
        "daily_fruit_vegetables": True, "ever_high_glucose": False, "smoker": "never"}  # fmt: skip


def said(folder, *glucose, drop=(), **changed):
    visit = json.loads(VISIT.read_text(encoding="utf-8")) | changed
    kept = [m for m in visit["measurements"] if m["code"] not in ("glucose", *drop)]
    visit["measurements"] = [*kept, *({**FASTING, "value": v} for v in glucose)]
    path = folder / "visit.json"
    path.write_text(json.dumps(visit), encoding="utf-8")
    done = CliRunner().invoke(app, ["screen", str(path), "--lang", "fr"])
    return " ".join(done.stdout.split()) + done.stderr


@pytest.mark.parametrize(("values", "printed"), [(("0.95", "0.95"), "(0,95 g/L"),
                                                 (("0.94", "0.96"), "(0,96 g/L")])  # fmt: skip
def test_several_results_are_printed_in_the_unit_in_which_they_were_reported(
    tmp_path, values, printed
):
    body = [("height", "164", "cm"), ("weight", "62.0", "kg"), ("waist", "78.0", "cm"),
            ("systolic_bp", "122", "mm[Hg]"), ("diastolic_bp", "76", "mm[Hg]")]  # fmt: skip
    measured = [{"code": code, "value": value, "unit": unit} for code, value, unit in body]
    text = said(tmp_path, *values, measurements=measured, questionnaire=CALM, medications=[])
    assert f"glycémie à jeun : en hausse {printed}" in text
    assert "mmol/L ; condition" not in text


def test_a_pressure_that_was_sent_and_not_used_is_not_called_missing(tmp_path):
    pressure = {"code": "systolic_bp", "value": "18", "unit": "mm[Hg]", "site": "left_arm"}
    visit = json.loads(VISIT.read_text(encoding="utf-8"))
    rest = [m for m in visit["measurements"] if not m["code"].endswith("_bp")]
    text = said(tmp_path, measurements=[*rest, pressure])
    assert "Pression systolique : ce qui a été envoyé n'est pas utilisé" in text


def test_an_ecg_file_that_is_not_there_is_said_to_be_missing(tmp_path):
    text = said(tmp_path, ecg={"file": "missing.hea"})
    assert "Un fichier ECG introuvable (missing.hea)" in text
    assert "Exporter de nouveau" not in text


def test_a_reference_interval_has_its_unit():
    interval = EcgReference(113.0, 212.0, "p2_p98", EcgSource("mason_2007", "", "abstract", ""))
    value = EcgValue("pr", 255.0, "ms", 2.0, 12, reference=interval)
    assert value_line(value, Sentences("fr")).endswith("intervalle de référence : 113 à 212 ms")


def test_a_range_of_risks_never_begins_at_zero():
    assert Sentences("fr").interval((0.0001, 0.96)) == "de moins de 1 à 96 sur 100"
    assert Sentences("en").interval((0.0001, 0.96)) == "between fewer than 1 and 96 in 100"


def test_a_date_is_written_as_its_reader_writes_it():
    shown = Sentences("fr").text(
        "intake.too_old.found",
        item="glucose",
        value="6.5",
        unit="g/L",
        date="2025-11-09",
        months=12,
    )
    assert "09/11/2025" in shown


def test_a_score_that_does_not_apply_is_one_sentence(tmp_path):
    text = said(tmp_path, conditions=["diabetes"])
    assert "FINDRISC : le score ne s'applique pas : diabète déjà connu." in text
