"""The command line: a house error is four parts and an exit code, never a traceback."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

VISIT = Path(__file__).parents[2] / "examples" / "visits" / "02-items-missing.json"
MAIN = "from laennec.cli import main; main()"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-c", MAIN, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_report_that_cannot_be_written_is_told_with_what_to_do(tmp_path: Path) -> None:
    done = run("screen", str(VISIT), "--output", str(tmp_path / "nowhere" / "report.txt"))
    assert done.returncode == 1
    assert "can't be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    done = run("screen", str(bad), str(VISIT), "--lang", "en")
    assert done.returncode == 3
    assert "not JSON" in done.stderr
    assert "example-02" in done.stdout


def test_an_unknown_format_is_a_usage_error() -> None:
    assert run("screen", str(VISIT), "--format", "xml").returncode == 2


VISITS = sorted(str(path) for path in VISIT.parent.glob("*.json"))


def test_one_visit_is_one_json_document_and_several_are_one_array() -> None:
    alone = json.loads(run("screen", VISITS[0], "--format", "json").stdout)
    several = json.loads(run("screen", *VISITS, "--format", "json").stdout)
    assert [draft["visit_id"] for draft in several] == [f"example-0{k}" for k in range(1, 5)]
    assert several[0] == alone


def test_an_array_without_a_readable_visit_is_an_array(tmp_path: Path) -> None:
    bad = [str(tmp_path / name) for name in ("a.json", "b.json")]
    done = run("screen", *bad, "--format", "json")
    assert (done.returncode, json.loads(done.stdout)) == (1, [])


def test_several_pages_go_to_a_folder_or_are_refused(tmp_path: Path) -> None:
    refused = run("screen", *VISITS, "--format", "html")
    assert refused.returncode == 2
    assert "give a folder with -o DIR" in " ".join(refused.stderr.replace("│", " ").split())
    folder = tmp_path / "pages"
    assert run("screen", *VISITS, "--format", "html", "-o", str(folder)).returncode == 0
    assert sorted(p.stem for p in folder.glob("*.html")) == [Path(v).stem for v in VISITS]


def test_two_visit_files_of_one_name_are_not_written_over_each_other(tmp_path: Path) -> None:
    other = tmp_path / Path(VISITS[0]).name
    other.write_bytes(Path(VISITS[0]).read_bytes())
    done = run("screen", VISITS[0], str(other), "-o", str(tmp_path / "out"))
    assert done.returncode == 1
    assert "several visit files with the same name" in done.stderr


@pytest.mark.parametrize("command", [["screen", VISITS[0]], ["doctor"], ["models", "verify"]])
@pytest.mark.parametrize("option", ["--models", "--trust"])
def test_a_folder_that_is_not_there_is_wrong_usage(command: list[str], option: str) -> None:
    done = run(*command, option, "/nonexistent")
    assert done.returncode == 2
    assert "does not exist" in " ".join(done.stderr.replace("│", " ").split())


def test_a_site_gives_the_keys_that_it_trusts(tmp_path: Path) -> None:
    from laennec.engine.bundles.signing import generate_key, public_key_pem

    (tmp_path / "site_key.pem").write_bytes(public_key_pem(generate_key()))
    assert run("models", "verify", "--trust", str(tmp_path)).returncode == 0
    (tmp_path / "bad.pem").write_text("no key")
    done = run("models", "verify", "--trust", str(tmp_path))
    assert done.returncode == 1
    assert "not an Ed25519 public key" in done.stderr


def test_models_are_printed_one_a_line_and_as_data() -> None:
    """The bug it pins: a screen full of JSON that did not say whether anything was verified."""
    lines = run("models", "verify").stdout.splitlines()
    rows = json.loads(run("models", "list", "--format", "json").stdout)
    assert len(lines) == len(rows) + 1
    assert lines[-1] == (
        f"{len(rows)} ready, 0 refused; signatures, hashes, graphs and known answers hold"
    )
    for line, row in zip(lines, rows, strict=False):
        assert line.startswith(f"ready    {row['id']} {row['version']}: ")
        assert line.endswith(f"sha256 {row['sha256']}")
    assert run("models", "list", "--format", "xml").returncode == 2


def test_a_refused_model_says_why_and_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "some" / "bundles" / "broken"
    folder.mkdir(parents=True)
    (folder / "manifest.toml").write_text("not a manifest")
    done = run("models", "verify", "--models", str(tmp_path / "models"))
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "0 ready, 1 refused"
    assert done.stdout.startswith("refused ")


def test_every_problem_of_a_table_is_printed_with_the_mapping_that_would_do(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("Waist_cm,psu\n100,3\n")
    done = run("batch", str(table), "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    for code in ("person_id_missing", "nothing_measured", "column_unknown"):
        assert f"{code}: " in done.stderr
    assert 'ignore = ["psu"]' in done.stderr


def test_a_table_with_semicolons_gets_the_hint(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("person_id;waist_cm\nA;100\n")
    done = run("batch", str(table), "--out", str(tmp_path / "out"))
    assert done.returncode == 1
    assert 'delimiter = ";"' in done.stderr


def test_rows_of_tomorrow_are_refused_and_parts_have_the_asked_size(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    days = ["2020-01-01", "2020-01-02", "2999-01-01"]
    rows = "".join(f"p{i},{day},50,male,100\n" for i, day in enumerate(days))
    table.write_text("person_id,visit_date,age_years,sex,waist_cm\n" + rows)
    done = run("batch", str(table), "--out", str(tmp_path / "out"), "--chunk-rows", "2")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)["counts"]
    assert said["refused_by_reason"] == {"moment_in_future": "<11"}
    assert (said["in"], said["refused"]) == (3, 1)
    assert said["in"] == said["scored"] + said["not_assessable"] + said["refused"]
    kept = json.loads((tmp_path / "out" / "manifest.json").read_text())["counts"]
    assert kept["refused_by_reason"] == {"moment_in_future": 1}
    assert len(list((tmp_path / "out" / "parts").glob("*.parquet"))) == 2


def test_a_report_that_is_not_there_is_refused(tmp_path: Path) -> None:
    done = run("show", "nobody", "--database", f"sqlite:///{tmp_path / 'x.db'}")
    assert done.returncode == 1
    assert "there is no store at this address" in done.stderr
    assert run("show", "nobody", "--format", "pdf").returncode == 2


def test_a_place_that_can_not_be_written_is_an_error_in_four_parts(tmp_path):
    visits = tmp_path / "visits.csv"
    visits.write_text("person_id,visit_date,waist_cm\np1,2025-01-01,90\n")
    for out in (visits, visits / "below"):
        told = run("trajectories", str(visits), "--out", str(out), "--on", "2026-11-29")
        assert told.returncode == 1
        assert told.stderr.startswith("file_error: ")
        assert "Check the place" in told.stderr
        assert "Traceback" not in told.stderr
        assert str(tmp_path) not in told.stderr
