"""ECG files named by ``ecg_path`` are measured beside their rows, from one folder and no other."""

import re
from dataclasses import replace

import batch_support
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from laennec.cli import app
from laennec.datasets.readers.ecg import read_ecg
from laennec.engine.ecg import visit
from laennec.engine.words import Sentences
from laennec.serving.batch import BatchOptions, BatchRefused, SilentReporter, run_batch
from laennec.serving.batch.ecg import rows as ecg_rows
from laennec.serving.batch.ecg.past_columns import NAMES
from laennec.serving.batch.explain.person import explain_person
from laennec.serving.ecg.simulated import simulate_files
from typer.testing import CliRunner

N = 40


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("ecg")
    for pathology in ("atrial_fibrillation", "ventricular_tachycardia"):
        for _ in simulate_files(root / "files" / pathology, pathology=pathology, n=1, seed=3):
            pass
    (root / "outside.hea").write_text("secret")
    (root / "files" / "broken.edf").write_bytes(b"no ecg")
    return root


def header(root, pathology):
    (found,) = (root / "files" / pathology).glob("*.hea")
    return found


def as_in_the_headers(table, files):
    """Return the table with sex and age of every readable ECG, so that they are of one person."""
    people = table.to_pylist()
    for row in people:
        name = row["ecg_path"] or ""
        if name in {path.relative_to(files).as_posix() for path in files.glob("*/*.hea")}:
            about = read_ecg(files / name).header
            row |= {"sex": about.sex, "age_years": int(about.age_years)}
    return pa.Table.from_pylist(people, schema=table.schema)


@pytest.fixture(scope="module")
def done(root):
    paths = [None] * N
    paths[0] = header(root, "atrial_fibrillation").relative_to(root / "files").as_posix()
    paths[1] = header(root, "ventricular_tachycardia").relative_to(root / "files").as_posix()
    paths[2:6] = ["broken.edf", "../outside.hea", "absent.hea", "/etc/passwd"]
    paths[6] = "no\0path"
    paths[35] = paths[0]
    table = batch_support.people(N, seed=2).append_column("ecg_path", pa.array(paths, pa.string()))
    table = as_in_the_headers(table, root / "files")
    pq.write_table(table, root / "visits.parquet")
    options = BatchOptions((root / "visits.parquet",), root / "out", workers=1)
    without = run_batch(options, SilentReporter())
    given = BatchOptions(
        (root / "visits.parquet",), root / "with", workers=1, ecg_folder=root / "files"
    )
    return without, run_batch(given, SilentReporter())


@pytest.fixture(scope="module")
def rows(root, done):
    return pq.read_table(root / "with" / "parts").to_pylist()


@pytest.fixture
def joined(tmp_path):
    """Three simulated ECGs and a table of the people of their headers, in completed years."""
    files = tmp_path / "files"
    for seed, pathology in enumerate(("lbbb", "atrial_fibrillation", "sinus_rhythm")):
        for _ in simulate_files(files, pathology=pathology, n=1, seed=seed):
            pass
    headers = sorted(files.glob("*.hea"))
    for path in headers:
        whole = re.sub(r"(?m)^(#\s*age\D*\d+)\.\d+", r"\1", path.read_text(), flags=re.IGNORECASE)
        path.write_text(whole)
    about = [read_ecg(path).header for path in headers]
    assert all(header.age_years.is_integer() for header in about)
    columns = {
        "person_id": [str(i) for i in range(len(headers))],
        "sex": [header.sex for header in about],
        "age_years": [header.age_years for header in about],
        "waist_cm": [95.0] * len(headers),
        "ecg_path": [path.name for path in headers],
    }
    pq.write_table(pa.table(columns), tmp_path / "visits.parquet")
    return headers


def run(folder, *, resume=False, workers=1, out="out"):
    options = BatchOptions(
        (folder / "visits.parquet",), folder / out, workers=workers, ecg_folder=folder / "files",
        resume=resume, chunk_rows=2,
    )  # fmt: skip
    return run_batch(options, SilentReporter())


def test_a_row_has_the_scores_that_ecg_findings_writes_of_its_file(tmp_path, joined):
    run(tmp_path)
    csv = tmp_path / "scores.csv"
    args = ["ecg", "findings", *map(str, joined), "-o", str(csv)]
    assert CliRunner().invoke(app, args).exit_code == 0
    alone = pacsv.read_csv(csv).to_pylist()
    rows = pq.read_table(tmp_path / "out" / "parts").to_pylist()
    by_record = {path.stem: row for path, row in zip(joined, rows, strict=True)}
    told = 0
    for said in alone:
        score = by_record[said["record"]][f"{said['statement']}_score"]
        assert (score is None) == (said["score"] is None)
        told += score is not None
        assert score is None or score == pytest.approx(said["score"], abs=5.1e-7)
    assert 0 < told < len(alone)
    assert {name for name in rows[0] if name.endswith("_score")} == {
        f"{said['statement']}_score" for said in alone
    }


def test_every_ecg_is_measured_once(tmp_path, joined, monkeypatch):
    measured, measure = [], visit.analyse_ecg

    def counted(signal, network):
        measured.append(signal)
        return measure(signal, network)

    monkeypatch.setattr(visit, "analyse_ecg", counted)
    run(tmp_path)
    assert len(measured) == len(joined)


def test_two_workers_write_the_bytes_of_one(tmp_path, joined):
    one, two = run(tmp_path), run(tmp_path, workers=2, out="two")
    assert one.content_sha256 == two.content_sha256
    assert [part["sha256"] for part in one.manifest["output"]["parts"]] == [
        part["sha256"] for part in two.manifest["output"]["parts"]
    ]
    assert len(one.manifest["output"]["parts"]) > 1


@pytest.mark.parametrize("suffix", [".hea", ".dat"])
def test_a_resumed_run_refuses_an_ecg_that_changed(tmp_path, joined, suffix):
    first = run(tmp_path)
    assert first.manifest["plan"]["ecg"]["ecgs"] == len(joined)
    assert run(tmp_path, resume=True).content_sha256 == first.content_sha256
    changed = joined[1].with_suffix(suffix)
    changed.write_bytes(changed.read_bytes() + b"\n")
    with pytest.raises(BatchRefused, match=r"another plan \(ecg differ\)"):
        run(tmp_path, resume=True)


def test_a_resumed_run_refuses_an_ecg_that_came_later(tmp_path, joined):
    kept = joined[0].read_bytes()
    joined[0].unlink()
    run(tmp_path)
    joined[0].write_bytes(kept)
    with pytest.raises(BatchRefused, match=r"ecg differ"):
        run(tmp_path, resume=True)


def test_an_urgent_ecg_makes_its_row_urgent_and_says_by_which_rule(rows, root):
    assert rows[1]["urgency"] == "U0"
    assert "urgent.ecg" in {reason["finding"] for reason in rows[1]["reasons"]}


def test_a_file_that_can_not_be_read_or_lies_outside_is_a_refused_item(rows):
    states = [row["ecg_state"] for row in rows]
    assert states[:6] == [
        "read", "read", "ecg_unreadable", "ecg_outside_folder", "ecg_unreadable",
        "ecg_outside_folder",
    ]  # fmt: skip
    assert states[6:8] == ["ecg_outside_folder", None]
    assert "ecg:ecg_outside_folder" in rows[3]["refused_items"]
    assert rows[2]["atrial_fibrillation_score"] is None


def test_an_ecg_that_made_a_row_urgent_is_explained_and_never_left_out(root, done):
    """A draft without the ECG that made the row urgent would be less urgent than its row."""
    options = BatchOptions((root / "visits.parquet",), root / "with", workers=1)
    told = explain_person(replace(options, inputs=()), "p000001", "en")
    assert "urgency: U0" in told
    assert "ecg_state: read" in told
    rule = next(r["rule_id"] for r in pq.read_table(root / "with" / "parts").to_pylist()[1][
        "reasons"] if r["finding"] == "urgent.ecg")  # fmt: skip
    (line,) = [one for one in told.splitlines() if one.endswith(f"[{rule}]")]
    assert len(line.split("urgent.ecg: ")[1]) > len(f"[{rule}]") + 10
    with pytest.raises(BatchRefused, match=r"ecg differ.* --ecg-folder"):
        explain_person(options, "p000001", "en")
    draft = explain_person(replace(options, ecg_folder=root / "files"), "p000001", "en")
    assert "ECG" in draft
    assert Sentences("en").text(f"urgent.{rule}").split(".")[0] in " ".join(draft.split())


@pytest.mark.parametrize("about", ["sex", "age_years", "birth_date"])
def test_the_ecg_of_another_person_is_not_used(tmp_path, joined, about):
    """A row of a man of 27 was scored with the ECG of a woman of 54, and said that it was read."""
    people = pq.read_table(tmp_path / "visits.parquet").to_pylist()
    other = {
        "sex": {"male": "female", "female": "male"}[people[0]["sex"]],
        "age_years": people[0]["age_years"] - 20,
        "birth_date": "2001-03-02",
    }
    people[0][about] = other[about]
    people[0]["visit_date"] = "2026-11-03"
    names = {name: None for row in people for name in row}
    if about == "birth_date":
        del names["age_years"]
    table = pa.table({name: [row.get(name) for row in people] for name in names})
    pq.write_table(table, tmp_path / "visits.parquet")
    done = run(tmp_path)
    rows = pq.read_table(tmp_path / "out" / "parts").to_pylist()
    assert [row["ecg_state"] for row in rows] == ["wrong_patient", "read", "read"]
    assert "ecg:wrong_patient" in rows[0]["refused_items"]
    assert {rows[0][name] for name in rows[0] if name.endswith("_score")} == {None}
    assert rows[0]["status"] != "refused"
    assert rows[0]["urgency"] == "U1"
    urgent = [r["rule_id"] for r in rows[0]["reasons"] if r["finding"] == "urgent.ecg"]
    assert urgent == ["ecg_of_another_person"]
    assert done.manifest["items_refused"]["ecg:wrong_patient"] == 1


def test_identifiers_of_another_numbering_say_nothing_where_told_so(tmp_path, joined, monkeypatch):
    """A device that numbers people in its own way made every ECG one of another person."""
    real = ecg_rows.read_ecg

    def of_the_device(path):
        recording = real(path)
        return replace(recording, header=replace(recording.header, patient_id="device-7"))

    monkeypatch.setattr(ecg_rows, "read_ecg", of_the_device)
    run(tmp_path, out="same")
    states = pq.read_table(tmp_path / "same" / "parts").column("ecg_state").to_pylist()
    assert states == ["wrong_patient"] * 3
    args = ["batch", tmp_path / "visits.parquet", "--out", tmp_path / "other", "--workers", 1,
            "--ecg-folder", tmp_path / "files", "--ecg-other-numbering"]  # fmt: skip
    done = CliRunner().invoke(app, [str(arg) for arg in args])
    assert done.exit_code == 0, done.output
    states = pq.read_table(tmp_path / "other" / "parts").column("ecg_state").to_pylist()
    assert states == ["read"] * 3
    options = BatchOptions(
        (tmp_path / "visits.parquet",), tmp_path / "other", ecg_folder=tmp_path / "files"
    )
    assert "ECG" in explain_person(options, "1", "en")


class Heard(SilentReporter):
    """Keeps what was said."""

    def __init__(self):
        self.lines = []

    def line(self, text):
        self.lines.append(text)


def test_a_column_of_which_no_file_is_there_is_said_of_the_whole_table(tmp_path, joined):
    """A wrong column once made every row U1, and the run ended as if all were well."""
    table = pq.read_table(tmp_path / "visits.parquet")
    wrong = pa.array([f"elsewhere/{i}.hea" for i in range(3)])
    table = table.set_column(table.schema.get_field_index("ecg_path"), "ecg_path", wrong)
    pq.write_table(table, tmp_path / "visits.parquet")
    heard = Heard()
    options = BatchOptions(
        (tmp_path / "visits.parquet",), tmp_path / "out", workers=1, ecg_folder=tmp_path / "files"
    )
    done = run_batch(options, heard)
    assert (done.exit_code, done.state) == (3, "complete")
    assert "ecg_none_there" in done.manifest["notices"]
    said = next(line for line in heard.lines if "not one of the 3 files" in line)
    assert "Check the folder" in said
    assert "ecg_path" in said
    rows = pq.read_table(tmp_path / "out" / "parts").to_pylist()
    assert [row["ecg_state"] for row in rows] == ["ecg_unreadable"] * 3


def test_one_file_that_is_there_is_no_problem_of_the_table(tmp_path, joined):
    for path in joined[1:]:
        path.unlink()
    done = run(tmp_path)
    assert done.exit_code == 0
    assert done.manifest["plan"]["ecg"]["ecgs_there"] == 1


def test_every_other_row_says_what_it_says_without_ecgs(root, rows, done):
    before = pq.read_table(root / "out" / "parts").to_pylist()
    for row, old in zip(rows[7:35], before[7:35], strict=True):
        assert {name: row[name] for name in old} == old
    without, given = done
    assert "ecg_not_read" in without.manifest["notices"]
    assert "ecg_not_read" not in given.manifest["notices"]
    assert given.manifest["output"]["columns"][-len(NAMES) - 2 :] == [
        "ecg_state",
        "ecg_rules_not_applied",
        *NAMES,
    ]
    assert given.content_sha256 != without.content_sha256
