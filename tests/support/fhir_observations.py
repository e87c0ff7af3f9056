"""Observations beside those of an example Bundle, and what is said of them."""

import pytest
from fhir_support import bundle, sent
from laennec.serving.fhir.issues import BundleRefused
from laennec.serving.fhir.visit_in import read_visit

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def codes(document):
    read = read_visit(sent(document))
    return {one.code for one in (*read.issues, *read.problems)}


def refused(document):
    with pytest.raises(BundleRefused) as caught:
        read_visit(sent(document))
    return {issue.code for issue in caught.value.issues}


def observation(**parts):
    subject = {"reference": bundle()["entry"][0]["fullUrl"]}
    said = {"resourceType": "Observation", "status": "final", "subject": subject}
    return {**said, "effectiveDateTime": "2026-11-03T09:00:00+01:00", **parts}


def quantity(value, code, system=UCUM):
    return {"valueQuantity": {"value": value, "unit": code, "system": system, "code": code}}


def loinc(code):
    return {"code": {"coding": [{"system": LOINC, "code": code}]}}


def with_resource(resource):
    document = bundle()
    document["entry"].append({"fullUrl": "urn:uuid:added", "resource": resource})
    return document


def measured(resource):
    return read_visit(sent(with_resource(resource))).document["measurements"][-1]
