"""Simulated ECGs as files: they say that they are synthetic, and their truth stands beside them."""

import json

import numpy as np
import pytest
from laennec.datasets import read_ecg
from laennec.engine.errors import DataError
from laennec.serving.ecg.simulated import simulate_files


def test_a_simulated_file_says_so_and_reads_back(tmp_path):
    (made,) = simulate_files(tmp_path / "out", n=1, seed=3, pathology="lbbb")
    recording = read_ecg(made.header)
    assert recording.header.synthetic
    assert recording.header.record == made.record
    assert recording.signal.has_twelve
    assert "synthetic" in made.header.read_text()
    truth = json.loads((tmp_path / "out" / f"{made.record}.truth.json").read_text())
    assert truth["synthetic"] is True
    assert "lbbb" in truth["statements"]
    assert truth["intervals"]["qrs_ms"] >= 120
    assert set(truth["amplitudes_mv"]["r"]) == set(recording.signal.leads)


def test_the_same_seed_writes_the_same_bytes_whatever_the_number(tmp_path):
    some = list(simulate_files(tmp_path / "a", n=2, seed=10))
    one = list(simulate_files(tmp_path / "b", n=1, seed=11))
    assert some[1].record == one[0].record
    for suffix in (".hea", ".dat", ".truth.json"):
        name = one[0].record + suffix
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_samples_are_whole_microvolts(tmp_path):
    (made,) = simulate_files(tmp_path, n=1, seed=0, pathology="sinus_rhythm")
    microvolt = read_ecg(made.header).signal.signal_mv * 1000
    assert np.abs(microvolt - np.round(microvolt)).max() < 1e-6


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="a folder that can't be made"):
        list(simulate_files(tmp_path / "file" / "out", n=1, seed=0))
