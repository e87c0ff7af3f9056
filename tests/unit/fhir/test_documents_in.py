"""An ECG of a Bundle is handed on as bytes; no address is called and no file is of nobody."""

import base64

from fhir_observations import (
    codes,
    observation,
    refused,
    with_resource,
)
from fhir_support import bundle, of, sent
from laennec.serving.fhir.visit_in import read_visit


def test_sampled_data_is_handed_to_the_reader_and_the_form_of_r5_is_not():
    data = {"origin": {"value": 0, "unit": "mV", "code": "mV"}, "period": 2, "dimensions": 1}
    data |= {"factor": 0.005, "data": " ".join(["0"] * 5000)}
    part = {"code": {"coding": [{"system": "urn:iso:std:iso:11073:10101", "code": "131330"}]}}
    resource = observation(code={"text": "ECG"}, component=[{**part, "valueSampledData": data}])
    ecg = read_visit(sent(with_resource(resource))).ecg
    assert ecg is not None
    from laennec.serving.screening import why_unreadable

    assert "R5" not in str(why_unreadable(ecg))
    data |= {"interval": 2, "intervalUnit": "ms"}
    newer = read_visit(sent(with_resource(resource))).ecg
    assert "element interval of FHIR R5" in str(why_unreadable(newer))


def test_no_address_is_ever_called():
    document = bundle("04-with-ecg")
    of(document, "DocumentReference")[0]["content"] = [
        {"attachment": {"url": "https://example.org/ecg"}}
    ]
    (told,) = read_visit(sent(document)).problems
    assert (told.severity, told.code, told.item) == ("refused_item", "ecg_not_received", "ecg")
    of(document, "DocumentReference")[0].pop("type")
    assert codes(document) == {"attachment_unreadable"}


def test_a_binary_that_no_document_names_is_of_nobody():
    document = bundle()
    data = base64.b64encode(b"x").decode()
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": data}
    document["entry"].append({"fullUrl": "urn:uuid:b", "resource": binary})
    assert refused(document) == {"wrong_patient"}
    subject = of(document, "Observation")[0]["subject"]
    content = [{"attachment": {"url": "urn:uuid:b", "title": "ecg.txt"}}]
    reference = {"resourceType": "DocumentReference", "status": "current", "subject": subject}
    document["entry"].append({"resource": {**reference, "content": content}})
    assert codes(document) == {"document_not_read"}
