"""Strict parser of rule texts; every fault says at which character.

Grammar (lower-case key words, one blank between words)::

    rule       = "if" any "then" consequent
    any        = part { "and" part } | part { "or" part }     never mixed without parentheses
    part       = "(" any ")" | NAME "is" [ "not" ] NAME
    consequent = NAME "is" NAME                               Mamdani
               | "logit" SIGNED_NUMBER                        Takagi-Sugeno-Kang
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import DataError
from .reading import suggestion
from .rules import And, Antecedent, Concludes, Consequent, Is, Or, Points, Rule
from .variables import NAME, RESERVED, LinguisticVariable

_TOKEN = re.compile(rf"\s*({NAME.pattern}|[+-]?[0-9][0-9.eE+-]*|[()]|\S)")
_NUMBER = re.compile(r"[+-][0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_END = "the end of the rule"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words that rules may use.

    Parameters
    ----------
    inputs : variables of the antecedents
    output : variable of the consequents; None for a Takagi-Sugeno-Kang system
    max_antecedents : greatest number of `X is T` in one rule
    """

    inputs: Sequence[LinguisticVariable]
    output: LinguisticVariable | None = None
    max_antecedents: int = 3


def parse_rule_text(text: str, words: Vocabulary, path: str = "") -> tuple[Antecedent, Consequent]:
    """Read one rule.

    Parameters
    ----------
    text : in the one canonical form; another way to write the same rule is refused with the right
        one
    words : the variables and terms that exist
    path : where the rule stands, for the messages

    Raises
    ------
    DataError : with the position (first character is 1), what was expected, and the nearest known
        word
    """
    parser = _Parser(text, words, path)
    antecedent, consequent = parser.rule()
    canonical = f"if {antecedent} then {consequent}"
    if canonical != text:
        raise DataError(
            found=f"{text!r} is not written as it would be printed",
            why="the printed rule must be the evaluated rule, letter for letter",
            remedy=f"Write {canonical!r}",
            path=path,
        )
    n_literals = len(Rule("", antecedent, consequent, "").literals)
    if n_literals > words.max_antecedents:
        raise DataError(
            found=f"{n_literals} antecedents in {text!r}",
            why=f"a rule of this system reads at most {words.max_antecedents}",
            remedy="Split the rule, or raise max_antecedents in [system]",
            path=path,
        )
    return antecedent, consequent


class _Parser:
    """Recursive descent over the tokens of one rule."""

    def __init__(self, text: str, words: Vocabulary, path: str) -> None:
        self.text, self.words, self.path = text, words, path
        self.variables = {variable.name: variable for variable in words.inputs}
        self.tokens = [(m.group(1), m.start(1) + 1) for m in _TOKEN.finditer(text)]
        self.next = 0

    def rule(self) -> tuple[Antecedent, Consequent]:
        self.expect("if")
        antecedent = self.any()
        if self.peek() == ")":
            raise self.fault("')' without '('", "parentheses are unbalanced", "Remove it")
        self.expect("then")
        consequent = self.consequent()
        if self.next < len(self.tokens):
            raise self.fault(self.shown(), "the rule has already ended", "Remove what follows")
        return antecedent, consequent

    def any(self) -> Antecedent:
        parts = [self.part()]
        joint = self.peek()
        if joint not in {"and", "or"}:
            return parts[0]
        while self.peek() == joint:
            self.next += 1
            parts.append(self.part())
        if self.peek() in {"and", "or"}:
            raise self.fault(
                f"{self.peek()!r} after {joint!r}",
                "it can be read in two ways",
                "Put parentheses around what belongs together",
            )
        return And(tuple(parts)) if joint == "and" else Or(tuple(parts))

    def part(self) -> Antecedent:
        if self.peek() != "(":
            return self.literal()
        opened = self.next
        self.next += 1
        tree = self.any()
        if self.peek() != ")":
            self.next = opened
            raise self.fault("'(' without ')'", "parentheses are unbalanced", "Close it")
        self.next += 1
        return tree

    def literal(self) -> Is:
        variable = self.known_variable(self.variables)
        self.expect("is")
        negated = self.peek() == "not"
        self.next += negated
        return Is(variable.name, self.known_term(variable), negated)

    def consequent(self) -> Consequent:
        if self.words.output is None:
            self.expect("logit")
            return Points(self.signed_number())
        output = self.known_variable({self.words.output.name: self.words.output})
        self.expect("is")
        return Concludes(output.name, self.known_term(output))

    def signed_number(self) -> float:
        token = self.peek()
        if not _NUMBER.fullmatch(token):
            raise self.fault(
                self.shown(), "points are a number with its sign", "Write e.g. logit +0.62"
            )
        value = float(token)
        if not math.isfinite(value):
            raise self.fault(self.shown(), "it is too large for a float", "Write a finite number")
        self.next += 1
        return value

    def known_variable(self, known: dict[str, LinguisticVariable]) -> LinguisticVariable:
        token = self.name("a variable")
        if token not in known:
            raise self.fault(f"the variable {token!r}", "it is not known", suggestion(token, known))
        self.next += 1
        return known[token]

    def known_term(self, variable: LinguisticVariable) -> str:
        token = self.name(f"a term of {variable.name}")
        if token not in variable.words:
            raise self.fault(
                f"the term {token!r}",
                f"{variable.name} has no such term",
                suggestion(token, variable.words),
            )
        self.next += 1
        return token

    def name(self, what: str) -> str:
        token = self.peek()
        if token in RESERVED or not NAME.fullmatch(token):
            raise self.fault(self.shown(), f"{what} is expected here", "Write its name")
        return token

    def expect(self, word: str) -> None:
        if self.peek() != word:
            raise self.fault(self.shown(), f"{word!r} is expected here", f"Write {word}")
        self.next += 1

    def peek(self) -> str:
        return self.tokens[self.next][0] if self.next < len(self.tokens) else _END

    def shown(self) -> str:
        """Show the next token in a message, in quotes unless the rule has ended."""
        token = self.peek()
        return token if token == _END else repr(token)

    def fault(self, found: str, why: str, remedy: str) -> DataError:
        inside = self.next < len(self.tokens)
        position = self.tokens[self.next][1] if inside else len(self.text) + 1
        return DataError(
            found=f"{found} at character {position} of {self.text!r}",
            why=why,
            remedy=remedy,
            path=self.path,
        )
