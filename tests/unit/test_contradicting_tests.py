"""A high HbA1c and a glucose below contradict each other: said first, and neither settles it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from earlier_visits import GUIDELINES, MODELS, draft_of, glucose, named, visit
from laennec.engine import load_guidelines, parse, screen
from laennec.engine.contradicting_tests import ABSTENTION, FINDING
from laennec.engine.words.text import render_text

NOW, BEFORE = "2026-11-30", "2026-09-01"
RISKS = ("t2d_undiagnosed", "dysglycaemia", "t2d_textbook")


def hba1c(value):
    return {"code": "hba1c", "value": value, "unit": "%"}


@pytest.mark.parametrize(
    ("before", "now", "name"),
    [
        (hba1c("13"), glucose("0.95"), "hba1c_suspicion"),
        (hba1c("18.5"), glucose("0.95"), "hba1c_suspicion"),
        (hba1c("6.6"), glucose("0.95"), "hba1c_suspicion"),
        (glucose("2.5"), hba1c("5.2"), "diabetes_range"),
        (glucose("6.5"), hba1c("5.2"), "diabetes_range"),
    ],
)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_it_is_said_first_and_proposed_once(before, now, name, lang):
    """Pinned: "Lower chance", and "next step: none" beside "Proposed: venous fasting glucose"."""
    draft = draft_of(visit(NOW, now), visit(BEFORE, before))
    finding = named(draft, name)
    assert finding.message.id == FINDING
    assert finding.message.parameters["days"] == 90
    assert (finding.urgency, finding.proposed_action) == ("U2", "repeat_both_tests")
    assert finding.missing == ()
    assert not any(m.id.startswith("limit.earlier_") for m in finding.limits)
    for risk in RISKS:
        assert named(draft, risk).band == "not_assessable"
        assert named(draft, risk).limits[0].id == ABSTENTION
    assert not {c.outcome for c in draft.risk_changes} & set(RISKS)
    text = " ".join(render_text(draft, lang).split())
    first = text.partition(" 1. ")[2].partition(" 2. ")[0]
    told = [f"{m['value']} {m['unit']}" for m in (before, now)]
    for words in told:
        assert (words.replace(".", ",") if lang == "fr" else words) in first


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ((glucose("0.95"),), (hba1c("13"),)),
        ((hba1c("5.2"),), (glucose("2.5"),)),
        ((glucose("0.95"), hba1c("13")), ()),
    ],
)
def test_where_one_finding_reads_both_tests_it_says_it_too(now, before):
    """The American set has no finding of its own on HbA1c."""
    past = [visit(BEFORE, *before)] if before else []
    record = parse(visit(NOW, *now) | {"previous_visits": past})
    draft = screen(record, MODELS, load_guidelines({"diabetes": "ada"}))
    finding = named(draft, "diabetes_range")
    told = [m.id for m in (finding.message, *finding.limits)]
    assert any(one.startswith(FINDING) for one in told)
    assert finding.state in ("not_assessable", "present")
    assert named(draft, "t2d_undiagnosed").band == "not_assessable"


def test_two_earlier_visits_contradict_each_other_too():
    middle = visit("2026-10-01", glucose("0.95"))
    draft = draft_of(visit(NOW), visit(BEFORE, hba1c("13")), middle)
    assert named(draft, "hba1c_suspicion").message.parameters["days"] == 30


def test_on_one_day_the_urgent_action_stays():
    draft = draft_of(visit(NOW, hba1c("13"), glucose("0.95")))
    finding = named(draft, "hba1c_suspicion")
    assert finding.limits[0].id == f"{FINDING}_same_day"
    assert finding.urgency == "U1"


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ((hba1c("13"),), (hba1c("5.2"), glucose("0.95"))),
        ((glucose("2.5"),), (hba1c("5.2"), glucose("0.95"))),
        ((glucose("0.95"),), (hba1c("5.2"),)),
        ((hba1c("13"),), (glucose("1.40"),)),
        ((hba1c("13"),), ()),
    ],
)
def test_a_test_of_the_same_kind_settles_it_and_two_that_agree_contradict_nothing(before, now):
    draft = draft_of(visit(NOW, *now), visit(BEFORE, *before))
    said = [m.id for f in draft.findings for m in (f.message, *f.limits)]
    assert not any("tests_contradict" in one for one in said)
    if len(now) == 2 and before[0]["code"] == "hba1c":
        finding = named(draft, "hba1c_suspicion")
        assert finding.urgency is None


def test_of_a_known_diabetes_nothing_is_said():
    known = visit(NOW, glucose("0.95")) | {"conditions": ["diabetes"]}
    draft = draft_of(known, visit(BEFORE, hba1c("13")))
    assert not any(f.message.id.startswith(FINDING) for f in draft.findings)


@pytest.mark.parametrize("value", ["3.9", "4.6", "5.0", "5.5", "6.5", "14.0", "20"])
@pytest.mark.parametrize("days", [31, 90, 700])
def test_an_earlier_glucose_that_waits_is_no_milder_than_one_that_was_used(value, days):
    """Pinned: 5.0 g/L of 90 days ago stood nowhere, beside "32 in 1000"; 4.0 g/L was a limit."""
    day = date.fromisoformat(NOW) - timedelta(days=days)
    draft = draft_of(visit(NOW), visit(day.isoformat(), glucose(value)))
    finding = named(draft, "diabetes_range")
    assert (finding.urgency, finding.proposed_action) == ("U2", "confirm_fasting_glucose")
    for name in ("diabetes_range", *RISKS):
        (limit,) = (m for m in named(draft, name).limits if m.id.startswith("limit.earlier_d"))
        assert (limit.parameters["value"], limit.parameters["days"]) == (value, days)
        assert limit.id.endswith("_waits") == (value != "3.9")
    for lang in ("fr", "en"):
        text = render_text(draft, lang)
        assert f"{value.replace('.', ',') if lang == 'fr' else value} g/L" in text


def test_a_pressure_that_was_never_confirmed_has_its_number_and_day():
    """Pinned: "no value that can be used", without a number."""
    pressure = [
        {"code": f"{name}_bp", "value": value, "unit": "mm[Hg]", "site": "left_arm"}
        for name, value in (("systolic", "245"), ("diastolic", "135"))
    ]
    draft = draft_of(visit(NOW), visit(BEFORE, *pressure))
    said = {t.item: [m for m in t.notes if m.id == "trajectory.waits"] for t in draft.trajectories}
    (note,) = said["systolic_bp"]
    assert dict(note.parameters) == {"value": "245", "unit": "unit:mm[Hg]", "date": BEFORE}
    assert "01/09/2026" in render_text(draft, "fr")


@pytest.mark.parametrize("day", ["2062-11-20", "2026-12-20", "1926-11-20", "20/11/2026"])
@pytest.mark.parametrize("given", [glucose("1.40"), glucose("5.0"), hba1c("8.5"), hba1c("18.5")])
def test_a_sign_of_a_mistyped_day_is_a_limit_and_asks_for_the_day(day, given):
    """Pinned: what a row without a day said was lost where the day was mistyped."""
    before = visit(BEFORE, given) | {"performed_at": f"{day}T09:00:00+01:00"}
    record = visit(NOW) | {"previous_visits": [before]}
    draft = screen(parse(record, now=datetime(2026, 11, 30, 12, tzinfo=UTC)), MODELS, GUIDELINES)
    name = "diabetes_range" if given["code"] == "glucose" else "hba1c_suspicion"
    finding = named(draft, name)
    assert finding.urgency in ("U1", "U2")
    for lang, asks in (("fr", "érifier"), ("en", "heck")):
        text = " ".join(render_text(draft, lang).split())
        assert any(one.id.startswith("limit.earlier_") for one in finding.limits)
        assert asks in text
