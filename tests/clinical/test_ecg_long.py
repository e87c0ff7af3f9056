"""H1: what lasts for a part of a long recording is not hidden by the rest of it."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
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
