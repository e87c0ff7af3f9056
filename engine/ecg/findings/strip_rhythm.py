"""The rhythm of a single-lead strip in one of four classes, and what the class must not hide.

Four classes have no room for an arrest, a ventricular tachycardia or a block: an arrest is called
too noisy, for nothing in it can be read. So the urgent rules on the rhythm speak beside the class.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import numpy as np

from ...prediagnosis import Message
from ..analysis import EcgAnalysis
from ..features import EcgFeatures
from ..measure.reference import NOBODY, Person
from ..urgent import EcgUrgency, urgent_ecg
from ..urgent.settings import EcgUrgentSettings, load_ecg_urgent
from .evidence import is_shown
from .find import Statement
from .settings import statement_settings

SINUS: Final = "sinus_rhythm"
OTHER: Final = "other_rhythm"
NOISE: Final = "noise"
FLUTTER: Final = "atrial_flutter"
NOISE_NOTE: Final = "ecg.strip.note.noise"
FLUTTER_NOTE: Final = "ecg.strip.note.flutter"
PART_NOTE: Final = "ecg.strip.note.in_part"
_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class StripRhythm:
    """What is said of one strip.

    Parameters
    ----------
    name : ``sinus_rhythm``, ``atrial_fibrillation``, ``other_rhythm`` or ``noise``
    urgent : what the urgent rules on the rhythm say
    notes : what the class alone does not tell
    """

    name: str
    urgent: EcgUrgency
    notes: tuple[Message, ...]


def strip_rhythm(
    analysis: EcgAnalysis,
    features: EcgFeatures,
    statements: Sequence[Statement],
    person: Person = NOBODY,
) -> StripRhythm:
    """Name the rhythm of a strip.

    Parameters
    ----------
    analysis : what ``analyse_strip`` returned
    features, statements : of the same recording, by the rules of the single lead
    person : sex and age, for the urgent rules
    """
    urgent = urgent_ecg(analysis, person, settings=_on_the_rhythm())
    known = [s for s in statements if not s.why]
    best = max(known, key=lambda s: s.score, default=None)
    name, notes = (best.name if best else NOISE), []
    if name == NOISE:
        notes.append(Message(NOISE_NOTE))
    elif analysis.readable_share < 1:
        notes.append(Message(PART_NOTE, {"share": round(_PERCENT * analysis.readable_share)}))
    if name in (SINUS, OTHER) and _has_flutter_waves(features):
        rate = round(features.values["flutter_rate_bpm"])
        notes.append(Message(FLUTTER_NOTE, {"rate": rate}))
    return StripRhythm(name, urgent, tuple(notes))


@cache
def _on_the_rhythm() -> EcgUrgentSettings:
    """Return the urgent rules of which a single lead can say something."""
    every, groups = load_ecg_urgent(), statement_settings()["strip"]["urgent_groups"]
    return replace(every, rules=tuple(rule for rule in every.rules if rule.group in groups))


def _has_flutter_waves(features: EcgFeatures) -> bool:
    columns = {name: np.array([value]) for name, value in features.values.items()}
    return bool(is_shown((FLUTTER,), columns, 1)[0, 0])
