"""A folder of ECGs without a table: one row a file, of what its header says of the person."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from ....datasets.readers.ecg import EcgHeader, read_ecg
from ....datasets.readers.ecg.files import record_files
from ....engine.errors import ScreeningError
from ..options import BatchOptions, BatchRefused
from ..progress import Reporter
from ..result.folder import LOCK_FILE
from ..result.parts import COLLECTED

ECG_TABLE: Final = "ecgs.parquet"
ECG_ENDINGS: Final = (".hea", ".edf", ".bdf", ".dcm", ".scp", ".ecg", ".xml", ".mfer", ".mwf")
"""A file that ends so and can't be read is an ECG that was lost; another one is no ECG."""

MOST_YEARS: Final = 2**15 - 1
"""What the column of the ages holds; whether a person can be so old is judged with the row."""

_SCHEMA: Final = pa.schema(
    [
        ("person_id", pa.string()), ("visit_date", pa.date32()), ("age_years", pa.int16()),
        ("sex", pa.string()), ("ecg_path", pa.string()),
    ]
)  # fmt: skip


def with_ecg_table(options: BatchOptions, reporter: Reporter) -> BatchOptions:
    """Return the options with a table of the ECG folder, where it is the only input.

    The table stands beside the result; a run that is resumed makes it again, and refuses a folder
    of which it is another one.

    Parameters
    ----------
    options : of the run
    reporter : told how many files are no ECG, by their ending

    Raises
    ------
    BatchRefused  if the folder of the result is used, or the folder holds no ECG
    """
    folder = options.ecg_folder
    if folder is None or options.inputs or options.omop_database:
        return options
    there = options.out.iterdir() if options.out.is_dir() else ()
    if not options.resume and any(p.name not in (LOCK_FILE, COLLECTED) for p in there):
        raise BatchRefused(
            found="a folder that is not empty",
            why="results of two runs are never mixed",
            remedy="Give another --out, or --resume to go on with the run that is in it",
            path=options.out.name,
        )
    skipped: Counter[str] = Counter()
    rows = list(_rows(folder, skipped))
    if not rows:
        raise BatchRefused(
            found="a folder without an ECG",
            why="there is nobody to screen",
            remedy="Give the folder that holds the ECG files, in any format that is read",
            path=folder.name,
        )
    _check_names(rows, folder)
    if skipped:
        told = ", ".join(f"{ending or '(none)'} {n:,}" for ending, n in sorted(skipped.items()))
        reporter.line(f"batch: files that are no ECG are left out, by ending: {told}")
    target = options.out / COLLECTED / ECG_TABLE
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), target)
    return replace(options, inputs=(target,))


def _check_names(rows: list[dict[str, Any]], folder: Path) -> None:
    """Refuse names that are no text: a row could not name its file, and its ECG would be lost."""
    unnamed = sum(not _is_text(row["ecg_path"]) for row in rows)
    if unnamed:
        raise BatchRefused(
            found=f"ECG files whose names are not in UTF-8: {unnamed:,}",
            why="no row of a table can name them, so their ECGs would be lost",
            remedy="Rename them (accents of an older system: `convmv -f latin1 -t utf8`)",
            path=folder.name,
        )


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _rows(folder: Path, skipped: Counter[str]) -> Iterator[dict[str, Any]]:
    """Yield one row a file, in the order of names; a part of a record is no row of its own."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    parts = {one for path in files if path.suffix == ".hea" for one in record_files(path)[1:]}
    for path in files:
        if path in parts:
            continue
        name = path.relative_to(folder).as_posix()
        try:
            header = read_ecg(path).header
        except (ScreeningError, OSError):
            if path.suffix.lower() in ECG_ENDINGS:
                yield {"person_id": name, "ecg_path": name}
            else:
                skipped[path.suffix.lower()] += 1
            continue
        yield _row(name, header)


def _row(name: str, header: EcgHeader) -> dict[str, Any]:
    """Return what the header says; a file that names nobody is named by its path."""
    day = None if header.acquired_at is None else header.acquired_at.date()
    return {
        "person_id": header.patient_id.strip() or name,
        "visit_date": day,
        "age_years": _age(header, day),
        "sex": header.sex,
        "ecg_path": name,
    }


def _age(header: EcgHeader, day: date | None) -> int | None:
    """Return completed years on the day of the recording; None where it states no such number."""
    if header.birth_date is not None and day is not None:
        born = header.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    years = header.age_years
    return None if years is None or not 0 <= years <= MOST_YEARS else int(years)
