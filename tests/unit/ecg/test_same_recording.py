"""One recording in two formats is told as one, and an earlier ECG is the earlier one."""

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest
from ecg_pairs import recording, side
from ecg_visits import VISIT, screened
from laennec.cli import app
from laennec.datasets.readers.ecg import EcgHeader, EcgRecording, write_wfdb
from laennec.engine.ecg.comparison import compare_ecgs
from laennec.engine.ecg.comparison.same import likeness
from laennec.engine.ecg.comparison.settings import comparison_settings
from laennec.engine.ecg.recorded import order_of
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.errors import DataError
from scipy.signal import resample_poly
from typer.testing import CliRunner

SAME = comparison_settings().same
at = datetime.fromisoformat
MORNING, NOON = at("2026-11-03T08:00:00"), at("2026-11-03T11:15:00")


def other(signal, change):
    """The same recording as another format stores it."""
    x, fs, leads = signal.signal_mv, signal.sampling_rate_hz, signal.leads
    if change == "steps of 5 uV":
        return EcgSignal(leads, np.round(x * 200) / 200, fs)
    if change == "half the rate, other gain":
        return EcgSignal(leads, resample_poly(x, 1, 2, axis=1) * 1.5, fs / 2)
    if change == "twice the rate":
        return EcgSignal(leads, resample_poly(x, 2, 1, axis=1), fs * 2)
    if change == "cut":
        return EcgSignal(leads, x[:, round(1.3 * fs) : round(7.9 * fs)], fs)
    kept = {name: signal.lead_mv(name) for name in ("I", "II", "V1", "V2", "V5", "V6")}
    return EcgSignal.of(kept, fs)


CHANGES = (
    "steps of 5 uV",
    "half the rate, other gain",
    "twice the rate",
    "cut",
    "limb leads from I and II, 8 leads",
)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("pathology", ["sinus_rhythm", "lbbb", "atrial_fibrillation"])
def test_one_recording_in_another_form_is_the_same(change, pathology):
    signal = recording(pathology)
    stored = other(signal, change)
    assert likeness(signal, stored, SAME) >= SAME.correlation
    assert likeness(stored, signal, SAME) >= SAME.correlation


@pytest.mark.parametrize(
    "pathology",
    [
        "sinus_rhythm",
        "lbbb",
        "atrial_flutter",
        "paced_rhythm_ventricular",
        "ventricular_tachycardia",
    ],
)
def test_another_stretch_of_the_same_person_is_another_recording(pathology):
    """Flutter and pacing are simulated with intervals that are equal to the sample: the hardest."""
    for seed in (3, 4, 5):
        one, two = (recording(pathology, seed, start) for start in (0.5, 20.0))
        assert likeness(one, two, SAME) < SAME.correlation


def test_nothing_in_common_or_too_little_is_not_the_same():
    signal = recording()
    chest = EcgSignal(("V1",), signal.signal_mv[6:7], signal.sampling_rate_hz)
    limb = EcgSignal(("I",), signal.signal_mv[:1], signal.sampling_rate_hz)
    flat = EcgSignal(("I",), np.zeros((1, 5000)), 500.0)
    gaps = EcgSignal(("I",), np.full((1, 5000), np.nan), 500.0)
    brief = EcgSignal(("I",), signal.signal_mv[:1, :900], signal.sampling_rate_hz)
    for one in (chest, flat, gaps, brief):
        assert likeness(limb, one, SAME) == 0.0
    assert likeness(limb, limb, SAME) > SAME.correlation


def test_the_same_recording_of_another_format_is_not_compared():
    """Pinned: a block was "on the earlier ECG already", which was the new one in another format."""
    signal = recording("lbbb")
    found = compare_ecgs(side(signal), side(other(signal, "half the rate, other gain")))
    assert [r.id for r in found.reasons] == ["ecg_since.reason.same_signal"]
    assert {s.standing for s in found.standings} == {"not_comparable"}


def test_one_moment_is_one_recording_whatever_was_filtered():
    one, two = (replace(recording(start_s=s), recorded_at=NOON) for s in (0.5, 20.0))
    found = compare_ecgs(side(one), side(two))
    assert [r.id for r in found.reasons] == ["ecg_since.reason.same_signal"]


@pytest.mark.parametrize(
    ("one", "two", "order"),
    [
        (date(2021, 3, 3), date(2026, 11, 3), "before"),
        (at("2026-11-03T08:00:00"), at("2026-11-03T11:15:00"), "before"),
        (at("2026-11-03T11:15:00"), at("2026-11-03T08:00:00"), "after"),
        (at("2026-11-04T00:00:00"), date(2026, 11, 3), "after"),
        (at("2026-11-03T11:15:00"), date(2026, 11, 3), "unknown"),
        (date(2026, 11, 3), date(2026, 11, 3), "unknown"),
        (None, date(2026, 11, 3), "unknown"),
        (at("2026-11-03T08:00:00"), at("2026-11-03T08:00:00"), "same"),
        (
            at("2026-11-03T08:00+01:00"),
            at("2026-11-03T08:00+00:00"),
            "before",
        ),
        (at("2026-11-03T08:00+01:00"), at("2026-11-03T07:00:00"), "after"),
    ],
)
def test_order_of_two_moments(one, two, order):
    assert order_of(one, two) == order


def file_of(folder, signal, moment, name):
    header = EcgHeader(format="wfdb", record=name, acquired_at=moment)
    return write_wfdb(EcgRecording(signal, header), folder / f"{name}.hea", identify=True)


def test_an_earlier_file_of_a_later_hour_is_refused(tmp_path):
    new = file_of(tmp_path, recording(), MORNING, "new")
    old = file_of(tmp_path, recording("lbbb"), NOON, "old")
    done = CliRunner().invoke(app, ["ecg", "compare", str(new), str(old)])
    assert isinstance(done.exception, DataError)
    assert "11-03 11:15:00, and a new one of 2026-11-03 08:00:00" in str(done.exception)


def test_of_one_day_without_times_the_order_is_said_not_to_be_known(tmp_path):
    new = file_of(tmp_path, recording(start_s=20.0), None, "new")
    old = file_of(tmp_path, recording(), None, "old")
    days = ["--new-date", "2026-11-03", "--old-date", "2026-11-03"]
    for more in ([], days):
        done = CliRunner().invoke(app, ["ecg", "compare", str(new), str(old), *more])
        assert done.exit_code == 0
        assert "came first is not known" not in done.output
        assert "précède l'autre n'est pas connu" in " ".join(done.output.split())


def test_screen_says_it_and_tells_what_presses_in_the_later_one(tmp_path):
    """Pinned: the block of the later ECG was "gone", and nothing was urgent."""
    new = file_of(tmp_path, recording(), MORNING, "new")
    old = file_of(tmp_path, recording("lbbb"), NOON, "old")
    document = {**VISIT, "ecg": {"file": new.name}}
    done = screened(tmp_path, document, previous_ecg=old)
    draft = done.draft
    assert "previous_ecg_not_before" in {n.code for n in draft.refused_items}
    assert "ecg_since.reason.not_before" in {r.id for r in draft.ecg_comparison.reasons}
    assert {s.standing for s in draft.ecg_comparison.standings} == {"not_comparable"}
    assert "urgent.later_ecg" in {i.message.id for i in draft.urgent}
    assert "2026-11-03 11:15:00" in " ".join(done.rendered.split())


def test_a_given_day_that_contradicts_the_file_is_refused_or_told(tmp_path):
    new = file_of(tmp_path, recording(start_s=20.0), NOON, "new")
    old = file_of(tmp_path, recording(), at("2021-03-03T09:00"), "old")
    arguments = ["ecg", "compare", str(new), str(old), "--old-date"]
    done = CliRunner().invoke(app, [*arguments, "2020-03-03"])
    assert isinstance(done.exception, DataError)
    assert "2020-03-03 for an ECG whose file states 2021-03-03" in str(done.exception)
    assert CliRunner().invoke(app, [*arguments, "2021-03-03"]).exit_code == 0
    document = {**VISIT, "ecg": {"file": new.name}}
    for day, is_told in ((date(2020, 3, 3), True), (date(2021, 3, 3), False)):
        draft = screened(tmp_path, document, previous_ecg=old, previous_ecg_on=day).draft
        assert draft.ecg_comparison.earlier_on == "2021-03-03"
        assert ("previous_ecg_other_date" in {n.code for n in draft.notes}) == is_told
