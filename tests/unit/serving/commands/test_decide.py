"""serving/commands/decide.py and serving/site.py: what the command line gets to render."""

import json
import shutil
from pathlib import Path

import pytest
from laennec.engine.errors import DataError, NotPermitted
from laennec.serving.commands.decide import (
    DecideOptions,
    acknowledge_command,
    audit_checkpoint_command,
    audit_key_command,
    audit_verify_command,
    decide_command,
    withdraw_command,
    worklist_command,
)
from laennec.serving.commands.report import release_command
from laennec.serving.decisions.confirm import Withdrawal
from laennec.serving.drafts.drafts import save_draft
from laennec.serving.people import Person, Role
from laennec.serving.site import load_site, read_settings
from laennec.serving.store.store import open_store
from store_support import HandClock, make_draft

EXAMPLE = Path(__file__).parents[4] / "examples" / "site"
DRAFT = make_draft(urgency="U0")
HASH = DRAFT["content_hash"]
MARTIN = "RPPS:10001234567:Dr Martin"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    monkeypatch.delenv("LAENNEC_SITE", raising=False)
    monkeypatch.delenv("LAENNEC_DATABASE", raising=False)


@pytest.fixture
def site(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    shutil.copytree(EXAMPLE, folder)
    monkeypatch.setenv("LAENNEC_SITE", str(folder))
    return folder


@pytest.fixture
def draft_id(site):
    store = open_store(load_site(site).database)
    draft_id = save_draft(store, DRAFT, rendered_language="fr", clock=HandClock())
    store.close()
    return draft_id


def options(draft_id, *verdicts, by=MARTIN, content_hash=HASH, **rest):
    return DecideOptions(draft_id, by, content_hash, verdicts, **rest)


def refused(result):
    assert result.exit_code == 1
    json.dumps(result.data)
    return result.data["error"]


def test_the_road_from_the_worklist_to_the_final_report(draft_id):
    listed = worklist_command(clock=HandClock())
    assert listed.exit_code == 0
    assert [r["draft_id"] for r in listed.data["reports"]] == [draft_id]
    assert refused(release_command(draft_id))["code"] == "not_confirmed"
    decided = decide_command(options(draft_id, "confirm", finding="diabetes"))
    assert (decided.exit_code, decided.data["state"]) == (0, "seen")
    amended = decide_command(
        options(draft_id, "amend", finding="cvd", reason="wrong-value", to="low")
    )
    assert amended.data["undecided"] == ("raised_pressure",)
    rest = decide_command(options(draft_id, "reject", reason="other", text="measured again"))
    assert rest.data["state"] == "amended"
    assert worklist_command().data["reports"] == []
    final = release_command(draft_id)
    assert json.loads(final.text)["report"]["status"] == "amended"
    for result in (listed, decided, final, audit_verify_command()):
        json.dumps(result.data)


def test_without_verdict_or_with_two_it_is_wrong_usage(draft_id):
    for verdicts in ((), ("confirm", "reject")):
        result = decide_command(options(draft_id, *verdicts))
        assert result.exit_code == 2
        assert "exactly one of --confirm, --amend, --reject" in result.data["usage"]


def test_an_amendment_names_its_finding(draft_id):
    result = decide_command(options(draft_id, "amend", reason="wrong-value", to="low"))
    assert result.exit_code == 2
    assert "--amend needs --finding" in result.data["usage"]


def test_the_same_command_again_gives_the_same_answer(draft_id):
    first = decide_command(options(draft_id, "confirm"))
    assert decide_command(options(draft_id, "confirm")) == first


def test_another_hash_is_refused_as_superseded(draft_id):
    error = refused(decide_command(options(draft_id, "confirm", content_hash="0" * 64)))
    assert error["code"] == "superseded"


def test_on_a_fresh_machine_nobody_is_permitted(tmp_path, monkeypatch):
    error = refused(decide_command(options("x", "confirm")))
    assert error["code"] == "not_permitted"
    assert error["found"] == "this machine has no site file"
    assert "site.toml" in error["remedy"]
    assert "[[people]]" in error["remedy"]
    assert "LAENNEC_SITE" in error["remedy"]
    monkeypatch.setenv("LAENNEC_SITE", str(tmp_path))
    assert refused(worklist_command())["path"] == str(tmp_path / "site.toml")


@pytest.mark.parametrize(
    "by",
    ["RPPS:10001234567:Dr Bernard", "RPPS:99999999999", "Dr Martin", "10001234567", "", "RPPS:"],
)
def test_who_is_not_in_the_site_file_is_refused(draft_id, by):
    error = refused(decide_command(options(draft_id, "confirm", by=by)))
    assert error["code"] == "not_permitted"
    assert "not in the site file under this id and name" in error["found"]
    assert "Martin" not in json.dumps(error)


def test_the_id_alone_names_the_physician(draft_id):
    assert decide_command(options(draft_id, "confirm", by="RPPS:10001234567")).exit_code == 0


def test_a_nurse_of_the_site_is_refused(draft_id):
    error = refused(decide_command(options(draft_id, "confirm", by="SITE:nurse-1")))
    assert "role is 'nurse'" in error["found"]


def test_an_alarm_is_acknowledged(draft_id):
    late = HandClock()
    late.move(120)
    assert worklist_command(clock=late).data["reports"][0]["realert"]
    assert acknowledge_command(draft_id, MARTIN).data["state"] == "draft"
    assert not worklist_command(clock=late).data["reports"][0]["realert"]


def test_a_report_is_withdrawn(draft_id):
    assert refused(withdraw_command(Withdrawal(draft_id, "oops"), MARTIN))["path"] == "reason"
    result = withdraw_command(Withdrawal(draft_id, "wrong-patient"), MARTIN)
    assert (result.exit_code, result.data["state"]) == (0, "withdrawn")


def test_the_audit_is_verified_with_and_without_checkpoints(draft_id, site):
    first = audit_verify_command()
    assert (first.exit_code, first.data["intact"], first.data["checkpoints"]) == (0, True, 0)
    assert "could not be checked" in first.data["truncation"]
    assert refused(audit_checkpoint_command())["code"] == "audit_error"
    assert audit_key_command().exit_code == 0
    assert refused(audit_key_command())["found"] == "there is a key at this place already"
    assert audit_checkpoint_command().data["sequence"] == 1
    second = audit_verify_command()
    assert second.data["truncation"] == "checked to the last event (1) by checkpoint"
    shutil.rmtree(site / "checkpoints")
    third = audit_verify_command()
    assert third.exit_code == 1
    assert third.data["problems"] == [
        {"sequence": 0, "kind": "checkpoint", "what": "the folder of the checkpoints is missing"}
    ]
    assert "has 1 problem" in refused(audit_checkpoint_command())["found"]


def test_the_database_can_be_named_apart_from_the_site(draft_id, site, tmp_path, monkeypatch):
    address = f"sqlite:///{site / 'laennec.db'}"
    monkeypatch.delenv("LAENNEC_SITE")
    assert len(worklist_command(database=address).data["reports"]) == 1
    assert audit_verify_command(database=address).data["events"] == 1
    monkeypatch.setenv("LAENNEC_DATABASE", address)
    assert len(worklist_command().data["reports"]) == 1
    error = refused(worklist_command(database=f"sqlite:///{tmp_path / 'none.db'}"))
    assert error["code"] == "store_unavailable"


def test_a_misspelt_setting_is_refused(monkeypatch):
    monkeypatch.setenv("LAENNEC_SITES", "/somewhere")
    with pytest.raises(DataError, match="the setting LAENNEC_SITES is not known"):
        read_settings()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('role = "nurse"', 'role = "employer"', "people.2.role"),
        ('name = "Dr Martin"', 'name = "Dr Martin"\nspeciality = "x"', "people.0.speciality"),
        ('name = "Dr Martin"', 'name = " "', "people.0.name"),
        ('id = "SITE:nurse-1"', 'id = "nurse"', "people.2.id"),
        ('id = "SITE:nurse-1"', 'id = "RPPS:10001234567"', "two people have the same id"),
        ("laennec.site/1", "laennec.site/2", "schema"),
        ("schema =", "shema =", "shema: Extra inputs are not permitted"),
        ("[[people]]", "[[people", "not a readable TOML file"),
    ],
)
def test_a_site_file_that_says_too_much_or_too_little_is_refused(site, old, new, message):
    file = site / "site.toml"
    content = file.read_text(encoding="utf-8")
    assert old in content
    file.write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match="who may decide can't be guessed") as caught:
        load_site(site)
    assert message in str(caught.value)
    assert "Dr Martin" not in str(caught.value)


def test_the_places_of_the_site_can_be_chosen(site):
    file = site / "site.toml"
    chosen = file.read_text(encoding="utf-8") + (
        '\n[store]\ndatabase = "sqlite:////elsewhere/x.db"\n[audit]\ncheckpoints = "/elsewhere/c"\n'
    )
    file.write_text(chosen, encoding="utf-8")
    read = load_site(site)
    assert read.database == "sqlite:////elsewhere/x.db"
    assert read.checkpoints == Path("/elsewhere/c")
    assert read.private_key == site / "keys" / "audit.key"


def test_a_person_has_an_identifier_and_a_name():
    with pytest.raises(NotPermitted, match="a person whose identifier has no system"):
        Person("10001234567", "Dr Martin", Role.PHYSICIAN)
    with pytest.raises(NotPermitted, match="a person without a name"):
        Person("RPPS:10001234567", " ", Role.PHYSICIAN)
