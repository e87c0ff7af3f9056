"""The Lobachevsky University Electrocardiography Database: waves marked on every lead.

Licence: ODC-By 1.0. Citation: Kalyakulina 2020, doi:10.1109/ACCESS.2020.3029211; PhysioNet ludb
1.0.1. One record for each person, 12 leads, 500 Hz, 10 s; a cardiologist marked onset, peak and
offset of P, QRS and T on each lead by itself. The first and last second are mostly not annotated.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ...engine.fixedpoint import FloatArray
from .ecg_files import AnnotatedEcg, absent, house_name, read_wfdb
from .publisher import read_annotation

_WAVES = {"p": "p", "N": "qrs", "t": "t"}


def read_ludb(folder: Path) -> Iterator[AnnotatedEcg]:
    """Read every record below a folder, in numerical order.

    Parameters
    ----------
    folder : holds ``ludb.csv`` and ``data``

    Raises
    ------
    DataError : the table is not there
    """
    about = read_table(folder / "ludb.csv")
    names = sorted((p.stem for p in (folder / "data").glob("*.hea")), key=int)
    for name in names:
        yield read_record(folder / "data" / name, about.get(name, {}))


def read_record(stem: Path, about: dict[str, str]) -> AnnotatedEcg:
    """Read one record with the annotations of its leads."""
    signal = read_wfdb(stem)
    marks = {
        house_name(name): marked_waves(read_annotation(stem, name.lower())) for name in signal.leads
    }
    return AnnotatedEcg(stem.name, stem.name, signal, waves=marks, labels=about)


def read_table(path: Path) -> dict[str, dict[str, str]]:
    """Return record -> column -> text of ``ludb.csv``, lines of a cell joined by ``|``."""
    if not path.is_file():
        raise absent(path.name)
    with path.open(newline="", encoding="utf-8") as handle:
        rows = [
            {(k or "").strip(): "|".join((v or "").split("\n")).strip("| ") for k, v in row.items()}
            for row in csv.DictReader(handle)
        ]
    return {row["ID"]: row for row in rows}


def marked_waves(annotation: Any) -> dict[str, FloatArray]:  # noqa: ANN401 - wfdb has no types
    """Return the waves of one lead from its marks ``( p )``, ``( N )``, ``( t )``.

    Parameters
    ----------
    annotation : with ``symbol`` and ``sample``, as the publisher's library gives it

    Returns
    -------
    wave -> shape (n, 3), samples; NaN where a bracket is absent
    """
    symbols, samples = list(annotation.symbol), [float(s) for s in annotation.sample]
    found: dict[str, list[tuple[float, float, float]]] = {"p": [], "qrs": [], "t": []}
    for i, symbol in enumerate(symbols):
        if symbol in _WAVES:
            opened = i > 0 and symbols[i - 1] == "("
            closed = i + 1 < len(symbols) and symbols[i + 1] == ")"
            onset = samples[i - 1] if opened else np.nan
            offset = samples[i + 1] if closed else np.nan
            found[_WAVES[symbol]].append((onset, samples[i], offset))
    return {wave: np.array(rows, np.float64).reshape(-1, 3) for wave, rows in found.items()}
