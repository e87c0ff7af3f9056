"""HL7 aECG through ecgdatakit: every sequence set of a rhythm series, with the leads that it names.

Source: HL7 V3 annotated ECG (PORT_MT020001) and its implementation guide of 2005.
"""

import copy
import math
import re
import xml.etree.ElementTree as ET  # noqa: S405 - types; parsing is in xml_tree
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from .agree import refuse_other_duration
from .births import stating_births
from .errors import incomplete, unreadable
from .kit import Cut, read_each
from .names import microvolt_per
from .people import noting_people, people_in
from .recording import Declared, EcgRecording
from .source import Source
from .stated import stating
from .xml_tree import number_of, parse_xml, stated_number

FORMAT: Final = "hl7_aecg"
_PARSER: Final = "hl7_aecg:HL7aECGParser"
_BEAT: Final = "REPRESENTATIVE_BEAT"
_LEAD: Final = "_ECG_LEAD_"
_IN_S: Final = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}
_MOMENT: Final = re.compile(r"(\d{14})(\.\d+)?(?:([+-])(\d\d)(\d\d))?")


def read(source: Source, declared: Declared) -> Sequence[EcgRecording]:
    """Return the recordings of every rhythm series; sequence sets of one time are joined."""
    root = parse_xml(source)
    cuts = [
        _cut(root, i, j, source.label)
        for i, series in enumerate(_rhythms(root))
        for j, _ in enumerate(series.findall("component/sequenceSet"))
    ]
    if not cuts:
        raise unreadable("A document without a rhythm recording", source.label)
    found = read_each(_PARSER, FORMAT, source, declared, cuts)
    born = [node.get("value", "") for node in root.iter("birthTime")]
    sexes = [node.get("code", "") for node in root.iter("administrativeGenderCode")]
    found = stating(stating_births(found, born), _day_of(root), "", sexes)
    return noting_people(found, people_in(root, "trialSubject"))


def _day_of(root: ET.Element) -> str:
    """Return when the document, or else its first series, says that it was recorded."""
    times = (node for node in root.iter("effectiveTime"))
    parts = (
        part for node in times for part in (node, *node.findall("low"), *node.findall("center"))
    )
    return next((text for part in parts if (text := part.get("value", "").strip())), "")


def _rhythms(root: ET.Element) -> list[ET.Element]:
    return [s for s in root.findall("component/series") if _code(s).upper() != _BEAT]


def _code(node: ET.Element) -> str:
    code = node.find("code")
    return "" if code is None else code.get("code", "").strip()


def _cut(root: ET.Element, series_index: int, set_index: int, where: str) -> Cut:
    """Return a copy of a document with one sequence set of one rhythm series, no beats."""
    tree = copy.deepcopy(root)
    rhythms = _rhythms(tree)
    kept = rhythms[series_index]
    for component in tree.findall("component"):
        if component.find("series") is not kept:
            tree.remove(component)
    sets = [c for c in kept.findall("component") if c.find("sequenceSet") is not None]
    for position, component in enumerate(sets):
        if position != set_index:
            kept.remove(component)
    for derived in kept.findall("derivation"):
        kept.remove(derived)
    mine = sets[set_index].findall("sequenceSet/component/sequence")
    clock = next((s for s in mine if _is_clock(s)), None)
    others = [s for s in mine if not _is_clock(s)]
    leads = [s for s in others if _may_be_lead(s)]
    for sequence in leads:
        _check_scale(sequence, where)
    rate_hz = _rate_hz(clock, where)
    if len(sets) == 1:
        _check_duration(kept, leads, rate_hz, where)
    names = tuple(_named(sequence, k, where) for k, sequence in enumerate(leads))
    notes = () if len(leads) == len(others) else ("not_ecg_skipped",)
    return Cut(tree, _start_s(clock, kept, alone=len(rhythms) == 1), names, notes)


def _is_clock(sequence: ET.Element) -> bool:
    return _code(sequence).upper().startswith("TIME_")


def _may_be_lead(sequence: ET.Element) -> bool:
    """Whether a sequence is a lead by its code, or by a voltage under a code of nobody's."""
    unit = _attribute(sequence, "value/scale", "unit")
    return bool(_known(_code(sequence))) or not unit or microvolt_per(unit) is not None


def _known(code: str) -> str:
    """Return the part of a code that names the lead, "" where it is no code of a lead."""
    return code.upper().partition(_LEAD)[2]


def _named(sequence: ET.Element, position: int, where: str) -> str:
    """Return the name of a lead whose code the library does not know, "" where it knows it.

    The library would drop the lead; it is given a code that it keeps.
    """
    written, code = _code(sequence), sequence.find("code")
    if code is None or not written.upper().removesuffix(_LEAD):
        raise incomplete("A lead without a code", "Export with the code of every lead", where)
    if _known(written):
        return ""
    code.set("code", f"MDC{_LEAD}X{position}")
    return written


def _check_scale(sequence: ET.Element, where: str) -> None:
    """Refuse a lead whose scale or origin is no number; the library would take 1 and 0 for it."""
    if sequence.find("value/scale") is None:
        return  # what the file does not state the caller may declare
    scale = stated_number(_attribute(sequence, "value/scale", "value"), "scale of a lead", where)
    if not scale:
        raise unreadable("A scale of a lead that is 0", where)
    origin = _attribute(sequence, "value/origin", "value")
    if origin:
        stated_number(origin, "origin of a lead", where)


def _rate_hz(clock: ET.Element | None, where: str) -> float:
    if clock is None:
        raise incomplete("No time sequence beside the leads", "Export with the time", where)
    step = number_of(_attribute(clock, "value/increment", "value"))
    unit = _IN_S.get(_attribute(clock, "value/increment", "unit"))
    if not step > 0 or unit is None:
        raise incomplete(
            "A time sequence without an increment in s, ms or us", "Export with the rate", where
        )
    return 1.0 / (step * unit)


def _attribute(node: ET.Element, path: str, name: str) -> str:
    found = node.find(path)
    return "" if found is None else found.get(name, "").strip()


def _check_duration(
    series: ET.Element, leads: Sequence[ET.Element], rate_hz: float, where: str
) -> None:
    """Refuse an increment that contradicts the time over which the series says it was taken."""
    low, high = (
        _moment_s(_attribute(series, f"effectiveTime/{end}", "value")) for end in ("low", "high")
    )
    counts = {len((s.findtext("value/digits") or "").split()) for s in leads}
    if low is None or high is None or high <= low or len(counts) != 1:
        return
    refuse_other_duration(counts.pop(), rate_hz, high - low, where)


def _start_s(clock: ET.Element | None, series: ET.Element, *, alone: bool) -> float | None:
    """Return when the samples start, in seconds on the clock of the document."""
    if clock is None:
        return None
    head = _attribute(clock, "value/head", "value")
    if _code(clock).upper() == "TIME_ABSOLUTE":
        return _moment_s(head)
    low = _moment_s(_attribute(series, "effectiveTime/low", "value"))
    base = 0.0 if low is None and alone else low
    unit = _IN_S.get(_attribute(clock, "value/head", "unit"))
    after = number_of(head)
    return base + after * unit if base is not None and unit and math.isfinite(after) else None


def _moment_s(text: str) -> float | None:
    """Return a time of HL7 in seconds; None where it lacks the second or is none."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    digits, fraction, sign, hours, minutes = found.groups()
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        zone = timezone(-ahead if sign == "-" else ahead)
        moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=zone if sign else UTC)
    except ValueError:
        return None
    return moment.timestamp() + float(fraction or 0)
