"""A row's ECG beside the last earlier one of its person, which may stand in any row."""

import json
import shutil

import pyarrow.parquet as pq
import pytest
from laennec.cli import app
from laennec.serving.ecg.simulated import simulate_files
from typer.testing import CliRunner

HEAD = "person_id,visit_date,birth_date,sex,ecg_path\n"
NAMES = {
    "old": "sinus_rhythm", "lbbb": "lbbb", "af": "atrial_fibrillation",
    "q": "old_mi_q_waves_inferior",
}  # fmt: skip
ROWS = [
    "block,2026-01-10,,female,lbbb.hea", "block,2021-01-10,,female,old.hea",
    "rhythm,2026-01-10,,female,af.hea", "rhythm,2021-01-10,,female,old.hea",
    "q,2026-01-10,,female,q.hea", "q,2021-01-10,,female,old.hea",
    "later,2020-01-10,,female,lbbb.hea", "later,2021-01-10,,,old.hea",
    "last,2019-01-10,,,q.hea", "last,2020-01-10,,,old.hea", "last,2021-01-10,,,lbbb.hea",
    "first,2021-01-10,,,lbbb.hea",
    "day,2021-01-10,,,lbbb.hea", "day,2021-01-10,,,old.hea",
    "same,2021-01-10,,,old.hea", "same,2022-01-10,,,old.hea",
    "lost,2021-01-10,,,absent.hea", "lost,2022-01-10,,,lbbb.hea",
    "born,2021-01-10,1970-01-01,,old.hea", "born,2022-01-10,1971-01-01,,lbbb.hea",
    "sex,2021-01-10,,male,old.hea", "sex,2022-01-10,,female,lbbb.hea",
    "gone,2021-01-10,,,old.hea", "gone,2022-01-10,,,lbbb.hea",
    ",2021-01-10,,,old.hea", ",2022-01-10,,,lbbb.hea",
]  # fmt: skip


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Return a folder with ECGs of one sex, the table, and its result."""
    here = tmp_path_factory.mktemp("earlier")
    for name, pathology in NAMES.items():
        for _ in simulate_files(here / name, pathology=pathology, n=1, seed=5):
            pass
        for file in (here / name).iterdir():
            (here / "files").mkdir(exist_ok=True)
            if file.suffix == ".hea":
                text = file.read_text().replace(file.stem, name)
                kept = [x for x in text.splitlines() if not x.startswith("# age")]
                (here / "files" / f"{name}.hea").write_text("\n".join(kept) + "\n")
            elif file.suffix == ".dat":
                shutil.copy(file, here / "files" / f"{name}.dat")
    (here / "visits.csv").write_text(HEAD + "\n".join(ROWS) + "\n")
    (here / "gone.txt").write_text("gone\n")
    told = made(here, here / "visits.csv", "result", "--workers", "1")
    (here / "told.json").write_text(json.dumps(told))
    return here


def made(here, table, out, *more):
    done = run("batch", table, "--out", here / out, "--ecg-folder", here / "files",
               "--withdrawn", here / "gone.txt", *more)  # fmt: skip
    assert done.exit_code in (0, 3), done.output
    return json.loads(done.stdout)["content_sha256"]


@pytest.fixture(scope="module")
def rows(root):
    table = pq.read_table(root / "result" / "parts").to_pylist()
    return {(row["person_id"], str(row["visit_date"])): row for row in table}


def test_what_is_new_since_the_last_earlier_ecg_is_told(rows):
    block = rows["block", "2026-01-10"]
    assert (block["ecg_earlier_state"], str(block["ecg_earlier_date"])) == (
        "compared",
        "2021-01-10",
    )
    assert block["ecg_new_block"] == "yes"
    assert block["ecg_axis_shifted"] == "yes"
    assert abs(block["ecg_axis_change_deg"]) > 30
    assert block["ecg_new_q_waves"] == block["ecg_qtc_longer"] == "not_comparable"
    assert block["ecg_qtc_change_ms"] is None
    rhythm = rows["rhythm", "2026-01-10"]
    assert (rhythm["ecg_new_rhythm"], rhythm["ecg_new_block"]) == ("yes", "no")
    q = rows["q", "2026-01-10"]
    assert (q["ecg_new_q_waves"], q["ecg_new_rhythm"], q["ecg_qtc_longer"]) == ("yes", "no", "no")
    assert q["ecg_qtc_change_ms"] == pytest.approx(
        q["ecg_qtc_fridericia_ms"] - rows["q", "2021-01-10"]["ecg_qtc_fridericia_ms"], abs=0.11
    )


def test_a_rule_on_what_is_new_counts_for_the_urgency(rows):
    q = rows["q", "2026-01-10"]
    assert "ecg_new_q_waves" in {reason["rule_id"] for reason in q["reasons"]}
    assert q["urgency"] in ("U0", "U1", "U2")


def test_the_last_earlier_one_counts_and_no_later_one(rows):
    assert str(rows["last", "2021-01-10"]["ecg_earlier_date"]) == "2020-01-10"
    assert rows["last", "2020-01-10"]["ecg_new_q_waves"] == "no"
    assert rows["later", "2020-01-10"]["ecg_earlier_state"] is None


@pytest.mark.parametrize("row", [("first", "2021-01-10"), ("day", "2021-01-10")])
def test_without_an_earlier_day_nothing_is_said(rows, row):
    said = {k: v for k, v in rows[row].items() if k.startswith(("ecg_new", "ecg_earlier"))}
    assert set(said.values()) == {None}


def test_the_same_recording_is_not_compared(rows):
    same = rows["same", "2022-01-10"]
    assert same["ecg_new_block"] == same["ecg_qtc_longer"] == "not_comparable"


@pytest.mark.parametrize(
    ("person", "state"),
    [("lost", "ecg_earlier_unreadable"), ("born", "ecg_earlier_other_person")],
)
def test_one_that_cant_be_used_is_told_and_the_row_stands(rows, person, state):
    row = rows[person, "2022-01-10"]
    assert row["ecg_earlier_state"] == state
    assert row["ecg_state"] == "read"
    assert row["ecg_new_block"] is None


def test_two_sexes_under_one_pseudonym_are_not_compared(rows):
    assert rows["sex", "2021-01-10"]["ecg_state"] == "wrong_patient"
    assert rows["sex", "2022-01-10"]["ecg_earlier_state"] == "ecg_earlier_other_person"


def test_people_who_withdrew_and_rows_without_a_person_are_not_compared(rows):
    gone = [row for (person, _), row in rows.items() if person == "gone"]
    assert gone
    assert {row["ecg_earlier_state"] for row in gone} == {None}
    assert rows[None, "2022-01-10"]["ecg_earlier_state"] is None


def test_an_earlier_ecg_lowers_no_urgency(root, rows, tmp_path):
    alone = [row for row in ROWS if "2026" in row]
    (tmp_path / "alone.csv").write_text(HEAD + "\n".join(alone) + "\n")
    made(root, tmp_path / "alone.csv", tmp_path / "alone", "--workers", "1")
    for row in pq.read_table(tmp_path / "alone" / "parts").to_pylist():
        beside = rows[row["person_id"], str(row["visit_date"])]["urgency"]
        assert (beside or "U9") <= (row["urgency"] or "U9")


def test_parts_workers_and_the_order_of_rows_change_nothing(root, tmp_path):
    (tmp_path / "b.csv").write_text(HEAD + "\n".join(reversed(ROWS)) + "\n")
    told = [
        made(root, root / "visits.csv", tmp_path / "a", "--workers", "2", "--chunk-rows", "3"),
        made(root, tmp_path / "b.csv", tmp_path / "b", "--workers", "1"),
    ]
    assert told[0] == json.loads((root / "told.json").read_text())

    def content(folder):
        return sorted(str(row) for row in pq.read_table(folder / "parts").to_pylist())

    assert content(root / "result") == content(tmp_path / "b") == content(tmp_path / "a")


def test_they_are_searched_and_explained(root):
    found = run("search", "--result", root / "result", "--where",
                "ecg_new_block = yes and ecg_axis_change_deg < -30")  # fmt: skip
    assert json.loads(found.stdout)["people"]["found"] == "<11"
    words = run("explain", root / "result", "--person", "q", "--input", root / "visits.csv",
                "--ecg-folder", root / "files", "--withdrawn", root / "gone.txt",
                "--lang", "en").stdout  # fmt: skip
    assert "Earlier ECG: 2021-01-10" in words
    wrong = run("search", "--result", root / "result", "--where", "ecg_new_block = perhaps")
    assert "Use yes, no, not_decided, not_comparable" in str(wrong.exception)


def test_the_intervals_of_the_result_have_trajectories(root, tmp_path):
    done = run("trajectories", root / "visits.csv", "--out", tmp_path, "--ecg-result",
               root / "result", "--withdrawn", root / "gone.txt", "--on", "2026-06-01")  # fmt: skip
    assert done.exit_code == 0, done.output
    table = pq.read_table(tmp_path / "trajectories.parquet").to_pylist()
    told = {(row["person_id"], row["item"]): row for row in table}
    qtc = told["q", "ecg.qtc_fridericia"]
    assert (qtc["tests"], str(qtc["last_date"]), qtc["unit"]) == (2, "2026-01-10", "ms")
    assert ("gone", "ecg.rate") not in told
    assert ("born", "ecg.rate") not in told


def test_a_result_without_ecgs_gives_no_trajectories_of_them(root, tmp_path):
    done = run("batch", root / "visits.csv", "--out", tmp_path / "bare", "--workers", "1")
    assert done.exit_code in (0, 3)
    refused = run("trajectories", root / "visits.csv", "--out", tmp_path / "t", "--ecg-result",
                  tmp_path / "bare")  # fmt: skip
    assert "a result without intervals of ECGs" in str(refused.exception)
