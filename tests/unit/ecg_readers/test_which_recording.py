"""Which recording of a file with several is meant: told wherever a file can be named."""

from pathlib import Path

import batch_support
import ecg_files
import pyarrow as pa
import pytest
from ecg_visits import earlier, notices, screened, visit
from laennec.cli import app
from laennec.datasets.readers.ecg import EcgAmbiguous, read_ecg
from laennec.datasets.readers.ecg.files import numbered_file, record_files
from laennec.engine.errors import ScreeningError
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch
from laennec.serving.ecg.not_read import why_not_read
from typer.testing import CliRunner


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Two series of one person."""
    path = tmp_path / "two.xml"
    path.write_bytes(ecg_files.aecg(n_series=2).data)
    return path


def test_a_number_behind_the_name_chooses(two):
    for number in (0, 1):
        found = read_ecg(f"{two}#{number}")
        assert found.header.record == "two"
        assert found.signal.leads == read_ecg(two, recording=number).signal.leads
        assert read_ecg(f"{two}#{number}", recording=number).header.record == "two"
    with pytest.raises(EcgAmbiguous, match="Recording 2 was asked for, the file holds 2 record"):
        read_ecg(f"{two}#2")
    with pytest.raises(EcgAmbiguous, match="Recording 0 was asked for, and recording 1 behind"):
        read_ecg(f"{two}#1", recording=0)


def test_a_file_that_has_this_very_name_is_that_file(tmp_path, two):
    other = tmp_path / "two.xml#1"
    other.write_bytes(b"no ecg")
    assert numbered_file(other) == (other, None)
    with pytest.raises(ScreeningError, match="ecg|ECG"):
        read_ecg(other)
    for name in ("none.xml#1", "two.xml#", "two.xml#x", "two.xml#-1", "#1"):
        assert numbered_file(tmp_path / name) == (tmp_path / name, None)


def test_a_wfdb_record_and_its_files_are_found_behind_a_number(tmp_path):
    made = ecg_files.wfdb()
    for name, data in {made.name: made.data, **made.companions}.items():
        (tmp_path / name).write_bytes(data)
    stem = made.name.removesuffix(".hea")
    plain = read_ecg(tmp_path / stem)
    assert read_ecg(tmp_path / f"{stem}#0").signal.leads == plain.signal.leads
    assert record_files(tmp_path / f"{made.name}#0") == record_files(tmp_path / made.name)


def test_the_error_says_where_and_how_to_choose(two):
    with pytest.raises(EcgAmbiguous) as refused:
        read_ecg(two)
    for way in ("--recording 0 to 1", "FILE#0 to 1", "`recording`", "recording=0 to 1 in Python"):
        assert way in refused.value.remedy


@pytest.mark.usefixtures("two")
def test_a_visit_names_the_recording_of_its_file(tmp_path):
    """Pinned: a file with several that a visit names could not be read at all."""
    refused = notices(screened(tmp_path, visit({"file": "two.xml"})))
    assert "file#N in a visit" in " ".join(
        screened(tmp_path, visit({"file": "two.xml"})).rendered.split()
    )
    assert "ecg_several_recordings" in refused
    chosen = notices(screened(tmp_path, visit({"file": "two.xml#1"})))
    assert not {"ecg_several_recordings", "ecg_unreadable", "ecg_file_missing"} & set(chosen)
    gone = notices(screened(tmp_path, visit({"file": "two.xml#7"})))
    assert "ecg_several_recordings" in gone


def reasons(done):
    return [
        n.parameters.get("reason_code")
        for n in done.draft.notes
        if n.code == "previous_ecg_refused"
    ]


@pytest.mark.usefixtures("two")
def test_an_earlier_visit_names_the_recording_of_its_file(tmp_path):
    """Pinned: an earlier ECG of a file with several was "unreadable (ecg_ambiguous)"."""
    now = {"file": "two.xml#0"}
    done = screened(tmp_path, visit(now, earlier({"file": "two.xml"})))
    assert reasons(done) == ["ecg_several_recordings"]
    assert "0: 0.16 s" in " ".join(done.rendered.split())
    done = screened(tmp_path, visit(now, earlier({"file": "two.xml#1"})))
    assert reasons(done) == []


def test_the_caller_chooses_a_recording_of_the_earlier_file(tmp_path, two):
    now = visit({"file": "two.xml#0"})
    done = screened(tmp_path, now, previous_ecg=two)
    assert reasons(done) == ["ecg_several_recordings"]
    done = screened(tmp_path, now, previous_ecg=two, previous_recording=1)
    assert reasons(done) == []
    help_text = CliRunner().invoke(app, ["screen", "--help"], env={"COLUMNS": "200"}).stdout
    assert "--previous-recording" in help_text


def test_a_table_names_the_recordings_of_its_files(tmp_path, two):
    """Pinned: batch said "ecg_unreadable" of a file with several, and nothing could be chosen."""
    files = tmp_path / "files"
    files.mkdir()
    two.rename(files / "two.xml")
    paths = ["two.xml", "two.xml#1", "two.xml#7", "../two.xml#1", *[None] * 4]
    table = batch_support.people(8, seed=2)
    people = [
        {**row, "ecg_path": path, "sex": "female", "age_years": 51, "person_id": "P-7"}
        for row, path in zip(table.to_pylist(), paths, strict=True)
    ]
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(people), tmp_path / "visits.parquet")
    options = BatchOptions(
        (tmp_path / "visits.parquet",), tmp_path / "out", workers=1, ecg_folder=files
    )
    run_batch(options, SilentReporter())
    rows = pq.read_table(tmp_path / "out" / "parts").to_pylist()
    states = [row["ecg_state"] for row in rows]
    assert states[0] == states[2] == "ecg_several_recordings"
    assert states[1] not in ("ecg_several_recordings", "ecg_unreadable", None)
    assert states[3] == "ecg_outside_folder"
    assert "ecg:ecg_several_recordings" in rows[0]["refused_items"]


def test_a_number_that_a_file_of_one_recording_lacks_is_said_so(tmp_path):
    """Pinned: "an ECG file of several recordings", which held one."""
    with pytest.raises(EcgAmbiguous, match="there is no such recording") as refused:
        read_ecg(ecg_files.aecg().data, name="one.xml", recording=1)
    assert why_not_read(refused.value)[0] == "ecg_no_such_recording"
