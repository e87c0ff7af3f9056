"""The fields on the millimetre paper: at the leads and beats behind each reason, nowhere else."""

import re

import numpy as np
import pytest
from laennec.datasets.simulator import sample_scenario, simulate
from laennec.engine import load_models
from laennec.engine.ecg.findings.shown import shown_settings
from laennec.engine.ecg.leads import TWELVE_LEADS
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.visit import STATEMENTS_ID, screened_ecg
from laennec.engine.words import LANGUAGES
from laennec.serving.ecg.visit import draw_ecg
from laennec.serving.report.ecg_fields import LINE_MM, Shade
from laennec.serving.report.ecg_paper import ecg_svg

MODELS = load_models()


def screened(pathology, seed=3):
    signal = simulate(sample_scenario(np.random.default_rng(seed), pathology), seed=seed).signal
    return signal, screened_ecg(signal, MODELS, Person("male", 60.0))


def test_every_place_names_leads_that_exist_and_a_feature_that_the_rules_read():
    inputs = set(MODELS.statement_rules(STATEMENTS_ID).rules.inputs)
    for name, row in shown_settings()["feature"].items():
        assert name in inputs, name
        assert set(row.get("leads", ())) <= set(TWELVE_LEADS), name
        assert row["part"] in {"p", "qrs", "t", "st", "before", "beat"}, name
        assert ("leads" in row) != ("group" in row), name


def test_a_premature_beat_is_shaded_at_its_time():
    signal, made = screened("premature_ventricular_complex")
    places = [e for e in made.section.evidence if e.finding == "ecg_premature_ventricular_complex"]
    assert places
    analysis_beats = [m.onset_s for m in made.section.marks if m.wave == "qrs"]
    for place in places:
        if place.part == "beat":
            assert min(abs(place.at_s - on) for on in analysis_beats) < 0.15


@pytest.mark.parametrize("lang", LANGUAGES)
def test_q_waves_are_shaded_in_their_leads_and_named(lang):
    signal, made = screened("old_mi_q_waves_inferior")
    leads = {e.leads for e in made.section.evidence if e.finding == "ecg_old_mi_q_waves"}
    assert any(set(pair) <= {"II", "III", "aVF"} for pair in leads)
    drawn = draw_ecg(signal, made.section, lang)
    titles = set(re.findall(r"<title>(.*?)</title>", drawn))
    assert titles
    assert not any("_" in title for title in titles)


def test_a_field_lies_behind_its_lead_only_and_within_its_piece():
    signal, _ = screened("sinus_rhythm")
    drawn = ecg_svg(signal, marks=[Shade(("V1",), 5.5, 5.7, "here")])
    assert drawn.count('class="shade"') == 1
    assert ecg_svg(signal, marks=[Shade(("V1",), 1.0, 1.2, "here")]).count('class="shade"') == 0
    twice = [Shade(("II",), 1.0, 1.2, "a"), Shade(("II",), 1.0, 1.2, "b")]
    drawn = ecg_svg(signal, marks=twice)
    assert drawn.count('class="shade"') == 2  # its column and the rhythm strip
    assert drawn.count("<title>a; b</title>") == 2


def test_a_title_is_escaped():
    signal, _ = screened("sinus_rhythm")
    assert "<b>" not in ecg_svg(signal, marks=[Shade(("V1",), 5.5, 5.7, "<b>")])


def test_statements_that_share_beats_are_told_apart_without_colour():
    """Pinned: one yellow for every statement, and which was which stood in a tooltip only."""
    signal, _ = screened("sinus_rhythm")
    shades = [
        Shade(("V1",), 5.5, 5.7, "first"),
        Shade(("V1",), 5.5, 5.7, "second"),
        Shade(("V1",), 6.1, 6.3, "second"),
    ]
    drawn = ecg_svg(signal, marks=shades, caption="25 mm/s")
    lanes = re.findall(r'class="lane"[^>]* y="([\d.]+)"', drawn)
    assert len(lanes) == 3
    assert len(set(lanes)) == 2
    assert re.findall(r'class="key"[^>]*>(\w)<', drawn) == ["A", "B"]
    assert ">A = first · B = second<" in drawn
    assert drawn.index("A = first") < drawn.index("25 mm/s")


def test_a_long_legend_has_several_lines_and_room_for_them():
    signal, _ = screened("sinus_rhythm")

    def height(n):
        shades = [Shade(("V1",), 5.5, 5.7, f"statement number {k} " * 3) for k in range(n)]
        return float(re.search(r'height="([\d.]+)mm"', ecg_svg(signal, marks=shades))[1])

    assert height(1) == pytest.approx(height(0) + LINE_MM)
    assert height(6) == pytest.approx(height(0) + 3 * LINE_MM)
