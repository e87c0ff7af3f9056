"""The published Questionnaire of a visit, made from the vocabulary; its version is its lists.

The questions about symptoms, conditions, medication and exposures are lists: an answer, at least
`none`, says that the whole list was asked; without an answer nothing of it is known.
"""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from typing import Final

from ...engine.intake.answers import LISTS, OBJECTS
from ...engine.vocabulary import Question, load_vocabulary
from ...engine.vocabulary.load import YES_NO
from .maps import Json, system
from .wording import FhirWords

NONE_CODE: Final = "none"
_VERSION_LENGTH: Final = 12
Codings = Callable[[str], list[dict[str, str]]]


def _questions(section: str) -> list[Question]:
    start = f"{section}."
    return [q for name, q in load_vocabulary().questions.items() if name.startswith(start)]


def version() -> str:
    """Return the version: a hash of what the lists hold.

    A list that grew was not asked in whole by an earlier version, so its "no" would be made up. A
    question that is added beside the lists leaves earlier responses as good as they were.
    """
    return _version(tuple(sorted(q.name for s in LISTS.values() for q in _questions(s))))


@cache
def _version(names: tuple[str, ...]) -> str:
    starts = [f"{section}." for section in LISTS.values()]
    asked = [[start[:-1], [n for n in names if n.startswith(start)]] for start in starts]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:_VERSION_LENGTH]


def canonical() -> str:
    """Return the canonical address with its version, which a response must name."""
    return f"{system('questionnaire')}|{version()}"


def questionnaire(lang: str, codings: Codings | None = None) -> Json:
    """Return the Questionnaire in a language.

    Parameters
    ----------
    lang : fr or en
    codings : says what a site's own lists call a question, beside the house's name of it
    """
    words = FhirWords(lang)
    groups = [_group(section, lang, words) for section in OBJECTS.values()]
    lists = [_list(section, lang, words) for section in LISTS.values()]
    return {
        "resourceType": "Questionnaire",
        "id": "visit",
        "language": lang,
        "url": system("questionnaire"),
        "version": version(),
        "name": "LaennecVisit",
        "title": words.text("questionnaire.title"),
        "status": "active",
        "experimental": True,
        "subjectType": ["Patient"],
        "description": words.disclaimer(),
        "item": [_with_codes(item, codings) for item in (*groups, *lists)],
    }


def _with_codes(item: Json, codings: Codings | None) -> Json:
    """Return a question with the codes of a site; those of a list stand at its answers."""
    inner = [_with_codes(one, codings) for one in item.get("item", ())]
    found = codings(f"question:{item['linkId']}") if codings else []
    return {**item, **({"code": found} if found else {}), **({"item": inner} if inner else {})}


def _group(section: str, lang: str, words: FhirWords) -> Json:
    return {
        "linkId": section,
        "text": words.text(f"section.{section}"),
        "type": "group",
        "item": [_asked(question, lang) for question in _questions(section)],
    }


def _asked(question: Question, lang: str) -> Json:
    said: Json = {"linkId": question.name, "text": question.label[lang]}
    if question.choices == YES_NO:
        return {**said, "type": "boolean"}
    options = [_option(c.code, c.label[lang]) for c in question.choices]
    return {**said, "type": "choice", "answerOption": options}


def _list(section: str, lang: str, words: FhirWords) -> Json:
    start = len(section) + 1
    options = [_option(q.name[start:], q.label[lang]) for q in _questions(section)]
    return {
        "linkId": section,
        "text": words.text(f"section.{section}"),
        "type": "choice",
        "repeats": True,
        "answerOption": [_option(NONE_CODE, words.text("answer.none")), *options],
    }


def _option(code: str, display: str) -> Json:
    return {"valueCoding": {"system": system("answer"), "code": code, "display": display}}
