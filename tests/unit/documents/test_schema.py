"""The CDA against a schema that a site supplies: a small one here; HL7's is not shipped."""

import pytest
from document_support import agree, asked, decided, patient
from laennec.engine.errors import DataError
from laennec.serving.audit.verify import verify
from laennec.serving.documents.export import Leaving, export_document
from laennec.serving.documents.schema import SchemaNotMet, require_schema
from laennec.serving.http.problems import ExtraMissing

pytest.importorskip("xmlschema")
SCHEMA = """<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:hl7-org:v3"
  targetNamespace="urn:hl7-org:v3" elementFormDefault="qualified">
  <xs:include schemaLocation="parts/header.xsd"/>
  <xs:element name="ClinicalDocument" type="Document"/>
</xs:schema>
"""
HEADER = """<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:hl7-org:v3"
  targetNamespace="urn:hl7-org:v3" elementFormDefault="qualified">
  <xs:complexType name="Document">
    <xs:sequence>
      <xs:element name="realmCode"><xs:complexType><xs:attribute name="code" type="Realm"/>
      </xs:complexType></xs:element>
      <xs:element name="typeId"><xs:complexType><xs:attribute name="root"/>
        <xs:attribute name="extension"/></xs:complexType></xs:element>
      <xs:any minOccurs="0" maxOccurs="unbounded" processContents="skip"/>
    </xs:sequence>
  </xs:complexType>
  <xs:simpleType name="Realm"><xs:restriction base="xs:string">
    <xs:enumeration value="FR"/></xs:restriction></xs:simpleType>
</xs:schema>
"""


@pytest.fixture
def folder(tmp_path):
    parts = tmp_path / "cda" / "infrastructure" / "parts"
    parts.mkdir(parents=True)
    (parts.parent / "CDA.xsd").write_text(SCHEMA, encoding="utf-8")
    (parts / "header.xsd").write_text(HEADER, encoding="utf-8")
    return tmp_path / "cda"


def package(store, draft_id, clock, schema):
    what = asked(draft_id, leaving=Leaving(patient(), "750000001", schema))
    return export_document(store, what, clock=clock)


def test_a_document_that_meets_the_schema_leaves(store, draft_id, clock, folder):
    decided(store, draft_id, clock)
    agree(store, clock)
    assert package(store, draft_id, clock, folder)
    assert package(store, draft_id, clock, folder / "infrastructure" / "CDA.xsd")


def test_one_that_does_not_is_refused_in_four_parts_without_a_value(store, draft_id, clock, folder):
    header = folder / "infrastructure" / "parts" / "header.xsd"
    header.write_text(HEADER.replace('name="typeId"', 'name="title"'), encoding="utf-8")
    decided(store, draft_id, clock)
    agree(store, clock)
    with pytest.raises(SchemaNotMet) as caught:
        package(store, draft_id, clock, folder)
    said = caught.value.as_dict()
    assert "ClinicalDocument" in said["found"]
    assert "typeId" in said["found"]
    assert all(said[part] for part in ("found", "why", "remedy"))
    assert "HAUTE" not in str(caught.value)
    assert verify(store).is_intact


def test_a_wrong_value_is_named_by_its_place(folder):
    inside = b'<realmCode code="SECRET"/><typeId/>'
    cda = b'<ClinicalDocument xmlns="urn:hl7-org:v3">%s</ClinicalDocument>' % inside
    with pytest.raises(SchemaNotMet, match="realmCode") as caught:
        require_schema(cda, folder)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: (folder / "infrastructure" / "CDA.xsd").unlink(), "0 files CDA.xsd"),
        (lambda folder: (folder / "CDA.xsd").write_text(SCHEMA), "2 files CDA.xsd"),
        (
            lambda folder: (folder / "infrastructure" / "CDA.xsd").write_text("no schema"),
            "a schema that can't be read",
        ),
        (
            lambda folder: (folder / "infrastructure" / "parts" / "header.xsd").unlink(),
            "a schema that can't be read",
        ),
    ],
    ids=["none", "several", "no XML", "a part is missing"],
)
def test_a_schema_that_can_not_be_used_is_said(folder, make, words):
    make(folder)
    with pytest.raises(DataError, match=words):
        require_schema(b"<ClinicalDocument/>", folder)


def test_without_the_package_it_is_said_and_nothing_leaves_unchecked(folder, monkeypatch):
    monkeypatch.setattr("laennec.serving.documents.schema.find_spec", lambda _: None)
    with pytest.raises(ExtraMissing, match="xmlschema is not installed"):
        require_schema(b"<ClinicalDocument/>", folder)
