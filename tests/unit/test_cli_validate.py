"""The command of studies does exactly one thing at a time."""

import json

import pytest
import typer
from laennec.cli.validate import app
from laennec.validation.protocol import template
from pdf_support import dark_part, needs_weasyprint, pictures
from study_examples import MAPPING, protocol_text
from typer.testing import CliRunner

root = typer.Typer()
root.add_typer(app)
root.command("other")(lambda: None)


def invoke(*arguments):
    return CliRunner().invoke(root, ["validate", *map(str, arguments)])


def test_new_check_and_freeze_follow_each_other(tmp_path):
    path = tmp_path / "study.toml"
    assert invoke(path, "--new").exit_code == 0
    assert path.read_text(encoding="utf-8") == template()
    first = invoke(path, "--check")
    assert (first.exit_code, json.loads(first.stdout)["complete"]) == (3, False)
    assert invoke(path, "--freeze").exit_code == 1
    path.write_text(protocol_text(), encoding="utf-8")
    (tmp_path / "mapping.toml").write_text(MAPPING, encoding="utf-8")
    filled = invoke(path, "--check")
    assert filled.exit_code == 0
    checked = json.loads(filled.stdout)
    assert checked["frozen"] is None
    frozen = json.loads(invoke(path, "--freeze").stdout)
    assert frozen["sha256"] == checked["sha256"]
    again = json.loads(invoke(path, "--check").stdout)
    assert again["frozen"] == frozen["sha256"]
    assert again["changed_after_freeze"] == []


@pytest.mark.parametrize(
    "arguments", [(), ("--new", "--freeze"), ("--data", "x.csv"), ("--check", "--lang", "de")]
)
def test_a_usage_error_is_exit_2(tmp_path, arguments):
    assert invoke(tmp_path / "study.toml", *arguments).exit_code == 2


def test_a_pdf_is_refused_before_the_study_where_its_package_is_missing(monkeypatch):
    from laennec.validation.errors import StudyError
    from laennec.validation.report import pdf

    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    with pytest.raises(StudyError, match="weasyprint is not installed.*leave --pdf out"):
        pdf.check_pdf()


def test_a_pdf_is_refused_where_the_system_lacks_pango(monkeypatch):
    from laennec.validation.errors import StudyError
    from laennec.validation.report import pdf

    monkeypatch.setattr(pdf, "find_spec", lambda _: True)
    monkeypatch.setattr(pdf, "import_module", no_library)
    with pytest.raises(StudyError, match="can't load a library.*libpango.*leave --pdf out"):
        pdf.check_pdf()


def no_library(_):
    raise OSError("cannot load library 'libpango-1.0-0'")


def test_a_pdf_stands_beside_each_page_and_loads_nothing(tmp_path):
    needs_weasyprint()
    from laennec.validation.report.pdf import write_pdfs
    from laennec.validation.report.svg import Plot

    page = tmp_path / "report.en.html"
    drawing = Plot((0.0, 1.0), (0.0, 1.0), "x", "y", str)
    drawing.line([(0.0, 0.0), (0.5, 0.9), (1.0, 1.0)])
    figure = f"<figure>{drawing.svg('t')}</figure>"
    image = '<img src="http://example.org/x.png">'
    page.write_text(f"<html><body>{figure}{image}</body></html>", encoding="utf-8")
    (made,) = write_pdfs([page, tmp_path / "report.json"])
    assert made.name == "report.en.pdf"
    (seen,) = pictures(made.read_bytes())
    assert 0.0001 < dark_part(seen) < 0.02, "a curve is drawn and nothing below it filled"
