"""Ages, sexes and dates in headers: units count, mothers do not, impossible dates are left out."""

import dataclasses
from datetime import UTC, date, datetime, timedelta

import ecg_files
import ecg_files_xml
import pytest
from ecg_headers import csv_header, wfdb_header
from hypothesis import given
from hypothesis import strategies as st
from laennec.datasets.readers.ecg import EcgHeader, person_problems, read_ecg
from laennec.datasets.readers.ecg.person_words import age_years_of
from laennec.datasets.readers.ecg.said import Said, believable
from laennec.engine.intake.person import Identity
from laennec.engine.record import FEMALE, MALE

AT = datetime(2026, 1, 2, 10, tzinfo=UTC)


AGES = [
    ("8 months", 8 / 12),
    ("18 mois", 1.5),
    ("10 weeks", 70 / 365.25),
    ("3 days", 3 / 365.25),
    ("12 d", 12 / 365.25),
    ("20 hours", 20 / 24 / 365.25),
    ("63", 63.0),
    ("063Y", 63.0),
    ("63y", 63.0),
    ("52 ans", 52.0),
    ("52 years old", 52.0),
    ("40-49", None),
    ("63 +/- 2", None),
    (">89", None),
    ("63 kg", None),
    ("NaN", None),
    ("131", None),
]


@pytest.mark.parametrize("header_of", [wfdb_header, csv_header])
@pytest.mark.parametrize(("written", "years"), AGES)
def test_an_age_is_read_with_its_unit_or_not_at_all(header_of, written, years):
    """A baby of 8 months was 8 years old."""
    stated = header_of(f"# Age: {written}").age_years
    assert stated == (None if years is None else pytest.approx(years))


def test_the_ecg_of_a_baby_is_that_of_no_boy_of_eight():
    header = wfdb_header("# Age: 8 months")
    assert person_problems(header, Identity("b", date(2025, 5, 1), MALE), AT) == ()
    assert person_problems(header, Identity("b", date(2017, 5, 1), MALE), AT)


OF_OTHERS = [
    "# Mother sex: F, age: 30",
    "# Father age: 70",
    "# sex of the proband: male, mother's age: 45",
    "# infarct of age: 3 weeks",
    "# age of onset: 40",
    "# age group: 40",
    "# Diagnosis: MI, age: 3",
]


@pytest.mark.parametrize("line", OF_OTHERS)
def test_what_is_said_of_others_is_not_the_person(line):
    header = wfdb_header(line)
    assert (header.age_years, header.sex, header.notes) == (None, None, ())


@pytest.mark.parametrize(
    ("line", "age", "sex"),
    [
        ("#<age>: 51 <sex>: F <diagnoses>: none", 51.0, "female"),
        ("# Age: 63  Sex: M  Dx: 426783006", 63.0, "male"),
        ("# Sex F, Age 63 years", 63.0, "female"),
        ("# 69 M 1085 1629 x1", 69.0, "male"),
        ("# âge : 52 ans", 52.0, None),
        ("# sexe : féminin", None, "female"),
        ("# Patient's sex: male, patient age: 40", 40.0, "male"),
        ("# Age (months): 8", 8 / 12, None),
        ("# Sex: F, mother's age: 30", None, "female"),
        ("#Age: 40 - Sex: M", 40.0, "male"),
    ],
)
def test_the_ways_to_state_age_and_sex(line, age, sex):
    header = wfdb_header(line)
    assert header.age_years == (None if age is None else pytest.approx(age))
    assert header.sex == sex


def test_a_csv_reads_french_comments():
    header = csv_header("# âge : 52 ans", "# sexe : F")
    assert (header.age_years, header.sex) == (52.0, "female")


@given(st.text(max_size=60))
def test_no_line_stops_the_reading_or_gives_an_impossible_age(line):
    said = Said.of([f"# {line}", f"# age: {line}", f"#{line} age {line}"])
    assert said.age_years is None or 0 <= said.age_years <= 130


@given(n=st.integers(0, 130), unit=st.sampled_from("ymwdh"))
def test_a_shorter_unit_is_never_a_greater_age(n, unit):
    assert age_years_of(f"{n} {unit}") <= age_years_of(f"{n} y")


@pytest.mark.parametrize("day", ["11/05/23", "02/01/0026"])
def test_a_year_of_two_digits_is_not_the_year_23(day):
    header = wfdb_header(day=day)
    assert header.acquired_at is None
    assert "impossible_date_or_age_left_out" in header.notes


MADE = EcgHeader("made", "made", birth_date=date(1960, 1, 2), age_years=66.0, acquired_at=AT)


def test_a_possible_header_is_left_as_it_is():
    assert believable(MADE) is MADE
    assert believable(dataclasses.replace(MADE, birth_date=AT.date())).birth_date == AT.date()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_date", date(60, 1, 2)),
        ("birth_date", date(2060, 1, 2)),
        ("birth_date", date(1851, 1, 1)),
        ("age_years", -1.0),
        ("age_years", 1963.0),
        ("age_years", float("nan")),
        ("acquired_at", datetime(23, 5, 11)),  # noqa: DTZ001 - as readers give it
    ],
)
def test_an_impossible_date_or_age_is_not_stated(field, value):
    kept = believable(dataclasses.replace(MADE, **{field: value}))
    assert getattr(kept, field) is None
    assert kept.notes == ("impossible_date_or_age_left_out",)
    others = {"birth_date", "age_years", "acquired_at"} - {field}
    assert all(getattr(kept, one) == getattr(MADE, one) for one in others)


def test_nobody_is_born_after_today_where_the_file_states_no_day():
    born = datetime.now(UTC).date() + timedelta(days=3)
    assert believable(EcgHeader("made", "made", birth_date=born)).birth_date is None


def test_files_of_makers_with_a_year_of_two_digits_are_not_of_another_person():
    """The right person was refused: the file said that she was born in the year 51."""
    edf = ecg_files.edf().data.replace(b"02-MAR-1974", b"02-MAR-74  ", 1)
    ishne = ecg_files.ishne()
    muse = ecg_files_xml.muse()
    later = muse.data.replace(b"1974", b"2060")
    assert later != muse.data
    for name, data in (("a.edf", edf), ("a.xml", later)):
        assert read_ecg(data, name=name).header.birth_date is None, name
    assert read_ecg(ishne.data, name="a.ecg").header.birth_date == date(1974, 3, 2)
    header = read_ecg(edf, name="a.edf").header
    assert person_problems(header, Identity("P-7", date(1974, 3, 2), FEMALE), AT) == ()
