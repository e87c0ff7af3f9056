"""SCP-ECG, ISHNE and Mortara, through ecgdatakit."""

import math
import xml.etree.ElementTree as ET  # noqa: S405 - types; parsing is in xml_tree
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from .errors import unreadable
from .kit import Cut, read_each, read_one
from .people import noting_people, people_in, several_in_scp
from .recording import Declared, EcgRecording
from .source import Source
from .xml_tree import number_of, parse_xml, root_tag

_SCP_HEAD: Final = 32
_YEARS: Final = {"Y", "YR", "YEAR", "YEARS"}


def sniff_scp(source: Source) -> bool:
    """Whether the first section is the pointer section of an SCP-ECG record."""
    head = source.head
    if len(head) < _SCP_HEAD or head[8:10] != b"\0\0" or head[22:24] != b"\0\0":
        return False
    return int.from_bytes(head[28:32], "little") == 7 and _u32(head, 10) >= 26  # noqa: PLR2004 - EN 1064, section 0


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def read_scp(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Read SCP-ECG (EN 1064), plain or Huffman coded, with or without beat subtraction."""
    if source.data and _u32(source.data, 2) > len(source.data):
        raise unreadable("A record shorter than it says", source.label)
    found = read_one("scp_ecg:SCPECGParser", "scp_ecg", source, declared)
    return noting_people(found, several_in_scp(source.data))


def sniff_ishne(source: Source) -> bool:
    """Whether the file has the magic of ISHNE."""
    return source.head.startswith(b"ISHNE1.0")


def read_ishne(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Read an ISHNE Holter file."""
    return read_one("ishne_holter:ISHNEHolterParser", "ishne", source, declared)


def sniff_root(*tags: str) -> Callable[[Source], bool]:
    """Return a sniff that knows an XML format by its first element."""
    wanted = {tag.lower() for tag in tags}
    return lambda source: root_tag(source).lower() in wanted


def read_mortara(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Read Mortara (Hillrom) EL250 XML."""
    root = parse_xml(source)
    for cycle in root.findall("TYPICAL_CYCLE"):
        root.remove(cycle)
    people = people_in(root, "SUBJECT")
    parser = "mortara_el250:MortaraEL250Parser"
    found = read_each(parser, "mortara_xml", source, declared, [Cut(root)])
    return noting_people([_of_age(one, root.find("SUBJECT")) for one in found], people)


def _of_age(recording: EcgRecording, subject: ET.Element | None) -> EcgRecording:
    """Put the age that the subject states in years; the library calculates one from the dates."""
    stated = {} if subject is None else subject.attrib
    years = number_of(stated.get("AGE", ""))
    if math.isnan(years) or stated.get("AGE_UNITS", "").strip().upper() not in _YEARS:
        return recording
    return replace(recording, header=replace(recording.header, age_years=years))
