"""What was planned, frozen, changed and judged is told by the report."""

import json
from datetime import date

import pytest
from laennec.cli import app
from laennec.validation.commands import freeze_command
from laennec.validation.protocol import freeze, read_protocol, template
from laennec.validation.report import write_report
from study_examples import BUNDLE, protocol_text, run
from typer.testing import CliRunner


def test_a_frozen_protocol_is_told_with_what_changed_since(folder):
    path = folder / "study.toml"
    freeze(read_protocol(path), path, date(2026, 11, 1))
    path.write_text(protocol_text(a=("threshold = 0.03", "threshold = 0.05")), encoding="utf-8")
    document = run(folder)
    assert document["protocol"]["frozen_on"] == "2026-11-01"
    frozen = json.loads((folder / "study.frozen.json").read_text(encoding="utf-8"))
    assert document["protocol"]["freeze_sha256"] == frozen["freeze_sha256"]
    (change,) = [d for d in document["deviations"] if d["code"] == "changed_after_freeze"]
    assert (change["path"], change["frozen"], change["now"]) == ("index_test.threshold", 0.03, 0.05)
    write_report(document, folder / "out", ["en"])
    html = (folder / "out" / "report.en.html").read_text(encoding="utf-8")
    assert "index_test.threshold was 0.03, is now 0.05" in html
    assert frozen["freeze_sha256"] in html


def test_opening_the_data_unfrozen_is_remembered_by_a_later_freeze(folder):
    run(folder)
    frozen = freeze_command(folder / "study.toml")
    assert len(frozen["opened_before"]) == 1
    codes = {d["code"] for d in run(folder)["deviations"]}
    assert "opened_before_freeze" in codes
    assert "not_frozen" not in codes


def test_another_model_or_data_than_planned_is_a_deviation(folder):
    text = protocol_text(
        a=(BUNDLE.model.sha256, "1" * 64),
        b=('version = "0.1.0"', 'version = "9.9.9"'),
        c=('# sha256 = "..." ', f'sha256 = "{"2" * 64}" '),
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    codes = {d["code"] for d in run(folder)["deviations"]}
    assert {"other_model", "other_version", "other_data"} <= codes


def test_development_data_are_not_judged(folder):
    text = protocol_text(a=('data_role = "external"', 'data_role = "development"'))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    document = run(folder)
    assert document["endpoints"][0]["verdict"] == "development"
    write_report(document, folder / "out", ["en"])
    html = (folder / "out" / "report.en.html").read_text(encoding="utf-8")
    assert "The figures are optimistic" in html
    assert "not judged: development data" in html


_AT = template().index('hypothesis = "non_inferior"')
MARGIN = template()[_AT : template().index('among = "counted"', _AT)]
"""The lines of the template that a hypothesis stands in."""


def verdicts(document):
    return [e["verdict"] for e in document["endpoints"]]


def test_a_hypothesis_is_judged_only_where_it_came_before_the_data(folder):
    path = folder / "study.toml"
    freeze(read_protocol(path), path, date(2026, 11, 1))
    assert verdicts(run(folder))[0] in ("shown", "not_shown")
    path.write_text(protocol_text(a=("margin = 0.015", "margin = 0.5")), encoding="utf-8")
    assert verdicts(run(folder))[0] == "changed"
    (folder / "study.frozen.json").unlink()
    assert verdicts(run(folder)) == ["exploratory", "nothing_to_show"]
    freeze_command(path)
    assert verdicts(run(folder))[0] == "exploratory"


def test_a_second_freeze_after_a_frozen_run_is_told(folder):
    """Deleting the freeze, changing the bound and freezing again left no trace."""
    path = folder / "study.toml"
    freeze(read_protocol(path), path, date(2026, 11, 1))
    opened = run(folder)["data"]["sha256"]
    (folder / "study.frozen.json").unlink()
    path.write_text(protocol_text(a=("margin = 0.015", "margin = 0.5")), encoding="utf-8")
    assert freeze_command(path)["opened_before"] == [opened]
    document = run(folder)
    assert verdicts(document)[0] == "exploratory"
    assert "opened_before_freeze" in {d["code"] for d in document["deviations"]}


def test_check_tells_what_changed_after_the_freeze_and_does_not_say_done(folder):
    path = folder / "study.toml"
    frozen = freeze(read_protocol(path), path, date(2026, 11, 1))
    done = CliRunner().invoke(app, ["validate", str(path), "--check"])
    assert (done.exit_code, json.loads(done.stdout)["freeze_sha256"]) == (0, frozen.freeze_sha256)
    path.write_text(protocol_text(a=("margin = 0.015", "margin = 0.5")), encoding="utf-8")
    changed = CliRunner().invoke(app, ["validate", str(path), "--check"])
    assert changed.exit_code == 3
    assert json.loads(changed.stdout)["changed_after_freeze"] == ["endpoint[0].margin"]


@pytest.mark.parametrize(
    ("edit", "verdict"),
    [
        (("margin = 0.015", "margin = 0.9"), "shown"),
        ((MARGIN, 'hypothesis = "superior"\nagainst = "ada"\n'), "not_shown"),
        (("margin = 0.015", "margin = 0.0001"), "not_shown"),
        ((MARGIN, 'hypothesis = "at_least"\nbound = -0.99\nagainst = "ada"\n'), "shown"),
        ((MARGIN, 'hypothesis = "at_most"\nbound = -0.99\nagainst = "ada"\n'), "not_shown"),
    ],
)
def test_a_hypothesis_is_judged_by_its_interval(folder, edit, verdict):
    path = folder / "study.toml"
    text = protocol_text(a=edit, b=('incomplete = "nothing"', 'incomplete = "high"'))
    path.write_text(text, encoding="utf-8")
    freeze(read_protocol(path), path, date(2026, 11, 1))
    assert verdicts(run(folder))[0] == verdict
