"""XML of hospitals whose software writes in an Asian encoding."""

import ecg_files
import numpy as np
import pytest
from laennec.datasets.readers.ecg import EcgUnreadable, read_ecg


def encoded(name, word):
    text = ecg_files.every_format()["cardiosoft"].data.decode("latin-1")
    text = text.replace("ISO-8859-1", name).replace("<PID>P-7<", f"<PID>{word}<")
    return text.encode(name)


@pytest.mark.parametrize(
    ("name", "word"),
    [("GB2312", "张三"), ("gb18030", "张三"), ("Shift_JIS", "山田"), ("EUC-KR", "김")],
)
def test_a_document_in_an_asian_encoding_is_read(name, word):
    """Pinned: a whole document was "not well-formed"."""
    found = read_ecg(encoded(name, word), name="a.xml")
    plain = read_ecg(ecg_files.every_format()["cardiosoft"].data, name="a.xml")
    assert np.array_equal(found.signal.signal_mv, plain.signal.signal_mv)
    assert found.header.patient_id == word


def test_bytes_of_another_encoding_than_declared_are_refused():
    broken = encoded("GB2312", "张三").replace("张三".encode("gb2312"), b"\xff\xff")
    with pytest.raises(EcgUnreadable, match="not well-formed"):
        read_ecg(broken, name="a.xml")
