"""An ECG beside an earlier one of the same person: new, gone, unchanged, not comparable."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from ecg_pairs import calm, later, recording, side
from laennec.engine.ecg.comparison import compare_ecgs
from laennec.engine.ecg.comparison.changes import changes_of
from laennec.engine.ecg.comparison.comparable import EcgPair
from laennec.engine.ecg.comparison.own import own_spread
from laennec.engine.ecg.comparison.settings import FILE, comparison_settings, parse_comparison
from laennec.engine.ecg.comparison.stored import stored_changes
from laennec.engine.ecg.comparison.swapped import CHEST_LEADS, LIMB_SWAPS
from laennec.engine.ecg.leads import LIMB_LEADS
from laennec.engine.ecg.recorded import EcgRecorded
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.errors import DataError
from laennec.engine.vocabulary.load import read_toml

TOLD = {"new", "gone", "changed"}


def standings(comparison):
    return {one.name: one.standing for one in comparison.standings}


def change(comparison, name, lead=""):
    return next(c for c in comparison.changes if (c.name, c.lead) == (name, lead))


def reasons(comparison):
    return {one.id.rpartition(".")[2] for one in comparison.reasons}


def swapped(signal, swap):
    order = [signal.leads.index(name) for name, _ in LIMB_SWAPS[swap]]
    sign = np.array([s for _, s in LIMB_SWAPS[swap]])
    mixed = signal.signal_mv.copy()
    mixed[: len(LIMB_LEADS)] = sign[:, None] * signal.signal_mv[order]
    return EcgSignal(signal.leads, mixed, signal.sampling_rate_hz)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_same_person_recorded_again_has_nothing_new(seed):
    found = compare_ecgs(later(seed=seed), calm(seed))
    assert not [s for s in found.standings if s.standing in TOLD]
    assert not [c for c in found.changes if c.verdict == "beyond" and not c.lead]
    assert standings(found)["sinus_rhythm"] == "unchanged"


@pytest.mark.parametrize("name", ["lbbb", "rbbb", "av_block_1", "atrial_fibrillation"])
def test_what_was_not_there_is_new_and_the_other_way_round_gone(name):
    found = compare_ecgs(later(name), calm())
    assert standings(found)[name] == "new"
    back = compare_ecgs(calm(), later(name))
    assert standings(back)[name] == "gone"


def test_what_was_there_then_is_not_new():
    found = compare_ecgs(later("lbbb"), side(recording("lbbb")))
    assert standings(found)["lbbb"] == "unchanged"


def test_a_new_block_names_the_width_that_moved():
    found = compare_ecgs(later("lbbb"), calm())
    block = next(s for s in found.standings if s.name == "lbbb")
    assert block.moved == ("qrs",)
    qrs = change(found, "qrs")
    assert qrs.verdict == "beyond"
    assert qrs.difference == pytest.approx(qrs.now - qrs.before, abs=1e-3)
    assert qrs.difference > qrs.limit > 0
    assert set(qrs.sd) == {"day", "method", "beats_before", "beats_now"}


def test_beside_a_wide_qrs_st_and_q_are_not_compared():
    found = compare_ecgs(later("lbbb"), calm())
    assert "conduction_differs" in reasons(found)
    assert change(found, "st_j", "V2").verdict == "not_comparable"
    assert not {"st_moved", "q_waves", "t_inverted"} & standings(found).keys()


def test_a_longer_qtc_is_told_with_its_limit():
    found = compare_ecgs(later(qtc_ms=480.0), side(recording(qtc_ms=410.0)))
    qtc = change(found, "qtc_fridericia")
    assert qtc.verdict == "beyond"
    assert 50.0 < qtc.difference < 90.0
    assert standings(found)["qtc_fridericia"] == "changed"


@pytest.mark.parametrize("where", ["inferior", "anterior"])
def test_new_q_waves_are_told_by_lead(where):
    found = compare_ecgs(later(f"old_mi_q_waves_{where}"), calm())
    q = [s for s in found.standings if s.name == "q_waves"]
    assert q and q[0].standing == "new"
    assert set(q[0].leads) <= ({"II", "III", "aVF"} if where == "inferior" else set(CHEST_LEADS))


def test_a_turned_axis_is_a_change_across_the_half_circle_too():
    found = compare_ecgs(side(recording(axis_deg=170.0)), side(recording(axis_deg=-150.0)))
    axis = change(found, "qrs_axis")
    assert axis.difference == pytest.approx(-40.0, abs=15.0)


def test_the_same_recording_twice_says_nothing():
    """The bug it pins: a recording sent twice would have been called unchanged."""
    found = compare_ecgs(calm(), calm())
    assert reasons(found) == {"same_signal"}
    assert {s.standing for s in found.standings} == {"not_comparable"}
    assert {c.verdict for c in found.changes} == {"not_comparable"}


@pytest.mark.parametrize("swap", sorted(LIMB_SWAPS))
def test_leads_swapped_between_the_two_are_found_and_no_change_is_made_of_it(swap):
    """H26: a swap of electrodes is mistaken for a turned axis or a new infarction."""
    found = compare_ecgs(side(swapped(recording(start_s=20.0), swap)), calm())
    assert {"leads_swapped", "leads_swapped_between"} & reasons(found)
    assert not [
        s for s in found.standings if s.kind in ("axes", "q_waves", "st_t") and s.standing in TOLD
    ]


@pytest.mark.parametrize("swap", sorted(LIMB_SWAPS))
def test_a_swap_that_neither_recording_shows_is_found_between_the_two(swap):
    """No test asked the second reading of H26: every swap was seen by one recording alone."""
    blind = replace(side(swapped(recording(start_s=20.0), swap)), swaps=())
    found = compare_ecgs(blind, calm())
    assert "leads_swapped_between" in reasons(found)
    assert change(found, "qrs_axis").verdict == "not_comparable"


def test_an_ecg_that_cannot_be_read_is_not_compared():
    rng = np.random.default_rng(1)
    signal = recording()
    noise = EcgSignal(signal.leads, rng.normal(0.0, 0.5, signal.signal_mv.shape), 500.0)
    found = compare_ecgs(side(noise), calm())
    assert "not_assessable" in reasons(found)
    assert {c.verdict for c in found.changes} == {"not_comparable"}


def test_a_low_sampling_rate_leaves_rate_and_rhythm():
    signal = recording(start_s=20.0)
    slow = EcgSignal(signal.leads, signal.signal_mv[:, ::4], 125.0)
    found = compare_ecgs(side(slow), calm())
    assert "low_sampling_rate" in reasons(found)
    assert change(found, "rate").verdict == "within"
    assert change(found, "qrs").verdict == "not_comparable"
    assert standings(found)["sinus_rhythm"] == "unchanged"


@pytest.mark.parametrize(
    ("earlier", "reason", "lost"),
    [
        (EcgRecorded(high_pass_hz=0.5), "high_pass_differs", ("t", "V5")),
        (EcgRecorded(low_pass_hz=40.0), "low_pass_differs", ("r", "V5")),
    ],
)
def test_other_filters_are_not_a_change_of_the_heart(earlier, reason, lost):
    new = replace(later(), recorded=EcgRecorded("maker x", 0.05, 150.0))
    found = compare_ecgs(new, replace(calm(), recorded=earlier))
    assert reason in reasons(found)
    assert change(found, *lost).verdict == "not_comparable"
    assert change(found, "rate").verdict == "within"


def test_another_device_asks_for_care():
    new = replace(later(), recorded=EcgRecorded("maker x", 0.05, 150.0))
    old = replace(calm(), recorded=EcgRecorded("maker y", 0.05, 150.0))
    days = {"on": date(2021, 3, 3), "today": date(2026, 11, 3)}
    assert reasons(compare_ecgs(new, old, **days)) == {"device_differs"}


def test_a_paced_rhythm_is_compared_by_rate_and_rhythm_only():
    found = compare_ecgs(later("paced_rhythm_ventricular"), calm())
    assert "paced" in reasons(found)
    assert change(found, "qrs").verdict == "not_comparable"
    assert standings(found)["paced_rhythm"] == "new"


def test_a_person_whose_own_recordings_vary_more_has_a_wider_limit():
    settings = comparison_settings()
    restless = [side(recording(start_s=2.0 * k, pr_ms=150.0 + 25.0 * k)) for k in range(4)]
    own = own_spread(restless, settings)
    assert own["pr", ""] > 20.0
    assert own_spread(restless[:2], settings) == {}
    alone = EcgPair.of(later(), calm(), settings)
    known = EcgPair.of(later(), calm(), settings, own)
    limits = [
        next(c.limit for c in changes_of(pair) if (c.name, c.lead) == ("pr", ""))
        for pair in (alone, known)
    ]
    assert limits[1] > 2 * limits[0]


def test_a_steady_person_keeps_the_limit_of_the_rows():
    settings = comparison_settings()
    steady = [side(recording(start_s=4.0 * k)) for k in range(4)]
    own = own_spread(steady, settings)
    found, alone = (
        changes_of(EcgPair.of(later(), calm(), settings, spread)) for spread in (own, {})
    )
    pr = [next(c.limit for c in changes if c.name == "pr") for changes in (found, alone)]
    assert pr[0] == pr[1]


def test_a_t_with_two_sides_has_no_axis():
    old = calm()
    measured = old.per_lead
    two = replace(measured, t_negative_mv=-measured.t_positive_mv)
    axis = change(compare_ecgs(later(), replace(old, per_lead=two)), "t_axis")
    assert axis.why == ("ecg_since.reason.t_two_sided",)


def test_two_kept_reports_tell_rate_and_intervals_only():
    now, then = later(qtc_ms=480.0).section, side(recording(qtc_ms=400.0)).section
    assert {c.name for c in stored_changes(now, then)} >= {"qtc_fridericia"}
    assert stored_changes(now, now) == ()
    assert stored_changes(now, None) == ()
    assert stored_changes(now, replace(then, verdict="not_assessable")) == ()
    assert stored_changes(now, replace(then, sampling_rate_hz=100.0)) == ()
    told = {c.name for c in stored_changes(now, then)}
    assert told <= {"rate", "p", "pr", "qrs", "qt", "qtc_fridericia"}


def test_a_broken_data_file_is_refused_by_name():
    raw = read_toml("laennec.engine.guidelines", FILE)
    with pytest.raises(DataError, match="coverage"):
        parse_comparison({**raw, "method": {}}, FILE)
    rule = {**raw["rule"][0], "level": "U9"}
    with pytest.raises(DataError, match="U9"):
        parse_comparison({**raw, "rule": [rule]}, FILE)
    value = {**raw["value"][0], "source": ""}
    with pytest.raises(DataError, match="every row says where it is from"):
        parse_comparison({**raw, "value": [value]}, FILE)
