"""Errors travel between processes as they are: a batch or a training reads in several."""

import pickle

import pytest
from laennec.datasets.readers.ecg.errors import EcgUnreadable
from laennec.engine.errors import DataError, ScreeningError

PARTS = {"found": "a folder", "why": "nothing is in it", "remedy": "Name another", "path": "set"}


@pytest.mark.parametrize("kind", [ScreeningError, DataError, EcgUnreadable])
def test_an_error_comes_back_whole(kind):
    """Pinned: an error of a process was lost, and the pool said that the process had died."""
    error = kind(**PARTS)
    error.urgent = ({"rule": "systolic_bp_180"},)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - what the process pools of Python do
    assert type(again) is kind
    assert (str(again), again.as_dict(), again.urgent) == (
        str(error),
        error.as_dict(),
        error.urgent,
    )
