"""The pages of a report as PDF, where the optional package is there; nothing is loaded for it."""

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import StudyError

_PACKAGE = "weasyprint"


def check_pdf() -> None:
    """Say before a long run whether it could end in a PDF.

    Raises
    ------
    StudyError  if the package is not installed, or a library of the system that it needs is not
    """
    if find_spec(_PACKAGE) is None:
        raise StudyError(
            found="a PDF was asked for, and the package weasyprint is not installed",
            why="PDF needs the extra report",
            remedy="Install it with pip install 'laennec[report]', or leave --pdf out: the HTML "
            "needs nothing",
            path="--pdf",
        )
    try:
        import_module(_PACKAGE)
    except OSError as error:
        raise StudyError(
            found="a PDF was asked for, and weasyprint can't load a library of the system",
            why="It draws text with pango, which pip does not install",
            remedy="Install it (Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0), or leave"
            " --pdf out: the HTML needs nothing",
            path="--pdf",
        ) from error


def write_pdfs(written: Sequence[Path]) -> tuple[Path, ...]:
    """Write a PDF beside each HTML page of a report.

    Parameters
    ----------
    written : files of the report, from ``write_report``

    Raises
    ------
    StudyError  if the package is not installed, or a file can't be written
    """
    check_pdf()
    return tuple(_write(path) for path in written if path.suffix == ".html")


def _write(page: Path) -> Path:
    weasyprint: Any = import_module(_PACKAGE)
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())  # a report stands alone
    document: Any = weasyprint.HTML(string=page.read_text(encoding="utf-8"), url_fetcher=nothing)
    target = page.with_suffix(".pdf")
    try:
        target.write_bytes(document.write_pdf())
    except OSError as error:
        raise StudyError(
            found=f"a file that can't be written ({error.strerror})",
            why="the report would be lost",
            remedy="Check the folder and its permissions",
            path=target.name,
        ) from error
    return target
