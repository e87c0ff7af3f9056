"""A file that says that the person has a pacemaker is told so; nothing else is made of it."""

import binascii
import struct

import pytest
from ecg_files import ishne
from ecg_files_xml import cardiosoft
from laennec.datasets.readers.ecg import read_ecg
from laennec.engine.words import Sentences

TOLD = "pacemaker_stated"


def holter(code):
    data = ishne().data
    block = data[10:230] + struct.pack("<h", code) + data[232:522]
    return data[:8] + struct.pack("<H", binascii.crc_hqx(block, 0xFFFF)) + block + data[522:]


@pytest.mark.parametrize(
    ("code", "told"), [(0, False), (1, True), (3, True), (5, True), (6, False), (-9, False)]
)
def test_the_pacemaker_code_of_ishne(code, told):
    found = read_ecg(holter(code), name="made.ecg")
    assert (TOLD in found.header.notes) is told


@pytest.mark.parametrize(
    ("said", "told"), [("yes", True), ("Yes", True), ("no", False), ("", False)]
)
def test_what_cardiosoft_says_of_the_person(said, told):
    made = cardiosoft()
    element = f"<PaceMaker>{said}</PaceMaker></PatientInfo>".encode()
    data = made.data.replace(b"</PatientInfo>", element)
    assert (TOLD in read_ecg(data, name=made.name).header.notes) is told


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_it_is_worded(lang):
    said = Sentences(lang).text(f"ecg.file.{TOLD}")
    assert "stimulateur" in said or "pacemaker" in said
