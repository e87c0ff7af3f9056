"""A folder of ECGs alone is a table of what their headers say."""

import math
import os
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from laennec.cli import app
from laennec.datasets.readers.ecg import EcgHeader, EcgRecording, read_ecg, write_wfdb
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.signal import EcgSignal
from laennec.serving.batch import BatchOptions, BatchRefused, SilentReporter, run_batch
from laennec.serving.batch.ecg.folder import _row
from laennec.serving.batch.explain.person import explain_person
from laennec.serving.ecg.simulated import simulate_files
from typer.testing import CliRunner


class Heard(SilentReporter):
    """Keeps what was said."""

    def __init__(self):
        self.lines = []

    def line(self, text):
        self.lines.append(text)


@pytest.fixture
def folder(tmp_path):
    files = tmp_path / "files"
    for _ in simulate_files(files / "a", pathology="atrial_fibrillation", n=2, seed=3):
        pass
    (files / "broken.edf").write_bytes(b"no ecg")
    (files / "README").write_text("read me")
    return files


def test_every_ecg_is_a_row_and_what_is_none_is_told(tmp_path, folder):
    heard = Heard()
    done = run_batch(BatchOptions((), tmp_path / "out", workers=1, ecg_folder=folder), heard)
    assert done.exit_code == 0
    assert (done.counts["in"], done.counts["rows_out"]) == (3, 3)
    rows = pq.read_table(tmp_path / "out" / "parts").to_pylist()
    states = {row["person_id"]: row["ecg_state"] for row in rows}
    names = sorted(p.relative_to(folder).as_posix() for p in folder.glob("a/*.hea"))
    assert states == {names[0]: "read", names[1]: "read", "broken.edf": "ecg_unreadable"}
    table = pq.read_table(tmp_path / "out" / "collected" / "ecgs.parquet").to_pylist()
    about = read_ecg(folder / names[0]).header
    assert table[0] | {"visit_date": None} == {
        "person_id": names[0], "visit_date": None, "age_years": int(about.age_years),
        "sex": about.sex, "ecg_path": names[0],
    }  # fmt: skip
    assert any("no ECG are left out, by ending: (none) 1, .json 2" in line for line in heard.lines)
    options = BatchOptions(
        (tmp_path / "out" / "collected" / "ecgs.parquet",), tmp_path / "out", ecg_folder=folder
    )
    assert "ECG" in explain_person(options, names[0], "en")


def test_the_command_resumes_and_refuses_a_folder_that_changed(tmp_path, folder):
    args = ["batch", "--out", str(tmp_path / "out"), "--ecg-folder", str(folder), "--workers", "1"]
    looked = CliRunner().invoke(app, [*args, "--profile"])
    assert looked.exit_code == 0, looked.output
    assert '"rows": 3' in looked.output
    assert CliRunner().invoke(app, args).exit_code == 0
    again = CliRunner().invoke(app, [*args, "--resume"])
    assert again.exit_code == 0, again.output
    mixed = CliRunner().invoke(app, args)
    assert isinstance(mixed.exception, BatchRefused)
    (folder / "broken.edf").unlink()
    changed = CliRunner().invoke(app, [*args, "--resume"])
    assert isinstance(changed.exception, BatchRefused)
    assert "another plan" in str(changed.exception)


def test_a_folder_without_an_ecg_is_refused(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "notes.txt").write_text("nothing")
    options = BatchOptions((), tmp_path / "out", ecg_folder=tmp_path / "files")
    with pytest.raises(BatchRefused, match="a folder without an ECG"):
        run_batch(options, SilentReporter())


def test_a_name_that_is_no_text_is_refused_before_anything_is_made(tmp_path, folder):
    """The bug it pins: a file named in Latin-1 ended the run with a traceback of Arrow."""
    odd = os.fsencode(folder) + "/électro.edf".encode("latin-1")
    with open(odd, "wb") as file:  # noqa: PTH123 - a name that pathlib would have to escape
        file.write(b"no ecg")
    with pytest.raises(BatchRefused, match="not in UTF-8: 1"):
        run_batch(BatchOptions((), tmp_path / "out", workers=1, ecg_folder=folder), Heard())
    assert not (tmp_path / "out" / "collected").exists()


@pytest.mark.parametrize("years", [math.inf, -math.inf, math.nan, 1e9, -5.0])
def test_an_age_that_is_no_number_of_years_is_not_stated(years):
    """The bug it pins: one header with such an age ended the run of the whole folder."""
    assert _row("a.csv", EcgHeader("csv", "a", age_years=years))["age_years"] is None


def test_a_person_is_named_by_the_header_and_aged_on_the_day_of_the_recording():
    header = EcgHeader(
        "dicom", "x", patient_id=" 17 ", sex="female", birth_date=date(1970, 6, 2),
        acquired_at=datetime(2026, 6, 1, 9, 0, tzinfo=UTC),
    )  # fmt: skip
    assert _row("x.dcm", header) == {
        "person_id": "17", "visit_date": date(2026, 6, 1), "age_years": 55, "sex": "female",
        "ecg_path": "x.dcm",
    }  # fmt: skip


def test_a_row_names_the_urgent_rules_that_could_not_be_applied_to_its_ecg(tmp_path):
    """Pinned: of an infarct whose leads were lost nothing in the row said that no rule saw it."""
    files = tmp_path / "files"
    files.mkdir()
    signal = simulate(scenario("sinus_rhythm"), seed=1).signal
    for name, lost in (("whole", ()), ("part", ("V2", "V3"))):
        rows = {n: signal.lead_mv(n) for n in signal.leads if n not in lost}
        left = EcgSignal.of(rows, signal.sampling_rate_hz, complete=False)
        write_wfdb(EcgRecording(left, EcgHeader("wfdb", name)), files / f"{name}.hea")
    paths = ["whole.hea", "part.hea", None]
    columns = {
        "person_id": list("abc"), "sex": ["male"] * 3, "age_years": [50] * 3,
        "waist_cm": [95.0] * 3, "ecg_path": pa.array(paths, pa.string()),
    }  # fmt: skip
    pq.write_table(pa.table(columns), tmp_path / "visits.parquet")
    options = BatchOptions(
        (tmp_path / "visits.parquet",), tmp_path / "out", workers=1, ecg_folder=files
    )
    run_batch(options, SilentReporter())
    whole, part, none = pq.read_table(tmp_path / "out" / "parts").to_pylist()
    assert whole["ecg_rules_not_applied"] == ""
    assert "ecg_st" in part["ecg_rules_not_applied"].split()
    assert none["ecg_rules_not_applied"] is None
