"""A document leaves confirmed, agreed to and under a qualified identity, or not at all (H22)."""

import base64
import hashlib
import io
import zipfile

import pytest
from defusedxml.ElementTree import fromstring
from document_support import INS, PDF, RELIABLE, agree, asked, decided, patient
from laennec.engine.errors import NotConfirmed, NotPermitted
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.consents import ConsentMissing
from laennec.serving.documents.export import Leaving, export_document
from laennec.serving.documents.identity import IdentityNotQualified, read_identity
from laennec.serving.people import Person, Role

V3, RIM = "{urn:hl7-org:v3}", "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"


def test_a_draft_never_leaves(store, draft_id, clock):
    agree(store, clock)
    with pytest.raises(NotConfirmed):
        export_document(store, asked(draft_id), clock=clock)


def test_without_the_agreement_nothing_leaves(store, draft_id, clock):
    decided(store, draft_id, clock)
    with pytest.raises(ConsentMissing):
        export_document(store, asked(draft_id), clock=clock)
    agree(store, clock)
    assert export_document(store, asked(draft_id), clock=clock)
    clock.move(60)
    agree(store, clock, given=False)
    with pytest.raises(ConsentMissing):
        export_document(store, asked(draft_id), clock=clock)


@pytest.mark.parametrize(
    "changes",
    [
        {"extension": None},
        {"extension": [{"url": RELIABLE, "valueCoding": {"code": "PROV"}}]},
        {"identifier": [{"system": "urn:oid:1.2.250.1.213.1.4.8", "value": INS}]},
        {"identifier": [{"type": {"coding": [{"code": "PI"}]}, "value": "person-01"}]},
        {"name": None},
        {"name": [{"family": "A\x00B", "given": ["ANNE"]}]},
        {"name": [{"family": "HAUTE", "given": ["AN\u202eNE"]}]},
        {"birthDate": None},
        {"gender": "unknown"},
        {"resourceType": "Person"},
    ],
)
def test_an_identity_that_is_not_qualified_refuses_before_anything_is_released(
    store,
    draft_id,
    clock,
    changes,
):
    decided(store, draft_id, clock)
    agree(store, clock)
    before = verify(store).events
    with pytest.raises(IdentityNotQualified):
        export_document(
            store, asked(draft_id, leaving=Leaving(patient(**changes), "750000001")), clock=clock
        )
    assert verify(store).events == before


def test_the_person_of_another_report_is_refused():
    with pytest.raises(IdentityNotQualified, match="not the person of the report"):
        read_identity(patient(), "person-02")


def test_a_physician_without_a_national_number_signs_no_document(store, draft_id, clock):
    decided(store, draft_id, clock, by=Person("SITE:doctor-1", "Dr Local", Role.PHYSICIAN))
    agree(store, clock)
    before = verify(store).events
    with pytest.raises(NotPermitted, match="no RPPS number"):
        export_document(store, asked(draft_id), clock=clock)
    assert verify(store).events == before, "a release was recorded of what never left"


def test_the_package_holds_the_confirmed_report(store, draft_id, clock):
    decided(store, draft_id, clock)
    agree(store, clock)
    pages = []
    data = export_document(
        store, asked(draft_id, make=lambda page: pages.append(page) or PDF), clock=clock
    )
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    folder = "IHE_XDM/SUBSET01"
    assert archive.namelist() == [
        "README.TXT",
        "INDEX.HTM",
        f"{folder}/METADATA.XML",
        f"{folder}/DOC0001.XML",
    ]
    raw = archive.read(f"{folder}/DOC0001.XML")
    cda = fromstring(raw)
    body = cda.find(f"{V3}component/{V3}nonXMLBody/{V3}text")
    assert (body.get("mediaType"), body.get("representation")) == ("application/pdf", "B64")
    assert base64.b64decode(body.text) == PDF
    role = cda.find(f"{V3}recordTarget/{V3}patientRole")
    assert role.find(f"{V3}id").get("extension") == INS
    assert role.find(f"{V3}patient/{V3}name/{V3}family").text == "D'HAUTE & <FILS>"
    author = cda.find(f"{V3}author/{V3}assignedAuthor/{V3}id")
    assert author.get("extension") == "810001234567"
    metadata = fromstring(archive.read(f"{folder}/METADATA.XML"))
    entry = metadata.find(f".//{RIM}ExtrinsicObject")
    slots = {s.get("name"): s.find(f".//{RIM}Value").text for s in entry.findall(f"{RIM}Slot")}
    assert slots["hash"] == hashlib.sha1(raw, usedforsecurity=False).hexdigest()
    assert int(slots["size"]) == len(raw)
    number = cda.find(f"{V3}id").get("root")
    values = [e.get("value") for e in entry.findall(f"{RIM}ExternalIdentifier")]
    assert values[1] == number
    assert values[0].startswith(f"{INS}^^^&1.2.250.1.213.1.4.8&ISO")
    assert "Dr Martin" in pages[0]
    assert "brouillon" not in pages[0]
    assert verify(store).is_intact


def test_no_identity_is_kept_in_the_store(store, draft_id, clock):
    decided(store, draft_id, clock)
    agree(store, clock)
    export_document(store, asked(draft_id), clock=clock)
    with store.read() as connection:
        from laennec.serving.store.tables import metadata
        from sqlalchemy import select

        kept = [
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(select(table)).all()
        ]
    assert not any(INS in row or "HAUTE" in row for row in kept)


NUMBER = {"system": "urn:oid:1.2.250.1.213.1.4.8"}
OWN = {"type": {"coding": [{"code": "PI"}]}, "value": "person-01"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"identifier": [OWN, {**NUMBER, "value": "274037512345640"}]}, "key does not fit"),
        ({"identifier": [OWN, {**NUMBER, "value": "277076322082910"}]}, "another year or month"),
        ({"birthDate": "1975-03-02"}, "the age of the report"),
        ({"gender": "male"}, "another sex than that of the report"),
        ({"gender": "male"}, "a national number of another sex"),
        ({"birthDate": "mars"}, "no day"),
    ],
)
def test_an_identity_whose_traits_are_another_persons_leaves_nothing(
    store, draft_id, clock, changes, words
):
    """The local number agreed, and the report of one person left under another's identity."""
    decided(store, draft_id, clock)
    agree(store, clock)
    with pytest.raises(IdentityNotQualified, match=words):
        export_document(
            store, asked(draft_id, leaving=Leaving(patient(**changes), "750000001")), clock=clock
        )
    assert export_document(store, asked(draft_id), clock=clock)


OLD = {"period": {"end": "2020-01-01"}}
NAME = {"family": "ANCIEN", "given": ["ANNE"]}
LINK = [{"other": {"reference": "Patient/Z"}, "type": "replaced-by"}]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"active": False}, "not in use"),
        ({"link": LINK}, "linked to another one"),
        ({"deceasedDateTime": "2020-01-01"}, "died before the visit"),
        ({"deceasedBoolean": True}, "died before the visit"),
        ({"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]}, "modifierExtension"),
        ({"identifier": [OWN, {**NUMBER, "value": INS, **OLD}]}, "0 national identities in use"),
        (
            {"identifier": [OWN, {**NUMBER, "value": INS, "period": {"start": "2099"}}]},
            "0 national identities in use",
        ),
        ({"name": [{**NAME, "use": "old"}]}, "no name in use"),
        ({"name": [{**NAME, "use": "anonymous"}, {**NAME, "use": "nickname"}]}, "no name in use"),
        ({"name": [{**NAME, "use": "temp"}]}, "no name in use"),
        ({"name": [{**NAME, "use": ["official"]}]}, "no name in use"),
        ({"name": [{**NAME, "use": "official", **OLD}]}, "no name in use"),
    ],
)
def test_a_patient_that_is_not_valid_leaves_nothing(store, draft_id, clock, changes, words):
    """The bug it pins: a replaced, a dead and a renamed Patient each carried a report."""
    decided(store, draft_id, clock)
    agree(store, clock)
    with pytest.raises(IdentityNotQualified, match=words):
        export_document(
            store, asked(draft_id, leaving=Leaving(patient(**changes), "750000001")), clock=clock
        )


def test_an_old_name_beside_the_one_in_use_is_not_taken():
    read = read_identity(
        patient(name=[{**NAME, "use": "old"}, {"family": "DUPONT", "given": ["ANNE"]}]), "person-01"
    )
    assert read.family == "DUPONT"
