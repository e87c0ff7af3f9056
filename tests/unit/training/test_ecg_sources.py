"""Annotated ECG sets: marks become waves, and what is absent is named."""

import os
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from laennec.datasets.sources.challenge12 import diagnoses, read_challenge12
from laennec.datasets.sources.ecg_files import AnnotatedEcg, house_name, read_wfdb
from laennec.datasets.sources.ludb import marked_waves, read_ludb
from laennec.datasets.sources.mitdb import read_mitdb
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.errors import DataError

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("LAENNEC_DATA", ROOT.parent / "shared" / "data")) / "ecg"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="no development data")


def marks(text, samples):
    return marked_waves(SimpleNamespace(symbol=text.split(), sample=np.array(samples)))


def test_marks_become_waves():
    found = marks("( p ) ( N ) ( t )", [1, 2, 3, 10, 12, 14, 20, 25, 30])
    assert found["p"].tolist() == [[1, 2, 3]]
    assert found["qrs"].tolist() == [[10, 12, 14]]
    assert found["t"].tolist() == [[20, 25, 30]]


def test_a_mark_without_its_bracket_has_no_such_point():
    found = marks("N ) ( t p", [5, 8, 20, 25, 40])
    assert np.isnan(found["qrs"][0, 0])
    assert found["qrs"][0, 1:].tolist() == [5, 8]
    assert np.isnan(found["t"][0, 2])
    assert np.isnan(found["p"][0, [0, 2]]).all()


def test_no_marks_no_waves():
    assert marks("", [])["p"].shape == (0, 3)


def test_lead_names_are_those_of_the_house():
    assert [house_name(n) for n in ("avf", "AVR", "i", "v1", "MLII")] == [
        "aVF",
        "aVR",
        "I",
        "V1",
        "MLII",
    ]


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (read_ludb, "no ludb.csv in the folder of ECG data"),
        (read_challenge12, "no labels.csv in the folder of ECG data"),
        (read_mitdb, "no MIT-BIH record in the folder of ECG data"),
    ],
)
def test_what_is_absent_is_named(tmp_path, read, said):
    with pytest.raises(DataError) as error:
        next(iter(read(tmp_path)))
    assert error.value.found == said


def test_a_record_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="no 7 in the folder"):
        read_wfdb(tmp_path / "7")


def test_diagnoses_are_a_set():
    signal = EcgSignal.of({"II": np.zeros(9)}, 500.0)
    record = AnnotatedEcg("a", "a", signal, labels={"dx_final_abbr": "AF|LAD"})
    assert diagnoses(record) == {"AF", "LAD"}
    assert diagnoses(AnnotatedEcg("b", "b", signal)) == frozenset()


@needs_data
@pytest.mark.data
def test_the_annotated_set_is_read():
    record = next(iter(read_ludb(DATA / "ludb")))
    assert record.signal.signal_mv.shape == (12, 5000)
    assert record.signal.leads[0] == "I"
    assert record.waves["II"]["qrs"].shape == (6, 3)
    assert record.labels["Rhythms"] == "Sinus bradycardia"


@needs_data
@pytest.mark.data
def test_beats_are_read():
    record = next(iter(read_mitdb(DATA / "mitdb")))
    assert (record.record, len(record.beats), record.signal.sampling_rate_hz) == ("100", 2273, 360)
