"""Drift over the service's store: what is kept of drafts, and what physicians decided on them."""

import json
from datetime import datetime, timedelta

import numpy as np
import pytest
from laennec.cli import app
from laennec.engine import load_guidelines, load_models
from laennec.serving.decisions.confirm import decide
from laennec.serving.decisions.decisions import Decision, DecisionRequest, Verdict
from laennec.serving.screening import Engine, keep_visit, screen_visit
from laennec.serving.years.drift.from_store import _Releases
from laennec.serving.years.drift.judge import Judge
from laennec.serving.years.drift.limits import Limits, house_limits
from laennec.serving.years.drift.run import store_report
from store_support import MARTIN, HandClock
from typer.testing import CliRunner

ENGINE = Engine(load_models(), load_guidelines())
NOW = datetime.fromisoformat("2026-11-03T09:20:00+01:00")
SMALL = {
    "months.least_visits": 12, "months.reference": 2, "cusum.least_reference": 20,
    "psi.chance": 0.02, "share.chance": 0.001,
}  # fmt: skip
LIMITS = Limits({n: (SMALL.get(n, v), s) for n, (v, s) in house_limits().rows.items()})


def visit(number, month, waist, device="tape-1"):
    return {
        "schema": "laennec.visit/1",
        "visit_id": f"v-{number}",
        "performed_at": f"2026-{month:02d}-10T09:00:00+01:00",
        "person": {"id": f"p-{number}", "birth_date": "1974-03-02", "sex": "female"},
        "site": "north" if number % 2 else "south",
        "measurements": [
            {"code": "waist", "value": f"{waist:.1f}", "unit": "cm", "device": device},
            {"code": "height", "value": "168", "unit": "cm"},
            {"code": "weight", "value": "74", "unit": "kg"},
        ],
    }


def keep(opened, document):
    screened = screen_visit(json.dumps(document).encode(), ENGINE, now=NOW)
    return keep_visit(opened, screened, "fr", clock=HandClock(NOW)), screened.draft


def filled(opened, *, shift=0.0, a_month=16, months=(1, 2, 3, 4)):
    """Keep visits of some months; the last month's waists are shifted; return the drafts."""
    rng = np.random.default_rng(4)
    kept = []
    for month in months:
        for i in range(a_month):
            waist = rng.normal(88, 6) + (shift if month == months[-1] else 0.0)
            kept.append(keep(opened, visit(100 * month + i, month, waist)))
    return kept


def series(document, measure, name, by=""):
    return [
        s for s in document["series"] if (s["measure"], s["name"], s["by"]) == (measure, name, by)
    ]


def test_a_shift_of_what_is_sent_is_found_by_month_site_and_device(store):
    filled(store, shift=30.0)
    document = store_report(store, Judge(LIMITS), 0)
    found = {(a["measure"], a["name"], a["by"], a["month"]) for a in document["alarms"]}
    assert ("input", "waist", "", "2026-04") in found
    assert ("input", "waist", "device", "2026-04") in found
    assert {row[3] for row in found} == {"2026-04"}
    assert {s["group"] for s in series(document, "input", "waist", "device")} == {"waist: tape-1"}
    assert {s["group"] for s in series(document, "urgency", "U3", "site")} == {"north", "south"}
    assert document["notices"] == []
    assert "p-1" not in json.dumps(document)


def test_only_drafts_that_stand_count_and_only_from_the_month_asked(store):
    kept = filled(store, a_month=12, months=(1, 2))
    keep(store, visit(100, 1, 99.0))
    document = store_report(store, Judge(LIMITS), 0)
    assert document["visits"] == [12, 12]
    assert len(kept) == 24
    last = store_report(store, Judge(LIMITS), 0, most=12)
    assert sum(n for n in last["visits"] if n != "<11") <= 12
    assert "latest_only" in last["notices"]
    later = store_report(store, Judge(LIMITS), 2026 * 12 + 1)
    assert later["months"] == ["2026-02"]


def test_a_stored_visit_of_a_mistyped_year_adds_no_months_and_is_counted(store):
    filled(store, a_month=12, months=(1, 2))
    for number in range(12):
        year = "2062" if number % 2 else "1926"
        typed = visit(900 + number, 10, 88.0)
        keep(store, typed | {"performed_at": f"{year}-10-10T09:00:00+01:00"})
    for since in (0, 2026 * 12 + 1):
        document = store_report(store, Judge(LIMITS), since)
        assert document["months"][-1] == "2026-02"
        assert document["visits_not_counted"] == 12
        assert document["notices"] == ["undated"]
    assert document["visits"] == [12]


def test_overrides_are_counted_per_finding_and_release_and_a_rise_gives_a_signal(store):
    kept = filled(store, a_month=16)
    clock = HandClock(NOW)
    for number, (draft_id, draft) in enumerate(kept):
        is_late = number >= 2 * 16
        verdict = Verdict.REJECT if is_late else Verdict.CONFIRM
        reason = "specialist-disagrees" if is_late else None
        one = Decision("t2d_undiagnosed", verdict, reason)
        request = DecisionRequest(draft_id, draft.content_hash, (one,))
        decide(store, request, physician=MARTIN, clock=clock)
        clock.move(60)
    document = store_report(store, Judge(LIMITS), 0)
    whole = series(document, "override", "t2d_undiagnosed")
    assert len(whole) == 1
    assert "diabetes_type_2/" in whole[0]["release"]
    values = [p.get("value") for p in whole[0]["points"]]
    assert values == [0.0, 0.0, 1.0, 1.0]
    chart = next(c for c in document["charts"] if c["by"] == "")
    assert chart["reference_decisions"] == 32
    assert {s["direction"] for s in chart["signals"]} == {"rise"}
    assert {s["month"] for s in document["signals"]} <= {"2026-03", "2026-04"}


def test_a_bundle_with_another_hash_begins_a_new_release_and_another_form_does_not():
    def finding(form, sha256):
        return {"id": "t2d", "model": {"id": form, "version": "1", "sha256": sha256 * 8}}

    releases = _Releases()
    seen = [
        releases.of(f)
        for f in (
            finding("a", "11111111"), finding("b", "22222222"), {"id": "t2d", "model": None},
            finding("a", "33333333"), finding("b", "22222222"), finding("a", "33333333"),
        )
    ]  # fmt: skip
    assert seen == [0, 0, 0, 1, 1, 1]
    assert releases.label("t2d", 0) == "a 1 (11111111), b 1 (22222222)"
    assert releases.label("t2d", 1) == "a 1 (33333333), b 1 (22222222)"


def test_an_empty_store_has_nothing_to_show_and_the_command_says_so(tmp_path):
    from laennec.serving.store.store import open_store

    url = f"sqlite:///{tmp_path / 'l.db'}"
    open_store(url).close()
    arguments = ["drift", "--database", url, "--out", str(tmp_path / "o"), "--lang", "en"]
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 0, told.output
    assert "No dated visit" in told.stdout
    assert (tmp_path / "o" / "drift.html").is_file()


def test_site_and_device_change_no_answer_and_a_text_that_is_none_is_left_out(store):
    with_them = visit(1, 1, 88.0)
    without = {k: v for k, v in with_them.items() if k != "site"}
    without["measurements"] = [
        {k: v for k, v in m.items() if k != "device"} for m in with_them["measurements"]
    ]
    hashes = [
        screen_visit(json.dumps(d).encode(), ENGINE, now=NOW + timedelta(0)).draft.content_hash
        for d in (with_them, without, {**with_them, "site": 7})
    ]
    assert len(set(hashes)) == 1


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_page_of_a_store_names_releases_and_charts(store, lang):
    from laennec.serving.years.drift.listing import drift_text
    from laennec.serving.years.drift.page import drift_page

    filled(store, shift=30.0)
    document = store_report(store, Judge(LIMITS), 0)
    page = drift_page(document, lang)
    assert "tape-1" in page
    assert "diabetes_type_2/" in page
    assert "tape-1" in drift_text(document, lang)
