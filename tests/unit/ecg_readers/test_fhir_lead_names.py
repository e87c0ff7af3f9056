"""Which lead a component of FHIR is: its code, else words that are one; two that differ refused."""

import json

import ecg_files
import numpy as np
import pytest
from laennec.datasets.readers.ecg import EcgIncomplete, EcgUnreadable, read_ecg

MDC = "urn:iso:std:iso:11073:10101"


def coded(change):
    made = ecg_files.fhir()
    document = json.loads(made.data)
    for name, part in zip(made.leads, document["component"], strict=True):
        part["code"] = change(name)
    return json.dumps(document).encode(), made


def is_as_made(data, made):
    signal = read_ecg(data).signal
    assert set(made.leads) == set(signal.leads)
    wanted = made.counts[made.leads.index("V3")] * 0.005
    assert np.allclose(signal.lead_mv("V3"), wanted)


@pytest.mark.parametrize(
    "change",
    [
        lambda n: {"coding": [{"display": "EKG study"}], "text": f"Lead {n}"},
        lambda n: {"coding": [{"display": "EKG study"}, {"display": f"Lead {n}"}]},
        lambda n: {"coding": [{"code": f"MDC_ECG_LEAD_{n}", "system": MDC}]},
        lambda n: {"coding": [{"code": f"MDC_ECG_LEAD_{n.upper()}"}], "text": f"Lead {n}"},
        lambda n: {"coding": [{"code": "131329", "system": "http://loinc.org"}], "text": n},
    ],
)
def test_the_lead_is_the_name_that_is_one(change):
    """ "EKG study" stood before "Lead I", and twelve leads were "EKG study", "EKG study_2"."""
    is_as_made(*coded(change))


@pytest.mark.parametrize(
    "change",
    [
        lambda n: {"coding": [{"code": "131331", "system": MDC}], "text": "Lead V2"},
        lambda n: {"coding": [{"display": "Lead V1"}], "text": "Lead V2"},
        lambda n: {"coding": [{"code": "131331"}, {"code": "131332"}]},
    ],
)
def test_one_lead_under_two_names_is_refused(change):
    with pytest.raises(EcgUnreadable, match=r"under several names \(V1, V2\)"):
        read_ecg(coded(change)[0])


def test_a_number_of_another_code_system_names_no_lead():
    data, _ = coded(lambda n: {"coding": [{"code": "131329", "system": "http://loinc.org"}]})
    with pytest.raises(EcgIncomplete, match="A lead has no name"):
        read_ecg(data)
