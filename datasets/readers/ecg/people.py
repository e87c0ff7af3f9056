"""Whether a file describes one person: two under one recording are the person of no visit."""

import xml.etree.ElementTree as ET  # noqa: S405 - types; parsing is in xml_tree
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from .person import ages_contradict
from .recording import SEVERAL_PEOPLE, EcgRecording

# Section 1 of SCP-ECG (EN 1064): patient id, date of birth, sex.
_SCP_WHO: Final = frozenset({2, 5, 8})
_SCP_BORN: Final = 5
_SCP_DAY: Final = 4
_SCP_TAKEN: Final = 25
_SCP_CRC: Final = 6
_SCP_POINTER: Final = 10
_SCP_HEAD: Final = 16
_SCP_TAG: Final = 3
_SCP_LAST: Final = 255


def noting_people(
    recordings: Sequence[EcgRecording], people: Iterable[Hashable]
) -> list[EcgRecording]:
    """Return the recordings, with a note where their file describes more than one person.

    Parameters
    ----------
    recordings : of one file
    people : what the file says of a person, once for each time that it does
    """
    several = len(set(people)) > 1
    return [_noted(one) if several else one for one in recordings]


def noting_ages(recordings: Iterable[EcgRecording]) -> list[EcgRecording]:
    """Return the recordings, with a note where an age is not that of the stated birth date."""
    return [_noted(one) if ages_contradict(one.header) else one for one in recordings]


def _noted(recording: EcgRecording) -> EcgRecording:
    return replace(recording, header=recording.header.noting(SEVERAL_PEOPLE))


def people_in(root: ET.Element, tag: str) -> list[bytes]:
    """Return every element of a document that describes a person, as bytes.

    Parameters
    ----------
    root : of the document
    tag : of the element that holds who was recorded
    """
    return [ET.tostring(one).strip() for one in root.iter(tag)]


def several_in_scp(data: bytes) -> list[bytes]:
    """Return the values of the tag of section 1 that names a person in the most ways.

    Parameters
    ----------
    data : of a record whose length was checked; a section that can't be walked names nobody twice
    """
    said: dict[int, set[bytes]] = {}
    for tag, value in _scp_tags(_scp_section_1(data)):
        if tag in _SCP_WHO and value.strip(b"\0 "):
            said.setdefault(tag, set()).add(value.rstrip(b"\0 "))
    return max((sorted(values) for values in said.values()), key=len, default=[])


def births_in_scp(data: bytes) -> list[str]:
    """Return the dates of birth of section 1 as text; of one without a day, month or year alone."""
    parts = [
        (_number(value[:2].ljust(4, b"\0"), 0), value[2], value[3])
        for tag, value in _scp_tags(_scp_section_1(data))
        if tag == _SCP_BORN and len(value) >= _SCP_DAY
    ]
    return [
        "-".join([f"{year:04}", *(f"{part:02}" for part in rest[: rest.index(0)])])
        for year, *day in parts
        for rest in ([*day, 0],)
    ]


def day_in_scp(data: bytes) -> str:
    """Return the day of recording of section 1 as text, empty where it states none."""
    values = (value for tag, value in _scp_tags(_scp_section_1(data)) if tag == _SCP_TAKEN)
    value = next((one for one in values if len(one) >= _SCP_DAY), b"")
    return f"{_number(value[:2], 0)}-{value[2]}-{value[3]}" if value else ""


def _scp_section_1(data: bytes) -> bytes:
    """Return the body of section 1, empty where no pointer of section 0 leads there."""
    end = min(_SCP_CRC + _number(data, 10), len(data))
    for at in range(_SCP_CRC + _SCP_HEAD, end - _SCP_POINTER + 1, _SCP_POINTER):
        length, start = _number(data, at + 2), _number(data, at + 6) - 1
        if data[at] == 1 and start >= 0:
            return data[start + _SCP_HEAD : start + length]
    return b""


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _scp_tags(body: bytes) -> Iterable[tuple[int, bytes]]:
    """Yield every tag that is there in full, up to the last one."""
    at = 0
    while at + _SCP_TAG <= len(body) and body[at] != _SCP_LAST:
        begin = at + _SCP_TAG
        stop = begin + int.from_bytes(body[at + 1 : begin], "little")
        if stop > len(body):
            return
        yield body[at], body[begin:stop]
        at = stop
