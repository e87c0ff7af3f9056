"""SCP-ECG, ISHNE, HL7 aECG, GE MUSE, Philips Sierra and Mortara, through ecgdatakit."""

import copy
import xml.etree.ElementTree as ET  # noqa: S405 - types; parsing is in xml_tree
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from .errors import too_large, unreadable, unsupported
from .kit import read_each, read_one
from .people import noting_people, people_in, several_in_scp
from .recording import Declared, EcgRecording
from .source import Source, limits
from .xml_tree import parse_xml, root_tag

_SCP_HEAD: Final = 32
_SIERRA_TYPES: Final = {"SierraECG", "PhilipsECG"}
_SIERRA_VERSIONS: Final = {"1.03", "1.04", "1.04.01", "1.04.02"}
_BEAT: Final = "REPRESENTATIVE_BEAT"
_PULSE_S: Final = 0.1


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


def read_aecg(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Read HL7 aECG: every rhythm series, and every sequence set of it, is one recording."""
    root = parse_xml(source)
    slots = [
        (i, j)
        for i, series in enumerate(_rhythms(root))
        for j, _ in enumerate(series.findall("component/sequenceSet"))
    ]
    if not slots:
        raise unreadable("A document without a rhythm recording", source.label)
    people = people_in(root, "trialSubject")
    parser = "hl7_aecg:HL7aECGParser"
    if len(slots) == 1 and slots == [(0, 0)]:
        return noting_people(read_one(parser, "hl7_aecg", source, declared), people)
    trees = [_only(root, i, j) for i, j in slots]
    return noting_people(read_each(parser, "hl7_aecg", source, declared, trees), people)


def _rhythms(root: ET.Element) -> list[ET.Element]:
    return [s for s in root.findall("component/series") if _series_code(s) != _BEAT]


def _series_code(series: ET.Element) -> str:
    code = series.find("code")
    return "" if code is None else code.get("code", "").upper()


def _only(root: ET.Element, series_index: int, set_index: int) -> ET.Element:
    """Return a copy of a document with one sequence set of one rhythm series, no beats."""
    tree = copy.deepcopy(root)
    kept = _rhythms(tree)[series_index]
    for component in tree.findall("component"):
        if component.find("series") is not kept:
            tree.remove(component)
    for position, component in enumerate(
        [c for c in kept.findall("component") if c.find("sequenceSet") is not None]
    ):
        if position != set_index:
            kept.remove(component)
    for derived in kept.findall("derivation"):
        kept.remove(derived)
    return tree


def read_muse(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Read GE MUSE: every waveform of type rhythm is one recording."""
    root = parse_xml(source)
    waves = [w for w in root.findall("Waveform") if _wave_type(w) == "rhythm"]
    if not waves:
        raise unreadable("A document without a rhythm recording", source.label)
    trees = []
    _drop_empty_checksums(root)
    for index in range(len(waves)):
        tree = copy.deepcopy(root) if len(waves) > 1 else root
        mine = [w for w in tree.findall("Waveform") if _wave_type(w) == "rhythm"][index]
        for wave in tree.findall("Waveform"):
            if wave is not mine:
                tree.remove(wave)
        trees.append(tree)
    found = read_each("ge_muse_xml:GEMuseXMLParser", "ge_muse_xml", source, declared, trees)
    return noting_people(found, people_in(root, "PatientDemographics"))


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


def read_sierra(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Read Philips Sierra XML, plain or XLI compressed."""
    root = parse_xml(source)
    kind = (root.findtext("documentinfo/documenttype") or "").strip()
    version = (root.findtext("documentinfo/documentversion") or "").strip()
    if kind not in _SIERRA_TYPES or version not in _SIERRA_VERSIONS:
        raise unsupported(
            "A Philips document of another type or version than 1.03 to 1.04.02",
            "Export as Sierra ECG 1.03 or 1.04",
            source.label,
        )
    waves = next(root.iter("parsedwaveforms"), None)
    if waves is not None and len(waves.text or "") > limits()["bytes"]["compressed"]:
        raise too_large("A waveform of more than 8 MiB in one document", source.label)
    for beats in [w for w in root.iter("waveforms") if w.find("repbeats") is not None]:
        for found in beats.findall("repbeats"):
            beats.remove(found)
    name = "sierra_xml:SierraXMLParser"
    people = people_in(root, "generalpatientdata")
    recordings = read_each(name, "philips_sierra_xml", source, declared, [root])
    return noting_people([_noting_pulse(recording) for recording in recordings], people)


def _noting_pulse(recording: EcgRecording) -> EcgRecording:
    """Note the calibration pulse that Philips records after the ECG: one level in all leads.

    It is left in, as every reader leaves it; ``engine.ecg.calibration`` takes it for no beat.
    """
    signal = recording.signal
    level = np.ptp(signal.signal_mv, axis=0) == 0
    pulse = level & (np.abs(signal.signal_mv[0] - 1.0) < signal.resolution_uv[0] * 1e-3)
    if pulse.sum() < _PULSE_S * signal.sampling_rate_hz:
        return recording
    return EcgRecording(signal, recording.header.noting("calibration_pulse"))


def read_mortara(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Read Mortara (Hillrom) EL250 XML."""
    root = parse_xml(source)
    for cycle in root.findall("TYPICAL_CYCLE"):
        root.remove(cycle)
    people = people_in(root, "SUBJECT")
    parser = "mortara_el250:MortaraEL250Parser"
    return noting_people(read_each(parser, "mortara_xml", source, declared, [root]), people)
