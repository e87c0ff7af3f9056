"""Twelve-lead records of the PhysioNet/CinC challenges with diagnoses.

Licence: CC BY 4.0 (as known, not re-read). Citations: Reyna, CinC 2021; Wagner 2020 (PTB-XL),
doi:10.1038/s41597-020-0495-6; Zheng 2020 (Chapman, Ningbo), doi:10.1038/s41597-020-0386-x. The
diagnoses are those of ``labels.csv``, column ``dx_final_abbr``: some headers carry wrong codes.
"""

from collections.abc import Iterator
from pathlib import Path

from .ecg_files import AnnotatedEcg, labelled_rows, read_wfdb

DIAGNOSES = "dx_final_abbr"
FLAT_LEADS = frozenset({"JS11438", "JS45542", "JS20004", "JS20008", "JS45544", "JS45551"})


def read_challenge12(folder: Path) -> Iterator[AnnotatedEcg]:
    """Read every record of the table; those with flat leads are left out.

    Parameters
    ----------
    folder : holds ``labels.csv`` and ``records``

    Raises
    ------
    DataError : the table is not there
    """
    for row in labelled_rows(folder):
        name = row["record"]
        if name not in FLAT_LEADS:
            signal = read_wfdb(folder / "records" / name)
            yield AnnotatedEcg(name, name, signal, labels=dict(row))


def diagnoses(record: AnnotatedEcg) -> frozenset[str]:
    """Return the abbreviations of a record's diagnoses."""
    return frozenset(a for a in record.labels.get(DIAGNOSES, "").split("|") if a)
