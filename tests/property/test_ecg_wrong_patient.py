"""Hazard H2: an ECG file whose header names another person is never accepted for this one."""

import binascii
import random
import struct
from datetime import date, datetime, timedelta

import ecg_files
import pytest
from laennec.datasets.readers.ecg import Declared, person_problems, read_ecg
from laennec.engine.errors import RecordError
from laennec.engine.intake.person import Identity
from laennec.engine.record import FEMALE

GENERATED = 750
"""Of each format."""

BORN = date(1974, 3, 2)
VISIT = Identity("P-7", BORN, FEMALE)
AT = datetime.fromisoformat("2026-01-02T10:00:00+01:00")
MADE = ecg_files.every_format()
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


def _edf_date(day):
    return f"{day.day:02d}-{_MONTHS[day.month - 1]}-{day.year}".encode()


def _cardiosoft_date(day):
    return f"<Day>{day.day}</Day><Month>{day.month}</Month><Year>{day.year}</Year>".encode()


def _plain(day):
    return day.strftime("%Y%m%d").encode()


DATES = {
    "scp": lambda day: struct.pack("<HBB", day.year, day.month, day.day),
    "ishne": lambda day: struct.pack("<3h", day.day, day.month, day.year),
    "edf": _edf_date,
    "bdf": _edf_date,
    "muse": lambda day: day.strftime("%m-%d-%Y").encode(),
    "cardiosoft": _cardiosoft_date,
    "aecg": _plain,
    "schiller": _plain,
    "mortara": _plain,
    "dicom": _plain,
    "sierra_plain": lambda day: day.isoformat().encode(),
}
SEXES = {
    "scp": (b"\x08\x01\x00\x02", b"\x08\x01\x00\x01"),
    "ishne": (struct.pack("<hh3h", 2, 0, 2, 3, 1974), struct.pack("<hh3h", 1, 0, 2, 3, 1974)),
    "edf": (b"P-7 F", b"P-7 M"),
    "bdf": (b"P-7 F", b"P-7 M"),
    "muse": (b">FEMALE<", b">MALE<"),
    "schiller": (b">FEMALE<", b">MALE<"),
    "aecg": (b'GenderCode code="F"', b'GenderCode code="M"'),
    "mortara": (b'GENDER="Female"', b'GENDER="Male"'),
    "sierra_plain": (b"<sex>Female<", b"<sex>Male<"),
    "wfdb_16": (b"# sex: F", b"# sex: M"),
    "mat_v4": (b"#Sex: Female", b"#Sex: Male"),
    "dicom": (b"\x10\x00\x40\x00CS\x02\x00F ", b"\x10\x00\x40\x00CS\x02\x00M "),
}
AGES = {"wfdb_16": b"# age: ", "mat_v4": b"#Age: "}
NUMBERED = sorted({*DATES, "fhir"})


def _other_day(rng):
    day = BORN
    while day == BORN:
        day = BORN + timedelta(days=rng.choice([1, -1, 30, rng.randrange(-9000, 9000)]))
    return day


def _other_number(rng):
    return f"P-{rng.choice([c for c in '012345689ABp' if c != '7'])}".encode()


def changes(name, rng):
    """Every element that the file states, with one other value: what stands there, what instead."""
    found = []
    if name in DATES:
        found.append((DATES[name](BORN), DATES[name](_other_day(rng))))
    if name in SEXES:
        found.append(SEXES[name])
    if name in AGES:
        age = rng.choice([*range(18, 50), *range(53, 90)])
        found.append((AGES[name] + b"52", AGES[name] + str(age).encode()))
    if name in NUMBERED:
        found.append((b"P-7", _other_number(rng)))
    return found


def _signed(name, data):
    """Renew the checksums of a header that was changed: a whole file of another person."""
    if name == "ishne":
        return data[:8] + struct.pack("<H", binascii.crc_hqx(data[10:522], 0xFFFF)) + data[10:]
    if name == "scp":
        _, size, at = struct.unpack_from("<HII", data, 6 + 16 + 10)
        section = data[at + 1 : at - 1 + size]
        data = (
            data[: at - 1]
            + struct.pack("<H", binascii.crc_hqx(section, 0xFFFF))
            + section
            + (data[at - 1 + size :])
        )
        return struct.pack("<H", binascii.crc_hqx(data[2:], 0xFFFF)) + data[2:]
    return data


def _changed(name, made, change):
    """Return the file, or the text file beside it, with something else in it."""
    old, new = change
    files = {made.name: made.data, **made.companions}
    where = [key for key, data in files.items() if old in data]
    assert where, f"{name} states nothing as {old!r}"
    at = where[0]
    files[at] = _signed(name, files[at].replace(old, new))
    data = files.pop(made.name)
    return data, files


def problems(made, data, companions):
    """Return what keeps a file from being this person's, or the refusal to read it."""
    declared = Declared(**made.declared)
    try:
        found = read_ecg(data, name=made.name, companions=companions, declared=declared)
    except RecordError as error:
        return (error.code,)
    return person_problems(found.header, VISIT, AT)


FORMATS = sorted({*DATES, *SEXES, "fhir"})


@pytest.mark.parametrize("name", FORMATS)
def test_the_file_of_this_person_is_accepted(name):
    made = MADE[name]
    assert problems(made, made.data, made.companions) == ()


@pytest.mark.parametrize("name", FORMATS)
def test_thousands_of_headers_with_one_wrong_identity_element_and_none_accepted(name):
    rng = random.Random(f"another person, {name}")  # noqa: S311 - no secret is made
    made, seen = MADE[name], set()
    for _ in range(GENERATED):
        change = rng.choice(changes(name, rng))
        seen.add(change)
        assert problems(made, *_changed(name, made, change)), (name, change)
    assert len(seen) >= len(changes(name, rng))
