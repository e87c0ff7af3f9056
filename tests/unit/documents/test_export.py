"""A document leaves confirmed, agreed to and under a qualified identity, or not at all (H22)."""

import base64
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest
from databases import store  # noqa: F401 - a fixture
from defusedxml.ElementTree import fromstring
from laennec.engine import load_guidelines, load_models
from laennec.engine.errors import NotConfirmed, NotPermitted
from laennec.serving.audit.verify import verify
from laennec.serving.decisions.confirm import decide
from laennec.serving.decisions.consents import ConsentMissing, Purpose, Said, record_consents
from laennec.serving.decisions.decisions import EVERY_UNDECIDED, Decision, DecisionRequest, Verdict
from laennec.serving.documents.export import Asked, export_document
from laennec.serving.documents.identity import IdentityNotQualified, read_identity
from laennec.serving.drafts.drafts import load_draft
from laennec.serving.http.pdf import as_pdf
from laennec.serving.people import Person, Role
from laennec.serving.screening import Engine, keep_visit, screen_visit
from store_support import MARTIN, NURSE, HandClock

VISIT = Path(__file__).parents[3] / "examples" / "visits" / "01-raised-risk.json"
RELIABLE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
V3, RIM = "{urn:hl7-org:v3}", "{urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0}"
INS = "277076322082910"
PDF = b"%PDF-1.4 made by a test"


@pytest.fixture(scope="module")
def engine():
    return Engine(load_models(), load_guidelines())


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def draft_id(store, engine, clock):  # noqa: F811 - the fixture above
    screened = screen_visit(VISIT.read_bytes(), engine, now=clock())
    return keep_visit(store, screened, "fr", clock=clock)


def patient(**changes):
    kind = {"coding": [{"code": "PI"}]}
    said = {
        "resourceType": "Patient",
        "extension": [{"url": RELIABLE, "valueCoding": {"code": "VALI"}}],
        "identifier": [
            {"type": kind, "system": "urn:laennec:person", "value": "person-01"},
            {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": INS},
        ],
        "name": [{"use": "official", "family": "D'HAUTE & <FILS>", "given": ["ANNE"]}],
        "birthDate": "1974-03-02",
        "gender": "female",
    }
    return json.dumps({k: v for k, v in {**said, **changes}.items() if v is not None}).encode()


def agree(store, clock, *, given=True):  # noqa: F811 - as above
    said = Said("person-01", {Purpose.MON_ESPACE_SANTE: given}, "2026-11")
    record_consents(store, said, actor=NURSE, clock=clock)


def confirm(store, draft_id, clock, by=MARTIN):  # noqa: F811 - as above
    every = Decision(EVERY_UNDECIDED, Verdict.CONFIRM)
    content_hash = load_draft(store, draft_id).content_hash
    request = DecisionRequest(draft_id, content_hash, (every,), None)
    decide(store, request, physician=by, clock=clock)


def asked(draft_id, identity=None, make=lambda _: PDF):
    return Asked(draft_id, identity or patient(), "750000001", "Service <Nord>", "fr", make)


def test_a_draft_never_leaves(store, draft_id, clock):  # noqa: F811 - as above
    agree(store, clock)
    with pytest.raises(NotConfirmed):
        export_document(store, asked(draft_id), clock=clock)


def test_without_the_agreement_nothing_leaves(store, draft_id, clock):  # noqa: F811 - as above
    confirm(store, draft_id, clock)
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
        {"birthDate": None},
        {"gender": "unknown"},
        {"resourceType": "Person"},
    ],
)
def test_an_identity_that_is_not_qualified_refuses_before_anything_is_released(
    store,  # noqa: F811 - as above
    draft_id,
    clock,
    changes,
):
    confirm(store, draft_id, clock)
    agree(store, clock)
    before = verify(store).events
    with pytest.raises(IdentityNotQualified):
        export_document(store, asked(draft_id, patient(**changes)), clock=clock)
    assert verify(store).events == before


def test_the_person_of_another_report_is_refused():
    with pytest.raises(IdentityNotQualified, match="not the person of the report"):
        read_identity(patient(), "person-02")


def test_a_physician_without_a_national_number_signs_no_document(store, draft_id, clock):  # noqa: F811
    confirm(store, draft_id, clock, by=Person("SITE:doctor-1", "Dr Local", Role.PHYSICIAN))
    agree(store, clock)
    with pytest.raises(NotPermitted, match="no RPPS number"):
        export_document(store, asked(draft_id), clock=clock)


def test_the_package_holds_the_confirmed_report(store, draft_id, clock):  # noqa: F811 - as above
    confirm(store, draft_id, clock)
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


def test_no_identity_is_kept_in_the_store(store, draft_id, clock):  # noqa: F811 - as above
    confirm(store, draft_id, clock)
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


def test_the_real_pdf_is_pdf_a(store, draft_id, clock):  # noqa: F811 - as above
    pytest.importorskip("weasyprint")
    confirm(store, draft_id, clock)
    agree(store, clock)
    made = []

    def make(page):
        made.append(as_pdf("pdf/a-1b")(page))
        return made[0]

    assert export_document(store, asked(draft_id, make=make), clock=clock)
    assert made[0].startswith(b"%PDF-1.4")
    assert b"pdfaid" in made[0]
