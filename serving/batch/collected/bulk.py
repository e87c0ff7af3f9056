"""Makes one table of Bundles of FHIR Bulk Data before a run, once, inside the folder of the result.

A row is an Encounter with everything that names it. It is read and screened by the workers, so that
resume, kills and engines are those of any other table.
"""

import json
import shutil
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from ....datasets.readers.omop import Collected, read_collected
from ....datasets.readers.omop.collect import COLLECTED_FILE
from ....datasets.readers.tables.inputs import form_of
from ...fhir.bulk import BulkCounts, BulkSorter, BulkVisit, is_bulk_file
from ..options import BatchOptions, BatchRefused
from ..progress import Reporter
from ..result.parts import COLLECTED, file_sha256
from .plan import BULK_SCHEMA, LEFT_OUT, SITE

TABLE_FILE: Final = "encounters.parquet"
ROWS_A_GROUP: Final = 2_000
BYTES_A_GROUP: Final = 1 << 25
"""A row group is what one worker takes at once; ECGs make it end sooner."""

_ASIDE: Final = ".aside"
_SCHEMA: Final = pa.schema([(n, pa.string()) for n in ("person_id", "bundle", SITE)])


def bulk_files(paths: Iterable[Path]) -> dict[str, Path]:
    """Return the Bulk Data files among the inputs by a stable name, in its order."""
    found: dict[str, Path] = {}
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            if file.is_file() and is_bulk_file(file):
                found[file.relative_to(path).as_posix() if path.is_dir() else file.name] = file
    return dict(sorted(found.items()))


def collect_bulk(options: BatchOptions, reporter: Reporter) -> Collected | None:
    """Return the table of Encounters where the input is Bulk Data, else None.

    It is made once: a run that is resumed reads what it began with. Files that changed since then
    are refused.

    Raises
    ------
    BatchRefused  if it stands beside another input, the folder is used, or the disk takes no more
    """
    files = bulk_files(options.inputs)
    if not files:
        return None
    _check_alone(options)
    sources = [{"name": name, "sha256": file_sha256(path)} for name, path in files.items()]
    before = read_collected(options.out / COLLECTED)
    if before is not None and options.resume:
        if before.content["source"] != sources:
            raise _refused(
                "Bulk Data files that are not those with which the run began",
                "parts of two inputs in one result would be two results under one name",
                "Restore them, or give another folder to --out",
                options.out.name,
            )
        return before
    if options.out.exists() and any(options.out.iterdir()) and not options.resume:
        raise _refused(
            "a folder that is not empty",
            "results of two runs are never mixed",
            "Give another --out, or --resume to go on with the run that is in it",
            options.out.name,
        )
    reporter.line("batch: the resources are put together by Encounter")
    try:
        return _collect(files, sources, options.out / COLLECTED)
    except (OSError, EOFError, zlib.error, sqlite3.Error) as error:
        raise _refused(
            f"Bulk Data that can't be put together ({type(error).__name__})",
            "a file is damaged, or the disk of --out does not take it",
            "Check the files and the free space (about three times the files), and run it again",
            options.out.name,
        ) from error


def _refused(found: str, why: str, remedy: str, path: str) -> BatchRefused:
    return BatchRefused(found=found, why=why, remedy=remedy, path=path)


def _check_alone(options: BatchOptions) -> None:
    """Refuse what has no meaning beside Bundles, before anything is made.

    Raises
    ------
    BatchRefused  naming it
    """
    inside = [p for path in options.inputs for p in (path.rglob("*") if path.is_dir() else [path])]
    others = [p for p in inside if p.is_file() and form_of(p) is not None]
    others += [path for path in options.inputs if not bulk_files([path])]
    beside = {
        "another input": bool(others) or options.omop_database is not None,
        "--mapping": options.mapping is not None,
        "--ecg-folder": options.ecg_folder is not None,
    }
    for name in (name for name, there in beside.items() if there):
        raise _refused(
            f"Bulk Data with {name}",
            "a Bundle says itself what its values are, and brings its ECG",
            f"Leave {name} out, or screen it in a run of its own",
            "inputs",
        )


def _collect(files: Mapping[str, Path], sources: list[dict[str, str]], folder: Path) -> Collected:
    """Make the table aside, and rename its folder when it is whole."""
    aside = folder.with_name(f".{folder.name}{_ASIDE}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    sorting = aside / "sorting.sqlite"
    with BulkSorter(sorting) as sorter:
        for name, path in files.items():
            sorter.add(path, name)
        _write(sorter.visits(), aside / TABLE_FILE)
        content = {"schema": BULK_SCHEMA, "source": sources, **_as_data(sorter.counts)}
    sorting.unlink()
    text = json.dumps(content, indent=1, sort_keys=True) + "\n"
    (aside / COLLECTED_FILE).write_text(text, encoding="utf-8")
    aside.rename(folder)
    return Collected(folder, content)


def _as_data(counts: BulkCounts) -> dict[str, Any]:
    return {
        "files": [TABLE_FILE],
        "counts": {
            "lines": counts.lines,
            "encounters": counts.encounters,
            "encounters_with_ecg": counts.with_ecg,
            "encounters_with_site": counts.with_site,
            LEFT_OUT: counts.without_encounter,
        },
        "malformed_lines": [
            {"file": name, "count": count, "first_lines": first}
            for name, (count, first) in sorted(counts.unreadable.items())
        ],
    }


def _write(visits: Iterator[BulkVisit], path: Path) -> None:
    with pq.ParquetWriter(path, _SCHEMA, compression="zstd") as writer:
        for group in _groups(visits):
            columns = {
                "person_id": [one.person_id or None for one in group],
                "bundle": [one.bundle for one in group],
                SITE: [one.site or None for one in group],
            }
            writer.write_table(pa.table(columns, schema=_SCHEMA), row_group_size=ROWS_A_GROUP)


def _groups(visits: Iterator[BulkVisit]) -> Iterator[list[BulkVisit]]:
    group: list[BulkVisit] = []
    size = 0
    for one in visits:
        group.append(one)
        size += len(one.bundle)
        if len(group) == ROWS_A_GROUP or size >= BYTES_A_GROUP:
            yield group
            group, size = [], 0
    if group:
        yield group
