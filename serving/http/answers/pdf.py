"""A report page as PDF, where the optional package is installed; nothing is loaded for it."""

import logging
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from ..problems import ExtraMissing

_PACKAGE = "weasyprint"


def as_pdf(variant: str | None = None) -> Callable[[str], bytes]:
    """Return what turns a page into PDF.

    Parameters
    ----------
    variant : such as ``pdf/a-1b``, for documents that are kept for years

    Raises
    ------
    ExtraMissing : the package is not installed
    """
    if find_spec(_PACKAGE) is None:
        raise ExtraMissing(
            found="a PDF was asked for, and the package weasyprint is not installed",
            why="PDF needs the extra report",
            remedy="Install it with pip install 'laennec[report]', or ask for the"
            " form html (report.html, --form html) and print it",
            path="report.pdf",
        )
    return lambda page: _print(page, variant)


def _print(page: str, variant: str | None) -> bytes:
    import weasyprint  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 - optional

    # It warns of each rule of a page that print has no use for; the log has one line a request.
    logging.getLogger(_PACKAGE).setLevel(logging.ERROR)
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())  # a report stands alone
    document: Any = weasyprint.HTML(string=page, url_fetcher=nothing)
    data: bytes = document.write_pdf(pdf_variant=variant)
    return data
