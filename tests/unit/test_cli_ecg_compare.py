"""`laennec ecg compare`: two files of one person, refused where they are of two."""

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from ecg_pairs import recording
from laennec.cli import app
from laennec.datasets.readers.ecg import EcgHeader, EcgRecording, write_wfdb
from laennec.datasets.simulator import sample_scenario, simulate
from laennec.engine.errors import DataError, ScreeningError
from laennec.engine.prediagnosis import EcgChange
from laennec.engine.words.ecg_since_lines import change_cells
from laennec.engine.words.sentences import Sentences
from laennec.serving.ecg.compare import check_same_person
from typer.testing import CliRunner

HEADER = EcgHeader("wfdb", "old", sex="male", age_years=45.0)


def written(folder: Path, name: str, signal) -> Path:
    target = folder / f"{name}.hea"
    write_wfdb(EcgRecording(signal, replace(HEADER, record=name)), target)
    return target


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pair")
    new = written(folder, "new", recording("lbbb", 11, 20.0))
    return new, written(folder, "old", recording())


def run(*arguments):
    return CliRunner().invoke(app, ["ecg", "compare", *map(str, arguments)])


def test_it_prints_what_is_new_for_people(files):
    done = run(*files, "--lang", "en", "--old-date", "2021-03-03", "--new-date", "2026-11-03")
    assert done.exit_code == 0
    said = " ".join(done.stdout.split())
    assert "New since then: Complete left bundle branch block (QRS duration +" in said
    assert "2021-03-03" in said
    assert "lowers no urgency" in said


def test_it_writes_json_and_csv(files, tmp_path):
    assert run(*files, "-o", tmp_path / "out.json").exit_code == 0
    told = json.loads((tmp_path / "out.json").read_text())
    assert told["schema"] == "laennec.ecg_comparison/1"
    assert {"name": "lbbb", "standing": "new"}.items() <= told["standings"][1].items()
    assert run(*files, "-o", tmp_path / "out.csv").exit_code == 0
    rows = list(csv.DictReader((tmp_path / "out.csv").open()))
    assert any((r["name"], r["verdict"]) == ("qrs", "beyond") for r in rows)
    assert any((r["name"], r["verdict"]) == ("lbbb", "new") for r in rows)


def test_a_rule_that_counts_the_unknown_as_new_knows_the_earlier_ecg(tmp_path):
    """Pinned: "without an earlier ECG it counts as new", with the earlier one beside it."""
    block = recording("lbbb")
    new, old = written(tmp_path, "now", block), written(tmp_path, "then", recording("lbbb", 12))
    said = " ".join(run(new, old, "--lang", "en").stdout.split())
    assert "looks like a left-sided delay. It was on the earlier ECG" in said
    assert "Without an earlier ECG" not in said


def test_what_is_urgent_in_the_new_one_is_told_first(files, tmp_path):
    """A complete block was compared as: new sinus bradycardia, new left bundle branch block."""
    block = simulate(sample_scenario(np.random.default_rng(3), "av_block_complete"), seed=3).signal
    new = written(tmp_path, "block", block)
    said = " ".join(run(new, files[1], "--lang", "en").stdout.split())
    assert "U0 NOW ECG: several P waves are not followed by a QRS" in said
    assert said.index("U0 NOW") < said.index("THE ECG BESIDE AN EARLIER ONE")
    assert "New since then: Sinus bradycardia" not in said
    assert run(new, new, "-o", tmp_path / "same.json", "--lang", "en").exit_code == 0
    told = json.loads((tmp_path / "same.json").read_text())
    assert "ecg_av_block" in [item["rule_id"] for item in told["urgent"]]
    assert "ecg_av_block" in told["urgent_there_then"]
    assert "These rules find the same" in " ".join(run(new, new, "--lang", "en").stdout.split())
    assert run(new, files[1], "-o", tmp_path / "out.csv").exit_code == 0
    rows = list(csv.DictReader((tmp_path / "out.csv").open()))
    row = next(r for r in rows if r["name"] == "ecg_av_block")
    assert (row["verdict"], row["now"], row["before"]) == ("urgent", "U0", "")


def test_an_unknown_ending_or_day_is_a_usage_error(files, tmp_path):
    assert run(*files, "-o", tmp_path / "out.xml").exit_code == 2
    assert run(*files, "--old-date", "03/03/2021").exit_code == 2


def test_an_earlier_ecg_that_is_the_later_one_is_refused(files):
    done = run(*files, "--old-date", "2027-03-03", "--new-date", "2026-11-03")
    assert isinstance(done.exception, DataError)
    assert "the wrong way round" in str(done.exception)


@pytest.mark.parametrize(
    ("new", "old", "element"),
    [
        ({"patient_id": "a"}, {"patient_id": "b"}, "number of the person"),
        ({"birth_date": date(1974, 3, 2)}, {"birth_date": date(1975, 3, 2)}, "date of birth"),
        ({"sex": "female"}, {"sex": "male"}, "sex"),
        ({"age_years": 40.0}, {"age_years": 52.0}, "age"),
        (
            {"age_years": 50.0, "acquired_at": datetime(2026, 1, 1, tzinfo=UTC)},
            {"age_years": 50.0, "acquired_at": datetime(2016, 1, 1, tzinfo=UTC)},
            "age",
        ),
    ],
)
def test_two_people_are_never_compared(new, old, element):
    """H26: the earlier ECG is of another person."""
    plain = EcgHeader("wfdb", "x")
    with pytest.raises(DataError, match=rf"different people \(differences: {element}\)") as error:
        check_same_person(replace(plain, **new), replace(plain, **old), Path("old.hea"))
    assert "1974" not in str(error.value)


def test_a_younger_age_of_an_undated_earlier_file_is_no_contradiction():
    now, then = (EcgHeader("wfdb", "x", age_years=age) for age in (52.0, 40.0))
    check_same_person(now, then, Path("old.hea"))


def as_csv(folder: Path, signal_mv, unit="# unit: mV\n") -> Path:
    """Write samples that no device would, whatever they hold."""
    names = ",".join(recording().leads)
    rows = "\n".join(",".join(f"{x:.4f}" for x in row) for row in signal_mv.T)
    target = folder / "odd.csv"
    target.write_text(f"# fs: 500 Hz\n{unit}{names}\n{rows}\n")
    return target


@pytest.mark.parametrize(
    "odd",
    [
        lambda mv: mv * 0.0,
        lambda mv: mv * 1e9,
        lambda mv: mv[:, :1],
        lambda mv: mv * np.nan,
    ],
    ids=["flat", "huge", "one sample", "no number"],
)
def test_an_earlier_file_that_cannot_be_read_tells_no_change(files, tmp_path, odd):
    done = run(files[0], as_csv(tmp_path, odd(recording().signal_mv)), "--lang", "en")
    assert done.exit_code == 0
    said = " ".join(done.stdout.split())
    assert "the earlier one. Nothing is compared" in said
    assert "New since then" not in said


@pytest.mark.parametrize(
    ("scale", "unit", "found"),
    [(float("inf"), "# unit: mV\n", "infinite"), (1.0, "", "no gain, or no voltage unit")],
)
def test_an_earlier_file_with_infinite_samples_or_without_unit_is_refused(
    files, tmp_path, scale, unit, found
):
    done = run(files[0], as_csv(tmp_path, np.full((12, 5000), scale), unit))
    assert isinstance(done.exception, ScreeningError)
    assert found in str(done.exception)


@pytest.mark.parametrize("name", ["empty.hea", "empty.csv", "empty.xml"])
def test_an_empty_earlier_file_is_refused(files, tmp_path, name):
    (tmp_path / name).touch()
    done = run(files[0], tmp_path / name)
    assert isinstance(done.exception, ScreeningError)
    assert "empty" in str(done.exception)


def test_a_difference_is_that_of_the_printed_values():
    """Pinned: "186 to 213: +28", "412 to 412: -1"; an axis turns round beyond 180 degrees."""
    words = Sentences("fr")

    def told(unit, before, now, difference):
        change = EcgChange("qt", "", unit, before, now, difference, 1.0, 20.0, "within")
        return change_cells(change, words)[3]

    assert told("ms", 185.6, 213.4, 27.8).startswith("+27 ")
    assert told("ms", 412.4, 411.6, -0.8).startswith("0 ")
    assert told("deg", 170.0, -170.0, 20.0).startswith("+20 ")
