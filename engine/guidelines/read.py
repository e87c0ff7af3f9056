"""Reads the parts that guideline files and urgent rules share: answers, comparisons, citations."""

from collections.abc import Mapping
from typing import Any

from ..derived import DERIVED
from ..errors import DataError, ScreeningError
from ..fixedpoint import parse_decimal
from ..logic import OPERATORS
from ..prediagnosis import URGENCIES
from ..record import UNKNOWN
from ..vocabulary import Question, Vocabulary, load_vocabulary
from .model import Citation, Flag, Outcome, Threshold


def broken(found: str, why: str, path: str) -> DataError:
    """Return the error for a broken guideline file."""
    return DataError(
        found=found, why=why, remedy="Mend the file or restore it from the release", path=path
    )


def read_flag(text: str, path: str) -> Flag:
    """Read ``symptom.chest_pain`` (yes) or ``method.hba1c.assay=point_of_care``.

    Raises
    ------
    DataError  if the vocabulary has no such question or answer
    """
    name, _, code = text.partition("=")
    code = code or "yes"
    question = _question(name, load_vocabulary())
    choice = question.choice_index(code) if question is not None else UNKNOWN
    if choice == UNKNOWN:
        raise broken(f"the condition {text!r}", "the vocabulary has no such answer", path)
    return Flag(name, choice, code)


def _question(name: str, vocabulary: Vocabulary) -> Question | None:
    section, _, rest = name.partition(".")
    if section == "method":
        item, _, method = rest.partition(".")
        return vocabulary.methods.get(method) if item in vocabulary.items else None
    return vocabulary.questions.get(name)


def read_values(raw: Mapping[str, str], item: str, path: str) -> dict[str, int]:
    """Read decimals by unit; every unit must be one that the item is accepted in.

    Raises
    ------
    DataError  if there is none, a unit is not accepted, or a decimal can't be read
    """
    vocabulary = load_vocabulary()
    accepted = vocabulary.items[DERIVED.get(item, item.split(".", 1)[0])]
    strangers = [unit for unit in raw if accepted.unit_index(unit) < 0]
    if strangers or not raw:
        raise broken(f"values in {strangers or 'no unit'}", "the item has other units", path)
    try:
        read = {unit: parse_decimal(text) for unit, text in raw.items()}
    except ScreeningError as error:
        raise broken(error.found, error.why, path) from error
    if any(comparator for _, comparator in read.values()):
        raise broken("a value with a comparator", "a rule has its own operator", path)
    return {unit: nano for unit, (nano, _) in read.items()}


def check_item(item: str, path: str) -> None:
    """Refuse an item that no slot, group of slots (``glucose.*``) or derived value has.

    Raises
    ------
    DataError  if nothing has that name
    """
    slots = load_vocabulary().slots
    wildcard = item.endswith(".*") and any(s.startswith(item[:-1]) for s in slots)
    if not (item in DERIVED or item in slots or wildcard):
        raise broken(f"the item {item!r}", "neither a slot nor a derived value has that name", path)


def read_threshold(raw: Mapping[str, Any], path: str) -> Threshold:
    """Read one comparison.

    Raises
    ------
    DataError  if its item, operator or values are not known
    """
    item, op = raw["item"], raw["op"]
    check_item(item, path)
    if op not in OPERATORS:
        raise broken(f"the operator {op!r}", f"operators are {' '.join(OPERATORS)}", path)
    return Threshold(item, op, read_values(raw["values"], item, path), dict(raw["values"]))


def read_citation(raw: Mapping[str, Any], path: str) -> Citation:
    """Read guideline, source and signature; only the signature may be empty.

    Raises
    ------
    DataError  if the guideline or where it was read is not said
    """
    if not raw.get("guideline") or not raw.get("read_in") or "signed_by" not in raw:
        raise broken("no guideline, read_in or signed_by", "every row says where it is from", path)
    return Citation(raw["guideline"], raw["read_in"], raw["signed_by"])


def read_outcome(raw: Mapping[str, Any], path: str) -> Outcome:
    """Read urgency, action and addressee.

    Raises
    ------
    DataError  if the level is unknown
    """
    urgency = raw.get("urgency") or None
    if urgency is not None and urgency not in URGENCIES:
        raise broken(f"the urgency {urgency!r}", f"levels are {' '.join(URGENCIES)}", path)
    return Outcome(urgency, raw.get("action", ""), raw.get("addressee", ""))
