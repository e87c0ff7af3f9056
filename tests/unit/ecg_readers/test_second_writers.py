"""Files that other packages write: what they put in is what our readers give.

The made files of this house say what it believes a format to be; these were written by somebody
else's code. No kept package writes ISHNE or Mortara XML: those stay with the made files.
"""

import io
import json
import warnings

import numpy as np
import pytest
from laennec.datasets import read_ecg
from laennec.datasets.readers.ecg import Declared
from laennec.datasets.simulator import scenario, simulate

LEADS = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
RATE_HZ = 500
STEP_UV = 5.0
LOINC_ECG = {"system": "http://loinc.org", "code": "11524-6"}
MDC = {"I": 131329, "II": 131330} | {f"V{i}": 131330 + i for i in range(1, 7)}


@pytest.fixture(scope="module")
def counts():
    """Two seconds of eight leads in whole steps of 5 uV, shape (8, 1000)."""
    one = simulate(scenario("sinus_rhythm"), seed=31).signal
    rows = np.stack([one.lead_mv(lead)[: 2 * RATE_HZ] for lead in LEADS])
    return np.rint(rows * 1000 / STEP_UV).astype(np.int16)


def agree(recording, counts):
    signal = recording.signal
    assert signal.sampling_rate_hz == RATE_HZ
    for lead, row in zip(LEADS, counts, strict=True):
        np.testing.assert_allclose(signal.lead_mv(lead), row * STEP_UV / 1000, rtol=0, atol=1e-6)


@pytest.mark.parametrize("suffix", ["edf", "bdf"])
def test_edf_and_bdf_by_pyedflib(counts, tmp_path, suffix):
    pyedflib = pytest.importorskip("pyedflib")
    path = tmp_path / f"written.{suffix}"
    kind = pyedflib.FILETYPE_BDFPLUS if suffix == "bdf" else pyedflib.FILETYPE_EDFPLUS
    bits = 23 if suffix == "bdf" else 15
    top = (1 << bits) - 1
    with pyedflib.EdfWriter(str(path), len(LEADS), file_type=kind) as file:
        file.setSignalHeaders(
            [
                {
                    "label": f"ECG {lead}",
                    "dimension": "uV",
                    "sample_frequency": RATE_HZ,
                    # Symmetric limits in whole steps: a count is exactly 5 uV.
                    "physical_max": STEP_UV * min(top, 10_000),
                    "physical_min": -STEP_UV * min(top, 10_000),
                    "digital_max": min(top, 10_000),
                    "digital_min": -min(top, 10_000),
                    "transducer": "",
                    "prefilter": "",
                }
                for lead in LEADS
            ]
        )
        file.writeSamples([row.astype(np.int32) for row in counts], digital=True)
    agree(read_ecg(path), counts)


def test_wav_by_scipy(counts):
    from scipy.io import wavfile

    data = io.BytesIO()
    wavfile.write(data, RATE_HZ, np.ascontiguousarray(counts.T))
    declared = Declared(leads=LEADS, step_uv=STEP_UV)
    agree(read_ecg(data.getvalue(), name="written.wav", declared=declared), counts)


def _write(wfdb, counts, folder):
    wfdb.wrsamp(
        "written",
        fs=RATE_HZ,
        units=["mV"] * len(LEADS),
        sig_name=list(LEADS),
        d_signal=counts.T.astype(np.int64),
        fmt=["16"] * len(LEADS),
        adc_gain=[1000 / STEP_UV] * len(LEADS),
        baseline=[0] * len(LEADS),
        write_dir=str(folder),
    )


def test_matlab_by_scipy_with_a_header_by_wfdb(counts, tmp_path):
    from scipy.io import savemat

    wfdb = pytest.importorskip("wfdb")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, inside wfdb
        _write(wfdb, counts, tmp_path)
    agree(read_ecg(tmp_path / "written.hea"), counts)
    header = (tmp_path / "written.hea").read_text().replace(".dat 16", ".mat 16+24")
    data = io.BytesIO()
    savemat(data, {"val": counts}, format="4")
    companions = {"written.hea": header.encode()}
    agree(read_ecg(data.getvalue(), name="written.mat", companions=companions), counts)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_by_pandas(counts, separator):
    pandas = pytest.importorskip("pandas")
    table = {"time (s)": np.arange(counts.shape[1]) / RATE_HZ}
    table |= {f"{n} (uV)": row * STEP_UV for n, row in zip(LEADS, counts, strict=True)}
    decimal = "." if separator == "," else ","
    text = pandas.DataFrame(table).to_csv(index=False, sep=separator, decimal=decimal)
    agree(read_ecg(text.encode(), name="written.csv"), counts)


def test_an_observation_by_fhir_resources(counts):
    observation = pytest.importorskip("fhir.resources.R4B.observation")
    made = observation.Observation(
        status="final",
        code={"coding": [LOINC_ECG]},
        subject={"reference": "Patient/P-31"},
        effectiveDateTime="2026-01-02T09:15:00+01:00",
        component=[
            {
                "code": {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.24",
                                     "code": str(MDC[lead])}]},
                "valueSampledData": {
                    "origin": {"value": 0, "code": "uV", "unit": "uV",
                               "system": "http://unitsofmeasure.org"},
                    "period": 1000 / RATE_HZ,
                    "factor": STEP_UV,
                    "dimensions": 1,
                    "data": " ".join(map(str, row)),
                },
            }
            for lead, row in zip(LEADS, counts.tolist(), strict=True)
        ],
    )  # fmt: skip
    data = made.model_dump_json().encode()
    assert json.loads(data)["resourceType"] == "Observation"
    agree(read_ecg(data, name="written.json"), counts)
