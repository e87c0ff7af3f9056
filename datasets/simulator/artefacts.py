"""Faults of recording: each takes a signal and returns another, the first is left as it was."""

from typing import Final

import numpy as np
from scipy.signal import butter, sosfilt, sosfilt_zi

from ...engine.ecg.leads import CHEST_LEADS, LIMB_LEADS
from ...engine.ecg.signal import EcgSignal
from ...engine.fixedpoint import FloatArray
from .figures import ScenarioUnfit

_ELECTRODES: Final = ("RA", "LA", "LL")
_UV: Final = 1000.0
_FILTER_ORDER: Final = 2


def _with(signal: EcgSignal, signal_mv: FloatArray) -> EcgSignal:
    return EcgSignal(
        leads=signal.leads,
        signal_mv=signal_mv,
        sampling_rate_hz=signal.sampling_rate_hz,
        derived=signal.derived,
        resolution_uv=signal.resolution_uv,
    )


def _span(signal: EcgSignal, from_s: float, to_s: float | None) -> slice:
    rate = signal.sampling_rate_hz
    return slice(round(from_s * rate), None if to_s is None else round(to_s * rate))


def _row(signal: EcgSignal, lead: str) -> int:
    if lead not in signal.leads:
        raise ScenarioUnfit(
            found=f"no lead {lead!r}",
            why="a fault can only strike a lead that was recorded",
            remedy=f"Use one of: {', '.join(signal.leads)}",
            path="artefact.lead",
        )
    return signal.leads.index(lead)


def flat_lead(
    signal: EcgSignal, lead: str, *, from_s: float = 0.0, to_s: float | None = None
) -> EcgSignal:
    """Let a lead fall to a constant, as when an electrode is off."""
    changed = signal.signal_mv.copy()
    changed[_row(signal, lead), _span(signal, from_s, to_s)] = 0.0
    return _with(signal, changed)


def saturate(signal: EcgSignal, limit_mv: float) -> EcgSignal:
    """Clip every lead at plus and minus a limit, as an amplifier at its rail."""
    return _with(signal, np.clip(signal.signal_mv, -limit_mv, limit_mv))


def baseline_step(signal: EcgSignal, lead: str, step_mv: float, *, at_s: float) -> EcgSignal:
    """Displace a lead from one moment on."""
    changed = signal.signal_mv.copy()
    changed[_row(signal, lead), _span(signal, at_s, None)] += step_mv
    return _with(signal, changed)


def spikes(signal: EcgSignal, lead: str, height_mv: float, *, at_s: tuple[float, ...]) -> EcgSignal:
    """Add needles of one sample, as static discharges do."""
    changed = signal.signal_mv.copy()
    row = _row(signal, lead)
    for moment in at_s:
        index = round(moment * signal.sampling_rate_hz)
        if 0 <= index < signal.n_samples:
            changed[row, index] += height_mv
    return _with(signal, changed)


def gain_error(signal: EcgSignal, factor: float, *, lead: str | None = None) -> EcgSignal:
    """Multiply one lead, or all of them, as a wrong gain in a header does."""
    changed = signal.signal_mv.copy()
    rows = slice(None) if lead is None else slice(_row(signal, lead), _row(signal, lead) + 1)
    changed[rows] *= factor
    return _with(signal, changed)


def quantise(signal: EcgSignal, resolution_uv: float) -> EcgSignal:
    """Round every sample to a step of the recorder; the signal then states that step.

    Parameters
    ----------
    signal : any
    resolution_uv : microvolt per step, > 0
    """
    step_mv = resolution_uv / _UV
    return EcgSignal(
        leads=signal.leads,
        signal_mv=np.rint(signal.signal_mv / step_mv) * step_mv,
        sampling_rate_hz=signal.sampling_rate_hz,
        derived=signal.derived,
        resolution_uv=np.full(len(signal.leads), resolution_uv),
    )


def recorder_filter(signal: EcgSignal, low_hz: float, high_hz: float) -> EcgSignal:
    """Let through what a recorder lets through: a Butterworth band of second order, forward only.

    The truth of the clean record no longer holds exactly: the filter delays and rounds waves, as
    a recorder does.

    Parameters
    ----------
    signal : any
    low_hz, high_hz : limits of the band (-3 dB), 0 < low < high; a high limit at or above half the
        sampling rate leaves the top open
    """
    rate = signal.sampling_rate_hz
    bounded = high_hz < rate / 2.0
    band = (low_hz, high_hz) if bounded else low_hz
    kind = "bandpass" if bounded else "highpass"
    sections = butter(_FILTER_ORDER, band, kind, fs=rate, output="sos")
    start = sosfilt_zi(sections)[:, None, :] * signal.signal_mv[None, :, :1]
    filtered, _ = sosfilt(sections, signal.signal_mv, axis=1, zi=start)
    return _with(signal, np.asarray(filtered))


def limb_swap_matrix(order: tuple[str, str, str]) -> FloatArray:
    """Matrix of a limb electrode swap on the six limb leads I, II, III, aVR, aVL, aVF.

    Chest leads don't change: their reference is the mean of the same three electrodes.

    Parameters
    ----------
    order : which electrode hangs on the cables RA, LA and LL, such as ``("LA", "RA", "LL")``

    Returns
    -------
    shape (6, 6), swapped leads = matrix @ true leads

    Raises
    ------
    ScenarioUnfit : not the three electrodes, each once

    Examples
    --------
    >>> (limb_swap_matrix(("LA", "RA", "LL"))[0] + 0.0).tolist()  # I is turned over
    [-1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    if sorted(order) != sorted(_ELECTRODES):
        raise ScenarioUnfit(
            found=f"the electrodes {list(order)}",
            why="a swap of limb electrodes puts RA, LA and LL each on one cable",
            remedy='Give an order such as ("LA", "RA", "LL")',
            path="artefact.order",
        )
    # Electrode potentials against their mean: RA = 2/3 aVR, LA = 2/3 aVL, LL = 2/3 aVF.
    potentials = {"RA": 3, "LA": 4, "LL": 5}
    augmented = np.zeros((3, len(LIMB_LEADS)))
    for cable, electrode in enumerate(order):
        augmented[cable, potentials[electrode]] = 1.0
    aside = 2.0 / 3.0 * (augmented[[1, 2, 2]] - augmented[[0, 0, 1]])
    return _by_bipolar(np.concatenate([aside, augmented]))


def _by_bipolar(matrix: FloatArray) -> FloatArray:
    """Write the same map on I and II alone where that is exact, so that rows read as in books."""
    one, two = np.array([1.0, 0, 0, 0, 0, 0]), np.array([0, 1.0, 0, 0, 0, 0])
    basis = np.stack([one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2])
    short = matrix @ basis
    names = np.concatenate([np.eye(6), -np.eye(6)])
    known = np.concatenate([basis, -basis])
    for row, wanted in enumerate(short):
        same = np.flatnonzero(np.isclose(known, wanted).all(axis=1))
        matrix[row] = names[same[0]]
    return matrix


def swap_limbs(signal: EcgSignal, order: tuple[str, str, str]) -> EcgSignal:
    """Swap limb electrodes by exact algebra; see `limb_swap_matrix`."""
    rows = [_row(signal, lead) for lead in LIMB_LEADS]
    changed = signal.signal_mv.copy()
    changed[rows] = limb_swap_matrix(order) @ signal.signal_mv[rows]
    return _with(signal, changed)


def swap_chest(signal: EcgSignal, one: str, other: str) -> EcgSignal:
    """Swap two chest electrodes."""
    if not {one, other} <= set(CHEST_LEADS):
        raise ScenarioUnfit(
            found=f"a chest swap of {one!r} and {other!r}",
            why="only V1 to V6 are chest leads",
            remedy="Use two of: V1, V2, V3, V4, V5, V6",
            path="artefact.lead",
        )
    first, second = _row(signal, one), _row(signal, other)
    changed = signal.signal_mv.copy()
    changed[[first, second]] = signal.signal_mv[[second, first]]
    return _with(signal, changed)
