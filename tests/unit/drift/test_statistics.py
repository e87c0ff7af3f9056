"""Index, shares, control sums: against the study's own index, and against simulation."""

import numpy as np
import pytest
from laennec.engine.errors import DataError
from laennec.serving.years.drift.control import Decision, charts_of, month_of_text, override_place
from laennec.serving.years.drift.cusum import running_sums
from laennec.serving.years.drift.index import Counted, raw_index, stability
from laennec.serving.years.drift.judge import Judge
from laennec.serving.years.drift.limits import house_limits, read_limits
from laennec.serving.years.drift.measure import measure_index, measure_sums
from laennec.serving.years.drift.shares import moved, wilson_interval
from laennec.serving.years.drift.tally import significant
from laennec.validation.statistics.drift import bin_shares, population_stability


def counted(values):
    return Counted(*np.unique(values, return_counts=True))


def test_the_index_is_that_of_the_studies_where_bins_are_the_same():
    rng = np.random.default_rng(3)
    before, now = np.round(rng.normal(size=4000), 3), np.round(rng.normal(0.4, 1, 3000), 3)
    first, second = bin_shares(before, now)
    theirs = population_stability(before, now, 1)
    assert raw_index(first, second) == pytest.approx(theirs.value, rel=1e-9)
    ours = stability(counted(before), counted(now))
    assert ours.value == pytest.approx(theirs.value, abs=0.01)
    assert ours.low < theirs.value < ours.high


def test_without_a_change_the_index_is_near_zero_however_few_they_are():
    rng = np.random.default_rng(4)
    found = [
        stability(counted(rng.normal(size=300)), counted(rng.normal(size=100))) for _ in range(200)
    ]
    assert np.mean([f.value for f in found]) < 0.03
    assert all(f.low <= f.value <= f.high for f in found)
    assert np.mean([f.low == 0.0 for f in found]) > 0.95


def test_codes_are_bins_of_their_own_also_a_new_one():
    before = counted(np.array([0.0] * 50 + [1.0] * 50))
    now = counted(np.array([0.0] * 50 + [2.0] * 50))
    assert stability(before, now, is_code=True).value > 1
    assert stability(before, before, is_code=True).value == 0.0


def test_a_single_value_can_not_move():
    same = counted(np.full(200, 5.0))
    assert stability(same, same).value == 0.0


def test_three_figures_are_kept_of_every_size():
    values = np.array([123456.0, 0.00123456, 1.0, 9.999])
    assert significant(values).tolist() == [123000.0, 0.00123, 1.0, 10.0]


def test_a_share_that_doubles_is_seen_and_one_that_stays_is_not():
    risen = moved((50, 1000), (100, 1000))
    assert risen.odds_ratio == pytest.approx(2.1, abs=0.1)
    assert risen.chance < 1e-4
    still = moved((50, 1000), (51, 1000))
    assert still.chance > 0.5
    assert moved((0, 10), (0, 10)).chance == 1.0


def test_the_interval_of_a_share_holds_the_share():
    for k, n in ((0, 20), (3, 20), (20, 20)):
        low, high = wilson_interval(k, n)
        assert low <= k / n <= high


def test_the_sums_rise_only_the_way_they_look():
    often = running_sums(np.ones(40, dtype=bool), (0.2, 0.2), 2.0, 6.0)
    assert often.signals[0][1] == "rise"
    assert often.fall.max() == 0
    never = running_sums(np.zeros(80, dtype=bool), (0.2, 0.2), 2.0, 6.0)
    assert {way for _, way in never.signals} == {"fall"}


def decisions(months, rate_after, *, release="a", rng=None, n=60):
    rng = rng or np.random.default_rng(8)
    place = override_place("diabetes_range", "", "", release)
    return [
        Decision(place, 24300 + m, f"{m:02d}-{i:04d}", f"d{m}-{i}", bool(rng.random() < rate))
        for m in range(months)
        for rate in (0.2 if m < 4 else rate_after,)
        for i in range(n)
    ]


def test_a_share_of_overrides_that_rises_gives_a_signal_after_it_rose_and_not_before():
    chart = charts_of(decisions(10, 0.5), Judge(house_limits()))[0]
    assert chart.signals
    assert {way for _, way in chart.signals} == {"rise"}
    assert min(month for month, _ in chart.signals) >= 24304


def test_findings_that_nobody_contradicts_any_more_give_a_signal_too():
    chart = charts_of(decisions(14, 0.0), Judge(house_limits()))[0]
    assert {way for _, way in chart.signals} == {"fall"}


def test_the_order_in_which_decisions_come_changes_nothing():
    mine = decisions(10, 0.5)
    order = np.random.default_rng(2).permutation(len(mine))
    judge = Judge(house_limits())
    assert charts_of([mine[i] for i in order], judge) == charts_of(mine, judge)


def test_a_new_release_begins_its_chart_anew():
    judge = Judge(house_limits())
    old, new = decisions(4, 0.2), decisions(3, 0.2, release="b", n=20)
    charts = charts_of([*old, *new], judge)
    assert [c.place.release for c in charts] == ["a", "b"]
    assert charts[1].state == "few"
    assert charts[1].expected is None


def test_a_day_that_is_none_has_no_month():
    assert month_of_text("2025-13-01") == -1
    assert month_of_text("") == -1


@pytest.mark.parametrize(
    "text",
    ["x", 'schema = "laennec.drift_limits/1"\n[psi]\nwatsh = { value = 0.2, source = "s" }',
     'schema = "laennec.drift_limits/1"\n[psi]\nwatch = { value = 0.2 }',
     'schema = "laennec.drift_limits/1"\n[psi]\nwatch = { value = 0, source = "s" }',
     'schema = "laennec.drift_limits/1"\n[months]\nreference = { value = inf, source = "s" }',
     'schema = "other"'],
)  # fmt: skip
def test_limits_that_can_not_be_read_are_refused(tmp_path, text):
    path = tmp_path / "limits.toml"
    path.write_text(text)
    with pytest.raises(DataError, match="other limits than meant"):
        read_limits(path)


def test_a_site_sets_its_own_limit_and_it_is_said(tmp_path):
    path = tmp_path / "limits.toml"
    path.write_text(
        'schema = "laennec.drift_limits/1"\n[psi]\nact = { value = 0.4, source = "ours" }'
    )
    limits = read_limits(path)
    assert limits.number("psi.act") == 0.4
    assert limits.own == {"psi.act"}
    assert limits.number("psi.watch") == 0.1


def test_the_command_that_measures_finds_few_false_alarms_and_the_intervals_hold():
    sums = {(r.share, r.reference): r for r in measure_sums(runs=60)}
    assert max(r.false_alarm[0] for r in sums.values()) < 0.15
    assert sums[0.4, 300].found > 0.9
    rows = measure_index(runs=40)
    assert all(r.acted + r.watched == 0 for r in rows if r.shift == 0)
    assert np.mean([r.covered for r in rows]) > 0.9
