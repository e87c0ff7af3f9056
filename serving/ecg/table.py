"""A measured ECG as rows: for people in two languages, for CSV and for JSON."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ...engine.ecg.measure import EcgMeasurements, LeadMeasures, Measured
from ...engine.ecg.measure.reference import reference_for
from ...engine.ecg.measure.settings import ReferenceInterval
from ...engine.words import Sentences
from ...engine.words.numbers import number

UNIT_NAMES: Final = {
    "/min": "bpm",
    "ms": "ms",
    "deg": "deg",
    "mV": "mv",
    "mm.ms": "mm_ms",
    "mV.ms": "mv_ms",
}
PER_LEAD: Final = ("p", "q", "r", "s", "r2", "s2", "t", "st_j", "st_j60")
_DECIMALS: Final = {"mV": 2, "mV.ms": 1}
_NAME_WIDTH: Final = 28
_RHYTHM: Final = (
    "rate_min_bpm", "rate_max_bpm", "rr_variation", "rr_irregularity", "sdnn_ms", "rmssd_ms",
    "pnn50",
)  # fmt: skip


def column_of(name: str, unit: str) -> str:
    """Name the column of a measurement with its unit.

    >>> column_of("qtc_fridericia", "ms"), column_of("cornell_product", "mm.ms")
    ('qtc_fridericia_ms', 'cornell_product_mm_ms')
    """
    return f"{name}_{UNIT_NAMES[unit]}"


def lead_amplitudes(leads: LeadMeasures) -> Mapping[str, Sequence[float]]:
    """Return the amplitudes of the leads by name, millivolt."""
    qrs = leads.qrs
    values = (
        leads.p_mv, qrs.q_mv, qrs.r_mv, qrs.s_mv, qrs.r2_mv, qrs.s2_mv, leads.t_mv,
        leads.st_j_mv, leads.st_j60_mv,
    )  # fmt: skip
    return dict(zip(PER_LEAD, (v.tolist() for v in values), strict=True))


def as_row(record: str, found: EcgMeasurements) -> dict[str, object]:
    """Return one flat row: every measurement with its unit, None where it is withheld."""
    row: dict[str, object] = {
        "record": record,
        "sampling_rate_hz": found.sampling_rate_hz,
        "duration_s": round(found.duration_s, 3),
    }
    for one in found.measured.values():
        row[column_of(one.name, one.unit)] = _plain(one.value)
    for name in _RHYTHM:
        row[name] = _plain(getattr(found.rhythm, name))
    if found.per_lead is not None:
        for wave, values in lead_amplitudes(found.per_lead).items():
            for lead, value in zip(found.per_lead.leads, values, strict=True):
                row[f"{wave}_mv_{lead}"] = _plain(value)
    withheld = {one.name: " ".join(one.withheld) for one in found.measured.values() if one.withheld}
    row["withheld"] = "; ".join(f"{name}: {why}" for name, why in withheld.items())
    return row


def as_plain(record: str, found: EcgMeasurements) -> dict[str, Any]:
    """Return the whole measurement as nested plain data for JSON."""
    measured = {
        one.name: {
            "value": _plain(one.value),
            "unit": one.unit,
            "spread": _plain(one.spread),
            "n_beats": one.n_beats,
            "withheld": list(one.withheld),
            "limits": list(one.limits),
        }
        for one in found.measured.values()
    }
    leads = {}
    if found.per_lead is not None:
        amplitudes = lead_amplitudes(found.per_lead)
        for k, lead in enumerate(found.per_lead.leads):
            leads[lead] = {f"{wave}_mv": _plain(v[k]) for wave, v in amplitudes.items()}
            leads[lead]["r_peak_ms"] = _plain(float(found.per_lead.qrs.r_peak_ms[k]))
    return {
        "record": record,
        "sampling_rate_hz": found.sampling_rate_hz,
        "duration_s": round(found.duration_s, 3),
        "measured": measured,
        "rhythm": {name: _plain(getattr(found.rhythm, name)) for name in _RHYTHM},
        "leads": leads,
    }


def as_csv(rows: Sequence[Mapping[str, object]]) -> str:
    """Write rows with the union of their columns, in the order in which they first appear."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_text(
    record: str,
    found: EcgMeasurements,
    lang: str,
    *,
    sex: str | None = None,
    age_years: float | None = None,
) -> str:
    """Write a table for people, with the interval that most people of that sex and age have.

    Parameters
    ----------
    record : the file's stem
    found : what was measured
    lang : fr or en
    sex, age_years : of the file's header; without them only intervals that hold for all
    """
    words = Sentences(lang)
    length = words.text("ecg.table.length", seconds=round(found.duration_s, 1))
    rate = words.text("ecg.table.rate", rate=round(found.sampling_rate_hz, 1))
    lines = [f"{record}   {length}, {rate}"]
    for one in found.measured.values():
        interval = reference_for(one.name, sex, age_years)
        lines.append(_line(one, interval, words))
    if found.per_lead is not None:
        lines += ["", *_lead_lines(found.per_lead, words)]
    lines += ["", words.text("ecg.table.reference_note"), words.text("disclaimer")]
    return "\n".join(lines)


def _line(one: Measured, interval: ReferenceInterval | None, words: Sentences) -> str:
    name = words.text(f"ecg.measure.{one.name}").ljust(_NAME_WIDTH)
    if not one.is_known:
        why = "; ".join(dict.fromkeys(words.text(reason) for reason in one.withheld))
        return f"  {name} {'-':>7}  {why}"
    decimals = _DECIMALS.get(one.unit, 0)
    value = number(round(one.value, decimals) + 0.0, words.lang)
    text = f"  {name} {value:>7} {words.unit(one.unit)}"
    if np.isfinite(one.spread):
        spread = number(round(one.spread, decimals), words.lang)
        text += "  " + words.text("ecg.table.spread", spread=spread, n=one.n_beats)
    if interval is not None:
        text += "  " + _interval(interval, words)
    notes = [words.text(limit) for limit in one.limits]
    return "; ".join([text, *notes])


def _interval(interval: ReferenceInterval, words: Sentences) -> str:
    low, high = interval.low, interval.high
    if low is None:
        return words.text("ecg.table.up_to", high=high or 0.0)
    if high is None:
        return words.text("ecg.table.from", low=low)
    return words.text("ecg.table.between", low=low, high=high)


def _lead_lines(leads: LeadMeasures, words: Sentences) -> list[str]:
    """Write amplitudes in millivolt, one row a lead."""
    amplitudes = lead_amplitudes(leads)
    heads = [words.text(f"ecg.wave.{wave}") for wave in PER_LEAD]
    lines = ["  " + "mV".ljust(6) + "".join(head.rjust(8) for head in heads)]
    for k, lead in enumerate(leads.leads):
        cells = (_cell(amplitudes[wave][k], words) for wave in PER_LEAD)
        lines.append("  " + lead.ljust(6) + "".join(cell.rjust(8) for cell in cells))
    return lines


def _cell(value: float, words: Sentences) -> str:
    if np.isnan(value):
        return "-"
    text = f"{value:.2f}"
    return text.replace(".", ",") if words.lang == "fr" else text


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), _JSON_DECIMALS)


_JSON_DECIMALS: Final = 4
