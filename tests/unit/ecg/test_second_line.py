"""The second measurement gives no QTc where decision 6 withholds it."""

from dataclasses import replace

import numpy as np
import pytest
from laennec.datasets.simulator import scenario, simulate
from laennec.engine.ecg.analysis import analyse_ecg
from laennec.engine.ecg.section import section_of
from laennec.engine.words import Sentences
from laennec.engine.words.ecg_lines import second_line
from laennec.serving.ecg.table import as_row

ECG = analyse_ecg(simulate(scenario("sinus_rhythm", variation=0.0), seed=2).signal, None)
QTC = "qtc_fridericia"


def second(analysis):
    return {one.name: one for one in section_of(analysis, None).second}


def with_second(irregularity=None, **values):
    """The same ECG whose second measurement found other values."""
    classical, found = ECG.classical, dict(ECG.classical.values)
    for name, value in values.items():
        found[name] = replace(found[name], value=value)
    rhythm = classical.rhythm
    if irregularity is not None:
        rhythm = replace(rhythm, irregularity=irregularity)
    return replace(ECG, classical=replace(classical, values=found, rhythm=rhythm))


def with_first(*withheld):
    """The same ECG whose first measurement gives no QTc."""
    measured = dict(ECG.measurements.measured)
    measured[QTC] = replace(measured[QTC], value=float("nan"), withheld=withheld)
    return replace(ECG, measurements=replace(ECG.measurements, measured=measured))


def test_without_the_network_the_second_qtc_is_given():
    assert second(ECG)[QTC].value == pytest.approx(ECG.classical.value(QTC))
    assert as_row("r", ECG)["classical_qtc_fridericia_ms"] is not None


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({"qrs": 119.6}, "wide_qrs"),
        ({"rate": 49.0}, "slow_rate"),
        ({"rate": 111.0}, "fast_rate"),
        ({"irregularity": 0.12}, "unstable_rate"),
    ],
)
def test_what_the_second_finds_withholds_its_qtc_and_leaves_its_qt(found, why):
    analysis = with_second(**found)
    values = second(analysis)
    assert values[QTC].value is None
    assert values[QTC].withheld == (f"ecg.withheld.{why}",)
    assert values["qt"].value == pytest.approx(ECG.classical.value("qt"))
    assert as_row("r", analysis)["classical_qtc_fridericia_ms"] is None


@pytest.mark.parametrize(
    "why", ["wide_qrs", "slow_rate", "fast_rate", "unstable_rate", "t_end_uncertain", "no_t_end"]
)
def test_what_the_first_withholds_is_not_given_by_the_second(why):
    analysis = with_first(f"ecg.withheld.{why}")
    line = second_line(section_of(analysis, None), Sentences("fr"))
    said = Sentences("fr").text(f"ecg.withheld.{why}")
    assert f"QTc (Fridericia) {said}" in line
    assert np.isfinite(analysis.classical.value(QTC))
    assert as_row("r", analysis)["classical_qtc_fridericia_ms"] is None
