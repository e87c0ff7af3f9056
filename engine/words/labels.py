"""Labels of items, slots, questions and answers, from the vocabulary files."""

from collections.abc import Mapping
from functools import cache

from ..vocabulary import Question, Vocabulary, load_vocabulary
from ..vocabulary import load as vocabulary_load
from ..vocabulary.load import read_toml
from .load import Language

_AS_CODES = {"0": "no", "1": "yes", "0.0": "no", "1.0": "yes"}
_AS_SEX = {"no": "female", "yes": "male"}


class VocabularyLabels:
    """What the vocabulary calls things, in one language."""

    def __init__(self, lang: Language) -> None:
        self._lang = lang
        self._vocabulary = load_vocabulary()
        self._features = {i.feature: i.code for i in self._vocabulary.items.values()}
        self._questions = _by_every_name(self._vocabulary)
        self._yes_no = _yes_no_features()

    def find(self, name: str, table: Mapping[str, str]) -> str | None:
        """Return the label of an item, a slot, a feature, a question or an answer.

        Parameters
        ----------
        name : ``waist``, ``glucose.fasting_venous``, ``waist_cm``, ``symptom.chest_pain``,
            ``questionnaire.smoker.current``
        table : the sentences; a slot has its qualifier there, as ``slot.<name>``
        """
        return self._item(name, table) or self._question(name) or self._answer(name)

    def choice(self, name: str, code: str) -> str | None:
        """Return the label of one answer to the question ``name``."""
        question = self._questions.get(name)
        if question is None:
            return None
        return next((c.label[self._lang] for c in question.choices if c.code == code), None)

    def yes_no(self, name: str, value: str) -> str | None:
        """Return the code of the answer that a yes/no feature holds as a number."""
        code = _AS_CODES.get(value) if name in self._yes_no else None
        return _AS_SEX[code] if code and name == "male" else code

    def _item(self, name: str, table: Mapping[str, str]) -> str | None:
        code, _, qualifier = self._features.get(name, name).partition(".")
        item = self._vocabulary.items.get(code)
        if item is None:
            return None
        if not qualifier:
            return item.label[self._lang]
        words = table.get(f"slot.{qualifier}")
        return f"{item.label[self._lang]} {words}" if words else None

    def _question(self, name: str) -> str | None:
        question = self._questions.get(name)
        return question.label[self._lang] if question else None

    def _answer(self, name: str) -> str | None:
        question, _, code = name.rpartition(".")
        return self.choice(question, code)


@cache
def _yes_no_features() -> frozenset[str]:
    """Return the features that hold an answer as 0 or 1."""
    rows = read_toml(vocabulary_load.__package__ or "", "features.toml")["feature"]
    return frozenset(r["name"] for r in rows if "answer" in r or r.get("from") == "sex")


def _by_every_name(vocabulary: Vocabulary) -> dict[str, Question]:
    """Key questions by qualified name, by bare code, and methods also below their item."""
    named = {q.name.rpartition(".")[2]: q for q in reversed(tuple(vocabulary.questions.values()))}
    named |= vocabulary.questions
    for code, question in vocabulary.methods.items():
        named.setdefault(code, question)
        named |= {f"method.{item}.{code}": question for item in vocabulary.items}
    return named
