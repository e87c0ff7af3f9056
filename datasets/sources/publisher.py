"""The publisher's own reader of WFDB records, without the warnings that it causes."""

import warnings
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    # It uses pandas in a way that newer pandas announces to remove; nothing that we read is hit.
    warnings.simplefilter("ignore")
    import wfdb


def read_record(stem: Path) -> Any:  # noqa: ANN401 - wfdb has no types
    """Return a record in physical units."""
    return wfdb.rdrecord(str(stem))


def read_annotation(stem: Path, extension: str) -> Any:  # noqa: ANN401 - wfdb has no types
    """Return the marks of a record, with ``symbol`` and ``sample``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return wfdb.rdann(str(stem), extension)
