"""Single-lead strips of the PhysioNet/CinC challenge 2017 with their rhythm.

Licence: ODC-By (as known, not re-read). Citation: Clifford 2017, doi:10.22489/CinC.2017.065-469.
Hand-held recorder, 300 Hz, 9 to 61 s; labels are those of ``label_v3``.
"""

from collections.abc import Iterator
from pathlib import Path

from .ecg_files import AnnotatedEcg, labelled_rows, read_wfdb

LABEL = "label_v3"


def read_cinc2017(folder: Path) -> Iterator[AnnotatedEcg]:
    """Read every strip of the table.

    Parameters
    ----------
    folder : holds ``labels.csv`` and ``records``

    Raises
    ------
    DataError : the table is not there
    """
    for row in labelled_rows(folder):
        name = row["record"]
        yield AnnotatedEcg(name, name, read_wfdb(folder / "records" / name), labels=dict(row))
