"""From a message id with parameters to one sentence of one language."""

from collections.abc import Mapping
from typing import Final

from ..errors import DataError
from ..prediagnosis import Message, Parameter
from .labels import VocabularyLabels
from .load import Language, check_language, load_sentences, placeholders
from .numbers import base_of, count_of, number, reported, written_day

Table = Mapping[str, str]
CODE_SEPARATOR: Final = ":"
SMALLEST_COUNT: Final = 1

_NAMED_IN: Final = ("variable", "item", "answer", "feature", "finding_name")
_UNIT_PARAMETERS: Final = ("unit", "other_unit", "reads_as")
_JOINS: Final = {"and": "join.and", "or": "join.or", "(": "join.open", ")": "join.close"}
_ANSWERS: Final = {"yes": "no", "no": "yes"}
_IS_TERM: Final = 2
_IS_NOT_TERM: Final = 3


class Sentences:
    """The sentences of one language.

    Parameters
    ----------
    lang : ``fr`` or ``en``
    labels : further labels by code, from model bundles (``rule_labels``): ``variable:waist_cm``
        names a variable, ``term:waist_cm.high`` is what "high" is called of it
    kept : the sentences with which a stored draft was made; they win over those installed, so that
        an upgrade changes no word of it

    >>> Sentences("fr").render(Message("band.high"))
    'élevée'
    """

    def __init__(self, lang: str, labels: Table | None = None, kept: Table | None = None) -> None:
        self.lang: Language = check_language(lang)
        installed = load_sentences()[self.lang]
        self._table = {**installed, **kept} if kept else installed
        self._labels = dict(labels or {})
        self._vocabulary = VocabularyLabels(self.lang)

    @classmethod
    def of(cls, lang: "str | Sentences", labels: Table | None = None) -> "Sentences":
        """Return sentences as they are, or those of a language that is named.

        >>> Sentences.of("fr").lang
        'fr'
        """
        return lang if isinstance(lang, Sentences) else cls(lang, labels)

    def has(self, message_id: str) -> bool:
        """Say whether there is such a sentence."""
        return message_id in self._table

    def is_whole(self, message_id: str) -> bool:
        """Say whether there is such a sentence and nothing has to be filled into it."""
        return self.has(message_id) and not placeholders(self._table[message_id])

    def coded(self, message: Message) -> dict[str, str]:
        """Return a message as data: its code and its sentence."""
        return {"code": message.id, "text": self.render(message)}

    def render(self, message: Message) -> str:
        """Fill one sentence.

        Raises
        ------
        DataError  if there is no such sentence, or a parameter of it is not given
        """
        template = self._table.get(message.id)
        if template is None:
            raise DataError(
                found=f"the message id {message.id!r}",
                why="no sentence file has it",
                remedy="Add it to a pair of files in engine/words, in both languages",
                path=message.id,
            )
        words = {name: self._filled(name, value) for name, value in message.parameters.items()}
        try:
            return template.format_map(words)
        except KeyError as error:
            raise DataError(
                found=f"the message {message.id!r} without its parameter {error}",
                why="the sentence would lose what it says",
                remedy="Give the parameter where the message is made",
                path=message.id,
            ) from error

    def text(self, message_id: str, /, **parameters: Parameter) -> str:
        """Fill one sentence whose parameters are given as keywords."""
        return self.render(Message(message_id, parameters))

    def parameter(self, value: Parameter) -> str:
        """Word one parameter: a number, a reported decimal, or a code by its label.

        Text that only looks like a code (it may come from a visit) is printed as it is.
        """
        if isinstance(value, int | float):
            return number(value, self.lang)
        found = self._resolve(value) if CODE_SEPARATOR in value else None
        return reported(value, self.lang) if found is None else found

    def _filled(self, name: str, value: Parameter) -> str:
        """Word a parameter; one called item, unit or condition may be a bare code."""
        if name in _UNIT_PARAMETERS and isinstance(value, str) and CODE_SEPARATOR not in value:
            return ", ".join(self.unit(unit) for unit in value.split(", "))
        if name == "item" and isinstance(value, str):
            return self.name(value)
        if name == "elements" and isinstance(value, str):
            return ", ".join(self._element(one) for one in value.split(", "))
        if name == "date" and isinstance(value, str):
            return written_day(value, self.lang) or self.text("unknown_date")
        if name == "condition" and isinstance(value, str):
            return self._table.get(f"condition.{value}", self.parameter(value))
        return self.parameter(value)

    def _element(self, name: str) -> str:
        """Word one element of an identity; text that is none as it was given.

        >>> Sentences("fr")._element("birth_date")
        'date de naissance'
        """
        return self._table.get(f"element.{name}", name)

    def label(self, code: str) -> str:
        """Return the label of a code such as ``item:waist`` or ``unit:mm[Hg]``.

        Raises
        ------
        DataError  if nothing has this code

        >>> Sentences("fr").label("item:waist"), Sentences("en").label("unit:mm[Hg]")
        ('tour de taille', 'mmHg')
        """
        found = self._resolve(code)
        if found is None:
            raise DataError(
                found=f"the code {code!r}",
                why="neither the vocabulary nor a sentence file has a label for it",
                remedy="Add a label in both languages",
                path=code,
            )
        return found

    def name(self, name: str) -> str:
        """Return what to call an input, an item or a feature; its code where nothing names it.

        >>> Sentences("fr").name("waist_cm"), Sentences("en").name("systolic_bp.left_arm")
        ('tour de taille', 'systolic blood pressure (left arm)')
        """
        candidates = [name] if CODE_SEPARATOR in name else [f"{p}:{name}" for p in _NAMED_IN]
        found = (self._resolve(code) for code in candidates)
        return next((label for label in found if label is not None), name)

    def term(self, variable: str, term: str) -> str:
        """Return the word for a term of a variable, without the variable.

        >>> Sentences("en").term("waist_cm", "very_high")
        'very high'
        """
        found = self._label(f"term:{variable}.{term}") or self._table.get(f"term.{term}")
        return found or term.replace("_", " ")

    def value(self, name: str, value: str) -> str:
        """Word a value: the label of an answer, or a reported decimal."""
        code = self._vocabulary.yes_no(name, value) or value
        found = self._vocabulary.choice(name, code) or self._table.get(f"value.{code}")
        return found or reported(value, self.lang)

    def quantity(self, name: str, value: str, unit: str) -> str:
        """Word a value with its unit, as reported apart from the decimal mark.

        >>> Sentences("fr").quantity("glucose", "1.26", "g/L")
        '1,26 g/L'
        """
        return f"{self.value(name, value)} {self.unit(unit)}".rstrip()

    def unit(self, ucum: str) -> str:
        """Return how a unit is written; a unit that nothing names as it was given."""
        if ucum in ("", "1"):
            return ""
        return self._table.get(f"unit.{ucum}", ucum)

    def risk(self, risk: float) -> str:
        """Word a risk as a number of people out of 100 or out of 1000.

        >>> Sentences("fr").risk(0.034), Sentences("en").risk(0.0001)
        ('34 sur 1000', 'fewer than 1 in 1000')
        """
        base = base_of(risk)
        return self._people(count_of(risk, base), base)

    def _people(self, count: int, base: int) -> str:
        if count < SMALLEST_COUNT:
            return self.text("risk.fewer_than", count=SMALLEST_COUNT, base=base)
        if count >= base:
            return self.text("risk.more_than", count=base - SMALLEST_COUNT, base=base)
        return self.text("risk.out_of", count=count, base=base)

    def interval(self, interval: tuple[float, float], beside: float | None = None) -> str:
        """Word a range of risks, both ends out of the same number.

        Parameters
        ----------
        interval : lower and upper risk
        beside : the risk that is printed beside it, whose number of people is then taken

        >>> Sentences("en").interval((0.02, 0.31))
        'between 2 and 31 in 100'
        """
        base = base_of(interval[1] if beside is None else beside)
        low, high = (count_of(end, base) for end in interval)
        if low == high:
            return self.risk(interval[1]) if beside is None else self._people(high, base)
        if low < SMALLEST_COUNT:
            return self.text("risk.from_fewer", count=SMALLEST_COUNT, high=high, base=base)
        return self.text("risk.between", low=low, high=high, base=base)

    def _resolve(self, code: str) -> str | None:
        """Return the label of a code, None where nothing has it."""
        label = self._label(code)
        if label is not None:
            return label
        kind, _, name = code.partition(CODE_SEPARATOR)
        if kind == "premise":
            return self._premise(name)
        if kind == "term":
            variable, _, term = name.rpartition(".")
            return self._literal(variable, term, negated=False) if variable else None
        if kind in ("item", "answer", "feature"):
            return self._whole(f"{kind}.{name}") or self._vocabulary.find(name, self._table)
        return self._whole(f"{kind}.{name}")

    def _whole(self, message_id: str) -> str | None:
        return self._table[message_id] if self.is_whole(message_id) else None

    def _premise(self, text: str) -> str | None:
        """Word the antecedent of a rule: ``age_years is older and waist_cm is not high``."""
        spaced = text.replace("(", " ( ").replace(")", " ) ").split()
        words: list[str] = []
        while spaced:
            word = spaced.pop(0)
            if word in _JOINS:
                words.append(self._table[_JOINS[word]])
            elif spaced[:1] == ["is"] and len(spaced) > 1:
                negated = spaced[1:2] == ["not"] and len(spaced) > _IS_NOT_TERM - 1
                take = _IS_NOT_TERM if negated else _IS_TERM
                words.append(self._literal(word, spaced[take - 1], negated=negated))
                del spaced[:take]
            else:
                return None
        return "".join(words)

    def _literal(self, variable: str, term: str, *, negated: bool) -> str:
        """Word "variable is term"; a negated yes is a no."""
        if term in _ANSWERS:
            answer = _ANSWERS[term] if negated else term
            words = {"variable": self.name(variable), "term": self.term(variable, answer)}
            return self.text("join.is", **words)
        join = "join.is_not" if negated else "join.is"
        return self.text(join, variable=self.name(variable), term=self.term(variable, term))

    def _label(self, code: str) -> str | None:
        """Return a bundle's label; where the bundle gives a sentence id, that sentence."""
        found = self._labels.get(code)
        return found if found is None else self._table.get(found, found)
