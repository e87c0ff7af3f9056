"""Whether an explanation points at what matters: delete what it names, or something else as large.

On simulated ECGs, whose truth is known. Leads behind Q waves, ST and T are deleted with their
samples; a beat behind a premature complex is bridged and the whole chain reads the ECG again.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...datasets.simulator import sample_scenario, simulate
from ...engine.ecg.analysis import EcgAnalysis, analyse_ecg
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.features import EcgFeatures, ecg_features
from ...engine.ecg.findings.model import evaluate_statements
from ...engine.ecg.measure import BeatTimes, measure_ecg
from ...engine.ecg.measure.reference import Person
from ...engine.ecg.signal import EcgSignal
from ..metrics import Estimate
from ..report import Line
from .fit import Rules

LEADS: Final = {
    "old_mi_q_waves": ("old_mi_q_waves", "q_pair"),
    "st_elevation": ("st_elevation", "st_elevation"),
    "st_depression": ("st_depression", "st_depression"),
    "t_wave_abnormal": ("t_wave_inversion_lateral", "t_inverted"),
}
BEATS: Final = {
    "premature_ventricular_complex": ("premature_ventricular_complex", "odd_beat"),
    "premature_atrial_complex": ("premature_atrial_complex", "early_beat"),
}
RECORDS: Final = 60
REACH_S: Final = 0.35
METHOD: Final = "mean of the simulated records, interval: percentile bootstrap, 500 replicates"


def deletion_lines(rules: Rules, network: Delineator, *, seed: int) -> list[Line]:
    """Return by how much the logit falls when what is named is deleted, and something else."""
    lines = []
    for statement, (pathology, group) in {**LEADS, **BEATS}.items():
        pairs = np.array(list(_falls(statement, pathology, group, (rules, network), seed)))
        if not len(pairs):
            continue
        for k, name in enumerate(("named deleted", "another deleted")):
            found = _mean(pairs[:, k])
            lines.append(Line("what an explanation names, deleted", statement, name, found))
        gap = _mean(pairs[:, 0] - pairs[:, 1])
        lines.append(Line("what an explanation names, deleted", statement, "difference", gap))
    return lines


def _falls(
    statement: str, pathology: str, group: str, tools: tuple[Rules, Delineator], seed: int
) -> Iterator[tuple[float, float]]:
    rules, network = tools
    for k in range(RECORDS):
        generator = np.random.default_rng((seed, k))
        asked = sample_scenario(generator, pathology)
        signal = simulate(asked, seed=k).signal
        person = Person(asked.sex, asked.age_years)
        analysis = analyse_ecg(signal, network)
        found = ecg_features(analysis, person)
        before = _logit(statement, found, rules)
        if group in found.beats:
            beats = len(analysis.fiducials.r_peaks)
            other = [i for i in range(1, beats - 1) if i != found.beats[group]]
            both = (found.beats[group], int(generator.choice(other)))
            after = [
                ecg_features(analyse_ecg(_bridged(signal, analysis, b), network), person)
                for b in both
            ]
        elif found.leads.get(group):
            named = found.leads[group]
            other_leads = generator.choice(
                [n for n in signal.leads if n not in named], len(named), replace=False
            )
            chosen = (named, tuple(str(n) for n in other_leads))
            after = [ecg_features(_without(analysis, leads), person) for leads in chosen]
        else:
            continue
        yield tuple(before - _logit(statement, one, rules) for one in after)  # type: ignore[misc]  # two of them


def _logit(statement: str, found: EcgFeatures, rules: Rules) -> float:
    x = np.array([[found.values.get(name, np.nan) for name in rules.system.inputs]])
    answer = evaluate_statements(rules.system, rules.table, x, np.isfinite(x))
    j = rules.table.names.index(statement)
    mine = rules.table.owners(rules.system) == j
    return float(answer.bias[0, j] + answer.rule_contribution[0, mine].sum())


def _without(analysis: EcgAnalysis, leads: tuple[str, ...]) -> EcgAnalysis:
    """Take the samples of some leads away; the waves stay where they were found."""
    gone = np.isin(analysis.signal.leads, leads)
    samples = np.where(gone[:, None], np.nan, analysis.signal.signal_mv)
    signal = replace(analysis.signal, signal_mv=samples)
    measured = measure_ecg(signal, BeatTimes.of(analysis.fiducials))
    return replace(analysis, signal=signal, measurements=measured)


def _bridged(signal: EcgSignal, analysis: EcgAnalysis, beat: int) -> EcgSignal:
    """Draw a straight line over one beat."""
    reach = round(REACH_S * signal.sampling_rate_hz)
    middle = round(float(analysis.fiducials.r_peaks[beat]))
    start, stop = max(middle - reach, 0), min(middle + reach, signal.n_samples - 1)
    samples = signal.signal_mv.copy()
    along = np.linspace(0.0, 1.0, stop - start)
    ends = samples[:, [start]] * (1.0 - along) + samples[:, [stop]] * along
    samples[:, start:stop] = ends
    return replace(signal, signal_mv=samples)


def _mean(values: NDArray[np.float64]) -> Estimate:
    generator = np.random.default_rng(0)
    draws = generator.choice(values, (500, len(values))).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    return Estimate(float(values.mean()), float(low), float(high), len(values), METHOD)
