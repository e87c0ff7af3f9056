"""What `laennec screen` does: read, screen, render, keep; as data and an exit code."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from ...engine import Guidelines, Models, PreDiagnosis, VisitRecord, parse
from ...engine.ecg.signal import EcgSignal
from ...engine.errors import DataError, RecordError, ScreeningError
from ...engine.risks.labels import model_labels
from ...engine.screen import draft_of, screen_record
from ...engine.screening import Screening
from ...engine.words.as_json import as_json
from ...engine.words.text import render_text
from ..codes.site_codes import SiteCodes

if TYPE_CHECKING:
    from ..fhir.visit_in import FhirVisit

FHIR_SIGN: Final = b'"resourceType"'
"""A key that every FHIR resource has and no visit."""
EXIT_DONE: Final = 0
EXIT_REFUSED: Final = 1
EXIT_PARTLY: Final = 3

Format = Literal["text", "json", "html", "fhir"]


@dataclass(frozen=True, slots=True)
class ScreenOptions:
    """How visits are screened and shown.

    ``now`` is the caller's clock, aware; ``ecg`` is the ECG file of the one visit, ``recording``
    which one of a file that holds several, ``previous_ecg`` an earlier one of the same person, and
    ``previous_ecg_on`` its day where the file states none, ``previous_recording`` which of its
    recordings; ``codes`` are the site's own, added to what leaves as data.
    """

    models: Models
    guidelines: Guidelines
    lang: str
    format: Format
    now: datetime
    ecg: Path | None = None
    codes: SiteCodes = field(default_factory=SiteCodes)
    previous_ecg: Path | None = None
    previous_ecg_on: date | None = None
    recording: int | None = None
    previous_recording: int | None = None


@dataclass(frozen=True, slots=True)
class Screened:
    """One visit file: its draft, or why it could not be read at all.

    ``issues`` is what was noticed in a FHIR Bundle, where the report itself does not say it.
    """

    path: Path
    draft: PreDiagnosis | None
    refused: bool
    error: ScreeningError | None
    rendered: str
    screening: Screening | None = None
    ecg: EcgSignal | None = None
    issues: tuple[dict[str, str], ...] = ()


def screen_file(path: Path, options: ScreenOptions) -> Screened:
    """Screen one visit file; a file that can't be read gives an error, never an exception."""
    try:
        record, sent = _record(_read(path), path, options)
    except ScreeningError as error:
        return Screened(path, None, True, error, "")
    screening = screen_record(record, options.models, options.guidelines)
    draft = draft_of(screening, 0, record.performed_at)
    if options.format == "fhir":
        from ..fhir.files import rendered_bundle  # noqa: PLC0415 - as above

        labels = model_labels(options.models, options.lang)
        said = options.codes.added(as_json(draft, options.lang, labels))
        rendered = rendered_bundle(said, sent, options.now)
    else:
        rendered = render(draft, screening, options, record.ecg)
    issues = () if sent is None or options.format == "fhir" else sent.issues
    done = Screened(path, draft, record.is_refused, None, rendered, screening, record.ecg)
    told = ({"code": i.code, "where": i.where, **i.said(options.lang)} for i in issues)
    return replace(done, issues=tuple(told))


def _record(
    data: bytes, path: Path, options: ScreenOptions
) -> "tuple[VisitRecord, FhirVisit | None]":
    """Return the record of a visit file, which may be a FHIR Bundle."""
    if FHIR_SIGN not in data:
        return _with_its_ecg(parse(data, now=options.now), path, options), None
    from ..fhir.files import read_bundle_file  # noqa: PLC0415 - only FHIR needs its maps

    record, sent = read_bundle_file(data, options.now, options.lang)
    return _with_its_ecg(record, path, options), sent


def _with_its_ecg(record: VisitRecord, path: Path, options: ScreenOptions) -> VisitRecord:
    files = [record.ecg_file, *(one.ecg_file for one in record.previous)]
    given = [options.ecg, options.previous_ecg]
    if not any(files) and not any(given):
        return record
    from ..ecg.earlier import join_earlier  # noqa: PLC0415 - only an ECG file needs readers
    from ..ecg.visit import join_ecg  # noqa: PLC0415

    if options.ecg is not None or record.ecg_file:
        record = join_ecg(record, path, options.ecg, options.recording)
    return join_earlier(
        record,
        path,
        options.previous_ecg,
        options.previous_ecg_on,
        number=options.previous_recording,
    )


def keep_draft(database: str, screened: Screened, options: ScreenOptions) -> dict[str, str]:
    """Keep the draft of a visit in a store, where it waits for a physician.

    Parameters
    ----------
    database : address of the store
    screened : a visit that could be read
    options : with which it was screened

    Returns
    -------
    its ``id`` and the ``content_hash`` on which a physician decides

    Raises
    ------
    RecordError : the visit could not be read, so there is nothing to keep
    """
    from ..clock import utc_now  # noqa: PLC0415 - screening without a store needs no SQLAlchemy
    from ..screening import ScreenedVisit, keep_visit  # noqa: PLC0415
    from ..store.store import open_store  # noqa: PLC0415

    draft, screening = screened.draft, screened.screening
    if draft is None or screening is None:
        raise screened.error or _nothing_to_keep(screened.path)
    store = open_store(database)
    try:
        kept = keep_visit(
            store, ScreenedVisit(draft, screening, ecg=screened.ecg), options.lang, clock=utc_now
        )
    finally:
        store.close()
    return {"id": kept, "content_hash": draft.content_hash}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecordError(
            found=f"a file that can't be opened ({error.strerror})",
            why="there is nothing to screen",
            remedy="Check the name and the permissions",
            path=str(path),
        ) from error


def render(
    draft: PreDiagnosis,
    screening: Screening,
    options: ScreenOptions,
    signal: EcgSignal | None = None,
) -> str:
    """Return the draft of a screening of one visit in the asked format and language.

    ``signal`` is drawn in a page; text and JSON have its measurements only.
    """
    labels = model_labels(options.models, options.lang)
    if options.format == "json":
        said = options.codes.added(as_json(draft, options.lang, labels))
        return json.dumps(said, ensure_ascii=False, indent=2)
    if options.format == "html":
        from ..report import render_html  # noqa: PLC0415 - only an HTML report needs the templates
        from ..report.person import person_plots  # noqa: PLC0415

        plots, drawing = person_plots(screening, 0), ""
        if signal is not None and draft.ecg is not None:
            from ..ecg.visit import draw_ecg  # noqa: PLC0415 - as above

            drawing = draw_ecg(signal, draft.ecg, options.lang)
        return render_html(
            draft, options.lang, membership_plots=plots, labels=labels, ecg_drawing=drawing
        )
    return render_text(draft, options.lang, labels)


def screen_files(paths: Sequence[Path], options: ScreenOptions) -> Iterator[Screened]:
    """Screen visit files one after the other; a bad one does not stop the rest."""
    for path in paths:
        yield screen_file(path, options)


def exit_code(refused: Sequence[bool]) -> int:
    """0 when every visit was screened, 1 when none was, 3 when some were."""
    if not any(refused):
        return EXIT_DONE
    return EXIT_REFUSED if all(refused) else EXIT_PARTLY


def file_names(paths: Sequence[Path], ending: str) -> dict[Path, str]:
    """Return the name of each visit's report in a folder: the visit file's, with its own ending.

    Raises
    ------
    DataError : two visit files have the same name, so that one report would overwrite the other
    """
    names = {path: f"{path.stem}.{ending}" for path in paths}
    twice = sorted(name for name, n in Counter(path.stem for path in paths).items() if n > 1)
    if twice:
        raise DataError(
            found=f"several visit files with the same name ({', '.join(twice)})",
            why="one report would overwrite the other",
            remedy="Screen them in two runs, into two folders",
            path="--output",
        )
    return names


class Printed:
    """Several reports on one stream: JSON documents become one array, the rest follow each other.

    Parameters
    ----------
    write : where text goes
    is_array : several JSON documents
    """

    def __init__(self, write: Callable[[str], None], *, is_array: bool) -> None:
        self._write, self._is_array, self._count = write, is_array, 0

    def add(self, rendered: str) -> None:
        """Print one report."""
        if self._is_array:
            self._write("[" if self._count == 0 else ",")
        self._write(rendered)
        self._count += 1

    def end(self) -> None:
        """Print what closes the array; an array without documents is one too."""
        if self._is_array:
            self._write("]" if self._count else "[]")


def _nothing_to_keep(path: Path) -> RecordError:
    return RecordError(
        found="a visit without a draft",
        why="there is nothing on which a physician could decide",
        remedy="Mend the visit file and screen it again",
        path=str(path),
    )
