"""Write a recording as a WFDB record: sample-exact, and without anything of the person.

Source: G. Moody, WFDB Applications Guide, header(5) and signal(5).
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....engine.ecg.leads import LIMB_LEADS
from ....engine.ecg.signal import EcgSignal
from ....engine.fixedpoint import FloatArray
from .errors import EcgUnreadable
from .recording import EcgRecording

_BITS: Final = {212: 12, 16: 16, 24: 24, 32: 32}
_ON_GRID: Final = 1e-4  # of one step: farther away, a value was not on the grid of its resolution
_GRIDS_UV: Final = (1.0, 0.5, 0.25, 0.1, 0.05, 0.01, 0.005, 0.001)
_MICROVOLT_PER_MILLIVOLT: Final = 1000.0
_RECORD_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_MODULUS: Final = 1 << 16
_HALF: Final = 1 << 15
_WIDEST: Final = float((1 << 31) - 2)

IntArray = NDArray[np.int64]


class EcgUnwritable(EcgUnreadable):
    """A recording that can't be written as asked."""

    code = "ecg_unwritable"


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    gain: float
    counts: IntArray  # with the gap value where a sample is missing
    gaps: NDArray[np.bool_]


def wfdb_files(path: str | Path) -> tuple[Path, Path]:
    """Return the header and the signal file that ``write_wfdb`` writes for a path.

    >>> [file.name for file in wfdb_files("a/rest.1")]
    ['rest.1.hea', 'rest.1.dat']
    """
    header = Path(path)
    header = header if header.suffix == ".hea" else header.with_name(header.name + ".hea")
    return header, header.with_suffix(".dat")


def write_wfdb(recording: EcgRecording, path: str | Path, *, identify: bool = False) -> Path:
    """Write ``NAME.hea`` and ``NAME.dat``; the signals go in format 212, 16, 24 or 32.

    The smallest format that holds every sample at the resolution of the recording is taken, so
    that reading gives the same samples. Leads that were calculated are written too, and a comment
    names them. Nothing of the person is written unless asked for.

    Parameters
    ----------
    recording : what a reader or the simulator returned
    path : of the header; ".hea" is added where it is missing
    identify : also write age, sex and the time of recording (never an id, never a birth date)

    Returns
    -------
    the path of the header

    Raises
    ------
    EcgUnwritable : a name that WFDB does not allow
    """
    header, signals = wfdb_files(path)
    if not _RECORD_NAME.fullmatch(header.stem):
        raise EcgUnwritable(
            found="A record name with other characters than letters, digits, _ and -",
            why="WFDB does not allow it",
            remedy="Choose another file name",
            path=header.name,
        )
    rows = [_row(recording.signal, i) for i in range(len(recording.signal.leads))]
    fmt = _format_for(rows)
    counts = np.stack([np.where(row.gaps, -(1 << (_BITS[fmt] - 1)), row.counts) for row in rows])
    lines = [_record_line(header.stem, recording, identify=identify)]
    for row, values in zip(rows, counts, strict=True):
        lines.append(_signal_line(header.stem, fmt, row, values))
    lines += _comments(recording, identify=identify)
    signals.write_bytes(_PACK[fmt](counts.T.ravel()))
    header.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return header


def _row(signal: EcgSignal, index: int) -> _Row:
    """Return one lead in whole steps."""
    samples = signal.signal_mv[index]
    gaps = np.isnan(samples)
    microvolt = np.where(gaps, 0.0, samples) * _MICROVOLT_PER_MILLIVOLT
    name, stated = signal.leads[index], float(signal.resolution_uv[index])
    if math.isnan(stated) and name in signal.derived:
        stated = _of_parents(signal)
    step = _step_of(microvolt, stated)
    counts = np.rint(microvolt / step).astype(np.int64)
    return _Row(name, _MICROVOLT_PER_MILLIVOLT / step, counts, gaps)


def _of_parents(signal: EcgSignal) -> float:
    """Return the step of the recorded limb leads; the calculated ones lie on it or on its half."""
    known = [
        step
        for name, step in zip(signal.leads, signal.resolution_uv, strict=True)
        if name in LIMB_LEADS and not math.isnan(step)
    ]
    return min(known, default=math.nan)


def _step_of(microvolt: FloatArray, resolution_uv: float) -> float:
    """Return the coarsest grid on which all samples lie; else one that splits the range finely."""
    halves = () if math.isnan(resolution_uv) else (resolution_uv, resolution_uv / 2)
    for step in (*halves, *_GRIDS_UV):
        steps = microvolt / step
        inside = np.abs(steps).max(initial=0.0) < _WIDEST
        if inside and np.abs(steps - np.rint(steps)).max(initial=0.0) < _ON_GRID:
            return float(step)
    largest = np.abs(microvolt).max(initial=1.0)
    return float(2.0 ** math.ceil(math.log2(largest / _WIDEST)))


def _format_for(rows: list[_Row]) -> int:
    largest = max(int(np.abs(row.counts).max(initial=0)) for row in rows)
    return next(fmt for fmt, bits in _BITS.items() if largest < 1 << (bits - 1))


def _record_line(name: str, recording: EcgRecording, *, identify: bool) -> str:
    signal = recording.signal
    line = f"{name} {len(signal.leads)} {signal.sampling_rate_hz!r} {signal.n_samples}"
    moment = recording.header.acquired_at
    if identify and moment is not None:
        line += f" {moment:%H:%M:%S %d/%m/%Y}"
    return line


def _signal_line(name: str, fmt: int, row: _Row, values: IntArray) -> str:
    """Return a signal line; the checksum is the sum of the samples as signed 16 bit."""
    checksum = (int(values.sum()) + _HALF) % _MODULUS - _HALF
    first = int(values[0]) if len(values) else 0
    description = " ".join(row.name.split())
    # Readers cut the description off at a line break only, so any other name is safe.
    gain = f"{row.gain!r}(0)/mV"
    return f"{name}.dat {fmt} {gain} {_BITS[fmt]} 0 {first} {checksum} 0 {description}"


def _comments(recording: EcgRecording, *, identify: bool) -> list[str]:
    header, lines = recording.header, []
    if header.synthetic:
        lines.append("# synthetic: no person was recorded")
    derived = [name for name in recording.signal.leads if name in recording.signal.derived]
    if derived:
        lines.append("# derived leads: " + " ".join(derived))
    if identify and header.age_years is not None:
        lines.append(f"# age: {header.age_years:g}")
    if identify and header.sex is not None:
        lines.append(f"# sex: {header.sex}")
    return lines


def _pack_212(flat: IntArray) -> bytes:
    even = np.append(flat, 0) if len(flat) % 2 else flat
    one, two = even[0::2] & 0xFFF, even[1::2] & 0xFFF
    packed = np.stack([one & 0xFF, one >> 8 | (two >> 8) << 4, two & 0xFF], axis=1)
    return packed.astype(np.uint8).tobytes()


def _pack_24(flat: IntArray) -> bytes:
    wide = flat.astype("<i4").view(np.uint8).reshape(-1, 4)
    return wide[:, :3].tobytes()


_PACK: Final[dict[int, Callable[[IntArray], bytes]]] = {
    212: _pack_212,
    16: lambda flat: flat.astype("<i2").tobytes(),
    24: _pack_24,
    32: lambda flat: flat.astype("<i4").tobytes(),
}
