"""SCP-ECG, ISHNE and Mortara, through ecgdatakit."""

import math
import xml.etree.ElementTree as ET  # noqa: S405 - types; parsing is in xml_tree
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from .assemble import assemble, refuse_duration
from .births import stating_births
from .errors import counted, damaged, unreadable
from .kit import Cut, header_of, leads_of, parse_with, read_each, read_one
from .people import births_in_scp, day_in_scp, noting_people, people_in, several_in_scp
from .recording import Declared, EcgRecording
from .source import Source
from .stated import stating, with_age, with_day
from .stored import StoredLead
from .xml_tree import one_number, parse_xml, root_tag, stated_number

_SCP_HEAD: Final = 32
_ISHNE_COUNT: Final = 14  # behind the magic, the checksum and the size of the variable block
_ISHNE_DAY: Final = 138
_ISHNE_LEADS: Final = 156
_ISHNE_PACEMAKER: Final = 230
# Of unknown type, of one chamber or two, unipolar or bipolar (Badilini 1998, the standard).
_PACEMAKERS: Final = range(1, 6)
_ISHNE_RATE: Final = 272
_ISHNE_HEAD: Final = 522
_LEAD_OFF: Final = -32768


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
    found = stating_births(found, births_in_scp(source.data))
    found = stating(found, day_in_scp(source.data), "", ())
    return noting_people(found, several_in_scp(source.data))


def sniff_ishne(source: Source) -> bool:
    """Whether the file has the magic of ISHNE."""
    return source.head.startswith(b"ISHNE1.0")


def read_ishne(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Read an ISHNE Holter file; -32768 marks a lead that was off (ISHNE, 1998).

    The header counts the samples of a lead, or, of some writers, of all leads together.
    """
    parser, where = "ishne_holter:ISHNEHolterParser", source.label
    refuse_duration(_ishne_s(source.data), where)
    record, notes = parse_with(parser, source.data, where)
    leads = [_with_gaps(lead) for lead in leads_of(record)]
    said = int.from_bytes(source.data[_ISHNE_COUNT : _ISHNE_COUNT + 4], "little", signed=True)
    found = len(leads[0].samples)
    if said > found and said != found * len(leads):
        raise damaged(f"{counted(said, 'sample')} of a lead announced, {found} found", where)
    if 0 < said < found:
        notes = (*notes, "file_longer_than_announced")
    code = int.from_bytes(source.data[_ISHNE_PACEMAKER : _ISHNE_PACEMAKER + 2], "little")
    if code in _PACEMAKERS:
        notes = (*notes, "pacemaker_stated")
    header = with_day(header_of(record, "ishne", source, notes), _ishne_day(source.data))
    return [assemble(leads, header, declared)]


def _ishne_s(data: bytes) -> float:
    """Return how long the recording lasts by its bytes; NaN where its header does not tell."""
    leads, rate = (
        int.from_bytes(data[at : at + 2], "little", signed=True)
        for at in (_ISHNE_LEADS, _ISHNE_RATE)
    )
    return (len(data) - _ISHNE_HEAD) / (2 * leads * rate) if leads > 0 and rate > 0 else math.nan


def _ishne_day(data: bytes) -> str:
    """Return the day of the recording as its header states it: day, month, year, 16 bits each."""
    raw = (data[at : at + 2] for at in range(_ISHNE_DAY + 4, _ISHNE_DAY - 1, -2))
    parts = [int.from_bytes(part, "little", signed=True) for part in raw]
    return "-".join(map(str, parts)) if parts[0] > 0 else ""


def _with_gaps(lead: StoredLead) -> StoredLead:
    return replace(lead, samples=np.where(lead.samples == _LEAD_OFF, np.nan, lead.samples))


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
    cut = Cut(root, rates_hz=_mortara_rates(root, source.label))
    found = read_each(parser, "mortara_xml", source, declared, [cut])
    subject = root.find("SUBJECT")
    found = stating_births(
        found, [t for a in ("DOB_XML", "DOB") for t in _stated_by(root, a, "16")]
    )
    day = next((t for a in ("_XML", "") if (t := root.get(f"ACQUISITION_TIME{a}", ""))), "")
    sexes = next(([t] for t in _stated_by(root, "GENDER", "4") if t.strip()), [""])
    found = stating([_of_age(one, subject) for one in found], day, "", sexes)
    return noting_people(found, people)


def _mortara_rates(root: ET.Element, where: str) -> tuple[float, ...]:
    """Return the rate of each channel; the library rounds it, and skips numbers that are none."""
    channels = root.findall("CHANNEL")
    for channel in channels:
        for name in ("UNITS_PER_MV", "OFFSET"):
            one_number([channel.get(name, "")], name, where)
    return tuple(
        stated_number(channel.get("SAMPLE_FREQ", ""), "SAMPLE_FREQ", where) for channel in channels
    )


def _stated_by(root: ET.Element, attribute: str, field_id: str) -> list[str]:
    """Return what a subject states, and then what its field of this number does."""
    fields = root.findall("DEMOGRAPHIC_FIELDS/DEMOGRAPHIC_FIELD")
    own = [node.get(attribute, "") for node in root.findall("SUBJECT")]
    return [*own, *(node.get("VALUE", "") for node in fields if node.get("ID") == field_id)]


def _of_age(recording: EcgRecording, subject: ET.Element | None) -> EcgRecording:
    """Put the age that the subject states; the library calculates one from the dates."""
    stated = {} if subject is None else subject.attrib
    header = with_age(recording.header, stated.get("AGE", ""), stated.get("AGE_UNITS", ""))
    return replace(recording, header=header)
