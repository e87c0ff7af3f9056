"""Ten seconds of twelve leads as the small network reads them, real and simulated."""

from pathlib import Path
from typing import Final

import numpy as np
from scipy.signal import butter, sosfiltfilt

from ...datasets.simulator import Noise, pathology_names, sample_scenario, simulate
from ...datasets.sources.ecg_files import AnnotatedEcg
from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.fixedpoint import FloatArray
from ..ecg.config import Recipe as Scale
from ..ecg.config import task_table
from ..ecg.examples import recording
from .records import every_record

HIGH_PASS_HZ: Final = 0.5
MOST_MV: Final = 5.0
USUAL_MV: Final = 0.2
NOISY_SHARE: Final = 0.5
NOISES: Final = ("wander", "mains", "emg")


def standing(data: Path) -> tuple[tuple[str, ...], FloatArray]:
    """Return every record's name, and its middle ten seconds at 100 Hz, shape (n, 12, width).

    The baseline is taken away below half a hertz; what stands for 0.2 mV has a size of 1, so that
    the usual QRS is a few units high. What was not recorded is 0.

    Parameters
    ----------
    data : as `records.twelve_lead` reads it
    """
    found = [(ecg.record, _level(ecg)) for _, ecg, _ in every_record(data)]
    return tuple(name for name, _ in found), np.stack([x for _, x in found])


def simulated(n: int, statements: tuple[str, ...], seed: int) -> tuple[FloatArray, FloatArray]:
    """Simulate ECGs of every pathology in turn, half of them with noise.

    Returns
    -------
    shape (n, 12, width) and the truth of each statement, shape (n, s)
    """
    generator = np.random.default_rng((20261130, seed))
    names = pathology_names()
    x, truth = [], np.zeros((n, len(statements)))
    for i in range(n):
        noise: tuple[Noise, ...] = ()
        if generator.random() < NOISY_SHARE:
            noise = (Noise(str(generator.choice(NOISES)), float(generator.uniform(8, 25))),)
        asked = sample_scenario(generator, names[i % len(names)], noise=noise)
        made = simulate(asked, seed=int(generator.integers(2**31)))
        x.append(_level(AnnotatedEcg(str(i), str(i), made.signal)))
        truth[i] = np.isin(statements, made.truth.statements)
    return np.stack(x), truth


def _level(ecg: AnnotatedEcg) -> FloatArray:
    scale = Scale(**task_table()["recipe"])
    raw = recording(ecg, TWELVE_LEADS, scale)
    kept = sosfiltfilt(butter(2, HIGH_PASS_HZ, "highpass", fs=scale.rate_hz, output="sos"), raw)
    found: FloatArray = np.clip(kept, -MOST_MV, MOST_MV).astype(np.float32) / USUAL_MV
    return found
