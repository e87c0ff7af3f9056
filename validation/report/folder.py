"""The folder of a report: one study's, replaced whole, so that nothing of another stands in it."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Final

from ..errors import StudyError

JSON_NAME: Final = "report.json"
_WRITTEN: Final = (JSON_NAME, "report.*.html", "report.*.pdf", "tables/*.csv")
"""Everything that a run writes into the folder of its report."""


def check_folder(out: Path, study_id: str) -> None:
    """Refuse a folder in which files of another study's report stand.

    Raises
    ------
    StudyError  if it holds the report of another study, or parts of a report of nobody
    """
    there = _of_a_report(out)
    if not there:
        return
    found = _study_in(out / JSON_NAME)
    if found != study_id:
        what = "parts of a report" if found is None else f"the report of the study {found!r}"
        raise StudyError(
            found=f"a folder with {what} ({there[0].relative_to(out)}, {len(there)} files)",
            why=f"they would stand among the files of {study_id!r}, and be read as its own",
            remedy="Give another folder with --out, or move what is in it",
            path=out.name,
        )


def _study_in(report: Path) -> str | None:
    """Return the id of the study that a report is of, None where that can't be said."""
    try:
        told = json.loads(report.read_text(encoding="utf-8"))
        return str(told["protocol"]["content"]["study"]["id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove_earlier(out: Path, kept: Collection[Path]) -> None:
    """Remove what an earlier run of the same study wrote and this one does not write again.

    Raises
    ------
    StudyError  if a file can't be removed
    """
    for path in set(_of_a_report(out)) - set(kept):
        try:
            path.unlink()
        except OSError as error:
            raise StudyError(
                found=f"a file of an earlier run that can't be removed ({error.strerror})",
                why="it would be read as one of this run",
                remedy="Remove it, or give another folder with --out",
                path=path.name,
            ) from error


def _of_a_report(out: Path) -> list[Path]:
    return [path for pattern in _WRITTEN for path in sorted(out.glob(pattern))]
