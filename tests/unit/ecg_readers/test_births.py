"""A birth is compared at the precision at which the file states it (hazard H2)."""

import json
import struct
from datetime import date, datetime

import ecg_files
import ecg_files_scp
import pytest
from laennec.datasets.readers.ecg import person_problems, read_ecg, unstated_person
from laennec.datasets.readers.ecg.births import birth_of
from laennec.datasets.readers.ecg.people import births_in_scp
from laennec.engine.intake.person import Identity
from laennec.engine.record import FEMALE, UNKNOWN

AT = datetime.fromisoformat("2026-01-02T10:00:00+01:00")
BORN = date(1974, 3, 2)  # as in every made file


def swapped(made, old, new):
    assert old.encode() in made.data, old
    return made.data.replace(old.encode(), new.encode())


def aecg(text):
    person = (
        "<componentOf><timepointEvent><componentOf><subjectAssignment><subject><trialSubject>"
        f'<subjectDemographicPerson><birthTime value="{text}"/></subjectDemographicPerson>'
        "</trialSubject></subject></subjectAssignment></componentOf></timepointEvent></componentOf>"
    )
    data = ecg_files.aecg().data.decode()
    if "birthTime" in data:
        start = data.index("birthTime value=") + 17
        return (data[:start] + text + data[data.index('"', start) :]).encode()
    return data.replace("<component>", person + "<component>", 1).encode()


def fhir(text):
    document = json.loads(ecg_files.fhir().data)
    document["contained"] = [{"resourceType": "Patient", "id": "p", "birthDate": text}]
    document["subject"] = {"reference": "#p"}
    return json.dumps(document).encode()


def schiller(text):
    data = ecg_files.schiller().data.decode()
    start = data.index("<birthdate>") + 11
    return (data[:start] + text + data[data.index("<", start) :]).encode()


def mortara(text):
    data = ecg_files.mortara().data.decode()
    start = data.index('DOB="') + 5
    return (data[:start] + text + data[data.index('"', start) :]).encode()


def philips(text):
    return swapped(ecg_files.sierra(), "1974-03-02", text)


def edf(text):
    return swapped(ecg_files.edf(), "02-MAR-1974 X  ", f"{text} X".ljust(15))


def scp(monkeypatch_text):
    year, month, day = monkeypatch_text
    old = struct.pack("<BHHBB", 5, 4, 1974, 3, 2)
    data = ecg_files_scp.scp().data
    assert old in data
    return data.replace(old, struct.pack("<BHHBB", 5, 4, year, month, day))


def elements(header, born=BORN):
    problems = person_problems(header, Identity("P-7", born, FEMALE), AT)
    return problems[0].parameters["elements"] if problems else ""


@pytest.mark.parametrize(
    ("make", "text", "contradicts"),
    [
        (aecg, "1955", True),
        (aecg, "1974", False),
        (aecg, "197404", True),
        (aecg, "197403", False),
        (fhir, "1955", True),
        (fhir, "1974", False),
        (fhir, "1974-06", True),
        (fhir, "1974-03", False),
        (schiller, "1974-03-03", True),
        (schiller, "1974-03-02", False),
        (schiller, "1955", True),
        (mortara, "1955", True),
        (mortara, "03.03.1974", True),
        (mortara, "02.04.1974", False),  # of two readings only the year is sure
        (philips, "02/04/1955", True),
        (philips, "02/04/1974", False),
        (philips, "13/04/1974", True),
        (edf, "MAR-1974", False),
        (edf, "1955", True),
    ],
)
def test_a_birth_is_compared_as_far_as_it_is_stated(make, text, contradicts):
    """A year or a month alone was dropped: the ECG of another woman was accepted."""
    header = read_ecg(make(text)).header
    assert (header.birth_date, header.born_in) != (None, None)
    assert elements(header) == ("birth_date" if contradicts else "")
    assert unstated_person(header) == ()
    assert "1955" not in repr(header)


@pytest.mark.parametrize(
    ("parts", "text"),
    [((1955, 0, 0), "1955"), ((1974, 6, 0), "1974-06"), ((1974, 3, 2), "1974-03-02")],
)
def test_the_parts_of_a_birth_of_scp_are_those_that_are_stated(parts, text):
    assert births_in_scp(scp(parts)) == [text]


@pytest.mark.parametrize(("year", "named"), [(1955, "age"), (1974, ""), (1973, "")])
def test_a_year_of_birth_is_compared_with_the_age_of_a_visit(year, named):
    header = read_ecg(fhir(str(year))).header
    problems = person_problems(header, Identity("P-7", None, FEMALE, 51), AT)
    assert (problems[0].parameters["elements"] if problems else "") == named
    assert not person_problems(header, Identity("P-7", None, FEMALE, UNKNOWN), AT)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("19740302", (BORN, None)),
        ("19740302101500", (BORN, None)),
        ("1974-03-02T00:00:00", (BORN, None)),
        ("2-Mar-1974", (BORN, None)),
        ("30.03.1974", (date(1974, 3, 30), None)),
        ("03/30/1974", (date(1974, 3, 30), None)),
        ("1974-00-00", (None, (1974, None))),
        ("1974-02-30", (None, (1974, None))),
        ("197413", (None, (1974, None))),
        ("1974", (None, (1974, None))),
        ("74", (None, None)),
        ("0000", (None, None)),
        ("99990101", (None, None)),
        ("", (None, None)),
        ("02-MAI-1974", (date(1974, 5, 2), None)),
    ],
)
def test_no_more_of_a_birth_is_read_than_is_written(text, found):
    assert birth_of(text) == found


def test_two_patients_of_two_years_under_one_number_are_two():
    document = json.loads(fhir("1955"))
    document["contained"][0]["identifier"] = [{"value": "P-7"}]
    other = {
        "resourceType": "Patient",
        "id": "q",
        "birthDate": "1974",
        "identifier": [{"value": "P-7"}],
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": document}, {"resource": other}],
    }
    assert "several_people" in elements(read_ecg(json.dumps(bundle).encode()).header)


@pytest.mark.parametrize(
    ("word", "sex"),
    [("Mujer", "female"), ("Kobieta", None), ("Male", "male"), ("F", "female"),
     ("Femme", "female"), ("Masc", "male"), ("Mme", "female"), ("", None), ("U", None)],
)  # fmt: skip
def test_the_sex_of_mortara_is_a_word_that_is_known(word, sex):
    """ "Mujer", a woman, was a man by its first letter: her visit was refused, a man's accepted."""
    data = swapped(ecg_files.mortara(), 'GENDER="Female"', f'GENDER="{word}"')
    assert read_ecg(data).header.sex == sex


def test_the_sex_of_mortara_may_stand_in_its_fields():
    fields = (
        '<DEMOGRAPHIC_FIELDS><DEMOGRAPHIC_FIELD ID="4" VALUE="Kobieta"/>'
        "</DEMOGRAPHIC_FIELDS><CHANNEL"
    )
    data = swapped(ecg_files.mortara(), 'GENDER="Female"', "")
    data = data.replace(b"<CHANNEL", fields.encode(), 1)
    assert read_ecg(data).header.sex is None
    assert read_ecg(data.replace(b"Kobieta", b"Female")).header.sex == "female"


@pytest.mark.parametrize(("line", "sex"), [("# sexe : H", "male"), ("# sexe : femme", "female")])
def test_french_lines_of_sex_are_read(line, sex):
    made = ecg_files.csv(timed=False)
    assert read_ecg(line.encode() + b"\n" + made.data, name="made.csv").header.sex == sex
