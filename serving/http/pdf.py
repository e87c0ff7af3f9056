"""A report page as PDF, where the optional package is installed; nothing is loaded for it."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NoReturn

from .problems import ExtraMissing

_PACKAGE = "weasyprint"


def as_pdf() -> Callable[[str], bytes]:
    """Return what turns a page into PDF.

    Raises
    ------
    ExtraMissing : the package is not installed
    """
    if find_spec(_PACKAGE) is None:
        raise ExtraMissing(
            found="a PDF was asked for, and the package weasyprint is not installed",
            why="PDF needs the extra report",
            remedy="Install it with pip install 'laennec[report]', or ask for report.html and print"
            " it",
            path="report.pdf",
        )
    return _print


def _print(page: str) -> bytes:
    import weasyprint  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - optional, without types

    document: Any = weasyprint.HTML(string=page, url_fetcher=_nothing)
    data: bytes = document.write_pdf()
    return data


def _nothing(url: str, *_args: object, **_options: object) -> NoReturn:
    """Refuse to load anything: a report stands alone."""
    raise ValueError(f"a report loads nothing, and was asked for a {url[:10]}")
