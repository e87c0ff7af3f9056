"""The robustness study: each disturbance does what its name says, and changes are counted."""

import json

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.bundles.load import load_models
from laennec.engine.ecg.visit import ready_delineator
from laennec.training.ecg_quality.records import DevelopmentEcg
from laennec.validation.ecg_robustness import run as study
from laennec.validation.ecg_robustness.disturb import disturbances, resampled, without
from laennec.validation.errors import StudyError

MODELS = load_models()
SIGNAL = simulate(scenario("sinus_rhythm"), seed=3).signal


def test_every_disturbance_changes_the_record_and_none_names_it_twice():
    found = disturbances()
    assert len({d.id for d in found}) == len(found)
    for one in found:
        after = one.apply(SIGNAL, 1)
        same = (
            after.leads == SIGNAL.leads
            and after.signal_mv.shape == SIGNAL.signal_mv.shape
            and np.array_equal(after.signal_mv, SIGNAL.signal_mv, equal_nan=True)
        )
        assert not same, one.id


def test_the_same_record_is_disturbed_the_same_way_each_time():
    noise = disturbances()[0]
    assert np.array_equal(noise.apply(SIGNAL, 4).signal_mv, noise.apply(SIGNAL, 4).signal_mv)
    assert not np.array_equal(noise.apply(SIGNAL, 4).signal_mv, noise.apply(SIGNAL, 5).signal_mv)


def test_another_rate_keeps_the_duration_and_fewer_leads_keep_their_samples():
    half = resampled(SIGNAL, SIGNAL.sampling_rate_hz / 2)
    assert half.signal_mv.shape[1] == pytest.approx(SIGNAL.signal_mv.shape[1] / 2, abs=1)
    limbs = without(SIGNAL, ("V1", "V2", "V3", "V4", "V5", "V6"))
    assert limbs.leads == ("I", "II", "III", "aVR", "aVL", "aVF")
    assert np.array_equal(limbs.lead_mv("II"), SIGNAL.lead_mv("II"))


def test_changes_are_counted_among_what_is_still_said():
    found = study.compare([60.0, 70.0, 80.0, np.nan], [60.5, 90.0, np.nan, 50.0], "rate")
    assert found == {
        "known_before": 3,
        "withheld_after": 1,
        "still_said": 2,
        "changed": 1,
        "median_change": 10.25,
    }
    assert study.compare([170.0], [-170.0], "qrs_axis")["median_change"] == 20


def test_nothing_that_is_still_said_has_no_median():
    assert study.compare([60.0], [np.nan], "rate")["median_change"] is None


def test_a_study_is_written_from_records_the_gate_accepts(tmp_path, monkeypatch):
    records = [DevelopmentEcg("PTB-XL", "one", SIGNAL, ""), DevelopmentEcg("LUDB", "2", SIGNAL, "")]
    monkeypatch.setattr(study, "twelve_lead_records", lambda _: iter(records))
    chosen = {d.id: d for d in disturbances()}
    some = tuple(chosen[i] for i in ("gain doubled", "lead II only", "electrodes RA/LA swapped"))
    monkeypatch.setattr(study, "disturbances", lambda: some)
    told = study.run_robustness(tmp_path, MODELS, every=1)
    assert (told["records"], told["kept"]) == (1, 1)
    rows = {r["id"]: r for r in told["rows"]}
    assert rows["gain doubled"]["measured"]["sokolow_lyon"]["changed"] == 1
    assert rows["gain doubled"]["measured"]["rate"]["changed"] == 0
    assert rows["lead II only"]["measured"]["sokolow_lyon"]["withheld_after"] == 1
    assert rows["electrodes RA/LA swapped"]["told"] == 1
    page, plain = study.write_robustness(told, tmp_path / "out")
    assert json.loads(page.read_text(encoding="utf-8")) == told
    assert "withheld 1/1" in plain.read_text(encoding="utf-8")


def test_without_a_network_or_a_readable_record_there_is_no_study(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "ready_delineator", lambda _: None)
    with pytest.raises(StudyError, match="no ECG delineator is loaded"):
        study.run_robustness(tmp_path, MODELS, every=1)
    monkeypatch.setattr(study, "ready_delineator", ready_delineator)
    monkeypatch.setattr(study, "twelve_lead_records", lambda _: iter(()))
    with pytest.raises(StudyError, match="0 records, none of which the gate accepts"):
        study.run_robustness(tmp_path, MODELS, every=1)
