"""A value counts as of the day on which it was measured, not as of the visit that sent it."""

import numpy as np
import pytest
from earlier_visits import draft_of, glucose, named
from earlier_visits import visit as of_anybody
from follow_up_visits import GUIDELINES, MODELS, visit
from laennec.engine import parse, screen
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.stacking import stack_visits
from laennec.engine.trajectories import evaluate_trajectories, trajectory_item, visit_points
from laennec.engine.trajectories.draft import EPOCH, day_number
from laennec.engine.trajectories.points import points_from, without_copies
from laennec.engine.words.text import render_text

TODAY = "2026-11-03"


def on(day, *measurements):
    return [{**one, "at": f"{day}T08:00:00+01:00"} for one in measurements]


def of(code, value, unit):
    return {"code": code, "value": value, "unit": unit}


def dated(visit_day, day, *measurements):
    given = visit(visit_day)
    return {**given, "measurements": [*given["measurements"], *on(day, *measurements)]}


HBA1C = of("hba1c", "8.2", "%")
EGFR = of("egfr", "80", "mL/min/{1.73_m2}")
LDL = of("ldl_cholesterol", "0.90", "g/L")


def today_of(past, measurements):
    """Return the draft of a visit of today with some values, and with earlier visits."""
    given = {**visit(TODAY), "measurements": measurements, "previous_visits": past}
    return screen(parse(given), MODELS, GUIDELINES)


def followed(found, name):
    return next(t for t in found.trajectories if t.item == name)


def test_a_test_of_eleven_months_ago_that_today_sends_is_not_done_today():
    """Pinned: "HbA1c: done (every 3 months), last on 2026-11-03"."""
    found = today_of([], on("2025-12-10", HBA1C, EGFR, LDL))
    due = {one.id: one for one in found.follow_up.due}
    assert (due["hba1c"].state, due["hba1c"].last_on) == ("due", "2025-12-10")
    for name in ("kidney", "lipids"):
        assert (due[name].state, due[name].last_on) == ("up_to_date", "2025-12-10")
    assert "limit.measured_on" in {m.id for m in found.follow_up.limits}


def test_a_test_that_is_too_old_for_today_says_when_it_was_last_done():
    found = today_of([], on("2025-01-10", HBA1C, EGFR))
    due = {one.id: one for one in found.follow_up.due}
    for name in ("hba1c", "kidney"):
        assert (due[name].state, due[name].last_on) == ("due", "2025-01-10")


@pytest.mark.parametrize("copies", [1, 4])
def test_one_test_that_several_visits_send_is_one(copies):
    """Pinned: five copies made "5 days ... No trend shown: 0.00 % a year (from 0.00 to 0.00)"."""
    past = [dated(f"2026-0{m}-15", "2025-12-10", HBA1C) for m in range(1, copies + 1)]
    found = today_of(past, on("2025-12-10", HBA1C))
    one = followed(found, "hba1c")
    assert (one.tests, one.last_on, one.direction) == (1, "2025-12-10", "too_few")
    assert one.slope_interval is None
    assert not [m for m in one.notes if m.id == "trajectory.conflicts"]


def test_the_note_says_what_a_value_is_dated_by():
    found = today_of([dated("2026-01-15", "2025-12-10", HBA1C)], [])
    assert "Each value has the day on which it was measured" in " ".join(
        render_text(found, "en").split()
    )


@pytest.mark.parametrize("seed", range(10))
def test_copies_change_nothing_whatever_their_order(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 12))
    group, day = rng.integers(0, 3, n), rng.integers(0, 400, n)
    value = np.round(rng.normal(7, 1, n), 1)
    again = rng.integers(0, n, 2 * n)
    order = rng.permutation(3 * n)
    item = trajectory_item("hba1c")
    once = points_from(group, day, value)
    often = once.at(np.r_[np.arange(n), again][order])
    expected, found = (evaluate_trajectories(item, p) for p in (without_copies(once), often))
    for name in ("tests", "last_value", "slope", "slope_low", "not_used", "share_in_range"):
        np.testing.assert_array_equal(getattr(expected, name), getattr(found, name))


def test_a_batch_of_visits_dates_values_as_each_visit_alone():
    days = [
        ("2026-01-15", "2025-12-10"),
        ("2026-02-15", "2026-02-15"),
        ("2026-03-01", "2025-11-30"),
    ]
    visits = [dated(visit_day, day, HBA1C, EGFR) for visit_day, day in days]
    alone = [check_plausibility(parse(one).batch) for one in visits]
    numbers = np.array([day_number(np.datetime64(v).astype(object)) for v, _ in days])
    together = visit_points(check_plausibility(stack_visits(alone)), np.arange(3), numbers)
    for name in ("hba1c", "egfr"):
        assert [str(EPOCH + np.timedelta64(d, "D").astype(object)) for d in together[name].day] == [
            day for _, day in days
        ]
    for row, one in enumerate(alone):
        (mine,) = (visit_points(one, np.array([row]), numbers[[row]])["hba1c"],)
        assert mine.day[0] == together["hba1c"].day[row]


def test_a_value_that_waits_is_of_its_day():
    found = today_of([dated("2026-10-20", "2026-02-02", of("hba1c", "18.5", "%"))], [])
    due = {one.id: one for one in found.follow_up.due}["hba1c"]
    assert (due.state, due.said_on) == ("due", "2026-02-02")
    (waits,) = (m for m in followed(found, "hba1c").notes if m.id == "trajectory.waits")
    assert waits.parameters["date"] == "2026-02-02"


def test_the_same_glucose_sent_again_is_no_second_result():
    """One test was "two results, nothing is left to confirm"."""
    same = on("2026-05-04", glucose("1.30"))
    found = named(draft_of(of_anybody("2026-11-10", *same), of_anybody("2026-05-10", *same)),
                  "diabetes_range")  # fmt: skip
    assert found.message.id == "finding.diabetes_range.to_confirm"
    other = of_anybody("2026-03-10", glucose("1.40"))
    found = named(
        draft_of(of_anybody("2026-11-10", *same), of_anybody("2026-05-10", *same), other),
        "diabetes_range",
    )
    assert found.message.id == "finding.diabetes_range.second_result"
    assert found.message.parameters["value"] == "1.40"


def test_a_glucose_of_today_that_was_measured_before_the_high_one_settles_nothing():
    high = of_anybody("2026-09-10", {**glucose("2.30"), "fasting_hours": 1})
    calm = of_anybody("2026-11-10", *on("2026-03-02", glucose("0.90")))
    limits = {m.id for m in named(draft_of(calm, high), "diabetes_range").limits}
    assert "limit.earlier_diabetes_range" in limits
    since = of_anybody("2026-11-10", *on("2026-10-02", glucose("0.90")))
    limits = {m.id for m in named(draft_of(since, high), "diabetes_range").limits}
    assert "limit.earlier_diabetes_range" not in limits


def test_a_value_that_was_measured_before_an_urgent_one_is_no_new_measurement():
    high = of_anybody("2026-11-01", of("triglycerides", "12", "mmol/L"))
    low = of("triglycerides", "1.1", "mmol/L")
    draft = draft_of(of_anybody("2026-11-10", *on("2026-10-20", low)), high)
    assert [i.message.id for i in draft.urgent] == ["urgent.earlier_value"]
    assert draft_of(of_anybody("2026-11-10", *on("2026-11-05", low)), high).urgent == ()


def test_an_earlier_urgent_value_has_its_own_day_beside_that_of_its_visit():
    high = of_anybody("2026-11-01", *on("2026-01-05", of("hba1c", "13.5", "%")))
    text = " ".join(render_text(draft_of(of_anybody("2026-11-10"), high), "en").split())
    assert "Earlier visit (9 d ago)" in text
    assert "2026-01-05" in text
