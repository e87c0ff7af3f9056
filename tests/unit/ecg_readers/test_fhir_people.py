"""Whom an ECG of FHIR is of: the Patient of the Bundle, a contained one, an identifier."""

import json
from datetime import date, datetime

import ecg_files
import pytest
from laennec.datasets.readers.ecg import person_problems, read_ecg
from laennec.engine.intake.person import Identity
from laennec.engine.record import FEMALE, MALE

VISIT = datetime(2026, 1, 2, 9, 15)  # noqa: DTZ001 - as a visit states it
BORN = date(1960, 1, 2)
SHE = {
    "resourceType": "Patient",
    "id": "f001",
    "identifier": [{"value": "FH1"}],
    "gender": "female",
    "birthDate": "1960-01-02",
}
HE = {"resourceType": "Patient", "id": "m001", "gender": "male", "birthDate": "1975-06-05"}


def observation(**changes):
    return {**json.loads(ecg_files.fhir().data), **changes}


def bundle(*resources, **urls):
    entries = [{"resource": one} for one in resources]
    for entry in entries:
        if entry["resource"].get("id") in urls:
            entry["fullUrl"] = urls[entry["resource"]["id"]]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def header_of(document):
    return read_ecg(json.dumps(document).encode()).header


def elements(document, person_id, sex, born):
    problems = person_problems(header_of(document), Identity(person_id, born, sex, -1), VISIT)
    return problems[0].parameters["elements"] if problems else ""


OF_HER = {"subject": {"reference": "Patient/f001"}}
DOCUMENTS = {
    "bundle": bundle(SHE, observation(**OF_HER)),
    "absolute": bundle(SHE, observation(subject={"reference": "https://x.fr/r4/Patient/f001"})),
    "urn": bundle(SHE, observation(subject={"reference": "urn:uuid:1-2"}), f001="urn:uuid:1-2"),
    "nested": bundle(bundle(SHE), observation(**OF_HER)),
    "only one": bundle(SHE, {k: v for k, v in observation().items() if k != "subject"}),
}


@pytest.mark.parametrize("kind", sorted(DOCUMENTS))
@pytest.mark.parametrize("person_id", ["f001", "FH1", ""])
def test_the_patient_of_a_bundle_is_compared_with_the_visit(kind, person_id):
    """Another person's ECG was taken, and the right person's was refused."""
    assert elements(DOCUMENTS[kind], person_id, FEMALE, BORN) == ""
    assert elements(DOCUMENTS[kind], person_id, MALE, date(1975, 6, 5)) == "birth_date, sex"
    assert elements(DOCUMENTS[kind], "FH2", FEMALE, BORN) == "id"


def test_a_contained_patient_has_no_number_of_its_own():
    document = observation(subject={"reference": "#f001"}, contained=[SHE])
    assert elements(document, "FH1", FEMALE, BORN) == ""
    assert elements(document, "f001", FEMALE, BORN) == "id"
    bare = observation(subject={"reference": "#f001"}, contained=[{**SHE, "identifier": []}])
    assert elements(bare, "anybody", FEMALE, BORN) == ""
    assert elements(bare, "anybody", MALE, BORN) == "sex"
    assert header_of(bare).patient_id == ""


def test_an_identifier_of_the_subject_is_a_number():
    document = observation(subject={"identifier": {"value": "FH1"}})
    assert elements(document, "FH1", FEMALE, BORN) == ""
    assert elements(document, "FH2", FEMALE, BORN) == "id"


def test_the_number_of_the_software_comes_first():
    """As the visit's own number is taken from a Bundle."""
    typed = {"value": "MR-9", "type": {"coding": [{"code": "MR"}]}}
    person = {**SHE, "identifier": [{"value": "FH1"}, typed]}
    header = header_of(bundle(person, observation(**OF_HER)))
    assert (header.patient_id, header.other_ids) == ("MR-9", ("f001", "FH1"))
    assert "MR-9" not in repr(header)
    assert "FH1" not in repr(header)


@pytest.mark.parametrize(
    "others",
    [
        [HE],
        [{"resourceType": "Patient", "gender": "male"}],
        [{**SHE, "birthDate": "1961-01-02"}],
        [{**SHE, "id": "f002", "gender": "male"}],
    ],
    ids=["another", "without a number", "another birth date", "her number, a man"],
)
def test_two_patients_in_a_bundle_are_several_people(others):
    found = header_of(bundle(SHE, *others, observation(**OF_HER)))
    assert "several_people" in found.notes
    assert "several_people" in elements(bundle(*others, SHE, observation(**OF_HER)), "", -1, None)


@pytest.mark.parametrize(
    "others",
    [[], [SHE], [{**SHE, "id": "copy"}], [{"resourceType": "Patient", "id": "f001"}]],
    ids=["alone", "twice", "of another server", "without words"],
)
def test_one_patient_told_twice_is_one_person(others):
    assert "several_people" not in header_of(bundle(SHE, *others, observation(**OF_HER))).notes


def test_the_subject_of_the_ecg_and_another_patient_are_several_people():
    assert "several_people" in header_of(bundle(HE, observation(**OF_HER))).notes


def saturation(name="MDC_PULS_OXIM_PLETH", unit="%"):
    part = json.loads(json.dumps(observation()["component"][0]))
    part["code"] = {"coding": [{"code": "150452", "display": name}]}
    part["valueSampledData"]["origin"]["code"] = unit
    return part


def test_a_saturation_curve_beside_the_leads_is_left_out_and_said():
    document = observation()
    document["component"].append(saturation())
    recording = read_ecg(json.dumps(document).encode())
    assert recording.signal.leads == ecg_files.TWELVE
    assert recording.header.notes == ("not_ecg_skipped",)


def test_a_lead_in_a_unit_that_is_no_voltage_is_refused_and_not_left_out():
    document = observation()
    document["component"].append(saturation("V7"))
    with pytest.raises(Exception, match="Lead V7 states no gain, or no voltage unit"):
        read_ecg(json.dumps(document).encode())


def test_an_observation_of_a_saturation_alone_is_no_ecg_of_a_bundle():
    alone = observation(component=[saturation()])
    assert header_of(bundle(alone, observation())).notes == ()
    with pytest.raises(Exception, match="without sampled data of an ECG"):
        header_of(alone)
