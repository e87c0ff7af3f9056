"""What the plan of a run says of its ECGs: columns, models, and one hash of all their bytes."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from ....datasets.readers.ecg.files import numbered_file, record_files
from ....datasets.readers.tables import Fragment, FragmentUnreadable, TablePlan, read_chunks
from ....engine.bundles.load import Models
from ....engine.errors import ModelError
from ..options import CHUNK_ROWS, BatchOptions
from ..result.parts import file_sha256

ECG_FINDINGS: Final = "ecg_findings/twelve_lead"
ECG_STATE: Final = "ecg_state"
RULES_NOT_APPLIED: Final = "ecg_rules_not_applied"
NONE_THERE: Final = "ecg_none_there"


def ecgs_as_data(
    options: BatchOptions,
    models: Models,
    fragments: Sequence[Fragment],
    tables: Mapping[str, TablePlan],
) -> dict[str, Any]:
    """Return what is said of ECGs, by which models and of which bytes; nothing without ECGs.

    No path stands in it, as paths may name people. The bytes of ECGs in Bundles are of the input.
    """
    in_bundles = any(table.ecg and table.bundle for table in tables.values())
    in_folder = named_in_folder(options, tables)
    if not in_bundles and not in_folder:
        return {}
    from .past_columns import NAMES  # noqa: PLC0415 - the comparison, only where there are ECGs

    return {
        "same_numbering": options.ecg_same_numbering,
        "columns": [
            *(f"{name}_score" for name in statement_names(models)),
            ECG_STATE,
            RULES_NOT_APPLIED,
            *(() if in_bundles else NAMES),
        ],
        "models": {
            **{bundle.manifest.id: bundle.sha256 for bundle in models.signals},
            **{bundle.manifest.id: bundle.sha256 for bundle in models.statements},
        },
        **({} if in_bundles else _bytes_as_data(options, fragments, tables)),
    }


def named_in_folder(options: BatchOptions, tables: Mapping[str, TablePlan]) -> bool:
    """Say whether rows name ECG files of a folder that is read."""
    return options.ecg_folder is not None and any(table.ecg for table in tables.values())


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
    digest, ecgs, there = hashlib.sha256(), 0, 0
    root = (options.ecg_folder or Path()).resolve()
    for fragment in fragments:
        for name in _named(fragment, tables[fragment.file.name]):
            ecgs += 1
            path = file_in(root, name)
            there += path is not None and numbered_file(path)[0].is_file()
            digest.update(_hash_of(path).encode() + b"\n")
    return {"ecgs": ecgs, "ecgs_there": there, "files_sha256": digest.hexdigest()}


def none_is_there(ecg: Mapping[str, Any]) -> bool:
    """Say whether ECGs are named and not one of their files is there: the column is a wrong one."""
    return ecg.get("ecgs", 0) > 0 and ecg["ecgs_there"] == 0


def none_there_words(ecg: Mapping[str, Any]) -> str:
    """Return what is said of such a table, once and for all rows."""
    return (
        f"batch: not one of the {ecg['ecgs']:,} files that ecg_path names is in the folder of "
        "--ecg-folder. No ECG is read: each row says ecg_unreadable, and the urgent rules for an "
        "ECG that was lost apply to all of them. Check the folder, and that ecg_path is relative "
        "to it [ecg_path]"
    )


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
        return " ".join(f"{one.name} {file_sha256(one)}" for one in files)
    except (OSError, ValueError):
        return "unreadable"
