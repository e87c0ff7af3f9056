"""What was done while an ECG file was read is said in words, in every output."""

import csv
import io
import json
import re
from pathlib import Path

import ecg_files
import numpy as np
import pytest
from ecg_made import visit_file
from laennec.datasets.readers import ecg as readers
from laennec.datasets.readers.ecg import read_ecg
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.leads import TWELVE_LEADS
from laennec.engine.words import Sentences
from laennec.engine.words.load import load_sentences
from laennec.serving.ecg.compare import as_data, as_text, compare_files
from typer.testing import CliRunner

FOLDER = Path(readers.__file__).parent
HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "read-an-ecg.md"
LEFT = {
    "fr": "Voies au nom inconnu à côté des dérivations",
    "en": "Channels of an unknown name beside the leads",
}
TURNED = {"fr": "remises à l'endroit : aVR", "en": "turned back: aVR"}


def written(folder, name="r", seed=3):
    """Write twelve leads, aVR under its negative, a channel and breathing, of nobody known."""
    signal = simulate(scenario("sinus_rhythm"), seed=seed).signal
    rows = np.vstack([signal.twelve_mv(), signal.lead_mv("II")[None], signal.lead_mv("I")[None]])
    rows[TWELVE_LEADS.index("aVR")] *= -1
    names = ["-aVR" if lead == "aVR" else lead for lead in TWELVE_LEADS] + ["ch13", "Resp"]
    lines = [f"{name} {len(names)} 500 {rows.shape[1]}"]
    lines += [f"{name}.dat 16 1000(0)/mV 16 0 0 0 0 {lead}" for lead in names]
    (folder / f"{name}.hea").write_text("\n".join([*lines, "# Sex: 1"]) + "\n", encoding="utf-8")
    (folder / f"{name}.dat").write_bytes(np.round(rows * 1000).astype("<i2").T.tobytes())
    return folder / f"{name}.hea"


CODES = {
    "negative_leads_turned", "channels_left", "not_ecg_skipped", "age_or_sex_not_understood",
}  # fmt: skip


def run(*arguments):
    from laennec.cli import app

    return CliRunner().invoke(app, ["ecg", *map(str, arguments)])


def told_in(text, lang):
    flat = " ".join(text.split())
    return LEFT[lang] in flat and "ch13" in flat and TURNED[lang] in flat


def codes_of_readers():
    """Every literal of the readers that is a note: given to noting, or in a tuple of notes."""
    found = set()
    for path in FOLDER.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'noting(?:_of)?\(\s*"(\w+)"', text))
        for line in text.splitlines():
            if "notes" in line or "else ()" in line:
                found |= set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', line))
    return found


def test_every_note_of_a_reader_has_its_sentence_and_its_place_in_the_manual():
    codes = codes_of_readers()
    assert {"not_ecg_skipped", "length_not_stated", "reader_warned"} <= codes
    manual = HOW_TO.read_text(encoding="utf-8")
    for lang in ("fr", "en"):
        known = {key for key in load_sentences()[lang] if key.startswith("ecg.file.")}
        worded = {key.removeprefix("ecg.file.").removesuffix(".named") for key in known}
        assert codes <= worded
        assert worded <= codes | {"channels_left", "several_people", "age_or_sex_not_understood"}
    assert not [code for code in codes if code not in manual]


def test_a_recording_carries_its_notes_as_messages(tmp_path):
    signal = read_ecg(written(tmp_path)).signal
    words = Sentences("en")
    assert {words.coded(n)["code"].split(".")[2] for n in signal.notes} == CODES
    assert any("Resp" in words.render(n) for n in signal.notes)
    plain = ecg_files.every_format()["wfdb_16"]
    assert read_ecg(plain.data, name=plain.name, companions=plain.companions).signal.notes == ()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_measure_says_them_on_paper_in_json_and_in_csv(tmp_path, lang):
    """Pinned: no command printed a note of a header."""
    path = written(tmp_path)
    assert told_in(run("measure", path, "--lang", lang).stdout, lang)
    run("measure", path, "--lang", lang, "-o", tmp_path / "o.json")
    (said,) = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))
    assert told_in(" ".join(note["text"] for note in said["file_notes"]), lang)
    assert told_in(" ".join(said["text"]), lang)
    run("measure", path, "--lang", lang, "-o", tmp_path / "o.csv")
    (row,) = csv.DictReader(io.StringIO((tmp_path / "o.csv").read_text(encoding="utf-8")))
    assert set(row["file_notes"].split()) == CODES


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("command", ["findings", "beats", "fiducials", "convert", "rhythm"])
def test_commands_without_room_for_them_say_them_on_the_error_stream(tmp_path, command, lang):
    path = written(tmp_path)
    more = {
        "beats": ["--out", tmp_path / "o"],
        "fiducials": ["--out", tmp_path / "o"],
        "convert": [tmp_path / "new.hea"],
    }.get(command, [])
    done = run(command, path, *more, "--lang", lang)
    assert done.exit_code == 0
    assert told_in(done.stderr, lang)
    assert not told_in(done.stdout, lang)


def test_a_rhythm_in_json_has_them(tmp_path):
    run("rhythm", written(tmp_path), "-o", tmp_path / "o.json", "--lang", "en")
    (strip,) = json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))["strips"]
    assert told_in(" ".join(note["text"] for note in strip["file_notes"]), "en")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_comparison_says_those_of_both_files(tmp_path, lang):
    new, old = written(tmp_path), written(tmp_path, "old", seed=4)
    found = compare_files(new, old, load_models())
    assert told_in(as_text(found, lang), lang)
    assert f"old{Sentences(lang).text('join.colon')}" in as_text(found, lang)
    said = as_data(found, lang)
    for key in ("file_notes", "earlier_file_notes"):
        assert told_in(" ".join(note["text"] for note in said[key]), lang)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("form", ["text", "html", "json"])
def test_the_report_of_a_visit_says_them(tmp_path, lang, form):
    from laennec.cli import app

    visit = visit_file(tmp_path)
    asked = ["--ecg", str(written(tmp_path)), "--lang", lang, "--format", form]
    done = CliRunner().invoke(app, ["screen", str(visit), *asked])
    text = done.stdout.replace("&#39;", "'").replace("&#x27;", "'")
    assert told_in(text, lang)
