"""Measurements that were sent as words: an emergency may stand in them (clinical decision 1).

Nothing is guessed: a value that is no decimal stays refused for every fact and model. What it may
mean is kept beside it, refused too, so that the urgent rules can look at it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ..errors import RecordError
from ..fixedpoint import COMPARATOR_SIGNS, parse_decimal
from ..record import YES, Problem
from ..vocabulary import Vocabulary
from .document import intake_numbers
from .lost_symptoms import NOTHING, plain_word

ANY_LOST: Final = "intake.measurements_unreadable"
PRESSURES: Final = ("systolic_bp", "diastolic_bp")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?(?:[eE][+-]?\d{1,2}(?!\d))?")
_PAIR: Final = re.compile(r"^\D*(\d+(?:[.,]\d+)?)\s*[/\\-]\s*(\d+(?:[.,]\d+)?)\D*$")


@dataclass(frozen=True, slots=True)
class MayMean:
    """One number that words may mean: of which item, in billionths, with its comparator."""

    item: str
    nano: int
    comparator: int


def lost_value_answer(item: str) -> str:
    """Return the answer that says that a value of an item was sent and could not be read.

    >>> lost_value_answer("heart_rate")
    'intake.heart_rate_unreadable'
    """
    return f"intake.{item}_unreadable"


def is_watched(item: str, vocabulary: Vocabulary) -> bool:
    """Return whether an urgent rule of today reads the item, so that its loss is urgent too."""
    return lost_value_answer(item) in vocabulary.questions


def lost_values(problems: Iterable[Problem], vocabulary: Vocabulary) -> dict[str, int]:
    """Return the answers that say which measurements were sent and could not be read.

    A value is lost where it is no decimal, has a unit that nobody knows, or stands under a key that
    nobody reads; all may be where the list, an entry, or what was measured is not understood.
    """
    found = list(problems)
    empty = {_entry(p): p.item for p in found if p.code == "value_missing"}
    items = {p.item for p in found if p.code == "value_not_decimal"}
    items |= {p.item for p in found if p.code == "unit_unknown" and _entry(p) not in empty}
    items |= {empty[_entry(p)] for p in found if p.code == "unknown_key" and _entry(p) in empty}
    lost = {lost_value_answer(i): YES for i in sorted(items) if is_watched(i, vocabulary)}
    return {ANY_LOST: YES} | lost if any(_is_any_lost(p, vocabulary) for p in found) else lost


def _entry(problem: Problem) -> str:
    """Return where the measurement stands that a problem is of."""
    return f"{problem.path.partition(']')[0]}]"


def _is_any_lost(problem: Problem, vocabulary: Vocabulary) -> bool:
    """Return whether after a problem nobody knows what was measured and not read."""
    if problem.code == "code_unknown":
        return "unit" not in problem.parameters  # named only where no urgent item has it
    if problem.code == "too_many":
        return True
    if problem.code in ("not_a_list", "not_an_object"):
        is_here = f"{problem.path}[".startswith("$.measurements[")
        return is_here and problem.parameters.get("found") != NOTHING
    if problem.code != "unknown_key" or problem.path.startswith("$.measurements["):
        return False
    key = plain_word(problem.parameters.get("key", ""))
    beginnings = tuple(intake_numbers()["measurements"]["key_resembles"])
    return key in vocabulary.items or any(w.startswith(beginnings) for w in key.split("_"))


def what_it_may_mean(text: str, item: str, ucum: str) -> tuple[MayMean, ...]:
    """Return every number that a value which is no decimal may mean; none where there is none.

    Parameters
    ----------
    text : what was sent: a meter's word (``HI``), a pressure pair (``190/110``), ``25 irr``
    item : whose value it was sent as
    ucum : the unit it was sent with, empty where that is not known

    Examples
    --------
    >>> what_it_may_mean("190/110", "systolic_bp", "mm[Hg]")[1]
    MayMean(item='diastolic_bp', nano=110000000000, comparator=0)
    >>> what_it_may_mean("HI", "glucose", "g/L")
    (MayMean(item='glucose', nano=6000000000, comparator=1),)
    """
    return tuple(_meter_words(text, item, ucum)) or tuple(_numbers(text, item))


def _meter_words(text: str, item: str, ucum: str) -> Iterator[MayMean]:
    words = intake_numbers()["meter_words"]
    limits = words["limits"].get(item, {})
    of_unit: Mapping[str, str] = limits.get(ucum) or next(iter(limits.values()), {})
    sent = set(_plain_words(text))
    alone = not any(c.isdigit() for c in text)
    for end, sign in (("high", ">"), ("low", "<")):
        said = sent & set(words[end])
        if alone:
            said |= sent & set(words[f"{end}_alone"])
            said |= {one for one in words[f"{end}_signs"] if one in text}
        if end in of_unit and said:
            nano, comparator = parse_decimal(f"{sign}{of_unit[end]}")
            yield MayMean(item, nano, comparator)


def _numbers(text: str, item: str) -> Iterator[MayMean]:
    words = intake_numbers()["meter_words"]
    before = _plain_words(re.split(r"\d", text, maxsplit=1)[0])
    if before and before[0] in words["error_codes"]:
        return
    pair = _PAIR.match(text) if item in PRESSURES else None
    found: Iterable[tuple[str, str]]
    if pair:
        found = zip(PRESSURES, pair.groups(), strict=True)
    else:
        limit = int(words["numbers_read"])
        found = ((item, number) for number in _NUMBER.findall(text)[:limit])
    for of_item, number in found:
        try:
            nano, comparator = parse_decimal(f"{_sign(text)}{Decimal(number.replace(',', '.')):f}")
        except RecordError:
            continue  # more digits than a measurement has
        yield MayMean(of_item, nano, comparator)


def _plain_words(text: str) -> list[str]:
    """Return the words of a text, without accents and capitals."""
    return [plain_word(part) for part in re.findall(r"[^\W\d_]+", text)]


def _sign(text: str) -> str:
    """Return the comparator that a text begins with, in signs or in words before its number.

    >>> _sign("supérieur à 14"), _sign("moins de 1.00"), _sign("12 sup")
    ('>', '<', '')
    """
    signs = sorted(COMPARATOR_SIGNS.values(), key=len, reverse=True)
    sign = next(sign for sign in signs if text.lstrip().startswith(sign))
    if sign:
        return sign
    before = re.split(r"\d", text, maxsplit=1)[0]
    said = {*_plain_words(before), *before}
    words = intake_numbers()["meter_words"]
    found = [
        s for s, name in ((">", "above_words"), ("<", "below_words")) if said & set(words[name])
    ]
    return found[0] if len(found) == 1 else ""
