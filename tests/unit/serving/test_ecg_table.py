"""A measured ECG as rows for people, CSV and JSON."""

import csv
import io
import json

import numpy as np
import pytest
from laennec.engine.ecg.measure import BeatTimes, measure_ecg
from laennec.engine.ecg.measure.reference import reference_for
from laennec.engine.ecg.measure.settings import load_settings
from laennec.engine.ecg.signal import EcgSignal
from laennec.serving.ecg.table import UNIT_NAMES, as_csv, as_plain, as_row, as_text

SETTINGS = load_settings()


def measured(with_p=True):
    """Ten beats with a triangle of 1 mV as QRS in leads I, II and V1, and a T."""
    fs, onsets = 500.0, 1.0 + 0.9 * np.arange(10)
    t = np.arange(5500) / fs
    corners = {0.0: 0, 0.04: 1.0, 0.09: 0, 0.2: 0, 0.3: 0.25, 0.4: 0}
    beat = sum(np.interp(t - on, list(corners), list(corners.values())) for on in onsets)
    p = onsets - (0.16 if with_p else np.nan)
    shifts = (p, p + 0.1, onsets, onsets + 0.04, onsets + 0.09, onsets + 0.3, onsets + 0.4)
    times = BeatTimes(*(s * fs for s in shifts))
    return measure_ecg(EcgSignal.of({"I": beat, "II": beat, "V1": -beat}, fs), times)


def test_every_measurement_has_a_column_with_its_unit():
    row = as_row("r1", measured())
    assert row["record"] == "r1"
    assert (row["rate_bpm"], row["qrs_ms"], row["qt_ms"]) == pytest.approx(
        (66.667, 90, 400), abs=0.01
    )
    assert row["r_mv_II"] == pytest.approx(1.0, abs=0.05)
    assert row["q_mv_V1"] == pytest.approx(-1.0, abs=0.05)
    assert row["cornell_mv"] is None
    assert "cornell: ecg.withheld.lead_or_wave_absent" in row["withheld"]


def test_csv_keeps_the_columns_of_all_records_and_leaves_the_withheld_empty():
    rows = [as_row("a", measured()), {"record": "b", "more": 1}]
    read = list(csv.DictReader(io.StringIO(as_csv(rows))))
    assert [r["record"] for r in read] == ["a", "b"]
    assert read[0]["cornell_mv"] == ""
    assert read[1]["more"] == "1"
    assert read[1]["qrs_ms"] == ""


def test_json_has_no_nan_and_says_why_a_value_is_withheld():
    plain = as_plain("r1", measured(with_p=False))
    text = json.dumps(plain, allow_nan=False)
    assert json.loads(text) == plain
    assert plain["measured"]["pr"]["value"] is None
    assert plain["measured"]["pr"]["withheld"] == ["ecg.withheld.no_p_wave"]
    assert plain["leads"]["II"]["r_peak_ms"] == pytest.approx(40, abs=2)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "fr",
            (
                "durée du QRS",
                "intervalle de référence : jusqu'à 450",
                "QTc (Fridericia)",
                "médecin",
            ),
        ),
        ("en", ("QRS duration", "reference interval: up to 450", "QTc (Fridericia)", "physician")),
    ],
)
def test_people_read_names_values_intervals_and_the_disclaimer(lang, said):
    text = as_text("r1", measured(), lang, sex="male", age_years=45)
    for words in said:
        assert words in text
    assert "nan" not in text.lower()
    assert "ecg." not in text


def test_without_sex_no_interval_of_one_sex_is_printed():
    text = as_text("r1", measured(), "en")
    assert "450" not in text
    assert "up to 120" in text


def test_an_interval_for_one_age_is_for_that_age():
    assert reference_for("pr", "female", 60).high == 212
    for age in (None, 30, 80.5):
        assert reference_for("pr", "female", age) is None
    assert reference_for("pr", "female", 79.9) is not None


def test_what_is_withheld_stands_in_the_table_with_its_reason():
    text = as_text("r1", measured(with_p=False), "fr")
    assert "aucune onde P régulière" in text


def test_every_unit_and_every_reference_is_of_a_known_measurement():
    for name, raw in SETTINGS.names.items():
        assert raw["unit"] in UNIT_NAMES, name
    for row in SETTINGS.reference:
        assert row.unit == SETTINGS.names[row.name]["unit"]
        assert row.guideline
        assert row.read_in
