"""When and whom a file says that it recorded: understood in its own words, or told."""

import binascii
import io
import struct
import warnings
from datetime import date, datetime

import ecg_files
import pytest
from laennec.datasets.readers.ecg import EcgHeader, read_ecg
from laennec.datasets.readers.ecg.days import day_in, moment_in, month_of
from laennec.datasets.readers.ecg.people import day_in_scp
from laennec.datasets.readers.ecg.stated import with_day, with_sex

DAY, SEX = "recorded_day_not_understood", "age_or_sex_not_understood"
MADE = ecg_files.every_format()
SAME_DAY = datetime.fromisoformat("2019-08-17")

# Format -> how its made file states the day, and what may stand for that day there.
DAYS = {
    "muse": ("01-02-2026", ("17-08-2019", "17.08.2019", "2019-08-17")),
    "sierra_xli": ('date="2026-01-02"', ('date="17.08.2019"', 'date="17/08/2019"')),
    "schiller": ("<date>20260102<", ("<date>17.08.2019<", "<date>2019-08-17<")),
    "cardiosoft": (
        "<Day>2</Day><Month>1</Month><Year>2026",
        (
            "<Day>17</Day><Month>August</Month><Year>2019",
            "<Day>17</Day><Month>Août</Month><Year>2019",
        ),
    ),
    "mortara": ('TIME="20260102091500"', ('TIME="17.08.2019 09:15"', 'TIME="2019/08/17"')),
    "aecg": ("20260102091500", ("20190817", "17.08.2019")),
    "fhir": ('"2026-01-02T09:15:00+01:00"', ('"2019-08-17"', '"17.08.2019"')),
    "edf": ("02.01.26", ("17/08/19", "17-08-19")),
}
NOT_SURE = {
    "muse": "le 3 brumaire", "sierra_xli": 'date="05/08/2019"', "schiller": "<date>hier<",
    "cardiosoft": "<Day>5</Day><Month>Sommer</Month><Year>2019", "mortara": 'TIME="05.08.2019"',
    "aecg": "2019", "fhir": '"2019-08"',
}  # fmt: skip
SEXES = {
    "muse": "<Gender>FEMALE<", "sierra_xli": "<sex>Female<", "schiller": "<gender>FEMALE<",
    "cardiosoft": "<Gender>FEMALE<", "mortara": 'GENDER="Female"',
}  # fmt: skip


def header_of(name, old, new):
    made = MADE[name]
    assert old.encode() in made.data, (name, old)
    data = made.data.replace(
        old.encode(), new.encode("utf-8" if name not in ("cardiosoft", "muse") else "latin-1")
    )
    if name == "edf":
        data = data.replace(b"Startdate 02-JAN-2026", b"Startdate X          ")
    return read_ecg(data, name=made.name).header


@pytest.mark.parametrize(("name", "new"), [(n, d) for n, (_, every) in DAYS.items() for d in every])
def test_a_day_in_another_way_is_the_day(name, new):
    """Pinned: an ECG of seven years before was of no stated day, and answered for the visit."""
    header = header_of(name, DAYS[name][0], new)
    assert header.acquired_at is not None
    assert header.acquired_at.date() == date(2019, 8, 17)
    assert DAY not in header.notes


@pytest.mark.parametrize("name", NOT_SURE)
def test_a_day_that_is_not_sure_is_told_and_not_guessed(name):
    header = header_of(name, DAYS[name][0], NOT_SURE[name])
    assert (header.acquired_at, DAY in header.notes) == (None, True)


@pytest.mark.parametrize("name", SEXES)
@pytest.mark.parametrize(
    ("word", "sex"),
    [("Homme", "male"), ("Varón", "male"), ("Mujer", "female"), ("Donna", "female")],
)
def test_a_sex_in_another_language_is_the_sex(name, word, sex):
    """Pinned: the file of a man was taken for the visit of a woman."""
    header = header_of(
        name, SEXES[name], SEXES[name].replace("FEMALE", word).replace("Female", word)
    )
    assert (header.sex, SEX in header.notes) == (sex, False)


@pytest.mark.parametrize("name", SEXES)
def test_a_sex_that_is_not_known_is_told_and_unknown_is_not(name):
    for word, is_told in (("Kobieta", True), ("Unknown", False), ("", False)):
        new = SEXES[name].replace("FEMALE", word).replace("Female", word)
        header = header_of(name, SEXES[name], new)
        assert (header.sex, SEX in header.notes) == (None, is_told)


def test_dicom_takes_the_day_of_other_elements_and_no_part_of_a_moment():
    """Pinned: of a moment of ten digits another day was made, and a day alone was dropped."""
    import pydicom

    for element, value, expected in (
        ("AcquisitionDateTime", "2019081712", SAME_DAY),
        ("AcquisitionDateTime", "20190817", SAME_DAY),
        ("AcquisitionDate", "20190817", SAME_DAY),
        ("ContentDate", "20190817", SAME_DAY),
    ):
        data = pydicom.dcmread(io.BytesIO(MADE["dicom"].data))
        for name in ("AcquisitionDateTime", "AcquisitionDate", "ContentDate", "ContentTime"):
            if name in data:
                delattr(data, name)
        setattr(data, element, value)
        out = io.BytesIO()
        data.save_as(out)
        assert read_ecg(out.getvalue()).header.acquired_at == expected


def test_wfdb_with_a_day_and_no_time_has_its_day():
    made = MADE["wfdb_16"]
    first = made.data.split(b"\n")[0].strip()
    bare = b" ".join(first.split(b" ")[:4])
    for said, expected in (
        (b" 17/08/2019", date(2019, 8, 17)),
        (b" 09:15 17.08.2019", date(2019, 8, 17)),
    ):
        data = made.data.replace(first, bare + said)
        header = read_ecg(data, name=made.name, companions=made.companions).header
        assert header.acquired_at.date() == expected


def test_ishne_and_scp_with_a_day_and_no_time_have_their_day():
    """Pinned: the library drops the day where the time of day is none, or is not stated."""
    ishne, scp = MADE["ishne"], MADE["scp"]
    data = bytearray(ishne.data)
    data[150:156] = struct.pack("<3h", 99, 0, 0)
    data[8:10] = struct.pack("<H", binascii.crc_hqx(bytes(data[10:522]), 0xFFFF))
    assert read_ecg(bytes(data), name="a.ecg").header.acquired_at.date() == date(2026, 1, 2)
    data[138:144] = struct.pack("<3h", 0, 0, 0)
    data[8:10] = struct.pack("<H", binascii.crc_hqx(bytes(data[10:522]), 0xFFFF))
    header = read_ecg(bytes(data), name="a.ecg").header
    assert (header.acquired_at, DAY in header.notes) == (None, False)
    assert day_in_scp(scp.data) == "2026-1-2"
    assert day_in_scp(b"\0" * 40) == ""


@pytest.mark.parametrize(
    ("text", "day"),
    [("17. März 2019", date(2019, 3, 17)), ("17 de agosto de 2019", date(2019, 8, 17)),
     ("17-DEZ-2019", date(2019, 12, 17)), ("20190817091500", date(2019, 8, 17)),
     ("08/17/2019 09:15", date(2019, 8, 17)), ("05/08/2019", None), ("17-08-19", None),
     ("20191399", None), ("31/02/2019", None), ("2019", None), ("hier", None)],
)  # fmt: skip
def test_a_day_is_sure_or_none(text, day):
    stated = day_in(text)
    assert (stated.whole if stated else None) == day
    assert moment_in(text, "25:99") == (datetime.combine(day, datetime.min.time()) if day else None)


def test_every_month_is_known_in_each_language():
    from laennec.datasets.readers.ecg.person_words import words

    assert all(month_of(name) == int(n) for n, names in words()["months"].items() for name in names)


def test_what_says_nothing_is_not_told():
    header = EcgHeader("edf", "a", sex="female")
    for nothing in ("", "X", "unknown", "00-00-0000", "0"):
        assert with_day(header, nothing).notes == ()
        assert with_sex(header, [nothing.strip("0-")]) == header
    assert with_sex(header, ["F", "M"]).sex is None


@pytest.mark.parametrize(
    ("unit", "number", "years", "is_told"),
    [("YEARS", "51", 51.0, False), ("JAHRE", "51", 51.0, False), ("Mois", "6", 0.5, False),
     ("MONTHS", "18", 1.5, False), ("LUNES", "51", None, True), ("YEARS", "UNKNOWN", None, False)],
)  # fmt: skip
def test_an_age_is_read_in_the_unit_that_is_stated(unit, number, years, is_told):
    """Pinned: an age in JAHRE, or in MONTHS, was dropped, and limits of adults were printed."""
    old = '<Age units="YEARS">51<'
    header = header_of("cardiosoft", old, f'<Age units="{unit}">{number}<')
    assert (header.age_years, SEX in header.notes) == (years, is_told)
    new = f'GENDER="Female" AGE="{number}" AGE_UNITS="{unit}"'
    mortara = header_of("mortara", 'GENDER="Female"', new)
    assert mortara.age_years == years or (years is None and mortara.age_years == 51.0)
    assert (SEX in mortara.notes) == is_told


@pytest.mark.parametrize("name", ["dicom", "schiller", "muse", "mortara"])
@pytest.mark.parametrize(("text", "part"), [("196011", (1960, 11)), ("1960", (1960, None))])
def test_a_month_or_a_year_of_birth_is_no_day(name, text, part):
    """Pinned: of 196011 the first of January was made, and another person passed."""
    made = MADE[name]
    if name == "dicom":
        import pydicom

        data = pydicom.dcmread(io.BytesIO(made.data))
        out = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data.PatientBirthDate = text
            data.save_as(out)
        header = read_ecg(out.getvalue()).header
    else:
        old = next(o for o in ("03-02-1974", "19740302") if o.encode() in made.data)
        header = header_of(name, old, text)
    assert (header.birth_date, header.born_in) == (None, part)


def test_a_month_of_recording_is_no_day():
    header = header_of("schiller", "<date>20260102<", "<date>201908<")
    assert (header.acquired_at, DAY in header.notes) == (None, True)


@pytest.mark.parametrize("second", ["", "39.5"])
def test_cardiosoft_keeps_its_day_where_its_time_is_not_read(second):
    """Pinned: without a whole second the day was lost, and an ECG of 2018 answered today."""
    header = header_of("cardiosoft", "<Second>0<", f"<Second>{second}<")
    assert header.acquired_at.date() == date(2026, 1, 2)


def test_an_age_in_j_is_not_guessed():
    """Pinned: J is Jahre or jours; a man of 63 was two months old."""
    header = header_of("cardiosoft", '<Age units="YEARS">51<', '<Age units="J">51<')
    assert (header.age_years, SEX in header.notes) == (None, True)


@pytest.mark.parametrize(
    ("day", "startdate", "found", "is_told"),
    [("02.01.26", "02-JAN-2026", date(2026, 1, 2), False), ("02.01.26", "X", date(2026, 1, 2), 0),
     ("01.01.85", "X", None, False), ("01.01.85", "02-JAN-2026", date(2026, 1, 2), False),
     ("03.11.26", "03-NOV-2019", None, True)],
)  # fmt: skip
def test_edf_states_one_day_or_none(day, startdate, found, is_told):
    """Pinned: 01.01.85 beside Startdate X was 1985, and of two days one was taken in silence."""
    made = MADE["edf"]
    data = made.data.replace(b"02.01.26", day.encode(), 1)
    old = b"Startdate 02-JAN-2026 X X X"
    data = data.replace(old, f"Startdate {startdate} X X X".encode().ljust(len(old)), 1)
    header = read_ecg(data, name=made.name).header
    taken = header.acquired_at
    assert (taken and taken.date(), DAY in header.notes) == (found, is_told)
