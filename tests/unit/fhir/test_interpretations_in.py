"""What another software says of its own results: told, and never used."""

import pytest
from fhir_observations import loinc, observation, quantity
from fhir_support import bundle, sent
from laennec.serving.fhir.visit_in import read_visit


@pytest.mark.parametrize(
    "system",
    [
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
        "http://terminology.hl7.org/CodeSystem/v2-0078",
        "http://hl7.org/fhir/v2/0078",
        "http://hl7.org/fhir/v3/ObservationInterpretation",
        "urn:oid:2.16.840.1.113883.12.78",
        "",
    ],
)
def test_what_others_call_critical_is_kept_and_the_rest_is_counted(system):
    """HH was dropped unsaid; that of an older FHIR was counted among the others."""
    document = bundle()
    for code in ("HH", "N", "H"):
        said = {"interpretation": [{"coding": [{"system": system, "code": code}]}]}
        resource = observation(**loinc("8867-4"), **quantity(72, "/min"), **said)
        document["entry"].append({"fullUrl": f"urn:uuid:{code}", "resource": resource})
    taken_back = {**document["entry"][-3]["resource"], "status": "entered-in-error"}
    document["entry"].append({"fullUrl": "urn:uuid:back", "resource": taken_back})
    told = {p.code: p for p in read_visit(sent(document)).problems}
    assert told["interpretation_critical"].parameters == {"found": "HH"}
    assert told["interpretation_critical"].path.endswith(".interpretation[0]")
    assert told["interpretations_not_read"].parameters == {"count": "2"}
