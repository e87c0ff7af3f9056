"""The QT Database: 15 minutes of two leads, with the waves of some beats marked by a cardiologist.

Licence: ODC-By 1.0 (as known, not re-read). Citation: Laguna 1997, doi:10.1109/CIC.1997.648140.
``.q1c`` holds the first cardiologist's waves, marked on both leads at once; ``.atr`` the beats of
the set that a record was taken from, absent for records of sudden death.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .ecg_files import AnnotatedEcg, read_wfdb, record_stems
from .ludb import marked_waves
from .mitdb import beats_of
from .publisher import read_annotation

WAVES = "q1c"
BEATS = "atr"


def read_qtdb(folder: Path) -> Iterator[AnnotatedEcg]:
    """Read every record of a folder, with the waves and the beats that stand beside it.

    Parameters
    ----------
    folder : holds ``<record>.hea``, ``.dat`` and, where there are any, ``.q1c`` and ``.atr``

    Raises
    ------
    DataError : the folder holds no record
    """
    for stem in record_stems(folder, "record of the QT Database"):
        signal = read_wfdb(stem)
        beats, symbols = np.empty(0), ""
        if stem.with_suffix(f".{BEATS}").is_file():
            beats, symbols = beats_of(stem)
        waves = {}
        if stem.with_suffix(f".{WAVES}").is_file():
            marked = marked_waves(read_annotation(stem, WAVES))
            waves = dict.fromkeys(signal.leads, marked)
        yield AnnotatedEcg(
            stem.name, stem.name, signal, waves=waves, beats=beats, labels={"symbols": symbols}
        )
