"""In the shadow mode nobody sees a finding, everybody is still called, and the two are compared."""

import pytest
from http_support import People, decide, problem, send, signed_in, visit


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


@pytest.fixture
def people(tmp_path, database_url):
    with People(tmp_path, database_url, shadow=True) as running:
        yield running


def judge(client, sent, **findings):
    return client.post(f"/v1/prediagnoses/{sent['id']}/judgement", json={"findings": findings})


def test_nobody_sees_a_finding_and_nobody_decides(people):
    """Hazard H6: what is not shown can't lead a physician."""
    sent = send(people.as_("software")).json()
    url = f"/v1/prediagnoses/{sent['id']}"
    assert "findings" not in sent
    martin = people.as_("martin")
    assert "findings" not in martin.get(url).json()
    for ending in ("html", "json", "txt"):
        problem(martin.get(f"{url}/report.{ending}"), 409, "shadow_mode")
    problem(decide(martin, sent), 409, "shadow_mode")
    page = signed_in(people).get(f"/review/{sent['id']}").text
    assert "Votre jugement" in page
    assert 'data-verdict="confirm"' not in page
    assert "sur 1000" not in page
    acts = [s["act"] for s in martin.get(url).json().get("history", [])]
    assert "see" not in acts


def test_an_urgent_item_still_calls_the_physician(people):
    """Hazard H1."""
    sent = send(people.as_("nurse"), visit("03-urgent")).json()
    assert sent["urgent"][0]["level"] == "U0"
    assert "Douleur thoracique" in signed_in(people).get(f"/review/{sent['id']}").text
    assert people.as_("martin").get("/v1/worklist").json()["reports"][0]["urgency"] == "U0"


def test_the_last_judgement_of_each_physician_is_compared_with_the_draft(people):
    martin, bernard = people.as_("martin"), people.as_("bernard")
    sent = send(people.as_("software")).json()
    assert judge(martin, sent, waist="absent").status_code == 200
    judge(martin, sent, waist="present")
    judge(bernard, sent, waist="absent", bmi="present")
    rows = {r["finding"]: r for r in martin.get("/v1/shadow").json()["findings"]}
    assert (rows["waist"]["n"], rows["waist"]["same"]) == (2, 1)
    assert rows["bmi"]["version"] == "guideline"
    small = people.as_("statistician").get("/v1/shadow").json()["findings"]
    assert {r["n"] for r in small} == {None}
    assert "Votre jugement est enregistré" in signed_in(people).get(f"/review/{sent['id']}").text


@pytest.mark.parametrize("findings", [{}, {"waist": "high"}, {"none": "present"}, {"waist": ""}])
def test_a_judgement_that_can_not_be_compared_is_refused(people, findings):
    sent = send(people.as_("software")).json()
    assert judge(people.as_("martin"), sent, **findings).status_code == 422


def test_only_a_physician_judges(people):
    sent = send(people.as_("software")).json()
    for name in ("nurse", "software", "statistician", "cardiologist"):
        problem(judge(people.as_(name), sent, waist="present"), 403, "wrong_role")
