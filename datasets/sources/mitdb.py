"""The MIT-BIH Arrhythmia Database: every beat marked, two leads, half an hour.

Licence: ODC-By 1.0 (as known, not re-read). Citation: Moody and Mark 2001,
doi:10.1109/51.932724; PhysioNet mitdb 1.0.0. 360 Hz.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...engine.fixedpoint import FloatArray
from .ecg_files import AnnotatedEcg, read_wfdb, record_stems
from .publisher import read_annotation

BEAT_SYMBOLS = frozenset("NLRBAaJSVrFejnE/fQ?")


def read_mitdb(folder: Path) -> Iterator[AnnotatedEcg]:
    """Read every record of a folder with its beats.

    Parameters
    ----------
    folder : holds ``<record>.hea``, ``.dat`` and ``.atr``

    Raises
    ------
    DataError : the folder holds no record
    """
    for stem in record_stems(folder, "MIT-BIH record"):
        beats, symbols = beats_of(stem)
        yield AnnotatedEcg(
            stem.name, stem.name, read_wfdb(stem), beats=beats, labels={"symbols": symbols}
        )


def beats_of(stem: Path) -> tuple[FloatArray, str]:
    """Return the samples of the beats of one record, and a symbol for each."""
    marks = read_annotation(stem, "atr")
    is_beat = np.array([symbol in BEAT_SYMBOLS for symbol in marks.symbol], bool)
    symbols = "".join(s for s, kept in zip(marks.symbol, is_beat, strict=True) if kept)
    return np.asarray(marks.sample, np.float64)[is_beat], symbols
