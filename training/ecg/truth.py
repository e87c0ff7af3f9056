"""Classes of a task, and what the labels of a record say of each."""

import csv
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...datasets.sources.ecg_files import AnnotatedEcg, absent
from ...datasets.sources.ecg_sets import CODES, aami_class, described
from ...engine.fixedpoint import FloatArray
from ..ecg_findings.full_scale import known_of
from ..ecg_findings.labels import FOLDER, ludb_truth
from .config import Config

SCP_TABLE: Final = "scp_statements.csv"
_PTBXL: Final = "ptbxl:"
_COLUMNS: Final = {"subclass": "diagnostic_subclass", "superclass": "diagnostic_class"}
Truth = Callable[[str, AnnotatedEcg], FloatArray | None]


def classes_and_truth(config: Config) -> tuple[tuple[str, ...], Truth]:
    """Return the names of the classes and the function that labels a record.

    The function gets the set and the record. It returns 1, 0 or NaN (nobody said) for every class,
    one row for each example: one for a record, one for each beat; None where the record does not
    belong to the task.
    """
    if config.kind == "beats":
        names = tuple(config.classes)
        return names, lambda _, ecg: _of_beats(names, ecg)
    if config.kind == "strips":
        names = tuple(config.classes)
        return names, lambda _, ecg: _one_of(names, [ecg.labels["label_v3"]])
    if config.classes == "statements":
        return _statements()
    (folder,) = config.folders.values()
    groups = ptbxl_groups(folder, str(config.classes).removeprefix(_PTBXL))
    return _ptbxl(groups)


def ptbxl_groups(folder: Path, task: str) -> Mapping[str, str]:
    """Return statement -> class of one task of PTB-XL, from the publisher's own table.

    Parameters
    ----------
    folder : holds ``scp_statements.csv``
    task : all, diagnostic, subclass, superclass, form or rhythm

    Source: Strodthoff 2020, doi:10.1109/JBHI.2020.3022989; departures: none that is known.

    Raises
    ------
    DataError : the table is not there
    """
    table = folder / SCP_TABLE
    if not table.is_file():
        raise absent(SCP_TABLE)
    with table.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.reader(handle))
    head = rows[0]
    kind = "diagnostic" if task in _COLUMNS else task
    found = {}
    for cells in rows[1:]:
        row = dict(zip(head, cells, strict=False))
        if kind == "all" or row.get(kind, "").startswith("1"):
            found[cells[0]] = row[_COLUMNS[task]] if task in _COLUMNS else cells[0]
    return found


def _ptbxl(groups: Mapping[str, str]) -> tuple[tuple[str, ...], Truth]:
    names = tuple(sorted({name for name in groups.values() if name}))

    def truth(_: str, ecg: AnnotatedEcg) -> FloatArray | None:
        codes = ecg.labels[CODES].split("|")
        mine = {groups[code] for code in codes if groups.get(code)}
        if not mine:
            return None
        return np.array([[float(name in mine) for name in names]])

    return names, truth


def _statements() -> tuple[tuple[str, ...], Truth]:
    labels = tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))
    words = tomllib.loads((FOLDER / "labels_sets.toml").read_text(encoding="utf-8"))
    names = tuple(labels["challenge12"])

    def truth(source: str, ecg: AnnotatedEcg) -> FloatArray:
        about = described(source)
        if about["labels"] == "ludb":
            known = ludb_truth(ecg.labels, labels["ludb"])
        else:
            known = known_of(ecg, about, labels, words)
        return np.array([[known.get(name, np.nan) for name in names]])

    return names, truth


def _one_of(names: tuple[str, ...], labels: list[str]) -> FloatArray | None:
    rows = np.array([[float(label == name) for name in names] for label in labels])
    return rows if len(rows) else None


def _of_beats(names: tuple[str, ...], ecg: AnnotatedEcg) -> FloatArray | None:
    return _one_of(names, [aami_class(symbol) for symbol in ecg.labels["symbols"]])


def parts_of(config: Config, source: str) -> Mapping[str, Any]:
    """Return part -> values of the split that the set has of its own; empty where it has none."""
    about = described(source)
    return {p: about[p] for p in ("train", "validate", "test") if p in about}
