"""One visit says of a past pregnancy and of a random glucose what the plan of the year calls."""

import pytest
from earlier_visits import draft_of, glucose, named, pressure, visit
from laennec.engine.words.text import render_text

PREGNANT = {"conditions": ["pregnancy"]}
HBA1C = {"code": "hba1c", "value": "7.5", "unit": "%"}
CALM = pressure("122", "76")


def random_glucose(value, hours=2):
    more = {} if hours is None else {"fasting_hours": hours}
    return {"code": "glucose", "value": value, "unit": "g/L", "specimen": "venous_plasma", **more}


@pytest.mark.parametrize(
    ("before", "limit", "told"),
    [
        (visit("2024-11-10", glucose("1.40"), **PREGNANT), "earlier_pregnancy", "1,40 g/L"),
        (visit("2024-11-10", random_glucose("2.3"), **PREGNANT), "earlier_pregnancy", "2,3 g/L"),
        (visit("2024-11-10", HBA1C, **PREGNANT), "earlier_pregnancy", "7,5 %"),
        (visit("2024-11-10", glucose("5.0"), **PREGNANT), "earlier_pregnancy_waits", "5,0 g/L"),
        (visit("2024-11-10", random_glucose("2.10")), "earlier_diabetes_range", "2,10 g/L"),
        (visit("2024-11-10", random_glucose("2.10", None)), "earlier_diabetes_range", "2,10 g/L"),
        (visit("2024-11-10", random_glucose("5.0")), "earlier_diabetes_range_waits", "5,0 g/L"),
    ],
)
def test_a_sign_of_a_pregnancy_or_of_any_time_of_the_day_is_asked_about(before, limit, told):
    """The plan called this person (U2), and the report of the visit said "lower chance"."""
    draft = draft_of(visit("2026-11-10", *CALM), before)
    assert draft.urgency == "U2"
    for name in ("diabetes_range", "t2d_undiagnosed", "dysglycaemia"):
        assert f"limit.{limit}" in {m.id for m in named(draft, name).limits}
    finding = named(draft, "diabetes_range")
    assert (finding.urgency, finding.proposed_action) == ("U2", "venous_fasting_glucose")
    text = " ".join(render_text(draft, "fr").split())
    assert told in text
    assert "il y a 730 j" in text


@pytest.mark.parametrize(
    "before",
    [
        visit("2024-11-10", glucose("1.40"), **PREGNANT),
        visit("2024-11-10", random_glucose("2.10")),
    ],
)
def test_a_fasting_glucose_of_a_later_day_that_is_clearly_below_settles_it(before):
    for now, *others in (
        (visit("2026-11-10", glucose("0.92")),),
        (visit("2026-11-10", *CALM), visit("2025-11-10", glucose("0.92"))),
    ):
        draft = draft_of(now, before, *others)
        said = {m.id for f in draft.findings for m in f.limits}
        assert not any(m.startswith("limit.earlier_") for m in said)
    earlier = visit("2023-11-10", glucose("0.92"))
    assert draft_of(visit("2026-11-10", *CALM), before, earlier).urgency == "U2"


def test_in_a_pregnancy_of_today_and_with_a_known_diabetes_nothing_is_added():
    before = visit("2026-09-10", glucose("1.40"), **PREGNANT)
    for now in (PREGNANT, {"conditions": ["diabetes"]}):
        draft = draft_of(visit("2026-11-10", **now), before)
        said = {m.id for f in draft.findings for m in f.limits}
        assert not any(m.startswith("limit.earlier_pregnancy") for m in said)


def test_a_calm_value_of_a_pregnancy_and_one_below_2_g_per_l_ask_for_nothing():
    for before in (
        visit("2024-11-10", glucose("0.95"), **PREGNANT),
        visit("2024-11-10", random_glucose("1.90")),
    ):
        assert draft_of(visit("2026-11-10"), before).urgency is None


def test_a_random_glucose_is_no_second_result_and_hides_no_fasting_one():
    random, fasting = (
        visit("2025-11-10", random_glucose("2.10")),
        visit("2024-11-10", glucose("1.4")),
    )
    now = visit("2026-11-10", glucose("1.30"))
    assert named(draft_of(now, random), "diabetes_range").grade == "to_confirm"
    assert named(draft_of(now, random), "diabetes_range").proposed_action != "refer_diabetes_care"
    finding = named(draft_of(now, random, fasting), "diabetes_range")
    assert finding.message.id == "finding.diabetes_range.second_result"


def test_advice_of_today_for_the_next_visit_takes_nothing_off_an_earlier_sign():
    """A glucose of 1.20 g/L, fasting or not, was U3 beside a fasting one of 1.40 g/L a year ago."""
    now = visit("2026-11-10", random_glucose("1.20", None))
    assert named(draft_of(now), "diabetes_range").urgency == "U3"
    draft = draft_of(now, visit("2025-11-10", glucose("1.40")))
    assert named(draft, "diabetes_range").urgency == "U2"


@pytest.mark.parametrize(
    ("day", "suffix"), [("hier", "_undated"), ("2027-11-10", "_after"), ("2026-11-10", "_today")]
)
def test_its_day_is_asked_for_where_it_can_not_be_right(day, suffix):
    before = visit("2026-11-10", glucose("1.40"), **PREGNANT)
    before["performed_at"] = f"{day}T08:00:00+01:00" if day[0] == "2" else day
    draft = draft_of(visit("2026-11-10", *CALM), before)
    limits = {m.id for m in named(draft, "diabetes_range").limits}
    assert f"limit.earlier_pregnancy{suffix}" in limits
    for lang in ("fr", "en"):
        assert "1,40" in render_text(draft, lang) or "1.40" in render_text(draft, lang)
