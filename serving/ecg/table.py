"""A measured ECG as rows: for people in two languages, for CSV and for JSON."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ...engine.ecg.analysis import EcgAnalysis
from ...engine.ecg.measure import LeadMeasures
from ...engine.ecg.section import second_values
from ...engine.ecg.signal import EcgSignal
from ...engine.prediagnosis import EcgSection, EcgValue
from ...engine.words import Sentences, ecg_lines
from ...engine.words.ecg_json import ecg_json
from ...engine.words.ecg_reference_lines import (
    Marks,
    reference_lines,
    source_lines,
    source_marks,
)
from ...engine.words.numbers import number

UNIT_NAMES: Final = {
    "/min": "bpm",
    "ms": "ms",
    "deg": "deg",
    "mV": "mv",
    "mm.ms": "mm_ms",
    "mV.ms": "mv_ms",
}
_SPREAD_SHOWN: Final = ("r", "s", "t", "st_j", "st_j60")
PER_LEAD: Final = ("p", "q", "r", "s", "r2", "s2", "t", "st_j", "st_j60")
_NAME_WIDTH: Final = 28
_RHYTHM: Final = (
    "rate_min_bpm", "rate_max_bpm", "rr_variation", "rr_irregularity", "sdnn_ms", "rmssd_ms",
    "pnn50",
)  # fmt: skip


REFUSED: Final = "not_assessable"


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


def as_row(record: str, analysis: EcgAnalysis) -> dict[str, object]:
    """Return one flat row: every measurement with its unit, None where it is withheld."""
    found = analysis.measurements
    row: dict[str, object] = {
        "record": record,
        "sampling_rate_hz": found.sampling_rate_hz,
        "duration_s": round(found.duration_s, 3),
        "quality": analysis.quality.verdict,
        "not_assessable_for": " ".join(_refused_uses(analysis)),
        "not_assessable_leads": " ".join(_refused_leads(analysis)),
    }
    for one in found.measured.values():
        row[column_of(one.name, one.unit)] = _plain(one.value)
        row[f"{column_of(one.name, one.unit)}_sd"] = _plain(one.spread)
    for second in second_values(analysis):
        value = None if second.value is None else _plain(second.value)
        row[f"classical_{column_of(second.name, second.unit)}"] = value
    for name in _RHYTHM:
        row[name] = _plain(getattr(found.rhythm, name))
    if found.per_lead is not None:
        for wave, values in lead_amplitudes(found.per_lead).items():
            for lead, value in zip(found.per_lead.leads, values, strict=True):
                row[f"{wave}_mv_{lead}"] = _plain(value)
    withheld = {one.name: " ".join(one.withheld) for one in found.measured.values() if one.withheld}
    row["file_notes"] = " ".join(note_codes(analysis.signal))
    row["withheld"] = "; ".join(f"{name}: {why}" for name, why in withheld.items())
    return row


def note_codes(signal: EcgSignal) -> tuple[str, ...]:
    """Return the codes of what was done while the file of a signal was read."""
    return tuple(
        dict.fromkeys(n.id.removeprefix("ecg.file.").removesuffix(".named") for n in signal.notes)
    )


def _refused_uses(analysis: EcgAnalysis) -> list[str]:
    return [name for name, use in analysis.quality.uses.items() if use.verdict == REFUSED]


def _refused_leads(analysis: EcgAnalysis) -> list[str]:
    return [lead.lead for lead in analysis.quality.leads if lead.verdict == REFUSED]


def as_plain(record: str, analysis: EcgAnalysis, section: EcgSection, lang: str) -> dict[str, Any]:
    """Return the whole measurement as nested plain data: as in a visit, and amplitudes.

    Its form is ``docs/schema/ecg_measure.schema.json``.
    """
    found, words = analysis.measurements, Sentences(lang)
    leads: dict[str, dict[str, float | None]] = {}
    spreads: dict[str, dict[str, float | None]] = {}
    if found.per_lead is not None:
        amplitudes = lead_amplitudes(found.per_lead)
        for k, lead in enumerate(found.per_lead.leads):
            leads[lead] = {f"{wave}_mv": _plain(v[k]) for wave, v in amplitudes.items()}
            leads[lead]["r_peak_ms"] = _plain(float(found.per_lead.qrs.r_peak_ms[k]))
            of_lead = found.per_lead.spreads.items()
            spreads[lead] = {f"{wave}_mv": _plain(float(values[k])) for wave, values in of_lead}
    return {
        "record": record,
        **ecg_json(section, words),
        "rhythm": {name: _plain(getattr(found.rhythm, name)) for name in _RHYTHM},
        "amplitudes": leads,
        "amplitude_spreads": spreads,
        "amplitude_beats": found.per_lead.n_beats if found.per_lead else 0,
        "disclaimer": words.text("disclaimer"),
    }


def as_csv(rows: Sequence[Mapping[str, object]], lang: str) -> str:
    """Write rows with the union of their columns, in the order in which they first appear.

    The last column says in every row that a physician must confirm: rows are parted and joined.
    """
    said = {"disclaimer": Sentences(lang).text("disclaimer")}
    rows = [{**row, **said} for row in rows]
    columns = [*dict.fromkeys(name for row in rows for name in row if name not in said), *said]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_text(
    record: str,
    analysis: EcgAnalysis,
    section: EcgSection,
    lang: str,
    *,
    spread: bool = False,
) -> str:
    """Write quality and measurements for people, with what most people of that sex and age have.

    Parameters
    ----------
    record : the file's stem
    analysis, section : what the chain said
    lang : fr or en
    spread : add the standard deviations over the beats of every amplitude of every lead
    """
    words = Sentences(lang)
    lines = [record, *ecg_lines.recording_lines(section, words), ""]
    marks = source_marks(section.measured)
    lines += [_line(one, words, marks) for one in section.measured]
    lines += ["", *reference_lines(section.measured, words)]
    if marks:
        lines.append(words.text("ecg.reference.sources"))
        lines += [f"  {line}" for line in source_lines(section.measured, words)]
    lines += ["", ecg_lines.second_line(section, words)]
    if analysis.measurements.per_lead is not None:
        lines += ["", *_lead_lines(analysis.measurements.per_lead, words, spread=spread)]
    notes = ("ecg.table.reference_note", "ecg.report.no_statement", "disclaimer")
    return "\n".join([*lines, "", *(words.text(note) for note in notes)])


def _line(one: EcgValue, words: Sentences, marks: Marks) -> str:
    name = ecg_lines.name_of(one, words).ljust(_NAME_WIDTH)
    dash = "" if one.value is not None else "- "
    return f"  {name} {dash}{ecg_lines.value_line(one, words, marks)}"


def _lead_lines(leads: LeadMeasures, words: Sentences, *, spread: bool) -> list[str]:
    """Write amplitudes in millivolt, one row a lead, and how much they spread over the beats."""
    lines = _table(lead_amplitudes(leads), leads, words)
    found = {name: leads.spreads[name] for name in _SPREAD_SHOWN if name in leads.spreads}
    largest = [
        words.text(
            "ecg.table.lead_spread_of",
            wave=words.text(f"ecg.wave.{name}"),
            spread=number(float(np.nanmax(values)), words.lang, 2),
            lead=leads.leads[int(np.nanargmax(values))],
        )
        for name, values in found.items()
        if np.isfinite(values).any()
    ]
    if largest:
        joined = ", ".join(largest)
        lines += ["", words.text("ecg.table.lead_spread", list=joined, n=leads.n_beats)]
    if spread and leads.spreads:
        lines += ["", words.text("ecg.table.lead_spreads", n=leads.n_beats)]
        lines += _table({name: v.tolist() for name, v in leads.spreads.items()}, leads, words)
    return [*lines, words.text("ecg.reference.amplitudes")]


def _table(
    values: Mapping[str, Sequence[float]], leads: LeadMeasures, words: Sentences
) -> list[str]:
    heads = [words.text(f"ecg.wave.{wave}") for wave in PER_LEAD]
    lines = ["  " + "mV".ljust(6) + "".join(head.rjust(8) for head in heads)]
    for k, lead in enumerate(leads.leads):
        cells = (_cell(values[wave][k], words) for wave in PER_LEAD)
        lines.append("  " + lead.ljust(6) + "".join(cell.rjust(8) for cell in cells))
    return lines


def _cell(value: float, words: Sentences) -> str:
    if np.isnan(value):
        return "-"
    text = f"{round(value, 2) + 0.0:.2f}"
    return text.replace(".", ",") if words.lang == "fr" else text


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), _JSON_DECIMALS)


_JSON_DECIMALS: Final = 4
