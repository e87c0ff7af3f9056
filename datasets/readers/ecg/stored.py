"""One lead as a file stores it."""

import math
from dataclasses import dataclass

from ....engine.fixedpoint import FloatArray
from .names import is_other_signal, microvolt_per


@dataclass(frozen=True, slots=True, eq=False)
class StoredLead:
    """One lead as a file stores it; two are one lead only where they are the same object.

    Parameters
    ----------
    name : as written; "" where the file names none
    samples : shape (n_samples,), in stored steps with the zero already taken off; NaN in gaps
    step_uv : microvolt per stored step; NaN where the file states no gain or no unit
    rate_hz : NaN where the file states none
    gain : units of the file per stored step; it stays in force where only the unit is declared
    unit : as written, for formats that store other signals beside the leads; "" is not asked about
    start_s : when the first sample was taken, in seconds on a clock that all leads share
    """

    name: str
    samples: FloatArray
    step_uv: float
    rate_hz: float
    gain: float = 1.0
    unit: str = ""
    start_s: float = 0.0

    @property
    def is_ecg(self) -> bool:
        """Whether name and unit allow it to be an ECG lead."""
        voltage = not self.unit or microvolt_per(self.unit) is not None
        return voltage and not is_other_signal(self.name)


def step_of(value: float, unit: str) -> float:
    """Return microvolt per step of a gain in a unit; NaN where the unit is absent or no voltage."""
    factor = microvolt_per(unit)
    return math.nan if factor is None or not math.isfinite(value) else value * factor
