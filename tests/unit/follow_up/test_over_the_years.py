"""What must hold over any run of visits: their order, one, forty years, values in conflict."""

from datetime import date, timedelta

import numpy as np
import pytest
from follow_up_visits import draft, state, visit
from laennec.engine import past as past_module
from laennec.engine.follow_up.settings import due_rows
from laennec.engine.plausibility.check import check_plausibility
from laennec.engine.words.as_json import canonical_content
from laennec.engine.words.text import render_text
from laennec.serving.years.trajectories.lifetimes import measure_lifetimes

RANK = {"up_to_date": 0, "due": 1}
TODAY = date(2026, 11, 3)


def years(count, start=6.0, rise=0.1):
    first = 2026 - count
    return [
        visit(f"{first + i}-11-03", hba1c=f"{start + rise * i:.1f}", egfr="80")
        for i in range(count)
    ]


def follow_up(previous, **given):
    return canonical_content(draft(previous, **given))["follow_up"]


def test_the_order_of_the_earlier_visits_changes_nothing():
    past = years(9)
    straight = draft(past, hba1c="7.1")
    for seed in range(3):
        order = np.random.default_rng(seed).permutation(len(past))
        other = draft([past[i] for i in order], hba1c="7.1")
        assert other.follow_up == straight.follow_up
        assert other.trajectories == straight.trajectories
        assert other.risk_changes == straight.risk_changes


def test_a_later_last_test_is_never_more_overdue():
    before = None
    for days in range(0, 900, 45):
        day = (TODAY - timedelta(days=days)).isoformat()
        rank = RANK[state(draft([visit(day, egfr="80")], hba1c="6.9"), "kidney").state]
        assert before is None or rank >= before
        before = rank
    assert before == 1


@pytest.mark.parametrize("since", [100, 200, 400])
def test_a_worse_hba1c_never_makes_anything_less_overdue(since):
    day = (TODAY - timedelta(days=since)).isoformat()
    answers = {"questionnaire": {"last_eye_examination": "within_2_years"}}
    previous = None
    for tenth in range(55, 110, 7):
        past = [visit(day, hba1c=f"{tenth / 10:.1f}")]
        found = draft(past, hba1c=f"{tenth / 10:.1f}", answers=answers).follow_up
        months = {d.id: d.months for d in found.due}
        ranks = {d.id: RANK.get(d.state, 0) for d in found.due}
        if previous is not None:
            assert all(months[i] <= previous[0][i] for i in months)
            assert all(ranks[i] >= previous[1][i] for i in ranks)
        previous = months, ranks


def test_an_answer_of_longer_ago_is_never_less_overdue():
    codes = ("within_1_year", "within_2_years", "longer_ago", "never")
    for row in due_rows():
        if row.question and not row.is_once:
            name = row.question.partition(".")[2]
            ranks = [
                RANK[state(draft(hba1c="7.0", answers={"questionnaire": {name: c}}), row.id).state]
                for c in codes
            ]
            assert ranks == sorted(ranks), row.id


def test_one_visit_says_no_direction_and_everything_else():
    found = draft(hba1c="8.2", hba1c_target="7.0").follow_up
    assert found.direction == "too_few"
    assert found.index is not None
    assert state(draft(hba1c="8.2"), "hba1c").state == "up_to_date"


def test_each_earlier_visit_is_checked_once(monkeypatch):
    """It was checked twice: for the trends, and for the urgent values of earlier days."""
    checked = []

    def count(batch):
        checked.append(batch.visit_id[0])
        return check_plausibility(batch)

    monkeypatch.setattr(past_module, "check_plausibility", count)
    past = years(5)
    draft(past, hba1c="7.0")
    assert sorted(checked) == sorted(v["visit_id"] for v in past)


def test_time_in_range_counts_the_individual_target_where_one_is_set():
    past = years(5, start=7.4, rise=0.0)
    usual = draft(past, hba1c="7.4").trajectories
    own = draft(past, hba1c="7.4", hba1c_target="8.0").trajectories
    ranges = [next(t for t in one if t.item == "hba1c") for one in (usual, own)]
    assert [(t.range_id, t.share_in_range) for t in ranges] == [
        ("hba1c_usual_target", 0.0), ("hba1c_individual_target", 1.0),
    ]  # fmt: skip
    text = render_text(draft(past, hba1c="7.4", hba1c_target="8.0"), "en")
    assert "At the individual target or less for 100 %" in " ".join(text.split())


def test_the_goal_of_treatment_is_said_of_nobody_without_a_known_diabetes():
    """Pinned: 5.9 to 6.8 % without diabetes was "at 7 % or less for 100 % of the time"."""

    def hba1c(one):
        return next(t for t in one.trajectories if t.item == "hba1c")

    past = [{**one, "conditions": []} for one in years(5, start=5.9)]
    nobody = draft(past, hba1c="6.4", conditions=())
    assert (hba1c(nobody).share_in_range, hba1c(nobody).range_id) == (None, "")
    assert "7 %" not in next(
        line for line in render_text(nobody, "en").split("- ") if line.startswith("HbA1c: 6.4")
    )
    assert hba1c(draft(past, hba1c="6.4")).range_id == "hba1c_usual_target"
    before = draft(years(5, start=5.9), hba1c="6.4", conditions=())
    assert hba1c(before).range_id == "hba1c_usual_target"


def test_an_hba1c_of_an_earlier_visit_that_is_a_bound_is_the_last_one():
    """Pinned: ">14.0 %" of June was nowhere, and 7.0 % of February was the last value."""
    past = [visit("2026-02-20", hba1c="7.0"), visit("2026-06-20", hba1c=">14.0")]
    one = draft(past, weight="84")
    hba1c = next(t for t in one.trajectories if t.item == "hba1c")
    assert (hba1c.last_on, hba1c.last_value, hba1c.last_comparator) == ("2026-06-20", 14.0, ">")
    for lang, words in (
        ("fr", ("HbA1c : > 14,0 %", "connue seulement comme une borne")),
        ("en", ("HbA1c: > 14.0 %", "known only as a bound")),
    ):
        text = " ".join(render_text(one, lang).split())
        assert all(word in text for word in words)


@pytest.mark.parametrize("value", ["19.5", "75", "seven"])
def test_a_value_that_can_t_be_used_is_told_where_it_is_the_last_or_the_only_one(value):
    past = [visit("2026-02-20", hba1c="7.0"), visit("2026-06-20", hba1c=value)]
    text = " ".join(render_text(draft(past, weight="84"), "en").split())
    assert "A newer value, of 2026-06-20, was refused or is suspect" in text
    alone = draft(past[1:], weight="84")
    hba1c = next(t for t in alone.trajectories if t.item == "hba1c")
    assert (hba1c.tests, hba1c.last_value, hba1c.first_on) == (0, None, "")
    assert "HbA1c: no value that can be used." in " ".join(render_text(alone, "en").split())
    assert "HbA1c : aucune valeur utilisable." in " ".join(render_text(alone, "fr").split())


@pytest.mark.parametrize("values", [("6.8", ">14.0"), (">14.0", "6.8")])
def test_a_bound_that_contradicts_a_value_of_its_day_leaves_no_last_value(values):
    """Pinned: the bound was left out, and "HbA1c: 6.8 %" stood as the last value."""
    past = [visit("2026-06-20", hba1c=value) | {"visit_id": f"v-{value}"} for value in values]
    one = draft([visit("2026-02-20", hba1c="7.0"), *past], weight="84")
    text = " ".join(render_text(one, "en").split())
    assert "A newer value, of 2026-06-20, was refused or is suspect, or contradicts" in text
    assert "6.8 % on 2026-06-20" not in text


def test_forty_years_are_read_whole():
    past = years(40, start=5.6, rise=0.05)
    one = draft(past, hba1c="7.6")
    hba1c = next(t for t in one.trajectories if t.item == "hba1c")
    assert hba1c.tests == 41
    assert hba1c.first_on == "1986-11-03"
    assert one.follow_up.direction == "rises"
    low, high = hba1c.slope_interval
    assert low <= 0.05 <= high
    assert state(one, "kidney").last_on == "2025-11-03"


def test_values_of_one_day_that_conflict_are_said_and_make_no_trend():
    past = [
        *years(6, start=6.8, rise=0.0),
        {**visit("2024-11-03", hba1c="9.9"), "visit_id": "v-conflict"},
    ]
    one = draft(past, hba1c="6.8")
    hba1c = next(t for t in one.trajectories if t.item == "hba1c")
    assert any("conflict" in note.id for note in hba1c.notes)
    assert one.follow_up.direction == "no_trend_shown"


def test_a_change_of_assay_is_not_taken_for_a_trend():
    def of(year, value, assay):
        jitter = (-1) ** year * 0.01 * (year - 2014)
        entry = {"code": "hba1c", "value": f"{value + jitter:.2f}", "unit": "%", "assay": assay}
        return {**visit(f"{year}-11-03"), "measurements": [entry]}

    old = [of(year, 6.4, "laboratory") for year in range(2015, 2021)]
    for assay, said in (("point_of_care", "no_trend_shown"), ("laboratory", "rises")):
        *later, today = [of(year, 7.2, assay) for year in range(2021, 2027)]
        measured = {"measurements": today["measurements"]}
        assert draft([*old, *later], answers=measured).follow_up.direction == said


def test_a_unit_that_changes_is_no_trend():
    past = years(4, start=7.0, rise=0.0)
    for year in (2016, 2018, 2020):
        document = visit(f"{year}-11-03")
        entry = {"code": "hba1c", "value": "53.0", "unit": "mmol/mol"}
        past.append({**document, "measurements": [entry]})
    assert draft(past, hba1c="7.0").follow_up.direction == "no_trend_shown"


def test_simulated_lifetimes_recover_their_trend_and_an_assay_that_changes_makes_none():
    for row in measure_lifetimes(people=300):
        assert not row.covered < 0.9, row
        if row.slope == 0:
            assert row.rises < 0.06, row
            assert row.falls < 0.06, row
        if row.slope >= 0.3 and row.visits >= 12 and row.kind == "plain":
            assert row.rises > 0.99, row


def test_a_share_of_the_time_says_of_how_much_of_it_where_a_gap_is_left_out():
    """Of five years one was counted, and 100 % was printed without a word."""
    past = [visit("2021-11-03", hba1c="7.0"), visit("2022-11-03", hba1c="7.0")]
    hba1c = next(t for t in draft(past, hba1c="9.9").trajectories if t.item == "hba1c")
    assert hba1c.share_in_range == 1.0
    (gap,) = (note for note in hba1c.notes if note.id == "trajectory.gaps")
    assert gap.parameters == {"lost": 48, "gap": 24}
    for lang, words in (("fr", "12 des 60 mois"), ("en", "12 of the 60 months")):
        assert words in " ".join(render_text(draft(past, hba1c="9.9"), lang).split())
    whole = next(t for t in draft(years(5), hba1c="7.0").trajectories if t.item == "hba1c")
    assert "trajectory.gaps" not in {note.id for note in whole.notes}


def test_a_slope_that_shows_no_trend_does_not_move_the_index():
    """ "No trend of HbA1c shown" stood beside "38 %, rise of HbA1c a year: rising"."""
    values = ("6.9", "8.3", "6.6", "8.1", "7.2")
    past = [visit(f"{2021 + i}-11-03", hba1c=value) for i, value in enumerate(values)]
    one = draft(past, hba1c="8.0").follow_up
    assert one.direction == "no_trend_shown"
    assert one.index == draft(hba1c="8.0").follow_up.index
    assert not any(_names_rise(reason) for reason in one.reasons)


def _names_rise(reason):
    known = [v for v in reason.inputs if v.name == "hba1c_rise_percent_per_year"]
    return any(v.origin != "estimated" for v in known)
