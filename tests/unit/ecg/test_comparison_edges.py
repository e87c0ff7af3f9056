"""The edges of a comparison of ECGs: what is missing, what is swapped, and every line in words."""

from dataclasses import replace

import numpy as np
import pytest
from ecg_pairs import calm, later, recording, side
from laennec.engine.ecg.comparison import compare_ecgs
from laennec.engine.ecg.comparison.comparable import EcgPair
from laennec.engine.ecg.comparison.rules import since_items
from laennec.engine.ecg.comparison.settings import comparison_settings
from laennec.engine.prediagnosis import EcgChange, EcgComparison, EcgStanding, Message
from laennec.engine.words import Sentences
from laennec.engine.words.ecg_since_lines import write_comparison
from laennec.engine.words.paper import Page


def reasons(comparison):
    return {one.id.rpartition(".")[2] for one in comparison.reasons}


def test_a_swap_that_one_recording_shows_is_named():
    found = compare_ecgs(later(), replace(calm(), swaps=("la_ra",)))
    assert "leads_swapped" in reasons(found)
    assert {c.verdict for c in found.changes if c.name == "qrs_axis"} == {"not_comparable"}


def test_leads_on_scales_of_their_own_lose_their_heights():
    old = calm()
    section = replace(old.section, reasons=(Message("quality.record.own_scale", {}),))
    found = compare_ecgs(later(), replace(old, section=section))
    assert "own_scale" in reasons(found)
    assert {c.verdict for c in found.changes if c.name == "r"} == {"not_comparable"}


def test_rates_far_apart_ask_for_care():
    found = compare_ecgs(later(rate_bpm=96.0), side(recording(rate_bpm=60.0)))
    assert "rates_apart" in reasons(found)


def test_without_a_median_beat_no_lead_is_compared():
    for now, then in (
        (later(), replace(calm(), per_lead=None)),
        (replace(later(), per_lead=None), calm()),
    ):
        found = compare_ecgs(now, then)
        assert {c.verdict for c in found.changes if c.lead} == {"not_comparable"}
        assert not {"q_waves", "r_progression"} & {s.name for s in found.standings}


def test_a_transition_that_moved_by_two_leads_is_told():
    old = calm()
    measured = old.per_lead
    chest = [measured.leads.index(f"V{k}") for k in range(1, 7)]
    r = measured.qrs.r_mv.copy()
    r[chest] = 0.05
    low = replace(measured, qrs=replace(measured.qrs, r_mv=r))
    found = compare_ecgs(later(), replace(old, per_lead=low))
    moved = next(s for s in found.standings if s.name == "r_progression")
    assert moved.before == "7"


def test_a_chest_lead_that_cannot_be_read_leaves_the_transition_open():
    old = calm()
    measured = old.per_lead
    row = measured.leads.index("V4")
    s = measured.qrs.s_mv.copy()
    s[row] = float("nan")
    lost = replace(measured, qrs=replace(measured.qrs, s_mv=s))
    found = compare_ecgs(later(), replace(old, per_lead=lost))
    assert not [s for s in found.standings if s.name == "r_progression"]


def test_st_of_a_lead_that_is_not_there_or_refused_has_no_number():
    one = calm()
    assert np.isfinite(one.st_mv("V3")).all()
    row = one.classical.leads.index("V3")
    leads = tuple("" if k == row else name for k, name in enumerate(one.classical.leads))
    assert np.isnan(replace(one, classical=replace(one.classical, leads=leads)).st_mv("V3")).all()


def with_second_st(one, moved_mv, *leads):
    """Return a side of which only the second measurement saw ST move in some leads."""
    st = one.classical.st_j_mv.copy()
    st[[one.classical.leads.index(lead) for lead in leads]] += moved_mv
    return replace(one, classical=replace(one.classical, st_j_mv=st))


@pytest.mark.parametrize(
    ("moved_mv", "leads", "told"),
    [
        (0.4, ("V3", "V4"), True),
        (-0.4, ("V3", "V4"), True),
        (0.4, ("V4",), False),
        (0.01, ("V3", "V4"), False),
        (float("nan"), ("V3", "V4"), False),
    ],
)
def test_st_that_only_the_second_measurement_saw_move_asks_for_a_person(moved_mv, leads, told):
    """Either of the two measurements is enough, in two neighbouring leads; no value asks nobody."""
    now = with_second_st(later(), moved_mv, *leads)
    pair = EcgPair.of(now, calm(), comparison_settings(), {})
    found = [i for i in since_items(pair, compare_ecgs(now, calm()), ()) if "st_moved" in i.rule_id]
    assert bool(found) is told
    assert [i.message.parameters["leads"] for i in found] == ["V3, V4"] * told


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            ("10 days ago", "from V3 to no chest lead", "R in V3 1.20 to 0.40 mV", "limit ± 0.30"),
        ),
        ("fr", ("il y a 10", "de V3 à aucune dérivation", "R en V3 de 1,20", "limite ± 0,30")),
    ],
)
def test_every_part_is_worded(lang, said):
    changes = (
        EcgChange("r", "V3", "mV", 1.2, 0.4, -0.8, 0.3, "beyond"),
        EcgChange(
            "pr", "", "ms", 160.0, None, None, None, "not_comparable", ("ecg.withheld.no_p_wave",)
        ),
    )
    standings = (
        EcgStanding("r_progression", "heights", "changed", "3", "7"),
        EcgStanding("q_waves", "q_waves", "new", leads=("II", "aVF")),
        EcgStanding("lbbb", "conduction", "unclear", why=("ecg_since.reason.not_moved",)),
    )
    page = Page()
    found = EcgComparison("v-1", "2026-10-24", 10, "0", (), changes, standings)
    write_comparison(found, Sentences(lang), page)
    text = " ".join(" ".join(page.lines).split())
    for part in said:
        assert part in text


def test_nothing_is_written_where_nothing_is_compared_and_an_undated_one_says_so():
    page = Page()
    write_comparison(None, Sentences("en"), page)
    assert page.lines == []
    write_comparison(EcgComparison("", "", None, "0", (), (), ()), Sentences("en"), page)
    text = " ".join(" ".join(page.lines).split())
    assert "its date is not known" in text
    assert "Nothing could be compared" in text
