"""ECGs as FHIR sends them: sampled data, or a file in a document."""

import base64

STUDY = {"coding": [{"system": "http://loinc.org", "code": "11524-6"}]}
MDC = "urn:iso:std:iso:11073:10101"


def sampled(ecg, subject, moment, **changes):
    """An Observation of the samples of a visit (`leads`, `fs`, `unit`), in microvolt."""
    parts = []
    for name, row in ecg["leads"].items():
        data = {
            "origin": {
                "value": 0,
                "unit": "uV",
                "system": "http://unitsofmeasure.org",
                "code": "uV",
            },
            "period": 1000 / ecg["fs"],
            "dimensions": 1,
            "data": " ".join(str(round(one * 1000)) for one in row),
            **changes,
        }
        code = {"coding": [{"system": MDC, "code": f"MDC_ECG_LEAD_{name}", "display": name}]}
        parts.append({"code": code, "valueSampledData": data})
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": STUDY,
        "subject": subject,
        "effectiveDateTime": moment,
        "component": parts,
    }


def document(files, subject, moment=None):
    """A DocumentReference of files by name; `moment` is when the ECG was recorded."""
    content = [
        {"attachment": {"title": name, "data": base64.b64encode(data).decode()}}
        for name, data in files.items()
    ]
    said = {"resourceType": "DocumentReference", "status": "current", "type": STUDY}
    said |= {"subject": subject, "content": content}
    return said | ({"context": {"period": {"start": moment}}} if moment else {})
