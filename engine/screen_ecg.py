"""The ECGs of a batch of visits: measured, put through the urgent rules, and said in statements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .bundles.load import Models
from .ecg.signal import EcgSignal
from .intake.ecg_day import OF_OTHER_DAY
from .prediagnosis import URGENCIES, EcgSection, Finding, UrgentItem
from .record import Int8Array, Problem, VisitBatch
from .screened import is_declined

if TYPE_CHECKING:
    from .ecg.comparison import EcgSide
    from .ecg.findings.find import Statement
    from .ecg.visit import ScreenedEcg

ECG_PROBLEM = "ecg_"
ECG_PATH = "$.ecg"
ECG_ITEM = "ecg"
NOT_ANALYSED = "ecg_not_analysed"
OF_ANOTHER = "wrong_patient"


@dataclass(frozen=True, slots=True)
class ScreenedEcgs:
    """What the ECGs of a batch say, by row.

    Attributes
    ----------
    sections : quality and measurements
    urgent : items that call a person, whatever any model says
    findings : statements, as facts with reasons
    statements : the same with their scores; none where rules or network may not be asked
    sides : what a comparison with an earlier ECG reads
    unread : rows of which an ECG was sent and no urgent rule was applied to one of today
    failed : why, of those of them whose analysis ended with an error that nobody foresaw
    """

    sections: Mapping[int, EcgSection] = field(default_factory=dict)
    urgent: Mapping[int, tuple[UrgentItem, ...]] = field(default_factory=dict)
    findings: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)
    statements: Mapping[int, "tuple[Statement, ...]"] = field(default_factory=dict)
    sides: Mapping[int, "EcgSide"] = field(default_factory=dict)
    unread: frozenset[int] = frozenset()
    failed: tuple[Problem, ...] = ()

    def urgency(self, n: int) -> Int8Array:
        """Return (n,) the most urgent level of each person's ECG."""
        levels = np.full(n, len(URGENCIES), dtype=np.int8)
        for row in {*self.urgent, *self.findings}:
            found = [item.level for item in self.urgent.get(row, ())]
            found += [f.urgency for f in self.findings.get(row, ()) if f.urgency]
            levels[row] = min([len(URGENCIES), *(URGENCIES.index(level) for level in found)])
        return levels


def screen_ecgs(
    batch: VisitBatch, models: Models, signals: Mapping[int, EcgSignal]
) -> ScreenedEcgs:
    """Measure each ECG, apply the urgent rules to it, and say what it shows.

    Without network and rules where they were refused, the person declined models, or the record is
    refused: of a refused record only what is urgent is said. An ECG of another day than the visit
    keeps what it shows, and settles nothing of today.
    """
    of_ecg = [p for p in batch.problems if _is_of_ecg(p)]
    others = {p.row for p in of_ecg if p.code == OF_ANOTHER}
    lost = {p.row for p in of_ecg} - signals.keys()
    other_day = {p.row: p for p in of_ecg if p.code in OF_OTHER_DAY and p.row in signals}
    if not signals and not lost:
        return ScreenedEcgs()
    from .ecg.comparison import side_of  # noqa: PLC0415 - a visit without ECG needs no filters
    from .ecg.other_day import said_of_other_day  # noqa: PLC0415 - as above
    from .ecg.visit import declared_symptoms, person_at, screened_ecg, unread_ecg  # noqa: PLC0415

    bare = is_declined(batch) | batch.refused
    found: dict[int, ScreenedEcg] = {}
    failed: list[Problem] = []
    for row, signal in signals.items():
        try:
            found[row] = screened_ecg(
                signal,
                models,
                person_at(batch, row),
                declared=declared_symptoms(batch, row),
                without_network=bool(bare[row]),
            )
        except Exception as error:  # noqa: BLE001 - one ECG must never take a visit or a batch with it
            failed.append(_not_analysed(row, error))
    lost |= {problem.row for problem in failed}
    for row in other_day.keys() & found.keys():
        declared = declared_symptoms(batch, row)
        found[row] = said_of_other_day(found[row], other_day[row], declared)
    kept = {row: one for row, one in found.items() if not batch.refused[row]}
    urgent = {row: one.urgency.items for row, one in found.items()}
    urgent |= {
        row: unread_ecg(declared_symptoms(batch, row), of_another=row in others) for row in lost
    }
    return ScreenedEcgs(
        sections={row: one.section for row, one in kept.items()},
        urgent=urgent,
        findings={row: one.findings for row, one in kept.items()},
        statements={row: one.statements for row, one in kept.items()},
        sides={row: side_of(one) for row, one in kept.items()},
        unread=frozenset({*lost, *other_day}),
        failed=tuple(failed),
    )


def _not_analysed(row: int, error: Exception) -> Problem:
    """Tell that something nobody foresaw ended the analysis; its text may hold a value."""
    kind = {"kind": type(error).__name__}
    return Problem(row, "refused_item", NOT_ANALYSED, ECG_PATH, ECG_ITEM, kind)


def _is_of_ecg(problem: Problem) -> bool:
    return problem.code.startswith(ECG_PROBLEM) or problem.path.startswith(ECG_PATH)
