"""What a document needs is asked for in one order, and a command drops no option in silence."""

from dataclasses import replace

import pytest
from document_support import agree, asked, decided, patient
from laennec.cli import app
from laennec.engine.errors import NotConfirmed, NotPermitted
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.consents import ConsentMissing
from laennec.serving.documents.export import Leaving, export_document
from laennec.serving.documents.identity import IdentityNotQualified
from laennec.serving.http.problems import ExtraMissing
from typer.testing import CliRunner


def no_pdf():
    raise ExtraMissing(found="no package", why="it is needed", remedy="install it", path="pdf")


def test_what_makes_pdf_is_asked_for_last_and_before_the_release(store, draft_id, clock):
    """The bug it pins: an undecided draft was answered with what to install."""
    what = replace(asked(draft_id), pdf_maker=no_pdf)
    with pytest.raises(NotConfirmed):
        export_document(store, what, clock=clock)
    decided(store, draft_id, clock)
    with pytest.raises(ConsentMissing):
        export_document(store, what, clock=clock)
    agree(store, clock)
    other = replace(what, leaving=Leaving(patient(active=False), "750000001"))
    with pytest.raises(IdentityNotQualified):
        export_document(store, other, clock=clock)
    before = verify(store).events
    with pytest.raises(ExtraMissing):
        export_document(store, what, clock=clock)
    assert verify(store).events == before, "nothing was released"
    assert export_document(store, replace(what, form="html"), clock=clock)


@pytest.mark.parametrize("number", ["123", "75000000a", " 750000001", "7500000012"])
def test_a_number_that_is_no_finess_makes_no_package(store, draft_id, clock, number):
    decided(store, draft_id, clock)
    agree(store, clock)
    with pytest.raises(NotPermitted, match="no FINESS number"):
        export_document(store, asked(draft_id, leaving=Leaving(patient(), number)), clock=clock)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kind", "employee", "-o", "e.zip"], "pdf is written"),
        (["--kind", "letter", "-o", "l.html"], "pdf is written"),
        (["-o", "report.pdf"], "xdm is written"),
        (["--form", "html", "-o", "page.pdf"], "html is written"),
        (["--kind", "letter", "--identity", "IDENTITY", "-o", "l.pdf"], "--form xdm"),
        (["--kind", "employee", "--finess", "750000001", "-o", "e.pdf"], "--form xdm"),
        (["--kind", "letter", "--specialty", "cardiologist", "-o", "l.pdf"], "--kind advice"),
        (["--kind", "letter", "--organisation", "Service", "-o", "l.pdf"], "--form xdm"),
    ],
)
def test_a_name_or_an_option_that_would_mislead_is_refused(tmp_path, arguments, words):
    """The bug it pins: a PDF was written as e.zip, and the identity dropped in silence."""
    (tmp_path / "patient.json").write_bytes(patient())
    said = [str(tmp_path / "patient.json") if one == "IDENTITY" else one for one in arguments]
    said[-1] = str(tmp_path / said[-1])
    answer = CliRunner().invoke(app, ["document", "some-id", *said], env={"COLUMNS": "300"})
    assert answer.exit_code == 2, answer.output
    assert words in answer.output
    assert [one.name for one in tmp_path.iterdir()] == ["patient.json"]
