"""H1: a page whose leads stand in columns hides no infarction and no pause, and makes up none."""

from dataclasses import replace

import numpy as np
import pytest
from ecg_pages import CABRERA, CHEST_FIRST, FILLS, TWELVE, page
from laennec.datasets.readers.ecg import read_ecg
from laennec.datasets.simulator import Noise, scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.classical import load_classical
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.page import page_of
from laennec.engine.ecg.urgent import urgent_ecg
from laennec.engine.ecg.visit import ready_delineator, screened_ecg
from laennec.engine.words.sentences import Sentences

MAN = Person("male", 50.0)
NOISE = (Noise("emg", 22.0),)
ELEVATION, FRONT = "ecg_st_elevation", "ecg_front_depression"
PAUSE, NO_BEATS = "ecg_pause_3s", "ecg_no_clear_beats"
LAYOUTS = [(2, ()), (3, ()), (4, ()), (4, ("II",)), (4, ("II", "V1", "V5")), (2, ("II",))]


def made(pathology="sinus_rhythm", seed=3, **changes):
    return simulate(scenario(pathology, **{"noise": NOISE, **changes}), seed=seed).signal


def items(signal, declared=()):
    return {i.rule_id: i for i in urgent_ecg(analyse_ecg(signal, None), MAN, declared).items}


def now(signal):
    return {rule for rule, item in items(signal).items() if item.level == "U0"}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("fill", FILLS)
def test_a_calm_page_calls_nobody(layout, fill):
    """Pinned: of a page without a strip no lead was left, and that was called for a pause."""
    for rate, seed in ((45.0, 1), (72.0, 2), (110.0, 3)):
        assert items(page(made(rate_bpm=rate, seed=seed), layout[0], fill, layout[1])) == {}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("wall", ["anterior", "inferior", "lateral", "posterior"])
@pytest.mark.parametrize("rate", [75.0, 100.0, 120.0])
def test_an_infarction_on_a_page_is_called(layout, wall, rate):
    """Pinned: the rules on ST were named as not applied, and nobody was called."""
    signal = made(f"st_elevation_{wall}", rate_bpm=rate, st_scale=1.3)
    found = items(page(signal, *layout[:1], "empty", layout[1]))
    called = FRONT if wall == "posterior" else ELEVATION
    assert found[called].level == "U0"
    told = {value.name: int(value.value) for value in found[called].inputs[-1:]}
    assert 2 <= told["ecg.beats_read"] <= 10


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("order", [CABRERA, CHEST_FIRST])
@pytest.mark.parametrize("blank_s", [0.0, 0.1, 0.25])
def test_what_fills_the_rest_and_the_order_of_columns_hide_nothing(fill, order, blank_s):
    signal = made("st_elevation_anterior", rate_bpm=88.0)
    assert now(page(signal, 4, fill, order=order, blank_s=blank_s)) == {ELEVATION}
    assert now(page(made(), 4, fill, order=order, blank_s=blank_s)) == set()


def test_a_slow_heart_has_too_few_beats_in_a_column_and_the_rules_stay_named():
    """One beat of a lead shows nothing surely, and excludes nothing."""
    signal = page(made("st_elevation_inferior", rate_bpm=36.0, seed=1), 4)
    found = urgent_ecg(analyse_ecg(signal, None), MAN)
    assert {"ecg_st", "ecg_st_read"} & set(found.not_applied)
    assert "ecg_rate_below_40" in {item.rule_id for item in found.items}


def test_the_rules_stay_named_on_a_calm_page_and_a_symptom_calls():
    signal = page(made(), 4, "empty", ("II",))
    found = urgent_ecg(analyse_ecg(signal, None), MAN)
    assert {"ecg_st", "ecg_st_read", "ecg_front", "ecg_diffuse"} <= set(found.not_applied)
    said = items(signal, ("symptom.chest_pain",))
    assert said["ecg_not_judged_with_symptoms"].level == "U0"


@pytest.mark.parametrize("columns", [2, 4])
def test_where_no_lead_lasts_no_p_was_looked_for_and_the_rule_is_named(columns):
    """Pinned: of a complete block on such a page "P waves without QRS" counted as applied."""
    network, _ = ready_delineator(load_models())
    for pathology in ("sinus_rhythm", "av_block_complete"):
        found = urgent_ecg(analyse_ecg(page(made(pathology), columns), network), MAN)
        called = any(item.rule_id.startswith("ecg_av_block") for item in found.items)
        assert ("ecg_av_block" in found.applied) == called
        assert ("ecg_av_block" in found.not_applied) == (not called)


def with_pause(signal, from_s, length_s):
    """Put a stretch without a beat in front of a place between T and P."""
    at, rate = round(from_s * signal.sampling_rate_hz), signal.sampling_rate_hz
    x, n = signal.signal_mv, round(length_s * rate)
    level = x[:, at - 10 : at + 10].mean(axis=1, keepdims=True)
    silent = np.random.default_rng(2).normal(0.0, 0.008, (len(x), n)) + level
    joined = np.concatenate([x[:, :at], silent, x[:, at:]], axis=1)
    return replace(signal, signal_mv=joined[:, : x.shape[1]])


@pytest.mark.parametrize("layout", [(2, ()), (4, ()), (3, ())])
@pytest.mark.parametrize("length_s", [3.2, 4.0, 5.0])
@pytest.mark.parametrize("beat", [0, 1, 2, 3, 4])
def test_a_pause_is_called_wherever_it_stands(layout, length_s, beat):
    """Pinned: read within one column, over a boundary, and where it fills a column.

    An earlier attempt took the noise of a silent column for beats, and 4 s for 1.7 s.
    """
    signal = made(rate_bpm=68.0, seed=beat, noise=(Noise("emg", 26.0),))
    beats = analyse_ecg(signal, None).classical.beats_s
    paused = with_pause(signal, beats[beat] + 0.5, length_s)
    assert now(page(paused, *layout[:1], "empty", layout[1])) & {PAUSE, NO_BEATS}


@pytest.mark.parametrize("columns", [2, 4])
def test_a_heart_that_stands_still_at_the_end_is_no_column_that_ends(columns):
    """What does not move where no other column begins was recorded."""
    signal = made(rate_bpm=75.0)
    x = signal.signal_mv.copy()
    x[:, -1700:] = x[:, -1700:-1699]
    assert now(page(replace(signal, signal_mv=x), columns)) & {PAUSE, NO_BEATS}


@pytest.mark.parametrize("columns", [2, 4])
def test_a_column_that_cannot_be_read_may_hide_a_pause(columns):
    signal = page(made(), columns)
    rng, quarter = np.random.default_rng(1), signal.n_samples // columns
    x = signal.signal_mv
    x[:, :quarter] += rng.normal(0.0, 1.5, (12, quarter)).cumsum(axis=1) * 0.2
    assert now(signal) & {PAUSE, NO_BEATS}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_fibrillation_on_a_page_calls_nobody_now(layout):
    for seed in range(3):
        signal = made("atrial_fibrillation", seed=seed, rate_bpm=80.0)
        assert now(page(signal, *layout[:1], "empty", layout[1])) == set()


def test_premature_beats_that_fill_a_column_are_not_measured():
    """Two of them with a usual one are the greater part of a column: their ST is none."""
    for seed in range(4):
        signal = made("bigeminy", seed=seed)
        assert ELEVATION not in items(page(signal, 4))


def test_no_width_of_few_beats_lowers_an_elevation():
    """A bundle branch block, which lowers it elsewhere, is a doubt of a page, and called itself."""
    for seed in range(3):
        signal = made("lbbb", seed=seed)
        found = items(page(signal, 2))
        assert "ecg_left_bundle" in found
        assert "ecg_st_excluded" not in found


def test_inferior_leads_follow_from_the_augmented_ones():
    """Of a slow heart the first column may have one beat only, the second has two."""
    signal = page(made("st_elevation_inferior", rate_bpm=75.0), 4)
    signal.signal_mv[:3] = np.nan
    assert ELEVATION in now(signal)


def test_leads_that_follow_each_other_one_by_one_are_columns_too():
    signal = made("st_elevation_inferior", duration_s=60.0)
    one_by_one = page(signal, 12)
    found = screened_ecg(one_by_one, load_models(), MAN)
    rules = {item.rule_id for item in found.urgency.items}
    assert ELEVATION in rules
    assert PAUSE not in rules
    calm = screened_ecg(page(made(duration_s=60.0), 12), load_models(), MAN)
    assert calm.urgency.items == ()


def test_a_page_says_what_was_read_of_it():
    found = screened_ecg(page(made("st_elevation_anterior"), 4), load_models(), MAN)
    assert [m.id for m in found.section.windows] == ["ecg.columns.judged"]
    said = Sentences("en").render(found.section.windows[0])
    assert "ST was read in: I, II, III, aVR, aVL, aVF, V1" in said
    slow = screened_ecg(page(made(rate_bpm=34.0), 12), load_models(), MAN)
    assert [m.id for m in slow.section.windows] == ["ecg.columns.without_st"]


def test_an_ecg_in_a_wrong_unit_has_no_st_on_a_page_either():
    signal = made()
    large = replace(signal, signal_mv=20.0 * signal.signal_mv)
    assert ELEVATION not in items(page(large, 4))
    assert "ecg_st_very_large" not in items(page(large, 4))


def test_small_limb_leads_alone_are_no_wrong_gain():
    signal = made("st_elevation_anterior")
    signal.signal_mv[:6] *= 0.2
    assert set(items(page(signal, 2))) == {ELEVATION}
    signal.signal_mv[6:] *= 0.02
    assert "ecg_gain_implausible" in items(page(signal, 2))


def test_limb_leads_that_contradict_each_other_follow_from_another_column():
    signal = page(made("st_elevation_inferior"), 4)
    signal.signal_mv[1] *= -1.0
    found = items(signal)[ELEVATION]
    assert {value.name for value in found.inputs[:3]} == {"ecg.st.II", "ecg.st.III", "ecg.st.aVF"}
    assert all(float(value.value) > 0.2 for value in found.inputs[:3])
    signal.signal_mv[3:6] = np.nan
    assert ELEVATION not in items(signal)


@pytest.mark.parametrize(
    "odd",
    [
        {"V1": (0, 5000), "V2": (0, 4000)},
        {name: (100 * k, 5000) for k, name in enumerate(TWELVE)},
        {name: (400 * k, 400 * k + 2400) for k, name in enumerate(TWELVE[:6])},
        {name: (0, 1250) for name in TWELVE},
        {"V1": (0, 0)},
    ],
)
def test_leads_that_end_anyhow_are_no_page(odd):
    signal = made()
    x = np.full_like(signal.signal_mv, np.nan)
    for name in TWELVE:
        start, stop = odd.get(name, (0, 5000))
        row = signal.leads.index(name)
        x[row, start:stop] = signal.signal_mv[row, start:stop]
    assert page_of(replace(signal, signal_mv=x), load_classical().columns) is None


def test_a_file_of_empty_cells_is_read(tmp_path):
    signal = page(made("st_elevation_inferior"), 4)
    rows = [",".join(f"{n} (mV)" for n in signal.leads)]
    rows += [
        ",".join("" if np.isnan(v) else f"{v:.4f}" for v in values) for values in signal.signal_mv.T
    ]
    path = tmp_path / "page.csv"
    path.write_text("# fs: 500 Hz\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert ELEVATION in now(read_ecg(path).signal)
