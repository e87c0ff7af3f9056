"""French profiles: claimed only where they are met, told where they are not, never a refusal."""

import copy
import json

import pytest
from fhir_support import NAMES, bundle, example, is_r4, of, sent
from laennec.serving.fhir.capability import capability_statement
from laennec.serving.fhir.national import is_qualified, national_identifiers
from laennec.serving.fhir.profiles import claimed, conforming, faults, french_profiles
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.fhir.visit_out import visit_bundle
from laennec.serving.fhir.wording import FhirWords

FR = "https://hl7.fr/ig/fhir/core/StructureDefinition/"
MES = "https://interop.esante.gouv.fr/ig/fhir/mesures/StructureDefinition/"
CORE = f"{FR}fr-core-observation-"
MES_FR = f"{MES}mesures-fr-observation-"
RELIABILITY = FR + "fr-core-identity-reliability"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
NIR = "urn:oid:1.2.250.1.213.1.4.8"


def sign(code, value, unit, **more):
    """A vital sign as FR Core and "mesures de sante" ask for it."""
    coding = {"system": CATEGORY, "code": "vital-signs", "display": "vital-signs"}
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [coding]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2026-11-03T09:20:00+01:00",
        "valueQuantity": {
            "value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit,
        },
        **more,
    }  # fmt: skip


def panel(site):
    one = sign("85354-9", 1, "x")
    del one["valueQuantity"]
    parts = [sign("8480-6", 128, "mm[Hg]"), sign("8462-4", 82, "mm[Hg]")]
    one["component"] = [{k: p[k] for k in ("code", "valueQuantity")} for p in parts]
    return {**one, "bodySite": {"coding": [site]}}


SNOMED_ARM = {"system": "http://snomed.info/sct", "code": "368208006"}
OWN_ARM = {"system": "urn:laennec:method", "code": "left_arm"}


@pytest.mark.parametrize(
    ("resource", "names"),
    [
        (sign("29463-7", 80, "kg"), [CORE + "body-weight", MES_FR + "body-weight"]),
        (sign("29463-7", 80000, "g"), [CORE + "body-weight"]),
        (sign("8302-2", 170, "cm"), [CORE + "body-height", MES_FR + "bodyheight"]),
        (sign("39156-5", 27, "kg/m2"), [CORE + "bmi", MES_FR + "bmi"]),
        (sign("8867-4", 70, "/min"), [CORE + "heartrate", MES_FR + "heartrate"]),
        (sign("8867-4", 70, "/min", device={"reference": "Device/1"}), [CORE + "heartrate"]),
        (sign("8280-0", 94, "cm"), [MES + "mesures-observation-waist-circumference"]),
        (panel(SNOMED_ARM), [CORE + "bp", MES_FR + "bp"]),
        (panel(OWN_ARM), [CORE + "bp"]),
        (sign("1558-6", 1, "g/L"), []),
    ],
)  # fmt: skip
def test_a_resource_gets_the_profiles_that_it_meets_and_no_other(resource, names):
    assert conforming(resource) == names


def in_words(resource, row):
    return FhirWords("en").filled({"faults": list(faults(resource, row))})["faults"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda r: r.pop("category"), "no category vital-signs"),
        (lambda r: r.pop("status"), "no status"),
        (lambda r: r.pop("subject"), "no subject"),
        (lambda r: r.pop("effectiveDateTime"), "no effectiveDateTime"),
        (lambda r: r.pop("valueQuantity"), "no quantity and no reason why"),
        (lambda r: r["valueQuantity"].pop("unit"), "without value or unit"),
        (lambda r: r["valueQuantity"].update(code="lb"), "a unit that is not kg"),
        (lambda r: r["code"]["coding"][0].update(code="3141-9"), "no LOINC code 29463-7"),
        (lambda r: r.update(resourceType="Media"), "the type Media"),
        (lambda r: r.update(device={"reference": "x"}), "no personal health device"),
    ],
)
def test_what_a_profile_asks_is_missed_by_name(change, words):
    row = french_profiles()[MES_FR + "body-weight"]
    one = sign("29463-7", 80, "kg")
    assert list(faults(one, row)) == []
    change(one)
    assert words in in_words(one, row)


def test_a_value_that_is_absent_with_a_reason_meets_its_profile():
    one = sign("29463-7", 80, "kg")
    del one["valueQuantity"]
    one["dataAbsentReason"] = {"coding": [{"system": "x", "code": "unknown"}]}
    assert len(conforming(one)) == 2


def test_a_panel_with_one_pressure_or_a_value_of_its_own_is_none():
    row = french_profiles()[CORE + "bp"]
    one = panel(OWN_ARM)
    one["component"].pop()
    one["valueQuantity"] = {"value": 1}
    assert "0 components 8462-4" in in_words(one, row)
    assert "a value beside its components" in in_words(one, row)


@pytest.mark.parametrize("name", NAMES)
def test_every_example_claims_what_it_meets_and_says_the_same_without(name):
    document = bundle(name)
    assert is_r4(document)
    resources = [entry["resource"] for entry in document["entry"]]
    for one in resources:
        assert claimed(one) == conforming(one)
    assert claimed(resources[0]) == [FR + "fr-core-patient"]
    with_claims = read_visit(sent(document))
    assert "profile_not_met" not in {issue.code for issue in with_claims.issues}
    for one in resources:
        one.pop("meta", None)
    assert read_visit(sent(document)).document == with_claims.document


def test_a_claim_that_is_not_met_is_told_with_its_place_and_read_all_the_same():
    document = bundle()
    weight = next(r for r in of(document, "Observation") if "29463-7" in json.dumps(r["code"]))
    weight["meta"]["profile"] = [MES_FR + "body-weight|3.1.1", "https://else/x"]
    del weight["category"]
    told = read_visit(sent(document))
    issue = next(i for i in told.issues if i.code == "profile_not_met")
    assert (issue.severity, issue.where.endswith(".meta")) == ("warning", True)
    assert (
        "claims mesures-fr-observation-body-weight and has: no category"
        in issue.said("en")["found"]
    )
    assert "weight" in json.dumps(told.document) or "29463-7" in json.dumps(told.document)


def patient(*identifiers, status="VALI"):
    part = {"url": "identityStatus", "valueCoding": {"code": status}}
    return {
        "resourceType": "Patient",
        "extension": [{"url": RELIABILITY, "extension": [part]}],
        "identifier": list(identifiers),
    }


def numbered(kind, authority, value="274039912345678", **more):
    return {"type": {"coding": [{"code": kind}]}, "system": authority, "value": value, **more}


def test_a_billing_number_is_no_national_identity_and_an_old_one_is_not_in_use():
    assert national_identifiers(patient(numbered("NH", NIR))) == []
    assert national_identifiers(patient(numbered("INS-NIR", NIR, use="old"))) == []
    assert national_identifiers(patient(numbered("INS-NIR", NIR), numbered("NH", NIR))) == [
        (NIR, "274039912345678")
    ]


@pytest.mark.parametrize(("status", "qualified"), [("VALI", True), ("PROV", False), ("", False)])
def test_only_the_status_of_a_checked_identity_qualifies_it(status, qualified):
    assert is_qualified(patient(numbered("INS-NIR", NIR), status=status)) is qualified


@pytest.mark.parametrize(
    ("identifier", "status", "code"),
    [
        (numbered("INS-NIR", NIR), "PROV", "ins_not_qualified"),
        (numbered("INS-NIR", NIR), "VALI", None),
        (numbered("INS-NIA", NIR), "VALI", "ins_kind_unknown"),
        (numbered("INS-NIR", "urn:oid:1.2.3"), "VALI", "ins_kind_unknown"),
        (numbered("NH", NIR), "PROV", None),
    ],
)
def test_a_national_identity_is_told_where_it_may_not_be_sent_and_never_read(
    identifier, status, code
):
    document = bundle()
    person = document["entry"][0]["resource"]
    person["identifier"].append(identifier)
    person["extension"] = patient(status=status)["extension"]
    told = read_visit(sent(document))
    found = {issue.code for issue in told.issues if issue.code.startswith("ins_")}
    assert found == ({code} if code else set())
    assert identifier["value"] not in json.dumps(told.document)


def test_a_qualified_patient_is_held_to_what_its_profile_asks():
    row = french_profiles()[FR + "fr-core-patient-ins"]
    whole = patient(numbered("INS-NIR", NIR))
    whole |= {
        "gender": "female",
        "birthDate": "1974-03-02",
        "name": [{"use": "official", "family": "X", "given": ["Y"]}],
    }
    assert list(faults(whole, row)) == []
    for key in ("gender", "birthDate", "name", "extension", "identifier"):
        one = copy.deepcopy(whole)
        del one[key]
        assert list(faults(one, row)), key
    own = patient({"type": {"coding": [{"code": "PI"}]}, "value": "1"})
    assert "an own number" in in_words(own, french_profiles()[FR + "fr-core-patient"])


def test_the_capability_statement_lists_every_profile():
    listed = capability_statement("http://x")["rest"][0]["resource"]
    found = [url for one in listed for url in one.get("supportedProfile", ())]
    assert sorted(found) == sorted(french_profiles())


def test_the_rate_of_an_ecg_claims_a_profile_only_beside_a_french_patient(answered_ecg):
    french, other = answered_ecg
    rate = [r for r in of(french, "Observation") if "8867-4" in json.dumps(r["code"])]
    assert [r["meta"]["profile"] for r in rate] == [[CORE + "heartrate"]]
    assert is_r4(french)
    assert "profile" not in json.dumps([r["meta"] for r in of(other, "Observation")])


@pytest.fixture(scope="module")
def answered_ecg():
    """The answers to a Bundle with an ECG whose Patient meets the French profile, and does not."""
    from datetime import UTC, datetime

    from laennec.engine import load_guidelines, load_models
    from laennec.engine.words.as_json import as_json
    from laennec.serving.fhir.results import result_bundle
    from laennec.serving.fhir.writer import About
    from laennec.serving.screening import Engine, screen_visit

    name = next(n for n in NAMES if example(n)[1])
    document = json.loads(visit_bundle(*example(name)))
    now = datetime(2026, 11, 30, tzinfo=UTC)
    engine = Engine(load_models(), load_guidelines())
    said = []
    for use in ("usual", None):
        document["entry"][0]["resource"]["identifier"][0]["use"] = use
        got = read_visit(sent(document))
        visit = json.dumps(got.document).encode()
        draft = screen_visit(visit, engine, now=now, ecg=got.ecg).draft
        about = About(now.isoformat(), subject=got.subject, is_french=got.is_french)
        said.append(result_bundle(as_json(draft, "en"), about))
    return said
