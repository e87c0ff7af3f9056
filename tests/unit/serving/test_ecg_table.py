"""A measured ECG as rows for people, CSV and JSON."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from house import ROOT
from jsonschema import Draft202012Validator
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.measure import BeatTimes, measure_ecg
from laennec.engine.ecg.measure.reference import NOBODY, Person
from laennec.engine.ecg.measure.settings import load_settings
from laennec.engine.ecg.section import section_of
from laennec.engine.words import Sentences
from laennec.serving.ecg.table import PER_LEAD, UNIT_NAMES, as_csv, as_plain, as_row, as_text
from referencing import Registry, Resource

SCHEMAS = ROOT / "docs/schema"
NAMES = ("ecg_measure", "prediagnosis")
SETTINGS = load_settings()
MAN = Person("male", 45.0)
ECG = simulate(scenario("sinus_rhythm", variation=0.0), seed=2)


def analysed(with_p=True):
    """The chain without a network, and measurements on the waves that are true by construction."""
    alone = analyse_ecg(ECG.signal, None)
    rate = ECG.scenario.sampling_rate_hz
    beats = [b for b in ECG.truth.beats if b.p and b.qrs and b.t and b.t.off is not None]
    beats = [b for b in beats if b.p.on is not None]
    p_on = np.array([b.p.on for b in beats], dtype=float)
    p_off = np.array([b.p.off for b in beats], dtype=float)
    if not with_p:
        p_on[:] = p_off[:] = np.nan
    times = BeatTimes(
        p_on,
        p_off,
        *(
            np.array([getattr(getattr(b, wave), end) for b in beats], dtype=float)
            for wave, end in (("qrs", "on"), ("qrs", "peak"), ("qrs", "off"))
        ),
        *(np.array([getattr(b.t, end) for b in beats], dtype=float) for end in ("peak", "off")),
    )
    assert rate == 500.0
    return replace(alone, measurements=measure_ecg(ECG.signal, times))


def text_of(lang, person=NOBODY, **changes):
    analysis = analysed(**changes)
    return as_text("r1", analysis, section_of(analysis, None, person), lang)


def test_every_measurement_has_a_column_with_its_unit():
    row = as_row("r1", analysed())
    truth = ECG.truth.measured
    assert row["record"] == "r1"
    assert row["quality"] == "assessable"
    assert row["not_assessable_leads"] == ""
    assert row["rate_bpm"] == pytest.approx(truth.rate_bpm, rel=0.02)
    assert row["pr_ms"] == pytest.approx(truth.pr_ms, abs=2)
    assert row["qrs_ms"] == pytest.approx(truth.qrs_ms, abs=2)
    assert row["r_mv_II"] == pytest.approx(truth.median_mv("r")["II"], abs=0.01)
    assert row["classical_rate_bpm"] == pytest.approx(truth.rate_bpm, rel=0.02)


def test_csv_keeps_the_columns_of_all_records_and_leaves_the_withheld_empty():
    rows = [as_row("a", analysed(with_p=False)), {"record": "b", "more": 1}]
    read = list(csv.DictReader(io.StringIO(as_csv(rows, "en"))))
    assert [r["record"] for r in read] == ["a", "b"]
    assert read[0]["pr_ms"] == ""
    assert "pr: ecg.withheld.no_p_wave" in read[0]["withheld"]
    assert read[1]["more"] == "1"
    said = Sentences("en").text("disclaimer")
    assert [r["disclaimer"] for r in read] == [said, said]
    assert list(read[0])[-1] == "disclaimer"
    assert read[1]["qrs_ms"] == ""


def test_json_has_no_nan_and_says_why_a_value_is_withheld():
    analysis = analysed(with_p=False)
    plain = as_plain("r1", analysis, section_of(analysis, None), "en")
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    pr = next(one for one in plain["measured"] if one["name"] == "pr")
    assert pr["value"] is None
    assert pr["withheld"][0]["code"] == "ecg.withheld.no_p_wave"
    assert plain["amplitudes"]["II"]["r_peak_ms"] > 0


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", ("durée du QRS", "limite haute : à partir de 450", "QTc (Fridericia)")),
        ("en", ("QRS duration", "upper limit: from 450", "QTc (Fridericia)")),
    ],
)
def test_people_read_names_values_limits_and_the_disclaimer(lang, said):
    text = text_of(lang, MAN)
    for words in said:
        assert words in text
    assert {"fr": "médecin", "en": "physician"}[lang] in text
    assert "nan" not in text.lower()
    assert "ecg." not in text


def test_without_sex_no_limit_of_one_sex_is_printed():
    text = text_of("en")
    assert "from 450" not in text
    assert "above 120" in text


def test_what_is_withheld_stands_in_the_table_with_its_reason():
    assert "aucune onde P régulière" in text_of("fr", with_p=False)


def test_every_unit_has_the_name_of_a_column():
    for name, raw in SETTINGS.names.items():
        assert raw["unit"] in UNIT_NAMES, name


def test_the_spread_over_the_beats_is_one_line_and_on_demand_a_table():
    analysis = analysed()
    section = section_of(analysis, None)
    brief = as_text("r1", analysis, section, "fr")
    whole = as_text("r1", analysis, section, "fr", spread=True)
    assert brief.count("Écart type") == 1
    assert "ST J 0," in brief.partition("Écart type")[2]
    assert whole.count("Écart type") == 2
    assert whole.count("  V6 ") == 2 * brief.count("  V6 ")
    assert "aucun intervalle de référence sourcé" in brief


def test_json_has_the_spread_of_every_amplitude_and_csv_of_every_measurement():
    analysis = analysed()
    plain = as_plain("r1", analysis, section_of(analysis, None), "en")
    assert set(plain["amplitude_spreads"]) == set(plain["amplitudes"])
    assert set(plain["amplitude_spreads"]["V2"]) == {f"{wave}_mv" for wave in PER_LEAD}
    assert plain["amplitude_spreads"]["V2"]["st_j_mv"] >= 0
    assert plain["amplitude_beats"] > 2
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    schema, draft = (json.loads((SCHEMAS / f"{n}.schema.json").read_text("utf-8")) for n in NAMES)
    registry = Registry().with_resource("prediagnosis.schema.json", Resource.from_contents(draft))
    Draft202012Validator(schema, registry=registry).validate([plain])
    spreads = {one["name"]: one["spread"] for one in plain["measured"]}
    assert all(spread is not None for spread in spreads.values()), spreads
    assert as_row("r1", analysis)["qrs_axis_deg_sd"] == pytest.approx(spreads["qrs_axis"], abs=1e-3)


def test_without_a_median_beat_nothing_is_said_of_spreads():
    analysis = analysed()
    nothing = replace(analysis, measurements=replace(analysis.measurements, per_lead=None))
    plain = as_plain("r1", nothing, section_of(nothing, None), "en")
    assert (plain["amplitude_spreads"], plain["amplitude_beats"]) == ({}, 0)
    assert "Écart type" not in as_text("r1", nothing, section_of(nothing, None), "fr")
