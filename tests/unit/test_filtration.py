"""Kidney function is followed where only creatinine was sent, as far as it can be computed."""

from dataclasses import replace

import numpy as np
import pytest
from follow_up_visits import GUIDELINES, MODELS, visit
from laennec.engine import filtration, parse, screen
from laennec.engine.derived import combined_input
from laennec.engine.features import features
from laennec.engine.filtration import FILTRATION, computed_rate
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.record import ItemState
from laennec.engine.scores.kidney import estimated_gfr
from laennec.engine.screening import screen_columns
from laennec.engine.stacking import stack_visits
from laennec.engine.trajectories import trajectory_items, visit_points
from laennec.engine.words.text import render_text

RISING = ("80", "90", "105", "120", "140", "160", "175", "195")
RATE = "mL/min/{1.73_m2}"


def creatinine(value, unit="umol/L", **more):
    return {"code": "creatinine", "value": value, "unit": unit, **more}


def egfr(value, **more):
    return {"code": "egfr", "value": value, "unit": RATE, **more}


def person(day, *measurements, sex="female", born="1968-03-02", conditions=("diabetes",)):
    given = visit(day, conditions=conditions)
    who = {"id": "p-1", "birth_date": born, "sex": sex}
    who = {key: value for key, value in who.items() if value is not None}
    return {**given, "person": who, "measurements": list(measurements)}


def drafted(today, *past):
    return screen(parse({**today, "previous_visits": list(past)}), MODELS, GUIDELINES)


def batch(*measurements, **who):
    return check_plausibility(parse(person("2026-11-03", *measurements, **who)).batch)


def rate_of(one):
    """Return the rate that stands and those of which a trajectory is made."""
    found = combined_input(one, FILTRATION)
    points = visit_points(one, np.zeros(1, np.int64), np.zeros(1, np.int64)).get("egfr")
    used = [] if points is None else sorted(points.value[np.isfinite(points.value)])
    return float(found.column.model_values()[0, 0]), used


def test_a_creatinine_that_rises_over_the_years_is_followed_and_asks_for_advice():
    """Pinned: no line, no urgency, and "Creatinine and filtration rate: done"."""
    past = [person(f"{2019 + i}-11-03", creatinine(v)) for i, v in enumerate(RISING[:-1])]
    one = drafted(person("2026-11-03", creatinine(RISING[-1])), *past)
    assert [(i.rule_id, i.level) for i in one.urgent] == [("egfr_below_30", "U2")]
    followed = {t.item: t for t in one.trajectories}
    assert followed["egfr"].last_value == pytest.approx(25.3)
    assert followed["egfr"].direction == "falls"
    assert followed["creatinine"].direction == "rises"
    text = " ".join(render_text(one, "en").split())
    assert "computed from creatinine, CKD-EPI 2021" in text
    assert "creatinine test" not in text, "it was measured today"
    assert "Computed from creatinine (CKD-EPI 2021)" in text


@pytest.mark.parametrize(
    ("measurements", "expected", "used"),
    [
        ((creatinine("195"),), 25.3, [25.3]),
        ((creatinine("22.05", "mg/L"),), 25.3, [25.3]),
        ((egfr("60"), creatinine("195")), 25.3, [25.3]),
        ((egfr("20"), creatinine("80")), 20.0, [20.0]),
        ((egfr("20"),), 20.0, [20.0]),
        ((egfr("60"), creatinine("250")), 60.0, [60.0]),
        ((creatinine("250"),), np.nan, []),
    ],
)
def test_the_worse_of_sent_and_computed_counts(measurements, expected, used):
    found = rate_of(batch(*measurements))
    assert found[0] == pytest.approx(expected, abs=0.05, nan_ok=True)
    assert found[1] == pytest.approx(used, abs=0.05)


@pytest.mark.parametrize("who", [{"sex": None}, {"born": "2010-03-02"}])
def test_where_it_cant_be_computed_the_creatinine_itself_is_followed(who):
    past = [person(f"{2023 + i}-11-03", creatinine(v), **who) for i, v in enumerate(RISING[:3])]
    followed = {
        t.item for t in drafted(person("2026-11-03", creatinine("120"), **who), *past).trajectories
    }
    assert "creatinine" in followed
    assert "egfr" not in followed


def test_a_bound_of_creatinine_is_one_of_the_rate_on_the_other_side():
    column = computed_rate(batch(creatinine("195", comparator=">")))
    assert (column.comparator[0, 0] < 0, column.accepted[0, 0]) == (True, True)
    assert drafted(person("2026-11-03", creatinine("195", comparator=">"))).urgency == "U1"


def test_a_creatinine_that_waits_makes_no_rate_that_is_used_and_may_ask_for_a_physician_today():
    waits = creatinine("340")
    one = batch(waits)
    assert computed_rate(one).state[0, 0] == ItemState.SUSPECT
    assert not features(one)["egfr_ml_per_min_1_73m2"].observed[0]
    said = drafted(person("2026-11-03", waits))
    assert said.urgency == "U1", "confirmed it would be 12.8, below 15"
    assert [i.action for i in said.urgent if i.level == "U1"] == ["check_kidney_physician_today"]
    both = drafted(person("2026-11-03", creatinine("500")))
    assert len([i for i in both.urgent if i.level == "U1"]) == 1, "said once"


def test_an_index_without_a_creatinine_that_waits_is_withheld():
    hba1c = {"code": "hba1c", "value": "8.2", "unit": "%"}
    calm = drafted(person("2026-11-03", hba1c, creatinine("80"))).follow_up
    worse = drafted(person("2026-11-03", hba1c, creatinine("150"))).follow_up
    assert worse.index > calm.index
    for value in ("250", "5000"):
        waits = drafted(person("2026-11-03", hba1c, creatinine(value))).follow_up
        assert waits.index is None
    bound = drafted(person("2026-11-03", hba1c, creatinine("100", comparator=">"))).follow_up
    assert bound.index is None


def test_a_batch_gives_what_each_visit_gives_alone():
    cases = [
        (creatinine("195"),),
        (egfr("60"), creatinine("80")),
        (egfr("20"),),
        (),
        (creatinine("250"),),
    ]
    alone = [batch(*case) for case in cases]
    together = check_plausibility(stack_visits(alone))
    found = combined_input(together, FILTRATION).column.model_values()[:, 0]
    np.testing.assert_array_equal(found, [rate_of(one)[0] for one in alone])
    days = np.zeros(len(cases), np.int64)
    points = visit_points(together, np.arange(len(cases)), days)["egfr"]
    for row, one in enumerate(alone):
        mine = points.value[points.group == row]
        np.testing.assert_array_equal(sorted(mine[np.isfinite(mine)]), rate_of(one)[1])


@pytest.mark.parametrize(
    ("case", "times"), [((creatinine("195"),), 1), ((egfr("20"),), 0), ((), 0)]
)
def test_the_equation_runs_once_a_batch_and_not_without_a_creatinine(case, times, monkeypatch):
    ran = []

    def counted(*given):
        ran.append(1)
        return estimated_gfr(*given)

    monkeypatch.setattr(filtration, "estimated_gfr", counted)
    one = parse(person("2026-11-03", *case)).batch
    screened = screen_columns(stack_visits([one, one]), MODELS, GUIDELINES).batch
    days = np.zeros(2, np.int64)
    visit_points(screened, np.arange(2), days)
    assert len(ran) == times
    changed = replace(screened, age_years=screened.age_years + np.int16(9))
    before, after = (computed_rate(one).model_values()[:, 0] for one in (screened, changed))
    assert not times or (before > after).all(), "a changed batch makes its own"


def test_both_are_followed():
    assert {"egfr", "creatinine"} <= {item.name for item in trajectory_items()}
