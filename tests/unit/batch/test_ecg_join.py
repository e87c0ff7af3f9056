"""ECG files named by ``ecg_path`` are measured beside their rows, from one folder and no other."""

import batch_support
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from laennec.datasets.readers.ecg import read_ecg
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.features import ecg_features
from laennec.engine.ecg.findings.find import find_statements
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.visit import ready_delineator
from laennec.serving.batch import BatchOptions, SilentReporter, run_batch
from laennec.serving.batch.ecg import statements_of
from laennec.serving.ecg.simulated import simulate_files

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


@pytest.fixture(scope="module")
def done(root):
    paths = [None] * N
    paths[0] = header(root, "atrial_fibrillation").relative_to(root / "files").as_posix()
    paths[1] = header(root, "ventricular_tachycardia").relative_to(root / "files").as_posix()
    paths[2:6] = ["broken.edf", "../outside.hea", "absent.hea", "/etc/passwd"]
    paths[35] = paths[0]
    table = batch_support.people(N, seed=2).append_column("ecg_path", pa.array(paths, pa.string()))
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


def test_a_row_has_the_scores_that_its_file_has_alone(root, rows):
    models = load_models()
    network, rules = ready_delineator(models), statements_of(models)
    person = batch_support.people(N, seed=2).slice(0, 1).to_pylist()[0]
    analysis = analyse_ecg(read_ecg(header(root, "atrial_fibrillation")).signal, network[0])
    features = ecg_features(analysis, Person(person["sex"], float(person["age_years"])))
    for statement in find_statements(analysis, features, rules):
        score = rows[0][f"{statement.name}_score"]
        assert (score is None) == bool(statement.why)
        assert score is None or score == pytest.approx(statement.score, abs=1e-6)
    assert rows[35]["atrial_fibrillation_score"] is not None


def test_an_urgent_ecg_makes_its_row_urgent_and_says_by_which_rule(rows, root):
    assert rows[1]["urgency"] == "U0"
    assert "urgent.ecg" in {reason["finding"] for reason in rows[1]["reasons"]}


def test_a_file_that_can_not_be_read_or_lies_outside_is_a_refused_item(rows):
    states = [row["ecg_state"] for row in rows]
    assert states[:6] == [
        "read", "read", "ecg_unreadable", "ecg_outside_folder", "ecg_unreadable",
        "ecg_outside_folder",
    ]  # fmt: skip
    assert states[6] is None
    assert "ecg:ecg_outside_folder" in rows[3]["refused_items"]
    assert rows[2]["atrial_fibrillation_score"] is None


def test_every_other_row_says_what_it_says_without_ecgs(root, rows, done):
    before = pq.read_table(root / "out" / "parts").to_pylist()
    for row, old in zip(rows[6:35], before[6:35], strict=True):
        assert {name: row[name] for name in old} == old
    without, given = done
    assert "ecg_not_read" in without.manifest["notices"]
    assert "ecg_not_read" not in given.manifest["notices"]
    assert given.manifest["output"]["columns"][-1] == "ecg_state"
    assert given.content_sha256 != without.content_sha256
