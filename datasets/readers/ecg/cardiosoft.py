"""GE CardioSoft (and CASE) XML: the resting ECG of a document.

Source: the format has no public description; read from exports of CardioSoft 6.7.
"""

import math
import xml.etree.ElementTree as ET  # noqa: S405 - types; parsing is in xml_tree
from collections.abc import Sequence
from datetime import date, datetime

import numpy as np

from .assemble import assemble
from .births import with_birth
from .errors import counted, damaged, unreadable
from .names import microvolt_per
from .people import noting_people, people_in
from .recording import Declared, EcgHeader, EcgRecording, Filters, sex_of
from .source import Source
from .stated import with_age, with_day, with_sex
from .stored import StoredLead
from .xml_tree import number_of, parse_xml, text_at

FORMAT = "ge_cardiosoft_xml"
ROOTS = ("CardiologyXML", "sapphire")
_PER_LSB = "perlsb"


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return every strip that the document reports; a full disclosure beside them is left out."""
    root = parse_xml(source)
    strips = root.findall("StripData")
    if not strips:
        raise unreadable("A document without a resting ECG", source.label)
    has_more = next(root.iter("FullDisclosureData"), None) is not None
    notes = ("full_disclosure_skipped",) if has_more else ()
    header = _header(root, source, notes)
    recordings = [assemble(_leads(s, source.label), header, declared) for s in strips]
    return noting_people(recordings, people_in(root, "PatientInfo"))


def _leads(strip: ET.Element, where: str) -> list[StoredLead]:
    rate = strip.find("SampleRate")
    rate_hz = _in_unit(rate, {"hz": 1.0})
    step_uv = _resolution(strip.find("Resolution"))
    gain = number_of(text_at(strip, "Resolution"))
    count = number_of(text_at(strip, "ChannelSampleCountTotal"))
    leads = []
    for node in strip.findall("WaveformData"):
        samples = comma_samples(node.text or "", where)
        if not math.isnan(count) and len(samples) != count:
            raise damaged(
                f"{counted(len(samples), 'sample')} in a lead, {count:g} announced", where
            )
        leads.append(StoredLead(node.get("lead", ""), samples, step_uv, rate_hz, gain))
    return leads


def comma_samples(text: str, where: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return numbers separated by commas or white space."""
    parts = text.replace(",", " ").split()
    try:
        return np.array(parts, dtype=np.float64)
    except ValueError:
        raise unreadable("A sample that is no number", where) from None


def _in_unit(node: ET.Element | None, factors: dict[str, float]) -> float:
    """Return a number in the unit that its attribute states; NaN where either is absent."""
    if node is None:
        return math.nan
    return number_of((node.text or "").strip()) * factors.get(
        node.get("units", "").strip().lower(), math.nan
    )


def _resolution(node: ET.Element | None) -> float:
    """Return microvolt per step of ``<Resolution units="uVperLsb">``; NaN where absent."""
    if node is None:
        return math.nan
    unit = node.get("units", "").strip().lower()
    factor = microvolt_per(unit.removesuffix(_PER_LSB)) if unit.endswith(_PER_LSB) else None
    return math.nan if factor is None else number_of((node.text or "").strip()) * factor


def _header(root: ET.Element, source: Source, notes: tuple[str, ...]) -> EcgHeader:
    person = root.find("PatientInfo")
    age = None if person is None else person.find("Age")
    born = None if person is None else person.find("BirthDateTime")
    header = EcgHeader(
        format=FORMAT,
        record=source.stem or "record",
        patient_id=text_at(person, "PID"),
        sex=sex_of(text_at(person, "Gender")),
        birth_date=_day(born),
        acquired_at=_moment(root.find("ObservationDateTime")),
        device=text_at(root, "ClinicalInfo/DeviceInfo/Desc"),
        filters=_filters(root.find("FilterSetting")),
        notes=notes,
    )
    if text_at(person, "PaceMaker").strip().lower() == "yes":
        header = header.noting("pacemaker_stated")
    header = with_sex(header, [text_at(person, "Gender")])
    header = with_age(header, text_at(person, "Age"), "" if age is None else age.get("units", ""))
    taken = root.find("ObservationDateTime")
    day, clock = (
        mark.join(text_at(taken, tag) for tag in tags)
        for mark, tags in ((" ", ("Day", "Month", "Year")), (":", ("Hour", "Minute", "Second")))
    )
    header = with_day(header, day, clock)
    parts = (text_at(born, tag) for tag in ("Year", "Month"))
    return with_birth(header, ["-".join(part for part in parts if part.strip("0 "))])


def _filters(node: ET.Element | None) -> Filters:
    mains = [f for f in (50, 60) if text_at(node, f"Filter{f}Hz").lower() == "yes"]
    low, high = (number_of(text_at(node, tag)) for tag in ("LowPass", "HighPass"))
    return Filters(
        high_pass_hz=None if math.isnan(high) else high,
        low_pass_hz=None if math.isnan(low) else low,
        notch_hz=float(mains[0]) if len(mains) == 1 else None,
    )


def _day(node: ET.Element | None) -> date | None:
    try:
        return date(*(int(text_at(node, tag)) for tag in ("Year", "Month", "Day")))
    except ValueError:
        return None


def _moment(node: ET.Element | None) -> datetime | None:
    tags = ("Year", "Month", "Day", "Hour", "Minute", "Second")
    try:
        year, month, day, hour, minute, second = (int(text_at(node, tag)) for tag in tags)
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the file states no zone
    except ValueError:
        return None
