"""A report page as PDF, where the optional package is installed; nothing is loaded for it."""

import logging
from collections.abc import Callable
from importlib import import_module
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
    ExtraMissing : the package is not installed, or a library of the system that it needs is not
    """
    if find_spec(_PACKAGE) is None:
        raise ExtraMissing(
            found="a PDF was asked for, and the package weasyprint is not installed",
            why="PDF needs the extra report",
            remedy="Install it with pip install 'laennec[report]', or ask for the"
            " form html (report.html, --form html) and print it",
            path="report.pdf",
        )
    weasyprint = _loaded()
    return lambda page: _print(weasyprint, page, variant)


def _loaded() -> Any:  # noqa: ANN401 - a module
    try:
        return import_module(_PACKAGE)
    except OSError as error:
        raise ExtraMissing(
            found="a PDF was asked for, and weasyprint can't load a library of the system",
            why="It draws text with pango, which pip does not install",
            remedy="Install it (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0), or ask"
            " for the form html (report.html, --form html) and print it",
            path="report.pdf",
        ) from error


def _print(weasyprint: Any, page: str, variant: str | None) -> bytes:  # noqa: ANN401 - a module
    # It warns of each rule of a page that print has no use for; the log has one line a request.
    logging.getLogger(_PACKAGE).setLevel(logging.ERROR)
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())  # a report stands alone
    document: Any = weasyprint.HTML(string=page, url_fetcher=nothing)
    data: bytes = document.write_pdf(pdf_variant=variant)
    return data
