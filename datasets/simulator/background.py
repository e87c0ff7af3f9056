"""Fibrillatory and flutter waves: a saw-tooth of few harmonics that runs under the whole record.

Source: Stridh & Sörnmo 2001, doi:10.1109/10.900266 (the model of simulated fibrillation), with
the departure that the waves are a dipole and not one series per lead.
"""

import numpy as np

from ...engine.fixedpoint import FloatArray
from .figures import figures
from .scenario import EcgScenario


def background_vectors(asked: EcgScenario, kind: str, rng: np.random.Generator) -> FloatArray:
    """Sample the waves of a fibrillating or fluttering atrium.

    Parameters
    ----------
    asked : gives frequency and size (``fibrillatory_hz``, ``flutter_per_min``, ``atrial_mv``)
    kind : ``fibrillation``, ``flutter`` or empty for none
    rng : draws the phases

    Returns
    -------
    dipole in millivolt, shape (3, n_samples)
    """
    time_s = np.arange(asked.n_samples) / asked.sampling_rate_hz
    total = np.zeros((3, asked.n_samples))
    if not kind:
        return total
    look = figures("shapes")["background"][kind]
    flutter_hz = asked.options["flutter_per_min"] / 60.0
    base = flutter_hz if kind == "flutter" else asked.options["fibrillatory_hz"]
    for direction in look["directions"]:
        phase, swing_phase, size_phase = rng.uniform(0, 2 * np.pi, 3)
        frequency = base * (1.0 if kind == "flutter" else rng.uniform(0.9, 1.1))
        slow, slower = look["swing_hz"][1], look["swing_hz"][0]
        wave = np.sin(2 * np.pi * slow * time_s + swing_phase)
        angle = 2 * np.pi * frequency * time_s + phase + look["frequency_swing_hz"] / slow * wave
        orders = range(1, look["harmonics"] + 1)
        tooth = np.sum([np.sin(m * angle) / m for m in orders], axis=0) * 2.0 / np.pi
        size = 1 + look["amplitude_swing"] * np.sin(2 * np.pi * slower * time_s + size_phase)
        total += np.array(direction)[:, None] * (asked.options["atrial_mv"] * size * tooth)
    return total
