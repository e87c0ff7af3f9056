"""A report as PDF: what a reader sees of it, where the optional package is installed."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine import load_guidelines, load_models, parse, screen
from laennec.engine.ecg.visit import VOCABULARY
from laennec.engine.intake.visit import with_ecg
from laennec.engine.words import Sentences
from laennec.serving.http.answers import pdf
from laennec.serving.http.answers.pdf import as_pdf
from laennec.serving.http.problems import ExtraMissing
from laennec.serving.report import render_html
from laennec.serving.report.ecg_fields import Shade
from laennec.serving.report.ecg_paper import Mark, ecg_svg
from pdf_support import DOTS_PER_MM, dark_part, needs_weasyprint, pictures, texts

VISITS = Path(__file__).parents[5] / "examples" / "visits"
MAIN = "from laennec.cli import main; main()"
MOST_PAGES = 12
MOST_STATEMENTS = 10
NAMES = Sentences("fr")


@pytest.fixture(scope="module")
def made():
    """The PDF of the visit with an ECG."""
    needs_weasyprint()
    visit = str(VISITS / "04-with-ecg.json")
    command = [sys.executable, "-P", "-c", MAIN, "screen", visit, "--lang", "fr"]
    page = subprocess.run([*command, "--format", "html"], capture_output=True, check=True).stdout
    return as_pdf()(page.decode())


def test_a_pdf_loads_nothing_and_is_made_all_the_same():
    """Since weasyprint 70 a function that refuses an address stopped the whole page."""
    needs_weasyprint()
    made = as_pdf()('<html><body><img src="http://example.org/x.png">a</body></html>')
    assert made.startswith(b"%PDF-")


def test_a_pdf_shows_no_file_of_the_machine(tmp_path):
    """What a report names is not fetched, from the network or from the disk."""
    needs_weasyprint()
    square = '<svg xmlns="http://www.w3.org/2000/svg" width="500" height="500">{}</svg>'
    black = square.format('<rect width="500" height="500" fill="black"/>')
    (tmp_path / "black.svg").write_text(black, "utf-8")
    named = f'<html><body><img src="{(tmp_path / "black.svg").as_uri()}">a</body></html>'
    (inside,), (outside,) = (
        pictures(as_pdf()(page)) for page in (f"<html><body>{black}a</body></html>", named)
    )
    assert dark_part(inside) > 0.1
    assert dark_part(outside) < 0.01


def test_a_rule_that_print_has_no_use_for_is_not_written_into_the_log(caplog):
    """Each PDF left dozens of warnings in the log of the service, which has one line a request."""
    needs_weasyprint()
    page = "<html><head><style>p { nothing-of-css: 1 }</style></head><body>a</body></html>"
    assert as_pdf()(page).startswith(b"%PDF-")
    assert caplog.text == ""


def test_a_library_that_the_system_lacks_is_told_with_what_to_do(monkeypatch):
    def no_library(_):
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(pdf, "find_spec", lambda _: True)
    monkeypatch.setattr(pdf, "import_module", no_library)
    with pytest.raises(ExtraMissing, match="can't load a library.*libpango.*report.html"):
        as_pdf()


def test_every_page_says_what_the_report_is_and_of_which_visit(made):
    pages = texts(made)
    assert len(pages) <= MOST_PAGES
    disclaimer = " ".join(Sentences("fr").text("disclaimer").split())
    for text in pages:
        assert disclaimer in text
        assert "example-04" in text
        assert "person-04" in text


def test_what_is_missing_is_printed_in_lines_and_not_letter_by_letter(made):
    """A section alone in its row stood in a column of no width, over six pages."""
    said = " ".join(texts(made))
    assert "Ce qui manque" in said
    assert "cholestérol total : à renseigner" in said


def test_no_drawing_is_a_black_block(made):
    """Shades and plots were filled black, and hid the traces."""
    for picture in pictures(made):
        assert dark_part(picture) < 0.05


def test_the_ecg_is_light_paper_at_true_scale_with_traces_on_it(made):
    (sheet,) = (p for p in pictures(made) if p.shape[1] > p.shape[0])
    rows = sheet[len(sheet) // 4 : len(sheet) // 2].astype(float)
    coloured = np.flatnonzero((rows.min(axis=2) < 250).mean(axis=0) > 0.5)
    assert (coloured[-1] - coloured[0]) / DOTS_PER_MM == pytest.approx(271, abs=1.5)
    paper = rows[:, coloured[0] : coloured[-1]]
    assert paper.mean() > 215
    assert 0.001 < dark_part(paper) < 0.03


def test_the_sheet_of_an_ecg_holds_the_drawing_and_a_legend_of_many_statements():
    """Pinned: what is said below the drawing began a second sheet of the ECG's size."""
    needs_weasyprint()
    signal = simulate(scenario("sinus_rhythm"), seed=1).signal
    names = sorted((NAMES.text(f"finding_name.ecg_{name}") for name in VOCABULARY), key=len)
    shades = [Shade(("V1",), 5.5, 5.7, name) for name in names[-MOST_STATEMENTS:]]
    drawn = ecg_svg(signal, marks=[Mark("qrs", 1.0, 1.1), *shades], caption="25 mm/s")
    visit = {**json.loads((VISITS / "04-with-ecg.json").read_text()), "ecg": None}
    record = with_ecg(parse(visit), signal, ())
    drafted = screen(record, load_models(), load_guidelines())
    sheets = [
        p
        for p in pictures(as_pdf()(render_html(drafted, "fr", ecg_drawing=drawn)))
        if p.shape[1] > p.shape[0]
    ]
    assert len(sheets) == 1
