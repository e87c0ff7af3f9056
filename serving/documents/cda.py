"""CDA R2 level 1: a header, and the PDF of the confirmed report as its body."""

import base64
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring  # noqa: S405 - written, never read

from ...engine.errors import NotPermitted
from ..drafts.decision_words import FindingDecision
from ..drafts.reports import ConfirmedReport
from .identity import QualifiedIdentity
from .settings import document_settings

_SPACE: Final = uuid.UUID("2b0d6c1c-98a7-5d0a-8f1e-7f2f6b1d9c10")
_SCHEME: Final = "RPPS"


@dataclass(frozen=True, slots=True)
class ReportDocument:
    """A confirmed report on its way out.

    Parameters
    ----------
    report : released; its type proves that a physician decided it
    identity : qualified
    finess, organisation : number and name of the service that keeps it
    title : in the reader's language
    pdf : the document
    lang : fr or en
    kind : report, advice or letter; a table of ``settings.toml``
    variant : what tells two documents of one kind and report apart
    """

    report: ConfirmedReport
    identity: QualifiedIdentity
    finess: str
    organisation: str
    title: str
    pdf: bytes = field(repr=False)
    lang: str
    kind: str = "report"
    variant: str = ""

    @property
    def number(self) -> str:
        """Return its own number: an object identifier made of the report and its content."""
        name = f"{self.report.draft_id}/{self.report.content_hash}"
        if self.kind != "report":
            name += f"/{self.kind}/{self.variant}"
        return f"2.25.{uuid.uuid5(_SPACE, name).int}"

    @property
    def physician(self) -> tuple[str, str]:
        """Return who signs: as `signing_physician`."""
        return signing_physician(self.report.decisions)


def signing_physician(decisions: Iterable[FindingDecision]) -> tuple[str, str]:
    """Return the national number and the name of the physician who decided last.

    Raises
    ------
    NotPermitted : no RPPS number
    """
    last = max(decisions, key=lambda decision: decision.decided_at)
    scheme, _, number = last.physician_id.partition(":")
    if scheme != _SCHEME:
        raise NotPermitted(
            found="a report whose physician has no RPPS number",
            why="a document that leaves is signed for by a physician whom everybody can find",
            remedy="Write the physician in the site file as RPPS:number",
            path="people",
        )
    return document_settings()["document"]["rpps_prefix"] + number, last.physician_name


def moment(text: str) -> str:
    """Return a moment as CDA writes it.

    >>> moment("2026-11-03T09:20:00+01:00")
    '20261103092000+0100'
    """
    return datetime.fromisoformat(text).strftime("%Y%m%d%H%M%S%z")


def cda(document: ReportDocument) -> bytes:
    """Return the CDA of a confirmed report.

    Parameters
    ----------
    document : with its PDF

    Raises
    ------
    NotPermitted : as `signing_physician`
    """
    codes, oid = document_settings()["kind"][document.kind], document_settings()["oid"]
    at = moment(document.report.released_at)
    root = Element("ClinicalDocument", {"xmlns": "urn:hl7-org:v3"})
    _leaf(root, "realmCode", code="FR")
    _leaf(root, "typeId", root=oid["type_id"], extension="POCD_HD000040")
    _leaf(root, "id", root=document.number)
    _leaf(root, "code", code=codes["code"], codeSystem=oid["loinc"], displayName=codes["display"])
    SubElement(root, "title").text = document.title
    _leaf(root, "effectiveTime", value=at)
    _leaf(root, "confidentialityCode", code="N", codeSystem=oid["confidentiality"])
    _leaf(root, "languageCode", code={"fr": "fr-FR", "en": "en-GB"}[document.lang])
    _leaf(root, "setId", root=document.number)
    _leaf(root, "versionNumber", value=str(document.report.version))
    _record_target(root, document.identity)
    _author(root, document, at)
    _custodian(root, document)
    _authenticator(root, document, at)
    _body(root, document)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8")


def _leaf(parent: Element, name: str, **attributes: str) -> Element:
    return SubElement(parent, name, attributes)


def _record_target(root: Element, identity: QualifiedIdentity) -> None:
    role = SubElement(SubElement(root, "recordTarget"), "patientRole")
    _leaf(role, "id", root=identity.root, extension=identity.number)
    _leaf(role, "addr", nullFlavor="NASK")
    _leaf(role, "telecom", nullFlavor="NASK")
    patient = SubElement(role, "patient")
    name = SubElement(patient, "name")
    for given in identity.given:
        SubElement(name, "given").text = given
    SubElement(name, "family").text = identity.family
    gender = document_settings()["oid"]["gender"]
    _leaf(patient, "administrativeGenderCode", code=identity.gender, codeSystem=gender)
    _leaf(patient, "birthTime", value=identity.birth_date.replace("-", ""))


def _author(root: Element, document: ReportDocument, at: str) -> None:
    author = SubElement(root, "author")
    _leaf(author, "time", value=at)
    _physician(SubElement(author, "assignedAuthor"), document)


def _physician(assigned: Element, document: ReportDocument) -> None:
    number, name = document.physician
    _leaf(assigned, "id", root=document_settings()["oid"]["rpps"], extension=number)
    _leaf(assigned, "addr", nullFlavor="NASK")
    _leaf(assigned, "telecom", nullFlavor="NASK")
    SubElement(SubElement(assigned, "assignedPerson"), "name").text = name
    _organisation(SubElement(assigned, "representedOrganization"), document)


def _organisation(parent: Element, document: ReportDocument) -> None:
    _leaf(parent, "id", root=document_settings()["oid"]["finess"], extension=document.finess)
    SubElement(parent, "name").text = document.organisation


def _custodian(root: Element, document: ReportDocument) -> None:
    assigned = SubElement(SubElement(root, "custodian"), "assignedCustodian")
    _organisation(SubElement(assigned, "representedCustodianOrganization"), document)


def _authenticator(root: Element, document: ReportDocument, at: str) -> None:
    signed = SubElement(root, "legalAuthenticator")
    _leaf(signed, "time", value=at)
    _leaf(signed, "signatureCode", code="S")
    _physician(SubElement(signed, "assignedEntity"), document)


def _body(root: Element, document: ReportDocument) -> None:
    body = SubElement(SubElement(root, "component"), "nonXMLBody")
    attributes: Mapping[str, str] = {"mediaType": "application/pdf", "representation": "B64"}
    SubElement(body, "text", dict(attributes)).text = base64.b64encode(document.pdf).decode()
