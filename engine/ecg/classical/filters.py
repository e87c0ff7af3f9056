"""Filters without delay, their coefficients computed once for each rate."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from scipy.signal import butter, sosfilt, sosfilt_zi

from ...fixedpoint import FloatArray

_MOST_OF_NYQUIST: Final = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class BandPass:
    """A Butterworth band-pass of second order.

    Attributes
    ----------
    sos : second-order sections
    settled : state of the sections after a long constant input of 1
    pad : samples that each end is continued by, so that it does not ring
    """

    sos: FloatArray
    settled: FloatArray
    pad: int

    @staticmethod
    @cache
    def of(low_hz: float, high_hz: float, rate_hz: float) -> "BandPass":
        """Build the filter; its upper edge stays below half the rate, its lower below that."""
        high = min(high_hz, _MOST_OF_NYQUIST * rate_hz / 2.0)
        low = min(low_hz, high / 2.0)
        sos = butter(2, (low, high), "bandpass", fs=rate_hz, output="sos")
        return BandPass(sos, sosfilt_zi(sos), int(rate_hz))

    def both_ways(self, x: FloatArray) -> FloatArray:
        """Filter forwards and backwards; the ends are continued point-symmetrically.

        Parameters
        ----------
        x : shape (k, n), n >= 2
        """
        pad = min(self.pad, x.shape[1] - 1)
        left = 2.0 * x[:, :1] - x[:, pad:0:-1]
        right = 2.0 * x[:, -1:] - x[:, -2 : -2 - pad : -1]
        wide = np.concatenate([left, x, right], axis=1)
        wide = self._once(self._once(wide)[:, ::-1])[:, ::-1]
        return wide[:, pad : pad + x.shape[1]]

    def _once(self, x: FloatArray) -> FloatArray:
        state = self.settled[:, None, :] * x[None, :, :1]
        found: FloatArray = sosfilt(self.sos, x, axis=1, zi=state)[0]
        return found
