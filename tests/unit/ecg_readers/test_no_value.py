"""Marks for no value: -32768 for a second was a pause of ten seconds and twelve equal leads."""

import numpy as np
import pytest
from laennec.datasets.readers.ecg import read_ecg
from laennec.datasets.simulator import scenario, simulate


def table(signal, mark, place=slice(1000, 1500), scale=1000.0):
    counts = np.round(signal.signal_mv * scale)
    if mark is not None:
        counts[:, place] = mark
    rows = "\n".join(",".join(f"{v:.0f}" for v in row) for row in counts.T)
    names = ",".join(f"{name} (uV)" for name in signal.leads)
    return f"# fs: 500 Hz\n{names}\n{rows}\n".encode()


@pytest.fixture(scope="module")
def signal():
    return simulate(scenario("sinus_rhythm"), seed=2).signal


@pytest.mark.parametrize("mark", [-32768, -32767, 32767])
@pytest.mark.parametrize("place", [slice(1000, 1500), slice(0, 40), slice(4000, None)])
def test_a_run_of_the_mark_is_a_gap_and_told(signal, mark, place):
    found = read_ecg(table(signal, mark, place), name="a.csv")
    lost = np.isnan(found.signal.signal_mv)
    assert lost[:, place].all()
    assert lost.sum() == 12 * len(range(*place.indices(signal.signal_mv.shape[1])))
    assert "marks_for_no_value" in found.header.notes


def test_a_lead_that_is_driven_against_an_end_is_no_gap(signal):
    """It is saturated, which the gate tells."""
    ramp = np.round(np.linspace(0, -32768, 200))
    counts = np.round(signal.signal_mv * 1000.0)
    counts[:, 1000:1200], counts[:, 1200:1500] = ramp, -32768
    counts[:, 1500:1700] = ramp[::-1]
    made = type(signal)(signal.leads, counts / 1000.0, signal.sampling_rate_hz)
    found = read_ecg(table(made, None), name="a.csv")
    assert np.isfinite(found.signal.signal_mv).all()
    assert "marks_for_no_value" not in found.header.notes


def test_nothing_else_is_a_gap(signal):
    found = read_ecg(table(signal, 9999), name="a.csv")
    assert np.isfinite(found.signal.signal_mv).all()
    assert found.header.notes == ()
