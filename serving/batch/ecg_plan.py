"""What the plan of a run says of its ECGs: columns, models, and one hash of all their bytes."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from ...datasets.readers.ecg.files import record_files
from ...datasets.readers.tables import Fragment, FragmentUnreadable, TablePlan, read_chunks
from ...engine.bundles.load import Models
from ...engine.errors import ModelError
from .options import CHUNK_ROWS, BatchOptions

ECG_FINDINGS: Final = "ecg_findings/twelve_lead"
ECG_STATE: Final = "ecg_state"


def ecgs_as_data(
    options: BatchOptions,
    models: Models,
    fragments: Sequence[Fragment],
    tables: Mapping[str, TablePlan],
) -> dict[str, Any]:
    """Return what is said of ECGs, by which models and of which bytes; nothing without ECGs.

    No path stands in it, as paths may name people.
    """
    if options.ecg_folder is None or not any(table.ecg for table in tables.values()):
        return {}
    return {
        "columns": [*(f"{name}_score" for name in statement_names(models)), ECG_STATE],
        "models": {
            **{bundle.manifest.id: bundle.sha256 for bundle in models.signals},
            **{bundle.manifest.id: bundle.sha256 for bundle in models.statements},
        },
        **_bytes_as_data(options, fragments, tables),
    }


def statement_names(models: Models) -> tuple[str, ...]:
    """Return the statements that are scored; none where their rules are refused."""
    bundle = models.statement_rules(ECG_FINDINGS)
    try:
        return () if bundle is None else bundle.model().table.names
    except ModelError:
        return ()


def file_in(root: Path, name: str) -> Path | None:
    """Return the file that a row names; None where it lies outside of the resolved folder."""
    try:
        path = (root / name).resolve()
    except (OSError, ValueError, RuntimeError):  # a loop of links, or a letter no path may have
        return None
    return path if path.is_relative_to(root) else None


def _bytes_as_data(
    options: BatchOptions, fragments: Sequence[Fragment], tables: Mapping[str, TablePlan]
) -> dict[str, Any]:
    """Hash the files of every row in the order of the rows, in constant memory."""
    digest, ecgs = hashlib.sha256(), 0
    root = (options.ecg_folder or Path()).resolve()
    for fragment in fragments:
        for name in _named(fragment, tables[fragment.file.name]):
            ecgs += 1
            digest.update(_hash_of(file_in(root, name)).encode() + b"\n")
    return {"ecgs": ecgs, "files_sha256": digest.hexdigest()}


def _named(fragment: Fragment, table: TablePlan) -> Iterator[str]:
    """Yield what the rows name, as far as the fragment can be read."""
    if not table.ecg:
        return
    try:
        for chunk in read_chunks(fragment, (table.ecg,), table.csv, chunk_rows=CHUNK_ROWS):
            column = chunk.table.column(table.ecg).cast(pa.string())
            yield from (name for name in column.to_pylist() if name)
    except FragmentUnreadable:
        return


def _hash_of(path: Path | None) -> str:
    """Return the hashes of all files of one ECG; ``unreadable`` where they can't be read."""
    try:
        files = () if path is None else record_files(path)
        return " ".join(f"{one.name} {_file_hash(one)}" for one in files)
    except (OSError, ValueError):
        return "unreadable"


def _file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
