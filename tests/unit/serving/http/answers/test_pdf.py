"""A report as PDF, where the optional package is installed."""

import pytest
from laennec.serving.http.answers.pdf import as_pdf


def test_a_pdf_loads_nothing_and_is_made_all_the_same():
    """Since weasyprint 70 a function that refuses an address stopped the whole page."""
    pytest.importorskip("weasyprint")
    made = as_pdf()('<html><body><img src="http://example.org/x.png">a</body></html>')
    assert made.startswith(b"%PDF-")


def test_a_rule_that_print_has_no_use_for_is_not_written_into_the_log(caplog):
    """Each PDF left dozens of warnings in the log of the service, which has one line a request."""
    pytest.importorskip("weasyprint")
    page = "<html><head><style>p { nothing-of-css: 1 }</style></head><body>a</body></html>"
    assert as_pdf()(page).startswith(b"%PDF-")
    assert caplog.text == ""
