"""Records as arrays that a batch is cut from: signal, wanted answers, and where they are known."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.signal import resample_poly
from torch import Tensor

from ...datasets.sources.ecg_files import AnnotatedEcg
from ...engine.ecg.delineation.prepare import NET_RATE_HZ, prepare
from ...engine.ecg.leads import TWELVE_LEADS
from ...engine.fixedpoint import FloatArray

WAVES = ("p", "qrs", "t")
BASE_RATE_HZ = 2 * NET_RATE_HZ
PEAK_WIDTH_S = 0.012
MARGIN_S = 0.1
RARE_WEIGHT = 2.5


@dataclass(frozen=True, slots=True, eq=False)
class Strips:
    """Records of one length at 500 Hz.

    Parameters
    ----------
    signal : shape (n, leads, time), as the network reads it
    wanted : shape (n, leads, 6, time), P, QRS, T and the neighbourhoods of their peaks, 0 to 255
    known : shape (n, leads, 3, time), where an annotator looked for this wave, 0 or 1
    persons : length n
    kinds : length n, what each record is: ``no p``, ``paced`` or ``p``
    """

    signal: Tensor
    wanted: Tensor
    known: Tensor
    persons: tuple[str, ...]
    kinds: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.persons)

    @property
    def weight(self) -> Tensor:
        """How often each record is drawn: those without P waves more, for they are few."""
        return torch.tensor([RARE_WEIGHT if k == "no p" else 1.0 for k in self.kinds])

    def sha256(self) -> str:
        """Return the hash of signals, targets and of where they are known."""
        digest = hashlib.sha256()
        for values in (self.signal, self.wanted, self.known):
            array = np.ascontiguousarray(values.numpy())
            digest.update(f"{array.dtype} {array.shape}".encode())
            digest.update(array.data)
        return digest.hexdigest()

    def of(self, rows: Sequence[int]) -> "Strips":
        """Return some of the records."""
        index = torch.as_tensor(list(rows), dtype=torch.long)
        return Strips(
            self.signal[index],
            self.wanted[index],
            self.known[index],
            tuple(self.persons[i] for i in rows),
            tuple(self.kinds[i] for i in rows),
        )


def strips_of(records: Iterable[AnnotatedEcg], *, annotated_ends: bool = False) -> Strips:
    """Prepare annotated twelve-lead records of 10 s.

    Parameters
    ----------
    records : with waves on every lead
    annotated_ends : the whole strip was looked at (simulated truth); otherwise only what lies
        between the first and the last mark of a lead counts
    """
    signals, wanted, known, persons, kinds = [], [], [], [], []
    for record in records:
        made = base_signal(record)
        rate = BASE_RATE_HZ / record.signal.sampling_rate_hz
        marks = [record.waves.get(name, {}) for name in TWELVE_LEADS]
        targets = [lead_targets(m, made.shape[1], rate) for m in marks]
        spans = [np.ones(made.shape[1]) if annotated_ends else t[1] for t in targets]
        signals.append(made)
        wanted.append(np.stack([t[0] for t in targets]))
        known.append(np.repeat(np.stack(spans)[:, None], len(WAVES), axis=1))
        persons.append(record.person)
        kinds.append(kind_of(record))
    return Strips(
        torch.from_numpy(np.stack(signals).astype(np.float32)),
        torch.from_numpy(np.stack(wanted)),
        torch.from_numpy(np.stack(known).astype(np.uint8)),
        tuple(persons),
        tuple(kinds),
    )


def kind_of(record: AnnotatedEcg) -> str:
    """Return whether a record has P waves, or is paced."""
    if record.labels.get("Cardiac pacing"):
        return "paced"
    marked = any(len(waves.get("p", ())) for waves in record.waves.values())
    return "p" if marked else "no p"


def base_signal(record: AnnotatedEcg) -> FloatArray:
    """Return the twelve leads as the network reads them, at twice its rate; a dead lead is zero."""
    made = prepare(record.signal.twelve_mv(), record.signal.sampling_rate_hz)
    out = np.zeros((len(TWELVE_LEADS), 2 * made.x.shape[1]))
    out[made.usable] = resample_poly(made.x, 2, 1, axis=1, padtype="line")
    return out


def lead_targets(
    waves: Mapping[str, FloatArray], n: int, rate: float
) -> tuple["np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", FloatArray]:
    """Return what is wanted of one lead, and where it was annotated.

    A sample that a boundary cuts is wanted in part, so that a boundary between two samples is
    learned there.

    Parameters
    ----------
    waves : wave -> shape (n, 3), in samples of the file
    n : samples of the strip
    rate : samples of the strip for one of the file

    Returns
    -------
    shape (6, n) from 0 to 255, and shape (n,) 0 or 1
    """
    time = np.arange(n, dtype=np.float64)
    wanted = np.zeros((2 * len(WAVES), n))
    known = np.zeros(n)
    for index, wave in enumerate(WAVES):
        for onset, peak, offset in waves.get(wave, np.empty((0, 3))) * rate:
            _paint(wanted[index], time, onset, offset)
            _bump(wanted[len(WAVES) + index], time, peak)
    marks = np.concatenate([w.ravel() for w in waves.values()]) * rate if waves else np.empty(0)
    marks = marks[np.isfinite(marks)]
    if len(marks):
        inside = (time >= marks.min() - MARGIN_S * BASE_RATE_HZ / 2) & (
            time <= marks.max() + MARGIN_S * BASE_RATE_HZ / 2
        )
        known[inside] = 1.0
    for marked in waves.values():
        _forget_half_marked(known, marked * rate)
    return np.round(255 * np.clip(wanted, 0, 1)).astype(np.uint8), known


def _paint(row: FloatArray, time: FloatArray, onset: float, offset: float) -> None:
    if np.isfinite(onset) and np.isfinite(offset):
        near = _near(time, onset - 1, offset + 1)
        inside = np.clip(time[near] - onset + 0.5, 0, 1) * np.clip(offset - time[near] + 0.5, 0, 1)
        row[near] = np.maximum(row[near], inside)


def _bump(row: FloatArray, time: FloatArray, peak: float) -> None:
    if np.isfinite(peak):
        width = PEAK_WIDTH_S * BASE_RATE_HZ
        near = _near(time, peak - 5 * width, peak + 5 * width)
        row[near] += np.exp(-0.5 * ((time[near] - peak) / width) ** 2)


def _near(time: FloatArray, low: float, high: float) -> slice:
    return slice(max(int(low), 0), max(min(int(high) + 2, len(time)), 0))


def _forget_half_marked(known: FloatArray, wave: FloatArray) -> None:
    """Leave out the surroundings of a wave whose onset or offset was not marked."""
    reach = int(0.3 * BASE_RATE_HZ)
    for onset, peak, offset in wave:
        if not (np.isfinite(onset) and np.isfinite(offset)):
            at = np.nanmean([onset, peak, offset])
            known[max(int(at) - reach, 0) : max(int(at) + reach, 0)] = 0.0
