"""The ECG of each row: found in one folder by ``ecg_path``, measured, and put beside the row.

The files are opened a few at a time. An ECG that can't be read, or whose header is that of another
person, is a refused item of its row, and the urgent rules for an ECG that was lost apply to it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ....datasets.readers.ecg import person_problems, read_ecg
from ....datasets.readers.tables import TablePlan, TableRows, read_rows
from ....engine.bundles.load import Models
from ....engine.ecg.findings.find import Statement
from ....engine.ecg.signal import EcgSignal
from ....engine.errors import ScreeningError
from ....engine.intake.ecg_day import day_problem
from ....engine.intake.person import Identity
from ....engine.record import Problem
from ....engine.screening import Screening, screen_columns
from ...ecg.not_read import why_not_read
from ..collected.bundles import READ, rows_of_bundles
from ..plan import Loaded
from ..table.columns import TEXT, coded
from ..table.output import ENCODED, OUTCOMES, Place, decoded, result_table
from .earlier import EarlierEcgs, with_earlier
from .past_columns import FIELDS, past_columns
from .plan import ECG_STATE, RULES_NOT_APPLIED, file_in, statement_names

ECGS_AT_ONCE: Final = 32
FILE_PATH: Final = "$.ecg.file"
_SCORE_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class EcgPlan:
    """Where the ECGs are, and what is said of each.

    ``folder`` is the only one that is opened, none where Bundles bring them; ``statements`` are
    those of the bundle, none where it is refused; identifiers are compared where
    ``same_numbering``. ``earlier`` says which is the last earlier ECG of whom; None where none is
    compared, as Bundles bring them.
    """

    folder: Path | None
    statements: tuple[str, ...]
    same_numbering: bool = True
    earlier: EarlierEcgs | None = None

    @property
    def where(self) -> tuple[Path, bool]:
        """Return the folder, and whether identifiers are compared."""
        return self.folder or Path(), self.same_numbering

    @property
    def schema(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        """Return the columns of a result with ECGs."""
        scores = [pa.field(f"{name}_score", pa.float64()) for name in self.statements]
        past = () if self.earlier is None else FIELDS
        said = [pa.field(name, TEXT) for name in (ECG_STATE, RULES_NOT_APPLIED)]
        return pa.schema([*ENCODED, *scores, *said, *past])


def ecg_plan(
    folder: Path | None,
    models: Models,
    *,
    same_numbering: bool = True,
    earlier: EarlierEcgs | None = None,
) -> EcgPlan:
    """Return what a run says of the ECGs of a folder."""
    return EcgPlan(folder, statement_names(models), same_numbering, earlier)


def screen_with_ecgs(
    table: Any,  # noqa: ANN401
    plan: TablePlan,
    loaded: Loaded,
    place: Place,
    ecgs: EcgPlan,
) -> Any:  # noqa: ANN401
    """Screen rows with their ECGs: the columns of ``EcgPlan.schema``, with strings."""
    parts = [
        _screen_few(table.slice(start, ECGS_AT_ONCE), plan, loaded, _further(place, start), ecgs)
        for start in range(0, max(1, table.num_rows), ECGS_AT_ONCE)
    ]
    whole = pa.Table.from_batches([decoded(part) for part in parts]).combine_chunks()
    return whole.to_batches()[0] if whole.num_rows else decoded(parts[0])


def _further(place: Place, rows: int) -> Place:
    return place._replace(offset=place.offset + rows)


def _screen_few(
    table: Any,  # noqa: ANN401
    plan: TablePlan,
    loaded: Loaded,
    place: Place,
    ecgs: EcgPlan,
) -> Any:  # noqa: ANN401
    where = (ecgs.folder, ecgs.same_numbering)
    rows, signals, states = rows_with_ecgs(table, plan, place, where)
    models, guidelines = loaded.models, loaded.guidelines
    screening = screen_columns(rows.batch, models, guidelines, signals=signals, outcomes=OUTCOMES)
    past: list[Any] = []
    if ecgs.earlier is not None:
        screening, earlier = with_earlier(screening, rows, signals, ecgs.where, ecgs.earlier)
        past = past_columns(screening, earlier)
    result = result_table(rows, screening)
    scores = screening.ecg_statements
    columns = [*result.columns, *(_column(scores, n, table.num_rows) for n in ecgs.statements)]
    known = list(dict.fromkeys(code for code in states if code))
    places = np.array([known.index(c) if c else -1 for c in states], dtype=np.int64)
    columns += [coded(places, [*known, None]), _not_applied(screening, table.num_rows), *past]
    return pa.RecordBatch.from_arrays(columns, schema=ecgs.schema)


def _not_applied(screening: Screening, n_rows: int) -> Any:  # noqa: ANN401 - pyarrow
    """Return the groups of urgent rules that were not applied to each ECG, null without one."""
    told = [
        None if row not in screening.ecgs else " ".join(screening.ecgs[row].urgent_not_applied)
        for row in range(n_rows)
    ]
    known = list(dict.fromkeys(text for text in told if text is not None))
    places = np.array([-1 if text is None else known.index(text) for text in told], np.int64)
    return coded(places, [*known, None])


def rows_with_ecgs(
    table: Any,  # noqa: ANN401
    plan: TablePlan,
    place: Place,
    where: tuple[Path | None, bool],
) -> tuple[TableRows, dict[int, EcgSignal], list[str | None]]:
    """Return the rows, the ECGs that could be read, and of every row what became of its file.

    An ECG that can't be read, or is that of another person, is a refused item of its row.
    ``where`` is the folder, and whether identifiers are compared.
    """
    if plan.bundle:
        return rows_of_bundles(table, plan, place.today)
    rows = read_rows(table, plan, fragment=place.name, offset=place.offset, today=place.today)
    signals, lost, states = _read(table, plan.ecg, rows, (where[0] or Path(), where[1]))
    batch = replace(rows.batch, problems=(*rows.batch.problems, *lost))
    return replace(rows, batch=batch), signals, states


def _read(
    table: Any,  # noqa: ANN401
    column: str,
    rows: TableRows,
    where: tuple[Path, bool],
) -> tuple[dict[int, EcgSignal], list[Problem], list[str | None]]:
    """Return the signals by row, what is wrong with ECGs, and what became of each file."""
    names = table.column(column).cast(pa.string()).to_pylist() if column else [None] * len(table)
    signals: dict[int, EcgSignal] = {}
    told: list[Problem] = []
    states: list[str | None] = [READ if name else None for name in names]
    root, same_numbering = where[0].resolve(), where[1]
    for row, name in enumerate(names):
        if not name:
            continue
        found = _signal_and_why(file_in(root, name), rows, row, same_numbering=same_numbering)
        signal, problem = found
        if signal is not None:
            signals[row] = signal
        if problem is not None:
            told.append(replace(problem, row=row))
            states[row] = problem.code
    return signals, told, states


def _signal_and_why(
    path: Path | None, rows: TableRows, row: int, *, same_numbering: bool
) -> tuple[EcgSignal | None, Problem | None]:
    """Return the signal of a file, and why it can't be that of the row or of its day."""
    if path is None:
        return None, _refused("ecg_outside_folder")
    try:
        recording = read_ecg(path)
    except ScreeningError as error:
        code, parameters = why_not_read(error)
        return None, Problem(0, "refused_item", code, FILE_PATH, "ecg", parameters)
    except OSError:
        return None, _refused("ecg_unreadable")
    visit = rows.visit_date[row].as_py()
    moment = None if visit is None else datetime.combine(visit, time(), UTC)
    identity = _identity(rows, row)
    problems = person_problems(
        recording.header, identity, moment, path=FILE_PATH, same_numbering=same_numbering
    )
    if problems:
        # In a table only the ECG is refused: the other columns of the row are not from that file.
        return None, replace(problems[0], severity="refused_item", item="ecg")
    at = recording.header.acquired_at
    day = None if visit is None else datetime.combine(visit, time())
    return recording.signal, day_problem(at, day, identity.birth_date, FILE_PATH)


def _identity(rows: TableRows, row: int) -> Identity:
    batch = rows.batch
    born, age_years = rows.birth_date[row].as_py(), int(batch.age_years[row])
    return Identity(batch.person_id[row], born, int(batch.sex[row]), age_years)


def _refused(code: str) -> Problem:
    return Problem(0, "refused_item", code, FILE_PATH, "ecg", {"kind": code})


def _column(scores: Mapping[int, Sequence[Statement]], name: str, n: int) -> Any:  # noqa: ANN401
    values = np.full(n, np.nan)
    for row, statements in scores.items():
        values[row] = next((s.score for s in statements if s.name == name), np.nan)
    return pa.array(np.round(values, _SCORE_DECIMALS) + 0.0, pa.float64(), mask=np.isnan(values))
