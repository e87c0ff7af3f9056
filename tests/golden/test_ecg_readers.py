"""The local sample files of every format: the values that stand in ``ecg_readers.toml``.

Each was made by the reader of this house after its second reader (named in the file) agreed sample
by sample; the agreement is repeated here wherever the second reader is installed.
"""

import hashlib
import tomllib
from pathlib import Path

import numpy as np
import pytest
from ecg_second_readers import SECOND_READERS
from laennec.datasets.readers.ecg import EcgUnreadable, read_ecg
from laennec.datasets.readers.ecg.names import lead_name
from laennec.datasets.sources.nhanes import data_folder

CASES = tomllib.loads((Path(__file__).parent / "ecg_readers.toml").read_text(encoding="utf-8"))
READ = sorted(name for name, case in CASES.items() if "refused" not in case)
REFUSED = sorted(name for name, case in CASES.items() if "refused" in case)
SLOW = {"formats/wfdb_zoo/flac_3_constant.hea"}

pytestmark = pytest.mark.data


@pytest.fixture(scope="module")
def folder():
    found = data_folder() / "ecg"
    if not (found / "formats").is_dir():
        pytest.skip(f"the local ECG sample files are not here: {found} (set LAENNEC_DATA)")
    return found


def marked(names):
    return [pytest.param(n, marks=pytest.mark.slow if n in SLOW else ()) for n in names]


def own_leads(signal):
    return [i for i, lead in enumerate(signal.leads) if lead not in signal.derived]


@pytest.mark.parametrize("name", marked(READ))
def test_the_samples_are_those_that_were_checked(folder, name):
    case, recording = CASES[name], read_ecg(folder / name)
    signal, own = recording.signal, own_leads(recording.signal)
    assert recording.header.format == case["format"]
    assert recording.header.record == Path(name).stem
    assert (len(own), signal.n_samples) == (case["leads"], case["samples"])
    assert signal.sampling_rate_hz == pytest.approx(case["rate_hz"], rel=1e-12)
    rows = np.nan_to_num(signal.signal_mv[own])
    counts = np.rint(rows * 1000 / signal.resolution_uv[own, None]).astype("<i8")
    digest = hashlib.sha256(np.ascontiguousarray(counts).tobytes()).hexdigest()
    assert digest.startswith(case["sha256"])
    assert np.nan_to_num(signal.signal_mv[0, 0]) == pytest.approx(case["first_mv"], abs=1e-9)
    assert np.abs(rows).max() == pytest.approx(case["largest_mv"], rel=1e-9)


@pytest.mark.parametrize("name", marked(READ))
def test_the_second_reader_agrees(folder, name):
    try:
        theirs = SECOND_READERS[CASES[name]["second_reader"]](folder / name)
    except ImportError as error:
        pytest.skip(f"the second reader is not installed: {error.name}")
    signal = read_ecg(folder / name).signal
    compared = 0
    for lead, row in theirs.items():
        if lead_name(lead) not in signal.leads:
            continue
        group = len(row) // signal.n_samples  # frames of two samples are averaged
        mean = row[: group * signal.n_samples].reshape(-1, group).mean(axis=1)
        atol = 4e-9 if "binformats" in name else 1e-9
        np.testing.assert_allclose(signal.lead_mv(lead_name(lead)), mean, rtol=0, atol=atol)
        compared += 1
    assert compared >= min(CASES[name]["leads"], 8) or compared == len(theirs)


@pytest.mark.parametrize("name", REFUSED)
def test_what_lacks_a_unit_a_name_or_its_samples_is_refused(folder, name):
    with pytest.raises(EcgUnreadable) as caught:
        read_ecg(folder / name)
    assert caught.value.code == CASES[name]["refused"]


def test_no_sample_file_is_left_out(folder):
    suffixes = {".hea", ".dcm", ".scp", ".xml", ".edf", ".wav", ".json"}
    there = {
        path.relative_to(folder).as_posix()
        for path in (folder / "formats").rglob("*")
        if path.suffix.lower() in suffixes
    }
    assert there <= set(CASES)
