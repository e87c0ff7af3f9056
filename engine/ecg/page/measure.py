"""The classical measurement of a page: column by column, of the few beats that stand in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...fixedpoint import FloatArray
from ..classical.beat import MedianBeats, average_beats, finer
from ..classical.detect import Beats
from ..classical.mains import without_mains
from ..classical.measure import (
    FEW_BEATS,
    NO_QRS_BOUNDS,
    Waves,
    qrs_of,
    qt_of,
    rate_of,
    st_of,
    waves_of,
    why_no_rate,
    why_no_waves,
)
from ..classical.model import ClassicalMeasurement, ClassicalRhythm, ClassicalValue
from ..classical.prepare import make_readable
from ..classical.rhythm import beat_widths_ms, measure_rhythm
from ..classical.settings import AverageSettings, ClassicalSettings
from ..gaps import Gap
from ..signal import EcgSignal
from .join import Row, joined_beat, with_limbs
from .layout import Column, Page, leads_of

_NAN: Final = float("nan")
_MS: Final = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """What was measured in one column.

    Attributes
    ----------
    names : leads of the rows of the usual beat
    found : median beats
    waves : None where too few or too noisy beats stand there
    st : of every lead of the page, as ``st_of`` returns them
    values : QRS, QT, QTc
    widths_ms : of each of its beats
    """

    column: Column
    names: tuple[str, ...]
    found: MedianBeats | None
    waves: Waves | None
    st: tuple[FloatArray, ...]
    values: tuple[ClassicalValue, ...]
    widths_ms: FloatArray


def measure_page(
    page: Page,
    rhythm: tuple[Beats, tuple[Gap, ...]],
    whole: ClassicalMeasurement | None,
    settings: ClassicalSettings,
) -> ClassicalMeasurement:
    """Measure a page.

    ST of a lead is that of its own column; QRS and QT are those of the middle one.

    Parameters
    ----------
    page : without samples in the leads that can't be read
    rhythm : the beats of the whole page, and where nothing was recorded that shows them
    whole : of the rhythm strip, whose rate and rhythm hold; None without a strip
    settings : of guidelines/ecg_classical.toml
    """
    signal, (beats, gaps) = page.signal, rhythm
    few = settings.columns.least_beats
    chosen = replace(settings, withhold=replace(settings.withhold, least_beats_intervals=few))
    every = (*page.columns, *_strip_column(page))
    parts = [_measured(page, column, beats, chosen) for column in every]
    read = [part for part in parts if part.waves is not None]
    why = why_no_rate(signal, beats, gaps, chosen)
    if whole is None:
        widths = _widths(parts[: len(page.columns)], beats, signal)
        order = measure_rhythm(beats, widths, (signal, gaps), chosen)
        shown = rate_of(beats, signal, why, chosen), order
    else:
        shown = whole.values["rate"], whole.rhythm
    return _together(signal, read, beats, shown, with_strip=bool(page.strips))


def _strip_column(page: Page) -> tuple[Column, ...]:
    """Return the rhythm strips as one more column, as long as the page."""
    if not page.strips:
        return ()
    return (Column(0, page.signal.n_samples, page.strips),)


def _measured(page: Page, column: Column, beats: Beats, settings: ClassicalSettings) -> _Part:
    signal, rate = page.signal, page.signal.sampling_rate_hz
    names = leads_of(page, column) if column.leads != page.strips else page.strips
    rows = [signal.leads.index(name) for name in names]
    own = replace(
        signal,
        leads=names,
        signal_mv=signal.signal_mv[rows, column.start : column.stop],
        resolution_uv=signal.resolution_uv[rows],
        derived=signal.derived & set(names),
    )
    inside = (beats.peak >= column.start) & (beats.peak < column.stop)
    part = replace(beats, peak=beats.peak[inside] - column.start, height=beats.height[inside])
    readable = make_readable(own.signal_mv, rate, settings.average.least_rate_hz, names)
    at = np.round(readable.from_file(part.peak)).astype(np.int64)
    readable = without_mains(readable, at, settings.mains)
    rr_s = np.diff(beats.peak, prepend=_NAN) / rate
    reaches = _reaches(float(np.nanmedian(rr_s)), settings)
    tried = ((reach, average_beats(readable, at, reach.average)) for reach in reaches)
    reach, found = next((one for one in tried if one[1] is not None), (reaches[-1], None))
    if found is not None and _is_early(found, rr_s, rr_s[inside], settings):
        found = None
    widths = beat_widths_ms(found, at, settings)
    found = None if found is None else finer(found, settings.average)
    why = why_no_waves(found, settings)
    waves = None if found is None or why else _waves(found, part, own, settings)
    read = tuple(names[row] for row in readable.rows)
    st = st_of(signal, read, found, _with_plain_end(waves, settings), settings)
    st = (*with_limbs(signal.leads, st[:3]), *st[3:])
    values = (
        qrs_of(waves, why, settings),
        *qt_of(waves if reach.with_qt else None, beats, signal, why, settings),
    )
    if not reach.with_t:
        st = (*st[:3], *(np.full_like(one, _NAN) for one in st[3:]))
    return _Part(column, read, found, waves, st, values, widths)


def _waves(
    found: MedianBeats, beats: Beats, signal: EcgSignal, settings: ClassicalSettings
) -> Waves:
    """Bound the waves; of beats too noisy for it, of a smoother course and from a steeper part."""
    waves = waves_of(found, beats, signal, settings)
    if np.isfinite(waves.offset[0]):
        return waves
    limits = settings.columns
    bounds = replace(
        settings.bounds,
        smooth_ms=limits.noisy_smooth_ms,
        velocity_share=limits.noisy_velocity_share,
    )
    return waves_of(found, beats, signal, replace(settings, bounds=bounds))


def _is_early(
    found: MedianBeats, every: FloatArray, own: FloatArray, settings: ClassicalSettings
) -> bool:
    """Say whether the beats of the measured shape come early beside others in the same column.

    Two premature beats in a column with a usual one are the greater part of it.
    """
    if found.is_dominant.all():
        return False
    early = settings.average.early_share * float(np.nanmedian(every))
    before = own[found.is_dominant]
    before = before[np.isfinite(before)]
    return bool(len(before)) and float(np.median(before)) < early


def _with_plain_end(waves: Waves | None, settings: ClassicalSettings) -> Waves | None:
    """Return the waves unless their QRS is longer than one can be: ST has no level then."""
    if waves is None:
        return None
    length = float(waves.offset[0] - waves.onset[0]) / waves.rate_hz * _MS
    return None if length > settings.columns.most_qrs_ms else waves


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far the usual beat of a column reaches, and what of T is measured in it."""

    average: AverageSettings
    with_t: bool
    with_qt: bool


def _reaches(rr_s: float, settings: ClassicalSettings) -> Sequence[_Reach]:
    """Return the reaches from the longest on: in shorter ones more beats are whole."""
    limits, t = settings.columns, settings.t_end
    latest = float(np.fmin(t.latest_ms, t.rr_share * rr_s * _MS + t.rr_add_ms))

    def reach(before: float, after: float, *, with_t: bool, with_qt: bool) -> _Reach:
        average = replace(settings.average, before_r_ms=before, after_r_ms=after)
        return _Reach(average, with_t, with_qt)

    short = limits.short_before_r_ms
    return (
        reach(limits.before_r_ms, latest, with_t=True, with_qt=True),
        reach(short, latest, with_t=True, with_qt=True),
        reach(short, min(latest, limits.t_after_r_ms), with_t=True, with_qt=False),
        reach(short, limits.short_after_r_ms, with_t=False, with_qt=False),
    )


def _widths(parts: Sequence[_Part], beats: Beats, signal: EcgSignal) -> FloatArray:
    """Return the width of each beat in the column that it stands in."""
    widths = np.full(len(beats.peak), _NAN)
    for part in parts:
        inside = (beats.peak >= part.column.start) & (beats.peak < part.column.stop)
        if len(part.widths_ms):
            widths[inside] = part.widths_ms
    return widths


def _together(
    signal: EcgSignal,
    read: Sequence[_Part],
    beats: Beats,
    rhythm: tuple[ClassicalValue, ClassicalRhythm],
    *,
    with_strip: bool,
) -> ClassicalMeasurement:
    st = [_of_leads(signal, read, one) for one in range(6)]
    values = (rhythm[0], *_values(read))
    counts = [part.found.n_beats for part in read if part.found is not None]
    return ClassicalMeasurement(
        values={value.name: value for value in values},
        rhythm=rhythm[1],
        leads=signal.leads,
        st_j_mv=st[0],
        st_j60_mv=st[1],
        st_uncertainty_mv=st[2],
        t_highest_mv=st[3],
        t_lowest_mv=st[4],
        t_behind_mv=st[5],
        st_withheld=() if np.isfinite(st[0]).any() else (FEW_BEATS,),
        beats_s=beats.peak / signal.sampling_rate_hz,
        n_dominant=min(counts, default=0),
        usual=joined_beat(signal.leads, _rows(read), at_r=with_strip),
    )


def _of_leads(signal: EcgSignal, read: Sequence[_Part], which: int) -> FloatArray:
    """Return what each lead showed in its own column; what follows from others where it did not."""
    found = np.full(len(signal.leads), _NAN)
    for row, name in enumerate(signal.leads):
        own = [part.st[which][row] for part in read if name in part.column.leads]
        other = [part.st[which][row] for part in read if name not in part.column.leads]
        known = [value for value in (*own, *other) if np.isfinite(value)]
        found[row] = known[0] if known else _NAN
    return found


def _values(read: Sequence[_Part]) -> tuple[ClassicalValue, ...]:
    """Return the middle one of the columns, of two the shorter: noise makes a QRS long."""
    by_name: Mapping[str, list[ClassicalValue]] = {
        name: [v for part in read for v in part.values if v.name == name and v.is_known]
        for name in ("qrs", "qt", "qtc_fridericia")
    }
    units, chosen = "ms", []
    for name, found in by_name.items():
        ordered = sorted(found, key=lambda value: value.value)
        if not ordered:
            why = (NO_QRS_BOUNDS,) if read else (FEW_BEATS,)
            chosen.append(ClassicalValue(name, _NAN, units, withheld=why))
        else:
            chosen.append(ordered[(len(ordered) - 1) // 2])
    return tuple(chosen)


def _rows(read: Sequence[_Part]) -> dict[str, Row]:
    """Return where each lead stands in a usual beat: that of its own column, if it was read."""
    rows: dict[str, Row] = {}
    for part in read:
        if part.found is None or part.waves is None:
            continue
        for i, name in enumerate(part.names):
            if name not in rows or name in part.column.leads:
                rows[name] = Row(i, part.found, float(part.waves.onset[0]))
    return rows
