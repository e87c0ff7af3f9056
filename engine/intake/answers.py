"""Questionnaire, symptoms, conditions, medications, exposures, consent: closed questions only.

A list that is given was asked in whole: what stands in it is yes, what does not is no. A list that
is absent was not asked: everything in it is unknown, and nothing is concluded from it. Of a list in
which something can't be read nothing is "no".
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from ..record import NO, UNKNOWN, YES, Int8Array
from ..vocabulary import Question, Vocabulary
from .lost_answers import lost_answers
from .lost_symptoms import (
    NOTHING,
    PERHAPS_LOST,
    UNREADABLE,
    lost_symptoms,
    unknown_where_unread,
)
from .problems import ProblemLog, shown

LISTS = {
    "symptoms": "symptom",
    "conditions": "condition",
    "medications": "medication",
    "exposures": "exposure",
}
CONSENT = "consent"
"""An agreement that can't be read is no agreement."""
_NO_ANSWER: Final = np.array([UNKNOWN], np.int8)
OBJECTS = {"questionnaire": "questionnaire", "consent": CONSENT}


def read_answers(
    document: Mapping[str, Any], vocabulary: Vocabulary, path: str, log: ProblemLog
) -> dict[str, int]:
    """Return question name -> index of the answer; UNKNOWN where it was asked and not answered."""
    answers: dict[str, int] = {}
    for key, section in OBJECTS.items():
        if key in document:
            answers |= _read_object(document[key], section, vocabulary, f"{path}.{key}", log)
    for key, section in LISTS.items():
        if key in document:
            answers |= _read_list(document[key], section, vocabulary, f"{path}.{key}", log)
    lost = lost_answers(log.problems)
    return answers | lost | lost_symptoms(answers, log.problems, vocabulary)


def without_denials(answers: Mapping[str, Int8Array]) -> dict[str, Int8Array]:
    """Return answers that came in a form that does not hold: of their lists only "yes" counts.

    Where no symptom is declared, symptoms were perhaps lost.

    Parameters
    ----------
    answers : of one record, name -> int8 (1,)
    """
    starts = tuple(f"{section}." for section in LISTS.values())
    kept = {
        name: np.where(column == NO, UNKNOWN, column).astype(np.int8)
        if name.startswith(starts)
        else column
        for name, column in answers.items()
    }
    symptoms = f"{LISTS['symptoms']}."
    said = [column for name, column in kept.items() if name.startswith(symptoms)]
    if any(int(column[0]) == YES for column in (*said, kept.get(UNREADABLE, _NO_ANSWER))):
        return kept
    return kept | {PERHAPS_LOST: np.array([YES], np.int8)}


def _read_object(
    given: Any,  # noqa: ANN401 - any JSON value
    section: str,
    vocabulary: Vocabulary,
    path: str,
    log: ProblemLog,
) -> dict[str, int]:
    if not isinstance(given, Mapping):
        log.refuse_record("not_an_object", path)
        return {}
    answers = {}
    for code, value in given.items():
        question = vocabulary.questions.get(f"{section}.{code}")
        if question is None:
            log.refuse_record("unknown_key", f"{path}.{shown(code)}", key=shown(code))
        else:
            answers[question.name] = _read_choice(value, question, f"{path}.{code}", log)
            if section == CONSENT and answers[question.name] == UNKNOWN and value is not None:
                answers[question.name] = NO
    return answers


def _read_choice(value: object, question: Question, path: str, log: ProblemLog) -> int:
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        code = "yes" if value else "no"
    else:
        code = value if isinstance(value, str) else ""
    index = question.choice_index(code)
    if index < 0:
        allowed = ", ".join(c.code for c in question.choices)
        log.add(
            "refused_item",
            "answer_unknown",
            path,
            item=question.name,
            found=shown(value),
            allowed=allowed.replace("no, yes", "false, true"),
        )
    return index


def _house_code(entry: str, section: str, vocabulary: Vocabulary) -> str:
    """Return the code of an entry here, which a site's thesaurus may call otherwise."""
    return vocabulary.exposure_codes.get(entry, entry) if section == "exposure" else entry


def _read_list(
    given: Any,  # noqa: ANN401 - any JSON value
    section: str,
    vocabulary: Vocabulary,
    path: str,
    log: ProblemLog,
) -> dict[str, int]:
    if not isinstance(given, list):
        log.refuse_record("not_a_list", path, found=NOTHING if given is None else "")
        return {}
    before = len(log.problems)
    answers = {name: NO for name in vocabulary.questions if name.startswith(f"{section}.")}
    for index, entry in enumerate(given):
        code = _house_code(entry, section, vocabulary) if isinstance(entry, str) else ""
        name = f"{section}.{code}"
        if name in answers:
            answers[name] = YES
        else:
            allowed = ", ".join(known.removeprefix(f"{section}.") for known in answers)
            where = f"{path}[{index}]"
            log.refuse_record("unknown_entry", where, found=shown(entry), allowed=allowed)
    return unknown_where_unread(answers, section) if len(log.problems) > before else answers
