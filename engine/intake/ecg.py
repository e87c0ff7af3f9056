"""The ECG of a visit: samples that stand in the document, or the name of a file beside it.

A file name is only kept: opening files is the caller's work, from a folder of its choice. Samples
with a fault are not used, and the record goes on without its ECG: nothing is concluded about it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ..ecg.leads import TWELVE_LEADS
from ..ecg.signal import EcgSignal
from ..fixedpoint import FloatArray
from .document import NumberText, intake_numbers
from .problems import ProblemLog, shown

FILE_KEYS: Final = ("file",)
SAMPLE_KEYS: Final = ("leads", "fs", "unit")
MILLIVOLT: Final = {"mV": 1.0, "uV": 1e-3, "V": 1e3}
_ITEM: Final = "ecg"


@dataclass(frozen=True, slots=True)
class GivenEcg:
    """What a visit says of its ECG: samples, or the name of a file; never both."""

    signal: EcgSignal | None = None
    file: str = ""


def read_given_ecg(given: object, path: str, log: ProblemLog) -> GivenEcg | None:
    """Read the ``ecg`` of a visit.

    Parameters
    ----------
    given : ``{"file": name}`` or ``{"leads": {name: [samples]}, "fs": hertz, "unit": "mV"}``
    path : where it stands in the document

    Returns
    -------
    None when it can't be used; the log then says why
    """
    if not isinstance(given, Mapping) or ("file" in given) == ("leads" in given):
        _refused(log, "ecg_form_unknown", path)
        return None
    if log.unknown_keys(given, FILE_KEYS if "file" in given else SAMPLE_KEYS, path):
        return None
    if "file" in given:
        name = given["file"]
        if not isinstance(name, str) or not name.strip():
            _refused(log, "ecg_form_unknown", f"{path}.file")
            return None
        return GivenEcg(file=name)
    return _samples(given, path, log)


def _samples(given: Mapping[str, Any], path: str, log: ProblemLog) -> GivenEcg | None:
    before = len(log.problems)
    rate = _number(given.get("fs"))
    limits = intake_numbers()["ecg"]
    if rate is None or not limits["rate_hz"][0] <= rate <= limits["rate_hz"][1]:
        _refused(log, "ecg_rate_unknown", f"{path}.fs", found=shown(given.get("fs")))
    factor = MILLIVOLT.get(given["unit"]) if isinstance(given.get("unit"), str) else None
    if factor is None:
        _refused(log, "ecg_unit_unknown", f"{path}.unit", found=shown(given.get("unit")))
    leads = _leads(given["leads"], f"{path}.leads", log)
    if len(log.problems) > before or rate is None or factor is None:
        return None
    scaled = {name: samples * factor for name, samples in leads.items()}
    largest = max((float(np.nanmax(np.abs(s), initial=0.0)) for s in scaled.values()), default=0.0)
    if largest > limits["largest_mv"]:
        _refused(log, "ecg_too_large", f"{path}.leads", limit=str(limits["largest_mv"]))
        return None
    return GivenEcg(signal=EcgSignal.of(scaled, rate))


def _leads(given: object, path: str, log: ProblemLog) -> dict[str, FloatArray]:
    """Read every lead; a null sample is a gap."""
    if not isinstance(given, Mapping) or not given:
        _refused(log, "ecg_form_unknown", path)
        return {}
    leads = {}
    for name, samples in given.items():
        if name not in TWELVE_LEADS:
            _refused(log, "ecg_lead_unknown", f"{path}.{shown(name)}", found=shown(name))
            continue
        read = _array(samples)
        if read is None:
            _refused(log, "ecg_samples_unreadable", f"{path}.{name}", lead=name)
        else:
            leads[name] = read
    if len({len(samples) for samples in leads.values()}) > 1:
        _refused(log, "ecg_lengths_differ", path)
    return leads


def _array(samples: object) -> FloatArray | None:
    """Return numbers with NaN for null, None for anything else."""
    limit = int(intake_numbers()["ecg"]["most_samples"])
    if not isinstance(samples, Sequence) or isinstance(samples, str | bytes) or not samples:
        return None
    if len(samples) > limit:
        return None
    numbers = [math.nan if s is None else _number(s) for s in samples]
    if any(n is None for n in numbers):
        return None
    return np.array(numbers, dtype=np.float64)


def _number(value: object) -> float | None:
    """Return a finite JSON number, None for anything else (true, false and texts are none)."""
    if isinstance(value, bool) or not isinstance(value, int | float | NumberText):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _refused(log: ProblemLog, code: str, path: str, **parameters: str) -> None:
    log.add("refused_item", code, path, item=_ITEM, **parameters)
