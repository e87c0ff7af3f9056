"""H1: what lasts for a part of a long recording is not hidden by the rest of it."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import Noise, sample_scenario, scenario, simulate
from laennec.engine import load_models
from laennec.engine.bundles.load import Models
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.visit import screened_ecg
from laennec.engine.words.ecg_json import ecg_json
from laennec.engine.words.ecg_lines import recording_lines
from laennec.engine.words.sentences import Sentences
from laennec.serving.ecg.visit import draw_ecg

MAN = Person("male", 50.0)


def piece(pathology, seconds, **changes):
    asked = scenario(pathology, duration_s=float(seconds), **changes)
    return simulate(asked, seed=31).signal


def joined(*pieces):
    return replace(pieces[0], signal_mv=np.concatenate([p.signal_mv for p in pieces], axis=1))


def levels(screened):
    return {i.rule_id: i.level for i in screened.urgency.items}


@pytest.fixture(scope="module")
def models():
    return load_models()


@pytest.mark.parametrize("bare", [False, True])
def test_an_infarction_of_ten_seconds_at_the_end_is_seen(models, bare):
    signal = joined(piece("sinus_rhythm", 30), piece("st_elevation_inferior", 10))
    found = screened_ecg(signal, Models() if bare else models, MAN)
    assert levels(found)["ecg_st_elevation"] == "U0"
    told = {v.name: v.value for v in found.urgency.items[0].inputs}
    assert 20 <= float(told["ecg.seen_from"]) <= 30
    assert told["ecg.seen_to"] == "40"
    assert {"ecg.st.II", "ecg.st.III", "ecg.st.aVF"} <= told.keys()


def test_fibrillation_of_twenty_seconds_is_called_and_stated(models):
    calm = piece("sinus_rhythm", 40)
    signal = joined(calm, piece("atrial_fibrillation", 20, rate_bpm=150.0), calm)
    found = screened_ecg(signal, models, MAN)
    assert levels(found)["ecg_fibrillation_fast"] == "U1"
    said = next(f for f in found.findings if f.id == "ecg_atrial_fibrillation")
    assert (said.state, said.urgency) == ("present", "U2")
    score = next(s for s in found.statements if s.name == "atrial_fibrillation")
    logit = score.bias + sum(score.contribution.values())
    assert score.score == pytest.approx(1 / (1 + np.exp(-logit)), abs=1e-6)
    for language in ("en", "fr"):
        limits = [Sentences(language).render(m) for m in said.limits]
        assert any("35-" in text or "30-" in text for text in limits), limits


def test_the_page_draws_the_part_that_was_called(models):
    """Ten seconds from the start were drawn, whatever was called from elsewhere."""
    calm = piece("sinus_rhythm", 30)
    found = screened_ecg(joined(calm, piece("st_elevation_inferior", 20), calm), models, MAN)
    assert 28.0 <= found.section.drawn_from_s <= 42.0
    drawn = draw_ecg(joined(calm, piece("st_elevation_inferior", 20), calm), found.section, "en")
    assert f"Drawn of the recording: {found.section.drawn_from_s:.0f}" in drawn
    assert screened_ecg(calm, models, MAN).section.drawn_from_s == 0.0
    short = screened_ecg(piece("sinus_rhythm", 10), models, MAN)
    assert "Drawn of" not in draw_ecg(piece("sinus_rhythm", 10), short.section, "en")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_report_says_which_part_was_judged(models, language):
    long = screened_ecg(piece("sinus_rhythm", 40), models, MAN)
    lines = recording_lines(long.section, Sentences(language))
    assert sum(" 7 " in line and " 10 s" in line for line in lines) == 1
    assert ecg_json(long.section, Sentences(language))["windows"][0]["code"] == "ecg.windows.judged"
    assert long.urgency.items == ()
    short = screened_ecg(piece("sinus_rhythm", 10), models, MAN)
    assert short.section.windows == ()


def test_a_declined_screening_is_looked_through_without_a_network(models):
    signal = joined(piece("sinus_rhythm", 30), piece("sinus_tachycardia", 20, rate_bpm=165.0))
    found = screened_ecg(signal, models, MAN, without_network=True)
    assert levels(found) == {"ecg_rate_above_150": "U1"}
    assert found.findings == ()


def lost(signal, from_s, to_s):
    """Leave out what every lead recorded in between."""
    x, rate = signal.signal_mv.copy(), signal.sampling_rate_hz
    x[:, round(from_s * rate) : round(to_s * rate)] = np.nan
    return replace(signal, signal_mv=x)


@pytest.mark.parametrize("gap_s", [4.0, 5.5, 10.0, 25.0])
def test_a_long_gap_is_no_arrest(models, gap_s):
    """Pinned: from 5.5 s on, a window of nothing recorded was called now, "no clear beat"."""
    found = screened_ecg(lost(piece("sinus_rhythm", 60), 20.0, 20.0 + gap_s), models, MAN)
    assert found.urgency.items == ()
    assert [r.id for r in found.section.reasons] == ["quality.record.gap"]
    assert "ecg.windows.partly" in [m.id for m in found.section.windows]


@pytest.mark.parametrize("gap_s", [5.5, 10.0, 25.0])
@pytest.mark.parametrize("is_before", [True, False])
def test_an_arrest_beside_a_long_gap_is_called_now(models, gap_s, is_before):
    """Six seconds of fibrillating ventricles up to the gap, or from its end on."""
    signal = piece("sinus_rhythm", 60)
    x, rate = signal.signal_mv.copy(), signal.sampling_rate_hz
    start = round((14.0 if is_before else 20.0 + gap_s) * rate)
    time_s = np.arange(round(6.0 * rate)) / rate
    x[:, start : start + len(time_s)] = 0.4 * np.sin(
        2 * np.pi * (5 * time_s + 0.5 * np.sin(2 * np.pi * 0.3 * time_s))
    )
    found = screened_ecg(lost(replace(signal, signal_mv=x), 20.0, 20.0 + gap_s), models, MAN)
    assert "U0" in levels(found).values()


@pytest.mark.parametrize("duration_s", [11.0, 12.5, 14.0, 15.0, 18.0])
@pytest.mark.parametrize("place", ["start", "middle", "end"])
def test_six_seconds_of_an_infarction_are_called_in_a_recording_of_10_to_20_s(
    models, duration_s, place
):
    """Pinned: up to 15 s no window was looked at, and 6 s at the end of 14 s called nobody."""
    signal, ill = piece("sinus_rhythm", 20), piece("st_elevation_inferior", 20)
    x, rate = signal.signal_mv[:, : round(duration_s * signal.sampling_rate_hz)].copy(), 500
    free = duration_s - 6.0
    start = round({"start": 0.0, "middle": free / 2.0, "end": free}[place] * rate)
    x[:, start : start + 6 * rate] = ill.signal_mv[:, start : start + 6 * rate]
    found = screened_ecg(replace(signal, signal_mv=x), models, MAN)
    assert levels(found)["ecg_st_elevation"] == "U0"
    assert "ecg.windows.judged_short" in [m.id for m in found.section.windows]


@pytest.mark.parametrize("seed", range(4))
def test_windows_of_a_calm_short_recording_call_nobody(seed):
    noise = tuple(Noise(kind, 25.0) for kind in ("emg", "wander", "motion"))
    asked = sample_scenario(
        np.random.default_rng(seed), "sinus_rhythm", noise=noise, duration_s=14.0
    )
    found = screened_ecg(simulate(asked, seed=seed).signal, Models(), MAN)
    assert found.urgency.items == ()


@pytest.mark.parametrize("gap_s", [31.0, 41.0, 46.0])
@pytest.mark.parametrize(("pathology", "called"), [("sinus_rhythm", 0), ("lbbb", 1)])
def test_a_gap_of_more_than_half_leaves_the_rest_to_be_judged(models, pathology, called, gap_s):
    """Pinned: every lead was left out, and 14 to 29 s of good signal were no clear beat."""
    signal = lost(piece(pathology, 60), 12.0, 12.0 + gap_s)
    for chosen in (models, Models()):
        found = screened_ecg(signal, chosen, MAN)
        assert len(found.urgency.items) == called
        assert found.analysis.classical.value("rate") == pytest.approx(72.0, abs=3.0)
        assert [r.id for r in found.section.reasons] == ["quality.record.gap"]
        assert {"ecg_slow", "ecg_fast", "ecg_left_bundle"} <= set(found.urgency.applied)


def test_what_lies_between_gaps_in_no_window_is_named(models):
    signal = lost(lost(piece("sinus_rhythm", 60), 22.0, 30.0), 34.0, 43.0)
    told = {m.id: m.parameters for m in screened_ecg(signal, models, MAN).section.windows}
    assert told["ecg.windows.unread"] == {"spans": "20-22, 30-34, 43-45"}
    whole = screened_ecg(piece("sinus_rhythm", 60), models, MAN).section.windows
    assert "ecg.windows.unread" not in [m.id for m in whole]


def test_what_was_not_recorded_at_the_ends_makes_no_recording_longer(models):
    """A calibration pulse before ten seconds of ECG leaves ten seconds, which are one window."""
    ten = lost(piece("sinus_rhythm", 12), 0.0, 1.5)
    ten = replace(ten, signal_mv=ten.signal_mv[:, : round(11.5 * ten.sampling_rate_hz)])
    assert screened_ecg(ten, models, MAN).section.windows == ()
    ill = piece("st_elevation_inferior", 40)
    signal = lost(joined(piece("sinus_rhythm", 30), ill), 0.0, 3.3)
    found = screened_ecg(lost(signal, 65.0, 70.0), models, MAN)
    assert levels(found)["ecg_st_elevation"] == "U0"
    assert [m.id for m in found.section.windows] == ["ecg.windows.judged"]
