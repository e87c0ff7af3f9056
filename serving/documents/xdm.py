"""The IHE XDM package: one document with its registry metadata, in a zip for the mail module.

The metadata are those of ITI TF-3 4.2 in ebXML RIM 3.0, one DocumentEntry in one SubmissionSet.
"""

import hashlib
import io
import uuid
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring  # noqa: S405 - written, never read

from .cda import ReportDocument, moment
from .checks import checked_package
from .schema import require_schema
from .settings import document_settings

_FOLDER: Final = "IHE_XDM/SUBSET01"
_DOCUMENT: Final = "DOC0001.XML"
_RIM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0"
_LCM: Final = "urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0"
_HAS_MEMBER: Final = "urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember"
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)


def package(document: ReportDocument, cda: bytes, *, schema: Path | None = None) -> bytes:
    """Return the zip of a document; the same document gives the same bytes.

    Parameters
    ----------
    document : what the CDA was made of
    cda : as `cda.cda` made it
    schema : folder with the schema of the CDA, where the site supplies one

    Raises
    ------
    SchemaNotMet : the CDA does not meet it
    PackageBroken : the package does not hold what its metadata say
    """
    if schema is not None:
        require_schema(cda, schema)
    title = escape(document.title)
    index = (
        '<!DOCTYPE html>\n<html lang="fr"><head><meta charset="utf-8"/><title>XDM</title></head>'
        f'<body><p><a href="{_FOLDER}/{_DOCUMENT}">{title}</a></p></body></html>\n'
    )
    files = {
        "README.TXT": b"IHE XDM. One CDA R2 document, see IHE_XDM/SUBSET01. Made by Laennec.\r\n",
        "INDEX.HTM": index.encode(),
        f"{_FOLDER}/METADATA.XML": metadata(document, cda),
        f"{_FOLDER}/{_DOCUMENT}": cda,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), data, zipfile.ZIP_DEFLATED)
    return checked_package(buffer.getvalue())


def metadata(document: ReportDocument, cda: bytes) -> bytes:
    """Return METADATA.XML: one DocumentEntry and its SubmissionSet."""
    root = Element("lcm:SubmitObjectsRequest", {"xmlns:lcm": _LCM, "xmlns:rim": _RIM})
    objects = SubElement(root, "rim:RegistryObjectList")
    _entry(objects, document, cda)
    _submission(objects, document)
    member = {"associationType": _HAS_MEMBER, "sourceObject": "Set01", "targetObject": "Doc01"}
    linked = SubElement(objects, "rim:Association", {"id": "As01", **member})
    _slot(linked, "SubmissionSetStatus", ["Original"])
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="utf-8")


def _entry(objects: Element, document: ReportDocument, cda: bytes) -> None:
    xds, codes = document_settings()["xds"], document_settings()["metadata"]
    about = {"id": "Doc01", "mimeType": "text/xml", "objectType": xds["document"]}
    entry = SubElement(objects, "rim:ExtrinsicObject", about)
    at = _utc(document.report.released_at)
    slots = {
        "creationTime": at,
        "hash": hashlib.sha1(cda, usedforsecurity=False).hexdigest(),
        "languageCode": {"fr": "fr-FR", "en": "en-GB"}[document.lang],
        "serviceStartTime": _utc(str(document.report.document["performed_at"])),
        "serviceStopTime": _utc(str(document.report.document["performed_at"])),
        "size": str(len(cda)),
        "sourcePatientId": _patient(document),
        "URI": _DOCUMENT,
    }
    for name, value in slots.items():
        _slot(entry, name, [value])
    identity = document.identity
    birth = identity.birth_date.replace("-", "")
    names = f"PID-5|{identity.family}^{'^'.join(identity.given[:1])}"
    _slot(entry, "sourcePatientInfo", [names, f"PID-7|{birth}", f"PID-8|{identity.gender}"])
    _name(entry, document.title)
    _classified(entry, "Doc01", xds["author"], "")
    _author_slots(entry[-1], document)
    by_kind = document_settings()["kind"][document.kind]
    typed = {
        "code": by_kind["code"],
        "scheme": document_settings()["oid"]["loinc"],
        "name": by_kind["name"],
    }
    for kind in ("class", "confidentiality", "format", "facility", "practice", "type"):
        code = typed if kind == "type" else codes[kind]
        _classified(entry, "Doc01", xds[kind], code["code"])
        _slot(entry[-1], "codingScheme", [code["scheme"]])
        _name(entry[-1], code["name"])
    _external(
        entry, "Doc01", (xds["document_patient"], _patient(document), "XDSDocumentEntry.patientId")
    )
    _external(
        entry, "Doc01", (xds["document_unique"], document.number, "XDSDocumentEntry.uniqueId")
    )


def _submission(objects: Element, document: ReportDocument) -> None:
    xds, content = document_settings()["xds"], document_settings()["metadata"]["content"]
    package_ = SubElement(objects, "rim:RegistryPackage", {"id": "Set01"})
    _slot(package_, "submissionTime", [_utc(document.report.released_at)])
    _name(package_, document.title)
    _classified(package_, "Set01", xds["set_author"], "")
    _author_slots(package_[-1], document)
    _classified(package_, "Set01", xds["set_content"], content["code"])
    _slot(package_[-1], "codingScheme", [content["scheme"]])
    _name(package_[-1], content["name"])
    number = f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, document.number).int}"
    source = f"{document_settings()['oid']['finess']}.{document.finess}"
    for scheme, value, name in (
        (xds["set_patient"], _patient(document), "XDSSubmissionSet.patientId"),
        (xds["set_source"], source, "XDSSubmissionSet.sourceId"),
        (xds["set_unique"], number, "XDSSubmissionSet.uniqueId"),
    ):
        _external(package_, "Set01", (scheme, value, name))
    node = {"id": "Cl-Set01", "classifiedObject": "Set01", "classificationNode": xds["set_node"]}
    SubElement(objects, "rim:Classification", node)


def _author_slots(parent: Element, document: ReportDocument) -> None:
    number, name = document.physician
    rpps, finess = (document_settings()["oid"][key] for key in ("rpps", "finess"))
    person = f"{number}^{name}^^^^^^^&{rpps}&ISO^D^^^IDNPS"
    place = f"{document.organisation}^^^^^&{finess}&ISO^IDNST^^^{document.finess}"
    _slot(parent, "authorInstitution", [place])
    _slot(parent, "authorPerson", [person])


def _patient(document: ReportDocument) -> str:
    identity = document.identity
    return f"{identity.number}^^^&{identity.root}&ISO^NH"


def _utc(text: str) -> str:
    at = datetime.fromisoformat(text).astimezone(UTC).isoformat()
    return moment(at)[: len("20261103092000")]


def _slot(parent: Element, name: str, values: Iterable[str]) -> None:
    listed = SubElement(SubElement(parent, "rim:Slot", {"name": name}), "rim:ValueList")
    for value in values:
        SubElement(listed, "rim:Value").text = value


def _name(parent: Element, text: str) -> None:
    named = SubElement(parent, "rim:Name")
    SubElement(named, "rim:LocalizedString", {"charset": "UTF-8", "value": text})


def _classified(parent: Element, target: str, scheme: str, code: str) -> None:
    about = {"id": f"Cl-{target}-{len(parent)}", "classifiedObject": target}
    about |= {"classificationScheme": scheme, "nodeRepresentation": code}
    SubElement(parent, "rim:Classification", about)


def _external(parent: Element, target: str, said: tuple[str, str, str]) -> None:
    scheme, value, name = said
    about = {"id": f"Ei-{target}-{len(parent)}", "registryObject": target}
    about |= {"identificationScheme": scheme, "value": value}
    _name(SubElement(parent, "rim:ExternalIdentifier", about), name)
