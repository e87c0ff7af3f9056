"""Wide complexes with and without P waves: what the rules say of each, by rate and noise."""

from collections import Counter
from typing import Final

import numpy as np

from ...datasets.simulator import Noise, sample_scenario, simulate
from ...engine.ecg.analysis import analyse_ecg
from ...engine.ecg.delineation.delineate import Delineator
from ...engine.ecg.measure.reference import Person
from ...engine.ecg.urgent import urgent_ecg
from ..ecg_quality.markdown import table
from .simulated import SNR_DB

SEEDS: Final = 8
RULES: Final = ("ecg_wide_without_p_fast", "ecg_wide_without_p", "ecg_measurements_differ")
NOISES: Final = {
    "together, 20 dB": tuple(Noise(kind, SNR_DB + 5.0) for kind in ("emg", "wander", "motion")),
    "muscle, 12 dB": (Noise("emg", 12.0),),
}
# What is simulated, at which rates. Of the first no P wave leads the QRS, of the rest one does.
CASES: Final = (
    ("ventricular rhythm", "ventricular_tachycardia", (60.0, 80.0, 95.0, 101.0, 110.0, 119.0)),
    ("left bundle branch block", "lbbb", (60.0, 80.0, 101.0, 110.0, 119.0)),
    ("the same, PR 240", "av_block_1+lbbb", (80.0, 101.0)),
    ("right bundle branch block", "rbbb", (60.0, 101.0, 110.0, 119.0)),
    ("nonspecific delay", "nonspecific_intraventricular_delay", (80.0, 110.0)),
    ("pre-excitation", "preexcitation", (80.0, 110.0)),
    ("ventricular pacing", "paced_rhythm_ventricular", (75.0,)),
)


def wide_table(network: Delineator | None) -> str:
    """Return how many of each are called by the rules on P waves, or read for a contradiction.

    Parameters
    ----------
    network : of the whole chain
    """
    rows = []
    for name, pathology, rates in CASES:
        for rate in rates:
            for noise, parts in NOISES.items():
                said = Counter[str]()
                for seed in range(SEEDS):
                    said.update(_said(pathology, rate, parts, seed, network))
                counts = [f"{said[rule]}/{SEEDS}" for rule in (*RULES, "U0")]
                rows.append([name, f"{rate:.0f}", noise, *counts])
    head = ["simulated", "rate", "noise", "now, from 100/min", "today", "read now", "any U0"]
    return table(head, rows)


def _said(
    pathology: str,
    rate_bpm: float,
    noise: tuple[Noise, ...],
    seed: int,
    network: Delineator | None,
) -> set[str]:
    rng = np.random.default_rng(seed)
    asked = sample_scenario(rng, pathology, noise=noise, rate_bpm=rate_bpm)
    signal = simulate(asked, seed=seed).signal
    found = urgent_ecg(analyse_ecg(signal, network), Person(asked.sex, asked.age_years))
    levels = {"U0"} if any(item.level == "U0" for item in found.items) else set()
    return {item.rule_id for item in found.items} | levels
