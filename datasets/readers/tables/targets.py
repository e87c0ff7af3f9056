"""What a column can be: the canonical names of the contract, and every item and question."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from ....engine.record import FEMALE, MALE
from ....engine.vocabulary import Question
from ....engine.vocabulary import load as vocabulary_load
from ....engine.vocabulary.load import read_toml, vocabulary_with
from ....engine.vocabulary.site import SiteExposures, site_exposures

Kind = Literal["person_id", "date", "age", "sex", "quantity", "answer", "ecg_path", "context"]

DEVICE_OF: Final = "device."
"""Begins the name of the column that says with which device one item was measured."""

UNKNOWN_WORDS: Final = ("", "unknown")
_IDENTITY_KINDS: Final[Mapping[str, Kind]] = {
    "person_id": "person_id",
    "visit_date": "date",
    "birth_date": "date",
    "age_years": "age",
    "sex": "sex",
    "ecg_path": "ecg_path",
}
_TRUE: Final = ("true", "yes", "1")
_FALSE: Final = ("false", "no", "0")


@dataclass(frozen=True, slots=True)
class Target:
    """What one name of a table or a mapping stands for.

    Attributes
    ----------
    name : as it was written
    kind : person_id, date, age, sex, quantity, answer, ecg_path, context
    slot : of a quantity
    unit : UCUM, of a quantity whose name says it; empty where a mapping must declare it
    question : of an answer; ``method.<item>.<qualifier>`` for how an item was measured
    words : lower-case text -> index of the answer, for sex and answers
    """

    name: str
    kind: Kind
    slot: str = ""
    unit: str = ""
    question: str = ""
    words: Mapping[str, int] | None = None

    @property
    def holds(self) -> str:
        """What two columns may not both fill: the same question or identity."""
        return self.question or (self.name if self.kind != "quantity" else "")

    @property
    def is_yes_no(self) -> bool:
        """Whether the only answers are no and yes."""
        return set(self.words or ()) == {"no", "yes", *_TRUE, *_FALSE}


def canonical_targets() -> Mapping[str, Target]:
    """Return the canonical columns of the contract, by name; a site's exposures among them.

    >>> canonical_targets()["waist_cm"].unit
    'cm'
    """
    return _targets(site_exposures())


@cache
def _targets(site: SiteExposures) -> Mapping[str, Target]:
    raw = read_toml(vocabulary_load.__package__ or "", "table.toml")
    found = {n: _identity(n) for n in raw["identity"]["columns"]}
    found |= {n: Target(n, "context") for n in raw["context"]["columns"]}
    for name, row in raw["quantity"].items():
        found[name] = Target(name, "quantity", slot=row["slot"], unit=row["unit"])
    own = {f"exposure_{e.code}": {"question": f"exposure.{e.code}"} for e in site.added}
    for name, row in {**raw["answer"], **own}.items():
        question = vocabulary_with(site).questions[row["question"]]
        found[name] = Target(
            name, "answer", question=row["question"], words=answer_words(question, row)
        )
    return found


def _identity(name: str) -> Target:
    words = {"female": FEMALE, "male": MALE} if name == "sex" else None
    return Target(name, _IDENTITY_KINDS[name], words=words)


def answer_words(question: Question, row: Mapping[str, Any]) -> dict[str, int]:
    """Return every text that answers a question, lower case, with the index of its answer.

    The codes of the vocabulary; yes, true and 1 and their opposites for a yes/no question and for
    a question of which the table file says what true and false mean.
    """
    words = {choice.code: index for index, choice in enumerate(question.choices)}
    positive = question.choice_index(row.get("true", "yes"))
    negative = question.choice_index(row.get("false", "no"))
    if positive >= 0 and negative >= 0:
        words |= dict.fromkeys(_TRUE, positive) | dict.fromkeys(_FALSE, negative)
    return words


def find_target(name: str) -> Target | None:
    """Return what a name stands for: a canonical column, a slot or a question; else None.

    >>> find_target("glucose.random_venous").slot, find_target("symptom.chest_pain").kind
    ('glucose.random_venous', 'answer')
    """
    return _found(name, site_exposures())


@cache
def _found(name: str, site: SiteExposures) -> Target | None:
    canonical = _targets(site).get(name)
    if canonical is not None:
        return canonical
    vocabulary = vocabulary_with(site)
    if name in vocabulary.slots:
        return Target(name, "quantity", slot=name)
    if name.startswith(DEVICE_OF) and name.removeprefix(DEVICE_OF) in vocabulary.items:
        return Target(name, "context")
    question = vocabulary.questions.get(name)
    section, _, rest = name.partition(".")
    item, _, method = rest.partition(".")
    if section == "method" and item in vocabulary.items:
        question = vocabulary.methods.get(method)
    if question is None:
        return None
    return Target(name, "answer", question=name, words=answer_words(question, {}))
