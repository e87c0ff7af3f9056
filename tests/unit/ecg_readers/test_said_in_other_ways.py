"""The ways in which comment lines state age and sex; what is not understood is told."""

import time

import pytest
from ecg_headers import csv_header, wfdb_header
from hypothesis import given
from hypothesis import strategies as st
from laennec.datasets.readers.ecg.recording import sex_of
from laennec.datasets.readers.ecg.said import NOT_UNDERSTOOD, Said

DAY = 1 / 365.25


AGES = [
    ("Age in days: 20", 20 * DAY),
    ("Age (in days): 20", 20 * DAY),
    ("Age [days]: 20", 20 * DAY),
    ("Age, days: 20", 20 * DAY),
    ("Age/days: 20", 20 * DAY),
    ("age_in_days: 7300", 7300 * DAY),
    ("AgeInDays: 20", 20 * DAY),
    ("Age_years = 63", 63.0),
    ("Patient_age: 63", 63.0),
    ("PatientAge: 063Y", 63.0),
    ("Age in months: 8 months", 8 / 12),
    ("âge en mois : 8", 8 / 12),
    ("Alter in Tagen: 20", 20 * DAY),
    ("Age at recording: 63", 63.0),
    ("Age (years) at ECG: 63", 63.0),
    ("Age: 8,5 mois", 8.5 / 12),
    ("age: 54.8482", 54.8482),
    ("Age: 54.848215 years", 54.848215),
    ("Age: 1 year 6 months", 1.5),
    ("Age: 2 ans et 3 mois", 2.25),
    ("Age: 63 (years)", 63.0),
    ("Age: 63 years of age", 63.0),
    ("Age: 63 y/o", 63.0),
    ("Demographics: age 63", 63.0),
    ("Demographic data: Age: 63 years, Sex: F", 63.0),
    ("Patient: age 63", 63.0),
    ("Patient info: sex F, age 63", 63.0),
    ("Données démographiques : âge 63 ans", 63.0),
    ("Patient ID: 17, Age: 63", 63.0),
    ("Height: 170, Weight: 71, Age: 63", 63.0),
    ("63-year-old male", 63.0),
    ("63 yo female with chest pain", 63.0),
    ("Femme de 63 ans", 63.0),
    ("Patient: 63 M", 63.0),
    ("Patient: 63/F", 63.0),
    ("Age/Sex: 63/M", 63.0),
    ("Age / Sex : 63Y / F", 63.0),
    ("Sex/Age: F/63", 63.0),
    ("Age and gender: 63, female", 63.0),
    ("Age: 63. Sex: F", 63.0),
]


@pytest.mark.parametrize("header_of", [wfdb_header, csv_header])
@pytest.mark.parametrize(("line", "years"), AGES)
def test_an_age_is_read_however_it_is_called(header_of, line, years):
    """Pinned: ``Age in days: 20`` and ``Demographics: age 63`` were not read, and nothing told."""
    header = header_of(f"# {line}")
    assert header.age_years == pytest.approx(years)
    assert NOT_UNDERSTOOD not in header.notes


FEMALE = ["Mme", "Mlle", "Madame", "Mrs", "Ms.", "Frau", "Fem.", "female (F)", "F - female", "girl"]
MALE = ["M.", "Mr", "Monsieur", "Herr", "Masc", "M (male)", "H", "garçon", "boy"]


@pytest.mark.parametrize("words", ["Sex: {}", "Gender = {}", "Sexe : {}", "Demographics: sex {}"])
@pytest.mark.parametrize(
    ("written", "sex"), [*((w, "female") for w in FEMALE), *((w, "male") for w in MALE)]
)
def test_a_sex_is_read_however_it_is_called(words, written, sex):
    """Pinned: ``Sex: Mme`` was not read, so that of a man's visit nothing contradicted it."""
    header = wfdb_header(f"# {words.format(written)}")
    assert (header.sex, header.notes) == (sex, ())


@pytest.mark.parametrize(
    ("line", "age", "sex"),
    [
        ("63-year-old woman", 63.0, "female"),
        ("Homme de 63 ans", 63.0, "male"),
        ("Patient: 63 M", 63.0, "male"),
        ("Age/Sex: 63/M", 63.0, "male"),
        ("Sex/Age: F/63 years", 63.0, "female"),
        ("Age/Sex: 63M", 63.0, "male"),
        ("Sex/Age: F 63", 63.0, "female"),
        ("Age: 63, Height: 170, Sex: M", 63.0, "male"),
        ("Sex: F; Weight: 60 kg; Age: 52", 52.0, "female"),
        ("Demographics: age 63, sex F", 63.0, "female"),
    ],
)
def test_both_of_one_line(line, age, sex):
    header = wfdb_header(f"# {line}")
    assert (header.age_years, header.sex) == (age, sex)


TOLD = [
    "Age: 40-49", "Age: >89", "Age: 90+", "Age: sixty", "Age: 63 kg", "Age: 1963", "Age: 63 M",
    "Age: 8 w", "Age (months): 8 years", "Sex: 1", "Sex: 0", "Gender: 2", "Sex: M/F", "Sex: F M",
    "Sex: female to male", "Sex: 1 (male)", "Demographics: age sixty",
]  # fmt: skip


@pytest.mark.parametrize("header_of", [wfdb_header, csv_header])
@pytest.mark.parametrize("line", TOLD)
def test_what_is_not_understood_is_told_and_not_guessed(header_of, line):
    """Pinned: it was left out without a word, and "63 M" was a child of five years."""
    header = header_of(f"# {line}")
    assert (header.age_years, header.sex) == (None, None)
    assert header.notes == (NOT_UNDERSTOOD,)


SILENT = [
    "Age: NaN", "Age: unknown", "Age:", "Age: n/a", "Age: ?", "Sex: Unknown", "Sex: X", "Sex: -",
    "Sexe : non renseigné", "Gender: other",
]  # fmt: skip
OTHERS = [
    "Mother: age 30, sex F", "Mother's age: 30", "Donor: 63 M", "age group: 40", "age of onset: 40",
    "age at diagnosis: 40", "Diagnosis: infarct, age: 3 weeks", "Dx: MI, age: 3", "sex life: none",
    "sexual activity: 3", "agent: 7", "aged garlic: 2", "12 leads", "2 m/s paper speed", "10 h",
    "1 male, 2 female subjects", "3 week old infarct", "45 year old mother had one", "personage: 3",
]  # fmt: skip


@pytest.mark.parametrize("line", [*SILENT, *OTHERS])
def test_what_states_nothing_of_the_person_is_no_note(line):
    header = wfdb_header(f"# {line}")
    assert (header.age_years, header.sex, header.notes) == (None, None, ())


@pytest.mark.parametrize(
    ("lines", "several"),
    [
        (("Age: 63", "Age in days: 23011"), False),
        (("Age: 63", "Age in days: 22000"), True),
        (("Age: 1 month", "Age: 8 months"), True),
        (("Age: 63", "Age: 64"), True),
        (("Sex: Mme", "Sex: F"), False),
        (("Sex: Mme", "Sex: M."), True),
    ],
)
def test_two_lines_contradict_each_other_beyond_their_units(lines, several):
    notes = wfdb_header(*(f"# {line}" for line in lines)).notes
    assert ("several_people" in notes) is several


@pytest.mark.parametrize(
    "piece", ["-", " ", "age ", "age:", "a", "sex/", "1 year ", ", ", "id: x "]
)
def test_a_line_of_any_length_is_read_at_once(piece):
    """Pinned: a comment of 200,000 dashes behind an age took hours."""
    began = time.process_time()
    Said.of([f"# age: {piece * 200_000}", f"#{piece * 200_000}"])
    assert time.process_time() - began < 2


@given(st.text(max_size=30))
def test_no_text_is_two_sexes_and_no_line_stops_the_reading(text):
    assert sex_of(text) in (None, "female", "male")
    Said.of([f"# {text}", f"# Age/Sex: {text}", f"# Patient: {text}", f"# Age in {text}: 3"])


def test_a_visit_of_a_man_takes_no_ecg_of_mme():
    from laennec.datasets.readers.ecg import person_problems
    from laennec.engine.intake.person import Identity
    from laennec.engine.record import MALE as MAN

    header = wfdb_header("# Sex: Mme")
    problems = person_problems(header, Identity("p", None, MAN), None)
    assert [p.code for p in problems] == ["wrong_patient"]


@given(st.floats(0, 120, allow_subnormal=False))
def test_an_age_that_the_house_writes_is_read_again(age):
    """Pinned: an age of four decimals, as `write_wfdb` writes it, was not understood."""
    said = Said.of([f"# age: {age:g}"])
    assert "e" in f"{age:g}" or said.age_years == pytest.approx(age, rel=1e-4)


def test_an_age_behind_many_that_agree_contradicts_them():
    """The first fifty alone were compared."""
    agreeing = [f"Age: 63.{part:02d}" for part in range(60)]
    assert not Said.of(agreeing).contradicts
    assert Said.of([*agreeing, "Age: 20"]).contradicts
