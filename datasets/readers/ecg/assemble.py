"""From stored leads to a recording: what is absent is refused, what is no ECG is left out."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ....engine.ecg.leads import TWELVE_LEADS
from ....engine.ecg.signal import EcgSignal
from .errors import (
    EcgAmbiguous,
    EcgIncomplete,
    EcgUnnamed,
    counted,
    incomplete,
    too_large,
    too_long,
    unreadable,
)
from .names import MINUS, are_chest_electrodes, is_electrode, is_lead, lead_name, says_ecg
from .no_value import without_marks
from .placing import placed
from .recording import NOTHING_DECLARED, Declared, EcgHeader, EcgRecording
from .said import believable
from .source import limits
from .stored import StoredLead, step_of

MICROVOLT_PER_MILLIVOLT: Final = 1000.0
_RATE_TOLERANCE: Final = 1e-9


def assemble(
    stored: Sequence[StoredLead], header: EcgHeader, declared: Declared = NOTHING_DECLARED
) -> EcgRecording:
    """Return the recording of the leads that a file stores.

    Raises
    ------
    EcgIncomplete : a lead without name, gain, unit or rate that the caller did not declare; no
        signal that can be an ECG
    EcgUnnamed : as many leads as an ECG of twelve has, none with a name that is known
    EcgAmbiguous : two leads of the twelve with one name and other samples
    EcgUnreadable : no lead, no sample, leads of different lengths
    """
    where = header.record or header.format
    header, kept = believable(header), _ecg_only(stored, where)
    if len(kept) < len(stored):
        others = [lead_name(lead.name) for lead in stored if lead not in kept]
        header = header.noting_of("not_ecg_skipped", others)
    kept, header = without_marks(kept, header)
    leads, header = _without_other_rates(_declare(kept, declared, where), header)
    _refuse_absent(leads, where)
    leads, header = _upright(leads, header)
    leads, header = _one_rate(leads, header, where)
    in_time = placed(leads, refuse_size, where)
    if in_time is not leads:
        leads, header = in_time, header.noting("leads_placed_in_time")
    lengths = {len(lead.samples) for lead in leads}
    if len(lengths) > 1:
        raise unreadable(f"Leads of {sorted(lengths)[:4]} samples in one recording", where)
    if not leads or lengths == {0}:
        raise unreadable("No lead with samples", where)
    refuse_duration(max(lengths) / leads[0].rate_hz, where)
    names, header = _names(leads, header, where)
    scale = {n: lead.step_uv for n, lead in zip(names, leads, strict=True)}
    samples = {
        n: lead.samples * (lead.step_uv / MICROVOLT_PER_MILLIVOLT)
        for n, lead in zip(names, leads, strict=True)
    }
    if any(np.isinf(row).any() for row in samples.values()):
        raise unreadable("A sample that is infinite", where)
    steps = {n: step for n, step in scale.items() if step > 0}
    signal = EcgSignal.of(samples, leads[0].rate_hz, resolution_uv=steps)
    unknown = frozenset(n for n, lead in zip(names, leads, strict=True) if not says_ecg(lead.name))
    return EcgRecording(replace(signal, unknown=unknown), header)


def _ecg_only(stored: Sequence[StoredLead], where: str) -> list[StoredLead]:
    """Leave out what is no ECG by its name or its unit.

    ``C3`` and ``C4`` of a sleep laboratory, beside ``O1``, are no chest leads.
    """
    chest = are_chest_electrodes([lead.name for lead in stored])
    kept = [lead for lead in stored if lead.is_ecg and (chest or not is_electrode(lead.name))]
    if stored and not kept:
        names = [lead_name(s.name) + (f" (unit {s.unit[:12]})" if s.unit else "") for s in stored]
        raise EcgIncomplete(
            found=f"None of the signals can be an ECG lead: {', '.join(names[:6])}",
            why="names and units say that they are something else",
            remedy="Export the ECG leads under their names, in uV or mV",
            path=where,
        )
    return kept


def _upright(leads: Sequence[StoredLead], header: EcgHeader) -> tuple[list[StoredLead], EcgHeader]:
    """Turn leads back that the file names as negative, such as ``-aVR`` in the order of Cabrera.

    Beside the lead itself its negative stays a lead of its own. Where no name is without a sign,
    the sign may be a dash of the writer, and all stay apart.
    """
    names = [lead_name(lead.name) for lead in leads]
    plain = {name for name in names if name in TWELVE_LEADS}
    turned = {f"{MINUS}{n}": n for n in TWELVE_LEADS if n not in plain} if plain else {}
    if not turned.keys() & set(names):
        return list(leads), header
    upright = [
        replace(lead, name=turned[name], samples=-lead.samples) if name in turned else lead
        for name, lead in zip(names, leads, strict=True)
    ]
    back = [turned[name] for name in names if name in turned]
    return upright, header.noting_of("negative_leads_turned", back)


def refuse_size(n_leads: int, n_samples: int, path: str) -> None:
    """Refuse a file that declares more than the limits before anything is allocated."""
    caps = limits()["samples"]
    if n_leads > caps["leads"] or n_leads * n_samples > caps["total"]:
        raise too_large(f"{counted(n_leads, 'signal')} of {counted(n_samples, 'sample')}", path)


def refuse_duration(seconds: float, path: str) -> None:
    """Refuse a recording of hours, where its header tells it before anything is decoded.

    Parameters
    ----------
    seconds : NaN where it is not known yet
    path : how messages name the file
    """
    longest = limits()["duration_s"]["longest"]
    if seconds > longest:
        raise too_long(seconds, longest, path)


def _declare(leads: list[StoredLead], declared: Declared, where: str) -> list[StoredLead]:
    """Fill what the file leaves out with what the caller declared."""
    if declared.leads and len(declared.leads) != len(leads):
        there, named = counted(len(leads), "lead"), counted(len(declared.leads), "name")
        raise unreadable(f"{there}, {named} declared", where)
    given = declared.leads or ("",) * len(leads)
    rate = math.nan if declared.sampling_rate_hz is None else declared.sampling_rate_hz
    return [
        replace(
            lead,
            name=_agree_name(lead.name, name, where),
            step_uv=_agree(lead.step_uv, _declared_step(lead, declared), "gain or unit", where),
            rate_hz=_agree(lead.rate_hz, rate, "sampling rate", where),
        )
        for lead, name in zip(leads, given, strict=True)
    ]


def _declared_step(lead: StoredLead, declared: Declared) -> float:
    """Return microvolt per step as declared; a gain that the file states stays in force."""
    if declared.step_uv is not None:
        return declared.step_uv
    gain = 1.0 if math.isnan(lead.gain) else lead.gain
    stated = not math.isnan(lead.step_uv)
    return lead.step_uv if stated and not declared.unit else step_of(gain, declared.unit)


def _agree(stated: float, declared: float, what: str, where: str) -> float:
    if math.isnan(stated):
        return declared
    if not math.isnan(declared) and abs(stated - declared) > _RATE_TOLERANCE * abs(stated):
        raise unreadable(f"A {what} was declared that contradicts the file", where)
    return stated


def _agree_name(stated: str, declared: str, where: str) -> str:
    if is_lead(stated) and declared and lead_name(stated) != lead_name(declared):
        raise unreadable("A lead name was declared that contradicts the file", where)
    return declared or stated


def _without_other_rates(
    leads: list[StoredLead], header: EcgHeader
) -> tuple[list[StoredLead], EcgHeader]:
    """Leave out channels whose rate would slow the leads, or fits no whole number of times.

    A counter, a battery's voltage or a mark beside the leads says nothing of the heart. Leads of
    several rates are averaged, see `_one_rate`, but not below the rate at which all can be read.
    """
    rates = [lead.rate_hz for lead in leads if says_ecg(lead.name) and lead.rate_hz > 0]
    if not rates:
        return leads, header
    of_most = max(Counter(rates).items(), key=lambda found: (found[1], found[0]))[0]
    least = min(of_most, limits()["rate_hz"]["averaged_least"])

    def is_left(lead: StoredLead) -> bool:
        if says_ecg(lead.name) or math.isnan(lead.rate_hz):
            return 0 < lead.rate_hz < least
        return lead.rate_hz > 0 and not _fits(lead.rate_hz / of_most)

    left = [lead_name(lead.name) for lead in leads if is_left(lead)]
    kept = [lead for lead in leads if not is_left(lead)]
    return (kept, header.noting_of("other_rates_left", left)) if left else (leads, header)


def _fits(ratio: float) -> bool:
    """Say whether one rate is a whole multiple of another."""
    if not math.isfinite(ratio):
        return False
    return round(ratio) >= 1 and abs(ratio - round(ratio)) <= _RATE_TOLERANCE * ratio


def _refuse_absent(leads: Sequence[StoredLead], where: str) -> None:
    rates = limits()["rate_hz"]
    if any(not lead.name.strip() for lead in leads):
        raise incomplete("A lead has no name", "Declare the lead names in their order", where)
    for lead in leads:
        if not (math.isfinite(lead.step_uv) and lead.step_uv != 0):
            found = f"Lead {lead_name(lead.name)} states no gain, or no voltage unit"
            raise incomplete(found, "Export with gain and unit, or declare them", where)
        if not (math.isfinite(lead.rate_hz) and lead.rate_hz > 0):
            raise incomplete("No sampling rate", "Export with the rate, or declare it", where)
        if not rates["lowest"] <= lead.rate_hz <= rates["highest"]:
            raise unreadable(f"A sampling rate of {lead.rate_hz:g} Hz", where)


def _one_rate(
    leads: list[StoredLead], header: EcgHeader, where: str
) -> tuple[list[StoredLead], EcgHeader]:
    """Bring leads of several rates to the lowest by averaging whole groups, as WFDB does."""
    if not leads:
        return leads, header
    low = min(lead.rate_hz for lead in leads)
    ratios = [lead.rate_hz / low for lead in leads]
    if all(abs(r - 1) < _RATE_TOLERANCE for r in ratios):
        return leads, header
    odd = [x.name for x, r in zip(leads, ratios, strict=True) if not _fits(r)]
    if odd:
        names = ", ".join(lead_name(name) for name in odd[:6])
        found = f"Leads whose sampling rate is no multiple of the lowest, {low:g} Hz: {names}"
        raise unreadable(found, where)
    averaged = [_averaged(lead, round(r), low) for lead, r in zip(leads, ratios, strict=True)]
    return averaged, header.noting("leads_averaged_to_lowest_rate")


def _averaged(lead: StoredLead, group: int, rate_hz: float) -> StoredLead:
    whole = len(lead.samples) // group * group
    samples = lead.samples[:whole].reshape(-1, group).mean(axis=1)
    return replace(lead, samples=samples, rate_hz=rate_hz)


def _refuse_unnamed(names: Sequence[str], where: str) -> None:
    """Refuse as many leads as an ECG of twelve has, none under the name of a lead.

    A name with a sign before it is one only where other names have none, see `_upright`.
    """
    named = [name for name in names if is_lead(name) and not name.startswith(MINUS)]
    if named or len(names) < limits()["names"]["unnamed_from"]:
        return
    order = ",".join(TWELVE_LEADS)
    error = EcgUnnamed(
        found=f"None of {len(names)} leads has a name that is known: {', '.join(names[:12])}",
        why="it is not known which lead is which, and neither place nor territory is guessed",
        remedy=f"Name them in the file, or write a copy: laennec ecg convert IN OUT.hea --leads "
        f"{order} (the leads in the order of the file; in Python declared=Declared(leads=...))",
        path=where,
    )
    error.names = tuple(names)
    raise error


def _names(
    leads: Sequence[StoredLead], header: EcgHeader, where: str
) -> tuple[list[str], EcgHeader]:
    names = [lead_name(lead.name) for lead in leads]
    _refuse_unnamed(names, where)
    double = {name for name, n in Counter(names).items() if n > 1}
    if double & set(TWELVE_LEADS):
        raise EcgAmbiguous(
            found=f"The lead {sorted(double & set(TWELVE_LEADS))[0]} stands twice in one recording",
            why="it is not known which of them is meant",
            remedy="Export the recording with each lead once",
            path=where,
        )
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    if len(set(unique)) < len(unique):
        raise unreadable("Lead names that can't be told apart", where)
    if double:
        header = header.noting_of("lead_names_numbered", [n for n in names if n in double])
    unknown = [u for u, name in zip(unique, names, strict=True) if not is_lead(name)]
    return unique, header.noting_of("lead_names_not_known", unknown) if unknown else header
