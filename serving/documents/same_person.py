"""Whether the metadata of a package and the CDA in it name one person, and one document.

Source: IHE ITI TF-3 4.2.3.2 (patientId, sourcePatientId, sourcePatientInfo, uniqueId).
"""

from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError  # noqa: S405 - read by defusedxml below

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from .metadata_in import identifier, slot, slot_values

V3: Final = "{urn:hl7-org:v3}"
_DAY: Final = len("20261103")


def other_person(entry: Element, document: bytes) -> Iterator[str]:
    """Yield in words where the metadata of a document and its CDA name different people.

    Parameters
    ----------
    entry : the ``ExtrinsicObject`` of the metadata
    document : what it is about
    """
    try:
        cda = fromstring(document)
    except (ParseError, DefusedXmlException, ValueError):
        cda = None
    role = None if cda is None else cda.find(f"{V3}recordTarget/{V3}patientRole")
    if cda is None or role is None:
        yield "a document that is no CDA of a person, so that its metadata can't be compared"
        return
    numbers = {(one.get("root", ""), one.get("extension", "")) for one in role.findall(f"{V3}id")}
    said = [identifier(entry, "XDSDocumentEntry.patientId"), slot(entry, "sourcePatientId")]
    if any(_number(one) not in numbers for one in said):
        yield "a document of another number of a person than its metadata say"
    yield from _other_traits(dict(_parts(entry)), role)
    own = cda.find(f"{V3}id")
    known = set() if own is None else {own.get("root", ""), _dotted(own)}
    if identifier(entry, "XDSDocumentEntry.uniqueId") not in known:
        yield "a document of another number than its metadata say"


def _other_traits(said: dict[str, str], role: Element) -> Iterator[str]:
    patient = role.find(f"{V3}patient")
    names = [] if patient is None else patient.findall(f"{V3}name")
    family, given, *_ = [*said.get("PID-5", "").split("^"), "", ""]
    if not any(
        _same(family, name.findall(f"{V3}family")) and _same(given, name.findall(f"{V3}given"))
        for name in names
    ):
        yield "a document of another name than its metadata say"
    born = role.find(f"{V3}patient/{V3}birthTime")
    if not _is(said.get("PID-7", "")[:_DAY], "" if born is None else born.get("value", "")[:_DAY]):
        yield "a document of another birth date than its metadata say"
    sex = role.find(f"{V3}patient/{V3}administrativeGenderCode")
    if not _is(said.get("PID-8", ""), "" if sex is None else sex.get("code", "")):
        yield "a document of another sex than its metadata say"


def _parts(entry: Element) -> Iterator[tuple[str, str]]:
    for value in slot_values(entry, "sourcePatientInfo"):
        key, _, rest = value.partition("|")
        yield key, rest


def _same(said: str, written: list[Element]) -> bool:
    """Say whether a name is one of those written; case is no part of a name in either."""
    return any(_is(said.casefold(), (one.text or "").strip().casefold()) for one in written)


def _is(said: str, written: str) -> bool:
    return bool(said) and said == written


def _number(cx: str) -> tuple[str, str]:
    """Return authority and number of an HL7 identifier (``number^^^&authority&ISO^NH``)."""
    number, _, rest = cx.partition("^^^")
    _, root, *_ = [*rest.partition("^")[0].split("&"), ""]
    return root, number


def _dotted(own: Element) -> str:
    return f"{own.get('root', '')}^{own.get('extension', '')}"
