"""Where the windows of a long recording lie, and one of them as an ECG of its own."""

from dataclasses import dataclass, replace

import numpy as np

from ..analysis import EcgAnalysis, analyse_ecg
from ..fiducials import NO_BEAT, OFFSET, ONSET, PEAK, Fiducials, Waves
from ..signal import EcgSignal
from .settings import WindowSettings


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a recording, in seconds from its first sample."""

    start_s: float
    stop_s: float


def windows_of(
    duration_s: float, settings: WindowSettings, first_s: float = 0.0
) -> tuple[Window, ...]:
    """Return the windows of a recording; none where it is short enough to be one itself.

    The last one ends with the recording, so that no sample is outside all of them.

    Parameters
    ----------
    duration_s : from the first sample to the last
    settings : of guidelines/ecg_windows.toml
    first_s : when the first sample was recorded

    >>> from .settings import window_settings
    >>> [(w.start_s, w.stop_s) for w in windows_of(23.0, window_settings())]
    [(0.0, 10.0), (5.0, 15.0), (10.0, 20.0), (13.0, 23.0)]
    >>> [(w.start_s, w.stop_s) for w in windows_of(14.0, window_settings())]
    [(0.0, 8.0), (3.0, 11.0), (6.0, 14.0)]
    >>> windows_of(10.0, window_settings())
    ()
    """
    layout = settings.layout(duration_s)
    if layout is None:
        return ()
    last = duration_s - layout.length_s
    starts = [*np.arange(0.0, last, layout.step_s).tolist(), last]
    return tuple(Window(first_s + at, first_s + at + layout.length_s) for at in starts)


def cut_out(whole: EcgAnalysis, window: Window, *, with_network: bool) -> EcgAnalysis:
    """Judge and measure one window as an ECG of its own; the waves are those found in the whole.

    Parameters
    ----------
    whole : of the long recording
    window : inside it
    with_network : whether a network looked at the whole
    """
    rate, n = whole.signal.sampling_rate_hz, whole.signal.n_samples
    start, stop = round(window.start_s * rate), min(round(window.stop_s * rate), n)
    part = replace(whole.signal, signal_mv=whole.signal.signal_mv[:, start:stop], pulses_s=())
    # Beneath a hum that made the gate refuse leads waves were found in more of them.
    waves = (whole.beneath_hum or whole).fiducials
    return analyse_ecg(part, _Known(waves, start, stop) if with_network else None)


@dataclass(frozen=True, slots=True)
class _Known:
    """Answers like a network, with waves that are known already."""

    fiducials: Fiducials
    start: int
    stop: int

    def delineate(self, signal: EcgSignal) -> Fiducials:
        """Return the waves of the part."""
        f = self.fiducials
        whole = (f.qrs.overall[:, ONSET] >= self.start) | np.isnan(f.qrs.overall[:, ONSET])
        whole &= (f.qrs.overall[:, OFFSET] < self.stop) | np.isnan(f.qrs.overall[:, OFFSET])
        kept = whole & self._inside(f.qrs)
        number = np.full(len(kept) + 1, NO_BEAT)
        number[:-1][kept] = np.arange(kept.sum())
        return Fiducials(
            signal.leads,
            signal.sampling_rate_hz,
            f.usable,
            *(
                self._part(waves, keep, number)
                for waves, keep in (
                    (f.p, self._inside(f.p)),
                    (f.qrs, kept),
                    (f.t, self._inside(f.t)),
                )
            ),
        )

    def _inside(self, waves: Waves) -> np.ndarray:
        at = waves.overall[:, PEAK]
        return np.asarray((at >= self.start) & (at < self.stop))

    def _part(self, waves: Waves, keep: np.ndarray, number: np.ndarray) -> Waves:
        return Waves(
            points=waves.points[:, keep] - self.start,
            overall=waves.overall[keep] - self.start,
            beat=number[waves.beat[keep]],
            confidence=waves.confidence[keep],
        )
