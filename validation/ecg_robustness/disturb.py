"""What can happen to an ECG between the electrodes and the file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy.signal import resample_poly

from ...datasets.simulator.artefacts import (
    flat_lead,
    gain_error,
    quantise,
    recorder_filter,
    swap_chest,
    swap_limbs,
)
from ...datasets.simulator.noise import Noise, noise_mv
from ...engine.ecg.signal import EcgSignal

SEED = 20261129
CHEST = ("V1", "V2", "V3", "V4", "V5", "V6")


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One way of spoiling a record.

    Parameters
    ----------
    id, group : of the table
    is_told : the right answer is to refuse or to raise an alarm, not to go on measuring
    apply : from the record and its number, which seeds what is drawn
    """

    id: str
    group: str
    is_told: bool
    apply: Callable[[EcgSignal, int], EcgSignal]


def resampled(signal: EcgSignal, rate_hz: float) -> EcgSignal:
    """Return the record at another sampling rate, by a polyphase filter."""
    ratio = Fraction(rate_hz / signal.sampling_rate_hz).limit_denominator(1000)
    moved = resample_poly(signal.signal_mv, ratio.numerator, ratio.denominator, axis=1)
    return replace(signal, signal_mv=moved, sampling_rate_hz=rate_hz)


def without(signal: EcgSignal, leads: Sequence[str]) -> EcgSignal:
    """Return the record with some leads not recorded at all."""
    rows = [i for i, name in enumerate(signal.leads) if name not in leads]
    return EcgSignal(
        tuple(signal.leads[i] for i in rows), signal.signal_mv[rows], signal.sampling_rate_hz
    )


def noisy(kinds: Mapping[str, float]) -> Callable[[EcgSignal, int], EcgSignal]:
    """Return a disturbance that adds noise of the simulator, each kind at its ratio in decibel."""
    asked = tuple(Noise(kind, snr) for kind, snr in kinds.items())

    def apply(signal: EcgSignal, number: int) -> EcgSignal:
        rng = np.random.default_rng([SEED, number])
        clean = np.nan_to_num(signal.signal_mv)
        return replace(
            signal,
            signal_mv=signal.signal_mv + noise_mv(asked, clean, signal.sampling_rate_hz, rng),
        )

    return apply


def disturbances() -> tuple[Disturbance, ...]:
    """Return every disturbance of the study, in the order of its tables."""
    limbs = {"RA/LA": ("LA", "RA", "LL"), "RA/LL": ("LL", "LA", "RA"), "LA/LL": ("RA", "LL", "LA")}
    found = [
        Disturbance("muscle noise, 18 dB", "noise", False, noisy({"emg": 18.0})),
        Disturbance("muscle noise, 6 dB", "noise", True, noisy({"emg": 6.0})),
        Disturbance("baseline wander, 6 dB", "noise", False, noisy({"wander": 6.0})),
        Disturbance("mains, 18 dB", "noise", False, noisy({"mains": 18.0})),
        *(
            Disturbance(f"electrodes {name} swapped", "swap", True, _swap(order))
            for name, order in limbs.items()
        ),
        Disturbance(
            "electrodes V1/V2 swapped", "swap", True, lambda s, _: swap_chest(s, "V1", "V2")
        ),
        Disturbance(
            "electrodes V1/V6 swapped", "swap", True, lambda s, _: swap_chest(s, "V1", "V6")
        ),
        Disturbance("limb leads only", "leads", False, lambda s, _: without(s, CHEST)),
        Disturbance("lead II only", "leads", False, lambda s, _: without(s, _but(s, "II"))),
        Disturbance("V3 not recorded", "leads", False, lambda s, _: without(s, ("V3",))),
        Disturbance("V3 flat", "leads", False, lambda s, _: flat_lead(s, "V3")),
        Disturbance("250 Hz", "sampling", False, lambda s, _: resampled(s, 250.0)),
        Disturbance("1000 Hz", "sampling", False, lambda s, _: resampled(s, 1000.0)),
        Disturbance("step of 20 uV", "sampling", False, lambda s, _: quantise(s, 20.0)),
        Disturbance(
            "recorder filter 0.5 to 40 Hz", "sampling", False,
            lambda s, _: recorder_filter(s, 0.5, 40.0),
        ),
        Disturbance("gain halved", "gain", False, lambda s, _: gain_error(s, 0.5)),
        Disturbance("gain doubled", "gain", False, lambda s, _: gain_error(s, 2.0)),
        Disturbance("gain times ten", "gain", True, lambda s, _: gain_error(s, 10.0)),
        Disturbance(
            "gain of lead I doubled", "gain", True, lambda s, _: gain_error(s, 2.0, lead="I")
        ),
    ]  # fmt: skip
    return tuple(found)


def _but(signal: EcgSignal, kept: str) -> tuple[str, ...]:
    return tuple(name for name in signal.leads if name != kept)


def _swap(order: tuple[str, str, str]) -> Callable[[EcgSignal, int], EcgSignal]:
    return lambda signal, _: swap_limbs(signal, order)
