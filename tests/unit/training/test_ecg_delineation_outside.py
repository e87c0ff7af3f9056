"""What is measured where nobody marked waves: exact truth, a second method, the other leads."""

import math
from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import sample_scenario, simulate
from laennec.datasets.sources.ecg_files import AnnotatedEcg
from laennec.engine.bundles.load import load_models
from laennec.engine.ecg.fiducials import OFFSET, ONSET
from laennec.training.ecg_delineation.agreement import agreement_lines
from laennec.training.ecg_delineation.simulated import simulated_records, simulated_strips
from laennec.training.ecg_delineation.strips import BASE_RATE_HZ
from laennec.training.ecg_delineation.truth import truth_lines
from laennec.training.report import find


@pytest.fixture(scope="module")
def delineate():
    return load_models().signal("ecg_delineation/waves").delineator().delineate


def later_onset(delineate, ms):
    """Return a delineator whose QRS begins later over all leads."""

    def find_waves(signal):
        found = delineate(signal)
        overall = np.array(found.qrs.overall)
        overall[:, ONSET] += ms * found.sampling_rate_hz / 1000
        return replace(found, qrs=replace(found.qrs, overall=overall))

    return find_waves


def test_a_boundary_that_is_set_later_moves_the_bias_by_as_much(delineate):
    before = list(truth_lines(delineate, records=1))
    after = list(truth_lines(later_onset(delineate, 6.0), records=1))

    def bias(lines, row):
        return find(lines, "measured truth", row, "bias ms").estimate.value

    assert bias(after, "QRS interval") - bias(before, "QRS interval") == pytest.approx(-6, abs=0.1)
    assert bias(after, "PR interval") - bias(before, "PR interval") == pytest.approx(6, abs=0.1)
    assert bias(after, "P interval") == bias(before, "P interval")


def test_amplitudes_are_within_a_few_microvolts_of_the_formulas(delineate):
    lines = list(truth_lines(delineate, records=1))
    for row in ("tallest R", "deepest Q or S", "T", "ST at J + 60 ms"):
        assert abs(find(lines, "measured truth", f"amplitude {row}", "bias uV").estimate.value) < 10


@pytest.fixture(scope="module")
def records():
    generator = np.random.default_rng(3)
    said = ["NSR", "NSR|PAC", "NSR", "AF"]
    made = [simulate(sample_scenario(generator, "sinus_rhythm"), seed=k) for k in range(4)]
    return [
        AnnotatedEcg(str(k), str(k), record.signal, labels={"dx_final_abbr": labels})
        for k, (labels, record) in enumerate(zip(said, made, strict=True))
    ]


def test_a_record_stands_in_every_group_that_its_labels_name(delineate, records):
    lines = list(agreement_lines(delineate, records))

    def of(row, measure="records"):
        return find(lines, "agreement", row, measure).estimate

    assert of("sinus rhythm").value == 3
    assert of("premature beats").value == 1
    assert of("fibrillation or flutter").value == 1
    assert "paced" not in {line.row for line in lines}
    assert math.isnan(of("premature beats", "QRS bias ms").value), "one record has no SD"
    assert abs(of("sinus rhythm", "rate bias per min").value) < 1


def test_the_difference_is_the_learned_minus_the_classical_measurement(delineate, records):
    before = list(agreement_lines(delineate, records))
    after = list(agreement_lines(later_onset(delineate, 8.0), records))
    for measure in ("QRS bias ms", "QT bias ms"):
        one, other = (
            find(x, "agreement", "sinus rhythm", measure).estimate for x in (before, after)
        )
        assert other.value - one.value == pytest.approx(-8, abs=0.2)
    spread = "spread of QRS onset ms"
    one, other = (find(x, "agreement", "sinus rhythm", spread).estimate for x in (before, after))
    assert one.value == other.value, "the leads' own boundaries did not move"
    assert 0 < one.value < 30


def test_nothing_is_learned_from_simulation_about_where_a_wave_begins():
    strips = simulated_strips(6, seed=4)
    for row, record in enumerate(simulated_records(6, seed=4)):
        onsets = record.truth.fiducials("r")["leads"]["V2"]["qrs"]
        rate = BASE_RATE_HZ / record.signal.sampling_rate_hz
        for point in (ONSET, OFFSET):
            whole = [q[point] for q in onsets if None not in q]
            at = np.round(np.array(whole) * rate).astype(int)
            assert len(at) > 0
            assert not strips.known[row, 7, 1, at].any()
    assert strips.known.float().mean() > 0.8, "what lies between the boundaries is learned"
