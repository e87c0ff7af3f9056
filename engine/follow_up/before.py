"""What earlier visits answered and today does not: read as of its day, never against today."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ..prediagnosis import Message
from ..record import UNKNOWN, YES, VisitBatch
from .due import Visit, answered_before

TYPE: Final = "questionnaire.diabetes_type"
TYPE_2: Final = "type_2"
PAST: Final = "gestational_past"
LOWERING: Final = "medication.insulin_or_secretagogue"


@dataclass(frozen=True, slots=True)
class TypeBefore:
    """The type of the diabetes as an earlier visit states it, and the day of that visit."""

    code: str = ""
    on: str = ""

    def limits(self, kind: str) -> list[Message]:
        """Return what is said where today states another type, or none beside another than 2."""
        if self.code in ("", kind) or (not kind and self.code == TYPE_2):
            return []
        said = {"date": self.on, "answer": f"answer:{TYPE}.{self.code}"}
        return [Message("follow_up.limit.type_before", said)]


class Treatment(NamedTuple):
    """Whether a treatment that may lower glucose too far was declared, and when, if not today."""

    state: str
    before: str = ""

    @property
    def may_lower(self) -> bool:
        """Whether one was declared, today or at the last visit that said anything of it."""
        return self.state in ("declared", "declared_before")

    def limits(self) -> list[Message]:
        """Return the day of the visit that declared it, where today says nothing."""
        if not self.before:
            return []
        return [Message("follow_up.limit.treatment_before", {"date": self.before})]


def type_of(batch: VisitBatch) -> str:
    """Return the stated type of the diabetes; empty where none is."""
    index = int(batch.answer(TYPE)[0])
    return "" if index == UNKNOWN else batch.vocabulary.questions[TYPE].choices[index].code


def type_before(visits: Sequence[Visit]) -> TypeBefore:
    """Return the type that was stated last before this visit; an empty one where none was.

    Parameters
    ----------
    visits : checked records with their days, this visit last
    """
    typed = [(day, code) for batch, day in visits[:-1] if (code := type_of(batch))]
    if not typed:
        return TypeBefore()
    day, code = max(typed)
    return TypeBefore(code, day.isoformat())


def treatment_of(visits: Sequence[Visit]) -> Treatment:
    """Return what is known of a treatment that may lower glucose too far.

    Today's answer stands. Where there is none, the last earlier one counts only if it declares such
    a treatment: that there was none then says nothing of today.

    Parameters
    ----------
    visits : checked records with their days, this visit last
    """
    today = int(visits[-1][0].answer(LOWERING)[0])
    if today != UNKNOWN:
        return Treatment("declared" if today == YES else "none_declared")
    before = answered_before(visits, LOWERING)
    if before is None or before.choice != YES:
        return Treatment("not_stated")
    return Treatment("declared_before", before.day.isoformat())
