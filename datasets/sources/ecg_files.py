"""ECG records of the workshop, read through the publisher's own library (extra ``train``)."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.ecg.signal import EcgSignal
from ...engine.errors import DataError
from ...engine.fixedpoint import FloatArray
from .publisher import read_record

_HOUSE_NAMES = {name.lower(): name for name in TWELVE_LEADS}


@dataclass(frozen=True, slots=True, eq=False)
class AnnotatedEcg:
    """A record with what its publisher says about it.

    Parameters
    ----------
    record : name of the record
    person : who it is of; splits are by person
    signal : the samples
    waves : lead -> wave (``p``, ``qrs``, ``t``) -> shape (n, 3), onset, peak, offset in samples,
        NaN where not annotated; empty where the set has no such annotation
    beats : shape (n,), samples of the beats; empty where the set has none
    labels : what else is said, by name
    """

    record: str
    person: str
    signal: EcgSignal
    waves: dict[str, dict[str, FloatArray]] = field(default_factory=dict)
    beats: FloatArray = field(default_factory=lambda: np.empty(0))
    labels: dict[str, str] = field(default_factory=dict)


def house_name(name: str) -> str:
    """Return the house's name of a lead (``avf`` is ``aVF``); other names stay."""
    return _HOUSE_NAMES.get(name.strip().lower(), name)


def read_wfdb(stem: Path) -> EcgSignal:
    """Read a WFDB record into a typed signal; only the leads that were recorded.

    Parameters
    ----------
    stem : path of the header without its extension

    Raises
    ------
    DataError : the header is not there
    """
    if not stem.with_name(f"{stem.name}.hea").is_file():
        raise absent(stem.name)
    record = read_record(stem)
    leads = {
        house_name(name): np.asarray(record.p_signal[:, i], np.float64)
        for i, name in enumerate(record.sig_name)
    }
    return EcgSignal.of(leads, float(record.fs), complete=False)


def labelled_rows(folder: Path) -> list[dict[str, str]]:
    """Return the rows of ``labels.csv``, one a record.

    Raises
    ------
    DataError : the table is not there
    """
    table = folder / "labels.csv"
    if not table.is_file():
        raise absent(table.name)
    with table.open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def record_stems(folder: Path, kind: str) -> list[Path]:
    """Return the paths of a folder's records without their extension, by name.

    Parameters
    ----------
    folder : holds ``<record>.hea``
    kind : what is missing where there is none

    Raises
    ------
    DataError : the folder holds no record
    """
    stems = sorted(p.with_suffix("") for p in folder.glob("*.hea"))
    if not stems:
        raise absent(kind)
    return stems


def absent(name: str) -> DataError:
    """Return the error of a record or a table that is not where it should be."""
    return DataError(
        found=f"no {name} in the folder of ECG data",
        why="what was not read can't be learned from or measured on",
        remedy="Give the folder that holds the downloaded sets, or set LAENNEC_DATA",
        path=name,
    )
