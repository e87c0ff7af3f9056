"""A simulated 12-lead ECG with its truth: `simulate(scenario, seed=...)`."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray
from .assembly import Person, place_atrial, place_pr, place_spikes, place_ventricular
from .background import background_vectors
from .events import Script
from .figures import figures
from .noise import noise_mv
from .rhythms import RHYTHMS
from .scenario import EcgScenario
from .torso import lead_vectors
from .truth import Truth
from .waves import WaveTable, render

SYNTHETIC_NOTE: Final = "Synthetic ECG: simulated from a dipole model, recorded from no person"


@dataclass(frozen=True, slots=True)
class SimulatedEcg:
    """A simulated record: what a recorder would show, and what is true of it.

    Parameters
    ----------
    signal : with noise, twelve leads, millivolt
    clean : the same without noise
    truth : fiducials, intervals, amplitudes, statements
    scenario, seed : what it was made from; the same two give the same bytes
    synthetic : always true
    notes : sentences for a file header; the first says that the record is synthetic
    """

    signal: EcgSignal
    clean: EcgSignal
    truth: Truth
    scenario: EcgScenario
    seed: int
    synthetic: bool = True
    notes: tuple[str, ...] = (SYNTHETIC_NOTE,)


def simulate(scenario: EcgScenario, *, seed: int) -> SimulatedEcg:
    """Simulate a 12-lead ECG.

    Nothing that is drawn depends on the sampling rate: the clean signal at 250 Hz is every second
    sample of that at 500 Hz. The clean signal does not depend on the noise that is asked for.

    Parameters
    ----------
    scenario : what to simulate
    seed : of every draw, >= 0
    """
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(6)]
    script = _in_order(RHYTHMS[scenario.rhythm](scenario, streams[0]))
    matrix = lead_vectors(streams[1], scenario.person_variation)
    table = _waves(script, scenario, matrix, streams[2:4])
    sources = render(table, scenario.sampling_rate_hz, scenario.n_samples)
    sources[:3] += background_vectors(scenario, script.background, streams[4])
    clean_mv = matrix @ sources
    noisy_mv = clean_mv
    if scenario.noise:
        added = noise_mv(scenario.noise, clean_mv, scenario.sampling_rate_hz, streams[5])
        noisy_mv = clean_mv + added
    clean = EcgSignal(TWELVE_LEADS, clean_mv, scenario.sampling_rate_hz)
    return SimulatedEcg(
        signal=EcgSignal(TWELVE_LEADS, noisy_mv, scenario.sampling_rate_hz),
        clean=clean,
        truth=Truth(scenario=scenario, script=script, table=table, matrix=matrix),
        scenario=scenario,
        seed=seed,
        notes=(SYNTHETIC_NOTE, f"Scenario {scenario.pathology}, seed {seed}"),
    )


def _in_order(script: Script) -> Script:
    """Sort the ventricular events; drop one that the last would still be refractory for."""
    kept = []
    ready = -np.inf
    rule = figures("pathologies")["qt"]
    for event in sorted(script.ventricular, key=lambda e: e.onset_s):
        if event.onset_s >= ready:
            kept.append(event)
            ready = event.onset_s + (event.qrs_ms + rule["least_jt_ms"] + rule["gap_ms"]) / 1000.0
    return replace(script, ventricular=kept)


def _waves(
    script: Script,
    asked: EcgScenario,
    matrix: FloatArray,
    streams: list[np.random.Generator],
) -> WaveTable:
    person, beats = Person(asked, matrix, streams[0]), streams[1]
    phase = beats.uniform(0, 2 * np.pi)
    atrial_s = np.array([event.onset_s for event in script.atrial])
    ventricular_s = np.array([event.onset_s for event in script.ventricular])
    p_gains = _beat_gains(asked, atrial_s, phase, beats)
    qrs_gains = _beat_gains(asked, ventricular_s, phase, beats)
    qt_s = _qt_s(script, asked, beats)
    return WaveTable.join(
        [
            place_atrial(script, person, p_gains),
            place_ventricular(script, person, qt_s, qrs_gains),
            place_pr(script, asked),
            place_spikes(script, asked),
        ]
    )


def _beat_gains(
    asked: EcgScenario, onset_s: FloatArray, phase: float, rng: np.random.Generator
) -> FloatArray:
    """How breathing and chance turn and stretch the vectors of each event, shape (n, 3, 3)."""
    spread = figures("pathologies")["variation"]
    breath = np.sin(2 * np.pi * asked.respiration_hz * onset_s + phase) * asked.variation
    chance = spread["amplitude_sd"] * np.clip(rng.standard_normal(len(onset_s)), -2.5, 2.5)
    size = 1 + spread["respiration_gain"] * breath + chance * asked.variation
    angle = np.radians(spread["respiration_angle_deg"]) * breath
    x, y, z = spread["respiration_turn_axis"]
    spin = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(size[:, None, None] * (np.eye(3) + angle[:, None, None] * spin))


def _qt_s(script: Script, asked: EcgScenario, rng: np.random.Generator) -> FloatArray:
    """QT of each ventricular event in seconds: it follows RR and ends before the next QRS."""
    rule, spread = figures("pathologies")["qt"], figures("pathologies")["variation"]
    onset = np.array([event.onset_s for event in script.ventricular])
    qrs_s = np.array([event.qrs_ms for event in script.ventricular]) / 1000.0
    chance = np.clip(rng.standard_normal(len(onset)), -2.0, 2.0)
    if len(onset) == 0:
        return onset
    rr = np.diff(onset, prepend=np.nan)
    mean = float(np.nanmean(rr)) if len(onset) > 1 else 60.0 / asked.rate_bpm
    rr[0] = mean
    if asked.qt_ms is not None:
        qt = np.full(len(onset), asked.qt_ms / 1000.0)
    else:
        seen = rule["mean_weight"] * mean + (1 - rule["mean_weight"]) * rr
        qt = asked.qtc_ms / 1000.0 * seen ** rule["exponent"] + (qrs_s - asked.qrs_ms / 1000.0)
    qt = qt + spread["qt_ms_sd"] / 1000.0 * asked.variation * chance
    nearest = np.append(np.diff(onset), np.inf) - rule["gap_ms"] / 1000.0
    return np.minimum(np.maximum(qt, qrs_s + rule["least_jt_ms"] / 1000.0), nearest)
