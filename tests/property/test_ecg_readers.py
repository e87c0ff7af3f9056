"""What must hold for every ECG file: mutants are read or refused, scale and rate are carried."""

import random

import ecg_files
import numpy as np
import pytest
from fuzz_ecg_readers import mutated, read_once
from hypothesis import given, settings
from hypothesis import strategies as st
from laennec.datasets.readers.ecg import Declared, EcgHeader, EcgRecording, read_ecg, write_wfdb
from laennec.engine.ecg.signal import EcgSignal

MADE = ecg_files.every_format()


@pytest.mark.parametrize("name", sorted(MADE))
@settings(max_examples=25, deadline=5000)
@given(seed=st.integers(0, 2**32))
def test_a_mutant_is_read_or_refused_with_a_typed_error(name, seed):
    made = MADE[name]
    data, companions = mutated(made, random.Random(seed))  # noqa: S311 - no secret is made
    assert read_once(made, data, companions).startswith(("read", "ecg_", "signal_unfit"))


@settings(max_examples=60, deadline=5000)
@given(data=st.binary(max_size=600))
def test_noise_is_read_or_refused(data):
    made = ecg_files.MadeFile("noise", data, (), np.empty(0), "none")
    assert read_once(made, data, {})


@settings(max_examples=60, deadline=None)
@given(
    counts=st.lists(st.integers(-(2**30), 2**30) | st.none(), min_size=1, max_size=30),
    step_uv=st.sampled_from([0.5, 1.0, 2.5, 4.88, 5.0, 1000 / 3460]),
    rate_hz=st.floats(100, 2000, allow_nan=False),
)
def test_any_recording_survives_wfdb_sample_by_sample(tmp_path_factory, counts, step_uv, rate_hz):
    samples = np.array([np.nan if c is None else c for c in counts]) * step_uv / 1000
    signal = EcgSignal.of({"V1": samples}, rate_hz, resolution_uv={"V1": step_uv})
    path = tmp_path_factory.mktemp("wfdb") / "out"
    back = read_ecg(write_wfdb(EcgRecording(signal, EcgHeader("made", "made")), path)).signal
    assert back.sampling_rate_hz == rate_hz
    np.testing.assert_array_equal(np.isnan(back.lead_mv("V1")), np.isnan(samples))
    kept = ~np.isnan(samples)
    steps = np.rint(back.lead_mv("V1")[kept] * 1000 / step_uv)
    np.testing.assert_array_equal(steps, [c for c in counts if c is not None])


@pytest.mark.parametrize("name", ["wfdb_16", "cardiosoft", "schiller", "fhir", "mat_v5"])
@settings(max_examples=15, deadline=None)
@given(factor=st.sampled_from([2, 4, 5, 10]))
def test_a_gain_in_the_header_scales_every_sample_alike(name, factor):
    """Ten times the step in the header is ten times the millivolt; nothing else changes."""
    made = MADE[name]
    step = 5 * factor
    changes = {
        "wfdb_16": (b"200(0)/mV", f"{200 / factor!r}(0)/mV".encode()),
        "cardiosoft": (b'uVperLsb">5<', f'uVperLsb">{step}<'.encode()),
        "schiller": (b"<unitperbit>5.0<", f"<unitperbit>{step}<".encode()),
        "fhir": (b'"factor": 5', f'"factor": {step}'.encode()),
        "mat_v5": (b"200(0)/mV", f"{200 / factor!r}(0)/mV".encode()),
    }
    old, new = changes[name]
    data = made.data.replace(old, new)
    companions = {
        k: v.replace(old, new) if k.endswith("hea") else v for k, v in made.companions.items()
    }
    declared = Declared(**made.declared)
    plain = read_ecg(made.data, name=made.name, companions=made.companions, declared=declared)
    scaled = read_ecg(data, name=made.name, companions=companions, declared=declared)
    expected = plain.signal.signal_mv * factor
    np.testing.assert_allclose(scaled.signal.signal_mv, expected, rtol=1e-12, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(rate=st.sampled_from([100, 125, 250, 300, 360, 500, 977.5, 1000]))
def test_the_rate_of_the_header_changes_no_sample(rate):
    made = MADE["wfdb_212"]
    data = made.data.replace(b"made 8 250 40", f"made 8 {rate} 40".encode())
    signal = read_ecg(data, name="made.hea", companions=made.companions).signal
    assert signal.sampling_rate_hz == rate
    np.testing.assert_allclose(signal.lead_mv("V6"), made.counts[-1] * 0.005, atol=1e-12)
