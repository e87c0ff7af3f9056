"""The wrong-patient guard between an ECG file and a visit (hazard H2)."""

import json
from dataclasses import replace
from datetime import date, datetime

import ecg_files
import ecg_files_xml
import numpy as np
import pytest
from laennec.datasets.readers.ecg import (
    EcgHeader,
    EcgRecording,
    person_problems,
    read_ecg,
    read_ecgs,
    unstated_person,
    write_wfdb,
)
from laennec.datasets.readers.ecg.people import several_in_scp
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.intake.person import Identity
from laennec.engine.record import FEMALE, MALE, UNKNOWN

VISIT = Identity("P-7", date(1974, 3, 2), FEMALE)
AT = datetime.fromisoformat("2026-01-02T10:00:00+01:00")
SAME = EcgHeader("made", "made", patient_id="P-7", sex="female", birth_date=date(1974, 3, 2))
SILENT = EcgHeader("made", "made")


def elements(header, identity=VISIT, **options):
    problems = person_problems(header, identity, AT, **options)
    assert all(p.severity == "refused_record" and p.code == "wrong_patient" for p in problems)
    return problems[0].parameters["elements"] if problems else ""


def test_the_same_person_and_a_silent_file_pass():
    assert elements(SAME) == ""
    assert elements(SILENT) == ""


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"patient_id": "P-8"}, "id"),
        ({"sex": "male"}, "sex"),
        ({"birth_date": date(1974, 3, 3)}, "birth_date"),
        ({"patient_id": "P-8", "sex": "male"}, "id, sex"),
    ],
)
def test_every_element_that_differs_is_named(change, named):
    assert elements(replace(SAME, **change)) == named


@pytest.mark.parametrize(("age", "named"), [(49, "age"), (50, ""), (51, ""), (52, ""), (53, "age")])
def test_the_age_is_compared_within_a_year(age, named):
    """The person is 51 at the visit; headers round up or down."""
    assert elements(replace(SILENT, age_years=float(age))) == named


def test_the_age_is_that_of_the_recording_and_not_of_the_visit():
    old = replace(SILENT, age_years=30.0, acquired_at=datetime.fromisoformat("2004-06-01T08:00"))
    assert elements(old) == ""


def test_the_age_does_not_count_beside_a_birth_date():
    assert elements(replace(SAME, age_years=12.0)) == ""


@pytest.mark.parametrize(
    ("age", "named"), [(49, "age"), (50, ""), (52, ""), (53, "age"), (UNKNOWN, "")]
)
@pytest.mark.parametrize(
    "said",
    [
        {"age_years": 51.0},
        {"age_years": 41.0, "acquired_at": datetime.fromisoformat("2016-01-02T08:00")},
        {"birth_date": date(1974, 3, 2)},
    ],
)
def test_a_visit_of_completed_years_is_compared_within_a_year(said, age, named):
    assert elements(replace(SILENT, **said), Identity("P-7", None, FEMALE, age)) == named


@pytest.mark.parametrize(("age", "named"), [(39, "age"), (41, ""), (60, "")])
def test_an_ecg_of_unknown_distance_in_time_may_be_an_old_one(age, named):
    header = replace(SILENT, age_years=41.0, acquired_at=AT)
    problems = person_problems(header, Identity("P-7", None, FEMALE, age), None)
    assert [p.parameters["elements"] for p in problems] == [named] * bool(named)


def test_an_age_against_a_birth_date_without_a_day_is_not_compared():
    assert person_problems(SAME, Identity("P-7", None, FEMALE, 20), None) == ()
    assert person_problems(SILENT, Identity("P-7", None, FEMALE, 20), None) == ()


def test_what_the_visit_does_not_know_is_not_compared():
    unknown = Identity("P-7", None, UNKNOWN)
    assert elements(replace(SAME, sex="male", age_years=3.0), unknown) == ""
    assert elements(replace(SAME, sex="male"), Identity("P-7", None, MALE)) == ""


def test_other_numbering_of_the_device_can_be_declared():
    assert elements(replace(SAME, patient_id="hospital-1"), same_numbering=False) == ""


def test_the_problem_carries_no_value_of_the_person():
    problem = person_problems(replace(SAME, patient_id="P-8"), VISIT, AT)[0]
    assert problem.path == "ecg.file"
    assert "P-8" not in repr(problem)
    assert "P-7" not in repr(problem)


@pytest.mark.parametrize(
    ("comments", "named"),
    [
        (("Age: 51", "Sex: F"), ""),
        (("Age: 51", "Age: 51.0", "Sex: F", "sex: female"), ""),
        (("Age: 51", "Sex: F", "Age: 72"), "several_people"),
        (("Age: 51", "Sex: F", "Sex: Male"), "several_people"),
        (("Age: 51", "Sex: F", "infarct of age: 3 weeks"), ""),
    ],
)
def test_two_people_in_one_wfdb_header_are_the_person_of_no_visit(tmp_path, comments, named):
    """The first of two ages was taken without a word."""
    signal = EcgSignal.of({"II": np.linspace(0.0, 1.0, 500)}, 500.0)
    path = write_wfdb(EcgRecording(signal, SILENT), tmp_path / "made")
    path.write_text(path.read_text() + "".join(f"# {line}\n" for line in comments))
    assert elements(read_ecg(path).header) == named


def test_two_people_in_one_muse_document_are_the_person_of_no_visit():
    made = ecg_files_xml.muse()
    other = b"<PatientDemographics><PatientID>P-8</PatientID></PatientDemographics>"
    twice = made.data.replace(b"<TestDemographics>", other + b"<TestDemographics>", 1)
    assert elements(read_ecg(made.data, name="made.xml").header) == ""
    assert "several_people" in elements(read_ecg(twice, name="made.xml").header)


TWICE = {
    ecg_files_xml.muse: (
        b"<TestDemographics>",
        b"<PatientDemographics><PatientID>P-8</PatientID></PatientDemographics>",
    ),
    ecg_files_xml.aecg: (b"<component>", b"<trialSubject><id extension='P-8'/></trialSubject>"),
    ecg_files_xml.sierra: (
        b"<parsedwaveforms",
        b"<generalpatientdata><patientid>P-8</patientid></generalpatientdata>",
    ),
    ecg_files_xml.cardiosoft: (b"<StripData>", b"<PatientInfo><PID>P-8</PID></PatientInfo>"),
    ecg_files_xml.schiller: (b"<wavedata>", b"<patdata><id>P-8</id></patdata>"),
    ecg_files_xml.mortara: (b"<CHANNEL", b"<SUBJECT ID='P-8'/>"),
}


@pytest.mark.parametrize("make", TWICE, ids=lambda make: make.__name__)
def test_two_people_in_one_document_are_the_person_of_no_visit(make):
    made, (before, other) = make(), TWICE[make]
    assert before in made.data
    twice = made.data.replace(before, other + before, 1)
    assert "several_people" not in read_ecgs(made.data, name="made.xml")[0].header.notes
    assert all(
        "several_people" in elements(one.header) for one in read_ecgs(twice, name="made.xml")
    )


def test_two_subjects_in_one_fhir_bundle_are_the_person_of_no_visit():
    one = json.loads(ecg_files.fhir().data)
    other = {**one, "subject": {"reference": "Patient/P-8"}}
    for people, found in (((one, one), False), ((one, other), True)):
        bundle = {"resourceType": "Bundle", "entry": [{"resource": r} for r in people]}
        read = read_ecgs(json.dumps(bundle).encode(), name="made.json")
        assert [("several_people" in r.header.notes) for r in read] == [found, found]


@pytest.mark.parametrize(
    ("tags", "people"),
    [
        ([(2, b"P-7\0"), (8, b"\x02")], 1),
        ([(2, b"P-7\0"), (2, b"P-7")], 1),
        ([(2, b"P-7\0"), (2, b"P-8\0")], 2),
        ([(8, b"\x01"), (8, b"\x02"), (2, b"P-7")], 2),
        ([(2, b"\0"), (2, b"P-7")], 1),
        ([], 0),
    ],
)
def test_tags_of_an_scp_record_that_name_two_people_are_seen(tags, people):
    body = b"".join(bytes([t]) + len(v).to_bytes(2, "little") + v for t, v in tags) + b"\xff\0\0"
    start, length = 6 + 16 + 10, 16 + len(body)
    pointer = (1).to_bytes(2, "little") + length.to_bytes(4, "little")
    pointer += (start + 1).to_bytes(4, "little")
    section_0 = b"\0\0\0\0" + (16 + 10).to_bytes(4, "little") + bytes(8) + pointer
    data = bytes(6) + section_0 + bytes(16) + body
    assert len(several_in_scp(data)) == people
    for cut in range(len(data)):
        assert len(several_in_scp(data[:cut])) <= people


def test_a_file_that_says_nothing_of_a_person_is_told():
    """A plain EDF file has one free line for the person: nothing of it was compared, unsaid."""
    made = ecg_files.edf()
    plain = made.data.replace(b"EDF+C", b"     ", 1)
    header = read_ecg(plain, name="made.edf").header
    assert person_problems(header, VISIT, AT) == ()
    note = unstated_person(header)[0]
    assert (note.severity, note.code, note.item) == ("note", "ecg_person_not_stated", "ecg")
    assert unstated_person(read_ecg(made.data, name="made.edf").header) == ()
