"""Hazard H2: a Bundle in which one identity element names another person is never accepted."""

import copy
import random

import pytest
from fhir_support import NAMES, bundle, sent
from laennec.serving.fhir.issues import BundleRefused
from laennec.serving.fhir.visit_in import read_visit

GENERATED = 10_000
OTHERS = ("p-other", "p1", "P1 ", "urn:uuid:00000000-0000-0000-0000-000000000000")
NUMBERS = ({"system": "urn:laennec:person", "value": "person-99"}, {"value": "person-01"})


def with_specimen(document):
    """The Bundle of an example with a specimen of the person; where it has an ECG, a short one."""
    right = document["entry"][0]["fullUrl"]
    specimen = {"resourceType": "Specimen", "subject": {"reference": right}}
    for entry in document["entry"]:
        if entry["resource"]["resourceType"] == "DocumentReference":
            for content in entry["resource"]["content"]:
                content["attachment"]["data"] = "MQ=="
    document["entry"].append({"fullUrl": "urn:uuid:s", "resource": specimen})
    return document


def another_reference(rng, resource, right):
    """One subject that means somebody else: by address, by number, by kind, or nobody."""
    how = rng.randrange(6)
    if how == 0:
        resource["subject"] = {"reference": f"Patient/{rng.choice(OTHERS)}{rng.randrange(1000)}"}
    elif how == 1:
        index = rng.randrange(len(right) - 12, len(right))
        letter = rng.choice([c for c in "0123456789abcdef" if c != right[index]])
        resource["subject"] = {"reference": right[:index] + letter + right[index + 1 :]}
    elif how == 2:
        resource["subject"] = {"reference": right, "identifier": rng.choice(NUMBERS)}
    elif how == 3:
        resource["subject"] = {"reference": right, "type": rng.choice(["Group", "Device"])}
    elif how == 4:
        resource["subject"] = rng.choice([{}, {"display": "X"}, None, [], "Patient/1"])
    else:
        del resource["subject"]


def another_person(rng, document):
    """A second person, or a record that says that it is not the one in use."""
    patient = document["entry"][0]["resource"]
    how = rng.randrange(4)
    if how == 0:
        other = copy.deepcopy(patient)
        key = rng.choice(["birthDate", "gender", "identifier"])
        other[key] = {"birthDate": "1974-03-03", "gender": "male"}.get(key, [NUMBERS[0]])
        document["entry"].insert(rng.randrange(len(document["entry"])), {"resource": other})
    elif how == 1:
        patient["active"] = False
    elif how == 2:
        patient["link"] = [{"other": {"reference": "Patient/2"}, "type": "replaced-by"}]
    else:
        holder = rng.choice(document["entry"][1:])["resource"]
        holder["contained"] = [{"resourceType": "Patient", "id": "p"}]


def test_ten_thousand_bundles_with_one_wrong_identity_element_and_none_accepted():
    rng = random.Random(20261129)  # noqa: S311 - a seed, not a secret
    bases = [with_specimen(bundle(name)) for name in NAMES]
    for whole in bases:
        read_visit(sent(whole))
    accepted = []
    for number in range(GENERATED):
        document = copy.deepcopy(rng.choice(bases))
        right = document["entry"][0]["fullUrl"]
        if rng.random() < 0.2:
            another_person(rng, document)
        else:
            another_reference(rng, rng.choice(document["entry"][1:])["resource"], right)
        try:
            read_visit(sent(document))
        except BundleRefused as error:
            assert "wrong_patient" in {issue.code for issue in error.issues}
        else:
            accepted.append(number)
    assert accepted == []


@pytest.mark.parametrize(
    "name", ["Patient/p1", "Patient/p1/_history/3", "https://his.example/Patient/p1"]
)
def test_every_right_way_to_name_the_person_is_accepted(name):
    document = bundle()
    document["entry"][0]["resource"]["id"] = "p1"
    document["entry"][0]["fullUrl"] = "https://his.example/Patient/p1"
    number = document["entry"][0]["resource"]["identifier"][0]
    for entry in document["entry"][1:]:
        entry["resource"]["subject"] = {"reference": name, "identifier": number}
    assert read_visit(sent(document)).document["person"]["id"] == "person-01"
