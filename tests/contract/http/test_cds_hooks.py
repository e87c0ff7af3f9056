"""CDS Hooks 2.0, as the flow of the public sandbox has it, and what a card never does."""

import json

import pytest
from cds_client import KEY, ROW, Sandbox, only_card, overridden, steps_of
from http_support import problem
from joserfc.jwk import KeySet
from laennec.engine.errors import DataError
from laennec.serving.audit.verify import verify
from laennec.serving.cds_hooks.cards import card_uuid, draft_of_card
from laennec.serving.drafts.drafts import NoSuchReport
from laennec.serving.site import load_site
from smart_support import smart_service

MOST = 140


class TestSmartLinks:
    @pytest.fixture
    def running(self, tmp_path):
        with smart_service(tmp_path, beside=ROW + "smart = true\n") as (_, people):
            keys = KeySet([KEY]).as_dict(private=False)
            (people.site / "cds.jwks.json").write_text(json.dumps(keys), encoding="utf-8")
            yield people

    def test_a_card_of_software_that_launches_leads_by_a_launch(self, running, sandbox):
        card = only_card(sandbox.call("visit-measured"))
        (link,) = card["links"]
        assert link["type"] == "smart"
        assert link["url"] == f"{running.address}/smart/launch"
        assert link["appContext"] == draft_of_card(card["uuid"])
        assert only_card(sandbox.call("patient-view"))["links"] == [link]


def test_the_flow_of_the_sandbox(running, sandbox):
    services = sandbox.services
    assert set(services) == {"visit-measured", "patient-view"}
    assert all(
        {"hook", "title", "description", "id", "prefetch"} == set(s) for s in services.values()
    )
    card = only_card(sandbox.call("visit-measured"))
    assert {"summary", "indicator", "source"} <= set(card)
    assert card["indicator"] == "warning"
    assert len(card["summary"]) < MOST
    assert card["source"]["label"] == "Laennec"
    assert {r["code"] for r in card["overrideReasons"]} >= {"already-known", "other"}
    assert card["links"][0]["url"].startswith(f"{running.address}/review/")
    again = only_card(sandbox.call("patient-view"))
    assert again["uuid"] == card["uuid"]
    answer = sandbox.feed_back(overridden(card["uuid"]))
    assert answer.json() == {"kept": 1, "known": 0}
    state, kept = steps_of(running, card)
    assert state == "draft"
    assert [(s["actor_id"], s["reason"]) for s in kept] == [("SITE:visits-1", "already-known")]
    assert verify(running.store).is_intact


def test_a_card_that_is_ignored_changes_nothing(running, sandbox):
    card = only_card(sandbox.call("visit-measured"))
    before = running.as_("martin").get("/v1/worklist").json()
    for _ in range(3):
        assert only_card(sandbox.call("patient-view"))["uuid"] == card["uuid"]
    after = running.as_("martin").get("/v1/worklist").json()
    for one in (before, after):
        one["reports"][0].pop("waiting_s")
    assert before == after
    assert steps_of(running, card) == ("draft", [])


def test_what_is_urgent_is_critical_and_no_finding_stands_in_a_card(running):
    urgent = Sandbox(running.as_(None), running.address, "03-urgent")
    card = only_card(urgent.call("visit-measured"))
    assert card["indicator"] == "critical"
    assert len(card["summary"]) < MOST
    assert "U0" in card["summary"]
    calm = only_card(Sandbox(running.as_(None), running.address).call("visit-measured"))
    assert "diabète de type 2" not in calm["summary"] + calm["detail"]


def test_the_same_instance_has_one_effect_and_never_two_contents(running, sandbox):
    instance = "d1577c69-dfbe-44ad-ba6d-3e05e953b2ea"
    one = only_card(sandbox.call("visit-measured", hookInstance=instance))
    assert only_card(sandbox.call("visit-measured", hookInstance=instance)) == one
    sandbox.find("Observation")[0]["valueQuantity"]["value"] = 170
    again = sandbox.call("visit-measured", hookInstance=instance)
    problem(again, 422, "idempotency_key_reused")


def test_a_code_that_is_not_known_is_told_on_the_card(running, sandbox):
    first = sandbox.find("Observation")[0]
    first["valueQuantity"].pop("system")
    card = only_card(sandbox.call("visit-measured"))
    assert "L'unité « cm » en mots seulement" in card["detail"]


def test_a_client_of_nobody_breaks_the_site(running):
    file = running.site / "site.toml"
    file.write_text(file.read_text() + ROW.replace("SITE:visits-1", "SITE:visits-9"))
    with pytest.raises(DataError, match="CDS Hooks"):
        load_site(running.site)


def test_the_number_of_a_card_holds_its_report():
    assert draft_of_card(card_uuid("0123456789abcdef")) == "0123456789abcdef"
    assert KEY.kid == "one"
    assert NoSuchReport.code == "no_such_report"


def test_a_prefetch_in_part_is_told_on_the_card_with_what_is_urgent(running):
    urgent = Sandbox(running.as_(None), running.address, "03-urgent")
    filled = urgent.prefetch("visit-measured")
    failed = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "timeout"}],
    }
    for changed in (
        {"observations": failed},
        {"observations": {**filled["observations"], "link": [{"relation": "next"}]}},
    ):
        card = only_card(urgent.call("visit-measured", prefetch={**filled, **changed}))
        assert "Une visite reçue en partie" in card["detail"]
        assert card["indicator"] == "critical"
    card = only_card(urgent.call("visit-measured", prefetch={**filled, "responses": failed}))
    assert "Une visite reçue en partie" in card["detail"]


@pytest.mark.parametrize("server", ["", "https://his.example/"])
def test_without_an_encounter_the_open_visit_is_that_of_the_context(running, sandbox, server):
    """Pinned: a result of another visit counted as of this one, and the report named none."""
    filled = sandbox.prefetch("visit-measured")
    own, *others = [one["resource"] for one in filled["observations"]["entry"]]
    own["encounter"] = {"reference": f"{server}Encounter/{sandbox.encounter_id}"}
    for one in others:
        one["encounter"] = {"reference": f"{server}Encounter/another"}
    card = only_card(sandbox.call("visit-measured", prefetch={**filled, "encounter": None}))
    path = f"/v1/prediagnoses/{draft_of_card(card['uuid'])}"
    report = running.as_("martin").get(path).json()
    assert report["visit_id"] == sandbox.encounter_id
    doubted = [one for one in report["refused_items"] if one["code"] == "result_of_other_visit"]
    assert len(doubted) >= len(others)
    only = {**filled, "encounter": None}
    only["observations"] = {**filled["observations"], "entry": filled["observations"]["entry"][1:]}
    card = only_card(sandbox.call("visit-measured", prefetch=only))
    report = running.as_("martin").get(f"/v1/prediagnoses/{draft_of_card(card['uuid'])}").json()
    assert "result_of_other_visit" in str(report["refused_items"])
