"""Messages and appointments: whose number is the person's, and what is cancelled is not planned."""

import copy
import json
import random

import pytest
from laennec.serving.roster.read import read_roster
from roster_examples import ADT, FHIR, ROW, SIU, taken, written


@pytest.mark.parametrize(
    "identifier",
    [
        "270057512345678^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS",
        "270057512345678^^^X^INS-NIR",
        "270057512345678^^^X^INS-NIA",
        "270057512345678^^^&1.2.250.1.213.1.4.8&ISO^NH",
        "270057512345678^^^X^NS",
        "270057512345678^^^INS-NIR",
        "270057512345678^^^X^INS~270057512345678^^^X^NH",
        "270057512345678^^^&1.2.250.1.213.1.4.8&ISO^PI",
        "270057512345678^^^INS-NIR&1.2.250.1.213.1.4.8&ISO^MR",
    ],
)
def test_a_national_number_is_never_the_persons_and_is_never_written(tmp_path, identifier):
    """Pinned (hazard H2): the only number of PID-3 was taken whatever its type."""
    found = read_roster([written(tmp_path, ADT.replace("p1^^^HIS^PI~277^^^INS^INS", identifier))])
    assert found.rows == ()
    (problem,) = found.problems
    assert (problem.where, problem.code) == ("roster.csv message 1 PID-3", "person_missing")
    assert "a national number alone, which is never read" in problem.words
    assert "PI or MR" in problem.words
    assert "2700" not in repr(found)


@pytest.mark.parametrize(
    "identifier", ["p1", "p1^^^HIS", "p1^^^HIS^AN", "p1^^^HIS^XX", "", "^^^S^PI"]
)
def test_a_number_of_no_type_or_another_is_not_taken_for_the_persons(tmp_path, identifier):
    found = read_roster([written(tmp_path, ADT.replace("p1^^^HIS^PI~277^^^INS^INS", identifier))])
    assert found.rows == ()
    assert [p.code for p in found.problems] == ["person_missing"]
    assert "no number of the type PI or MR" in found.problems[0].words


def test_two_own_numbers_are_told_and_the_same_one_twice_is_one(tmp_path):
    two = ADT.replace("277^^^INS^INS", "{0}^^^HIS^MR")
    found = read_roster([written(tmp_path, two.replace("{0}", "p9"))], "+01:00")
    assert "several numbers of the type PI or MR" in found.problems[0].words
    assert [r[2] for r in taken(tmp_path, two.replace("{0}", "p1"), "+01:00")[0]] == ["p1"]


@pytest.mark.parametrize("kind", ["SIU^S15", "SIU^S17", "SIU^S26", "ADT^A11", "ADT^A38"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_visit_that_is_cancelled_in_the_same_import_is_not_planned(tmp_path, kind, is_first):
    """Pinned: S12 then S15 left the visit on the list and in the guard."""
    cancel = SIU.replace("SIU^S12", kind)
    texts = (cancel, SIU) if is_first else (SIU, cancel)
    files = [written(tmp_path, text, f"{n}.hl7") for n, text in enumerate(texts)]
    found = read_roster(files)
    assert found.rows == ()
    assert [p.code for p in found.problems] == ["message_not_taken", "cancelled"]
    assert f"{int(not is_first)}.hl7 message 1" in found.problems[1].words
    others = read_roster([*files, written(tmp_path, ADT, "other.hl7")], "+01:00")
    assert [row.visit_id for row in others.rows] == ["v1"]


def test_a_filler_status_or_the_second_number_takes_a_visit_back_too(tmp_path):
    off = SIU.replace("SIU^S12", "SIU^S14").replace("+0100\r", "+0100||||||||||||||Cancelled\r", 1)
    assert taken(tmp_path, SIU + off) == ([], {"message_not_taken", "cancelled"})
    other = SIU.replace("S12", "S15").replace("SCH|v2^HIS|", "SCH|x^HIS|v2")
    assert taken(tmp_path, SIU + other) == ([], {"message_not_taken", "cancelled"})


def test_an_appointment_that_is_cancelled_in_the_same_import_is_not_planned(tmp_path):
    over = copy.deepcopy(FHIR["entry"][1])
    over["resource"]["status"] = "cancelled"
    both = {**FHIR, "entry": [*FHIR["entry"], over]}
    assert taken(tmp_path, json.dumps(both)) == ([], {"not_planned", "cancelled"})


def test_damaged_messages_are_read_or_told(tmp_path):
    rng = random.Random(9)  # noqa: S311 - a seed, not a secret
    for _ in range(500):
        text = list(ADT + SIU)
        for _ in range(rng.randint(1, 20)):
            text[rng.randrange(len(text))] = rng.choice("|^~\\&\r\x00é9")
        read_roster([written(tmp_path, "".join(text))], "+01:00")


def alone(**changes):
    """A Bundle of one Patient without an address and one planned Encounter."""
    encounter = {"resourceType": "Encounter", "id": "v9", "status": "planned"}
    encounter |= {"period": {"start": ROW[1]}, **changes}
    return {
        "resourceType": "Bundle",
        "entry": [FHIR["entry"][0], {"resource": encounter}],
    }


def test_a_visit_that_names_nobody_is_of_nobody(tmp_path):
    """Hazard H2: it was given to the Patient that had no fullUrl."""
    assert taken(tmp_path, json.dumps(alone()))[1] >= {"person_missing"}
    named = alone(subject={"reference": "Patient/p3"})
    assert [row[2] for row in taken(tmp_path, json.dumps(named))[0]] == ["p3"]


def test_a_reference_that_means_two_people_means_nobody(tmp_path):
    """Hazard H2: the last of two Patients with one id was taken."""
    bundle = alone(subject={"reference": "Patient/p3"})
    other = {**FHIR["entry"][0]["resource"], "birthDate": "1991-05-06"}
    bundle["entry"].append({"resource": other})
    rows, problems = taken(tmp_path, json.dumps(bundle))
    assert rows == []
    assert "person_missing" in problems


def test_json_that_is_no_bundle_is_told(tmp_path):
    assert taken(tmp_path, '{"resourceType": "Patient"}') == ([], {"file_unreadable"})


def test_who_declined_an_appointment_is_not_expected(tmp_path):
    bundle = copy.deepcopy(FHIR)
    bundle["entry"][1]["resource"]["participant"][0]["status"] = "declined"
    found = read_roster([written(tmp_path, json.dumps(bundle))])
    assert found.rows == ()
    assert "person_missing" in {p.code for p in found.problems}
