"""Documents over HTTP: who may hand over what; a package leaves under a qualified identity only."""

import io
import json
import zipfile

import pytest
from document_support import patient
from http_support import decide, problem, send, signed_in
from laennec.serving.documents.checks import checked_package
from pdf_support import needs_weasyprint


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


@pytest.fixture
def sent(people):
    return send(people.as_("software")).json()


def agree(people, **answers):
    body = {"person_id": "person-01", "answers": answers}
    answer = people.as_("nurse").post("/v1/consents", json=body)
    assert answer.status_code == 200, answer.text


def at(sent, name):
    return f"/v1/prediagnoses/{sent['id']}/documents/{name}"


def body(**changes):
    return {
        "kind": "report",
        "patient": json.loads(patient()),
        "finess": "750000001",
        **changes,
    }


def test_a_draft_has_no_document(people, sent):
    for name in ("employee.html", "letter.html", "report.html"):
        problem(people.as_("martin").get(at(sent, name)), 409, "not_confirmed")


def test_the_page_for_the_person_is_handed_over_by_physician_and_nurse(people, sent):
    decide(people.as_("martin"), sent)
    for who in ("martin", "nurse"):
        answer = people.as_(who).get(at(sent, "employee.html"))
        assert answer.status_code == 200, answer.text
        assert "Cette page est à vous" in answer.text
        assert answer.headers["cache-control"] == "no-store"
    for who in ("software", "statistician", "administrator", "cardiologist"):
        problem(people.as_(who).get(at(sent, "employee.html")), 403, "wrong_role")
    english = people.as_("nurse").get(at(sent, "employee.html"), params={"lang": "en"})
    assert "This page is yours" in english.text


def test_letter_and_request_are_the_physicians(people, sent):
    decide(people.as_("martin"), sent)
    agree(people, specialist_advice=True)
    for name in ("letter.html", "advice.html?specialty=cardiologist", "report.html"):
        assert people.as_("martin").get(at(sent, name)).status_code == 200, name
        problem(people.as_("nurse").get(at(sent, name)), 403, "wrong_role")
    problem(people.as_("martin").get(at(sent, "advice.html")), 422, "not_permitted")


def test_without_agreement_no_specialist_is_asked(people, sent):
    decide(people.as_("martin"), sent)
    name = at(sent, "advice.html?specialty=cardiologist")
    problem(people.as_("martin").get(name), 403, "consent_missing")
    page = signed_in(people).get(
        f"/review/{sent['id']}/document/advice.html?specialty=cardiologist"
    )
    assert page.status_code == 403
    assert "n&#39;a pas donné son accord" in page.text


def test_a_package_leaves_under_a_qualified_identity_only(people, sent):
    needs_weasyprint()
    decide(people.as_("martin"), sent)
    url = f"/v1/prediagnoses/{sent['id']}/documents"
    martin = people.as_("martin")
    problem(martin.post(url, json=body()), 403, "consent_missing")
    agree(people, mon_espace_sante=True)
    answer = martin.post(url, json=body())
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert checked_package(answer.content)
    assert len(zipfile.ZipFile(io.BytesIO(answer.content)).namelist()) == 4
    wrong = json.loads(patient(gender="unknown"))
    problem(martin.post(url, json=body(patient=wrong)), 422, "identity_not_qualified")
    problem(martin.post(url, json=body(finess=None)), 422, "not_permitted")
    problem(martin.post(url, json=body(kind="employee")), 422, "request_unreadable")
    problem(people.as_("nurse").post(url, json=body()), 403, "wrong_role")


def test_the_review_page_leads_to_the_documents_once_decided(people, sent):
    browser = signed_in(people)
    assert "document/employee.html" not in browser.get(f"/review/{sent['id']}").text
    decide(people.as_("martin"), sent)
    page = browser.get(f"/review/{sent['id']}").text
    assert f"/review/{sent['id']}/document/employee.html?lang=fr" in page
    assert "specialty=ophthalmologist" in page
    shown = browser.get(f"/review/{sent['id']}/document/employee.html")
    assert "Ma visite de prévention" in shown.text
