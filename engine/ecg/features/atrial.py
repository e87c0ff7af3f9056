"""What the atria do: P waves and their shape, and waves that go on between the beats."""

from typing import Final

import numpy as np
from scipy.signal import butter, sosfiltfilt

from ...fixedpoint import FloatArray
from ..fiducials import NO_BEAT
from ..measure.rr import rate_interval_s
from ..measure.settings import load_settings
from .numbers import NUMBERS
from .view import MS, NAN, SECONDS, View

_FEWEST: Final = 3
_RHYTHM: Final = NUMBERS["rhythm"]
_P: Final = NUMBERS["p"]
_FLUTTER: Final = NUMBERS["flutter"]


def rhythm_features(view: View) -> dict[str, float]:
    """Rate and regularity from the times of the beats."""
    at = view.times.r_peak / view.fs
    rr = np.diff(at)
    names = ("rate_bpm", "rr_irregularity", "rr_spread", "rr_disorder", "rr_longest_ratio")
    if len(rr) < _FEWEST:
        return dict.fromkeys(names, NAN)
    usual = float(np.median(rr))
    change = np.abs(np.diff(rr))
    calm = np.sort(change)[: max(round(len(change) * _RHYTHM["calm_share"]), 1)]
    return {
        "rate_bpm": SECONDS / rate_interval_s(rr),
        "rr_irregularity": float(np.median(change)) / usual,
        "rr_spread": float(np.median(np.abs(rr - usual))) / usual,
        "rr_disorder": float(np.sqrt((calm**2).mean())) / usual,
        "rr_longest_ratio": float(rr.max()) / usual,
    }


def p_features(view: View) -> dict[str, float]:
    """P waves that the network found, and what stands before the QRS whoever found it."""
    fid, t = view.fiducials, view.times
    names = (
        "p_share", "p_confidence", "pr_ms", "pr_spread_ms", "p_ms", "lone_p_per_beat",
        "p_ii_mv", "p_avr_mv", "p_v1_negative_mv", "p_terminal_force_mv_ms", "p_organised",
    )  # fmt: skip
    found = dict.fromkeys(names, NAN)
    n = view.n_beats
    if n < _FEWEST:
        return found
    inner = slice(1, n)
    has = np.isfinite(t.p_onset)
    keep = view.dominant.copy()
    keep[0] = False
    chosen = has[keep] if keep.any() else has[inner]
    found["p_share"] = float(chosen.mean()) if len(chosen) else 0.0
    with_beat = fid.p.beat >= 0
    found["p_confidence"] = float(fid.p.confidence[with_beat].sum() / n) if len(fid.p) else 0.0
    found["lone_p_per_beat"] = float((fid.p.beat == NO_BEAT).sum()) / n
    step = MS / view.fs
    limits = load_settings().withhold
    gap = limits.p_after_t_ms / step
    free = t.with_free_p(view.dominant, gap, limits.least_share_of_beats)
    pr = ((t.qrs_onset - free.p_onset) * step)[view.dominant]
    width = ((free.p_offset - free.p_onset) * step)[view.dominant]
    pr, width = pr[np.isfinite(pr)], width[np.isfinite(width)]
    if len(pr) >= _FEWEST - 1:
        found["pr_ms"] = float(np.median(pr))
        found["pr_spread_ms"] = float(np.median(np.abs(pr - np.median(pr))))
        found["p_ms"] = float(np.median(width))
    found["p_organised"] = _organised(view)
    lead = view.per_lead
    if lead is not None:
        found["p_ii_mv"] = view.of(lead.p_mv, "II")
        found["p_avr_mv"] = view.of(lead.p_mv, "aVR")
        found["p_v1_negative_mv"] = -view.of(lead.p_negative_mv, "V1")
    return found


def _organised(view: View) -> float:
    """Share of what stands before the QRS that repeats from beat to beat, 0 to 1.

    In fibrillation nothing repeats; a P wave repeats whether or not the network saw it.
    """
    before, gap = view.samples(_P["before_ms"]), view.samples(_P["gap_ms"])
    on = view.times.qrs_onset[view.dominant]
    on = on[np.isfinite(on)]
    at = np.round(on).astype(int)
    at = at[(at - before >= 0)]
    rows = [i for i in range(len(view.leads)) if np.isfinite(view.level_mv[i]).all()]
    if len(at) < _FEWEST or not rows:
        return NAN
    pieces = view.level_mv[rows][:, at[:, None] + np.arange(-before, -gap)]
    x = np.linspace(-1.0, 1.0, pieces.shape[2])
    basis = np.linalg.qr(np.stack([np.ones_like(x), x], axis=1))[0]
    pieces = pieces - (pieces @ basis) @ basis.T
    total = (pieces**2).mean(axis=(1, 2))
    n = len(at)
    mean = pieces.mean(axis=1)
    repeated = ((mean**2).mean(axis=1) * n - total) / max(n - 1, 1)
    share = np.where(total > 0, repeated / np.where(total > 0, total, 1.0), 0.0)
    top = np.sort(share)[-3:]
    return float(np.clip(top.mean(), 0.0, 1.0))


def p_shape_features(view: View) -> dict[str, float]:
    """Force of the end of P in V1, and two summits of P in the limb leads, on the median beat."""
    found = {"p_terminal_force_mv_ms": NAN, "p_notch_ms": NAN, "p_area_ii": NAN, "p_median_ms": NAN}
    beat, marks = view.beat, view.marks
    if beat is None or marks is None or marks.p_onset is None or marks.p_offset is None:
        return found
    wave = beat.signal_mv[:, marks.p_onset : marks.p_offset + 1]
    along = np.linspace(0.0, 1.0, wave.shape[1])
    wave = wave - (wave[:, :1] * (1.0 - along) + wave[:, -1:] * along)
    step = MS / view.fs
    found["p_median_ms"] = (marks.p_offset - marks.p_onset) * step
    v1 = view.row("V1")
    if v1 is not None:
        found["p_terminal_force_mv_ms"] = _terminal(wave[v1]) * step
    summits = [_two_summits(wave[row]) * step for row in view.rows("I", "II", "aVF", "V5")]
    if summits:
        found["p_notch_ms"] = max(summits)
    two = view.row("II")
    if two is not None:
        found["p_area_ii"] = float(wave[two].sum()) * step
    return found


def _terminal(samples: FloatArray) -> float:
    """Area of the negative end after the last zero crossing of the second half."""
    half = len(samples) // 3
    start = half + int(np.argmin(samples[half:]))
    if samples[start] >= 0:
        return 0.0
    back = start
    while back > 0 and samples[back - 1] < 0:
        back -= 1
    stop = start
    while stop < len(samples) - 1 and samples[stop + 1] < 0:
        stop += 1
    return float(-samples[start] * (stop - back + 1))


def _two_summits(samples: FloatArray) -> float:
    """Return the distance of two summits with a dip between them, 0 with one summit."""
    top = float(samples.max())
    inner = samples[1:-1]
    peaks = 1 + np.flatnonzero((inner > samples[:-2]) & (inner >= samples[2:]) & (inner > top / 2))
    best = 0.0
    for i, a in enumerate(peaks):
        for b in peaks[i + 1 :]:
            dip = min(samples[a], samples[b]) - samples[a : b + 1].min()
            if dip > _P["notch_dip_share"] * top and b - a > best:
                best = float(b - a)
    return best


def flutter_features(view: View) -> dict[str, float]:
    """How well what is left between the QRS complexes repeats at 200 to 380 a minute."""
    names = (
        "flutter_repeats",
        "flutter_rate_bpm",
        "flutter_size_mv",
        "flutter_per_beat",
        "flutter_alike",
        "tq_activity_mv",
    )
    found = dict.fromkeys(names, NAN)
    rows = view.rows("II", "III", "aVF", "V1") or list(range(len(view.leads)))[:1]
    if view.n_beats < _FEWEST:
        return found
    silent, rate = _without_qrs(view, rows)
    n = silent.shape[1]
    if n < 4 * _FLUTTER["rate_hz"]:
        return found
    size = np.fft.rfft(silent, 2 * n, axis=1)
    auto = np.fft.irfft(np.abs(size) ** 2, axis=1)[:, : n // 2]
    auto = auto / np.maximum(auto[:, :1], 1e-12) * (n / (n - np.arange(n // 2)))
    lags = np.arange(
        int(rate / _FLUTTER["fastest_hz"]), int(np.ceil(rate / _FLUTTER["slowest_hz"])) + 1
    )
    value = auto[:, lags] + 0.5 * auto[:, 2 * lags] - 0.5 * auto[:, (lags / 2).astype(int)]
    mean = np.sort(value, axis=0)[-3:].mean(axis=0)
    best = int(mean.argmax())
    found["flutter_repeats"] = float(mean[best])
    lag = float(lags[best]) + _beside_top(mean, best)
    found["flutter_rate_bpm"] = SECONDS * rate / lag
    found["flutter_alike"] = float(np.sort(auto[:, lags[best]])[-2:][0])
    found["flutter_size_mv"] = float(np.sqrt((silent**2).mean(axis=1)).max())
    found["tq_activity_mv"] = float(np.sqrt((silent**2).mean(axis=1)).mean())
    usual = float(np.median(np.diff(view.times.r_peak))) / view.fs
    each = found["flutter_rate_bpm"] * usual / SECONDS
    whole = max(round(each), 1)
    if abs(each - whole) <= _FLUTTER["whole_within"] * whole:
        each = float(whole)
        found["flutter_rate_bpm"] = each * SECONDS / usual
    found["flutter_per_beat"] = each
    return found


def _beside_top(values: FloatArray, best: int) -> float:
    """Return how far the top of a curve lies beside its largest sample, -0.5 to 0.5.

    Steps of one sample are 20/min wide at 240/min.

    >>> _beside_top(np.array([0.0, 2.0, 4.0, 4.0]), 2), _beside_top(np.array([4.0, 3.0]), 0)
    (0.5, 0.0)
    """
    if not 0 < best < len(values) - 1:
        return 0.0
    before, top, after = values[best - 1 : best + 2]
    bend = before - 2.0 * top + after
    return float(0.5 * (before - after) / bend) if bend < 0 else 0.0


def _without_qrs(view: View, rows: list[int]) -> tuple[FloatArray, float]:
    """Bridge every QRS by a straight line and keep 2 to 12 Hz, at about 100 Hz."""
    x = np.nan_to_num(view.level_mv[rows]).copy()
    t = view.times
    pad = view.samples(_FLUTTER["pad_ms"])
    starts = np.where(
        np.isfinite(t.qrs_onset), t.qrs_onset, t.r_peak - _FLUTTER["half_qrs_before_s"] * view.fs
    )
    stops = np.where(
        np.isfinite(t.qrs_offset), t.qrs_offset, t.r_peak + _FLUTTER["half_qrs_after_s"] * view.fs
    )
    for start, stop in zip(starts, stops, strict=True):
        a, b = max(int(start) - pad, 0), min(int(stop) + pad, x.shape[1] - 1)
        if b > a:
            along = np.linspace(0.0, 1.0, b - a + 1)
            x[:, a : b + 1] = x[:, a : a + 1] * (1.0 - along) + x[:, b : b + 1] * along
    sos = butter(2, [_FLUTTER["low_hz"], _FLUTTER["high_hz"]], "bandpass", fs=view.fs, output="sos")
    low = sosfiltfilt(sos, x, axis=1) if x.shape[1] > _FLUTTER["least_samples"] else x
    step = max(round(view.fs / _FLUTTER["rate_hz"]), 1)
    return low[:, ::step], view.fs / step
