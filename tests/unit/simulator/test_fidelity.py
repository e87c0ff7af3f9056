"""Shapes that a cardiologist expects, in numbers."""

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.leads import CHEST_LEADS


def median(name, wave, **changes):
    measured = simulate(scenario(name, variation=0.0, **changes), seed=1).truth.measured
    return measured.median_mv(wave)


def test_r_grows_and_s_shrinks_across_the_chest():
    r, s = median("sinus_rhythm", "r"), median("sinus_rhythm", "s")
    share = [r[lead] / (r[lead] - s[lead]) for lead in CHEST_LEADS]
    assert share == sorted(share)
    assert share[0] < 0.3
    assert share[4] > 0.75
    assert r["V1"] < r["V2"] < r["V3"] < r["V4"]


def test_normal_polarities():
    r, q, p, t = (median("sinus_rhythm", wave) for wave in ("r", "q", "p", "t"))
    assert p["II"] > 0.08
    assert p["aVR"] < 0
    assert t["aVR"] < 0
    assert r["aVR"] < 0.2
    assert all(t[lead] > 0.1 for lead in ("I", "II", "V2", "V3", "V4", "V5", "V6"))
    for lead in ("I", "V5", "V6"):
        assert 0 <= -q[lead] < 0.25 * r[lead]
    assert -q["V6"] > 0.02


def test_normal_voltages_stay_below_the_limits_of_hypertrophy():
    r, s = median("sinus_rhythm", "r"), median("sinus_rhythm", "s")
    assert 1.0 < r["V5"] - s["V1"] < 3.5


def test_right_bundle_branch_block_ends_late_to_the_right():
    r, s = median("rbbb", "r"), median("rbbb", "s")
    assert r["V1"] > 0.5
    assert s["I"] < -0.2
    assert s["V6"] < -0.3
    assert median("rbbb", "t")["V1"] < 0


def test_left_bundle_branch_block_has_no_septal_q_and_a_discordant_t():
    r, q, t = (median("lbbb", wave) for wave in ("r", "q", "t"))
    for lead in ("I", "V6"):
        assert q[lead] > -0.02
        assert r[lead] > 0.5
        assert t[lead] < 0
    assert q["V1"] < -1.0
    assert t["V1"] > 0.2


def test_left_anterior_block_has_qr_in_avl_and_rs_below():
    r, q, s = (median("left_anterior_fascicular_block", wave) for wave in ("r", "q", "s"))
    assert q["aVL"] < -0.05
    assert r["aVL"] > 0.5
    assert r["III"] > 0.05
    assert -s["III"] > r["III"]


@pytest.mark.parametrize(
    ("wall", "up", "down"),
    [
        ("anterior", ("V2", "V3", "V4"), ()),
        ("inferior", ("II", "III", "aVF"), ("aVL",)),
        ("lateral", ("I", "aVL", "V5", "V6"), ("III",)),
    ],
)
def test_st_rises_over_the_wall_and_falls_opposite(wall, up, down):
    st = median(f"st_elevation_{wall}", "st_j")
    assert all(st[lead] >= 0.1 for lead in up)
    assert all(st[lead] <= -0.05 for lead in down)


def test_posterior_injury_depresses_st_in_v1_to_v3():
    st = median("st_elevation_posterior", "st_j")
    assert all(st[lead] <= -0.05 for lead in ("V1", "V2", "V3"))


@pytest.mark.parametrize(
    ("wall", "leads"),
    [("inferior", ("II", "III", "aVF")), ("anterior", ("V1", "V2", "V3")), ("lateral", ("V6",))],
)
def test_old_infarction_begins_with_q(wall, leads):
    q = median(f"old_mi_q_waves_{wall}", "q")
    assert all(q[lead] < -0.1 for lead in leads)


def test_brugada_is_high_at_j_and_falls_into_a_negative_t():
    st, later, t = (median("brugada_type_1", wave) for wave in ("st_j", "st_j60", "t"))
    for lead in ("V1", "V2"):
        assert st[lead] >= 0.2
        assert later[lead] < st[lead]
        assert t[lead] < 0


def test_left_atrial_enlargement_ends_negative_in_v1():
    ecg = simulate(scenario("left_atrial_enlargement", variation=0.0), seed=1)
    beat = next(b for b in ecg.truth.beats if b.p and b.p.on is not None and b.p.on > 500)
    v1 = ecg.clean.lead_mv("V1")[beat.p.on : beat.p.off]
    assert v1[: len(v1) // 3].max() > 0.02
    assert v1.min() < -0.08


def test_a_premature_beat_is_early_wide_and_followed_by_a_pause():
    truth = simulate(scenario("premature_ventricular_complex"), seed=1).truth
    beats = [b for b in truth.beats if b.qrs is not None]
    at = next(i for i, b in enumerate(beats) if b.origin == "ectopic" and 0 < i < len(beats) - 1)
    mean = np.median([b.rr_s for b in beats if b.rr_s])
    assert beats[at].rr_s < 0.75 * mean
    assert beats[at + 1].rr_s > 1.2 * mean
    assert beats[at].qrs_ms > 120
    assert beats[at].rr_s + beats[at + 1].rr_s == pytest.approx(2 * mean, rel=0.1)


def test_qt_follows_rr():
    slow, fast = (
        simulate(scenario(rate_bpm=rate), seed=1).truth.measured.qt_ms for rate in (50, 100)
    )
    assert slow / fast == pytest.approx(2 ** (1 / 3), rel=0.02)


def test_the_plateau_of_a_bump_and_its_corners():
    from laennec.datasets.simulator.waves import Group, WaveTable, bump

    column = np.array([1.0])
    table = WaveTable(
        group=np.array([int(Group.ST)]),
        event=np.array([0]),
        begin_s=0 * column,
        end_s=column,
        rise=0.2 * column,
        fall=0.3 * column,
        up=2 * column,
        down=column,
        vector_mv=np.ones((1, 3)),
    )
    heights = [float(bump(table, np.array([t]))[0]) for t in (0.0, 0.1, 0.2, 0.5, 0.7, 0.85, 1.0)]
    assert heights == pytest.approx([0, 0.5, 1, 1, 1, np.sin(np.pi / 4), 0], abs=1e-12)


def test_chest_leads_of_people_see_more_than_a_dipole():
    """Three numbers explain eight textbook leads exactly, and those of a person nearly."""
    eight = [0, 1, *range(6, 12)]
    for variation, least, most in ((0.0, 0.0, 1e-12), (1.0, 1e-4, 0.05)):
        ecg = simulate(scenario(person_variation=variation), seed=3)
        power = np.linalg.svd(ecg.clean.signal_mv[eight], compute_uv=False) ** 2
        assert least <= power[3:].sum() / power.sum() <= most
