"""The CDA has what HL7's schema asks for, in its order: as read there, without its file at hand.

The types were read in a public copy of POCD_MT000040.xsd (Health Level Seven, 2002-2005); its
licence lets it be used and passed on under conditions. Listed are the elements that we may write;
those with an exclamation mark must be there. Datatypes and vocabularies are not compared.
"""

import io
import re
import zipfile

import pytest
from defusedxml.ElementTree import fromstring
from document_support import agree, asked, decided
from laennec.serving.decisions.consents import Purpose
from laennec.serving.documents.export import Kind, export_document
from laennec.serving.people import Specialty

V3 = "{urn:hl7-org:v3}"
ORDER = {
    "ClinicalDocument": "realmCode typeId! templateId id! code! title effectiveTime! "
    "confidentialityCode! languageCode setId versionNumber copyTime recordTarget! author! "
    "dataEnterer informant custodian! informationRecipient legalAuthenticator authenticator "
    "participant inFulfillmentOf documentationOf relatedDocument authorization componentOf "
    "component!",
    "recordTarget": "patientRole!",
    "patientRole": "id! addr telecom patient providerOrganization",
    "patient": "id name administrativeGenderCode birthTime",
    "author": "functionCode time! assignedAuthor!",
    "assignedAuthor": "id! code addr telecom assignedPerson representedOrganization",
    "assignedPerson": "name",
    "representedOrganization": "id name telecom addr",
    "custodian": "assignedCustodian!",
    "assignedCustodian": "representedCustodianOrganization!",
    "representedCustodianOrganization": "id! name telecom addr",
    "legalAuthenticator": "time! signatureCode! assignedEntity!",
    "assignedEntity": "id! code addr telecom assignedPerson representedOrganization",
    "component": "nonXMLBody!",
    "nonXMLBody": "text! confidentialityCode languageCode",
}
LEAVES = {"given", "family"}
TIME = re.compile(r"[0-9]{1,8}|[0-9]{9,14}([+-][0-9]{1,4})?")
OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))*")


def checked(element):
    """Names of what was compared, below an element; each in the order of the schema."""
    name = element.tag.removeprefix(V3)
    children = [child.tag.removeprefix(V3) for child in element]
    if children and not set(children) <= LEAVES:
        listed = [one.rstrip("!") for one in ORDER[name].split()]
        places = [listed.index(child) for child in children]
        assert places == sorted(places), (name, children)
        needed = {one.rstrip("!") for one in ORDER[name].split() if one.endswith("!")}
        assert needed <= set(children), name
    yield name
    for child in element:
        yield from checked(child)


@pytest.mark.parametrize("kind", [Kind.REPORT, Kind.LETTER, Kind.ADVICE])
def test_every_element_stands_where_the_schema_has_it(store, draft_id, clock, kind):
    decided(store, draft_id, clock)
    agree(store, clock)
    agree(store, clock, Purpose.SPECIALIST_ADVICE)
    what = asked(draft_id, kind, "xdm", specialty=Specialty.CARDIOLOGIST)
    archive = zipfile.ZipFile(io.BytesIO(export_document(store, what, clock=clock)))
    root = fromstring(archive.read("IHE_XDM/SUBSET01/DOC0001.XML"))
    assert set(ORDER) <= set(checked(root)), "every type of the table was met"
    for one in root.iter():
        if one.tag in {f"{V3}time", f"{V3}effectiveTime", f"{V3}birthTime"}:
            assert TIME.fullmatch(one.get("value")), one.tag
        if one.get("root") is not None:
            assert OID.fullmatch(one.get("root")), one.tag
    assert root.find(f"{V3}typeId").get("root") == "2.16.840.1.113883.1.3"
