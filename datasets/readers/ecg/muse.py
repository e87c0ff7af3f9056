"""GE MUSE XML through ecgdatakit: the rhythm of a document, joined where it stands in two parts."""

import copy
import math
import xml.etree.ElementTree as ET  # noqa: S405 - types; parsing is in xml_tree
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .births import stating_births
from .errors import unreadable, unsupported
from .kit import Cut, read_each
from .people import noting_people, people_in
from .recording import Declared, EcgRecording
from .source import Source
from .stated import stating
from .xml_tree import one_number, parse_xml, stated_number, text_at

FORMAT: Final = "ge_muse_xml"
_YES: Final = frozenset({"TRUE", "YES", "1"})


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the waveforms of type rhythm; those of one rate and length are one recording."""
    root = parse_xml(source)
    waves = [w for w in root.findall("Waveform") if _wave_type(w) == "rhythm"]
    if not waves:
        raise unreadable("A document without a rhythm recording", source.label)
    for wave in waves:
        _refuse_offsets(wave, source.label)
    cuts = []
    _drop_empty_checksums(root)
    for index in range(len(waves)):
        tree = copy.deepcopy(root) if len(waves) > 1 else root
        mine = [w for w in tree.findall("Waveform") if _wave_type(w) == "rhythm"][index]
        for wave in tree.findall("Waveform"):
            if wave is not mine:
                tree.remove(wave)
        cuts.append(Cut(tree, rates_hz=_rates_hz(mine, source.label)))
    found = read_each("ge_muse_xml:GEMuseXMLParser", FORMAT, source, declared, cuts)
    born = [text_at(node, "DateofBirth") for node in root.iter("PatientDemographics")]
    found = [_noting_off(one, waves) for one in found]
    taken = root.find("TestDemographics")
    day, clock = (text_at(taken, f"Acquisition{part}") for part in ("Date", "Time"))
    sexes = [text_at(node, "Gender") for node in root.iter("PatientDemographics")]
    found = stating(found, day, clock, sexes)
    return noting_people(stating_births(found, born), people_in(root, "PatientDemographics"))


def _noting_off(recording: EcgRecording, waves: Sequence[ET.Element]) -> EcgRecording:
    """Return a recording with a note of its leads whose electrode the device says was off."""
    said = {
        text_at(lead, "LeadID").upper()
        for wave in waves
        for lead in wave.findall("LeadData")
        if text_at(lead, "LeadOff").upper() in _YES
    }
    off = [name for name in recording.signal.leads if name.upper() in said]
    header = recording.header.noting_of("leads_said_off", off) if off else recording.header
    return replace(recording, header=header)


def _refuse_offsets(wave: ET.Element, where: str) -> None:
    """Refuse leads of different ``LeadTimeOffset``, whose unit no description of MUSE states."""
    offsets = {text_at(lead, "LeadTimeOffset") or "0" for lead in wave.findall("LeadData")}
    if len(offsets) > 1:
        told = ", ".join(sorted(text for text in offsets if text.lstrip("-").isdecimal()))
        raise unsupported(
            f"Leads that start at different times (LeadTimeOffset {told})",
            "Export the leads on one time, or as WFDB with their skew in samples",
            where,
        )


def _rates_hz(wave: ET.Element, where: str) -> tuple[float, ...]:
    """Return the rate of all leads, and refuse a number of the waveform that is none.

    The library rounds the rate, and takes 0 for an exponent that it can't read.
    """
    base = stated_number(text_at(wave, "SampleBase"), "SampleBase", where)
    exponent = one_number([text_at(wave, "SampleExponent")], "SampleExponent", where)
    rate_hz = base * 10.0 ** (0.0 if math.isnan(exponent) else exponent)
    for lead in wave.findall("LeadData"):
        for name in ("LeadAmplitudeUnitsPerBit", "LeadSampleSize"):
            one_number([text_at(lead, name)], name, where)
    return (rate_hz,)


def _drop_empty_checksums(root: ET.Element) -> None:
    """Take out checksums of 0, which some writers put where they calculated none."""
    for lead in root.iter("LeadData"):
        for crc in lead.findall("LeadDataCRC32"):
            if (crc.text or "").strip() in ("", "0"):
                lead.remove(crc)


def _wave_type(wave: ET.Element) -> str:
    """Return the type of a waveform; a file that states none is not guessed to be a rhythm."""
    node = wave.find("WaveformType")
    return "" if node is None or node.text is None else node.text.strip().lower()
