"""Study 3: peers are judged by the code that judged us, and the page says only its document."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.bundles.load import Models
from laennec.training.ecg_delineation.score import lined
from laennec.training.ecg_delineation.simulated import annotated
from laennec.validation.ecg_delineation import peers, run
from laennec.validation.ecg_delineation.page import as_markdown
from laennec.validation.errors import StudyError

SHIPPED = Path(__file__).resolve().parents[3] / "docs" / "studies" / "ecg_delineation"


@pytest.fixture(scope="module")
def record():
    return annotated(simulate(scenario("sinus_rhythm"), seed=4))


def by_beat(record, shift=0.0):
    """Return what a tool gives that finds every mark, its QRS onset later by some samples."""
    found = {}
    for lead, waves in record.waves.items():
        p, q, t = lined(waves)
        found[lead] = {"p": p, "qrs": q + np.array([shift, 0.0, 0.0]), "t": t}
    return found


def estimates(rows):
    return {(x["table"], x["row"], x["measure"]): x["estimate"]["value"] for x in rows}


def test_a_tool_that_finds_what_was_marked_has_no_error(record, monkeypatch):
    monkeypatch.setattr(run, "waves_of", lambda _, __: by_beat(record))
    found = estimates(run.peer_rows([record], "dwt"))
    assert found["boundaries", "six boundaries", "F1"] == 1.0
    assert found["boundaries", "T offset", "SD ms"] == pytest.approx(0, abs=1e-6)
    assert found["intervals", "QRS", "bias ms"] == pytest.approx(0, abs=1e-6)


def test_a_late_qrs_onset_shortens_qrs_and_lengthens_pr(record, monkeypatch):
    monkeypatch.setattr(run, "waves_of", lambda _, __: by_beat(record, 4.0))
    found = estimates(run.peer_rows([record], "dwt"))
    assert found["boundaries", "QRS onset", "bias ms"] == pytest.approx(8)
    assert found["intervals", "QRS", "bias ms"] == pytest.approx(-8, abs=0.5)
    assert found["intervals", "PR", "bias ms"] == pytest.approx(8, abs=0.5)


def test_a_lead_that_a_tool_can_not_read_counts_as_missed(record):
    nothing = {wave: np.empty((0, 3)) for wave in ("p", "qrs", "t")}
    scores = run.scores_of(dict.fromkeys(record.waves, nothing), record)
    assert scores["qrs", 1].hits == 0
    assert scores["qrs", 1].missed == sum(len(w["qrs"]) for w in record.waves.values())


def test_without_the_peer_the_study_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(StudyError, match=r"NeuroKit2 is not installed.*extra `bench`"):
        peers.neurokit_version()


def test_without_the_delineator_there_is_no_study(monkeypatch):
    monkeypatch.setattr(run, "neurokit_version", lambda: "0")
    with pytest.raises(StudyError, match="no ECG delineator is loaded"):
        run.run_study(Path("nowhere"), Models())


def test_the_shipped_page_is_that_of_the_shipped_document():
    told = json.loads((SHIPPED / "report.json").read_text(encoding="utf-8"))
    page = (SHIPPED / "report.md").read_text(encoding="utf-8")
    assert as_markdown(told) == page
    assert "not kept" in page


def test_the_page_says_when_an_interval_is_not_kept():
    told = json.loads((SHIPPED / "report.json").read_text(encoding="utf-8"))
    for line in told["tools"]["Laennec, out of fold"]:
        if (line["table"], line["row"], line["measure"]) == ("intervals", "QT", "bias ms"):
            line["estimate"]["value"] = 25.1
    ours = next(x for x in as_markdown(told).splitlines() if "+25.1" in x)
    assert "+25.1 / 6.9: not kept" in ours
