"""What PDF/A-1b asks of a PDF, as far as it can be checked without a validator (veraPDF)."""

import io

import pytest
from document_support import agree, asked, decided
from laennec.serving.decisions.consents import Purpose
from laennec.serving.documents.export import Kind, export_document
from laennec.serving.http.answers.pdf import as_pdf
from laennec.serving.people import Specialty
from pdf_support import needs_weasyprint

needs_weasyprint()
pikepdf = pytest.importorskip("pikepdf")


def fonts_of(page):
    for font in page.get("/Resources", {}).get("/Font", {}).values():
        yield from font.get("/DescendantFonts", [font])


@pytest.mark.parametrize("kind", list(Kind))
def test_every_document_says_that_it_is_pdf_a_and_carries_its_fonts_and_colours(
    store, draft_id, clock, kind
):
    decided(store, draft_id, clock)
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    what = asked(draft_id, kind, "pdf", make=as_pdf("pdf/a-1b"), specialty=Specialty.CARDIOLOGIST)
    data = export_document(store, what, clock=clock)
    with pikepdf.open(io.BytesIO(data)) as made:
        assert made.pdf_version == "1.4"
        assert not made.is_encrypted
        assert made.trailer["/ID"]
        with made.open_metadata() as said:
            assert said.pdfa_status == "1B"
        (intent,) = made.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        assert len(intent.DestOutputProfile.read_bytes()) > 100
        assert "/Names" not in made.Root or "/EmbeddedFiles" not in made.Root.Names
        assert "/JavaScript" not in made.Root.get("/Names", {})
        fonts = [font for page in made.pages for font in fonts_of(page)]
        assert fonts
        for font in fonts:
            descriptor = font.FontDescriptor
            assert any(f"/FontFile{n}" in descriptor for n in ("", "2", "3")), font.BaseFont
        for page in made.pages:
            assert "/S" not in page.get("/Group", {}), "PDF/A-1 has no transparency"
