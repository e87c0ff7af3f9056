"""Where the errors of a cross-validation are: who carries them, and on which lead."""

import numpy as np
import pytest
from laennec.datasets.sources.ecg_files import AnnotatedEcg
from laennec.engine.ecg.fiducials import Fiducials, Waves, no_waves
from laennec.engine.ecg.signal import EcgSignal
from laennec.training.ecg_delineation.anatomy import anatomy_lines, lead_errors, spread_of
from laennec.training.ecg_delineation.judge import Judged
from laennec.training.report import find

MARKS = np.array([[100.0, 110.0, 120.0], [500.0, 510.0, 520.0]])


def judged(shifts):
    """One record of two leads; the QRS of each is found so many samples (2 ms) late."""
    leads = tuple(shifts)
    signal = EcgSignal.of({lead: np.zeros(1000) for lead in leads}, 500.0, complete=False)
    waves = {"p": np.empty((0, 3)), "qrs": MARKS, "t": np.empty((0, 3))}
    record = AnnotatedEcg("1", "1", signal, waves=dict.fromkeys(leads, waves))
    points = np.stack([MARKS + shift for shift in shifts.values()])
    qrs = Waves(points, MARKS, np.arange(2), np.ones(2))
    none = no_waves(len(leads))
    found = Fiducials(leads, 500.0, np.ones(len(leads), bool), none, qrs, none)
    return Judged([record], [found], [])


def test_errors_are_found_minus_marked_by_lead():
    errors = lead_errors(judged({"I": 3.0, "aVR": -20.0}))
    assert errors["qrs", 1][0, "I"].tolist() == [6.0, 6.0]
    assert errors["qrs", 1][0, "aVR"].tolist() == [-40.0, -40.0]
    assert not errors["p", 0]


def test_the_lead_that_carries_the_error_is_named():
    lines = list(anatomy_lines(judged({"I": 3.0, "aVR": np.array([[-30.0], [30.0]])})))
    assert find(lines, "errors by lead", "QRS peak, SD", "aVR ms").estimate.value == 60.0
    assert find(lines, "errors by lead", "QRS peak, SD", "I ms").estimate.value == 0.0
    row = {x.measure: x.estimate.value for x in lines if x.row == "QRS peak"}
    assert row["share far off"] == 0.5
    assert row["their share of squared error"] == pytest.approx(7200 / 7272)


def test_what_leads_have_in_common_and_what_beats_do_add_up():
    parts = [np.array([1.0, 3.0]), np.array([-4.0, -2.0, -3.0]), np.array([50.0])]
    found = spread_of(parts)
    between, within = found["SD between leads of records ms"], found["SD within ms"]
    assert between**2 + within**2 == pytest.approx(found["SD ms"] ** 2)
    assert found["robust SD ms"] < found["SD ms"]
    assert spread_of([np.zeros(2)])["their share of squared error"] == 0.0
