"""The ECG file of a visit: found beside the visit or named by the caller, read, and compared."""

from datetime import datetime
from pathlib import Path
from typing import Final

from ...datasets.readers.ecg import person_problems, read_ecg, unstated_person
from ...datasets.readers.ecg.files import numbered_file
from ...engine.ecg.signal import EcgSignal
from ...engine.errors import DataError, ScreeningError
from ...engine.intake import VisitRecord
from ...engine.intake.visit import with_ecg
from ...engine.prediagnosis import EcgSection
from ...engine.record import Problem
from ...engine.words import Sentences
from ..report.ecg_paper import LONGEST_STRIP_S, Mark, ecg_svg
from ..report.ecg_shades import shades_of
from .earlier import recorded_of
from .not_read import why_not_read

FILE_PATH: Final = "$.ecg.file"
_ITEM: Final = "ecg"


def join_ecg(
    record: VisitRecord, visit: Path, given: Path | None = None, number: int | None = None
) -> VisitRecord:
    """Read the ECG file of a visit and join it; what can't be read is told and leaves none.

    A file that the visit itself names is looked for in the folder of the visit and nowhere else.

    Parameters
    ----------
    record : what ``parse`` returned
    visit : the visit file
    given : an ECG file that the caller names, from anywhere
    number : which recording, from 0, of a file that holds several

    Raises
    ------
    DataError : the caller names a file and the visit already has an ECG
    """
    if given is not None and (record.ecg is not None or record.ecg_file):
        raise DataError(
            found="an ECG file on the command line and another ECG in the visit",
            why="which of the two belongs to the visit is not known",
            remedy="Leave out --ecg, or take the ECG out of the visit file",
            path=str(visit),
        )
    path = given if given is not None else _beside(record.ecg_file, visit)
    if path is None:
        return record if not record.ecg_file else _refused(record, "ecg_outside_folder")
    try:
        recording = read_ecg(path, recording=number)
    except ScreeningError as error:
        if not numbered_file(path)[0].exists():
            return _refused(record, "ecg_file_missing", file=path.name)
        return with_ecg(record, None, [not_read(error)])
    moment = datetime.fromisoformat(record.performed_at) if record.performed_at else None
    problems = (
        *person_problems(recording.header, record.identity, moment, path=FILE_PATH),
        *unstated_person(recording.header, path=FILE_PATH),
    )
    return with_ecg(record, recording.signal, problems, recorded_of(recording.header))


def not_read(error: ScreeningError) -> Problem:
    """Return why the ECG of a visit was not read; what can be chosen or named is listed."""
    code, parameters = why_not_read(error)
    return Problem(0, "refused_item", code, FILE_PATH, _ITEM, parameters)


def _beside(name: str, visit: Path) -> Path | None:
    """Return the file of that name in the visit's folder; None when it leads out of it."""
    if not name:
        return None
    folder = visit.resolve().parent
    found = (folder / name).resolve()
    return found if found.is_relative_to(folder) else None


def _refused(record: VisitRecord, code: str, **parameters: str) -> VisitRecord:
    return with_ecg(record, None, [Problem(0, "refused_item", code, FILE_PATH, _ITEM, parameters)])


def draw_ecg(signal: EcgSignal, section: EcgSection, lang: str) -> str:
    """Draw the ECG of a draft with the waves that were found, as SVG; as `ecg_svg`."""
    words = Sentences(lang)
    marks = [Mark(mark.wave, mark.onset_s, mark.offset_s) for mark in section.marks]
    caption = words.text("ecg.report.drawn" if marks else "ecg.report.drawn_bare")
    if section.evidence:
        caption = f"{caption}. {words.text('ecg.report.shaded')}"
    start_s = section.drawn_from_s
    if signal.duration_s > LONGEST_STRIP_S:
        stop_s = min(start_s + LONGEST_STRIP_S, signal.duration_s)
        part = words.text("ecg.report.drawn_part", start=round(start_s, 1), stop=round(stop_s, 1))
        caption = f"{part} {caption}"
    return ecg_svg(
        signal,
        start_s=start_s,
        marks=[*marks, *shades_of(section, words)],
        caption=caption,
        description=words.text("ecg.report.picture"),
    )
