"""What noise makes the urgent rules say: a finding is counted apart from a reading."""

from dataclasses import dataclass

import numpy as np
import pytest
from laennec.datasets.simulator import sample_scenario, simulate
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.urgent import load_ecg_urgent
from laennec.training.ecg_urgent.noise import is_finding, new_items, noisy
from laennec.training.ecg_urgent.records import LabelledEcg


@dataclass(frozen=True)
class Item:
    rule_id: str
    level: str


@dataclass(frozen=True)
class Said:
    items: tuple[Item, ...]


def test_only_a_rule_that_states_something_is_a_finding():
    rules = [rule.id for rule in load_ecg_urgent().rules]
    assert {"ecg_st_elevation", "ecg_pause_3s", "ecg_qtc_500"} <= {
        r for r in rules if is_finding(r)
    }
    assert not any(map(is_finding, load_ecg_urgent().reviews))
    assert not is_finding("ecg_st_close")


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((), set()),
        ((Item("ecg_pause_3s", "U0"),), {"finding", "U0", "ecg_pause_3s"}),
        ((Item("ecg_qtc_500", "U1"),), {"finding", "ecg_qtc_500"}),
        ((Item("ecg_st_close", "U1"),), {"reading"}),
        ((Item("ecg_rate_above_120", "U1"),), set()),
        (
            (Item("ecg_measurements_differ", "U0"), Item("ecg_qtc_500", "U1")),
            {"finding", "ecg_qtc_500", "reading"},
        ),
    ],
)
def test_what_the_clean_record_said_is_not_new(items, expected):
    assert new_items(frozenset({"ecg_rate_above_120"}), Said(items)) == expected


def test_the_noise_has_the_level_that_was_asked():
    made = simulate(sample_scenario(np.random.default_rng(1), "sinus_rhythm"), seed=1)
    record = LabelledEcg("s", "1", made.signal, Person(None, None), "", True, True)
    added = noisy(record, "emg", 6.0, np.random.default_rng(2)).signal.signal_mv
    clean = made.signal.signal_mv
    power = (clean - clean.mean(axis=1, keepdims=True)).var() / (added - clean).var()
    assert 10 * np.log10(power) == pytest.approx(6.0, abs=1.0)
    assert record.signal.signal_mv is clean
