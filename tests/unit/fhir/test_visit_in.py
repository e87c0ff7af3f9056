"""A FHIR Bundle becomes the very visit, or says at once everything that is wrong with it."""

import json

import pytest
from fhir_observations import (
    codes,
    loinc,
    observation,
    quantity,
    refused,
)
from fhir_support import NAMES, ROOT, bundle, example, is_r4, of, sent
from laennec.engine import parse
from laennec.engine.errors import RecordError
from laennec.serving.fhir.visit_in import read_visit
from laennec.serving.fhir.visit_out import visit_bundle
from laennec.serving.http.description import examples


@pytest.mark.parametrize("name", NAMES)
def test_an_example_comes_back_as_it_was(name):
    visit, ecg = example(name)
    text = visit_bundle(visit, ecg)
    assert is_r4(json.loads(text))
    read = read_visit(text.encode())
    assert not read.issues
    kept = ("code", "at")
    for one, given in zip(read.document["measurements"], visit["measurements"], strict=True):
        assert {k: v for k, v in one.items() if k not in kept} == {
            k: str(v) for k, v in given.items() if k not in kept
        }
    for key in set(visit) - {"measurements", "ecg"}:
        assert read.document[key] == visit[key]
    assert (read.ecg is not None) is ("ecg" in visit)
    assert parse(read.document).batch.problems == parse({**read.document}).batch.problems


def test_the_shipped_bundles_are_those_of_the_example_visits():
    """Their version of the questionnaire went stale once, and every example was refused."""
    for path in sorted((ROOT / "examples" / "fhir").glob("*.json")):
        visit, _ = example(path.stem)
        assert path.read_text(encoding="utf-8").strip() == visit_bundle(visit).strip()
    shown = examples()["bundle"]
    assert read_visit(sent(shown)).document["visit_id"] == "example-02"


def test_every_problem_comes_back_at_once():
    document = bundle()
    extra = [
        observation(**loinc("9279-1"), **quantity(16, "/min")),
        observation(**loinc("2093-3"), valueQuantity={"value": 2.1, "unit": "g/L"}),
        observation(**loinc("4548-4"), **quantity(6.1, "%"), status="entered-in-error"),
        {"resourceType": "Condition", "subject": observation()["subject"]},
    ]
    document["entry"] += [
        {"fullUrl": f"urn:uuid:{i}", "resource": one} for i, one in enumerate(extra)
    ]
    assert codes(document) == {"unit_not_ucum", "status_not_usable", "resource_not_read"}
    problems = {p.code for p in parse(read_visit(sent(document)).document).batch.problems}
    assert {"code_unknown", "unit_missing"} <= problems


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.update(resourceType="Patient"), "not_a_bundle"),
        (lambda d: d.update(type="transaction"), "bundle_type"),
        (lambda d: d.pop("entry"), "bundle_entries"),
        (lambda d: d["entry"].append({"fullUrl": "urn:x"}), "entry_without_resource"),
        (lambda d: d["entry"][2]["resource"].update(implicitRules="urn:x"), "meaning_changed"),
        (
            lambda d: d["entry"][2]["resource"]["code"].update(modifierExtension=[{"url": "u"}]),
            "meaning_changed",
        ),
        (lambda d: d.update(implicitRules="urn:x"), "meaning_changed"),
        (lambda d: d.update(modifierExtension=[{"url": "u"}]), "meaning_changed"),
        (lambda d: d["entry"][2].update(modifierExtension=[{"url": "u"}]), "meaning_changed"),
        (lambda d: d["entry"][2].update(request={"method": "DELETE"}), "entry_with_request"),
        (lambda d: d["entry"].append(d["entry"][2]), "resource_twice"),
        (
            lambda d: d["entry"].append({"resource": d["entry"][1]["resource"]}),
            "encounters_several",
        ),
    ],
)
def test_what_changes_the_meaning_of_the_whole_refuses_the_whole(change, code):
    document = bundle()
    change(document)
    assert code in refused(document)


def test_parameters_may_carry_the_bundle():
    inner = {"name": "bundle", "resource": bundle()}
    document = {"resourceType": "Parameters", "parameter": [inner]}
    assert read_visit(sent(document)).document["visit_id"] == "example-01"


def test_parameters_that_change_the_meaning_are_refused():
    inner = {"name": "bundle", "resource": bundle()}
    for changed in (
        {"implicitRules": "urn:x"},
        {"parameter": [inner | {"modifierExtension": [1]}]},
    ):
        document = {"resourceType": "Parameters", "parameter": [inner], **changed}
        assert refused(document) == {"meaning_changed"}


def test_bytes_that_are_no_json_object_are_refused():
    for data in (b"[]", b"{", b'{"a": 1, "a": 2}', b'{"a": NaN}', b"\xff\xfe", b"[" * 100_000):
        with pytest.raises(RecordError):
            read_visit(data)


def test_the_national_identity_is_told_and_never_read():
    document = bundle()
    patient = of(document, "Patient")[0]
    number = {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "277076322082910"}
    patient["identifier"].append(number)
    read = read_visit(sent(document))
    assert "ins_not_qualified" in {issue.code for issue in read.issues}
    assert number["value"] not in json.dumps(read.document)
    url = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
    inner = {"url": "identityStatus", "valueCoding": {"code": "VALI"}}
    patient["extension"] = [{"url": url, "extension": [inner]}]
    read = read_visit(sent(document))
    assert not read.issues
    assert number["value"] not in json.dumps(read.document)
