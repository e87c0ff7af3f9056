"""serving/drafts/reports.py: the type of a draft can't leave."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from typing import get_type_hints

import pytest
from laennec.engine.errors import NotConfirmed
from laennec.serving.decisions.confirm import decide
from laennec.serving.decisions.release import release
from laennec.serving.drafts.drafts import load_draft, save_draft
from laennec.serving.drafts.reports import ConfirmedReport, DraftReport, export_final
from store_support import MARTIN, amend, ask, confirm, confirm_all, make_draft, reject

ROOT = Path(__file__).parents[4]
DRAFT = make_draft()


@pytest.fixture
def draft_id(store, clock):
    return save_draft(store, DRAFT, rendered_language="fr", clock=clock)


def test_a_draft_is_refused_by_the_export(store, draft_id):
    with pytest.raises(NotConfirmed, match="a report that is 'draft' was asked for as final"):
        export_final(load_draft(store, draft_id))


def test_a_plain_document_is_refused_by_the_export():
    with pytest.raises(NotConfirmed, match="draft unknown"):
        export_final(DRAFT)


def test_a_confirmed_report_can_not_be_made_by_hand(store, draft_id, clock):
    confirm_all(store, draft_id, DRAFT, clock)
    released = release(store, draft_id, clock=clock)
    fields = {f.name: getattr(released, f.name) for f in dataclasses.fields(released)}
    with pytest.raises(NotConfirmed, match="only a report whose every finding"):
        ConfirmedReport(**{**fields, "seal": None})


def test_the_signatures_keep_the_two_types_apart():
    assert get_type_hints(release)["return"] is ConfirmedReport
    assert get_type_hints(export_final)["report"] is ConfirmedReport
    assert get_type_hints(load_draft)["return"] is DraftReport
    assert not issubclass(DraftReport, ConfirmedReport)


def test_the_type_checker_refuses_a_draft(tmp_path):
    """The same two lines pass with a confirmed report and fail with a draft."""
    snippet = tmp_path / "snippet.py"
    snippet.write_text(
        "from laennec.serving.drafts.reports import ConfirmedReport, DraftReport, export_final\n"
        "def right(report: ConfirmedReport) -> None:\n    export_final(report)\n"
        "def wrong(report: DraftReport) -> None:\n    export_final(report)\n"
    )
    said = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(snippet)],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": ".stubs", "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    problems = [line for line in said.stdout.splitlines() if "snippet.py" in line]
    assert len(problems) == 1, said.stdout + said.stderr
    assert "snippet.py:5" in problems[0]
    assert 'has incompatible type "DraftReport"; expected "ConfirmedReport"' in problems[0]


def test_the_final_document_shows_what_was_decided(store, draft_id, clock):
    request = ask(
        draft_id, DRAFT, confirm("raised_pressure"), amend("diabetes", "low"), reject("cvd")
    )
    decide(store, request, physician=MARTIN, clock=clock)
    final = export_final(release(store, draft_id, clock=clock))
    pressure, diabetes = final["findings"]
    assert final["status"] == "amended"
    assert pressure["state"] == "present"
    assert pressure["decision"]["physician"] == {"id": MARTIN.id, "name": "Dr Martin"}
    assert (diabetes["band"], diabetes["risk"], diabetes["risk_interval"]) == ("low", None, None)
    assert diabetes["as_drafted"] == DRAFT["findings"][1]
    assert [f["id"] for f in final["rejected_findings"]] == ["cvd"]
    assert final["rejected_findings"][0]["decision"]["reason"] == "wrong-value"
    assert final["content_hash"] == DRAFT["content_hash"]
    assert final["confirmation"]["draft_id"] == draft_id


def test_an_amended_fact_carries_the_new_state(store, draft_id, clock):
    request = ask(
        draft_id, DRAFT, amend("raised_pressure", "absent"), confirm("diabetes"), confirm("cvd")
    )
    decide(store, request, physician=MARTIN, clock=clock)
    fact = export_final(release(store, draft_id, clock=clock))["findings"][0]
    assert (fact["state"], fact["as_drafted"]["state"]) == ("absent", "present")


def test_nothing_the_engine_said_stands_beside_an_amended_state(store, clock):
    """Words such as "raised pressure, see a physician today" would contradict the physician."""
    draft = make_draft("visit-2", urgency="U1")
    draft["findings"][0] |= {"text": "raised", "reasons_for": [{"text": "152"}], "model": {"id": 1}}
    draft_id = save_draft(store, draft, rendered_language="fr", clock=clock)
    request = ask(
        draft_id, draft, amend("raised_pressure", "absent"), confirm("diabetes"), confirm("cvd")
    )
    decide(store, request, physician=MARTIN, clock=clock)
    fact = export_final(release(store, draft_id, clock=clock))["findings"][0]
    assert {key: fact[key] for key in ("text", "urgency", "reasons_for", "model")} == {
        "text": None,
        "urgency": None,
        "reasons_for": [],
        "model": {},
    }
    assert fact["as_drafted"] == draft["findings"][0]


def test_a_report_does_not_show_its_content_when_printed(store, draft_id, clock):
    confirm_all(store, draft_id, DRAFT, clock)
    released = release(store, draft_id, clock=clock)
    for shown in (repr(released), repr(load_draft(store, draft_id))):
        assert "diabetes" not in shown
        assert "Martin" not in shown
