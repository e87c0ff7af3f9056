"""What earlier stored visits said of a diabetes, by the rules of a batch result.

A search over a store had no ``earlier_sign``: who had 1.40 g/L two years ago was found in a table
only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from ....engine.facts.columns import evaluate_facts
from ....engine.guidelines import load_guidelines
from ....engine.past import IMPOSSIBLE_DAY
from ....engine.plausibility.diabetes import is_sign_of_diabetes
from ....engine.plausibility.pregnancy import PREGNANCY as PREGNANT
from ....engine.prediagnosis import CALLED
from ....engine.record import UNKNOWN, YES, BoolArray, Int8Array, VisitBatch
from ....engine.risks import Abstention
from ....engine.trajectories.points import NO_VALUE
from ....engine.two_tests import GLUCOSE, HBA1C, glucose_below, hba1c_below, in_pregnancy, test_of
from ...batch.table import glucose as says
from ...batch.table.status import MEASURED_HIGH, PREGNANCY, REFUSED
from ..earlier_signs import (
    CONTRADICT,
    DIABETES_BEFORE,
    IN_PREGNANCY,
    SIGNS,
    WAITS,
    earlier_signs,
)
from .stored_trends import StoredVisit, batch_of

_DECLINED: Final = Abstention.DECLINED.name.lower()
_WAITS: Final = "finding.value_waits"
_FINDING_OF: Final = {GLUCOSE: "diabetes_range", HBA1C: "hba1c_suspicion"}
_SENT_ALONG: Final = (
    ("diabetes_", DIABETES_BEFORE),
    ("finding.tests_contradict", CONTRADICT),
    ("abstention.tests_contradict", CONTRADICT),
    ("limit.earlier_diabetes_range_waits", WAITS),
    ("limit.earlier_suspicion_waits", WAITS),
    ("limit.earlier_diabetes_range", MEASURED_HIGH),
    ("limit.earlier_suspicion", MEASURED_HIGH),
    ("limit.earlier_pregnancy", IN_PREGNANCY),
)
"""How the draft of the last visit says what a visit that was sent along said."""


def stored_signs(every: Sequence[StoredVisit], last: Sequence[StoredVisit]) -> list[str | None]:
    """Return of each person what an earlier visit said and the last one forgot, or None.

    A store keeps accepted values: that another one waited or was refused the draft says. What an
    earlier visit said that was sent along and is not stored, the last draft says too.

    Parameters
    ----------
    every : all visits that stand
    last : the last one of each person, among them
    """
    if not last:
        return []
    places = {id(visit): row for row, visit in enumerate(every)}
    table = pa.table(
        {
            "person_id": pa.array([v.person_id for v in every], pa.string()),
            "visit_date": pa.array([v.day for v in every], pa.date32()),
            "status": pa.array([REFUSED if _refused(v) else "screened" for v in every]),
            "status_reason": pa.array([_reason(v) for v in every], pa.string()),
            says.GLUCOSE_SAYS: pa.array(_words(every), pa.string()),
        }
    )
    rows = np.array([places[id(visit)] for visit in last], dtype=np.int64)
    found = earlier_signs(table, rows).sign.to_pylist()
    told = [_sent_along(visit) for visit in last]
    order = {name: place for place, name in enumerate(SIGNS)}
    pairs = zip(found, told, strict=True)
    return [min((s for s in pair if s), key=order.__getitem__, default=None) for pair in pairs]


def _refused(visit: StoredVisit) -> list[str]:
    """Return the codes for which a record was refused."""
    said = visit.draft["refused_items"]
    return [notice["code"] for notice in said if notice["severity"] == "refused_record"]


def _reason(visit: StoredVisit) -> str | None:
    codes = _refused(visit)
    wrong = [code for code in codes if code in IMPOSSIBLE_DAY]
    if codes:
        return (wrong or codes)[0]
    if visit.draft.get("screening_declined"):
        return _DECLINED
    return PREGNANCY if _said(visit).get(PREGNANT) == "yes" else None


def _said(visit: StoredVisit) -> Mapping[str, str]:
    answers: Mapping[str, str] = (visit.values or {}).get("answers", {})
    return answers


def _words(every: Sequence[StoredVisit]) -> list[str | None]:
    """Return the word of every visit, by the guideline sets of its draft."""
    words: list[str | None] = [None] * len(every)
    by_sets: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for row, visit in enumerate(every):
        sets = tuple(sorted(visit.draft["guideline_sets"].items()))
        by_sets.setdefault(sets, []).append(row)
    for sets, rows in by_sets.items():
        found = _words_of([every[row] for row in rows], dict(sets))
        for row, word in zip(rows, found, strict=True):
            words[row] = word
    return words


def _words_of(visits: Sequence[StoredVisit], sets: Mapping[str, str]) -> list[str | None]:
    batch = _with_answers(batch_of(visits), visits)
    facts = evaluate_facts(batch, load_guidelines(sets))
    glucose, hba1c = (test_of(item, facts, batch) for item in (GLUCOSE, HBA1C))
    unused = {item: _flags(_has_unused(v, item) for v in visits) for item in _FINDING_OF}
    waits = {item: _flags(_waits(v, item) for v in visits) for item in _FINDING_OF}
    pregnant = batch.answer(PREGNANT) == YES
    refused = _flags(bool(_refused(v)) for v in visits)
    for_day = _flags(all(c in IMPOSSIBLE_DAY for c in _refused(v)) for v in visits)
    declined = _flags(bool(v.draft.get("screening_declined")) for v in visits)
    used = ~refused & ~declined
    read = for_day & ~declined
    below = glucose_below(facts, batch) & ~unused[GLUCOSE]
    other = hba1c_below(facts, batch) & ~unused[HBA1C]
    in_one = in_pregnancy(facts, batch) | (pregnant & (unused[GLUCOSE] | unused[HBA1C]))
    said = {
        says.DIABETES: read & is_sign_of_diabetes(batch),
        says.HIGH: read & glucose.high,
        says.HBA1C_HIGH: read & hba1c.high,
        says.HIGH_WAITS: read & waits[GLUCOSE],
        says.HBA1C_HIGH_WAITS: read & waits[HBA1C],
        says.HIGH_IN_PREGNANCY: read & in_one,
        says.BOTH_BELOW: used & below & other,
        says.BELOW: used & below,
        says.HBA1C_BELOW: used & other,
    }
    return [(*says.WORDS, None)[place] for place in says.gravest(said)]


def _flags(given: Any) -> BoolArray:  # noqa: ANN401 - any iterable of truths
    return np.array(list(given), dtype=np.bool_)


def _has_unused(visit: StoredVisit, item: str) -> bool:
    """Say whether a value of an item was refused or suspect, of which nothing is kept."""
    said = (*visit.draft["refused_items"], *visit.draft["suspect_items"])
    return any(n["item"] == item and n["code"] not in NO_VALUE for n in said)


def _waits(visit: StoredVisit, item: str) -> bool:
    """Say whether the draft waits for a value that would speak for diabetes."""
    name = _FINDING_OF[item]
    return any(
        f["id"] == name and f["message"]["id"] == _WAITS and f["urgency"] in CALLED
        for f in visit.draft["findings"]
    )


def _sent_along(visit: StoredVisit) -> str | None:
    """Return what the draft says of visits that were sent along with it."""
    said = {m["id"] for f in visit.draft["findings"] for m in (f["message"], *f["limits"])}
    said |= {
        n["code"]
        for n in visit.draft["suspect_items"]
        if n["code"].endswith(("_earlier", "_wrong_day", "_no_day"))
    }
    return next((s for start, s in _SENT_ALONG if any(o.startswith(start) for o in said)), None)


def _with_answers(batch: VisitBatch, visits: Sequence[StoredVisit]) -> VisitBatch:
    """Return a batch with the stored answers to the questions that the vocabulary still has."""
    answers: dict[str, Int8Array] = dict(batch.answers)
    for row, visit in enumerate(visits):
        for name, code in _said(visit).items():
            question = batch.vocabulary.questions.get(name)
            if question is None:
                continue
            column = answers.setdefault(name, np.full(batch.n, UNKNOWN, dtype=np.int8))
            column[row] = question.choice_index(code)
    return replace(batch, answers=answers)
