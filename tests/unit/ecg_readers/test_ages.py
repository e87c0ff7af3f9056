"""An age that the file's own birth date does not give: the file describes nobody that it could."""

import io
import struct

import ecg_files
import ecg_files_scp
import ecg_files_xml
import pydicom
import pytest
from laennec.datasets.readers.ecg import read_ecg

# The made files: born on 2 March 1974, recorded on 2 January 2026, which makes 51 years.


def muse(age):
    made = ecg_files.muse().data
    told = b"<PatientAge>%d</PatientAge><AgeUnits>YEARS</AgeUnits>" % age
    return made.replace(b"<DateofBirth>", told + b"<DateofBirth>")


def cardiosoft(age):
    return ecg_files_xml.cardiosoft().data.replace(b">51<", b">%d<" % age)


def mortara(age):
    made = ecg_files_xml.mortara().data
    return made.replace(b'GENDER="Female"', b'GENDER="Female" AGE="%d" AGE_UNITS="Y"' % age)


def sierra(age):
    made = ecg_files.sierra(compressed=False).data
    return made.replace(b"<age>", b"<age><years>%d</years>" % age)


def dicom(age):
    data = pydicom.dcmread(io.BytesIO(ecg_files.dicom().data))
    data.PatientAge = f"{age:03d}Y"
    out = io.BytesIO()
    pydicom.dcmwrite(out, data, enforce_file_format=True)
    return out.getvalue()


def scp(age):
    """Tag 4 of section 1 is the age; it takes the place of tag 26, the time of day."""
    made = bytearray(ecg_files_scp.scp().data)
    at = made.index(struct.pack("<BH", 26, 3) + bytes([9, 15, 0]))
    made[at : at + 6] = struct.pack("<BHHB", 4, 3, age, 1)
    start = made.index(struct.pack("<BH", 2, 4) + b"P-7\0") - 16
    size = int.from_bytes(made[start + 4 : start + 8], "little")
    made[start : start + 2] = struct.pack("<H", crc(made[start + 2 : start + size]))
    made[:2] = struct.pack("<H", crc(made[2:]))
    return bytes(made)


def crc(data):
    import binascii

    return binascii.crc_hqx(bytes(data), 0xFFFF)


FORMATS = {f.__name__: f for f in (muse, cardiosoft, mortara, sierra, dicom)}


@pytest.mark.parametrize("fmt", sorted(FORMATS))
@pytest.mark.parametrize(("age", "several"), [(20, True), (53, True), (49, True), (51, False)])
def test_an_age_that_is_not_of_the_birth_date_is_of_several_people(fmt, age, several):
    header = read_ecg(FORMATS[fmt](age)).header
    assert header.age_years == age
    assert ("several_people" in header.notes) is several


@pytest.mark.parametrize("fmt", sorted(FORMATS))
@pytest.mark.parametrize("age", [50, 52])
def test_an_age_that_was_rounded_or_counted_at_export_is_of_one_person(fmt, age):
    assert "several_people" not in read_ecg(FORMATS[fmt](age)).header.notes


def test_an_age_of_scp_needs_the_day_of_the_recording():
    """Its time of day is gone here, so the moment is not known: nothing is compared."""
    header = read_ecg(scp(20)).header
    assert header.age_years == 20
    assert (header.acquired_at is None) == ("several_people" not in header.notes)
