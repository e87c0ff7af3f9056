"""An earlier ECG over HTTP: sent with the visit as samples, or kept from the last visit."""

import json

import pytest
from ecg_visits import earlier, given, visit
from http_support import send, signed_in


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'laennec.db'}"


def sent(people, *past, visit_id="v-now", day="2026-11-03", **changes):
    document = {**visit(given(start_s=20.0, **changes), *past), "visit_id": visit_id}
    document["performed_at"] = f"{day}T11:15:00+01:00"
    return send(people.as_("software"), json.dumps(document).encode())


def test_samples_of_an_earlier_visit_are_compared(people):
    answer = sent(people, earlier(given(qtc_ms=395.0)), qtc_ms=470.0)
    assert answer.status_code == 201
    told = answer.json()
    assert told["ecg_comparison"]["earlier_on"] == "2021-03-03"
    assert "ecg_qtc_growth" in {item["rule_id"] for item in told["urgent"]}
    page = signed_in(people).get(f"/review/{told['id']}").text
    assert (
        "L&#39;ECG comparé à un ECG antérieur" in page or "L'ECG comparé à un ECG antérieur" in page
    )
    assert "QTc (Fridericia)" in page
    report = people.as_("martin").get(f"/v1/prediagnoses/{told['id']}/report.html").text
    assert "ecg-since" in report


def test_a_file_named_by_an_earlier_visit_is_never_opened_over_http(people):
    answer = sent(people, earlier({"file": "old.hea"}))
    assert answer.status_code == 201
    assert answer.json()["ecg_comparison"] is None
    assert "previous_ecg_not_read" in {note["code"] for note in answer.json()["notes"]}


def test_the_kept_ecg_of_the_last_visit_stands_beside_this_one(people):
    sent(people, visit_id="v-first", day="2021-03-03", qtc_ms=395.0)
    told = sent(people, qtc_ms=470.0).json()
    page = signed_in(people).get(f"/review/{told['id']}").text
    since = page[page.index('class="since"') : page.index("Constats à examiner")]
    assert "ECG conservé de cette visite" in since
    assert "QTc (Fridericia) de" in since


def test_a_kept_ecg_that_only_varies_says_nothing(people):
    sent(people, visit_id="v-first", day="2021-03-03")
    told = sent(people, pr_ms=181.0).json()
    page = signed_in(people).get(f"/review/{told['id']}").text
    assert "ECG conservé" not in page
