"""The pages of a report as PDF, where the optional package is there; nothing is loaded for it."""

import re
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import StudyError

_PACKAGE = "weasyprint"
_OPENING = re.compile(r"<svg\b[^>]*>")
_RULE = re.compile(r"svg (\.[a-z]+|text) *\{([^}]*)\}")


def check_pdf() -> None:
    """Say before a long run whether it could end in a PDF.

    Raises
    ------
    StudyError  if the package is not installed
    """
    if find_spec(_PACKAGE) is None:
        raise StudyError(
            found="a PDF was asked for, and the package weasyprint is not installed",
            why="PDF needs the extra report",
            remedy="Install it with pip install 'laennec[report]', or leave --pdf out: the HTML "
            "needs nothing",
            path="--pdf",
        )


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
    import weasyprint  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415 - optional

    text = _OPENING.sub(_with_style, page.read_text(encoding="utf-8"))
    nothing = weasyprint.urls.URLFetcher(allowed_protocols=())  # a report stands alone
    document: Any = weasyprint.HTML(string=text, url_fetcher=nothing)
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


def _with_style(opening: re.Match[str]) -> str:
    """Put the rules of the drawings into each drawing: the page's own do not reach inside."""
    css = files(__package__ or "").joinpath("report.css").read_text(encoding="utf-8")
    rules = " ".join(f"{name}{{{body}}}" for name, body in _RULE.findall(css))
    return f"{opening[0]}<style>text{{font-size:12px;font-family:sans-serif}} {rules}</style>"
