"""Schiller EDI XML (SEMA, AT-10): the rhythm of a document.

Source: the format has no public description; read from an export of an AT-10P.
"""

import math
import xml.etree.ElementTree as ET  # noqa: S405 - types; parsing is in xml_tree
from collections.abc import Sequence
from datetime import date, datetime

from .assemble import assemble
from .births import with_birth
from .cardiosoft import comma_samples
from .errors import counted, damaged, unreadable, unsupported
from .people import noting_people, people_in
from .recording import Declared, EcgHeader, EcgRecording, Filters, sex_of
from .source import Source
from .stated import with_day, with_sex
from .stored import StoredLead, step_of
from .xml_tree import number_of, parse_xml, text_at

FORMAT = "schiller_xml"
ROOTS = ("com.xiriuz.sema.xml.schillerEDI.SchillerEDI", "SchillerEDI")
_RHYTHM = "ECG_RHYTHMS"
_NO_DATE = date(1970, 1, 1)  # what a device without a clock writes


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return every rhythm of the document; averaged beats are left out."""
    root = parse_xml(source)
    waves = [w for w in root.iter("wavedata") if text_at(w, "type").upper() == _RHYTHM]
    if not waves:
        raise unreadable("A document without a rhythm recording", source.label)
    header = _header(root, source)
    found = [assemble(_leads(wave, source.label), header, declared) for wave in waves]
    return noting_people(found, people_in(root, "patdata"))


def _leads(wave: ET.Element, where: str) -> list[StoredLead]:
    scale = wave.find("resolution")
    exponent = text_at(scale, "samplerate/exponent")
    if exponent not in ("", "1"):
        raise unsupported(
            "A sampling rate with an exponent other than 1",
            "Export with the rate in hertz",
            where,
        )
    rate = number_of(text_at(scale, "samplerate/value"))
    gain = number_of(text_at(scale, "yres/unitperbit"))
    step = step_of(gain, text_at(scale, "yres/units"))
    return [_lead(channel, (gain, step), rate, where) for channel in wave.findall("channel")]


def _lead(channel: ET.Element, scale: tuple[float, float], rate: float, where: str) -> StoredLead:
    gain, step = scale
    coding = text_at(channel, "datastype")
    if coding and coding != "COMMASEPARATE":
        raise unsupported(
            "Samples in another coding than numbers", "Export samples as numbers", where
        )
    samples = comma_samples(text_at(channel, "data"), where)
    count = number_of(text_at(channel, "samplecount"))
    if not math.isnan(count) and count != len(samples):
        raise damaged(f"{counted(len(samples), 'sample')} in a lead, {count:g} announced", where)
    return StoredLead(text_at(channel, "name"), samples, step, rate, gain)


def _header(root: ET.Element, source: Source) -> EcgHeader:
    person, exam = root.find("patdata"), root.find("examdescript")
    maker = root.find("examdescript/aquiringdevice/hardware")
    device = f"{text_at(maker, 'vendor')} {text_at(maker, 'model')}".strip()
    header = EcgHeader(
        format=FORMAT,
        record=source.stem or "record",
        patient_id=text_at(person, "id"),
        sex=sex_of(text_at(person, "gender")),
        birth_date=_day(text_at(person, "birthdate")),
        acquired_at=_moment(
            text_at(exam, "startdatetime/date"), text_at(exam, "startdatetime/time")
        ),
        device=device,
        filters=_filters(root),
    )
    header = with_sex(header, [text_at(person, "gender")])
    day, clock = (text_at(exam, f"startdatetime/{part}") for part in ("date", "time"))
    if _day(day) != _NO_DATE:
        header = with_day(header, day, clock)
    return with_birth(header, [text_at(person, "birthdate")])


def _filters(root: ET.Element) -> Filters:
    found = {
        text_at(node, "name"): number_of(text_at(node, "value"))
        for data in root.iter("filters_data")
        for node in data.findall("filter")
    }
    values = [
        found.get(name, math.nan)
        for name in ("HIGHPASS_CUTOFF_FREQ", "LOWPASS_CUTOFF_FREQ", "MAINS")
    ]
    return Filters(*(None if math.isnan(value) else value for value in values))


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - the file states no zone
    except ValueError:
        return None


def _moment(day: str, clock: str) -> datetime | None:
    try:
        moment = datetime.strptime(f"{day} {clock[:6]}", "%Y%m%d %H%M%S")  # noqa: DTZ007 - as above
    except ValueError:
        return None
    return None if moment.date() == _NO_DATE else moment
