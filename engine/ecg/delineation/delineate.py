"""One call from a typed ECG to its waves."""

from dataclasses import dataclass

import numpy as np

from ..fiducials import Fiducials, no_waves
from ..signal import EcgSignal
from .decode import decode
from .events import Strip
from .join import Found, in_file, joined, kept
from .network import Session, probabilities
from .prepare import NET_RATE_HZ, prepare
from .rules import DecodeRules
from .runs import IntArray
from .segments import Segment, segments


@dataclass(frozen=True, slots=True, eq=False)
class Delineator:
    """A network that is ready, with the numbers by which its answers are read.

    Parameters
    ----------
    session : onnxruntime session of the verified graph
    rules : of the same bundle
    id : of the bundle
    version : of the bundle
    sha256 : of its manifest
    """

    session: Session
    rules: DecodeRules
    id: str = ""
    version: str = ""
    sha256: str = ""

    def delineate(self, signal: EcgSignal) -> Fiducials:
        """Find P, QRS and T on every lead of a recording.

        Parameters
        ----------
        signal : one lead or more, any length; 100 to 1000 Hz are what was validated

        Returns
        -------
        the waves; none where nothing can be read (a flat lead, no samples)
        """
        n_leads, rate = len(signal.leads), signal.sampling_rate_hz
        usable = np.zeros(n_leads, np.bool_)
        parts = []
        for segment in segments(signal.n_samples, rate):
            found, read = self._part(signal, segment)
            usable[read] = True
            parts.append(kept(found, segment))
        whole = joined(parts, n_leads, self.rules.refractory_s * rate / 2)
        return Fiducials(signal.leads, rate, usable, whole.p, whole.qrs, whole.t)

    def _part(self, signal: EcgSignal, segment: Segment) -> tuple[Found, IntArray]:
        """Read one stretch; also say which leads could be read."""
        cut = signal.signal_mv[:, segment.start : segment.stop]
        prepared = prepare(cut, signal.sampling_rate_hz)
        if not len(prepared.usable):
            nothing = no_waves(len(signal.leads))
            return Found(nothing, nothing, nothing), prepared.usable
        found = probabilities(self.session, prepared.x)
        found *= prepared.known[:, None, :]
        decoded = decode(Strip(found, NET_RATE_HZ), self.rules)
        made = in_file(decoded, prepared, len(signal.leads), segment.start, self.rules)
        return made, prepared.usable
