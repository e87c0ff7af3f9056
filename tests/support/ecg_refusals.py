"""Every made ECG file, read as it is or changed, and the shape that its refusal must have."""

import ecg_files
import pytest
from laennec.datasets.readers.ecg import Declared, read_ecg
from laennec.engine.errors import RecordError

MADE = ecg_files.every_format()


def read(made, data=None, companions=None, **declared):
    return read_ecg(
        made.data if data is None else data,
        name=made.name,
        companions=made.companions if companions is None else companions,
        declared=Declared(**{**made.declared, **declared}),
    )


def swapped(made, old, new, count=-1):
    old, new = (t if isinstance(t, bytes) else t.encode() for t in (old, new))
    assert old in made.data, old
    return made.data.replace(old, new, count)


def refused(kind, words, made, old=None, new=b"", **options):
    data = made.data if old is None else swapped(made, old, new)
    with pytest.raises(kind, match=words) as caught:
        read(made, data, **options)
    error = caught.value
    assert isinstance(error, RecordError)
    assert error.remedy
    assert error.why
    assert error.path
    for word in ("P-7", "1974", "female", "FEMALE"):
        assert word not in str(error)
        assert word not in str(error.__cause__)
    return error
