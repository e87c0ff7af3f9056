"""Today's report does not contradict what an earlier visit measured."""

from datetime import UTC, datetime

import pytest
from earlier_visits import GUIDELINES, MODELS, draft_of, glucose, named, pressure, visit
from laennec.engine import parse, screen
from laennec.engine.words.text import render_text


@pytest.mark.parametrize(
    ("values", "waits"), [(("200", "115", "4.0"), ""), (("235", "135", "5.5"), "_waits")]
)
def test_urgent_values_of_yesterday_are_measured_again_today(values, waits):
    """They were printed nowhere, or beside "lower chance of diabetes"."""
    systolic, diastolic, sugar = values
    before = visit("2026-11-09", *pressure(systolic, diastolic), glucose(sugar))
    draft = draft_of(visit("2026-11-10"), before)
    assert draft.urgency == "U1"
    said = {v.name.partition(".")[0] for i in draft.urgent for v in i.inputs}
    assert said >= {"systolic_bp", "glucose"}
    assert {i.message.id for i in draft.urgent} == {f"urgent.earlier_value{waits}"}
    text = render_text(draft, "fr")
    assert f"{systolic} mmHg" in text
    assert "À FAIRE AUJOURD'HUI" in text


TYPOS = {
    "unknown key": lambda v: v["person"].update(name="x"),
    "unknown measurement": lambda v: v["measurements"].append(
        {"code": "zzz", "value": "1", "unit": "cm"}
    ),
    "unknown condition": lambda v: v.update(conditions=["zzz"]),
    "no schema": lambda v: v.pop("schema"),
    "unreadable day": lambda v: v.update(performed_at="09/11/2026"),
}


@pytest.mark.parametrize("typo", TYPOS.values(), ids=TYPOS)
def test_an_earlier_visit_that_was_refused_still_says_what_is_urgent(typo):
    """Pinned: an urgent pressure was lost where its visit had a typo elsewhere."""
    before = visit("2026-11-09", *pressure("225", "115"))
    typo(before)
    draft = draft_of(visit("2026-11-10"), before)
    assert draft.urgency == "U1"
    (item,) = draft.urgent
    assert item.message.id.startswith("urgent.earlier_value")
    assert "225 mmHg" in render_text(draft, "fr")
    assert "previous_visit_refused" in {note.code for note in draft.notes}


def test_of_an_old_refused_visit_nothing_is_asked():
    before = visit("2026-01-09", *pressure("212", "128")) | {"conditions": ["zzz"]}
    assert draft_of(visit("2026-11-10"), before).urgent == ()


NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize("day", ["2026-12-20", "2062-11-09"])
@pytest.mark.parametrize("typo", [{}, {"conditions": ["zzz"]}], ids=["read", "refused"])
@pytest.mark.parametrize("clock", [None, NOW], ids=["no clock", "clock"])
def test_of_an_earlier_visit_dated_after_this_one_the_urgent_values_are_told(day, typo, clock):
    """Pinned: 240/140 and 5.0 g/L of a mistyped day stood nowhere, beside "only its urgent..."."""
    before = visit(day, *pressure("240", "140"), glucose("5.0")) | typo
    given = visit("2026-11-10") | {"previous_visits": [before]}
    draft = screen(parse(given, now=clock), MODELS, GUIDELINES)
    assert draft.urgency == "U1"
    assert {i.message.id for i in draft.urgent} == {"urgent.earlier_value_waits_after"}
    assert {i.message.parameters["date"] for i in draft.urgent} == {day}
    text = " ".join(render_text(draft, "fr").split())
    assert "240 mmHg" in text
    assert "5,0 g/L" in text
    assert "Vérifier la date" in text


def test_todays_pressure_settles_a_mistyped_day_and_no_day_that_came_later():
    """Two hours after 120/75 it was 215/130, which stood nowhere; 2062 is a day of nobody."""
    calm = pressure("120", "75")
    later = visit("2026-11-10", *pressure("215", "130"))
    later["performed_at"] = "2026-11-10T11:20:00+01:00"
    (item,) = draft_of(visit("2026-11-10", *calm), later).urgent
    assert item.message.id == "urgent.earlier_value_after"
    mistyped = visit("2062-11-10", *pressure("215", "130"))
    given = visit("2026-11-10", *calm) | {"previous_visits": [mistyped]}
    assert screen(parse(given, now=NOW), MODELS, GUIDELINES).urgent == ()


def test_of_a_calm_visit_dated_after_this_one_nothing_is_asked():
    later = visit("2026-12-10", *pressure("122", "76"), glucose("0.90"))
    assert draft_of(visit("2026-11-10"), later).urgent == ()


def test_what_was_measured_today_or_long_ago_is_not_asked_again():
    before = visit("2026-11-09", *pressure("200", "115"))
    assert draft_of(visit("2026-11-10", *pressure("122", "76")), before).urgent == ()
    assert draft_of(visit("2026-12-09"), before).urgent != ()
    assert draft_of(visit("2026-12-10"), before).urgent == ()


@pytest.mark.parametrize(("lang", "one"), [("fr", "seul résultat"), ("en", "One result")])
def test_a_second_result_of_another_day_is_not_called_one_result(lang, one):
    before = visit("2025-11-10", glucose("1.45"))
    draft = draft_of(visit("2026-11-10", glucose("1.30")), before)
    finding = named(draft, "diabetes_range")
    assert finding.message.id == "finding.diabetes_range.second_result"
    assert finding.message.parameters["value"] == "1.45"
    assert finding.proposed_action == "refer_diabetes_care", "there is nothing left to confirm"
    text = " ".join(render_text(draft, lang).split())
    assert one not in text.partition("1,45" if lang == "fr" else "1.45")[0]


def test_a_risk_without_a_blood_test_knows_of_an_earlier_glucose_in_the_diabetes_range():
    before = visit("2025-11-10", glucose("1.45"))
    draft = draft_of(visit("2026-11-10", *pressure("122", "76")), before)
    for name in ("t2d_undiagnosed", "dysglycaemia", "diabetes_range"):
        assert "limit.earlier_diabetes_range" in {m.id for m in named(draft, name).limits}
    finding = named(draft, "diabetes_range")
    assert (finding.urgency, finding.proposed_action) == ("U2", "confirm_fasting_glucose")
    assert draft.urgency == "U2"


def test_the_same_day_a_calm_past_and_a_known_diabetes_add_nothing():
    now = visit("2026-11-10", glucose("1.30"))
    for before in (visit("2025-11-10", glucose("0.95")), visit("2026-11-10", glucose("1.45"))):
        assert named(draft_of(now, before), "diabetes_range").grade == "to_confirm"
        assert not any(
            m.id == "limit.earlier_diabetes_range"
            for f in draft_of(now, before).findings
            for m in f.limits
        )
    known = draft_of(now | {"conditions": ["diabetes"]}, visit("2025-11-10", glucose("1.45")))
    assert not any(m.id == "limit.earlier_diabetes_range" for f in known.findings for m in f.limits)


def test_an_earlier_visit_of_another_person_refuses_the_record():
    other = visit("2025-11-10", glucose("1.45"))
    other["person"] = other["person"] | {"id": "p2"}
    draft = draft_of(visit("2026-11-10"), other)
    assert [n.severity for n in draft.refused_items] == ["refused_record"]


@pytest.mark.parametrize(("lang", "words"), [("fr", "évocatrice"), ("en", "raises suspicion")])
def test_an_earlier_hba1c_that_raised_suspicion_does_not_go_away(lang, words):
    """HbA1c of 9.1 % a year ago, and today's "lower chance of diabetes" knew nothing of it."""
    before = visit("2025-11-10", {"code": "hba1c", "value": "9.1", "unit": "%"})
    draft = draft_of(visit("2026-11-10", *pressure("122", "76")), before)
    for name in ("t2d_undiagnosed", "dysglycaemia", "diabetes_range", "hba1c_suspicion"):
        assert "limit.earlier_suspicion" in {m.id for m in named(draft, name).limits}
    finding = named(draft, "hba1c_suspicion")
    assert (finding.urgency, finding.proposed_action) == ("U2", "venous_fasting_glucose")
    said = " ".join(render_text(draft, lang).split())
    assert words in said
    assert ("9,1 %" if lang == "fr" else "9.1 %") in said
    again = {"code": "hba1c", "value": "9.0", "unit": "%"}
    today = named(draft_of(visit("2026-11-10", again), before), "hba1c_suspicion")
    assert today.state == "present"
    low = visit("2025-11-10", {"code": "hba1c", "value": "5.4", "unit": "%"})
    assert not any(
        m.id == "limit.earlier_suspicion"
        for f in draft_of(visit("2026-11-10"), low).findings
        for m in f.limits
    )
