"""What `laennec screen` does: read, screen, render, keep; as data and an exit code."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from ..engine import Guidelines, Models, PreDiagnosis, parse, screen_columns
from ..engine.errors import RecordError, ScreeningError
from ..engine.risks.labels import model_labels
from ..engine.screen import Screening, draft_of
from ..engine.words.as_json import as_json
from ..engine.words.text import render_text

EXIT_DONE: Final = 0
EXIT_REFUSED: Final = 1
EXIT_PARTLY: Final = 3

Format = Literal["text", "json", "html"]


@dataclass(frozen=True, slots=True)
class ScreenOptions:
    """How visits are screened and shown; ``now`` is the caller's clock, aware."""

    models: Models
    guidelines: Guidelines
    lang: str
    format: Format
    now: datetime


@dataclass(frozen=True, slots=True)
class Screened:
    """One visit file: its draft, or why it could not be read at all."""

    path: Path
    draft: PreDiagnosis | None
    refused: bool
    error: ScreeningError | None
    rendered: str


def screen_file(path: Path, options: ScreenOptions) -> Screened:
    """Screen one visit file; a file that can't be read gives an error, never an exception."""
    try:
        record = parse(_read(path), now=options.now)
    except ScreeningError as error:
        return Screened(path, None, True, error, "")
    screening = screen_columns(record.batch, options.models, options.guidelines)
    draft = draft_of(screening, 0, record.performed_at)
    return Screened(path, draft, record.is_refused, None, render(draft, screening, options))


def keep_draft(database: str, draft: PreDiagnosis, options: ScreenOptions) -> dict[str, str]:
    """Keep a draft in a store, where it waits for a physician.

    Returns
    -------
    its ``id`` and the ``content_hash`` on which a physician decides
    """
    from .clock import utc_now  # noqa: PLC0415 - screening without a store needs no SQLAlchemy
    from .drafts import save_draft  # noqa: PLC0415
    from .store import open_store  # noqa: PLC0415

    labels = model_labels(options.models, options.lang)
    document = as_json(draft, options.lang, labels)
    store = open_store(database)
    try:
        kept = save_draft(store, document, rendered_language=options.lang, clock=utc_now)
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


def render(draft: PreDiagnosis, screening: Screening, options: ScreenOptions) -> str:
    """Return the draft of a screening of one visit in the asked format and language."""
    labels = model_labels(options.models, options.lang)
    if options.format == "json":
        return json.dumps(as_json(draft, options.lang, labels), ensure_ascii=False, indent=2)
    if options.format == "html":
        from .report import render_html  # noqa: PLC0415 - only an HTML report needs the templates
        from .report.person import person_plots  # noqa: PLC0415

        plots = person_plots(screening, 0)
        return render_html(draft, options.lang, membership_plots=plots, labels=labels)
    return render_text(draft, options.lang, labels)


def screen_files(paths: Sequence[Path], options: ScreenOptions) -> Iterator[Screened]:
    """Screen visit files one after the other; a bad one does not stop the rest."""
    for path in paths:
        yield screen_file(path, options)


def exit_code(done: Sequence[Screened]) -> int:
    """0 when every visit was screened, 1 when none was, 3 when some were."""
    refused = sum(s.refused for s in done)
    if refused == 0:
        return EXIT_DONE
    return EXIT_REFUSED if refused == len(done) else EXIT_PARTLY
