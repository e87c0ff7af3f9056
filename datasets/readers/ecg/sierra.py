"""Philips Sierra XML through ecgdatakit: one rate, as many samples as it says, no guessed date."""

import base64
import re
import xml.etree.ElementTree as ET  # noqa: S405 - types; parsing is in xml_tree
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from .agree import refuse_other_duration, refuse_other_rate
from .births import stating_births
from .errors import too_large, unsupported
from .kit import Cut, read_each
from .people import noting_people, people_in
from .recording import Declared, EcgRecording
from .source import Source, limits
from .stated import stating
from .xml_tree import number_of, one_number, parse_xml

_SIERRA_TYPES: Final = {"SierraECG", "PhilipsECG"}
_SIERRA_VERSIONS: Final = {"1.03", "1.04", "1.04.01", "1.04.02"}
_PULSE_S: Final = 0.1
_MS_PER_S: Final = 1000.0
_XLI_HEAD: Final = 8
_SAMPLE_BYTES: Final = 2
_MONTHS: Final = 12
_SLASHED: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d+")


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
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
    _check_scale(root, waves, source.label)
    _check_times(root, waves, source.label)
    born = [node.text or "" for node in root.iter("dateofbirth")]
    _drop_unsure_birth_dates(root)
    for beats in [w for w in root.iter("waveforms") if w.find("repbeats") is not None]:
        for found in beats.findall("repbeats"):
            beats.remove(found)
    name = "sierra_xml:SierraXMLParser"
    people = people_in(root, "generalpatientdata")
    recordings = read_each(name, "philips_sierra_xml", source, declared, [Cut(root)])
    taken = next(root.iter("dataacquisition"), root)
    sexes = [node.text or "" for node in root.iter("sex")]
    recordings = stating(recordings, taken.get("date", ""), taken.get("time", ""), sexes)
    noted = [_noting_pulse(recording) for recording in stating_births(recordings, born)]
    return noting_people(noted, people)


def _noting_pulse(recording: EcgRecording) -> EcgRecording:
    """Note the calibration pulse that Philips records after the ECG: one level in all leads.

    It is left in, as every reader leaves it; ``engine.ecg.calibration`` takes it for no beat.
    """
    signal = recording.signal
    level = np.ptp(signal.signal_mv, axis=0) == 0
    pulse = level & (np.abs(signal.signal_mv[0] - 1.0) < signal.resolution_uv[0] * 1e-3)
    if pulse.sum() < _PULSE_S * signal.sampling_rate_hz:
        return recording
    return replace(recording, header=recording.header.noting("calibration_pulse"))


def _check_scale(root: ET.Element, waves: ET.Element | None, where: str) -> None:
    """Refuse two resolutions or zeros, and one that is no number, for which 0 would be taken."""
    own = {} if waves is None else waves.attrib
    steps = [own.get("resolution", ""), *_texts(root, "resolution", "signalresolution")]
    zeros = [own.get("signaloffset", ""), *_texts(root, "signaloffset")]
    one_number(steps, "resolution", where)
    one_number(zeros, "signaloffset", where)


def _texts(root: ET.Element, *tags: str) -> list[str]:
    """Return what these elements of the signal's description say."""
    described = root.iter("signalcharacteristics")
    return [n.text or "" for node in described for tag in tags for n in node.iter(tag)]


def _check_times(root: ET.Element, waves: ET.Element | None, where: str) -> None:
    """Refuse two rates, and more samples than the announced rate and time give."""
    if waves is None:
        return
    own_hz = one_number([waves.get("samplespersecond", "")], "sampling rate", where)
    signal_hz = one_number(_texts(root, "samplingrate")[:1], "sampling rate", where)
    if own_hz > 0 and signal_hz > 0:
        refuse_other_rate(own_hz, signal_hz, where)
    rate_hz = own_hz if own_hz > 0 else signal_hz
    if rate_hz > 0 and not rate_hz.is_integer():  # the library would count samples at another rate
        found = f"A sampling rate of {rate_hz:g} Hz in a Philips document"
        raise unsupported(found, "Export at a whole rate, or as WFDB", where)
    stated_s = number_of(waves.get("durationperchannel", "")) / _MS_PER_S
    count = _count(waves, number_of(waves.get("numberofleads", "")))
    if count and rate_hz > 0 and stated_s > 0:
        refuse_other_duration(count, rate_hz, stated_s, where)


def _count(waves: ET.Element, n_leads: float) -> int:
    """Return how many samples of a lead are stored; 0 where that can't be told beforehand."""
    text, is_packed = waves.text or "", "XLI" in waves.attrib.values()
    if waves.get("dataencoding") == "Plain":
        return int(len(text.replace(",", " ").split()) / n_leads) if n_leads > 0 else 0
    try:
        raw = base64.b64decode("".join(text.split()))
        if not is_packed:
            return int(len(raw) / _SAMPLE_BYTES / n_leads) if n_leads > 0 else 0
        from ecgdatakit.parsing.codecs.xli import xli_decode  # noqa: PLC0415 - at first use

        first = int.from_bytes(raw[:4], "little")
        return max((len(row) for row in xli_decode(raw[: _XLI_HEAD + first])), default=0)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - hostile bytes fail anywhere; the reader says what is wrong
        return 0


def _drop_unsure_birth_dates(root: ET.Element) -> None:
    """Take out dates of birth such as 02/01/1960, which are read in two ways; none is guessed."""
    for node in root.iter("dateofbirth"):
        found = _SLASHED.fullmatch((node.text or "").strip())
        if found and found[1] != found[2] and max(int(found[1]), int(found[2])) <= _MONTHS:
            node.text = ""
