"""What is written as WFDB is read back sample by sample, and carries nothing of the person."""

from dataclasses import replace
from datetime import datetime

import ecg_files
import numpy as np
import pytest
from laennec.datasets.readers.ecg import (
    Declared,
    EcgHeader,
    EcgRecording,
    EcgUnwritable,
    read_ecg,
    write_wfdb,
)
from laennec.engine.ecg.signal import EcgSignal

MADE = ecg_files.every_format()


def opened(made):
    return read_ecg(
        made.data, name=made.name, companions=made.companions, declared=Declared(**made.declared)
    )


def steps_of(signal):
    return np.rint(signal.signal_mv * 1000 / signal.resolution_uv[:, None])


@pytest.mark.parametrize("name", sorted(MADE))
def test_every_format_survives_the_round_trip(tmp_path, name):
    before = opened(MADE[name]).signal
    after = read_ecg(write_wfdb(opened(MADE[name]), tmp_path / "out")).signal
    assert after.leads == before.leads
    assert after.derived == before.derived
    assert after.sampling_rate_hz == before.sampling_rate_hz
    np.testing.assert_allclose(after.signal_mv, before.signal_mv, rtol=0, atol=1e-12)
    again = read_ecg(write_wfdb(EcgRecording(after, EcgHeader("wfdb", "x")), tmp_path / "again"))
    np.testing.assert_array_equal(steps_of(again.signal), steps_of(after))
    np.testing.assert_array_equal(again.signal.signal_mv, after.signal_mv)


@pytest.mark.parametrize("name", ["wfdb_212", "scp", "csv"])
def test_the_wfdb_package_reads_the_same_samples(tmp_path, name):
    wfdb = pytest.importorskip("wfdb")
    signal = opened(MADE[name]).signal
    path = write_wfdb(opened(MADE[name]), tmp_path / "out.hea")
    theirs = wfdb.rdrecord(str(path.with_suffix("")))
    assert tuple(theirs.sig_name) == signal.leads
    assert theirs.units == ["mV"] * 12
    np.testing.assert_allclose(theirs.p_signal.T, signal.signal_mv, rtol=0, atol=1e-12)


def recording_of(samples_mv, step_uv=1.0, **header):
    signal = EcgSignal.of({"V1": np.array(samples_mv)}, 500, resolution_uv={"V1": step_uv})
    return EcgRecording(signal, EcgHeader("made", "made", **header))


@pytest.mark.parametrize(
    ("largest_mv", "fmt"), [(2.047, 212), (2.048, 16), (32.767, 16), (32.768, 24), (9000.0, 32)]
)
def test_the_smallest_format_that_holds_the_samples_is_taken(tmp_path, largest_mv, fmt):
    path = write_wfdb(recording_of([0.0, -largest_mv, largest_mv]), tmp_path / "out")
    assert path.read_text().splitlines()[1].split()[1] == str(fmt)
    np.testing.assert_allclose(read_ecg(path).signal.lead_mv("V1")[2], largest_mv, rtol=1e-12)


@pytest.mark.parametrize("largest_mv", [1.0, 20.0, 100.0, 9000.0])
def test_gaps_stay_gaps_in_every_format(tmp_path, largest_mv):
    path = write_wfdb(recording_of([0.0, np.nan, largest_mv, np.nan]), tmp_path / "out")
    lead = read_ecg(path).signal.lead_mv("V1")
    np.testing.assert_array_equal(np.isnan(lead), [False, True, False, True])


def test_samples_off_every_grid_lose_less_than_a_nanovolt(tmp_path):
    samples = np.sin(np.arange(300) / 7.0)
    lead = read_ecg(write_wfdb(recording_of(samples, np.nan), tmp_path / "out")).signal.lead_mv(
        "V1"
    )
    assert np.abs(lead - samples).max() < 1e-6


PERSON = {
    "patient_id": "P-7",
    "sex": "female",
    "age_years": 51.0,
    "acquired_at": datetime.fromisoformat("2026-01-02T09:15"),
}


def test_nothing_of_the_person_is_written(tmp_path):
    path = write_wfdb(recording_of([0.0, 0.1], **PERSON), tmp_path / "out")
    text = path.read_text()
    for word in ("P-7", "female", "51", "2026", "09:15", "#"):
        assert word not in text


def test_age_sex_and_time_are_written_when_asked_for(tmp_path):
    recording = recording_of([0.0, 0.1], **PERSON)
    text = write_wfdb(recording, tmp_path / "out", identify=True).read_text()
    assert "P-7" not in text
    header = read_ecg(tmp_path / "out.hea").header
    assert (header.age_years, header.sex) == (51.0, "female")
    assert header.acquired_at == PERSON["acquired_at"]


def test_a_synthetic_record_says_so(tmp_path):
    recording = recording_of([0.0, 0.1])
    synthetic = replace(recording, header=replace(recording.header, synthetic=True))
    path = write_wfdb(synthetic, tmp_path / "out")
    assert "# synthetic: no person was recorded" in path.read_text()
    assert read_ecg(path).header.synthetic


@pytest.mark.parametrize("name", ["two words", "é", "a/../b c"])
def test_a_name_that_wfdb_does_not_allow_is_refused(tmp_path, name):
    with pytest.raises(EcgUnwritable, match="A record name with other characters"):
        write_wfdb(recording_of([0.0, 0.1]), tmp_path / name)
