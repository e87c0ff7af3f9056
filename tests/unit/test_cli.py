"""The command line: a house error is four parts and an exit code, never a traceback."""

import subprocess
import sys
from pathlib import Path

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
