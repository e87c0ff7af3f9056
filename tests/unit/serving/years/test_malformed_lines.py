"""Lines of the input that are no row: a plan and a search say that they are not in the result."""

import json

from laennec.cli import app
from typer.testing import CliRunner


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_a_plan_and_a_search_tell_how_many_lines_are_not_in_the_result(tmp_path):
    lines = ["person_id,visit_date,age_years,sex,waist_cm", "a,2026-01-05,50,male,101"]
    lines += ["b,2026-01-05,50,male,101,7,7", "c,2026-01-05"]
    (tmp_path / "visits.csv").write_text("\n".join(lines) + "\n")
    result = tmp_path / "result"
    told = run("batch", tmp_path / "visits.csv", "--out", result, "--workers", 1)
    assert told.exit_code == 3, told.output
    told = run("plan", result, "--on", "2026-11-03", "--lang", "en", "--out", tmp_path / "plan")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["counts"]["not_in_result"] == {"malformed_lines": 2}
    page = (tmp_path / "plan" / "plan.html").read_text(encoding="utf-8")
    assert "Lines of the input that are not in the result" in page
    told = run("search", "--result", result, "--where", "urgency is unknown")
    assert json.loads(told.stdout)["malformed_lines"] == 2
