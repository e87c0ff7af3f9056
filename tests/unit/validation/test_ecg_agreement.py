"""The study of agreement: every condition once, differences in the right direction, a page."""

import json
from dataclasses import replace

import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.bundles.load import Models, load_models
from laennec.engine.ecg.visit import ready_delineator
from laennec.validation.ecg_agreement import run as study
from laennec.validation.ecg_agreement.__main__ import main
from laennec.validation.ecg_agreement.page import as_markdown
from laennec.validation.errors import StudyError

NAN = float("nan")


def one(learned, classical, true):
    values = [dict.fromkeys(study.NAMES, v) for v in (learned, classical, true)]
    return study.Seen(*values, {"QRS onset": 3.0, "T offset": NAN})


def test_every_condition_stands_once_and_each_that_was_asked():
    names = [c.name for c in study.conditions()]
    assert len(set(names)) == len(names)
    asked = {"bigeminy", "av block 2 mobitz 2", "av block complete", "atrial flutter"}
    asked |= {"paced rhythm dual", "paediatric tachycardia", "extreme bradycardia"}
    assert asked | {"100 Hz", "1000 Hz", "emg 24 dB", "motion 0 dB"} <= set(names)


def test_differences_are_the_first_minus_the_second_where_both_are_said():
    told = study.compare([one(100, 90, 95), one(102, 92, 95), one(104, 94, 95), one(NAN, 90, 95)])
    qrs = told["measures"]["qrs"]
    assert qrs["learned_minus_classical"] == {"n": 3, "mean": 10.0, "sd": 0.0}
    assert qrs["learned_minus_true"]["mean"] == pytest.approx(7.0)
    assert qrs["classical_minus_true"]["n"] == 4
    assert (qrs["learned_withheld"], qrs["classical_withheld"]) == (1, 0)
    assert told["spread_ms"] == {"QRS onset": 3.0, "T offset": None}


def test_below_three_records_nothing_is_told():
    told = study.compare([one(100, 90, 95), one(102, 92, 95)])
    assert told["measures"]["qt"]["learned_minus_true"] == {"n": 2, "mean": None, "sd": None}


def test_a_strip_with_too_few_beats_is_withheld_and_not_an_error():
    delineator, _ = ready_delineator(load_models())
    record = simulate(scenario("sinus_rhythm"), seed=3)
    cut = replace(record.signal, signal_mv=record.signal.signal_mv[:, :300])
    (found,) = study.seen([replace(record, signal=cut)], delineator)
    assert study.compare([found])["measures"]["qrs"]["learned_withheld"] == 1


def test_the_command_writes_a_page_that_computes_nothing(tmp_path, monkeypatch):
    few = [c for c in study.conditions() if c.name in ("sinus rhythm", "100 Hz", "emg 24 dB")]
    monkeypatch.setattr(study, "conditions", lambda: few)
    main(["--out", str(tmp_path), "--records", "3"])
    told = json.loads((tmp_path / "report.json").read_text())
    assert [row["n"] for row in told["rows"]] == [3, 3, 3]
    assert abs(told["rows"][0]["measures"]["qrs"]["learned_minus_true"]["mean"]) < 15
    page = (tmp_path / "report.md").read_text()
    assert page == as_markdown(told)
    assert "| emg 24 dB | 0 / " in page


def test_without_a_delineator_the_study_says_so():
    with pytest.raises(StudyError, match="no ECG delineator is loaded"):
        study.run_study(Models({}, {}), records=1)
