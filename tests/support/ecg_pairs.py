"""Two simulated recordings of one person: the same torso, another day, another stretch of time."""

from dataclasses import replace
from functools import cache

import numpy as np
from laennec.datasets.simulator import Noise, sample_scenario, simulate
from laennec.engine.bundles.load import load_models
from laennec.engine.ecg.comparison import EcgSide, side_of
from laennec.engine.ecg.measure.reference import Person
from laennec.engine.ecg.recorded import NOT_STATED, EcgRecorded
from laennec.engine.ecg.signal import EcgSignal
from laennec.engine.ecg.visit import screened_ecg

NOISE = (Noise("emg", 28.0),)
DRAWN = {"person_variation": 0.6, "variation": 1.0, "sex": "male", "duration_s": 32.0}


@cache
def models():
    return load_models()


def stretch(signal, start_s, seconds=10.0):
    """Cut ten seconds out of a longer recording."""
    fs = signal.sampling_rate_hz
    cut = signal.signal_mv[:, round(start_s * fs) : round((start_s + seconds) * fs)]
    return EcgSignal(signal.leads, cut, fs)


@cache
def recording(pathology="sinus_rhythm", seed=11, start_s=0.5, **changes) -> EcgSignal:
    """Ten seconds of one person; the same seed is the same person."""
    rng = np.random.default_rng(seed)
    asked = sample_scenario(rng, pathology, noise=NOISE, **DRAWN)
    return stretch(simulate(replace(asked, **changes), seed=seed).signal, start_s)


def side(signal: EcgSignal, recorded: EcgRecorded = NOT_STATED) -> EcgSide:
    return side_of(screened_ecg(signal, models(), Person("male", 50.0)), recorded)


@cache
def calm(seed=11) -> EcgSide:
    """The earlier recording of a person in sinus rhythm."""
    return side(recording(seed=seed))


@cache
def later(pathology="sinus_rhythm", seed=11, **changes) -> EcgSide:
    """The same person at another time."""
    return side(recording(pathology, seed, 20.0, **changes))
